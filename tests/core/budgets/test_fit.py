"""The largest design that holds a budget: beside brute force, over random designs and budgets."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import designs

from inspector.core.budgets.budget import Budget, Limit, parse
from inspector.core.budgets.fit import Bounds, Fitted, Unfit, fit
from inspector.core.budgets.holding import holdings
from inspector.core.budgets.least import least
from inspector.core.budgets.quantities import QUANTITIES, USUAL
from inspector.core.design.design import Design
from inspector.core.design.edit import edit, resolve
from inspector.core.design.presets import preset
from inspector.core.names import STAGES
from inspector.core.network.network import Network, analyze
from inspector.errors import DesignError

RESNET50 = preset("resnet50")
BASELINE = analyze(RESNET50)


def _holds(design: Design, budget: Budget, baseline: Network) -> bool:
    return all(each.is_held for each in holdings(analyze(design), budget, baseline))


@st.composite
def _budgets(draw: st.DrawFn, network: Network) -> Budget:
    """Limits near what a network has, so that they are met by some values and not by others."""
    limits = []
    names = ["max-params", "max-macs", "max-weight-bytes", "max-training-memory", "max-inference-peak"]
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)):
        now = QUANTITIES[name].of(network, network.place, USUAL)
        limits.append(Limit(name, Fraction(max(1, now * draw(st.integers(60, 140)) // 100))))
    return Budget(tuple(limits))


ONE = [
    *(
        f"{stage}.{field}"
        for stage in STAGES
        for field in ("planes", "blocks", "expansion", "stride", "width_per_group")
    ),
    *(f"{stage[:-1]}1.conv{number}" for stage in STAGES for number in (1, 2, 3)),
    *("stem.planes", "stem.kernel", "num_classes", "input.height", "input.batch"),
]


@given(designs(), st.sampled_from(ONE), st.integers(1, 9), st.data())
def test_one_address_is_as_large_as_brute_force_finds(
    design: Design, address: str, multiple: int, data: st.DataObject
) -> None:
    try:
        now = int(resolve(design, address).value)  # type: ignore[arg-type]
    except DesignError:
        assume(False)  # hypothesis' own
    network = analyze(design)
    budget = data.draw(_budgets(network))
    high = min(3 * now + 16, 400)
    bounds = Bounds(multiple, 1, high)
    expected = None
    for value in range(high - high % multiple, 0, -multiple):
        try:
            made = edit(design, f"{address}={value}")
        except DesignError:
            continue
        if _holds(made, budget, network):
            expected = made
            break
    if not any(resolve(design, address).spec.admits(value) for value in range(multiple, high + 1, multiple)):
        with pytest.raises(DesignError, match="multiple"):
            fit(design, [address], budget, network, bounds=bounds)
        return
    found = fit(design, [address], budget, network, bounds=bounds)
    assert (found.design if isinstance(found, Fitted) else None) == expected
    if isinstance(found, Fitted):
        assert all(each.is_held for each in found.held)
        assert all(not each.is_held for each in found.next)


@given(designs(), st.lists(st.sampled_from(STAGES), min_size=2, max_size=4, unique=True), st.data())
def test_several_are_scaled_as_far_as_brute_force_finds(design: Design, stages: list[str], data: st.DataObject) -> None:
    network = analyze(design)
    budget = data.draw(_budgets(network))
    found = fit(design, [f"{stage}.planes" for stage in stages], budget, network, bounds=Bounds(8, 8, 256))
    best = None
    for step in range(4000, 0, -1):  # finer than any factor at which something changes
        factor = Fraction(step, 500)
        values = [max(8, int(design.stage(stage).planes * factor / 8 + Fraction(1, 2)) * 8) for stage in stages]
        if max(values) > 256:
            continue
        try:
            made = edit(design, *(f"{stage}.planes={value}" for stage, value in zip(stages, values, strict=True)))
        except DesignError:
            continue
        if _holds(made, budget, network):
            best = sum(values)
            break
    if isinstance(found, Unfit):
        assert best is None
    else:
        sizes = [found.design.stage(stage).planes for stage in stages]
        assert best is None or sum(sizes) >= best
        assert _holds(found.design, budget, network)
        assert all(size % 8 == 0 and size <= 256 for size in sizes)
        assert edit(design, *found.assignments) == found.design


@pytest.mark.parametrize(
    ("addresses", "budget", "expected"),
    [
        (
            ["width"],
            "macs=2G",
            "stem.planes=40 conv2_x.planes=40 conv3_x.planes=88 conv4_x.planes=176 conv5_x.planes=352",
        ),
        (["conv5_3.conv3"], "params=26M", "conv5_3.conv3=2048"),
        (["layer4.planes"], "params=20M", "layer4.planes=400"),
        (["conv4_x.blocks"], "params=200M", "conv4_x.blocks=162"),
        (
            ["conv*_x.expansion"],
            "params=25557032",
            "conv2_x.expansion=4 conv3_x.expansion=4 conv4_x.expansion=4 conv5_x.expansion=4",
        ),
    ],
)
def test_of_resnet50(addresses: list[str], budget: str, expected: str) -> None:
    found = fit(RESNET50, addresses, parse(budget), BASELINE)
    assert isinstance(found, Fitted)
    assert " ".join(found.assignments) == expected
    assert found.next


def test_a_projection_that_goes_makes_the_larger_one_cheaper() -> None:
    """1024 maps need a projection, 2048 do not: below that no number that holds is the largest."""
    found = fit(RESNET50, ["conv5_3.conv3"], parse("params=25557032"), BASELINE, bounds=Bounds(8, 0, 4096))
    assert isinstance(found, Fitted)
    assert found.design == RESNET50
    smaller = fit(RESNET50, ["conv5_3.conv3"], parse("params=25557032"), BASELINE, bounds=Bounds(8, 0, 2040))
    assert isinstance(smaller, Fitted)
    assert smaller.assignments == ("conv5_3.conv3=864",)


def test_where_none_fits_it_is_said_what_the_least_breaks() -> None:
    found = fit(RESNET50, ["conv5_x.planes"], parse("macs=3G"), BASELINE)
    assert isinstance(found, Unfit)
    assert found.assignments == ("conv5_x.planes=8",)
    assert [(each.what, each.rest < 0) for each in found.broken] == [("MACs", True)]


def test_values_at_odds_with_groups_are_passed_over() -> None:
    design = edit(RESNET50, "conv5_x.groups=32", "conv5_x.width_per_group=4")
    found = fit(design, ["conv5_3.conv2"], parse("params=24M"), BASELINE, bounds=Bounds(1))
    assert isinstance(found, Fitted)
    assert found.design.conv5_x.filters("bottleneck", 3)[1] % 32 == 0


@pytest.mark.parametrize("most", ["23M", "24M", "24.5M", "25M"])
def test_what_the_next_larger_design_breaks_is_told_though_values_between_are_no_designs(most: str) -> None:
    """Of 32 groups three of four multiples of 8 are none, and yet there is a larger one."""
    design = preset("resnext50_32x4d")
    found = fit(design, ["conv5_3.conv1"], parse(f"params={most}"), analyze(design))
    if isinstance(found, Fitted):
        assert [each.what for each in found.next] == ["params"]


@pytest.mark.parametrize(
    ("addresses", "bounds", "words"),
    [
        (["block"], Bounds(), "no number"),
        (["conv9_x.planes"], Bounds(), "no such address"),
        (["conv5_x.planes", "layer4.planes", "conv5_x.planes"], Bounds(), "named twice"),
        (["conv5_x.planes"], Bounds(64, 65, 100), "no multiple of 64"),
        ([], Bounds(), "needs an address"),
    ],
)
def test_what_cannot_be_fitted_is_refused(addresses: list[str], bounds: Bounds, words: str) -> None:
    with pytest.raises(DesignError, match=words):
        fit(RESNET50, addresses, parse("params=20M"), BASELINE, bounds=bounds)


@given(designs(), st.data())
def test_what_a_network_has_at_least_rises_with_every_channel(design: Design, data: st.DataObject) -> None:
    stage = data.draw(st.sampled_from(STAGES))
    field = data.draw(st.sampled_from(["planes", "blocks", "expansion", "width_per_group"]))
    more = getattr(design.stage(stage), field) + data.draw(st.integers(1, 64))
    try:
        larger = edit(design, f"{stage}.{field}={more}")
    except DesignError:
        assume(False)
    before, after = least(analyze(design)), least(analyze(larger))
    assert before.params <= analyze(design).params
    assert after.params >= before.params
    assert after.macs >= before.macs
