"""The notes: the same in both languages, with no number that is not computed."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from hypothesis import given, settings
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.explain.concepts import TOPICS, conditions, topic, values
from inspector.core.network.network import analyze
from inspector.errors import DesignError
from inspector.notes import LANGUAGES, heading, language, note, source

RESNET50 = analyze(preset("resnet50"))
NAMES = re.compile(
    r"conv1|[13]×1|3×3|v1\.5|v1|V1\.5|resnet50|BatchNorm2d|Conv2d|He et al\. 20\d\d|He 외 20\d\d|[A-Z][a-z]+ 외 20\d\d"
    r"|and \w+ 20\d\d|와 \w+ 20\d\d|et al\. 20\d\d|sections? [\d.]+(?: to [\d.]+)?|[\d.–]+절|table \d|표 \d|도함수에 1"
)
"""Names with digits in them, and where a source says what; the derivative of x, which is 1."""


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", TOPICS)
def test_a_note_says_the_same_in_both_languages(name: str) -> None:
    english, korean = source(name, "en"), source(name, "ko")
    assert _names(english) == _names(korean)
    assert re.findall(r"(?m)^\[(.+?)\]", english) == re.findall(r"(?m)^\[(.+?)\]", korean)
    assert english.count("\n\n") == korean.count("\n\n")
    assert "Source: " in english
    assert "출처: " in korean
    assert re.search("[가-힣]", korean)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", TOPICS)
def test_every_number_of_a_note_is_computed(name: str, lang: str) -> None:
    typed = NAMES.sub("", re.sub(r"\{\w+\}", "", source(name, lang)))
    assert re.findall(r"[^\n]*\d[^\n]*", typed) == []


@settings(max_examples=20)
@given(designs())
def test_every_note_can_be_told_at_every_place(design: Design) -> None:
    network = analyze(design)
    for place in network.places():
        assert topic(network, place.where) in TOPICS
    for name in TOPICS:
        for lang in LANGUAGES:
            text = note(name, network, (), lang)
            assert "{" not in text
            assert not re.search(r"(?m)^\[", text)


def test_a_note_has_the_numbers_of_its_place() -> None:
    text = note("filters", RESNET50, RESNET50.find("conv5_3.conv3").where)
    assert "2048 × 512 × 1 × 1 = 1,048,576 parameters" in text
    assert "51,380,224 MACs" in text
    assert "# Filters" in text
    identity = note("shortcut", RESNET50, RESNET50.find("conv5_3").where)
    assert "In conv5_3 that is so: 2048 maps come in" in identity
    projection = note("shortcut", RESNET50, RESNET50.find("conv5_1").where)
    assert "1024 maps come in and 2048 of 7×7 leave" in projection
    assert "2,101,248 parameters" in projection
    downsampling = note("downsampling", RESNET50)
    for words in ("conv3_1, conv4_1, conv5_1", "3,857,973,248", "4,089,184,256", "+231,211,008 or 6.0\u00a0%"):
        assert words in downsampling
    assert "1 + 9 + 12 + 18 + 9 + 1 = 50" in note("planes", RESNET50)
    gradcam = note("gradcam", RESNET50)
    assert "conv5_3.downsample, new with 2,099,200 parameters" in gradcam
    grouped = analyze(preset("resnext50_32x4d"))
    assert "32 groups" in note("groups", grouped)
    assert "294,912 weights instead of 9,437,184" in note("groups", grouped, grouped.find("conv5_x").where)


def test_the_projection_that_a_note_tells_of_is_the_network_s_own() -> None:
    found = values(RESNET50, RESNET50.find("conv5_1").where)
    place = next(each for each in RESNET50.places() if each.name == "conv5_1.downsample")
    assert found["projection_params"] == f"{place.node.params:,}"
    projections = [each.node.params for each in RESNET50.places() if each.node.kind == "Projection"]
    assert (found["projections"], found["all_projection_params"]) == ("4", f"{sum(projections):,}")
    norms = [each.node.params for each in RESNET50.places() if each.node.kind == "BatchNorm2d"]
    assert (found["norms"], found["all_norm_params"]) == (str(len(norms)), f"{sum(norms):,}")


@pytest.mark.parametrize(
    ("name", "base", "edits", "at", "has", "has_not"),
    [
        ("filters", "resnext50_32x4d", (), "conv5_3.conv1", "looks at all the maps", "groups a filter"),
        ("filters", "resnext50_32x4d", (), "conv5_3.conv2", "With 32 groups a filter", "looks at all the maps"),
        ("gradcam", "resnet50", ("conv5_3.conv3=4096",), "", "With 2048 maps instead", "Part of that"),
        (
            "bottleneck",
            "resnet50",
            ("conv5_x.expansion=1",),
            "conv5_2",
            "not fewer than leave it",
            "reduces the number",
        ),
        (
            "bottleneck",
            "resnet50",
            ("conv5_x.expansion=1", "conv5_x.width_per_group=256"),
            "",
            "more, not less",
            "times fewer",
        ),
        ("downsampling", "resnet50", ("stem.pool=false",), "", "conv1, conv3_1, conv4_1, conv5_1", "maxpool"),
        ("downsampling", "resnet50", (), "", "conv1, maxpool, conv3_1, conv4_1, conv5_1", "makes no difference"),
        ("groups", "resnet18", (), "conv5_1", "Basic blocks have no groups", "looks at all"),
        ("planes", "resnet50", ("conv5_x.blocks=1",), "", "has 1 block,", "1 blocks"),
    ],
)
def test_a_note_says_only_what_is_so(
    name: str, base: str, edits: tuple[str, ...], at: str, has: str, has_not: str
) -> None:
    network = analyze(edit(preset(base), *edits))
    text = note(name, network, network.find(at).where if at else ())
    assert has in text
    assert has_not not in text


@pytest.mark.parametrize(
    ("name", "at", "words"),
    [
        ("filters", "conv5_3.conv3", "conv5_3.conv3을 봅시다"),
        ("filters", "conv5_3.conv2", "conv5_3.conv2를 봅시다"),
        ("filters", "conv1", "7×7은 네 번째"),
        ("batchnorm", "conv5_3.bn2", "conv5_3.bn2는 conv5_3.conv2 뒤에"),
        ("downsampling", "", "4,089,184,256으로 +231,211,008"),
    ],
)
def test_korean_particles_follow_the_reading_of_what_is_filled_in(name: str, at: str, words: str) -> None:
    assert words in note(name, RESNET50, RESNET50.find(at).where if at else (), "ko")


def test_what_is_so_at_a_place() -> None:
    assert conditions(RESNET50, RESNET50.find("conv5_1").where) >= {"bottleneck", "projection", "v1.5", "ungrouped"}
    edited = analyze(edit(preset("resnet50"), "stride_on=conv1", "conv5_3.conv3=1024"))
    assert conditions(edited, edited.find("conv5_2").where) >= {"v1", "identity"}
    assert "cheap" in conditions(edited, ())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conv5_3.conv3", "filters"),
        ("conv5_3.bn3", "batchnorm"),
        ("conv5_3", "gradcam"),
        ("conv5_2", "bottleneck"),
        ("conv5_1.downsample", "shortcut"),
        ("conv5_1.add", "shortcut"),
        ("conv5_x", "planes"),
        ("network", "filters"),
        ("maxpool", "downsampling"),
        ("input", "filters"),
    ],
)
def test_the_note_that_a_place_calls_for(name: str, expected: str) -> None:
    where = () if name == "network" else RESNET50.find(name).where
    assert topic(RESNET50, where) == expected


def test_an_unknown_topic_is_answered_with_the_nearest() -> None:
    with pytest.raises(DesignError, match="did you mean bottleneck"):
        note("botleneck", RESNET50)


@pytest.mark.parametrize(
    ("wanted", "environment", "expected"),
    [
        ("ko", {}, "ko"),
        ("", {"LANG": "ko_KR.UTF-8"}, "ko"),
        ("en", {"LANG": "ko_KR.UTF-8"}, "en"),
        ("", {"LC_ALL": "C", "LANG": "ko_KR.UTF-8"}, "en"),
        ("", {"LC_ALL": "kok_IN.UTF-8"}, "en"),
        ("", {}, "en"),
    ],
)
def test_the_language_is_the_one_wanted_or_the_locale_s(
    wanted: str, environment: dict[str, str], expected: str
) -> None:
    assert language(wanted, environment) == expected


def test_headings() -> None:
    assert heading("filters", "en") == "Filters, channels, and the image's size"
    assert heading("filters", "ko").startswith("필터")
