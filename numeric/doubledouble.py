"""Double-double arithmetic on arrays: numbers hi + lo with |lo| <= ulp(hi)/2, about 31 digits.

Relative error bounds with u = 2^-53, barring overflow and underflow (Joldes, Muller and Popescu,
"Tight and rigorous error bounds for basic building blocks of double-word arithmetic", 2017;
products as improved by Muller and Rideau 2022; square root by Lefevre et al. 2023):

    sum, difference   3 u^2 + 13 u^3        (their Algorithm 6)
    product           5 u^2                 (Algorithm 10)
    quotient          15 u^2 + 56 u^3       (Algorithm 17)
    square root       25/8 u^2

The error of a double product is found by Dekker's splitting here and by a fused multiply-add on
the GPU; both are exact, so the two sides agree bit for bit.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

__all__ = ["BOUNDS", "DD", "UNIT", "two_product", "two_sum"]

UNIT = Fraction(1, 2**53)
BOUNDS = {
    "add": 3 * UNIT**2 + 13 * UNIT**3,
    "mul": 5 * UNIT**2,
    "div": 15 * UNIT**2 + 56 * UNIT**3,
    "sqrt": Fraction(25, 8) * UNIT**2,
}
_SPLIT = 134217729.0  # 2^27 + 1


def two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """(s, e) with s = fl(a + b) and s + e = a + b exactly (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def _fast_two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    s = a + b
    return s, b - (s - a)


def two_product(a: Any, b: Any) -> tuple[Any, Any]:
    """(p, e) with p = fl(a b) and p + e = a b exactly (Dekker), for |a|, |b| < 2^995."""
    p = a * b
    t = _SPLIT * a
    a_high = t - (t - a)
    a_low = a - a_high
    t = _SPLIT * b
    b_high = t - (t - b)
    b_low = b - b_high
    return p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low


class DD:
    """An array of double-double numbers; mixes with int, float, Fraction and float arrays.

    >>> third = DD.of(Fraction(1, 3))
    >>> abs(third.fraction() - Fraction(1, 3)) < Fraction(1, 10**32)
    True
    """

    __array_ufunc__ = None  # float_array + DD goes to DD.__radd__
    __slots__ = ("hi", "lo")

    def __init__(self, hi: Any, lo: Any = 0.0) -> None:
        self.hi = np.asarray(hi, dtype=float)
        self.lo = np.broadcast_to(np.asarray(lo, dtype=float), self.hi.shape)

    @classmethod
    def of(cls, value: Any) -> DD:
        """The nearest double-double (to within u^2) of a number or of an array of floats."""
        if isinstance(value, DD):
            return value
        if isinstance(value, (int, Fraction)):
            hi = float(value)
            return cls(hi, float(Fraction(value) - Fraction(hi)))
        return cls(value)

    @classmethod
    def stack(cls, parts: list[DD]) -> DD:
        """An array with one more axis in front."""
        return cls(np.stack([p.hi for p in parts]), np.stack([p.lo for p in parts]))

    def fraction(self) -> Fraction:
        """The exact value of a single number."""
        return Fraction(float(self.hi)) + Fraction(float(self.lo))

    def __getitem__(self, key: Any) -> DD:
        return DD(self.hi[key], self.lo[key])

    def __neg__(self) -> DD:
        return DD(-self.hi, -self.lo)

    def __add__(self, other: Any) -> DD:
        y = DD.of(other)
        sh, sl = two_sum(self.hi, y.hi)
        th, tl = two_sum(self.lo, y.lo)
        vh, vl = _fast_two_sum(sh, sl + th)
        return DD(*_fast_two_sum(vh, tl + vl))

    __radd__ = __add__

    def __sub__(self, other: Any) -> DD:
        return self + (-DD.of(other))

    def __rsub__(self, other: Any) -> DD:
        return DD.of(other) + (-self)

    def __mul__(self, other: Any) -> DD:
        y = DD.of(other)
        p, e = two_product(self.hi, y.hi)
        return DD(*_fast_two_sum(p, e + (self.hi * y.lo + self.lo * y.hi)))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> DD:
        y = DD.of(other)
        q = self.hi / y.hi
        p, e = two_product(y.hi, q)
        th, tl = _fast_two_sum(p, y.lo * q)
        rh, rl = _fast_two_sum(th, tl + e)
        return DD(*_fast_two_sum(q, ((self.hi - rh) + (self.lo - rl)) / y.hi))

    def __rtruediv__(self, other: Any) -> DD:
        return DD.of(other) / self

    def sqrt(self) -> DD:
        """Square root, for positive numbers."""
        s = np.sqrt(self.hi)
        p, e = two_product(s, s)
        return DD(*_fast_two_sum(s, (self.lo + ((self.hi - p) - e)) / (2.0 * s)))

    def sum(self) -> DD:
        """Sum of all entries by pairwise halving: ceil(log2 N) additions deep."""
        hi, lo = np.ravel(self.hi), np.ravel(self.lo)
        while hi.size > 1:
            if hi.size % 2:
                hi, lo = np.append(hi, 0.0), np.append(lo, 0.0)
            half = DD(hi[0::2], lo[0::2]) + DD(hi[1::2], lo[1::2])
            hi, lo = half.hi, half.lo
        return DD(hi.reshape(-1)[0] if hi.size else 0.0, lo.reshape(-1)[0] if lo.size else 0.0)
