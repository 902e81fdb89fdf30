"""The concepts behind a ResNet: what there is a note about, and which of them a place calls for."""

from __future__ import annotations

from inspector.core.changes.gradcam import target
from inspector.core.network.kinds import kind, stride
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Where

TOPICS = (
    "filters",
    "planes",
    "make_layer",
    "bottleneck",
    "shortcut",
    "degradation",
    "downsampling",
    "batchnorm",
    "relu",
    "head",
    "groups",
    "gradcam",
    "pretrained",
    "counting",
    "memory",
    "glossary",
)
"""What there is a note about, in the order of learning."""


def topic(network: Network, where: Where) -> str:
    """What a person most likely wants to know at a place."""
    node = network.at(where).node
    if node.kind == "Conv2d":
        return _of_convolution(node, where)
    if where == target(network).where:
        return "gradcam"
    if kind(node).is_block and stride(node) > 1:
        return "downsampling"
    above = network.at(where[:-1]).node if where else node
    return "shortcut" if kind(above).is_beside_path else kind(node).topic


def _of_convolution(node: Node, where: Where) -> str:
    """A projection's is about the shortcut; a block's first 1×1 about why there is one; any other about its numbers."""
    if len(where) > 3:
        return "shortcut"
    if node.window is not None and node.window.groups > 1:
        return "groups"
    return "bottleneck" if node.label == "conv1" and node.window and node.window.kernel == 1 else "filters"
