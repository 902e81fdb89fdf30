"""A sweep as a table and curves for a terminal, as CSV, as JSON, and as a drawing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from inspector.core.budgets.axes import Axis
from inspector.core.budgets.sweep import Front, Point, columns, front, row_of
from inspector.core.measures.counting import Convention
from inspector.core.network.network import Network
from inspector.core.units import short, short_bytes
from inspector.errors import DesignError
from inspector.outside import cells
from inspector.report.curves import Curve, Mark, drawn, plotted
from inspector.report.design_toml import design_file
from inspector.speech import say, some, speaking

SCHEMA = "inspector/sweep/1"
SHOWN = 20
"""Rows of a table in a terminal."""


class Swept(NamedTuple):
    """A sweep: of a network called `name`, along axes, and what was found, in order.

    `total` is how many designs there are, where more than were looked at; `limits` are columns and what they may be at
    most.
    """

    name: str
    network: Network
    axes: tuple[Axis, ...]
    counting: Convention
    has_memory: bool
    front: Front
    points: Sequence[Point]
    total: int = 0
    limits: tuple[tuple[str, int], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of a point's numbers."""
        return columns(memory=self.has_memory)

    @property
    def on_front(self) -> frozenset[int]:
        """The numbers of the points on the front, of those that hold the limits."""
        return front([each for each in self.points if self.holds(each)], self.columns, self.front)

    def holds(self, point: Point) -> bool:
        """Whether a point is a design that holds every limit."""
        names = self.columns
        return bool(point.row) and all(point.row[names.index(name)] <= most for name, most in self.limits)

    def label(self, column: str) -> str:
        """What a column is called by people."""
        return self.counting.label if column == "macs" else column.replace("_", " ")


def as_text(swept: Swept) -> str:
    """Curves, the front as a table, all of them where one number moves, and why some combinations are no designs."""
    on, made = swept.on_front, [each for each in swept.points if each.row]
    lines = [_heading(swept), ""]
    if made:
        lines += _curves(swept, on)
        chosen = [each for each in made if swept.holds(each)]
        if swept.limits:
            words = some(len(chosen), "{n} design holds the limits", "{n} designs hold the limits")
            lines += ["", words]
        if len(swept.axes) > 1 and chosen:
            lines += ["", _front_words(swept, len(on))]
            chosen = [each for each in chosen if each.number in on]
        lines += ["", *_table(swept, chosen)] if chosen else []
    lines += _problems(swept)
    return "\n".join(lines) + "\n"


def _heading(swept: Swept) -> str:
    looked, count = f"{len(swept.points):,}", f"{swept.total:,}"
    if swept.total > len(swept.points):
        return say("{name}: {n} of {count} designs, interrupted", name=swept.name, n=looked, count=count)
    return some(len(swept.points), "{name}: {n} design", "{name}: {n} designs", name=swept.name)


def _front_words(swept: Swept, count: int) -> str:
    more, less = swept.label(swept.front.more), swept.label(swept.front.less)
    return some(
        count,
        "{n} design is on the front (●): no other has as many {more} for as few {less}",
        "{n} designs are on the front (●): no other has as many {more} for as few {less}",
        more=more,
        less=less,
    )


def _table(swept: Swept, chosen: Sequence[Point]) -> Iterator[str]:
    step = max(1, -(-len(chosen) // SHOWN))
    rows = [
        (*(axis.name for axis in swept.axes), *(swept.label(each).removesuffix(" bytes") for each in swept.columns))
    ]
    rows += [(*each.values, *map(_shortly, swept.columns, each.row)) for each in chosen[::step]]
    widths = [max(cells(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(" " * (width - cells(text)) + text for text, width in zip(row, widths, strict=True))
    if step > 1:
        yield say("one in {n} of them; CSV and JSON have all", n=step)


def _shortly(column: str, number: int) -> str:
    return short_bytes(number) if column.endswith("_bytes") else short(number)


def _problems(swept: Swept) -> Iterator[str]:
    """Why combinations are no designs, each reason once, with the first that has it."""
    first: dict[str, tuple[Point, int]] = {}
    for each in swept.points:
        if each.problem:
            known, count = first.get(each.problem, (each, 0))
            first[each.problem] = known, count + 1
    if not first:
        return
    total = sum(count for _, count in first.values())
    yield ""
    yield some(total, "{n} combination is no design:", "{n} combinations are no designs:")
    for problem, (point, count) in list(first.items())[:SHOWN]:
        values = " ".join(f"{axis.name}={value}" for axis, value in zip(swept.axes, point.values, strict=True))
        yield f"  {values}: {problem}" + (f" (× {count})" if count > 1 else "")


def _curves(swept: Swept, on: frozenset[int]) -> Iterator[str]:
    for at, curve in enumerate(curves(swept, on)):
        if at:
            yield ""
        yield from plotted(curve)


def curves(swept: Swept, on: frozenset[int]) -> tuple[Curve, ...]:
    """What is drawn: of one axis of numbers params and costs over it; of others the two columns of the front."""
    made = [each for each in swept.points if each.row]
    if len(swept.axes) == 1 and swept.axes[0].is_numeric:
        axis = swept.axes[0]
        xs = [float(each.values[0]) for each in made]
        here = _here(swept.network, axis)
        return tuple(
            _over(swept, axis, column, xs, [each.row[at] for each in made], here)
            for at, column in enumerate(swept.columns[:2])
        )
    more, less = (swept.columns.index(name) for name in (swept.front.more, swept.front.less))
    rest = [each for each in made if each.number not in on]
    best = [each for each in made if each.number in on]
    now = _numbers(swept)
    marks = [Mark(say("here"), float(now[less]), float(now[more]))] if now else []
    return (
        Curve(
            say("{what} over {address}", what=swept.label(swept.front.more), address=swept.label(swept.front.less)),
            swept.label(swept.front.less),
            swept.label(swept.front.more),
            tuple(float(each.row[less]) for each in best),
            tuple(float(each.row[more]) for each in best),
            tuple(marks),
            tuple((float(each.row[less]), float(each.row[more])) for each in rest),
            is_line=False,
        ),
    )


def _over(swept: Swept, axis: Axis, column: str, xs: Sequence[float], ys: Sequence[int], here: float | None) -> Curve:
    now = dict(zip(swept.columns, _numbers(swept), strict=False)).get(column)
    marks = () if here is None or now is None else (Mark(say("here"), here, float(now)),)
    label = swept.label(column)
    return Curve(
        say("{what} over {address}", what=label, address=axis.name),
        axis.name,
        label,
        tuple(xs),
        tuple(map(float, ys)),
        marks,
    )


def _here(network: Network, axis: Axis) -> float | None:
    """The value that the design has now along an axis of one field; None where there is none."""
    from inspector.core.design.edit import resolve
    from inspector.errors import DesignError

    try:
        value = resolve(network.design, axis.addresses[0]).value
    except DesignError:
        return None
    return float(value) if isinstance(value, int) else None


def _numbers(swept: Swept) -> tuple[int, ...]:
    return row_of(swept.network.design, counting=swept.counting.name, memory=swept.has_memory)


def as_csv(swept: Swept) -> str:
    """A row for each combination: its values, its numbers, 1 where it is on the front, and why it is no design.

    Where there are limits, 1 under `holds` where it holds them; the front is of those.
    """
    on, file = swept.on_front, io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    holds = ["holds"] if swept.limits else []
    writer.writerow([*(axis.name for axis in swept.axes), *swept.columns, "front", *holds, "problem"])
    blanks = [""] * len(swept.columns)
    for each in swept.points:
        held = [int(swept.holds(each))] if swept.limits else []
        writer.writerow([*each.values, *(each.row or blanks), int(each.number in on), *held, each.problem])
    return file.getvalue()


def as_json(swept: Swept) -> str:
    """The same for programs, a row a line; version 1 only grows."""
    on = swept.on_front
    with speaking(None):
        head: dict[str, object] = {
            "schema": SCHEMA,
            "name": swept.name,
            "design": design_file(swept.network.design),
            "counting": swept.counting.name,
            "axes": [{"addresses": axis.addresses, "values": axis.values} for axis in swept.axes],
            "columns": swept.columns,
            "front": {"more": swept.front.more, "less": swept.front.less, "rows": sorted(on)},
        }
        if swept.limits:
            head["limits"] = dict(swept.limits)
            head["holds"] = [each.number for each in swept.points if swept.holds(each)]
    parts = ",\n".join(f'  "{name}": {json.dumps(part)}' for name, part in head.items())
    rows = ",\n".join(f"    {json.dumps(_told(each))}" for each in swept.points)
    return f'{{\n{parts},\n  "rows": [\n{rows}\n  ]\n}}\n'


def _told(point: Point) -> dict[str, object]:
    found: dict[str, object] = {"values": point.values}
    return found | ({"problem": point.problem} if point.problem else {"numbers": point.row})


def as_svg(swept: Swept) -> str:
    """The curves as a drawing."""
    with speaking(None):
        if not any(each.row for each in swept.points):
            raise DesignError(" ".join(each.name for each in swept.axes), say("no combination is a design"))
        return drawn(curves(swept, swept.on_front))


RENDERED: dict[str, Callable[[Swept], str]] = {"text": as_text, "csv": as_csv, "json": as_json, "svg": as_svg}
"""How a sweep is rendered, by format."""
