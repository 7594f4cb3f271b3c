"""One pass over the samples that answers for every matrix V: the Gram matrix of monomials.

The entries of (I - VS)^L are polynomials of degree L in the entries of S.  With the vector m(S)
of monomials up to that degree, the mean loss is sum_ij c_ij^T G c_ij, G = E[m m^T] and c_ij the
coefficients of entry (i, j).  G is accumulated by matrix products and does not know V; block by
block it also gives the standard error for each V, and exact covariances between them.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np

from numeric.wishart import bartlett_factor, entries_2d

__all__ = ["coefficients", "gram", "loss_from_gram", "monomial_count"]


@lru_cache(maxsize=16)
def _monomials(d: int, layers: int) -> tuple[tuple[int, ...], ...]:
    """Sorted index tuples into the packed entries (i >= j); the empty tuple is 1."""
    variables = range(d * (d + 1) // 2)
    return tuple(
        chosen
        for degree in range(layers + 1)
        for chosen in combinations_with_replacement(variables, degree)
    )


def monomial_count(d: int, layers: int) -> int:
    """Length of m(S): binomial(d(d+1)/2 + L, L).

    >>> monomial_count(2, 2)
    10
    """
    return len(_monomials(d, layers))


def _packed(d: int, i: int, j: int) -> int:
    i, j = max(i, j), min(i, j)
    return i * (i + 1) // 2 + j


def coefficients(v: np.ndarray, layers: int) -> np.ndarray:
    """(d * d, monomials) coefficients of the entries of (I - VS)^L.

    >>> coefficients(np.zeros((2, 2)), 1)[0].tolist()
    [1.0, 0.0, 0.0, 0.0]
    """
    v = np.asarray(v, dtype=float)
    d = v.shape[0]
    Polynomial = dict[tuple[int, ...], float]
    step: list[list[Polynomial]] = [[{} for _ in range(d)] for _ in range(d)]
    for i in range(d):
        for j in range(d):
            for k in range(d):
                if v[i, k]:
                    entry = (_packed(d, k, j),)
                    step[i][j][entry] = step[i][j].get(entry, 0.0) - v[i, k]
        step[i][i][()] = 1.0
    power = step
    for _ in range(layers - 1):
        following: list[list[Polynomial]] = [[{} for _ in range(d)] for _ in range(d)]
        for i in range(d):
            for j in range(d):
                target = following[i][j]
                for k in range(d):
                    for left, x in power[i][k].items():
                        for right, y in step[k][j].items():
                            key = tuple(sorted(left + right))
                            target[key] = target.get(key, 0.0) + x * y
        power = following
    place = {key: column for column, key in enumerate(_monomials(d, layers))}
    table = np.zeros((d * d, len(place)))
    for i in range(d):
        for j in range(d):
            for key, value in power[i][j].items():
                table[i * d + j, place[key]] = value
    return table


def gram(
    rng: np.random.Generator, d: int, layers: int, n: int, size: int, block: int = 8192
) -> np.ndarray:
    """(blocks, m, m) sums of m(S) m(S)^T over consecutive blocks of samples, and their counts
    at position [b, 0, 0]."""
    names = _monomials(d, layers)
    blocks = -(-size // block)
    sums = np.empty((blocks, len(names), len(names)))
    table = np.empty((len(names), block))
    for b in range(blocks):
        count = min(block, size - b * block)
        rows = table[:, :count]
        entries = _entries(rng, d, n, count)
        rows[0] = 1.0
        done: dict[tuple[int, ...], int] = {(): 0}
        for row, key in enumerate(names[1:], start=1):
            if len(key) == 1:
                rows[row] = entries[key[0]]
            else:
                np.multiply(rows[done[key[:-1]]], entries[key[-1]], out=rows[row])
            done[key] = row
        np.matmul(rows, rows.T, out=sums[b])
    return sums


def _entries(rng: np.random.Generator, d: int, n: int, count: int) -> list[np.ndarray]:
    if d == 2:
        s11, s12, s22 = entries_2d(rng, n, count)
        return [s11, s12, s22]
    factor = bartlett_factor(rng, d, n, count)
    s = (factor @ factor.transpose(0, 2, 1)) / n
    return [s[:, i, j] for i in range(d) for j in range(i + 1)]


def loss_from_gram(sums: np.ndarray, v: np.ndarray, layers: int) -> tuple[float, float]:
    """(mean loss, standard error from the spread of the blocks) of V.

    >>> sums = gram(np.random.default_rng(0), 2, 1, 5, 20_000, block=1000)
    >>> loss_from_gram(sums, np.zeros((2, 2)), 1)
    (2.0, 0.0)
    """
    c = coefficients(v, layers)
    counts = sums[:, 0, 0]
    totals = np.einsum("ep,bpq,eq->b", c, sums, c)
    mean = float(totals.sum() / counts.sum())
    if len(counts) < 2:
        return mean, float("nan")
    spread = np.sum((totals - mean * counts) ** 2) * len(counts) / (len(counts) - 1)
    return mean, float(np.sqrt(spread) / counts.sum())
