"""Gauss rules against exact rationals; double-double bounds against exact rationals."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric import quadrature
from numeric.doubledouble import BOUNDS, DD, UNIT, two_product, two_sum
from numeric.philox import generator

THIRTY = Fraction(1, 10**30)
moderate = st.floats(-1e60, 1e60).filter(lambda x: x == 0 or abs(x) > 1e-60)


def exact_loss(a: Fraction, b: Fraction, n: int, layers: int) -> Fraction:
    """Expectation for d = 2 from E chi^{2k}, by multiplying out in (chi^2_n, chi^2_{n-1}, z^2)."""

    def plus(p, q, factor=Fraction(1)):
        result = dict(p)
        for key, value in q.items():
            result[key] = result.get(key, Fraction(0)) + factor * value
        return result

    def times(p, q):
        result: dict = {}
        for x, u in p.items():
            for y, w in q.items():
                key = tuple(i + j for i, j in zip(x, y, strict=True))
                result[key] = result.get(key, Fraction(0)) + u * w
        return result

    one = {(0, 0, 0): Fraction(1)}
    trace = {(1, 0, 0): Fraction(1, n), (0, 1, 0): Fraction(1, n), (0, 0, 1): Fraction(1, n)}
    det = {(1, 1, 0): Fraction(1, n * n)}
    v = a * a + b * b
    t = plus({(0, 0, 0): Fraction(2)}, trace, -a)
    delta = plus(plus(one, trace, -a), det, v)
    frobenius = plus({(0, 0, 0): Fraction(2)}, trace, -2 * a)
    frobenius = plus(plus(frobenius, times(trace, trace), v), det, -2 * v)
    before, now = {}, one
    for _ in range(layers - 1):
        before, now = now, plus(times(t, now), times(delta, before), Fraction(-1))
    low = times(delta, before)
    value = times(times(now, now), frobenius)
    value = plus(value, times(times(low, now), t), Fraction(-2))
    value = plus(value, times(low, low), Fraction(2))

    def moment(dof, k):
        return prod(dof + 2 * i for i in range(k))

    return sum(
        (c * moment(n, i) * moment(n - 1, j) * moment(1, k) for (i, j, k), c in value.items()),
        Fraction(0),
    )


@pytest.mark.parametrize("layers", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("n", [2, 3, 14, 15, 60])
def test_thirty_digits_of_the_exact_rational(n, layers):
    a, b = Fraction(7, 10), Fraction(1, 8)
    exact = exact_loss(a, b, n, layers)
    assert abs(quadrature.loss_rotation(a, b, n, layers).fraction() - exact) < THIRTY * abs(exact)


def test_a_changed_parameter_is_seen_at_thirty_digits():
    exact = exact_loss(Fraction(7, 10), Fraction(1, 8), 15, 2)
    other = quadrature.loss_rotation(Fraction(7, 10) + Fraction(1, 10**28), Fraction(1, 8), 15, 2)
    assert abs(other.fraction() - exact) > THIRTY * exact


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_general_rule_and_rotation_rule_agree(layers):
    v = [[Fraction(7, 10), Fraction(-1, 8)], [Fraction(1, 8), Fraction(7, 10)]]
    one = quadrature.loss(v, 15, layers).fraction()
    two = quadrature.loss_rotation(Fraction(7, 10), Fraction(1, 8), 15, layers).fraction()
    assert abs(one - two) < THIRTY * two


def test_three_dimensions_one_layer():
    """E||I - aS||^2 = d (1 - a)^2 + a^2 d (d + 1)/n."""
    v = [[Fraction(int(i == j), 2) for j in range(3)] for i in range(3)]
    assert abs(quadrature.loss(v, 7, 1).fraction() - (Fraction(3, 4) + Fraction(3, 7))) < THIRTY


def test_sixty_digits_with_mpmath():
    mpmath = pytest.importorskip("mpmath")
    exact = exact_loss(Fraction(7, 10), Fraction(1, 8), 15, 3)
    value = quadrature.loss_mpmath(Fraction(7, 10), Fraction(1, 8), 15, 3, digits=60)
    with mpmath.workdps(80):
        truth = mpmath.mpf(exact.numerator) / exact.denominator
        assert abs(value - truth) < mpmath.mpf(10) ** -60


@pytest.mark.parametrize("dof", [1, 2, 5, 63])
@pytest.mark.parametrize("count", [1, 2, 7, 13])
def test_rules_integrate_monomials(dof, count):
    x, w = quadrature.chi_square_rule(dof, count)
    power, exact = w, Fraction(1)
    for k in range(2 * count):
        assert abs(power.sum().fraction() - exact) < 100 * THIRTY * exact
        power, exact = power * x, exact * (dof + 2 * k)


def test_one_node_too_few_is_not_exact():
    x, w = quadrature.chi_square_rule(5, 2)
    value = (x * x * x * x * w).sum().fraction()
    assert abs(value - 5 * 7 * 9 * 11) > 1


def test_normal_rule_is_symmetric():
    x, w = quadrature.normal_rule(5)
    assert np.array_equal(x.hi, -x.hi[::-1]) and x.hi[2] == 0 and np.array_equal(w.hi, w.hi[::-1])
    assert abs((x * x * x * x * w).sum().fraction() - 3) < THIRTY * 10


def test_bad_rules_are_refused():
    with pytest.raises(ValueError, match="positive"):
        quadrature.chi_square_rule(0, 3)
    with pytest.raises(ValueError, match="n >= 2"):
        quadrature.population_invariants(1, 2)
    with pytest.raises(ValueError, match="too many"):
        quadrature.population(4, 9, 6)


@given(moderate, moderate)
def test_error_free_transformations(a, b):
    s, e = two_sum(a, b)
    assert Fraction(s) + Fraction(e) == Fraction(a) + Fraction(b)
    p, e = two_product(a, b)
    assert Fraction(p) + Fraction(e) == Fraction(a) * Fraction(b)


def random_dd(rng: np.random.Generator, size: int) -> DD:
    hi = rng.standard_normal(size) * 10.0 ** rng.integers(-8, 9, size)
    return DD(hi) + DD(hi * 2.0**-54 * rng.uniform(-1, 1, size))


@pytest.mark.parametrize("name", ["add", "mul", "div", "sqrt"])
def test_relative_errors_stay_below_the_stated_bounds(name):
    rng = generator("ab" * 32, 0)
    x, y = random_dd(rng, 4000), random_dd(rng, 4000)
    near = DD(-y.hi * (1 + 2.0**-40)) + DD(y.lo)  # cancelling sums
    x = DD(np.append(x.hi[1000:], near.hi[:1000]), np.append(x.lo[1000:], near.lo[:1000]))
    y = DD(np.roll(y.hi, -1000), np.roll(y.lo, -1000))
    if name == "sqrt":
        x = x * x
        result, root = x.sqrt(), None
    else:
        result = {"add": x + y, "mul": x * y, "div": x / y}[name]
    worst = Fraction(0)
    for i in range(4000):
        p, q, r = x[i].fraction(), y[i].fraction(), result[i].fraction()
        if name == "sqrt":
            root = (r * r / p - 1) / 2  # relative error to first order; the rest is below u^3
            worst = max(worst, abs(root))
            continue
        exact = {"add": p + q, "mul": p * q, "div": p / q}[name]
        worst = max(worst, abs(r - exact) / abs(exact) if exact else abs(r))
    assert UNIT**2 / 10 < worst <= BOUNDS[name] * (1 + UNIT)


def test_double_double_against_balls():
    """A long mixed computation stays within 10^-29 of the ball that arb finds."""
    flint = pytest.importorskip("flint")
    flint.ctx.prec = 400
    x, exact = DD.of(Fraction(1, 3)), flint.arb(1) / 3
    for k in range(1, 60):
        x = (x * x + k) / (x + 1)
        exact = (exact * exact + k) / (exact + 1)
    flint_value = flint.arb(float(x.hi)) + flint.arb(float(x.lo))
    assert abs(flint_value / exact - 1) < flint.arb(10) ** -29
    flint.ctx.prec = 53


def test_mixed_operands():
    x = DD.of(Fraction(1, 3))
    assert ((1 - x) * 3 - 2).fraction() == 0 or abs(((1 - x) * 3 - 2).fraction()) < THIRTY
    assert (np.array([1.0, 2.0]) * DD([1.0, 1.0])).hi.tolist() == [1.0, 2.0]
    assert DD(np.zeros(0)).sum().fraction() == 0
