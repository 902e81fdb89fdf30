"""Two networks timed in turn: how many times as long one takes as the other, and whether that can be told at all."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

from msgspec import Struct

from inspector.core.measures.latency import Spread, Timing, spread
from inspector.speech import say, some

LEAST = 5
"""Rounds below which nothing is said of which is faster."""


class Race(Struct, frozen=True):
    """Two networks that ran in turn, round by round.

    `ratio` is the median of the rounds' ratios, the second's seconds by the first's, with its quartiles, all on a scale
    of logarithms, so that turned round it is 1 / ratio. `spreads` are both networks' own relative spreads.
    """

    rounds: int
    ratio: Spread
    spreads: tuple[float, float]

    @property
    def difference(self) -> float:
        """By what share the slower one takes longer than the faster one."""
        return max(self.ratio.median, 1 / self.ratio.median) - 1

    @property
    def is_clear(self) -> bool:
        """Whether it can be told which is faster: the difference is larger than either spread, and 1 not in between."""
        holds_one = self.ratio.low <= 1 <= self.ratio.high
        return self.rounds >= LEAST and self.difference > max(self.spreads) and not holds_one


def race(first: Timing, second: Timing) -> Race:
    """What came of two networks that ran in turn. ValueError where they did not run equally often."""
    ratios = [after / before for before, after in zip(first.runs, second.runs, strict=True)]
    return Race(len(ratios), _geometric(ratios), (first.whole.relative, second.whole.relative))


def _geometric(ratios: Sequence[float]) -> Spread:
    logs = spread([log(each) for each in ratios])
    return Spread(exp(logs.median), exp(logs.low), exp(logs.high))


def verdict(race: Race, first: str, second: str) -> str:
    """What came of it in a sentence, with the names of both; where nothing can be told, why."""
    low, ratio, high = (f"{each:.3f}" for each in (race.ratio.low, race.ratio.median, race.ratio.high))
    within = some(
        race.rounds,
        "{low} to {high} in the middle half of {n} round",
        "{low} to {high} in the middle half of {n} rounds",
        low=low,
        high=high,
    )
    if race.is_clear:
        words = say("{second} takes {ratio} times as long as {first}", second=second, ratio=ratio, first=first)
        return f"{words} ({within})"
    words = say("no verdict on {second} against {first}", second=second, first=first)
    return f"{words}: {_reason(race, first, second)}; {say('measured a ratio of {ratio}', ratio=ratio)} ({within})"


def _reason(race: Race, first: str, second: str) -> str:
    """Why nothing can be told."""
    if race.rounds < LEAST:
        return say("it takes {least} rounds at least", least=LEAST)
    widest = max(race.spreads)
    if race.difference > widest:
        return say("the ratios of the middle half of the rounds have 1 between them")
    return say(
        "the times of {name} spread by {spread} % (IQR / median), no less than the difference of {difference} %",
        name=(first, second)[race.spreads.index(widest)],
        spread=f"{100 * widest:.1f}",
        difference=f"{100 * race.difference:.1f}",
    )
