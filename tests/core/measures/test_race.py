"""Which of two networks is faster, and when that is not told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from timed import made

from inspector.core.design.presets import preset
from inspector.core.measures.latency import Spread, Timing
from inspector.core.measures.race import LEAST, Race, race, verdict
from inspector.core.network.network import analyze

times = st.floats(1e-6, 1e3)
MADE = made(analyze(preset("resnet18")))


def _timing(runs: Sequence[float]) -> Timing:
    return structs.replace(MADE, runs=tuple(runs))


def _race(first: Sequence[float], second: Sequence[float]) -> Race:
    return race(_timing(first), _timing(second))


@given(st.lists(st.tuples(times, times), min_size=1, max_size=20))
def test_turned_round_it_is_the_same_race(rounds: list[tuple[float, float]]) -> None:
    first, second = zip(*rounds, strict=True)
    found, turned = _race(first, second), _race(second, first)
    assert turned.ratio.median == pytest.approx(1 / found.ratio.median, rel=1e-9)
    assert turned.ratio.low == pytest.approx(1 / found.ratio.high, rel=1e-9)
    assert turned.difference == pytest.approx(found.difference, rel=1e-6, abs=1e-9)
    assert turned.spreads == found.spreads[::-1]


@given(st.lists(st.tuples(times, times), min_size=1, max_size=20))
def test_no_verdict_where_the_spread_is_no_smaller_than_the_difference(rounds: list[tuple[float, float]]) -> None:
    found = _race(*zip(*rounds, strict=True))
    if found.difference <= max(found.spreads) or len(rounds) < LEAST or found.ratio.low <= 1 <= found.ratio.high:
        assert not found.is_clear
        assert verdict(found, "a", "b").startswith("no verdict on b against a: ")
    else:
        assert verdict(found, "a", "b").startswith("b takes ")


@given(st.lists(times, min_size=1, max_size=20))
def test_a_network_is_never_faster_than_itself(runs: list[float]) -> None:
    found = _race(runs, runs)
    assert found.ratio == Spread(1, 1, 1)
    assert not found.is_clear


@given(st.lists(st.floats(1, 1.01), min_size=LEAST, max_size=20), st.floats(1.1, 50), st.floats(0.01, 100))
def test_drift_of_the_machine_is_no_difference(noise: list[float], factor: float, drift: float) -> None:
    """Each round is as slow as the machine is then: the ratio is of the rounds, not of the medians."""
    first = [each * drift**at for at, each in enumerate(noise)]
    found = _race(first, [each * factor for each in first])
    assert found.ratio.median == pytest.approx(factor, rel=1e-9)
    assert found.ratio.iqr == pytest.approx(0, abs=1e-9 * factor)
    steady = _race(noise, [each * factor for each in noise])
    assert steady.is_clear


def test_the_sentences() -> None:
    assert verdict(_race([1.0] * 5, [1.5] * 5), "resnet18", "resnet34") == (
        "resnet34 takes 1.500 times as long as resnet18 (1.500 to 1.500 in the middle half of 5 rounds)"
    )
    assert verdict(_race([1.0] * 4, [1.5] * 4), "a", "b") == (
        "no verdict on b against a: it takes 5 rounds at least; "
        "measured a ratio of 1.500 (1.500 to 1.500 in the middle half of 4 rounds)"
    )
    assert verdict(_race([1.0, 1.0, 1.1, 1.2, 1.3], [1.2, 1.2, 1.2, 1.2, 1.2]), "a", "b") == (
        "no verdict on b against a: the times of a spread by 18.2 % (IQR / median), "
        "no less than the difference of 9.1 %; "
        "measured a ratio of 1.091 (1.000 to 1.200 in the middle half of 5 rounds)"
    )
    crossing = Race(9, Spread(1.3, 0.9, 1.6), (0.1, 0.1))
    assert verdict(crossing, "a", "b").startswith(
        "no verdict on b against a: the ratios of the middle half of the rounds have 1 between them; measured"
    )


def test_networks_that_did_not_run_in_turn_are_not_compared() -> None:
    with pytest.raises(ValueError, match="zip"):
        _race([1.0], [1.0, 2.0])
