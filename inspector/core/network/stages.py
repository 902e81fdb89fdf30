"""A stage of a design -> its node: made whole where few blocks differ, its blocks left unmade where many do."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from inspector.core.design.design import CONVOLUTIONS, Stage
from inspector.core.names import STAGES, BlockKind, Form
from inspector.core.network.blocks import basic_block, bottleneck
from inspector.core.network.long_stage import Blocks, Channels, Entry
from inspector.core.network.memo import Memo
from inspector.core.network.node import Node
from inspector.core.units import Dims

FEW = 32
"""Overrides up to which a stage is made whole; the blocks of one with more are made when they are looked at."""


def analyze(number: int, stage: Stage, kind: BlockKind, form: Form, x: Dims, reach: int, dilation: int) -> Node:
    """The node of stage `number` (from 0) for a feature map `x`, (N, C, H, W), of total stride `reach`.

    `dilation` is that of what came before. A stage equal to one analysed before is the same node, or equal to it.
    """
    make = whole_stage if len(stage.overrides) <= FEW else _long_stage
    return make(number, stage, kind, form, x, reach, dilation)


def _whole_stage(number: int, stage: Stage, kind: BlockKind, form: Form, x: Dims, reach: int, dilation: int) -> Node:
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
                form,
                stage.groups,
                dilation if is_first else later,
                reach_out,
            )
            if kind == "bottleneck"
            else basic_block(out, filters, stride if is_first else 1, form, reach_out)
        )
        is_run = not is_first and out == node.output and filters == plain
        until = stage.next_override(block) if is_run else block + 1
        blocks.extend([node] * (until - block))
        params += node.params * (until - block)
        macs += node.macs * (until - block)
        out, reach_out = node.output, node.stride or 1
    return _staged(number, x, blocks[-1], params, macs, tuple(blocks))


def _long_stage(number: int, stage: Stage, kind: BlockKind, form: Form, x: Dims, reach: int, dilation: int) -> Node:
    """The same, its sums without a look at each block, its blocks not made before they are looked at."""
    stride = 1 if stage.dilate else stage.stride
    later = dilation * stage.stride if stage.dilate else dilation
    entry = Entry(x, reach, stride, form, dilation, later)
    blocks = Blocks(channels(_Same(stage), kind, x[1]), entry)
    return _staged(number, x, blocks[-1], blocks.params, blocks.macs, blocks)


def _staged(number: int, x: Dims, last: Node, params: int, macs: int, blocks: Sequence[Node]) -> Node:
    key, name = f"layer{number + 1}", STAGES[number]
    return Node(key, name, "Stage", x, last.output, last.stride, params, macs, children=blocks)


def _nodes(_: int, stage: Stage, *__: object) -> int:
    """What a stage holds at most, in nodes: two other blocks for each override, and the places of all blocks."""
    return 32 * (1 + len(stage.overrides)) + stage.blocks // 32


MOST_NODES = 1 << 16
"""Nodes of the stages that are remembered: 15 MiB, or some 2,000 stages of equal blocks."""

whole_stage = Memo(_whole_stage, _nodes, MOST_NODES)


class _Same:
    """A stage by its identity: its many overrides are not looked through to find what was made of it."""

    __slots__ = ("stage",)

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def __hash__(self) -> int:
        return id(self.stage)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.stage is other.stage


def _channels_of(same: _Same, kind: BlockKind, inplanes: int) -> Channels:
    stage = same.stage
    columns = [[own] * stage.blocks for own in stage.plain_filters(kind)]
    blocks = [override.block - 1 for override in stage.overrides]
    for name, column in zip(CONVOLUTIONS[kind], columns, strict=True):
        for block, filters in zip(blocks, map(attrgetter(name), stage.overrides), strict=True):
            if filters is not None:
                column[block] = filters
    return Channels(kind, stage.groups, inplanes, columns)


def _blocks_of(same: _Same, *_: object) -> int:
    return same.stage.blocks


MOST_COLUMNS = 1 << 17
"""Blocks whose channels are remembered: at most 28 MiB with their overrides, which are mostly a design's own."""

channels = Memo(_channels_of, _blocks_of, MOST_COLUMNS)
"""The channels of the blocks of a stage by its identity, the kind of its blocks, and what comes into the first."""
