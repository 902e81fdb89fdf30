"""What was analysed before, the latest of it, bounded by how much it holds and not by how many answers there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, TypeVarTuple

Key = TypeVarTuple("Key")
Value = TypeVar("Value")


class Memo(Generic[*Key, Value]):
    """A function that remembers its latest answers, which weigh at most `most` together.

    They are of two ages, and each age weighs at most the half: what is asked for again is young again, and once there
    is no room left for the young, they are the old ones. An answer that is heavier than the half is not remembered.
    """

    def __init__(self, make: Callable[[*Key], Value], weigh: Callable[[*Key], int], most: int) -> None:
        self._make, self._weigh, self._half = make, weigh, most // 2
        self.clear()

    def __call__(self, *key: *Key) -> Value:
        """The answer to a key: one that is remembered, or a new one."""
        known = self._young.get(key)
        return self._recalled(key) if known is None else known

    @property
    def weight(self) -> int:
        """What all answers that are remembered weigh together."""
        return self._weight + sum(self._weigh(*key) for key in self._old)

    def clear(self) -> None:
        """Remember nothing."""
        self._young: dict[tuple[*Key], Value] = {}
        self._old: dict[tuple[*Key], Value] = {}
        self._weight = 0

    def _recalled(self, key: tuple[*Key]) -> Value:
        """The answer from among the old ones, or a new one."""
        value = self._old.pop(key, None)
        if value is None:
            value = self._make(*key)
        weight = self._weigh(*key)
        if weight <= self._half:
            if self._weight + weight > self._half:
                self._young, self._old, self._weight = {}, self._young, 0
            self._young[key] = value
            self._weight += weight
        return value
