r"""The loss of the two-dimensional problem, f(aI + bJ + R) = E ||(I - VS)^L||_F^2, for symbolic n.

Every V in R^{2x2} is aI + bJ + R with J = [[0, -1], [1, 0]] and R traceless symmetric,
||R||_F^2 = 2 r^2, and f depends on (a, B, C) = (a, b^2, r^2) only: conjugation by a rotation turns
R at will, conjugation by a reflection sends b to -b.

Method.  With S = [[s + x, y], [y, s - x]] and M = I - VS, Cayley-Hamilton gives
M^L = U_L M - det(M) U_{L-1} I, so that ||M^L||^2 needs only tr M, det M and ||M||^2, which are
polynomials in s, x, y, det S.  The angle of (x, y) is uniform and independent of (s, det S), and
E (tr W)^i (det W)^j = prod_{l<j} (n + 2l)(n - 1 + 2l) * prod_{m<i} (2(n + 2j) + 2m)
(Bartlett), a polynomial in n that is right for every n >= 1, n = 1 included.

All polynomials live in ``PLANE``, the ring Q[n, a, B, C], and are scaled by n^(2L-1).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

__all__ = ["PLANE", "plane_coefficients", "plane_loss", "plane_loss_at", "trace_determinant_moment"]

PLANE = fmpq_mpoly_ctx.get(("n", "a", "B", "C"), Ordering.lex)
"""The ring Q[n, a, B, C]; B = b^2 and C = r^2."""

_WORK = fmpq_mpoly_ctx.get(("a", "q", "C", "s", "x", "z", "u"), Ordering.lex)
# q = det V = a^2 + b^2 - r^2;  z = det S;  u = r x (C = r^2);  s = tr S / 2.


def trace_determinant_moment(i: int, j: int) -> fmpq_mpoly:
    """Return E (tr W)^i (det W)^j for a 2x2 Wishart matrix, as a polynomial in n (in ``PLANE``).

    >>> str(trace_determinant_moment(1, 0)), str(trace_determinant_moment(0, 1))
    ('2*n', 'n^2 - n')
    """
    if i < 0 or j < 0:
        raise ValueError(f"the exponents must be non-negative, got {i} and {j}")
    n = PLANE.gens()[0]
    total = PLANE.constant(1)
    for step in range(j):
        total = total * (n + 2 * step) * (n - 1 + 2 * step)
    for step in range(i):
        total = total * (2 * n + 4 * j + 2 * step)
    return total


def _norm_of_power(layers: int) -> fmpq_mpoly:
    """Return ||(I - VS)^L||^2 averaged over the sign of y, as a polynomial in ``_WORK``."""
    a, q, c, s, _, z, u = _WORK.gens()
    trace_vs = 2 * (a * s + u)
    trace = 2 - trace_vs
    det = 1 - trace_vs + q * z
    # ||VS||^2 = 2 (a^2+b^2+r^2)(s^2+x^2+y^2) + 8 s a r x (+ a term odd in y, whose mean is 0);
    # a^2+b^2+r^2 = q + 2 C and s^2 + x^2 + y^2 = 2 s^2 - z.
    norm = 2 - 2 * trace_vs + 2 * (q + 2 * c) * (2 * s * s - z) + 8 * a * s * u
    previous, current = _WORK.constant(0), _WORK.constant(1)
    for _ in range(layers - 1):
        previous, current = current, trace * current - det * previous
    mixed = det * previous
    return current * current * norm - 2 * current * mixed * trace + 2 * mixed * mixed


@cache
def plane_loss(layers: int) -> fmpq_mpoly:
    """Return n^(2L-1) f(aI + bJ + R) as a polynomial in (n, a, B = b^2, C = r^2).

    >>> str(plane_loss(1))
    '2*n*a^2 - 4*n*a + 2*n*B + 2*n*C + 2*n + 6*a^2 + 6*B + 6*C'
    """
    if layers < 1:
        raise ValueError(f"the number of layers must be at least 1, got {layers}")
    n, a, big_b, c = PLANE.gens()
    by_weight: dict[tuple[int, int, int], fmpq_mpoly] = {}
    mean: dict[tuple[int, int, int], fmpq_mpoly] = {}
    for (ea, eq, ec, es, _, ez, eu), value in _norm_of_power(layers).to_dict().items():
        if eu % 2:
            continue
        half = eu // 2
        if (es, ez, half) not in mean:
            mean[es, ez, half] = _mean(es, ez, half) * n ** (2 * layers - es - 2 * ez - eu)
        key = (ea, eq, ec + half)
        by_weight[key] = by_weight.get(key, PLANE.constant(0)) + mean[es, ez, half] * value
    det_v = a * a + big_b - c
    total = PLANE.constant(0)
    powers = [PLANE.constant(1)]
    for (ea, eq, ec), weight in by_weight.items():
        while len(powers) <= eq:
            powers.append(powers[-1] * det_v)
        total += weight * a**ea * c**ec * powers[eq]
    quotient, remainder = divmod(total, n)
    if remainder != 0:
        raise ArithmeticError("the loss is not a polynomial in n after scaling")
    return quotient


def _mean(es: int, ez: int, half: int) -> fmpq_mpoly:
    """Return E s^es z^ez x^(2 half) for S replaced by W (s = tr W / 2, z = det W)."""
    # E[x^(2p) | radius] = binom(2p, p) / 4^p (s^2 - z)^p.
    total = PLANE.constant(0)
    for j in range(half + 1):
        i = es + 2 * (half - j)
        weight = fmpq((-1) ** j * comb(half, j) * comb(2 * half, half), 4**half * 2**i)
        total += trace_determinant_moment(i, ez + j) * weight
    return total


def plane_coefficients(layers: int) -> dict[tuple[int, int], fmpq_mpoly]:
    """Return {(i, j): the coefficient of B^i C^j in ``plane_loss(layers)``}, polynomials in (n, a)."""
    parts: dict[tuple[int, int], dict[tuple[int, ...], fmpq]] = {}
    for (en, ea, eb, ec), value in plane_loss(layers).to_dict().items():
        parts.setdefault((eb, ec), {})[en, ea, 0, 0] = value
    return {key: PLANE.from_dict(terms) for key, terms in sorted(parts.items())}


def plane_loss_at(
    layers: int, n: int, a: Fraction | int, b: Fraction | int = 0, r: Fraction | int = 0
) -> Fraction:
    """Return f at V = [[a + r, -b], [b, a - r]] exactly.

    >>> from fractions import Fraction
    >>> plane_loss_at(1, 2, Fraction(1, 2))
    Fraction(5, 4)
    """
    if n < 1:
        raise ValueError(f"the context length must be at least 1, got {n}")
    a, b, r = Fraction(a), Fraction(b), Fraction(r)
    point = [_rational(value) for value in (Fraction(n), a, b * b, r * r)]
    value = plane_loss(layers)(*point)
    return Fraction(int(value.p), int(value.q)) / n ** (2 * layers - 1)


def _rational(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)
