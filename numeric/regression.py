"""Recursive least squares: each generation is regressed on labels made by the previous fit.

Replacing with n >= d: given the design, the increment is N(0, sigma^2 W^{-1}).  Rotating it,
its law is sigma g/sqrt(chi^2_{n-d+1}) with a d-dimensional normal g and an independent
chi-square (a multivariate t), for e^T W^{-1} e is 1/chi^2_{n-d+1} for a fixed unit vector e.
The distance r to the truth is then a Markov chain with three draws a generation, for any d:

    r'^2 = (r + q z)^2 + q^2 chi^2_{d-1},   q = sigma / sqrt(chi^2_{n-d+1}).

Accumulating with fresh designs: the increment is sigma H_t^{-1} T_t g, H_t the running sum of
W_t = T_t T_t^T.  With one fixed design W it is (sigma/t) T^{-T} g_t.  ``literal`` solves the
least-squares problems themselves, minimum norm when n < d, with the truth as an argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from numeric.wishart import bartlett_factor

__all__ = [
    "accumulate_distances",
    "accumulate_risks",
    "fixed_design_distances",
    "literal",
    "replace_distances",
]


def _prepare(
    d: int, sizes: Sequence[int] | np.ndarray, checkpoints: Sequence[int], least: int
) -> tuple[list[int], tuple[int, ...]]:
    plan = [int(n) for n in sizes]
    if d < 1 or not plan or min(plan) < least:
        raise ValueError(f"d >= 1 and samples of size at least {least} are needed")
    marks = tuple(checkpoints) or (len(plan),)
    if sorted(set(marks)) != list(marks) or marks[0] < 1 or marks[-1] > len(plan):
        raise ValueError(f"checkpoints must increase within 1..{len(plan)}")
    return plan, marks


def replace_distances(
    rng: np.random.Generator,
    d: int,
    sizes: Sequence[int] | np.ndarray,
    count: int,
    noise: float = 1.0,
    checkpoints: Sequence[int] = (),
    block: int = 8192,
) -> np.ndarray:
    """(checkpoints, count) squared distances ||theta_t - theta*||^2, for sizes >= d.

    ``noise`` is the variance of the labels' noise.

    >>> r2 = replace_distances(np.random.default_rng(0), 5, [30] * 3, 50_000)
    >>> bool(abs(r2.mean() - 3 * 5 / 24) < 0.02)
    True
    """
    plan, marks = _prepare(d, sizes, checkpoints, d)
    result = np.empty((len(marks), count))
    for start in range(0, count, block):
        size = min(block, count - start)
        square = np.zeros(size)
        normal, precision, rest = np.empty(size), np.empty(size), np.zeros(size)
        row = 0
        for t, n in enumerate(plan, start=1):
            rng.standard_normal(out=normal)
            rng.standard_gamma(0.5 * (n - d + 1), out=precision)
            precision *= 2.0
            if d > 1:
                rng.standard_gamma(0.5 * (d - 1), out=rest)
                rest *= 2.0
            np.divide(noise, precision, out=precision)  # q^2
            root = np.sqrt(precision * square)
            root *= normal
            root *= 2.0
            normal *= normal
            normal += rest
            normal *= precision
            square += root
            square += normal
            if t == marks[row]:
                result[row, start : start + size] = square
                row += 1
                if row == len(marks):
                    break
    return result


def accumulate_distances(
    rng: np.random.Generator,
    d: int,
    sizes: Sequence[int] | np.ndarray,
    count: int,
    noise: float = 1.0,
    checkpoints: Sequence[int] = (),
) -> np.ndarray:
    """(checkpoints, count) squared distances when all generations' data are kept, n_1 >= d."""
    marks, found = _accumulate(rng, d, sizes, count, checkpoints)
    theta = np.zeros((count, d))
    result = np.empty((len(marks), count))
    for t, factor, total in found:
        g = rng.standard_normal((count, factor.shape[2], 1))
        theta += np.sqrt(noise) * np.linalg.solve(total, factor @ g)[:, :, 0]
        if t in marks:
            result[marks.index(t)] = np.einsum("ni,ni->n", theta, theta)
    return result


def accumulate_risks(
    rng: np.random.Generator,
    d: int,
    sizes: Sequence[int] | np.ndarray,
    count: int,
    noise: float = 1.0,
    checkpoints: Sequence[int] = (),
) -> np.ndarray:
    """(checkpoints, count) conditional risks given the designs: the mean over the noise done
    exactly, sigma^2 sum_s tr(H_s^{-1} W_s H_s^{-1}); same mean, far smaller variance.

    Each term is at most tr(H_s^{-1}), which bounds the variance from moments of 1/chi-squares.

    >>> risk = accumulate_risks(np.random.default_rng(0), 2, [9] * 4, 20_000, checkpoints=[1])
    >>> bool(abs(risk.mean() - 2 / 6) < 0.01)
    True
    """
    marks, found = _accumulate(rng, d, sizes, count, checkpoints)
    risk = np.zeros(count)
    result = np.empty((len(marks), count))
    for t, factor, total in found:
        solved = np.linalg.solve(total, factor)
        risk += noise * np.einsum("nij,nij->n", solved, solved)
        if t in marks:
            result[marks.index(t)] = risk
    return result


def _accumulate(
    rng: np.random.Generator,
    d: int,
    sizes: Sequence[int] | np.ndarray,
    count: int,
    checkpoints: Sequence[int],
) -> tuple[tuple[int, ...], Iterator[tuple[int, np.ndarray, np.ndarray]]]:
    plan, marks = _prepare(d, sizes, checkpoints, 1)
    if plan[0] < d:
        raise ValueError(f"the first fit needs n >= d = {d}")

    def generations() -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        total = np.zeros((count, d, d))
        for t, n in enumerate(plan[: marks[-1]], start=1):
            factor = bartlett_factor(rng, d, n, count)
            total += factor @ factor.transpose(0, 2, 1)
            yield t, factor, total

    return marks, generations()


def fixed_design_distances(
    rng: np.random.Generator,
    d: int,
    n: int,
    count: int,
    noise: float = 1.0,
    checkpoints: Sequence[int] = (1,),
) -> np.ndarray:
    """(checkpoints, count) squared distances when one design is reused and all labels are kept.

    Given W = T T^T the error after t fits is sigma T^{-T} sum_s g_s/s; the increments of that
    sum between checkpoints are normal with variance sum 1/s^2.
    """
    _, marks = _prepare(d, [n] * checkpoints[-1], checkpoints, d)
    inverse = np.linalg.inv(bartlett_factor(rng, d, n, count)).transpose(0, 2, 1)
    walk = np.zeros((count, d, 1))
    result = np.empty((len(marks), count))
    before = 0
    for row, t in enumerate(marks):
        variance = sum(1.0 / s**2 for s in range(before + 1, t + 1))
        walk += np.sqrt(variance) * rng.standard_normal((count, d, 1))
        error = (inverse @ walk)[:, :, 0]
        result[row] = noise * np.einsum("ni,ni->n", error, error)
        before = t
    return result


def literal(
    rng: np.random.Generator,
    theta: np.ndarray,
    sizes: Sequence[int] | np.ndarray,
    count: int,
    regime: str = "replace",
    design: str = "fresh",
    noise: float = 1.0,
    checkpoints: Sequence[int] = (),
) -> np.ndarray:
    """(checkpoints, count) squared distances by least squares on drawn data, truth ``theta``.

    Minimum-norm solutions when there are fewer samples than dimensions.

    >>> r2 = literal(np.random.default_rng(0), np.array([3.0, 4.0]), [1], 20_000, noise=0.0)
    >>> bool(abs(r2.mean() - 12.5) < 0.3)
    True
    """
    truth = np.asarray(theta, dtype=float)
    d = truth.size
    plan, marks = _prepare(d, sizes, checkpoints, 1)
    if regime not in ("replace", "accumulate") or design not in ("fresh", "fixed"):
        raise ValueError("regime is replace or accumulate, design is fresh or fixed")
    if design == "fixed" and len(set(plan)) > 1:
        raise ValueError("a fixed design has one sample size")
    current = np.broadcast_to(truth, (count, d))
    xs, ys = np.empty((count, 0, d)), np.empty((count, 0))
    result = np.empty((len(marks), count))
    x = np.empty((count, 0, d))
    for t, n in enumerate(plan[: marks[-1]], start=1):
        if design == "fresh" or t == 1:
            x = rng.standard_normal((count, n, d))
        y = np.einsum("cnd,cd->cn", x, current)
        y = y + np.sqrt(noise) * rng.standard_normal((count, n))
        if regime == "accumulate":
            xs, ys = np.concatenate([xs, x], axis=1), np.concatenate([ys, y], axis=1)
        else:
            xs, ys = x, y
        current = (np.linalg.pinv(xs) @ ys[:, :, None])[:, :, 0]
        if t in marks:
            result[marks.index(t)] = np.sum((current - truth) ** 2, axis=1)
    return result
