"""What tools call the cost of one forward pass: one function per convention, over one operation's node."""

from __future__ import annotations

from collections.abc import Callable

from inspector.core.network import Network
from inspector.core.node import Node


def conv_and_fc(node: Node) -> int:
    """MACs of convolutions and fc, batch included, no bias: torchvision's published figure."""
    return node.macs


def torchinfo(node: Node) -> int:
    """Mult-adds as torchinfo has them, batch included.

    A convolution or fc costs (weight + bias elements) · N · output positions; any other module with weights N · its
    elements, so a batch norm costs its weights and not its feature map.
    """
    if node.kind == "Conv2d":
        return node.macs
    return node.params * node.output[0]


CONVENTIONS: dict[str, Callable[[Node], int]] = {"conv+fc": conv_and_fc, "torchinfo": torchinfo}
"""A convention's name in reports, and its cost of one operation."""


def count(network: Network) -> dict[str, int]:
    """Every convention's cost of one forward pass of the whole batch."""
    return {name: _total(network.root, cost) for name, cost in CONVENTIONS.items()}


def _total(node: Node, cost: Callable[[Node], int]) -> int:
    """The sum over the operations below `node`; a node that stands in many places is counted once and multiplied."""
    if not node.children:
        return cost(node) if node.is_operation else 0
    seen: dict[int, tuple[Node, int]] = {}
    for child in node.children:
        _, times = seen.get(id(child), (child, 0))
        seen[id(child)] = child, times + 1
    return sum(times * _total(child, cost) for child, times in seen.values())
