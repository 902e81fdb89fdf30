"""analyze(design) -> Network: every operation in forward order, with its shapes, parameters and MACs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from inspector.core.design.design import Design, Stage, Stem
from inspector.core.names import STAGES, BlockKind, StrideOn
from inspector.core.network import layers
from inspector.core.network.blocks import basic_block, bottleneck
from inspector.core.network.long_stage import Blocks, Entry
from inspector.core.network.memo import Memo
from inspector.core.network.node import Node, Window
from inspector.core.network.tree import Tree
from inspector.core.units import Dims

FEW = 32
"""Overrides up to which a stage is made whole; the blocks of one with more are made when they are looked at."""


class Network(Tree, frozen=True):
    """A design and the tree that follows from it. `root.children` are input, stem, the four stages and head."""

    design: Design


def analyze(design: Design) -> Network:
    """The network that `design` describes: pure, exact, and without torch.

    Stages and blocks that are equal to ones analysed before are the same nodes, so an edit costs what it changes.
    """
    first = Node("input", "input", "Input", design.input, design.input, 1)
    stem = _stem(design.stem, design.input)
    stages = []
    x, reach, dilation = stem.output, stem.stride or 1, 1
    for number, values in enumerate(design.stages):
        make = _stage if len(values.overrides) <= FEW else _long_stage
        stage = make(number, values, design.block, design.stride_on, x, reach, dilation)
        if values.dilate:
            dilation *= values.stride
        stages.append(stage)
        x, reach = stage.output, stage.stride or 1
    head = _head(x, design.num_classes)
    children = (first, stem, *stages, head)
    return Network(
        design=design,
        root=Node(
            "",
            "network",
            "ResNet",
            design.input,
            head.output,
            None,
            sum([node.params for node in children]),
            sum([node.macs for node in children]),
            children=children,
        ),
    )


@lru_cache(maxsize=256)
def _stem(stem: Stem, x: Dims) -> Node:
    """conv1, bn1, relu, maxpool: (N, C, H, W) → (N, planes, H / 4, W / 4) as torchvision has it."""
    window = Window(stem.kernel, stem.stride, stem.kernel // 2)
    conv = layers.conv2d("conv1", "conv1", x, stem.planes, window, 1)
    norm = layers.batch_norm("bn1", "bn1", conv.output, stem.stride)
    relu = layers.relu("relu", conv.output, stem.stride)
    if stem.pool:
        pool = layers.max_pool("maxpool", conv.output, Window(3, 2, 1), stem.stride)
    else:
        pool = layers.identity("maxpool", conv.output, stem.stride)
    children = (conv, norm, relu, pool)
    return Node(
        "stem", "stem", "Stem", x, pool.output, pool.stride, conv.params + norm.params, conv.macs, children=children
    )


def _stage_of(
    number: int, stage: Stage, kind: BlockKind, stride_on: StrideOn, x: Dims, reach: int, dilation: int
) -> Node:
    """Blocks one after another; a run of equal ones is analysed once.

    The first block strides. Where a stage dilates instead, its first block still has the dilation of what came before
    (torchvision's `_make_layer`).
    """
    stride = 1 if stage.dilate else stage.stride
    later = dilation * stage.stride if stage.dilate else dilation
    plain = stage.plain_filters(kind)
    blocks: list[Node] = []
    params = macs = 0
    out, reach_out = x, reach
    while len(blocks) < stage.blocks:
        block = len(blocks) + 1
        is_first = block == 1
        filters = stage.filters(kind, block) if stage.overrides else plain
        node = (
            bottleneck(
                out,
                filters,
                stride if is_first else 1,
                stride_on,
                stage.groups,
                dilation if is_first else later,
                reach_out,
            )
            if kind == "bottleneck"
            else basic_block(out, filters, stride if is_first else 1, reach_out)
        )
        is_run = not is_first and out == node.output and filters == plain
        until = stage.next_override(block) if is_run else block + 1
        blocks.extend([node] * (until - block))
        params += node.params * (until - block)
        macs += node.macs * (until - block)
        out, reach_out = node.output, node.stride or 1
    return _staged(number, x, blocks[-1], params, macs, tuple(blocks))


def _long_stage(
    number: int, stage: Stage, kind: BlockKind, stride_on: StrideOn, x: Dims, reach: int, dilation: int
) -> Node:
    """The same, its sums without a look at each block, its blocks not made before they are looked at."""
    stride = 1 if stage.dilate else stage.stride
    later = dilation * stage.stride if stage.dilate else dilation
    blocks = Blocks(stage, kind, Entry(x, reach, stride, stride_on, dilation, later))
    return _staged(number, x, blocks[-1], blocks.params, blocks.macs, blocks)


def _staged(number: int, x: Dims, last: Node, params: int, macs: int, blocks: Sequence[Node]) -> Node:
    key, name = f"layer{number + 1}", STAGES[number]
    return Node(key, name, "Stage", x, last.output, last.stride, params, macs, children=blocks)


def _nodes(_: int, stage: Stage, *__: object) -> int:
    """What a stage holds at most, in nodes: two other blocks for each override, and the places of all blocks."""
    return 32 * (1 + len(stage.overrides)) + stage.blocks // 32


MOST_NODES = 1 << 16
"""Nodes of the stages that are remembered: 15 MiB, or some 2,000 stages of equal blocks."""

_stage = Memo(_stage_of, _nodes, MOST_NODES)


@lru_cache(maxsize=256)
def _head(x: Dims, num_classes: int) -> Node:
    """avgpool, fc: (N, C, H, W) → (N, num_classes)."""
    pool = layers.average_pool("avgpool", x)
    fc = layers.linear("fc", x[:2], num_classes)
    return Node("head", "head", "Head", x, fc.output, None, fc.params, fc.macs, children=(pool, fc))
