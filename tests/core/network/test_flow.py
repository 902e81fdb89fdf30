from __future__ import annotations

import pytest
from hypothesis import given
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.explain.diagram import WIDTH, diagram
from inspector.core.network.flow import source
from inspector.core.network.network import analyze

RESNET50 = analyze(preset("resnet50"))


@pytest.mark.parametrize(
    ("name", "feeds"),
    [
        ("conv5_3.shortcut", "conv5_2"),
        ("conv5_3.conv1", "conv5_2"),
        ("conv5_3", "conv5_2"),
        ("conv5_3.conv2", "conv5_3.bn1"),
        ("conv5_3.bn2", "conv5_3.conv2"),
        ("conv5_3.add", "conv5_3.bn3"),
        ("conv5_1.downsample", "conv4_6"),
        ("conv5_1.downsample.conv", "conv4_6"),
        ("conv5_1.downsample.bn", "conv5_1.downsample.conv"),
        ("conv5_1", "conv4_6"),
        ("conv5_x", "conv4_x"),
        ("conv2_1.conv1", "maxpool"),
        ("maxpool", "bn1"),
        ("conv1", "input"),
        ("stem", "input"),
        ("fc", "avgpool"),
        ("avgpool", "conv5_3"),
        ("head", "conv5_x"),
    ],
)
def test_what_feeds_a_place(name: str, feeds: str) -> None:
    where = source(RESNET50, RESNET50.find(name).where)
    assert where is not None
    assert RESNET50.at(where).name == feeds


@given(designs())
def test_what_comes_in_is_what_the_source_puts_out(design: Design) -> None:
    network = analyze(design)
    for place in network.places():
        where = source(network, place.where)
        if where is None:
            assert place.name in ("network", "input")
        elif place.name != "fc":  # which gets what is pooled, flattened
            assert network.at(where).node.output == place.node.input
            assert where < place.where


def test_a_bottleneck_is_drawn_with_its_channels() -> None:
    network = analyze(edit(preset("resnet50"), "conv5_3.conv3=1024"))
    assert [line.rstrip() for line in diagram(network.find("conv5_3").node)] == [
        "      ┌────── 2048×7×7 ─────┐",
        "      │                    1×1",
        "      │                     │ 512",
        "     1×1                   3×3",
        "      │ 1024                │ 512",
        "      │                    1×1",
        "      │                     │ 1024",
        "      └───────── + ─────────┘",
        "                 │ relu",
        "              1024×7×7",
    ]


@given(designs())
def test_every_block_can_be_drawn(design: Design) -> None:
    network = analyze(design)
    for place in network.places():
        if place.node.kind in ("Bottleneck", "BasicBlock"):
            lines = diagram(place.node)
            assert {len(line) for line in lines} == {WIDTH}
            assert ("identity" in "".join(lines)) == (place.node.children[-3].kind == "Shortcut")
