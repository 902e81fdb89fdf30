"""Params and MACs of a design in closed form, stage by stage, without its tree: for sweeps, which ask nothing else.

A convolution's weight has filters · channels / groups · kernel² elements, and as many MACs at each position of its
output; what strides leaves (size - 1) // stride + 1 of a size, whatever it dilates, since padding grows with that.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from inspector.core.design.design import Design, Stage
from inspector.core.names import BlockKind, Norm, StrideOn
from inspector.core.network.network import analyze, analyze_stem


class Totals(NamedTuple):
    """Params (elements) and MACs of convolutions and fc for the whole batch."""

    params: int
    macs: int


def totals(design: Design) -> Totals:
    """What `analyze` says of a design's params and MACs, and nothing else."""
    if any(stage.overrides for stage in design.stages):
        network = analyze(design)
        return Totals(network.params, network.macs)
    first = analyze_stem(design.stem, design.input, design.norm)
    params, macs = first.params, first.macs
    batch, channels, height, width = first.output
    for stage in design.stages:
        more, weights, channels, height, width = _stage(
            stage, design.block, design.stride_on, design.norm, channels, height, width
        )
        params += more
        macs += batch * weights
    classes = design.num_classes
    return Totals(params + (channels + 1) * classes, macs + batch * channels * classes)


class _Sums(NamedTuple):
    """Params of a stage, MACs of one image, and what leaves it: channels, height, width."""

    params: int
    macs: int
    channels: int
    height: int
    width: int


@lru_cache(maxsize=4096)
def _stage(
    stage: Stage, kind: BlockKind, stride_on: StrideOn, norm: Norm, channels: int, height: int, width: int
) -> _Sums:
    stride = 1 if stage.dilate else stage.stride
    before = height * width
    height, width = (height - 1) // stride + 1, (width - 1) // stride + 1
    after = height * width
    filters = stage.plain_filters(kind)
    out, norms = filters[-1], 2 * sum(filters)
    if kind == "bottleneck":
        inner, middle, _ = filters
        entry = after if stride_on == "conv1" else before
        square = 9 * inner * middle // stage.groups + middle * out
        first, first_macs = channels * inner + square, channels * inner * entry + square * after
        later = out * inner + square
    else:
        inner, _ = filters
        square = 9 * inner * out
        first = 9 * channels * inner + square
        first_macs, later = first * after, 9 * out * inner + square
    if stride != 1 or channels != out:
        first, first_macs, projection = first + channels * out, first_macs + channels * out * after, 2 * out
    else:
        projection = 0
    rest = stage.blocks - 1
    weights = first + rest * later
    scales = 0 if norm == "frozen" else norms * stage.blocks + projection
    return _Sums(weights + scales, first_macs + rest * later * after, out, height, width)
