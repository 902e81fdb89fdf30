"""Everything that can be done at a bench, in any order: what must be so is so after every action."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
from acting import TEXTS, Acting, Memory
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from inspector.journal import keeper as keepers
from inspector.journal.keeper import Keeper

SEEDS = range(int(os.environ.get("INSPECTOR_SESSION_SEEDS", "8")))
STEPS = int(os.environ.get("INSPECTOR_SESSION_STEPS", "400"))


@pytest.fixture(autouse=True)
def _journals_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepers, "Journal", Memory)


class Session(RuleBasedStateMachine):
    """Actions one after another, with what they may be given."""

    @initialize(name=st.sampled_from(["resnet50", "resnet18"]), verifies=st.booleans())
    def begin(self, name: str, verifies: bool) -> None:  # noqa: FBT001  # drawn by name
        self.acting = Acting(Keeper(Path()), name, verifies=verifies)

    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        def choose(options: Any) -> Any:  # noqa: ANN401  # whatever there is to be chosen from
            return data.draw(st.sampled_from(options))

        self.acting.act(choose)

    @rule(text=st.sampled_from(TEXTS))
    def type_and_take_back(self, text: str) -> None:
        self.acting.type_and_take_back(text)

    @precondition(lambda self: len(self.acting.bench.designs) > 1)
    @rule()
    def away_and_back(self) -> None:
        self.acting.away_and_back()

    def teardown(self) -> None:
        if hasattr(self, "acting"):
            self.acting.cut_journals()
            self.acting.undo_all()


TestSession = Session.TestCase
TestSession.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize("seed", SEEDS)
def test_many_actions_in_a_row(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret
    acting = Acting(Keeper(Path()), chance.choice(["resnet50", "resnet18", "resnext50_32x4d"]))
    for _ in range(STEPS):
        acting.act(chance.choice)
    acting.cut_journals()
    acting.undo_all()
