"""The ways to another number of feature maps, and what of the weights fits behind each."""

from __future__ import annotations

import pytest

from inspector.core.changes.gradcam import target
from inspector.core.changes.ways import Way, ways
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.errors import DesignError

RESNET50 = analyze(preset("resnet50"))


def _told(base: str, maps: str, *edits: str) -> dict[str, Way]:
    return {way.assignment: way for way in ways(analyze(edit(preset(base), *edits)), maps)}


def test_the_three_ways_to_half_the_maps() -> None:
    found = _told("resnet50", "1024")
    assert {name: (way.price.params if way.price else 0, way.fitting, way.tensors) for name, way in found.items()} == {
        "conv5_3.conv3=1024": (548_864, 314, 320),
        "conv5_x.expansion=2": (-4_702_208, 297, 320),
        "conv5_x.planes=256": (-11_586_560, 269, 320),
    }
    for way in found.values():
        assert way.price is not None
        assert target(analyze(way.price.design)).maps == 1024


def test_what_is_no_way_says_why() -> None:
    found = _told("resnet50", "1000")
    assert found["conv5_x.expansion=1000/512"].problem == "1,000 is no multiple of 512"
    assert found["conv5_x.planes=250"].price is not None
    stuck = _told("resnet50", "512", "conv5_3.conv3=1024")
    assert stuck["conv5_x.expansion=1"].problem == "conv5_3.conv3 was set on its own, and stays"
    assert list(_told("resnet18", "256")) == ["conv5_2.conv2=256", "conv5_x.planes=256"]
    with pytest.raises(DesignError, match="integer"):
        ways(RESNET50, "many")
