"""Operations, blocks or stages by what they cost, or by how much more they cost than before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import nlargest
from operator import itemgetter
from typing import Generic, TypeVar

from msgspec import Struct

from inspector.core.changes.compare import Effect
from inspector.core.changes.pieces import PASSED, RANKED, runs
from inspector.core.network.long_stage import Blocks, marks
from inspector.core.network.network import Network
from inspector.core.network.node import Node, Where

MOST = 200
"""Operations that a ranking lists."""

Each = TypeVar("Each")

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
    return Dearest(network, amount).whole()


def most_changed(network: Network, effects: Iterable[Effect], amount: Amount) -> list[Ranked]:
    """The operations of `effects` that cost most more, or less, than before, at most MOST; `network` is the later."""
    ranking = MostChanged(network, amount)
    ranking.add(effects)
    return ranking.rows()


class Dearest:
    """The operations that cost most, found run by run of equal blocks."""

    def __init__(self, network: Network, amount: Amount) -> None:
        self._network, self._amount = network, amount
        self._best: _Best[tuple[int, Where, Where, int]] = _Best()

    def whole(self) -> list[Ranked]:
        """The dearest of all."""
        for _ in self.steps():
            pass
        return self.rows()

    def steps(self) -> Iterator[int]:
        """Look at all operations; the effort of each step."""
        for top, group in enumerate(self._network.root.children):
            if group.kind != "Stage":
                self._add((top,), group, 1)
                continue
            is_long = isinstance(group.children, Blocks)
            for run in runs(marks(group.children), PASSED if is_long else 0):
                if not isinstance(run, int):
                    self._add((top, run.first), group.children[run.first], run.times)
                yield run if isinstance(run, int) else RANKED

    def rows(self) -> list[Ranked]:
        """The dearest of those that were looked at."""
        rows: list[Ranked] = []
        for cost, at, where, times in self._best.found():
            for number in range(min(times, MOST - len(rows))):
                place = self._network.at((*where[:-1], where[-1] + number, *at[len(where) :]))
                rows.append(Ranked(place.where, place.name, cost))
        return rows

    def _add(self, where: Where, node: Node, times: int) -> None:
        """Look at what is in a group that stands in so many places side by side."""
        for below, leaf in _leaves(node):
            if cost := self._amount(leaf):
                self._best.add(cost, (cost, (*where, *below), where, times))


class MostChanged:
    """The operations whose cost changed most; `network` is the later one."""

    def __init__(self, network: Network, amount: Amount) -> None:
        self._network, self._amount = network, amount
        self._best: _Best[tuple[int, Effect]] = _Best()

    def add(self, effects: Iterable[Effect]) -> None:
        """Look at some more effects."""
        for effect in effects:
            before, after = effect.change.before, effect.change.after
            node = after or before
            if node is not None and not node.children:
                more = (self._amount(after) if after else 0) - (self._amount(before) if before else 0)
                if more:
                    self._best.add(abs(more), (more, effect))

    def rows(self) -> list[Ranked]:
        """Those that changed most of those that were looked at."""
        rows: list[Ranked] = []
        for more, effect in self._best.found():
            for number in range(min(effect.repeats, MOST - len(rows))):
                where = effect.where
                if effect.change.after is None or effect.repeats == 1:
                    rows.append(Ranked(where, effect.change.name, more))
                else:
                    place = self._network.at((where[0], where[1] + number, *where[2:]))
                    rows.append(Ranked(place.where, place.name, more))
        return rows


class Groups:
    """Blocks, or stages, by their amount, or by how much more it is than in a baseline that is given.

    What is in no stage is ranked by its groups, stem and head.
    """

    def __init__(self, network: Network, amount: Amount, baseline: Network | None = None, *, stages: bool) -> None:
        self._network, self._amount, self._baseline, self._stages = network, amount, baseline, stages
        self._best: _Best[tuple[int, Where]] = _Best()

    def steps(self) -> Iterator[int]:
        """Look at all of them; the effort of each step."""
        for top, group in enumerate(self._network.root.children):
            before = self._baseline.root.children[top] if self._baseline else None
            if self._stages or group.kind != "Stage":
                self._add((top,), group, before)
                yield RANKED
                continue
            for number, block in enumerate(group.children):
                there = before.children[number] if before and number < len(before.children) else None
                self._add((top, number), block, there)
                yield RANKED

    def rows(self) -> list[Ranked]:
        """Those that cost most, or have changed most, of those that were looked at."""
        return [Ranked(where, self._network.at(where).name, amount) for amount, where in self._best.found()]

    def _add(self, where: Where, node: Node, before: Node | None) -> None:
        amount = 0 if node is before else self._amount(node) - (self._amount(before) if before else 0)
        if amount:
            self._best.add(abs(amount), (amount, where))


class _Best(Generic[Each]):
    """The MOST largest of what is added, the first of equals first; not much more than that is kept."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, Each]] = []

    def add(self, size: int, each: Each) -> None:
        """Add one of some size."""
        self._kept.append((size, each))
        if len(self._kept) == 8 * MOST:
            self._kept = self._largest()

    def found(self) -> list[Each]:
        """The largest so far, the largest first."""
        return [each for _, each in self._largest()]

    def _largest(self) -> list[tuple[int, Each]]:
        return nlargest(MOST, self._kept, key=itemgetter(0))


def _leaves(node: Node, where: Where = ()) -> Iterator[tuple[Where, Node]]:
    if not node.children:
        yield where, node
    for number, child in enumerate(node.children):
        yield from _leaves(child, (*where, number))
