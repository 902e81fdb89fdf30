"""The shape report as Markdown: totals, edits, stages, every layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from inspector.core.counting import count
from inspector.core.describe import edits, operation, stride, value, version
from inspector.core.network import Network
from inspector.core.units import difference, dims, exact


def render(network: Network, baseline: Network) -> str:
    """The report as Markdown, exact numbers throughout."""
    design = network.design
    title = f"{design.base} {version(design)}".rstrip() + (", edited" if edits(design) else "")
    sections = [
        [f"# {title}", "", f"Input {dims(design.input)} (N×C×H×W), {design.depth} weighted layers."],
        ["## Totals", "", *_totals(network, baseline)],
        ["## Edits", "", *_edits(network)] if edits(design) else [],
        ["## Stages", "", *_stages(network)],
        ["## Layers", "", *_layers(network)],
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]], align: str) -> Iterator[str]:
    """A table; `align` has one letter a column, l or r."""
    yield f"| {' | '.join(headings)} |"
    yield f"|{'|'.join('---:' if side == 'r' else '---' for side in align)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _totals(network: Network, baseline: Network) -> Iterator[str]:
    before = count(baseline)
    rows = [("params", exact(network.params), difference(network.params - baseline.params))]
    for name, macs in count(network).items():
        label = "mult-adds" if name == "torchinfo" else "MACs"
        rows.append((f"{label} ({name})", exact(macs), difference(macs - before[name])))
    return _table(("quantity", "value", f"against {baseline.design.base}"), rows, "lrr")


def _edits(network: Network) -> Iterator[str]:
    rows = [(f"`{found.address}`", value(found.before), value(found.after)) for found in edits(network.design)]
    return _table(("address", network.design.base, "here"), rows, "lrr")


def _stages(network: Network) -> Iterator[str]:
    rows = []
    for place in network.children(network.place):
        node = place.node
        moved = f"/{stride(node)}" if stride(node) > 1 else ""
        row = (place.name, moved, operation(node), dims(node.output[1:]), exact(node.params), exact(node.macs))
        rows.append(row)
    return _table(("stage", "stride", "operation", "C×H×W", "params", "MACs"), rows, "lrlrrr")


def _layers(network: Network) -> Iterator[str]:
    rows = []
    for place in network.operations():
        node = place.node
        shapes = (dims(shape) for shape in (node.input, node.output, node.weight or ()))
        rows.append((f"`{place.path}`", place.name, node.kind, *shapes, exact(node.params), exact(node.macs)))
    headings = ("path", "name", "kind", "input", "output", "weight", "params", "MACs")
    return _table(headings, rows, "lllrrrrr")
