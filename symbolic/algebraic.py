"""Real roots of integer polynomials, isolated with certainty, as ``Algebraic`` numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import arb, fmpq, fmpq_poly, fmpz_poly

from symbolic.values import Algebraic, workprec

__all__ = ["integer_polynomial", "rational", "real_balls", "real_roots", "sign_at"]


def rational(value: Fraction | int) -> fmpq:
    """Return a rational number in the form that python-flint computes with."""
    value = Fraction(value)
    return fmpq(value.numerator, value.denominator)


def integer_polynomial(poly: fmpq_poly | fmpz_poly) -> fmpz_poly:
    """Return the primitive integer polynomial with the same roots and the same signs.

    >>> integer_polynomial(fmpq_poly([2, 4], 3))
    2*x + 1
    """
    numer = poly.numer() if isinstance(poly, fmpq_poly) else poly
    content = abs(int(numer.content()))
    return numer if content <= 1 else fmpz_poly([c // content for c in numer.coeffs()])


def sign_at(poly: fmpz_poly, x: Fraction | int) -> int:
    """Return the sign of poly(x), exactly."""
    value = poly(rational(x))
    return (value > 0) - (value < 0)


def real_roots(poly: fmpq_poly | fmpz_poly) -> list[Algebraic]:
    """Return the distinct real roots in increasing order, each on its own irreducible factor.

    Raises:
        ValueError: the zero polynomial.

    >>> [root.compare(0) for root in real_roots(fmpz_poly([-2, 0, 1]))]
    [-1, 1]
    """
    poly = integer_polynomial(poly)
    if poly.degree() < 0:
        raise ValueError("every number is a root of the zero polynomial")
    found: list[Algebraic] = []
    for factor, _ in poly.factor()[1]:
        found += _irreducible_roots(factor)
    return _sorted_apart(found)


def real_balls(poly: fmpz_poly) -> list[arb]:
    """Return one ball for each real root of a square-free polynomial, at the working precision."""
    pairs: Any = poly.complex_roots()  # (root, multiplicity); the stubs say otherwise
    return [root.real for root, _ in pairs if root.imag == 0]


def _irreducible_roots(factor: fmpz_poly) -> list[Algebraic]:
    coefficients = tuple(int(c) for c in factor.coeffs())
    if factor.degree() == 1:
        root = Fraction(-coefficients[0], coefficients[1])
        return [Algebraic(coefficients, root, root)]
    roots = []
    for bits in (64, 256, 1024, 4096):
        with workprec(bits):
            intervals = [_outer(ball) for ball in real_balls(factor)]
        if all(sign_at(factor, a) * sign_at(factor, b) < 0 for a, b in intervals):
            break
    else:
        raise ArithmeticError("could not isolate the real roots of a polynomial")
    for low, high in intervals:
        roots.append(Algebraic(coefficients, low, high))
    return roots


def _outer(ball: arb) -> tuple[Fraction, Fraction]:
    """Return rational numbers just outside the ball."""
    middle, radius = Fraction(*_ratio(ball.mid())), Fraction(*_ratio(ball.rad()))
    slack = max(radius, Fraction(1, 2**50) * max(abs(middle), Fraction(1, 2**10)))
    return middle - slack, middle + slack


def _ratio(exact: arb) -> tuple[int, int]:
    value = exact.fmpq()
    return int(value.p), int(value.q)


def _sorted_apart(roots: list[Algebraic]) -> list[Algebraic]:
    """Sort roots after refining them until their intervals are disjoint."""
    width = Fraction(1, 2**10)
    while True:
        ordered = sorted(roots, key=lambda root: root.lower)
        if all(
            one.upper < two.lower for one, two in pairwise(ordered)
        ):
            return ordered
        width /= 2**20
        if width < Fraction(1, 2**4000):
            raise ArithmeticError("two roots could not be separated")
        roots = [root.refine(width) for root in roots]
