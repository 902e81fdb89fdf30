from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import designs, edits

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.mistakes.by_hand import errors_by_hand
from inspector.core.network.network import analyze
from inspector.errors import DesignError

RESNET50 = preset("resnet50")


def _met(*assignments: str) -> list[tuple[str, str, tuple[int, ...]]]:
    """Kind, place and numbers of the errors on the way, where every module is changed after what feeds it."""
    found = errors_by_hand(analyze(RESNET50), analyze(edit(RESNET50, *assignments)))
    shown = [(met.kind, met.name, tuple(each[-1] for each in met.numbers)) for met in found if not met.is_alone]
    return list(dict.fromkeys(shown))


def test_the_last_bottleneck_is_three_errors() -> None:
    assert _met("conv5_3.conv3=1024") == [
        ("norm", "conv5_3.bn3", (1024, 2048)),
        ("sum", "conv5_3.add", (1024, 2048)),
        ("fc", "fc", (1024, 2048, 1000)),
    ]


def test_a_stage_is_an_error_at_every_place_that_follows() -> None:
    assert [(kind, name) for kind, name, _ in _met("conv5_x.expansion=2")] == [
        ("norm", "conv5_1.bn3"),
        ("sum", "conv5_1.add"),
        ("norm", "conv5_1.downsample.bn"),
        ("conv", "conv5_2.conv1"),
        ("norm", "conv5_2.bn3"),
        ("conv", "conv5_3.conv1"),
        ("norm", "conv5_3.bn3"),
        ("fc", "fc"),
    ]


def test_a_stride_is_an_error_at_the_sum_alone() -> None:
    assert _met("conv5_x.stride=1") == [("map", "conv5_1.add", (14, 7))]


def test_what_needs_a_new_module_is_counted_from_there_on() -> None:
    found = errors_by_hand(analyze(RESNET50), analyze(edit(RESNET50, "conv5_3.conv3=1024")))
    assert [met.news for met in found if not met.is_alone] == [0, 0, 2]


@given(designs())
def test_without_an_edit_there_is_no_error(design: Design) -> None:
    assert list(errors_by_hand(analyze(design), analyze(design))) == []
    assert list(errors_by_hand(analyze(design), analyze(edit(design, "input.batch=7")))) == []


@given(st.data())
def test_equal_blocks_need_not_be_told_again(data: st.DataObject) -> None:
    design = edit(data.draw(designs()), "conv4_x.blocks=6", "conv5_x.blocks=5")
    try:
        edited = edit(design, data.draw(edits(design)))
    except DesignError:
        assume(False)
    every = list(errors_by_hand(analyze(design), analyze(edited)))
    some = list(errors_by_hand(analyze(design), analyze(edited), {"layer3.4"}))
    assert {(met.kind, met.numbers) for met in some} == {(met.kind, met.numbers) for met in every}
    assert [met for met in every if "layer3.4." in met.path] == [met for met in some if "layer3.4." in met.path]
    assert all(met in every for met in some)


def test_a_run_is_told_by_its_first_block_and_by_those_that_are_shown() -> None:
    before = analyze(edit(RESNET50, "conv4_x.blocks=100"))
    after = analyze(edit(before.design, "conv4_x.planes=128"))
    told = {met.path.rpartition(".")[0] for met in errors_by_hand(before, after, {"layer3.70"}) if ".bn" in met.path}
    assert told == {"layer3.0", "layer3.1", "layer3.70"}
