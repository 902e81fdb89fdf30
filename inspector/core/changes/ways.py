"""The ways to another number of feature maps at the Grad-CAM target: one convolution, the expansion, the planes."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from inspector.core.changes.gradcam import Price, address, price_of, target
from inspector.core.design.design import Design
from inspector.core.design.edit import edit, parse, resolve
from inspector.core.design.presets import preset
from inspector.core.network.network import Network, analyze
from inspector.core.units import exact
from inspector.core.weights.survival import survival
from inspector.errors import DesignError
from inspector.speech import say


class Way(Struct, frozen=True):
    """One edit that gives the target the wanted maps.

    `price` is what it costs, and `fitting` how many of the `tensors` of pretrained weights fit behind it; without a
    price `problem` says why it is no way there.
    """

    assignment: str
    price: Price | None = None
    fitting: int = 0
    tensors: int = 0
    problem: str = ""


def ways(network: Network, maps: str, pretrained: Network | None = None) -> tuple[Way, ...]:
    """The ways to `maps` feature maps; the first edits the target's last convolution alone.

    `pretrained` is the network whose weights there are, the base's unless another is given. Raises DesignError where
    that number cannot be.
    """
    own = address(network.design)
    number = int(parse(resolve(network.design, own), maps))  # type: ignore[arg-type]  # filters are an integer
    base = pretrained or analyze(preset(network.design.base))
    return tuple(_way(network, base, assignment, number) for assignment in _assignments(network.design, number))


def _assignments(design: Design, maps: int) -> Iterator[str]:
    """The edits; a share that is no whole number is written as one, and is no way."""
    name, _ = design.target_block
    stage = design.stage(name)
    yield f"{address(design)}={maps}"
    if design.block == "bottleneck":
        yield f"{name}.expansion={_divided(maps, stage.planes)}"
    yield f"{name}.planes={_divided(maps, stage.expansion)}"


def _divided(maps: int, by: int) -> str:
    return str(maps // by) if maps % by == 0 else f"{maps}/{by}"


def _way(network: Network, base: Network, assignment: str, maps: int) -> Way:
    where, _, value = assignment.partition("=")
    if "/" in value:
        number, by = value.split("/")
        return Way(assignment, problem=say("{n} is no multiple of {by}", n=exact(int(number)), by=by))
    try:
        design = edit(network.design, assignment)
    except DesignError as error:
        if where == address(network.design):
            raise
        return Way(assignment, problem=error.reason)
    offer = price_of(network, design)
    after = analyze(design)
    if target(after).maps != maps:
        return Way(assignment, problem=say("{address} was set on its own, and stays", address=address(design)))
    found = survival(base, after)
    return Way(assignment, offer, found.fits.tensors, found.before)
