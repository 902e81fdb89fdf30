"""The weights of a network by torch's path of their module, and how many of them an edit changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from inspector.core.names import STAGES, layer_name
from inspector.core.network.network import Network
from inspector.core.network.node import Node
from inspector.core.network.tree import FIRST_STAGE, HEAD, STEM
from inspector.core.units import Dims

_TOPS = {"conv1": STEM, "bn1": STEM, "fc": HEAD} | {
    layer_name(stage): number for number, stage in enumerate(STAGES, FIRST_STAGE)
}
"""Where among the network's children the module is that a path begins with."""


def fits(network: Network, path: str, shape: Dims | None) -> bool:
    """Whether the module at torch's `path` has a weight of that shape; a bias has the first of its sizes."""
    return is_of(weight(network, path), shape)


def is_of(weight: Dims | None, shape: Dims | None) -> bool:
    """Whether a weight is of a shape or, with fewer sizes, begins with it; None is where there is no module."""
    if shape is None or weight is None:
        return shape is weight
    return weight[: len(shape)] == shape


def weight(network: Network, path: str) -> Dims | None:
    """The weight of the module at torch's `path`; None where there is no such module."""
    keys = path.split(".")
    node = network.root.children[_TOPS[keys[0]]]
    if node.kind == "Stage":
        number, keys = int(keys[1]), keys[2:]
        if number >= len(node.children):
            return None
        node = node.children[number]
    for key in keys:
        child = _child(node, key)
        if child is None:
            return None
        node = child
    return node.weight or ()


def _child(node: Node, key: str) -> Node | None:
    for child in node.children:
        if child.key == key:
            return child
    return None


def changes(before: Network, after: Network) -> int:
    """How many weights change."""
    count = 0
    for old, new in zip(before.root.children, after.root.children, strict=True):
        exchanged = _exchanged(old, new) if old.kind == "Stage" else [(old, new, 1)]
        count += sum(times * _changed(one, other) for one, other, times in exchanged)
    return count


def _exchanged(old: Node, new: Node) -> Iterator[tuple[Node | None, Node | None, int]]:
    """The blocks of a stage that are others than before, and how many times: equal ones are one node."""
    pairs = [pair for pair in zip_longest(old.children, new.children) if pair[0] is not pair[1]]
    nodes = {(id(one), id(other)): (one, other) for one, other in pairs}
    for key, times in Counter([(id(one), id(other)) for one, other in pairs]).items():
        yield *nodes[key], times


def _changed(old: Node | None, new: Node | None) -> int:
    """How many weights are others in one node than in the other, of the same kind, that was at its place."""
    pairs = zip_longest(old.children if old else (), new.children if new else ())
    within = sum(_changed(one, other) for one, other in pairs if one is not other)
    return within + ((old.weight if old else None) != (new.weight if new else None))
