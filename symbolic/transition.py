r"""d = 2: the skew minimiser itself, what it gains, and where scalar and skew minima coexist."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import isqrt

from flint import arb

from symbolic.local_threshold import local_onset
from symbolic.phase import critical_context, normal_at, skew_at
from symbolic.plane import plane_loss
from symbolic.plane_global import at_context, plane_minimum
from symbolic.scalar import check_sizes
from symbolic.values import Algebraic, Bounded, Closed

__all__ = ["Coexistence", "coexistence", "skew", "skew_gain", "skew_point"]


def _settled(d: int, layers: int, n: int) -> bool | Bounded:
    check_sizes(d, layers, n)
    here = skew_at(d, layers, n)
    if here is True and (d != 2 or layers > 7 or not normal_at(layers, n)):
        return Bounded(None, None, "it is not proved that every minimiser has the form aI + bJ")
    return here


@cache
def skew(d: int, layers: int, n: int) -> Fraction | Algebraic | Bounded:
    """Return b >= 0 in the global minimiser aI +- bJ at d = 2 (0 where the minimiser is scalar).

    >>> skew(2, 2, 14)
    Fraction(0, 1)
    >>> skew(2, 2, 15).compare(Fraction(17, 1000)), skew(2, 2, 15).compare(Fraction(18, 1000))
    (1, -1)
    """
    here = _settled(d, layers, n)
    if isinstance(here, Bounded):
        return Bounded(Fraction(0), None, here.reason)
    if not here:
        return Fraction(0)
    square = plane_minimum(layers, n).best
    if square is None:
        raise ArithmeticError(f"no skew minimiser found at layers = {layers}, n = {n}")
    return _square_root(square)


def _square_root(square: Algebraic) -> Algebraic:
    """Return the positive root of P(x^2), for a positive root of P."""
    fine = square.refine(Fraction(1, 2**80))
    spread = []
    for c in fine.coefficients:
        spread += [c, 0]
    scale = 2**60
    low = Fraction(isqrt(fine.lower.numerator * scale**2 // fine.lower.denominator), scale)
    high = Fraction(isqrt(fine.upper.numerator * scale**2 // fine.upper.denominator) + 1, scale)
    return Algebraic(tuple(spread[:-1]), low, high)


@cache
def skew_gain(d: int, layers: int, n: int) -> Fraction | Closed | Bounded:
    """Return (best symmetric loss - best loss) / best symmetric loss; 0 where no skew part appears.

    >>> skew_gain(2, 2, 14)
    Fraction(0, 1)
    >>> 0 < 20 * skew_gain(2, 2, 20).enclose(30) < 1
    True
    """
    check_sizes(d, layers, n)
    here = skew_at(d, layers, n)
    if here is True and d == 2 and layers > 2 and not normal_at(layers, n):
        here = Bounded(0, 1, "it is not proved that every minimiser has the form aI + bJ")
    if here is True and d != 2:
        here = Bounded(0, 1, "the best loss is not known for d >= 3")
    if isinstance(here, Bounded):
        return Bounded(Fraction(0), Fraction(1), here.reason)
    if not here:
        return Fraction(0)

    def ball(bits: int) -> arb:
        found = plane_minimum(layers, n, 2 * bits + 200)
        gap = min((entry[2] for entry in found.candidates), key=lambda x: x.mid())
        terms = at_context(plane_loss(layers), n)
        a = found.a_star.enclose(2 * bits + 200)
        base = arb(0)
        for c in reversed(terms[0, 0].coeffs()):
            base = base * a + c
        return -gap / base

    where = rf"d = 2,\ L = {layers},\ n = {n}"
    return Closed(rf"1 - \min_{{a,b}} f(aI + bJ) / \min_a f(aI)\quad({where})", ball)


def skew_point(layers: int, n: Fraction | int) -> tuple[arb, Algebraic] | None:
    """Return (a, b^2) of the lowest critical aI + bJ when it beats every scalar matrix, else None."""
    found = plane_minimum(layers, n)
    if not found.skew:
        return None
    lowest = min(found.candidates, key=lambda entry: entry[2].mid())
    return lowest[0], lowest[1]


@dataclass(frozen=True)
class Coexistence:
    """Real context lengths at d = 2 around the transition, as rational brackets.

    ``fold``: below its lower end no critical aI + bJ with b != 0 exists (at that end), at its upper
    end there is one.  ``equal``: at its lower end the best scalar matrix is lower, at its upper end
    a skew one.  ``onset``: where the scalar matrix becomes unstable.  ``jump``: b^2 at the upper
    end of ``equal``.  Each end is certified; that nothing happens in between is not claimed.
    """

    layers: int
    fold: tuple[Fraction, Fraction]
    equal: tuple[Fraction, Fraction]
    onset: Algebraic
    jump: Algebraic


@cache
def coexistence(layers: int, width: Fraction = Fraction(1, 64)) -> Coexistence | None:
    """Return the coexistence window at d = 2, or None when the transition is continuous.

    Raises:
        ValueError: layers outside 2..7.

    >>> coexistence(2) is None
    True
    """
    if not 2 <= layers <= 7:
        raise ValueError(f"the window is computed for 2 <= layers <= 7, got {layers}")
    begin = local_onset(2, layers)
    critical = critical_context(2, layers)
    if not isinstance(begin, Algebraic) or not isinstance(critical, int):
        return None
    top = min(Fraction(critical), begin.refine(width / 16).lower)
    if not plane_minimum(layers, top).skew:
        return None
    low = top - 1
    while plane_minimum(layers, low).skew:
        low -= 1
    equal = _bisect(low, top, width, lambda x: plane_minimum(layers, x).skew)
    low = equal[0] - 1
    while plane_minimum(layers, low).candidates:
        low -= 1
    fold = _bisect(low, equal[1], width, lambda x: bool(plane_minimum(layers, x).candidates))
    jump = plane_minimum(layers, equal[1]).best
    if jump is None:
        raise ArithmeticError("the upper end must have a skew minimiser")
    return Coexistence(layers, fold, equal, begin, jump)


def _bisect(low: Fraction, high: Fraction, width: Fraction, test) -> tuple[Fraction, Fraction]:
    """Return (x, y) with not test(x), test(y), y - x <= width, from such a pair."""
    while high - low > width:
        middle = Fraction(round((low + high) / 2 * 2**16), 2**16)
        if test(middle):
            high = middle
        else:
            low = middle
    return low, high
