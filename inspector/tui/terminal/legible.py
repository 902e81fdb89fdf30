"""Text that can be read in every theme: ink is moved away from its ground until they differ enough.

WCAG 2.2 asks for a contrast of 4.5 : 1 for text (1.4.3) and of 3 : 1 for what is drawn, like dividers (1.4.11).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter
from textual.widgets import Static

TEXT, MARK = 4.5, 3.0
"""The least contrast of text, and of marks and dividers."""
_STEPS = 20


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=1024)
def _luminance(colour: ColorTriplet) -> float:
    """Relative luminance, from 0 to 1."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def legible(ink: ColorTriplet, ground: ColorTriplet, least: float) -> ColorTriplet:
    """`ink` if it has `least` contrast on `ground`, else the nearest colour on the way to black or white that has."""
    if contrast(ink, ground) >= least:
        return ink
    ends = ColorTriplet(0, 0, 0), ColorTriplet(255, 255, 255)
    end = max(ends, key=lambda each: contrast(each, ground))
    for step in range(1, _STEPS):
        part = step / _STEPS
        moved = ColorTriplet(*(round(own + (its - own) * part) for own, its in zip(ink, end, strict=True)))
        if contrast(moved, ground) >= least:
            return moved
    return end


def is_mark(text: str) -> bool:
    """Whether a text is drawn, not written: lines and blocks."""
    return all(0x2500 <= ord(char) <= 0x259F or char == " " for char in text)


class LegibleFilter(LineFilter):
    """Moves the ink of whatever any widget draws away from its ground, where the theme has them too near."""

    def __init__(self) -> None:
        super().__init__()
        self._styles: dict[tuple[Style, Color, bool], Style] = {}

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, what is written or drawn in them with ink that has enough contrast."""
        return [
            Segment(text, self._style(style, background, is_mark(text)), control)
            if style is not None and text and not text.isspace()
            else Segment(text, style, control)
            for text, style, control in segments
        ]

    def _style(self, style: Style, background: Color, is_drawn: bool) -> Style:  # noqa: FBT001  # a part of the key
        key = style, background, is_drawn
        known = self._styles.get(key)
        if known is None:
            if len(self._styles) >= _MOST:
                self._styles.clear()
            known = self._styles[key] = _adjusted(style, background, MARK if is_drawn else TEXT)
        return known


class Painting(Static):
    """Cells that are pixels, whose colours are what is shown: none is moved away from another."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Those that change nothing to be read."""
        return [each for each in super().get_line_filters() if not isinstance(each, LegibleFilter)]


_MOST = 2048
"""Styles that are remembered."""


def _adjusted(style: Style, background: Color, least: float) -> Style:
    """A style with ink that differs enough from its ground; in reverse video they are the other way round."""
    front, back = style.color, style.bgcolor or RichColor.from_triplet(ColorTriplet(*background.rgb))
    if front is None or front.type != ColorType.TRUECOLOR or back.type != ColorType.TRUECOLOR:
        return style
    ink, ground = (back, front) if style.reverse else (front, back)
    if ink.triplet is None or ground.triplet is None:
        return style
    moved = legible(ink.triplet, ground.triplet, least)
    if moved == ink.triplet:
        return style
    colour = RichColor.from_triplet(moved)
    return style + (Style(bgcolor=colour) if style.reverse else Style(color=colour))


def draw_legibly(app: App[None]) -> None:
    """Have an app draw nothing that cannot be read."""
    app._filters.append(LegibleFilter())  # noqa: SLF001  # Textual makes its own from the environment alone
