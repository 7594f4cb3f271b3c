r"""The polynomials behind the theorem for d = L = 2: skew minimisers if and only if n >= 15.

Write V = aI + bJ + R (R traceless symmetric, ||R||^2 = 2r^2), B = b^2, C = r^2 and
F = n^3 f = f0 + f2 B + f4 B^2 + g2 C + g4 C^2 + m B C; f4, g4, m do not depend on a.  The proof:

1. *R = 0.*  With B >= C:  F(a,B,C) - F(a,B-C,0) = C (f2+g2) + (g4-f4) C^2 + (m+2f4) B C;
   with C >= B:  F(a,B,C) - F(a,0,C-B) = B (f2+g2) + (g4-f4) B (C-B) + (g4+f4+m) B C  and
   F(a,0,C) - F(a,0,0) = g2 C + g4 C^2.  Here f2+g2 > 0 and g2 > 0 for all a (positive definite
   quadratics), g4-f4 = 16(n+2)(n+3), m+2f4 = 64(n+2), g4+f4+m = 16(n+2)(n+7), g4 > 0.  This holds
   for all n >= 1, strictly when C > 0.  So R = 0 at every minimiser, and only F(a,B,0) remains.
2. *f0* is a quartic, strictly convex, with leading coefficient > 0: one minimiser a*, the only
   real root of g = f0'/8.
3. *n <= 9*: f2 = 4h >= 0 for all a (its discriminant has the sign of n - 9), strictly at n = 1, and
   f4 > 0 for n >= 2: B > 0 is worse than B = 0.  The minimiser is a* I, alone.
4. *n >= 10*: for given a the least value over B >= 0 is f0 where h >= 0 and
   phi = f0 - f2^2/(4 f4) where h < 0 (there B = -f2/(2 f4)).
   4 f4 phi' = -128 (n+2) c with a cubic c = ``reduced_derivative``, positive leading coefficient.
5. *10 <= n <= 14*: with the rational pair (p, l) of ``finite_case_points``:
   c(0) < 0 < c(p), c(l) < 0, c(2) < 0: the three roots of c lie in (0,p), (p,l), (2,oo), so
   c < 0 and phi increases on [l, 2]; h(l) > 0 > h'(l), h(2) > 0, h'(2) > 0: {h < 0} lies in (l, 2).
   So phi exceeds, on {h < 0}, the value of f0 at its left end.  The minimiser is a* I, alone.
6. *n >= 15*: P h = U g - 2 n^4 R4 with P > 0 for all a and R4 > 0, so h(a*) < 0: aI + bJ beats
   every scalar matrix.  c(0) < 0, c(3/4) > 0, c(2) < 0, so c changes sign exactly once on
   [3/4, 2], and {h < 0} lies in (3/4, 2) by h, h' at the ends: phi has one critical point there, so
   there is one minimiser with B > 0, and no other.

7. *Real n >= 10, second order*: c < 0 at 0, > 0 at 5/8, < 0 at 2, and {h < 0} lies in (5/8, 2),
   all by shifts n = 10 + m.  So phi has exactly one critical point rho there, for every real
   n >= 10; the skew minimiser exists exactly for R4(n) > 0, with a = rho and
   b^2 = -f2(rho)/(2 f4), and at the root of R4 it meets the scalar one (phi' = f0' where f2 = 0):
   b grows continuously from 0.

Every function returns a polynomial of ``symbolic.plane.PLANE`` (variables n, a), derived from the
loss, never typed in.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import gcd, lcm

from flint import fmpq, fmpq_mpoly

from symbolic.plane import PLANE, plane_coefficients

__all__ = [
    "bezout_cofactors",
    "coefficients_in_a",
    "finite_case_points",
    "loss_part",
    "onset_polynomial",
    "quadratic_discriminant",
    "reduced_derivative",
    "reduced_numerator",
    "scalar_derivative",
    "skew_hessian",
]

_PARTS = {"f0": (0, 0), "f2": (1, 0), "f4": (2, 0), "g2": (0, 1), "g4": (0, 2), "m": (1, 1)}


def loss_part(name: str) -> fmpq_mpoly:
    """Return one of f0, f2, f4, g2, g4, m: F = f0 + f2 B + f4 B^2 + g2 C + g4 C^2 + m B C.

    >>> str(loss_part("f4"))
    '2*n^3 + 4*n^2 - 2*n - 4'
    """
    if name not in _PARTS:
        raise ValueError(f"the parts are {', '.join(_PARTS)}; got {name!r}")
    return plane_coefficients(2)[_PARTS[name]]


def scalar_derivative() -> fmpq_mpoly:
    """Return g = f0'(a)/8, whose only real root is the best scalar matrix a*."""
    return loss_part("f0").derivative("a") * fmpq(1, 8)


def skew_hessian() -> fmpq_mpoly:
    """Return h = f2/4; aI is unstable to skew perturbations exactly where h(a) < 0."""
    return loss_part("f2") * fmpq(1, 4)


def reduced_numerator() -> fmpq_mpoly:
    """Return 4 f4 f0 - f2^2 = 4 f4 phi, phi(a) = min over real B of F(a, B, 0) when f4 > 0."""
    return 4 * loss_part("f4") * loss_part("f0") - loss_part("f2") ** 2


def reduced_derivative() -> fmpq_mpoly:
    """Return the cubic c with d/da (4 f4 phi) = -128 (n + 2) c.

    >>> reduced_derivative()(15, 0, 0, 0)
    -438750
    """
    n = PLANE.gens()[0]
    quotient, remainder = divmod(reduced_numerator().derivative("a"), -128 * (n + 2))
    if remainder != 0:
        raise ArithmeticError("the derivative of the reduced loss lost its factor 128 (n + 2)")
    return quotient


def coefficients_in_a(poly: fmpq_mpoly) -> list[fmpq_mpoly]:
    """Return the coefficients of 1, a, a^2, ... of a polynomial in (n, a), as polynomials in n."""
    parts: list[dict[tuple[int, ...], fmpq]] = [{} for _ in range(poly.degrees()[1] + 1)]
    for (en, ea, eb, ec), value in poly.to_dict().items():
        if eb or ec:
            raise ValueError("expected a polynomial in n and a alone")
        parts[ea][en, 0, 0, 0] = value
    return [PLANE.from_dict(terms) for terms in parts]


def quadratic_discriminant(poly: fmpq_mpoly) -> fmpq_mpoly:
    """Return 4 A0 A2 - A1^2 for A0 + A1 a + A2 a^2: with A2 > 0, positive iff poly > 0 for all a.

    4 A2 (A0 + A1 a + A2 a^2) = (2 A2 a + A1)^2 + (4 A0 A2 - A1^2).
    """
    low, mid, top = coefficients_in_a(poly)
    return 4 * low * top - mid * mid


@cache
def bezout_cofactors() -> tuple[fmpq_mpoly, fmpq_mpoly, fmpq_mpoly]:
    """Return (P, U, R4) with P h = U g - 2 n^4 R4, P of degree 2 in a and U of degree 1.

    From the resultant of g and h in a, by Sylvester's matrix over Q[n]; the common factor of the
    cofactors is removed.
    """
    g, h = coefficients_in_a(scalar_derivative()), coefficients_in_a(skew_hessian())
    # Unknowns u0, u1, p0, p1, p2 of u g - p h = const: five linear equations, by Cramer's rule.
    rows = [[PLANE.constant(0)] * 5 for _ in range(5)]
    for power in range(5):
        for i in range(2):
            if 0 <= power - i < len(g):
                rows[power][i] = g[power - i]
        for i in range(3):
            if 0 <= power - i < len(h):
                rows[power][2 + i] = -h[power - i]
    minors = [_cofactor(rows, 0, column) for column in range(5)]
    constant = sum((rows[0][k] * minors[k] for k in range(5)), PLANE.constant(0))
    common = constant
    for minor in minors:
        common = common.gcd(minor)
    n, a = PLANE.gens()[:2]
    minors = [divmod(minor, common)[0] for minor in minors]
    u = minors[0] + minors[1] * a
    p = minors[2] + minors[3] * a + minors[4] * a * a
    rest, remainder = divmod(u * _assemble(g) - p * skew_hessian(), 2 * n**4)
    if remainder != 0:
        raise ArithmeticError("the resultant lost its factor n^4")
    # Make all data integral and primitive, with P positive at large n and a.
    scale = fmpq(1) / _content([u, p, 2 * rest])
    lead = coefficients_in_a(p)[2]
    if lead(fmpq(10**9), 0, 0, 0) < 0:
        scale = -scale
    return p * scale, u * scale, rest * scale


def _assemble(parts: list[fmpq_mpoly]) -> fmpq_mpoly:
    """Return sum parts[k] a^k."""
    a = PLANE.gens()[1]
    return sum((part * a**k for k, part in enumerate(parts)), PLANE.constant(0))


def onset_polynomial() -> fmpq_mpoly:
    """Return R4(n); h(a*) and -R4(n) have the same sign for every real n > 1.

    >>> str(onset_polynomial())
    '25*n^4 - 26*n^3 - 3624*n^2 - 20934*n - 32785'
    """
    return bezout_cofactors()[2]


def finite_case_points(n: int) -> tuple[Fraction, Fraction]:
    """Return rationals p < l of step 5: c(p) > 0 > c(l), h(l) > 0 > h'(l), for 10 <= n <= 14.

    The first that fit among p in Z/8 and l in Z/40.

    >>> finite_case_points(10)
    (Fraction(5, 8), Fraction(7, 10))
    """
    if not 10 <= n <= 14:
        raise ValueError(f"these cases are n = 10, ..., 14, got {n}")
    cubic, h = reduced_derivative(), skew_hessian()
    slope = h.derivative("a")
    rises = [k for k in range(1, 8) if cubic(n, fmpq(k, 8), 0, 0) > 0]
    for k in range(5 * rises[0] + 1, 40):
        left = fmpq(k, 40)
        if cubic(n, left, 0, 0) < 0 < h(n, left, 0, 0) and slope(n, left, 0, 0) < 0:
            return Fraction(rises[0], 8), Fraction(k, 40)
    raise ArithmeticError(f"no separating points on the grid for n = {n}")


def _content(polys: list[fmpq_mpoly]) -> fmpq:
    numerator, denominator = 0, 1
    for poly in polys:
        for value in poly.coeffs():
            numerator = gcd(numerator, int(value.p))
            denominator = lcm(denominator, int(value.q))
    return fmpq(numerator, denominator)


def _cofactor(rows: list[list[fmpq_mpoly]], row: int, column: int) -> fmpq_mpoly:
    minor = [r[:column] + r[column + 1 :] for i, r in enumerate(rows) if i != row]
    return _determinant(minor) * (-1) ** (row + column)


def _determinant(rows: list[list[fmpq_mpoly]]) -> fmpq_mpoly:
    if len(rows) == 1:
        return rows[0][0]
    total = PLANE.constant(0)
    for column, entry in enumerate(rows[0]):
        if entry != 0:
            minor = [r[:column] + r[column + 1 :] for r in rows[1:]]
            total += entry * _determinant(minor) * (-1) ** column
    return total
