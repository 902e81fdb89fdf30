"""Several designs, their histories, saving, and work that is found again."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from terminal import Terminal, terminal
from textual.pilot import Pilot
from textual.widgets import Input

from inspector.core.design_file import read
from inspector.core.edit import edit
from inspector.core.network import analyze
from inspector.core.presets import preset
from inspector.core.units import ago
from inspector.journal.folder import KEPT, OPEN, left
from inspector.tui.app import InspectorApp
from inspector.tui.screens.designs import DesignsScreen
from inspector.tui.screens.history import HistoryScreen
from inspector.tui.screens.quit import QuitScreen
from inspector.tui.screens.recover import RecoverScreen
from inspector.tui.settings import Settings

RESNET50 = preset("resnet50")
KILLS = int(os.environ.get("INSPECTOR_KILLS", "3"))
TO_CONV5 = ["right_square_bracket"] * 4


@asynccontextmanager
async def _editor(
    state: Path | None = None, source: Path | None = None, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Pilot[None]]:
    design = RESNET50 if source is None else read(source)
    app = InspectorApp(design, state=state, source=source, settings=Settings(verify=False))
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield pilot


def _app(pilot: Pilot[None]) -> InspectorApp:
    assert isinstance(pilot.app, InspectorApp)
    return pilot.app


def _screen(pilot: Pilot[None]) -> str:
    strips = pilot.app.screen._compositor.render_strips()  # noqa: SLF001  # what the terminal is sent
    return "\n".join(strip.text for strip in strips)


def _edit(pilot: Pilot[None], assignment: str) -> None:
    app = _app(pilot)
    app.become(app.history.record(edit(app.history.current, assignment), assignment.partition("=")[0]))


async def _press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def test_each_design_has_its_history_its_place_and_its_baseline() -> None:
    async with _editor() as pilot:
        app = _app(pilot)
        await _press(pilot, *TO_CONV5, "plus", "w", "n", *"resnet18", "enter")
        assert [each.label for each in app.opened] == ["resnet50 with conv5_x.planes=520", "resnet18"]
        assert "2 of 2" in _screen(pilot)
        assert app.history.current == preset("resnet18")
        assert not app.history.can_undo
        assert app.name_at(app.selected) == "network"
        assert "11,689,512 params ±0" in _screen(pilot)
        await _press(pilot, "left_curly_bracket")
        assert app.name_at(app.selected) == "conv5_x"
        assert "26,018,376 params +461,344" in _screen(pilot)
        await _press(pilot, "u", "right_curly_bracket", "right_curly_bracket")
        assert app.history.can_redo
        assert app.history.current == RESNET50


async def test_a_design_is_named_copied_compared_and_closed(tmp_path: Path) -> None:
    async with _editor(tmp_path) as pilot:
        app = _app(pilot)
        _edit(pilot, "conv5_3.conv3=1024")
        await _press(pilot, "w", "r", *"lean", "enter")
        assert isinstance(app.screen, DesignsScreen)
        assert "lean" in _screen(pilot)
        await _press(pilot, "d", "escape")
        assert [each.label for each in app.opened] == ["lean", "lean copy"]
        assert "lean copy  2 of 2" in _screen(pilot)
        _edit(pilot, "conv5_x.blocks=2")
        await _press(pilot, "w", "up", "c")
        assert app.baseline.design == edit(RESNET50, "conv5_3.conv3=1024")
        await _press(pilot, "w", "x")
        await _press(pilot, "escape")
        assert [each.label for each in app.opened] == ["lean"]
        await _press(pilot, "w", "x", "escape")
        assert "the last design stays open" in _screen(pilot)


async def test_quitting_asks_for_each_design_that_is_unsaved(tmp_path: Path) -> None:
    async with _editor() as pilot:
        app = _app(pilot)
        _edit(pilot, "num_classes=10")
        await _press(pilot, "w", "n", *"resnet18", "enter")
        _edit(pilot, "num_classes=20")
        await _press(pilot, "q")
        assert isinstance(app.screen, QuitScreen)
        for words in ("resnet50 with num_classes=10  not saved", "resnet18 with num_classes=20  not saved"):
            assert words in _screen(pilot)
        await _press(pilot, "s")
        field = app.screen.query_one(Input)
        field.value = str(tmp_path / "small.toml")
        field.focus()
        await _press(pilot, "enter")
        await pilot.pause()
        assert read(tmp_path / "small.toml").num_classes == 20
        assert isinstance(app.screen, QuitScreen)
        assert "num_classes  1000 → 10" in _screen(pilot) or "resnet50 with num_classes=10" in _screen(pilot)
        await _press(pilot, "q")
    assert app.return_code == 0


async def test_unsaved_work_that_cannot_be_kept_is_not_closed() -> None:
    async with _editor() as pilot:
        await _press(pilot, "plus", "w", "n", *"resnet18", "enter", "w", "up", "x")
        assert len(_app(pilot).opened) == 2
        assert "save it first" in _screen(pilot)


async def test_a_copy_of_what_is_saved_is_work_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "resnet50"\nnum_classes = 10\n')
    async with _editor(tmp_path, path) as pilot:
        app = _app(pilot)
        assert not app.is_anything_unsaved
        await _press(pilot, "w", "d", "escape")
        assert app.is_anything_unsaved
        await _press(pilot, "q")
        assert "mine.toml copy" in _screen(pilot)


async def test_edits_of_the_command_line_are_kept_too(tmp_path: Path) -> None:
    design = edit(RESNET50, "num_classes=10")
    app = InspectorApp(design, saved=RESNET50, state=tmp_path, settings=Settings(verify=False))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.is_kept
        await _press(pilot, "w", "n", *"resnet18", "enter", "plus", "q")
        assert "kept for 30 days" in _screen(pilot)
        await _press(pilot, "q")
    kept = [found.work.history.current.num_classes for found in left(tmp_path / "journal", KEPT)]
    assert sorted(kept) == [10, 1001]


async def test_work_whose_file_has_changed_meanwhile_is_unsaved(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "resnet50"\n')
    async with _editor(tmp_path, path) as pilot:
        _edit(pilot, "num_classes=10")
        await _press(pilot, "ctrl+s")
        _app(pilot)._journal._let_go()  # type: ignore[union-attr]  # noqa: SLF001
    path.write_text('base = "resnet50"\nnum_classes = 20\n')
    async with _editor(tmp_path) as pilot:
        await _press(pilot, "W", "enter")
        app = _app(pilot)
        assert (app.history.current.num_classes, app.source) == (10, path)
        assert app.is_unsaved


async def test_names_with_control_characters_are_shown_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "m\x1b[31m\udcff.toml"
    path.write_text('base = "resnet50"\n')
    async with _editor(tmp_path, path) as pilot:
        _edit(pilot, "num_classes=10")
        await _press(pilot, "w")
        assert "\x1b" not in _screen(pilot)
        assert "m\\x1b[31m" in _screen(pilot)
        await _press(pilot, "escape")
        _app(pilot)._rename(0, "a\x07b")  # noqa: SLF001
        await pilot.pause()
        assert "a\\x07b" in _screen(pilot)


async def test_a_state_folder_that_may_not_be_looked_into_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("inspector.journal.folder.left", refuse)
    async with _editor(tmp_path) as pilot:
        await _press(pilot, *TO_CONV5, "plus")
        assert _app(pilot).history.can_undo


async def test_comparing_takes_the_other_design_of_two() -> None:
    async with _editor() as pilot:
        app = _app(pilot)
        await _press(pilot, "w", "c")
        assert isinstance(app.screen, DesignsScreen)
        assert "point at another design" in _screen(pilot)
        await _press(pilot, "escape")
        _edit(pilot, "num_classes=10")
        await _press(pilot, "w", "n", *"resnet18", "enter", "w", "c")
        assert app.baseline.design.num_classes == 10
        assert "d shows them in the tree" in _screen(pilot)


async def test_undone_edits_that_are_given_up_are_told() -> None:
    async with _editor() as pilot:
        for classes in range(10, 14):
            _edit(pilot, f"num_classes={classes}")
        await _press(pilot, "u", "u", "u")
        _edit(pilot, "num_classes=20")
        await pilot.pause()
        assert "3 edits that were undone are given up" in _screen(pilot)


async def test_work_that_is_forgotten_is_gone(tmp_path: Path) -> None:
    await _left(tmp_path, "plus")
    async with _editor(tmp_path) as pilot:
        await _press(pilot, "W", "x", "q")
    assert not list((tmp_path / "journal").iterdir())


async def test_a_design_that_nothing_was_done_in_makes_room() -> None:
    async with _editor() as pilot:
        await _press(pilot, "w", "n", *"resnet34", "enter")
        assert [each.label for each in _app(pilot).opened] == ["resnet34"]


async def test_the_history_lists_every_edit_and_goes_to_any() -> None:
    async with _editor() as pilot:
        app = _app(pilot)
        for assignment in ("conv5_x.planes=384", "num_classes=10", "stem.pool=false"):
            _edit(pilot, assignment)
        await _press(pilot, "u", "H")
        assert isinstance(app.screen, HistoryScreen)
        text = _screen(pilot)
        for words in ("opened", "▸ num_classes 1000 → 10", "conv5_x.planes 512 → 384", "-6.56 M", "-316 M"):
            assert words in text
        await _press(pilot, "up", "enter")
        assert app.history.at == 1
        assert "18,993,704 params" in _screen(pilot)
        await _press(pilot, "H", "down", "down", "enter")
        assert not app.history.current.stem.pool


async def test_ctrl_s_saves_to_the_file_that_was_opened_unless_something_would_be_lost(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    async with _editor() as pilot:
        _edit(pilot, "conv5_x.planes=384")
        await _press(pilot, "ctrl+s")
        field = pilot.app.screen.query_one(Input)
        field.value = str(path)
        field.focus()
        await _press(pilot, "enter")
        assert read(path).conv5_x.planes == 384
        _edit(pilot, "num_classes=10")
        assert "not saved" in _screen(pilot)
        await _press(pilot, "ctrl+s")
        assert read(path).num_classes == 10
        assert "not saved" not in _screen(pilot)
        path.write_text(path.read_text() + "# mine\n")
        _edit(pilot, "num_classes=11")
        await _press(pilot, "ctrl+s")
        assert read(path).num_classes == 10
        assert "exists" not in _screen(pilot)
        await _press(pilot, "escape", "S")
        assert str(path) not in _screen(pilot)


async def _left(state: Path, *keys: str) -> None:
    """Work that an editor leaves which is killed."""
    async with _editor(state) as pilot:
        await _press(pilot, *keys)
        _app(pilot)._journal._let_go()  # type: ignore[union-attr]  # noqa: SLF001  # as the system does at a kill


async def test_work_is_offered_back_with_its_history_and_its_place(tmp_path: Path) -> None:
    await _left(tmp_path, *TO_CONV5, "plus", "plus", "u")
    async with _editor(tmp_path) as pilot:
        app = _app(pilot)
        assert "work that was not saved: resnet50 with conv5_x.planes=520, just now   W opens it" in _screen(pilot)
        await _press(pilot, "W")
        assert isinstance(app.screen, RecoverScreen)
        assert "2 edits" in _screen(pilot)
        await _press(pilot, "enter")
        assert app.history.current.conv5_x.planes == 520
        assert app.history.can_redo
        assert len(app.opened) == 1
        assert app.name_at(app.selected) == "conv5_x"
        assert "W opens it" not in _screen(pilot)
        await _press(pilot, "q")
        assert isinstance(app.screen, QuitScreen)
        assert "kept for 30 days" in _screen(pilot)
        await _press(pilot, "q")
    assert not list(tmp_path.glob(f"journal/*{OPEN}"))
    async with _editor(tmp_path) as pilot:
        assert "W opens it" not in _screen(pilot)
        await _press(pilot, "W")
        assert isinstance(pilot.app.screen, RecoverScreen)
        await _press(pilot, "escape", "W", "enter")
        assert _app(pilot).history.current.conv5_x.planes == 520


async def test_an_offer_is_in_nobody_s_way_and_what_is_declined_is_kept(tmp_path: Path) -> None:
    await _left(tmp_path, "plus")
    async with _editor(tmp_path) as pilot:
        await _press(pilot, *TO_CONV5, "plus")
        assert _app(pilot).history.current.conv5_x.planes == 520
        await _press(pilot, "u", "q")
    (found,) = left(tmp_path / "journal", KEPT)
    assert found.work.history.current.num_classes == 1001
    found.set_aside()


async def test_an_offer_that_nobody_saw_is_made_again(tmp_path: Path) -> None:
    await _left(tmp_path, "plus")
    async with _editor(tmp_path) as pilot:
        for found in _app(pilot)._lost:  # noqa: SLF001
            found.let_go()
        _app(pilot)._lost = []  # noqa: SLF001
    async with _editor(tmp_path) as pilot:
        assert "W opens it" in _screen(pilot)


async def test_saved_and_untouched_work_leaves_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "resnet50"\n')
    async with _editor(tmp_path, path) as pilot:
        _edit(pilot, "num_classes=10")
        await _press(pilot, "ctrl+s", "q")
    assert read(path).num_classes == 10
    assert not list((tmp_path / "journal").iterdir())


async def test_two_editors_at_once_have_journals_of_their_own(tmp_path: Path) -> None:
    async with _editor(tmp_path) as one:
        _edit(one, "num_classes=10")
        async with _editor(tmp_path) as other:
            assert "W opens it" not in _screen(other)
            _edit(other, "num_classes=20")
            _edit(one, "num_classes=30")
            await _press(other, "q", "q")
        (path,) = (tmp_path / "journal").glob(f"*{OPEN}")
        assert b'"num_classes":30' in path.read_bytes()
        assert b'"num_classes":20' not in path.read_bytes()


async def test_where_nothing_can_be_written_it_is_said_once_and_editing_goes_on(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file")
    async with _editor(tmp_path) as pilot:
        _edit(pilot, "num_classes=10")
        await pilot.pause()
        assert "edits are not kept for a crash" in _screen(pilot)
        count = len(_app(pilot)._notifications)  # noqa: SLF001
        _edit(pilot, "num_classes=20")
        await pilot.pause()
        assert len(_app(pilot)._notifications) == count  # noqa: SLF001
        assert _app(pilot).network.design.num_classes == 20


@pytest.mark.parametrize(
    ("seconds", "words"), [(5, "just now"), (300, "5 min ago"), (7300, "2 h ago"), (90_000, "1 day ago")]
)
def test_how_long_ago(seconds: float, words: str) -> None:
    assert ago(seconds) == words


def _params(editor: Terminal) -> int:
    return int(editor.text.splitlines()[-2].split()[0].replace(",", ""))


@pytest.mark.parametrize("number", range(KILLS))
def test_an_editor_that_is_killed_loses_no_edit_that_was_seen(number: int, tmp_path: Path) -> None:
    chance = random.Random(number)  # noqa: S311
    with terminal(size=(120, 40), cwd=tmp_path) as editor:
        editor.wait("25,557,032 params").settle(0.2).press("]", "]", "]", "]")
        keys = [chance.choice("+++-u") for _ in range(chance.randint(1, 60))]
        for key in keys:
            editor.send(key)
        end = time.monotonic() + chance.random() * 0.6
        while time.monotonic() < end:
            editor._read(0.005)  # noqa: SLF001
        os.kill(editor.pid, signal.SIGKILL)
        editor.settle(0.1)
        seen = _params(editor)
    found = list(left(tmp_path / ".local/state/inspector/journal"))
    if not found:
        assert seen == 25_557_032
        return
    steps, at, totals = [RESNET50], 0, [25_557_032]
    for key in keys:
        if key == "u":
            at = max(at - 1, 0)
        else:
            planes = steps[at].conv5_x.planes + (8 if key == "+" else -8)
            steps[at + 1 :] = [edit(RESNET50, f"conv5_x.planes={planes}")]
            at += 1
        totals.append(analyze(steps[at]).params)
    kept = analyze(found[0].work.history.current).params
    assert kept in totals[totals.index(seen) :]
    found[0].set_aside()


def test_the_work_of_a_killed_editor_is_offered_in_a_real_terminal(tmp_path: Path) -> None:
    with terminal(size=(80, 24), cwd=tmp_path) as editor:
        editor.wait("25,557,032 params").settle().press("]", "]", "]", "]", "+", "+").wait("26,485,736 params")
        os.kill(editor.pid, signal.SIGKILL)
    with terminal(size=(80, 24), cwd=tmp_path) as editor:
        editor.wait("W opens it").settle().press("W").wait("2 edits").press("enter").wait("26,485,736 params")
        editor.press("u")
        editor.wait("26,018,376 params").press("u").wait("25,557,032 params").press("^r").wait("26,018,376 params")
        editor.press("q").wait("Quit without saving").press("q")
        assert editor.ended() == 0
