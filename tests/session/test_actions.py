"""The table of actions: complete, with keys that do not clash."""

from __future__ import annotations

import inspect
from collections import Counter

import pytest
from benches import Trying

from inspector.session.actions import ACTIONS, SECTIONS
from inspector.session.outcome import Run
from inspector.tui.keymap import LINES

TYPED_INTO = ("field", "find")
"""Where keys that are no text are few, and all others are the input's."""


def test_every_action_has_what_it_does_and_those_with_keys_a_place_where_they_apply() -> None:
    panes = {pane for each in SECTIONS.values() for pane in each}
    for action in ACTIONS.values():
        assert action.words[0].isupper()
        assert action.run is not None or action.by
        assert not action.keys or action.pane in panes
        assert inspect.getdoc(action.run or ACTIONS)


def test_no_two_actions_of_a_pane_share_a_key() -> None:
    for panes in SECTIONS.values():
        for pane in panes:
            keys = Counter(
                key for action in ACTIONS.values() if action.pane == pane for key in action.keys.split(",") if key
            )
            assert {key: count for key, count in keys.items() if count > 1} == {}


@pytest.mark.parametrize("pane", LINES)
def test_the_line_of_keys_names_actions_that_are_there(pane: str) -> None:
    for entry in LINES[pane]:
        for id_ in entry.ids:
            assert ACTIONS[id_].keys
        assert entry.words or ACTIONS[entry.ids[0]].short


def test_torch_is_asked_once_for_each_design_in_sight() -> None:
    trying = Trying(verifies=True).do("app.resize", 80, 24)
    assert trying.effects == (Run("verify", trying.design),)
    assert trying.do("tree.go", (2,)).effects == ()
    trying.do("app.step-up")
    assert [effect for effect in trying.effects if isinstance(effect, Run)] == [Run("verify", trying.design)]
    trying.do("app.make", "conv4_x.blocks=5000")
    assert not any(isinstance(effect, Run) for effect in trying.effects)
    assert trying.bench.check is not None
    assert "over 2000 blocks" in trying.bench.check.problem
    assert Trying().do("app.step-up").bench.check is None
