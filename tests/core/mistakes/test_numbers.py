"""Numbers that tools and papers give, and what is told of them."""

from __future__ import annotations

import pytest
from heard import Ears
from hypothesis import given
from hypothesis import strategies as st
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.measures.counting import CONVENTIONS, count
from inspector.core.mistakes.diagnosis import diagnose
from inspector.core.mistakes.numbers import asked
from inspector.core.network.network import analyze
from inspector.core.units import exact

RESNET50 = preset("resnet50")


def _why(text: str, design: Design = RESNET50) -> str:
    found = diagnose(text, design)
    assert found is not None
    edit(design, *found.edit.split())
    return found.why


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("4.12 GMac", ("4,121,925,096 MACs", "ptflops 0.6.9", "resnet50 at 1×3×224×224")),
        ("4.11 GMACs", ("4,111,512,576", "fvcore")),
        ("4.13 GMac", ("4,132,436,968", "without arguments: backend pytorch")),
        ("3.86 G", ("3,857,973,248", "stride_on=conv1")),
        ("3.8 GFLOPs", ("3,857,973,248", "cut off", "1024³")),
        ("8.2 GFLOPs", ("8,178,368,512 FLOPs of 2 a MAC",)),
        ("24.37M", ("25,557,032 parameters", "1024²")),
        ("23.53M params", ("23,528,522 parameters", "num_classes=10")),
        ("23.5M params", ("23,508,032 parameters without fc",)),
        ("25,583,592 trainable, 53,120 non-trainable", ("Keras", "(26,560)", "Keras calls non-trainable")),
        ("25,636,712", ("in all in Keras",)),
        ("Total params: 25,557,032", ("parameters",)),
        ("Total mult-adds (Units.GIGABYTES): 4.09", ("4,089,238,376 mult-adds (torchinfo 1.8.0)",)),
        ("Computational complexity: 4.13 GMac\nNumber of parameters: 25.56 M", ("4,132,436,968", "25,557,032")),
        ("11.69 million parameters", ("11,689,512", "resnet18")),
        ("7.8 GFLOPs", ("7,801,405,440", "resnet101")),
        ("97.5 MB", ("102,228,128 bytes", "1024²")),
        ("23,516,228 params", ("num_classes=4",)),
        ("4.5 GMac", ("No counting of resnet50 gives 4.5 GMac", "4,133,742,592")),
        ("1_000_000 params", ("No counting",)),
    ],
)
def test_a_number_is_what_it_is(text: str, has: tuple[str, ...]) -> None:
    for words in has:
        assert words in _why(text)


@pytest.mark.parametrize(
    "text",
    ["", "12", "epoch 12 of 90", "loss 0.25", "4.09", "CUDA out of memory 4.2 GB", "conv5_3", "1e9", "9" * 3_000],
)
def test_what_is_no_such_number_is_none(text: str) -> None:
    assert diagnose(text, RESNET50) is None


def test_numbers_are_read_with_their_units() -> None:
    read = [(each.value, each.power, each.of) for each in asked("25.6 M params, 4.1 GMACs\n97.8 MiB | 12,345 weights")]
    assert read == [(25.6, 2, "params"), (4.1, 3, "cost"), (97.8, 2, "bytes"), (12345.0, 0, "params")]
    assert [each.power for each in asked("3.8 billion FLOPs; 25 million params")] == [3, 2]


@pytest.mark.parametrize("name", [name for name in PRESETS if not name.endswith("_v1")])
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_every_counting_of_every_preset_is_found(name: str, convention: str) -> None:
    design = preset(name)
    amount = count(analyze(design))[convention]
    for text in (f"{amount} MACs", f"{amount / 1e9:.4f} GMac"):
        assert f"{name} at 1×3×224×224" in _why(text, design)
    assert exact(amount) in _why(f"{amount / 1e9:.9f} GMac", design)


@given(designs(), st.sampled_from([2, 10, 21, 77]))
def test_classes_are_found_by_their_parameters(design: Design, classes: int) -> None:
    other = edit(design, f"num_classes={classes}")
    found = diagnose(f"{analyze(other).params} params", design)
    if analyze(other).params >= 10_000:
        assert found is not None
        assert "No counting of" not in found.why


@given(designs(), st.integers(0, 3))
def test_every_amount_that_is_told_is_the_number_as_it_is_printed(design: Design, decimals: int) -> None:
    macs = count(analyze(design))["thop"]
    text = f"{macs / 1e6:.{decimals}f} M"
    ears = Ears()

    def said() -> str:
        found = diagnose(text, design)
        return found.why if found is not None else ""

    for heard in ears.listen(said):
        if heard.text == "{amount} {what}" and "nearest" not in said():
            amount = int(heard.values["amount"].replace(",", ""))
            rounded = {f"{amount / base**2:.{decimals}f}" for base in (1000, 1024)}
            cut = int(amount / 10 ** (6 - decimals)) / 10**decimals
            assert text.partition(" ")[0] in {*rounded, f"{cut:.{decimals}f}"}
