"""The editor without a terminal: started, pressed and read."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.session.editing import record
from inspector.tui.app import InspectorApp
from inspector.tui.config import Settings
from inspector.tui.terminal.graphics import Draw

RESNET50 = preset("resnet50")
TO_CONV5 = ["right_square_bracket"] * 4


@asynccontextmanager
async def editor(
    design: Design = RESNET50,
    *,
    saved: Design | None = None,
    source: Path | None = None,
    state: Path | None = None,
    size: tuple[int, int] = (120, 40),
    draw: Draw | None = None,
    **settings: object,
) -> AsyncIterator[Pilot[None]]:
    """The editor of `design` on a screen of columns × lines; it keeps what it keeps in the folder `state`."""
    chosen = Settings(verify=False, **settings)  # type: ignore[arg-type]
    app = InspectorApp(design, saved=saved, source=source, state=state, settings=chosen)
    app.looking.draw = draw
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        while not app.screen_stack[0].query("#find"):  # what waits for the first paint comes last
            await pilot.pause(0.01)
        await pilot.pause()
        yield pilot


def app_of(pilot: Pilot[None]) -> InspectorApp:
    """The editor itself."""
    assert isinstance(pilot.app, InspectorApp)
    return pilot.app


def screen_of(pilot: Pilot[None]) -> str:
    """The text on the screen, line by line."""
    strips = pilot.app.screen._compositor.render_strips()  # noqa: SLF001  # what the terminal is sent
    return "\n".join(strip.text for strip in strips)


def selected(pilot: Pilot[None]) -> str:
    """The name of the selected place."""
    return app_of(pilot).bench.place.name


def make(pilot: Pilot[None], assignment: str) -> None:
    """Make one edit, as a step of the history."""
    app = app_of(pilot)
    after, effects = record(app.bench, edit(app.bench.design, assignment), assignment.partition("=")[0])
    app._take(after, effects)  # noqa: SLF001  # as an action does, which would go there too


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after another, each once the one before is done with."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


def let_go(pilot: Pilot[None]) -> None:
    """Leave the journals as the system does when an editor is killed."""
    keeper = app_of(pilot).effects._keeper  # noqa: SLF001  # whose end is not to be told
    for journal in keeper._journals.values():  # noqa: SLF001
        journal._let_go()  # noqa: SLF001
        journal._has_ended = True  # noqa: SLF001
    for found in keeper._left.values():  # noqa: SLF001
        os.close(found.file)
    keeper._journals.clear()  # noqa: SLF001
    keeper._left.clear()  # noqa: SLF001
