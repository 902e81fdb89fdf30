"""The concepts behind a ResNet, and the numbers that they have in one design and at one place of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from inspector.core.changes.gradcam import Price, price, target
from inspector.core.design.design import CONVOLUTIONS
from inspector.core.design.differences import layers
from inspector.core.design.edit import edit
from inspector.core.measures.counting import count
from inspector.core.network.blocks import has_projection, parts
from inspector.core.network.flow import last_convolution, norm_behind
from inspector.core.network.kinds import kind, stride
from inspector.core.network.network import Network, analyze
from inspector.core.network.node import Node, Where, distinct
from inspector.core.network.tree import HEAD, STEM, Place, stage_of
from inspector.core.units import difference, dims, exact

TOPICS = (
    "filters",
    "planes",
    "bottleneck",
    "shortcut",
    "downsampling",
    "batchnorm",
    "groups",
    "gradcam",
    "counting",
)
"""What there is a note about, in the order of learning."""

ALIASES = {
    **dict.fromkeys(("channels", "channel", "kernel", "image", "size", "conv", "convolution"), "filters"),
    **dict.fromkeys(("inplanes", "expansion", "layers", "depth", "blocks", "stage"), "planes"),
    **dict.fromkeys(("1x1", "1×1", "block"), "bottleneck"),
    **dict.fromkeys(("identity", "projection", "residual", "downsample", "add"), "shortcut"),
    **dict.fromkeys(("v1", "v1.5", "stride", "stride_on", "pool", "dilate", "dilation"), "downsampling"),
    **dict.fromkeys(("bn", "norm", "batch-norm", "batch_norm", "eval", "train"), "batchnorm"),
    **dict.fromkeys(("width_per_group", "resnext", "wide", "group"), "groups"),
    **dict.fromkeys(("grad-cam", "cam", "target", "maps", "receptive"), "gradcam"),
    **dict.fromkeys(("macs", "flops", "mac", "params", "cost"), "counting"),
}
"""Other words that a person may look a topic up by."""

_LAST_STAGE = HEAD - 1
_BASE_WIDTH = 64
_MOMENTUM = "0.1"
"""torch.nn.BatchNorm2d's default, which torchvision leaves as it is."""


def topic(network: Network, where: Where) -> str:
    """What a person most likely wants to know at a place."""
    node = network.at(where).node
    if node.kind == "Conv2d":
        return "groups" if node.window is not None and node.window.groups > 1 else "filters"
    return "gradcam" if where == target(network).where else kind(node).topic


def conditions(network: Network, where: Where) -> frozenset[str]:
    """What is so in the design, or at the place: a paragraph of a note may be for that alone."""
    block, conv = _block(network, where), _convolution_place(network, where)
    halved = _halved(network)
    return frozenset(
        {
            network.design.block,
            "projection" if has_projection(block.node) else "identity",
            "v1" if network.design.stride_on == "conv1" else "v1.5",
            "price" if halved.projections else "cheap",
            "pieces" if conv.node.window is not None and conv.node.window.groups > 1 else "plain",
            *_of_stage(network, where),
            *_of_block(network, where),
            *_of_strides(network),
        }
    )


def _of_stage(network: Network, where: Where) -> Iterator[str]:
    """Whether bottlenecks are grouped."""
    if network.design.block == "bottleneck":
        yield "grouped" if network.design.stage(_stage(network, where).name).groups > 1 else "ungrouped"


def _of_block(network: Network, where: Where) -> Iterator[str]:
    """Whether a block, or a bottleneck in its place, works with fewer channels than it puts out, and saves by it."""
    narrowing = _narrowing(network, where)
    if network.design.block == "bottleneck":
        yield "narrows" if narrowing.narrow < narrowing.leaving else "widens"
    yield "saves" if narrowing.wide > sum(narrowing.parts) else "costs"


def _of_strides(network: Network) -> Iterator[str]:
    """Whether anything strides, and whether it matters where a bottleneck does."""
    yield "strided" if _strided(network) else "unstrided"
    if network.design.block == "bottleneck":
        v1, v15 = _macs_of_versions(network)
        yield "versions" if v1 != v15 else "alike"


def values(network: Network, where: Where) -> dict[str, str]:
    """The numbers and names that the notes have at a place, by name. Shapes are C×H×W or H×W, costs exact."""
    return {
        **_convolution(network, where),
        **_stage_values(network, where),
        **_block_values(network, where),
        **_downsampling(network),
        **_norm(network, where),
        **_target(network),
        **_counts(network),
    }


def _stage(network: Network, where: Where) -> Place:
    """The stage that a place is in; the last one for all that is in none."""
    return network.at(where[:1] if stage_of(where) else (_LAST_STAGE,))


def _block(network: Network, where: Where) -> Place:
    """The block that a place is in; the last one of its stage for all that is in none."""
    stage = _stage(network, where)
    is_in_one = len(where) > 1 and where[:1] == stage.where
    return network.at((*stage.where, where[1] if is_in_one else len(stage.node.children) - 1))


def _convolution_place(network: Network, where: Where) -> Place:
    """The convolution at a place, or the one that it follows; the last one of its block for all others."""
    place = network.at(where)
    if place.node.kind == "Conv2d":
        return place
    if where and where[0] == STEM:
        return network.at((STEM, 0))
    if len(where) > 2:
        before = [network.at((*where[:-1], number)) for number in range(where[-1])]
        convolutions = [each for each in before if each.node.kind == "Conv2d"]
        if convolutions:
            return convolutions[-1]
    return last_convolution(network, _block(network, where))


def _convolution(network: Network, where: Where) -> dict[str, str]:
    place = _convolution_place(network, where)
    node, window = place.node, place.node.window
    filters, channels, kernel, _ = node.weight or (0, 0, 0, 0)
    groups = window.groups if window else 1
    return {
        "conv": place.name,
        "conv_path": place.path,
        "filters": str(filters),
        "channels": str(channels),
        "maps_in": str(node.input[1]),
        "conv_groups": str(groups),
        "kernel": str(kernel),
        "in_size": dims(node.input[2:]),
        "out_size": dims(node.output[2:]),
        "conv_params": exact(node.params),
        "conv_macs": exact(node.macs),
        "image": dims(network.design.input[2:]),
    }


def _stage_values(network: Network, where: Where) -> dict[str, str]:
    place = _stage(network, where)
    stage = network.design.stage(place.name)
    width = stage.width if network.design.block == "bottleneck" else stage.planes
    return {
        "stage": place.name,
        "stage_path": place.path,
        "blocks": str(stage.blocks),
        "inplanes": str(place.node.input[1]),
        "planes": str(stage.planes),
        "expansion": str(stage.expansion),
        "outplanes": str(place.node.output[1]),
        "planes_out": str(stage.outplanes),
        "width": str(width),
        "groups": str(stage.groups),
        "width_per_group": str(stage.width_per_group),
        "base_width": str(_BASE_WIDTH),
        "per_group": str(width // stage.groups),
        "grouped_params": exact(9 * width * width // stage.groups),
        "ungrouped_params": exact(9 * width * width),
        "layers": f"{layers(network.design)} = {network.design.depth}",
        "per_block": str(len(CONVOLUTIONS[network.design.block])),
    }


def _block_values(network: Network, where: Where) -> dict[str, str]:
    place = _block(network, where)
    entering, leaving = place.node.input[1], place.node.output[1]
    narrowing = _narrowing(network, where)
    narrow, weights, wide = narrowing.narrow, narrowing.parts, narrowing.wide
    blocks = [each for stage in network.root.children if stage.kind == "Stage" for each in stage.children]
    projections = [parts(each).shortcut for each in blocks if has_projection(each)]
    return {
        "block": place.name,
        "block_path": place.path,
        "entering": str(entering),
        "leaving": str(leaving),
        "block_size": dims(place.node.output[2:]),
        "narrow": str(narrow),
        "reduce_params": exact(weights[0]),
        "middle_params": exact(weights[1]),
        "restore_params": exact(weights[2]),
        "narrow_params": exact(sum(weights)),
        "wide_params": exact(wide),
        "saving": f"{wide / sum(weights):.1f}",
        "projection_params": exact(entering * leaving + 2 * leaving),
        "projections": str(len(projections)),
        "identities": str(len(blocks) - len(projections)),
        "total_blocks": str(len(blocks)),
        "all_projection_params": exact(sum(each.params for each in projections)),
    }


class _Narrowing(NamedTuple):
    """What a bottleneck of `narrow` channels saves beside two 3×3 convolutions on all that leave it, in weights."""

    narrow: int
    leaving: int
    parts: tuple[int, int, int]
    wide: int


def _narrowing(network: Network, where: Where) -> _Narrowing:
    place = _block(network, where)
    leaving = place.node.output[1]
    narrow = parts(place.node).path[0].output[1] if network.design.block == "bottleneck" else max(leaving // 4, 1)
    groups = network.design.stage(_stage(network, where).name).groups
    weights = (leaving * narrow, 9 * narrow * narrow // groups, narrow * leaving)
    return _Narrowing(narrow, leaving, weights, 2 * 9 * leaving * leaving)


def _strided(network: Network) -> list[str]:
    """What strides, in forward order: operations of the stem, and the first blocks of stages."""
    stem = network.children(network.at((STEM,)))
    names = [place.name for place in stem if stride(place.node) > 1]
    stages = [place for place in network.children(network.place) if place.node.kind == "Stage"]
    return names + [place.name.replace("_x", "_1") for place in stages if stride(place.node) > 1]


def _macs_of_versions(network: Network) -> tuple[int, int]:
    """MACs of v1 and of v1.5."""
    first, second = (analyze(edit(network.design, f"stride_on={name}")).macs for name in ("conv1", "conv2"))
    return first, second


def _downsampling(network: Network) -> dict[str, str]:
    last = network.at((_LAST_STAGE,)).node
    is_bottleneck = network.design.block == "bottleneck"
    v1, v15 = _macs_of_versions(network) if is_bottleneck else (network.macs, network.macs)
    return {
        "strided": ", ".join(_strided(network)) or "–",
        "total_stride": str(last.stride),
        "last_size": dims(last.output[2:]),
        "macs_v1": exact(v1),
        "macs_v15": exact(v15),
        "macs_more": difference(v15 - v1),
        "share_more": f"{100 * (v15 - v1) / v1 if v1 else 0:.1f}",
    }


def _norm(network: Network, where: Where) -> dict[str, str]:
    conv = _convolution_place(network, where)
    place = norm_behind(network, conv)
    channels = place.node.output[1]
    norms, learned = _norms(network.root)
    return {
        "norm": place.name,
        "norm_path": place.path,
        "norm_channels": str(channels),
        "norm_params": exact(2 * channels),
        "norms": str(norms),
        "all_norm_params": exact(learned),
        "momentum": _MOMENTUM,
    }


def _norms(node: Node) -> tuple[int, int]:
    """How many batch norms there are in a node, and their parameters in all."""
    if node.kind == "BatchNorm2d":
        return 1, node.params
    below = [(times, *_norms(child)) for child, times in distinct(node.children)]
    return sum(times * count for times, count, _ in below), sum(times * params for times, _, params in below)


def _halved(network: Network) -> Price:
    """What half as many feature maps at the target would cost."""
    return price(network, str(max(target(network).maps // 2, 1)))


def _target(network: Network) -> dict[str, str]:
    read, halved = target(network), _halved(network)
    projection = halved.projections[0].change if halved.projections else None
    return {
        "target": read.name,
        "target_path": read.path,
        "target_python": read.expression,
        "maps": str(read.maps),
        "map_size": dims(read.size),
        "cells": str(read.size[0] * read.size[1]),
        "cell": str(read.stride),
        "field": str(read.field),
        "half": str(max(read.maps // 2, 1)),
        "half_params": difference(halved.params),
        "half_macs": difference(halved.macs),
        "half_projection": projection.name if projection else "–",
        "half_projection_params": exact(projection.params) if projection else "–",
    }


def _counts(network: Network) -> dict[str, str]:
    counts = count(network)
    return {
        "macs": exact(network.macs),
        "params": exact(network.params),
        "flops": exact(2 * network.macs),
        "count_torchinfo": exact(counts["torchinfo"]),
        "count_fvcore": exact(counts["fvcore"]),
        "count_thop": exact(counts["thop"]),
        "count_ptflops": exact(counts["ptflops"]),
        "spread": f"{100 * (counts['thop'] / network.macs - 1):.1f}" if network.macs else "–",
        "batch": str(network.design.input[0]),
    }
