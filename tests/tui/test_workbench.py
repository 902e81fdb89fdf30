"""The panes beside the tree: ripple, rankings, picture, finding, baselines, and what is kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from editor import app_of, editor, make, screen_of, selected
from hypothesis import given
from hypothesis import strategies as st
from strategies import designs
from textual.pilot import Pilot
from textual.widgets import Input

from inspector.core.design.design import Design
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.units import short_difference
from inspector.session.panes import Pane
from inspector.tui.screens.choose import ChooseScreen
from inspector.tui.widgets.detail import Detail
from inspector.tui.widgets.listing import Listing
from inspector.tui.widgets.picture import Picture, heights, stations, widths
from inspector.tui.widgets.ripple import Ripple
from inspector.tui.widgets.tree import TreeTable

FEWER = "conv5_3.conv3=1024"


@asynccontextmanager
async def _editor(
    *assignments: str, size: tuple[int, int] = (120, 40), state: Path | None = None, is_ascii: bool = False
) -> AsyncIterator[Pilot[None]]:
    """The editor of ResNet-50, with edits made in it."""
    async with editor(size=size, state=state, ascii=is_ascii) as pilot:
        for assignment in assignments:
            make(pilot, assignment)
        await pilot.pause()
        yield pilot


async def _press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_the_ripple_says_what_followed_and_why(size: tuple[int, int]) -> None:
    async with _editor(FEWER, size=size) as pilot:
        await _press(pilot, "r")
        screen = screen_of(pilot)
        assert "conv5_3.conv3 2048 → 1024" in screen
        assert "new: 1×1, 2048 → 1024" in screen
        assert "the identity no longer fits the sum: 2048 ≠ 1024" in screen
        assert "conv5_x now ends in 1024 feature maps" in screen
        await _press(pilot, "down", "down")
        assert selected(pilot) == "conv5_3.downsample"
        await _press(pilot, "enter")
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "tree"
        await _press(pilot, "less_than_sign")
        assert selected(pilot) == "network"
        await _press(pilot, "escape")
        assert ("ripple" in screen_of(pilot).splitlines()[-2]) is False


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_tab_goes_through_the_panes_and_escape_back(size: tuple[int, int]) -> None:
    async with _editor(size=size) as pilot:
        seen = []
        while not seen or seen[-1] != "tree":
            await _press(pilot, "tab")
            seen.append(app_of(pilot).bench.focus)
            assert pilot.app.query_one(f"#{seen[-1]}").display
            assert pilot.app.focused is pilot.app.query_one(f"#{seen[-1]}")
        assert seen[0] == "detail"
        await _press(pilot, "shift+tab", "escape")
        assert app_of(pilot).bench.focus == "tree"


async def test_the_ripple_since_the_baseline() -> None:
    async with _editor(FEWER, "num_classes=10") as pilot:
        await _press(pilot, "r")
        assert "num_classes 1000 → 10" in screen_of(pilot)
        assert "2048 ≠ 1024" not in screen_of(pilot)
        await _press(pilot, "r")
        assert "2 edits" in screen_of(pilot)
        assert "2048 ≠ 1024" in screen_of(pilot)
        await _press(pilot, "u", "u")
        assert "nothing has changed" in screen_of(pilot)


async def test_marks_tell_the_last_edit_from_those_before_it() -> None:
    async with _editor("conv2_x.planes=72", "num_classes=10") as pilot:
        lines = {line.split()[1]: line for line in screen_of(pilot).splitlines()[2:28] if line.split()}
        assert "○" in lines["conv2_x"]
        assert "●" in lines["head"]
        assert "●" not in lines["conv4_x"]


async def test_columns_of_differences_come_and_go() -> None:
    async with _editor(FEWER) as pilot:
        await _press(pilot, "d")
        assert "± params" in screen_of(pilot)
        assert any(
            "conv5_3" in line and "+1.57 M" in line and "+77.1 M" in line for line in screen_of(pilot).splitlines()
        )
        await _press(pilot, "d")
        assert "± params" not in screen_of(pilot)


async def test_this_design_as_the_baseline_and_another() -> None:
    async with _editor(FEWER) as pilot:
        await _press(pilot, "b")
        assert "26,105,896 params ±0" in screen_of(pilot)
        assert "against resnet50 with conv5_3.conv3=1024" in screen_of(pilot)
        await _press(pilot, "u")
        assert "26,105,896 params +548,864" in screen_of(pilot)
        await _press(pilot, "ctrl+r")
        make(pilot, "conv5_3.conv3=2048")
        await pilot.pause()
        assert "25,557,032 params -548,864" in screen_of(pilot)
        await _press(pilot, "B")
        assert isinstance(pilot.app.screen, ChooseScreen)
        await _press(pilot, "enter")
        assert "params +13,867,520" in screen_of(pilot)


async def test_a_design_file_as_the_baseline(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "resnet50"\n[conv5_x]\nplanes = 384\n')
    async with _editor() as pilot:
        await _press(pilot, "B")
        pilot.app.screen.query_one(Input).value = str(tmp_path / "none.toml")
        await _press(pilot, "enter")
        assert "no such file" in screen_of(pilot)
        pilot.app.screen.query_one(Input).value = str(path)
        await _press(pilot, "enter")
        assert "25,557,032 params +6,563,328" in screen_of(pilot)


async def test_what_costs_most_and_what_changed_most() -> None:
    async with _editor(FEWER) as pilot:
        await _press(pilot, "o")
        assert "costs most in params" in screen_of(pilot)
        assert screen_of(pilot).splitlines()[2].lstrip("▌ ").startswith("conv5_1.conv2 ")
        await _press(pilot, "o")
        assert "costs most in MACs" in screen_of(pilot)
        await _press(pilot, "o", "down")
        assert "changed most in params since resnet50" in screen_of(pilot)
        assert selected(pilot) == "fc"
        await _press(pilot, "escape")
        assert "changed most" not in screen_of(pilot)


async def test_finding_filters_and_goes_there_or_back() -> None:
    async with _editor() as pilot:
        await _press(pilot, "slash", *"3x3", "space", *"512")
        screen = screen_of(pilot)
        assert "1 of 3" in screen
        assert "conv4_x" not in screen.split("feature maps")[0]
        assert selected(pilot) == "conv5_1.conv2"
        await _press(pilot, "down", "enter")
        assert selected(pilot) == "conv5_2.conv2"
        assert "conv4_x" in screen_of(pilot)
        await _press(pilot, "n")
        assert selected(pilot) == "conv5_3.conv2"
        await _press(pilot, "n")
        assert selected(pilot) == "conv5_1.conv2"
        await _press(pilot, "N")
        assert selected(pilot) == "conv5_3.conv2"
        await _press(pilot, "slash", *"zzz")
        assert "nothing has it in it" in screen_of(pilot)
        await _press(pilot, "escape")
        assert selected(pilot) == "conv5_3.conv2"


async def test_the_palette_goes_to_any_place() -> None:
    async with _editor() as pilot:
        await _press(pilot, "ctrl+p", *"layer4.2.conv3")
        await pilot.pause(0.5)
        await _press(pilot, "enter")
        assert selected(pilot) == "conv5_3.conv3"


async def test_choosing_a_box_moves_the_tree_by_key_and_by_mouse() -> None:
    async with _editor(FEWER) as pilot:
        await _press(pilot, "m", "right", "right", "right")
        assert selected(pilot) == "conv2_x"
        picture = pilot.app.query_one(Picture)
        text = next(line for line in screen_of(pilot).splitlines() if "conv3_x" in line and "conv4_x" in line)
        assert "● conv5_x" in text
        await pilot.click(picture, offset=(text.index("conv4_x"), 3))
        await pilot.pause()
        assert selected(pilot) == "conv4_x"
        await _press(pilot, "m")
        assert not picture.display


async def test_lists_are_clicked() -> None:
    async with _editor(FEWER) as pilot:
        await _press(pilot, "r")
        await pilot.click(pilot.app.query_one(Ripple), offset=(5, 6))
        await pilot.pause()
        assert selected(pilot) == "fc"


async def test_the_theme_and_that_the_hint_was_seen_are_kept(tmp_path: Path) -> None:
    kept = tmp_path / "state" / "screen.json"
    async with _editor(state=kept.parent) as pilot:
        assert "first time here?" in screen_of(pilot)
        await _press(pilot, "plus")
        assert "first time here?" not in screen_of(pilot)
        pilot.app.theme = "textual-light"
        await pilot.pause()
    read = json.loads(kept.read_text())
    assert read == {"theme": "textual-light", "lang": "", "is_known": True, "budget": "", "picture": ""}
    async with _editor(state=kept.parent) as pilot:
        assert pilot.app.theme == "textual-light"
        assert "first time" not in screen_of(pilot)


@pytest.mark.parametrize("text", ["", "{", '{"theme": 3}', '{"theme": "no such theme"}', "[]"])
async def test_a_damaged_file_keeps_nothing_from_starting(text: str, tmp_path: Path) -> None:
    kept = tmp_path / "screen.json"
    kept.write_text(text)
    async with _editor(state=kept.parent) as pilot:
        assert "25,557,032 params" in screen_of(pilot)
    kept.write_bytes(b'{"theme":"\xff"}')
    async with _editor(state=kept.parent) as pilot:
        assert "25,557,032 params" in screen_of(pilot)


async def test_a_state_folder_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with _editor(state=tmp_path / "file") as pilot:
        assert "not kept for the next start" in screen_of(pilot)
        assert "25,557,032 params" in screen_of(pilot)


async def test_everything_on_the_screen_can_be_ascii() -> None:
    async with _editor(FEWER, is_ascii=True) as pilot:
        await _press(pilot, "r")
        assert screen_of(pilot).isascii()
        assert "identity no longer fits the sum: 2048 # 1024" in screen_of(pilot)
        await _press(pilot, "escape", "x")
        assert screen_of(pilot).isascii()


async def test_a_terminal_too_small_says_so_and_recovers() -> None:
    async with _editor() as pilot:
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert "too small" in screen_of(pilot)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "too small" not in screen_of(pilot)
        assert "conv5_x" in screen_of(pilot)


@given(designs(), st.integers(60, 220))
def test_boxes_are_as_wide_as_their_channels_and_fit(design: Design, room: int) -> None:
    boxes = stations(analyze(design), analyze(preset("resnet50")))
    columns = widths(boxes, room)
    maps = [box for box in boxes if not box.is_pooled]
    most = max(box.channels for box in maps)
    unit = max(size for _, size in columns)
    labels = sum(max(len(box.label), len(box.shape())) + 1 for box in boxes)
    assert sum(column + 1 for column, _ in columns) <= max(room, labels)
    for box, (_, size) in zip(maps, columns, strict=False):
        assert abs(size - max(1, box.channels * unit / most)) <= 1
    assert [size for _, size in columns[len(maps) :]] == [1, 1][: 1 + bool(design.num_classes)]


def test_each_halving_of_a_side_is_a_step_of_the_picture() -> None:
    network = analyze(preset("resnet50"))
    found = heights(stations(network, network), 5)
    *_, a, b, c, d, _, _ = found
    assert all(6 <= step <= 7 for step in (a - b, b - c, c - d))
    assert max(found) == 40


def test_a_picture_in_ascii_has_no_sign_for_a_square() -> None:
    network = analyze(preset("resnet50"))
    shapes = [box.shape(is_ascii=True) for box in stations(network, network)]
    assert "2048×7×7" in shapes
    assert not any("²" in shape for shape in shapes)


async def test_panes_out_of_sight_make_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with _editor(size=(120, 40)) as pilot:
        made: list[Listing] = []
        monkeypatch.setattr(Listing, "remake", made.append)
        await _press(pilot, "plus")
        assert not made


async def test_a_listed_place_is_gone_to_in_a_tree_that_is_in_sight() -> None:
    async with _editor() as pilot:
        await _press(pilot, "o", "down", "enter")
        assert pilot.app.query_one(TreeTable).display
        assert pilot.app.focused is pilot.app.query_one(TreeTable)
        assert selected(pilot) == "conv5_2.conv2"
        await _press(pilot, "o", "slash", *"linear", "enter")
        assert pilot.app.query_one(TreeTable).display
        assert selected(pilot) == "fc"


async def test_clicks_while_finding_go_where_they_were_aimed() -> None:
    async with _editor() as pilot:
        await _press(pilot, "slash", *"3x3", "space", *"512")
        await pilot.click("#tree", offset=(12, 6))
        await pilot.pause()
        assert selected(pilot) == "conv5_2.conv2"
        assert "conv4_x" in screen_of(pilot)
        await _press(pilot, "slash", *"linear")
        await pilot.click("#detail", offset=(20, 20))
        await pilot.pause()
        assert app_of(pilot).bench.focus == "detail"
        assert selected(pilot) == "fc"
        assert app_of(pilot).bench.search is None


async def test_the_ripple_adds_up_over_equal_blocks() -> None:
    async with _editor("conv4_x.blocks=23", size=(200, 60)) as pilot:
        await _press(pilot, "r")
        row = next(line for line in screen_of(pilot).splitlines() if "conv4_7 and 16 alike" in line)
        assert "+19.0 M" in row


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_what_one_types_into_keeps_its_name_in_sight(size: tuple[int, int]) -> None:
    async with _editor(size=size) as pilot:
        app_of(pilot).do("app.jump", app_of(pilot).bench.network.find("conv5_3").where)
        await _press(pilot, "e", *"1024")
        assert "bottleneck, 3 of 3 in conv5_x" in screen_of(pilot)


async def test_redo_while_typing_leaves_the_focus_in_the_detail() -> None:
    async with _editor() as pilot:
        await _press(pilot, "e", "1", "ctrl+r")
        assert pilot.app.focused is pilot.app.query_one(Detail)


@pytest.mark.parametrize(
    "key", ["left", "up", "right_square_bracket", "home", "3", "pagedown", "enter", "plus", "escape"]
)
async def test_a_filtered_tree_that_was_clicked_takes_every_key(key: str) -> None:
    async with _editor() as pilot:
        app_of(pilot).do("app.jump", app_of(pilot).bench.network.find("conv5_2.conv2").where)
        await _press(pilot, "slash", *"zzz")
        await pilot.click("#tree", offset=(12, 0))
        await _press(pilot, key, "escape", "escape")
        assert f"{app_of(pilot).bench.network.params:,} params" in screen_of(pilot)
        assert "conv4_x" in screen_of(pilot)


@pytest.mark.parametrize("pane", ["tree", "detail", "ripple"])
async def test_a_pane_that_is_out_of_sight_for_a_moment_keeps_the_focus_and_its_keys(pane: Pane) -> None:
    async with editor(size=(120, 40)) as pilot:
        make(pilot, "conv5_x.planes=384")
        app_of(pilot).do("app.ripple")
        app_of(pilot).do("app.enter", pane)
        await pilot.pause()
        main = pilot.app.screen
        widget = main.query_one(f"#{pane}")
        assert main.focused is widget
        widget.blur()  # what Textual does with a widget that is hidden between two sizes
        await pilot.pause()
        assert app_of(pilot).bench.focus == pane
        assert main.focused is widget
        widget.blur()
        before = app_of(pilot).bench.where
        await pilot.press("right_square_bracket")
        assert main.focused is widget
        assert pane != "tree" or app_of(pilot).bench.where > before


async def test_the_focus_comes_back_with_the_room_for_it() -> None:
    async with _editor() as pilot:
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        await _press(pilot, "down", "down")
        assert selected(pilot) == "stem"


@pytest.mark.parametrize("key", ["'", '"', "[", "]", "\\", "$", ")"])
async def test_any_key_can_be_given_and_stands_in_the_line_of_keys(key: str) -> None:
    async with editor(keys={"list.up": key, "picture.previous": key}) as pilot:
        make(pilot, FEWER)
        await _press(pilot, "r")
        line = screen_of(pilot).splitlines()[-1]
        assert f"{key} ↓ choose" in line
        await _press(pilot, "down", "down")
        await pilot.click("#keys", offset=(line.index("choose"), 0))
        await pilot.pause()
        assert selected(pilot) == "conv5_3.bn3"
        await _press(pilot, "escape", "m")
        assert "choose" in screen_of(pilot).splitlines()[-1]


@pytest.mark.parametrize("dialog", ["i", "x"])
async def test_the_palette_opens_from_anywhere_and_does_not_list_itself(dialog: str) -> None:
    async with _editor() as pilot:
        await _press(pilot, dialog, "ctrl+p")
        assert type(pilot.app.screen).__name__ == "CommandPalette"
        commands = [each.title for each in pilot.app.get_system_commands(pilot.app.screen)]
        assert "Undo" not in commands
        assert "Export" in commands
        assert "Every command, by name" not in commands


async def test_blocks_stages_and_bytes_are_ranked_and_a_head_that_is_clicked_ranks() -> None:
    async with _editor(size=(120, 40)) as pilot:
        await _press(pilot, "o", "l")
        assert "blocks: costs most in params" in screen_of(pilot)
        await _press(pilot, "down", "l")
        assert "stages: costs most in params" in screen_of(pilot)
        await _press(pilot, "l", "o", "o", "o", "o")
        assert "operations: costs most in bytes of feature maps" in screen_of(pilot)
        await _press(pilot, "escape")
        heading = screen_of(pilot).splitlines()[1]
        await pilot.click(pilot.app.query_one(TreeTable), offset=(heading.index("MACs") + 1, 0))
        await pilot.pause()
        assert "operations: costs most in MACs" in screen_of(pilot)


async def test_a_ripple_of_several_edits_has_a_heading_for_each_part_with_its_edits_and_sums() -> None:
    async with _editor("conv4_x.planes=128", "conv5_3.conv3=1024", "num_classes=10") as pilot:
        app_of(pilot).do("app.ripple")
        app_of(pilot).do("ripple.since")
        await pilot.pause()
        entries = pilot.app.query_one(Ripple)._entries  # noqa: SLF001  # all there are, in sight or not
        texts = ["".join(text for text, _ in entry.lines[-1]) for entry in entries]
        heads = [text.split() for text in texts if text.startswith((" conv4_x ", " conv5_x ", " head "))]
        assert [head[:2] for head in heads] == [
            ["conv4_x", "conv4_x.planes"],
            ["conv5_x", "conv5_3.conv3"],
            ["head", "num_classes"],
        ]
        network, base = app_of(pilot).bench.network, analyze(preset("resnet50"))
        for head, where in zip(heads, ((4,), (5,), (6,)), strict=True):
            more = network.at(where).node.params - base.at(where).node.params
            assert short_difference(more).split()[0] in head
        app_of(pilot).do("ripple.since")
        await pilot.pause()
        entries = pilot.app.query_one(Ripple)._entries  # noqa: SLF001
        assert not [entry for entry in entries if "".join(text for text, _ in entry.lines[-1]).startswith(" head")]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_a_budget_says_what_is_left_while_one_edits_and_is_kept(size: tuple[int, int], tmp_path: Path) -> None:
    async with editor(size=size, state=tmp_path) as pilot:
        await _press(pilot, "P")
        await _press(pilot, *"params=26M macs=4.1x")
        assert "must be a number above 0" in " ".join(screen_of(pilot).split())
        await _press(pilot, "enter")
        await _press(pilot, "backspace", "G", "enter")
        assert "443 k left" in screen_of(pilot)
        assert "10.8 M left" in screen_of(pilot)
        make(pilot, "conv5_x.planes=520")
        await pilot.pause()
        assert "18.4 k over" in screen_of(pilot)
    async with editor(size=size, state=tmp_path) as pilot:
        assert "443 k left" in screen_of(pilot)
        await _press(pilot, "P", *["backspace"] * 30, "enter")
        assert " left" not in screen_of(pilot)
