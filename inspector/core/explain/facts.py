"""What there is to say of one place of the network, in its own numbers."""

from __future__ import annotations

from msgspec import Struct

from inspector.core.changes.gradcam import Target, target
from inspector.core.design.design import CONVOLUTIONS, Design
from inspector.core.design.differences import called, layers
from inspector.core.explain.diagram import diagram
from inspector.core.explain.editable import follows
from inspector.core.measures.memory import DTYPES, INDEX, OUTSIDE, map_bytes, memory
from inspector.core.measures.receptive import receptive_field
from inspector.core.names import block_name
from inspector.core.network.blocks import has_projection
from inspector.core.network.kinds import kind
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Window
from inspector.core.network.tree import Place
from inspector.core.units import Dims, difference, dims, exact, short_bytes


class Fact(Struct, frozen=True):
    """A label, and what is said under it, a line each; a picture is not to be wrapped and has no label."""

    label: str
    lines: tuple[str, ...]
    is_picture: bool = False


def title(network: Network, place: Place) -> str:
    """What a place is, in words: "bottleneck, 3 of 3 in conv5_x"."""
    words = kind(place.node).title
    if kind(place.node).is_block:
        stage = network.at(place.where[:1])
        return f"{words}, {place.where[1] + 1} of {len(stage.node.children)} in {stage.name}"
    return words


def facts(network: Network, place: Place, baseline: Network | None = None, against: str = "") -> tuple[Fact, ...]:
    """Everything the detail says of a place, in the order of reading; shapes are C×H×W, costs exact.

    With a baseline, called `against`, it says too how many more parameters and MACs the place has than what stands
    there in it.
    """
    node = place.node
    said = [*_shapes(node), *_own(network, place), *_costs(network, node)]
    if kind(node).is_block:
        said.insert(0, Fact("", (*diagram(node), ""), is_picture=True))
    if baseline is not None:
        said += _against(place, baseline, against)
    if node.kind == "ResNet":
        said += _bytes(network)
    elif kind(node).is_operation:
        said.append(_bytes_here(node))
    if node.stride is not None and node.kind != "Input":
        field = receptive_field(network, place.where)
        said.append(Fact("in all", (f"/{node.stride}: {node.stride} pixels a position",)))
        said.append(Fact("sees", (f"{field} × {field} input pixels",)))
    if kind(node).is_block and place.where == (read := target(network)).where:
        said.append(_target(read))
    source = follows(network.design, place)
    if source:
        said.append(Fact("channels", (f"follow {source}",)))
    return tuple(said)


def _target(read: Target) -> Fact:
    """What Grad-CAM reads here, and how one says so to pytorch-grad-cam and to torch-cam."""
    cell = f"a cell is {read.stride}×{read.stride} pixels, sees {read.field}×{read.field}"
    code = (f"target_layers = [{read.expression}]", f'target_layer="{read.path}"')
    return Fact("Grad-CAM", (f"reads {read.words} here", cell, *code))


def _shapes(node: Node) -> list[Fact]:
    if node.kind == "Input":
        note = ("the image's size is in no weight; its channels are, in conv1's",)
        return [Fact("shape", (f"{dims(node.output)}  N×C×H×W",)), Fact("note", note)]
    return [Fact("input", (dims(node.input[1:]),)), Fact("output", (dims(node.output[1:]),))]


def _own(network: Network, place: Place) -> list[Fact]:  # noqa: PLR0911  # one return a kind
    node = place.node
    if node.kind == "Conv2d":
        return _convolution(node)
    if node.kind == "MaxPool2d" and node.window:
        return [Fact("kernel", (_placing(node.window),)), *_sizes(node, node.window)]
    if node.kind == "BatchNorm2d":
        channels = node.output[1]
        return [
            Fact("learned", (f"{channels} weights, {channels} biases",)),
            Fact("buffers", (f"{channels} means, {channels} variances",)),
        ]
    if node.kind == "Stage":
        return _stage(network.design, place)
    if kind(node).is_block:
        return [_shortcut(node)]
    if node.kind == "Add":
        return [Fact("sum", (f"of two maps of {dims(node.output[1:])}: the path's and the shortcut's",))]
    if node.kind == "ResNet":
        return [_depth(network.design)]
    if node.kind == "Linear":
        out, features = node.weight or (0, 0)
        return [Fact("weight", (f"{out} classes × {features} features",))]
    return []


def _convolution(node: Node) -> list[Fact]:
    window, weight = node.window, node.weight
    if window is None or weight is None:
        return []
    filters, channels, kernel, _ = weight
    groups = (f"{window.groups} groups of {filters // window.groups} filters",) if window.groups > 1 else ()
    return [
        Fact("kernel", (_placing(window), *groups)),
        *_sizes(node, window),
        Fact("weight", (f"{filters} filters × {channels} channels", f"× {kernel} × {kernel}")),
    ]


def _placing(window: Window) -> str:
    dilation = f", dilation {window.dilation}" if window.dilation > 1 else ""
    return f"{window.kernel}×{window.kernel}, stride {window.stride}, padding {window.padding}{dilation}"


def _sizes(node: Node, window: Window) -> list[Fact]:
    """How the output's height follows from the input's, and its width where it is another (torch.nn.Conv2d)."""
    told = []
    for at, label in ((2, "height"), (3, "width")):
        if label == "height" or node.input[2] != node.input[3]:
            reach = f"{window.dilation}·({window.kernel} - 1)"
            sum_ = f"({node.input[at]} + 2·{window.padding} - {reach} - 1)"
            told.append(Fact(label, (f"⌊{sum_} / {window.stride}⌋", f"+ 1 = {node.output[at]}")))
    return told


def _stage(design: Design, place: Place) -> list[Fact]:
    stage = design.stage(place.name)
    inplanes, outplanes = place.node.input[1], place.node.output[1]
    times = f" × {stage.expansion} = {stage.outplanes}" if design.block == "bottleneck" else ""
    channels = [f"{inplanes} inplanes", f"→ {stage.planes} planes{times}"]
    if outplanes != stage.outplanes:
        channels.append(f"→ {outplanes} filters in its last block")
    told = [Fact("channels", tuple(channels))]
    if design.block == "bottleneck":
        told.append(Fact("width", (f"{stage.width} channels in the 3×3",)))
    return [*told, Fact("strides", _strides(design, place))]


def _strides(design: Design, place: Place) -> tuple[str, ...]:
    """Where a stage goes to a smaller feature map, and where it does not."""
    stage = design.stage(place.name)
    if stage.stride == 1:
        return ("nowhere: height and width stay",)
    if stage.dilate:
        return (f"nowhere: dilated by {stage.stride} instead",)
    if design.block == "basic":
        return (f"/{stage.stride} in {block_name(place.name, 1)}'s first 3×3",)
    convolution = "1×1 (v1)" if design.stride_on == "conv1" else "3×3 (v1.5)"
    return (f"/{stage.stride} in {block_name(place.name, 1)}'s {convolution}",)


def _shortcut(node: Node) -> Fact:
    inplanes, outplanes = node.input[1], node.output[1]
    if not has_projection(node):
        return Fact("shortcut", (f"identity: stride 1, and {inplanes} channels on both sides",))
    if inplanes != outplanes:
        return Fact("shortcut", (f"projection, since the sum needs {outplanes} channels and {inplanes} come in",))
    return Fact("shortcut", ("projection, since the path strides and the sum needs equal sizes",))


def _depth(design: Design) -> Fact:
    per_block = len(CONVOLUTIONS[design.block])
    return Fact("layers", (layers(design), f"= {design.depth}, conv1, {per_block} a block, fc"))


def _against(place: Place, baseline: Network, name: str) -> list[Fact]:
    """What is more or less than in the baseline; a node that is new there has all that it has more."""
    there = baseline.get(place.where)
    before = there.node if there is not None else None
    if before == place.node:
        return []
    params = place.node.params - (before.params if before else 0)
    macs = place.node.macs - (before.macs if before else 0)
    words = [] if before else ["new, not there"]
    words += [f"{difference(params)} params"] if params else []
    words += [f"{difference(macs)} MACs"] if macs else []
    return [Fact("against", (name or called(baseline.design), *words))] if words else []


def _bytes(network: Network) -> list[Fact]:
    told = memory(network)
    return [
        Fact("weights", (f"{short_bytes(told.params['fp32'])} in fp32, {short_bytes(told.params['fp16'])} in fp16",)),
        Fact("training", (f"{short_bytes(told.train_activations)} kept for backward,",)),
        Fact("", (f"{short_bytes(told.training('sgd+momentum'))} with SGD and momentum,",)),
        Fact("", (f"{short_bytes(told.training('adam'))} with Adam",)),
        Fact("inference", (f"{short_bytes(told.inference_peak)} of feature maps at the peak",)),
        Fact("not in it", (OUTSIDE.removeprefix("bytes leave out "),)),
    ]


def _bytes_here(node: Node) -> Fact:
    """In fp32: what the operation's parameters take, and the feature map that it puts out."""
    size = DTYPES["fp32"]
    out = map_bytes(node)
    parts = [f"{short_bytes(size * node.params)} of parameters"] if node.params else []
    if node.kind == "BatchNorm2d":
        parts.append(f"{short_bytes(2 * size * node.output[1] + INDEX)} of buffers")
    parts.append(f"{short_bytes(out)} of output" if out else "no new map: in place")
    return Fact("bytes", (", ".join(parts),))


def _costs(network: Network, node: Node) -> list[Fact]:
    told = []
    if node.params:
        told.append(Fact("params", _with_share(_product(node), node.params, network.params)))
    if node.macs:
        positions = _positions(node.output) if node.kind == "Conv2d" else ""
        factors = (f"{exact(node.params)}{positions}",) if positions else ()
        told.append(Fact("MACs", (*factors, *_with_share((), node.macs, network.macs, equals=bool(factors)))))
    return told


def _product(node: Node) -> tuple[str, ...]:
    if node.kind == "Conv2d":
        return (dims(node.weight or ()).replace("×", " × "),)
    if node.kind == "Linear" and node.weight:
        return (f"{node.weight[0]} × {node.weight[1]} + {node.weight[0]}",)
    return ()


def _with_share(factors: tuple[str, ...], amount: int, total: int, *, equals: bool = False) -> tuple[str, ...]:
    share = "" if amount == total else f"  {100 * amount / total:.1f} %"
    sign = "= " if factors or equals else ""
    return (*factors, f"{sign}{exact(amount)}{share}")


def _positions(output: Dims) -> str:
    batch, _, height, width = output
    return f" × {height} × {width}" + (f" × {batch} images" if batch > 1 else "")
