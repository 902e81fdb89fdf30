"""Several designs, their histories, saving, and work that is found again."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from editor import RESNET50, TO_CONV5, app_of, editor, let_go, make, press, screen_of
from long_designs import overridden
from terminal import Terminal, terminal
from textual.pilot import Pilot
from textual.widgets import Input, Static

from inspector.core.budgets.budget import Budget
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.history import History
from inspector.core.network.network import analyze
from inspector.core.units import ago
from inspector.files.design import read, read_whole
from inspector.files.reading import is_little
from inspector.journal.folder import KEPT, OPEN, left
from inspector.report.design_toml import design_file
from inspector.session.bench import Offer, Work
from inspector.tui.app import InspectorApp
from inspector.tui.config import Settings
from inspector.tui.screens import choose
from inspector.tui.screens.designs import DesignsScreen
from inspector.tui.screens.export import ExportScreen
from inspector.tui.screens.history import HistoryScreen
from inspector.tui.screens.quit import QuitScreen
from inspector.tui.screens.recover import RecoverScreen

KILLS = int(os.environ.get("INSPECTOR_KILLS", "3"))


async def test_a_design_is_named_copied_compared_and_closed(tmp_path: Path) -> None:
    async with editor(state=tmp_path) as pilot:
        app = app_of(pilot)
        make(pilot, "conv5_3.conv3=1024")
        await press(pilot, "w", "r", *"lean", "enter")
        assert isinstance(app.screen, DesignsScreen)
        assert "lean" in screen_of(pilot)
        await press(pilot, "d", "escape")
        assert [each.work.label for each in app.bench.designs] == ["lean", "lean copy"]
        assert "lean copy  2 of 2" in screen_of(pilot)
        make(pilot, "conv5_x.blocks=2")
        await press(pilot, "w", "up", "c")
        assert app.bench.baseline.design == edit(RESNET50, "conv5_3.conv3=1024")
        await press(pilot, "w", "x")
        await press(pilot, "escape")
        assert [each.work.label for each in app.bench.designs] == ["lean"]
        await press(pilot, "w", "x")
        assert "the last design stays open" in screen_of(pilot)


async def test_quitting_asks_for_each_design_that_is_unsaved(tmp_path: Path) -> None:
    async with editor() as pilot:
        app = app_of(pilot)
        make(pilot, "num_classes=10")
        await press(pilot, "w", "n", *"resnet18", "enter")
        make(pilot, "num_classes=20")
        await press(pilot, "q")
        assert isinstance(app.screen, QuitScreen)
        for words in ("resnet50 with num_classes=10  not saved", "resnet18 with num_classes=20  not saved"):
            assert words in screen_of(pilot)
        await press(pilot, "s")
        field = app.screen.query_one(Input)
        field.value = str(tmp_path / "small.toml")
        field.focus()
        await press(pilot, "enter")
        await pilot.pause()
        assert read(tmp_path / "small.toml").num_classes == 20
        assert isinstance(app.screen, QuitScreen)
        assert "num_classes  1000 → 10" in screen_of(pilot) or "resnet50 with num_classes=10" in screen_of(pilot)
        await press(pilot, "q")
    assert app.return_code == 0


async def test_a_start_is_no_work_and_an_edit_after_it_is(tmp_path: Path) -> None:
    design = edit(RESNET50, "num_classes=10")
    app = InspectorApp(design, saved=RESNET50, state=tmp_path, settings=Settings(verify=False))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.bench.kept == frozenset()
        await press(pilot, "q")
        assert "the edits are lost" in screen_of(pilot)
        await press(pilot, "escape")
        app.do("app.make", "num_classes=11")
        await press(pilot, "w", "n", *"resnet18", "enter", "plus", "q")
        assert "kept for 30 days" in screen_of(pilot)
        await press(pilot, "q")
    kept = [found.work.history.current.num_classes for found in left(tmp_path / "journal", KEPT)]
    assert sorted(kept) == [11, 1001]


async def test_work_that_was_saved_is_not_offered_and_other_work_asks_before_it_writes_over_what_came_since(
    tmp_path: Path,
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "resnet50"\n')
    async with editor(read(path), source=path, state=tmp_path) as pilot:
        make(pilot, "num_classes=10")
        await press(pilot, "ctrl+s")
        let_go(pilot)
    async with editor(state=tmp_path) as pilot:
        assert "W opens it" not in screen_of(pilot)
        await press(pilot, "W")
        assert "there is no earlier work" in screen_of(pilot)
    async with editor(read(path), source=path, state=tmp_path) as pilot:
        make(pilot, "num_classes=11")
        let_go(pilot)
    path.write_text('base = "resnet50"\nnum_classes = 20\n')
    async with editor(state=tmp_path) as pilot:
        await press(pilot, "W", "enter")
        app = app_of(pilot)
        assert (app.bench.design.num_classes, app.bench.work.source) == (11, path)
        assert app.bench.work.is_unsaved
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ExportScreen)
        assert read(path).num_classes == 20


async def test_names_with_control_characters_are_shown_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "m\x1b[31m\udcff.toml"
    path.write_text('base = "resnet50"\n')
    async with editor(read(path), source=path, state=tmp_path) as pilot:
        make(pilot, "num_classes=10")
        await press(pilot, "w")
        assert "\x1b" not in screen_of(pilot)
        assert "m\\x1b[31m" in screen_of(pilot)
        await press(pilot, "escape")
        app_of(pilot).do("designs.rename", 0, "a\x07b")
        await pilot.pause()
        assert "a\\x07b" in screen_of(pilot)


async def test_a_state_folder_that_may_not_be_looked_into_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("inspector.journal.folder.left", refuse)
    async with editor(state=tmp_path) as pilot:
        await press(pilot, *TO_CONV5, "plus")
        assert app_of(pilot).bench.history.can_undo


async def test_the_history_lists_every_edit_and_goes_to_any() -> None:
    async with editor() as pilot:
        app = app_of(pilot)
        for assignment in ("conv5_x.planes=384", "num_classes=10", "stem.pool=false"):
            make(pilot, assignment)
        await press(pilot, "u", "H")
        assert isinstance(app.screen, HistoryScreen)
        text = screen_of(pilot)
        for words in ("opened", "▸ num_classes 1000 → 10", "conv5_x.planes 512 → 384", "-6.56 M", "-316 M"):
            assert words in text
        await press(pilot, "up", "enter")
        assert app.bench.history.at == 1
        assert "18,993,704 params" in screen_of(pilot)
        await press(pilot, "H", "down", "down", "enter")
        assert not app.bench.history.current.stem.pool


async def test_ctrl_s_saves_to_the_file_that_was_opened_unless_something_would_be_lost(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    async with editor() as pilot:
        make(pilot, "conv5_x.planes=384")
        await press(pilot, "ctrl+s")
        field = pilot.app.screen.query_one(Input)
        field.value = str(path)
        field.focus()
        await press(pilot, "enter")
        assert read(path).conv5_x.planes == 384
        make(pilot, "num_classes=10")
        assert "not saved" in screen_of(pilot)
        await press(pilot, "ctrl+s")
        assert read(path).num_classes == 10
        assert "not saved" not in screen_of(pilot)
        path.write_text(path.read_text() + "# mine\n")
        make(pilot, "num_classes=11")
        await press(pilot, "ctrl+s")
        assert read(path).num_classes == 10
        assert "exists" not in screen_of(pilot)
        await press(pilot, "escape", "S")
        assert str(path) not in screen_of(pilot)


async def _left(state: Path, *keys: str) -> None:
    """Work that an editor leaves which is killed."""
    async with editor(state=state) as pilot:
        await press(pilot, *keys)
        let_go(pilot)


async def test_work_is_offered_back_with_its_history_and_its_place(tmp_path: Path) -> None:
    await _left(tmp_path, *TO_CONV5, "plus", "plus", "u")
    async with editor(state=tmp_path) as pilot:
        app = app_of(pilot)
        assert "work that was not saved: resnet50 with conv5_x.planes=520, just now   W opens it" in screen_of(pilot)
        await press(pilot, "W")
        assert isinstance(app.screen, RecoverScreen)
        assert "2 edits" in screen_of(pilot)
        await press(pilot, "enter")
        assert app.bench.history.current.conv5_x.planes == 520
        assert app.bench.history.can_redo
        assert len(app.bench.designs) == 1
        assert app.bench.place.name == "conv5_x"
        assert "W opens it" not in screen_of(pilot)
        await press(pilot, "q")
        assert isinstance(app.screen, QuitScreen)
        assert "kept for 30 days" in screen_of(pilot)
        await press(pilot, "q")
    assert not list(tmp_path.glob(f"journal/*{OPEN}"))
    async with editor(state=tmp_path) as pilot:
        assert "W opens it" not in screen_of(pilot)
        await press(pilot, "W")
        assert isinstance(pilot.app.screen, RecoverScreen)
        await press(pilot, "escape", "W", "enter")
        assert app_of(pilot).bench.history.current.conv5_x.planes == 520


async def test_an_offer_is_in_nobody_s_way_and_what_is_declined_is_kept(tmp_path: Path) -> None:
    await _left(tmp_path, "plus")
    async with editor(state=tmp_path) as pilot:
        await press(pilot, *TO_CONV5, "plus")
        assert app_of(pilot).bench.history.current.conv5_x.planes == 520
        await press(pilot, "u", "q")
    (found,) = left(tmp_path / "journal", KEPT)
    assert found.work.history.current.num_classes == 1001
    found.set_aside()


async def test_saved_and_untouched_work_leaves_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "resnet50"\n')
    async with editor(read(path), source=path, state=tmp_path) as pilot:
        make(pilot, "num_classes=10")
        await press(pilot, "ctrl+s", "q")
    assert read(path).num_classes == 10
    assert not list((tmp_path / "journal").iterdir())


async def test_two_editors_at_once_have_journals_of_their_own(tmp_path: Path) -> None:
    async with editor(state=tmp_path) as one:
        make(one, "num_classes=10")
        async with editor(state=tmp_path) as other:
            assert "W opens it" not in screen_of(other)
            make(other, "num_classes=20")
            make(one, "num_classes=30")
            await press(other, "q", "q")
        (path,) = (tmp_path / "journal").glob(f"*{OPEN}")
        assert b'"num_classes":30' in path.read_bytes()
        assert b'"num_classes":20' not in path.read_bytes()


async def test_where_nothing_can_be_written_it_is_said_once_and_editing_goes_on(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file")
    async with editor(state=tmp_path) as pilot:
        make(pilot, "num_classes=10")
        await pilot.pause()
        assert "edits are not kept for a crash" in screen_of(pilot)
        count = len(app_of(pilot)._notifications)  # noqa: SLF001
        make(pilot, "num_classes=20")
        await pilot.pause()
        assert len(app_of(pilot)._notifications) == count  # noqa: SLF001
        assert app_of(pilot).bench.network.design.num_classes == 20


async def test_a_work_that_was_found_is_told_in_one_line_of_80_columns() -> None:
    history = History.of(RESNET50).record(edit(RESNET50, "conv5_x.planes=1024"), "conv5_x.planes")
    work, days = Work(history, RESNET50), 29 * 86_400
    async with editor(size=(80, 24)) as pilot:
        await pilot.app.push_screen(RecoverScreen([Offer(key, work, time.time() - days) for key in range(30)]))
        await pilot.pause()
        lines = [line for line in screen_of(pilot).splitlines() if "conv5_x" in line]
        assert len(lines) > 10
        assert all("resnet50 with conv5_x.planes=1024" in line for line in lines)
        assert all("1 edit 67.2 M params 29 days ago" in line for line in lines)


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
    steps, at, totals = [RESNET50], 0, [25_557_032]
    for key in keys:
        if key == "u":
            at = max(at - 1, 0)
        else:
            planes = steps[at].conv5_x.planes + (8 if key == "+" else -8)
            steps[at + 1 :] = [edit(RESNET50, f"conv5_x.planes={planes}")]
            at += 1
        totals.append(analyze(steps[at]).params)
    found = list(left(tmp_path / ".local/state/inspector/journal"))
    kept = analyze(found[0].work.history.current).params if found else totals[0]  # as it was saved: nothing to offer
    assert kept in totals[totals.index(seen) :]
    for each in found:
        each.set_aside()


@pytest.mark.parametrize("number", range(KILLS))
def test_an_editor_that_is_killed_among_saves_offers_what_is_unsaved_and_nothing_else(
    number: int, tmp_path: Path
) -> None:
    chance = random.Random(1000 + number)  # noqa: S311
    path = tmp_path / "mine.toml"
    path.write_text('base = "resnet50"\n')
    with terminal("mine.toml", size=(120, 40), cwd=tmp_path) as editor:
        editor.wait("25,557,032 params").settle(0.2).press("]", "]", "]", "]")
        keys = [chance.choice(("+", "+", "-", "u", "^s", "^s")) for _ in range(chance.randint(1, 30))]
        for key in keys:
            editor.send(key)
        end = time.monotonic() + chance.random() * 0.6
        while time.monotonic() < end:
            editor._read(0.005)  # noqa: SLF001
        os.kill(editor.pid, signal.SIGKILL)
        editor.settle(0.1)
        seen = _params(editor)
    steps, at, saved = [512], 0, 512
    states = [(512, 512)]
    for key in keys:
        if key == "^s":
            saved = steps[at]
        elif key == "u":
            at = max(at - 1, 0)
        else:
            steps[at + 1 :] = [steps[at] + (8 if key == "+" else -8)]
            at += 1
        states.append((steps[at], saved))
    left_off = [analyze(edit(RESNET50, f"conv5_x.planes={planes}")).params for planes, _ in states].index(seen)
    in_file = read(path).conv5_x.planes
    offers = list(left(tmp_path / ".local/state/inspector/journal"))
    found = [(each.work.history.current.conv5_x.planes, each.work.saved.conv5_x.planes) for each in offers]
    possible = [state for state in states[left_off:] if found in ([state], []) and (found or state[0] == state[1])]
    assert possible
    assert in_file in {saved for _, saved in states[left_off:]}
    for each in offers:
        each.set_aside()


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


async def _file_read(pilot: Pilot[None]) -> None:
    """Wait for the file that a dialog is reading."""
    while any(each.group == "file" and not each.is_finished for each in pilot.app.workers):
        await pilot.pause(0.01)
    await pilot.pause()


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Files are read once this is set."""
    may = threading.Event()

    def read_slowly(path: Path) -> tuple[Design, Budget]:
        assert may.wait(20)
        return read_whole(path)

    monkeypatch.setattr(choose, "read_whole", read_slowly)
    yield may
    may.set()


async def test_a_large_design_file_is_read_beside_until_something_else_is_typed(
    slowly: threading.Event, tmp_path: Path
) -> None:
    path = tmp_path / "large.toml"
    path.write_text(design_file(overridden(2_000)))
    assert not is_little(path)
    async with editor() as pilot:
        await press(pilot, "w", "n")
        field = pilot.app.screen.query_one(Input)
        field.value = str(path)
        await pilot.press("enter")
        assert "reading large.toml …" in screen_of(pilot)
        await pilot.press("x")
        slowly.set()
        await _file_read(pilot)
        assert "reading" not in screen_of(pilot)
        assert field.value == f"{path}x"
        await press(pilot, "backspace", "enter")
        await _file_read(pilot)
        assert app_of(pilot).bench.design == overridden(2_000)
        assert app_of(pilot).bench.work.source == path


async def test_a_dialog_that_reads_a_large_design_file_is_left_at_once(slowly: threading.Event, tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_text(design_file(overridden(2_000)))
    async with editor() as pilot:
        await press(pilot, "w", "n")
        pilot.app.screen.query_one(Input).value = str(path)
        await press(pilot, "enter", "escape", "plus")
        slowly.set()
        await _file_read(pilot)
        assert app_of(pilot).bench.design == edit(RESNET50, "num_classes=1001")


async def test_what_is_wrong_with_a_large_design_file_is_said_where_it_was_named(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_text(design_file(overridden(2_000)).replace("conv1 = 8,", "conv1 = -8,"))
    async with editor() as pilot:
        await press(pilot, "B")
        pilot.app.screen.query_one(Input).value = str(path)
        await press(pilot, "enter")
        await _file_read(pilot)
        problem = str(pilot.app.screen.query_one(".problem", Static).render())
        assert problem.endswith("conv4_x.overrides[0].conv1 = -8: must be an integer from 1 to 65536")


async def test_who_sees_the_editor_crash_is_told_where_the_work_is_by_then(tmp_path: Path) -> None:
    async with editor(state=tmp_path) as pilot:
        app = app_of(pilot)
        assert app.kept_words() == "Nothing was unsaved."
        make(pilot, "num_classes=10")
        assert "inspector offers it when it starts again" in app.kept_words()
        for journal in (tmp_path / "journal").iterdir():
            journal.unlink()
        assert "is lost" in app.kept_words()


async def test_all_that_is_unsaved_is_saved_at_once_and_the_editor_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with editor(state=tmp_path / "state") as pilot:
        make(pilot, "conv5_x.planes=384")
        app = app_of(pilot)
        app.do("choose.open", edit(RESNET50, "num_classes=10"), None)
        make(pilot, "num_classes=7")
        app.do("designs.rename", 1, "lean/er")
        await pilot.pause()
        app.pop_screen()
        await pilot.press("q")
        await pilot.pause()
        assert "save as resnet50-edited.toml, lean_er.toml, and quit" in screen_of(pilot)
        await pilot.press("a")
        await pilot.pause()
    assert sorted(path.name for path in tmp_path.glob("*.toml")) == ["lean_er.toml", "resnet50-edited.toml"]
    assert read(tmp_path / "lean_er.toml").num_classes == 7
    assert read(tmp_path / "resnet50-edited.toml").stage("conv5_x").planes == 384
    assert app.return_code == 0


async def test_a_file_that_is_there_is_not_written_over_by_saving_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "resnet50-edited.toml").write_text("mine")
    async with editor(state=tmp_path / "state") as pilot:
        make(pilot, "conv5_x.planes=384")
        app_of(pilot).do("quit.save")
        await pilot.pause()
        assert "Quit without saving?" in screen_of(pilot)
        assert app_of(pilot).bench.work.is_unsaved
    assert (tmp_path / "resnet50-edited.toml").read_text() == "mine"


async def test_every_format_is_exported_at_once_under_the_name_of_the_design(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with editor(state=tmp_path / "state") as pilot:
        make(pilot, "conv5_x.planes=384")
        app_of(pilot).do("designs.rename", 0, "thin-ner")
        await pilot.pause()
        app_of(pilot).pop_screen()
        await pilot.press("x", *["down"] * 8, "enter")
        await pilot.pause()
        names = {f"thin-ner.{ending}" for ending in ("txt", "md", "json", "csv", "toml", "html", "svg")} | {
            "thin_ner.py"
        }
        assert {path.name for path in tmp_path.iterdir() if path.is_file()} == names
        assert not app_of(pilot).bench.work.is_unsaved
        before = {path: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
        make(pilot, "conv5_x.planes=256")
        await pilot.press("x", *["down"] * 8, "enter")
        await pilot.pause()
        assert "there are such files" in " ".join(screen_of(pilot).split())
        assert before == {path: path.read_text() for path in before}
        await pilot.press("enter")
        await pilot.pause()
        assert read(tmp_path / "thin-ner.toml").stage("conv5_x").planes == 256
