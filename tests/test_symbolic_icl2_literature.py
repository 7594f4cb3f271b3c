"""The published statements that the in-context chapter builds on."""

from __future__ import annotations

from fractions import Fraction

import pytest

import symbolic.literature_icl as literature
from symbolic.gradient_flow import bound_is_informative_from, dominance_ratio
from symbolic.one_layer import (
    is_one_layer_minimiser,
    misquoted_preconditioner,
    one_layer_optimum,
    relu_coefficient,
    relu_loss,
)

EXPECTED = {
    "ahn_diagonal_pair": "confirmed",
    "ahn_gradient_descent": "qualified",
    "ahn_misquoted": "refuted",
    "ahn_one_layer": "confirmed",
    "ahn_relu": "confirmed",
    "ahn_stationary_family": "confirmed",
    "gatmiry_bound": "qualified",
    "gatmiry_dominance": "qualified",
    "gatmiry_flow": "qualified",
    "mahankali_rate": "confirmed",
    "oswald_one_step": "confirmed",
    "zhang_frei_bartlett_limit": "qualified",
}


def test_every_entry_is_listed() -> None:
    assert set(EXPECTED) == set(literature.__all__)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_verdict(name: str) -> None:
    verdict = getattr(literature, name)()
    assert verdict.verdict == EXPECTED[name]
    assert verdict.reason and verdict.statement


def test_a_wrong_preconditioner_is_not_a_minimiser() -> None:
    wrong = misquoted_preconditioner([1, 3], 2)
    assert wrong != one_layer_optimum([1, 3], 2)
    matrix = [[wrong[0], Fraction(0)], [Fraction(0), wrong[1]]]
    assert not is_one_layer_minimiser(matrix, [1, 3], 2)


def test_relu_coefficient_is_the_lowest_point() -> None:
    best = relu_coefficient(3, 4)
    assert best == Fraction(8, 13)
    assert relu_loss(best, 3, 4) < relu_loss(best + Fraction(1, 50), 3, 4)


def test_where_the_bound_says_something() -> None:
    start = bound_is_informative_from(2, 2)
    # c^(4L) = (8^(2L+1) L d^2)^2 / n, compared with 1 in integers.
    assert (8**5 * 2 * 4) ** 2 < start and (8**5 * 2 * 4) ** 2 == start - 1
    assert dominance_ratio(2, 65536 // 16) >= 1 and dominance_ratio(2, 65537) < 1
