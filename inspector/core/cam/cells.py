"""A picture as cells of a terminal: two pixels each, the upper half of a block in one colour on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from msgspec import Struct

from inspector.core.cam.colours import RGB

Depth = Literal["truecolor", "256", "16", "ascii"]
HALF = "▀"
RAMP = " .:-=+*#%@"
"""From dark to light, for terminals that are dark."""
_STEPS = (0, 95, 135, 175, 215, 255)
"""The six steps of each colour in xterm's cube, which begins at 16; 24 greys follow it at 232."""
_CUBE, _GREYS = 16, 232
_BASIC: tuple[RGB, ...] = (
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
)
"""xterm's own 16 colours; what a person's terminal makes of their numbers is theirs."""

_BAYER = ((0, 8, 2, 10), (12, 4, 14, 6), (3, 11, 1, 9), (15, 7, 13, 5))
"""Bayer's order of 4×4 pixels (1973): neighbours are rounded up and down in turn."""
_SPREADS: dict[str, int] = {"256": 20, "16": 100}
"""How far apart neighbours are taken: about as far as the colours that there are."""

Ink = RGB | int | None
"""A colour, its number among 256 or 16, or none."""


class Pixels(Struct, frozen=True):
    """A picture: 3 bytes a pixel, red, green, blue, row by row from the top."""

    width: int
    height: int
    data: bytes

    def at(self, x: int, y: int) -> RGB:
        """One pixel."""
        start = 3 * (y * self.width + x)
        red, green, blue = self.data[start : start + 3]
        return red, green, blue


class Cell(NamedTuple):
    """A character and its two colours."""

    char: str
    fg: Ink
    bg: Ink


def fitted(width: int, height: int, columns: int, lines: int) -> tuple[int, int]:
    """Columns and lines that a picture of square pixels takes, as large as fits: a cell is two pixels high."""
    scale = min(columns / max(width, 1), 2 * lines / max(height, 1))
    return max(1, min(columns, round(width * scale))), max(1, min(lines, round(height * scale / 2)))


def cells(pixels: Pixels, columns: int, lines: int, depth: Depth = "truecolor") -> list[list[Cell]]:
    """Rows of cells that show a picture, at most so many columns and lines, its proportions kept.

    `fg` and `bg` are RGB of "truecolor", numbers of "256" and "16", None of "ascii", whose characters are lighter the
    lighter the picture. Nothing where there is no room or no picture.
    """
    if columns < 1 or lines < 1 or not pixels.data:
        return []
    wide, high = fitted(pixels.width, pixels.height, columns, lines)
    rows = list(_scaled(pixels, wide, 2 * high))
    if depth in _SPREADS:
        rows = [_dithered(row, y, _SPREADS[depth]) for y, row in enumerate(rows)]
    return [_row(upper, lower, depth) for upper, lower in zip(rows[::2], rows[1::2], strict=True)]


def _row(upper: Sequence[RGB], lower: Sequence[RGB], depth: Depth) -> list[Cell]:
    if depth == "ascii":
        pairs = zip(upper, lower, strict=True)
        return [Cell(_character((_light(one) + _light(other)) / 2), None, None) for one, other in pairs]
    number = _NUMBERS[depth]
    return [Cell(HALF, number(one), number(other)) for one, other in zip(upper, lower, strict=True)]


def _dithered(row: Sequence[RGB], y: int, spread: int) -> list[RGB]:
    """A row of pixels, each a little lighter or darker by its place, so that a few colours make up for many."""
    offsets = [spread * (2 * each - 15) // 32 for each in _BAYER[y % 4]]
    made = []
    for x, (red, green, blue) in enumerate(row):
        more = offsets[x % 4]
        made.append((_bounded(red + more), _bounded(green + more), _bounded(blue + more)))
    return made


def _bounded(part: int) -> int:
    return min(max(part, 0), 255)


def _light(colour: RGB) -> float:
    """How light a colour is, from 0 to 255 (Rec. 601)."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _character(light: float) -> str:
    return RAMP[min(int(light * len(RAMP) / 256), len(RAMP) - 1)]


def _scaled(pixels: Pixels, width: int, height: int) -> Iterator[list[RGB]]:
    """Rows of a picture at another size: the mean of what a new pixel covers, the nearest pixel where that is none."""
    spans = [_span(at, width, pixels.width) for at in range(width)]
    for row in range(height):
        top, bottom = _span(row, height, pixels.height)
        yield [_mean(pixels, left, right, top, bottom) for left, right in spans]


def _span(at: int, of: int, size: int) -> tuple[int, int]:
    start = at * size // of
    return start, max(start + 1, (at + 1) * size // of)


def _mean(pixels: Pixels, left: int, right: int, top: int, bottom: int) -> RGB:
    if right - left == bottom - top == 1:
        return pixels.at(left, top)
    data, width = pixels.data, pixels.width
    sums = [0, 0, 0]
    for y in range(top, bottom):
        part = data[3 * (y * width + left) : 3 * (y * width + right)]
        for channel in range(3):
            sums[channel] += sum(part[channel::3])
    count = (right - left) * (bottom - top)
    red, green, blue = (total // count for total in sums)
    return red, green, blue


@lru_cache(maxsize=1 << 14)
def of_256(colour: RGB) -> int:
    """The number of the colour among xterm's 256 that is nearest; the first 16 are whoever's terminal it is."""
    steps = [min(range(6), key=lambda step: abs(_STEPS[step] - part)) for part in colour]
    cube = _CUBE + 36 * steps[0] + 6 * steps[1] + steps[2]
    grey = min(max(round((sum(colour) / 3 - 8) / 10), 0), 23)
    is_grey = _distance(colour, numbered(_GREYS + grey)) < _distance(colour, numbered(cube))
    return _GREYS + grey if is_grey else cube


@lru_cache(maxsize=1 << 14)
def of_16(colour: RGB) -> int:
    """The number of the colour among xterm's 16 that is nearest."""
    return min(range(16), key=lambda number: _distance(colour, _BASIC[number]))


def numbered(number: int) -> RGB:
    """The colour that has a number among xterm's 256."""
    if number < _CUBE:
        return _BASIC[number]
    if number < _GREYS:
        red, green, blue = ((number - _CUBE) // step % 6 for step in (36, 6, 1))
        return _STEPS[red], _STEPS[green], _STEPS[blue]
    shade = 8 + 10 * (number - _GREYS)
    return shade, shade, shade


_NUMBERS: dict[Depth, Callable[[RGB], Ink]] = {"truecolor": lambda colour: colour, "256": of_256, "16": of_16}


def _distance(one: RGB, other: RGB) -> int:
    """How far apart two colours look, roughly: green counts most."""
    red, green, blue = (mine - its for mine, its in zip(one, other, strict=True))
    return 2 * red * red + 4 * green * green + 3 * blue * blue
