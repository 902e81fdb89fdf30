"""What the panes show: all of it follows from a bench."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from inspector.core.budgets.budget import NONE, Budget
from inspector.core.design.differences import version
from inspector.core.design.presets import preset
from inspector.core.explain.facts import Fact
from inspector.core.explain.subject import Subject, subject
from inspector.core.measures.counting import CONVENTIONS, Convention
from inspector.core.measures.latency import Timed, Timing
from inspector.core.measures.latency_words import milliseconds, percent
from inspector.core.network.network import Network
from inspector.core.network.node import Where
from inspector.core.units import dims
from inspector.session.bench import Bench, Look, Weights, network_of
from inspector.speech import say

if TYPE_CHECKING:
    from inspector.core.weights.survival import Survival


class View(NamedTuple):
    """The network, what it is compared with, where one is in it, and how it is shown.

    `previous` is the network before the last edit, None where there was none; `against` is the baseline's name.
    `weights` are those that were opened, or that the design's preset has: what of them survives is shown. `timing` is
    what the design was measured to take, if it was; `budget` is what it is held against.
    """

    network: Network
    previous: Network | None
    baseline: Network
    against: str
    where: Where
    look: Look
    weights: Weights | None = None
    timing: Timing | None = None
    budget: Budget = NONE

    @property
    def pretrained(self) -> Network:
        """The network that the weights are of: those of its preset where none were opened."""
        return network_of(self.weights.design if self.weights else preset(self.network.design.base))

    @property
    def is_carried(self) -> bool:
        """Whether it is of interest what of the weights survives: they were opened, or anything was edited."""
        return self.weights is not None or self.network is not self.pretrained

    @property
    def survival(self) -> Survival:
        """What of the weights survives."""
        from inspector.core.weights.survival import survival

        found = survival(self.pretrained, self.network)
        return found if self.weights is None or self.weights.has_counters else found.without_counters

    @property
    def counting(self) -> Convention:
        """Whose counting is shown."""
        return CONVENTIONS[self.look.counting]

    def is_as(self, other: View | None) -> bool:
        """Whether all that is shown is the same, the very networks included."""
        if other is None or not self.has_networks_of(other):
            return False
        return (self.where, self.look, self.budget) == (other.where, other.look, other.budget)

    def has_networks_of(self, other: View | None) -> bool:
        """Whether the networks are the very same, and the baseline's name."""
        return (
            other is not None
            and self.network is other.network
            and self.previous is other.previous
            and self.baseline is other.baseline
            and self.against == other.against
            and self.weights is other.weights
            and self.timing is other.timing
        )


def seen(bench: Bench) -> View:
    """What the panes show of a bench."""
    previous, baseline = bench.history.previous, bench.baseline
    return View(
        bench.network,
        None if previous is None else network_of(previous),
        network_of(baseline.design),
        baseline.label,
        bench.where,
        bench.look,
        bench.work.weights,
        bench.clock.timing if bench.clock is not None and bench.clock.design is bench.design else None,
        bench.budget,
    )


def timed(timing: Timing) -> dict[Where, Timed]:
    """What each place took."""
    for known, found in _TIMED:
        if known is timing:
            return found
    found = {each.where: each for each in timing.places}
    _TIMED.append((timing, found))
    return found


_TIMED: deque[tuple[Timing, dict[Where, Timed]]] = deque(maxlen=2)
"""The timings looked at last, by place."""


class Title(NamedTuple):
    """What the title says: the design and its version, whether it is edited and unsaved, its name, its input."""

    design: str
    is_edited: bool
    is_unsaved: bool
    name: str
    input: str
    work: str = ""


def title(bench: Bench) -> Title:
    """What is open: the design in sight, by its name or file, and which of several it is."""
    design, work = bench.design, bench.work
    many = say("{n} of {count}", n=bench.at + 1, count=len(bench.designs)) if len(bench.designs) > 1 else ""
    return Title(
        f"{design.base} {version(design)}".rstrip(),
        design != (work.weights.design if work.weights else preset(design.base)),
        bench.here.is_unsaved,
        "  ".join(part for part in (work.title, many) if part),
        dims(design.input),
        bench.clock.words if bench.clock is not None and bench.clock.is_running else "",
    )


def told(view: View) -> Subject:
    """What the detail says of the place that one stands at; what it took, where that was measured."""
    said = subject(view.network, view.baseline, view.against, view.network.at(view.where))
    took = timed(view.timing).get(view.where) if view.timing is not None else None
    if took is None:
        return said
    of = took.seconds
    spread = say("{low} to {high}", low=milliseconds(of.low), high=milliseconds(of.high))
    words = f"{milliseconds(of.median)} ms  {percent(took.share)} %"
    costs = (say("params"), "MACs", say("output"))
    at = 1 + max((number for number, fact in enumerate(said.facts) if fact.label in costs), default=-1)
    fact = Fact(say("time"), (words, spread))
    return said._replace(facts=(*said.facts[:at], fact, *said.facts[at:]))
