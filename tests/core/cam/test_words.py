"""What is said of a heat map, and what of it is known without one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import designs

from inspector.core.cam.heat import GREY_MEAN, IMAGENET_MEAN, Guess, Heat, Picture, Preparation, Weights
from inspector.core.cam.known import preparation
from inspector.core.cam.labels import labels, numbered
from inspector.core.cam.targets import larger, target_at
from inspector.core.cam.words import caveats, cell, classes, facts, prepared, ranked, reads_fc
from inspector.core.changes.gradcam import target
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures.receptive import receptive_field
from inspector.core.network.kinds import kind
from inspector.core.network.network import analyze
from inspector.errors import InputError

RESNET50 = preset("resnet50")
CAT = Guess(3, "cat", 0.9)


def _heat(design: Design = RESNET50, address: str = "", **changes: object) -> Heat:
    found = target_at(analyze(design), address)
    count = found.size[0] * found.size[1]
    made = Heat(
        name="resnet50",
        design=design,
        target=found,
        picture=Picture("a.png", (30, 20), "PNG"),
        preparation=Preparation(design.input[2:]),
        weights=Weights(161, 0, file="a.pth", sha256="f" * 64),
        category=CAT,
        score=7.0,
        guesses=(CAT, Guess(5, "dog", 0.08), Guess(1, "", 0.0000004)),
        values=tuple(float(at) for at in range(count)),
        positive=0.625,
    )
    return replace(made, **changes)


def test_the_facts_of_a_map() -> None:
    rows = dict(facts(_heat()))
    assert rows["class"] == "cat (3): 0.900; then dog: 0.080, class 1: 4e-07"
    assert rows["target"] == "conv5_3 (layer4.2): 2048 maps of 7×7"
    assert rows["a cell"] == "covers 32×32 of the 224×224 pixels, and depends on 427×427 round it"
    assert rows["map"].startswith("62 % of the evidence is for the class; at most 48; divided by its largest value")
    assert rows["picture"] == "a.png: 30×20 PNG"
    assert "assumed: ImageNet's" in rows["prepared"]
    assert rows["weights"] == "a.pth (sha256 ffffffffffff…)"
    assert caveats(_heat()) == []


def test_likelier_classes_are_named() -> None:
    said = classes(_heat(category=Guess(5, "dog", 0.08)))
    assert said == "dog (5): 0.080; likelier: cat: 0.900"


def test_a_cell_that_is_stretched_is_told_from_one_that_is_not() -> None:
    said = cell(_heat(edit(RESNET50, "input=1,3,225,200")))
    assert said == "is drawn over 28.12×28.57 of the 225×200 pixels; cells are 32 pixels apart, each depends on 427×427"


@given(designs(), st.data())
def test_a_target_is_what_its_place_puts_out(design: Design, data: st.DataObject) -> None:
    network = analyze(design)
    assert target_at(network) == target(network)
    places = [
        place
        for place in network.places()
        if kind(place.node).is_block or (place.node.weight is not None and len(place.node.weight) == 4)
    ]
    place = data.draw(st.sampled_from(places))
    for address in (place.name, place.path):
        found = target_at(network, address)
        assert (found.path, found.where, found.maps) == (place.path, place.where, place.node.output[1])
        assert (found.size, found.stride) == (place.node.output[2:], place.node.stride)
        assert found.field == receptive_field(network, place.where)
    for top in ("stem", "conv2_x", "conv3_x", "conv4_x", "conv5_x"):
        assert target_at(network, top).size == network.find(top).node.output[2:]


def test_expressions_are_python() -> None:
    assert target_at(analyze(RESNET50), "conv5_3.conv3").expression == "model.layer4[2].conv3"
    assert target_at(analyze(RESNET50), "layer3.0.downsample.0").expression == "model.layer3[0].downsample[0]"
    assert target_at(analyze(RESNET50), "stem").path == "maxpool"


def test_one_cell_says_how_much_and_not_where() -> None:
    small = edit(RESNET50, "input=1,3,32,32")
    (said,) = caveats(_heat(small, values=(0.5,)))
    assert said.startswith("the map is 1×1")
    assert "conv4_6 has more positions" in said
    said = " ".join(caveats(_heat(small, values=(0.5,), normalise="minmax")))
    assert "it is 0 all over" in said
    assert larger(analyze(small), target(analyze(small)).where) == "conv4_6"
    assert larger(analyze(edit(RESNET50, "input=1,3,1,1")), (5, 2)) == ""


def test_no_evidence_is_said_where_libraries_show_black() -> None:
    (said,) = caveats(_heat(values=(0.0,) * 49))
    assert said == "no position speaks for cat: what there is, if anything, is against it, and the map is 0 all over"
    (said,) = caveats(_heat(values=(2.0,) * 49))
    assert "all positions say the same" in said


def test_random_weights_come_first() -> None:
    said = caveats(_heat(weights=Weights(161, 0)))
    assert "means nothing" in said[0]
    assert "all of them start at random" in dict(facts(_heat(weights=Weights(161, 0))))["weights"]
    part = Weights(161, 0, file="a.pth", random=("layer4.0.conv1.weight",))
    assert caveats(_heat(weights=part)) == [
        "1 of 161 tensors starts at random, layer4.0.conv1.weight: so does a part of this map"
    ]


def test_only_the_last_block_reads_fc() -> None:
    assert reads_fc(_heat())
    assert reads_fc(_heat(address="conv5_x"))
    assert not reads_fc(_heat(address="conv5_2"))
    assert not reads_fc(_heat(address="conv5_3.conv3"))
    assert list(ranked(_heat())) == []


def test_what_config_json_says_is_taken() -> None:
    config = (
        ("pretrained_cfg.mean", "[0.5, 0.5, 0.5]"),
        ("pretrained_cfg.std", "[0.25, 0.25, 0.25]"),
        ("pretrained_cfg.crop_pct", "0.95"),
        ("pretrained_cfg.interpolation", "bicubic"),
    )
    how = preparation((224, 224), 3, config)
    assert (how.mean, how.std, how.crop, how.interpolation) == ((0.5,) * 3, (0.25,) * 3, 0.95, "bicubic")
    assert prepared(how) == (
        "scaled so that 224×224 are 95 % of what would cover it, cut to them round the middle, "
        "bicubic; / 255, minus (0.5, 0.5, 0.5), by (0.25, 0.25, 0.25) (from config.json)"
    )
    assert preparation((8, 8), 1, config).mean == GREY_MEAN
    assert preparation((8, 8), 3).mean == IMAGENET_MEAN


@pytest.mark.parametrize("text", ["[0, 0, 0]", "[1]", "null", "[NaN, 1, 1]", "[1e999, 1, 1]", '"x"', "[" * 9999, ""])
def test_a_config_json_that_says_nonsense_is_not_believed(text: str) -> None:
    config = (("mean", "[0.5, 0.5, 0.5]"), ("std", text))
    assert preparation((8, 8), 3, config) == Preparation((8, 8))


@pytest.mark.parametrize(
    "text",
    [
        "tench\ngoldfish\ncat\n",
        '["tench", "goldfish", "cat"]',
        '{"2": "cat", "0": "tench", "1": "goldfish"}',
        '{"0": ["n01", "tench"], "1": ["n02", "goldfish"], "2": ["n03", "cat"]}',
        '{"architectures": [], "id2label": {"0": "tench", "1": "goldfish", "2": "cat"}}',
    ],
)
def test_names_of_classes_are_read(text: str) -> None:
    assert labels(text) == ("tench", "goldfish", "cat")


@pytest.mark.parametrize(
    "text", ["", "\n\n", "{}", "[]", '{"a": 1}', "[1]", '{"1": "cat"}', "{", "[[]]", "[" * 9999, "x\n" * 70000]
)
def test_what_names_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        labels(text)


def test_names_from_outside_are_text() -> None:
    assert labels("a\x1b[31m\n") == ("a\\x1b[31m",)


def test_a_class_is_found_by_number_and_by_name() -> None:
    names = ("tench, Tinca tinca", "tabby, tabby cat", "tiger cat", "cat", "crane", "crane")
    assert [numbered(text, names, 6) for text in ("0", "Tinca Tinca", "tabby", "cat", "TIGER CAT")] == [0, 0, 1, 3, 2]
    for text, said in (
        ("6", "there are 6, from 0 to 5"),
        ("crane", "several are called so: 4, 5"),
        ("tigr cat", "did you mean tiger cat"),
        ("-1", "none of that name"),
    ):
        with pytest.raises(InputError, match=said):
            numbered(text, names, 6)
    with pytest.raises(InputError, match="have no names here"):
        numbered("cat", (), 6)
