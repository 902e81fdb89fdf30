"""What to cut: for each number that can be cut, the largest value that holds the budget, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from inspector.core.budgets.budget import Budget
from inspector.core.budgets.fit import Bounds, Fitted, fit
from inspector.core.budgets.holding import holdings
from inspector.core.budgets.quantities import Terms
from inspector.core.changes.gradcam import address as of_maps
from inspector.core.design.design import Design
from inspector.core.design.differences import edits
from inspector.core.design.edit import WIDTH, resolve
from inspector.core.design.fields import Integer
from inspector.core.names import STAGES
from inspector.core.network.network import Network, analyze
from inspector.core.units import arrow
from inspector.core.weights.survival import survival
from inspector.errors import DesignError


class Cut(Struct, frozen=True):
    """The largest value of an address that holds a budget, as `assignments`; none where no value does.

    `change` is what it was and becomes; `params` and `macs` (conv+fc) are how much more there is then, `kept` how many
    of the pretrained tensors survive of `tensors`.
    """

    address: str
    assignments: tuple[str, ...] = ()
    change: str = ""
    params: int = 0
    macs: int = 0
    kept: int = 0
    tensors: int = 0


class Against(Struct, frozen=True):
    """What designs are held against: a budget, its baseline and terms, and the network that there are weights of."""

    budget: Budget
    baseline: Network
    pretrained: Network
    terms: Terms


def cuts(design: Design, against: Against, selected: str = "") -> tuple[Cut, ...]:
    """What holds the budget by one number alone: the selected one first, then those that leave most of the weights.

    The selected one may grow where the budget leaves room; the others are told where something is to be cut. Of those
    that leave equally much the one that takes the fewest parameters away comes first.
    """
    network = analyze(design)
    found = holdings(network, against.budget, against.baseline, against.terms)
    is_broken = not all(each.is_held for each in found)
    own = [_cut(network, selected, against, 0)] if _is_number(design, selected) else []
    others = []
    if is_broken:
        for address in _addresses(design):
            if address != selected:
                now = 0 if address == WIDTH else int(resolve(design, address).value)  # type: ignore[arg-type]
                others.append(_cut(network, address, against, now))
    others.sort(key=lambda each: (not each.assignments, -each.kept, -each.params, each.address))
    return (*own, *others)


def _is_number(design: Design, address: str) -> bool:
    try:
        return isinstance(resolve(design, address).spec, Integer)
    except DesignError:
        return False


def _addresses(design: Design) -> Iterator[str]:
    """What people cut: planes, blocks and expansion of each stage, the target's maps, the width of all."""
    for stage in STAGES:
        yield f"{stage}.planes"
        yield f"{stage}.blocks"
        if design.block == "bottleneck":
            yield f"{stage}.expansion"
    yield of_maps(design)
    yield WIDTH


def _cut(network: Network, address: str, against: Against, high: int) -> Cut:
    bounds = Bounds(high=high)
    try:
        found = fit(network.design, [address], against.budget, against.baseline, against.terms, bounds)
    except DesignError:  # of 4 planes there is no smaller multiple of 8
        return Cut(address)
    if not isinstance(found, Fitted):
        return Cut(address)
    after = analyze(found.design)
    held = survival(against.pretrained, after)
    changed = edits(found.design, network.design)
    change = changed[0].change if len(changed) == 1 else arrow("× 1", f"× {float(found.factor or 1):.3g}")
    params, macs = after.params - network.params, after.macs - network.macs
    return Cut(address, found.assignments, change, params, macs, held.same.tensors, held.before)
