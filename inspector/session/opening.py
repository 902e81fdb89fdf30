"""Several designs: opened, gone to, named, copied, closed, compared; and work that was not saved, found again."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from inspector.core.budgets.budget import NONE, Budget
from inspector.core.design.design import Design
from inspector.core.design.history import Baseline, History
from inspector.core.design.presets import preset
from inspector.core.network.node import Where
from inspector.outside import shown
from inspector.session.bench import Bench, Offer, Opened, Weights, Work, network_of
from inspector.session.editing import become
from inspector.session.outcome import Outcome, Recall, Say, asking, saying
from inspector.speech import say, some


def open_design(
    bench: Bench,
    design: Design,
    source: Path | None = None,
    weights: Weights | None = None,
    words: str = "",
    budget: Budget = NONE,
) -> Outcome:
    """Open one more design and go to it; one that nothing was done in makes room for it.

    `words` tell of weights, `budget` is that of its file.
    """
    after = _opened(bench, work_on(design, design, source, weights), budget=budget)
    return Outcome(after, (Say(words, 6),) if words else ())


def work_on(design: Design, saved: Design, source: Path | None = None, weights: Weights | None = None) -> Work:
    """The work on a design that begins: with weights, what they are of is what it is measured against."""
    history = History.of(design)
    if weights is not None:
        history = History.of(design, Baseline(weights.design, weights.name))
    return Work(history, saved, source, weights=weights)


def _opened(bench: Bench, work: Work, where: Where = (), offer: int = 0, budget: Budget = NONE) -> Bench:
    there = [each for each in bench.designs if not each.is_untouched]
    one = Opened(bench.counter, work, where, offer=offer, budget=budget)
    return structs.replace(bench, designs=(*there, one), at=len(there), counter=bench.counter + 1)


def switch(bench: Bench, at: int) -> Bench:
    """Go to another open design, where one left it."""
    return structs.replace(bench, at=min(max(at, 0), len(bench.designs) - 1))


def next_design(bench: Bench) -> Bench:
    """Go to the next design, round and round."""
    return switch(bench, (bench.at + 1) % len(bench.designs))


def previous_design(bench: Bench) -> Bench:
    """Go to the design before."""
    return switch(bench, (bench.at - 1) % len(bench.designs))


def only_one(bench: Bench) -> str:
    """Why there is no other design to go to, if so."""
    return "" if len(bench.designs) > 1 else say("one design is open; w opens another")


def ask_designs(bench: Bench) -> Outcome:
    """List the open designs."""
    return asking(bench, "designs", bench.at)


def ask_new(bench: Bench) -> Outcome:
    """Ask for a preset or a design file to open."""
    return asking(bench, "choose", "open")


def copy(bench: Bench, at: int) -> Outcome:
    """Put a copy behind a design, unsaved work of its own, and go to it."""
    at = min(max(at, 0), len(bench.designs) - 1)
    one = bench.designs[at]
    base = preset(one.work.history.current.base)
    work = structs.replace(one.work, name=say("{name} copy", name=one.work.label), saved=base, source=None)
    twin = structs.replace(one, number=bench.counter, work=work, offer=0)
    designs = (*bench.designs[: at + 1], twin, *bench.designs[at + 1 :])
    after = structs.replace(bench, designs=designs, at=at + 1, counter=bench.counter + 1)
    return asking(after, "designs", at + 1)


def rename(bench: Bench, at: int, name: str) -> Outcome:
    """Give a design another name; whoever stands elsewhere stays there."""
    at = min(max(at, 0), len(bench.designs) - 1)
    one = bench.designs[at]
    named = structs.replace(one, work=structs.replace(one.work, name=shown(name)))
    after = structs.replace(bench, designs=(*bench.designs[:at], named, *bench.designs[at + 1 :]))
    return asking(after, "designs", at)


def close(bench: Bench, at: int) -> Outcome:
    """Close a design, its unsaved work kept for a while; what can be kept nowhere is not closed."""
    at = min(max(at, 0), len(bench.designs) - 1)
    closed = bench.designs[at]
    if len(bench.designs) == 1:
        return asking(bench, "designs", at, say("the last design stays open; q quits"))
    if closed.work.is_unsaved and closed.work.is_begun and closed.number not in bench.kept:
        words = say("it is not saved and cannot be kept: save it first, with ^s")
        return asking(bench, "designs", at, words)
    there = (*bench.designs[:at], *bench.designs[at + 1 :])
    here = min(bench.at - (bench.at > at), len(there) - 1)
    after = structs.replace(bench, designs=there, at=here)
    is_kept = closed.number in bench.kept and closed.work.is_unsaved
    told = say("closed; W opens it again within 30 days") if is_kept else ""
    return asking(after, "designs", min(at, len(there) - 1), told)


def compare(bench: Bench, at: int) -> Outcome:
    """Make another design the baseline of the one in sight; of two the other one, whichever is pointed at."""
    if at == bench.at and len(bench.designs) == 2:
        at = 1 - at
    if at == bench.at or not 0 <= at < len(bench.designs):
        words = say("point at another design to compare this one with it")
        return asking(bench, "designs", bench.at, words)
    work = bench.designs[at].work
    return compare_with(bench, work.history.current, work.title)


def compare_with(bench: Bench, design: Design, name: str) -> Outcome:
    """Measure differences against another design from now on; undo takes that back like any edit."""
    baseline = Baseline(design, name)
    history = bench.history.compared(baseline)
    words = say(
        "differences are measured against {name}; d shows them in the tree, u takes it back", name=baseline.label
    )
    if history is bench.history:
        words = say("differences are measured against {name} already", name=baseline.label)
    return Outcome(become(bench, history), (Say(words, 4),))


def baseline_here(bench: Bench) -> Outcome:
    """Make the design in sight, as it is now, what it is measured against."""
    return compare_with(bench, bench.design, bench.work.title)


def ask_baseline(bench: Bench) -> Outcome:
    """Ask for another baseline: a preset, a design file, or an open design."""
    return asking(bench, "choose", "compare")


def ask_history(bench: Bench) -> Outcome:
    """List every edit and its effect."""
    return asking(bench, "history")


def offered(
    bench: Bench, offers: tuple[Offer, ...], kept: frozenset[int] | None = None, *, is_asked: bool = False
) -> Bench | Outcome:
    """Offer work that was not saved; list it, where that was asked for. `kept` are designs that are in journals."""
    bench = structs.replace(bench, offers=offers, kept=bench.kept if kept is None else kept)
    if not is_asked:
        return bench
    return asking(bench, "recover") if offers else saying(bench, say("there is no earlier work"), 2)


def earlier(bench: Bench) -> Outcome:
    """List the work that was not saved: what is offered first, then what was left earlier."""
    return Outcome(bench, (Recall("look"),))


def resume(bench: Bench, keys: tuple[int, ...]) -> Outcome:
    """Go on with some of the work found, with its history and at its place; the rest is kept for a while."""
    wanted = [offer for offer in bench.offers if offer.key in keys]
    rest = tuple(offer.key for offer in bench.offers if offer.key not in keys)
    bench = structs.replace(bench, offers=())
    for offer in wanted:
        place = network_of(offer.work.history.current).get(offer.place)
        bench = _opened(bench, offer.work, place.where if place else (), offer.key)
    return Outcome(bench, (Recall("set aside", rest),) if rest else ())


def forget(bench: Bench, keys: tuple[int, ...]) -> Outcome:
    """Throw some of the work found away; the rest is kept for a while."""
    known = tuple(offer.key for offer in bench.offers)
    thrown = tuple(key for key in known if key in keys)
    rest = tuple(key for key in known if key not in keys)
    words = some(len(thrown), "{n} work forgotten", "{n} works forgotten")
    effects = (Recall("forget", thrown), Recall("set aside", rest), Say(words, 2))
    return Outcome(structs.replace(bench, offers=()), effects)


def decline(bench: Bench) -> Outcome:
    """Leave the work found as it is; it is kept for a while."""
    keys = tuple(offer.key for offer in bench.offers)
    return Outcome(structs.replace(bench, offers=()), (Recall("set aside", keys),))
