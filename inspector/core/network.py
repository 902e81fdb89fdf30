"""analyze(design) -> Network: every operation in forward order, with its shapes, parameters and MACs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from inspector.core import layers
from inspector.core.blocks import basic_block, bottleneck
from inspector.core.design import BlockKind, Design, Stage, Stem, StrideOn, block_name
from inspector.core.fields import STAGES, nearest
from inspector.core.node import Dims, Node, Window
from inspector.errors import DesignError

GROUPS_WITHOUT_PATH = ("ResNet", "Stem", "Head")
"""Groups that torch has no module for: their children's paths begin anew."""


class Place(Struct, frozen=True, gc=False):
    """A node where it stands.

    `path` is torch's own (`layer4.2.conv3`; the residual add bears its block's, and a ReLU that torch runs three times
    has one path), `name` the paper's (`conv5_3.conv3`) and unique. `where` is the way to it from the network, a child's
    number (from 0) at each turn.
    """

    path: str
    name: str
    where: tuple[int, ...]
    node: Node

    @property
    def depth(self) -> int:
        """0 for the network itself, 1 for a stage, 2 for a block."""
        return len(self.where)


class Network(Struct, frozen=True):
    """A design and the tree that follows from it. `root.children` are input, stem, the four stages and head."""

    design: Design
    root: Node

    @property
    def params(self) -> int:
        """Parameters, counted as elements."""
        return self.root.params

    @property
    def macs(self) -> int:
        """MACs of convolutions and fc for the whole batch."""
        return self.root.macs

    @property
    def place(self) -> Place:
        """Where the network itself stands."""
        return Place("", "network", (), self.root)

    def at(self, where: tuple[int, ...]) -> Place:
        """The place at the end of a way; IndexError where there is none."""
        place = self.place
        for number in where:
            place = _below(place, number)
        return place

    def children(self, place: Place) -> tuple[Place, ...]:
        """The places right below `place`, in forward order."""
        return tuple(_below(place, number) for number in range(len(place.node.children)))

    def places(self) -> Iterator[Place]:
        """Every place, a group before what is in it, in forward order."""
        pending = [self.place]
        while pending:
            place = pending.pop()
            yield place
            pending.extend(reversed(self.children(place)))

    def operations(self) -> Iterator[Place]:
        """Every operation in forward order: what a report has one row for."""
        return (place for place in self.places() if place.node.is_operation)

    def find(self, address: str) -> Place:
        """The place that a path or a name means (`layer4.2.conv3`, `conv5_3.conv3`).

        Raises DesignError where there is none.
        """
        if address == "network":
            return self.place
        for top in self.children(self.place):
            found = self._find_below(top, address)
            if found is not None:
                return found
        raise DesignError(address, f"no such node{nearest(address, self._names_near(address))}")

    def _find_below(self, place: Place, address: str) -> Place | None:
        if address in (place.name, place.path):
            return place
        if place.node.kind == "Stage":
            number = _block_number(place, address, len(place.node.children))
            return self._find_below(_below(place, number), address) if number is not None else None
        if place.node.kind in GROUPS_WITHOUT_PATH or address.startswith((f"{place.name}.", f"{place.path}.")):
            for child in self.children(place):
                found = self._find_below(child, address)
                if found is not None:
                    return found
        return None

    def _names_near(self, address: str) -> Iterator[str]:
        for top in self.children(self.place):
            yield top.name
            yield top.path
            for child in self.children(top)[:64]:
                yield child.name
                yield child.path
                if address.startswith((f"{child.name}.", f"{child.path}.")):
                    yield from self._names_in(child)

    def _names_in(self, place: Place) -> Iterator[str]:
        for child in self.children(place):
            yield child.name
            yield child.path
            yield from self._names_in(child)


def analyze(design: Design) -> Network:
    """The network that `design` describes: pure, exact, and without torch.

    Stages and blocks that are equal to ones analysed before are the same nodes, so an edit costs what it changes.
    """
    first = Node("input", "input", "Input", design.input, design.input, 1)
    stem = _stem(design.stem, design.input)
    stages = []
    x, reach, dilation = stem.output, stem.stride or 1, 1
    for number, values in enumerate(design.stages):
        stage = _stage(number, values, design.block, design.stride_on, x, reach, dilation)
        if values.dilate:
            dilation *= values.stride
        stages.append(stage)
        x, reach = stage.output, stage.stride or 1
    head = _head(x, design.num_classes)
    children = (first, stem, *stages, head)
    return Network(
        design,
        Node(
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


@lru_cache(maxsize=1024)
def _stage(number: int, stage: Stage, kind: BlockKind, stride_on: StrideOn, x: Dims, reach: int, dilation: int) -> Node:
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
    return Node(
        f"layer{number + 1}",
        STAGES[number],
        "Stage",
        x,
        out,
        reach_out,
        params,
        macs,
        children=tuple(blocks),
    )


@lru_cache(maxsize=256)
def _head(x: Dims, num_classes: int) -> Node:
    """avgpool, fc: (N, C, H, W) → (N, num_classes)."""
    pool = layers.average_pool("avgpool", x)
    fc = layers.linear("fc", x[:2], num_classes)
    return Node("head", "head", "Head", x, fc.output, None, fc.params, fc.macs, children=(pool, fc))


def _below(place: Place, number: int) -> Place:
    node = place.node.children[number]
    where = (*place.where, number)
    if place.node.kind == "Stage":
        return Place(f"{place.path}.{number}", block_name(place.name, number + 1), where, node)
    if place.node.kind in GROUPS_WITHOUT_PATH:
        return Place(node.key, node.label, where, node)
    path = f"{place.path}.{node.key}" if node.key else place.path
    return Place(path, f"{place.name}.{node.label}", where, node)


def _block_number(stage: Place, address: str, count: int) -> int | None:
    """The block (from 0) of `stage` that `layer4.2…` or `conv5_3…` lies in."""
    for prefix, first in ((f"{stage.path}.", 0), (block_name(stage.name, 1)[:-1], 1)):
        if address.startswith(prefix):
            digits = address.removeprefix(prefix).partition(".")[0]
            if digits.isascii() and digits.isdigit() and len(digits) < 6 and str(int(digits)) == digits:
                number = int(digits) - first
                return number if 0 <= number < count else None
    return None
