"""What was edited, and the way back: a tuple of designs and where one stands in it."""

from __future__ import annotations

from msgspec import Struct, structs

from inspector.core.design.design import Design
from inspector.core.design.differences import called
from inspector.core.design.presets import preset


class Baseline(Struct, frozen=True):
    """What differences are measured against, and the name that a person gave it."""

    design: Design
    name: str = ""

    @property
    def label(self) -> str:
        """Its name, or what it is."""
        return self.name or called(self.design)


class Step(Struct, frozen=True, omit_defaults=True):
    """A design, the edit in words that led to it, and what it is compared with if that is not its preset."""

    design: Design
    label: str = ""
    baseline: Baseline | None = None


class History(Struct, frozen=True):
    """Steps from the first design to the last; `at` is the current one's index. Every change gives a new History."""

    steps: tuple[Step, ...]
    at: int = 0

    @classmethod
    def of(cls, design: Design, baseline: Baseline | None = None) -> History:
        """The history that begins with `design`, measured against its preset unless something else is given."""
        return cls((Step(design, "", baseline),))

    @property
    def step(self) -> Step:
        """The step that one stands at."""
        return self.steps[self.at]

    @property
    def current(self) -> Design:
        """The design that one stands at."""
        return self.steps[self.at].design

    @property
    def previous(self) -> Design | None:
        """The design before the last edit; None where there was none."""
        current = self.current
        for step in reversed(self.steps[: self.at]):
            if step.design != current:
                return step.design
        return None

    @property
    def baseline(self) -> Baseline:
        """What differences are measured against: the preset that the design began with, unless another was chosen."""
        return self.step.baseline or Baseline(preset(self.current.base))

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step that was undone."""
        return self.at + 1 < len(self.steps)

    @property
    def undone(self) -> int:
        """How many steps were undone, and could be done again."""
        return len(self.steps) - 1 - self.at

    def record(self, design: Design, label: str) -> History:
        """The history with `design` as its newest step; what was undone is gone. An equal design adds no step."""
        if design == self.current:
            return self
        return self._with(Step(design, label, self.step.baseline))

    def compared(self, baseline: Baseline) -> History:
        """The history in which the current design is measured against another from now on: a step of its own."""
        if (baseline.design, baseline.label) == (self.baseline.design, self.baseline.label):
            return self
        return self._with(structs.replace(self.step, label="baseline", baseline=baseline))

    def _with(self, step: Step) -> History:
        return History((*self.steps[: self.at + 1], step), self.at + 1)

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
