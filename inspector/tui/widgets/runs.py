"""A sequence made of runs, of which nothing is kept but where they begin: what a run holds is told when asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TypeVar, overload

Item = TypeVar("Item")


class Runs(Sequence[Item]):
    """Runs one behind the other; `item` tells what the run of a number has at an offset, both counted from 0."""

    def __init__(self, item: Callable[[int, int], Item]) -> None:
        self._item = item
        self.starts: list[int] = []
        self._count = 0

    def add(self, length: int) -> None:
        """Add a run of so many items behind the last one."""
        self.starts.append(self._count)
        self._count += length

    @overload
    def __getitem__(self, number: int) -> Item: ...
    @overload
    def __getitem__(self, number: slice) -> list[Item]: ...
    def __getitem__(self, number: int | slice) -> Item | list[Item]:
        if isinstance(number, slice):
            return [self[each] for each in range(self._count)[number]]
        number = range(self._count)[number]
        run = bisect_right(self.starts, number) - 1
        return self._item(run, number - self.starts[run])

    def __len__(self) -> int:
        return self._count
