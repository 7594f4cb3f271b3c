r"""The global minimiser for d = 2 at given integers L and n, decided without floating point.

With V = aI + bJ + R, B = b^2, C = r^2 (see ``symbolic.plane``) and F = n^(2L-1) f:

* *symmetric V*: F(a,0,C) - F(a,0,0) is a polynomial in C without constant term; when each of its
  coefficients is positive for all real a, the best symmetric matrix is scalar.
* *a skew minimiser*: a rational point (a, B) with F(a,B,0) < min_a F(a,0,0) then shows that every
  global minimiser has a skew part.
* *none*: F >= min F(.,0,0) everywhere.  On C = 0 every interior critical point (a, B) is a real
  solution of F_a = F_B = 0; B is a root of their resultant, and each candidate is either not
  critical or lies above the best scalar matrix, by ball arithmetic.  Elsewhere V is compared with
  the matrix that has the same trace and determinant and R = 0 (or K = 0):
  F(a,B'+C,C) - F(a,B',0) > 0 and F(a,C,C'+C) - F(a,0,C') > 0 for C > 0, B', C' >= 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import lcm

from flint import Ordering, acb, acb_poly, arb, fmpq, fmpq_mpoly, fmpz_mpoly, fmpz_mpoly_ctx, fmpz_poly

from symbolic.algebraic import rational, real_balls, real_roots
from symbolic.plane import PLANE, plane_loss
from symbolic.values import Algebraic, workprec

__all__ = [
    "PlaneCritical",
    "at_context",
    "by_monomial",
    "comparison_with_normal",
    "comparison_with_symmetric",
    "plane_minimum",
    "positive_everywhere",
    "symmetric_excess",
]

_AB = fmpz_mpoly_ctx.get(("a", "B"), Ordering.lex)
Terms = dict[tuple[int, int], fmpz_poly]


@dataclass(frozen=True)
class PlaneCritical:
    """What is known of the minimum over V = aI + bJ at (L, n).

    ``skew``: a rational (a, B) with F(a, B, 0) below every scalar matrix exists (``witness``);
    otherwise the best scalar matrix is the only minimiser among the aI + bJ.
    ``candidates``: (a, B, F(a,B,0) - F(a*,0,0) up to a positive factor) for each critical point
    with B > 0; ``best`` is the B of the lowest one when it lies below, ``a_star`` the best scalar.
    """

    layers: int
    n: Fraction | int
    skew: bool
    witness: tuple[Fraction, Fraction] | None
    candidates: tuple[tuple[arb, Algebraic, arb], ...]
    best: Algebraic | None
    a_star: Algebraic


def by_monomial(poly: fmpq_mpoly) -> dict[tuple[int, int], fmpq_mpoly]:
    """Return {(i, j): coefficient of B^i C^j}, polynomials in (n, a)."""
    parts: dict[tuple[int, int], dict[tuple[int, ...], fmpq]] = {}
    for (en, ea, eb, ec), value in poly.to_dict().items():
        parts.setdefault((int(eb), int(ec)), {})[en, ea, 0, 0] = value
    return {key: PLANE.from_dict(terms) for key, terms in sorted(parts.items())}


def at_context(poly: fmpq_mpoly, n: Fraction | int) -> Terms:
    """Return {(i, j): integer polynomial in a} for a polynomial of ``PLANE`` at this n.

    One positive rational factor, common to all, is dropped.
    """
    values: dict[tuple[int, int], dict[int, fmpq]] = {}
    for (en, ea, eb, ec), value in poly.to_dict().items():
        row = values.setdefault((int(eb), int(ec)), {})
        row[int(ea)] = row.get(int(ea), fmpq(0)) + value * rational(n) ** int(en)
    denominator = 1
    for row in values.values():
        for value in row.values():
            denominator = lcm(denominator, int(value.q))
    result = {}
    for key, row in values.items():
        entries = [int((row.get(k, fmpq(0)) * denominator).p) for k in range(max(row) + 1)]
        if any(entries):
            result[key] = fmpz_poly(entries)
    return result


@cache
def symmetric_excess(layers: int) -> fmpq_mpoly:
    """Return F(a, 0, C) - F(a, 0, 0): what a traceless symmetric part adds to a scalar matrix."""
    n, a, _, c = PLANE.gens()
    zero = PLANE.constant(0)
    return plane_loss(layers).compose(n, a, zero, c) - plane_loss(layers).compose(n, a, zero, zero)


@cache
def comparison_with_normal(layers: int) -> fmpq_mpoly:
    """Return F(a, B + C, C) - F(a, B, 0): the same trace and determinant, with and without R."""
    n, a, b, c = PLANE.gens()
    zero = PLANE.constant(0)
    return plane_loss(layers).compose(n, a, b + c, c) - plane_loss(layers).compose(n, a, b, zero)


@cache
def comparison_with_symmetric(layers: int) -> fmpq_mpoly:
    """Return F(a, B, C + B) - F(a, 0, C): the same trace and determinant, with and without K."""
    n, a, b, c = PLANE.gens()
    zero = PLANE.constant(0)
    return plane_loss(layers).compose(n, a, b, c + b) - plane_loss(layers).compose(n, a, zero, c)


def positive_everywhere(poly: fmpz_poly) -> bool:
    """Return whether an integer polynomial is positive at every real number, exactly."""
    if poly.degree() % 2 or poly.coeffs()[-1] <= 0 or poly[0] <= 0:
        return poly.degree() == 0 and poly[0] > 0
    free = poly // poly.gcd(poly.derivative())
    return not real_balls(free)


@cache
def plane_minimum(layers: int, n: Fraction | int, bits: int = 256) -> PlaneCritical:
    """Decide whether some aI + bJ, b != 0, beats the best scalar matrix at d = 2.

    ``n`` is an integer >= 1, or a rational number > 1 (Wishart with n degrees of freedom).

    Raises:
        ArithmeticError: the precision does not decide a candidate.

    >>> plane_minimum(2, 14).skew, plane_minimum(2, 15).skew
    (False, True)
    """
    if n < 1 or layers < 1:
        raise ValueError(f"n >= 1 and layers >= 1 are needed, got n = {n}, layers = {layers}")
    terms = at_context(plane_loss(layers), n)
    on_plane = {key[0]: poly for key, poly in terms.items() if key[1] == 0}
    (a_star,) = real_roots(on_plane[0].derivative())
    if all(positive_everywhere(poly) for i, poly in on_plane.items() if i):
        return PlaneCritical(layers, n, False, None, (), None, a_star)
    full = bivariate(on_plane)
    eliminated = univariate(full.derivative("a").resultant(full.derivative("B"), "a"), 1)
    roots = [root for root in real_roots(eliminated) if root.compare(0) > 0]
    candidates = []
    below: tuple[arb, Algebraic, arb] | None = None
    for root in roots:
        for point, gap in _critical_gaps(on_plane, root, a_star, bits):
            entry = (point, root, gap)
            candidates.append(entry)
            if gap < 0:
                if below is None or gap < below[2]:
                    below = entry
            elif not gap > 0:
                raise ArithmeticError(f"L = {layers}, n = {n}: a candidate is not decided")
    witness = None
    if below is not None:
        near = below[1].refine(Fraction(1, 2**60))
        witness = _round(below[0]), Fraction(round((near.lower + near.upper) / 2 * 2**40), 2**40)
    best = below[1] if below else None
    return PlaneCritical(layers, n, below is not None, witness, tuple(candidates), best, a_star)


def _round(ball: arb) -> Fraction:
    value = ball.mid().fmpq()
    return Fraction(round(Fraction(int(value.p), int(value.q)) * 2**40), 2**40)


def bivariate(rows: dict[int, fmpz_poly]) -> fmpz_mpoly:
    """Return sum_i rows[i](a) B^i."""
    return _AB.from_dict(
        {(k, i): c for i, row in rows.items() for k, c in enumerate(row.coeffs()) if c}
    )


def univariate(poly: fmpz_mpoly, which: int) -> fmpz_poly:
    """Return a polynomial that involves one variable only, as a univariate one."""
    entries = {int(exponents[which]): int(c) for exponents, c in poly.to_dict().items()}
    return fmpz_poly([entries.get(k, 0) for k in range(max(entries, default=0) + 1)])


def _critical_gaps(
    on_plane: dict[int, fmpz_poly], root: Algebraic, a_star: Algebraic, bits: int
) -> list[tuple[arb, arb]]:
    """Return (a, F(a, B) - F(a*, 0)) for the real a at which (a, B) may be critical."""
    with workprec(bits + 40):
        b = root.refine(Fraction(1, 2 ** (bits // 2))).enclose(bits)
        degree = max(poly.degree() for poly in on_plane.values())
        value = [arb(0)] * (degree + 1)
        slope_b = [arb(0)] * (degree + 1)
        for i, poly in on_plane.items():
            for k, c in enumerate(poly.coeffs()):
                value[k] = value[k] + arb(c) * b**i
                if i:
                    slope_b[k] = slope_b[k] + i * arb(c) * b ** (i - 1)
        base = _evaluate([arb(c) for c in on_plane[0].coeffs()], a_star.enclose(bits))
        slope = [k * c for k, c in enumerate(value)][1:]
        found = []
        for z in acb_poly([acb(c) for c in slope]).roots(tol=1e-20):
            if not z.imag.contains(0):
                continue
            if not _evaluate(slope_b, z.real).contains(0):
                continue
            found.append((z.real, _evaluate(value, z.real) - base))
        return found


def _evaluate(coefficients: list[arb], x: arb) -> arb:
    total = arb(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total

