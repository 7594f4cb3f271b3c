"""Sums of rational multiples of real radicals, in a normal form that decides equality exactly.

A number is a finite sum of c * p1**e1 * ... * pk**ek with rational c, distinct primes p and
exponents 0 < e < 1.  Such products with different exponents are linearly independent over the
rationals (Besicovitch 1940), so two sums are equal if and only if their terms are.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import lcm

from flint import arb, fmpq, fmpz

from verify.expression.limits import MAX_BITS, MAX_ROOT

__all__ = [
    "Radicals",
    "add",
    "ball_of",
    "from_rational",
    "multiply",
    "power_of_rational",
    "sign_of",
]

Monomial = tuple[tuple[int, Fraction], ...]
Radicals = dict[Monomial, Fraction]

_MAX_TERMS = 48


def from_rational(value: Fraction) -> Radicals:
    """Return the normal form of a rational number.

    >>> from_rational(Fraction(0))
    {}
    """
    return {(): value} if value else {}


def add(left: Radicals, right: Radicals, sign: int = 1) -> Radicals | None:
    """Return ``left + sign * right``, or None when it has too many terms."""
    total = dict(left)
    for monomial, coefficient in right.items():
        value = total.get(monomial, Fraction(0)) + sign * coefficient
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)
    return total if len(total) <= _MAX_TERMS else None


def _join(first: Monomial, second: Monomial, sign: int) -> tuple[Fraction, Monomial]:
    exponents = dict(first)
    factor = Fraction(1)
    for prime, exponent in second:
        total = exponents.pop(prime, Fraction(0)) + sign * exponent
        whole = total.numerator // total.denominator
        factor *= Fraction(prime) ** whole
        if total != whole:
            exponents[prime] = total - whole
    return factor, tuple(sorted(exponents.items()))


def multiply(left: Radicals, right: Radicals, sign: int = 1) -> Radicals | None:
    """Return ``left * right`` (``sign`` 1) or ``left / right`` (-1, one-term divisor only).

    None means: not available in this form (too many terms, or a divisor of several terms).
    """
    if len(left) * len(right) > _MAX_TERMS or (sign < 0 and len(right) != 1):
        return None
    total: Radicals = {}
    for m1, c1 in left.items():
        for m2, c2 in right.items():
            factor, monomial = _join(m1, m2, sign)
            coefficient = factor * (c1 * c2 if sign > 0 else c1 / c2)
            if coefficient.numerator.bit_length() + coefficient.denominator.bit_length() > MAX_BITS:
                return None
            sum_so_far = add(total, {monomial: coefficient})
            if sum_so_far is None:
                return None
            total = sum_so_far
    return total


@lru_cache(maxsize=256)
def _factor(value: int) -> tuple[tuple[int, int], ...] | None:
    """Return the prime factorisation of a positive integer when it is cheap, else None."""
    if value.bit_length() <= 100:
        return tuple((int(p), int(e)) for p, e in fmpz(value).factor())
    rest, found = value, []
    for prime in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47):
        count = 0
        while rest % prime == 0:
            rest //= prime
            count += 1
        if count:
            found.append((prime, count))
    if rest.bit_length() > 100:
        return None
    return (*found, *((int(p), int(e)) for p, e in fmpz(rest).factor()))


def power_of_rational(base: Fraction, exponent: Fraction) -> Radicals | None:
    """Return ``base ** exponent`` for a positive base, or None when factoring is too costly.

    >>> power_of_rational(Fraction(8), Fraction(1, 2)) == {((2, Fraction(1, 2)),): 2}
    True
    """
    exponents: dict[int, Fraction] = {}
    for value, sign in ((base.numerator, 1), (base.denominator, -1)):
        factors = _factor(value)
        if factors is None:
            return None
        for prime, count in factors:
            exponents[prime] = exponents.get(prime, Fraction(0)) + sign * count * exponent
    coefficient = Fraction(1)
    monomial = []
    for prime, total in sorted(exponents.items()):
        whole = total.numerator // total.denominator
        if abs(whole) * prime.bit_length() > MAX_BITS:
            return None
        coefficient *= Fraction(prime) ** whole
        if total != whole:
            monomial.append((prime, total - whole))
    return {tuple(monomial): coefficient}


def sign_of(value: Radicals) -> int | None:
    """Return the sign, exactly, of a sum of at most two terms; None for longer sums.

    >>> sign_of(add(power_of_rational(Fraction(2), Fraction(1, 2)), {(): Fraction(3, 2)}, -1))
    -1
    """
    if not value:
        return 0
    terms = list(value.items())
    signs = {1 if c > 0 else -1 for _, c in terms}
    if len(signs) == 1:
        return signs.pop()
    if len(terms) != 2:
        return None
    (m1, c1), (m2, c2) = terms
    degree = lcm(*(e.denominator for _, e in (*m1, *m2)))
    if degree > MAX_ROOT:
        return None
    sides = []
    for monomial, coefficient in ((m1, c1), (m2, c2)):
        size = coefficient.numerator.bit_length() + coefficient.denominator.bit_length()
        size += sum(p.bit_length() for p, _ in monomial)
        if size * degree > 4 * MAX_BITS:
            return None
        side = abs(coefficient) ** degree
        for prime, exponent in monomial:
            side *= Fraction(prime) ** int(exponent * degree)
        sides.append(side)
    first = 1 if c1 > 0 else -1
    return first if sides[0] > sides[1] else -first


def ball_of(value: Radicals) -> arb:
    """Return a ball around the number, at the working precision already set."""
    total = arb(0)
    for monomial, coefficient in value.items():
        term = arb(fmpq(coefficient.numerator, coefficient.denominator))
        for prime, exponent in monomial:
            term *= arb(prime).root(exponent.denominator) ** exponent.numerator
        total += term
    return total
