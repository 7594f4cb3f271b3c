"""Exact values: the types that every exact function of this package may return.

A quantity is one of

* ``int``, ``fractions.Fraction`` or ``bool``;
* ``NEVER``: larger than every number ("it never happens", "the risk is infinite");
* ``Algebraic``: a real root of an integer polynomial, pinned by an isolating interval;
* ``Closed``: a real number given by a closed form that can be enclosed to any precision;
* ``Bounded``: a quantity of which only proved bounds are known, with the reason.

Nothing here decides on a float.  ``enclose(value, bits)`` gives a rigorous ``arb`` ball.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import flint
from flint import arb, fmpq, fmpz, fmpz_poly

__all__ = ["NEVER", "Algebraic", "Bounded", "Closed", "Never", "Value", "enclose", "workprec"]


class Never:
    """The value that exceeds every number; a singleton, compared by identity."""

    _instance: Never | None = None

    def __new__(cls) -> Never:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "never"

    def __reduce__(self) -> tuple[type[Never], tuple[()]]:
        return (Never, ())


NEVER = Never()


def workprec(bits: int):
    """Return a context manager that sets the working precision of ``arb`` to ``bits``."""
    return flint.ctx.workprec(bits)


@dataclass(frozen=True)
class Algebraic:
    """The only real root of ``coefficients`` (constant term first) in ``[lower, upper]``.

    ``lower == upper`` is allowed and means that rational number.  Otherwise the polynomial has
    opposite non-zero signs at the two ends and exactly one root between them (checked).

    >>> root2 = Algebraic((-2, 0, 1), Fraction(1), Fraction(2))
    >>> root2.compare(Fraction(3, 2)), root2.compare(Fraction(7, 5))
    (-1, 1)
    """

    coefficients: tuple[int, ...]
    lower: Fraction
    upper: Fraction

    def __post_init__(self) -> None:
        if self.lower > self.upper:
            raise ValueError("an isolating interval needs lower <= upper")
        if self.lower == self.upper:
            if self._sign_at(self.lower) != 0:
                raise ValueError("the degenerate interval is not a root")
        elif self._sign_at(self.lower) * self._sign_at(self.upper) >= 0:
            raise ValueError("the polynomial must change sign strictly between the ends")
        elif _count_roots(self.coefficients, self.lower, self.upper) != 1:
            raise ValueError("the interval must isolate exactly one real root")

    def _sign_at(self, x: Fraction) -> int:
        value = _polynomial(self.coefficients)(fmpq(x.numerator, x.denominator))
        return (value > 0) - (value < 0)

    def compare(self, x: Fraction | int) -> int:
        """Return the sign of (this number - x), exactly."""
        x = Fraction(x)
        if x < self.lower:
            return 1
        if x > self.upper:
            return -1
        here = self._sign_at(x)
        if here == 0:
            return 0
        if self.lower == self.upper:
            return (self.lower > x) - (self.lower < x)
        return 1 if here == self._sign_at(self.lower) else -1

    def refine(self, width: Fraction) -> Algebraic:
        """Return the same number with an isolating interval no wider than ``width`` (> 0)."""
        lower, upper = self.lower, self.upper
        while upper - lower > width:
            middle = (lower + upper) / 2
            side = self.compare(middle)
            if side == 0:
                lower = upper = middle
            elif side > 0:
                lower = middle
            else:
                upper = middle
        return Algebraic(self.coefficients, lower, upper)

    def enclose(self, bits: int = 53) -> arb:
        """Return an ``arb`` ball that contains the number, of relative width about 2**-bits."""
        fine = self.refine(Fraction(1, 2**bits))
        with workprec(bits + 20):
            low, high = _ball(fine.lower), _ball(fine.upper)
            return low.union(high)


@dataclass(frozen=True)
class Closed:
    """A real number with a closed form ``text`` (LaTeX) and a rigorous enclosure at any precision.

    ``ball(bits)`` is called with the working precision already set and returns an ``arb``.
    """

    text: str
    ball: Callable[[int], arb] = field(compare=False)

    def enclose(self, bits: int = 53) -> arb:
        """Return an ``arb`` ball that contains the number."""
        with workprec(bits + 20):
            return self.ball(bits + 20)


@dataclass(frozen=True)
class Bounded:
    """A number of which only ``lower <= value <= upper`` is proved; ``None`` means no bound."""

    lower: int | Fraction | Never | None
    upper: int | Fraction | Never | None
    reason: str


Value = bool | int | Fraction | Never | Algebraic | Closed | Bounded


def _ball(x: Fraction | int) -> arb:
    x = Fraction(x)
    return arb(fmpq(fmpz(x.numerator), fmpz(x.denominator)))


def enclose(value: int | Fraction | Algebraic | Closed, bits: int = 53) -> arb:
    """Return a rigorous ball around a real value."""
    if isinstance(value, (Algebraic, Closed)):
        return value.enclose(bits)
    with workprec(bits + 20):
        return _ball(value)


@lru_cache(maxsize=64)
def _polynomial(coefficients: tuple[int, ...]) -> fmpz_poly:
    return fmpz_poly(list(coefficients))


def _sign_variations(poly: fmpz_poly, lower: Fraction, upper: Fraction) -> int:
    """Return Descartes' bound for the number of roots in (lower, upper), equal to it mod 2.

    With multiplicity; a bound of 0 or 1 is exact.
    """
    common = lower.denominator * upper.denominator
    start, end = int(lower * common), int(upper * common)
    degree = poly.degree()
    scaled = fmpz_poly([c * common ** (degree - k) for k, c in enumerate(poly.coeffs())])
    moved = scaled(fmpz_poly([start, end - start])).coeffs()
    moved += [fmpz(0)] * (degree + 1 - len(moved))
    signs = [c > 0 for c in fmpz_poly(moved[::-1])(fmpz_poly([1, 1])).coeffs() if c != 0]
    return sum(one != two for one, two in pairwise(signs))


def _pairs(poly: fmpz_poly) -> Any:
    """Return the complex roots with multiplicities (the stubs of python-flint say otherwise)."""
    return poly.complex_roots()


def _count_roots(coefficients: tuple[int, ...], lower: Fraction, upper: Fraction) -> int:
    """Return the number of distinct real roots in [lower, upper] (ends are not roots)."""
    poly = _polynomial(coefficients)
    if _sign_variations(poly, lower, upper) == 1:
        return 1
    poly = poly // poly.gcd(poly.derivative()) if poly.degree() > 0 else poly
    count = 0
    for root, _ in _pairs(poly):
        if not (root.imag == 0):
            continue
        low, high = _ball(lower), _ball(upper)
        bits = 64
        while not (root.real < low or root.real > high or (root.real > low and root.real < high)):
            bits *= 2
            if bits > 1 << 16:
                raise ArithmeticError("could not separate a root from the end of an interval")
            with workprec(bits):
                low, high = _ball(lower), _ball(upper)
                near = root.real
                distance = {abs(float((r.real - near).mid())): r for r, _ in _pairs(poly) if r.imag == 0}
                root = distance[min(distance)]
        count += bool(root.real > low and root.real < high)
    return count
