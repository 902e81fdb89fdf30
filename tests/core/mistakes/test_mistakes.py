from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from messages import CONV, FC, NORM, SIZE, SUM
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.mistakes.diagnosis import Diagnosis, diagnose
from inspector.core.network.network import analyze

LOADING = "RuntimeError: Error(s) in loading state_dict for ResNet:\n"
NEXT_CONV1 = CONV.format(1, [512, 2048, 1, 1], [1, 1024, 7, 7], 2048, 1024)


def _known(text: str, design: str | Design = "resnet50") -> Diagnosis:
    """The diagnosis, of which every edit is one that the design allows and that changes it."""
    design = preset(design) if isinstance(design, str) else design
    found = diagnose(text, design)
    assert found is not None
    for each in (found.edit, *found.others):
        assert not each or edit(design, *each.split()) != design
    return found


@pytest.mark.parametrize(
    ("text", "design", "name", "edited"),
    [
        (NORM.format(1024, 2048), "resnet50", "conv5_3.bn3", "conv5_3.conv3=1024"),
        (NORM.format(1024, 2048), "resnet152", "conv5_3.bn3", "conv5_3.conv3=1024"),
        (NORM.format(256, 512), "resnet18", "conv5_2.bn2", "conv5_2.conv2=256"),
        (NORM.format(2048, 1024), "resnet50", "conv4_6.bn3", "conv4_6.conv3=2048"),
        (SUM.format(1024, 2048, 1), "resnet50", "conv5_3.add", "conv5_3.conv3=1024"),
        (SUM.format(64, 128, 1), "resnet18", "conv3_2.add", "conv3_2.conv2=64"),
        (SUM.format(14, 7, 3), "resnet50", "conv5_1.add", "conv5_x.stride=1"),
        (SUM.format(7, 14, 2), "resnet50", "conv5_1.add", "conv5_x.stride=1"),
        (SUM.format(28, 56, 3), "resnet50", "conv2_1.add", "conv2_x.stride=2"),
        (NEXT_CONV1, "resnet50", "conv5_2.conv1", "conv5_1.conv3=1024"),
        (
            CONV.format(1, [512, 1024, 1, 1], [1, 512, 14, 14], 1024, 512),
            "resnet50",
            "conv5_1.conv1",
            "conv4_6.conv3=512",
        ),
        (CONV.format(1, [64, 3, 7, 7], [8, 1, 28, 28], 3, 1), "resnet50", "conv1", "input.channels=1"),
        (CONV.format(1, [64, 64, 1, 1], [1, 32, 56, 56], 64, 32), "resnet50", "conv2_1.conv1", "stem.planes=32"),
        (
            CONV.format(32, [1024, 32, 3, 3], [1, 512, 7, 7], 1024, 512),
            "resnext50_32x4d",
            "conv5_3.conv2",
            "conv5_3.conv1=512",
        ),
        (FC.format(1, 1024, 2048, 1000), "resnet50", "fc", "conv5_3.conv3=1024"),
        (FC.format(64, 1024, 2048, 1000), "resnet50", "fc", "conv5_3.conv3=1024"),
        (FC.format(8, 256, 512, 1000), "resnet18", "fc", "conv5_2.conv2=256"),
        (FC.format(1, 2048, 512, 10), "resnet50", "fc", "num_classes=10"),
    ],
)
def test_an_error_has_a_place_and_an_edit(text: str, design: str, name: str, edited: str) -> None:
    found = _known(text, design)
    assert (found.name, found.edit) == (name, edited)
    assert found.path == analyze(preset(design)).find(name).path


def test_the_edit_that_is_likelier_comes_first() -> None:
    assert _known(FC.format(1, 1024, 2048, 1000)).others == ("conv5_x.expansion=2", "conv5_x.planes=256")
    others = _known(NORM.format(1024, 2048)).others
    assert others[:2] == ("conv5_2.conv3=1024", "conv5_1.conv3=1024")
    assert "conv5_x.expansion=2" in others


def test_reasons_have_the_numbers() -> None:
    assert _known(NORM.format(1024, 2048)).why.startswith(
        "conv5_3.bn3 was built for 2048 channels, and 1024 feature maps arrive."
    )
    assert _known(SUM.format(1024, 2048, 1)).why.startswith(
        "At conv5_3.add the path brings 1024 feature maps and the identity 2048."
    )
    assert _known(SUM.format(14, 7, 3)).why.startswith(
        "At conv5_1.add the path brings maps of 14 pixels a side and the projection 7."
    )
    assert _known(CONV.format(1, [64, 3, 7, 7], [1, 1, 9, 9], 3, 1)).why.startswith(
        "conv1 was built for 3 channels, and the image has 1."
    )
    assert _known(FC.format(1, 1, 2, 3), edit(preset("resnet50"), "conv5_3.conv3=2", "num_classes=3")).edit == ""


def test_topics_are_those_of_the_errors() -> None:
    grouped = CONV.format(32, [1024, 32, 3, 3], [1, 512, 7, 7], 1024, 512)
    texts = (NORM.format(1024, 2048), SUM.format(1024, 2048, 1), SUM.format(14, 7, 3), NEXT_CONV1)
    assert [_known(text).topic for text in texts] == ["batchnorm", "shortcut", "downsampling", "filters"]
    assert _known(grouped, "resnext50_32x4d").topic == "groups"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (FC.format(2048, 1, 2048, 1000), "the pooled feature maps were not flattened"),
        (FC.format(4 * 2048, 1, 2048, 1000), "the pooled feature maps were not flattened"),
        (FC.format(2048 * 7, 7, 2048, 1000), "pooling and flattening were left out"),
        (FC.format(1, 2048 * 49, 2048, 1000), "the average pool was left out"),
        (FC.format(1, 2048 * 16, 2048, 1000), "the average pool was left out, or leaves 16 positions"),
        (CONV.format(1, [64, 3, 7, 7], [1, 480, 640, 3], 3, 480), "the image's axes are in another order"),
    ],
)
def test_what_no_edit_mends_has_none(text: str, error: str) -> None:
    found = _known(text)
    assert (found.error, found.edit, found.others) == (error, "", ())


@pytest.mark.parametrize(
    "text", [NORM.format(77, 88), SUM.format(9, 5, 3), FC.format(4, 300, 400, 10), NORM.format(10**8, 2048)]
)
def test_numbers_of_another_network_are_no_place(text: str) -> None:
    found = _known(text)
    assert (found.name, found.path, found.edit) == ("", "", "")
    assert "resnet50" in found.why


# Where the text comes from ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [NORM.format(1024, 2048), SUM.format(1024, 2048, 1), NEXT_CONV1])
@pytest.mark.parametrize("width", [7, 20, 39, 80])
def test_a_terminal_may_have_wrapped_and_coloured_it(text: str, width: int) -> None:
    chopped = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    boxed = textwrap.indent(textwrap.fill(text, max(width, 15)), "  │ ")
    coloured = f"\x1b[1;31mRuntimeError\x1b[0m: \x1b]8;;x\x07{text[14:].replace(' ', chr(27) + '[0m ')}\x1b[m\n"
    for other in (chopped, boxed, coloured, f"{chopped}\n\n24 warnings in 3 s"):
        assert diagnose(other, preset("resnet50")) == diagnose(text, preset("resnet50"))


def test_what_stands_behind_is_not_part_of_the_number() -> None:
    assert _known(f"{NORM.format(1024, 2048)}\n2024-01-01 done").edit == "conv5_3.conv3=1024"


def test_the_first_error_counts() -> None:
    first, second = NORM.format(1024, 2048), FC.format(1, 1024, 2048, 1000)
    assert _known(f"{first}\n{second}").name == "conv5_3.bn3"
    assert _known(f"{second}\n{first}").name == "fc"


HEAD = "Traceback (most recent call last):\n"
TRACEBACK = """Traceback (most recent call last):
  File "edit.py", line 9, in <module>
    model(x)
  File ".../torchvision/models/resnet.py", line 276, in _forward_impl
    {outer}
  File ".../torchvision/models/resnet.py", line 155, in forward
    {inner}
"""


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        (TRACEBACK.format(outer="x = self.layer4(x)", inner="identity = self.downsample(x)"), "conv5_1.conv3=1024"),
        ("in layer4.1.bn3: ", "conv5_2.conv3=1024"),
        ("model.layer4[0].conv3 = nn.Conv2d(512, 1024, 1, bias=False)\n", "conv5_1.conv3=1024"),
        ("model.layer4[-2].conv3 = nn.Conv2d(512, 1024, 1, bias=False)\n", "conv5_2.conv3=1024"),
        (
            "Traceback (most recent call last)\n in layer4.1.bn3 \nTraceback (most recent call last)\n",
            "conv5_3.conv3=1024",
        ),
    ],
)
def test_paths_in_the_text_decide_between_blocks(text: str, edited: str) -> None:
    assert _known(text + NORM.format(1024, 2048)).edit == edited


def test_calls_in_a_traceback_decide_between_stages() -> None:
    text = SUM.format(2048, 1024, 1)
    assert _known(TRACEBACK.format(outer="x = self.layer4(x)", inner="out += identity") + text).name == "conv5_2.add"
    assert _known(TRACEBACK.format(outer="x = self.layer3(x)", inner="out += identity") + text).name == "conv4_6.add"
    stem = TRACEBACK.format(outer="x = self.bn1(x)", inner="return F.batch_norm(")
    assert _known(stem + NORM.format(128, 64)).edit == "stem.planes=128"


def test_of_the_lines_that_ipython_shows_its_arrow_decides() -> None:
    notebook = "    275 x = self.layer3(x)\n--> 276 x = self.layer4(x)\n    277 x = self.layer1(x)\n"
    assert _known(notebook + SUM.format(2048, 1024, 1)).name == "conv5_2.add"


# load_state_dict --------------------------------------------------------------------------------------------


def _sizes(*rows: tuple[str, list[int], list[int]]) -> str:
    return LOADING + "\n".join(SIZE.format(*row) for row in rows)


@pytest.mark.parametrize("prefix", ["", "module.", "module.backbone."])
def test_other_classes_leave_fc_out(prefix: str) -> None:
    text = _sizes((f"{prefix}fc.weight", [1000, 2048], [10, 2048]), (f"{prefix}fc.bias", [1000], [10]))
    found = _known(text)
    assert (found.error, found.edit) == ("the checkpoint is for other classes", "num_classes=10")
    assert "for 1000 classes, the model's for 10" in found.why
    assert "strict=False alone does not help" in found.why


def test_a_checkpoint_that_differs_from_the_design_is_the_goal_where_the_model_does_not() -> None:
    text = _sizes(("fc.weight", [10, 2048], [1000, 2048]), ("fc.bias", [10], [1000]))
    assert _known(text).edit == "num_classes=10"
    assert _known(text, edit(preset("resnet50"), "num_classes=10")).edit == "num_classes=1000"


def test_one_convolution_is_told_from_a_whole_stage() -> None:
    rows = [(f"layer4.{block}.conv3.weight", [2048, 512, 1, 1], [1024, 512, 1, 1]) for block in range(3)]
    found = _known(_sizes(rows[2]))
    assert (found.name, found.edit) == ("conv5_3.conv3", "conv5_3.conv3=1024")
    assert "2048×512×1×1 at conv5_3.conv3, the model 1024×512×1×1" in found.why
    assert _known(_sizes(*rows)).edit == "conv5_x.expansion=2"


def test_two_edits_are_said_to_be_two() -> None:
    rows = ("layer4.2.conv3.weight", [2048, 512, 1, 1], [1024, 512, 1, 1]), ("fc.weight", [1000, 2048], [10, 1024])
    found = _known(_sizes(*rows))
    assert set(found.edit.split()) == {"conv5_3.conv3=1024", "num_classes=10"}
    assert "No single edit" in found.why


def test_shapes_that_no_edit_gives_are_said_to_be_so() -> None:
    found = _known(_sizes(("layer4.2.conv3.weight", [2048, 512, 1, 1], [9, 9, 9, 9])))
    assert found.edit == ""
    assert "No edits of resnet50" in found.why


def test_blocks_that_are_missing_or_too_many_are_blocks() -> None:
    missing = 'Missing key(s) in state_dict: "layer3.6.conv1.weight", "layer3.6.bn1.weight". '
    unexpected = 'Unexpected key(s) in state_dict: "layer3.5.conv1.weight",\n  "layer3.5.bn1.num_batches_tracked". '
    assert _known(f"{LOADING}\t{missing}").edit == "conv4_x.blocks=7"
    assert _known(f"{LOADING}\t{unexpected}", edit(preset("resnet50"), "conv4_x.blocks=5")).edit == "conv4_x.blocks=6"


def test_a_prefix_on_one_side_is_no_matter_of_shapes() -> None:
    names = 'Missing key(s) in state_dict: "conv1.weight". \n\tUnexpected key(s) in state_dict: "module.conv1.weight". '
    found = _known(f"{LOADING}\t{names}")
    assert (found.edit, "module." in found.why) == ("", True)


def test_a_wrapped_list_of_tensors_is_read() -> None:
    text = _sizes(("fc.weight", [1000, 2048], [10, 2048]), ("fc.bias", [1000], [10])).replace("\t", "        ")
    chopped = "\n".join(text[at : at + 33] for at in range(0, len(text), 33))
    assert diagnose(chopped, preset("resnet50")) == diagnose(text, preset("resnet50"))


# Anything else ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "all is well",
        "running_mean should contain elements not 2048",
        NORM.format("9" * 5000, 2048),
        SUM.format(3, 4, 0),
        FC.format("9" * 9000, 1, 2, 3),
        "CUDA out of memory",
        "\x1b[",
        "\x1b]" * 50,
    ],
)
def test_without_a_shape_error_there_is_no_diagnosis(text: str) -> None:
    assert diagnose(text, preset("resnet50")) is None


@pytest.mark.parametrize(
    "text",
    [
        CONV.format(1, [], [], 3, 1),
        CONV.format(0, [1], [1], 0, 0),
        _sizes(("fc.weight", [], []), ("conv1.weight", [0, 0, 0, 0], [0]), ("layer4.99999.conv1.weight", [0], [0, 0])),
        _sizes(("layer4.2.conv2.weight", [0, 0, 0, 0], [8, 0, 0, 0])),
        SIZE.format("head.weight", [1], [2]),
    ],
)
def test_odd_numbers_lead_to_no_edit(text: str) -> None:
    assert _known(text).edit == ""


SCRAPS = st.sampled_from(
    [
        NORM.format(1024, 2048),
        SUM.format(14, 7, 3),
        NEXT_CONV1,
        FC.format(1, 1024, 2048, 1000),
        SIZE.format("layer4.2.conv2.weight", [512, 512, 3, 3], [512, 16, 3, 3]),
        "size mismatch for layer1.0.conv1.weight: copying a param with shape torch.Size([",
        'Missing key(s) in state_dict: "layer4.1.bn1.weight", ',
        "Traceback (most recent call last)",
        "layer4[-7].bn1",
        "\n",
        "1",
        "\x1b[31m",
    ]
)


@settings(max_examples=40)
@given(st.lists(st.one_of(SCRAPS, st.text(max_size=12)), max_size=8), designs())
def test_no_text_is_too_odd(parts: list[str], design: Design) -> None:
    for text in ("".join(parts), "".join(parts)[::-1], " ".join(parts)[:-9]):
        found = diagnose(text, design)
        if found is not None:
            edit(design, *found.edit.split())
            assert found.why


NUMBERS = st.integers(0, 70)


@settings(max_examples=40)
@given(designs(), NUMBERS, NUMBERS, st.sampled_from([1, 2, 3]))
def test_no_numbers_are_too_odd(design: Design, one: int, two: int, three: int) -> None:
    texts = (
        NORM.format(one, two),
        SUM.format(one, two, three),
        CONV.format(three, [one, two, three, three], [1, two, 7, 7], two * three, one),
        FC.format(three, one, two, one),
        _sizes(("layer2.0.conv2.weight", [1], [one, two, 3, 3]), ("conv1.weight", [2], [two, one, three, three])),
    )
    for text in texts:
        _known(text, design)


@pytest.mark.parametrize(
    "text",
    [
        "r" * 3_000_000,
        " " * 3_000_000,
        "size mismatch for " * 100_000,
        "running_mean should contain 1" + " " * 1_000_000,
        'Missing key(s) in state_dict: "' + '", "'.join(["layer4.2.conv3.weight"] * 50_000),
        "Given groups=1, weight of size [" * 50_000,
        "\x1b]" * 500_000,
        "layer4.2 " * 200_000 + NORM.format(1024, 2048),
        "".join(SIZE.format(f"layer3.{n}.conv{c}.weight", [n, 9], [n + 1, 9]) for n in range(4000) for c in (1, 2, 3)),
    ],
    ids=lambda text: text[:20],
)
@pytest.mark.parametrize("design", [preset("resnet50"), edit(preset("resnet50"), "conv4_x.blocks=3000")])
def test_megabytes_do_not_hang(text: str, design: Design) -> None:
    found = diagnose(text, design)
    assert found is None or found.error
