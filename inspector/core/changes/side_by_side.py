"""Several networks side by side: the whole and each stage as rows, the networks as columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from inspector.core.changes.gradcam import target
from inspector.core.measures.counting import Convention
from inspector.core.measures.memory import DTYPES, kept_for_backward
from inspector.core.network.network import Network
from inspector.core.network.node import Node
from inspector.core.units import dims, features
from inspector.speech import later, say

WHOLE = "network"
"""The row of the whole network, above those of its parts."""


class Quantity(NamedTuple):
    """One thing that is compared: its name, and its numbers, a tuple of a network's for each part by the part's name.

    `key` is what programs call it; `name` is said with `say`.
    """

    key: str
    name: str
    rows: dict[str, tuple[int, ...]]


class Table(NamedTuple):
    """Networks by name, in the order in which they are given; the first is what the others are compared with.

    `shapes` are the parts' output C×H×W, `about` what else there is to say of each network.
    """

    names: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    shapes: dict[str, tuple[str, ...]]
    about: dict[str, tuple[str, ...]]


def side_by_side(networks: Sequence[Network], names: Sequence[str], counting: Convention) -> Table:
    """The table of some networks; `counting` is whose costs it has. Equal names are told apart by a number.

    Bytes are of fp32: of the weights, and of what autograd keeps for the backward pass.
    """
    parts = [place.name for place in networks[0].children(networks[0].place)][1:]
    of = [dict(zip([WHOLE, *parts], [each.root, *each.root.children[1:]], strict=True)) for each in networks]

    def rows(amount: Callable[[Node], int]) -> dict[str, tuple[int, ...]]:
        return {part: tuple(amount(nodes[part]) for nodes in of) for part in (WHOLE, *parts)}

    size = DTYPES["fp32"]
    reads = [target(each) for each in networks]
    return Table(
        _told_apart(names),
        (
            Quantity("params", "params", rows(lambda node: node.params)),
            Quantity("cost", counting.label, rows(counting.of)),
            Quantity("weight_bytes", later("weight bytes"), {WHOLE: tuple(size * each.params for each in networks)}),
            Quantity("backward_bytes", later("backward bytes"), {WHOLE: tuple(map(kept_for_backward, networks))}),
        ),
        {part: tuple(features(nodes[part].output) for nodes in of) for part in parts},
        {
            later("input"): tuple(dims(each.design.input) for each in networks),
            later("layers"): tuple(str(each.design.depth) for each in networks),
            later("blocks"): tuple(", ".join(str(stage.blocks) for stage in each.design.stages) for each in networks),
            "Grad-CAM": tuple(say("{maps} of {size}", maps=read.maps, size=dims(read.size)) for read in reads),
        },
    )


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names of which no two are the same."""
    told: list[str] = []
    for name in names:
        number, own = 1, name
        while own in told:
            number += 1
            own = f"{name} ({number})"
        told.append(own)
    return tuple(told)
