"""The numbers and names that notes have at a place, each read off the nodes that it speaks of."""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from math import prod
from typing import NamedTuple

from inspector.core.changes.gradcam import Price, price, target
from inspector.core.design.design import CONVOLUTIONS
from inspector.core.design.differences import layers
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.explain.make_layer import call, set_alone
from inspector.core.explain.spot import LAST_STAGE, Spot, blocks_of
from inspector.core.explain.spot import spot as spot_of
from inspector.core.measures.counting import count
from inspector.core.measures.memory import DTYPES, memory
from inspector.core.network.blocks import has_projection, parts
from inspector.core.network.kinds import kind, stride
from inspector.core.network.network import Network, analyze
from inspector.core.network.node import Node, Where, distinct
from inspector.core.network.tree import HEAD, STEM
from inspector.core.units import difference, dims, exact, short_bytes
from inspector.core.weights.survival import Survival, reshaped, survival

BASE_WIDTH = 64
MOMENTUM = "0.1"
"""torch.nn.BatchNorm2d's default, which torchvision leaves as it is."""
_MOST_NAMES, _MOST_TENSORS = 4, 6


class Sight:
    """What is to be told of, worked out once for values and claims alike."""

    def __init__(self, network: Network, where: Where) -> None:
        self.network = network
        self.spot: Spot = spot_of(network, where)

    @cached_property
    def versions(self) -> tuple[int, int]:
        """MACs of v1 and of v1.5; a network of basic blocks has but one."""
        if self.network.design.block == "basic":
            return self.network.macs, self.network.macs
        first, second = (analyze(edit(self.network.design, f"stride_on={name}")).macs for name in ("conv1", "conv2"))
        return first, second

    @cached_property
    def strided(self) -> list[str]:
        """What strides, in forward order: operations of the stem, and the first blocks of stages."""
        network = self.network
        stem = network.children(network.at((STEM,)))
        names = [place.name for place in stem if stride(place.node) > 1]
        stages = [place for place in network.children(network.place) if place.node.kind == "Stage"]
        return names + [place.name.replace("_x", "_1") for place in stages if stride(place.node) > 1]

    @cached_property
    def halved(self) -> Price:
        """What half as many feature maps at the target would cost."""
        return price(self.network, str(max(target(self.network).maps // 2, 1)))

    @cached_property
    def new_projections(self) -> list[tuple[str, int]]:
        """Projections that come with half as many maps, and their parameters."""
        changes = [effect.change for effect in self.halved.projections]
        return [(change.name, change.after.params if change.after else 0) for change in changes]

    @cached_property
    def narrowing(self) -> Narrowing:
        """The block's weights, beside those of the other kind of block."""
        return _narrowing(self.spot)

    @cached_property
    def survival(self) -> Survival:
        """What of the base's weights survives."""
        return survival(analyze(preset(self.network.design.base)), self.network)

    @cached_property
    def alone(self) -> list[str]:
        """The stage's convolutions whose filters were set on their own."""
        return set_alone(self.network.design, self.spot.stage.name)


class Narrowing(NamedTuple):
    """The weights of a block's convolutions, beside those of the other kind of block.

    For a bottleneck the other is two 3×3 convolutions on all maps that leave; for a basic block it is a bottleneck
    with a quarter of these between.
    """

    own: int
    other: int


def values(network: Network, where: Where) -> dict[str, str]:
    """The numbers and names that the notes have at a place, by name. Shapes are C×H×W or H×W, costs exact."""
    return told(Sight(network, where))


def told(sight: Sight) -> dict[str, str]:
    """The same of what is in sight."""
    return {
        **_convolution(sight.spot),
        **_norm(sight.spot),
        **_stage(sight),
        **_block(sight),
        **_groups(sight.spot),
        **_downsampling(sight),
        **_head(sight.network),
        **_target(sight),
        **_counts(sight.network),
        **_bytes(sight.network),
        **_survival(sight),
    }


def _convolution(spot: Spot) -> dict[str, str]:
    node, window = spot.conv.node, spot.conv.node.window
    filters, channels, kernel, _ = node.weight or (0, 0, 0, 0)
    return {
        "conv": spot.conv.name,
        "filters": str(filters),
        "channels": str(channels),
        "maps_in": str(node.input[1]),
        "conv_groups": str(window.groups if window else 1),
        "kernel": str(kernel),
        "in_size": dims(node.input[2:]),
        "out_size": dims(node.output[2:]),
        "conv_params": exact(node.params),
        "conv_macs": exact(node.macs),
        "image": dims(spot.network.design.input[2:]),
        "batch": str(spot.network.design.input[0]),
        "readers": ", ".join(place.name for place in spot.readers) or "–",
        "sum": f"{spot.block.name}.add",
    }


def _norm(spot: Spot) -> dict[str, str]:
    node = spot.norm.node
    channels = node.output[1]
    norms, learned = _norms(spot.network.root)
    return {
        "norm": spot.norm.name,
        "norm_channels": str(channels),
        "norm_size": dims(node.output[2:]),
        "norm_count": exact(node.output[0] * prod(node.output[2:])),
        "norm_params": exact(node.params),
        "norms": exact(norms),
        "all_norm_params": exact(learned),
        "momentum": MOMENTUM,
        "relus": exact(1 + len(CONVOLUTIONS[spot.network.design.block]) * len(blocks_of(spot.network))),
    }


def _norms(node: Node) -> tuple[int, int]:
    """How many batch norms there are in a node, and their parameters in all."""
    if kind(node).is_norm:
        return 1, node.params
    below = [(times, *_norms(child)) for child, times in distinct(node.children)]
    return sum(times * count for times, count, _ in below), sum(times * params for times, _, params in below)


def _stage(sight: Sight) -> dict[str, str]:
    network, place = sight.network, sight.spot.stage
    design = network.design
    stage, made = design.stage(place.name), call(network, place)
    stages = [each for each in network.root.children if each.kind == "Stage"]
    neighbours = network.at((place.where[0] - 1,)), network.at((place.where[0] + 1,))
    alone = sight.alone
    return {
        "stage": place.name,
        "stage_path": place.path,
        "stage_before": neighbours[0].name,
        "stage_after": neighbours[1].name,
        "blocks": str(stage.blocks),
        "stem_planes": str(design.stem.planes),
        "inplanes": str(place.node.input[1]),
        "planes": str(stage.planes),
        "expansion": str(stage.expansion),
        "planes_out": str(stage.outplanes),
        "outplanes": str(place.node.output[1]),
        "all_planes": ", ".join(str(each.planes) for each in design.stages),
        "all_outplanes": ", ".join(str(each.output[1]) for each in stages),
        "width": str(stage.width if design.block == "bottleneck" else stage.planes),
        "alone": ", ".join(alone[:_MOST_NAMES]) + (" …" if len(alone) > _MOST_NAMES else "") or "–",
        "layers": f"{layers(design)} = {design.depth}",
        "per_block": str(len(CONVOLUTIONS[design.block])),
        "block_class": made.block,
        "call_stride": str(made.stride),
        "dilate_argument": ", dilate=True" if stage.dilate else "",
        "stride": str(stage.stride),
        "first_block": f"{place.name[:-2]}_1",
        "first_out": str(made.out),
        "others": str(stage.blocks - 1),
    }


def _block(sight: Sight) -> dict[str, str]:
    spot, network = sight.spot, sight.network
    node = spot.block.node
    path = [each.node for each in spot.path]
    last = path[-1]
    blocks = blocks_of(network)
    projections = [(parts(each).shortcut, times) for each, times in distinct(blocks) if has_projection(each)]
    count = sum(times for _, times in projections)
    return {
        "block": spot.block.name,
        "block_path": spot.block.path,
        "block_keras": spot.block.name.replace("_", "_block"),
        "entering": str(node.input[1]),
        "leaving": str(node.output[1]),
        "block_in_size": dims(node.input[2:]),
        "block_size": dims(node.output[2:]),
        "first": str(path[0].output[1]),
        "second": str(path[1].output[1]),
        "first_params": exact(path[0].params),
        "second_params": exact(path[1].params),
        "third_params": exact(last.params),
        "last_conv": spot.path[-1].name,
        "quarter": str(max(node.output[1] // 4, 1)),
        "own_params": exact(sight.narrowing.own),
        "other_params": exact(sight.narrowing.other),
        "own_share": f"{100 * sight.narrowing.own / sight.narrowing.other:.1f}",
        "block_stride": str(stride(node)),
        "projection_params": exact(parts(node).shortcut.params),
        "projections": exact(count),
        "identities": exact(len(blocks) - count),
        "total_blocks": exact(len(blocks)),
        "all_projection_params": exact(sum(times * each.params for each, times in projections)),
    }


def _narrowing(spot: Spot) -> Narrowing:
    node = spot.block.node
    entering, leaving = node.input[1], node.output[1]
    own = sum(place.node.params for place in spot.path)
    if spot.network.design.block == "bottleneck":
        return Narrowing(own, 9 * entering * leaving + 9 * leaving * leaving)
    quarter = max(leaving // 4, 1)
    return Narrowing(own, entering * quarter + 9 * quarter * quarter + quarter * leaving)


def _groups(spot: Spot) -> dict[str, str]:
    """The 3×3 of a bottleneck, or a basic block's second one."""
    conv = spot.path[1]
    filters, channels, kernel, _ = conv.node.weight or (0, 0, 0, 0)
    groups = conv.node.window.groups if conv.node.window else 1
    stage = spot.network.design.stage(spot.stage.name)
    return {
        "middle": conv.name,
        "middle_in": str(conv.node.input[1]),
        "middle_filters": str(filters),
        "groups": str(groups),
        "per_group": str(channels),
        "grouped_params": exact(conv.node.params),
        "ungrouped_params": exact(filters * conv.node.input[1] * kernel * kernel),
        "width_per_group": str(stage.width_per_group),
        "base_width": str(BASE_WIDTH),
    }


def _downsampling(sight: Sight) -> dict[str, str]:
    last = sight.network.at((LAST_STAGE,)).node
    v1, v15 = sight.versions
    return {
        "strided": ", ".join(sight.strided) or "–",
        "total_stride": str(last.stride),
        "last_size": dims(last.output[2:]),
        "macs_v1": exact(v1),
        "macs_v15": exact(v15),
        "macs_more": exact(v15 - v1),
        "share_more": f"{100 * (v15 - v1) / v1:.1f}",
    }


def _head(network: Network) -> dict[str, str]:
    pool, fc = (network.at((HEAD, number)).node for number in (0, 1))
    classes, features = fc.weight or (0, pool.output[1])
    return {
        "head_cells": exact(prod(pool.input[2:])),
        "features": str(features),
        "classes": str(classes),
        "fc_params": exact(fc.params),
        "fc_share": f"{100 * fc.params / network.params:.1f}",
        "last_block": _last_block(network),
    }


def _last_block(network: Network) -> str:
    stage = network.at((LAST_STAGE,))
    return network.at((LAST_STAGE, len(stage.node.children) - 1)).name


def _target(sight: Sight) -> dict[str, str]:
    read, halved = target(sight.network), sight.halved
    new = sight.new_projections
    added = sum(params for _, params in new)
    return {
        "target": read.name,
        "target_path": read.path,
        "target_python": read.expression,
        "maps": str(read.maps),
        "map_size": dims(read.size),
        "cells": exact(prod(read.size)),
        "cell": str(read.stride),
        "field": str(read.field),
        "half": str(max(read.maps // 2, 1)),
        "half_params": difference(halved.params),
        "half_macs": difference(halved.macs),
        "half_projections": ", ".join(name for name, _ in new) or "–",
        "half_projection_params": exact(added),
        "half_rest": difference(halved.params - added),
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
        "count_ptflops": exact(counts["ptflops-pytorch"]),
        "count_ptflops_aten": exact(counts["ptflops"]),
        "spread": f"{100 * (counts['thop'] / network.macs - 1):.1f}",
    }


def _bytes(network: Network) -> dict[str, str]:
    held = memory(network)
    normed, put_out = _put_out(network.root)
    fc = network.at((HEAD, 1)).node
    scores = prod(fc.output) if fc.weight else 0
    return {
        "bytes_params": exact(held.params["fp32"]),
        "bytes_buffers": exact(held.buffers["fp32"]),
        "bytes_backward": exact(held.train_activations),
        "bytes_adam": short_bytes(held.training("adam")),
        "bytes_sgd": short_bytes(held.training("sgd+momentum")),
        "bytes_peak": exact(held.inference_peak),
        "bytes_inference": short_bytes(held.params["fp32"] + held.buffers["fp32"] + held.inference_peak),
        "bytes_half": exact(DTYPES["fp16"] * network.params),
        "bytes_torchinfo": exact(2 * DTYPES["fp32"] * (normed + put_out + scores)),
        "activations": exact(put_out + scores),
    }


def _put_out(node: Node) -> tuple[int, int]:
    """Elements that batch norms put out, and convolutions."""
    if not node.children:
        out = prod(node.output)
        return out * bool(kind(node).is_norm and node.params), out * (node.kind == "Conv2d")
    below = [(times, *_put_out(child)) for child, times in distinct(node.children)]
    return sum(times * norm for times, norm, _ in below), sum(times * conv for times, _, conv in below)


def _names(sight: Sight) -> str:
    """The first of the tensors of another shape, as a state_dict calls them."""
    base = analyze(preset(sight.network.design.base))
    names = list(islice(reshaped(base, sight.network), _MOST_TENSORS + 1))
    return (
        ", ".join(f"`{name}`" for name in names[:_MOST_TENSORS]) + (" …" if len(names) > _MOST_TENSORS else "") or "–"
    )


def _survival(sight: Sight) -> dict[str, str]:
    found, design = sight.survival, sight.network.design
    return {
        "base": design.base,
        "tensors": exact(found.before),
        "survive": exact(found.fits.tensors),
        "reshaped": exact(found.other_shape.tensors),
        "reshaped_names": _names(sight),
        "arrive": exact(found.new.tensors),
        "vanish": exact(found.gone.tensors),
    }
