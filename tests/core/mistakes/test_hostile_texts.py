"""Texts that nobody was told by torch: as large as a log, of characters that are none, and of numbers that are none."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import cache
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from messages import CONV, FC, NORM, SUM
from messages import SIZE as MISMATCH
from strategies import designs

from inspector.core.design.design import Design, Override, replace_in_stage
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.mistakes.diagnosis import Diagnosis, diagnose
from inspector.core.mistakes.shape_errors import Forward, read
from inspector.core.names import STAGES

RESNET50 = preset("resnet50")
BROADCAST = "RuntimeError: output with shape {} doesn't match the broadcast shape {}"
SIZE = f"{MISMATCH}\n"
MISSING, UNEXPECTED = "\tMissing key(s) in state_dict: ", "\tUnexpected key(s) in state_dict: "
MESSAGES = (
    NORM.format(1024, 2048),
    SUM.format(1024, 2048, 1),
    SUM.format(14, 7, 3),
    BROADCAST.format([1, 64, 7, 7], [1, 256, 7, 7]),
    CONV.format(1, [512, 2048, 1, 1], [1, 1024, 7, 7], 2048, 1024),
    FC.format(1, 1024, 2048, 1000),
    SIZE.format("fc.weight", [1000, 2048], [10, 2048]),
    f'{MISSING}"layer3.6.conv1.weight", "layer3.6.bn1.weight". \n{UNEXPECTED}"layer3.7.conv1.weight". \n',
)

# Large ones -------------------------------------------------------------------------------------------------

LONG, LIMIT = 1_000_000, 4.0
"""Characters, and seconds of computing in which they are answered; most take a tenth of that."""
PARTS = ("conv1", "conv2", "conv3", "bn1", "bn2", "bn3", "downsample.0", "downsample.1")


def _long(line: Callable[[int], str], length: int = LONG) -> str:
    """Lines one after another until there are as many characters."""
    text: list[str] = []
    size = 0
    for number in count():
        if size >= length:
            return "".join(text)[:length]
        text.append(line(number))
        size += len(text[-1])
    raise AssertionError


def _key(number: int) -> str:
    """A name of each tensor of each block of each stage in turn."""
    return f"layer{number % 4 + 1}.{number // 32}.{PARTS[number // 4 % 8]}.weight"


def _keys(head: str, key: Callable[[int], str], length: int = LONG) -> str:
    return head + _long(lambda number: f'"{key(number)}", ', length)


def _mismatch(path: str, number: int) -> str:
    return SIZE.format(path, [number % 999 + 1, 9, 3, 3], [number % 998 + 1, 9, 3, 3])


def _behind(text: str, message: str) -> str:
    return text[: -len(message) - 1] + "\n" + message


def _both(length: int) -> str:
    return _keys(MISSING, _key, length) + '"\n' + _keys(UNEXPECTED, lambda number: _key(number + 5_000), length)


CHECKPOINTS: dict[str, Callable[[], str]] = {
    "sizes": lambda: _long(lambda number: _mismatch(_key(number), number)),
    "sizes of one tensor": lambda: _long(lambda number: _mismatch("layer3.1.conv2.weight", number)),
    "sizes of one stage": lambda: _long(
        lambda number: _mismatch(f"layer3.{number // 3}.conv{number % 3 + 1}.weight", number)
    ),
    "missing": lambda: _keys(MISSING, _key),
    "missing in one stage": lambda: _keys(MISSING, lambda number: f"layer3.{number}.conv2.weight"),
    "missing, one key": lambda: _keys(MISSING, lambda _: "layer4.2.conv3.weight"),
    "unexpected": lambda: _keys(UNEXPECTED, _key),
    "unexpected in one stage": lambda: _keys(UNEXPECTED, lambda number: f"layer3.{number + 6}.conv2.weight"),
    "both": lambda: _both(LONG // 2),
    "all": lambda: _both(LONG // 3) + '"\n' + _long(lambda number: _mismatch(_key(number + 9_999), number), LONG // 3),
    "one after another": lambda: _long(
        lambda number: f'{MISSING}"{_key(number)}". {UNEXPECTED}"m.{_key(number + 1)}". '
    ),
}
SIZES = str(list(range(1, 45)))
BLOCKS = CONV.format(1, [512, 256, 3, 3], [64, 128, 7, 7], 256, 128)
PASSES: dict[str, Callable[[], str]] = {
    "many sizes": lambda: CONV.format(1, SIZES, SIZES, 64, 256).ljust(LONG, "x"),
    "many blocks": lambda: _behind(_long(lambda number: f"layer{number % 4 + 1}.{number // 4 % 16}.conv1 "), BLOCKS),
    "maps": lambda: f"{SUM.format(14, 7, 3)}{' layer4[0]' * (LONG // 10)}",
    "errors": lambda: _long(lambda _: f"{NORM.format(1024, 2048)}\n"),
    "shapes": lambda: _long(lambda _: f"{BROADCAST.format([1, 64, 7, 7], [1, 256, 7, 14])}\n"),
}
OTHERS: dict[str, Callable[[], str]] = {
    "tracebacks": lambda: _behind(_long(lambda _: "Traceback (most recent call last):\n"), NORM.format(1024, 2048)),
    "one block": lambda: _behind("layer1[0]" * (LONG // 9), NORM.format(256, 64)),
    "one call": lambda: _behind("self.bn1 " * (LONG // 9), NORM.format(256, 64)),
    "an arrow": lambda: _behind("-" * LONG, NORM.format(256, 64)),
    "numbers too long": lambda: _long(lambda number: f"{NORM.format(number, 10**9 + number)}\n"),
    "beginnings": lambda: "Given groups=1, weight of size [" * (LONG // 32),
    "names": lambda: "size mismatch for " * (LONG // 18),
    "quotes": lambda: MISSING + "\"'" * (LONG // 2),
    "commas": lambda: MISSING + '"fc.weight"' + "," * LONG,
    "one key": lambda: MISSING + '"' + "a" * LONG,
}
REPEATED = {
    "digits": "9",
    "brackets": "[",
    "letters": "r",
    "blanks": " ",
    "line breaks": "\n",
    "colours": "\x1b[31m",
    "colours that do not end": "\x1b[3",
    "links that do not end": "\x1b]8;;",
    "emoji": "\N{FACE PALM}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}\u200d\u2642\ufe0f",
    "accents": "\u0301",
}
UNSEEN = {"NUL": "\0", "replacement": "\ufffd", "mark": "\ufeff", "surrogate": "\ud800"}


@cache
def _design(name: str) -> Design:
    """A design as large as can be described, or a preset."""
    if name not in {"40000 blocks", "40000 overrides"}:
        return preset(name)
    design = edit(RESNET50, *[f"{stage}.blocks=10000" for stage in STAGES])
    for stage in STAGES if name == "40000 overrides" else ():
        overrides = tuple(Override(block, conv1=64 + block % 900) for block in range(1, 10_001))
        design = replace_in_stage(design, stage, overrides=overrides)
    return design


def _answered(text: str, design: Design) -> Diagnosis | None:
    begin = time.process_time()
    found = diagnose(text, design)
    assert time.process_time() - begin < LIMIT
    return found


@pytest.mark.parametrize("text", [*CHECKPOINTS, *PASSES])
def test_a_million_characters_of_torch_are_answered(text: str) -> None:
    assert _answered((CHECKPOINTS | PASSES)[text](), RESNET50)


@pytest.mark.parametrize(
    ("text", "design"),
    [
        ("sizes", "40000 blocks"),
        ("many blocks", "40000 blocks"),
        ("sizes of one stage", "40000 overrides"),
        ("maps", "40000 overrides"),
    ],
)
def test_they_are_answered_about_the_largest_designs(text: str, design: str) -> None:
    assert _answered((CHECKPOINTS | PASSES)[text](), _design(design))


@pytest.mark.parametrize("name", [*OTHERS, *REPEATED, *UNSEEN])
def test_a_million_characters_of_anything_are_read(name: str) -> None:
    if name in OTHERS:
        text = OTHERS[name]()
    elif name in REPEATED:
        text = REPEATED[name] * (LONG // len(REPEATED[name]))
    else:
        text = UNSEEN[name].join(NORM.format(1, 2)).ljust(LONG, UNSEEN[name])
    begin = time.process_time()
    read(text)
    assert time.process_time() - begin < LIMIT


GAPS = re.compile(r"(?<=[0-9])(?=[^0-9])|(?<=[\[\"(:,])|(?= )|\Z")


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message[:30])
def test_a_gap_may_be_as_wide_as_it_likes(message: str) -> None:
    gaps = list(GAPS.finditer(message))
    for gap in gaps[:: len(gaps) // 5]:
        for char in ' 9,"':
            begin = time.process_time()
            read(message[: gap.start()] + char * 100_000 + message[gap.start() :])
            assert time.process_time() - begin < LIMIT / 8


def test_the_text_that_never_ended() -> None:
    gap = " " * 100
    text = f"Given groups=1, weight of size [{gap}], expected input[{gap}] to have {gap}channels, but got {gap}"
    assert _answered(text, RESNET50) is None


def test_of_a_text_without_bounds_the_end_is_read() -> None:
    assert read("r" * 2_000_000 + "\n" + NORM.format(1024, 2048)) == read(NORM.format(1024, 2048))


# Of characters that are none --------------------------------------------------------------------------------

SEPARATORS = (*UNSEEN.values(), "\r\n", "\r", "\u2028", "\x85", "\u200b", "\u00ad", "\u3000", "\x9b31m", "\x07")


@pytest.mark.parametrize("separator", SEPARATORS, ids=ascii)
@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message[:30])
def test_what_has_no_shape_may_stand_anywhere(separator: str, message: str) -> None:
    *rest, last = message.rpartition(" ")
    broken = separator.join("".join(rest))
    assert diagnose(f"{separator}{broken}{last}{separator}", RESNET50) == diagnose(message, RESNET50)


@pytest.mark.parametrize("digits", ["١٠٢٤", "१०२४", "\uff11\uff10\uff12\uff14", "①", "𝟏𝟎𝟐𝟒"])
def test_digits_of_other_scripts_are_no_numbers(digits: str) -> None:
    for text in (
        NORM.format(digits, 2048),
        SUM.format(1024, digits, 1),
        SUM.format(1024, 2048, digits),
        CONV.format(1, [512, 2048, 1, 1], f"[1, {digits}, 7, 7]", 2048, 1024),
        FC.format(1, digits, 2048, 1000),
    ):
        assert read(text) is None
    assert read(NORM.format(1024, digits)) is None


def test_a_block_of_another_scripts_number_is_none() -> None:
    error = read(f"in layer4.٢.bn3, layer4.1.bn3: {NORM.format(1024, 2048)}")
    assert isinstance(error, Forward)
    assert error.seen == {".layer4.", ".layer4.1.", ".bn3."}


NUMBERS = st.one_of(
    st.integers(-3, 70), st.sampled_from([10**9, 10**9 - 1, 10**40, "٣", "1_000", "0x1", "1e9", "", "½", "007", "-0"])
)
SHAPES = st.lists(NUMBERS, max_size=6).map(lambda sizes: f"[{', '.join(map(str, sizes))}]")
TENSORS = ("conv1.weight", "fc.bias", "layer4.2.conv3.weight", "layer1.99999.bn1.weight", "layer2.007.conv2.weight")
NO_TENSORS = (
    "module.layer3.0.downsample.0.weight",
    "layer4.٢.conv1.weight",
    "layer9.0.conv1.weight",
    "",
    ".fc",
    "\ud800",
)
NAMES = st.sampled_from(TENSORS + NO_TENSORS)
WORDINGS = st.one_of(
    st.builds(NORM.format, NUMBERS, NUMBERS),
    st.builds(SUM.format, NUMBERS, NUMBERS, NUMBERS),
    st.builds(BROADCAST.format, SHAPES, SHAPES),
    st.builds(CONV.format, NUMBERS, SHAPES, SHAPES, NUMBERS, NUMBERS),
    st.builds(FC.format, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    st.builds(SIZE.format, NAMES, SHAPES, SHAPES),
    st.builds(f'{MISSING}"{{}}", "{{}}"'.format, NAMES, NAMES),
    st.builds(f"{UNEXPECTED}'{{}}', '{{}}'".format, NAMES, NAMES),
    st.builds("self.layer4({}) layer4[{}] layer1.{}.bn1".format, NUMBERS, NUMBERS, NUMBERS),
)
SCRAPS = st.one_of(
    WORDINGS, st.sampled_from((*SEPARATORS, "\x1b", "\x1b[", "\x1b]")), st.text(st.characters(), max_size=6)
)


@settings(max_examples=150)
@given(st.lists(SCRAPS, min_size=1, max_size=5), st.lists(st.integers(0, 400), max_size=3), designs())
def test_nothing_is_raised(scraps: list[str], cuts: list[int], design: Design) -> None:
    text = "".join(scraps)
    for cut in cuts:
        text = text[:cut] + SEPARATORS[cut % len(SEPARATORS)] + text[cut + cut % 2 :]
    found = diagnose(text, design)
    for each in (found.edit, *found.others) if found else ():
        edit(design, *each.split())
