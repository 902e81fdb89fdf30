"""One node of the network's tree: an operation, or a group of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from inspector.core.units import Dims

Where = tuple[int, ...]
"""The way to a place from the network, a child's number (from 0) at each turn."""


class Window(Struct, frozen=True, gc=False):
    """What slides over a feature map: sizes in elements, equal in height and width."""

    kernel: int
    stride: int
    padding: int
    dilation: int = 1
    groups: int = 1

    def slid(self, size: int) -> int:
        """Output height or width for an input of `size` (torch.nn.Conv2d's formula for the shape)."""
        return (size + 2 * self.padding - self.dilation * (self.kernel - 1) - 1) // self.stride + 1


class Node(Struct, frozen=True, gc=False):
    """An operation or a group. It knows no absolute path, so equal blocks are one node that stands in many places.

    `key` is its own part of torch's path, `label` its own part of the paper's name. `params` counts elements, `macs`
    multiply-accumulates of convolutions and fc over the whole batch, both with everything below. `weight` is the
    weight's shape (filters, channels / groups, kernel height, kernel width for a convolution). `stride` is the number
    of input pixels between neighbouring output positions; None once the head has pooled them into one. `children` are
    a tuple, but for a long stage, whose blocks are made when they are looked at.
    """

    key: str
    label: str
    kind: str
    input: Dims
    output: Dims
    stride: int | None
    params: int = 0
    macs: int = 0
    weight: Dims | None = None
    window: Window | None = None
    children: Sequence[Node] = ()


def distinct(nodes: Iterable[Node]) -> list[tuple[Node, int]]:
    """Each node once, with how often it stands there: equal blocks are one node in many places."""
    counted: dict[int, tuple[Node, int]] = {}
    for node in nodes:
        counted[id(node)] = node, counted.get(id(node), (node, 0))[1] + 1
    return list(counted.values())
