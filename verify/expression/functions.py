"""The elementary functions of the expression language, on exact values, reals and bounds."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import arb

from symbolic.values import NEVER, workprec
from verify.expression.arithmetic import multiply, negate, number, power, real
from verify.expression.comparison import compare
from verify.expression.limits import PRECISIONS, ExpressionError
from verify.expression.quantities import (
    Interval,
    Quantity,
    Real,
    arb_of,
    bounds_of,
    check_size,
    rational_ends,
    unknown,
)

__all__ = ["FUNCTIONS", "call_function", "round_half_away"]

_MAX_PLACES = 300
_MAX_EXP = 20_000
_MAX_ANGLE_BITS = 256


def round_half_away(x: Fraction, places: int = 0) -> Fraction:
    """Return ``x`` rounded to ``places`` decimals, half away from zero.

    >>> round_half_away(Fraction(-5, 2)), round_half_away(Fraction(1, 8), 2)
    (Fraction(-3, 1), Fraction(13, 100))
    """
    scale = Fraction(10) ** places
    whole = abs(x) * scale
    steps = (2 * whole.numerator + whole.denominator) // (2 * whole.denominator)
    return (steps if x >= 0 else -steps) / scale


def _floor(x: Fraction) -> Fraction:
    return Fraction(x.numerator // x.denominator)


def _ceil(x: Fraction) -> Fraction:
    return Fraction(-(-x.numerator // x.denominator))


def _stepwise(value: Quantity, name: str, step: Callable[[Fraction], Fraction]) -> Quantity:
    """Apply a monotone step function; undecided when a ball straddles a step at every precision."""
    x = number(value, name)
    if isinstance(x, Fraction):
        return check_size(step(x))
    if isinstance(x, Interval):
        if x.maybe_never:
            return unknown(x.reason)
        lower = None if x.lower is None else step(x.lower)
        upper = None if x.upper is None else step(x.upper)
        if lower is not None and lower == upper:
            return lower
        return Interval(lower, upper, False, x.reason)
    reason = f"{x.text} is too close to a step of {name}"
    ends = None
    for bits in PRECISIONS:
        with workprec(bits):
            ends = rational_ends(x.ball())
        if ends is not None and step(ends[0]) == step(ends[1]):
            return step(ends[0])
    if ends is None:
        return unknown(reason)
    for candidate in (_simplest_between(*ends), step(ends[0]), step(ends[1])):
        if compare(x, candidate).holds("=="):
            return step(candidate)
    return Interval(step(ends[0]), step(ends[1]), False, reason)


def _simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """Return the rational number with the least denominator in ``[low, high]``."""
    whole = _ceil(low)
    if whole <= high:
        return whole
    below = whole - 1
    return below + 1 / _simplest_between(1 / (high - below), 1 / (low - below))


def _absolute(value: Quantity) -> Quantity:
    x = number(value, "abs")
    if isinstance(x, Interval):
        if x.maybe_never:
            return unknown(x.reason)
        if x.lower is not None and x.lower >= 0:
            return x
        if x.upper is not None and x.upper <= 0:
            return negate(x)
        ends = [abs(e) for e in (x.lower, x.upper) if e is not None]
        return Interval(Fraction(0), max(ends) if len(ends) == 2 else None, False, x.reason)
    sign = compare(x, Fraction(0))
    if sign.holds(">="):
        return x
    if sign.holds("<="):
        return negate(x)
    assert isinstance(x, Real)
    return real(f"abs({x.text})", lambda: abs(x.ball()))


def _extreme(values: list[Quantity], name: str, operator: str) -> Quantity:
    if not values:
        raise ExpressionError(f"{name} needs at least one argument")
    best = values[0]
    for value in values:
        if isinstance(value, bool):
            raise ExpressionError(f"{name} needs numbers, not {str(value).lower()}")
    for value in values[1:]:
        better = compare(value, best).holds(operator)
        if better:
            best = value
        elif better is None:
            best = _either(best, value, name)
    return best


def _either(a: Quantity, b: Quantity, name: str) -> Quantity:
    """Return what is proved of the smaller or the greater of two values whose order is open."""
    if a is NEVER or b is NEVER:
        other = b if a is NEVER else a
        if isinstance(other, Interval) and other.lower is None and other.upper is None:
            return other
        return other if name == "min" else NEVER
    x, y = bounds_of(a), bounds_of(b)  # type: ignore[arg-type]
    for side in (x, y):
        if side.maybe_never and side.lower is None:
            return side
    reason = x.reason or y.reason or f"{name} is not settled"
    lower, upper = (x.lower, y.lower), (x.upper, y.upper)
    if name == "min":
        low = None if None in lower else min(lower)  # type: ignore[type-var]
        high = min((u for u in upper if u is not None), default=None)
        return Interval(low, high, x.maybe_never and y.maybe_never, reason)
    low = max((u for u in lower if u is not None), default=None)
    high = None if None in upper else max(upper)  # type: ignore[type-var]
    return Interval(low, high, x.maybe_never or y.maybe_never, reason)


def _monotone(value: Quantity, name: str, ball: Callable[[arb], arb]) -> Quantity:
    """Apply an increasing function (exp, log) to a real number or to bounds."""
    x = number(value, name)
    if isinstance(x, Interval):
        if x.maybe_never:
            return unknown(x.reason)
        low = None if x.lower is None else bounds_of(_monotone(x.lower, name, ball)).lower  # type: ignore[arg-type]
        high = None if x.upper is None else bounds_of(_monotone(x.upper, name, ball)).upper  # type: ignore[arg-type]
        return Interval(
            Fraction(0) if low is None and name == "exp" else low, high, False, x.reason
        )
    return real(f"{name}({_show(x)})", lambda: ball(arb_of(x)))


def _show(x: Fraction | Real) -> str:
    return x.text if isinstance(x, Real) else str(x)


def _exp(value: Quantity) -> Quantity:
    if value == 0 and isinstance(value, Fraction):
        return Fraction(1)
    for sign in (1, -1):
        if value is not NEVER and not isinstance(value, bool):
            large = compare(multiply(Fraction(sign), value), Fraction(_MAX_EXP)).holds(">")
            if large:
                raise ExpressionError(f"exp of a number beyond {_MAX_EXP} in size is refused")
    return _monotone(value, "exp", lambda b: b.exp())


def _log(value: Quantity) -> Quantity:
    x = number(value, "log")
    sign = compare(x, Fraction(0))
    if sign.holds("<="):
        raise ExpressionError("log needs a positive number")
    if sign.holds(">") is None:
        return unknown("it is not proved that the argument of log is positive")
    if x == 1 and isinstance(x, Fraction):
        return Fraction(0)
    if isinstance(x, Interval) and x.lower == 0:
        x = Interval(None, x.upper, x.maybe_never, x.reason)
    return _monotone(x, "log", lambda b: b.log())


def _circular(value: Quantity, name: str) -> Quantity:
    x = number(value, name)
    if isinstance(x, Interval):
        if x.maybe_never:
            return unknown(x.reason)
        return Interval(Fraction(-1), Fraction(1), False, x.reason)
    if compare(multiply(x, x), Fraction(4) ** _MAX_ANGLE_BITS).holds(">"):
        raise ExpressionError(f"{name} of a number beyond 2**{_MAX_ANGLE_BITS} is refused")
    if x == 0 and isinstance(x, Fraction):
        return Fraction(0 if name == "sin" else 1)
    text = f"{name}({_show(x)})"
    return real(text, lambda: arb_of(x).sin() if name == "sin" else arb_of(x).cos())


def _sqrt(value: Quantity) -> Quantity:
    if value is not NEVER and not isinstance(value, bool):
        if compare(value, Fraction(0)).holds("<"):
            raise ExpressionError("sqrt needs a number that is not negative")
    return power(value, Fraction(1, 2))


def _round(value: Quantity, places: Quantity = Fraction(0)) -> Quantity:
    if not isinstance(places, Fraction) or places.denominator != 1:
        raise ExpressionError("the number of decimals in round(x, k) must be an integer")
    if abs(places) > _MAX_PLACES:
        raise ExpressionError(f"round(x, k) allows at most {_MAX_PLACES} decimals")
    k = int(places)
    return _stepwise(value, "round", lambda x: round_half_away(x, k))


FUNCTIONS: dict[str, tuple[Callable[..., Quantity], int, int, str]] = {
    "abs": (_absolute, 1, 1, "absolute value"),
    "min": (lambda *v: _extreme(list(v), "min", "<"), 1, 9, "the least of its arguments"),
    "max": (lambda *v: _extreme(list(v), "max", ">"), 1, 9, "the greatest of its arguments"),
    "sqrt": (_sqrt, 1, 1, "square root of a number that is not negative"),
    "exp": (_exp, 1, 1, "exponential"),
    "log": (_log, 1, 1, "natural logarithm of a positive number"),
    "sin": (lambda x: _circular(x, "sin"), 1, 1, "sine (radians)"),
    "cos": (lambda x: _circular(x, "cos"), 1, 1, "cosine (radians)"),
    "floor": (lambda x: _stepwise(x, "floor", _floor), 1, 1, "greatest integer that is not above"),
    "ceil": (lambda x: _stepwise(x, "ceil", _ceil), 1, 1, "least integer that is not below"),
    "round": (_round, 1, 2, "round(x, k): to k decimals (0 if omitted), half away from zero"),
    "percent": (lambda x: multiply(Fraction(100), x), 1, 1, "100 times its argument"),
}


def call_function(name: str, values: list[Quantity]) -> Quantity:
    """Return the value of an elementary function; the number of arguments is checked."""
    function, least, most, _ = FUNCTIONS[name]
    if not least <= len(values) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise ExpressionError(f"{name} takes {wanted} argument(s), not {len(values)}")
    return function(*values)
