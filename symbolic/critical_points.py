"""Critical points of polynomials: exact signs at them, and which one is lowest."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm

from flint import fmpq, fmpq_poly, fmpz, fmpz_poly

from symbolic.algebraic import real_roots
from symbolic.values import Algebraic, enclose, workprec

__all__ = ["clear_denominators", "exact_sign", "real_points", "smallest_at"]


def clear_denominators(coefficients: Iterable[Fraction | fmpq | fmpz | int]) -> fmpz_poly:
    """Return the polynomial (constant term first) times the least common denominator (> 0).

    >>> clear_denominators([Fraction(1, 2), 0, Fraction(1, 3)])
    2*x^2 + 3
    """
    values = [_fraction(c) for c in coefficients]
    scale = lcm(*(v.denominator for v in values)) if values else 1
    return fmpz_poly([int(v * scale) for v in values])


def _fraction(value: Fraction | fmpq | fmpz | int) -> Fraction:
    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    return value if isinstance(value, Fraction) else Fraction(int(value))


def real_points(poly: fmpz_poly) -> list[Fraction | Algebraic]:
    """Return the distinct real roots in increasing order, rational ones as ``Fraction``.

    Raises:
        ValueError: the polynomial is zero.

    >>> real_points(fmpz_poly([2, -3, 1]))
    [Fraction(1, 1), Fraction(2, 1)]
    """
    return [root.lower if root.lower == root.upper else root for root in real_roots(poly)]


def exact_sign(poly: fmpz_poly | fmpq_poly, at: Fraction | Algebraic) -> int:
    """Return the sign of ``poly`` at an exact real number.

    >>> exact_sign(fmpz_poly([-3, 0, 2]), Algebraic((-2, 0, 1), Fraction(1), Fraction(2)))
    1
    """
    if poly == 0:
        return 0
    integers = clear_denominators(poly.coeffs())
    if isinstance(at, Fraction) or at.lower == at.upper:
        place = at if isinstance(at, Fraction) else at.lower
        value = integers(fmpq(place.numerator, place.denominator))
        return (value > 0) - (value < 0)
    common = integers.gcd(fmpz_poly(list(at.coefficients)))
    if common.degree() > 0:
        low, high = (common(fmpq(x.numerator, x.denominator)) for x in (at.lower, at.upper))
        if (low > 0) != (high > 0):
            return 0
    bits = 64
    while True:
        with workprec(bits + 20):
            ball = integers(at.enclose(bits))
        if ball > 0:
            return 1
        if ball < 0:
            return -1
        bits *= 2


def smallest_at(
    poly: fmpz_poly | fmpq_poly, points: list[Fraction | Algebraic], bits: int = 4096
) -> Fraction | Algebraic | None:
    """Return the point with the least value of ``poly``; None when a tie is not excluded.

    >>> smallest_at(fmpz_poly([0, 0, 1]), [Fraction(2), Fraction(-1)])
    Fraction(-1, 1)
    """
    integers = clear_denominators(poly.coeffs())
    precision = 64
    while precision <= bits:
        with workprec(precision + 20):
            values = [integers(enclose(point, precision)) for point in points]
        for index, value in enumerate(values):
            if all(value < other for k, other in enumerate(values) if k != index):
                return points[index]
        precision *= 2
    return None
