"""Samples of S = W/n for a real Wishart matrix W = X X^T, X of shape d x n standard normal.

Three routes of the same law, from cheap to literal:

* Bartlett: W = T T^T, T lower triangular (d x min(d, n)) with independent entries, squared
  diagonal chi-square with n, n-1, ... degrees of freedom, normals below (Bartlett 1933); valid
  for every n >= 1, singular ones included;
* from a Philox stream, in the order of draws that the CUDA kernels use;
* X itself.

Importance sampling: the columns get variance c > 1, so W becomes c W, and the density ratio is
c^{nd/2} exp(-(c - 1) tr(W)/2) in terms of the unscaled W.  The loss is a polynomial, so the
weighted loss is bounded; ``tilted_bound`` says by what.
"""

from __future__ import annotations

import math

import numpy as np

from numeric.philox import Stream

__all__ = [
    "bartlett_factor",
    "bartlett_philox",
    "entries_2d",
    "invariants_2d",
    "raw",
    "sample",
    "tilt_second_moment",
    "tilt_weight",
    "tilted_bound",
]


def _check(d: int, n: int) -> None:
    if d < 1 or n < 1:
        raise ValueError(f"a Wishart matrix needs d >= 1 and n >= 1, not d={d}, n={n}")


def _chi_square(rng: np.random.Generator, dof: int, size: int) -> np.ndarray:
    if dof == 0:
        return np.zeros(size)
    out = rng.standard_gamma(0.5 * dof, size)
    out *= 2.0
    return out


def bartlett_factor(rng: np.random.Generator, d: int, n: int, size: int) -> np.ndarray:
    """(size, d, min(d, n)) lower triangular T with T T^T distributed as W.

    >>> bartlett_factor(np.random.default_rng(0), 3, 2, 5).shape
    (5, 3, 2)
    """
    _check(d, n)
    k = min(d, n)
    factor = np.zeros((size, d, k))
    for j in range(k):
        factor[:, j, j] = np.sqrt(_chi_square(rng, n - j, size))
        if j + 1 < d:
            factor[:, j + 1 :, j] = rng.standard_normal((size, d - j - 1))
    return factor


def sample(rng: np.random.Generator, d: int, n: int, size: int) -> np.ndarray:
    """(size, d, d) matrices S = W/n by Bartlett's decomposition."""
    factor = bartlett_factor(rng, d, n, size)
    factor /= math.sqrt(n)
    return factor @ factor.transpose(0, 2, 1)


def raw(rng: np.random.Generator, d: int, n: int, size: int) -> np.ndarray:
    """(size, d, d) matrices S = X X^T / n from X itself: the reference route."""
    _check(d, n)
    x = rng.standard_normal((size, d, n))
    return (x @ x.transpose(0, 2, 1)) / n


def entries_2d(
    rng: np.random.Generator, n: int, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(S11, S12, S22) of 2 x 2 matrices S, three arrays of length ``size``.

    >>> s11, s12, s22 = entries_2d(np.random.default_rng(1), 1, 10)
    >>> bool(np.allclose(s11 * s22, s12**2))
    True
    """
    _check(2, n)
    s11 = _chi_square(rng, n, size)
    s22 = _chi_square(rng, n - 1, size)
    z = rng.standard_normal(size)
    s12 = np.sqrt(s11)
    s12 *= z
    z *= z
    s22 += z
    for entry in (s11, s12, s22):
        entry /= n
    return s11, s12, s22


def invariants_2d(rng: np.random.Generator, n: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """(tr S, det S) of 2 x 2 matrices S: all that a rotation-invariant observable needs."""
    _check(2, n)
    first = _chi_square(rng, n, size)
    second = _chi_square(rng, n - 1, size)
    z = rng.standard_normal(size)
    z *= z
    z += first
    z += second
    z /= n
    first *= second
    first /= n * n
    return z, first


def bartlett_philox(stream: Stream, first: int, count: int, d: int, n: int) -> np.ndarray:
    """(count, d, d) matrices S of samples first, ... of a Philox stream, for n >= d.

    Normals fill the strict lower triangle row by row; the k-th chi-square has n - k degrees of
    freedom.
    """
    _check(d, n)
    if n < d:
        raise ValueError(f"this route needs n >= d, not d={d}, n={n}")
    dofs = tuple(n - k for k in range(d))
    z, chi = stream.normals_and_chi_squares(first, count, d * (d - 1) // 2, dofs)
    factor = np.zeros((count, d, d))
    row = 0
    for i in range(d):
        factor[:, i, i] = np.sqrt(chi[i])
        for j in range(i):
            factor[:, i, j] = z[row]
            row += 1
    return (factor @ factor.transpose(0, 2, 1)) / n


def tilt_weight(trace: np.ndarray, d: int, n: int, c: float) -> np.ndarray:
    """Weights dP/dP_c at c S, given tr S of the *unscaled* sample: E f(S) = E[f(c S) weight].

    ``c`` > 1/2 keeps the weight square-integrable; ``c = 1`` gives ones.

    >>> s = sample(np.random.default_rng(0), 2, 5, 200_000)
    >>> t = np.trace(s, axis1=1, axis2=2)
    >>> bool(abs(tilt_weight(t, 2, 5, 1.2).mean() - 1) < 0.01)
    True
    """
    if c <= 0.5:
        raise ValueError(f"the variance factor must exceed 1/2, not {c}")
    return np.exp(0.5 * n * d * math.log(c) - 0.5 * n * (c - 1.0) * trace)


def tilt_second_moment(d: int, n: int, c: float) -> tuple[float, float]:
    """(factor, shrink) with E[(f(cS) weight)^2] = factor E[f(shrink S)^2] for every f.

    One weight remains under the original law, and it is again the exponential of a trace: with
    k = 2 - 1/c, factor = (c/k)^{nd/2} and shrink = 1/k.

    >>> tilt_second_moment(2, 15, 1.0)
    (1.0, 1.0)
    """
    if c <= 0.5:
        raise ValueError(f"the variance factor must exceed 1/2, not {c}")
    k = 2.0 - 1.0 / c
    return (c / k) ** (0.5 * n * d), 1.0 / k


def tilted_bound(d: int, n: int, layers: int, c: float, a: float) -> float:
    """Upper bound of ||(I - a c S)^L||_F^2 times its weight, for the scalar matrix aI, c > 1.

    With eigenvalues m_i of cS and k = (1 - 1/c) n/2 the product is c^{nd/2} times
    sum_i (1 - a m_i)^{2L} exp(-k sum_j m_j), at most d times the larger of 1 (at m = 0) and the
    value at the stationary point m = 1/a + 2L/k.  Rounded up by one part in 10^12.

    >>> tilted_bound(2, 15, 2, 1.15, 0.78) < 20
    True
    """
    if c <= 1 or a <= 0:
        raise ValueError("the weighted loss is bounded for c > 1 and a > 0 only")
    k = (1.0 - 1.0 / c) * n / 2.0
    peak = 2 * layers * math.log(2 * layers * a / k) - k / a - 2 * layers
    return d * math.exp(0.5 * n * d * math.log(c) + max(0.0, peak)) * (1 + 1e-12)
