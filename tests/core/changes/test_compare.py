from __future__ import annotations

from hypothesis import given
from strategies import designs

from inspector.core.changes.compare import compare
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze


def test_one_convolution_less_is_told_place_by_place() -> None:
    before, after = analyze(preset("resnet50")), analyze(edit(preset("resnet50"), "conv5_3.conv3=1024"))
    changes = {change.name: change for change in compare(before, after)}
    assert [name for name, change in changes.items() if change.status == "new"] == [
        "conv5_3.downsample",
        "conv5_3.downsample.conv",
        "conv5_3.downsample.bn",
    ]
    assert [name for name, change in changes.items() if change.status == "gone"] == ["conv5_3.shortcut"]
    assert changes["network"].params == 548_864
    assert changes["network"].macs == 76_046_336
    assert changes["fc"].params == -1_024_000
    assert "conv5_2" not in changes


def test_blocks_that_go_are_gone() -> None:
    before, after = analyze(preset("resnet50")), analyze(edit(preset("resnet50"), "conv4_x.blocks=5"))
    assert {change.status for change in compare(before, after) if change.name.startswith("conv4_6")} == {"gone"}
    assert {change.status for change in compare(after, before) if change.name.startswith("conv4_6")} == {"new"}


@given(designs(), designs())
def test_changes_of_operations_add_up_to_the_change_of_the_network(one: Design, other: Design) -> None:
    before, after = analyze(one), analyze(other)
    leaves = [
        change
        for change in compare(before, after)
        if not (change.before and change.before.children) and not (change.after and change.after.children)
    ]
    assert sum(change.params for change in leaves) == after.params - before.params
    assert sum(change.macs for change in leaves) == after.macs - before.macs
    assert not list(compare(before, analyze(one)))
