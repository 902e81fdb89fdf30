"""The shape report as one HTML file: self-contained, light and dark, for the screen, the phone and the printer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from inspector.core.units import difference, dims, exact, short, short_bytes
from inspector.core.weights.survival import CLASSES
from inspector.report.check import budget_row
from inspector.report.definitions import DEFINITIONS
from inspector.report.drawing import SHORT, tall, wide
from inspector.report.formats import Subject
from inspector.report.markdown import BUDGET_COLUMNS, IN_SIGHT
from inspector.report.model import Amount, Change, Layer, Part, Report, Total
from inspector.report.survival import Sum
from inspector.report.templates import render as filled


class Card(NamedTuple):
    """A number of the whole: in short, with every digit, and its difference."""

    name: str
    short: str
    exact: str
    difference: str


class Cell(NamedTuple):
    """What stands in a cell of a table; `number` is what it is sorted by, where it is a number."""

    text: str
    number: int | None = None


class Table(NamedTuple):
    """A table: its headings, which of its columns are numbers, and its rows."""

    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Bar(NamedTuple):
    """A part of the whole as a bar: how long it is in percent, and its number in short."""

    percent: str
    text: str


class Bars(NamedTuple):
    """The bars of one part of the network: params, cost and maps; `mark` is how it differs."""

    name: str
    bars: tuple[Bar, ...]
    is_changed: bool


def render(subject: Subject) -> str:
    """The report as HTML. It asks for nothing from anywhere, and is readable without its script."""
    report = Report(subject)
    return filled(
        "report.html",
        title=report.title,
        report=report,
        input=dims(report.input),
        wide=wide(report.network, report.baseline, report.title, SHORT),
        tall=tall(report.network, report.baseline, report.title),
        cards=tuple(map(card, report.totals)),
        bars=tuple(map(bars, report.parts)),
        bar_names=("params", report.counting.label, "maps"),
        changes=changes(report.changes[:IN_SIGHT]) if report.differs and report.changes else None,
        more=changes(report.changes[IN_SIGHT:]) if report.differs and len(report.changes) > IN_SIGHT else None,
        gone=report.gone,
        budget=_table(BUDGET_COLUMNS, "llrrl", map(budget_row, report.held)) if report.held else None,
        survival=_survival(report),
        stages=_stages(report),
        layers=_layers(report.layers, report.counting.label),
        countings=_countings(report),
        bytes=_table(("what", "bytes"), "lr", ((each.what, each.size) for each in report.bytes)),
        definitions=DEFINITIONS,
    )


def card(total: Total) -> Card:
    """A number of the whole as a card shows it."""
    now, more = total.amount.now, total.amount.difference
    if more and total.amount.before:
        more += f" ({100 * total.amount.more / total.amount.before:+.1f} %)"
    if total.unit:
        return Card(total.name, short_bytes(now), f"{exact(now)} bytes", more)
    return Card(total.name, short(now), exact(now) if now >= 1000 else "", more)


def bars(part: Part) -> Bars:
    """The shares of one part of the network."""
    numbers = short(part.params.now), short(part.cost.now), short_bytes(part.maps.now)
    shares = (f"{100 * share:.2f}" for share in part.share)
    made = tuple(Bar(percent, text) for percent, text in zip(shares, numbers, strict=True))
    return Bars(part.place.name, made, part.is_changed)


def _table(headings: Iterable[str], align: str, rows: Iterable[Iterable[object]]) -> Table:
    """A table of texts and numbers; a number is written with every digit, an amount with its difference behind it."""
    numeric = tuple(side == "r" for side in align)
    return Table(tuple(headings), numeric, tuple(tuple(map(_cell, row)) for row in rows))


def _cell(value: object) -> Cell:
    if isinstance(value, Amount):
        more = f" ({value.difference})" if value.more else ""
        return Cell(f"{value.exact}{more}", value.now)
    if isinstance(value, int):
        return Cell(exact(value), value)
    return Cell("" if value is None else str(value))


def _signed(number: int) -> Cell:
    return Cell(difference(number) if number else "", number)


def changes(told: tuple[Change, ...]) -> Table:
    """What is new, gone and changed, as a table."""
    rows = tuple(
        (Cell(each.told), Cell(each.what), Cell(each.why), _signed(each.params), _signed(each.macs)) for each in told
    )
    return Table(("place", "what", "why", "params", "MACs"), (False, False, False, True, True), rows)


def _survival(report: Report) -> Table | None:
    if report.survival is None:
        return None
    total = report.survival.total
    rows = ((str(CLASSES[name]), *total.get(name, Sum())) for name in total)
    return _table(("", "tensors", "params", "bytes"), "lrrr", rows)


def _stages(report: Report) -> Table:
    rows = (
        (
            part.place.name,
            part.place.path,
            part.operation,
            f"/{part.stride}" if part.stride > 1 else "",
            dims(part.place.node.output[1:]),
            part.params,
            part.cost,
            part.maps,
        )
        for part in report.parts
    )
    headings = ("stage", "torch", "operation", "stride", "C×H×W", "params", report.counting.label, "maps, bytes")
    return _table(headings, "lllllrrr", rows)


def _layers(layers: Iterable[Layer], cost: str) -> Table:
    rows = (
        (
            place.path,
            place.name,
            place.node.kind,
            dims(place.node.input),
            dims(place.node.output),
            dims(place.node.weight or ()),
            place.node.params,
            costs,
            place.node.stride,
            field,
        )
        for place, costs, field in layers
    )
    headings = ("path", "name", "kind", "input", "output", "weight", "params", cost, "stride", "receptive field")
    return _table(headings, "llllllrrrr", rows)


def _countings(report: Report) -> Table:
    rows = ((of.name, amount, of.unit, of.formula, of.tool) for of, amount in report.countings)
    return _table(("counting", "value", "unit", "is", "tool"), "lrlll", rows)
