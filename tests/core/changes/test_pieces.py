"""Networks compared and ranked piece by piece: as whole as at once, and no step longer than it may be."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from long_designs import all_overridden, lazily, overridden
from strategies import designs

from inspector.core.changes.compare import Changed, Explanation, compare, explain, is_told
from inspector.core.changes.pieces import EDITED, LOOKED_INTO, PASSED, Run, edits_in_pieces, runs, whole
from inspector.core.changes.ranking import Dearest, dearest, most_changed
from inspector.core.design.design import Design, Stage
from inspector.core.design.differences import edits
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.long_stage import Blocks
from inspector.core.network.network import analyze
from inspector.core.network.node import Node


def _macs(node: Node) -> int:
    return node.macs


@given(st.lists(st.integers(0, 2)), st.integers(1, 5))
def test_runs_are_the_neighbours_that_are_equal(marks: list[int], passed: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("inspector.core.changes.pieces.PASSED", passed)
        steps = list(runs(marks, 7))
    found = [each for each in steps if isinstance(each, Run)]
    assert [each.mark for each in found for _ in range(each.times)] == marks
    assert [each.first for each in found] == [sum(each.times for each in found[:at]) for at in range(len(found))]
    assert all(one.mark != other.mark for one, other in pairwise(found))
    assert steps.count(7) == max(len(marks) - 1, 0) // passed  # the first is compared with none


@given(designs(), designs())
def test_edits_found_in_pieces_are_all_the_edits(one: Design, other: Design) -> None:
    assert whole(edits_in_pieces(one, other)) == {each.address: each for each in edits(one, other)}


def test_edits_of_many_blocks_found_in_pieces_are_all_the_edits() -> None:
    design = overridden(200)
    after = edit(design, "conv4_7.conv1=999", "conv4_199.conv3=64", "conv4_x.blocks=199", "conv4_x.planes=264")
    for before in (design, preset("resnet50"), preset("resnet18")):
        assert whole(edits_in_pieces(after, before)) == {each.address: each for each in edits(after, before)}
        assert whole(edits_in_pieces(before, after)) == {each.address: each for each in edits(before, after)}


@given(designs(), designs())
def test_long_stages_are_explained_and_ranked_as_any_other(one: Design, other: Design) -> None:
    before, after = analyze(one), analyze(other)
    lazy = lazily(one), lazily(other)
    assert explain(*lazy) == explain(before, after)
    assert explain(before, lazy[1]) == explain(before, after)
    assert list(compare(*lazy)) == list(compare(before, after))
    assert dearest(lazy[1], _macs) == dearest(after, _macs)
    assert most_changed(lazy[1], explain(*lazy), _macs) == most_changed(after, explain(before, after), _macs)


@pytest.mark.parametrize("assignment", ["input.height=448", "conv4_x.blocks=50", "conv4_9.conv3=77", "block=basic"])
def test_what_is_found_change_by_change_is_what_compare_finds(assignment: str) -> None:
    before = analyze(overridden(60))
    after = analyze(edit(before.design, assignment))
    explanation = Explanation(before, after)
    changes = [each for each in explanation.changes() if isinstance(each, Changed)]
    told = [each.change for change in changes for each in explanation.effects(change) if is_told(each)]
    news = {each.change.name for each in explain(before, after) if is_told(each)}
    assert [each.name for each in told] == [each.name for each in compare(before, after) if each.name in news]
    assert explanation.blocks >= len(changes) - 3


@pytest.mark.parametrize(
    ("base", "assignment"),
    [
        (all_overridden(), "input.height=448"),
        (overridden(1200), "input.height=448"),
        (overridden(1200), "conv4_700.conv2=5000"),
        (preset("resnet50"), "conv4_x.planes=264"),
    ],
    ids=["40000", "1200", "one of 1200", "6"],
)
def test_no_step_looks_at_more_blocks_than_it_may(
    monkeypatch: pytest.MonkeyPatch, base: Design, assignment: str
) -> None:
    after = analyze(edit(overridden(1200), assignment))
    looked = 0
    recipe = Blocks.recipe

    def counted(self: Blocks, number: int) -> object:
        nonlocal looked
        looked += 1
        return recipe(self, number)

    monkeypatch.setattr(Blocks, "recipe", counted)
    explanation = Explanation(analyze(base), after)
    for work in (explanation.changes(), Dearest(after, _macs).steps()):
        looked = 0
        for step in work:
            assert looked < 16
            looked = 0
            if isinstance(step, Changed):
                explanation.effects(step)
                assert looked < 16
                looked = 0
    assert EDITED < LOOKED_INTO < PASSED


def test_the_reason_of_one_change_is_found_without_a_look_at_all_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    base = overridden(200)
    after = analyze(edit(base, "conv4_x.planes=264", "conv4_9.conv1=64", "conv4_9.conv3=96"))
    explanation = Explanation(analyze(preset("resnet50")), after)
    changes = [each for each in explanation.changes() if isinstance(each, Changed)]
    checked: list[int] = []
    check = Stage._check_overrides  # noqa: SLF001

    def counted(self: Stage) -> None:
        checked.append(len(self.overrides))
        check(self)

    monkeypatch.setattr(Stage, "_check_overrides", counted)
    effects = [effect for change in changes for effect in explanation.effects(change)]
    assert max(checked) == 1
    reasons = {each.change.name: each.why for each in effects}
    assert reasons["conv4_2.conv1"] == "set here"
