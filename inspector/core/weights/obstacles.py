"""What stands between an edit and the function that the old weights compute, known before anything is done."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from msgspec import Struct

from inspector.core.network.node import Window
from inspector.core.weights.spaces import CLASSES, Spaces
from inspector.speech import later, say


class Cost(IntEnum):
    """What an obstacle takes from the promise, from nothing to all of it."""

    NOTHING = 0
    TRAIN = 1
    PART = 2
    ALL = 3


class Row(Struct, frozen=True):
    """One kind of obstacle: what it costs, and what is said of it.

    What costs TRAIN leaves the outputs as they are in eval mode alone, PART nearly as they are, ALL not at all.
    """

    cost: Cost
    words: str


ROWS: dict[str, Row] = {
    "block": Row(Cost.ALL, later("block {before} → {after}: other convolutions in every block")),
    "stride": Row(Cost.ALL, later("{place}: stride {before} → {after}, so it reads other positions")),
    "dilation": Row(Cost.ALL, later("{place}: dilation {before} → {after}, so its filters reach for other positions")),
    "pool": Row(Cost.ALL, later("the stem's max pool {before} → {after}: all behind it sees other maps")),
    "merged": Row(Cost.ALL, later("{place}: its projection is gone; {before} and {after} become one set of channels")),
    "removed": Row(Cost.ALL, later("{place} is gone, and with it what it added")),
    "groups": Row(
        Cost.ALL,
        later(
            "{place}: {before} channels → {after}: none can stay in its group, so what makes and reads them is random"
        ),
    ),
    "random": Row(Cost.ALL, later("{before} of {after} tensors do not fit and start at random")),
    "shrunk": Row(
        Cost.PART, later("{before} of {after} sets of channels shrink, which pad cannot fill up: they are sliced")
    ),
    "sliced": Row(Cost.PART, later("{place}: {before} channels → {after}, the strongest are kept")),
    "cropped": Row(Cost.PART, later("{place}: kernel {before} → {after}, the middle is kept")),
    "repeated": Row(Cost.PART, later("input channels {before} → {after}: filters are repeated and scaled")),
    "projection": Row(
        Cost.TRAIN, later("{place}: a new projection passes its input on; in train mode it normalises it")
    ),
    "made": Row(
        Cost.TRAIN,
        later("{before} shortcuts had no weights: as projections they normalise in train mode, too"),
    ),
    "norm": Row(Cost.TRAIN, later("norm {before} → {after}: the same in eval mode alone")),
    "summed": Row(Cost.NOTHING, later("input channels {before} → {after}: exact where all of them hold one picture")),
    "added": Row(Cost.NOTHING, later("input channels {before} → {after}: the new ones are read, with weights of zero")),
    "tiled": Row(Cost.NOTHING, later("input channels {before} → {after}: exact where they hold the old ones again")),
    "features": Row(Cost.NOTHING, later("{before} features leave → {after}: the new ones stand behind the old")),
    "classes": Row(Cost.NOTHING, later("num_classes {before} → {after}: fc starts at random, whatever the policy")),
    "no fc": Row(Cost.NOTHING, later("num_classes {before} → {after}: fc is gone, the pooled features leave")),
    "new fc": Row(Cost.NOTHING, later("num_classes {before} → {after}: fc is new and starts at random")),
}
"""Every kind of obstacle."""


class Obstacle(Struct, frozen=True):
    """One obstacle: its kind, where it stands, and the two values that it is about."""

    kind: str
    place: str = ""
    before: str = ""
    after: str = ""

    @property
    def cost(self) -> Cost:
        """What it takes from the promise."""
        return ROWS[self.kind].cost

    @property
    def words(self) -> str:
        """What is said of it, in the language that is spoken."""
        return say(ROWS[self.kind].words, place=self.place, before=self.before, after=self.after)


def of_edit(old: Spaces, new: Spaces) -> Iterator[Obstacle]:
    """What the edit itself costs, whatever the policy."""
    yield from _of_windows(old, new)
    if has_other_blocks(old, new):
        before, after = ("bottleneck" if _depth(each) == 3 else "basic" for each in (old, new))
        yield Obstacle("block", "", before, after)
    else:
        yield from _of_blocks(old, new)
    before, after = ("batch" if _counts_batches(each) else "frozen" for each in (old, new))
    if before != after:
        yield Obstacle("norm", "", before, after)
    classes = old.channels.get(CLASSES, 0), new.channels.get(CLASSES, 0)
    if classes[0] != classes[1]:
        name = "classes" if all(classes) else "new fc" if classes[1] else "no fc"
        yield Obstacle(name, "", str(classes[0]), str(classes[1]))


def has_other_blocks(old: Spaces, new: Spaces) -> bool:
    """Whether the blocks of the two networks are of different kinds."""
    return _depth(old) != _depth(new)


def _depth(of: Spaces) -> int:
    """The convolutions of a block."""
    first = next(iter(of.entering))
    return sum(f"{first}.conv{number}" in of.windows for number in (1, 2, 3))


def _counts_batches(of: Spaces) -> bool:
    return any(not role.shape for role in of.roles.values())


def _of_blocks(old: Spaces, new: Spaces) -> Iterator[Obstacle]:
    for path in old.entering:
        if path not in new.entering:
            yield Obstacle("removed", path)
        elif path in old.projected - new.projected:
            yield Obstacle("merged", path, old.entering[path], old.leaving[path])
    for path in new.entering:
        if path in new.projected - old.projected:
            yield Obstacle("projection", path)


def _of_windows(old: Spaces, new: Spaces) -> Iterator[Obstacle]:
    """What slides otherwise: of each stage the first convolution alone."""
    told = set()
    for path in dict.fromkeys([*old.windows, *new.windows]):
        before, after = old.windows.get(path), new.windows.get(path)
        top = path.partition(".")[0]
        if "." not in path and (before is None or after is None):
            yield Obstacle("pool", "", *("on" if each else "off" for each in (before, after)))
        if before is None or after is None or ("." in path and has_other_blocks(old, new)):
            continue
        for obstacle in _of_window(path, before, after):
            if (top, obstacle.kind) not in told:
                told.add((top, obstacle.kind))
                yield obstacle


def _of_window(path: str, before: Window, after: Window) -> Iterator[Obstacle]:
    if before.stride != after.stride:
        yield Obstacle("stride", path, str(before.stride), str(after.stride))
    if before.dilation != after.dilation:
        yield Obstacle("dilation", path, str(before.dilation), str(after.dilation))
    if before.kernel > after.kernel:
        yield Obstacle("cropped", path, str(before.kernel), str(after.kernel))
