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


def _names(text: str, *edits: str, base: str = "resnet50") -> list[str]:
    network = analyze(edit(preset(base), *edits))
    return [network.at(where).name for where in search(network, text, analyze(preset(base)))]


@pytest.mark.parametrize("text", ["/2", "stride 2", "stride=2", "STRIDE=2"])
def test_all_that_strides_is_found_by_its_mark(text: str) -> None:
    found = _names(text)
    assert {"conv1", "maxpool", "conv3_x", "conv3_1", "conv3_1.conv2", "conv5_1.downsample.conv"} <= set(found)
    assert not {"conv2_x", "conv3_2", "conv5_1.conv1"} & set(found)


@pytest.mark.parametrize(
    ("text", "has", "has_not"),
    [
        ("params>2M conv2d", "conv5_1.conv2", "conv5_1.conv1"),
        ("macs>2% conv2d", "conv3_1.conv2", "conv2_1.conv1"),
        ("512 channels", "conv5_1.conv2", "conv4_2.conv2"),
        ("512 filters", "conv5_1.conv1", "conv5_1.conv3"),
        ("kernel=3 conv2d", "conv2_1.conv2", "conv2_1.conv1"),
        ("projection", "conv2_1.downsample", "conv2_2.conv1"),
    ],
)
def test_places_are_found_by_property(text: str, has: str, has_not: str) -> None:
    found = _names(text)
    assert has in found
    assert has_not not in found


def test_what_is_changed_is_found() -> None:
    found = _names("changed", "conv5_3.conv3=1024")
    assert {"conv5_3.conv3", "conv5_3.bn3", "conv5_3.downsample", "fc"} <= set(found)
    assert "conv5_3.conv2" not in found
    assert _names("changed") == []
    assert _names("changed fc", "num_classes=10") == ["head", "fc"]
    assert "conv2_1.conv2" in _names("groups=32", base="resnext50_32x4d")


def test_what_the_tree_says_of_a_stem_is_found_with_all_else_that_strides() -> None:
    assert {"stem", "conv1"} <= set(_found("7×7 /2"))
