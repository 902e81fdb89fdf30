"""Two networks, node by node: what changed, what is new, what is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from inspector.core.network import Network, Place
from inspector.core.node import Node


class Change(Struct, frozen=True):
    """One place where two networks differ; `before` is None where it is new, `after` is None where it is gone."""

    path: str
    name: str
    before: Node | None
    after: Node | None

    @property
    def status(self) -> Literal["changed", "new", "gone"]:
        """Whether the place changed, is new, or is gone."""
        if self.before is None:
            return "new"
        return "gone" if self.after is None else "changed"

    @property
    def params(self) -> int:
        """Parameters more than before."""
        return (self.after.params if self.after else 0) - (self.before.params if self.before else 0)

    @property
    def macs(self) -> int:
        """MACs of convolutions and fc more than before, batch included."""
        return (self.after.macs if self.after else 0) - (self.before.macs if self.before else 0)


def compare(before: Network, after: Network) -> Iterator[Change]:
    """Every place that differs, groups before what is in them, in forward order, matched by the paper's name.

    What is gone comes right where it stood. Equal blocks that both networks share are not looked into.
    """
    return _compare(before, before.place, after, after.place)


def _compare(before: Network, old: Place, after: Network, new: Place) -> Iterator[Change]:
    if old.node is new.node or old.node == new.node:
        return
    yield Change(new.path, new.name, old.node, new.node)
    olds = {place.name: place for place in before.children(old)}
    for child in after.children(new):
        twin = olds.pop(child.name, None)
        yield from _new(after, child) if twin is None else _compare(before, twin, after, child)
    for child in olds.values():
        yield from _gone(before, child)


def _new(network: Network, place: Place) -> Iterator[Change]:
    yield Change(place.path, place.name, None, place.node)
    for child in network.children(place):
        yield from _new(network, child)


def _gone(network: Network, place: Place) -> Iterator[Change]:
    yield Change(place.path, place.name, place.node, None)
    for child in network.children(place):
        yield from _gone(network, child)
