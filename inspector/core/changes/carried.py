"""Which tensors of one network's state_dict fit into another's, by name and shape."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from inspector.core.network.kinds import kind
from inspector.core.network.network import Network
from inspector.core.network.node import Node
from inspector.core.units import Dims


class Carried(NamedTuple):
    """Tensors of a state_dict: of one shape in both networks, of another shape, only in the new one, only in the old.

    `num_batches_tracked` has no channels, and fits wherever its batch norm is.
    """

    same: int = 0
    other: int = 0
    new: int = 0
    gone: int = 0

    @property
    def before(self) -> int:
        """The tensors of the old network."""
        return self.same + self.other + self.gone

    def plus(self, more: Carried) -> Carried:
        """The tensors of both together."""
        return Carried(*map(sum, zip(self, more, strict=True)))


def carried(before: Network, after: Network) -> Carried:
    """What of the state_dict of `before` fits into that of `after`.

    Equal names and shapes fit for load_state_dict; whether they mean the same is another question.
    """
    return _between(before.root, after.root)


def reshaped(before: Network, after: Network) -> Iterator[str]:
    """The names of the tensors that have another shape in `after`, as a state_dict has them: layer4.2.conv3.weight."""
    return _reshaped(before.root, after.root, "")


def _reshaped(old: Node | None, new: Node | None, path: str) -> Iterator[str]:
    if old is new or old is None or new is None or bool(old.children) != bool(new.children):
        return
    if new.children:
        for number, (left, right) in enumerate(_pairs(old, new)):
            node = right or left or new
            key = (node.key or str(number)) if kind(node).has_path else ""
            yield from _reshaped(left, right, ".".join(step for step in (path, key) if step))
        return
    before = _shapes(old)
    yield from (f"{path}.{name}" for name, shape in _shapes(new).items() if before.get(name, shape) != shape)


def _between(old: Node | None, new: Node | None) -> Carried:
    if old is new:
        return Carried(same=_count(new))
    if old is None or new is None or bool(old.children) != bool(new.children):
        return Carried(new=_count(new), gone=_count(old))
    if old.children:
        total = Carried()
        for left, right in _pairs(old, new):
            total = total.plus(_between(left, right))
        return total
    before, after = _shapes(old), _shapes(new)
    both = before.keys() & after.keys()
    same = sum(before[name] == after[name] for name in both)
    return Carried(same, len(both) - same, len(after) - len(both), len(before) - len(both))


def _shapes(node: Node) -> dict[str, Dims]:
    """The tensors of an operation by their names in its module."""
    return dict(zip(kind(node).names, kind(node).tensors(node), strict=True))


def _pairs(old: Node, new: Node) -> Iterator[tuple[Node | None, Node | None]]:
    """What stands below two nodes: modules of one name, whatever kind of block they are in; blocks in their order."""
    olds, news = ({child.key: child for child in node.children if _count(child)} for node in (old, new))
    if "" in olds:
        yield from zip_longest(old.children, new.children)
        return
    for key in dict.fromkeys([*olds, *news]):
        yield olds.get(key), news.get(key)


def _count(node: Node | None) -> int:
    """Tensors of a node."""
    if node is None:
        return 0
    return sum(map(_count, node.children)) if node.children else len(kind(node).tensors(node))
