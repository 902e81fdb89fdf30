from __future__ import annotations

import pytest
from hypothesis import given
from strategies import designs

from inspector.core.changes.gradcam import address, lines, price, target
from inspector.core.design.design import Design
from inspector.core.design.edit import edit, resolve
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.errors import DesignError

RESNET50 = preset("resnet50")


def test_the_target_is_the_last_bottleneck_at_first() -> None:
    found = target(analyze(RESNET50))
    assert (found.name, found.path, found.maps, found.size) == ("conv5_3", "layer4.2", 2048, (7, 7))
    assert (found.stride, found.field, found.expression) == (32, 427, "model.layer4[-1]")
    assert "target_layers = [model.layer4[-1]]" in lines(found)["pytorch-grad-cam"]
    assert lines(found)["torch-cam"][-1] == 'cam = GradCAM(model, target_layer="layer4.2")'


@pytest.mark.parametrize("text", ["conv4_2", "layer3.1"])
def test_a_block_is_made_the_target_by_either_name(text: str) -> None:
    design = edit(RESNET50, f"target={text}")
    found = target(analyze(design))
    assert (design.target, found.path, found.expression) == ("conv4_2", "layer3.1", "model.layer3[1]")
    assert (found.maps, found.size, found.stride) == (1024, (14, 14), 16)


def test_the_last_block_stays_the_target_whatever_its_number() -> None:
    design = edit(RESNET50, "target=conv5_3", "conv5_x.blocks=5")
    assert target(analyze(design)).name == "conv5_5"
    assert edit(RESNET50, "target=conv5_3") == RESNET50


def test_a_target_that_goes_makes_room_for_the_last_block() -> None:
    design = edit(RESNET50, "target=conv4_6")
    assert edit(design, "conv4_x.blocks=6").target == "conv4_6"
    assert edit(design, "conv4_x.blocks=5").target == "last"
    assert edit(design, "conv5_x.blocks=1").target == "conv4_6"


@pytest.mark.parametrize("text", ["conv5_4", "layer4.3", "conv6_1", "conv5_0", "fc", "", "conv5_3.conv3"])
def test_what_is_no_block_is_no_target(text: str) -> None:
    with pytest.raises(DesignError, match=r"^target"):
        edit(RESNET50, f"target={text}")


@given(designs())
def test_the_target_says_what_the_network_says(design: Design) -> None:
    network = analyze(design)
    found = target(network)
    node = network.at(found.where).node
    assert network.find(found.path).where == network.find(found.name).where == found.where
    assert node.output[1:] == (found.maps, *found.size)
    assert resolve(design, address(design)).value == found.maps


def test_what_fewer_maps_cost_is_said_with_the_projection_that_they_need() -> None:
    found = price(analyze(RESNET50), "1024")
    assert (found.params, found.macs) == (548_864, 76_046_336)
    assert [each.change.name for each in found.projections] == ["conv5_3.downsample"]
    assert found.design == edit(RESNET50, "conv5_3.conv3=1024")
    with pytest.raises(DesignError):
        price(analyze(RESNET50), "0")
