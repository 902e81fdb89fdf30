"""What is so in a design and at a place of it: a paragraph of a note may be for that alone."""

from __future__ import annotations

from inspector.core.changes.gradcam import target
from inspector.core.design.presets import preset
from inspector.core.explain.spot import LAST_STAGE, Spot, blocks_of
from inspector.core.explain.values import Sight
from inspector.core.network.blocks import has_projection
from inspector.core.network.kinds import stride
from inspector.core.network.network import Network
from inspector.core.network.node import Where
from inspector.core.network.tree import FIRST_STAGE, STEM


def conditions(network: Network, where: Where) -> frozenset[str]:
    """The names of what is so."""
    return so(Sight(network, where))


def so(sight: Sight) -> frozenset[str]:
    """The same of what is in sight."""
    return frozenset(name for name, is_so in claims(sight).items() if is_so)


def claims(sight: Sight) -> dict[str, bool]:
    """Each claim that a note can be made to depend on, and whether it is so."""
    return {
        **_of_design(sight),
        **_of_stage(sight),
        **_of_block(sight),
        **_of_convolution(sight.spot),
        **_of_target(sight),
        **_of_weights(sight),
    }


def _of_design(sight: Sight) -> dict[str, bool]:
    """`versions`: v1 and v1.5 differ in cost. `many`: the last maps have more positions than one."""
    network = sight.network
    design, is_bottleneck = network.design, network.design.block == "bottleneck"
    v1, v15 = sight.versions
    blocks = blocks_of(network)
    second = network.at((FIRST_STAGE, 0)).node
    last = network.at((LAST_STAGE,)).node
    return {
        "bottleneck": is_bottleneck,
        "basic": not is_bottleneck,
        "v1": is_bottleneck and design.stride_on == "conv1",
        "v1.5": is_bottleneck and design.stride_on == "conv2",
        "versions": v1 != v15,
        "strided": bool(sight.strided),
        "blocks-stride": any(stride(network.at((number, 0)).node) > 1 for number in range(FIRST_STAGE, LAST_STAGE + 1)),
        "second-strides": stride(second) > 1,
        "second-projects": has_projection(second),
        "has-identities": any(not has_projection(each) for each in blocks),
        "has-projections": any(has_projection(each) for each in blocks),
        "blocks-keep": any(stride(each) == 1 for each in blocks),
        "many": last.output[2] * last.output[3] > 1,
        "classes": design.num_classes > 0,
        "frozen": design.norm == "frozen",
    }


def _of_stage(sight: Sight) -> dict[str, bool]:
    """`uniform`: planes × expansion maps enter each block but the first. `matches`: as many leave the stage."""
    place, design = sight.spot.stage, sight.network.design
    stage = design.stage(place.name)
    later = place.node.children[1:]
    usual = stage.outplanes
    return {
        "first-stage": place.where == (FIRST_STAGE,),
        "last-stage": sight.spot.is_last_stage,
        "alone": bool(sight.alone),
        "others": len(place.node.children) > 1,
        "uniform": all(block.input[1] == usual for block in later),
        "matches": place.node.output[1] == usual,
        "expands": stage.expansion > 1,
        "wide": design.block == "bottleneck" and stage.width != stage.planes,
        "dilates": stage.dilate,
        "stage-projects": has_projection(place.node.children[0]),
    }


def _of_block(sight: Sight) -> dict[str, bool]:
    """`narrows`: fewer maps between than come in and than leave. `widens`: its 3×3 puts out no fewer than leave."""
    spot, narrowing = sight.spot, sight.narrowing
    node = spot.block.node
    entering, leaving = node.input[1], node.output[1]
    between = [place.node.output[1] for place in spot.path[:-1]]
    groups = spot.path[1].node.window
    return {
        "identity": not has_projection(node),
        "projection": has_projection(node),
        "channels-differ": entering != leaving,
        "block-strides": stride(node) > 1,
        "narrows": max(between) < min(entering, leaving),
        "widens": between[-1] >= leaving,
        "costs": narrowing.own > narrowing.other,
        "grouped": groups is not None and groups.groups > 1,
    }


def _of_convolution(spot: Spot) -> dict[str, bool]:
    """`pieces`: a filter sees some of the maps only. `lone`: a batch norm has one value a channel to go by."""
    node = spot.conv.node
    batch, _, height, width = spot.norm.node.output
    window = node.window
    return {
        "own": not spot.is_beside,
        "beside": spot.is_beside,
        "summed": spot.is_summed,
        "read": bool(spot.readers),
        "pieces": window is not None and window.groups > 1,
        "first-conv": spot.conv.where[:1] == (STEM,),
        "point": window is not None and window.kernel == 1,
        "lone": batch * height * width == 1,
    }


def _of_target(sight: Sight) -> dict[str, bool]:
    """`price`: with half the maps a projection comes. `reads-last`: the target is what the head reads."""
    read = target(sight.network)
    stage = sight.network.at((LAST_STAGE,))
    return {
        "halves": read.maps > 1,
        "price": bool(sight.new_projections),
        "reads-last": read.where == (LAST_STAGE, len(stage.node.children) - 1),
    }


def _of_weights(sight: Sight) -> dict[str, bool]:
    """`fits`: all of the base's weights fit, and nothing is new. `means-other`: what fits is used in another way."""
    design, base = sight.network.design, preset(sight.network.design.base)
    found = sight.survival
    is_other = (design.stride_on, design.block, design.stem.stride, design.stem.pool) != (
        base.stride_on,
        base.block,
        base.stem.stride,
        base.stem.pool,
    ) or any(
        (new.stride, new.dilate) != (old.stride, old.dilate)
        for new, old in zip(design.stages, base.stages, strict=True)
    )
    return {
        "fits": not any(amount.tensors for amount in (found.other_shape, found.new, found.gone)),
        "reshaped": found.other_shape.tensors > 0,
        "arrives": found.new.tensors > 0,
        "vanishes": found.gone.tensors > 0,
        "means-other": is_other,
    }
