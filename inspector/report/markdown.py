"""The shape report as Markdown, for a pull request: what differs first, and why; all layers folded away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from inspector.core.design.differences import value
from inspector.core.measures.memory import OUTSIDE
from inspector.core.network.kinds import operation
from inspector.core.units import difference, dims, exact
from inspector.report.check import budget_row
from inspector.report.formats import Subject
from inspector.report.model import Change, Report
from inspector.report.survival import Sum
from inspector.report.tables import Code, Ours, markdown_row, markdown_text

BUDGET_COLUMNS = ("", "limit", "there is", "limited to", "by how much")
IN_SIGHT = 12
"""Changes that are not folded away."""


def render(subject: Subject) -> str:
    """The report as Markdown, exact numbers throughout."""
    report = Report(subject)
    sections = [
        [f"# {report.title}", "", f"Input {dims(report.input)} (N×C×H×W), {report.design.depth} weighted layers."],
        ["## Totals", "", *_totals(report)],
        ["## Budget", "", *_budget(report)] if report.budget else [],
        ["## Edits", "", *_edits(report)] if report.edits else [],
        ["## What follows, and why", "", *_changes(report)] if report.differs and report.changes else [],
        ["## What survives of the weights", "", *_survival(report)] if report.survival is not None else [],
        ["## The network", "", *_diagram(report)],
        ["## Stages", "", *_stages(report)],
        ["## Grad-CAM target", "", *_target(report)],
        _folded("Layers", _layers(report)),
        _folded("What tools count", _countings(report)),
        _folded("Bytes", [*_bytes(report), "", f"These bytes leave out {OUTSIDE}."]),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _folded(title: str, lines: Iterable[str]) -> list[str]:
    """A section that a page shows when it is asked for (GitHub, GitLab)."""
    return ["<details>", f"<summary>{title}</summary>", "", *lines, "", "</details>"]


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]], align: str) -> Iterator[str]:
    """A table; `align` has one letter a column, l or r."""
    yield markdown_row(headings)
    yield f"|{'|'.join('---:' if side == 'r' else '---' for side in align)}|"
    for row in rows:
        yield markdown_row(row)


def _totals(report: Report) -> Iterator[str]:
    rows = [
        (each.name + (", bytes" if each.unit else ""), each.amount.exact, difference(each.amount.more))
        for each in report.totals
    ]
    return _table(("quantity", "value", f"against {report.against}"), rows, "lrr")


def _budget(report: Report) -> Iterator[str]:
    yield from _table(BUDGET_COLUMNS, map(budget_row, report.held), "llrrl")
    yield from (f"\n{markdown_text(each)}" for each in report.gone)


def _edits(report: Report) -> Iterator[str]:
    rows = [(Code(each.address), value(each.before), value(each.after)) for each in report.edits]
    return _table(("address", report.design.base, "here"), rows, "lrr")


def _changes(report: Report) -> Iterator[str]:
    yield from _changed(report.changes[:IN_SIGHT])
    rest = report.changes[IN_SIGHT:]
    if rest:
        yield ""
        yield from _folded(f"{len(rest)} more", _changed(rest))


def _changed(changes: Iterable[Change]) -> Iterator[str]:
    rows = [(each.told, each.what, each.why, _more(each.params), _more(each.macs)) for each in changes]
    return _table(("place", "what", "why", "params", "MACs"), rows, "lllrr")


def _survival(report: Report) -> Iterator[str]:
    assert report.survival is not None  # noqa: S101  # asked before
    assert report.weights is not None  # noqa: S101
    yield f"Of {markdown_text(report.weights.name)}:"
    yield ""
    total = report.survival.total
    rows = [(name, *(exact(number) for number in total.get(name, Sum()))) for name in total]
    yield from _table(("", "tensors", "params", "bytes"), rows, "lrrr")


def _diagram(report: Report) -> Iterator[str]:
    """The stages as a diagram of mermaid's, which GitHub and GitLab draw; what differs has a thick frame."""
    yield "```mermaid"
    yield "flowchart LR"
    names = []
    for part in report.parts:
        words = [part.place.name, *([operation(part.place.node)] if part.place.node.kind != "Input" else [])]
        words.append(dims(part.place.node.output[1:]))
        yield f'    {part.place.name}["{"<br/>".join(words)}"]'
        names.append(part.place.name)
    yield f"    {' --> '.join(names)}"
    changed = [part.place.name for part in report.parts if part.is_changed]
    if changed:
        yield "    classDef changed stroke:#d9822b,stroke-width:3px"
        yield f"    class {','.join(changed)} changed"
    yield "```"


def _stages(report: Report) -> Iterator[str]:
    rows = [
        (
            part.place.name,
            f"/{part.stride}" if part.stride > 1 else "",
            part.operation,
            dims(part.place.node.output[1:]),
            part.params.exact,
            part.params.difference,
            part.cost.exact,
            part.cost.difference,
        )
        for part in report.parts
    ]
    columns = ("stage", "stride", "operation", "C×H×W", "params", "±", report.counting.label, "±")
    return _table(columns, rows, "lrlrrrrr")


def _target(report: Report) -> Iterator[str]:
    read = report.target
    yield f"`{read.path}` ({read.name}): {read.words}. A cell of the heat map stands for {read.stride} ×"
    yield f"{read.stride} input pixels, and depends on {read.field} × {read.field} of them."
    for library, code in report.target_lines.items():
        yield ""
        yield f"{library}:"
        yield ""
        yield from (f"    {line}" for line in code)


def _layers(report: Report) -> Iterator[str]:
    rows = []
    for place, cost, field in report.layers:
        node = place.node
        shapes = (dims(shape) for shape in (node.input, node.output, node.weight or ()))
        reach = ("" if node.stride is None else str(node.stride), "" if field is None else str(field))
        rows.append((Code(place.path), place.name, node.kind, *shapes, exact(node.params), exact(cost), *reach))
    columns = ("path", "name", "kind", "input", "output", "weight", "params", report.counting.label, "stride")
    return _table((*columns, "receptive field"), rows, "lllrrrrrrr")


def _countings(report: Report) -> Iterator[str]:
    rows = [
        (of.name, amount.exact, of.unit, difference(amount.more), Ours(of.formula), of.tool)
        for of, amount in report.countings
    ]
    return _table(("counting", "value", "unit", f"against {report.against}", "is", "tool"), rows, "lrlrll")


def _bytes(report: Report) -> Iterator[str]:
    return _table(("what", "bytes"), [(each.what, exact(each.size)) for each in report.bytes], "lr")


def _more(number: int) -> str:
    """A difference; nothing where there is none."""
    return difference(number) if number else ""
