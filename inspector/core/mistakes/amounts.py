"""What can be counted of a design: its cost in every counting, its parameters, its bytes, and those of its kin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.measures.counting import CONVENTIONS, count, terms
from inspector.core.network.network import Network, analyze
from inspector.core.network.node import Node, distinct
from inspector.core.network.tree import HEAD
from inspector.core.units import exact
from inspector.errors import DesignError
from inspector.speech import later, say

CLASSES = (1000, 10, 100, 2, 1, 200, 21, 101, 365, 20, 5, 3, 4, 21841)
"""Numbers of classes that people train for, the commonest first."""


class Amount(NamedTuple):
    """Something that is counted of a design: how many there are, which counting it is, the edit that leads there."""

    amount: int
    what: str
    design: Design
    of: str
    edit: str = ""
    tools: tuple[str, ...] = ()


def own(design: Design) -> Iterator[Amount]:
    """What is counted of a design: as it is, in the paper's v1 or in v1.5, without its head, for other classes."""
    yield from _counted(design)
    network = analyze(design)
    for change in ("stride_on=conv1", "stride_on=conv2"):
        other = _edited(network, change)
        if other is not None:
            yield from _costs(other, change)
    head = network.root.children[HEAD].params
    if head:
        yield Amount(network.params - head, say("parameters without fc"), design, "params")
    for classes in CLASSES:
        change = f"num_classes={classes}"
        other = _edited(network, change)
        if other is not None:
            yield from (each for each in weights(other, change) if each.of == "params")


def of_presets(design: Design) -> Iterator[Amount]:
    """The same of every other preset, on images of the design's size."""
    size = "input=" + ",".join(map(str, design.input))
    for name in PRESETS:
        other = preset(name)
        if other.base != design.base:
            try:
                yield from _counted(edit(other, size))
            except DesignError:
                continue


def _edited(network: Network, change: str) -> Network | None:
    try:
        other = edit(network.design, change)
    except DesignError:
        return None
    return analyze(other) if other != network.design else None


def _counted(design: Design) -> Iterator[Amount]:
    network = analyze(design)
    yield from _costs(network, "")
    yield from weights(network, "")


def _costs(network: Network, change: str) -> Iterator[Amount]:
    """What each tool says of a forward pass."""
    costs = count(network)
    for name, convention in CONVENTIONS.items():
        what = say("{unit} ({tool})", unit=say(convention.unit), tool=say(convention.tool))
        yield Amount(costs[name], what, network.design, "cost", change, (name.partition("-")[0],))


def weights(network: Network, change: str) -> Iterator[Amount]:
    """Parameters and statistics, as torch and as Keras have them, and their bytes."""
    fixed = terms(network.root).norm_params // network.design.input[0]
    biases = _filters(network.root)
    yield from (
        Amount(amount, what, network.design, of, change)
        for amount, what, of in (
            (network.params, say(PARAMS), "params"),
            (network.params + biases, say(_KERAS, n=exact(biases)), "params"),
            (network.params + biases + fixed, say(_KERAS_ALL), "params"),
            (network.params + fixed, say(_WITH_STATISTICS), "params"),
            (fixed, say(_STATISTICS), "fixed"),
            (4 * network.params, say(_BYTES), "bytes"),
            (4 * (network.params + fixed), say(_BYTES_IN_ALL), "bytes"),
        )
    )


def _filters(node: Node) -> int:
    """The filters of all convolutions below a node: as many biases they would have."""
    total = 0
    for child, times in distinct(node.children):
        is_convolution = bool(child.weight) and len(child.weight or ()) == 4
        total += times * (child.output[1] if is_convolution else _filters(child))
    return total


_KERAS = later("trainable parameters in Keras, whose convolutions have biases ({n})")
PARAMS = later("parameters")
_KERAS_ALL = later("parameters in all in Keras, biases of convolutions and running statistics among them")
_WITH_STATISTICS = later("parameters and running statistics")
_STATISTICS = later("running means and variances of batch norms, which Keras calls non-trainable")
_BYTES = later("bytes of parameters in float32")
_BYTES_IN_ALL = later("bytes of parameters and running statistics in float32")
