r"""L = 2, every d and n: the best symmetric V is a multiple of the identity.

For symmetric V = aI + R with tr R = 0, and q_k = tr R^k, in units of n^-3,

    f = f0(a) + q(a) q_2 + c3(a) q_3 + c4 q_4 + c22 q_2^2,   c4, c22 > 0 constant in a.

Since q_3^2 <= q_2 q_4 (Cauchy-Schwarz), q q_2 + c3 q_3 + c4 q_4 > 0 for R != 0 as soon as
4 q c4 - c3^2 > 0 for all a: a quadratic in a whose leading coefficient and whose 4 A0 A2 - A1^2 are
polynomials in (n, d) with non-negative coefficients.  So the best symmetric matrix is the best
scalar one, alone, for every n >= 1 and d >= 2: this project's own theorem.
"""

from __future__ import annotations

from functools import cache

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx

from symbolic.loss import loss_invariants

__all__ = ["SYMMETRIC", "symmetric_margin", "symmetric_margin_is_positive", "symmetric_parts"]

SYMMETRIC = fmpz_mpoly_ctx.get(("n", "d", "a", "q2", "q3", "q4"), Ordering.lex)
"""The ring Z[n, d, a, q2, q3, q4]; q_k = tr R^k."""


@cache
def symmetric_parts() -> dict[str, fmpz_mpoly]:
    """Return f0, q, c3, c4, c22 of the module docstring (times n^3), from the trace invariants.

    >>> parts = symmetric_parts()
    >>> sorted(parts), parts["c4"].degrees()[2]
    (['c22', 'c3', 'c4', 'f0', 'q'], 0)
    """
    n, d, a, q2, q3, q4 = SYMMETRIC.gens()
    power = {
        1: d * a,
        2: d * a**2 + q2,
        3: d * a**3 + 3 * a * q2 + q3,
        4: d * a**4 + 6 * a**2 * q2 + 4 * a * q3 + q4,
    }
    total = SYMMETRIC.constant(0)
    for product, terms in loss_invariants(2).terms.items():
        weight = SYMMETRIC.constant(0)
        for (i, j), c in terms.items():
            weight += c * n**i * d**j
        for word in product:
            weight *= power[len(word)]
        total += weight
    total, remainder = divmod(total, n)
    if remainder != 0:
        raise ArithmeticError("the loss lost its factor n")
    names = {(0, 0, 0): "f0", (1, 0, 0): "q", (0, 1, 0): "c3", (0, 0, 1): "c4", (2, 0, 0): "c22"}
    parts: dict[str, dict[tuple[int, ...], int]] = {name: {} for name in names.values()}
    for exponents, value in total.to_dict().items():
        shape = tuple(map(int, exponents))
        parts[names[shape[3], shape[4], shape[5]]][*shape[:3], 0, 0, 0] = int(value)
    return {name: SYMMETRIC.from_dict(terms) for name, terms in parts.items()}


def symmetric_margin() -> tuple[fmpz_mpoly, fmpz_mpoly, fmpz_mpoly]:
    """Return (A0, A1, A2) with 4 q c4 - c3^2 = A0 + A1 a + A2 a^2, polynomials in (n, d)."""
    parts = symmetric_parts()
    margin = 4 * parts["q"] * parts["c4"] - parts["c3"] ** 2
    rows: list[dict[tuple[int, ...], int]] = [{}, {}, {}]
    for exponents, value in margin.to_dict().items():
        i, j, k, *_ = map(int, exponents)
        rows[k][i, j, 0, 0, 0, 0] = int(value)
    low, mid, top = (SYMMETRIC.from_dict(row) for row in rows)
    return low, mid, top


@cache
def symmetric_margin_is_positive() -> bool:
    """Return whether 4 q c4 - c3^2 > 0 for all real a, n >= 1, d >= 1, by signs of coefficients.

    >>> symmetric_margin_is_positive()
    True
    """
    low, mid, top = symmetric_margin()
    parts = symmetric_parts()
    polynomials = (top, 4 * low * top - mid * mid, parts["c4"], parts["c22"])
    return all(p != 0 and all(c > 0 for c in p.coeffs()) for p in polynomials)
