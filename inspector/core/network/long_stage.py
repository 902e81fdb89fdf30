"""A stage of many blocks that differ: its sums follow from the channels, a block is made when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, repeat
from operator import mul, ne
from typing import NamedTuple, overload

from inspector.core.names import BlockKind, Form
from inspector.core.network.blocks import basic_block, bottleneck, has_projection
from inspector.core.network.node import Node
from inspector.core.units import Dims

_KERNELS: dict[BlockKind, tuple[int, ...]] = {"bottleneck": (1, 3, 1), "basic": (3, 3)}
"""The kernels of a block's path, in forward order."""


class Sums(NamedTuple):
    """What all blocks of a stage but its first come to: they move by 1, so that no size of an image is in it.

    `weights` are those of convolutions, elements, and so the MACs of one position; `norms` is how many batch norms
    there are, `normed` their channels, `projected` those of them that are projections', `relus` the ReLUs' channels.
    """

    weights: int
    norms: int
    normed: int
    projected: int
    relus: int


class Channels:
    """The channels of a stage's blocks: what comes into each, and the filters of each convolution, as columns."""

    def __init__(self, kind: BlockKind, groups: int, inplanes: int, filters: Iterable[Sequence[int]]) -> None:
        """`inplanes` come into the first block; `groups` are those of a bottleneck's 3×3."""
        self.kind, self.groups = kind, groups
        self.filters = tuple(map(tuple, filters))
        self.inplanes = (inplanes, *self.filters[-1][:-1])

    @cached_property
    def sums(self) -> Sums:
        """The sums of all blocks but the first."""
        columns = [self.inplanes[1:], *(column[1:] for column in self.filters)]
        weights = normed = 0
        shapes = zip(_KERNELS[self.kind], (1, self.groups, 1), strict=False)
        for (kernel, groups), came, goes in zip(shapes, columns, columns[1:], strict=False):
            weights += kernel * kernel * sum(map(mul, came, goes)) // groups
            normed += sum(goes)
        projections = list(map(ne, columns[0], columns[-1]))
        projected = sum(map(mul, columns[-1], projections))
        weights += sum(map(mul, map(mul, columns[0], columns[-1]), projections))
        norms = len(self.filters) * len(projections) + sum(projections)
        return Sums(weights, norms, normed + projected, projected, normed)

    def peak(self, positions: int, *, is_frozen: bool) -> int:
        """The most elements alive at once in a block but the first, its input included; 0 where there is none.

        A batch norm of the path has its input beside its output, a frozen one a product too, and a factor and a summand
        a channel; a projection the output of the path as well.
        """
        columns = [column[1:] for column in self.filters]
        path = map(max, *columns)
        maps, constants = (3, 2) if is_frozen else (2, 0)
        normed, projected = maps * positions + constants, (maps + 1) * positions + constants
        alive = [
            came * positions + (max(normed * most, projected * goes) if came != goes else normed * most)
            for came, most, goes in zip(self.inplanes[1:], path, columns[-1], strict=True)
        ]
        return max(alive, default=0)

    @cached_property
    def projections(self) -> bytes:
        """Whether the channels alone make each block's shortcut a projection: 1 or 0."""
        return bytes(map(ne, self.inplanes, self.filters[-1]))


LOOKED_AT = 16
"""Blocks that a long stage has at hand, of those looked at last: 54 KiB."""


class Entry(NamedTuple):
    """What comes into a stage, and how its blocks stride and dilate.

    `x` is (N, C, H, W), `reach` its total stride; `stride` is the first block's, `dilation` the first one's too,
    `later` that of the others.
    """

    x: Dims
    reach: int
    stride: int
    form: Form
    dilation: int
    later: int


class Blocks(Sequence[Node]):
    """The blocks of a long stage, in forward order: each is made when it is looked at, and equal ones are one node.

    As long as nobody looks at it, a block costs nothing but its part in `sums`.
    """

    __slots__ = ("_entry", "_looked_at", "_peak", "_sizes", "channels")

    def __init__(self, channels: Channels, entry: Entry) -> None:
        self.channels, self._entry = channels, entry
        self._looked_at: dict[int, Node] = {}
        self._peak = -1
        self._sizes: Dims = entry.x[2:]
        self._sizes = self[0].output[2:]

    @property
    def sums(self) -> Sums:
        """The sums of all blocks but the first."""
        return self.channels.sums

    @property
    def positions(self) -> int:
        """Positions of the feature map that each block puts out, of the whole batch: N · H · W."""
        height, width = self._sizes
        return self._entry.x[0] * height * width

    @property
    def params(self) -> int:
        """Parameters of all blocks."""
        sums = self.sums
        return self[0].params + sums.weights + (0 if self.is_frozen else 2 * sums.normed)

    @property
    def peak(self) -> int:
        """The most elements alive at once in a block but the first, its input included."""
        if self._peak < 0:
            self._peak = self.channels.peak(self.positions, is_frozen=self.is_frozen)
        return self._peak

    @property
    def is_frozen(self) -> bool:
        """Whether their batch norms have constants where others have parameters."""
        return self._entry.form.norm == "frozen"

    @property
    def macs(self) -> int:
        """MACs of all blocks for the whole batch."""
        return self[0].macs + self.sums.weights * self.positions

    @property
    def projections(self) -> bytes:
        """Whether each block has a projection: 1 or 0."""
        return bytes((has_projection(self[0]),)) + self.channels.projections[1:]

    def marks(self) -> Iterator[Hashable]:
        """For each block all that it follows from: equal for equal ones, in another stage and network too."""
        columns = zip(self.channels.inplanes, *self.channels.filters, strict=True)
        return zip(chain((self._setting(0),), repeat(self._setting(1))), columns, strict=False)

    def recipe(self, number: int) -> tuple[Hashable, ...]:
        """The arguments that block `number` (from 0) is made of."""
        _, form, groups, batch, sizes, stride, dilation, reach = self._setting(number)
        x = (batch, self.channels.inplanes[number], *sizes)
        filters = tuple([column[number] for column in self.channels.filters])
        if self.channels.kind == "basic":
            return x, filters, stride, form, reach
        return x, filters, stride, form, groups, dilation, reach

    def _setting(self, number: int) -> tuple[BlockKind, Form, int, int, Dims, int, int, int]:
        """All that a block follows from besides its channels; the same for all but the first."""
        entry, channels = self._entry, self.channels
        shared = channels.kind, entry.form, channels.groups, entry.x[0]
        if number:
            return *shared, self._sizes, 1, entry.later, entry.reach * entry.stride
        return *shared, entry.x[2:], entry.stride, entry.dilation, entry.reach

    @overload
    def __getitem__(self, number: int) -> Node: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Node, ...]: ...
    def __getitem__(self, number: int | slice) -> Node | tuple[Node, ...]:
        if isinstance(number, slice):
            return tuple(self[each] for each in range(len(self))[number])
        known = self._looked_at.get(number)
        return self._made(number) if known is None else known

    def __len__(self) -> int:
        return len(self.channels.inplanes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Blocks | tuple):
            return NotImplemented
        if isinstance(other, Blocks) and self._is_as(other):
            return True
        return len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def _made(self, number: int) -> Node:
        make: Callable[..., Node] = bottleneck if self.channels.kind == "bottleneck" else basic_block
        if len(self._looked_at) == LOOKED_AT:
            self._looked_at.clear()
        return self._looked_at.setdefault(number, make(*self.recipe(range(len(self))[number])))

    def _is_as(self, other: Blocks) -> bool:
        """Whether the very same follows from the same; blocks may be equal besides."""
        mine, its = self.channels, other.channels
        if self._entry != other._entry or (mine.kind, mine.groups) != (its.kind, its.groups):
            return False
        return mine is its or (mine.inplanes[0], mine.filters) == (its.inplanes[0], its.filters)


def marks(blocks: Sequence[Node]) -> Iterator[Hashable]:
    """Something for each of some blocks that is equal for equal ones among them, without any being made."""
    return blocks.marks() if isinstance(blocks, Blocks) else map(id, blocks)
