"""One pure function per layer: feature map in, node out. Shapes are (N, C, H, W), costs are in elements and MACs."""

from __future__ import annotations

from inspector.core.names import Norm
from inspector.core.network.node import Node, Window
from inspector.core.units import Dims


def conv2d(key: str, label: str, x: Dims, filters: int, window: Window, reach: int) -> Node:
    """A convolution without bias: (N, C, H, W) → (N, filters, H', W').

    Its weight is filters × C / groups × kernel × kernel, and each output element costs one MAC per element of a
    filter (torch.nn.Conv2d). `reach` is the total stride of what comes in.
    """
    batch, channels, height, width = x
    fan_in = channels // window.groups
    params = filters * fan_in * window.kernel * window.kernel
    height, width = window.slid(height), window.slid(width)
    return Node(
        key,
        label,
        "Conv2d",
        x,
        (batch, filters, height, width),
        reach * window.stride,
        params,
        params * batch * height * width,
        (filters, fan_in, window.kernel, window.kernel),
        window,
    )


def batch_norm(key: str, label: str, x: Dims, reach: int, norm: Norm = "batch") -> Node:
    """A batch norm: one weight and one bias a channel; (N, C, H, W) stays (torch.nn.BatchNorm2d).

    A frozen one has them as buffers, and so no parameters (torchvision.ops.FrozenBatchNorm2d).
    """
    kind, params = ("FrozenBatchNorm2d", 0) if norm == "frozen" else ("BatchNorm2d", 2 * x[1])
    return Node(key, label, kind, x, x, reach, params, 0, (x[1],))


def relu(label: str, x: Dims, reach: int) -> Node:
    """A ReLU, in place; (N, C, H, W) stays. torch runs one module several times a block: `label` tells them apart."""
    return Node("relu", label, "ReLU", x, x, reach)


def max_pool(key: str, x: Dims, window: Window, reach: int) -> Node:
    """A max pool: (N, C, H, W) → (N, C, H', W') (torch.nn.MaxPool2d)."""
    batch, channels, height, width = x
    out = (batch, channels, window.slid(height), window.slid(width))
    return Node(key, key, "MaxPool2d", x, out, reach * window.stride, window=window)


def identity(key: str, x: Dims, reach: int | None) -> Node:
    """A module that passes its input on (torch.nn.Identity)."""
    return Node(key, key, "Identity", x, x, reach)


def average_pool(key: str, x: Dims) -> Node:
    """Global average pooling: (N, C, H, W) → (N, C, 1, 1) (torch.nn.AdaptiveAvgPool2d)."""
    return Node(key, key, "AdaptiveAvgPool2d", x, (x[0], x[1], 1, 1), None)


def linear(key: str, x: Dims, out: int) -> Node:
    """A fully connected layer with bias: (N, C) → (N, out), N · C · out MACs (torch.nn.Linear)."""
    batch, features = x
    return Node(
        key, key, "Linear", x, (batch, out), None, features * out + out, batch * features * out, (out, features)
    )


def shortcut(x: Dims, reach: int) -> Node:
    """The identity shortcut: the block's input itself, at no cost."""
    return Node("", "shortcut", "Shortcut", x, x, reach)


def add(x: Dims, reach: int) -> Node:
    """The residual add of two feature maps of one shape; (N, C, H, W) stays."""
    return Node("", "add", "Add", x, x, reach)
