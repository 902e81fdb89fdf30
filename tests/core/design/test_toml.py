"""TOML whose reading would grow with the square of its keys is refused before it is read."""

from __future__ import annotations

import time

import pytest

from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.design.toml import MOST_DOTS, loads
from inspector.errors import DesignError


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 20_000 + " = 1",
        "[" + "a." * 20_000 + "a]",
        "x = {" + "a." * 20_000 + "a = 1}",
        '"#"' + ".a" * 20_000 + " = 1",
        "'#'" + ".a" * 20_000 + " = 1",
        "\n".join(f"k{at}" + ".a" * 300 + " = 1" for at in range(300)),
    ],
)
def test_keys_that_are_nested_too_deep_are_refused_at_once(text: str) -> None:
    before = time.process_time()
    with pytest.raises(ValueError, match=f"more than {MOST_DOTS} dots"):
        loads(text)
    assert time.process_time() - before < 0.5


def test_tables_in_tables_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="too deep"):
        loads("a = " + "[" * 5000)


def test_dots_elsewhere_are_none_of_keys() -> None:
    assert loads("a = 1 # " + "." * 99) == {"a": 1}
    assert loads(f"# it's {'.' * 20}\na.b.c = 1.5") == {"a": {"b": {"c": 1.5}}}


def test_many_overrides_are_made_in_a_moment_and_as_one_by_one() -> None:
    design = edit(preset("resnet50"), "conv4_x.blocks=4000")
    chosen = [f"conv4_{at}.conv{1 + at % 3}={8 + at}" for at in range(1, 4001)]
    before = time.process_time()
    made = edit(design, *chosen)
    assert time.process_time() - before < 2
    one = design
    for each in chosen[:40]:
        one = edit(one, each)
    assert made.conv4_x.overrides[:40] == one.conv4_x.overrides
    with pytest.raises(DesignError, match=r"conv4_7\.conv1 = 9: must be divisible by the 2 groups"):
        edit(design, "conv4_x.groups=2", "conv4_1.conv1=8", "conv4_7.conv1=9", "conv4_2.conv1=8")
