"""What was edited, and the way back: a tuple of designs and where one stands in it."""

from __future__ import annotations

from msgspec import Struct

from inspector.core.design import Design


class Step(Struct, frozen=True):
    """A design, and the edit in words that led to it."""

    design: Design
    label: str = ""


class History(Struct, frozen=True):
    """Steps from the first design to the last; `at` is the current one's index. Every change gives a new History."""

    steps: tuple[Step, ...]
    at: int = 0

    @classmethod
    def of(cls, design: Design) -> History:
        """The history that begins with `design`."""
        return cls((Step(design),))

    @property
    def current(self) -> Design:
        """The design that one stands at."""
        return self.steps[self.at].design

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step that was undone."""
        return self.at + 1 < len(self.steps)

    def record(self, design: Design, label: str) -> History:
        """The history with `design` as its newest step; what was undone is gone. An equal design adds no step."""
        if design == self.current:
            return self
        return History((*self.steps[: self.at + 1], Step(design, label)), self.at + 1)

    def undo(self) -> History:
        """One step back; the same history where there is none."""
        return History(self.steps, self.at - 1) if self.can_undo else self

    def redo(self) -> History:
        """One undone step forward; the same history where there is none."""
        return History(self.steps, self.at + 1) if self.can_redo else self

    def to(self, at: int) -> History:
        """The history that stands at step `at`, or at the nearest there is."""
        at = min(max(at, 0), len(self.steps) - 1)
        return self if at == self.at else History(self.steps, at)
