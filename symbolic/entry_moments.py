"""Moments of the entries of a real Wishart matrix, and expectations of polynomials in them.

W = X Xᵀ with X of size d x n, standard normal entries.  Gaussian integration by parts on one
factor W_ab gives, for any monomial M in the entries,

    E[W_ab M] = n δ_ab E[M] + Σ_{W_cd in M} E[(δ_ac W_bd + δ_ad W_bc) M / W_cd],

a recursion that lowers the degree by one and holds for every real n (as polynomials in n) and
does not know d.  This is the slow and transparent route: it treats dense weights, weights that
differ between layers and covariances that are not isotropic, for small d.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flint import fmpq_mpoly, fmpz_poly

__all__ = ["entry_moment", "expect_gaussian", "expect_wishart"]

Pair = tuple[int, int]


def entry_moment(pairs: Sequence[Pair]) -> fmpz_poly:
    """Return E Π W_ab over ``pairs``, as a polynomial in n.

    Args:
        pairs: index pairs (a, b), any integers; the order of a pair is irrelevant.

    >>> entry_moment([(0, 0)]), entry_moment([(0, 0), (0, 0)]), entry_moment([(0, 1), (0, 1)])
    (x, x^2 + 2*x, x)
    """
    labels: dict[int, int] = {}
    ordered = sorted((min(p), max(p)) for p in pairs)
    relabelled = sorted(
        tuple(sorted((labels.setdefault(a, len(labels)), labels.setdefault(b, len(labels)))))
        for a, b in ordered
    )
    return _moment(tuple(relabelled))  # type: ignore[arg-type]


@lru_cache(maxsize=200_000)
def _moment(pairs: tuple[Pair, ...]) -> fmpz_poly:
    if not pairs:
        return fmpz_poly([1])
    (a, b), rest = pairs[0], pairs[1:]
    total = fmpz_poly([0, 1]) * _moment(rest) if a == b else fmpz_poly([0])
    for position, (c, d) in enumerate(rest):
        others = rest[:position] + rest[position + 1 :]
        if a == c:
            total += _moment(_sorted((b, d), others))
        if a == d:
            total += _moment(_sorted((b, c), others))
    return total


def _sorted(new: Pair, others: tuple[Pair, ...]) -> tuple[Pair, ...]:
    return tuple(sorted((*others, (min(new), max(new)))))


def expect_wishart(
    poly: fmpq_mpoly, entries: dict[int, Pair], n_index: int
) -> fmpq_mpoly:
    """Return the expectation of a polynomial over the Wishart entries that occur in it.

    Args:
        poly: a polynomial whose generators are weights, n, and entries of W.
        entries: generator index -> the index pair (a, b) of the entry of W that it stands for.
        n_index: the index of the generator n.

    Returns:
        A polynomial of the same ring in which no entry of W occurs.

    >>> from flint import Ordering, fmpq_mpoly_ctx
    >>> ring = fmpq_mpoly_ctx.get(["n", "w"], Ordering.lex)
    >>> n, w = ring.gens()
    >>> expect_wishart(w**2 + n, {1: (0, 0)}, 0)
    n^2 + 3*n
    """
    ring = poly.context()
    collected: dict[tuple[Pair, ...], dict[tuple[int, ...], Any]] = {}
    for exponents, coefficient in poly.to_dict().items():
        pairs = tuple(p for index, p in entries.items() for _ in range(exponents[index]))
        rest = tuple(0 if i in entries else e for i, e in enumerate(exponents))
        group = collected.setdefault(pairs, {})
        group[rest] = group.get(rest, 0) + coefficient
    n = ring.gens()[n_index]
    total = ring.from_dict({})
    for pairs, group in collected.items():
        moment = sum(
            (n**k * int(c) for k, c in enumerate(entry_moment(pairs).coeffs())),
            ring.from_dict({}),
        )
        total += ring.from_dict(group) * moment
    return total


def expect_gaussian(poly: fmpq_mpoly, gaussians: Sequence[int]) -> fmpq_mpoly:
    """Return the expectation over independent standard normal generators.

    Args:
        poly: a polynomial; ``gaussians`` are the indices of the generators to integrate out.

    >>> from flint import Ordering, fmpq_mpoly_ctx
    >>> ring = fmpq_mpoly_ctx.get(["a", "x"], Ordering.lex)
    >>> a, x = ring.gens()
    >>> expect_gaussian(a * x**4 + x**3 + 1, [1])
    3*a + 1
    """
    chosen = frozenset(gaussians)
    terms: dict[tuple[int, ...], Any] = {}
    for exponents, coefficient in poly.to_dict().items():
        factor = 1
        for index in chosen:
            power = exponents[index]
            if power % 2:
                factor = 0
                break
            for odd in range(1, power, 2):
                factor *= odd
        if factor:
            rest = tuple(0 if i in chosen else e for i, e in enumerate(exponents))
            terms[rest] = terms.get(rest, 0) + coefficient * factor
    return poly.context().from_dict(terms)
