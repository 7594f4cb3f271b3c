"""``~=``: half a unit of the last digit, ties named, truncation and rounding up named."""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.expression import decide
from verify.expression.display import outward
from verify.expression.functions import round_half_away
from verify.expression.rounding import agree_after_rounding


@pytest.mark.parametrize(
    ("text", "holds", "words"),
    [
        ("32.14 ~= 32.1", True, ""),
        ("32.15 ~= 32.1", True, "tie between 32.1 and 32.2"),
        ("32.15 ~= 32.2", True, "tie between 32.2 and 32.1"),
        ("32.19 ~= 32.1", False, "only when the digits are cut off"),
        ("32.11 ~= 32.2", False, "only by rounding up"),
        ("-32.19 ~= -32.1", False, "only when the digits are cut off"),
        ("33 ~= 32.1", False, "no rounding rule"),
        ("0.5 ~= 0", True, "tie"),
        ("-0.5 ~= -1", True, "tie"),
        ("0.04 ~= 0.0", True, ""),
        ("0.9 ~= 0", False, "cut off"),
        ("1500 ~= 1500", True, ""),
        ("sqrt(2) ~= 1.4142", True, ""),
        ("sqrt(2) ~= 1.4143", False, "rounding up"),
        ("exp(1) ~= 2.71", False, "cut off"),
        ("never ~= 3", False, "never"),
    ],
)
def test_rule_named(text: str, holds: bool, words: str) -> None:
    outcome = decide(text)
    assert outcome.verdict.value == ("confirmed" if holds else "refuted")
    assert words in outcome.reason


def test_equality_that_fails_hints_at_rounding() -> None:
    assert "~= 0.33" in decide("1/3 == 0.33").reason
    assert "~=" not in decide("1/3 == 0.34").reason


@settings(deadline=None)
@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6), st.integers(0, 4))
def test_accepts_exactly_the_roundings(x: Fraction, places: int) -> None:
    unit = Fraction(1, 10**places)
    quantum = Decimal(1).scaleb(-places)
    exact = Decimal(x.numerator * 10**30 // x.denominator).scaleb(-30)  # enough digits below a tie
    if Fraction(exact) == x:
        for rule in (ROUND_HALF_UP, ROUND_HALF_DOWN):
            rounded = Fraction(exact.quantize(quantum, rounding=rule))
            assert agree_after_rounding(x, rounded, unit).holds
    nearest = round_half_away(x, places)
    assert agree_after_rounding(x, nearest, unit).holds
    assert not agree_after_rounding(x, nearest + 2 * unit, unit).holds
    assert abs(nearest - x) <= unit / 2


@settings(deadline=None)
@given(st.fractions(max_denominator=10**9), st.integers(1, 15))
def test_decimals_are_rounded_outward(x: Fraction, digits: int) -> None:
    low, high = outward(x, up=False, digits=digits), outward(x, up=True, digits=digits)
    assert Fraction(low) <= x <= Fraction(high)
    assert Fraction(high) - Fraction(low) <= abs(x) * Fraction(10) ** (1 - digits) * 2
