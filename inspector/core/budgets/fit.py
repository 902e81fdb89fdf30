"""The largest design that holds a budget: one address, or several scaled together, tried from above."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from msgspec import Struct

from inspector.core.budgets.budget import Budget
from inspector.core.budgets.holding import Held, holdings
from inspector.core.budgets.least import first
from inspector.core.budgets.quantities import USUAL, Terms
from inspector.core.design.design import Design
from inspector.core.design.edit import PLANES, WIDTH, edit, resolve
from inspector.core.design.fields import MAX_SIZE, Integer
from inspector.core.names import STAGES
from inspector.core.network.network import Network, analyze
from inspector.errors import DesignError
from inspector.speech import say


class Bounds(Struct, frozen=True):
    """What values are looked at: multiples, from `low` to `high`, both in it; 0 leaves what the address has."""

    multiple: int = 0
    low: int = 0
    high: int = 0


class Unfit(Struct, frozen=True):
    """No design holds the budget: what the least one breaks, made by these assignments; none where no design is any."""

    assignments: tuple[str, ...]
    broken: tuple[Held, ...]
    tried: int


ANY = Bounds()


class Fitted(Struct, frozen=True):
    """The largest design that holds a budget, and what of it holds.

    `assignments` make it from the design that was to be fitted; `factor` is what the values were multiplied by where
    several were scaled. `tried` is how many designs were looked at, `next` what is the matter with the next larger one,
    the limits that it breaks; it is empty where there is none larger.
    """

    design: Design
    assignments: tuple[str, ...]
    held: tuple[Held, ...]
    tried: int
    next: tuple[Held, ...] = ()
    factor: Fraction | None = None


Tell = Callable[[int, int], None]
"""Is told how many designs have been tried, and of how many."""


def fit(
    design: Design,
    addresses: Sequence[str],
    budget: Budget,
    baseline: Network,
    terms: Terms = USUAL,
    bounds: Bounds = ANY,
    tell: Tell = lambda *_: None,
) -> Fitted | Unfit:
    """The largest values at the addresses with which the design holds the budget.

    Of one address every value is tried, from the largest down; several (and `width`, which is all planes) are scaled by
    one factor, each to its multiples, and every factor that makes another design is tried. So it is exact: no larger
    one holds, whether or not costs rise with the values, as they do not where a projection goes. What is over params
    or MACs even without its projections is not tried. Values that are at odds with others of the design are passed
    over. DesignError where an address has no numbers, or none in the bounds.
    """
    candidates = _candidates(design, tuple(addresses), bounds)
    holdings(analyze(design), budget, baseline, terms)  # its places are there to begin with
    start = first(design, [each for each, _ in candidates], budget, baseline, terms)
    above = _broken(_held(design, candidates[start - 1][0], budget, baseline, terms)) if start else ()
    for number, (assignments, factor) in enumerate(candidates[start:], 1):
        tell(number, len(candidates) - start)
        held = _held(design, assignments, budget, baseline, terms)
        if held is not None and all(each.is_held for each in held):
            return Fitted(edit(design, *assignments), assignments, held, number, above, factor)
        above = _broken(held) or above
    for assignments, _ in reversed(candidates):  # of the least that is a design it is said what it breaks
        held = _held(design, assignments, budget, baseline, terms)
        if held is not None:
            return Unfit(assignments, _broken(held), len(candidates) - start)
    return Unfit((), (), len(candidates) - start)


def _held(
    design: Design, assignments: Sequence[str], budget: Budget, baseline: Network, terms: Terms
) -> tuple[Held, ...] | None:
    """What an edited design has of each limit; None where there is none, or none with the places that are limited."""
    try:
        return holdings(analyze(edit(design, *assignments)), budget, baseline, terms)
    except DesignError:
        return None


def _broken(held: tuple[Held, ...] | None) -> tuple[Held, ...]:
    return tuple(each for each in held or () if not each.is_held)


Candidate = tuple[tuple[str, ...], Fraction | None]


def _candidates(design: Design, addresses: tuple[str, ...], bounds: Bounds) -> list[Candidate]:
    """What is to be tried, the largest first."""
    if not addresses:
        raise DesignError("fit", say("needs an address, like conv5_x.planes or width"))
    if len(addresses) == 1 and addresses[0] != WIDTH and "*" not in addresses[0]:
        address = addresses[0]
        values = [*_values(design, address, bounds)]
        if not values:
            raise _none_in(design, address, bounds)
        return [((f"{address}={value}",), None) for value in reversed(values)]
    named = [resolve(design, each).address for address in addresses for each in _single(address)]
    if len(set(named)) < len(named):
        raise DesignError(addresses[-1], say("is named twice"))
    return _scaled(design, named, bounds)


def _single(address: str) -> Iterator[str]:
    """The addresses of single fields that one means: `width` all planes, `conv*_x.planes` those of every stage."""
    if address == WIDTH:
        yield "stem.planes"
        yield from (f"{stage}.planes" for stage in STAGES)
    elif "*" in address:
        scope, _, name = address.rpartition(".")
        if scope not in ("conv*_x", "layer*"):
            resolve(Design(), address)  # which says what there is
        yield from (f"{stage}.{name}" for stage in STAGES)
    else:
        yield address


def _integer(design: Design, address: str) -> tuple[Integer, int]:
    field = resolve(design, address)
    if not isinstance(field.spec, Integer):
        raise DesignError(address, say("is no number that could be larger or smaller"))
    return field.spec, int(field.value)  # type: ignore[arg-type]  # an Integer's value


def _values(design: Design, address: str, bounds: Bounds) -> Iterator[int]:
    spec, _ = _integer(design, address)
    multiple = bounds.multiple or spec.step
    low, high = max(bounds.low or spec.low, spec.low), min(bounds.high or spec.high, spec.high)
    first = -(-low // multiple) * multiple
    yield from (value for value in range(first, high + 1, multiple) if spec.admits(value))


def _scaled(design: Design, addresses: Sequence[str], bounds: Bounds) -> list[Candidate]:
    """Every set of values that some factor makes: each value times it, to the nearest multiple, half upwards.

    Between one factor at which a value comes to its next multiple and the following one nothing changes. All these
    factors are whole numbers of one small part, so that they are exact.
    """
    parts = [_part(design, address, bounds) for address in addresses]
    unit = 2 * lcm(*(part.value for part in parts))
    factors = {
        (2 * made - part.multiple) * (unit // (2 * part.value))
        for part in parts
        for made in range(part.low, part.high + 1, part.multiple)
    }
    seen: dict[tuple[int, ...], int] = {}
    for factor in sorted(each for each in factors if each > 0):
        values = tuple([part.scaled(factor, unit) for part in parts])
        if all(part.low <= value <= part.high for value, part in zip(values, parts, strict=True)):
            seen.setdefault(values, factor)
    if not seen:
        low, high = bounds.low or 1, bounds.high or MAX_SIZE
        raise DesignError(addresses[0], say("no factor makes all of them from {low} to {high}", low=low, high=high))
    return [
        (tuple(f"{part.address}={value}" for part, value in zip(parts, values, strict=True)), Fraction(factor, unit))
        for values, factor in reversed(seen.items())
    ]


class _Part(NamedTuple):
    """One of several that are scaled: what it is now, and the multiples that it may become, from `low` to `high`.

    What is scaled to nothing becomes the `least` that there is.
    """

    address: str
    value: int
    multiple: int
    least: int
    low: int
    high: int

    def scaled(self, factor: int, unit: int) -> int:
        """The value times factor / unit, to the nearest multiple, half upwards."""
        nearest = (2 * self.value * factor + self.multiple * unit) // (2 * self.multiple * unit)
        return max(self.least, nearest * self.multiple)


def _part(design: Design, address: str, bounds: Bounds) -> _Part:
    spec, value = _integer(design, address)
    multiple = bounds.multiple or (PLANES if spec.step > 1 else 1)
    values = [*_values(design, address, Bounds(multiple, bounds.low, bounds.high))]
    if not values:
        raise _none_in(design, address, bounds)
    if not value:
        raise DesignError(address, say("is 0, which cannot be scaled"))
    least = next(_values(design, address, Bounds(multiple)))
    return _Part(address, value, multiple, least, values[0], values[-1])


def _none_in(design: Design, address: str, bounds: Bounds) -> DesignError:
    spec, _ = _integer(design, address)
    multiple, low, high = bounds.multiple or spec.step, bounds.low or spec.low, bounds.high or spec.high
    return DesignError(
        address, say("there is no multiple of {n} from {low} to {high} that it may be", n=multiple, low=low, high=high)
    )
