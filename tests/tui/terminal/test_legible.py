"""Whatever is drawn, in whatever theme that ships, has enough contrast: 4.5 : 1 for text, 3 : 1 for marks."""

from __future__ import annotations

import pytest
from editor import RESNET50, TO_CONV5, editor, press
from hypothesis import given
from hypothesis import strategies as st
from rich.color_triplet import ColorTriplet
from textual.geometry import Region
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from inspector.core.design.edit import edit
from inspector.tui.terminal.legible import MARK, TEXT, contrast, is_mark, legible

COLOURS = st.builds(ColorTriplet, *(st.integers(0, 255),) * 3)
BLACK, WHITE = ColorTriplet(0, 0, 0), ColorTriplet(255, 255, 255)


@given(COLOURS, COLOURS, st.sampled_from([TEXT, MARK]))
def test_ink_differs_enough_from_any_ground(ink: ColorTriplet, ground: ColorTriplet, least: float) -> None:
    found = legible(ink, ground, least)
    assert contrast(found, ground) >= least
    if contrast(ink, ground) >= least:
        assert found == ink


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast(BLACK, WHITE), 2) == 21
    assert round(contrast(ColorTriplet(119, 119, 119), WHITE), 2) == 4.48
    assert contrast(WHITE, WHITE) == 1


def _too_faint(pilot: Pilot[None], box: Region | None = None) -> list[tuple[str, float]]:
    """What is drawn with too little contrast on the screen in front, or in a box of it."""
    found = []
    strips = pilot.app.screen._compositor.render_strips()  # noqa: SLF001  # what the terminal is sent
    if box is not None:
        strips = [strip.crop(box.x, box.right) for strip in strips[box.y : box.bottom]]
    for strip in strips:
        for text, style, _ in strip:
            if style is None or not text.strip() or style.color is None or style.bgcolor is None:
                continue
            ink, ground = style.color.triplet, style.bgcolor.triplet
            if ink is None or ground is None:
                continue
            if style.reverse:
                ink, ground = ground, ink
            has = contrast(ink, ground)
            if has < (MARK if is_mark(text) else TEXT) - 0.01:
                found.append((text, round(has, 2)))
    return found


SCREENS = {
    "tree": (*TO_CONV5, "plus"),
    "ripple": (*TO_CONV5, "plus", "r"),
    "typing": (*TO_CONV5, "e", "0"),
    "ranking": ("o",),
    "find": ("slash", "3"),
}


DIALOGS = (
    *(("i",), ("T", "1", "0", "2", "4"), ("x",), ("question_mark",), ("c",), ("w",), ("H",), ("y",), ("B",), ("I",)),
    *(("A", *"width=0.5"), ("A", *"width=x"), ("q",), ("right_square_bracket", "M")),
)


@pytest.mark.parametrize("theme", [name for name in BUILTIN_THEMES if not name.startswith("ansi")])
async def test_every_theme_can_be_read(theme: str) -> None:
    for keys in SCREENS.values():
        async with editor(edit(RESNET50, "num_classes=10"), saved=RESNET50, size=(120, 40), theme=theme) as pilot:
            await press(pilot, *keys)
            assert _too_faint(pilot) == []
    async with editor(edit(RESNET50, "num_classes=10"), saved=RESNET50, theme=theme) as pilot:
        for keys in DIALOGS:
            await press(pilot, *keys)
            assert _too_faint(pilot, pilot.app.screen.query_one(".box").region) == [], keys
            await press(pilot, "escape")
