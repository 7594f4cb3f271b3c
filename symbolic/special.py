"""Sums, products and special functions to any precision, without cancellation.

Strategy: a quantity is an exact ``Fraction`` while it is small enough to be written out, and a
``Closed`` with an ``arb`` enclosure beyond that.  Differences of digamma or log-gamma values at
large arguments lose digits (a product of 10**9 factors near 1 is a difference of numbers near
10**10); ``sharp`` therefore repeats an evaluation with more working precision until the result
itself has the relative accuracy that was asked for.  Every ball contains the true value at any
precision, so a stop at the cap is imprecise and never wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm

from flint import arb, fmpq, fmpz

from symbolic.values import Closed, workprec

__all__ = [
    "EXACT_TERMS",
    "EXPLICIT_TERMS",
    "ball_of",
    "closed",
    "digamma",
    "digamma_gap",
    "hypergeometric_sum",
    "power",
    "rational_product",
    "rational_sum",
    "require_integer",
    "require_nonnegative",
    "sharp",
]

EXACT_TERMS = 4000
"""Sums and products with at most this many terms are returned as one exact fraction."""

EXPLICIT_TERMS = 500
"""Longest schedule that may be given as an explicit list."""

EXACT_BITS = 200_000
"""Powers of a fraction are written out up to about this many bits."""

SIZE_LIMIT = 10**18
"""Largest sample size, dimension or number of generations that is accepted."""


def require_integer(name: str, value: object, least: int, most: int = SIZE_LIMIT) -> int:
    """Return ``value`` if it is an integer with least <= value <= most.

    Raises:
        ValueError: otherwise, naming the argument and the range.
    """
    if isinstance(value, Fraction) and value.denominator == 1:
        value = value.numerator
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be an integer, not {value!r}")
    if not least <= value <= most:
        raise ValueError(f"{name} must lie between {least} and {most}")
    return value


def require_nonnegative(name: str, value: object) -> Fraction:
    """Return the rational ``value`` >= 0 as a ``Fraction``.

    Raises:
        ValueError: if it is negative or not an exact rational number.
    """
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise ValueError(f"{name} must be an exact rational number, not {value!r}")
    if value < 0:
        raise ValueError(f"{name} must not be negative")
    return Fraction(value)


def ball_of(value: int | Fraction) -> arb:
    """Return the ball of a rational number at the working precision in force."""
    value = Fraction(value)
    return arb(fmpq(fmpz(value.numerator), fmpz(value.denominator)))


def sharp(evaluate: Callable[[], arb], bits: int) -> arb:
    """Return evaluate() at a working precision that gives ``bits`` bits of relative accuracy.

    The precision doubles until that is reached, up to 64 times ``bits`` plus 4096.

    >>> ball = sharp(lambda: (arb(10) ** 30 + 1) - arb(10) ** 30, 53)
    >>> ball.contains(1), ball.rel_accuracy_bits() >= 53
    (True, True)
    """
    working = bits + 32
    cap = 64 * bits + 4096
    while True:
        with workprec(working):
            ball = evaluate()
        if ball.rel_accuracy_bits() >= bits or working >= cap:
            return ball
        working *= 2


def closed(text: str, evaluate: Callable[[], arb]) -> Closed:
    """Return the ``Closed`` number ``text`` whose enclosure is ``evaluate`` made ``sharp``."""
    return Closed(text, lambda bits: sharp(evaluate, bits))


def rational_sum(term: Callable[[int], tuple[int, int]], first: int, last: int) -> Fraction:
    """Return the sum of p/q over first <= k <= last, (p, q) = term(k), by binary splitting.

    >>> rational_sum(lambda k: (1, k), 1, 4)
    Fraction(25, 12)
    """
    if last < first:
        return Fraction(0)

    def split(low: int, high: int) -> tuple[int, int]:
        if low == high:
            return term(low)
        middle = (low + high) // 2
        (p, q), (r, s) = split(low, middle), split(middle + 1, high)
        common = lcm(q, s)
        return p * (common // q) + r * (common // s), common

    return Fraction(*split(first, last))


def rational_product(term: Callable[[int], tuple[int, int]], first: int, last: int) -> Fraction:
    """Return the product of p/q over first <= k <= last, (p, q) = term(k), by binary splitting.

    >>> rational_product(lambda k: (k, k + 1), 1, 9)
    Fraction(1, 10)
    """
    if last < first:
        return Fraction(1)

    def split(low: int, high: int) -> tuple[int, int]:
        if low == high:
            return term(low)
        middle = (low + high) // 2
        (p, q), (r, s) = split(low, middle), split(middle + 1, high)
        return p * r, q * s

    return Fraction(*split(first, last))


def hypergeometric_sum(
    ratio: Callable[[int], tuple[int, int]],
    weight: Callable[[int], tuple[int, int]],
    first: int,
    last: int,
) -> Fraction:
    """Return the sum over first <= k <= last of weight(k) prod_(first <= j < k) ratio(j).

    Both functions return (numerator, denominator); binary splitting.

    >>> hypergeometric_sum(lambda k: (1, 2), lambda k: (1, 1), 0, 3)
    Fraction(15, 8)
    """
    if last < first:
        return Fraction(0)

    def split(low: int, high: int) -> tuple[int, int, int, int]:
        if low == high:
            (p, q), (a, b) = ratio(low), weight(low)
            return p, q, a, b
        middle = (low + high) // 2
        p, q, a, b = split(low, middle)
        r, s, c, e = split(middle + 1, high)
        common = lcm(b, q * e)
        return p * r, q * s, a * (common // b) + p * c * (common // (q * e)), common

    _, _, numerator, denominator = split(first, last)
    return Fraction(numerator, denominator)


def power(base: Fraction, exponent: int) -> Fraction | Closed:
    """Return base**exponent for 0 <= base and an integer exponent >= 0.

    An exact fraction while that is short, otherwise a ``Closed`` through exp(exponent log base).

    >>> power(Fraction(1, 2), 3)
    Fraction(1, 8)
    """
    size = exponent * (base.numerator.bit_length() + base.denominator.bit_length())
    if base in (0, 1) or size <= EXACT_BITS:
        return base**exponent
    text = rf"\left({base.numerator}/{base.denominator}\right)^{{{exponent}}}"
    return closed(text, lambda: (exponent * ball_of(base - 1).log1p()).exp())


def digamma(x: Fraction) -> Closed:
    """Return psi(x) for rational x > 0.

    >>> digamma(Fraction(1)).enclose(40).overlaps(-arb.const_euler())
    True
    """
    if x <= 0:
        raise ValueError("digamma is used here for positive arguments only")
    return closed(rf"\psi({x})", lambda: ball_of(x).digamma())


def digamma_gap(high: Fraction, low: Fraction) -> Fraction | Closed:
    """Return psi(high) - psi(low) for rational high, low > 0.

    A fraction when high - low is an integer of at most ``EXACT_TERMS``, by psi(x+1) = psi(x) + 1/x.

    >>> digamma_gap(Fraction(4), Fraction(1))
    Fraction(11, 6)
    """
    if high <= 0 or low <= 0:
        raise ValueError("digamma is used here for positive arguments only")
    step = high - low
    if step.denominator == 1 and abs(step) <= EXACT_TERMS:
        start, sign = (low, 1) if step >= 0 else (high, -1)
        p, q = start.numerator, start.denominator
        return sign * rational_sum(lambda k: (q, p + k * q), 0, abs(int(step)) - 1)
    text = rf"\psi({high})-\psi({low})"
    return closed(text, lambda: ball_of(high).digamma() - ball_of(low).digamma())
