"""A tree of operations, and the places in it: walked, and found by torch's path or the paper's name."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from inspector.core.names import STAGES, block_name
from inspector.core.network.kinds import KINDS, kind
from inspector.core.network.node import Node, Where
from inspector.errors import DesignError, nearest
from inspector.speech import say

INPUT, STEM, FIRST_STAGE = 0, 1, 2
HEAD = FIRST_STAGE + len(STAGES)
"""Where things stand among the network's children."""


def stage_of(where: Where) -> str:
    """The paper's name of the stage that a place is in; an empty string for all that is in none."""
    return STAGES[where[0] - FIRST_STAGE] if where and FIRST_STAGE <= where[0] < HEAD else ""


class Place(Struct, frozen=True, gc=False):
    """A node where it stands.

    `path` is torch's own (`layer4.2.conv3`; the residual add bears its block's, and a ReLU that torch runs three times
    has one path), `name` the paper's (`conv5_3.conv3`) and unique. `where` is the way to it from the network, a child's
    number (from 0) at each turn.
    """

    path: str
    name: str
    where: Where
    node: Node

    @property
    def depth(self) -> int:
        """0 for the network itself, 1 for a stage, 2 for a block."""
        return len(self.where)


class Tree(Struct, frozen=True):
    """What is measured: a network's operations, whatever design they follow from.

    `root.children` are input, stem, the stages and head.
    """

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

    def at(self, where: Where) -> Place:
        """The place at the end of a way; IndexError where there is none."""
        path, name, node = "", "network", self.root
        for number in where:
            path, name, node = _named_below(path, name, node, number)
        return Place(path, name, where, node)

    def children(self, place: Place) -> tuple[Place, ...]:
        """The places right below `place`, in forward order."""
        return tuple(below(place, number) for number in range(len(place.node.children)))

    def places(self) -> Iterator[Place]:
        """Every place, a group before what is in it, in forward order."""
        pending = [self.place]
        while pending:
            place = pending.pop()
            yield place
            pending.extend(reversed(self.children(place)))

    def operations(self) -> Iterator[Place]:
        """Every operation in forward order: what a report has one row for."""
        return (place for place in self.places() if kind(place.node).is_operation)

    def get(self, address: Where | str) -> Place | None:
        """The place at the end of a way, or that a path or a name means; None where there is none."""
        if isinstance(address, str):
            return self._named(address)
        node = self.root
        for number in address:
            if not 0 <= number < len(node.children):
                return None
            node = node.children[number]
        return self.at(address)

    def find(self, address: str) -> Place:
        """The place that a path or a name means (`layer4.2.conv3`, `conv5_3.conv3`).

        Raises DesignError where there is none.
        """
        place = self._named(address)
        if place is None:
            raise DesignError(address, f"{say('no such node')}{nearest(address, self._names_near(address))}")
        return place

    def _named(self, address: str) -> Place | None:
        if address == "network":
            return self.place
        top = self.place
        for number in range(len(self.root.children)):
            place = self._named_in(below(top, number), address)
            if place is not None:
                return place
        return None

    def _named_in(self, place: Place, address: str) -> Place | None:
        if address in (place.name, place.path):
            return place
        if place.node.kind == "Stage":
            number = _block_number(place, address, len(place.node.children))
            return self._named_in(below(place, number), address) if number is not None else None
        is_below = address.startswith((f"{place.name}.", f"{place.path}."))
        if is_below or not kind(place.node).has_path:
            for number in range(len(place.node.children)):
                child = self._named_in(below(place, number), address)
                if child is not None:
                    return child
        return None

    def _names_near(self, address: str) -> Iterator[str]:
        for top in self.children(self.place):
            yield top.name
            yield top.path
            for number in range(min(len(top.node.children), 64)):
                child = below(top, number)
                yield child.name
                yield child.path
                if address.startswith((f"{child.name}.", f"{child.path}.")):
                    yield from self._names_in(child)

    def _names_in(self, place: Place) -> Iterator[str]:
        for child in self.children(place):
            yield child.name
            yield child.path
            yield from self._names_in(child)


def below(place: Place, number: int) -> Place:
    """The place of a node's child; IndexError where there is no such child."""
    path, name, node = _named_below(place.path, place.name, place.node, number)
    return Place(path, name, (*place.where, number), node)


def _named_below(path: str, name: str, group: Node, number: int) -> tuple[str, str, Node]:
    """Path, name and node of a group's child."""
    node = group.children[number]
    if group.kind == "Stage":
        return f"{path}.{number}", block_name(name, number + 1), node
    if not KINDS[group.kind].has_path:
        return node.key, node.label, node
    return f"{path}.{node.key}" if node.key else path, f"{name}.{node.label}", node


def _block_number(stage: Place, address: str, count: int) -> int | None:
    """The block (from 0) of `stage` that `layer4.2…` or `conv5_3…` lies in."""
    for prefix, first in ((f"{stage.path}.", 0), (block_name(stage.name, 1)[:-1], 1)):
        if address.startswith(prefix):
            digits = address.removeprefix(prefix).partition(".")[0]
            if digits.isascii() and digits.isdigit() and len(digits) < 6 and str(int(digits)) == digits:
                number = int(digits) - first
                return number if 0 <= number < count else None
    return None
