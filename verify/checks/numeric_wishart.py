"""Companions of the moments of Wishart matrices, and Gauss rules that are exact for the losses."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

from flint import arb, fmpq, fmpq_poly

from numeric import quadrature
from symbolic.values import workprec
from symbolic.wishart import wishart_moment
from verify.expression.display import outward
from verify.outcome import Outcome, Step
from verify.registry import check
from verify.sampling import evaluate, mean_test, outcome_of
from verify.status import StepStatus, Tier, Verdict

__all__: list[str] = []


@check("numeric.wishart_moment", sampled=True, profile="standard")
def wishart_moment_sampled(
    *, powers: list[int], value: str, d: int, n: int, size: int, seed: int, device: str
) -> Outcome:
    """E of the product of tr W^k is ``value`` (a formula in d and n) at these d and n."""
    mean = wishart_moment(powers, d, n)
    variance = wishart_moment([*powers, *powers], d, n) - mean**2
    name = " ".join("tr W" + (f"^{k}" if k > 1 else "") for k in powers)
    test = mean_test(
        "wishart-moment",
        {"powers": powers, "d": d, "n": n},
        f"{name}, d = {d}, n = {n}",
        float(evaluate(value, d=d, n=n)),
        float(variance) * (1 + 1e-9),
        size,
        seed,
        device,
    )
    return outcome_of(
        [test],
        f"The mean over {test.judgement.count} matrices is {test.judgement.mean:.6g}.",
        seed,
        routes=("Bartlett samples of W", "exact moment recursion"),
        instances=(f"d = {d}, n = {n}: {mean}",),
    )


@check("numeric.gauss_rule")
def gauss_rule(*, a: str, b: str, n: int, layers: int, value: str, digits: int) -> Outcome:
    """|f(aI + bJ) - value| < 10^-digits for d = 2, by a Gauss rule in ball arithmetic and in double-double."""
    x, y, claimed = Fraction(a), Fraction(b), evaluate(value)
    with workprec(64 + 4 * digits):
        ball = _rotation_rule(x, y, n, layers)
        gap = ball - arb(fmpq(claimed.numerator, claimed.denominator))
        bounds = (
            outward(_fraction(ball.lower()), up=False, digits=digits + 5),
            outward(_fraction(ball.upper()), up=True, digits=digits + 5),
        )
        tolerance = arb(10) ** -digits
        inside, outside = bool(abs(gap) < tolerance), bool(abs(gap) > tolerance)
    twin = quadrature.loss_rotation(x, y, n, layers).fraction()
    twin_gap = abs(twin - claimed)
    twin_inside = twin_gap < Fraction(1, 10**digits)
    steps = (
        Step(
            StepStatus.ARGUED,
            "gauss-exactness",
            "By Bartlett's decomposition tr S and det S are polynomials in two independent chi-square variables, with n and "
            "n - 1 degrees of freedom, and the square of a normal one. The loss has degree at most 2L in each, so L + 1 "
            "nodes of the Gauss rule of each law integrate it exactly; nodes and weights are enclosed by balls.",
            reference="gauss-exactness",
        ),
    )
    if outside:
        return Outcome(
            Verdict.REFUTED, Tier.CERTIFIED, f"the loss differs from the claimed value by more than 10^-{digits}",
            witness={"f": f"[{bounds[0]}, {bounds[1]}]", "claimed": str(claimed)}, value_bounds=bounds,
        )  # fmt: skip
    if not inside or not twin_inside:
        return Outcome(
            Verdict.UNDECIDED, Tier.NONE, f"double-double is off by {float(twin_gap):.2g}", value_bounds=bounds
        )
    return Outcome(
        Verdict.CONFIRMED,
        Tier.CERTIFIED,
        f"The enclosure from the Gauss rule lies within 10^-{digits} of the value; the same rule in double-double "
        f"arithmetic is off by {float(twin_gap):.1g}.",
        steps=steps,
        value_bounds=bounds,
        routes=("Gauss rule in ball arithmetic", "Gauss rule in double-double arithmetic", "exact loss polynomial"),
        instances=(f"n = {n}, {(layers + 1) ** 3} nodes",),
    )


def _fraction(end: arb) -> Fraction:
    """The exact value of an end of a ball."""
    value = end.mid().fmpq()
    return Fraction(int(value.p), int(value.q))


def _rotation_rule(a: Fraction, b: Fraction, n: int, layers: int) -> arb:
    """E ||(I - VS)^L||^2 for V = aI + bJ as a ball; n >= 2."""
    rules = [_chi_square_rule(dof, layers + 1) for dof in (n, n - 1, 1)]
    a_ball, square = _ball(a), _ball(a * a + b * b)
    total = arb(0)
    for (x, wx), (y, wy), (z, wz) in itertools.product(*rules):
        trace, det = (x + y + z) / n, x * y / n**2
        t = 2 - a_ball * trace
        delta = square * det - a_ball * trace + 1
        norm = square * (trace * trace - 2 * det) - 2 * a_ball * trace + 2
        before, now = arb(0), arb(1)
        for _ in range(layers - 1):
            before, now = now, t * now - delta * before
        low = delta * before
        total += (now * now * norm - 2 * low * now * t + 2 * low * low) * wx * wy * wz
    return total


def _ball(x: Fraction) -> arb:
    return arb(fmpq(x.numerator, x.denominator))


def _chi_square_rule(dof: int, count: int) -> list[tuple[arb, arb]]:
    """Nodes and weights of the Gauss rule of chi^2 with ``dof`` degrees of freedom: twice those of
    the generalised Laguerre polynomials with alpha = dof/2 - 1."""
    alpha = Fraction(dof, 2) - 1
    polynomial, following = (_laguerre(m, alpha) for m in (count, count + 1))
    found: list[Any] = polynomial.numer().complex_roots()
    roots = [root.real for root, _ in found]
    if len(roots) != count:
        raise ArithmeticError("an orthogonal polynomial has other than simple real roots")
    # w = Gamma(m + alpha + 1) x / (m! (m + 1)^2 L_{m+1}(x)^2), divided by Gamma(alpha + 1)
    scale = Fraction(1, math.factorial(count) * (count + 1) ** 2)
    for k in range(count):
        scale *= alpha + 1 + k
    return [(2 * x, _ball(scale) * x / _at(following, x) ** 2) for x in roots]


def _at(polynomial: fmpq_poly, x: arb) -> arb:
    value = arb(0)
    for c in reversed(polynomial.coeffs()):
        value = value * x + arb(c)
    return value


def _laguerre(m: int, alpha: Fraction) -> fmpq_poly:
    """The generalised Laguerre polynomial of degree m."""

    def binomial(k: int) -> Fraction:  # binomial(m + alpha, k)
        out = Fraction(1)
        for i in range(k):
            out *= (m + alpha - i) / (i + 1)
        return out

    terms = [(-1) ** i * binomial(m - i) / math.factorial(i) for i in range(m + 1)]
    return fmpq_poly([fmpq(c.numerator, c.denominator) for c in terms])


