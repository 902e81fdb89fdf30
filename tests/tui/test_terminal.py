"""The editor in a real pseudo-terminal: the main job, and golden screens."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from terminal import Terminal, terminal

GOLDEN = Path(__file__).parent / "golden"
SIZES = [(80, 24), (120, 40), (200, 60)]
TO_CONV5_3 = ("1", "]", "]", "]", "]", "right", "right", "down", "down")
FEWER = (*TO_CONV5_3, "e", "1024", "enter", "escape")
SCREENS = {
    "start": (),
    "stage": ("]", "]", "]", "]", "tab"),
    "bottleneck": (*TO_CONV5_3, "tab"),
    "convolution": (*TO_CONV5_3, "right", "down", "down", "down", "tab"),
    "ripple": (*FEWER, "r", "down", "down"),
    "find": ("/", "3x3 512"),
    "help": ("?",),
}
"""Looked at in every size."""
MORE = {
    "typing": ("]", "]", "]", "]", "e", "384"),
    "refused": ("]", "]", "]", "]", "e", "0"),
    "everything": ("4", "]", "]", "]", "]", "+"),
    "differences": (*FEWER, "d"),
    "ranking": (*FEWER, "o", "down"),
    "picture": (*FEWER, "m"),
    "baselines": ("B",),
    "countings": ("]", "+", "c", "down", "down"),
    "export": ("x",),
    "quit": ("]", "+", "q"),
    "note": ("]", "]", "]", "]", "i"),
    "target": ("T", "1024"),
    "history": (*FEWER, "[", "+", "u", "H"),
    "designs": (*FEWER, "w", "n", "resnet18", "enter", "w"),
    "copy": (*TO_CONV5_3, "y"),
    "mistake": ("I", "running_mean should contain 1024 elements not 2048"),
}
CASES = [
    *((name, size) for name in SCREENS for size in [(60, 20), *SIZES]),
    *((name, size) for name in MORE for size in SIZES[:2]),
]


@pytest.mark.parametrize(
    ("name", "size"), CASES, ids=lambda part: part if isinstance(part, str) else f"{part[0]}x{part[1]}"
)
def test_a_screen_is_what_it_was(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    with terminal(size=size, cwd=tmp_path) as editor:
        editor.wait(" params ").settle()
        editor.press(*{**SCREENS, **MORE}[name]).settle().settle()
        text = editor.text
    path = GOLDEN / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("INSPECTOR_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
        pytest.fail("golden screen written; run again without INSPECTOR_UPDATE_GOLDEN")
    assert text == path.read_text(encoding="utf-8")


def test_every_golden_screen_is_looked_at() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == {f"{name}-{size[0]}x{size[1]}" for name, size in CASES}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_main_job_from_start_to_quit(size: tuple[int, int], tmp_path: Path) -> None:
    with terminal(size=size, cwd=tmp_path) as editor:
        editor.wait("25,557,032 params").settle()
        editor.press("]", "]", "]", "]", "e", "384", "enter").wait("18,993,704 params")
        editor.press("escape", "u").wait("25,557,032 params")
        editor.press("2", "]", "]", "]", "]", "right", "down", "down", "e", "1024", "enter").wait("26,105,896 params")
        editor.press("escape").wait("projection")
        _export(editor, 2, "resnet50-edited.json")
        _export(editor, 1, "resnet50-edited.md")
        editor.press("q").wait("Quit without saving?").press("q")
        assert editor.ended() == 0
    report = json.loads((tmp_path / "resnet50-edited.json").read_text())
    assert report["delta"] == {"depth": 0, "params": 548_864, "macs": 76_046_336}
    fc = report["layers"][-1]
    assert fc["weight"] == [1000, 1024]
    assert any(layer["path"] == "layer4.2.downsample.0" for layer in report["layers"])
    assert "| `conv5_3.conv3` | 2048 | 1024 |" in (tmp_path / "resnet50-edited.md").read_text()


def _export(editor: Terminal, down: int, name: str) -> None:
    editor.press("x").wait("Export").settle()
    editor.press(*["down"] * down).wait(name)
    editor.press("enter").wait("wrote").wait(lambda _: Path(editor.cwd, name).exists())


def test_edits_on_the_command_line_are_shown_and_count_as_unsaved(tmp_path: Path) -> None:
    with terminal("resnet18", "--set", "num_classes=10", size=(120, 40), cwd=tmp_path) as editor:
        editor.wait("not saved").wait("11,181,642 params")
        editor.press("q").wait("num_classes  1000 → 10")


def test_a_design_file_is_opened_edited_and_saved(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('base = "resnet50"\n[conv5_x]\nplanes = 256\n')
    with terminal("mine.toml", size=(120, 40), cwd=tmp_path) as editor:
        editor.wait("13,970,472 params").wait("mine.toml")
        assert "not saved" not in editor.text
        editor.press("q")
        assert editor.ended() == 0


def test_resizing_keeps_everything_and_the_screen_is_whole(tmp_path: Path) -> None:
    with terminal(size=(120, 40), cwd=tmp_path) as editor:
        editor.wait("25,557,032 params").settle()
        editor.press("]", "]", "]", "]", "+").wait("26,018,376 params")
        for size in ((80, 24), (200, 60), (60, 20), (30, 8), (1, 1), (120, 40)):
            editor.resize(*size).settle()
        editor.wait("26,018,376 params").wait("conv5_x")
        editor.press("u").wait("25,557,032 params").press("q")
        assert editor.ended() == 0


def test_a_storm_of_resizes_in_the_middle_of_edits_leaves_the_screen_as_if_there_had_been_none(tmp_path: Path) -> None:
    keys, sizes = ["]", "]", "]", "]", "+", "r", "+", "+"], random.Random(4)  # noqa: S311
    with terminal(size=(120, 40), cwd=tmp_path) as calm, terminal(size=(120, 40), cwd=tmp_path) as stormy:
        calm.wait("25,557,032 params").settle().press(*keys).settle()
        stormy.wait("25,557,032 params").settle()
        for key in keys:
            stormy.send(key)
            for _ in range(12):
                stormy.resize(sizes.randint(60, 220), sizes.randint(20, 70))
                time.sleep(sizes.choice((0, 0.001, 0.01)))
        stormy.settle()  # a key that comes when nothing is in sight does nothing
        for _ in range(40):
            stormy.resize(sizes.randint(1, 220), sizes.randint(1, 70))
        stormy.settle(1).resize(120, 40).settle(1)
        for editor in (calm, stormy):
            editor.press("escape", "g").settle()
        assert stormy.text == calm.text


def test_the_screen_is_there_where_standard_error_goes_to_a_file(tmp_path: Path) -> None:
    program = (
        "import os; os.dup2(os.open('log', os.O_CREAT | os.O_WRONLY), 2); "
        "from inspector.cli import main; raise SystemExit(main(['--no-verify']))"
    )
    editor = Terminal("-c", program, columns=80, lines=24, cwd=tmp_path)
    try:
        editor.wait("25,557,032 params").press("q")
        assert editor.ended() == 0
        assert not (tmp_path / "log").read_bytes()
    finally:
        editor.close()


def test_a_network_of_a_thousand_blocks_opens_scrolls_and_edits(tmp_path: Path) -> None:
    with terminal("--set", "conv4_x.blocks=1000", size=(120, 40), cwd=tmp_path) as editor:
        editor.wait("3032 layers").settle()
        editor.press("4", "G").wait("fc").press("[", "down", "down", "down").wait("conv5_1")
        editor.press("[", "[", "+", "u", "q")
        assert "conv4_1" in editor.text


def _worker(editor: Terminal) -> int:
    """The process that torch lives in: the editor's only child."""
    children = Path(f"/proc/{editor.pid}/task/{editor.pid}/children").read_text().split()
    assert len(children) == 1
    return int(children[0])


def test_torch_verifies_each_edit_and_is_started_anew_when_it_dies(tmp_path: Path) -> None:
    with terminal(size=(120, 40), cwd=tmp_path, verifies=True) as editor:
        editor.wait("25,557,032 params").wait("torch agrees, 158 modules", 60)
        editor.press("]", "]", "]", "]", "+").wait("26,018,376 params").wait("torch agrees, 158 modules", 30)
        editor.press("v").wait("torchinfo 1.").wait("all agree").settle()
        worker = _worker(editor)
        maps = Path(f"/proc/{editor.pid}/maps").read_text()
        assert "libtorch" not in maps
        assert "libtorch" in Path(f"/proc/{worker}/maps").read_text()
        before = editor.text.splitlines()
        os.kill(worker, signal.SIGKILL)
        _gone(worker)
        editor.settle()
        assert editor.text.splitlines()[-2:] == before[-2:]
        assert "torch agrees" in editor.text
        editor.press("+").wait("26,485,736 params").wait("torch agrees, 158 modules", 60)
        worker = _worker(editor)
        editor.press("u", "u", "q")
        assert editor.ended() == 0
        _gone(worker)


def test_the_worker_goes_with_an_editor_that_is_killed(tmp_path: Path) -> None:
    with terminal(size=(80, 24), cwd=tmp_path, verifies=True) as editor:
        editor.wait("torch agrees", 60)
        worker = _worker(editor)
    _gone(worker)


def _gone(process: int) -> None:
    """Within a moment the process has ended, whoever has yet to take note of it."""
    stat = Path(f"/proc/{process}/stat")
    end = time.monotonic() + 10
    with suppress(FileNotFoundError, ProcessLookupError):  # it may go between two looks
        while stat.read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < end, f"{process} goes on"
            time.sleep(0.05)


def test_a_click_and_what_is_typed_behind_it_in_one_burst(tmp_path: Path) -> None:
    with terminal(size=(120, 40), cwd=tmp_path) as editor:
        editor.wait("25,557,032 params").settle()
        editor.press("]", "]", "]", "]").wait("width_per_group")
        line = next(y for y, text in enumerate(editor.text.splitlines()) if "planes  " in text and "512" in text)
        column = editor.text.splitlines()[line].index("512")
        press, release = (f"\x1b[<0;{column + 1};{line + 1}{kind}" for kind in "Mm")
        editor.send(f"{press}{release}384\r").wait("18,993,704 params")
        editor.press("u").wait("25,557,032 params")


def test_another_window_and_back_in_the_middle_of_typing(tmp_path: Path) -> None:
    with terminal(size=(120, 40), cwd=tmp_path) as editor:
        editor.wait("25,557,032 params").settle()
        editor.press("]", "]", "]", "]", "e", "38").send("\x1b[O").settle()
        editor.send("\x1b[I").settle()
        editor.press("4", "enter").wait("18,993,704 params")
        editor.press("u").wait("25,557,032 params").press("q")
        assert editor.ended() == 0
