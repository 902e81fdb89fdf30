"""Sweeps: what every combination of some values comes to, and which of them nothing beats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from inspector.core.budgets.axes import Axis, tries
from inspector.core.design.design import Design
from inspector.core.measures.counting import DEFAULT, Convention, convention
from inspector.core.measures.memory import inference_peak, kept_for_backward
from inspector.core.network.network import Network, analyze
from inspector.core.network.totals import totals
from inspector.errors import DesignError, nearest
from inspector.speech import say

Row = tuple[int, ...]
"""A design's numbers, column by column."""

LIGHT, MEMORY = ("params", "macs"), ("weight_bytes", "backward_bytes", "peak_bytes")
"""Columns: parameters, MACs of the counting, and bytes in fp32 of weights, of what autograd keeps, and at the peak."""


class Point(Struct, frozen=True, array_like=True, gc=False):
    """One combination: its number, its values, axis by axis, and what it comes to; or why it is no design."""

    number: int
    values: tuple[str, ...]
    row: Row = ()
    problem: str = ""


def points(
    design: Design, axes: Sequence[Axis], start: int, stop: int, *, counting: str = DEFAULT, memory: bool = True
) -> Iterator[Point]:
    """Combinations `start` to `stop` (not in it), the last axis moving fastest."""
    counted = convention(counting)
    measure = _all(counted) if memory else _light(counted)
    for number, each in enumerate(tries(design, axes, start, stop), start):
        if each.design is None:
            yield Point(number, each.values, (), each.problem)
        else:
            yield Point(number, each.values, measure(each.design))


def row_of(design: Design, *, counting: str = DEFAULT, memory: bool = True) -> Row:
    """The numbers of one design, column by column."""
    counted = convention(counting)
    return (_all(counted) if memory else _light(counted))(design)


def columns(*, memory: bool) -> tuple[str, ...]:
    """The names of a row's numbers."""
    return (*LIGHT, *MEMORY) if memory else LIGHT


Measure = Callable[[Design], Row]


def _light(counted: Convention) -> Measure:
    """Params and cost alone: in closed form where no tree is needed."""
    if counted.name == DEFAULT:
        return totals
    return lambda design: _costs(analyze(design), counted)


def _all(counted: Convention) -> Measure:
    def measure(design: Design) -> Row:
        network = analyze(design)
        bytes_ = 4 * network.params, kept_for_backward(network), inference_peak(network)
        return *_costs(network, counted), *bytes_

    return measure


def _costs(network: Network, counted: Convention) -> Row:
    return network.params, counted.of(network.root)


class Front(Struct, frozen=True):
    """What makes a design better than another: more of one column for no more of the other."""

    more: str
    less: str


USUAL = Front("params", "macs")


def front_of(text: str, names: Sequence[str]) -> Front:
    """The front that "params:macs" spells: the most of the first for the least of the second. DesignError otherwise."""
    more, colon, less = text.partition(":")
    for name in (more, less):
        if not colon or name not in names:
            hint = nearest(name, names) or f" ({', '.join(names)})"
            raise DesignError("front", say("must be MORE:LESS, two of the columns{hint}", hint=hint), text)
    return Front(more, less)


def front(found: Sequence[Point], names: Sequence[str], of: Front = USUAL) -> frozenset[int]:
    """The numbers of the points that no other beats by having as much of `more` for as little of `less`.

    Pareto's front of the two columns; of points that are equal in both all are on it.
    """
    more, less = names.index(of.more), names.index(of.less)
    ordered = sorted((each for each in found if each.row), key=lambda each: (each.row[less], -each.row[more]))
    on, best, at = set[int](), -1, -1
    for each in ordered:
        if each.row[more] > best:
            best, at = each.row[more], each.row[less]
            on.add(each.number)
        elif each.row[more] == best and each.row[less] == at:
            on.add(each.number)
    return frozenset(on)
