from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.core.units import difference, dims, exact, features, short, short_difference


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00 k"),
        (9_536, "9.54 k"),
        (99_950, "100 k"),
        (999_499, "999 k"),
        (999_500, "1.00 M"),
        (25_557_032, "25.6 M"),
        (4_089_184_256, "4.09 G"),
        (-6_563_328, "-6.56 M"),
    ],
)
def test_three_digits_and_a_prefix(number: int, text: str) -> None:
    assert short(number) == text


@given(st.integers(1000, 10**30))
def test_short_is_within_half_a_digit(number: int) -> None:
    digits, prefix = short(number).split()
    power = " kMGTPEZYRQ".index(prefix)
    assert abs(float(digits) * 1000**power - number) <= 0.00501 * number
    assert 3 <= len(digits) <= 4


def test_differences_have_signs() -> None:
    assert [difference(number) for number in (548_864, -1, 0)] == ["+548,864", "-1", "±0"]
    assert [short_difference(number) for number in (548_864, -1, 0)] == ["+549 k", "-1", "±0"]


def test_shapes() -> None:
    assert dims((1, 3, 224, 224)) == "1×3×224×224"
    assert features((8, 512, 7, 7)) == "512×7×7"
    assert features((8, 1000)) == "1000"
    assert exact(25_557_032) == "25,557,032"
