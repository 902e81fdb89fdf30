"""The places whose feature maps Grad-CAM can read, by what a person calls them."""

from __future__ import annotations

from math import prod

from inspector.core.changes.gradcam import Target, target
from inspector.core.measures.receptive import receptive_field
from inspector.core.network.kinds import kind
from inspector.core.network.network import Network
from inspector.core.network.node import Where
from inspector.core.network.tree import FIRST_STAGE, Place
from inspector.errors import DesignError
from inspector.speech import say


def target_at(network: Network, address: str = "") -> Target:
    """The maps that a block, a stage, the stem or a convolution puts out; the design's own target of no address.

    A stage's are its last block's, the stem's its pool's. DesignError where there is no such place, or where what it
    puts out is no map of its own: torch adds to a batch norm's output, and runs a ReLU, in place.
    """
    if not address:
        return target(network)
    place = network.find(address)
    node = place.node
    if kind(node).is_block or _is_convolution(place):
        return _read(network, place)
    if node.children and node.stride is not None and place.depth == 1:
        return _read(network, network.at((*place.where, len(node.children) - 1)), place.name)
    reason = say("Grad-CAM reads the maps of a block, a stage, the stem or a convolution")
    raise DesignError(address, reason)


def larger(network: Network, where: Where) -> str:
    """The nearest stage's last block in front of a place whose maps have more positions; empty where there is none."""
    size = network.at(where).node.output[2:]
    for top in range(where[0] - 1, FIRST_STAGE - 1, -1):
        block = network.at((top, len(network.at((top,)).node.children) - 1))
        if prod(block.node.output[2:]) > prod(size):
            return block.name
    return ""


def _is_convolution(place: Place) -> bool:
    return place.node.weight is not None and len(place.node.weight) == 4


def _read(network: Network, place: Place, name: str = "") -> Target:
    _, maps, height, width = place.node.output
    steps = (f"[{step}]" if step.isdigit() else f".{step}" for step in place.path.split("."))
    return Target(
        name=name or place.name,
        path=place.path,
        where=place.where,
        maps=maps,
        size=(height, width),
        stride=place.node.stride or 1,
        field=receptive_field(network, place.where) or 1,
        expression="model" + "".join(steps),
    )
