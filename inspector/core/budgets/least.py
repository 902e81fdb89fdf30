"""What a network has at least: params and MACs without its projections, which come and go as channels change.

These rise, or stay, with every number of channels, blocks and input positions; with the projections they need not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from inspector.core.budgets.budget import Budget
from inspector.core.budgets.holding import holdings
from inspector.core.budgets.quantities import COMPARED, GROWTH, Terms
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.measures.counting import DEFAULT
from inspector.core.measures.memory import DTYPES, OPTIMIZERS
from inspector.core.network.blocks import parts
from inspector.core.network.long_stage import Blocks
from inspector.core.network.network import Network, analyze
from inspector.core.network.node import distinct
from inspector.core.network.tree import FIRST_STAGE, HEAD
from inspector.errors import DesignError

_RISING = frozenset(
    (
        *("planes", "expansion", "blocks", "width_per_group", "conv1", "conv2", "conv3", "num_classes"),
        *("batch", "channels", "height", "width"),
    )
)
"""Fields with which both rise, or stay as they are."""


class Least(NamedTuple):
    """Params and MACs (conv+fc)."""

    params: int
    macs: int


def least(network: Network) -> Least:
    """What a network has without its projections; 0 where its blocks would have to be made first."""
    params, macs = network.params, network.macs
    for stage in network.root.children[FIRST_STAGE:HEAD]:
        if isinstance(stage.children, Blocks):
            return Least(0, 0)
        for block, times in distinct(stage.children):
            branch = parts(block).shortcut
            params -= times * branch.params
            macs -= times * branch.macs
    return Least(params, macs)


def first(design: Design, candidates: Sequence[Sequence[str]], budget: Budget, baseline: Network, terms: Terms) -> int:
    """The first of some candidates, the largest first, that may hold a budget: those before it are over it at least.

    A candidate is assignments. 0 where nothing of the kind can be said.
    """
    if not candidates or not all(_field(each) in _RISING for each in candidates[0]):
        return 0
    most = _most(analyze(design), budget, baseline, terms)

    def may_hold(at: int) -> bool:
        for candidate in candidates[at:]:
            try:
                network = analyze(edit(design, *candidate))
            except DesignError:
                continue
            has = least(network)
            return has.params <= most.params and has.macs <= most.macs
        return True

    low, high = 0, len(candidates)
    while low < high:
        middle = (low + high) // 2
        if may_hold(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _field(assignment: str) -> str:
    return assignment.partition("=")[0].rpartition(".")[2]


_NONE = 2**200


def _most(network: Network, budget: Budget, baseline: Network, terms: Terms) -> Least:
    """What the budget leaves of params, which weights and training are bytes of too, and of MACs."""
    each_param = {
        "max-params": 1,
        "max-weight-bytes": DTYPES.get(terms.dtype, 1),
        "max-training-memory": 4 * (2 + OPTIMIZERS[terms.optimizer]),
    }
    limits = [each for each in budget.limits if each.name in (*each_param, *COMPARED, GROWTH)]
    held = holdings(network, Budget(tuple(limits)), baseline, terms)
    params = [each.limit // each_param[each.quantity] for each in held if each.quantity in each_param]
    macs = [each.limit for each in held if each.quantity == "max-macs" and terms.counting.name == DEFAULT]
    return Least(min(params, default=_NONE), min(macs, default=_NONE))
