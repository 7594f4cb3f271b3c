"""Comparison of two quantities: a proved sign, or none; never a guess.

Exact ways come first (rationals, normal forms of radicals, real roots of polynomials, identical
texts); then balls of growing precision.  A difference whose ball contains 0 at the last precision
is undecided, unless the separation bound shows that it is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpz_poly

from symbolic.values import NEVER, Algebraic, Never, workprec
from verify.expression import radicals
from verify.expression.limits import PRECISIONS
from verify.expression.quantities import Interval, Quantity, Real, arb_of, bounds_of

__all__ = ["Sign", "compare", "separated_sign"]

_LAST_RESORT_BITS = 40_000


@dataclass(frozen=True)
class Sign:
    """The proved sides of a difference: may it be negative, zero, positive?  How was it proved?"""

    negative: bool
    zero: bool
    positive: bool
    exact: bool
    reason: str = ""

    def holds(self, operator: str) -> bool | None:
        """Return the truth of ``difference <operator> 0``; None when it is not settled."""
        possible = [self.negative, self.zero, self.positive]
        accepted = _ACCEPTED[operator]
        if not any(p and not a for p, a in zip(possible, accepted, strict=True)):
            return True
        if not any(p and a for p, a in zip(possible, accepted, strict=True)):
            return False
        return None


_ACCEPTED = {
    "==": (False, True, False),
    "!=": (True, False, True),
    "<": (True, False, False),
    "<=": (True, True, False),
    ">": (False, False, True),
    ">=": (False, True, True),
}


def _proved(sign: int, exact: bool) -> Sign:
    return Sign(sign < 0, sign == 0, sign > 0, exact)


def _open(reason: str) -> Sign:
    return Sign(True, True, True, True, reason)


def compare(left: Quantity, right: Quantity) -> Sign:
    """Return what is proved about the sign of ``left - right``.

    ``never`` is larger than every number and equal to itself.

    >>> compare(Fraction(1, 3), Fraction(1, 2)).holds("<")
    True
    """
    if left is NEVER or right is NEVER:
        return _with_never(left, right)
    if isinstance(left, Interval) or isinstance(right, Interval):
        return _with_interval(left, right)
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return _proved((left > right) - (left < right), True)
    if isinstance(left, bool | Never) or isinstance(right, bool | Never):
        raise TypeError("only numbers and never are ordered")
    exact = _exact_sign(left, right)
    if exact is not None:
        return _proved(exact, True)
    sign = separated_sign(left, right)
    if sign is None:
        bits = PRECISIONS[-1]
        return _open(f"the two sides agree to {bits} bits and no exact test applies")
    return _proved(sign, False)


def _with_never(left: Quantity, right: Quantity) -> Sign:
    if left is right:
        return _proved(0, True)
    other, sign = (right, 1) if left is NEVER else (left, -1)
    if isinstance(other, Interval) and other.maybe_never:
        if other.lower is None and other.upper is None:
            return _open(other.reason)
        return Sign(sign < 0, True, sign > 0, False, other.reason)
    return _proved(sign, True)


def _with_interval(left: Quantity, right: Quantity) -> Sign:
    reason = next(q.reason for q in (left, right) if isinstance(q, Interval))
    a, b = bounds_of(left), bounds_of(right)  # type: ignore[arg-type]
    below = a.lower is None or b.upper is None or a.lower < b.upper
    above = a.upper is None or b.lower is None or a.upper > b.lower
    touch_low = a.lower is None or b.upper is None or a.lower <= b.upper
    touch_high = a.upper is None or b.lower is None or a.upper >= b.lower
    return Sign(below, touch_low and touch_high, above, False, reason)


def _exact_sign(left: Fraction | Real, right: Fraction | Real) -> int | None:
    if isinstance(left, Real) and isinstance(right, Real):
        if left.text == right.text:
            return 0
        if left.algebraic is not None and right.algebraic is not None:
            return _compare_algebraic(left.algebraic, right.algebraic)
    if isinstance(left, Real) and left.algebraic is not None and isinstance(right, Fraction):
        return left.algebraic.compare(right)
    if isinstance(right, Real) and right.algebraic is not None and isinstance(left, Fraction):
        return -right.algebraic.compare(left)
    first, second = _normal(left), _normal(right)
    if first is None or second is None:
        return None
    difference = radicals.add(first, second, -1)
    return None if difference is None else radicals.sign_of(difference)


def _normal(value: Fraction | Real) -> radicals.Radicals | None:
    return radicals.from_rational(value) if isinstance(value, Fraction) else value.normal


def _compare_algebraic(left: Algebraic, right: Algebraic) -> int | None:
    """Return the sign of the difference of two real roots, through the common divisor."""
    common = fmpz_poly(list(left.coefficients)).gcd(fmpz_poly(list(right.coefficients)))
    shared = common.degree() > 0 and _is_root(common, left) and _is_root(common, right)
    width = min(left.upper - left.lower, right.upper - right.lower)
    for _ in range(400):
        if left.upper < right.lower:
            return -1
        if right.upper < left.lower:
            return 1
        if shared:
            square_free = common // common.gcd(common.derivative())
            lower, upper = min(left.lower, right.lower), max(left.upper, right.upper)
            try:
                Algebraic(tuple(int(c) for c in square_free.coeffs()), lower, upper)
            except ValueError:
                pass
            else:
                return 0
        width /= 4
        left, right = left.refine(width), right.refine(width)
    return None


def _is_root(divisor: fmpz_poly, number: Algebraic) -> bool:
    """Return whether a divisor of its polynomial vanishes at the number."""
    square_free = divisor // divisor.gcd(divisor.derivative())
    coefficients = tuple(int(c) for c in square_free.coeffs())
    try:
        Algebraic(coefficients, number.lower, number.upper)
    except ValueError:
        return False
    return True


def separated_sign(left: Fraction | Real, right: Fraction | Real) -> int | None:
    """Return the sign of ``left - right`` from balls of growing precision, None if undecided."""
    from verify.expression.arithmetic import separation_of_difference

    separation = separation_of_difference(left, right)
    normals = _normal(left), _normal(right)
    different = (
        normals[0] is not None
        and normals[1] is not None
        and radicals.add(normals[0], normals[1], -1) != {}
    )
    precisions = list(PRECISIONS)
    limit = None
    if separation is not None and separation.bits < _LAST_RESORT_BITS and not different:
        limit = separation.bits
        precisions.append(limit + 64)
    for bits in precisions:
        with workprec(bits):
            difference = arb_of(left) - arb_of(right)
            if difference > 0:
                return 1
            if difference < 0:
                return -1
            if limit is not None and abs(difference) < arb(2) ** (-limit):
                return 0
    return None
