r"""The loss on scalar matrices aI and its second variation there, for every d, L and n.

f0(a) = E ||(I - aS)^L||_F^2 = sum_k binom(2L, k) (-a/n)^k E tr W^k is strictly convex in a for every
integer n >= 1 (its second derivative is 2L(2L-1) E tr S^2 (I - aS)^(2L-2) > 0), so the best scalar
matrix is unique.

At aI the second variation is O(d)-invariant, hence one number on each irreducible part of R^{dxd}:
scalar, traceless symmetric, skew-symmetric.  With M = I - aS and H a direction, the coefficient of
e^2 in f(aI + eH) is

    E sum_{i,i'<L} tr(M^{i+i'} H S^2 M^{2L-2-i-i'} H^T)
      + 2 E sum_{i+j+k=L-2} tr(S M^{L+i+k} H S M^j H),

and the eigenvectors of S are Haar distributed: for ||H|| = 1 the mean of tr(A H B H^T) is
(tr A tr B - tr AB)/(d(d-1)) for skew H, and for traceless symmetric H
(tr A tr B - tr AB)/(2D) + (1 - 1/d) tr(AB)/D with D = (d+2)(d-1)/2.

Polynomials are in u = a/n, so that the coefficient of u^k is a polynomial in n of degree <= k.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import comb
from typing import Literal

from flint import fmpz_poly

from symbolic.values import Algebraic
from symbolic.wishart import SteinMoments

__all__ = [
    "Direction",
    "best_scalar",
    "hessian_at_scalar",
    "scalar_coefficients",
    "scalar_loss_at",
    "scalar_slope",
    "second_variation",
    "variation_at_scalar",
    "variation_coefficients",
]

Direction = Literal["scalar", "symmetric", "skew"]

_LIMIT = 16


def check_sizes(d: int, layers: int, n: int | None = None) -> None:
    """Raise ValueError unless 1 <= d <= 1000, 1 <= layers <= 16 and n >= 1."""
    for name, value in (("d", d), ("layers", layers), *((("n", n),) if n is not None else ())):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be an integer >= 1, got {value!r}")
    if d > 1000 or layers > _LIMIT:
        raise ValueError(f"d <= 1000 and layers <= {_LIMIT} are computed, got {d} and {layers}")


@cache
def _moments(d: int) -> SteinMoments:
    return SteinMoments(fmpz_poly([0, 1]), d, fmpz_poly([1]))


@cache
def _moments_at(d: int, n: int) -> SteinMoments:
    return SteinMoments(n, d, 1)


def _trace(moments: SteinMoments, d: int, *powers: int):
    """Return E prod tr W^power, tr W^0 = d."""
    positive = tuple(sorted((p for p in powers if p), reverse=True))
    return moments.moment(positive) * d ** (len(powers) - len(positive))


def scalar_coefficients(d: int, layers: int, n: int | None = None) -> list:
    """Return c with f0(a) = sum_k c_k (a/n)^k: polynomials in n, or integers when n is given.

    >>> scalar_coefficients(1, 1, 3)
    [1, -6, 15]
    """
    check_sizes(d, layers, n)
    moments = _moments(d) if n is None else _moments_at(d, n)
    return [(-1) ** k * comb(2 * layers, k) * _trace(moments, d, k) for k in range(2 * layers + 1)]


def scalar_slope(d: int, layers: int, n: int) -> fmpz_poly:
    """Return f0'(u n) up to the factor n, as an integer polynomial in u = a/n."""
    return fmpz_poly(scalar_coefficients(d, layers, n)).derivative()


def variation_coefficients(d: int, layers: int, direction: Direction, n: int | None = None) -> list:
    """Return c with: scale * (coefficient of e^2 in f(aI + eH)) = sum_k c_k u^(k-2) / n^2, k >= 2.

    ``scale`` is positive: d(d-1) for "skew", 2 d D for "symmetric" (D = (d+2)(d-1)/2), 1 for
    "scalar" with H = I.  The list starts at u^0, so its entry j has k = j + 2.
    """
    check_sizes(d, layers, n)
    if direction == "scalar":
        full = scalar_coefficients(d, layers, n)
        return [comb(k, 2) * full[k] for k in range(2, 2 * layers + 1)]
    if d == 1:
        raise ValueError(f"there is no {direction} direction in dimension 1")
    moments = _moments(d) if n is None else _moments_at(d, n)

    def mean(i: int, j: int):
        both, joint = _trace(moments, d, i, j), _trace(moments, d, i + j)
        return both - joint if direction == "skew" else d * (both - joint) + 2 * (d - 1) * joint

    sign = -1 if direction == "skew" else 1
    return second_variation(layers, mean, sign)


def second_variation(layers: int, mean: Callable, sign: int) -> list:
    """Collect sum of weights (-1)^t binom binom * mean(power of A, power of B) by total power."""
    weights: dict[tuple[int, int], int] = {}

    def note(left: int, left_s: int, right: int, right_s: int, times: int) -> None:
        # A = S^left_s M^left, B = S^right_s M^right.
        for s in range(left + 1):
            for t in range(right + 1):
                one, two = left_s + s, right_s + t
                key = (min(one, two), max(one, two))
                value = times * (-1) ** (s + t) * comb(left, s) * comb(right, t)
                weights[key] = weights.get(key, 0) + value

    top = 2 * layers - 2
    for m in range(top + 1):
        note(m, 0, top - m, 2, min(m, top - m) + 1)
    for j in range(layers - 1):
        note(2 * layers - 2 - j, 1, j, 1, 2 * sign * (layers - 1 - j))
    result: list = [0] * (top + 1)
    for (i, j), weight in weights.items():
        if weight:
            result[i + j - 2] = result[i + j - 2] + weight * mean(i, j)
    return result


def variation_at_scalar(
    a: Fraction | int, d: int, layers: int, n: int, direction: Direction
) -> Fraction:
    """Return the coefficient of e^2 in f(aI + eH), ||H||_F = 1 (H = I/sqrt(d) for "scalar").

    >>> variation_at_scalar(1, 2, 1, 4, "skew")
    Fraction(7, 4)
    """
    a = Fraction(a)
    coefficients = variation_coefficients(d, layers, direction, n)
    total = sum((int(c) * (a / n) ** k for k, c in enumerate(coefficients)), Fraction(0))
    scale = {"skew": d * (d - 1), "symmetric": d * (d + 2) * (d - 1), "scalar": d}[direction]
    return total / scale / n**2


def hessian_at_scalar(a: Fraction | int, d: int, layers: int, n: int) -> dict[Direction, Fraction]:
    """Return the three eigenvalues of the Hessian of f at aI (twice the second variation)."""
    kinds: tuple[Direction, ...] = ("scalar",) if d == 1 else ("scalar", "symmetric", "skew")
    return {kind: 2 * variation_at_scalar(a, d, layers, n, kind) for kind in kinds}


def scalar_loss_at(a: Fraction | int, d: int, layers: int, n: int) -> Fraction:
    """Return f(aI) exactly.

    >>> scalar_loss_at(1, 1, 1, 2)
    Fraction(1, 1)
    """
    u = Fraction(a) / n
    return sum(
        (Fraction(int(c)) * u**k for k, c in enumerate(scalar_coefficients(d, layers, n))),
        Fraction(0),
    )


def best_scalar(d: int, layers: int, n: int) -> Fraction | Algebraic:
    """Return the a > 0 that minimises f(aI).

    >>> best_scalar(2, 1, 3)
    Fraction(1, 2)
    >>> best_scalar(2, 2, 15).compare(1)
    -1
    """
    slope = scalar_slope(d, layers, n)
    # In a: the coefficient of u^k over n^k; cleared by n^(2L-1).
    degree = slope.degree()
    poly = fmpz_poly([slope[k] * n ** (degree - k) for k in range(degree + 1)])
    content = poly.content()
    poly = fmpz_poly([poly[k] // content for k in range(degree + 1)])
    if degree == 1:
        return Fraction(-int(poly[0]), int(poly[1]))
    upper = 1
    while poly(upper) <= 0:
        upper *= 2
    coefficients = tuple(int(poly[k]) for k in range(degree + 1))
    return Algebraic(coefficients, Fraction(0), Fraction(upper)).refine(Fraction(1, 2**20))
