"""A bench to try actions at."""

from __future__ import annotations

from pathlib import Path

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.history import History
from inspector.core.design.presets import preset
from inspector.session.actions import do
from inspector.session.bench import Bench, Work
from inspector.session.outcome import Effect, Open, Say

RESNET50 = preset("resnet50")


class Trying:
    """A bench, what was done at it last, and what that asked for."""

    def __init__(
        self,
        design: Design = RESNET50,
        *,
        saved: Design | None = None,
        source: Path | None = None,
        verifies: bool = False,
    ) -> None:
        self.bench = Bench.of(Work(History.of(design), design if saved is None else saved, source), verifies=verifies)
        self.effects: tuple[Effect, ...] = ()

    def do(self, id_: str, *arguments: object, **options: object) -> Trying:
        self.bench, self.effects = do(self.bench, id_, *arguments, **options)
        return self

    def at(self, name: str) -> Trying:
        """Stand at a place."""
        return self.do("tree.go", self.bench.network.find(name).where)

    def type(self, *texts: str) -> Trying:
        """Type into the marked field, as an input tells of it key by key."""
        self.do("app.edit")
        for text in texts:
            self.do("field.type", text)
        return self

    @property
    def name(self) -> str:
        return self.bench.place.name

    @property
    def design(self) -> Design:
        return self.bench.design

    @property
    def said(self) -> str:
        """What was said last."""
        return "; ".join(effect.text for effect in self.effects if isinstance(effect, Say))

    @property
    def asked(self) -> Open | None:
        """The dialog that was asked for."""
        return next((effect for effect in self.effects if isinstance(effect, Open)), None)

    @property
    def labels(self) -> list[str]:
        return [each.work.label for each in self.bench.designs]


def with_edits(*assignments: str) -> Trying:
    """ResNet-50 with edits made, the preset being what is saved."""
    return Trying(edit(RESNET50, *assignments), saved=RESNET50)
