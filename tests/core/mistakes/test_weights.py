from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import designs, edits

from inspector.core.changes.compare import compare
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.mistakes.weights import changes, fits, weight
from inspector.core.network.network import analyze
from inspector.errors import DesignError


def test_a_weight_is_found_by_its_path() -> None:
    network = analyze(preset("resnet50"))
    assert weight(network, "layer4.2.conv3") == (2048, 512, 1, 1)
    assert weight(network, "layer1.0.downsample.1") == (256,)
    assert weight(network, "layer1.1.downsample.1") is None
    assert weight(network, "layer4.3.conv1") is None
    assert fits(network, "fc", (1000,))


@given(st.data())
def test_weights_that_change_are_those_that_are_told(data: st.DataObject) -> None:
    design = data.draw(designs())
    try:
        edited = edit(design, data.draw(edits(design)))
    except DesignError:
        assume(False)
    assume(design.block == edited.block)
    before, after = analyze(design), analyze(edited)
    told = [(each.before and each.before.weight, each.after and each.after.weight) for each in compare(before, after)]
    assert changes(before, after) == sum(old != new for old, new in told)
