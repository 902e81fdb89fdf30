"""The shape report as text: the tree as a table, for a terminal or a pager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from inspector.core.design.differences import version
from inspector.core.measures.memory import OUTSIDE
from inspector.core.units import difference, dims, exact
from inspector.report.check import budget_row
from inspector.report.formats import Subject
from inspector.report.model import Amount, Report, Row
from inspector.report.survival import tabulated

Role = Literal["", "title", "heading", "group", "changed"]
"""What a line is, for a terminal that shows it in colour."""


def render(subject: Subject) -> str:
    """The report as text: one line a node, exact numbers, totals, edits and what follows from them at the end."""
    return "".join(f"{line}\n" for line, _ in lines(Report(subject)))


def lines(report: Report) -> Iterator[tuple[str, Role]]:
    """The same, line by line, and what each line is: in a terminal nothing hangs on it."""
    headings = ("", "", "operation", "C×H×W", "params", report.counting.label)
    rows = [headings, *map(_row, report.rows)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(headings))]
    head = f"{report.design.base} {version(report.design)}".rstrip()
    yield f"{head}   input {dims(report.input)}   {report.design.depth} layers", "title"
    yield "", ""
    yield _line(headings, widths), "heading"
    changed = report.changed
    for of, row in zip(report.rows, rows[1:], strict=True):
        role: Role = "changed" if of.place.name in changed else "group" if of.place.depth <= 1 else ""
        yield _line(row, widths), role
    yield "", ""
    for line in (*_totals(report), *_budget(report), *_edits(report), *_changes(report), *_survival(report)):
        yield line, "title" if line.startswith(("params ", "differs", "what ")) else ""


def _row(row: Row) -> tuple[str, ...]:
    node = row.place.node
    return (
        "  " * row.place.depth + row.label,
        f"/{row.stride}" if row.stride > 1 else "",
        row.operation,
        dims(node.output[1:]),
        exact(node.params) if node.params else "",
        exact(row.cost) if row.cost else "",
    )


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    name, moved, words, *numbers = row
    cells = [name.ljust(widths[0]), moved.rjust(widths[1]), words.ljust(widths[2])]
    cells += [number.rjust(width) for number, width in zip(numbers, widths[3:], strict=True)]
    return "  ".join(cells).rstrip()


def _totals(report: Report) -> Iterator[str]:
    of = report.memory
    params, cost = (each.amount for each in report.totals[:2])
    rows = [
        ("params", params.exact, _against(params, report)),
        (report.totals[1].name, cost.exact, _against(cost, report)),
        ("bytes of weights, fp32", exact(of.params["fp32"]), f"and {exact(of.buffers['fp32'])} of buffers"),
        ("bytes for backward", exact(of.train_activations), "that autograd keeps of one pass in train mode"),
        ("bytes at the peak", exact(of.inference_peak), "of feature maps in one pass without gradients"),
    ]
    label, number = (max(len(row[at]) for row in rows) for at in (0, 1))
    for words, amount, note in rows:
        yield f"{words.ljust(label)}   {amount.rjust(number)}   {note}"
    yield f"bytes leave out {OUTSIDE}"
    yield ""
    read = report.target
    seen = f"a cell stands for {read.stride} × {read.stride} input pixels and sees {read.field} × {read.field}"
    yield f"Grad-CAM target {read.name} ({read.path}): {read.words}, {seen}"


def _against(amount: Amount, report: Report) -> str:
    return f"{difference(amount.more)} against {report.against}" if amount.more else f"as {report.against}"


def _budget(report: Report) -> Iterator[str]:
    if report.gone:
        yield ""
        yield from (f"what the design's budget limits is gone: {each}" for each in report.gone)
    if report.held:
        yield ""
        rows = [budget_row(each) for each in report.held]
        widths = [max(len(row[at]) for row in rows) for at in range(4)]
        yield "what the design's budget allows"
        for mark, what, there, limited, rest in rows:
            amounts = f"{there.rjust(widths[2])}  {limited.rjust(widths[3])}"
            yield f"  {mark} {what.ljust(widths[1])}  {amounts}  {rest}"


def _edits(report: Report) -> Iterator[str]:
    if report.edits:
        yield ""
        yield f"differs from {report.design.base} in"
        width = max(len(edited.address) for edited in report.edits)
        for edited in report.edits:
            yield f"  {edited.address.ljust(width)}  {edited.change}"


def _changes(report: Report) -> Iterator[str]:
    if not report.differs or not report.changes:
        return
    rows = [("place", "params", "MACs", "what, and why")]
    rows += [
        (each.told, _signed(each.params), _signed(each.macs), f"{each.what}: {each.why}") for each in report.changes
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    yield ""
    yield f"what follows, against {report.against}"
    for name, params, macs, words in rows:
        yield f"  {name.ljust(widths[0])}  {params.rjust(widths[1])}  {macs.rjust(widths[2])}  {words}"


def _signed(number: int) -> str:
    return difference(number) if number else ""


def _survival(report: Report) -> Iterator[str]:
    if report.survival is None or report.weights is None:
        return
    yield ""
    yield f"what of {report.weights.name} survives, in tensors"
    yield from (f"  {line}" for line in tabulated(report.survival))
