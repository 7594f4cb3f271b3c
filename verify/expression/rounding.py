"""``x ~= 32.1``: does x lie within half a unit of the last digit shown?  And if not, why not.

The interval is closed: at a tie both neighbours are accepted, and the reason names the tie.  What
would hold only when digits are cut off, or rounded up, is refuted, and the reason says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symbolic.values import NEVER
from verify.expression.comparison import compare
from verify.expression.functions import round_half_away
from verify.expression.quantities import Quantity

__all__ = ["Rounding", "agree_after_rounding", "decimal_text"]


@dataclass(frozen=True)
class Rounding:
    """The truth of ``x ~= literal`` (None: not settled), how it was proved, and a remark."""

    holds: bool | None
    exact: bool
    remark: str


def decimal_text(value: Fraction, unit: Fraction) -> str:
    """Return a multiple of ``unit`` (a power of ten) with the digits that ``unit`` asks for.

    >>> decimal_text(Fraction(30), Fraction(1, 10))
    '30.0'
    """
    places = len(str(unit.denominator)) - 1
    sign = "-" if value < 0 else ""
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    if not places:
        return sign + digits
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def agree_after_rounding(x: Quantity, literal: Fraction, unit: Fraction) -> Rounding:
    """Decide whether ``literal`` (last digit of weight ``unit``) is a correct rounding of ``x``.

    >>> agree_after_rounding(Fraction(288, 961) * 100, Fraction(299, 10), Fraction(1, 10)).holds
    False
    """
    if x is NEVER:
        return Rounding(False, True, "never is no number and does not round to one")
    low, high = compare(x, literal - unit / 2), compare(x, literal + unit / 2)
    above, below = low.holds(">="), high.holds("<=")
    exact = low.exact and high.exact
    if above is False or below is False:
        exact = low.exact if above is False else high.exact
        return Rounding(False, exact, _explain(x, literal, unit))
    if above is None or below is None:
        return Rounding(None, exact, low.reason or high.reason)
    remark = ""
    if low.holds("==") or high.holds("=="):
        other = literal - unit if low.holds("==") else literal + unit
        remark = (
            f"the value is a tie between {decimal_text(literal, unit)} and "
            f"{decimal_text(other, unit)}, and both are accepted"
        )
    return Rounding(True, exact, remark)


def _explain(x: Quantity, literal: Fraction, unit: Fraction) -> str:
    """Say which other rule would give ``literal``, or what rounding gives."""
    inside = compare(x, literal)
    shown = decimal_text(literal, unit)
    away = literal + unit if literal >= 0 else literal - unit
    remarks = []
    if isinstance(x, Fraction):
        rounded = round_half_away(x / unit) * unit
        remarks.append(f"rounded to the digits shown it is {decimal_text(rounded, unit)}")
    toward = (inside.holds(">="), compare(x, away).holds("<"))
    if literal < 0:
        toward = (inside.holds("<="), compare(x, away).holds(">"))
    if literal == 0:
        toward = (compare(x, -unit).holds(">"), compare(x, unit).holds("<"))
    if all(toward):
        remarks.append(f"{shown} results only when the digits are cut off (truncation)")
    elif inside.holds("<=") and compare(x, literal - unit).holds(">"):
        remarks.append(f"{shown} results only by rounding up")
    elif inside.holds(">=") and compare(x, literal + unit).holds("<"):
        remarks.append(f"{shown} results only by rounding down")
    else:
        remarks.append("no rounding rule gives the number shown")
    return ", and ".join(remarks)
