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
from inspector.core.network.kinds import kind, stride
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Window
from inspector.core.network.tree import Place
from inspector.core.units import Dims, difference, dims, exact, short_bytes
from inspector.speech import later, say, some


class Fact(Struct, frozen=True):
    """A label, and what is said under it, a line each; a picture is not to be wrapped and has no label."""

    label: str
    lines: tuple[str, ...]
    is_picture: bool = False


def title(network: Network, place: Place) -> str:
    """What a place is, in words: "bottleneck, 3 of 3 in conv5_x"."""
    words = say(kind(place.node).title)
    if kind(place.node).is_block:
        stage = network.at(place.where[:1])
        number, count = place.where[1] + 1, len(stage.node.children)
        return say("{what}, {n} of {count} in {stage}", what=words, n=number, count=count, stage=stage.name)
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
        words = some(node.stride, "/{n}: {n} pixel a position", "/{n}: {n} pixels a position")
        said.append(Fact(say("in all"), (words,)))
        said.append(Fact(say("sees"), (say("{n} × {n} input pixels", n=field),)))
    if kind(node).is_block and place.where == (read := target(network)).where:
        said.append(_target(read))
    source = follows(network.design, place)
    if source:
        said.append(Fact(say("channels"), (say("follow {place}", place=source),)))
    return tuple(said)


def _target(read: Target) -> Fact:
    """What Grad-CAM reads here, and how one says so to pytorch-grad-cam and to torch-cam."""
    cell = say("a cell is {n}×{n} pixels, sees {field}×{field}", n=read.stride, field=read.field)
    code = (f"target_layers = [{read.expression}]", f'target_layer="{read.path}"')
    return Fact("Grad-CAM", (say("reads {maps} here", maps=read.words), cell, *code))


def _shapes(node: Node) -> list[Fact]:
    if node.kind == "Input":
        note = (say("the image's size is in no weight; its channels are, in conv1's"),)
        return [Fact(say("shape"), (f"{dims(node.output)}  N×C×H×W",)), Fact(say("remark"), note)]
    return [Fact(say("input"), (dims(node.input[1:]),)), Fact(say("output"), (dims(node.output[1:]),))]


def _own(network: Network, place: Place) -> list[Fact]:  # noqa: PLR0911  # one return a kind
    node = place.node
    if node.kind == "Conv2d":
        return _convolution(node)
    if node.kind == "MaxPool2d" and node.window:
        return [Fact(say("kernel"), (_placing(node.window),)), *_sizes(node, node.window)]
    if kind(node).is_norm:
        channels = node.output[1]
        if kind(node).is_frozen:
            words = say("{n} weights, biases, means, variances each", n=channels)
            return [Fact(say("learned"), (say("nothing: it is frozen"),)), Fact(say("buffers"), (words,))]
        return [
            Fact(say("learned"), (say("{n} weights, {n} biases", n=channels),)),
            Fact(say("buffers"), (say("{n} means, {n} variances", n=channels),)),
        ]
    if node.kind == "Stage":
        return _stage(network.design, place)
    if kind(node).is_block:
        return [_shortcut(node)]
    if node.kind == "Add":
        return [
            Fact(say("sum"), (say("of two maps of {size}: the path's and the shortcut's", size=dims(node.output[1:])),))
        ]
    if node.kind == "ResNet":
        return [_depth(network.design)]
    if node.kind == "Linear":
        out, features = node.weight or (0, 0)
        return [Fact(say("weight"), (say("{classes} classes × {features} features", classes=out, features=features),))]
    return []


def _convolution(node: Node) -> list[Fact]:
    window, weight = node.window, node.weight
    if window is None or weight is None:
        return []
    filters, channels, kernel, _ = weight
    own = filters // window.groups
    groups = (say("{n} groups of {filters} filters", n=window.groups, filters=own),) if window.groups > 1 else ()
    return [
        Fact(say("kernel"), (_placing(window), *groups)),
        *_sizes(node, window),
        Fact(
            say("weight"),
            (say("{n} filters × {channels} channels", n=filters, channels=channels), f"× {kernel} × {kernel}"),
        ),
    ]


def _placing(window: Window) -> str:
    dilation = say(", dilation {n}", n=window.dilation) if window.dilation > 1 else ""
    told = say(
        "{n}×{n}, stride {stride}, padding {padding}", n=window.kernel, stride=window.stride, padding=window.padding
    )
    return told + dilation


def _sizes(node: Node, window: Window) -> list[Fact]:
    """How the output's height follows from the input's, and its width where it is another (torch.nn.Conv2d)."""
    told = []
    for at, label in ((2, later("height")), (3, later("width"))):
        if label == "height" or node.input[2] != node.input[3]:
            reach = f"{window.dilation}·({window.kernel} - 1)"
            sum_ = f"({node.input[at]} + 2·{window.padding} - {reach} - 1)"
            told.append(Fact(say(label), (f"⌊{sum_} / {window.stride}⌋", f"+ 1 = {node.output[at]}")))
    return told


def _stage(design: Design, place: Place) -> list[Fact]:
    stage = design.stage(place.name)
    inplanes, outplanes = place.node.input[1], place.node.output[1]
    times = f" × {stage.expansion} = {stage.outplanes}" if design.block == "bottleneck" else ""
    channels = [say("{n} inplanes", n=inplanes), say("→ {n} planes{times}", n=stage.planes, times=times)]
    if outplanes != stage.outplanes:
        channels.append(say("→ {n} filters in its last block", n=outplanes))
    told = [Fact(say("channels"), tuple(channels))]
    if design.block == "bottleneck":
        is_set = any(each.conv2 is not None for each in stage.overrides)
        words = _NARROW_ELSEWHERE if is_set else _NARROW
        told.append(Fact(say("width"), (say(words, n=stage.width),)))
    return [*told, Fact(say("strides"), _strides(design, place))]


_BOTH = later("projection, since the sum needs {n} channels and {came} come in, and the path strides by {stride}")
_DILATED_LATER = later("nowhere: the blocks behind it are dilated instead")
_NARROW = later("{n} channels in the 3×3")
_NARROW_ELSEWHERE = later("{n} channels in the 3×3 where none were set")


def _strides(design: Design, place: Place) -> tuple[str, ...]:
    """Where a stage goes to a smaller feature map, and where it does not."""
    stage = design.stage(place.name)
    blocks = place.node.children
    last = blocks[len(blocks) - 1].children
    reach = max(child.window.dilation for child in last if child.window)
    carried = (say("dilation {n}, from stages before", n=reach),) if reach > 1 and not stage.dilate else ()
    if stage.stride == 1:
        return (say("nowhere: height and width stay"), *carried)
    if stage.dilate:
        return (say("nowhere: dilation {n} instead", n=reach) if reach > 1 else say(_DILATED_LATER),)
    if design.block == "basic":
        return (say("/{n} in {block}'s first 3×3", n=stage.stride, block=block_name(place.name, 1)), *carried)
    convolution = "1×1 (v1)" if design.stride_on == "conv1" else "3×3 (v1.5)"
    first = block_name(place.name, 1)
    return (say("/{n} in {block}'s {convolution}", n=stage.stride, block=first, convolution=convolution), *carried)


def _shortcut(node: Node) -> Fact:
    inplanes, outplanes = node.input[1], node.output[1]
    if not has_projection(node):
        return Fact(say("shortcut"), (say("identity: stride 1, and {n} channels on both sides", n=inplanes),))
    if inplanes != outplanes and stride(node) > 1:
        why = say(_BOTH, n=outplanes, came=inplanes, stride=stride(node))
        return Fact(say("shortcut"), (why,))
    if inplanes != outplanes:
        why = say("projection, since the sum needs {n} channels and {came} come in", n=outplanes, came=inplanes)
        return Fact(say("shortcut"), (why,))
    return Fact(say("shortcut"), (say("projection, since the path strides and the sum needs equal sizes"),))


_OF_ALL = later("= {depth}, conv1, {n} a block, fc")
_WITHOUT_FC = later("= {depth}, conv1, {n} a block, no fc")


def _depth(design: Design) -> Fact:
    per_block = len(CONVOLUTIONS[design.block])
    text = _OF_ALL if design.num_classes else _WITHOUT_FC
    words = say(text, depth=design.depth, n=per_block)
    return Fact(say("layers"), (layers(design), words))


def _against(place: Place, baseline: Network, name: str) -> list[Fact]:
    """What is more or less than in the baseline; a node that is new there has all that it has more."""
    there = baseline.get(place.where)
    before = there.node if there is not None else None
    if before == place.node:
        return []
    params = place.node.params - (before.params if before else 0)
    macs = place.node.macs - (before.macs if before else 0)
    words = [] if before else [say("new, not there")]
    words += [f"{difference(params)} params"] if params else []
    words += [f"{difference(macs)} MACs"] if macs else []
    return [Fact(say("against"), (name or called(baseline.design), *words))] if words else []


def _bytes(network: Network) -> list[Fact]:
    told = memory(network)
    full, half = (short_bytes(told.params[dtype]) for dtype in ("fp32", "fp16"))
    kept, sgd = short_bytes(told.train_activations), short_bytes(told.training("sgd+momentum"))
    return [
        Fact(say("weights"), (say("{full} in fp32, {half} in fp16", full=full, half=half),)),
        Fact(say("training"), (say("{bytes} kept for backward,", bytes=kept),)),
        Fact("", (say("{bytes} with SGD and momentum,", bytes=sgd),)),
        Fact("", (say("{bytes} with Adam", bytes=short_bytes(told.training("adam"))),)),
        Fact(say("inference"), (say("{bytes} of maps at the peak", bytes=short_bytes(told.inference_peak)),)),
        Fact(say("not in it"), (say(OUTSIDE),)),
    ]


def _bytes_here(node: Node) -> Fact:
    """In fp32: what the operation's parameters take, and the feature map that it puts out."""
    size = DTYPES["fp32"]
    out = map_bytes(node)
    parts = [say("{bytes} of parameters", bytes=short_bytes(size * node.params))] if node.params else []
    if kind(node).is_norm:
        buffers = (4 * size * node.output[1]) if kind(node).is_frozen else 2 * size * node.output[1] + INDEX
        parts.append(say("{bytes} of buffers", bytes=short_bytes(buffers)))
    parts.append(say("{bytes} of output", bytes=short_bytes(out)) if out else say("no new map: in place"))
    return Fact(say("bytes"), (", ".join(parts),))


def _costs(network: Network, node: Node) -> list[Fact]:
    told = []
    if node.params:
        told.append(Fact(say("params"), _with_share(_product(node), node.params, network.params)))
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
    percent = 100 * amount / total
    share = "" if amount == total else "  <0.1 %" if percent < 0.05 else f"  {percent:.1f} %"
    sign = "= " if factors or equals else ""
    return (*factors, f"{sign}{exact(amount)}{share}")


def _positions(output: Dims) -> str:
    batch, _, height, width = output
    return f" × {height} × {width}" + (say(" × {n} images", n=batch) if batch > 1 else "")
