"""The notes: the same in both languages, with no number that is not computed, found by the words of both.

That each number and each claim is the real module's is held by tests/bridge/test_notes.py.
"""

from __future__ import annotations

import io
import re
from string import Formatter

import pytest
from hypothesis import given, settings
from rich.cells import cell_len
from rich.console import Console
from rich.markdown import Markdown
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.explain.claims import claims, conditions
from inspector.core.explain.concepts import TOPICS, topic
from inspector.core.explain.spot import spot
from inspector.core.explain.values import Sight, values
from inspector.core.network.network import Network, analyze
from inspector.errors import DesignError
from inspector.languages import languages
from inspector.languages import wanted as language
from inspector.notes import CONDITION, applying, find, heading, lookup, note, written

RESNET50 = analyze(preset("resnet50"))
NAMES = re.compile(
    r"conv\d(?:_x|_\d|_block\d)?|layer\d|[13]×1|3×3|v1\.5|v1|V1\.5|V2|resnet50|BatchNorm2d|Conv2d|CIFAR-10|fp16|fp32"
    r"|He et al\. 20\d\d|He 외 20\d\d|[A-Z][a-z]+ 외 20\d\d|and \w+ 20\d\d|와 \w+ 20\d\d|et al\. 20\d\d"
    r"|sections? [\d.]+(?: to [\d.]+| and figure \d)*|[\d.–]+절|figures? \d|그림 \d|table \d|표 \d"
    r"|max\(0|0_conv|0_bn|`/2`"
)
"""Names with digits in them, and where a source says what."""
KNOWN = {
    "degradation": ("56", "20", "56층", "20층", "to 0", "0이 되", "에 1을", "더해진 1은"),
    "downsampling": ("a stride of 2", "스트라이드가 2"),
    "make_layer": (
        "**1.",
        "**2.",
        "**3.",
        "**4.",
        "a stride of 1",
        "stride is not 1",
        "스트라이드가 1",
        "스트라이드는 1",
        "스트라이드 1",
    ),
    "bottleneck": ("50 layers", "50층"),
}
"""What is always so: the networks of figure 1, a stride that halves, the steps of `_make_layer`."""


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _conditions(text: str) -> list[str]:
    return [match[1] for match in CONDITION.finditer(text)]


@pytest.mark.parametrize("name", TOPICS)
def test_a_note_says_the_same_in_both_languages(name: str) -> None:
    english, korean = written(name, "en"), written(name, "ko")
    assert _names(english.text) == _names(korean.text)
    assert _conditions(english.text) == _conditions(korean.text)
    assert english.text.count("\n\n") == korean.text.count("\n\n")
    for left, right in zip(english.text.split("\n\n"), korean.text.split("\n\n"), strict=True):
        assert sorted(re.findall(r"{\w+}", left)) == sorted(re.findall(r"{\w+}", right)) or name == "filters"
    assert "Source: " in english.text
    assert "출처: " in korean.text
    assert re.search("[가-힣]", korean.title + korean.text)
    assert all(re.search("[가-힣]", word) for word in korean.words)
    assert english.words
    assert korean.words


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("name", TOPICS)
def test_every_number_of_a_note_is_computed(name: str, lang: str) -> None:
    text = NAMES.sub("", re.sub(r"\{\w+\}", "", CONDITION.sub("", written(name, lang).text)))
    for known in KNOWN.get(name, ()):
        text = text.replace(known, "")
    assert re.findall(r"[^\n]*\d[^\n]*", text) == []


def test_every_value_and_every_claim_is_used_and_there_is_no_other() -> None:
    texts = [written(name, lang).text for name in TOPICS for lang in languages()]
    assert {name for text in texts for name in _names(text)} == set(values(RESNET50, ()))
    used = {name.lstrip("!") for text in texts for each in _conditions(text) for name in each.split()}
    assert used == set(claims(Sight(RESNET50, ())))


@settings(max_examples=12)
@given(designs())
def test_every_note_can_be_told_at_every_place(design: Design) -> None:
    network = analyze(design)
    seen = set()
    for place in network.places():
        assert topic(network, place.where) in TOPICS
        spoken = spot(network, place.where)[1:]
        if spoken in seen:
            continue
        seen.add(spoken)
        for name in TOPICS:
            for lang in languages():
                text = note(name, network, place.where, lang)
                assert not re.search(r"[{}]|\[[a-z0-9.! -]*\] |  |은\(는\)", text)


SCREEN = 21
"""Lines of a note that an editor of 80×24 shows at once."""


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("name", TOPICS)
@pytest.mark.parametrize("base", ["resnet50", "resnet18", "resnext50_32x4d"])
def test_no_note_is_longer_than_two_screens(base: str, name: str, lang: str) -> None:
    network = analyze(edit(preset(base), "conv5_3.conv1=64" if base == "resnet50" else "num_classes=10"))
    console = Console(width=74, file=io.StringIO())
    console.print(Markdown(note(name, network, (), lang)))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert max(map(cell_len, lines)) <= 74
    assert len(lines) <= 2 * SCREEN


@pytest.mark.parametrize(
    ("text", "so", "told"),
    [
        ("a", (), "a"),
        ("a [x] b [!x] c [] d", ("x",), "a b d"),
        ("a [x] b [!x] c [] d", (), "a c d"),
        ("[x y] b\n\n[x !y] c", ("x",), "c"),
        ("[x] - b\n- c\n\nd", (), "d"),
        ("fc.weight[class, k] / 49", (), "fc.weight[class, k] / 49"),
    ],
)
def test_what_is_told_depends_on_what_is_so(text: str, so: tuple[str, ...], told: str) -> None:
    assert applying(text, frozenset(so)) == told


def _network(base: str, *edits: str) -> Network:
    return analyze(edit(preset(base), *edits))


def test_a_note_has_the_numbers_of_its_place() -> None:
    text = note("filters", RESNET50, RESNET50.find("conv5_3.conv3").where)
    assert "2048 × 512 × 1 × 1 = 1,048,576 parameters" in text
    assert "51,380,224 MACs" in text
    assert "the channels of fc" in text
    identity = note("shortcut", RESNET50, RESNET50.find("conv5_3").where)
    assert "In conv5_3, 2048 maps of 7×7 come in and 2048 of 7×7 leave" in identity
    projection = note("shortcut", RESNET50, RESNET50.find("conv5_1").where)
    assert "1024 maps of 14×14 come in and 2048 of 7×7 leave" in projection
    assert "2,101,248 parameters" in projection
    downsampling = note("downsampling", RESNET50)
    for words in ("conv3_1, conv4_1, conv5_1", "3,857,973,248", "4,089,184,256", "231,211,008 or 6.0 % more"):
        assert words in downsampling
    assert "1 + 9 + 12 + 18 + 9 + 1 = 50" in note("planes", RESNET50)
    gradcam = note("gradcam", RESNET50)
    assert "2,099,200 parameters of a projection that comes" in gradcam
    assert "Without it the change is -1,550,336" in gradcam
    grouped = analyze(preset("resnext50_32x4d"))
    assert "32 groups" in note("groups", grouped)
    assert "294,912 weights, where one group would have 9,437,184" in note("groups", grouped)


WRONG_ONCE = [
    ("bottleneck", "resnet50", (), "conv5_1", ("524,288", "2,359,296", "1,048,576", "1024 → 512"), ("2048 → 512",)),
    (
        "bottleneck",
        "resnet50",
        (),
        "conv2_1",
        ("64 → 64", "fewer maps than leave, though no fewer"),
        ("fewer than leave: that is",),
    ),
    ("bottleneck", "resnet50", ("conv5_3.conv3=1024",), "conv5_3", ("2048 → 512 maps, 1,048,576", "512 → 1024"), ()),
    ("bottleneck", "resnet50", ("conv5_3.conv2=256",), "conv5_3", ("512 → 256", "256 → 2048"), ()),
    (
        "bottleneck",
        "resnet50",
        ("conv5_x.expansion=1",),
        "conv5_2",
        ("bottleneck in name only",),
        ("that is the bottleneck",),
    ),
    (
        "bottleneck",
        "resnet50",
        ("conv5_x.expansion=1", "conv5_x.width_per_group=256"),
        "",
        ("more, not less",),
        ("that is the bottleneck",),
    ),
    ("bottleneck", "resnet18", ("conv5_2.conv1=64",), "conv5_2", ("512 → 64", "64 → 512"), ("512 filters each",)),
    ("planes", "resnet50", (), "conv2_x", ("come from the stem", "conv3_x calls this number"), ("stage before",)),
    ("planes", "resnet50", (), "conv5_x", ("fc has as many inputs",), ("calls this number its inplanes",)),
    ("planes", "resnet50", ("conv5_3.conv3=1024",), "", ("= 2048", "1024 maps leave", "set on its own"), ()),
    ("planes", "resnet50", ("conv5_x.blocks=1",), "", ("has 1 block.",), ("1 blocks", "each block of conv5_x but")),
    (
        "shortcut",
        "resnet50",
        (),
        "conv2_1",
        ("because the number of maps changes", "Nothing is downsampled"),
        ("strides by",),
    ),
    ("shortcut", "resnet50", ("conv4_x.planes=512",), "conv5_1", ("2048 maps of 14×14 come in and 2048 of 7×7",), ()),
    ("downsampling", "resnet18", (), "", ("first 3×3", "a projection is always needed"), ("This design is", "**v1, ")),
    ("downsampling", "resnet50", ("stem.pool=false",), "", ("conv1, conv3_1, conv4_1, conv5_1",), ("maxpool",)),
    ("downsampling", "resnet50", ("stride_on=conv1",), "", ("This design is **v1**",), ("**v1.5** (",)),
    (
        "groups",
        "resnet18",
        (),
        "conv5_1",
        ("basic blocks have no groups", "512 filters, and each sees"),
        ("these two numbers",),
    ),
    ("filters", "resnext50_32x4d", (), "conv5_3.conv1", ("each of the 2048 maps",), ("groups, and a filter",)),
    ("filters", "resnext50_32x4d", (), "conv5_3.conv2", ("There are 32 groups",), ("One for each",)),
    (
        "filters",
        "resnet50",
        (),
        "conv5_1.downsample",
        ("Look at conv5_1.downsample.conv", "Nobody sets it: the sum"),
        ("conv3.",),
    ),
    ("gradcam", "resnet50", ("conv5_3.conv3=4096",), "", ("With 2048 maps instead",), ("That includes",)),
    (
        "counting",
        "resnet50",
        ("conv5_x.planes=8",),
        "",
        ("torchvision's tables count this way",),
        ("torchvision publishes",),
    ),
    ("pretrained", "resnet50", ("conv5_3.conv3=1024",), "", ("314 of them fit", "shape: 6", "**New: 6.**"), ("Gone",)),
    (
        "pretrained",
        "resnet50",
        ("stride_on=conv1",),
        "",
        ("All of them fit", "need not compute the same"),
        ("mismatch",),
    ),
    ("batchnorm", "resnet50", ("input=1,3,32,32",), "conv5_3", ("refuses",), ()),
]


@pytest.mark.parametrize(("name", "base", "edits", "at", "has", "has_not"), WRONG_ONCE)
def test_a_note_says_only_what_is_so(
    name: str, base: str, edits: tuple[str, ...], at: str, has: tuple[str, ...], has_not: tuple[str, ...]
) -> None:
    network = _network(base, *edits)
    text = note(name, network, network.find(at).where if at else ())
    for words in has:
        assert words in text
    for words in has_not:
        assert words not in text


@pytest.mark.parametrize(
    ("name", "at", "words"),
    [
        ("filters", "conv5_3.conv3", "conv5_3.conv3 합성곱을 봅시다"),
        ("batchnorm", "conv5_3.bn2", "conv5_3.bn2 배치 정규화는 conv5_3.conv2 합성곱 뒤에"),
        ("downsampling", "", "v1.5면 4,089,184,256개로, v1.5가 231,211,008개(6.0%)"),
    ],
)
def test_korean_puts_a_noun_behind_a_name_and_the_particle_that_is_read(name: str, at: str, words: str) -> None:
    assert words in note(name, RESNET50, RESNET50.find(at).where if at else (), "ko")


@pytest.mark.parametrize("name", TOPICS)
def test_korean_hangs_no_particle_on_a_name(name: str) -> None:
    """Conv3, bn3 and layer4 are read in more than one way."""
    names = (
        "conv|norm|block|stage|target|middle|last_conv|last_block|first_block|sum|readers|base|stage_before|stage_after"
    )
    assert not re.search(rf"\{{({names})\}}[은는이가을를와과]", written(name, "ko").text)


def test_what_is_so_at_a_place() -> None:
    assert conditions(RESNET50, RESNET50.find("conv5_1").where) >= {"bottleneck", "projection", "v1.5", "narrows"}
    edited = _network("resnet50", "stride_on=conv1", "conv5_3.conv3=1024")
    assert conditions(edited, edited.find("conv5_2").where) >= {"v1", "identity"}
    assert "price" not in conditions(edited, ())


@pytest.mark.parametrize(
    ("base", "name", "expected"),
    [
        ("resnet50", "conv5_3.conv3", "filters"),
        ("resnet50", "conv5_3.conv1", "bottleneck"),
        ("resnet50", "conv5_3.bn3", "batchnorm"),
        ("resnet50", "conv5_3.relu3", "relu"),
        ("resnet50", "conv5_3", "gradcam"),
        ("resnet50", "conv5_2", "bottleneck"),
        ("resnet50", "conv5_1", "downsampling"),
        ("resnet50", "conv2_1", "bottleneck"),
        ("resnet50", "conv5_1.downsample", "shortcut"),
        ("resnet50", "conv5_1.downsample.conv", "shortcut"),
        ("resnet50", "conv5_1.add", "shortcut"),
        ("resnet50", "conv5_x", "planes"),
        ("resnet50", "network", "filters"),
        ("resnet50", "maxpool", "downsampling"),
        ("resnet50", "input", "filters"),
        ("resnet50", "fc", "head"),
        ("resnet50", "avgpool", "head"),
        ("resnet18", "conv4_2", "bottleneck"),
        ("resnext50_32x4d", "conv4_2.conv2", "groups"),
    ],
)
def test_the_note_that_a_place_calls_for(base: str, name: str, expected: str) -> None:
    network = analyze(preset(base))
    assert topic(network, () if name == "network" else network.find(name).where) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("gradient", "degradation"),
        ("Vanishing gradients", "degradation"),
        ("degradation", "degradation"),
        ("relu", "relu"),
        ("fc", "head"),
        ("_make_layer", "make_layer"),
        ("make-layer", "make_layer"),
        ("batch normalization", "batchnorm"),
        ("normalisation", "batchnorm"),
        ("pretrained", "pretrained"),
        ("size mismatch", "pretrained"),
        ("width", "planes"),
        ("1×1", "bottleneck"),
        ("1x1", "bottleneck"),
        ("convolution block", "glossary"),
        ("out of memory", "memory"),
        ("기울기 소실", "degradation"),
        ("기울기소실", "degradation"),
        ("필터", "filters"),
        ("특징 맵", "filters"),
        ("배치 정규화", "batchnorm"),
        ("이동 평균", "batchnorm"),
        ("숏컷", "shortcut"),
        ("프로젝션", "shortcut"),
        ("보틀넥", "bottleneck"),
        ("사전 학습", "pretrained"),
        ("수용 영역", "gradcam"),
        ("스트라이드", "downsampling"),
        ("히트맵", "gradcam"),
    ],
)
def test_a_note_is_found_by_the_words_that_people_use(word: str, expected: str) -> None:
    assert find(word) == expected


def test_an_unknown_topic_is_answered_with_the_nearest() -> None:
    with pytest.raises(DesignError, match="did you mean bottleneck"):
        note("botleneck", RESNET50)
    with pytest.raises(DesignError, match="did you mean degradation"):
        lookup("gradeint")
    with pytest.raises(DesignError, match=r"no such topic \(filters"):
        lookup("nope")


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
    assert heading("filters", "en").startswith("Filters, channels, kernel")
    assert heading("filters", "ko").startswith("필터")
