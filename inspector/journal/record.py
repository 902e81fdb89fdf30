"""What a journal says, line by line: first the whole work, then each change of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from inspector.core.design.design import Design
from inspector.core.design.history import History, Step
from inspector.errors import DesignError
from inspector.session.bench import Work

MOST_STEPS = 1000
"""Steps of a history that a whole work is written with: the newest ones."""


class Written(Struct, frozen=True):
    """A work as it is written down, and the place that one stands at, by its name.

    `source` is the path of its design file as the system has it, which may be no text.
    """

    history: History
    saved: Design | None
    source: bytes = b""
    name: str = ""
    place: str = ""


def written(work: Work, place: str) -> Written:
    """A work, and the name of a place, as they are written down."""
    source = os.fsencode(work.source) if work.source else b""
    return Written(work.history, work.saved, source, work.name, place)


def work_of(kept: Written) -> Work:
    """The work that was written down."""
    source = Path(os.fsdecode(kept.source)) if kept.source else None
    return Work(kept.history, kept.saved, source, kept.name)


class Whole(Struct, frozen=True, tag="whole", tag_field="line"):
    """All there is to a work."""

    work: Written
    version: int = 1


class Changed(Struct, frozen=True, tag="changed", tag_field="line"):
    """`steps` instead of those from number `keep` on, then step number `at` as the current one."""

    keep: int
    steps: tuple[Step, ...]
    at: int
    place: str = ""


class Named(Struct, frozen=True, tag="named", tag_field="line"):
    """Another name, or a file that it was saved to."""

    saved: Design | None
    source: bytes
    name: str


_Line = Whole | Changed | Named
_DECODER = msgspec.json.Decoder(_Line)
_ENCODER = msgspec.json.Encoder()


def encoded(line: _Line) -> bytes:
    """One line of a journal."""
    return _ENCODER.encode(line) + b"\n"


def whole(work: Written) -> Whole:
    """The line for all of `work`, its newest steps alone where there are too many."""
    dropped = surplus(work.history)
    history = History(work.history.steps[dropped:], work.history.at - dropped)
    return Whole(msgspec.structs.replace(work, history=history))


def surplus(history: History) -> int:
    """How many of the oldest steps are left out of a whole work; never the current one."""
    return max(min(len(history.steps) - MOST_STEPS, history.at), 0)


def changes(before: Written, after: Written) -> Iterator[Changed | Named]:
    """The lines that lead from one state of a work to the next; none where nothing has changed."""
    old, new = before.history, after.history
    if old is not new:
        keep = _common(old.steps, new.steps)
        if (keep, keep, old.at) != (len(old.steps), len(new.steps), new.at):
            yield Changed(keep, new.steps[keep:], new.at, after.place)
    if (before.saved, before.source, before.name) != (after.saved, after.source, after.name):
        yield Named(after.saved, after.source, after.name)


def _common(old: tuple[Step, ...], new: tuple[Step, ...]) -> int:
    """How many steps two histories begin with in common."""
    most = min(len(old), len(new))
    for keep in (most, most - 1):
        if old[:keep] == new[:keep]:
            return max(keep, 0)
    return next(at for at in range(most) if old[at] != new[at])


def read(lines: Iterable[bytes]) -> Written | None:
    """The work as the last whole line leaves it; None where not even the first line is whole.

    A line that is cut off, or damaged, ends the reading: what came before it counts.
    """
    work: Written | None = None
    for line in lines:
        if not line.endswith(b"\n"):
            break
        try:
            work = after(work, line)
        except ValueError:
            break
    return work


def after(work: Written | None, line: bytes) -> Written:
    """A work after one more line; ValueError where the line is damaged, or does not fit it."""
    try:
        return _after(work, _DECODER.decode(line))
    except (msgspec.DecodeError, DesignError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error


def _after(work: Written | None, line: _Line) -> Written:
    """A work after one more line; ValueError where the line does not fit it."""
    if isinstance(line, Whole):
        return _checked(line.work)
    if work is None:
        raise ValueError("a journal begins with a whole work")
    if isinstance(line, Named):
        return msgspec.structs.replace(work, saved=line.saved, source=line.source, name=line.name)
    steps = (*work.history.steps[: line.keep], *line.steps)
    if line.keep > len(work.history.steps):
        raise ValueError("a change of steps that are not there")
    return _checked(msgspec.structs.replace(work, history=History(steps, line.at), place=line.place))


def _checked(work: Written) -> Written:
    if not 0 <= work.history.at < len(work.history.steps):
        raise ValueError("a history that stands nowhere")
    return work
