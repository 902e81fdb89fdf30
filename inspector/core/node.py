"""One node of the network's tree: an operation, or a group of them."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

Dims = tuple[int, ...]
"""Sizes of a tensor: (N, C, H, W) for a feature map, (N, C) behind the head's pooling."""


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
    of input pixels between neighbouring output positions; None once the head has pooled them into one.
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
    children: tuple[Node, ...] = ()

    @property
    def own_params(self) -> int:
        """Parameters of this operation itself: 0 for a group."""
        return 0 if self.children else self.params

    @property
    def is_operation(self) -> bool:
        """Whether it runs in a forward pass: not a group, not the input, not an identity shortcut."""
        return not self.children and self.kind not in ("Input", "Shortcut")

    @property
    def is_module(self) -> bool:
        """Whether torch has a module for it: an operation other than the residual add."""
        return self.is_operation and self.kind != "Add"


def distinct(nodes: Iterable[Node]) -> list[tuple[Node, int]]:
    """Each node once, with how often it stands there: equal blocks are one node in many places."""
    found: dict[int, tuple[Node, int]] = {}
    for node in nodes:
        found[id(node)] = node, found.get(id(node), (node, 0))[1] + 1
    return list(found.values())
