"""Work on networks of any size in pieces: a generator tells the effort of each step, and ends with what it found."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from msgspec import structs

from inspector.core.design.design import Design, Override
from inspector.core.design.differences import Edited, edits
from inspector.core.design.edit import with_block
from inspector.core.names import STAGES

Found = TypeVar("Found")

Pieces = Generator[int, None, Found]
"""Steps of work, told by their effort, and what was found in the end."""

PASSED = 512
"""Blocks that are passed by in one step at most, none of them looked into: an effort of 1 each, some 1 µs."""
LOOKED_INTO = 192
"""The effort of comparing two blocks, operation by operation; that of ranking one, and of finding an edit, is less."""
RANKED = EDITED = 16


def whole(pieces: Pieces[Found]) -> Found:
    """What some work finds, all of it done at once."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            found: Found = end.value
            return found


Mark = TypeVar("Mark", bound=Hashable)


class Run(NamedTuple, Generic[Mark]):
    """Neighbours with the same mark: the number of the first, how many there are, and the mark."""

    first: int
    times: int
    mark: Mark


def runs(marks: Iterable[Mark], effort: int = PASSED) -> Iterator[Run[Mark] | int]:
    """Runs of equal marks, in their order; between them `effort` for each PASSED that were compared."""
    marks = iter(marks)
    first = count = 0
    for last in marks:
        for count, mark in enumerate(marks, 1):
            if mark != last:
                yield Run(first, count - first, last)
                first, last = count, mark  # noqa: PLW2901  # the loop goes round once
            if count % PASSED == 0:
                yield effort
        yield Run(first, count + 1 - first, last)


def edits_in_pieces(design: Design, before: Design) -> Pieces[dict[str, Edited]]:
    """What `edits` tells of two designs, by address: those of overrides last, a few blocks a step."""
    found = {each.address: each for each in edits(only(design, {}), only(before, {}))}
    if before.block != design.block:
        before = with_block(before, design.block)
    for stage in STAGES:
        old, new = before.stage(stage).overrides, design.stage(stage).overrides
        if old is new:
            continue
        known = set(map(id, old)) & set(map(id, new))
        theirs = [{each.block: each for each in both if id(each) not in known} for both in (new, old)]
        blocks = iter(
            [block for block in sorted({*theirs[0], *theirs[1]}) if theirs[0].get(block) != theirs[1].get(block)]
        )
        while some := list(islice(blocks, PASSED // EDITED)):
            pair = [
                only(each, {stage: [own[block] for block in some if block in own]})
                for each, own in zip((design, before), theirs, strict=True)
            ]
            found |= {each.address: each for each in edits(*pair)}
            yield PASSED
    return found


def only(design: Design, overrides: dict[str, Sequence[Override]]) -> Design:
    """A design with some overrides and no others."""
    stages = {
        name: structs.replace(design.stage(name), overrides=tuple(overrides.get(name, ())))
        for name in STAGES
        if design.stage(name).overrides or name in overrides
    }
    return structs.replace(design, **stages)
