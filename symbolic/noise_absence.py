r"""No skew minimiser for d = 2, L = 3 at a given (n, noise): an exact sufficient test.

With V = aI + bJ + R, B = b^2, C = r^2 the scaled loss F has degree 3 in (B, C).

1. *From C <= B to R = 0*: F(a,B+C,C) - F(a,B,0) = C (q01 + q11 B + q21 B^2 + q02 C + q12 B C + q03 C^2)
   is positive for C > 0 when q01, q21 > 0, 4 q01 q21 > q11^2, 4 q21 q03 > q12^2 and 2 q21 q02 >= q11 q12:
   lowering q02 to q11 q12/(2 q21) leaves a quadratic form in (1, B, C) with non-negative minors.
2. *From B <= C to K = 0*: every coefficient of F(a,B,C+B) - F(a,0,C) is positive for all a.
3. *R = 0*: F(a,B,0) = f0 + f2 B + f4 B^2 + f6 B^3 with f4, f6 > 0.  Where f2 >= 0 it is at least f0(a).
   On the strip f2 < 0 it exceeds a rational mu above min f0: no zero in B >= 0 at one point between
   any two roots of the discriminant in B and of f0 - mu.

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
    q = _shifted(terms, normal=True)
    if set(q) != {(0, 1), (1, 1), (2, 1), (0, 2), (1, 2), (0, 3)}:
        return False
    conditions = (
        _positive(q[0, 1]),
        _positive(q[2, 1]),
        _positive(4 * q[0, 1] * q[2, 1] - q[1, 1] ** 2),
        _positive(4 * q[2, 1] * q[0, 3] - q[1, 2] ** 2),
        _non_negative(2 * q[2, 1] * q[0, 2] - q[1, 1] * q[1, 2]),
    )
    if not all(conditions):
        return False
    if not all(_positive(poly) for poly in _shifted(terms, normal=False).values()):
        return False
    flat = {key: value for key, value in terms.items() if not key[2]}
    return _scalar_is_best(_polynomials(flat))


def _scalar_is_best(rows: Rows) -> bool:
    """Return whether f0 + f2 B + f4 B^2 + f6 B^3 > min f0 for all a and B > 0 (step 3)."""
    f0, f2 = rows[0, 0], rows[1, 0]
    if not all(_positive(rows[j, 0]) for j in (2, 3)):
        return False
    edges = real_points(f2.numer())
    if not edges:
        return _positive(f2)
    best = smallest_at(f0, real_points(f0.derivative().numer()))
    opens_upwards = f2.degree() % 2 == 0 and f2[f2.degree()] > 0
    if best is None or len(edges) != 2 or not opens_upwards or exact_sign(f2, best) <= 0:
        return False
    place = best if isinstance(best, Fraction) else best.refine(Fraction(1, 2**60)).lower
    level = _at(f0, place) * (1 + Fraction(1, 2**60))
    excess = {**rows, (0, 0): f0 - fmpq_poly([rational(level)])}
    points = [*edges, *_breaks(excess)]
    width = Fraction(1, 2**60)
    spans = sorted(_span(point, width) for point in points)
    low, high = (_span(edge, width) for edge in edges)
    inside = [pair for pair in spans if low <= pair <= high]
    samples = [(x[1] + y[0]) / 2 for x, y in pairwise(inside) if x != y]
    return bool(samples) and all(_no_zero(excess, a) for a in samples)


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
    terms = {
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
