"""The first screen: what is drawn first is right, and what comes after it changes nothing that is seen."""

from __future__ import annotations

import pytest
from textual.app import App

from inspector.core.design.presets import preset
from inspector.tui.app import InspectorApp
from inspector.tui.config import Settings
from tests.editor import screen_of


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_the_first_thing_drawn_is_the_screen_as_it_stays(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    display = App._display  # noqa: SLF001  # what each thing drawn goes through

    def watched(self: InspectorApp, *what: object) -> None:
        drawn.append("\n".join(strip.text for strip in self.screen._compositor.render_strips()))  # noqa: SLF001
        display(self, *what)  # type: ignore[arg-type]

    monkeypatch.setattr(InspectorApp, "_display", watched, raising=False)
    app = InspectorApp(preset("resnet50"), settings=Settings(verify=False))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert drawn[0] == screen_of(pilot)


@pytest.mark.parametrize(("keys", "seen"), [(("r",), "nothing has changed"), (("slash", "f", "c"), "1 of 2")])
async def test_keys_pressed_before_all_panes_are_there_are_done_once_they_are(
    keys: tuple[str, ...], seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = InspectorApp._complete  # noqa: SLF001  # what adds them

    async def late(self: InspectorApp) -> None:
        self.do("app.ripple" if keys[0] == "r" else "app.find")
        await complete(self)

    monkeypatch.setattr(InspectorApp, "_complete", late)
    app = InspectorApp(preset("resnet50"), settings=Settings(verify=False))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press(*keys[1:])
        await pilot.pause()
        assert seen in screen_of(pilot)
