"""Shards of the standard experiments: functions of (job, generator) for ``campaign.run``.

Every function is pure and returns a flat row of sums.  ``judge_rows`` turns the rows of
``mean_task`` into a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from numeric import gaussian, loss, regression, spectral, wishart
from numeric.campaign import Row
from numeric.statistics import Declaration, Judgement, MeanSums, judge, run

__all__ = ["OBSERVABLES", "gaussian_task", "job_for", "judge_rows", "mean_task"]

Draw = Callable[[int], np.ndarray]


def _skew_curvature(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: loss.skew_second_derivatives_2d(
        p["a"], p["layers"], *wishart.invariants_2d(rng, p["n"], k)
    )


def _loss_rotation(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: loss.losses_rotation_2d(
        p["a"], p["b"], p["layers"], *wishart.invariants_2d(rng, p["n"], k)
    )


def _loss_tilted(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    def draw(k: int) -> np.ndarray:
        c = p["tilt"]
        trace, det = wishart.invariants_2d(rng, p["n"], k)
        weight = wishart.tilt_weight(trace, 2, p["n"], c)
        return weight * loss.losses_rotation_2d(
            p["a"], p["b"], p["layers"], c * trace, c * c * det
        )

    return draw


def _loss_matrix(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    v = np.array(p["v"], dtype=float)
    return lambda k: loss.losses(v, p["layers"], wishart.sample(rng, len(v), p["n"], k))


def _loss_scalar(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: spectral.scalar_losses(
        p["a"], p["layers"], *spectral.tridiagonal(rng, p["d"], p["n"], k)
    )


def _gaussian_log(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: gaussian.chains(
        rng, p["sizes"], k, p["regime"], p["estimator"]
    ).log_variance[-1]


def _gaussian_variance(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: np.exp(_gaussian_log(p, rng)(k))


def _gaussian_mean_square(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: (
        gaussian.chains(rng, p["sizes"], k, p["regime"], p["estimator"]).mean[-1] ** 2
    )


def _regression_replace(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: regression.replace_distances(rng, p["d"], p["sizes"], k, p["noise"])[-1]


def _regression_accumulate(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: regression.accumulate_risks(rng, p["d"], p["sizes"], k, p["noise"])[-1]


OBSERVABLES: dict[str, Callable[[Mapping[str, Any], np.random.Generator], Draw]] = {
    "loss-rotation": _loss_rotation,  # a, b, n, layers (d = 2)
    "loss-tilted": _loss_tilted,  # a, b, n, layers, tilt (d = 2)
    "loss-matrix": _loss_matrix,  # v, n, layers (any d)
    "loss-scalar": _loss_scalar,  # a, d, n, layers (n >= d)
    "skew-curvature": _skew_curvature,  # a, n, layers (d = 2)
    "gaussian-log": _gaussian_log,  # sizes, regime, estimator
    "gaussian-variance": _gaussian_variance,
    "gaussian-mean-square": _gaussian_mean_square,
    "regression-replace": _regression_replace,  # d, sizes, noise
    "regression-accumulate": _regression_accumulate,
}


def job_for(
    declaration: Declaration, observable: str, parameters: Mapping[str, Any], shards: int
) -> dict[str, Any]:
    """The job whose ``shards`` shards together draw the declared number of samples."""
    if observable not in OBSERVABLES:
        raise ValueError(f"observable {observable!r}: choose one of {', '.join(OBSERVABLES)}")
    return {
        "observable": observable,
        "parameters": dict(parameters),
        "declaration": asdict(declaration),
        "shard_size": math.ceil(declaration.size / shards),
    }


def mean_task(job: Mapping[str, Any], rng: np.random.Generator) -> Row:
    """Count, sum, sum of squares, largest, and Catoni scores of one shard."""
    declared = dict(job["declaration"])
    declaration = Declaration(**{**declared, "mutants": tuple(declared["mutants"])})
    draw = OBSERVABLES[job["observable"]](job["parameters"], rng)
    sums = run(declaration, draw, size=job["shard_size"])
    return (sums.count, sums.total, sums.squares, sums.largest, *sums.scores)


def judge_rows(declaration: Declaration, rows: Mapping[int, Row]) -> Judgement:
    """The verdict over all shards."""
    parts = [MeanSums(int(r[0]), r[1], r[2], r[3], tuple(r[4:])) for r in rows.values()]
    return judge(declaration, MeanSums.merge(parts))


def gaussian_task(job: Mapping[str, Any], rng: np.random.Generator) -> Row:
    """For each checkpoint: chains, sum of log variance, of its square, of the variance, of its
    square, of the squared mean, then the counts of log variances in ``bins`` equal cells on
    [low, high) (outside values in the end cells); rows of different checkpoints follow on."""
    result = gaussian.chains(
        rng, job["sizes"], job["chains"], job["regime"], job["estimator"], job["checkpoints"]
    )
    row: list[float] = []
    for logs, mean, (low, high) in zip(
        result.log_variance, result.mean, job["ranges"], strict=True
    ):
        values = np.exp(logs)
        cells = np.clip((logs - low) * (job["bins"] / (high - low)), 0, job["bins"] - 1)
        counts = np.bincount(cells.astype(np.int64), minlength=job["bins"])
        row += [logs.size, logs.sum(), (logs**2).sum(), values.sum(), (values**2).sum()]
        row += [(mean**2).sum(), *counts.tolist()]
    return tuple(float(x) for x in row)
