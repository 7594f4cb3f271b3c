r"""Certificates that F(a, B) = n^(2L-1) f(aI + bJ), B = b^2, has no critical point with B > 0.

U F_a + V F_B = R with R a polynomial in B alone (a multiple of the resultant in a): where F_a and
F_B vanish, R does.  If R has no real root B > 0, which Sturm's theorem decides, then every critical
point of F on B >= 0 has B = 0, and the minimum over B >= 0 is the best scalar matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx, fmpz_poly

from symbolic.algebraic import real_roots
from symbolic.plane import plane_loss
from symbolic.plane_global import at_context

__all__ = ["PAIR", "Elimination", "eliminate_a", "reduced_loss"]

PAIR = fmpz_mpoly_ctx.get(("a", "B"), Ordering.lex)
"""The ring Z[a, B]."""


@dataclass(frozen=True)
class Elimination:
    """U F_a + V F_B = R(B), for the integer polynomial F proportional to the loss on aI + bJ."""

    loss: fmpz_mpoly
    first: fmpz_mpoly
    second: fmpz_mpoly
    result: fmpz_poly

    def no_critical_point(self) -> bool:
        """Return whether R has no real root B > 0, so that no critical point has B > 0."""
        return self.result != 0 and not any(r.compare(0) > 0 for r in real_roots(self.result))


def reduced_loss(layers: int, n: int) -> fmpz_mpoly:
    """Return F(a, B), a positive multiple of f(aI + bJ) with integer coefficients."""
    terms = at_context(plane_loss(layers), n)
    return PAIR.from_dict(
        {
            (k, i): c
            for (i, j), row in terms.items()
            if j == 0
            for k, c in enumerate(row.coeffs())
            if c
        }
    )


@cache
def eliminate_a(layers: int, n: int) -> Elimination:
    """Return the elimination at (L, n), from Sylvester's matrix over Z[B].

    >>> found = eliminate_a(2, 12)
    >>> found.no_critical_point()
    True
    """
    if layers < 2 or n < 1:
        raise ValueError(f"layers >= 2 and n >= 1 are needed, got {layers} and {n}")
    loss = reduced_loss(layers, n)
    one, two = _rows(loss.derivative("a")), _rows(loss.derivative("B"))
    p, q = len(one) - 1, len(two) - 1
    size = p + q
    # Unknowns: u_0..u_(q-1), v_0..v_(p-1); equation k: coefficient of a^k; right side only at 0.
    zero = fmpz_poly([0])
    matrix = [[zero] * (size + 1) for _ in range(size)]
    for k in range(size):
        for i in range(q):
            if 0 <= k - i <= p:
                matrix[k][i] = one[k - i]
        for i in range(p):
            if 0 <= k - i <= q:
                matrix[k][q + i] = two[k - i]
    matrix[0][size] = fmpz_poly([1])
    cofactors, determinant = _solve(matrix)
    common = determinant
    for entry in cofactors:
        common = common.gcd(entry)
    cofactors = [entry // common for entry in cofactors]
    first, second = _bivariate(cofactors[:q]), _bivariate(cofactors[q:])
    return Elimination(loss, first, second, determinant // common)


def _rows(poly: fmpz_mpoly) -> list[fmpz_poly]:
    """Return the coefficients of 1, a, a^2, ... as polynomials in B."""
    rows: dict[int, dict[int, int]] = {}
    for (i, j), c in poly.to_dict().items():
        rows.setdefault(int(i), {})[int(j)] = int(c)
    return [
        fmpz_poly([rows.get(i, {}).get(j, 0) for j in range(max(rows.get(i, {0: 0})) + 1)])
        for i in range(max(rows) + 1)
    ]


def _bivariate(rows: list[fmpz_poly]) -> fmpz_mpoly:
    return PAIR.from_dict(
        {(i, j): c for i, row in enumerate(rows) for j, c in enumerate(row.coeffs()) if c}
    )


def _solve(matrix: list[list[fmpz_poly]]) -> tuple[list[fmpz_poly], fmpz_poly]:
    """Return (x, det) with M x = det * b for an augmented matrix (M | b), by Bareiss."""
    rows = [list(row) for row in matrix]
    size = len(rows)
    previous = fmpz_poly([1])
    for k in range(size):
        pivot = next((i for i in range(k, size) if rows[i][k] != 0), None)
        if pivot is None:
            raise ArithmeticError("the two derivatives have a common factor")
        if pivot != k:
            rows[k], rows[pivot] = rows[pivot], [-entry for entry in rows[k]]
        for i in range(size):
            if i == k:
                continue
            factor = rows[i][k]
            rows[i] = [
                (rows[k][k] * entry - factor * top) // previous
                for entry, top in zip(rows[i], rows[k], strict=True)
            ]
        previous = rows[k][k]
    return [rows[i][size] for i in range(size)], previous
