from __future__ import annotations

from math import prod

import pytest
from caches import forget
from hypothesis import given
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.blocks import bottleneck, has_projection
from inspector.core.network.network import Network, analyze
from inspector.core.network.tree import Place
from inspector.errors import DesignError


def _blocks(network: Network) -> list[Place]:
    return [place for place in network.places() if place.node.kind in ("Bottleneck", "BasicBlock")]


@given(designs())
def test_totals_are_the_sums_of_the_operations(design: Design) -> None:
    network = analyze(design)
    operations = [place.node for place in network.operations()]
    assert network.params == sum(node.params for node in operations)
    assert network.macs == sum(node.macs for node in operations)


@given(designs())
def test_each_operation_takes_what_the_one_before_gives(design: Design) -> None:
    network = analyze(design)
    for place in network.places():
        if place.node.kind in ("Bottleneck", "BasicBlock"):
            *path, branch, add, relu = place.node.children
            assert [node.input for node in path] == [place.node.input, *(node.output for node in path[:-1])]
            assert branch.input == place.node.input
            assert path[-1].output == branch.output == add.input == relu.output == place.node.output
        elif place.node.children and place.node.kind not in ("ResNet", "Head"):
            children = place.node.children
            assert [node.input for node in children] == [place.node.input, *(node.output for node in children[:-1])]
            assert children[-1].output == place.node.output


@given(designs())
def test_the_shortcut_is_the_identity_exactly_where_it_fits(design: Design) -> None:
    for place in _blocks(analyze(design)):
        node = place.node
        stride = prod(child.window.stride for child in node.children if child.kind == "Conv2d" and child.window)
        assert has_projection(node) == (stride != 1 or node.input[1] != node.output[1])


@given(designs())
def test_params_and_weights_do_not_depend_on_the_image(design: Design) -> None:
    other = edit(design, "input.height=64", "input.width=31", "input.batch=5")
    before, after = analyze(design), analyze(other)
    assert before.params == after.params
    weights = [[place.node.weight for place in network.operations()] for network in (before, after)]
    assert weights[0] == weights[1]


@given(designs())
def test_every_name_is_unique_and_found_again(design: Design) -> None:
    network = analyze(design)
    places = list(network.places())
    names = [place.name for place in places]
    assert len(set(names)) == len(names)
    for place in places:
        assert network.find(place.name) == place
        assert network.at(place.where) == place


@given(designs())
def test_paths_are_found_and_unique_among_what_holds_weights(design: Design) -> None:
    network = analyze(design)
    weighted = [place for place in network.operations() if place.node.params]
    assert len({place.path for place in weighted}) == len(weighted)
    for place in weighted:
        assert network.find(place.path) == place


@given(designs())
def test_stride_so_far_is_the_product_of_the_strides(design: Design) -> None:
    network = analyze(design)
    reach = design.stem.stride * (2 if design.stem.pool else 1)
    for name, stage in zip(("conv2_x", "conv3_x", "conv4_x", "conv5_x"), design.stages, strict=True):
        reach *= 1 if stage.dilate else stage.stride
        assert network.find(name).node.stride == reach
    assert network.find("fc").node.stride is None


def test_an_override_that_breaks_the_identity_grows_a_projection_and_fc_follows() -> None:
    network = analyze(edit(preset("resnet50"), "conv5_3.conv3=1024"))
    assert network.find("layer4.2.downsample").node.kind == "Projection"
    assert network.find("conv5_3.downsample.conv").node.weight == (1024, 2048, 1, 1)
    assert network.find("fc").node.weight == (1000, 1024)
    assert network.find("conv5_3.bn3").node.params == 2048


def test_an_override_in_the_middle_grows_the_next_block_a_projection_too() -> None:
    network = analyze(edit(preset("resnet50"), "conv4_3.conv3=640"))
    kinds = [place.node.children[-3].kind for place in _blocks(network) if place.name.startswith("conv4")]
    assert kinds == ["Projection", "Shortcut", "Projection", "Projection", "Shortcut", "Shortcut"]


def test_equal_blocks_are_one_node() -> None:
    stage = analyze(edit(preset("resnet152"), "conv4_20.conv1=100")).find("conv4_x").node
    assert len(stage.children) == 36
    assert len({id(block) for block in stage.children}) == 3


def test_v1_strides_on_the_1x1_and_v15_on_the_3x3() -> None:
    for name, sizes in (("resnet50", ((56, 56), (28, 28))), ("resnet50_v1", ((28, 28), (28, 28)))):
        network = analyze(preset(name))
        assert network.find("conv3_1.conv1").node.output[2:] == sizes[0]
        assert network.find("conv3_1.conv2").node.output[2:] == sizes[1]


def test_both_naming_schemes_name_the_same_places() -> None:
    network = analyze(preset("resnet50"))
    for paper, torch in (
        ("conv2_x", "layer1"),
        ("conv5_3", "layer4.2"),
        ("conv4_6.bn2", "layer3.5.bn2"),
        ("conv3_1.downsample.conv", "layer2.0.downsample.0"),
    ):
        assert network.find(paper) == network.find(torch)


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("conv5_4", "conv5_"),
        ("layer4.3", "layer4.2"),
        ("conv5_3.conv4", "conv5_3.conv3"),
        ("layr4", "layer4"),
        ("conv5_" + "9" * 5000, ""),
        ("", ""),
    ],
)
def test_an_unknown_place_is_answered_with_the_nearest(address: str, hint: str) -> None:
    with pytest.raises(DesignError, match="no such node") as raised:
        analyze(preset("resnet50")).find(address)
    assert hint in str(raised.value)


@pytest.mark.parametrize(("blocks", "planes"), [(6, 75), (1200, 76), (10_000, 77)])
def test_an_edit_analyses_what_it_changes_however_many_blocks_there_are(blocks: int, planes: int) -> None:
    forget()
    design = edit(preset("resnet50"), f"conv4_x.blocks={blocks}")
    analyze(design)
    before = bottleneck.cache_info().misses
    analyze(edit(design, f"conv4_x.planes={planes}"))
    assert bottleneck.cache_info().misses - before == 3  # conv4_1, all others of conv4_x, conv5_1


def test_overrides_in_a_long_stage_cost_the_blocks_that_differ() -> None:
    forget()
    design = edit(preset("resnet50"), "conv4_x.blocks=1200", "conv4_600.conv1=33")
    analyze(design)
    before = bottleneck.cache_info().misses
    network = analyze(edit(design, "conv4_x.planes=78"))
    assert bottleneck.cache_info().misses - before == 4
    assert network.find("conv4_600.conv1").node.output[1] == 33
    assert network.find("conv4_601.conv1").node.output[1] == 78
