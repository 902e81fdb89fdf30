"""The shape report as text: the tree as a table, for a terminal or a pager."""

from __future__ import annotations

from collections.abc import Iterator

from inspector.core.describe import edits, operation, stride, value, version
from inspector.core.network import Network, Place
from inspector.core.units import difference, dims, exact

_HEADINGS = ("", "", "operation", "C×H×W", "params", "MACs")


def render(network: Network, baseline: Network) -> str:
    """The report as text: one line a node, exact numbers, totals and edits at the end."""
    design = network.design
    rows = [_HEADINGS, *(_row(place) for place in network.places())]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    head = f"{design.base} {version(design)}".rstrip()
    lines = [f"{head}   input {dims(design.input)}   {design.depth} layers", ""]
    lines += [_line(row, widths) for row in rows]
    lines += ["", *_totals(network, baseline), *_edits(network)]
    return "\n".join(lines) + "\n"


def _row(place: Place) -> tuple[str, ...]:
    node = place.node
    moved = stride(node)
    label = place.name.rpartition(".")[2]
    return (
        "  " * place.depth + label,
        f"/{moved}" if moved > 1 else "",
        operation(node),
        dims(node.output[1:]),
        exact(node.params) if node.params else "",
        exact(node.macs) if node.macs else "",
    )


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    name, moved, words, *numbers = row
    cells = [name.ljust(widths[0]), moved.rjust(widths[1]), words.ljust(widths[2])]
    cells += [number.rjust(width) for number, width in zip(numbers, widths[3:], strict=True)]
    return "  ".join(cells).rstrip()


def _totals(network: Network, baseline: Network) -> Iterator[str]:
    yield f"params              {exact(network.params):>15}   {_against(network.params - baseline.params, baseline)}"
    yield f"MACs (conv+fc)      {exact(network.macs):>15}   {_against(network.macs - baseline.macs, baseline)}"


def _against(delta: int, baseline: Network) -> str:
    return f"{difference(delta)} against {baseline.design.base}" if delta else f"as {baseline.design.base}"


def _edits(network: Network) -> Iterator[str]:
    found = edits(network.design)
    if found:
        yield ""
        yield f"differs from {network.design.base} in"
        width = max(len(edited.address) for edited in found)
        for edited in found:
            yield f"  {edited.address.ljust(width)}  {value(edited.before)} → {value(edited.after)}"
