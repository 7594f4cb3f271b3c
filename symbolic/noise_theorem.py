r"""The polynomials behind the noise theorem at d = L = 2: critical noise 1, and a ray of n below it.

The loss with label noise of variance s is F = f + (s/n) E tr(Q S Q^T).  For d = L = 2, in the
coordinates V = aI + bJ + R, B = b^2, ||R||^2 = 2C, scaled by n^3:

    F = f0(a) + f2(a) B + f4 B^2 + g2(a) C + g4 C^2 + m B C,    g = f0'/8,    h = f2/4.

*Theorem (noise, d = L = 2).*  For s >= 1 and every n >= 1 no global minimiser has a skew part.  For
0 <= s < 1 the n with only skew global minimisers are the integers above n_c(s), the only positive
root of ``noise_onset`` R(., s); they form a ray, and n_c(s) -> oo as s -> 1.  So the critical noise
is 1, and it is not attained.

Proof.
1. (s >= 1) disc_a(h) = 4 n^2 D with D = ``instability_bound`` < 0, so f2 > 0 for all a.  With
   f2 + g2 > 0 (negative discriminant), g4 - f4 > 0, m + 2 f4 > 0, g4 + f4 + m > 0, any B > 0 is
   strictly improved: B >= C: F(a,B,C) >= F(a,B-C,0) >= F(a,0,0), strict since B > 0;
   C >= B: F(a,B,C) - F(a,0,C-B) = B(f2+g2) + (g4-f4) B(C-B) + (g4+f4+m) B C > 0.
2. (s < 1) g2 > 0 for all a, so the best symmetric matrix is scalar, and with step 1's inequalities
   R = 0 at every minimiser.  disc_a(g) < 0: g has one real root a*, f0 is minimal there.
   sign h(a*) = sign Res_a(g, h) = sign R(n, s), and R has exactly one sign change in its
   coefficients by powers of n (Descartes): R > 0 below n_c, < 0 above.
3. R < 0: h(a*) < 0, and aI + bJ with small b beats the best symmetric matrix.
4. R >= 0: if h >= 0 everywhere, nothing is left (f4 >= 0).  Otherwise D = ``instability_bound`` > 0,
   n >= 10, and {h < 0} = (alpha, beta).  The vertex of h has g > 0, so a* <= alpha.  With
   phi = f0 - f2^2/(4 f4), phi' = 16 c / f4, the cubic c has a negative leading coefficient, and there
   is p < alpha (``comparison_point``: h(p) > 0 > h'(p)) with c(p) < 0 < c(2), 2 > beta (h(2), h'(2) > 0):
   c changes sign once on (p, 2), from - to +.  c(alpha) has the sign of g(alpha) >= 0; so c > 0 on
   (alpha, beta), phi > f0(alpha) >= f0(a*), and a* I is a global minimiser.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx, fmpq_poly

from symbolic.plane import plane_loss
from symbolic.plane_noise import plane_noise

__all__ = [
    "NOISE",
    "coefficients_by_power_of_a",
    "comparison_point",
    "instability_bound",
    "noise_onset",
    "noise_part",
    "noisy_plane_loss",
    "onset_cofactors",
    "reduced_slope",
]

NOISE = fmpq_mpoly_ctx.get(("n", "a", "B", "C", "s"), Ordering.lex)
"""The ring Q[n, a, B, C, s]; B = b^2, C = r^2, s the noise variance."""

_PARTS = {"f0": (0, 0), "f2": (1, 0), "f4": (2, 0), "g2": (0, 1), "g4": (0, 2), "m": (1, 1)}


def _lifted(poly: fmpq_mpoly) -> fmpq_mpoly:
    return NOISE.from_dict({(*exponents, 0): value for exponents, value in poly.to_dict().items()})


@cache
def noisy_plane_loss(layers: int) -> fmpq_mpoly:
    """Return n^(2L-1) (f + (s/n) E tr(Q S Q^T)) for d = 2, a polynomial of ``NOISE``.

    >>> str(noisy_plane_loss(1))
    '2*n*a^2 - 4*n*a + 2*n*B + 2*n*C + 2*n + 2*a^2*s + 6*a^2 + 2*B*s + 6*B + 2*C*s + 6*C'
    """
    s = NOISE.gens()[4]
    return _lifted(plane_loss(layers)) + s * _lifted(plane_noise(layers))


@cache
def noise_part(name: str) -> fmpq_mpoly:
    """Return f0, f2, f4, g2, g4 or m of F = f0 + f2 B + f4 B^2 + g2 C + g4 C^2 + m B C (d = L = 2).

    >>> str(noise_part("f4").factor()[1][0])
    '(n - 1, 1)'
    """
    if name not in _PARTS:
        raise ValueError(f"the parts are {', '.join(_PARTS)}; got {name!r}")
    wanted = _PARTS[name]
    return NOISE.from_dict(
        {
            (e[0], e[1], 0, 0, e[4]): value
            for e, value in noisy_plane_loss(2).to_dict().items()
            if (int(e[2]), int(e[3])) == wanted
        }
    )


def coefficients_by_power_of_a(poly: fmpq_mpoly) -> list[fmpq_mpoly]:
    """Return the coefficients of 1, a, a^2, ... of a polynomial of ``NOISE``."""
    rows: list[dict[tuple[int, ...], Any]] = [{} for _ in range(int(poly.degrees()[1]) + 1)]
    for e, value in poly.to_dict().items():
        rows[int(e[1])][e[0], 0, e[2], e[3], e[4]] = value
    return [NOISE.from_dict(row) for row in rows]


def _primitive(poly: fmpq_mpoly, divisor: fmpq_mpoly) -> fmpq_mpoly:
    quotient, remainder = divmod(poly, divisor)
    if remainder != 0:
        raise ArithmeticError("an expected factor does not divide")
    return quotient


@cache
def noise_onset() -> fmpq_mpoly:
    """Return R(n, s) with Res_a(f0', f2) = 4096 n^6 (n+2) R: the sign of f2 at the best scalar.

    >>> n, a, _, _, s = NOISE.gens()
    >>> str(noise_onset().compose(n, a, 0 * a, 0 * a, 0 * s))
    '-100*n^5 - 96*n^4 + 14704*n^3 + 112728*n^2 + 298612*n + 262280'
    """
    n = NOISE.gens()[0]
    resultant = noise_part("f0").derivative(1).resultant(noise_part("f2"), 1)
    return _primitive(resultant, 4096 * n**6 * (n + 2))


@cache
def onset_cofactors() -> tuple[fmpq_mpoly, fmpq_mpoly, fmpq_mpoly]:
    """Return (P, U, k) with P f2 = U f0' + k R, R the onset: P of degree 2 in a, U of degree 1, k free of a.

    By Cramer's rule on Sylvester's matrix, common factors removed; the sign is such that P > 0 at a = 0.

    >>> P, U, k = onset_cofactors()
    >>> P * noise_part("f2") == U * noise_part("f0").derivative(1) + k * noise_onset()
    True
    """
    g = coefficients_by_power_of_a(noise_part("f0").derivative(1))
    h = coefficients_by_power_of_a(noise_part("f2"))
    zero, a = NOISE.constant(0), NOISE.gens()[1]
    rows = [[zero] * 5 for _ in range(5)]  # unknowns p0, p1, p2, u0, u1 of p h - u g = const
    for power in range(5):
        for column in range(5):
            part, k = (h, power - column) if column < 3 else (g, power - column + 3)
            if 0 <= k < len(part):
                rows[power][column] = part[k] if column < 3 else -part[k]
    minors = [_determinant([[*row[:j], *row[j + 1 :]] for row in rows[1:]]) * (-1) ** j for j in range(5)]
    constant = sum((rows[0][j] * minors[j] for j in range(5)), zero)
    common = constant
    for minor in minors:
        common = common.gcd(minor)
    if (minors[0](fmpq(1), *[fmpq(0)] * 4) > 0) != (common(fmpq(1), *[fmpq(0)] * 4) > 0):
        common = -common
    p0, p1, p2, u0, u1 = (_primitive(minor, common) for minor in minors)
    factor = _primitive(_primitive(constant, common), noise_onset())
    return p0 + p1 * a + p2 * a**2, u0 + u1 * a, factor


def _determinant(rows: list[list[fmpq_mpoly]]) -> fmpq_mpoly:
    if len(rows) == 1:
        return rows[0][0]
    total = NOISE.constant(0)
    for j, entry in enumerate(rows[0]):
        if entry != 0:
            total += (-1) ** j * entry * _determinant([[*row[:j], *row[j + 1 :]] for row in rows[1:]])
    return total


@cache
def instability_bound() -> fmpq_mpoly:
    """Return D(n, s) with disc_a(f2) = 64 n^2 D: f2 > 0 for every a when D < 0.

    >>> n, a, _, _, s = NOISE.gens()
    >>> str(instability_bound().compose(n, a, 0 * a, 0 * a, 0 * s + 1))
    '-9*n^2 - 108*n - 179'
    """
    n = NOISE.gens()[0]
    return _primitive(noise_part("f2").discriminant(1), 64 * n**2)


@cache
def reduced_slope() -> fmpq_mpoly:
    """Return c with 4 f4 f0' - 2 f2 f2' = 64 c: f4 phi' = 16 c, phi = min over real B of F(a, B, 0).

    >>> int(reduced_slope().degrees()[1])
    3
    """
    f0, f2, f4 = (noise_part(name) for name in ("f0", "f2", "f4"))
    return _primitive(4 * f4 * f0.derivative(1) - 2 * f2 * f2.derivative(1), NOISE.constant(64))


def _in_noise(poly: fmpq_mpoly, n: int, a: Fraction) -> fmpq_poly:
    """Return the polynomial in s at this n and a."""
    rows: dict[int, fmpq] = {}
    place = fmpq(a.numerator, a.denominator)
    for e, value in poly.to_dict().items():
        term = value * fmpq(n) ** int(e[0]) * place ** int(e[1])
        rows[int(e[4])] = rows.get(int(e[4]), fmpq(0)) + term
    return fmpq_poly([rows.get(k, fmpq(0)) for k in range(max(rows) + 1)])


def _keeps_sign(poly: fmpq_poly, top: fmpq, sign: int) -> bool:
    """Return whether sign * poly > 0 on [0, top], by non-negative Bernstein coefficients."""
    scaled, degree = poly(fmpq_poly([0, top])), max(poly.degree(), 0)
    total = fmpq_poly([0])
    for k in range(degree + 1):
        total += fmpq_poly([scaled[k]]) * fmpq_poly([0, 1]) ** k * fmpq_poly([1, 1]) ** (degree - k)
    return all(sign * total[k] > 0 for k in range(degree + 1))


def comparison_point(n: int) -> tuple[Fraction, Fraction]:
    """Return (p, top): c(p) < 0, h(p) > 0, h'(p) < 0 for 0 <= s <= top, and D(n, s) <= 0 beyond top.

    n >= 20: (3/4, 1) serves all n (a shift n = 20 + m proves it).  10 <= n <= 19: found here among
    simple fractions and checked by Bernstein coefficients.

    Raises:
        ValueError: n < 10, where D(n, s) <= 0 for every s >= 0.

    >>> comparison_point(10)
    (Fraction(2, 3), Fraction(3, 32))
    """
    if n < 10:
        raise ValueError(f"for n <= 9 the skew Hessian is non-negative on all aI, got n = {n}")
    c, h = reduced_slope(), noise_part("f2")
    bound = _in_noise(instability_bound(), n, Fraction(0))
    top = next((k for k in range(257) if bound(fmpq(k, 256)) <= 0), 256) if n < 20 else 256
    limit = fmpq(top, 256)
    wanted = ((c, -1), (h, 1), (h.derivative(1), -1))
    for p in (Fraction(3, 4), Fraction(5, 7), Fraction(2, 3), Fraction(5, 8)):
        if all(_keeps_sign(_in_noise(poly, n, p), limit, sign) for poly, sign in wanted):
            return p, Fraction(top, 256)
    raise ArithmeticError(f"no comparison point found at n = {n}")
