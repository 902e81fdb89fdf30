"""What the stages of a design end in, with either kind of block: what something behind them was built for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.names import STAGES, BlockKind
from inspector.errors import DesignError


class End(NamedTuple):
    """A stage with a kind of block, and the maps that it ends in."""

    stage: str
    kind: BlockKind
    maps: int


def ends_in(counts: Sequence[int], design: Design) -> list[End | None]:
    """Which stage ends in each of some numbers of maps, of a design or of the same with the other kind of block.

    Where two of them are the same stage's with either kind, it is that one.
    """
    ends = list(all_ends(design))
    both = (
        [one, other]
        for one in ends
        for other in ends
        if one.stage == other.stage and one.kind != other.kind and [one.maps, other.maps] == list(counts)
    )
    pair = next(both, None)
    return [*pair] if pair else [next((end for end in ends if end.maps == count), None) for count in counts]


def all_ends(design: Design) -> Iterator[End]:
    """What each stage ends in, with the design's own kind of block and with the other."""
    kinds: tuple[BlockKind, ...] = ("bottleneck", "basic")
    for kind in sorted(kinds, key=lambda each: each != design.block):
        with suppress(DesignError):
            other = edit(design, f"block={kind}")
            for stage in STAGES:
                values = other.stage(stage)
                yield End(stage, kind, values.filters(kind, values.blocks)[-1])
