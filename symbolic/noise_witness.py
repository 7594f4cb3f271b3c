r"""An explicit skew matrix below every symmetric one, for d = 2 with label noise.

``find_skew_point`` searches (its result is not trusted); ``certify_skew_point`` proves that the loss at a
rational (a, B), B = b^2 > 0, lies below the loss of every symmetric matrix: P(a, C) = F(a, 0, C) - mu is
positive at C = 0 and at one C between any two positive roots of its discriminant in a, so P >= 0 for
all a and all C = r^2 >= 0, where mu exceeds the loss at the witness.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import lcm

from flint import Ordering, arb, fmpz_mpoly, fmpz_mpoly_ctx, fmpz_poly

from symbolic.algebraic import rational
from symbolic.critical_points import real_points
from symbolic.noise_theorem import noisy_plane_loss
from symbolic.values import Algebraic, workprec

__all__ = ["certify_skew_point", "find_skew_point", "plane_terms"]

_PLANE = fmpz_mpoly_ctx.get(("a", "C"), Ordering.lex)
Terms = dict[tuple[int, int, int], Fraction]


def plane_terms(layers: int, n: int, noise: Fraction) -> Terms:
    """Return {(power of a, of B, of C): coefficient} of the noisy loss times n^(2L-1), d = 2.

    >>> plane_terms(1, 1, Fraction(0))[0, 0, 0]
    Fraction(2, 1)
    """
    terms: Terms = {}
    for e, value in noisy_plane_loss(layers).to_dict().items():
        key = (int(e[1]), int(e[2]), int(e[3]))
        weight = Fraction(int(value.p), int(value.q)) * n ** int(e[0]) * noise ** int(e[4])
        terms[key] = terms.get(key, Fraction(0)) + weight
    return terms


def _value(terms: Terms, a: Fraction, b2: Fraction, c: Fraction = Fraction(0)) -> Fraction:
    return sum((w * a**i * b2**j * c**k for (i, j, k), w in terms.items()), Fraction(0))


def find_skew_point(
    layers: int, n: int, noise: Fraction | int, bits: int = 128
) -> list[tuple[Fraction, Fraction]]:
    """Return rational points (a, B), best first, near the critical points of F(a, B, 0) with B > 0.

    Starts: I - V = rho times a rotation by 2 pi k / L with rho^L = noise/(n + noise), and
    V = I + bJ with n b^2 = 1, 3, 5.  A damped Newton iteration in b improves them.

    >>> find_skew_point(2, 100, 0) != []
    True
    """
    terms = {key: value for key, value in plane_terms(layers, n, Fraction(noise)).items() if not key[2]}
    with workprec(bits):
        weights = {(i, 2 * j): arb(rational(value)) for (i, j, _), value in terms.items()}
        root = (arb(rational(Fraction(noise) / (n + Fraction(noise)))) + arb(2) ** (-bits)).log()
        rho = (root / layers).exp()
        starts = [
            (1 - rho * (2 * arb.pi() * k / layers).cos(), rho * (2 * arb.pi() * k / layers).sin())
            for k in range(1, (layers + 1) // 2)
        ]
        starts += [(arb(1), (arb(size) / n).sqrt()) for size in (1, 3, 5)]
        found = {_descend(weights, a.mid(), b.mid()) for a, b in starts}
    points = [(a, b * b) for a, b in found if b]
    return sorted(points, key=lambda point: _value(terms, *point))


def _partial(weights: dict[tuple[int, int], arb], a: arb, b: arb, da: int, db: int) -> arb:
    total = arb(0)
    for (i, j), weight in weights.items():
        factor = 1
        for power, times in ((i, da), (j, db)):
            for step in range(times):
                factor *= power - step
        if factor:
            total += weight * factor * a ** (i - da) * b ** (j - db)
    return total.mid()


def _descend(weights: dict[tuple[int, int], arb], a: arb, b: arb) -> tuple[Fraction, Fraction]:
    value = _partial(weights, a, b, 0, 0)
    for _ in range(80):
        slope = [_partial(weights, a, b, *order) for order in ((1, 0), (0, 1))]
        aa, ab, bb = (_partial(weights, a, b, *o) for o in ((2, 0), (1, 1), (0, 2)))
        det = aa * bb - ab * ab
        if det > 0 and aa > 0:
            step = ((bb * slope[0] - ab * slope[1]) / det, (aa * slope[1] - ab * slope[0]) / det)
        else:
            size = abs(aa) + abs(ab) + abs(bb)
            step = (slope[0] / size, slope[1] / size)
        scale = arb(1)
        for _ in range(30):
            moved = ((a - scale * step[0]).mid(), (b - scale * step[1]).mid())
            lower = _partial(weights, *moved, 0, 0)
            if lower < value:
                break
            scale /= 2
        else:
            break
        (a, b), value = moved, lower
    return _rounded(a), _rounded(b)


def _rounded(x: arb) -> Fraction:
    exact = x.mid().fmpq()
    return Fraction(round(Fraction(int(exact.p), int(exact.q)) * 2**64), 2**64)


def certify_skew_point(
    layers: int, n: int, noise: Fraction | int, a: Fraction, b_squared: Fraction
) -> bool:
    """Return whether aI + bJ is proved to lie strictly below every symmetric 2x2 matrix.

    Raises:
        ValueError: b_squared <= 0.

    >>> certify_skew_point(2, 100, 0, Fraction(19, 20), Fraction(1, 130))
    True
    >>> certify_skew_point(2, 5, 0, Fraction(19, 20), Fraction(1, 130))
    False
    """
    if b_squared <= 0:
        raise ValueError(f"a skew point needs b^2 > 0, got {b_squared}")
    terms = plane_terms(layers, n, Fraction(noise))
    level = _value(terms, a, b_squared) * (1 + Fraction(1, 2**60))
    rows = {(i, k): value for (i, j, k), value in terms.items() if j == 0}
    rows[0, 0] = rows.get((0, 0), Fraction(0)) - level
    scale = lcm(*(value.denominator for value in rows.values()))
    excess = _PLANE.from_dict({key: int(value * scale) for key, value in rows.items() if value})
    breaks = _breaks(excess)
    return all(_positive_in_a(excess, c) for c in _samples(breaks))


def _breaks(excess: fmpz_mpoly) -> list[Fraction | Algebraic]:
    """Return the positive C at which the number of real roots in a may change."""
    found: list[Fraction | Algebraic] = []
    powers = int(excess.degrees()[0])
    top = {int(k): int(v) for (i, k), v in excess.to_dict().items() if int(i) == powers}
    for poly in (_in_c(excess.discriminant(0)), fmpz_poly([top.get(k, 0) for k in range(max(top) + 1)])):
        if poly.degree() > 0:
            found += real_points(poly)
    return [c for c in found if (c > 0 if isinstance(c, Fraction) else c.compare(0) > 0)]


def _in_c(poly: fmpz_mpoly) -> fmpz_poly:
    rows = {int(k): int(value) for (_, k), value in poly.to_dict().items()}
    if not rows:
        raise ArithmeticError("the discriminant vanishes identically")
    return fmpz_poly([rows.get(k, 0) for k in range(max(rows) + 1)])


def _samples(breaks: list[Fraction | Algebraic]) -> list[Fraction]:
    """Return 0 and one rational in each open interval between consecutive breaks."""
    width = Fraction(1, 2**30)
    while True:
        ends = sorted(
            (c, c) if isinstance(c, Fraction) else (c.refine(width).lower, c.refine(width).upper)
            for c in breaks
        )
        ends = [pair for k, pair in enumerate(ends) if not k or pair != ends[k - 1]]
        if all(x[1] < y[0] for x, y in pairwise(ends)) and (
            not ends or ends[0][0] > 0
        ):
            break
        width /= 2**30
    if not ends:
        return [Fraction(0), Fraction(1)]
    middles = [(x[1] + y[0]) / 2 for x, y in pairwise(ends)]
    return [Fraction(0), ends[0][0] / 2, *middles, ends[-1][1] + 1]


def _positive_in_a(excess: fmpz_mpoly, c: Fraction) -> bool:
    rows: dict[int, Fraction] = {}
    for (i, k), value in excess.to_dict().items():
        rows[int(i)] = rows.get(int(i), Fraction(0)) + int(value) * c ** int(k)
    scale = c.denominator ** int(excess.degrees()[1])
    poly = fmpz_poly([int(rows.get(k, 0) * scale) for k in range(max(rows) + 1)])
    return poly(0) > 0 and not real_points(poly)
