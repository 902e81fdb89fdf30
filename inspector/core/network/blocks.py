"""The residual blocks: a path of convolutions, a shortcut round it, and their sum."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from inspector.core.names import Form, Norm
from inspector.core.network import layers
from inspector.core.network.node import Node, Window
from inspector.core.units import Dims

MOST_BLOCKS = 2048
"""Blocks of a kind that are remembered: 7 MiB where each has a projection."""


@lru_cache(maxsize=MOST_BLOCKS)
def bottleneck(
    x: Dims, filters: tuple[int, int, int], stride: int, form: Form, groups: int, dilation: int, reach: int
) -> Node:
    """1×1, 3×3, 1×1 with the given filters: (N, C, H, W) → (N, filters[2], H / stride, W / stride).

    v1.5 strides on the 3×3 (torchvision), v1 on the first 1×1 (He et al. 2015). `reach` is the total stride of `x`.
    Equal arguments give the same node, so equal blocks are analysed once.
    """
    first, second = (stride, 1) if form.stride_on == "conv1" else (1, stride)
    conv1 = layers.conv2d("conv1", "conv1", x, filters[0], Window(1, first, 0), reach)
    window = Window(3, second, dilation, dilation, groups)
    conv2 = layers.conv2d("conv2", "conv2", conv1.output, filters[1], window, reach * first)
    reach_out = reach * stride
    conv3 = layers.conv2d("conv3", "conv3", conv2.output, filters[2], Window(1, 1, 0), reach_out)
    path = (
        conv1,
        layers.batch_norm("bn1", "bn1", conv1.output, reach * first, form.norm),
        layers.relu("relu1", conv1.output, reach * first),
        conv2,
        layers.batch_norm("bn2", "bn2", conv2.output, reach_out, form.norm),
        layers.relu("relu2", conv2.output, reach_out),
        conv3,
        layers.batch_norm("bn3", "bn3", conv3.output, reach_out, form.norm),
    )
    return _residual("Bottleneck", x, path, "relu3", stride, form.norm, reach)


@lru_cache(maxsize=MOST_BLOCKS)
def basic_block(x: Dims, filters: tuple[int, int], stride: int, form: Form, reach: int) -> Node:
    """3×3, 3×3 with the given filters, the first with the stride.

    (N, C, H, W) → (N, filters[1], H / stride, W / stride). Equal arguments give the same node.
    """
    reach_out = reach * stride
    conv1 = layers.conv2d("conv1", "conv1", x, filters[0], Window(3, stride, 1), reach)
    conv2 = layers.conv2d("conv2", "conv2", conv1.output, filters[1], Window(3, 1, 1), reach_out)
    path = (
        conv1,
        layers.batch_norm("bn1", "bn1", conv1.output, reach_out, form.norm),
        layers.relu("relu1", conv1.output, reach_out),
        conv2,
        layers.batch_norm("bn2", "bn2", conv2.output, reach_out, form.norm),
    )
    return _residual("BasicBlock", x, path, "relu2", stride, form.norm, reach)


def shortcut(x: Dims, channels: int, stride: int, norm: Norm, reach: int) -> Node:
    """What is added to the path: the identity, or a projection where stride ≠ 1 or the channels differ."""
    if stride == 1 and channels == x[1]:
        return layers.shortcut(x, reach)
    conv = layers.conv2d("0", "conv", x, channels, Window(1, stride, 0), reach)
    behind = layers.batch_norm("1", "bn", conv.output, reach * stride, norm)
    return Node(
        "downsample",
        "downsample",
        "Projection",
        x,
        conv.output,
        reach * stride,
        conv.params + behind.params,
        conv.macs,
        children=(conv, behind),
    )


class Parts(NamedTuple):
    """What a block is made of: the path's operations, the shortcut beside it, their sum, and the ReLU behind that.

    They stand among its children in this order.
    """

    path: tuple[Node, ...]
    shortcut: Node
    add: Node
    relu: Node


def parts(block: Node) -> Parts:
    """A block's parts by name."""
    *path, branch, total, last = block.children
    return Parts(tuple(path), branch, total, last)


def has_projection(block: Node) -> bool:
    """Whether a block's shortcut is a projection."""
    return parts(block).shortcut.kind == "Projection"


def _residual(kind: str, x: Dims, path: tuple[Node, ...], last: str, stride: int, norm: Norm, reach: int) -> Node:
    out = path[-1].output
    branch = shortcut(x, out[1], stride, norm, reach)
    reach *= stride
    made = Parts(path, branch, layers.add(out, reach), layers.relu(last, out, reach))
    params = branch.params
    macs = branch.macs
    for node in path:
        params += node.params
        macs += node.macs
    children = (*made.path, *made[1:])
    return Node("", "", kind, x, out, reach, params, macs, children=children)
