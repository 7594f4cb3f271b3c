"""Values as text: the exact text of a quantity, and decimals that are rounded outward."""

from __future__ import annotations

from fractions import Fraction

from symbolic.values import NEVER
from verify.expression.quantities import Interval, Quantity, Real, bounds_of

__all__ = ["decimal_bounds", "exact_text", "outward", "short_text"]

_DIGITS = 12
_LONGEST = 60
_LONGEST_PLAIN = 18  # beyond this many digits a decimal is written with an exponent


def outward(value: Fraction, up: bool, digits: int = _DIGITS) -> str:
    """Return a decimal with at most ``digits`` significant digits, not below (above) ``value``.

    >>> outward(Fraction(1, 3), up=True, digits=4), outward(Fraction(-1, 3), up=True, digits=4)
    ('0.3334', '-0.3333')
    """
    if value == 0:
        return "0"
    size = abs(value)
    bits = size.numerator.bit_length() - size.denominator.bit_length()
    exponent = bits * 30103 // 100000
    while size < Fraction(10) ** exponent:
        exponent -= 1
    while size >= Fraction(10) ** (exponent + 1):
        exponent += 1
    scale = Fraction(10) ** (digits - 1 - exponent)
    scaled = value * scale
    whole = scaled.numerator // scaled.denominator
    if up and whole != scaled:
        whole += 1
    return _positional(whole, digits - 1 - exponent)


def _positional(whole: int, places: int) -> str:
    sign, text = ("-" if whole < 0 else ""), str(abs(whole))
    while places > 0 and text.endswith("0") and len(text) > 1:
        text, places = text[:-1], places - 1
    exponent = len(text) - 1 - places
    if exponent > _LONGEST_PLAIN or exponent < -7:
        mantissa = text.rstrip("0") or "0"
        mantissa = mantissa[0] + ("." + mantissa[1:] if len(mantissa) > 1 else "")
        return f"{sign}{mantissa}e{exponent}"
    if places <= 0:
        return sign + text + "0" * -places
    text = text.rjust(places + 1, "0")
    return f"{sign}{text[:-places]}.{text[-places:]}"


def exact_text(value: Quantity) -> str:
    """Return the exact value as text: a fraction, ``never``, a root with its interval, ..."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is NEVER:
        return "never"
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Interval):
        low = "" if value.lower is None else f"{value.lower} <= "
        high = "" if value.upper is None else f" <= {value.upper}"
        text = f"{low}value{high}" if low or high else "no bounds proved"
        return text + (" (or never)" if value.maybe_never else "")
    assert isinstance(value, Real)
    if value.algebraic is not None:
        a = value.algebraic
        polynomial = ", ".join(str(c) for c in a.coefficients)
        return (
            f"the root in [{a.lower}, {a.upper}] of the polynomial with coefficients {polynomial}"
        )
    return value.text


def decimal_bounds(value: Quantity) -> tuple[str, str] | None:
    """Return decimals below and above a number; None for what is no number or has no bounds.

    >>> decimal_bounds(Fraction(1, 3))
    ('0.333333333333', '0.333333333334')
    """
    if isinstance(value, bool) or value is NEVER:
        return None
    ends = bounds_of(value)  # type: ignore[arg-type]
    if ends.lower is None or ends.upper is None:
        return None
    return outward(ends.lower, up=False), outward(ends.upper, up=True)


def short_text(value: Quantity) -> str:
    """Return the value for a sentence: exact when short, else a decimal with dots after it."""
    if not isinstance(value, (Fraction, Real)) or isinstance(value, bool):
        return exact_text(value)
    text = exact_text(value)
    if isinstance(value, Fraction) and len(text) <= 12:
        decimals = _finite_decimal(value)
        if decimals is not None:
            return decimals
        if value.denominator < 10:
            return text
    if isinstance(value, Fraction) and value.denominator == 1 and len(text) <= _LONGEST:
        return text
    bounds = decimal_bounds(value)
    if bounds is None:
        return text[:_LONGEST]
    approximate = _common(*bounds)
    if isinstance(value, Fraction) and len(text) <= _LONGEST:
        return f"{text} = {approximate}"
    return approximate


def _finite_decimal(value: Fraction) -> str | None:
    low, high = outward(value, up=False), outward(value, up=True)
    return low if low == high else None


def _common(low: str, high: str) -> str:
    """Return the digits that two bounds share, with dots; both when they share few."""
    if low == high:
        return low
    shared = 0
    for a, b in zip(low, high, strict=False):
        if a != b:
            break
        shared += 1
    significant = low[:shared].lstrip("-0.").replace(".", "")
    if "e" in low or "." not in low[:shared] or len(significant) < 6:
        return f"between {low} and {high}"
    return low[:shared] + "..."
