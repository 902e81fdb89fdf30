"""Where a place's input comes from."""

from __future__ import annotations

from inspector.core.network import Network

Where = tuple[int, ...]
"""The way to a place from the network, a child's number (from 0) at each turn."""

_ADD, _BRANCH = -2, -3
"""Where the sum and the shortcut stand among a block's children."""


def source(network: Network, where: Where) -> Where | None:
    """What puts out the feature map that the place at `where` takes in; None for the network and its input.

    A ReLU is told with what it follows, and so has no part in it. What feeds a block feeds its first convolution and
    its shortcut; the residual add is fed by the path (its other input is the shortcut, right before it).
    """
    if not where or where == (0,):
        return None
    *group, number = where
    if len(where) == 1:
        return (number - 1,)
    node = network.at(tuple(group)).node
    is_block = node.kind in ("Bottleneck", "BasicBlock")
    if is_block and number == len(node.children) + _ADD:
        return (*group, number - 2)
    if number and not (is_block and number == len(node.children) + _BRANCH):
        return (*group, number - 2 if node.children[number - 1].kind == "ReLU" else number - 1)
    if node.kind in ("Stage", "Head"):
        before = group[0] - 1
        return (before, len(network.root.children[before].children) - 1)
    return source(network, tuple(group))
