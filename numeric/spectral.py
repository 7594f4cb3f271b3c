"""Scalar V = aI: the loss from a bidiagonal matrix with 2d - 1 random entries.

The eigenvalues of W = X X^T have the law of those of B B^T, B lower bidiagonal with diagonal
chi_n, chi_{n-1}, ..., chi_{n-d+1} and subdiagonal chi_{d-1}, ..., chi_1, all independent
(Dumitriu and Edelman 2002, beta = 1).  For V = aI the loss is a function of the eigenvalues, so
||(I - a B B^T/n)^L||_F^2 has the law of the loss; powers of a tridiagonal matrix are banded.
"""

from __future__ import annotations

import numpy as np

__all__ = ["scalar_losses", "tridiagonal"]


def tridiagonal(
    rng: np.random.Generator, d: int, n: int, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """(diagonal (d, size), squared off-diagonal (d - 1, size)) of B B^T / n, for n >= d.

    The signs of the off-diagonal entries change neither eigenvalues nor the loss.

    >>> diagonal, squares = tridiagonal(np.random.default_rng(0), 4, 9, 3)
    >>> diagonal.shape, squares.shape
    ((4, 3), (3, 3))
    """
    if n < d or d < 1:
        raise ValueError(f"the bidiagonal form needs n >= d >= 1, not d={d}, n={n}")
    diagonal = np.empty((d, size))
    off = np.empty((d - 1, size))
    for i in range(d):
        rng.standard_gamma(0.5 * (n - i), size, out=diagonal[i])
    for i in range(d - 1):
        rng.standard_gamma(0.5 * (d - 1 - i), size, out=off[i])
    squares = diagonal[:-1] * off
    squares *= 4.0 / n**2
    diagonal[1:] += off
    diagonal *= 2.0 / n
    return diagonal, squares


def scalar_losses(
    a: float, layers: int, diagonal: np.ndarray, squares: np.ndarray
) -> np.ndarray:
    """||(I - aT)^L||_F^2 for each tridiagonal T given as by ``tridiagonal``.

    >>> diagonal, squares = np.array([[2.0], [0.5]]), np.array([[0.09]])
    >>> from numeric.loss import losses_rotation_2d
    >>> det = np.array([1.0 - 0.09])
    >>> bool(np.allclose(scalar_losses(0.4, 3, diagonal, squares),
    ...                  losses_rotation_2d(0.4, 0.0, 3, np.array([2.5]), det)))
    True
    """
    d, size = diagonal.shape
    main = -a * diagonal
    main += 1.0
    side = (a * a) * squares
    if d == 1:
        return main[0] ** (2 * layers)
    if layers == 1:
        main *= main
        return np.add.reduce(main, axis=0) + 2.0 * np.add.reduce(side, axis=0)
    if layers == 2:
        sums = main[:-1] + main[1:]
        sums *= sums
        sums *= side  # squared first off-diagonal of the square
        main *= main
        main[1:] += side
        main[:-1] += side
        main *= main  # squared diagonal of the square
        side[:-1] *= side[1:]  # and the second off-diagonal
        sums[:-1] += side[:-1]
        return np.add.reduce(main, axis=0) + 2.0 * np.add.reduce(sums, axis=0)
    np.sqrt(side, out=side)
    bands = {0: main, 1: side}  # upper bands of the symmetric power, band k has d - k rows
    for _ in range(layers - 1):
        bands = _multiply(bands, main, side, d, size)
    value = np.einsum("is,is->s", bands[0], bands[0])
    for k, band in bands.items():
        if k:
            value += 2.0 * np.einsum("is,is->s", band, band)
    return value


def _multiply(
    bands: dict[int, np.ndarray], main: np.ndarray, side: np.ndarray, d: int, size: int
) -> dict[int, np.ndarray]:
    """Upper bands of P M, P symmetric banded and a polynomial in the tridiagonal M."""
    width = max(bands)
    result: dict[int, np.ndarray] = {}
    for k in range(min(width + 1, d - 1) + 1):
        rows = d - k
        # (PM)[i, i+k] = P[i,i+k] M[j,j] + P[i,i+k-1] M[j-1,j] + P[i,i+k+1] M[j+1,j], j = i + k
        out = np.zeros((rows, size))
        if k in bands:
            out += bands[k] * main[k:]
        if k == 0:
            out[1:] += bands[1] * side
        elif k - 1 in bands:
            out += bands[k - 1][:rows] * side[k - 1 :]
        if k + 1 in bands:
            out[: rows - 1] += bands[k + 1] * side[k:]
        result[k] = out
    return result
