"""The experiments as single calls: declared before sampling, sharded, with everything exact
handed in.

``decide`` tests a declared mean; ``declare_curvature`` and ``declare_loss`` make declarations
whose variances come from Gauss rules of twice the degree.  ``gaussian_curves``,
``regression_curves`` and ``bifurcation`` return what a figure shows: means with standard errors,
medians, logarithms, to be drawn with exact curves by the caller.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from numeric import campaign, gaussian, loss, quadrature, tasks, transformer, wishart
from numeric.campaign import Executor, Journal
from numeric.philox import generator, job_digest
from numeric.statistics import Declaration, Judgement, declare_mean, declare_sign

__all__ = [
    "best_tilt",
    "bifurcation",
    "decide",
    "declare_curvature",
    "declare_loss",
    "gaussian_curves",
    "regression_curves",
]

Curves = dict[str, np.ndarray]


def decide(
    declaration: Declaration,
    observable: str,
    parameters: Mapping[str, Any],
    seed: int = 0,
    shards: int = 8,
    executor: Executor | None = None,
    journal: Journal | None = None,
    device: str = "cpu",
) -> Judgement:
    """The verdict on a declared mean of one of ``tasks.OBSERVABLES``.

    The result depends on the declaration, the parameters, ``seed``, ``shards`` and the kind of
    ``device`` ("cpu" or "gpu"); not on the executor.

    >>> declared = declare_mean("log variance", -5 * 0.5772156649015329, 5 * math.pi**2 / 6,
    ...                         size=20_000, mutants=(-2.0,))
    >>> result = decide(declared, "gaussian-log",
    ...                 {"sizes": [3] * 5, "regime": "replace", "estimator": "unbiased"})
    >>> result.verdict.value, result.powerful
    ('confirmed', True)
    """
    job = tasks.job_for(declaration, observable, parameters, shards)
    job["seed"] = seed
    task = tasks.mean_task_gpu if device == "gpu" else tasks.mean_task
    rows = campaign.run(task, job, shards, executor, journal)
    return tasks.judge_rows(declaration, rows)


def declare_curvature(
    n: int,
    layers: int = 2,
    d: int = 2,
    false_fail: float = 1e-6,
    false_pass: float = 2.87e-7,
) -> tuple[Declaration, dict[str, Any]]:
    """(declaration, parameters) for the sign of d^2f/db^2 at the best scalar matrix plus bK,
    K = E21 - E12; d = 2 (observable ``skew-curvature``) or 3 (``curvature``).

    The sign is positive when the scalar optimum is stable against skew perturbations.  At L = 2,
    n = 14 takes 0.24 million samples, n = 15 takes 32 million (about 2 s), at five sigma.
    """
    a = quadrature.minimise_scalar(n, layers, d)
    parameters: dict[str, Any] = {"a": a, "n": n, "layers": layers}
    if d == 2:
        trace, det, weight = quadrature.population_invariants(n, 2 * layers)
        values = loss.skew_second_derivatives_2d(a, layers, trace, det)
    else:
        parameters["direction"] = _rotation_plane(d).tolist()
        s, weight = quadrature.population(d, n, 2 * layers)
        values = loss.second_derivatives(a * np.eye(d), _rotation_plane(d), layers, s)
    mean, variance = quadrature.exact_moments(values, weight)
    declared = declare_sign(
        f"skew curvature, d = {d}, L = {layers}, n = {n}",
        mean,
        variance * (1 + 1e-9),
        false_fail,
        false_pass,
    )
    return declared, parameters


def _rotation_plane(d: int) -> np.ndarray:
    k = np.zeros((d, d))
    k[1, 0], k[0, 1] = 1.0, -1.0
    return k


def _tilted_variance(a: float, b: float, n: int, layers: int, c: float) -> tuple[float, float]:
    """(mean, variance) of the weighted loss; the variance rounded up by one part in 10^9."""
    factor, shrink = wishart.tilt_second_moment(2, n, c)
    trace, det, weight = quadrature.population_invariants(n, 2 * layers)
    mean = float(loss.losses_rotation_2d(a, b, layers, trace, det) @ weight)
    values = loss.losses_rotation_2d(a, b, layers, shrink * trace, shrink**2 * det)
    return mean, (factor * float(values**2 @ weight) - mean**2) * (1 + 1e-9)


def best_tilt(a: float, b: float, n: int, layers: int) -> float:
    """The variance factor c >= 1 that minimises the variance of the weighted loss, d = 2.

    >>> 1.0 < best_tilt(0.78, 0.0, 15, 2) < best_tilt(0.65, 0.0, 15, 6)
    True
    """
    low, high = 1.0, 3.0
    for _ in range(40):
        x, y = low + (high - low) / 3, high - (high - low) / 3
        if _tilted_variance(a, b, n, layers, x)[1] < _tilted_variance(a, b, n, layers, y)[1]:
            high = y
        else:
            low = x
    return (low + high) / 2


def declare_loss(
    target: float,
    a: float,
    b: float,
    n: int,
    layers: int,
    size: int,
    mutants: Sequence[float] = (),
    false_fail: float = 1e-6,
    false_pass: float = 1e-6,
) -> tuple[Declaration, dict[str, Any]]:
    """(declaration, parameters) for "the loss of aI + bJ, d = 2, is ``target``".

    Samples are tilted by ``best_tilt``, which matters at L >= 4 (variance down by 16 at L = 4,
    by 10^3 at L = 6, at n = 15).  The observable is ``"loss-tilted"``.
    """
    c = best_tilt(a, b, n, layers)
    _, variance = _tilted_variance(a, b, n, layers, c)
    declared = declare_mean(
        f"loss, d = 2, L = {layers}, n = {n}",
        target,
        variance,
        size=size,
        mutants=mutants,
        false_fail=false_fail,
        false_pass=false_pass,
    )
    return declared, {"a": a, "b": b, "n": n, "layers": layers, "tilt": c}


def gaussian_curves(
    sizes: Sequence[int] | np.ndarray,
    count: int,
    checkpoints: Sequence[int],
    regime: str = "replace",
    estimator: str = "unbiased",
    seed: int = 0,
    shards: int = 8,
    executor: Executor | None = None,
    journal: Journal | None = None,
) -> Curves:
    """Recursive Gaussian fitting, d = 1, over ``count`` chains: arrays over the checkpoints.

    ``t``, ``mean_log`` and its ``mean_log_error``, ``median_log`` (to a few thousandths of a
    standard deviation), ``mean_variance`` and ``mean_variance_error`` (unreliable once the mean
    is carried by rare chains), ``mean_square`` of the fitted mean, ``chains``.

    >>> curves = gaussian_curves([10] * 8, 8000, [1, 8])
    >>> bool(abs(curves["mean_variance"][0] - 1) < 0.05)
    True
    """
    plan = [int(n) for n in sizes]
    job: dict[str, Any] = {
        "sizes": plan,
        "regime": regime,
        "estimator": estimator,
        "checkpoints": list(checkpoints),
        "seed": seed,
        "chains": math.ceil(count / shards),
        "bins": 4096,
    }
    pilot = gaussian.chains(
        generator(job_digest({**job, "pilot": True}), 0), plan, 4096, regime, estimator, checkpoints
    ).log_variance
    job["ranges"] = _ranges(pilot)
    total = _merged(tasks.gaussian_task, job, shards, executor, journal, len(job["checkpoints"]))
    size = total[:, 0]
    return {
        "t": np.array(checkpoints),
        "chains": size,
        "mean_log": total[:, 1] / size,
        "mean_log_error": _error(size, total[:, 1], total[:, 2]),
        "mean_variance": total[:, 3] / size,
        "mean_variance_error": _error(size, total[:, 3], total[:, 4]),
        "mean_square": total[:, 5] / size,
        "median_log": _medians(total[:, 6:], job["ranges"]),
    }


def regression_curves(
    d: int,
    sizes: Sequence[int] | np.ndarray,
    count: int,
    checkpoints: Sequence[int],
    regime: str = "replace",
    design: str = "fresh",
    noise: float = 1.0,
    seed: int = 0,
    shards: int = 8,
    executor: Executor | None = None,
    journal: Journal | None = None,
) -> Curves:
    """Squared distance to the truth in recursive least squares, n_t >= d, over ``count`` chains.

    ``t``, ``mean`` with ``mean_error`` (no error is meaningful when n <= d + 3: the fourth
    moment is infinite), ``median``, ``chains``.

    >>> curves = regression_curves(2, [20] * 4, 8000, [1, 4])
    >>> bool(abs(curves["mean"][1] - 4 * 2 / 17) < 0.05)
    True
    """
    job: dict[str, Any] = {
        "d": d,
        "sizes": [int(n) for n in sizes],
        "regime": regime,
        "design": design,
        "noise": noise,
        "checkpoints": list(checkpoints),
        "seed": seed,
        "chains": math.ceil(count / shards),
        "bins": 4096,
    }
    pilot = tasks.regression_distances(
        {**job, "chains": 4096}, generator(job_digest({**job, "pilot": True}), 0)
    )
    job["ranges"] = _ranges(np.log(pilot))
    total = _merged(tasks.regression_task, job, shards, executor, journal, len(checkpoints))
    size = total[:, 0]
    return {
        "t": np.array(checkpoints),
        "chains": size,
        "mean": total[:, 1] / size,
        "mean_error": _error(size, total[:, 1], total[:, 2]),
        "median": np.exp(_medians(total[:, 3:], job["ranges"])),
    }


def bifurcation(
    contexts: Sequence[int], layers: int = 2, seed: int = 17, steps: int = 6000
) -> Curves:
    """Trained weights on the exact population loss, d = 2: ``n``, ``a`` = tr V/2, ``b`` = |skew
    part|, ``symmetric`` = norm of the traceless symmetric part, ``loss``; 1.5 s for n = 5..30.

    >>> found = bifurcation([8, 30], steps=3000)
    >>> bool(found["b"][0] < 1e-3 < 0.1 < found["b"][1])
    True
    """
    trained = transformer.train_exact(contexts, layers, seed=seed, steps=steps)
    traceless = (trained + trained.transpose(0, 2, 1)) / 2
    a = np.einsum("nii->n", trained) / 2
    traceless = traceless - a[:, None, None] * np.eye(2)
    values = [
        loss.gradients(v, layers, *quadrature.population(2, n, layers))[0]
        for n, v in zip(contexts, trained, strict=True)
    ]
    return {
        "n": np.array(contexts),
        "a": a,
        "b": transformer.skew_part(trained),
        "symmetric": np.sqrt(np.sum(traceless**2, axis=(1, 2)) / 2),
        "loss": np.array(values),
    }


def _ranges(pilot: np.ndarray) -> list[list[float]]:
    """For each checkpoint an interval that holds the median with much room."""
    middle, spread = np.median(pilot, axis=1), pilot.std(axis=1) + 1e-12
    return [[float(m - 5 * s), float(m + 5 * s)] for m, s in zip(middle, spread, strict=True)]


def _merged(
    task: Callable[..., Any],
    job: Mapping[str, Any],
    shards: int,
    executor: Executor | None,
    journal: Journal | None,
    rows: int,
) -> np.ndarray:
    return np.array(campaign.merge(campaign.run(task, job, shards, executor, journal))).reshape(
        rows, -1
    )


def _error(size: np.ndarray, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum(0.0, squares / size - (total / size) ** 2) / size)


def _medians(counts: np.ndarray, ranges: Sequence[Sequence[float]]) -> np.ndarray:
    """Medians of histograms, linear inside the cell."""
    found = []
    for row, (low, high) in zip(counts, ranges, strict=True):
        below = np.cumsum(row)
        cell = int(np.searchsorted(below, below[-1] / 2))
        inside = (below[-1] / 2 - (below[cell] - row[cell])) / row[cell]
        found.append(low + (cell + inside) * (high - low) / row.size)
    return np.array(found)
