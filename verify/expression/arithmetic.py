"""Arithmetic on quantities: + - * / ** and the sign change, with sizes checked before the work."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import arb, fmpz

from symbolic.values import NEVER
from verify.expression import radicals
from verify.expression.limits import MAX_BITS, MAX_EXPONENT, MAX_ROOT, ExpressionError
from verify.expression.quantities import (
    Interval,
    Quantity,
    Real,
    Separation,
    arb_of,
    bounds_of,
    check_size,
    unknown,
)

__all__ = [
    "add",
    "divide",
    "multiply",
    "negate",
    "power",
    "real",
    "separation_of_difference",
]

Numeric = Fraction | Real | Interval


def number(value: Quantity, what: str) -> Numeric:
    """Return ``value`` where a number is needed; refuse booleans and ``never``."""
    if isinstance(value, bool):
        raise ExpressionError(f"{what} needs a number, not {str(value).lower()}")
    if value is NEVER:
        raise ExpressionError(f"{what} cannot be applied to never (an infinite value)")
    return value  # type: ignore[return-value]


def _open_interval(*values: Numeric) -> Interval | None:
    """Return the unknown number when some value may be ``never``, else None."""
    for value in values:
        if isinstance(value, Interval) and value.maybe_never:
            return unknown(f"arithmetic on a value that may be infinite: {value.reason}")
    return None


def _separation(value: Fraction | Real) -> Separation | None:
    if isinstance(value, Real):
        return value.separation
    up = abs(value.numerator).bit_length()
    return Separation(up, value.denominator.bit_length(), 1)


def _sum_separation(a: Separation | None, b: Separation | None) -> Separation | None:
    if a is None or b is None:
        return None
    up = max(a.up + b.down, a.down + b.up) + 1
    return Separation(up, a.down + b.down, a.degree * b.degree)


def separation_of_difference(left: Fraction | Real, right: Fraction | Real) -> Separation | None:
    """Return the separation data of ``left - right``, None when one is not known algebraic."""
    return _sum_separation(_separation(left), _separation(right))


def _normal(value: Fraction | Real) -> radicals.Radicals | None:
    return radicals.from_rational(value) if isinstance(value, Fraction) else value.normal


def _text(value: Fraction | Real) -> str:
    return value.text if isinstance(value, Real) else str(value)


def real(
    text: str,
    ball: Callable[[], arb],
    normal: radicals.Radicals | None = None,
    separation: Separation | None = None,
) -> Fraction | Real:
    """Return a real number, as a ``Fraction`` when its normal form is rational."""
    if normal is not None:
        if set(normal) <= {()}:
            return check_size(normal.get((), Fraction(0)))
        kept = normal
        return Real(text, lambda: radicals.ball_of(kept), kept, None, separation)
    return Real(text, ball, None, None, separation)


def negate(value: Quantity) -> Quantity:
    """Return ``-value``."""
    return multiply(Fraction(-1), number(value, "a minus sign"))


def add(left: Quantity, right: Quantity, sign: int = 1) -> Quantity:
    """Return ``left + sign * right``."""
    word = "+" if sign > 0 else "-"
    a, b = number(left, word), number(right, word)
    undefined = _open_interval(a, b)
    if undefined is not None:
        return undefined
    if isinstance(a, Interval) or isinstance(b, Interval):
        if sign < 0:
            return add(a, multiply(Fraction(-1), b))
        x, y = bounds_of(a), bounds_of(b)
        lower = None if x.lower is None or y.lower is None else check_size(x.lower + y.lower)
        upper = None if x.upper is None or y.upper is None else check_size(x.upper + y.upper)
        return Interval(lower, upper, False, x.reason or y.reason)
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return check_size(a + sign * b)
    first, second = _normal(a), _normal(b)
    normal = None
    if first is not None and second is not None:
        normal = radicals.add(first, second, sign)
    return real(
        f"({_text(a)}) {word} ({_text(b)})",
        lambda: arb_of(a) + sign * arb_of(b),
        normal,
        _sum_separation(_separation(a), _separation(b)),
    )


def multiply(left: Quantity, right: Quantity) -> Quantity:
    """Return ``left * right``."""
    a, b = number(left, "*"), number(right, "*")
    undefined = _open_interval(a, b)
    if undefined is not None:
        return undefined
    if isinstance(a, Interval) or isinstance(b, Interval):
        return _multiply_intervals(bounds_of(a), bounds_of(b))
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return check_size(a * b)
    if a == 0 or b == 0:
        return Fraction(0)
    first, second = _normal(a), _normal(b)
    normal = None
    if first is not None and second is not None:
        normal = radicals.multiply(first, second)
    s, t = _separation(a), _separation(b)
    separation = None
    if s is not None and t is not None:
        separation = Separation(s.up + t.up, s.down + t.down, s.degree * t.degree)
    return real(f"({_text(a)})*({_text(b)})", lambda: arb_of(a) * arb_of(b), normal, separation)


def _multiply_intervals(a: Interval, b: Interval) -> Interval:
    """Return bounds of the product; a missing bound is an infinite end, and 0 * infinity is 0."""
    products: list[Fraction | str] = []
    for x, x_sign in ((a.lower, -1), (a.upper, 1)):
        for y, y_sign in ((b.lower, -1), (b.upper, 1)):
            if x is not None and y is not None:
                products.append(check_size(x * y))
            elif x == 0 or y == 0:
                products.append(Fraction(0))
            else:
                first = x_sign if x is None else (1 if x > 0 else -1)
                second = y_sign if y is None else (1 if y > 0 else -1)
                products.append("+" if first * second > 0 else "-")
    finite = [p for p in products if isinstance(p, Fraction)]
    lower = None if "-" in products or not finite else min(finite)
    upper = None if "+" in products or not finite else max(finite)
    return Interval(lower, upper, False, a.reason or b.reason)


def divide(left: Quantity, right: Quantity) -> Quantity:
    """Return ``left / right``; undecided when it cannot be shown that ``right`` is not zero."""
    from verify.expression.comparison import compare

    a, b = number(left, "/"), number(right, "/")
    undefined = _open_interval(a, b)
    if undefined is not None:
        return undefined
    zero = compare(b, Fraction(0)).holds("==")
    if zero:
        raise ExpressionError("division by zero")
    if zero is None:
        return unknown("it is not proved that the divisor is not zero")
    if isinstance(a, Interval) or isinstance(b, Interval):
        return _divide_intervals(bounds_of(a), bounds_of(b))
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return check_size(a / b)
    if a == 0:
        return Fraction(0)
    first, second = _normal(a), _normal(b)
    normal = None
    if first is not None and second is not None:
        normal = radicals.multiply(first, second, -1)
    s, t = _separation(a), _separation(b)
    separation = None
    if s is not None and t is not None:
        separation = Separation(s.up + t.down, s.down + t.up, s.degree * t.degree)
    return real(f"({_text(a)})/({_text(b)})", lambda: arb_of(a) / arb_of(b), normal, separation)


def _divide_intervals(a: Interval, b: Interval) -> Interval:
    """Return bounds of the quotient; ``b`` is known not to be zero."""
    if b.upper is not None and b.upper < 0:
        negated = multiply(Fraction(-1), b)
        return _divide_intervals(multiply(Fraction(-1), a), negated)  # type: ignore[arg-type]
    if b.lower is None or b.lower < 0:
        return unknown(b.reason or a.reason)
    upper = None if b.lower == 0 else 1 / b.lower
    lower = Fraction(0) if b.upper is None else 1 / b.upper
    return _multiply_intervals(a, Interval(lower, upper, False, b.reason))


def power(base: Quantity, exponent: Quantity) -> Quantity:
    """Return ``base ** exponent`` for a rational exponent; the real value, where there is one."""
    a, e = number(base, "**"), number(exponent, "**")
    if not isinstance(e, Fraction):
        raise ExpressionError("an exponent must be rational: write exp(y*log(x)) for other powers")
    if e.denominator > MAX_ROOT:
        raise ExpressionError(f"the denominator of an exponent is at most {MAX_ROOT}")
    if abs(e) > MAX_EXPONENT:
        raise ExpressionError(f"the exponent {_short(e)} is too large")
    undefined = _open_interval(a)
    if undefined is not None:
        return undefined
    if isinstance(a, Interval):
        return _power_of_interval(a, e)
    _refuse_undefined(a, e)
    if e == 1:
        return a
    if isinstance(a, Fraction):
        return _power_of_rational(a, e)
    p, q = e.numerator, e.denominator
    separation = a.separation and _power_separation(a.separation, e)
    if q == 1:
        return real(f"({a.text})**({e})", lambda: a.ball() ** p, _integer_power(a, p), separation)
    normal = None
    if a.normal is not None and len(a.normal) == 1:
        normal = _power_of_monomial(a.normal, e)
    return real(
        f"({a.text})**({e})", lambda: a.ball().nonnegative_part().root(q) ** p, normal, separation
    )


def _integer_power(a: Real, p: int) -> radicals.Radicals | None:
    """Return the normal form of ``a ** p``, None when it is not available or too large."""
    if a.normal is None or abs(p) > 16:
        return None
    result: radicals.Radicals | None = radicals.from_rational(Fraction(1))
    for _ in range(abs(p)):
        result = None if result is None else radicals.multiply(result, a.normal, 1 if p > 0 else -1)
    return result


def _short(value: Fraction) -> str:
    digits = value.numerator.bit_length() * 3 // 10
    return str(value) if digits < 30 else f"of about {digits} digits"


def _refuse_undefined(a: Fraction | Real, e: Fraction) -> None:
    from verify.expression.comparison import compare

    if e.denominator == 1 and e > 0:
        return
    sign = compare(a, Fraction(0))
    if sign.holds("==") and e == 0:
        raise ExpressionError("0**0 has no agreed value")
    if sign.holds("==") and e < 0:
        raise ExpressionError("division by zero (a negative power of zero)")
    if e.denominator > 1 and sign.holds("<"):
        raise ExpressionError(f"a negative number has no real power {e} here")


def _power_of_rational(a: Fraction, e: Fraction) -> Quantity:
    bits = max(a.numerator.bit_length(), a.denominator.bit_length())
    if abs(a) not in (0, 1) and (bits - 1) * abs(e) > MAX_BITS:
        digits = int((bits - 1) * abs(e)) * 3 // 10
        raise ExpressionError(f"a power with about {digits} digits is too large to compute")
    if e.denominator == 1:
        return check_size(a ** int(e))
    if a == 0:
        return Fraction(0)
    p, q = e.numerator, e.denominator
    root = _exact_root(a, q)
    if root is not None:
        return check_size(root**p)
    separation = _power_separation(_separation(a), e)  # type: ignore[arg-type]
    return real(
        f"({a})**({e})",
        lambda: arb_of(a).root(q) ** p,
        radicals.power_of_rational(a, e),
        separation,
    )


def _exact_root(a: Fraction, q: int) -> Fraction | None:
    numerator = int(fmpz(a.numerator).root(q))
    denominator = int(fmpz(a.denominator).root(q))
    if numerator**q == a.numerator and denominator**q == a.denominator:
        return Fraction(numerator, denominator)
    return None


def _power_of_monomial(normal: radicals.Radicals, e: Fraction) -> radicals.Radicals | None:
    ((monomial, coefficient),) = normal.items()
    if coefficient < 0:
        return None
    result = radicals.power_of_rational(coefficient, e)
    for prime, exponent in monomial:
        factor = radicals.power_of_rational(Fraction(prime), exponent * e)
        if result is None or factor is None:
            return None
        result = radicals.multiply(result, factor)
    return result


def _power_separation(s: Separation, e: Fraction) -> Separation:
    """Return the separation data of a power: first the root U M**(q-1), then the whole power."""
    q, p = e.denominator, abs(e.numerator)
    up, down = -(-(s.up + (q - 1) * s.down) // q), s.down
    up, down = up * p, down * p
    return Separation(*((up, down) if e >= 0 else (down, up)), s.degree * q)


def _power_of_interval(a: Interval, e: Fraction) -> Interval:
    if e.denominator == 1 and 0 < e <= 16:
        result: Interval = a
        for _ in range(int(e) - 1):
            result = _multiply_intervals(result, a)
        if e % 2 == 0 and (result.lower is None or result.lower < 0):
            return Interval(Fraction(0), result.upper, False, a.reason)
        return result
    if a.lower is None or a.lower <= 0 or e <= 0:
        return unknown(f"this power of a number known only through bounds: {a.reason}")
    low = bounds_of(power(a.lower, e)).lower  # type: ignore[arg-type]
    high = None if a.upper is None else bounds_of(power(a.upper, e)).upper  # type: ignore[arg-type]
    return Interval(low, high, False, a.reason)
