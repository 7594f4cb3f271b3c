"""Recursive Gaussian fitting: two routes to every expectation, limits, rates and distances."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.chi import chi_mean, chi_square_moment, log_chi_square
from symbolic.gaussian import (
    critical_inflation,
    limit_rank,
    linear_power_law,
    log_rate,
    lyapunov_rates,
    mean_error,
    mean_error_limit,
    variance,
    variance_limit,
)
from symbolic.kakutani import (
    chi_mean_fourth_bounds,
    deviation_bound_exponent,
    root_mean_fourth_bounds,
    second_moment,
)
from symbolic.special import ball_of, digamma_gap, power
from symbolic.values import NEVER, Closed, enclose
from symbolic.wasserstein import (
    first_order,
    first_order_parting,
    wasserstein2,
    wasserstein2_limit,
)


def sample_covariances(sizes: list[int]) -> tuple[list[list[Fraction]], list[int]]:
    """Return E x_i x_j for all pooled samples (mu = 0, Sigma_0 = 1, divisor N), by recursion.

    Samples of fit s are mu_(s-1) + sqrt(Sigma_(s-1)) z; E Sigma is read off the pairwise
    differences, so nothing of the product formula is used.
    """
    c: list[list[Fraction]] = []
    for size in sizes:
        old = len(c)
        cross = [sum(row, Fraction(0)) / old for row in c]
        square = sum(cross, Fraction(0)) / old if old else Fraction(0)
        spread = sum((c[i][i] for i in range(old)), Fraction(0)) / old - square if old else 1
        for row, value in zip(c, cross, strict=True):
            row.extend([value] * size)
        for k in range(size):
            fresh = [*cross, *([square] * size)]
            fresh[old + k] = square + spread
            c.append(fresh)
    return c, sizes


@pytest.mark.parametrize("sizes", [[2], [2, 2], [3, 2, 4], [2, 5, 1, 3], [4, 4, 4, 4]])
def test_pooled_moments_from_the_covariance_of_all_samples(sizes):
    c, _ = sample_covariances(sizes)
    total = len(c)
    square = sum(map(sum, c), Fraction(0)) / total**2
    spread = sum((c[i][i] for i in range(total)), Fraction(0)) / total - square
    t = len(sizes)
    assert variance("accumulate", "mle", t, sizes) == spread
    assert mean_error("accumulate", "mle", t, sizes) == square


@given(st.lists(st.integers(2, 9), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_pooled_unbiased_product_from_the_scatter_recursion(sizes):
    scatter, level, total, drift = Fraction(0), Fraction(1), 0, Fraction(0)
    for size in sizes:
        before, total = total, total + size
        scatter += (size - 1) * level + Fraction(before * size, total) * level / size
        drift += level * size / total**2
        level = scatter / (total - 1)
    assert variance("accumulate", "unbiased", len(sizes), sizes) == level
    assert mean_error("accumulate", "unbiased", len(sizes), sizes) == drift


@pytest.mark.parametrize(("n", "t"), [(2, 1), (2, 7), (5, 40)])
def test_pooled_unbiased_mean_error_by_splitting(n, t):
    constant = mean_error("accumulate", "unbiased", t, n)
    assert constant == mean_error("accumulate", "unbiased", t, [n] * t)


@pytest.mark.parametrize("sizes", [[2], [3, 5, 2], [9, 9, 9, 9]])
def test_replaced_mean_error_is_the_sum_of_its_increments(sizes):
    for estimator in ("unbiased", "mle"):
        total = sum(variance("replace", estimator, s, sizes) / size for s, size in enumerate(sizes))
        assert mean_error("replace", estimator, len(sizes), sizes) == total


def test_degenerate_and_first_fits():
    for estimator in ("unbiased", "mle"):
        for regime in ("replace", "accumulate"):
            assert variance(regime, estimator, 0, 2) == 1
            assert mean_error(regime, estimator, 0, 2) == 0
            expected = 1 if estimator == "unbiased" else Fraction(4, 5)
            assert variance(regime, estimator, 1, 5) == expected
    for n in (0, 1):
        with pytest.raises(ValueError):
            variance("replace", "mle", 1, n)
    with pytest.raises(ValueError):
        variance("replace", "median", 1, 3)
    with pytest.raises(ValueError):
        variance("replace", "mle", 3, [2, 2])


@pytest.mark.parametrize("estimator", ["unbiased", "mle"])
@pytest.mark.parametrize("n", [3, 4, 9, 12])
def test_pooled_limits_bracket_the_exact_products(estimator, n):
    limit = variance_limit("accumulate", estimator, n).enclose(200)
    exact, closed = (
        variance("accumulate", estimator, 4000, n),
        variance("accumulate", estimator, 4001, n),
    )
    assert isinstance(exact, Fraction) and isinstance(closed, Closed)
    s = 4001
    factor = 1 - (Fraction(1, n * s * s) if estimator == "mle" else Fraction(1, s * (n * s - 1)))
    assert closed.enclose(300).overlaps(enclose(exact * factor, 300))
    assert limit < enclose(exact, 200)
    # prod (1 - u_s) >= 1 - sum u_s with u_s <= 1/(s(s-1)) bounds the rest
    assert limit > enclose(exact * (1 - Fraction(1, 4000)), 200)


def test_pooled_limits_in_closed_form():
    assert variance_limit("accumulate", "unbiased", 2) == Fraction(2, 3)
    for t in (1, 2, 9, 300):
        exact = variance("accumulate", "unbiased", t, [2] * t)
        assert variance("accumulate", "unbiased", t, 2) == exact
    assert variance("accumulate", "unbiased", 10**12, 2) > Fraction(2, 3)
    four = variance_limit("accumulate", "mle", 4).enclose(100)
    assert four.overlaps(2 / arb.pi())
    assert mean_error_limit("accumulate", "mle", 4).enclose(60).overlaps(1 - 2 / arb.pi())
    assert mean_error_limit("replace", "unbiased", 4) is NEVER
    assert variance("accumulate", "mle", 10**18, 7).enclose(900).rel_accuracy_bits() > 890


def test_powers_beyond_writing_out():
    near_one = power(Fraction(10**6 - 1, 10**6), 10**12)
    assert isinstance(near_one, Closed)
    assert near_one.enclose(64) > 0 and near_one.enclose(64) < ball_of(Fraction(1, 10**400_000))


@pytest.mark.parametrize("m", range(1, 12))
def test_chi_means_by_the_two_term_recursion(m):
    """rho_1 = sqrt(2/pi) and rho_m rho_(m+1) = sqrt(m/(m+1)): no gamma function."""
    value = (2 / arb.pi()).sqrt()
    for k in range(1, m):
        value = (arb(k) / (k + 1)).sqrt() / value
    assert chi_mean(m).enclose(60).overlaps(value)
    low, high = chi_mean_fourth_bounds(m)
    fourth = chi_mean(m).enclose(60) ** 4
    assert enclose(low, 60) < fourth and fourth < enclose(high, 60)


def test_log_rates_by_digamma_values_and_signs():
    assert log_rate(3).enclose(60).overlaps(-arb.const_euler())
    assert log_rate(2).enclose(60).overlaps(-arb.const_euler() - arb(2).log())
    assert log_rate(3, "mle").enclose(60).overlaps(-arb.const_euler() + (arb(2) / 3).log())
    for n in (2, 3, 5, 100, 10**9):
        assert log_rate(n, "mle").enclose(80) < log_rate(n).enclose(80)
        assert log_rate(n).enclose(80) < 0
        # -1/m - 1/m^2 <= psi(m/2) - log(m/2) <= -1/m, m = n-1
        m = ball_of(n - 1)
        assert log_rate(n).enclose(80) < -1 / m + ball_of(Fraction(1, 10**30))
        assert log_rate(n).enclose(80) > -1 / m - 1 / m**2
    assert critical_inflation(3).enclose(60).overlaps(arb.const_euler().exp())


def test_lyapunov_rates_sum_to_the_log_determinant_rate():
    rates = [rate.enclose(60) for rate in lyapunov_rates(9, 4)]
    assert all(a > b for a, b in pairwise(rates))
    assert rates[0].overlaps(log_rate(9).enclose(60))
    assert len(lyapunov_rates(4, 9)) == 3 == limit_rank(9, 4)
    assert rates[1].overlaps(log_chi_square(7, 8).enclose(60))


@pytest.mark.parametrize("estimator", ["unbiased", "mle"])
def test_wasserstein_by_separate_terms(estimator):
    for sizes in ([2], [5, 5, 5], [2, 7, 3]):
        t = len(sizes)
        root = ball_of(1)
        for n in sizes:
            root *= chi_mean(n - 1).enclose(80)
            if estimator == "mle":
                root *= ball_of(Fraction(n - 1, n)).sqrt()
        terms = mean_error("replace", estimator, t, sizes)
        terms += variance("replace", estimator, t, sizes)
        assert wasserstein2(estimator, t, sizes).enclose(60).overlaps(ball_of(terms + 1) - 2 * root)
    assert (
        wasserstein2(estimator, 3, 5)
        .enclose(60)
        .overlaps(wasserstein2(estimator, 3, [5, 5, 5]).enclose(60))
    )
    assert wasserstein2(estimator, 0, 4) == 0


def test_wasserstein_by_simulation():
    """200000 chains, 6 standard errors; the mutated estimator is told apart."""
    rng = np.random.default_rng(2)
    n, t, chains = 4, 3, 200_000
    mu, s = np.zeros(chains), np.ones(chains)
    for _ in range(t):
        mu = mu + np.sqrt(s / n) * rng.standard_normal(chains)
        s = s * rng.chisquare(n - 1, chains) / (n - 1)
    w = mu**2 + (np.sqrt(s) - 1) ** 2
    exact = float(wasserstein2("unbiased", t, n).enclose(53).mid())
    other = float(wasserstein2("mle", t, n).enclose(53).mid())
    error = 6 * w.std() / chains**0.5
    assert abs(w.mean() - exact) < error < abs(w.mean() - other)


def test_distance_limits_and_first_order():
    assert wasserstein2_limit("unbiased") is NEVER and wasserstein2_limit("mle") == 2
    assert wasserstein2("mle", 10**9, 10).enclose(60) < ball_of(2) + ball_of(Fraction(1, 10**9))
    for estimator in ("unbiased", "mle"):
        t = first_order_parting(estimator, 50, Fraction(1, 10))
        for step, side in ((t, True), (t - 1, False)):
            exact = wasserstein2(estimator, step, 50).enclose(60)
            assert (ball_of(first_order(step, 50)) > exact * ball_of(Fraction(11, 10))) is side
    assert first_order(3, [5, 5, 5]) == first_order(3, 5)
    with pytest.raises(ValueError):
        first_order_parting("unbiased", 50, Fraction(1, 2))


def test_second_moment_and_bounds():
    assert second_moment([5]) == chi_square_moment(4, 2) / 16
    low, high = root_mean_fourth_bounds(6, 9)
    fourth = chi_mean(8).enclose(80) ** 24
    assert enclose(low, 80) < fourth < enclose(high, 80)
    assert deviation_bound_exponent(25) == Fraction(1, 100)


def test_linear_schedule_exponents():
    assert linear_power_law(4) == {"typical": Fraction(-1, 4), "moment": Fraction(0)}
    assert linear_power_law(4, "mle") == {"typical": Fraction(-1, 2), "moment": Fraction(-1, 4)}
    # exact mean under the mle with n_t = 2t: prod (1 - 1/(2t)) ~ t^(-1/2)
    exact = [variance("replace", "mle", t, [2 * s for s in range(1, t + 1)]) for t in (125, 500)]
    assert abs(float(exact[1] / exact[0]) - 0.5) < 0.001
    assert linear_power_law(2, "mle")["moment"] == Fraction(-1, 2)
    with pytest.raises(ValueError):
        linear_power_law(0)


def test_digamma_gap_two_ways():
    exact = digamma_gap(Fraction(13, 3), Fraction(1, 3))
    assert isinstance(exact, Fraction)
    direct = (arb(13) / 3).digamma() - (arb(1) / 3).digamma()
    assert direct.overlaps(enclose(exact, 60))
    with pytest.raises(ValueError):
        digamma_gap(Fraction(0), Fraction(1))
