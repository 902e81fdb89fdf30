from __future__ import annotations

import pytest
from benches import RESNET50, Trying, with_edits

from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.session.editing import takes_letter
from inspector.session.outcome import Say
from inspector.session.panes import Room


def test_typing_is_live_and_one_step_of_the_history() -> None:
    trying = Trying().at("conv5_x").do("app.edit")
    assert trying.bench.draft is not None
    for text, planes in (("3", 3), ("38", 38), ("384", 384)):
        assert trying.do("field.type", text).design.conv5_x.planes == planes
    trying.do("field.keep")
    assert [step.label for step in trying.bench.history.steps] == ["", "conv5_x.planes"]
    assert trying.bench.network.params == 18_993_704
    assert trying.do("app.undo").bench.network.params == 25_557_032
    assert trying.do("app.redo").bench.network.params == 18_993_704


def test_what_is_not_allowed_is_explained_and_the_last_allowed_value_stays() -> None:
    trying = Trying().at("conv5_x").type("7000", "70000")
    assert trying.bench.complaint == "must be an integer from 1 to 65536"
    assert trying.design.conv5_x.planes == 7000
    for how in ("field.keep", "field.next", "field.previous"):
        assert trying.do(how).bench.draft is not None, "a value that is not allowed is not kept"
    assert trying.do("field.type", "7000").bench.complaint == ""
    assert trying.do("field.revert").design == RESNET50


@pytest.mark.parametrize("leave", ["app.undo", "app.quit", "tree.go", "app.ripple", "app.enter", "detail.next"])
def test_what_is_half_typed_and_not_allowed_is_taken_back_whatever_comes(leave: str) -> None:
    trying = Trying().at("conv5_x").type("7", "7x")
    arguments = {"tree.go": ((2,),), "app.enter": ("tree",)}.get(leave, ())
    trying.do(leave, *arguments)
    assert (trying.design, trying.bench.draft, trying.bench.complaint) == (RESNET50, None, "")


def test_typing_that_is_left_otherwise_stays_where_it_is_allowed() -> None:
    trying = Trying().at("conv5_x").type("384").do("tree.go", (2,))
    assert trying.design.conv5_x.planes == 384
    assert trying.name == "conv2_x"


def test_groups_that_do_not_divide_are_refused() -> None:
    trying = with_edits("conv5_x.groups=32", "conv5_x.width_per_group=4").at("conv5_1")
    trying.do("detail.previous").do("detail.previous")
    assert trying.type("100").bench.complaint == "must be divisible by the 32 groups of conv2"


@pytest.mark.parametrize(
    ("place", "steps", "expected"),
    [
        ("network", 1, "num_classes=1001"),
        ("input", 1, "input.height=232"),
        ("stem", -1, "stem.planes=56"),
        ("conv5_x", 2, "conv5_x.planes=528"),
        ("conv5_1", -1, "conv5_1.conv3=2040"),
        ("conv5_1.conv1", 1, "conv5_1.conv1=520"),
        ("fc", -1, "num_classes=999"),
    ],
)
def test_plus_and_minus_step_the_marked_field(place: str, steps: int, expected: str) -> None:
    trying = Trying().at(place)
    for _ in range(abs(steps)):
        trying.do("app.step-up" if steps > 0 else "app.step-down")
    assert trying.design == edit(RESNET50, expected)


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ("input", "input.height"),
        ("conv1", "stem.planes"),
        ("conv5_x", "conv5_x.planes"),
        ("conv5_1", "conv5_1.conv3"),
        ("conv5_1.conv1", "conv5_1.conv1"),
        ("conv5_1.bn2", "conv5_1.conv2"),
        ("conv5_1.downsample", "conv5_1.conv3"),
        ("avgpool", "num_classes"),
    ],
)
def test_every_kind_of_place_can_be_typed_into(place: str, address: str) -> None:
    assert Trying().at(place).type("24").do("field.keep").design == edit(RESNET50, f"{address}=24")


def test_a_block_s_fields_stand_in_forward_order_and_the_last_convolution_is_marked() -> None:
    fields, marked = Trying().at("conv4_2").bench.marks
    assert [field.name for field in fields] == ["conv1", "conv2", "conv3", "planes", "expansion"]
    assert fields[marked].name == "conv3"
    fields, marked = Trying(preset("resnet18")).at("conv4_2").bench.marks
    assert ([field.name for field in fields], marked) == (["conv1", "conv2", "planes"], 1)


def test_the_mark_is_shared_by_places_of_a_kind() -> None:
    trying = Trying().at("conv5_x").do("detail.next").at("conv4_x")
    assert trying.bench.field is not None
    assert trying.bench.field.address == "conv4_x.expansion"
    assert trying.at("stem").bench.marks[1] == 0


def test_fields_are_gone_on_to_while_typing() -> None:
    trying = Trying().at("conv5_x").type("384").do("field.next")
    assert trying.bench.field is not None
    assert (trying.bench.field.name, trying.design.conv5_x.planes) == ("expansion", 384)
    assert trying.do("field.previous").bench.field == trying.bench.field, "nothing is being typed"


def test_choices_and_flags_are_stepped_where_numbers_are_typed_into() -> None:
    trying = Trying().do("detail.next").do("detail.open")
    assert trying.design.stride_on == "conv1"
    trying.do("detail.next").do("app.edit")
    assert trying.design.block == "basic"


def test_the_mark_stays_on_a_choice_that_changes_the_fields() -> None:
    trying = Trying().do("detail.next").do("detail.next").do("app.step-up")
    assert trying.design.block == "basic"
    assert trying.do("app.step-up").design.block == "bottleneck"
    assert trying.design.num_classes == 1000


def test_letters_choose_in_a_choice_and_are_no_letters_anywhere_else() -> None:
    trying = Trying().do("detail.next").do("detail.next")
    assert trying.bench.field is not None
    for letter in "basic":
        assert takes_letter(trying.bench.field, trying.bench.letters, letter)
        trying.do("detail.letter", letter)
        assert trying.design.block == "basic"
    assert not takes_letter(trying.bench.field, "", "u")
    assert trying.do("app.undo").design == RESNET50
    assert trying.do("detail.letter", "b").do("detail.letter", "o").design.block == "bottleneck"
    assert not takes_letter(Trying().bench.field, "", "b")
    flag = Trying().at("conv5_x").do("detail.press", 6, "label").do("detail.letter", "t")
    assert flag.design.conv5_x.dilate
    assert not flag.do("detail.letter", "f").design.conv5_x.dilate


def test_a_field_is_pressed() -> None:
    trying = Trying().at("conv5_x").do("detail.press", 0, "+")
    assert trying.design.conv5_x.planes == 520
    assert trying.do("detail.press", 0, "−").design == RESNET50
    assert trying.do("detail.press", 2, "value").bench.draft is not None
    assert trying.bench.focus == "detail"


def test_the_place_goes_to_what_is_left_when_its_block_goes() -> None:
    trying = Trying().at("conv5_3").do("history.go", 0)
    trying.do("app.make", "conv5_x.blocks=1")
    assert Trying().at("conv5_3").do("app.jump-to", "conv5_3").name == "conv5_3"
    trying = Trying().at("conv5_x").do("detail.press", 2, "label").at("conv5_3")
    stage = edit(RESNET50, "conv5_x.blocks=1")
    from inspector.session.editing import become

    after = become(trying.bench, trying.bench.history.record(stage, "conv5_x.blocks"))
    assert after.place.name == "conv5_1"


def test_the_place_follows_a_projection_that_comes_and_goes() -> None:
    from inspector.session.editing import become

    trying = Trying().at("conv5_3.shortcut")
    history = trying.bench.history
    grown = become(trying.bench, history.record(edit(RESNET50, "conv5_3.conv3=1024"), ""))
    assert grown.place.name == "conv5_3.downsample"
    basic = become(grown, grown.history.record(edit(RESNET50, "block=basic"), ""))
    assert basic.place.name.startswith("conv5_3")
    assert become(basic, basic.history.undo()).place.name.startswith("conv5_3")


def test_a_refusal_is_said_where_the_field_is_out_of_sight() -> None:
    design = ("conv5_x.groups=32", "conv5_x.width_per_group=4", "conv5_3.conv1=32")
    trying = with_edits(*design).at("conv5_x").do("detail.press", 4, "+")
    assert "then conv5_3.conv1 = 32 must be" in trying.bench.complaint
    assert trying.said == ""
    assert trying.do("app.undo").bench.complaint == ""
    trying.do("app.resize", 80, 24).do("app.enter", "tree").do("app.step-up")
    assert trying.bench.room == Room(80, 24)
    assert "conv5_x.groups = 33" in trying.said


def test_undone_edits_that_are_given_up_are_told() -> None:
    trying = Trying()
    for classes in range(10, 14):
        trying.do("app.make", f"num_classes={classes}")
    trying.do("app.undo").do("app.undo").do("app.undo").do("app.make", "num_classes=20")
    assert "3 edits that were undone are given up" in trying.said


def test_undone_edits_are_told_as_soon_as_what_is_typed_gives_them_up() -> None:
    trying = Trying()
    for _ in range(3):
        trying.do("app.step-up")
    for _ in range(3):
        trying.do("app.undo")
    trying.do("app.edit").do("field.type", "x")
    assert trying.said == ""
    assert "3 edits that were undone are given up" in trying.do("field.type", "30").said
    assert trying.do("field.type", "300").said == ""
    assert trying.do("field.revert").bench.history.undone == 3


def test_one_that_rests_says_why() -> None:
    assert "nothing to undo" in Trying().do("app.undo").said
    assert "nothing to redo" in Trying().do("app.redo").said
    assert "a target is a block" in Trying().do("app.target").said
    assert "one design is open" in Trying().do("app.next-design").said
    assert "fed by its input" in Trying().do("app.follow").said


def test_several_edits_are_one_step_and_gone_to() -> None:
    trying = Trying().do("app.make", "conv5_x.groups=2 conv5_x.width_per_group=32")
    assert len(trying.bench.history.steps) == 2
    assert trying.name == "conv5_x"
    assert trying.do("app.make", "conv5_3.conv3=1024").name == "conv5_3.conv3"
    assert trying.do("app.make", "nonsense=1").bench.history.at == 2


def test_a_block_is_made_the_target() -> None:
    trying = Trying().at("conv4_x").do("app.target")
    assert trying.design.target == "conv4_6"
    assert "1024 maps of 14×14" in trying.said
    assert "already" in trying.do("app.target").said
    assert trying.at("conv4_1.conv2").do("app.target").design.target == "conv4_1"
    assert trying.do("app.undo").design.target == "conv4_6"


def test_the_target_is_given_other_feature_maps() -> None:
    trying = Trying().do("target.set", "1024")
    assert trying.design == edit(RESNET50, "conv5_3.conv3=1024")
    assert trying.name == "conv5_3"
    assert trying.do("target.set", "0").design.stage("conv5_x").override(3).conv3 == 1024


def test_only_what_is_said_of_the_design_in_sight_counts() -> None:
    trying = Trying(verifies=True).do("app.step-up")
    check = trying.bench.check
    assert check is not None
    old = RESNET50
    assert trying.do("app.done", old, None, "late").bench.check is check
    assert trying.do("app.progress", trying.design, "half of it").bench.check is not check
    done = trying.do("app.done", trying.design, None, "RuntimeError: no").bench.check
    assert done is not None
    assert done.problem == "not verified: RuntimeError: no"
    assert not any(isinstance(effect, Say) for effect in trying.effects)
