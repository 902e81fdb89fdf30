from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from strategies import designs

from inspector.core.changes.compare import Effect, compare, explain
from inspector.core.design.design import Design
from inspector.core.design.differences import edits
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import Network, analyze


def _explained(*assignments: str, base: str = "resnet50") -> dict[str, Effect]:
    before = preset(base)
    return {each.change.name: each for each in explain(analyze(before), analyze(edit(before, *assignments)))}


def _names(effect: Effect) -> Iterator[str]:
    """The names of all the places that an effect stands for."""
    found = re.fullmatch(r"(conv\d_)(\d+)(.*)", effect.change.name)
    if found is None:
        yield effect.change.name
        return
    for block in range(int(found[2]), int(found[2]) + effect.repeats):
        yield f"{found[1]}{block}{found[3]}"


@pytest.mark.parametrize(
    ("assignment", "name", "what", "why", "cause"),
    [
        ("conv5_3.conv3=1024", "conv5_3.conv3", "2048 → 1024 filters", "set here", "conv5_3.conv3"),
        ("conv5_3.conv3=1024", "conv5_3.bn3", "2048 → 1024 channels", "it normalises conv3", "conv5_3.conv3"),
        (
            "conv5_3.conv3=1024",
            "conv5_3.downsample",
            "new: 1×1, 2048 → 1024",
            "the identity no longer fits the sum: 2048 ≠ 1024",
            "conv5_3.conv3",
        ),
        (
            "conv5_3.conv3=1024",
            "fc",
            "2048 → 1024 inputs",
            "conv5_x now ends in 1024 feature maps",
            "conv5_3.conv3",
        ),
        ("conv5_2.conv3=1024", "conv5_3.conv1", "2048 → 1024 channels", "conv5_2 now puts out 1024", "conv5_2.conv3"),
        ("conv5_1.conv3=1024", "conv5_1.downsample.conv", "2048 → 1024 filters", "the sum needs 1024", "conv5_1.conv3"),
        ("conv5_1.conv3=1024", "conv5_2.downsample", "new: 1×1, 1024 → 2048", "no longer fits", "conv5_1.conv3"),
        ("conv5_2.conv1=64", "conv5_2.conv2", "512 → 64 channels", "conv1 now puts out 64 feature", "conv5_2.conv1"),
        ("conv4_x.planes=128", "conv4_3.conv2", "256 → 128 filters", "conv4_x.planes is 128", "conv4_x.planes"),
        ("conv4_x.planes=128", "conv5_1.conv1", "1024 → 512 channels", "conv4_x now ends in 512", "conv4_6.conv3"),
        ("conv4_x.expansion=2", "conv4_1.conv3", "1024 → 512 filters", "conv4_x.expansion is 2", "conv4_x.expansion"),
        ("conv3_x.groups=8", "conv3_2.conv2", "filters", "conv3_x.groups is 8", "conv3_x.groups"),
        ("conv3_x.width_per_group=32", "conv3_1.conv1", "128 → 64 filters", "is 32", "conv3_x.width_per_group"),
        ("conv3_x.stride=1", "conv3_1.conv2", "stride 2 → 1, 28×28 → 56×56", "stride is 1", "conv3_x.stride"),
        ("conv3_x.stride=1", "conv4_1.conv1", "28×28 → 56×56", "conv3_x now ends in maps of 56×56", "conv3_4.conv3"),
        ("conv2_x.stride=2", "conv2_1.downsample.conv", "stride 1 → 2", "stride is 2", "conv2_x.stride"),
        ("conv5_x.dilate=true", "conv5_2.conv2", "dilation 1 → 2", "conv5_x.dilate is true", "conv5_x.dilate"),
        ("conv4_x.dilate=true", "conv5_1.conv2", "dilation 1 → 2", "conv4_x.dilate is true", "conv4_x.dilate"),
        ("conv4_x.blocks=8", "conv4_7", "new: ↳ identity", "conv4_x.blocks is 8", "conv4_x.blocks"),
        ("conv4_x.blocks=8", "conv4_8.conv1", "new", "it comes with conv4_7", "conv4_7"),
        ("conv4_x.blocks=5", "conv4_6", "gone", "conv4_x.blocks is 5", "conv4_x.blocks"),
        ("stride_on=conv1", "conv4_1.conv1", "stride 1 → 2, 28×28 → 14×14", "stride_on is conv1", "stride_on"),
        ("stride_on=conv1", "conv4_1.conv2", "stride 2 → 1", "stride_on is conv1", "stride_on"),
        ("block=basic", "conv4_1.conv1", "kernel 1 → 3", "block is basic", "block"),
        ("block=basic", "conv4_1.conv3", "gone", "block is basic", "block"),
        ("stem.planes=32", "conv1", "64 → 32 filters", "stem.planes is 32", "stem.planes"),
        ("stem.planes=32", "conv2_1.conv1", "64 → 32 channels", "maxpool now puts out 32 feature maps", "maxpool"),
        ("stem.kernel=3", "conv1", "kernel 7 → 3", "stem.kernel is 3", "stem.kernel"),
        ("stem.stride=1", "conv1", "stride 2 → 1, 112×112 → 224×224", "stem.stride is 1", "stem.stride"),
        ("stem.stride=1", "maxpool", "56×56 → 112×112", "conv1 now puts out maps of 224×224", "conv1"),
        ("stem.pool=false", "maxpool", "64×56×56 → 64×112×112", "stem.pool is false", "stem.pool"),
        ("num_classes=10", "fc", "1000 → 10 classes", "num_classes is 10", "num_classes"),
        ("input=1,1,224,224", "conv1", "3 → 1 channels", "the image now has 1 channel", "input"),
        ("input.height=448", "input", "224×224 → 448×224", "input is 1,3,448,224", "input"),
        ("input.height=448", "avgpool", "input 7×7 → 14×7", "conv5_x now ends in maps of 14×7", "conv5_3.conv3"),
        ("input.batch=8", "fc", "batch 1 → 8", "the batch is 8 now", "conv5_3.conv3"),
        ("input=1,3,1,1", "conv1", "112×112 → 1×1", "the image now has 1×1 pixels", "input"),
    ],
)
def test_an_edit_is_explained_where_it_arrives(assignment: str, name: str, what: str, why: str, cause: str) -> None:
    told = {other: effect for effect in _explained(assignment).values() for other in _names(effect)}
    effect = told[name]
    assert what in effect.what
    assert why in effect.why
    assert effect.cause == cause


def test_a_projection_that_is_no_longer_needed() -> None:
    before = edit(preset("resnet50"), "conv5_3.conv3=1024")
    found = {each.change.name: each for each in explain(analyze(before), analyze(preset("resnet50")))}
    assert found["conv5_3.downsample"].what == "gone"
    assert found["conv5_3.downsample"].why == "the identity fits the sum again: no stride, 2048 channels on both sides"
    assert found["conv5_3.downsample.bn"].is_part
    assert found["conv5_3.conv3"].cause == "conv5_3.conv3"


def test_equal_blocks_are_told_once() -> None:
    found = _explained("conv4_x.blocks=1200", "conv4_x.planes=128")
    assert found["conv4_2.conv1"].repeats == 5
    assert found["conv4_7"].repeats == 1194
    assert len(found) < 120


def test_causes_of_several_edits_at_once() -> None:
    found = _explained("conv2_x.stride=2", "stem.planes=32", base="resnet18")
    assert found["conv2_1.downsample"].cause == "conv2_x.stride"
    assert found["conv2_1.downsample"].why == "the path strides by 2, an identity cannot"
    before = edit(preset("resnet50"), "conv4_x.dilate=true")
    after = edit(before, "conv4_x.stride=3", "conv5_x.stride=3")
    told = {each.change.name: each for each in explain(analyze(before), analyze(after))}
    assert told["conv5_2.conv2"].what.startswith("dilation 2 → 3")
    assert told["conv5_2.conv2"].cause == "conv4_x.stride"


def test_nothing_changed_is_nothing_to_tell() -> None:
    assert explain(analyze(preset("resnet50")), analyze(edit(preset("resnet50"), "conv5_x.planes=512"))) == ()


def _assert_each_has_one_cause(before: Network, after: Network) -> None:
    effects = explain(before, after)
    told = [name for effect in effects for name in _names(effect)]
    assert sorted(told) == sorted(change.name for change in compare(before, after))
    assert len(set(told)) == len(told)
    addresses = {each.address for each in edits(after.design, before.design)}
    by_name = {name: effect for effect in effects for name in _names(effect)}
    for effect in effects:
        assert effect.what
        assert effect.why
        seen: set[str] = set()
        while effect.cause not in addresses:
            assert effect.cause in by_name, effect
            assert effect.cause not in seen, effect
            seen.add(effect.cause)
            effect = by_name[effect.cause]  # noqa: PLW2901  # follows the causes
        assert effect.change.status != "gone" or after.at(effect.where)


@given(designs(), designs())
def test_each_changed_place_has_one_first_cause_that_leads_to_an_edit(one: Design, other: Design) -> None:
    _assert_each_has_one_cause(analyze(one), analyze(other))


@pytest.mark.parametrize("name", ["resnet18", "resnet152", "resnext50_32x4d", "wide_resnet50_2", "resnet50_v1"])
def test_presets_are_explained_against_each_other(name: str) -> None:
    _assert_each_has_one_cause(analyze(preset("resnet50")), analyze(preset(name)))
    _assert_each_has_one_cause(analyze(preset(name)), analyze(preset("resnet50")))


def test_of_several_edits_the_one_that_moved_the_filters_is_named() -> None:
    before = edit(preset("resnet50"), "conv5_x.width_per_group=4")
    after = edit(before, "conv5_x.planes=513", "conv5_x.groups=32")  # ⌊512 · 4 / 64⌋ = ⌊513 · 4 / 64⌋ = 32
    found = {each.change.name: each for each in explain(analyze(before), analyze(after))}
    assert (found["conv5_2.conv1"].what, found["conv5_2.conv1"].why) == (
        "32 → 1024 filters, 2048 → 2052 channels",
        "conv5_x.groups is 32",
    )
    assert found["conv5_2.conv3"].why == "conv5_x.planes is 513"
