"""How long each layer takes: measured on request in a process of its own, and shown as the share of time."""

from __future__ import annotations

from msgspec import structs

from inspector.core.design.design import Design
from inspector.core.measures.latency import Timing
from inspector.core.measures.latency_words import milliseconds
from inspector.session.bench import Bench, Clock
from inspector.session.outcome import Outcome, Run, Say
from inspector.speech import say


def measure(bench: Bench) -> Outcome:
    """Have the design in sight measured; while that is going on, end it."""
    clock = bench.clock
    if clock is not None and clock.is_running:
        after = structs.replace(bench, clock=None)
        return Outcome(after, (Run("stop", clock.design), Say(say("no longer measured"), 2)))
    words = say("measuring; K ends it")
    return Outcome(structs.replace(bench, clock=Clock(bench.design, words=words)), (Run("time", bench.design),))


def progress(bench: Bench, design: Design, words: str) -> Bench:
    """The process says how far it is; of what is no longer measured it is no news."""
    if bench.clock is None or bench.clock.design is not design or not bench.clock.is_running:
        return bench
    return structs.replace(bench, clock=Clock(design, words=words))


def done(bench: Bench, design: Design, timing: Timing | None, problem: str) -> Outcome:
    """The process has measured, or says why not; the bar is the share of time from now on."""
    if bench.clock is None or bench.clock.design is not design:
        return Outcome(bench)
    if timing is None:
        words = say("not measured: {problem}", problem=problem)
        return Outcome(structs.replace(bench, clock=None), (Say(words, 6, "warning"),))
    look = bench.look._replace(share="time")
    return Outcome(structs.replace(bench, clock=Clock(design, timing), look=look), (Say(_told(timing), 8),))


def _told(timing: Timing) -> str:
    """The whole run and what takes most of it, in words."""
    whole, setup = timing.whole, timing.conditions.setup
    longest = max(timing.operations, key=lambda each: each.seconds.median)
    words = say(
        "{time} ms a run ({low} to {high}), {threads} threads; {place} takes most, {its} ms",
        time=milliseconds(whole.median),
        low=milliseconds(whole.low),
        high=milliseconds(whole.high),
        threads=setup.threads,
        place=longest.name,
        its=milliseconds(longest.seconds.median),
    )
    return words if timing.is_quiet else f"{words} {say('The machine is busy: the runs differ widely.')}"
