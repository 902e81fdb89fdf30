"""Lists of very large designs: made in pieces between other things, dropped for another, whole in the end."""

from __future__ import annotations

import pytest
from editor import app_of, editor, make, press, screen_of
from long_designs import overridden
from textual.pilot import Pilot

from inspector.core.changes.compare import Changed, Effect, Explanation, compare, explain, is_told
from inspector.core.changes.pieces import LOOKED_INTO
from inspector.core.changes.ranking import dearest, most_changed
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.tui.widgets.listing import PIECE, Listing, Making
from inspector.tui.widgets.ranking import Ranking
from inspector.tui.widgets.ripple import Ripple

DESIGN = overridden(400)
SIZE = (120, 40)


async def _whole(pilot: Pilot[None], listing: Listing) -> None:
    while not listing.is_made:
        await pilot.pause(0.02)


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many changes were explained in each piece."""
    explained: list[int] = []
    effects, go_on, count = Explanation.effects, Making.go_on, 0

    def counted(self: Explanation, changed: Changed) -> list[Effect]:
        nonlocal count
        count += 1
        return effects(self, changed)

    def piece(self: Making) -> bool:
        nonlocal count
        count = 0
        is_last = go_on(self)
        explained.append(count)
        return is_last

    monkeypatch.setattr(Explanation, "effects", counted)
    monkeypatch.setattr(Making, "go_on", piece)
    return explained


def _news(ripple: Ripple) -> list[str]:
    """What each entry says of its place, and why."""
    return [" ".join("".join(text for text, _ in line) for line in entry.lines) for entry in ripple._entries]  # noqa: SLF001


def _assert_tells_all(ripple: Ripple, before: Design, after: Design) -> None:
    """The ripple tells what a comparison at once finds, in its order."""
    networks = analyze(before), analyze(after)
    told = [each for each in explain(*networks) if is_told(each)]
    names = {each.change.name for each in told}
    assert [each.change.name for each in told] == [each.name for each in compare(*networks) if each.name in names]
    entries = ripple._entries  # noqa: SLF001
    assert [entry.where for entry in entries] == [each.where for each in told]
    for line, each in zip(_news(ripple), told, strict=True):
        assert line.startswith(f" {each.change.name} ")
        assert each.what in line


async def test_the_ripple_of_a_large_design_is_made_in_pieces(pieces: list[int]) -> None:
    async with editor(DESIGN, size=SIZE) as pilot:
        await press(pilot, "r")
        ripple = pilot.app.query_one(Ripple)
        await _whole(pilot, ripple)
        pieces.clear()
        make(pilot, "input.height=448")
        assert not ripple.is_made
        assert len(pieces) == 1
        await pilot.pause(0)
        assert "comparing 410 blocks…" in screen_of(pilot)
        assert "224×224 → 448×224" in screen_of(pilot)  # what was found by then
        await _whole(pilot, ripple)
        await pilot.pause()
        assert "comparing" not in screen_of(pilot)
        assert "input 1,3,224,224 → 1,3,448,224" in screen_of(pilot)
        assert len(pieces) >= 400 * LOOKED_INTO // PIECE
        assert max(pieces) <= PIECE // LOOKED_INTO + 1
        _assert_tells_all(ripple, DESIGN, app_of(pilot).bench.design)


async def test_an_edit_meanwhile_drops_what_is_half_made(pieces: list[int]) -> None:
    async with editor(DESIGN, size=SIZE) as pilot:
        await press(pilot, "r")
        ripple = pilot.app.query_one(Ripple)
        await _whole(pilot, ripple)
        make(pilot, "input.height=448")
        half = ripple._making  # noqa: SLF001
        make(pilot, "input.height=480")
        assert ripple._making is not half  # noqa: SLF001
        assert half is not None
        pieces.clear()
        await _whole(pilot, ripple)
        assert next(half.steps, None) is not None  # nobody went on with it
        assert len(pieces) <= 2 * 400 * LOOKED_INTO // PIECE
        _assert_tells_all(ripple, edit(DESIGN, "input.height=448"), app_of(pilot).bench.design)
        make(pilot, "num_classes=10")
        assert ripple.is_made
        _assert_tells_all(ripple, edit(DESIGN, "input.height=480"), app_of(pilot).bench.design)


async def test_a_list_that_nobody_sees_is_not_made(pieces: list[int]) -> None:
    async with editor(DESIGN, size=SIZE) as pilot:
        await press(pilot, "r")
        ripple = pilot.app.query_one(Ripple)
        make(pilot, "input.height=448")
        assert not ripple.is_made
        app_of(pilot).do("app.picture")
        assert not ripple.display
        await pilot.pause(0.05)
        pieces.clear()
        await pilot.pause(0.1)
        assert pieces == []
        assert ripple.is_made


async def test_cursor_and_scroll_stay_while_a_list_is_made() -> None:
    async with editor(DESIGN, size=SIZE) as pilot:
        await press(pilot, "r")
        ripple = pilot.app.query_one(Ripple)
        make(pilot, "input.height=448")
        await _whole(pilot, ripple)
        await press(pilot, "end")
        at, top = ripple._cursor, ripple.scroll_y  # noqa: SLF001
        make(pilot, "input.height=480")
        await pilot.pause()
        assert (ripple._cursor, ripple.scroll_y) == (at, top)  # noqa: SLF001
        await _whole(pilot, ripple)
        await pilot.pause()
        assert (ripple._cursor, ripple.scroll_y) == (at, top)  # noqa: SLF001


@pytest.mark.parametrize("order", range(4))
async def test_rankings_of_a_large_design_are_made_in_pieces(order: int) -> None:
    design = overridden(1200)
    async with editor(design, size=SIZE) as pilot:
        app = app_of(pilot)
        app.do("app.ranking")
        ranking = pilot.app.query_one(Ranking)
        for _ in range(order):
            app.do("ranking.order")
        await pilot.pause()
        await _whole(pilot, ranking)
        make(pilot, "conv4_3.conv2=4000")
        assert not ranking.is_made
        await pilot.pause(0)
        assert "ranking 1,210 blocks" in screen_of(pilot)
        await _whole(pilot, ranking)
        await pilot.pause()
        assert "blocks…" not in screen_of(pilot)
        view = ranking._view  # noqa: SLF001
        assert view is not None
        amount = view.counting.of if order % 2 else lambda node: node.params
        effects = explain(analyze(preset("resnet50")), analyze(app.bench.design))
        rows = most_changed(view.network, effects, amount) if order >= 2 else dearest(view.network, amount)
        assert [entry.where for entry in ranking._entries] == [row.where for row in rows]  # noqa: SLF001
