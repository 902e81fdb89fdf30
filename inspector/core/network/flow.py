"""Where a place's input comes from, and what its channels follow from."""

from __future__ import annotations

from inspector.core.network.blocks import parts
from inspector.core.network.kinds import kind
from inspector.core.network.node import Where
from inspector.core.network.tree import INPUT, Place, Tree, below


def source(tree: Tree, where: Where) -> Where | None:
    """What puts out the feature map that the place at `where` takes in; None for the network and its input.

    A ReLU is told with what it follows, and so has no part in it. What feeds a block feeds its first convolution and
    its shortcut; the residual add is fed by the path (its other input is the shortcut, right before it).
    """
    if not where or where == (INPUT,):
        return None
    *group, number = where
    if len(where) == 1:
        return (number - 1,)
    node = tree.at(tuple(group)).node
    branch = len(parts(node).path) if kind(node).is_block else 0
    if branch and number == branch + 1:
        return (*group, branch - 1)
    if number and not (branch and number == branch):
        is_told_before = not kind(node.children[number - 1]).has_row
        return (*group, number - 2 if is_told_before else number - 1)
    if node.kind in ("Stage", "Head"):
        before = group[0] - 1
        return (before, len(tree.root.children[before].children) - 1)
    return source(tree, tuple(group))


def last_convolution(tree: Tree, block: Place) -> Place:
    """The convolution whose filters are the feature maps that a block puts out: the last one of its path."""
    numbers = [number for number, node in enumerate(parts(block.node).path) if node.kind == "Conv2d"]
    return below(block, numbers[-1]) if numbers else tree.at(block.where)


def norm_behind(tree: Tree, convolution: Place) -> Place:
    """The batch norm that normalises what a convolution puts out: the next one behind it."""
    *group, number = convolution.where
    siblings = tree.children(tree.at(tuple(group)))
    return next(place for place in siblings[number + 1 :] if kind(place.node).is_norm)
