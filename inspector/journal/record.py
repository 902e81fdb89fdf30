"""What a journal says, line by line: first the whole work, then each change of it.

A step of the history is told by what differs from the step before, so that a line is as long as the edit is large, and
not as the design.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, structs

from inspector.core.design.design import Design, Override, Stage, Stem
from inspector.core.design.history import Baseline, History, Step
from inspector.core.names import STAGES
from inspector.errors import DesignError
from inspector.session.bench import Weights, Work

VERSION = 2
MOST_BYTES = 4 * 2**20
"""What a whole work is written with of its steps beyond the first: those nearest to the current one, the newest first.

That is more than 20,000 edits of numbers. The step that it began with, and the current one, are always there.
"""


class Opened(Struct, frozen=True, omit_defaults=True):
    """The file of weights that a work was opened with: its path as the system has it, and the design they are of."""

    path: bytes
    design: Design
    take: str = ""
    has_counters: bool = True


class Written(Struct, frozen=True):
    """A work as it is written down, and the place that one stands at, by its name.

    `source` is the path of its design file as the system has it, which may be no text.
    """

    history: History
    saved: Design | None
    source: bytes = b""
    name: str = ""
    place: str = ""
    weights: Opened | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was done in it: no edit, no name."""
        return len(self.history.steps) == 1 and not self.name


def written(work: Work, place: str) -> Written:
    """A work, and the name of a place, as they are written down."""
    source = os.fsencode(work.source) if work.source else b""
    its = work.weights
    weights = Opened(os.fsencode(its.path), its.design, its.take, its.has_counters) if its else None
    return Written(work.history, work.saved, source, work.name, place, weights)


def work_of(kept: Written) -> Work:
    """The work that was written down."""
    source = Path(os.fsdecode(kept.source)) if kept.source else None
    its = kept.weights
    weights = Weights(Path(os.fsdecode(its.path)), its.design, its.take, its.has_counters) if its else None
    return Work(kept.history, kept.saved, source, kept.name, weights)


class StagePatch(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What differs of a stage: its own fields, overrides that are new or others, and blocks that have none any more."""

    fields: dict[str, int | bool] = {}
    overrides: tuple[Override, ...] = ()
    dropped: tuple[int, ...] = ()


class Patch(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What differs of a design from another."""

    fields: dict[str, str | int | tuple[int, int, int, int]] = {}
    stem: Stem | None = None
    stages: dict[str, StagePatch] = {}


_FIELDS = tuple(name for name in Design.__struct_fields__ if name not in ("stem", *STAGES))
_STAGE_FIELDS = tuple(name for name in Stage.__struct_fields__ if name != "overrides")


def patch(before: Design, after: Design) -> Patch:
    """What has to be changed of one design to have the other."""
    return Patch(
        _differing(before, after, _FIELDS),
        after.stem if after.stem != before.stem else None,
        {
            name: _stage_patch(before.stage(name), after.stage(name))
            for name in STAGES
            if before.stage(name) is not after.stage(name) and before.stage(name) != after.stage(name)
        },
    )


def _stage_patch(before: Stage, after: Stage) -> StagePatch:
    fields = _differing(before, after, _STAGE_FIELDS)
    if before.overrides is after.overrides:
        return StagePatch(fields)
    old = {each.block: each for each in before.overrides}
    changed = tuple(each for each in after.overrides if old.pop(each.block, None) != each)
    return StagePatch(fields, changed, tuple(old))


def _differing(before: Struct, after: Struct, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}


def patched(design: Design, by: Patch) -> Design:
    """A design with what differs; DesignError where that cannot be."""
    if by == _NOTHING:
        return design
    changes: dict[str, Any] = dict(by.fields)
    if by.stem is not None:
        changes["stem"] = by.stem
    for name, its in by.stages.items():
        stage = design.stage(name)
        overrides = {each.block: each for each in stage.overrides if each.block not in its.dropped}
        overrides |= {each.block: each for each in its.overrides}
        rising = tuple(overrides[block] for block in sorted(overrides))
        changes[name] = structs.replace(stage, **its.fields, overrides=rising)
    return structs.replace(design, **changes)


_NOTHING = Patch()


class Next(Struct, frozen=True, omit_defaults=True):
    """A step, by what differs from the step before; without a baseline it has that one's."""

    patch: Patch
    label: str = ""
    baseline: Baseline | UnsetType | None = UNSET


def _next(before: Step, after: Step) -> bytes:
    is_same = before.baseline is after.baseline or before.baseline == after.baseline
    said = Next(patch(before.design, after.design), after.label, UNSET if is_same else after.baseline)
    return _ENCODER.encode(said)


class Begun(Struct, frozen=True, omit_defaults=True, tag="begun", tag_field="line"):
    """All there is to a work: its first step, and the others after it; what is saved, by its difference to the first.

    `version` tells a program of another age that it cannot read it.
    """

    version: int
    first: Step
    steps: tuple[Raw, ...]
    at: int
    saved: Patch | None
    source: bytes = b""
    name: str = ""
    place: str = ""
    weights: Opened | None = None


class Moved(Struct, frozen=True, omit_defaults=True, tag="moved", tag_field="line"):
    """`steps` instead of those from number `keep` on, then step number `at` as the current one."""

    keep: int
    steps: tuple[Raw, ...]
    at: int
    place: str = ""


class Kept(Struct, frozen=True, omit_defaults=True, tag="kept", tag_field="line"):
    """Another name, or a file that it was saved to; what is saved, by its difference to the current design."""

    saved: Patch | None
    source: bytes = b""
    name: str = ""


class Whole(Struct, frozen=True, tag="whole", tag_field="line"):
    """All there is to a work, as version 1 had it."""

    work: Written
    version: int = 1


class Changed(Struct, frozen=True, tag="changed", tag_field="line"):
    """`Moved`, as version 1 had it."""

    keep: int
    steps: tuple[Step, ...]
    at: int
    place: str = ""


class Named(Struct, frozen=True, tag="named", tag_field="line"):
    """`Kept`, as version 1 had it."""

    saved: Design | None
    source: bytes
    name: str


Line = Begun | Moved | Kept
_DECODER = msgspec.json.Decoder(Begun | Moved | Kept | Whole | Changed | Named)
_STEPS = msgspec.json.Decoder(Next)
_ENCODER = msgspec.json.Encoder()

Told = MutableMapping[int, bytes]
"""Steps of a history by their number, as they were told: by what differs from the step before."""


def encoded(line: Line) -> bytes:
    """One line of a journal."""
    return _ENCODER.encode(line) + b"\n"


def begun(work: Written, told: Told | None = None) -> tuple[Begun, range]:
    """The line for all of `work`, and the numbers of the steps that it has beyond the first."""
    told = {} if told is None else told
    history = work.history
    steps, first = history.steps, history.steps[0]
    window = _window(history, told)
    lines = [_told(steps, number, told) for number in window]
    if window.start > 1 and lines:
        lines[0] = _next(first, steps[window.start])
    at = history.at - window.start + 1 if history.at else 0
    saved = None if work.saved is None else patch(first.design, work.saved)
    line = Begun(VERSION, first, tuple(map(Raw, lines)), at, saved, work.source, work.name, work.place, work.weights)
    return line, window


def _window(history: History, told: Told) -> range:
    """The steps for which there is room: up to the last as long as the current one is among them, else from that on."""
    steps = history.steps
    start, room = len(steps), MOST_BYTES
    while start > 1 and room > 0:
        start -= 1
        room -= len(_told(steps, start, told))
    if history.at >= start or history.at == 0:
        return range(start, len(steps))
    end, room = history.at, MOST_BYTES
    while end < len(steps) and room > 0:
        room -= len(_told(steps, end, told))
        end += 1
    return range(history.at, end)


def _told(steps: tuple[Step, ...], number: int, told: Told) -> bytes:
    """A step as it is told, from what was told before where it was."""
    if number not in told:
        told[number] = _next(steps[number - 1], steps[number])
    return told[number]


def changes(before: Written, after: Written, told: Told | None = None) -> Iterator[Moved | Kept]:
    """The lines that lead from one state of a work to the next; none where nothing has changed."""
    told = {} if told is None else told
    old, new = before.history, after.history
    if old is not new:
        keep = _common(old.steps, new.steps)
        for number in [number for number in told if number >= keep]:
            del told[number]
        if (keep, keep, old.at) != (len(old.steps), len(new.steps), new.at):
            steps = tuple(Raw(_told(new.steps, number, told)) for number in range(max(keep, 1), len(new.steps)))
            yield Moved(max(keep, 1), steps, new.at, after.place)
    if (before.saved, before.source, before.name) != (after.saved, after.source, after.name):
        saved = None if after.saved is None else patch(new.current, after.saved)
        yield Kept(saved, after.source, after.name)


def _common(old: tuple[Step, ...], new: tuple[Step, ...]) -> int:
    """How many steps two histories begin with in common."""
    most = min(len(old), len(new))
    for keep in (most, most - 1):
        if old[:keep] == new[:keep]:
            return max(keep, 0)
    return next(at for at in range(most) if old[at] != new[at])


class Reading:
    """A work as the lines of a journal tell it, one after another."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._at = 0
        self._rest: tuple[Design | None, bytes, str, str] = (None, b"", "", "")
        self._weights: Opened | None = None
        self.told: Told = {}

    @property
    def work(self) -> Written | None:
        """What is told so far; None before the first line."""
        if not self._steps:
            return None
        saved, source, name, place = self._rest
        return Written(History(tuple(self._steps), self._at), saved, source, name, place, self._weights)

    def take(self, line: bytes) -> None:
        """One more line. ValueError where it is damaged, does not fit, or is of a later version: then it counts not."""
        try:
            said = _DECODER.decode(line)
            if isinstance(said, Begun | Whole):
                self._begin(said)
            elif not self._steps:
                raise ValueError("a journal begins with a whole work")
            elif isinstance(said, Moved | Changed):
                self._move(said)
            else:
                current = self._steps[self._at].design
                saved = said.saved if isinstance(said, Named) else _saved(current, said.saved)
                self._rest = (saved, said.source, said.name, self._rest[3])
        except (msgspec.DecodeError, DesignError, AttributeError, TypeError, RecursionError) as error:
            raise ValueError(str(error)) from error

    def _begin(self, said: Begun | Whole) -> None:
        if said.version > VERSION:
            raise NewerError
        if isinstance(said, Whole):
            work = said.work
            steps, at = list(work.history.steps), work.history.at
            self._weights = work.weights
            self._rest, told = (work.saved, work.source, work.name, work.place), {}
        else:
            steps, at = _followed([said.first], said.steps), said.at
            self._weights = said.weights
            self._rest = (_saved(said.first.design, said.saved), said.source, said.name, said.place)
            told = dict(enumerate(map(bytes, said.steps), 1))
        _check(len(steps), at)
        self._steps, self._at, self.told = steps, at, told

    def _move(self, said: Moved | Changed) -> None:
        """Other steps, and where one stands; those that are told anew are cut off only once all of them fit."""
        least = 1 if isinstance(said, Moved) else 0
        if not least <= said.keep <= len(self._steps):
            raise ValueError("a change of steps that are not there")
        _check(said.keep + len(said.steps), said.at)
        before = self._steps[said.keep - 1]
        new = _followed([before], said.steps)[1:] if isinstance(said, Moved) else list(said.steps)
        self._steps[said.keep :] = new
        self._at = said.at
        for number in [number for number in self.told if number >= said.keep]:
            del self.told[number]
        if isinstance(said, Moved):
            self.told.update(enumerate(map(bytes, said.steps), said.keep))
        self._rest = (*self._rest[:3], said.place)


def _check(steps: int, at: int) -> None:
    if not 0 <= at < steps:
        raise ValueError("a history that stands nowhere")


class NewerError(ValueError):
    """A journal of a later version of the program: it is left alone."""


def _saved(current: Design, said: Patch | None) -> Design | None:
    return None if said is None else patched(current, said)


def _followed(steps: list[Step], said: Iterable[Raw]) -> list[Step]:
    """Some steps, and those behind them, each told by what differs."""
    for raw in said:
        each, before = _STEPS.decode(raw), steps[-1]
        baseline = before.baseline if each.baseline is UNSET else each.baseline
        steps.append(Step(patched(before.design, each.patch), each.label, baseline))
    return steps


def read(lines: Iterable[bytes]) -> Written | None:
    """The work as the last whole line leaves it; None where not even the first line is whole.

    A line that is cut off, or damaged, ends the reading: what came before it counts.
    """
    return reading(lines)[0].work


def reading(lines: Iterable[bytes]) -> tuple[Reading, bool]:
    """What lines tell, and whether all of them counted."""
    told = Reading()
    for line in lines:
        if not line.endswith(b"\n"):
            return told, False
        try:
            told.take(line)
        except NewerError:
            raise
        except ValueError:
            return told, False
    return told, True
