"""Budgets as they are typed and as a design file has them; what of them holds."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import designs

from inspector.core.budgets.amounts import amount, typed
from inspector.core.budgets.budget import Budget, Limit, from_table, limit, parse, table, written
from inspector.core.budgets.holding import Held, gauge, holdings
from inspector.core.budgets.quantities import QUANTITIES, Terms
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures.counting import CONVENTIONS
from inspector.core.measures.memory import OPTIMIZERS, inference_peak, memory
from inspector.core.network.network import Network, analyze
from inspector.errors import DesignError

RESNET50 = preset("resnet50")
M = 10**6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("params=10M macs=2G", {"max-params": 10 * M, "max-macs": 2000 * M}),
        ("macs=4.1g", {"max-macs": 4100 * M}),
        ("params=25557032", {"max-params": 25_557_032}),
        ("params=25,557,032", {"max-params": 25_557_032}),
        ("params=500k", {"max-params": 500_000}),
        ("max-weight-bytes=80MB", {"max-weight-bytes": 80 * M}),
        ("max-weight-bytes=80MiB", {"max-weight-bytes": 80 * 2**20}),
        ("max-weight-bytes=1GiB max-weight-bytes=5kB", {"max-weight-bytes": 5000}),
        ("max-depth=50", {"max-depth": 50}),
        ("max-growth=5%", {"max-growth": Fraction(1, 20)}),
        ("max-growth=-0.5%", None),
        ("", {}),
    ],
)
def test_a_budget_is_read(text: str, expected: dict[str, int] | None) -> None:
    if expected is None:
        with pytest.raises(DesignError):
            parse(text)
        return
    assert {each.name: each.amount for each in parse(text).limits} == expected


def test_places_are_read_each_by_itself() -> None:
    found = parse("min-resolution=layer4=7 min-resolution=conv4_x=14 feature-maps=conv5_3=1024")
    assert [(each.name, each.place, each.amount) for each in found.limits] == [
        ("min-resolution", "layer4", 7),
        ("min-resolution", "conv4_x", 14),
        ("feature-maps", "conv5_3", 1024),
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("params", "params=", "params=0", "params=-1", "params=1X", "weights=1M", "=1M", "1M", "params=conv5_3=1M"),
        *("params=20MB", "params=20MiB", "max-weight-bytes=80M", "max-weight-bytes=1.5XB", "max-depth=50k"),
        *("max-depth=5.5", "min-resolution=7", "min-resolution=layer4=", "feature-maps==7", "max-growth=x"),
        "params=9" + "9" * 30,
    ],
)
def test_what_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(DesignError) as refused:
        parse(text)
    assert len(str(refused.value)) > len(text) / 2


@st.composite
def _limits(draw: st.DrawFn) -> Limit:
    quantity = draw(st.sampled_from(list(QUANTITIES.values())))
    number = Fraction(draw(st.integers(1, 10**12)))
    if quantity.unit == "percent":
        number /= 10_000
    return Limit(quantity.name, number, draw(st.sampled_from(["layer4", "conv5_3"])) if quantity.has_place else "")


@given(st.lists(_limits(), max_size=6))
def test_a_budget_is_written_as_it_is_read(limits: list[Limit]) -> None:
    budget = Budget().with_limits(limits)
    assert parse(written(budget)) == budget
    assert set(from_table(table(budget)).limits) == set(budget.limits)


@given(st.integers(1, 10**15), st.sampled_from(["count", "bytes", "number", "pixels"]))
def test_an_amount_is_typed_as_short_as_it_is_exact(number: int, unit: str) -> None:
    text = typed(Fraction(number), unit)  # type: ignore[arg-type]
    assert amount(text, unit, "x") == number  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"max_param": 5}, "max_params"),
        ({"max_params": True}, "whole number"),
        ({"max_params": 1.5}, "whole number"),
        ({"max_params": -5}, "above 0"),
        ({"min_resolution": 7}, "must be a table"),
        ({"min_resolution": {"layer4": "7M"}}, "budget.min_resolution.layer4"),
        (7, "must be a table"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_key(data: object, words: str) -> None:
    with pytest.raises(DesignError, match=words):
        from_table(data)


@pytest.mark.parametrize(
    ("limit_", "amount_", "words", "brief"),
    [
        (30_000_000, 25_557_032, "≤ 30.0 M, 4.44 M left", "4.44 M left"),
        (25_557_032, 25_557_032, "≤ 25.6 M, 0 left", "0 left"),
        (20_000_000, 25_557_032, "≤ 20.0 M, 5.56 M over", "5.56 M over"),
        (0, 5, "", ""),
    ],
)
def test_what_is_left_of_a_limit(limit_: int, amount_: int, words: str, brief: str) -> None:
    assert gauge(limit_, amount_) == words
    assert gauge(limit_, amount_, is_short=True) == brief


def _held(network: Network, text: str, terms: Terms | None = None) -> dict[str, Held]:
    found = holdings(network, parse(text), analyze(preset(network.design.base)), terms or Terms())
    return {each.what: each for each in found}


def test_every_quantity_is_held_against_what_there_is() -> None:
    network = analyze(edit(RESNET50, "conv5_3.conv3=1024"))
    held = _held(
        network,
        "params=26105896 macs=4165230591 max-weight-bytes=104423584B max-training-memory=1GB "
        "max-inference-peak=11038719B max-depth=50 max-output-stride=32 "
        "feature-maps=conv5_3=1024 min-feature-maps=layer3=1025 "
        "max-feature-maps=conv4_x=1024 min-resolution=layer4=8 max-resolution=stem=56 max-growth=2%",
    )
    assert {what: each.is_held for what, each in held.items()} == {
        "params": True,
        "MACs": False,
        "weight bytes": True,
        "training memory": True,
        "inference peak": False,
        "depth": True,
        "output stride": True,
        "feature maps of conv5_3": True,
        "feature maps of conv4_x": True,
        "resolution of conv5_x": False,
        "resolution of stem": True,
        "growth of params": False,
        "growth of MACs": True,
    }
    assert held["MACs"].rest == -1
    assert held["growth of params"].limit == 25_557_032 * 102 // 100
    assert held["resolution of conv5_x"].words == "1 short"


def test_a_percentage_is_of_the_baseline_it_is_given() -> None:
    network = analyze(preset("resnet50"))
    (params, macs) = holdings(network, parse("max-growth=0%"), network)
    assert (params.rest, macs.rest) == (0, 0)
    assert params.is_held
    assert not holdings(network, parse("max-growth=0%"), analyze(preset("resnet18")))[0].is_held


@given(
    designs(),
    st.sampled_from(sorted(CONVENTIONS)),
    st.sampled_from(["fp32", "fp16"]),
    st.sampled_from(sorted(OPTIMIZERS)),
)
def test_amounts_are_those_of_the_measures(design: Design, counting: str, dtype: str, optimizer: str) -> None:
    network, terms = analyze(design), Terms(CONVENTIONS[counting], dtype, optimizer)
    held = _held(network, "params=1 macs=1 max-weight-bytes=1B max-training-memory=1B max-inference-peak=1B", terms)
    bytes_ = memory(network)
    assert [each.amount for each in held.values()] == [
        network.params,
        CONVENTIONS[counting].of(network.root),
        bytes_.params[dtype],
        bytes_.training(optimizer),
        inference_peak(network, {"fp32": 4, "fp16": 2}[dtype]),
    ]
    assert memory(network).inference_peak == inference_peak(network)


@pytest.mark.parametrize(
    ("text", "words"), [("min-resolution=fc=1", "without height"), ("feature-maps=conv5_9=1", "no such node")]
)
def test_a_limit_of_what_has_none_is_refused(text: str, words: str) -> None:
    with pytest.raises(DesignError, match=words):
        _held(analyze(RESNET50), text)


def test_a_limit_comes_before_another_of_the_same_quantity_and_place() -> None:
    budget = parse("params=20M min-resolution=layer4=7").with_limits([limit("max-params", "10M")])
    assert budget.of("max-params") == 10 * M
    assert len(budget.limits) == 2
