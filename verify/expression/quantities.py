"""What an expression evaluates to: rationals, real numbers known to any precision, proved bounds.

* ``Fraction``, ``bool`` and ``NEVER`` are exact.
* ``Real`` is a real number that can be enclosed to any precision; where it has one, it carries a
  normal form (sum of radicals, or root of a polynomial) and the data of a separation bound.
* ``Interval`` is a number of which only bounds are proved (``None``: no bound on that side).

Separation bound (Burnikel, Funke, Mehlhorn, Schirra, Schmitt 2001): a value built from integers by
+ - * / and roots is a quotient U/M of algebraic integers of a number field of degree at most D;
if every conjugate of U is at most 2**u and of M at most 2**m, then the value is 0 or at least
2**-((D - 1) u + m) in size, because the norm of U is an integer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

from symbolic.values import NEVER, Algebraic, Bounded, Closed, Never, workprec
from verify.expression import radicals
from verify.expression.limits import MAX_BALL_EXPONENT, MAX_BITS, ExpressionError

__all__ = [
    "Interval",
    "Quantity",
    "Real",
    "Separation",
    "arb_of",
    "bounds_of",
    "check_size",
    "from_value",
    "rational_ends",
    "unknown",
]


@dataclass(frozen=True)
class Separation:
    """log2 bounds ``up`` and ``down`` for conjugates of numerator and denominator; ``degree``."""

    up: int
    down: int
    degree: int

    @property
    def bits(self) -> int:
        """The value is 0 or at least ``2**-bits`` in size."""
        return (self.degree - 1) * self.up + self.down


@dataclass(frozen=True)
class Real:
    """A real number; ``ball()`` encloses it at the working precision already set.

    ``text`` is the normalised text: equal texts are equal numbers.  ``exact`` is false when a
    vocabulary value known only through enclosures went into it.
    """

    text: str
    ball: Callable[[], arb]
    normal: radicals.Radicals | None = None
    algebraic: Algebraic | None = None
    separation: Separation | None = None


@dataclass(frozen=True)
class Interval:
    """A number with proved bounds; ``maybe_never`` when it may also be ``never``."""

    lower: Fraction | None
    upper: Fraction | None
    maybe_never: bool
    reason: str


Quantity = bool | Fraction | Never | Real | Interval


def unknown(reason: str) -> Interval:
    """Return the value of which nothing is proved, not even that it is a number."""
    return Interval(None, None, True, reason)


def check_size(value: Fraction) -> Fraction:
    """Return ``value``; refuse it when it is too long to work with."""
    bits = value.numerator.bit_length() + value.denominator.bit_length()
    if bits > MAX_BITS:
        raise ExpressionError(f"a number of about {bits * 3 // 10} digits is too large to compute")
    return value


def arb_of(value: Fraction | Real) -> arb:
    """Return a ball around a real number, at the working precision already set."""
    if isinstance(value, Real):
        return value.ball()
    return arb(fmpq(value.numerator, value.denominator))


def rational_ends(ball: arb) -> tuple[Fraction, Fraction] | None:
    """Return rational numbers below and above a ball; None when it is not finite, or gigantic."""
    if not ball.is_finite():
        return None
    ends = []
    for end in (ball.lower(), ball.upper()):
        mantissa, exponent = (int(x) for x in end.man_exp())
        if abs(exponent) > MAX_BALL_EXPONENT:
            return None
        ends.append(Fraction(mantissa) * Fraction(2) ** exponent)
    return ends[0], ends[1]


def bounds_of(value: Fraction | Real | Interval, bits: int = 128) -> Interval:
    """Return rational bounds of a real number, outward-rounded."""
    if isinstance(value, Interval):
        return value
    if isinstance(value, Fraction):
        return Interval(value, value, False, "")
    with workprec(bits):
        ends = rational_ends(value.ball())
    if ends is None:
        return unknown(f"{value.text} could not be enclosed")
    return Interval(ends[0], ends[1], False, "")


def _algebraic_separation(number: Algebraic) -> Separation:
    leading = abs(number.coefficients[-1])
    largest = max(abs(c) for c in number.coefficients)
    # Cauchy: every root is at most 1 + largest/leading, so leading*root <= leading + largest
    return Separation((leading + largest).bit_length(), leading.bit_length(), _degree(number))


def _degree(number: Algebraic) -> int:
    return len(number.coefficients) - 1


def from_value(value: object, text: str) -> Quantity:
    """Return the quantity for a value of the vocabulary; ``text`` is the call that gave it.

    Raises:
        TypeError: a vocabulary function returned something that is not a value.

    >>> from_value(3, "f()")
    Fraction(3, 1)
    """
    if isinstance(value, bool) or value is NEVER:
        return value
    if isinstance(value, (int, Fraction)):
        return _shortened(Fraction(value), text)
    if isinstance(value, Algebraic):
        coefficients = value.coefficients
        while coefficients[-1] == 0:
            coefficients = coefficients[:-1]
        if len(coefficients) == 2:
            return Fraction(-coefficients[0], coefficients[1])
        if value.lower == value.upper:
            return value.lower
        number = Algebraic(coefficients, value.lower, value.upper)
        return Real(
            text,
            lambda: number.enclose(_working_bits()),
            algebraic=number,
            separation=_algebraic_separation(number),
        )
    if isinstance(value, Closed):
        closed = value
        return Real(text, lambda: closed.enclose(_working_bits()))
    if isinstance(value, Bounded):
        maybe = value.upper is NEVER
        if value.lower is NEVER:
            return NEVER
        lower = None if isinstance(value.lower, Never | None) else Fraction(value.lower)
        upper = None if isinstance(value.upper, Never | None) else Fraction(value.upper)
        if lower is not None and lower == upper:
            return lower
        return Interval(lower, upper, maybe or value.upper is None, value.reason)
    raise TypeError(f"{text} returned {type(value).__name__}, which is not a value")


def _shortened(value: Fraction, text: str) -> Fraction | Real:
    """Return the value itself, or enclosures of it when it has too many digits to be shown."""
    up, down = value.numerator.bit_length(), value.denominator.bit_length()
    if up + down <= MAX_BITS:
        return value
    return Real(text, lambda: arb_of(value), separation=Separation(up, down, 1))


def _working_bits() -> int:
    import flint

    return int(flint.ctx.prec)
