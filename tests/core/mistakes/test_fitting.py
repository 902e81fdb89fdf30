from __future__ import annotations

import pytest
from hypothesis import given
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.mistakes.effort import Effort
from inspector.core.mistakes.fitting import Fit, fit, fits, of_stage, tried
from inspector.core.network.network import analyze

RESNET50 = preset("resnet50")


@given(designs())
def test_every_module_is_found_by_its_path(design: Design) -> None:
    network = analyze(design)
    for place in network.operations():
        if place.node.weight:
            place_there = network.get(place.path)
            assert place_there is not None
            assert place_there.node is place.node
            assert fits(network, place.path, place.node.weight)
            assert fits(network, place.path, ())
            assert not fits(network, place.path, None)
            assert not fits(network, place.path, (place.node.weight[0] + 1,))
    if design.num_classes:
        assert fit(design, {"fc": (design.num_classes,)}) == Fit((), (), ())


@pytest.mark.parametrize("path", ["", "layer4", "layer4.99", "layer4.x.conv1", "layer9.0.conv1", "conv1.0"])
def test_what_is_not_there_is_none_or_a_group(path: str) -> None:
    place = analyze(RESNET50).get(path)
    assert place is None or place.node.children


def test_a_fit_says_what_is_left() -> None:
    assert fit(RESNET50, {"fc": (10,), "layer4.2.conv1": (512, 7, 2, 2)}) == Fit(
        ("num_classes=10",), (), ("layer4.2.conv1",)
    )


def test_the_fit_that_changes_least_comes_first() -> None:
    found = fit(RESNET50, {"layer4.2.conv3": (1024, 512, 1, 1)})
    assert found == Fit(("conv5_3.conv3=1024",), ("conv5_x.expansion=2",), ())


def test_only_edits_that_are_allowed_and_change_something_are_tried() -> None:
    found = tried(RESNET50, ["num_classes=10", "num_classes=10", "num_classes=-1", "num_classes=1000", "nothing=1"])
    assert [assignment for assignment, _ in found] == ["num_classes=10"]


@given(designs())
def test_a_stage_can_be_given_a_width_that_it_has(design: Design) -> None:
    values = design.conv4_x
    for wanted in (values.width, values.outplanes):
        reached = [
            edited.design.conv4_x.plain_filters(design.block)
            for _, edited in tried(edit(design, "conv4_x.planes=71"), of_stage(design, "conv4_x", wanted))
        ]
        assert any(wanted in filters for filters in reached)


def test_the_deepest_block_of_a_list_is_tried_first() -> None:
    wanted = {f"layer3.{block}.conv2": () for block in range(6, 3_000)}
    assert fit(RESNET50, wanted) == Fit(("conv4_x.blocks=3000",), (), ())


def test_a_search_ends_where_its_effort_does() -> None:
    effort = Effort(nodes=1)
    assert len(list(tried(RESNET50, ["num_classes=10", "num_classes=11"], effort))) == 1
    assert not effort.is_left
    assert not list(tried(RESNET50, ["num_classes=10"], effort))


def test_an_edit_of_a_larger_design_is_more_effort() -> None:
    spent = []
    for blocks in (6, 6_000):
        effort = Effort()
        list(tried(edit(RESNET50, f"conv4_x.blocks={blocks}"), ["conv4_x.planes=71"], effort))
        spent.append(Effort().nodes - effort.nodes)
    assert spent[0] < spent[1]
