"""Subdivision of a box such that on each part one of several polynomials is non-negative.

The search is not trusted: the checker tests every part again.  On a part the test is that all
coefficients are non-negative after x = low + y, x = high - y or x = (low + high y)/(1 + y).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

__all__ = ["find_cover"]

Range = tuple[Fraction | None, Fraction | None]


def find_cover(polys: Sequence[dict[tuple[int, ...], Any]], variables: Sequence[str],
               box: dict[str, tuple[str, str]], limit: int) -> list[str] | None:  # fmt: skip
    """Return a subdivision in preorder ("x:c" cuts at c, a digit names a polynomial), or None.

    Args:
        polys: {exponents: coefficient} in ``variables``; only those of ``box`` may occur.
        box: variable -> (low, high), rationals as text, "-oo" or "oo".
        limit: the largest number of parts tried.

    >>> find_cover([{(1,): 1}, {(1,): -1}], ["x"], {"x": ("-oo", "oo")}, 10)
    ['x:0', '1', '0']
    """
    names = sorted(box)
    ring = fmpq_mpoly_ctx.get(tuple(names), Ordering.lex)
    places = [variables.index(name) for name in names]
    forms = [
        ring.from_dict({tuple(m[i] for i in places): _rational(Fraction(c)) for m, c in poly.items()})
        for poly in polys
    ]
    ranges: list[Range] = [
        (None if low == "-oo" else Fraction(low), None if high == "oo" else Fraction(high))
        for low, high in (box[name] for name in names)
    ]
    budget = [limit]
    out: list[str] = []

    def walk(ranges: list[Range], depth: int, last: int) -> bool:
        budget[0] -= 1
        if budget[0] < 0 or depth > 70:
            return False
        if all(low is not None or high is not None for low, high in ranges):
            for k in ([last] if last is not None else []) + [k for k in range(len(forms)) if k != last]:
                if _non_negative(forms[k], ranges):
                    out.append(str(k))
                    return True
        i, cut = _where(ranges)
        out.append(f"{names[i]}:{cut}")
        low, high = ranges[i]
        return walk([*ranges[:i], (low, cut), *ranges[i + 1 :]], depth + 1, last) and walk(
            [*ranges[:i], (cut, high), *ranges[i + 1 :]], depth + 1, last
        )

    return out if walk(ranges, 0, 0) else None


def _where(ranges: Sequence[Range]) -> tuple[int, Fraction]:
    """Return the variable to cut and the place: the widest range after x -> x/(1 + |x|), halved there."""
    ends = [
        (Fraction(-1) if low is None else low / (1 + abs(low)), Fraction(1) if high is None else high / (1 + abs(high)))
        for low, high in ranges
    ]
    i = max(range(len(ranges)), key=lambda k: ends[k][1] - ends[k][0])
    middle = (ends[i][0] + ends[i][1]) / 2
    return i, middle / (1 - abs(middle))


def _non_negative(poly: fmpq_mpoly, ranges: Sequence[Range]) -> bool:
    ring = poly.context()
    gens = ring.gens()
    tops, unders = [], []
    for x, (low, high) in zip(gens, ranges, strict=True):
        if low is not None and high is not None:
            tops.append(_rational(low) + _rational(high) * x)
            unders.append(1 + x)
        else:
            tops.append(_rational(low) + x if low is not None else _rational(high or Fraction(0)) - x)
            unders.append(ring.constant(1))
    degrees = poly.degrees()
    powers = [[_powers(t, d), _powers(u, d)] for t, u, d in zip(tops, unders, degrees, strict=True)]
    total = ring.constant(0)
    for exponents, c in poly.to_dict().items():
        term = ring.constant(c)
        for e, d, (top, under) in zip(exponents, degrees, powers, strict=True):
            term = term * top[e] * under[d - e]
        total += term
    return all(c >= 0 for c in total.coeffs())


def _powers(base: fmpq_mpoly, top: int) -> list[fmpq_mpoly]:
    out = [base.context().constant(1)]
    for _ in range(int(top)):
        out.append(out[-1] * base)
    return out


def _rational(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)
