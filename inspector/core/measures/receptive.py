"""Receptive fields: how many input pixels, in height as in width, one position of a feature map depends on.

Of a chain of windows it is 1 + Σ (kernel - 1) · dilation · stride so far (Araujo et al. 2019, "Computing Receptive
Fields of Convolutional Neural Networks"). A block's is that of its path: the shortcut adds nothing. It is the
theoretical one, as if the image had no edges; what lies beyond them is padding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspector.core.network.kinds import kind
from inspector.core.network.long_stage import Blocks
from inspector.core.network.node import Node, Where, distinct
from inspector.core.network.tree import Place, Tree


def growth(node: Node) -> int:
    """Input pixels that a node adds to the receptive field of what comes in."""
    if node.window is not None and node.stride is not None:
        return (node.window.kernel - 1) * node.window.dilation * (node.stride // node.window.stride)
    if kind(node).is_beside_path:
        return 0
    return _grown(node.children, len(node.children))


def _grown(nodes: Sequence[Node], count: int) -> int:
    """What the first `count` of some nodes add; blocks of a long stage add the same, all but the first."""
    if isinstance(nodes, Blocks):
        return sum(times * growth(nodes[at]) for at, times in ((0, min(count, 1)), (-1, max(count - 1, 0))))
    return sum(times * growth(node) for node, times in distinct(nodes[:count]))


def receptive_field(tree: Tree, where: Where) -> int | None:
    """Input pixels that a position of the output at `where` sees; None once the head has pooled all positions."""
    field, node = 1, tree.root
    for number in where:
        child = node.children[number]
        if not kind(child).is_beside_path:
            field += _grown(node.children, number)
        node = child
    return None if node.stride is None else field + growth(node)


def receptive_fields(tree: Tree) -> Iterator[tuple[Place, int | None]]:
    """Every operation in forward order, with the receptive field of its output."""
    field = entry = 1
    for place in tree.places():
        node = place.node
        if kind(node).is_block:
            entry = field
        if not kind(node).is_operation:
            continue
        if node.stride is None:
            yield place, None
        elif kind(tree.at(place.where[:-1]).node).is_beside_path:
            yield place, entry
        else:
            field += growth(node)
            yield place, field
