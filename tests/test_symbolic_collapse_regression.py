"""Recursive least squares: degenerate cases, two routes to each risk, and the walk."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.chi import chi_square_moment, inverse_trace, pseudo_inverse_trace
from symbolic.regression import (
    bound_ratio_terms,
    hits_singular_count,
    published_bound,
    risk,
    risk_limit,
)
from symbolic.regression_walk import (
    accumulating_converges,
    behaviour,
    chung_fuchs_exponents,
    diverges,
    diverges_on_formula,
    diverges_on_schedule,
    increment_law,
    mean_norm_growth,
    norm_growth_exponent,
    stationary_second_moment,
)
from symbolic.special import ball_of
from symbolic.values import NEVER, Closed, enclose, workprec
from symbolic.window import growing_context_limit, growing_context_risk

small = st.integers(1, 9)


@pytest.mark.parametrize("regime", ["replace", "accumulate"])
@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_no_fit_has_no_error(regime, n):
    assert risk(regime, 0, 2, n, theta2=5) == 0


@pytest.mark.parametrize("d", [1, 2, 3, 6])
def test_infinite_exactly_near_square_designs(d):
    for n in range(1, 2 * d + 6):
        expected = abs(n - d) <= 1
        assert (risk("replace", 3, d, n) is NEVER) == expected
        assert (risk("accumulate", 1, d, n) is NEVER) == expected
        assert (pseudo_inverse_trace(d, n) is NEVER) == expected


def test_accumulating_becomes_infinite_when_the_pool_is_nearly_square():
    assert risk("accumulate", 1, 6, 2) == Fraction(2, 3)
    assert risk("accumulate", 2, 6, 2) == Fraction(2, 3) + Fraction(2, 1)
    assert risk("accumulate", 3, 6, 2) is NEVER
    assert hits_singular_count(6, 2) and not hits_singular_count(6, 2, 2)
    assert risk_limit("accumulate", 6, 4) is not NEVER
    assert risk("accumulate", 9, 6, 2, noise=0, theta2=3) == 2


def test_no_noise_means_no_error_once_determined():
    assert risk("replace", 5, 3, 3, noise=0) == 0
    assert risk_limit("replace", 3, 4, noise=0) == 0
    assert risk_limit("replace", 3, 2, noise=0, theta2=7) == 7


@given(t=st.integers(0, 12), d=small, n=st.integers(1, 14), theta2=st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_constant_schedules_agree_with_the_fit_by_fit_sum(t, d, n, theta2):
    for regime in ("replace", "accumulate"):
        one = risk(regime, t, d, n, noise=Fraction(1, 3), theta2=theta2)
        other = risk(regime, t, d, [n] * t, noise=Fraction(1, 3), theta2=theta2)
        assert one is other or one == other


@given(first=st.integers(3, 9), later=st.lists(st.integers(1, 5), max_size=6))
@settings(max_examples=40, deadline=None)
def test_accumulating_in_one_dimension_by_the_beta_law(first, later):
    """d = 1: E[Y/(X+Y)^2] = E[Beta] E[1/chi2], a route that uses no exchangeability."""
    total, value = 0, Fraction(0)
    for size in [first, *later]:
        total += size
        value += Fraction(size, total) * chi_square_moment(total, -1)
    assert risk("accumulate", 1 + len(later), 1, [first, *later]) == value


@given(d=st.integers(1, 6), extra=st.integers(2, 8), t=st.integers(0, 15))
@settings(max_examples=40, deadline=None)
def test_growing_context_is_accumulating_with_single_pairs(d, extra, t):
    n = d + extra
    assert growing_context_risk(d, n, t) == risk("accumulate", t + 1, d, [n] + [1] * t)
    assert growing_context_risk(d, n, t) < growing_context_limit(d, n)


@pytest.mark.parametrize(("d", "n"), [(1, 3), (2, 5), (5, 8), (6, 4), (7, 5)])
def test_large_t_by_digamma_agrees_with_the_exact_sum(d, n):
    exact, after = risk("accumulate", 4000, d, n), risk("accumulate", 4005, d, n)
    assert isinstance(exact, Fraction) and isinstance(after, Closed)
    step = sum(Fraction(d, s * (s * n - d - 1)) for s in range(4001, 4006))
    assert after.enclose(200).overlaps(enclose(exact + step, 200))
    limit = risk_limit("accumulate", d, n)
    assert enclose(limit, 100) > after.enclose(100)
    far = risk("accumulate", 10**15, d, n)
    assert enclose(limit, 100) - far.enclose(100) < ball_of(Fraction(d, 10**14))


def test_many_digits_without_cancellation():
    value = risk("accumulate", 10**12, 2, 5).enclose(1000)
    assert value.rel_accuracy_bits() > 990


@pytest.mark.parametrize(("d", "n"), [(1, 3), (2, 4), (4, 9)])
def test_published_bound_is_strict_for_fresh_and_the_limit_for_fixed(d, n):
    bound = published_bound(d, n)
    assert bound == risk_limit("accumulate", d, n, design="fixed")
    assert risk_limit("accumulate", d, n).enclose(64) < bound.enclose(64)
    assert bound_ratio_terms(d, n, 1)[0] == bound_ratio_terms(d, n, 1)[1]
    assert all(a < b for a, b in (bound_ratio_terms(d, n, s) for s in range(2, 9)))
    fixed = risk("accumulate", 5, d, n, design="fixed")
    assert fixed == inverse_trace(d, n) * sum(Fraction(1, s * s) for s in range(1, 6))
    assert risk("accumulate", 5000, d, n, design="fixed").enclose(64) < bound.enclose(64)


def test_replacing_below_the_dimension_by_simulation():
    """Mean of 40000 chains within 6 standard errors: false alarm below 1e-8."""
    rng = np.random.default_rng(1)
    d, n, t, chains = 6, 2, 3, 40_000
    truth = np.zeros(d)
    truth[0] = 1.0
    error = np.empty(chains)
    for k in range(chains // 1000):
        theta = np.tile(truth, (1000, 1))
        for _ in range(t):
            x = rng.standard_normal((1000, n, d))
            y = np.einsum("knd,kd->kn", x, theta) + rng.standard_normal((1000, n))
            gram = x @ x.transpose(0, 2, 1)
            theta = np.einsum("knd,kn->kd", x, np.linalg.solve(gram, y[..., None])[..., 0])
        error[1000 * k : 1000 * (k + 1)] = ((theta - truth) ** 2).sum(axis=1)
    exact = float(risk("replace", t, d, n, theta2=1))
    assert abs(error.mean() - exact) < 6 * error.std() / chains**0.5
    assert abs(error.mean() - exact * 1.1) > 6 * error.std() / chains**0.5


def test_accumulating_below_the_dimension_by_simulation():
    """Minimum-norm fits of pooled data: 40000 chains, 6 standard errors, d = 12, N = 2, 4, 6."""
    rng = np.random.default_rng(3)
    d, n, t, chains = 12, 2, 3, 40_000
    truth = np.zeros(d)
    truth[0] = 1.0
    error = np.empty(chains)
    for k in range(chains // 2000):
        theta = np.tile(truth, (2000, 1))
        x, y = np.empty((2000, 0, d)), np.empty((2000, 0))
        for _ in range(t):
            fresh = rng.standard_normal((2000, n, d))
            label = np.einsum("knd,kd->kn", fresh, theta) + rng.standard_normal((2000, n))
            x, y = np.concatenate([x, fresh], axis=1), np.concatenate([y, label], axis=1)
            gram = x @ x.transpose(0, 2, 1)
            theta = np.einsum("knd,kn->kd", x, np.linalg.solve(gram, y[..., None])[..., 0])
        error[2000 * k : 2000 * (k + 1)] = ((theta - truth) ** 2).sum(axis=1)
    exact = float(risk("accumulate", t, d, n, theta2=1))
    assert abs(error.mean() - exact) < 6 * error.std() / chains**0.5 < 0.1 * exact


@pytest.mark.parametrize(
    "arguments",
    [
        ("both", 1, 1, 1), ("replace", -1, 1, 1), ("replace", 1, 0, 1), ("replace", 1, 1, 0),
        ("replace", 1, 1, [3], 1, "old"), ("replace", 2, 1, [3]), ("replace", 1, 1, 1, -1),
        ("replace", 10**30, 1, 5), ("replace", 1, 1, 1, 0.5), ("replace", True, 1, 1),
        ("accumulate", 2, 1, [3, 4], 1, "fixed"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused(arguments):
    with pytest.raises(ValueError):
        risk(*arguments)


def test_divergence_table():
    rows = ["".join(behaviour(d, n)[0] for n in range(1, 7)) for d in range(1, 6)]
    assert rows == ["rrrrrr", "strrrr", "sstttt", "sssttt", "sssstt"]
    assert diverges(2, 2) and not diverges(2, 3) and not diverges(3, 2)


@pytest.mark.parametrize("degrees", [1, 2, 3, 5])
def test_chung_fuchs_exponents_against_the_characteristic_function(degrees):
    """1 - phi(s) with phi(s) = 2^(1-v/2)/Gamma(v/2) s^(v/2) K_(v/2)(s), at s = 2^-400, 2^-800."""
    with workprec(4000):
        half = ball_of(Fraction(degrees, 2))

        def gap(s: arb) -> arb:
            factor = arb(2) ** (1 - half) * half.rgamma() * s**half
            return 1 - factor * s.bessel_k(half)

        near, far = gap(arb(2) ** -400), gap(arb(2) ** -800)
        power = min(degrees, 2)
        ratio = near / far / arb(2) ** (400 * power)
        log_power = 1 if degrees == 2 else 0
        assert abs(ratio - ball_of(Fraction(1, 2**log_power))) < ball_of(Fraction(1, 100))
    d = 3
    assert chung_fuchs_exponents(d, degrees + d - 1) == (d - 1 - power, -log_power)


def test_increment_moments_and_growth():
    assert [increment_law(3, n).integrable for n in (3, 4, 5)] == [False, True, True]
    assert [increment_law(3, n).square_integrable for n in (3, 4, 5)] == [False, False, True]
    assert 3 * increment_law(3, 7).covariance == inverse_trace(3, 7)
    assert norm_growth_exponent(4, 4) == 1 and norm_growth_exponent(4, 6) == Fraction(1, 2)
    with pytest.raises(ValueError):
        norm_growth_exponent(4, 5)
    square = risk("replace", 1, 3, 8)
    assert mean_norm_growth(3, 8).enclose(60) ** 2 < enclose(square, 60)


def test_stationary_moment_is_the_fixed_point():
    d, n = 7, 4
    level = stationary_second_moment(d, n)
    assert level == Fraction(n, d) * level + pseudo_inverse_trace(d, n)
    assert risk_limit("replace", d, n, theta2=2) == level + 2
    assert stationary_second_moment(4, 3) is NEVER


def test_varying_schedules():
    assert diverges_on_schedule(3, 3, True).answer is True
    assert diverges_on_schedule(3, 3, False).answer is False
    assert diverges_on_schedule(1, 3, True).answer is False
    assert diverges_on_schedule(2, 3, True).answer is None
    assert diverges_on_schedule(3, 2, True).answer is None
    assert diverges_on_formula(3, "t").answer is True
    assert diverges_on_formula(2, "t").answer is False
    assert diverges_on_formula(2, "2-1/t").answer is True
    assert diverges_on_formula(2, "2+1/t").answer is False
    assert diverges_on_formula(2, "pi").answer is False
    assert diverges_on_formula(5, "-t").answer is False
    assert accumulating_converges(6, 5)["square_bounded"] is False
    assert accumulating_converges(6, 5)["almost_surely"] is True


def test_accumulated_increments_telescope_for_any_design():
    """sum_s H_s^-1 B_s H_s^-1 <= 2 H_1^-1 on integer designs, d = 2, by exact determinants."""

    def matrix(rows):
        return fmpq_mat(2, 2, [x for row in rows for x in row])

    blocks = [matrix([[2, 1], [1, 3]]), matrix([[5, 2], [2, 1]]), matrix([[1, 0], [0, 0]])] * 3
    h, total = blocks[0], blocks[0].inv()
    for block in blocks[1:]:
        h = h + block
        total = total + h.inv() * block * h.inv()
    gap = 2 * blocks[0].inv() - total
    assert gap[0, 0] > 0 and gap.det() > 0
    assert (blocks[0].inv() - total)[0, 0] < 0
