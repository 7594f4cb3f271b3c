"""One layer exactly: linear attention with covariance Lambda, and ReLU attention."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from symbolic.entry_moments import expect_wishart

__all__ = [
    "is_one_layer_minimiser",
    "misquoted_preconditioner",
    "one_layer_loss",
    "one_layer_optimum",
    "relu_coefficient",
    "relu_loss",
]


def one_layer_optimum(
    spectrum: Sequence[Fraction | int], n: int, noise: Fraction | int = 0
) -> list[Fraction]:
    """Return the eigenvalues of the best V for L = 1, x ~ N(0, Lambda), w ~ N(0, I).

    The loss tr(Lambda) - 2 tr(Lambda V Lambda) + tr(Lambda V (E S^2 + (noise/n) Lambda) V^T) is strictly
    convex; E S^2 = (1 + 1/n) Lambda^2 + tr(Lambda) Lambda / n, so V = (E S^2 + ...)^-1 Lambda.

    >>> one_layer_optimum([1, 1], 3)
    [Fraction(1, 2), Fraction(1, 2)]
    """
    values = [Fraction(x) for x in spectrum]
    if n < 1 or not values or min(values) <= 0:
        raise ValueError("n >= 1 and positive eigenvalues are needed")
    total = sum(values, Fraction(noise))
    return [n / ((n + 1) * x + total) for x in values]


def misquoted_preconditioner(spectrum: Sequence[Fraction | int], n: int) -> list[Fraction]:
    """Return the eigenvalues of (1/n)(Lambda + I/n)^-1, a form in circulation.

    >>> misquoted_preconditioner([1, 1], 3)
    [Fraction(1, 4), Fraction(1, 4)]
    """
    return [1 / (n * Fraction(x) + 1) for x in spectrum]


def one_layer_loss(
    v: Sequence[Sequence[Fraction | int]], spectrum: Sequence[Fraction | int], n: int
) -> Fraction:
    """Return E ||Lambda^(1/2)(I - V S)||_F^2, S = Lambda^(1/2) W Lambda^(1/2)/n, by entry moments.

    Only Lambda itself is needed: the sum over j of lambda_i (delta_ij - (V S)_ij)^2, and S_kl S_ml has
    the factor lambda_l times square roots that pair up in every expectation.

    >>> one_layer_loss([[Fraction(1, 2), 0], [0, Fraction(1, 2)]], [1, 1], 3)
    Fraction(1, 1)
    """
    d = len(spectrum)
    pairs = [(i, j) for i in range(d) for j in range(i, d)]
    names = ["n", *(f"g{i}" for i in range(d)), *(f"w{i}{j}" for i, j in pairs)]
    ring = fmpq_mpoly_ctx.get(tuple(names), Ordering.lex)
    gens = ring.gens()
    root = gens[1 : d + 1]  # square roots of the eigenvalues; only even powers survive
    w = dict(zip(pairs, gens[d + 1 :], strict=True))
    m = [[fmpq(Fraction(x).numerator, Fraction(x).denominator) for x in row] for row in v]
    total = ring.constant(0)
    for i in range(d):
        for j in range(d):
            vs = sum(
                (m[i][k] * root[k] * root[j] * w[min(k, j), max(k, j)] for k in range(d)),
                ring.constant(0),
            )
            entry = int(i == j) - vs / n
            total += root[i] ** 2 * entry * entry
    mean = expect_wishart(total, {d + 1 + k: pair for k, pair in enumerate(pairs)}, 0)
    value = Fraction(0)
    for exponents, coefficient in mean.to_dict().items():
        term = Fraction(int(coefficient.p), int(coefficient.q)) * n ** int(exponents[0])
        for k, x in enumerate(spectrum):
            power = int(exponents[1 + k])
            if power % 2:
                raise ArithmeticError("an odd power of a square root survived the expectation")
            term *= Fraction(x) ** (power // 2)
        value += term
    return value


def is_one_layer_minimiser(v: list[list[Fraction]], spectrum: Sequence[Fraction | int], n: int) -> bool:
    """Return whether V is the minimiser: f(V+H) = f(V-H) > f(V) for H in a basis (f is quadratic)."""
    d, centre = len(v), one_layer_loss(v, spectrum, n)
    for i in range(d):
        for j in range(d):
            sides = []
            for sign in (1, -1):
                moved = [row[:] for row in v]
                moved[i][j] += sign
                sides.append(one_layer_loss(moved, spectrum, n))
            if not (sides[0] == sides[1] > centre):
                return False
    return True


def relu_coefficient(d: int, n: int) -> Fraction:
    """Return the best a for one layer of ReLU attention, isotropic covariates, no noise.

    E x relu(<x, v>) = v/2 and E |x|^2 relu(<x, v>)^2 = |v|^2 (d+2)/2 for any v = A x_q, so the loss is
    |q|^2 - <q, v> + c |v|^2 with c = (n-1)/(4n) + (d+2)/(2n): the best v is q/(2c), hence A = I/(2c).

    >>> relu_coefficient(1, 1)
    Fraction(1, 3)
    """
    if d < 1 or n < 1:
        raise ValueError(f"d and n must be at least 1, got {d} and {n}")
    return 1 / (2 * (Fraction(n - 1, 4 * n) + Fraction(d + 2, 2 * n)))


def relu_loss(a: Fraction, d: int, n: int) -> Fraction:
    """The same loss by conditioning on the number m of positive scores: m ~ Binomial(n, 1/2)."""
    from_count, step = Fraction(0), Fraction(a) / n
    ways = 1
    for m in range(n + 1):
        from_count += ways * (1 - 2 * step * m + step**2 * (m * (d + 2) + m * (m - 1)))
        ways = ways * (n - m) // (m + 1)
    return from_count / 2**n
