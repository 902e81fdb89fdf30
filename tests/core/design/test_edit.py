from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import designs, edits

from inspector.core.design.design import CONVOLUTIONS, Design
from inspector.core.design.differences import Edited, value
from inspector.core.design.differences import edits as edits_of
from inspector.core.design.edit import edit, resolve, several, step, write
from inspector.core.design.history import History
from inspector.core.design.presets import preset
from inspector.core.explain.editable import editable, follows, likeliest
from inspector.core.names import block_name
from inspector.core.network.network import analyze
from inspector.errors import DesignError

RESNET50 = preset("resnet50")


@given(st.data())
def test_undo_gives_back_what_was_there(data: st.DataObject) -> None:
    design = data.draw(designs())
    history = History.of(design)
    made = [design]
    for _ in range(data.draw(st.integers(1, 5))):
        assignment = data.draw(edits(history.current))
        try:
            history = history.record(edit(history.current, assignment), assignment)
        except DesignError:
            continue
        if history.current != made[-1]:
            made.append(history.current)
    for expected in reversed(made):
        assert history.current == expected
        history = history.undo()
    assert history.undo().current == design
    for expected in made[1:]:
        history = history.redo()
        assert history.current == expected
    assert not history.can_redo


def test_a_new_edit_forgets_what_was_undone() -> None:
    history = History.of(RESNET50)
    first = history.record(edit(RESNET50, "num_classes=10"), "").undo()
    second = first.record(edit(RESNET50, "num_classes=20"), "")
    assert [step.design.num_classes for step in second.steps] == [1000, 20]
    assert second.record(second.current, "") is second


@given(designs())
def test_writing_back_what_is_read_changes_nothing(design: Design) -> None:
    network = analyze(design)
    for place in network.places():
        for field in editable(design, place):
            again = write(design, field, field.value)
            assert analyze(again).root == network.root
            assert resolve(design, field.address) == field


@given(designs())
def test_edits_say_all_that_differs_from_the_base(design: Design) -> None:
    found = edits_of(design)
    replayed = preset(design.base)
    values = [each for each in found if "_x." in each.address or not each.address.startswith("conv")]
    overridden = [each for each in found if each not in values]
    for each in (*values, *values, *overridden):  # an order may pass through what cannot be: once more mends it
        try:
            replayed = edit(replayed, f"{each.address}={value(each.after)}")
        except DesignError:
            assert each in values  # only values are at odds with one another
    assert analyze(replayed).root == analyze(design).root


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("conv5_x.planes=0", "conv5_x.planes = 0: must be an integer from 1 to 65536"),
        ("conv5_x.planes=abc", "conv5_x.planes = abc: must be an integer from 1 to 65536"),
        ("conv5_x.planes=-3", "conv5_x.planes = -3: must be an integer from 1 to 65536"),
        ("conv5_x.planes=1.5", "conv5_x.planes = 1.5: must be an integer from 1 to 65536"),
        ("conv5_x.planes=", "conv5_x.planes = '': must be an integer from 1 to 65536"),
        ("conv5_x.planes=99999999999", "conv5_x.planes = 99999999999: must be an integer from 1 to 65536"),
        ("conv5_x.planes=٣", "conv5_x.planes = ٣: must be an integer from 1 to 65536"),
        ("layer4.planes=0", "layer4.planes = 0: must be an integer from 1 to 65536"),
        ("conv5_x.blocks=10001", "conv5_x.blocks = 10001: must be an integer from 1 to 10000"),
        ("conv5_x.plane=3", "conv5_x.plane: no such address; did you mean conv5_x.planes?"),
        ("layer4.plane=3", "layer4.plane: no such address; did you mean layer4.planes?"),
        ("conv5_3.conv4=8", "conv5_3.conv4: no such convolution; a bottleneck block has conv1, conv2, conv3"),
        ("conv5_4.conv3=8", "conv5_4.conv3: no such block; conv5_x has conv5_1 to conv5_3"),
        ("layer4.3.conv3=8", "layer4.3.conv3: no such block; conv5_x has 0 to 2"),
        ("stem.kernel=4", "stem.kernel = 4: must be an odd integer from 1 to 255"),
        ("stem.pool=perhaps", "stem.pool = perhaps: must be true or false"),
        ("block=wide", "block = wide: must be bottleneck or basic"),
        ("input=1,3,224", "input = 1,3,224: must be N,C,H,W: four integers from 1 to 65536"),
        ("conv5_x.planes", "conv5_x.planes: must be ADDRESS=VALUE, like conv5_x.planes=384"),
        ("base=resnet18", "base: no such address"),
        ("\x1b[31m=3", "\\x1b[31m: no such address"),
    ],
)
def test_a_refusal_names_the_address_the_value_and_what_is_allowed(assignment: str, message: str) -> None:
    with pytest.raises(DesignError) as raised:
        edit(RESNET50, assignment)
    assert str(raised.value).startswith(message)


def test_what_torch_cannot_build_is_refused_where_it_is_set() -> None:
    grouped = edit(RESNET50, "conv5_x.groups=32", "conv5_x.width_per_group=4")
    with pytest.raises(DesignError, match=r"conv5_3.conv1 = 100: must be divisible by the 32 groups of conv2"):
        edit(grouped, "conv5_3.conv1=100")
    with pytest.raises(DesignError, match=r"conv5_x.width_per_group = 1: makes the 3×3 .* 0 channels wide"):
        edit(RESNET50, "conv5_x.planes=8", "conv5_x.width_per_group=1")
    with pytest.raises(DesignError, match=r"stride_on = conv2: a basic block strides on conv1"):
        edit(preset("resnet18"), "stride_on=conv2")
    with pytest.raises(DesignError, match=r"conv2_x.expansion = 4: must be 1 in a basic block"):
        edit(preset("resnet18"), "conv2_x.expansion=4")
    with pytest.raises(DesignError, match=r"more than torch can address"):
        edit(RESNET50, "input=65536,3,65536,65536", "conv5_x.planes=65536")


def test_the_input_is_read_in_several_spellings_and_by_its_sizes() -> None:
    for text in ("input=2,3,512,384", "input=2x3x512x384", "input=[2, 3, 512, 384]", "input = 2×3×512×384"):
        assert edit(RESNET50, text).input == (2, 3, 512, 384)
    assert edit(RESNET50, "input.height=512", "input.batch=8").input == (8, 3, 512, 224)


def test_conv1_and_fc_are_addresses_by_what_they_are() -> None:
    assert edit(RESNET50, "conv1=32").stem.planes == 32
    assert edit(RESNET50, "fc=10").num_classes == 10


def test_an_override_that_says_what_the_stage_says_is_none() -> None:
    overridden = edit(RESNET50, "conv5_3.conv3=1024", "conv5_3.conv1=100")
    assert len(overridden.conv5_x.overrides) == 1
    assert edit(overridden, "conv5_3.conv3=2048", "layer4.2.conv1=512") == RESNET50


def test_overrides_of_blocks_that_go_go_with_them() -> None:
    overridden = edit(RESNET50, "conv5_2.conv1=100", "conv5_3.conv3=1024")
    shorter = edit(overridden, "conv5_x.blocks=2")
    assert [override.block for override in shorter.conv5_x.overrides] == [2]


def test_the_block_kind_is_changed_with_all_that_it_cannot_have() -> None:
    basic = edit(
        RESNET50, "conv5_x.groups=2", "conv4_x.dilate=true", "conv5_3.conv3=9", "conv5_3.conv1=6", "block=basic"
    )
    assert analyze(edit(basic, "conv5_3.conv1=512")).root == analyze(preset("resnet34")).root
    assert edit(preset("resnet34"), "block=bottleneck").conv2_x == RESNET50.conv2_x


def test_steps_are_of_eight_for_filters_and_of_one_for_counts() -> None:
    def stepped(address: str, steps: int, *first: str) -> object:
        design = edit(RESNET50, *first)
        return resolve(step(design, resolve(design, address), steps), address).value

    assert stepped("conv5_x.planes", 1) == 520
    assert stepped("conv5_x.planes", -1) == 504
    assert stepped("conv5_x.planes", 1, "conv5_x.planes=515") == 520
    assert stepped("conv5_x.planes", -1, "conv5_x.planes=515") == 512
    assert stepped("conv5_x.planes", -1, "conv5_x.planes=1") == 1
    assert stepped("conv5_x.blocks", 1) == 4
    assert stepped("conv5_x.blocks", -5) == 1
    assert stepped("stem.kernel", 1) == 9
    assert stepped("stem.kernel", -1, "stem.kernel=1") == 1
    assert stepped("stem.pool", 1) is False
    assert stepped("stride_on", 1) == "conv1"
    assert stepped("conv5_3.conv1", 1, "conv5_x.groups=32", "conv5_x.width_per_group=4") == 1056
    assert stepped("conv5_3.conv1", 1, "conv5_x.groups=3", "conv5_x.width_per_group=4") == 102


@given(designs())
def test_every_step_from_an_editable_field_is_a_design_or_a_reason(design: Design) -> None:
    network = analyze(design)
    fields = {field.address: field for place in network.places() for field in editable(design, place)}
    for field in fields.values():
        for steps in (1, -1):
            try:
                stepped = step(design, field, steps)
            except DesignError as error:
                assert error.reason  # noqa: PT017  # either is right
            else:
                analyze(stepped)


def test_what_follows_from_a_convolution_offers_its_filters() -> None:
    network = analyze(edit(RESNET50, "conv5_3.conv3=1024"))
    first = {
        place.name: editable(network.design, place)[likeliest(network.design, place)].address
        for place in network.places()
        if place.name.startswith("conv5_3")
    }
    assert first == {
        "conv5_3": "conv5_3.conv3",
        **{f"conv5_3.{part}1": "conv5_3.conv1" for part in ("conv", "bn", "relu")},
        **{f"conv5_3.{part}2": "conv5_3.conv2" for part in ("conv", "bn", "relu")},
        **{f"conv5_3.{part}3": "conv5_3.conv3" for part in ("conv", "bn", "relu")},
        "conv5_3.downsample": "conv5_3.conv3",
        "conv5_3.downsample.conv": "conv5_3.conv3",
        "conv5_3.downsample.bn": "conv5_3.conv3",
        "conv5_3.add": "conv5_3.conv3",
    }
    assert follows(network.design, network.find("conv5_3.bn2")) == "conv5_3.conv2"
    assert follows(network.design, network.find("conv5_3.conv2")) == ""
    assert follows(network.design, network.find("conv5_x")) == ""


@pytest.mark.parametrize("name", ["resnet50", "resnet18"])
def test_every_convolution_of_every_block_can_be_edited(name: str) -> None:
    design = preset(name)
    for stage in ("conv2_x", "conv5_x"):
        for block in range(1, design.stage(stage).blocks + 1):
            for convolution in CONVOLUTIONS[design.block]:
                address = f"{block_name(stage, block)}.{convolution}"
                network = analyze(edit(design, f"{address}=24"))
                assert network.find(address).node.output[1] == 24


def test_an_edit_is_told_against_the_base_not_against_another_edit() -> None:
    edited = edits_of(edit(RESNET50, "conv5_x.expansion=2", "conv5_3.conv3=512"))
    found = {each.address: (each.before, each.after) for each in edited}
    assert found == {"conv5_x.expansion": (4, 2), "conv5_3.conv3": (2048, 512)}
    longer = edits_of(edit(RESNET50, "conv5_x.blocks=4", "conv5_4.conv3=512"))
    assert longer[-1] == Edited("conv5_4.conv3", None, 512)
    assert value(longer[-1].before) == "none"


@pytest.mark.parametrize(("text", "number"), [("1,024", 1024), ("65_536", 65536), ("12", 12), (" 8 ", 8)])
def test_numbers_may_be_grouped(text: str, number: int) -> None:
    assert edit(RESNET50, f"conv5_x.planes={text}").conv5_x.planes == number


@pytest.mark.parametrize("text", ["1,2", ",5", "1__2", "_1", "12,34", "1 2", "+8", "0x10", "1e3", "9" * 5000])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(DesignError, match="must be an integer"):
        edit(RESNET50, f"conv5_x.planes={text}")


def test_a_refusal_elsewhere_is_told_at_what_was_set() -> None:
    with pytest.raises(DesignError) as raised:
        edit(preset("resnext50_32x4d"), "layer1.planes=8")
    assert str(raised.value).startswith("conv2_x.planes = 8: then conv2_x.width_per_group = 4 makes the 3×3")


@pytest.mark.parametrize(
    ("assignment", "same"),
    [
        ("conv*_x.expansion=2", [f"conv{n}_x.expansion=2" for n in (2, 3, 4, 5)]),
        ("layer*.blocks=2", [f"layer{n}.blocks=2" for n in (1, 2, 3, 4)]),
        ("width=0.75", ["stem.planes=48", *(f"conv{n}_x.planes={48 * 2 ** (n - 2)}" for n in (2, 3, 4, 5))]),
        ("width=0.1", ["stem.planes=8", "layer1.planes=8", "layer2.planes=16", "layer3.planes=24", "layer4.planes=48"]),
    ],
)
def test_one_address_for_several_stages_is_an_edit_of_each(assignment: str, same: list[str]) -> None:
    design = preset("resnet50")
    assert edit(design, assignment) == edit(design, *same)


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "1e9", "nan", "0.0"])
def test_a_width_is_a_number_above_zero(text: str) -> None:
    with pytest.raises(DesignError, match="must be a number above 0, like"):
        edit(preset("resnet50"), f"width={text}")


def test_an_address_for_several_stages_is_completed_and_checked() -> None:
    assert {"width", "conv*_x.planes"} <= set(several("conv"))
    with pytest.raises(DesignError, match=r"conv2_x\.plane: no such address"):
        edit(preset("resnet50"), "conv*_x.plane=3")
