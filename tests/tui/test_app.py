"""The editor, driven by a pilot: state, and what is written on the screen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from editor import RESNET50, TO_CONV5, app_of, editor, make, screen_of, selected
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from inspector.core.design.edit import edit
from inspector.files.design import read
from inspector.tui.app import InspectorApp
from inspector.tui.config import Settings
from inspector.tui.screens.export import ExportScreen
from inspector.tui.screens.help import HelpScreen
from inspector.tui.screens.quit import QuitScreen
from inspector.tui.widgets.detail import ValueInput
from inspector.tui.widgets.rows import Folds, visible
from inspector.tui.widgets.sheet import Sheet
from inspector.tui.widgets.tree import TreeTable


@asynccontextmanager
async def _editor(*assignments: str, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[None]]:
    """The editor of an edited design, of which the preset is saved."""
    async with editor(edit(RESNET50, *assignments), saved=RESNET50, size=size) as pilot:
        yield pilot


async def test_the_main_job() -> None:
    async with _editor() as pilot:
        assert "25,557,032 params ±0" in screen_of(pilot)
        await pilot.press(*TO_CONV5)
        assert selected(pilot) == "conv5_x"
        await pilot.press("e")
        await pilot.pause()
        await pilot.press("3", "8", "4", "enter")
        assert "18,993,704 params -6,563,328" in screen_of(pilot)
        await pilot.press("escape", "u")
        await pilot.pause()
        assert "25,557,032 params ±0" in screen_of(pilot)
        assert app_of(pilot).bench.history.current == RESNET50
        await pilot.press("ctrl+r")
        assert "18,993,704 params" in screen_of(pilot)


async def test_what_is_not_allowed_is_explained_and_changes_nothing() -> None:
    async with _editor() as pilot:
        await pilot.press(*TO_CONV5, "e")
        await pilot.pause()
        await pilot.press("7", "0", "0", "0", "0")
        await pilot.pause()
        assert "must be an integer from 1 to 65536" in screen_of(pilot)
        assert app_of(pilot).bench.history.current.conv5_x.planes == 7000
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.query_one(ValueInput).display, "a value that is not allowed is not kept"
        await pilot.press("backspace")
        await pilot.pause()
        assert "must be an integer" not in screen_of(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert app_of(pilot).bench.history.current == RESNET50
        assert not pilot.app.query_one(ValueInput).display


async def test_an_override_grows_a_projection_in_sight() -> None:
    async with _editor(size=(120, 56)) as pilot:
        await pilot.press("2", "G", "up", "up", "up", "right")
        await pilot.pause()
        assert selected(pilot) == "conv5_3"
        await pilot.press("e")
        await pilot.pause()
        await pilot.press(*"1024", "enter")
        await pilot.pause()
        screen = screen_of(pilot)
        assert "26,105,896 params +548,864" in screen
        assert "downsample" in screen
        assert selected(pilot) == "conv5_3"
        await pilot.press("escape", "G")
        await pilot.pause()
        assert "1024 → 1000" in screen_of(pilot)


async def test_folds_and_cursor_stay_through_edits_and_undo() -> None:
    async with _editor() as pilot:
        await pilot.press("3", *TO_CONV5, "down", "down", "down")
        await pilot.pause()
        before = [line[:20] for line in screen_of(pilot).splitlines()]
        place = selected(pilot)
        await pilot.press("plus", "plus", "u")
        await pilot.pause()
        assert selected(pilot) == place
        assert [line[:20] for line in screen_of(pilot).splitlines()][1:-2] == before[1:-2]


async def test_choices_and_flags_are_stepped() -> None:
    async with _editor() as pilot:
        await pilot.press("tab")
        await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app_of(pilot).bench.history.current.stride_on == "conv1"
        assert "resnet50 v1, edited" in screen_of(pilot)
        await pilot.press("down", "right")
        await pilot.pause()
        assert app_of(pilot).bench.history.current.block == "basic"
        assert "21,797,672 params" in screen_of(pilot)


async def test_a_digit_in_the_detail_begins_a_value() -> None:
    async with _editor() as pilot:
        await pilot.press(*TO_CONV5, "tab")
        await pilot.pause()
        await pilot.press("2")
        await pilot.pause()
        await pilot.press("5", "6", "enter")
        await pilot.pause()
        assert app_of(pilot).bench.history.current.conv5_x.planes == 256


async def test_the_mouse_does_it_too() -> None:
    async with _editor() as pilot:
        tree, sheet = pilot.app.query_one(TreeTable), pilot.app.query_one(Sheet)
        y = next(y for y, line in enumerate(screen_of(pilot).splitlines()) if " conv5_x " in line) - tree.region.y
        await pilot.click(TreeTable, offset=(10, y))
        await pilot.pause()
        assert selected(pilot) == "conv5_x"
        value = sheet.value_region(0)
        await pilot.click(Sheet, offset=(value.right + 1, value.y))
        await pilot.pause()
        assert app_of(pilot).bench.history.current.conv5_x.planes == 520
        await pilot.click(Sheet, offset=(value.x - 2, value.y))
        await pilot.click(Sheet, offset=(value.x - 2, value.y))
        await pilot.pause()
        assert app_of(pilot).bench.history.current.conv5_x.planes == 504
        await pilot.click(Sheet, offset=(value.x + 2, value.y))
        await pilot.pause()
        await pilot.press(*"256", "enter")
        await pilot.pause()
        assert app_of(pilot).bench.history.current.conv5_x.planes == 256
        await pilot.click("#keys", offset=(screen_of(pilot).splitlines()[-1].index("undo"), 0))
        await pilot.pause()
        assert app_of(pilot).bench.history.current.conv5_x.planes == 504


async def test_clicking_a_marker_folds() -> None:
    async with _editor() as pilot:
        await pilot.press("1")
        await pilot.pause()
        y = next(y for y, line in enumerate(screen_of(pilot).splitlines()) if "▸ conv4_x" in line) - 1
        await pilot.click(TreeTable, offset=(3, y))
        await pilot.pause()
        assert "▾ conv4_x" in screen_of(pilot)
        assert "conv4_6" in screen_of(pilot)


async def test_a_small_terminal_shows_one_pane_at_a_time() -> None:
    async with _editor(size=(80, 24)) as pilot:
        await pilot.press(*TO_CONV5)
        assert "width_per_group" not in screen_of(pilot)
        await pilot.press("e")
        await pilot.pause()
        await pilot.pause()
        assert "width_per_group" in screen_of(pilot)
        await pilot.press(*"384", "enter")
        await pilot.pause()
        assert "18,993,704 params" in screen_of(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert "▾ conv5_x" in screen_of(pilot)
        assert "width_per_group" not in screen_of(pilot)


@pytest.mark.parametrize("name", ["text", "md", "json", "csv", "toml", "code", "html", "svg"])
async def test_every_format_is_exported_and_nothing_is_overwritten_unasked(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with _editor("conv5_x.planes=256") as pilot:
        position = ["text", "md", "json", "csv", "toml", "code", "html", "svg"].index(name)
        await pilot.press("x")
        await pilot.pause()
        await pilot.press(*["down"] * position, "enter")
        await pilot.pause()
        (path,) = tmp_path.iterdir()
        ending = {"text": "txt", "code": "py"}.get(name, name)
        between = "_" if ending == "py" else "-"  # what can be imported
        assert path.name == f"resnet50{between}edited.{ending}"
        if name == "json":
            assert json.loads(path.read_text())["totals"]["params"] == 13_970_472
        if name == "toml":
            assert read(path) == app_of(pilot).bench.history.current
        assert app_of(pilot).bench.work.is_unsaved == (name != "toml")
        path.write_text("something else")
        await pilot.press("x")
        await pilot.pause()
        await pilot.press(*["down"] * position, "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ExportScreen)
        assert "enter once more overwrites it" in screen_of(pilot)
        assert path.read_text() == "something else"
        await pilot.press("enter")
        await pilot.pause()
        assert path.read_text() != "something else"


async def test_an_export_that_fails_says_why_and_stays_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with _editor() as pilot:
        await pilot.press("x")
        await pilot.pause()
        for name, reason in (("nowhere/x.txt", "no such file or directory"), ("", "a file needs a name")):
            pilot.app.screen.query_one(Input).value = name
            pilot.app.screen.query_one(OptionList).focus()
            await pilot.press("enter")
            await pilot.pause()
            assert reason in screen_of(pilot)
        assert isinstance(pilot.app.screen, ExportScreen)
        assert list(tmp_path.iterdir()) == []
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ExportScreen)


async def test_quitting_asks_where_edits_would_be_lost() -> None:
    async with _editor() as pilot:
        await pilot.press(*TO_CONV5, "plus", "q")
        await pilot.pause()
        assert isinstance(pilot.app.screen, QuitScreen)
        assert "conv5_x.planes  512 → 520" in screen_of(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, QuitScreen)
        assert pilot.app.is_running
        await pilot.press("ctrl+q")
        await pilot.pause()
        await pilot.press("q")
        await pilot.pause()
    assert pilot.app.return_code == 0


async def test_help_lists_every_key_of_every_pane() -> None:
    async with _editor(size=(120, 170)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HelpScreen)
        screen = screen_of(pilot)
        for keys, words in (
            ("u", "Undo"),
            ("^p", "Every command, by name"),
            ("[", "Previous stage"),
            ("enter e space", "Type a value (a digit or a letter begins it)"),
            ("esc", "Take back"),
        ):
            assert any(keys in line and words in line for line in screen.splitlines()), words
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, HelpScreen)


async def test_the_command_palette_knows_the_actions() -> None:
    async with _editor() as pilot:
        await pilot.press(*TO_CONV5, "plus", "ctrl+p")
        await pilot.pause()
        await pilot.press(*"undo")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await pilot.pause(0.5)
        assert app_of(pilot).bench.history.current == RESNET50


async def test_a_file_name_is_never_markup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with _editor("conv5_x.planes=256") as pilot:
        await pilot.press("x")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "[bold]x[].txt"
        await pilot.press("enter")
        await pilot.pause()
        assert (tmp_path / "[bold]x[].txt").exists()
        await pilot.pause(0.3)
        assert "[bold]x[].txt" in screen_of(pilot)


@pytest.mark.parametrize("name", ["~nobody-of-that-name/x.txt", "x" * 260, "a\x00b", "/dev/full", "/"])
async def test_a_name_that_no_file_can_have_is_explained(name: str) -> None:
    async with _editor("conv5_x.planes=256") as pilot:
        await pilot.press("x")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = name
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ExportScreen)
        assert str(pilot.app.screen.query_one(".problem", Static).render())


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "nord"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_size_shows_the_table_with_its_columns_in_line(theme: str, size: tuple[int, int]) -> None:
    async with _editor(size=size) as pilot:
        pilot.app.theme = theme
        await pilot.press("2")
        await pilot.pause()
        rows = [line for line in screen_of(pilot).splitlines() if " conv2_" in line or " conv5_" in line]
        assert len({row.index("×") for row in rows if "256×56×56" in row}) == 1
        width = pilot.app.query_one(TreeTable).size.width
        assert len({len(row[:width].rstrip(" █▏▎▍▌▋▊▉▐")) for row in rows if "256×56×56" in row}) == 1


async def _burst(pilot: Pilot[None], *keys: str) -> None:
    """Keys that come in all at once, as over a slow line or from a macro."""
    for key in keys:
        character = key if len(key) == 1 else None
        pilot.app.post_message(events.Key({"]": "right_square_bracket"}.get(key, key), character))
    for _ in range(20):
        await pilot.pause(0.01)


async def test_keys_that_come_in_one_burst_go_where_they_would_one_by_one() -> None:
    async with _editor() as pilot:
        await _burst(pilot, *"]]]]e384", "enter", "escape", "u", *"]")
        assert [step.label for step in app_of(pilot).bench.history.steps] == ["", "conv5_x.planes"]
        assert app_of(pilot).bench.history.steps[1].design.conv5_x.planes == 384
        assert app_of(pilot).bench.history.current == RESNET50
        await _burst(pilot, "down", "e", *"1000", "enter")
        assert app_of(pilot).bench.history.current == edit(RESNET50, "conv5_1.conv3=1000")


async def test_a_paste_comes_in_its_turn_too() -> None:
    async with _editor() as pilot:
        for event in (events.Key("e", "e"), events.Paste("384"), events.Key("enter", "\r")):
            pilot.app.post_message(event)
        for _ in range(20):
            await pilot.pause(0.01)
        assert app_of(pilot).bench.history.current == edit(RESNET50, "num_classes=384")


async def test_what_was_half_typed_and_is_not_allowed_is_taken_back_when_left() -> None:
    async with _editor() as pilot:
        for leave in ("click", "ctrl+r", "ctrl+q"):
            await pilot.press("escape", "1", *TO_CONV5, "e", *"1.5")
            await pilot.pause()
            assert "must be an integer" in screen_of(pilot)
            if leave == "click":
                await pilot.click(TreeTable, offset=(10, 4))
            else:
                await pilot.press(leave)
            await pilot.pause()
            assert not isinstance(pilot.app.screen, QuitScreen)
            assert app_of(pilot).bench.history.current == RESNET50


async def test_the_name_and_the_format_follow_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with _editor() as pilot:
        for name, written in (("mine.json", "mine.json"), ("plain", "plain.txt")):
            await pilot.press("x", "tab")
            pilot.app.screen.query_one(Input).value = name
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            assert (tmp_path / written).exists()
        assert json.loads((tmp_path / "mine.json").read_text())["schema"] == "inspector/report/1"


async def test_saving_goes_back_to_the_file_that_was_opened(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[conv5_x]\nplanes = 256\n")
    app = InspectorApp(read(path), source=path, settings=Settings(verify=False))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("plus", "q")
        await pilot.pause()
        await pilot.press("s")
        await pilot.pause()
        assert str(path) in pilot.app.screen.query_one(Input).value
        await pilot.press("enter", "enter")
        await pilot.pause()
    assert app.return_code == 0
    assert read(path).num_classes == 1001


async def test_the_selection_follows_a_projection_that_comes_and_goes() -> None:
    async with _editor() as pilot:
        app = app_of(pilot)
        await pilot.press("3", "G", *["up"] * 4)
        await pilot.pause()
        assert selected(pilot) == "conv5_3.shortcut"
        make(pilot, "conv5_3.conv3=1024")
        await pilot.pause()
        assert selected(pilot) == "conv5_3.downsample"
        app.do("app.undo")
        make(pilot, "block=basic")
        await pilot.pause()
        assert selected(pilot).startswith("conv5_3")
        app.do("app.undo")
        app.do("app.undo")
        await pilot.pause()
        assert selected(pilot).startswith("conv5_3")
        assert app.query_one(TreeTable).cursor == app.bench.where
        assert app.bench.where in visible(app.bench.network.root, Folds(4))


async def test_the_input_stays_over_its_value_when_the_sheet_scrolls() -> None:
    async with _editor(size=(120, 14)) as pilot:
        await pilot.press(*TO_CONV5, "e")
        await pilot.pause()
        sheet, typed = pilot.app.query_one(Sheet), pilot.app.query_one("#value", Input)
        sheet.scroll_to(y=1, animate=False, force=True)
        await pilot.pause()
        assert typed.region.y == sheet.region.y + sheet.value_region(0).y
        await pilot.press("escape", "pagedown", "escape", "left_square_bracket")
        await pilot.pause()
        assert sheet.scroll_y == 0


async def test_a_click_on_a_fact_leaves_the_keys_where_they_work() -> None:
    async with _editor() as pilot:
        await pilot.press(*TO_CONV5)
        await pilot.click(Sheet, offset=(5, 20))
        await pilot.pause()
        await pilot.press("plus")
        await pilot.pause()
        assert app_of(pilot).bench.history.current.conv5_x.planes == 520


async def test_the_bar_is_the_share_of_params_or_of_macs() -> None:
    async with _editor(size=(200, 60)) as pilot:
        before = screen_of(pilot)
        assert "share of params" in before
        await pilot.press("s")
        await pilot.pause()
        after = screen_of(pilot)
        assert "share of MACs" in after
        assert [line.count("█") for line in before.splitlines()] != [line.count("█") for line in after.splitlines()]


async def test_another_theme_paints_every_line_anew() -> None:
    async with _editor() as pilot:

        def papers() -> set[object]:
            strips = pilot.app.screen._compositor.render_strips()  # noqa: SLF001  # what the terminal is sent
            return {segment.style.bgcolor for strip in strips[3:-3] for segment in strip if segment.style}

        before = papers()
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert not before & papers()


async def test_quitting_from_a_dialog_asks_too() -> None:
    async with _editor("conv5_x.planes=256") as pilot:
        await pilot.press("x", "ctrl+q")
        await pilot.pause()
        assert isinstance(pilot.app.screen, QuitScreen)
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert pilot.app.return_code == 0
