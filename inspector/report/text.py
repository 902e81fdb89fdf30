"""The shape report as text: the tree as a table, for a terminal or a pager."""

from __future__ import annotations

from collections.abc import Iterator

from inspector.core.changes.gradcam import target
from inspector.core.design.differences import called, edits, version
from inspector.core.measures.counting import Convention
from inspector.core.measures.memory import OUTSIDE, memory
from inspector.core.network.kinds import operation, stride
from inspector.core.network.network import Network
from inspector.core.network.tree import Place
from inspector.core.units import difference, dims, exact
from inspector.report.formats import Subject


def render(subject: Subject) -> str:
    """The report as text: one line a node, exact numbers, totals and edits at the end."""
    network, baseline, counting = subject
    design = network.design
    headings = ("", "", "operation", "C×H×W", "params", counting.label)
    rows = [headings, *(_row(place, counting) for place in network.places())]
    widths = [max(len(row[at]) for row in rows) for at in range(len(headings))]
    head = f"{design.base} {version(design)}".rstrip()
    lines = [f"{head}   input {dims(design.input)}   {design.depth} layers", ""]
    lines += [_line(row, widths) for row in rows]
    lines += ["", *_totals(network, baseline, counting), *_edits(network)]
    return "\n".join(lines) + "\n"


def _row(place: Place, counting: Convention) -> tuple[str, ...]:
    node = place.node
    cost = counting.of(node)
    moved = stride(node)
    label = place.name.rpartition(".")[2]
    return (
        "  " * place.depth + label,
        f"/{moved}" if moved > 1 else "",
        operation(node),
        dims(node.output[1:]),
        exact(node.params) if node.params else "",
        exact(cost) if cost else "",
    )


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    name, moved, words, *numbers = row
    cells = [name.ljust(widths[0]), moved.rjust(widths[1]), words.ljust(widths[2])]
    cells += [number.rjust(width) for number, width in zip(numbers, widths[3:], strict=True)]
    return "  ".join(cells).rstrip()


def _totals(network: Network, baseline: Network, counting: Convention) -> Iterator[str]:
    cost, before = (counting.of(each.root) for each in (network, baseline))
    rows = [
        ("params", exact(network.params), _against(network.params - baseline.params, baseline)),
        (f"{counting.unit} ({counting.name})", exact(cost), _against(cost - before, baseline)),
    ]
    bytes_ = memory(network)
    rows += [
        ("bytes of weights, fp32", exact(bytes_.params["fp32"]), f"and {exact(bytes_.buffers['fp32'])} of buffers"),
        ("bytes for backward", exact(bytes_.train_activations), "that autograd keeps of one pass in train mode"),
        ("bytes at the peak", exact(bytes_.inference_peak), "of feature maps in one pass without gradients"),
    ]
    label, number = (max(len(row[at]) for row in rows) for at in (0, 1))
    for words, amount, note in rows:
        yield f"{words.ljust(label)}   {amount.rjust(number)}   {note}"
    yield f"bytes leave out {OUTSIDE}"
    yield ""
    yield _target(network)


def _target(network: Network) -> str:
    read = target(network)
    seen = f"a cell stands for {read.stride} × {read.stride} input pixels and sees {read.field} × {read.field}"
    return f"Grad-CAM target {read.name} ({read.path}): {read.words}, {seen}"


def _against(delta: int, baseline: Network) -> str:
    return f"{difference(delta)} against {called(baseline.design)}" if delta else f"as {called(baseline.design)}"


def _edits(network: Network) -> Iterator[str]:
    differing = edits(network.design)
    if differing:
        yield ""
        yield f"differs from {network.design.base} in"
        width = max(len(edited.address) for edited in differing)
        for edited in differing:
            yield f"  {edited.address.ljust(width)}  {edited.change}"
