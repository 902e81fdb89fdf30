"""Operations by what they cost, or by how much more they cost than before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import nlargest
from itertools import groupby

from msgspec import Struct

from inspector.core.changes.compare import Effect
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Where

MOST = 200
"""Operations that a ranking lists."""

Amount = Callable[[Node], int]
"""What a node costs: its parameters, or its cost in one of the countings."""


class Ranked(Struct, frozen=True, gc=False):
    """An operation and its amount, a cost or a difference of costs.

    `where` is its place; that of the group that it was in where it is gone.
    """

    where: Where
    name: str
    amount: int


def dearest(network: Network, amount: Amount) -> list[Ranked]:
    """The operations that cost most, the dearest first, at most MOST; those that cost nothing are left out."""
    costs = []
    for where, node, times in _runs(network):
        costs += [(cost, (*where, *below), where, times) for below, leaf in _leaves(node) if (cost := amount(leaf))]
    rows: list[Ranked] = []
    for cost, at, where, times in nlargest(MOST, costs, key=lambda each: each[0]):
        for number in range(min(times, MOST - len(rows))):
            place = network.at((*where[:-1], where[-1] + number, *at[len(where) :]))
            rows.append(Ranked(place.where, place.name, cost))
    return rows


def most_changed(network: Network, effects: Iterable[Effect], amount: Amount) -> list[Ranked]:
    """The operations of `effects` that cost most more, or less, than before, at most MOST; `network` is the later."""
    costs = []
    for effect in effects:
        before, after = effect.change.before, effect.change.after
        node = after or before
        if node is not None and not node.children:
            more = (amount(after) if after else 0) - (amount(before) if before else 0)
            if more:
                costs.append((abs(more), more, effect))
    rows: list[Ranked] = []
    for _, more, effect in nlargest(MOST, costs, key=lambda each: each[0]):
        for number in range(min(effect.repeats, MOST - len(rows))):
            where = effect.where
            if effect.change.after is None or effect.repeats == 1:
                rows.append(Ranked(where, effect.change.name, more))
            else:
                place = network.at((where[0], where[1] + number, *where[2:]))
                rows.append(Ranked(place.where, place.name, more))
    return rows


def _runs(network: Network) -> Iterator[tuple[Where, Node, int]]:
    """The groups that stand side by side, equal blocks once, with how many there are."""
    for top, group in enumerate(network.root.children):
        if group.kind != "Stage":
            yield (top,), group, 1
            continue
        for _, run in groupby(enumerate(group.children), key=lambda each: id(each[1])):
            numbered = list(run)
            yield (top, numbered[0][0]), numbered[0][1], len(numbered)


def _leaves(node: Node, where: Where = ()) -> Iterator[tuple[Where, Node]]:
    if not node.children:
        yield where, node
    for number, child in enumerate(node.children):
        yield from _leaves(child, (*where, number))
