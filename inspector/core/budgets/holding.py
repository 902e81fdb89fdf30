"""A network held against a budget: what holds, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor

from msgspec import Struct
from msgspec.structs import replace

from inspector.core.budgets.amounts import Unit, exactly, shortly
from inspector.core.budgets.budget import Budget, Limit
from inspector.core.budgets.quantities import COMPARED, GROWTH, QUANTITIES, USUAL, Bound, Terms
from inspector.core.design.differences import called
from inspector.core.network.network import Network
from inspector.core.network.tree import Place
from inspector.errors import DesignError
from inspector.speech import say


class Held(Struct, frozen=True):
    """A limit and the amount that there is of what it limits.

    `name` is the limit's, `quantity` what it is of, which a growth's name does not say. `place` is the paper's name of
    where it is, `of` the design that a growth is measured against; `label` is what is counted, where that is a matter
    of the counting. Numbers are whole things, bytes or pixels.
    """

    name: str
    quantity: str
    unit: Unit
    bound: Bound
    limit: int
    amount: int
    place: str = ""
    of: str = ""
    label: str = ""

    @property
    def what(self) -> str:
        """What is limited, in words."""
        words = self.label or say(QUANTITIES[self.quantity].words, place=self.place)
        return say("growth of {what}", what=words) if self.name == GROWTH else words

    @property
    def is_held(self) -> bool:
        """Whether the limit is not broken."""
        if self.bound == "exactly":
            return self.amount == self.limit
        return self.amount <= self.limit if self.bound == "most" else self.amount >= self.limit

    @property
    def rest(self) -> int:
        """What is left of the limit; below 0 where it is broken."""
        if self.bound == "exactly":
            return -abs(self.limit - self.amount)
        return self.limit - self.amount if self.bound == "most" else self.amount - self.limit

    @property
    def part(self) -> float:
        """The amount as a part of the limit."""
        return self.amount / self.limit if self.limit else 0.0

    @property
    def sign(self) -> str:
        """How the amount has to stand to the limit."""
        return {"most": "≤", "least": "≥", "exactly": "="}[self.bound]

    @property
    def limited(self) -> str:
        """The limit in short: "≤ 20.0 M"."""
        return f"{self.sign} {shortly(self.limit, self.unit)}"

    @property
    def words(self) -> str:
        """What is left, or missing, or too much, with every digit."""
        return _left(self, exactly(abs(self.rest), self.unit))

    @property
    def brief(self) -> str:
        """The same with three significant digits."""
        return _left(self, shortly(abs(self.rest), self.unit))


def _left(held: Held, number: str) -> str:
    if held.bound == "exactly":
        if not held.rest:
            return say("as it must be")
        return say("{n} too many", n=number) if held.amount > held.limit else say("{n} too few", n=number)
    if held.bound == "least":
        if not held.rest:
            return say("just enough")
        return say("{n} more than that", n=number) if held.is_held else say("{n} short", n=number)
    return say("{n} left", n=number) if held.is_held else say("{n} over", n=number)


def held_or_gone(
    network: Network, budget: Budget, baseline: Network, terms: Terms = USUAL
) -> tuple[tuple[Held, ...], tuple[str, ...]]:
    """The same, and in words what cannot be held against anything, since its place is gone."""
    held, gone = list[Held](), list[str]()
    for limit in budget.limits:
        try:
            held += holdings(network, Budget((limit,)), baseline, terms)
        except DesignError as error:
            gone.append(str(error))
    return tuple({(each.name, each.quantity, each.place): each for each in held}.values()), tuple(gone)


def holdings(network: Network, budget: Budget, baseline: Network, terms: Terms = USUAL) -> tuple[Held, ...]:
    """What a network has of everything that a budget limits, limit by limit.

    DesignError where a limit is of a place that there is not, or that has no height and width.
    """
    every = [each for limit in budget.limits for each in _held(network, limit, baseline, terms)]
    return tuple({(each.name, each.quantity, each.place): each for each in every}.values())  # the last word counts


def at_once(network: Network, budget: Budget, other: Budget) -> Budget:
    """Both budgets, places by their names in the paper: of two limits of one quantity and place the stricter."""
    return _named(network, budget).stricter(_named(network, other))


def _named(network: Network, budget: Budget) -> Budget:
    return Budget(tuple(replace(each, place=_paper(network, each.place)) for each in budget.limits))


def _paper(network: Network, place: str) -> str:
    found = network.get(place) if place else None
    return found.name if found is not None else place


def _held(network: Network, limit: Limit, baseline: Network, terms: Terms) -> Iterator[Held]:
    if limit.name == GROWTH:
        for name in COMPARED:
            quantity = QUANTITIES[name]
            before = quantity.of(baseline, baseline.place, terms)
            most = floor(before * (1 + limit.amount))
            amount = quantity.of(network, network.place, terms)
            yield Held(
                GROWTH, name, quantity.unit, "most", most, amount, "", called(baseline.design), _label(name, terms)
            )
        return
    quantity = limit.quantity
    place = _found(network, limit) if limit.place else network.place
    number = ceil(limit.amount) if quantity.bound == "least" else floor(limit.amount)
    amount = quantity.of(network, place, terms)
    name = place.name if limit.place else ""
    yield Held(
        limit.name, limit.name, quantity.unit, quantity.bound, number, amount, name, "", _label(limit.name, terms)
    )


def _found(network: Network, limit: Limit) -> Place:
    """The place that a limit is of; a DesignError names the limit too."""
    try:
        return network.find(limit.place)
    except DesignError as error:
        raise DesignError(f"{limit.name} {limit.place}", error.reason) from None


def _label(name: str, terms: Terms) -> str:
    return terms.counting.unit if name == "max-macs" else ""


def gauge(limit: int, amount: int, *, is_short: bool = False) -> str:
    """What is left of a limit of what is counted, or how far it is passed, in words; nothing without a limit."""
    if not limit:
        return ""
    held = Held("", "", "count", "most", limit, amount)
    return held.brief if is_short else f"{held.limited}, {held.brief}"
