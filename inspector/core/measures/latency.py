"""Measured time, layer by layer: samples of runs in, medians and quartiles of every place out. No clock is in here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import floor
from typing import Literal

from msgspec import Struct

from inspector.core.network.kinds import kind
from inspector.core.network.node import Where
from inspector.core.network.tree import Place, Tree
from inspector.core.units import Dims

Device = Literal["cpu", "cuda", "mps"]
Dtype = Literal["float32", "float16", "bfloat16", "float64"]
SIZES: dict[Dtype, int] = {"float32": 4, "float16": 2, "bfloat16": 2, "float64": 8}
"""Bytes of one element, by torch's name of the type."""
QUIET = 0.1
"""The largest relative spread (IQR / median) of a machine that is called quiet."""
Span = tuple[float, float]
"""When a call began and ended, in seconds from the beginning of its run."""


class Setup(Struct, frozen=True):
    """How time is to be measured. With 0 `threads` torch's own number; `runs` are those that count."""

    device: Device = "cpu"
    threads: int = 0
    dtype: Dtype = "float32"
    channels_last: bool = False
    runs: int = 50
    warm_up: int = 5


class Conditions(Struct, frozen=True):
    """What time was measured under; `setup` has the number of threads that there really were.

    `processor` is the name of what computed, `torch` the version; `load` is how many processes wanted a core in the
    minute before, None where the system does not tell.
    """

    setup: Setup
    processor: str
    cores: int
    torch: str
    input: Dims
    load: float | None = None


class Spread(Struct, frozen=True):
    """The median of several numbers, and the quartiles that the middle half of them lies between."""

    median: float
    low: float
    high: float

    @property
    def iqr(self) -> float:
        """The distance of the quartiles."""
        return self.high - self.low

    @property
    def relative(self) -> float:
        """The distance of the quartiles as a share of the median; 0 where the median is."""
        return self.iqr / self.median if self.median else 0.0


class Peak(Struct, frozen=True):
    """Bytes of feature maps at the worst moment of a run: as measured, and as computed from the shapes alone.

    Where `is_allocator` the device's allocator told, and workspaces of algorithms are in it; else it is the storages
    that torch's operations made.
    """

    measured: int
    computed: int
    is_allocator: bool = False


class Timed(Struct, frozen=True):
    """What one place took: an operation, or a group with all that is in it.

    `calls` is the number of operations in it; `share` is its part of each run that it was timed in, the median of them.
    MACs are those of convolutions and fc for the whole batch. `kind` is the node's.
    """

    where: Where
    path: str
    name: str
    kind: str
    seconds: Spread
    calls: int
    share: float
    macs: int
    params: int


class Timing(Struct, frozen=True):
    """The time of a network: `runs` are seconds of each whole run, in their order, without hooks.

    `hooked` is the same with hooks on all leaves; those runs are what the places' times are from, and `left` what of
    them was no operation's: Python's own between the layers, and the hooks'. Places are in forward order, a group
    before what is in it, the network itself first: its seconds are the sum over all operations, run by run.
    """

    conditions: Conditions
    runs: tuple[float, ...]
    hooked: Spread
    left: Spread
    places: tuple[Timed, ...]
    peak: Peak

    @property
    def whole(self) -> Spread:
        """Seconds of a whole run without hooks."""
        return spread(self.runs)

    @property
    def operations(self) -> tuple[Timed, ...]:
        """The operations alone, in forward order."""
        before = (each for each, after in pairwise(self.places) if not _is_in(after, each))
        return (*before, *self.places[-1:])

    @property
    def layers(self) -> Timed:
        """All operations together."""
        return self.places[0]

    @property
    def is_quiet(self) -> bool:
        """Whether the whole run spread by no more than a quiet machine's does."""
        return self.whole.relative <= QUIET


def _is_in(one: Timed, group: Timed) -> bool:
    """Whether a place lies in another."""
    return one.where[: len(group.where)] == group.where


def spread(samples: Sequence[float]) -> Spread:
    """Median and quartiles, with linear interpolation (Hyndman and Fan's type 7, numpy's default).

    ValueError where there are no samples.
    """
    if not samples:
        raise ValueError("no samples")
    ordered = sorted(samples)
    return Spread(*(_at(ordered, part) for part in (0.5, 0.25, 0.75)))


def _at(ordered: list[float], part: float) -> float:
    position = part * (len(ordered) - 1)
    below = floor(position)
    rest = position - below
    low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    return low if low == high else low * (1 - rest) + high * rest


def by_operation(operations: Sequence[Place], spans: Sequence[Span]) -> tuple[float, ...]:
    """Seconds of each operation of one run, from when each call of a leaf module began and ended, in call order.

    The residual add is no module: its time is what passed between the leaves before and behind it. ValueError where
    there are not as many calls as modules.
    """
    modules = sum(kind(place.node).is_module for place in operations)
    if modules != len(spans):
        raise ValueError(f"{len(spans)} calls of {modules} modules")
    found, at = [], 0
    for place in operations:
        if kind(place.node).is_module:
            begin, end = spans[at]
            at += 1
        else:
            begin, end = spans[at - 1][1], spans[at][0]
        found.append(end - begin)
    return tuple(found)


def timing(
    tree: Tree,
    conditions: Conditions,
    whole: Sequence[float],
    hooked: Sequence[float],
    layers: Sequence[Sequence[float]],
    peak: Peak,
) -> Timing:
    """The time of every place, from seconds of whole runs, of runs with hooks, and of each operation run by run.

    ValueError where there are not as many operations in each run as in the tree.
    """
    columns = iter(list(zip(*layers, strict=True)))
    found = list(_timed(tree, tree.place, columns, hooked))
    if next(columns, None) is not None:
        raise ValueError("more operations were timed than there are")
    left = [took - layers for took, layers in zip(hooked, found[0][1], strict=True)]
    places = tuple(each for each, _ in found)
    return Timing(conditions, tuple(whole), spread(hooked), spread(left), places, peak)


def _timed(
    tree: Tree, place: Place, columns: Iterator[tuple[float, ...]], runs: Sequence[float]
) -> Iterator[tuple[Timed, tuple[float, ...]]]:
    """A place and all below it, each with its seconds run by run; nothing where nothing runs."""
    node = place.node
    if kind(node).is_operation:
        samples = next(columns, None)
        if samples is None:
            raise ValueError("fewer operations were timed than there are")
        yield _one(place, samples, 1, runs), samples
        return
    below = [list(_timed(tree, child, columns, runs)) for child in tree.children(place)]
    tops = [found[0] for found in below if found]
    if tops:
        samples = tuple(map(sum, zip(*(each for _, each in tops), strict=True)))
        yield _one(place, samples, sum(each.calls for each, _ in tops), runs), samples
        for found in below:
            yield from found


def _one(place: Place, samples: tuple[float, ...], calls: int, runs: Sequence[float]) -> Timed:
    node = place.node
    shares = [own / took if took else 0.0 for own, took in zip(samples, runs, strict=True)]
    found, share = spread(samples), spread(shares).median
    return Timed(place.where, place.path, place.name, node.kind, found, calls, share, node.macs, node.params)


class Sort(Struct, frozen=True):
    """All operations of a kind: how many, the sums of their medians in seconds and of their shares, and their MACs."""

    kind: str
    calls: int
    seconds: float
    share: float
    macs: int


def sorts(timing: Timing) -> tuple[Sort, ...]:
    """The kinds of operations, the one that takes longest first."""
    found: dict[str, Sort] = {}
    for each in timing.operations:
        known = found.get(each.kind, Sort(each.kind, 0, 0.0, 0.0, 0))
        seconds, share = known.seconds + each.seconds.median, known.share + each.share
        found[each.kind] = Sort(each.kind, known.calls + 1, seconds, share, known.macs + each.macs)
    return tuple(sorted(found.values(), key=lambda sort: -sort.seconds))
