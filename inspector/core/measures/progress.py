"""How far a measurement of time is, in words."""

from __future__ import annotations

from math import ceil

from msgspec import Struct

from inspector.speech import say

_LONG = 100
"""Seconds from which on minutes are told."""


class Progress(Struct, frozen=True):
    """So many rounds are done, of which the first `warm_up` do not count, and about so many seconds are left."""

    done: int
    warm_up: int
    rounds: int
    left: float

    @property
    def words(self) -> str:
        """Which run it is at, and how long the rest takes, by what the ones before took."""
        if self.left < _LONG:
            left = say("about {n} s left", n=ceil(self.left))
        else:
            left = say("about {n} min left", n=ceil(self.left / 60))
        if self.done <= self.warm_up:
            run = say("warm-up {n} of {count}", n=self.done, count=self.warm_up)
        else:
            run = say("run {n} of {count}", n=self.done - self.warm_up, count=self.rounds - self.warm_up)
        return f"{run}, {left}"
