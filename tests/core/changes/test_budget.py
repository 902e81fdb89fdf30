from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.core.changes.budget import Budget, gauge, parse, written
from inspector.errors import DesignError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("params=10M macs=2G", Budget(10_000_000, 2_000_000_000)),
        ("macs=4.1g", Budget(0, 4_100_000_000)),
        ("params=25557032", Budget(25_557_032)),
        ("params=500k", Budget(500_000)),
        ("", Budget()),
    ],
)
def test_a_budget_is_read(text: str, expected: Budget) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["params", "params=", "params=0", "params=-1", "params=1X", "weights=1M", "=1M", "1M"])
def test_what_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(DesignError):
        parse(text)


@given(st.builds(Budget, st.integers(0, 10**12), st.integers(0, 10**15)))
def test_a_budget_is_written_as_it_is_read(budget: Budget) -> None:
    assert parse(written(budget)) == budget


@pytest.mark.parametrize(
    ("limit", "amount", "words", "brief"),
    [
        (30_000_000, 25_557_032, "≤ 30.0 M, 4.44 M left", "4.44 M left"),
        (25_557_032, 25_557_032, "≤ 25.6 M, 0 left", "0 left"),
        (20_000_000, 25_557_032, "≤ 20.0 M, 5.56 M over", "5.56 M over"),
        (0, 5, "", ""),
    ],
)
def test_what_is_left_of_a_limit(limit: int, amount: int, words: str, brief: str) -> None:
    assert gauge(limit, amount) == words
    assert gauge(limit, amount, is_short=True) == brief
