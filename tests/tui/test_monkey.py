"""Random keys, clicks, pastes and resizes: the totals stay right, and what is painted is what a full redraw paints."""

from __future__ import annotations

import os
import random

import pytest
from textual import events
from textual._compositor import LayoutUpdate
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.strip import Strip

from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.session.actions import ACTIONS
from inspector.tui.app import InspectorApp
from inspector.tui.config import Settings
from inspector.tui.terminal.compositor import SpansUpdate
from inspector.tui.terminal.painted import Painted

SEEDS = range(int(os.environ.get("INSPECTOR_MONKEY_SEEDS", "3")))
STEPS = int(os.environ.get("INSPECTOR_MONKEY_STEPS", "70"))
LEAVING = {"q", "ctrl+q", "ctrl+z"}
"""Keys that end or suspend the editor, or would in some dialog."""
EVERY = sorted({key for action in ACTIONS.values() for key in action.keys.split(",") if key} - LEAVING)
KEYS = (
    *EVERY,
    *"0123456789",
    *["backspace", "up", "down", "left", "right", "tab", "enter", "escape", "escape", "plus", "plus", "minus", "minus"],
    *["u", "ctrl+r", "e", "e", "r", "left_square_bracket", "right_square_bracket", "right_square_bracket"],
)
SIZES = [(120, 40), (80, 24), (200, 60), (60, 20), (119, 30), (100, 14)]


def _screen(pilot: Pilot[None]) -> list[str]:
    return [strip.text for strip in pilot.app.screen._compositor.render_strips()]  # noqa: SLF001  # what is sent


class Mirror:
    """What a terminal shows that got only the partial updates: each cell's character and colours."""

    def __init__(self, app: InspectorApp) -> None:
        self.cells: dict[tuple[int, int], tuple[str, object, object]] = {}
        display = app._display  # noqa: SLF001  # where every update passes

        def mirrored(screen: Screen[object], update: object) -> None:
            if screen is app.screen:
                self._take(update)
            display(screen, update)  # type: ignore[arg-type]

        app._display = mirrored  # type: ignore[assignment]  # noqa: SLF001

    def _take(self, update: object) -> None:
        if isinstance(update, SpansUpdate):
            for y, x, strip in update.spans:
                self._put(x, y, strip)
        elif isinstance(update, LayoutUpdate):
            self.cells.clear()
            for y, strips in enumerate(update.strips):
                self._put(0, y, Strip.join(list(strips)))

    def _put(self, x: int, y: int, strip: Strip) -> None:
        for segment in strip:
            style = segment.style
            for character in segment.text:
                ink = style.color if style and character != " " else None  # a blank has none to be seen
                colours = (ink, style.bgcolor if style else None)
                self.cells[x, y] = (character, *colours)
                x += 1


async def _step(pilot: Pilot[None], chance: random.Random) -> None:
    action = chance.random()
    if action < 0.85:
        key = chance.choice(KEYS)
        if isinstance(pilot.app.screen, ModalScreen) and key == "enter":
            key = "escape"  # no files from a test
        await pilot.press(key)
    elif action < 0.95:
        width, height = pilot.app.size
        offset = (chance.randrange(width), chance.randrange(1, height))
        if not isinstance(pilot.app.screen, ModalScreen):
            await pilot.click(offset=offset)
    elif action < 0.98:
        await pilot.resize_terminal(*chance.choice(SIZES))
    else:
        pilot.app.post_message(events.Paste(chance.choice(["12", "abc", "64\n65", "[/x]", "9" * 40])))
    await pilot.pause()


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_pressed_the_screen_tells_the_truth(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret
    app = InspectorApp(
        preset(chance.choice(["resnet50", "resnet18", "resnext50_32x4d"])), settings=Settings(verify=False)
    )
    start = app.bench.history.current
    mirror = Mirror(app)
    async with app.run_test(size=chance.choice(SIZES)) as pilot:
        await pilot.pause()
        for _ in range(STEPS):
            await _step(pilot, chance)
            assert app.bench.network.root == analyze(app.bench.history.current).root
            if isinstance(app.screen, ModalScreen):
                continue
            if app.size.width >= 80:
                assert f"{app.bench.network.params:,} params" in _screen(pilot)[-2] or app.bench.network.params >= 10**9
            assert app.bench.focus == "tree" or app.query_one(f"#{app.bench.focus}").display
            painted = dict(mirror.cells)
            for pane in app.query(Painted):
                pane.redraw()
            app.screen.refresh()
            await pilot.pause()
            assert [(at, painted.get(at), cell) for at, cell in mirror.cells.items() if painted.get(at) != cell] == []
        while isinstance(app.screen, ModalScreen):
            await pilot.press("escape")
            await pilot.pause()
        while app.bench.history.can_undo:
            app.do("app.undo")
        await pilot.pause()
        assert app.bench.history.current == app.bench.history.steps[0].design
        assert len(app.bench.designs) > 1 or app.bench.history.current == start
