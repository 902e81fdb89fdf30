"""Several designs side by side, as text, Markdown, JSON or HTML; differences are against the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from inspector.core.changes.side_by_side import WHOLE, Table, side_by_side
from inspector.core.measures.counting import Convention
from inspector.core.network.network import Network
from inspector.core.units import difference, exact
from inspector.outside import cells
from inspector.report.definitions import DEFINITIONS
from inspector.report.drawing import SHORT, Drawing, tall, wide
from inspector.report.formats import Subject
from inspector.report.html import Cell, changes
from inspector.report.html import Table as Table_
from inspector.report.model import Change, Report
from inspector.report.tables import markdown_row, markup
from inspector.report.templates import render as filled
from inspector.speech import say

SCHEMA = "inspector/compare/1"


def as_text(table: Table) -> str:
    """Columns that line up: each design's numbers, and behind all but the first's how much more they are."""
    return "\n".join(f"{label}{text}".rstrip() for label, text in columns(table)) + "\n"


def columns(table: Table) -> list[tuple[str, str]]:
    """The same, line by line: what the line is about, and its columns."""
    rows = list(_rows(table))
    widths = [max(cells(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for label, *texts in rows:
        blanks = (" " * (width - cells(text)) for text, width in zip(texts, widths[1:], strict=True))
        columns_ = "".join(f"  {blank}{text}" for blank, text in zip(blanks, texts, strict=True))
        lines.append((label + " " * (widths[0] - cells(label)), columns_))
    return lines


class Against(NamedTuple):
    """One of the others, held against the first: what is new, gone and changed there, and why."""

    name: str
    report: Report

    @property
    def changes(self) -> tuple[Change, ...]:
        """All that differs; nothing where it is the same network."""
        return self.report.changes if self.report.differs else ()

    def counted(self) -> str:
        """How much of it there is, in words."""
        statuses = [each.status for each in self.changes for _ in range(each.repeats)]
        found = {status: statuses.count(status) for status in ("new", "gone", "changed")}
        if not any(found.values()):
            return say("{name}: the same network", name=self.name)
        return say("{name}: {new} new, {gone} gone, {changed} changed", name=self.name, **found)


class Compared(NamedTuple):
    """Networks side by side, and each but the first against it."""

    table: Table
    others: tuple[Against, ...]


def compared(networks: Sequence[Network], names: Sequence[str], counting: Convention) -> Compared:
    """What there is to say of some networks, of which the first is what the others are compared with."""
    table = side_by_side(networks, names, counting)
    first, *others = networks
    return Compared(
        table,
        tuple(
            Against(name, Report(Subject(each, first, counting)))
            for name, each in zip(table.names[1:], others, strict=True)
        ),
    )


def text(found: Compared) -> str:
    """The columns, and below them what is new, gone and changed, and why."""
    return as_text(found.table) + "".join("\n" + "\n".join(_told(each)) + "\n" for each in found.others)


def _told(against: Against) -> Iterator[str]:
    yield against.counted()
    rows = [
        (each.told, _signed(each.params), _signed(each.macs), f"{each.what}: {each.why}") for each in against.changes
    ]
    widths = [max((cells(row[at]) for row in rows), default=0) for at in range(3)]
    for name, params, macs, words in rows:
        yield f"  {name.ljust(widths[0])}  {params.rjust(widths[1])}  {macs.rjust(widths[2])}  {words}"


def _signed(number: int) -> str:
    return difference(number) if number else ""


def markdown(found: Compared) -> str:
    """One table, for a pull request, and what is new, gone and changed folded away below it."""
    head, *rows = _rows(found.table)
    lines, of = [markdown_row(head), f"|---|{'---:|' * (len(head) - 1)}"], ""
    for label, *texts in rows:
        of = of if label.startswith(" ") else label
        name = f"{of}, {label.strip()}" if label.startswith(" ") else label
        lines += [markdown_row([name, *texts])] if name else []
    for each in found.others:
        lines += ["", "<details>", f"<summary>{markup(each.counted())}</summary>", ""]
        lines += [markdown_row(("place", "what", "why", "params", "MACs")), "|---|---|---|---:|---:|"]
        lines += [
            markdown_row((row.told, row.what, row.why, _signed(row.params), _signed(row.macs))) for row in each.changes
        ]
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def json(found: Compared) -> str:
    """`designs` in order, and by quantity and part a list with a number for each of them.

    `changes` has for each design but the first what is new, gone and changed against the first.
    """
    table = found.table
    said = {
        "schema": SCHEMA,
        "designs": table.names,
        **{each.key: each.rows for each in table.quantities},
        "shapes": table.shapes,
        "about": table.about,
        "changes": {each.name: [change._asdict() for change in each.changes] for each in found.others},
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2).decode() + "\n"


def html(found: Compared) -> str:
    """One page: the table, and of each but the first the picture and what differs."""
    others = [
        Section(
            each.counted(),
            wide(each.report.network, each.report.baseline, each.name, SHORT),
            tall(each.report.network, each.report.baseline, each.name),
            changes(each.changes) if each.changes else None,
        )
        for each in found.others
    ]
    title = ", ".join(found.table.names)
    return filled(
        "compare.html",
        title=title,
        compared=as_table(found.table),
        others=others,
        definitions=DEFINITIONS,
    )


def as_table(table: Table) -> Table_:
    """The networks side by side, as a page has them: parts are set in."""
    head, *rows = _rows(table)
    numeric = (False, *(True for _ in head[1:]))
    return Table_(
        tuple(head),
        numeric,
        tuple(tuple(Cell(text.replace("  ", "\u2003")) for text in row) for row in rows if any(row)),
    )


class Section(NamedTuple):
    """What a page says of one of the others."""

    title: str
    wide: Drawing
    tall: Drawing
    changes: Table_ | None


def _rows(table: Table) -> Iterator[list[str]]:
    """The heading, the quantities with their parts, shapes, and what else there is to say."""
    first, *others = table.names
    yield ["", first, *(cell for name in others for cell in (name, "±"))]
    for each in table.quantities:
        for part, numbers in each.rows.items():
            yield [say(each.name) if part == WHOLE else f"  {part}", *_numbers(numbers)]
    yield ["", *[""] * (2 * len(others) + 1)]
    for part, shapes in table.shapes.items():
        yield [f"{part} C×H×W", *_words(shapes)]
    for name, words in table.about.items():
        yield [say(name), *_words(words)]


def _numbers(numbers: Sequence[int]) -> Iterator[str]:
    first, *others = numbers
    yield exact(first)
    for number in others:
        yield exact(number)
        yield difference(number - first) if number != first else ""


def _words(words: Sequence[str]) -> Iterator[str]:
    """Words, and an empty cell where a difference would stand."""
    first, *others = words
    yield first
    for word in others:
        yield word
        yield ""


RENDERED: dict[str, Callable[[Compared], str]] = {"text": text, "md": markdown, "json": json, "html": html}
"""How it is rendered, by format."""
