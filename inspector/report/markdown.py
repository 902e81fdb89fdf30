"""The shape report as Markdown: totals, edits, stages, every layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from inspector.core.changes.gradcam import lines, target
from inspector.core.design.differences import called, edits, value, version
from inspector.core.measures.counting import CONVENTIONS, Convention, count
from inspector.core.measures.memory import OUTSIDE, memory
from inspector.core.measures.receptive import receptive_fields
from inspector.core.network.kinds import operation, stride
from inspector.core.network.network import Network
from inspector.core.units import difference, dims, exact
from inspector.report.formats import Subject


def render(subject: Subject) -> str:
    """The report as Markdown, exact numbers throughout."""
    network, baseline, counting = subject
    design = network.design
    title = f"{design.base} {version(design)}".rstrip() + (", edited" if edits(design) else "")
    sections = [
        [f"# {title}", "", f"Input {dims(design.input)} (N×C×H×W), {design.depth} weighted layers."],
        ["## Edits", "", *_edits(network)] if edits(design) else [],
        ["## Totals", "", *_totals(network, baseline)],
        ["## Stages", "", *_stages(network, baseline, counting)],
        ["## Grad-CAM target", "", *_target(network)],
        _folded("Layers", _layers(network, counting)),
        _folded("What tools count", _countings(network, baseline)),
        _folded("Bytes", [*_bytes(network), "", f"These bytes leave out {OUTSIDE}."]),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _folded(title: str, lines: Iterable[str]) -> list[str]:
    """A section that a page shows when it is asked for (GitHub, GitLab)."""
    return ["<details>", f"<summary>{title}</summary>", "", *lines, "", "</details>"]


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]], align: str) -> Iterator[str]:
    """A table; `align` has one letter a column, l or r."""
    yield f"| {' | '.join(headings)} |"
    yield f"|{'|'.join('---:' if side == 'r' else '---' for side in align)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _totals(network: Network, baseline: Network) -> Iterator[str]:
    rows = [
        ("params", exact(network.params), difference(network.params - baseline.params)),
        ("MACs (conv+fc)", exact(network.macs), difference(network.macs - baseline.macs)),
    ]
    return _table(("quantity", "value", f"against {called(baseline.design)}"), rows, "lrr")


def _countings(network: Network, baseline: Network) -> Iterator[str]:
    before = count(baseline)
    rows = []
    for name, cost in count(network).items():
        convention = CONVENTIONS[name]
        row = (name, exact(cost), convention.unit, difference(cost - before[name]), convention.formula, convention.tool)
        rows.append(row)
    return _table(("counting", "value", "unit", f"against {called(baseline.design)}", "is", "tool"), rows, "lrlrll")


def _bytes(network: Network) -> Iterator[str]:
    bytes_ = memory(network)
    rows = [(f"params, {name}", exact(size)) for name, size in bytes_.params.items()]
    rows += [(f"buffers, {name}", exact(size)) for name, size in bytes_.buffers.items()]
    rows.append(("gradients, fp32", exact(bytes_.gradients)))
    rows += [(f"optimizer state, {name}", exact(size)) for name, size in bytes_.optimizer.items()]
    rows.append(("kept by autograd for the backward pass, fp32", exact(bytes_.train_activations)))
    rows.append(("feature maps at the peak of inference, fp32", exact(bytes_.inference_peak)))
    return _table(("what", "bytes"), rows, "lr")


def _target(network: Network) -> Iterator[str]:
    read = target(network)
    yield f"`{read.path}` ({read.name}): {read.words}. A cell of the heat map stands for {read.stride} ×"
    yield f"{read.stride} input pixels, and depends on {read.field} × {read.field} of them."
    for library, code in lines(read).items():
        yield ""
        yield f"{library}:"
        yield ""
        yield from (f"    {line}" for line in code)


def _edits(network: Network) -> Iterator[str]:
    rows = [(f"`{each.address}`", value(each.before), value(each.after)) for each in edits(network.design)]
    return _table(("address", network.design.base, "here"), rows, "lrr")


def _stages(network: Network, baseline: Network, counting: Convention) -> Iterator[str]:
    rows = []
    for place in network.children(network.place):
        node, before = place.node, baseline.at(place.where).node
        moved = f"/{stride(node)}" if stride(node) > 1 else ""
        row = (place.name, moved, operation(node), dims(node.output[1:]), exact(node.params))
        more = node.params - before.params, counting.of(node) - counting.of(before)
        cost = exact(counting.of(node))
        rows.append((*row, _more(more[0]), cost, _more(more[1])))
    columns = ("stage", "stride", "operation", "C×H×W", "params", "±", counting.label, "±")
    return _table(columns, rows, "lrlrrrrr")


def _more(number: int) -> str:
    """A difference; nothing where there is none."""
    return difference(number) if number else ""


def _layers(network: Network, counting: Convention) -> Iterator[str]:
    rows = []
    for place, field in receptive_fields(network):
        node = place.node
        shapes = (dims(shape) for shape in (node.input, node.output, node.weight or ()))
        costs = (exact(node.params), exact(counting.of(node)))
        reach = ("" if node.stride is None else str(node.stride), "" if field is None else str(field))
        rows.append((f"`{place.path}`", place.name, node.kind, *shapes, *costs, *reach))
    columns = ("path", "name", "kind", "input", "output", "weight", "params", counting.label, "stride")
    return _table((*columns, "receptive field"), rows, "lllrrrrrrr")
