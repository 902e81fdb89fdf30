"""Curves: in the cells of a terminal by plotille, and as a drawing in SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import floor, log10

from msgspec import Struct

from inspector.core.units import PREFIXES

WIDE, HIGH = 60, 14
"""Cells of a plot's area."""


class Mark(Struct, frozen=True):
    """A point with a name: where one is."""

    name: str
    x: float
    y: float


class Curve(Struct, frozen=True):
    """Points to be drawn, as a line or as points; `others` are drawn behind them, quietly."""

    title: str
    x_label: str
    y_label: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    marks: tuple[Mark, ...] = ()
    others: tuple[tuple[float, float], ...] = ()
    is_line: bool = True

    def reach(self) -> tuple[Reach, Reach]:
        """From where to where both axes' numbers are, with all that is drawn in them."""
        xs = [*self.xs, *(mark.x for mark in self.marks), *(x for x, _ in self.others)]
        ys = [*self.ys, *(mark.y for mark in self.marks), *(y for _, y in self.others)]
        return (min(xs), max(xs)), (min(ys), max(ys))


Reach = tuple[float, float]

MOST_DRAWN = 2_000
"""Points behind the others that are drawn, evenly chosen."""


class Scale(Struct, frozen=True):
    """An axis: so many steps of a round number from `low` on."""

    low: float
    step: float
    count: int

    @property
    def high(self) -> float:
        """Where it ends."""
        return self.low + self.step * self.count

    @property
    def ticks(self) -> list[float]:
        """The numbers at its steps."""
        return [self.low + self.step * at for at in range(self.count + 1)]

    @property
    def _power(self) -> int:
        """The power of ten that its numbers are told in: that of a prefix."""
        most = max(abs(self.low), abs(self.high))
        return min(3 * int(log10(most) // 3), 24) if most >= 10_000 else 0

    @property
    def unit(self) -> str:
        """The prefix of its numbers, an empty string where they have none."""
        return PREFIXES[self._power // 3].strip()

    def label(self, value: float) -> str:
        """A number with as many digits as tell it from the next tick."""
        if abs(value) < self.step / 2:
            return "0"
        power = self._power
        digits = min(max(power - floor(log10(self.step)), 0), 9)
        return f"{value / 10**power:.{digits}f}{PREFIXES[power // 3]}"


def scale(reach: Reach, most: int) -> Scale:
    """An axis of at most `most` steps of 1, 2 or 5 times a power of ten that has a range in it."""
    low, high = reach
    if low == high:
        low, high = low - abs(low) / 2 - 1, high + abs(high) / 2 + 1
    power = 10 ** floor(log10((high - low) / most))
    for step in (power * each for each in (1, 2, 5, 10, 20, 50)):
        first = floor(low / step)
        count = -floor(-high / step) - first
        if count <= most:
            return Scale(first * step, step, max(count, 1))
    return Scale(low, (high - low) / most, most)  # what rounding of floats may leave


_CELLS = 10
"""Cells between two ticks of a plot's x axis."""


def plotted(curve: Curve, wide: int = WIDE, high: int = HIGH) -> Iterator[str]:
    """The lines of a plot in the cells of a terminal, a title above; ◉ is where one is, ● the front."""
    import plotille

    reach_x, reach_y = curve.reach()
    across, up = (
        _open_ended(scale(reach, most), reach) for reach, most in ((reach_x, max(2, wide // _CELLS)), (reach_y, high))
    )
    has_unit = all(len(across.label(tick)) < _CELLS for tick in across.ticks)
    figure = plotille.Figure()
    figure.width, figure.height = _CELLS * across.count, up.count
    figure.with_colors = figure.origin = False
    figure.set_x_limits(across.low, across.high)
    figure.set_y_limits(up.low, up.high)
    figure.x_label, figure.y_label = "", ""
    figure.x_ticks_fkt, figure.y_ticks_fkt = _ticks(across, has_unit=has_unit), _ticks(up)
    others = curve.others[:: -(-len(curve.others) // MOST_DRAWN) or 1]
    if others:
        figure.scatter([x for x, _ in others], [y for _, y in others])
    draw = figure.plot if curve.is_line else figure.scatter
    draw(list(curve.xs), list(curve.ys), **({} if curve.is_line else {"marker": "●"}))
    for mark in curve.marks:
        figure.scatter([mark.x], [mark.y], marker="◉")
    lines = [line.replace("\u2800", " ").removesuffix("-> ()").rstrip() for line in figure.show().split("\n")[1:]]
    unit = "" if has_unit else f" ({across.unit})"
    yield f"{curve.title}{unit}" + "".join(f"   ◉ {mark.name}" for mark in curve.marks)
    yield from lines


def _open_ended(of: Scale, reach: Reach) -> Scale:
    """An axis that ends behind what is drawn: what is at its very end is in no cell."""
    is_at_end = reach[1] > of.high - of.step / _CELLS
    return Scale(of.low, of.step, of.count + 1) if is_at_end else of


def _ticks(of: Scale, *, has_unit: bool = True) -> Callable[[float, float], str]:
    """What plotille asks for the text of a tick: the number at it, and the one at the next."""
    return lambda low, _: of.label(low) if has_unit else of.label(low).removesuffix(f" {of.unit}")


def drawn(curves: Sequence[Curve]) -> str:
    """The curves below each other as one SVG, in the colours of whoever shows it."""
    from inspector.report.templates import render

    return render(
        "curves.svg", panels=[_panel(curve, at) for at, curve in enumerate(curves)], height=PANEL[1] * len(curves)
    )


PANEL, INSIDE, LEFT, TOP = (720, 360), (600, 270), 90, 40
"""Sizes of a drawing in pixels: of a panel, of the area in it, and of what is left of it and above."""


class Tick(Struct, frozen=True):
    """A number at an axis, and how far along it stands, in pixels of the panel."""

    at: float
    text: str


class Panel(Struct, frozen=True):
    """A curve in the pixels of its panel: `top` is where that begins in the drawing."""

    top: int
    title: str
    x_label: str
    y_label: str
    line: str
    points: tuple[tuple[float, float], ...]
    others: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def _panel(curve: Curve, at: int) -> Panel:
    reach_x, reach_y = curve.reach()
    across, up = scale(reach_x, 7), scale(reach_y, 6)

    def place(x: float, y: float) -> tuple[float, float]:
        right = LEFT + (x - across.low) / (across.high - across.low) * INSIDE[0]
        down = TOP + (1 - (y - up.low) / (up.high - up.low)) * INSIDE[1]
        return round(right, 1), round(down, 1)

    points = tuple(place(x, y) for x, y in zip(curve.xs, curve.ys, strict=True))
    others = curve.others[:: -(-len(curve.others) // MOST_DRAWN) or 1]
    return Panel(
        at * PANEL[1],
        curve.title,
        curve.x_label,
        curve.y_label,
        " ".join(f"{x},{y}" for x, y in points) if curve.is_line else "",
        () if curve.is_line and len(points) > 64 else points[:: -(-len(points) // MOST_DRAWN) or 1],
        tuple(place(x, y) for x, y in others),
        tuple(Mark(mark.name, *place(mark.x, mark.y)) for mark in curve.marks),
        tuple(Tick(place(x, up.low)[0], across.label(x)) for x in across.ticks),
        tuple(Tick(place(across.low, y)[1], up.label(y)) for y in up.ticks),
    )
