"""The way back through where one was."""

from __future__ import annotations

from typing import NamedTuple

MOST = 100
"""Places that the trail remembers."""


class Trail(NamedTuple):
    """The names of the places that were jumped from and to, and which of them is the current one."""

    names: tuple[str, ...] = ()
    at: int = -1

    def mark(self, *names: str) -> Trail:
        """Note where one stands; what was ahead is forgotten, and where one stood already is no news."""
        marked = self.names[: self.at + 1]
        for name in names:
            if not marked or marked[-1] != name:
                marked += (name,)
        marked = marked[-MOST:]
        return Trail(marked, len(marked) - 1)

    def visit(self, here: str, there: str) -> Trail:
        """Jump from `here` to `there`."""
        return self.mark(here, there)

    def step(self, steps: int) -> Trail:
        """The trail one stands at after going back or forward; the same where there is no such step."""
        at = self.at + steps
        return Trail(self.names, at) if 0 <= at < len(self.names) else self
