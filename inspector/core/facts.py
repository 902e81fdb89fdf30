"""What there is to say of one place of the network, in its own numbers."""

from __future__ import annotations

from math import prod

from msgspec import Struct

from inspector.core.blocks import has_projection
from inspector.core.describe import called, layers
from inspector.core.design import CONVOLUTIONS, Design, block_name
from inspector.core.diagram import diagram
from inspector.core.editable import follows
from inspector.core.gradcam import Target, target
from inspector.core.memory import DTYPES, INDEX, OUTSIDE, memory
from inspector.core.network import Network, Place
from inspector.core.node import Dims, Node, Window
from inspector.core.receptive import receptive_field
from inspector.core.units import difference, dims, exact, short_bytes


class Fact(Struct, frozen=True):
    """A label, and what is said under it, a line each; a picture is not to be wrapped and has no label."""

    label: str
    lines: tuple[str, ...]
    is_picture: bool = False


_TITLES = {
    "ResNet": "the whole network",
    "Input": "what goes in: N images of C channels, H×W",
    "Stem": "first convolution and pool",
    "Stage": "a stage: blocks of one width",
    "Bottleneck": "bottleneck",
    "BasicBlock": "basic block",
    "Projection": "projection shortcut",
    "Shortcut": "identity shortcut",
    "Conv2d": "convolution",
    "BatchNorm2d": "batch norm",
    "ReLU": "ReLU, in place",
    "MaxPool2d": "max pool",
    "Identity": "the pool, switched off",
    "Add": "residual add",
    "AdaptiveAvgPool2d": "global average pool",
    "Linear": "fully connected layer",
    "Head": "pool and classifier",
}


def title(network: Network, place: Place) -> str:
    """What a place is, in words: "bottleneck, 3 of 3 in conv5_x"."""
    words = _TITLES[place.node.kind]
    if len(place.where) == 2 and place.node.kind in ("Bottleneck", "BasicBlock"):
        stage = network.at(place.where[:1])
        return f"{words}, {place.where[1] + 1} of {len(stage.node.children)} in {stage.name}"
    return words


def facts(network: Network, place: Place, baseline: Network | None = None) -> tuple[Fact, ...]:
    """Everything the detail says of a place, in the order of reading; shapes are C×H×W, costs exact.

    With a baseline it says too how many more parameters and MACs the place has than what stands there in it.
    """
    node = place.node
    found = [*_shapes(node), *_own(network, place), *_costs(network, node)]
    if node.kind in ("Bottleneck", "BasicBlock"):
        found.insert(0, Fact("", (*diagram(node), ""), is_picture=True))
    if baseline is not None:
        found += _against(place, baseline)
    if node.kind == "ResNet":
        found += _bytes(network)
    elif place.node.is_operation:
        found.append(_bytes_here(node))
    if node.stride is not None and node.kind != "Input":
        field = receptive_field(network, place.where)
        found.append(Fact("stride", (f"{node.stride} input pixels a position",)))
        found.append(Fact("sees", (f"{field} × {field} input pixels",)))
    if len(place.where) == 2 and place.where == (read := target(network)).where:
        found.append(_target(read))
    source = follows(network.design, place)
    if source:
        found.append(Fact("channels", (f"follow {source}",)))
    return tuple(found)


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
    if node.kind in ("Bottleneck", "BasicBlock"):
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
    found = []
    for at, label in ((2, "height"), (3, "width")):
        if label == "height" or node.input[2] != node.input[3]:
            reach = f"{window.dilation}·({window.kernel} - 1)"
            sum_ = f"({node.input[at]} + 2·{window.padding} - {reach} - 1)"
            found.append(Fact(label, (f"⌊{sum_} / {window.stride}⌋", f"+ 1 = {node.output[at]}")))
    return found


def _stage(design: Design, place: Place) -> list[Fact]:
    stage = design.stage(place.name)
    inplanes, outplanes = place.node.input[1], place.node.output[1]
    times = f" × {stage.expansion} = {stage.outplanes}" if design.block == "bottleneck" else ""
    channels = [f"{inplanes} inplanes", f"→ {stage.planes} planes{times}"]
    if outplanes != stage.outplanes:
        channels.append(f"→ {outplanes} filters in its last block")
    found = [Fact("channels", tuple(channels))]
    if design.block == "bottleneck":
        found.append(Fact("width", (f"{stage.width} channels in the 3×3",)))
    return [*found, Fact("strides", _strides(design, place))]


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


def _against(place: Place, baseline: Network) -> list[Fact]:
    """What is more or less than in the baseline; a node that is new there has all that it has more."""
    try:
        before = baseline.at(place.where).node
    except IndexError:
        before = None
    if before == place.node:
        return []
    params = place.node.params - (before.params if before else 0)
    macs = place.node.macs - (before.macs if before else 0)
    words = [] if before else [f"new, not in {called(baseline.design)}"]
    words += [f"{difference(params)} params"] if params else []
    words += [f"{difference(macs)} MACs"] if macs else []
    return [Fact("against", tuple(words))] if words else []


def _bytes(network: Network) -> list[Fact]:
    found = memory(network)
    return [
        Fact("weights", (f"{short_bytes(found.params['fp32'])} in fp32, {short_bytes(found.params['fp16'])} in fp16",)),
        Fact("training", (f"{short_bytes(found.train_activations)} kept for backward,",)),
        Fact("", (f"{short_bytes(found.training('sgd+momentum'))} with SGD and momentum,",)),
        Fact("", (f"{short_bytes(found.training('adam'))} with Adam",)),
        Fact("inference", (f"{short_bytes(found.inference_peak)} of feature maps at the peak",)),
        Fact("not in it", (OUTSIDE.removeprefix("bytes leave out "),)),
    ]


def _bytes_here(node: Node) -> Fact:
    """In fp32: what the operation's parameters take, and the feature map that it puts out."""
    size = DTYPES["fp32"]
    out = 0 if node.kind in ("ReLU", "Identity", "Add") else size * prod(node.output)
    parts = [f"{short_bytes(size * node.params)} of parameters"] if node.params else []
    if node.kind == "BatchNorm2d":
        parts.append(f"{short_bytes(2 * size * node.output[1] + INDEX)} of buffers")
    parts.append(f"{short_bytes(out)} of output" if out else "no new map: in place")
    return Fact("bytes", (", ".join(parts),))


def _costs(network: Network, node: Node) -> list[Fact]:
    found = []
    if node.params:
        found.append(Fact("params", _with_share(_product(node), node.params, network.params)))
    if node.macs:
        positions = _positions(node.output) if node.kind == "Conv2d" else ""
        factors = (f"{exact(node.params)}{positions}",) if positions else ()
        found.append(Fact("MACs", (*factors, *_with_share((), node.macs, network.macs, equals=bool(factors)))))
    return found


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
