from __future__ import annotations

from hypothesis import given
from strategies import designs

from inspector.core.changes.compare import explain
from inspector.core.changes.ranking import MOST, Groups, dearest, most_changed
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures.counting import convention
from inspector.core.network.network import Network, analyze
from inspector.core.network.node import Node


def _params(node: Node) -> int:
    return node.params


def test_what_costs_most_in_resnet50() -> None:
    network = analyze(preset("resnet50"))
    rows = dearest(network, _params)
    assert [(row.name, row.amount) for row in rows[:4]] == [
        ("conv5_1.conv2", 2_359_296),
        ("conv5_2.conv2", 2_359_296),
        ("conv5_3.conv2", 2_359_296),
        ("conv5_1.downsample.conv", 2_097_152),
    ]
    assert sum(row.amount for row in rows) == network.params
    assert dearest(network, convention("conv+fc").of)[0].name == "conv1"


def test_what_one_edit_changed_most() -> None:
    before, after = analyze(preset("resnet50")), analyze(edit(preset("resnet50"), "conv5_3.conv3=1024"))
    rows = most_changed(after, explain(before, after), _params)
    assert [(row.name, row.amount) for row in rows[:3]] == [
        ("conv5_3.downsample.conv", 2_097_152),
        ("fc", -1_024_000),
        ("conv5_3.conv3", -524_288),
    ]
    assert sum(row.amount for row in rows) == 548_864


@given(designs(), designs())
def test_rankings_are_sorted_and_leave_nothing_out(one: Design, other: Design) -> None:
    before, after = analyze(one), analyze(other)
    rows = dearest(after, _params)
    assert [row.amount for row in rows] == sorted((row.amount for row in rows), reverse=True)
    assert all(after.at(row.where).node.params == row.amount for row in rows)
    assert len(rows) == MOST or sum(row.amount for row in rows) == after.params
    changed = most_changed(after, explain(before, after), _params)
    assert len(changed) == MOST or sum(row.amount for row in changed) == after.params - before.params


def test_a_long_network_is_ranked_by_what_is_different_in_it() -> None:
    network = analyze(edit(preset("resnet50"), "conv4_x.blocks=1200"))
    rows = dearest(network, _params)
    assert len(rows) == MOST
    assert len({row.where for row in rows}) == MOST


def test_blocks_and_stages_are_ranked_too() -> None:
    before, after = (analyze(edit(preset("resnet50"), *edits)) for edits in ((), ("conv5_3.conv3=1024",)))

    def found(*, stages: bool, baseline: Network | None = None) -> list[tuple[str, int]]:
        groups = Groups(after, _params, baseline, stages=stages)
        assert list(groups.steps())
        return [(row.name, row.amount) for row in groups.rows()]

    assert found(stages=True)[:2] == [("conv5_x", 16_537_600), ("conv4_x", 7_098_368)]
    assert sum(amount for _, amount in found(stages=True)) == after.params
    assert found(stages=False)[0] == ("conv5_1", 6_039_552)
    assert sum(amount for _, amount in found(stages=False)) == after.params
    assert found(stages=True, baseline=before) == [("conv5_x", 1_572_864), ("head", -1_024_000)]
    assert found(stages=False, baseline=before)[0] == ("conv5_3", 1_572_864)
