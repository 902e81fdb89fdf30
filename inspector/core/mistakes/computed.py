"""Errors whose cause the design itself tells: a pool larger than its map, one value a channel, axes, labels, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from inspector.core.design.design import Design
from inspector.core.design.differences import called
from inspector.core.design.edit import edit
from inspector.core.mistakes.answer import Diagnosis
from inspector.core.mistakes.shape_errors import Forward
from inspector.core.mistakes.weights import fits
from inspector.core.names import STAGES, block_name, layer_name, stage_name
from inspector.core.network.network import Network, analyze
from inspector.core.network.tree import FIRST_STAGE, HEAD, Place, below
from inspector.core.units import dims
from inspector.errors import DesignError
from inspector.outside import shown
from inspector.speech import later, say, some

_SIZES = (32, 64, 48, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512)
"""Heights and widths of images that are tried where the design's own do not lead to an error's numbers."""

_SMALLER = (16, 8, 4)
"""Those that are tried where the text shows a stage: other maps of one pixel are likelier a head's."""


def computed(error: Forward, network: Network) -> Diagnosis | None:
    """What an error of such a kind says of a network; None for another kind."""
    say_of = _KINDS.get(error.kind)
    return say_of(error, network) if say_of else None


def _pool(error: Forward, network: Network) -> Diagnosis:
    (channels, height, width), (above, beside) = error.numbers
    kernel = height - above + 1
    is_fixed = above < 0 and kernel == width - beside + 1
    pool = f"{kernel}×{kernel}" if is_fixed else ""
    last = network.root.children[HEAD].input
    size = dims((height, width))
    if channels != last[1]:
        why = say(_OTHER_POOL, maps=dims((channels, height, width)), design=called(network.design), own=dims(last[1:]))
        return Diagnosis(say("a pool is larger than its map"), "", "", why, "", topic="head")
    reach = network.root.children[HEAD - 1].stride or 1
    image = dims((height * reach, width * reach))
    if (height, width) == last[2:]:
        first = say("conv5_x ends in maps of {size} for this image", size=size)
    else:
        first = say("conv5_x ends in maps of {size} for an image of {image}", size=size, image=image)
    if is_fixed:
        fixed = say("avgpool is fixed at {pool}", pool=pool)
    else:
        fixed = say("avgpool is fixed at a larger window, most often 7×7")
    least = some(kernel * reach, "of {n} pixel a side", "of {n} pixels a side") if is_fixed else ""
    rest = say(_POOLED, least=least) if least else say(_POOLED_SOMEHOW)
    why = say("{maps}, and {pool}.", maps=first, pool=fixed)
    return Diagnosis(say("a pool is larger than its map"), "avgpool", "avgpool", f"{why} {rest}", "", topic="head")


def _kernel(error: Forward, network: Network) -> Diagnosis:
    size, kernel = error.numbers
    why = say(_KERNEL, size=dims(size), kernel=dims(kernel), least=_reach(network))
    return Diagnosis(say("a convolution is larger than its map"), "", "", why, "", topic="downsampling")


def _reach(network: Network) -> int:
    return network.root.children[HEAD - 1].stride or 1


def _single(error: Forward, network: Network) -> Diagnosis:
    shape = error.numbers[0]
    words = say("a batch norm in training has one value a channel")
    if len(shape) != 4:
        why = say(_NO_NORM, design=called(network.design), shape=dims(shape))
        return Diagnosis(words, "", "", f"{why} {say(_ONE_VALUE_ADVICE)}", "", topic="batchnorm")
    place, image = _norm_of(shape, network, error)
    if place is None:
        why = say(_NO_NORM, design=called(network.design), shape=dims(shape))
        return Diagnosis(words, "", "", f"{why} {say(_ONE_VALUE_ADVICE)}", "", topic="batchnorm")
    what = say(_ONE_VALUE, place=place.name, maps=dims(shape[2:]), batch=shape[0], n=shape[1])
    if image:
        what += " " + say("That is so for an image of {image}.", image=image)
    return Diagnosis(words, place.name, place.path, f"{what} {say(_ONE_VALUE_ADVICE)}", "", topic="batchnorm")


def _norm_of(shape: tuple[int, ...], network: Network, error: Forward) -> tuple[Place | None, str]:
    """The first batch norm that such maps arrive at, and the image for which they do where it is not the design's."""
    sizes = (*_SIZES, *(_SMALLER if _layers_in_sight(error) else ()))
    for height, width in [network.design.input[2:], *((size, size) for size in sizes)]:
        try:
            other = analyze(edit(network.design, f"input.height={height}", f"input.width={width}"))
        except DesignError:
            continue
        for place in _norms(other):
            if place.node.input[1:] == shape[1:] and _is_in_sight(place.path, error):
                is_own = (height, width) == network.design.input[2:]
                return place, "" if is_own else dims((height, width))
    return None, ""


def _is_in_sight(path: str, error: Forward) -> bool:
    shown_layers = _layers_in_sight(error)
    return not shown_layers or f".{path.partition('.')[0]}." in shown_layers


def _layers_in_sight(error: Forward) -> set[str]:
    """The stages that a text shows: ".layer3."."""
    return {piece for piece in error.seen if piece.startswith(".layer") and piece.count(".") == 2}


def _norms(network: Network) -> Iterator[Place]:
    """The batch norms in forward order; of equal blocks those of the first."""
    top = network.place
    for number, child in enumerate(network.root.children):
        place = below(top, number)
        if not FIRST_STAGE <= number < HEAD:
            yield from (each for each in network.children(place) if each.node.kind == "BatchNorm2d")
            continue
        for block in range(min(len(child.children), 2)):
            parts = network.children(below(place, block))
            yield from (each for each in parts if each.node.kind == "BatchNorm2d")


def _axes(error: Forward, network: Network) -> Diagnosis:
    weight, came = error.numbers
    shape = error.comes
    axes = came[0] if came else len(shape)
    is_stem = not weight or fits(network, "conv1", weight)
    place = ("conv1", "conv1") if is_stem else ("", "")
    words = say("the image has no batch axis") if axes == 3 else say("the image has other axes than N, C, H, W")
    how = {
        2: say("image[None, None] puts batch and channel before it (repeat the channel where conv1 wants 3)"),
        3: say("image.unsqueeze(0) puts a batch of one before it"),
    }.get(axes, say("reshape it to four axes, one batch of images"))
    came_words = say("{shape} came", shape=dims(shape)) if shape else say("{n} axes came", n=axes)
    if len(shape) == 3 and shape[2] in (1, 3) and shape[0] not in (1, 3):
        how = say("image.permute(2, 0, 1)[None] turns its channels to the front and puts a batch of one before it")
    why = say(_FOUR_AXES, came=came_words, how=how)
    return Diagnosis(words, *place, why, "", topic="glossary")


def _dilation(error: Forward, network: Network) -> Diagnosis:
    is_groups = error.kind == "groups"
    assignment = "conv5_x.groups=2" if is_groups else "conv5_x.dilate=true"
    reason = ""
    try:
        edit(preset_of_basic(network.design), assignment)
    except DesignError as refused:
        reason = refused.reason
    words = say("a basic block takes no groups and no width") if is_groups else say("a basic block takes no dilation")
    address = assignment.partition("=")[0]
    why = say(_BASIC_GROUPS if is_groups else _BASIC_DILATION, address=address, reason=reason)
    return Diagnosis(words, "", "", why, "", topic="groups" if is_groups else "downsampling")


def preset_of_basic(design: Design) -> Design:
    """A design of basic blocks: the given one, or what it is with them."""
    return design if design.block == "basic" else edit(design, "block=basic")


def _target(error: Forward, network: Network) -> Diagnosis:
    label = error.numbers[0][0]
    classes = network.design.num_classes
    words = say("a label is out of range")
    if label < 0:
        why = say(_NEGATIVE, label=label)
        return Diagnosis(words, "fc", "fc", why, "", topic="head")
    if not classes:
        why = say(_HEADLESS, label=label, least=label + 1, design=called(network.design))
        return Diagnosis(words, "", "", why, "", topic="head")
    if label < classes:
        why = say(_LESS, label=label, least=label + 1, design=called(network.design), classes=classes)
        return Diagnosis(words, "fc", "fc", why, "", topic="head")
    assignment = f"num_classes={label + 1}"
    try:
        edit(network.design, assignment)
    except DesignError:
        assignment = ""
    why = say(_LABEL, label=label, least=label + 1, classes=classes, last=classes - 1)
    return Diagnosis(words, "fc", "fc", why, assignment, topic="head")


def _label(error: Forward, network: Network) -> Diagnosis:
    del error
    classes = network.design.num_classes
    why = say(_ASSERTED)
    if classes:
        why += " " + say(
            "fc has {classes} classes here, so labels run from 0 to {last}.", classes=classes, last=classes - 1
        )
    return Diagnosis(say("a label is out of range"), "fc", "fc", why, "", topic="head")


def _view(error: Forward, network: Network) -> Diagnosis:
    _, inputs, elements = error.numbers[0]
    channels = network.root.children[HEAD].input[1]
    why = say(_VIEW, inputs=inputs, elements=elements)
    if inputs and elements % inputs:
        why += " " + say("{elements} is no multiple of {inputs}.", elements=elements, inputs=inputs)
    if inputs != channels:
        why += " " + say("{design} ends in {n} maps.", design=called(network.design), n=channels)
    return Diagnosis(
        say("the pooled maps cannot be flattened so"), "fc", "fc", f"{why} {say(_FLATTEN)}", "", topic="head"
    )


_LAYER = re.compile(r"(?:\A|\.)layer([0-9]{1,3})(?:[.\[]([0-9]{1,6}))?")


def _layer(error: Forward, network: Network) -> Diagnosis:
    """A layer that a model does not have, most often Grad-CAM's target."""
    words, name = say("the model has no such layer"), shown(error.word)
    place = network.get(error.word.rpartition("module.")[2])
    if place is not None:
        why = say(_THERE, design=called(network.design), name=name)
        return Diagnosis(words, place.name, place.path, why, "", topic="gradcam")
    match = _LAYER.search(error.word)
    number = int(match[1]) if match else 0
    if not 1 <= number <= len(STAGES):
        last = f"layer4.{network.design.conv5_x.blocks - 1}"
        why = say(_NO_LAYER, design=called(network.design), name=name, last=last)
        return Diagnosis(words, "", "", why, f"target={last}", topic="gradcam")
    stage = stage_name(number)
    inner = network.get(f"layer{number}.{match[2]}") if match and match[2] else None
    if inner is not None:
        parts = ", ".join(dict.fromkeys(each.node.key for each in network.children(inner) if each.node.key))
        why = say(_PARTS, path=inner.path, parts=parts, name=name)
        return Diagnosis(words, inner.name, inner.path, why, f"target={inner.path}", topic="gradcam")
    blocks = network.design.stage(stage).blocks
    layer, last = layer_name(stage), f"{layer_name(stage)}.{blocks - 1}"
    has = some(blocks, "{layer}.0", "{layer}.0 to {layer}.{end}", layer=layer, end=blocks - 1)
    if blocks == 2:
        has = say("{layer}.0 and {layer}.1", layer=layer)
    why = say(_BLOCKS, design=called(network.design), stage=stage, has=has, name=name, last=last)
    return Diagnosis(words, block_name(stage, blocks), last, why, f"target={last}", topic="gradcam")


_KINDS: dict[str, Callable[[Forward, Network], Diagnosis]] = {
    "pool": _pool,
    "kernel": _kernel,
    "single": _single,
    "axes": _axes,
    "dilation": _dilation,
    "groups": _dilation,
    "target": _target,
    "label": _label,
    "view": _view,
    "layer": _layer,
}

_OTHER_POOL = later(
    "Maps of {maps} come to a pool that is larger than they are; conv5_x of {design} ends in {own}, so it is another "
    "pool, or another network. nn.AdaptiveAvgPool2d(1) takes any size, or a larger image."
)
_POOLED = later(
    "nn.AdaptiveAvgPool2d(1) in its place takes any size, or an image {least} and more; no edit of the network is "
    "needed."
)
_POOLED_SOMEHOW = later(
    "nn.AdaptiveAvgPool2d(1) in its place takes any size, or a larger image; no edit of the network is needed."
)
_KERNEL = later(
    "Maps of {size}, with their padding, come to a convolution of {kernel}: the image is too small, or a padding was "
    "left out. The network halves its maps until one position stands for {least} pixels a side: give it an image of "
    "that many at least, and padding=1 to each 3×3; no edit of a layer is needed."
)
_ONE_VALUE = later(
    "A batch of {batch} and maps of {maps} leave one value for each of the {n} channels at {place}, and no variance "
    "can be had of one."
)
_NO_NORM = later(
    "One value a channel arrives, {shape}, and no variance can be had of one; no batch norm of {design} gets it, so it "
    "is in a head or a decoder: a pooled branch like ASPP's."
)
_ONE_VALUE_ADVICE = later(
    "Train with a batch of 2 or more (drop_last=True, where the last one is short), or with larger images, or call "
    "model.eval() where nothing is trained; no edit of the network is needed."
)
_FOUR_AXES = later("conv1 and bn1 want N, C, H, W, and {came}: {how}. No edit of the network is needed.")
_BASIC_DILATION = later(
    "torchvision's basic block has no dilation: {address} {reason}. Set the stage's stride to 1 without it "
    "(conv5_x.stride=1 in place of replace_stride_with_dilation), or take a network of bottlenecks, resnet50 for one."
)
_BASIC_GROUPS = later(
    "torchvision's basic block has neither groups nor another width: {address} {reason}. Widen it by its planes, or "
    "take a network of bottlenecks, resnet50 for one."
)
_LABEL = later(
    "A label {label} needs {least} classes, and fc has {classes}: labels run from 0 to {last}. Take more classes, or "
    "count the labels from 0."
)
_LESS = later(
    "A label {label} needs {least} classes or more, and the fc that ran has fewer: {design} has {classes}. Is it the "
    "network that the error came from? Labels are counted from 0."
)
_NEGATIVE = later(
    "A label is {label}; labels run from 0 on. What is to be left out of the loss has the loss' ignore_index, which is "
    "-100 unless it is set; no edit of the network is needed."
)
_ASSERTED = later(
    "A label is below 0 or not below the number of classes; the GPU does not tell which: print(labels.min(), "
    "labels.max()), and num_classes is one more than the largest."
)
_HEADLESS = later(
    "A label {label} needs {least} classes, and {design} has no fc: it is a head of its own that has too few."
)
_VIEW = later("x.view(-1, {inputs}) gets {elements} elements.")
_FLATTEN = later(
    "torch.flatten(x, 1) behind nn.AdaptiveAvgPool2d(1) flattens whatever comes; no edit of the network is needed."
)
_THERE = later(
    "{design} has {name}; the model that was asked is another, or is wrapped (module. before its names). No edit of "
    "the network is needed."
)
_NO_LAYER = later("{design} has layer1 to layer4, and nothing called {name}. Its last block is {last}.")
_PARTS = later("{path} has {parts}, no {name}.")
_BLOCKS = later("{stage} of {design} has {has}, no {name}: the last of them is {last}.")
