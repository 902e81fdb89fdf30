"""The editor without a terminal: started, pressed and read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from inspector.core.design import Design
from inspector.core.edit import edit
from inspector.core.presets import preset
from inspector.tui.app import InspectorApp
from inspector.tui.settings import Settings

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
    **settings: object,
) -> AsyncIterator[Pilot[None]]:
    """The editor of `design` on a screen of columns × lines; it keeps what it keeps in the folder `state`."""
    chosen = Settings(verify=False, **settings)  # type: ignore[arg-type]
    app = InspectorApp(design, saved=saved, source=source, state=state, settings=chosen)
    async with app.run_test(size=size, notifications=True) as pilot:
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
    return app_of(pilot).name_at(app_of(pilot).selected)


def make(pilot: Pilot[None], assignment: str) -> None:
    """Make one edit, as a step of the history."""
    app = app_of(pilot)
    app.become(app.history.record(edit(app.history.current, assignment), assignment.partition("=")[0]))


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after another, each once the one before is done with."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
