from __future__ import annotations

import pytest
from hypothesis import given
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.network.search import search

RESNET50 = analyze(preset("resnet50"))


def _found(text: str) -> list[str]:
    return [RESNET50.at(where).name for where in search(RESNET50, text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("layer4.2.conv3", ["conv5_3.conv3"]),
        ("CONV5_3.conv3", ["conv5_3.conv3"]),
        ("7x7, 64", ["conv1"]),
        ("7×7 /2", ["stem"]),
        ("downsample.0 28×28", ["conv3_1.downsample.conv"]),
        ("linear", ["fc"]),
        ("maxpool", ["maxpool"]),
        ("56²", []),
        ("٣", []),
        ("9" * 5000, []),
        ("no such thing", []),
        ("", []),
        ("   ", []),
    ],
)
def test_what_is_typed_is_found(text: str, names: list[str]) -> None:
    assert _found(text) == names


def test_kinds_shapes_and_whole_numbers() -> None:
    assert len(_found("3x3 filters")) == 16
    assert len(_found("projection")) == 8
    assert [name for name in _found("projection") if "." not in name] == ["conv2_1", "conv3_1", "conv4_1", "conv5_1"]
    assert "fc" in _found("2048")
    assert "conv4_1" not in _found("2048")
    assert len(_found("relu")) == 1 + 3 * 16
    assert _found("relu conv5_3") == ["conv5_3.bn1", "conv5_3.bn2", "conv5_3.add"]
    assert set(_found("64 1x1")) < set(_found("64"))
    assert not [name for name in _found("64") if "conv5" in name]


@given(designs())
def test_every_row_is_found_by_its_name_and_by_its_path(design: Design) -> None:
    network = analyze(design)
    for place in network.places():
        if place.where and place.node.kind != "ReLU":
            assert place.where in search(network, place.name)
            assert not place.path or place.where in search(network, place.path.upper())


def test_a_long_network_is_searched_in_forward_order() -> None:
    network = analyze(edit(preset("resnet50"), "conv4_x.blocks=1000"))
    found = list(search(network, "conv4 3x3"))
    assert len(found) == 1000
    assert found == sorted(found)
