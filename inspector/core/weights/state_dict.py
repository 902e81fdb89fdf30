"""The tensors that a network's state_dict has, in torch's order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from inspector.core.network.kinds import kind
from inspector.core.network.node import Node
from inspector.core.network.tree import Tree
from inspector.core.units import Dims


def tensors(tree: Tree) -> Iterator[tuple[str, Dims]]:
    """Name and shape of every parameter and buffer: ("layer4.2.conv3.weight", (2048, 512, 1, 1))."""
    return _below(tree.root, "")


def is_of_same_tensors(tree: Tree, other: Tree) -> bool:
    """Whether weights of one network load into the other: the same names and shapes, but for counters of batches."""
    one, two = ((each for each in tensors(of) if each[1]) for of in (tree, other))
    return all(mine == its for mine, its in zip_longest(one, two))


def has_exactly(tree: Tree, there: Mapping[str, Dims]) -> bool:
    """Whether a network has these names and shapes and no others; a network of another size is not gone through."""
    own = 0
    for name, shape in tensors(tree):
        own += 1
        if there.get(name) != shape:
            return False
    return own == len(there)


def _below(node: Node, path: str) -> Iterator[tuple[str, Dims]]:
    if not node.children:
        for name, shape in zip(kind(node).names, kind(node).tensors(node), strict=True):
            yield f"{path}.{name}", shape
    for number, child in enumerate(node.children):
        key = child.key or str(number) if kind(child).has_path else ""
        yield from _below(child, ".".join(step for step in (path, key) if step))
