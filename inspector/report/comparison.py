"""Several designs side by side, as text, Markdown or JSON; differences are against the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from inspector.core.changes.side_by_side import WHOLE, Table
from inspector.core.units import difference, exact
from inspector.outside import cells
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


def as_markdown(table: Table) -> str:
    """One table, for a pull request."""
    head, *rows = _rows(table)
    lines, of = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"], ""
    for label, *texts in rows:
        of = of if label.startswith(" ") else label
        name = f"{of}, {label.strip()}" if label.startswith(" ") else label
        lines += [f"| {name} | {' | '.join(texts)} |"] if name else []
    return "\n".join(lines) + "\n"


def as_json(table: Table) -> str:
    """`designs` in order, and by quantity and part a list with a number for each of them."""
    said = {
        "schema": SCHEMA,
        "designs": table.names,
        **{each.key: each.rows for each in table.quantities},
        "shapes": table.shapes,
        "about": table.about,
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2).decode() + "\n"


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


RENDERED: dict[str, Callable[[Table], str]] = {"text": as_text, "md": as_markdown, "json": as_json}
"""How a table is rendered, by format."""
