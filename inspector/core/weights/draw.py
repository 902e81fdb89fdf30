"""Which channels of an old space those of a new one are: all of them, the strongest, or all and more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

from msgspec import Struct

NEW = -1
"""The origin of a channel that is none of the old ones."""

Scores = Mapping[str, Sequence[float]]
"""How strong each channel is, by the name of its space."""


class Draw(Struct, frozen=True):
    """How the channels of `space`, of the new network, follow from those of `source`, of the old.

    `layout` and `was` are groups and channels a group: old channel k of group j becomes channel k of group j, so that
    channels stay in their groups. Where fewer groups are kept, the spaces in `together` choose them.
    """

    space: str
    source: str
    layout: tuple[int, int]
    was: tuple[int, int]
    together: tuple[str, ...] = ()

    @property
    def channels(self) -> int:
        """Channels of the new space."""
        return self.layout[0] * self.layout[1]

    @property
    def of(self) -> int:
        """Channels of the old space."""
        return self.was[0] * self.was[1]

    @property
    def is_whole(self) -> bool:
        """Whether every channel stays where it was, and none is added."""
        return self.layout == self.was

    @property
    def is_shrunk(self) -> bool:
        """Whether some of the old channels are left out."""
        return self.layout[0] < self.was[0] or self.layout[1] < self.was[1]

    @property
    def is_grown(self) -> bool:
        """Whether there are channels that are none of the old ones."""
        return self.layout[0] > self.was[0] or self.layout[1] > self.was[1]


def is_possible(layout: tuple[int, int], was: tuple[int, int]) -> bool:
    """Whether channels can stay in their groups: not where those are more and narrower, or fewer and wider."""
    return (layout[0] - was[0]) * (layout[1] - was[1]) >= 0


def origins(draw: Draw, scores: Scores) -> tuple[int, ...]:
    """The old channel, from 0, that each new one is, or NEW.

    Kept channels stay in their old order, of each group the same number; of equally strong ones the lower is kept.
    `scores` is read for the spaces that shrink alone.
    """
    groups, width = draw.layout
    old_groups, old_width = draw.was
    found: list[int] = []
    for number in _groups(draw, scores):
        first = number * old_width
        inside: Sequence[int] = range(old_width)
        if width < old_width:
            inside = strongest(scores[draw.source][first : first + old_width], width)
        found += [first + channel for channel in inside]
        found += [NEW] * (width - len(inside))
    return (*found, *[NEW] * (max(groups - old_groups, 0) * width))


def strongest(scores: Sequence[float], count: int) -> list[int]:
    """Where the `count` highest scores are, in their order; what is no number is below all others."""
    ranked = sorted(range(len(scores)), key=lambda at: (isnan(scores[at]), -scores[at], at))
    return sorted(ranked[:count])


def _groups(draw: Draw, scores: Scores) -> Sequence[int]:
    """The old groups that are kept."""
    kept, there = draw.layout[0], draw.was[0]
    if kept >= there:
        return range(there)
    sums = [0.0] * there
    for name in draw.together or (draw.source,):
        width = len(scores[name]) // there
        for group in range(there):
            sums[group] += sum(scores[name][group * width : (group + 1) * width])
    return strongest(sums, kept)
