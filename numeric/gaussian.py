"""Recursive Gaussian fitting: each generation is fitted to samples of the previous fit.

Replacing, d = 1: the fitted variance is multiplied by chi^2_{n-1}/(n-1) (unbiased) or
chi^2_{n-1}/n (maximum likelihood), and the mean moves by (standard deviation) z/sqrt(n), with
independent chi-squares and normals.  Given the variances, the mean's moves between checkpoints
add up to one normal with variance sum sigma_{t-1}^2/n_t: one draw a generation, whatever n.

Accumulating, d = 1: with N samples pooled so far, their scatter C and divisor D (N - 1 or N),
n new samples multiply C by 1 + (chi^2_{n-1} + z^2 N/(N + n))/D, and the pooled mean moves by
z sqrt(C n/D)/(N + n).  These are exact in law; ``literal`` draws every sample instead.

Variances are kept as logarithms, so that collapse does not underflow.  In a collapsing regime
the mean of the variance is carried by ever rarer chains: read medians and logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from numeric.wishart import bartlett_factor

__all__ = ["Chains", "chains", "literal", "matrix_chains", "median_counts", "schedule"]


@dataclass(frozen=True)
class Chains:
    """State at the checkpoints: arrays of shape (checkpoints, chains).

    ``log_variance`` is the logarithm of the fitted variance, ``mean`` the fitted mean, for a
    truth of mean 0 and variance 1.
    """

    checkpoints: tuple[int, ...]
    log_variance: np.ndarray
    mean: np.ndarray


def schedule(
    generations: int, scale: float = 1.0, power: float = 0.0, log_power: float = 0.0
) -> np.ndarray:
    """Sample sizes n_t = max(2, ceil(scale t^power (log t)^log_power)), t = 1, ..., generations.

    >>> schedule(4, 10).tolist(), schedule(4, 1, 2).tolist(), schedule(4, 1, 1, 1).tolist()
    ([10, 10, 10, 10], [2, 4, 9, 16], [2, 2, 4, 6])
    """
    if generations < 1:
        raise ValueError("at least one generation is needed")
    t = np.arange(1, generations + 1, dtype=float)
    sizes = scale * t**power
    if log_power:
        sizes = sizes * np.log(t) ** log_power
    return np.maximum(2, np.ceil(sizes)).astype(np.int64)


def _prepare(
    sizes: Sequence[int] | np.ndarray, regime: str, estimator: str, checkpoints: Sequence[int]
) -> tuple[list[int], tuple[int, ...]]:
    if regime not in ("replace", "accumulate"):
        raise ValueError(f"regime {regime!r}: choose replace or accumulate")
    if estimator not in ("unbiased", "mle"):
        raise ValueError(f"estimator {estimator!r}: choose unbiased or mle")
    plan = [int(n) for n in sizes]
    if not plan or min(plan) < 2:
        raise ValueError("every generation needs at least 2 samples")
    marks = tuple(checkpoints) or (len(plan),)
    if sorted(set(marks)) != list(marks) or marks[0] < 1 or marks[-1] > len(plan):
        raise ValueError(f"checkpoints must increase within 1..{len(plan)}")
    return plan, marks


def chains(
    rng: np.random.Generator,
    sizes: Sequence[int] | np.ndarray,
    count: int,
    regime: str = "replace",
    estimator: str = "unbiased",
    checkpoints: Sequence[int] = (),
    block: int = 16384,
) -> Chains:
    """``count`` independent chains in one dimension, by the reduced recursion.

    >>> result = chains(np.random.default_rng(0), [50] * 20, 20_000, checkpoints=[1, 20])
    >>> bool(abs(np.exp(result.log_variance).mean(axis=1) - 1).max() < 0.03)
    True
    """
    plan, marks = _prepare(sizes, regime, estimator, checkpoints)
    log_variance = np.empty((len(marks), count))
    mean = np.empty((len(marks), count))
    advance = _replace if regime == "replace" else _accumulate
    for start in range(0, count, block):
        stop = min(count, start + block)
        advance(rng, plan, marks, estimator, log_variance[:, start:stop], mean[:, start:stop])
    return Chains(marks, log_variance, mean)


class _Products:
    """Running products, kept as value * exp(shared) * exp(offset): they cannot underflow.

    ``shared`` collects the deterministic factors, so that they cost nothing per chain.
    """

    def __init__(self, size: int) -> None:
        self.value = np.ones(size)
        self.shared = 0.0
        self.offset: np.ndarray | None = None
        self.scale: float | np.ndarray = 1.0  # exp(offset)

    def renormalise(self) -> None:
        if abs(self.shared) < 300 and 1e-150 < self.value.min() and self.value.max() < 1e150:
            return
        self.offset = self.log()
        self.scale = np.exp(self.offset)
        self.value[:] = 1.0
        self.shared = 0.0

    def log(self) -> np.ndarray:
        return np.log(self.value) + self.shared + (0.0 if self.offset is None else self.offset)


def _replace(
    rng: np.random.Generator,
    plan: list[int],
    marks: tuple[int, ...],
    estimator: str,
    log_variance: np.ndarray,
    mean: np.ndarray,
) -> None:
    size = mean.shape[1]
    variance, centre, spread = _Products(size), np.zeros(size), np.zeros(size)
    gamma, step = np.empty(size), np.empty(size)
    less = 1 if estimator == "unbiased" else 0
    row = 0
    for t, n in enumerate(plan, start=1):
        rng.standard_gamma(0.5 * (n - 1), out=gamma)
        np.multiply(variance.value, math.exp(variance.shared) / n, out=step)
        if variance.offset is not None:
            step *= variance.scale
        spread += step
        variance.value *= gamma
        variance.shared += math.log(2.0 / (n - less))
        if t % 16 == 0 or t == marks[row]:
            variance.renormalise()
        if t == marks[row]:
            np.sqrt(spread, out=spread)
            centre += spread * rng.standard_normal(size)
            spread[:] = 0.0
            log_variance[row] = variance.log()
            mean[row] = centre
            row += 1
            if row == len(marks):
                return


def _accumulate(
    rng: np.random.Generator,
    plan: list[int],
    marks: tuple[int, ...],
    estimator: str,
    log_variance: np.ndarray,
    mean: np.ndarray,
) -> None:
    size = mean.shape[1]
    less = 1 if estimator == "unbiased" else 0
    pooled = plan[0]
    scatter, centre = np.empty(size), np.empty(size)
    rng.standard_gamma(0.5 * (pooled - 1), out=scatter)
    scatter *= 2.0
    rng.standard_normal(out=centre)
    centre /= math.sqrt(pooled)
    gamma, normal = np.empty(size), np.empty(size)
    row = 0
    for t in range(1, len(plan) + 1):
        if t > 1:
            n, divisor = plan[t - 1], pooled - less
            rng.standard_normal(out=normal)
            rng.standard_gamma(0.5 * (n - 1), out=gamma)
            root = np.sqrt(scatter)
            root *= normal
            root *= math.sqrt(n / divisor) / (pooled + n)
            centre += root
            normal *= normal
            normal *= pooled / ((pooled + n) * divisor)
            gamma *= 2.0 / divisor
            gamma += normal
            gamma += 1.0
            scatter *= gamma
            pooled += n
        if t == marks[row]:
            log_variance[row] = np.log(scatter) - math.log(pooled - less)
            mean[row] = centre
            row += 1
            if row == len(marks):
                return


def literal(
    rng: np.random.Generator,
    sizes: Sequence[int] | np.ndarray,
    count: int,
    regime: str = "replace",
    estimator: str = "unbiased",
    checkpoints: Sequence[int] = (),
) -> Chains:
    """The same chains by drawing every sample and fitting it: the reference route.

    Costs count * sum(sizes) normals, and count * sum(sizes) numbers in memory when accumulating.
    """
    plan, marks = _prepare(sizes, regime, estimator, checkpoints)
    ddof = 1 if estimator == "unbiased" else 0
    centre, spread = np.zeros(count), np.ones(count)
    data = np.empty((count, 0))
    log_variance = np.empty((len(marks), count))
    mean = np.empty((len(marks), count))
    for t, n in enumerate(plan, start=1):
        fresh = centre[:, None] + spread[:, None] * rng.standard_normal((count, n))
        data = fresh if regime == "replace" else np.concatenate([data, fresh], axis=1)
        centre, spread = data.mean(axis=1), data.std(axis=1, ddof=ddof)
        if t in marks:
            log_variance[marks.index(t)] = 2.0 * np.log(spread)
            mean[marks.index(t)] = centre
    return Chains(marks, log_variance, mean)


def matrix_chains(
    rng: np.random.Generator,
    d: int,
    sizes: Sequence[int] | np.ndarray,
    count: int,
    estimator: str = "unbiased",
    checkpoints: Sequence[int] = (),
) -> tuple[np.ndarray, np.ndarray]:
    """Replacing in d dimensions: (means (checkpoints, count, d), covariances (..., d, d)).

    The factor A of the covariance is multiplied by a Bartlett factor, A <- A T/sqrt(n - 1) (or
    sqrt(n)), and the mean moves by A z/sqrt(n).  Ranks drop when n <= d.

    >>> means, covariances = matrix_chains(np.random.default_rng(0), 3, [3], 4)
    >>> np.linalg.matrix_rank(covariances[0]).tolist()
    [2, 2, 2, 2]
    """
    plan, marks = _prepare(sizes, "replace", estimator, checkpoints)
    factor = np.broadcast_to(np.eye(d), (count, d, d))
    centre = np.zeros((count, d))
    means = np.empty((len(marks), count, d))
    covariances = np.empty((len(marks), count, d, d))
    for t, n in enumerate(plan, start=1):
        z = rng.standard_normal((count, factor.shape[2], 1))
        centre = centre + (factor @ z)[:, :, 0] / math.sqrt(n)
        wishart = bartlett_factor(rng, factor.shape[2], n - 1, count)
        factor = factor @ wishart / math.sqrt(n - 1 if estimator == "unbiased" else n)
        if t in marks:
            means[marks.index(t)] = centre
            covariances[marks.index(t)] = factor @ factor.transpose(0, 2, 1)
    return means, covariances


def median_counts(values: np.ndarray, claimed: np.ndarray) -> list[int]:
    """How many values of each row lie below the claimed median of that row.

    Counts are additive over shards; ``intervals.binomial_interval`` judges them against 1/2.

    >>> median_counts(np.array([[1.0, 2.0, 3.0]]), np.array([2.5]))
    [2]
    """
    return [int(np.count_nonzero(row < m)) for row, m in zip(values, claimed, strict=True)]
