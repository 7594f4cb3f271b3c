r"""No skew minimiser for d = 2, L = 3 at a given (n, noise): an exact sufficient test.

With V = aI + bJ + R, B = b^2, C = r^2 the scaled loss F has degree 3 in (B, C).

0. A quadratic c0 + c1 B + c2 B^2 + c3 C + c4 B C + c5 C^2 is positive for B, C >= 0 when no c_i is negative
   and c0 > 0, or when c0, c2 > 0, 4 c0 c2 > c1^2, 4 c2 c5 > c4^2 and 2 c2 c3 >= c1 c4 (lowering c3 to
   c1 c4/(2 c2) leaves a positive semidefinite form in (1, B, C)).  When (F(a,B,C) - F(a,0,C))/B is of
   this kind for all a, a skew part only hurts and nothing else is needed.
1. *From C <= B to R = 0*: (F(a,B+C,C) - F(a,B,0))/C is of this kind.
2. *From B <= C to K = 0*: every coefficient of F(a,B,C+B) - F(a,0,C) is positive for all a.
3. *R = 0*: F(a,B,0) = f0 + f2 B + f4 B^2 + f6 B^3 with f6 > 0.  Where f2 > 0 and (f4 > 0 or
   4 f2 f6 > f4^2), the best scalar included, it exceeds f0(a).  Elsewhere it exceeds a rational mu above
   min f0: no zero in B >= 0 at one point between any two roots of the discriminant in B, f0 - mu,
   f2, f4 and 4 f2 f6 - f4^2.

Together: every global minimiser is symmetric.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb

from flint import Ordering, fmpq_poly, fmpz_mpoly_ctx, fmpz_poly

from symbolic.algebraic import rational
from symbolic.critical_points import clear_denominators, exact_sign, real_points, smallest_at
from symbolic.noise_witness import plane_terms
from symbolic.plane_global import positive_everywhere
from symbolic.values import Algebraic

__all__ = ["certify_no_skew_minimiser"]

_AB = fmpz_mpoly_ctx.get(("a", "B"), Ordering.lex)
Rows = dict[tuple[int, int], fmpq_poly]


def _polynomials(terms: dict[tuple[int, int, int], Fraction]) -> Rows:
    """Return {(j, k): polynomial in a} from {(power of a, j, k): coefficient}."""
    found: dict[tuple[int, int], dict[int, Fraction]] = {}
    for (i, j, k), value in terms.items():
        row = found.setdefault((j, k), {})
        row[i] = row.get(i, Fraction(0)) + value
    return {
        key: fmpq_poly([rational(row.get(i, 0)) for i in range(max(row) + 1)])
        for key, row in found.items()
    }


def _shifted(terms: dict[tuple[int, int, int], Fraction], normal: bool) -> Rows:
    """Return F(a,B+C,C) - F(a,B,0) (normal) or F(a,B,C+B) - F(a,0,C), by powers of (B, C)."""
    moved: dict[tuple[int, int, int], Fraction] = {}
    for (i, j, k), value in terms.items():
        for m in range((j if normal else k) + 1):
            key = (i, j - m, k + m) if normal else (i, j + m, k - m)
            if key[2 if normal else 1]:
                times = comb(j if normal else k, m)
                moved[key] = moved.get(key, Fraction(0)) + value * times
    return _polynomials(moved)


def _positive(poly: fmpq_poly) -> bool:
    return poly != 0 and positive_everywhere(poly.numer())


def _non_negative(poly: fmpq_poly) -> bool:
    return poly == 0 or _positive(poly)


def certify_no_skew_minimiser(n: int, noise: Fraction | int) -> bool:
    """Return whether every global minimiser is proved symmetric (d = 2, L = 3).

    False means "not proved", never "there is a skew one".

    Raises:
        ValueError: n < 1 or the noise is negative.

    >>> certify_no_skew_minimiser(1000, Fraction(1, 2)), certify_no_skew_minimiser(100, 0)
    (True, False)
    """
    if n < 1 or noise < 0:
        raise ValueError(f"n >= 1 and noise >= 0 are needed, got {n} and {noise}")
    terms = plane_terms(3, n, Fraction(noise))
    rows = _polynomials(terms)
    if _form_is_positive(rows, "10 20 30 11 21 12"):
        return True
    if not _form_is_positive(_shifted(terms, normal=True), "01 11 21 02 12 03"):
        return False
    if not all(_positive(poly) for poly in _shifted(terms, normal=False).values()):
        return False
    return _scalar_is_best({key: poly for key, poly in rows.items() if not key[1]})


def _form_is_positive(rows: Rows, places: str) -> bool:
    """Return whether c0 + c1 B + c2 B^2 + c3 C + c4 B C + c5 C^2 > 0 on the quadrant, for all a.

    ``places`` names the six coefficients by their powers of B and C, e.g. "01 11 21 02 12 03".
    """
    zero = fmpq_poly([0])
    c = [rows.get((int(pair[0]), int(pair[1])), zero) for pair in places.split()]
    if _positive(c[0]) and all(_non_negative(poly) for poly in c[1:]):
        return True
    return (
        _positive(c[0])
        and _positive(c[2])
        and _positive(4 * c[0] * c[2] - c[1] ** 2)
        and _positive(4 * c[2] * c[5] - c[4] ** 2)
        and _non_negative(2 * c[2] * c[3] - c[1] * c[4])
    )


def _scalar_is_best(rows: Rows) -> bool:
    """Return whether f0 + f2 B + f4 B^2 + f6 B^3 > min f0 for all a and B > 0 (step 3)."""
    f0, f2, f4, f6 = (rows.get((j, 0), fmpq_poly([0])) for j in range(4))
    gap = 4 * f2 * f6 - f4**2
    best = smallest_at(f0, real_points(f0.derivative().numer()))
    if best is None or not _positive(f6):
        return False
    if exact_sign(f2, best) <= 0 or max(exact_sign(f4, best), exact_sign(gap, best)) <= 0:
        return False
    place = best if isinstance(best, Fraction) else best.refine(Fraction(1, 2**60)).lower
    level = _at(f0, place) * (1 + Fraction(1, 2**60))
    excess = {**rows, (0, 0): f0 - fmpq_poly([rational(level)])}
    points = _breaks(excess)
    for poly in (f2, f4, gap):
        points += real_points(poly.numer())
    spans = sorted({_span(point, Fraction(1, 2**200)) for point in points})
    samples = [spans[0][0] - 1, *((x[1] + y[0]) / 2 for x, y in pairwise(spans)), spans[-1][1] + 1]
    return all(
        (_at(f2, a) > 0 and max(_at(f4, a), _at(gap, a)) > 0) or _no_zero(excess, a)
        for a in samples
    )


def _at(poly: fmpq_poly, a: Fraction) -> Fraction:
    value = poly(rational(a))
    return Fraction(int(value.p), int(value.q))


def _span(point: Fraction | Algebraic, width: Fraction) -> tuple[Fraction, Fraction]:
    if isinstance(point, Fraction):
        return point, point
    fine = point.refine(width)
    return fine.lower, fine.upper


def _breaks(rows: Rows) -> list[Fraction | Algebraic]:
    """Return the real a where the number of zeros in B >= 0 may change."""
    scale = 1
    for poly in rows.values():
        scale *= int(poly.denom())
    terms: dict[tuple[int, ...], int] = {
        (i, j): int((poly * scale)[i].p)
        for (j, _), poly in rows.items()
        for i in range(poly.degree() + 1)
        if poly[i]
    }
    discriminant = _AB.from_dict(terms).discriminant(1)
    powers = {int(i): int(value) for (i, _), value in discriminant.to_dict().items()}
    in_a = fmpz_poly([powers.get(i, 0) for i in range(max(powers) + 1)])
    return [*real_points(in_a), *real_points(rows[0, 0].numer())]


def _no_zero(rows: Rows, a: Fraction) -> bool:
    poly = clear_denominators([_at(rows[j, 0], a) for j in range(4)])
    return poly[0] > 0 and not any(
        (root >= 0 if isinstance(root, Fraction) else root.compare(0) > 0)
        for root in real_points(poly)
    )
