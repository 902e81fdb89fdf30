"""What a place stands for in a note: the stage, the block, the convolution and the batch norm that it speaks of."""

from __future__ import annotations

from typing import NamedTuple

from inspector.core.network.blocks import parts
from inspector.core.network.flow import last_convolution, norm_behind
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Where
from inspector.core.network.tree import FIRST_STAGE, HEAD, STEM, Place, below, stage_of

LAST_STAGE = HEAD - 1


class Spot(NamedTuple):
    """The places that a note speaks of, told at a place of a network.

    What is in no stage stands for the last one, what is in no block for the last one of its stage; what is no
    convolution for the one that it follows, or the last one of its block.
    """

    network: Network
    stage: Place
    block: Place
    conv: Place
    norm: Place

    @property
    def is_last_stage(self) -> bool:
        """Whether the stage is the network's last."""
        return self.stage.where == (LAST_STAGE,)

    @property
    def is_stem(self) -> bool:
        """Whether the convolution is the stem's."""
        return self.conv.where[0] == STEM

    @property
    def is_beside(self) -> bool:
        """Whether the convolution is a projection's."""
        return len(self.conv.where) > 3

    @property
    def is_summed(self) -> bool:
        """Whether what the convolution puts out goes into a sum."""
        return self.is_beside or (not self.is_stem and self.conv == last_convolution(self.network, self.block))

    @property
    def path(self) -> tuple[Place, ...]:
        """The convolutions of the block's path, in forward order."""
        numbers = range(len(parts(self.block.node).path))
        places = (below(self.block, number) for number in numbers)
        return tuple(place for place in places if place.node.kind == "Conv2d")

    @property
    def readers(self) -> tuple[Place, ...]:
        """What has as many channels as the convolution has filters, batch norms aside: what reads its maps next."""
        if self.is_beside:
            return ()
        if self.is_stem:
            return _entries(self.network, (FIRST_STAGE, 0))
        path = self.path
        if not self.is_summed:
            return (path[path.index(self.conv) + 1],)
        stage, block = self.block.where
        if block + 1 < len(self.stage.node.children):
            return _entries(self.network, (stage, block + 1))
        if stage < LAST_STAGE:
            return _entries(self.network, (stage + 1, 0))
        return (self.network.at((HEAD, 1)),) if self.network.design.num_classes else ()


def spot(network: Network, where: Where) -> Spot:
    """What the place at `where` stands for."""
    stage = network.at(where[:1] if stage_of(where) else (LAST_STAGE,))
    is_in_block = len(where) > 1 and where[:1] == stage.where
    block = network.at((*stage.where, where[1] if is_in_block else len(stage.node.children) - 1))
    conv = _convolution(network, where, block)
    return Spot(network, stage, block, conv, norm_behind(network, conv))


def blocks_of(network: Network) -> list[Node]:
    """The blocks of all stages, in forward order."""
    return [block for stage in network.root.children if stage.kind == "Stage" for block in stage.children]


def _convolution(network: Network, where: Where, block: Place) -> Place:
    place = network.at(where)
    if place.node.kind == "Conv2d":
        return place
    if place.node.kind == "Projection":
        return below(place, 0)
    if where and where[0] == STEM:
        return network.at((STEM, 0))
    if len(where) > 2:
        before = [network.at((*where[:-1], number)) for number in range(where[-1])]
        convolutions = [each for each in before if each.node.kind == "Conv2d"]
        if convolutions:
            return convolutions[-1]
    return last_convolution(network, block)


def _entries(network: Network, where: Where) -> tuple[Place, ...]:
    """The convolutions that a block's input goes into: its first one, and its projection's."""
    block = network.at(where)
    branch = below(block, len(parts(block.node).path))
    first = below(block, 0)
    return (first, below(branch, 0)) if branch.node.kind == "Projection" else (first,)
