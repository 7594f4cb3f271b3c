"""Shards of the standard experiments: functions of (job, shard) for ``campaign.run``.

Every function is pure and returns a flat row of sums.  ``judge_rows`` turns the rows of
``mean_task`` into a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from numeric import gaussian, loss, regression, spectral, transformer, wishart
from numeric.campaign import Row
from numeric.philox import Stream, generator, job_digest
from numeric.statistics import Declaration, Judgement, MeanSums, judge, run

__all__ = [
    "KERNELS",
    "OBSERVABLES",
    "gaussian_task",
    "job_for",
    "judge_rows",
    "mean_task",
    "mean_task_gpu",
    "regression_distances",
    "regression_task",
]

Draw = Callable[[int], np.ndarray]


def _skew_curvature(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: loss.skew_second_derivatives_2d(
        p["a"], p["layers"], *wishart.invariants_2d(rng, p["n"], k)
    )


def _curvature(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    direction = np.array(p["direction"], dtype=float)
    v = p["a"] * np.eye(len(direction))
    return lambda k: loss.second_derivatives(
        v, direction, p["layers"], wishart.sample(rng, len(v), p["n"], k)
    )


def _loss_rotation(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: loss.losses_rotation_2d(
        p["a"], p["b"], p["layers"], *wishart.invariants_2d(rng, p["n"], k)
    )


def _loss_difference(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    def draw(k: int) -> np.ndarray:
        trace, det = wishart.invariants_2d(rng, p["n"], k)
        here = loss.losses_rotation_2d(p["a"], p["b"], p["layers"], trace, det)
        here -= loss.losses_rotation_2d(p["a"], 0.0, p["layers"], trace, det)
        return here / p["b"] ** 2

    return draw


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


def _wishart_moment(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    def draw(k: int) -> np.ndarray:
        w = p["n"] * wishart.sample(rng, p["d"], p["n"], k)
        power, value = w, np.ones(k)
        for exponent in range(1, max(p["powers"]) + 1):
            trace = np.einsum("nii->n", power)
            value *= trace ** p["powers"].count(exponent)
            power = power @ w
        return value

    return draw


def _prompt_loss(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    v, n = np.array(p["v"], dtype=float), p["n"]
    value, query = transformer.sparse_weights(v)

    def draw(k: int) -> np.ndarray:
        prompts = transformer.draw(rng, len(v), n, k)
        z = np.concatenate([prompts.x, prompts.y[None]]).transpose(2, 0, 1)
        for _ in range(p["layers"]):
            context = z[:, :, :n]
            z = z + value @ (context @ context.transpose(0, 2, 1)) @ query @ z / n
        return (-z[:, -1, -1] - prompts.target) ** 2

    return draw


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


def _gaussian_wasserstein(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    def draw(k: int) -> np.ndarray:
        found = gaussian.chains(rng, p["sizes"], k, p["regime"], p["estimator"])
        return found.mean[-1] ** 2 + np.expm1(found.log_variance[-1] / 2) ** 2

    return draw


def _regression_fixed(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    d, n, marks = p["d"], p["sizes"][0], (len(p["sizes"]),)
    return lambda k: regression.fixed_design_distances(rng, d, n, k, p["noise"], marks)[-1]


def _regression_replace(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: regression.replace_distances(rng, p["d"], p["sizes"], k, p["noise"])[-1]


def _regression_accumulate(p: Mapping[str, Any], rng: np.random.Generator) -> Draw:
    return lambda k: regression.accumulate_risks(rng, p["d"], p["sizes"], k, p["noise"])[-1]


OBSERVABLES: dict[str, Callable[[Mapping[str, Any], np.random.Generator], Draw]] = {
    "loss-rotation": _loss_rotation,  # a, b, n, layers (d = 2)
    "loss-difference": _loss_difference,  # a, b, n, layers (d = 2): (f(a, b) - f(a, 0))/b^2
    "loss-tilted": _loss_tilted,  # a, b, n, layers, tilt (d = 2)
    "loss-matrix": _loss_matrix,  # v, n, layers (any d)
    "loss-scalar": _loss_scalar,  # a, d, n, layers (n >= d)
    "skew-curvature": _skew_curvature,  # a, n, layers (d = 2)
    "curvature": _curvature,  # a, direction, n, layers (any d)
    "wishart-moment": _wishart_moment,  # powers, d, n: the product of tr W^k
    "prompt-loss": _prompt_loss,  # v, n, layers: squared error of whole prompts
    "gaussian-log": _gaussian_log,  # sizes, regime, estimator
    "gaussian-variance": _gaussian_variance,
    "gaussian-mean-square": _gaussian_mean_square,
    "gaussian-wasserstein": _gaussian_wasserstein,  # squared distance to N(0, 1)
    "regression-replace": _regression_replace,  # d, sizes, noise
    "regression-fixed": _regression_fixed,  # d, sizes (all equal), noise
    "regression-accumulate": _regression_accumulate,
}


KERNELS = frozenset({"skew-curvature", "loss-rotation", "loss-matrix"})
"""The observables that ``mean_task_gpu`` knows."""


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


def _data(job: Mapping[str, Any]) -> str:
    """Digest of what is sampled, without what is claimed of it: mutated claims see the same data."""
    kept = ("observable", "parameters", "shard_size", "seed")
    return job_digest({name: job[name] for name in kept if name in job})


def mean_task(job: Mapping[str, Any], shard: int) -> Row:
    """Count, sum, sum of squares, largest, and Catoni scores of one shard."""
    declaration = _declaration(job)
    rng = generator(_data(job), shard)
    draw = OBSERVABLES[job["observable"]](job["parameters"], rng)
    return _row(run(declaration, draw, size=job["shard_size"]))


def mean_task_gpu(job: Mapping[str, Any], shard: int) -> Row:
    """The same on a device: ``skew-curvature``, ``loss-rotation`` and ``loss-matrix``."""
    from numeric import cuda

    declaration = _declaration(job)
    stream, size, p = Stream(_data(job), shard), job["shard_size"], job["parameters"]
    if job["observable"] == "skew-curvature":
        return _row(
            cuda.curvature_sums(
                stream, 0, size, p["a"], p["n"], p["layers"], declaration.influence
            )
        )
    if job["observable"] == "loss-rotation":
        v = np.array([[p["a"], -p["b"]], [p["b"], p["a"]]])
    elif job["observable"] == "loss-matrix":
        v = np.array(p["v"], dtype=float)
    else:
        raise ValueError(f"no kernel for the observable {job['observable']!r}")
    return _row(
        cuda.loss_sums(
            stream, 0, size, v[None], p["n"], p["layers"],
            [declaration.points], [declaration.influence],
        )[0]
    )


def _declaration(job: Mapping[str, Any]) -> Declaration:
    declared = dict(job["declaration"])
    return Declaration(**{**declared, "mutants": tuple(declared["mutants"])})


def _row(sums: MeanSums) -> Row:
    return (sums.count, sums.total, sums.squares, sums.largest, *sums.scores)


def judge_rows(declaration: Declaration, rows: Mapping[int, Row]) -> Judgement:
    """The verdict over all shards."""
    parts = [MeanSums(int(r[0]), r[1], r[2], r[3], tuple(r[4:])) for r in rows.values()]
    return judge(declaration, MeanSums.merge(parts))


def gaussian_task(job: Mapping[str, Any], shard: int) -> Row:
    """For each checkpoint: chains, sum of log variance, of its square, of the variance, of its
    square, of the squared mean, then the counts of log variances in ``bins`` equal cells on
    [low, high) (outside values in the end cells); rows of different checkpoints follow on."""
    rng = generator(job_digest(job), shard)
    result = gaussian.chains(
        rng, job["sizes"], job["chains"], job["regime"], job["estimator"], job["checkpoints"]
    )
    row: list[float] = []
    for logs, mean, (low, high) in zip(
        result.log_variance, result.mean, job["ranges"], strict=True
    ):
        values = np.exp(logs)
        row += [logs.size, logs.sum(), (logs**2).sum(), values.sum(), (values**2).sum()]
        row += [(mean**2).sum(), *_histogram(logs, low, high, job["bins"])]
    return tuple(float(x) for x in row)


def regression_distances(job: Mapping[str, Any], rng: np.random.Generator) -> np.ndarray:
    """(checkpoints, chains) squared distances of one shard, by the regime and the design."""
    d, sizes, marks = job["d"], job["sizes"], job["checkpoints"]
    if job["regime"] == "replace":
        return regression.replace_distances(rng, d, sizes, job["chains"], job["noise"], marks)
    if job["design"] == "fixed":
        return regression.fixed_design_distances(
            rng, d, sizes[0], job["chains"], job["noise"], marks
        )
    return regression.accumulate_distances(rng, d, sizes, job["chains"], job["noise"], marks)


def regression_task(job: Mapping[str, Any], shard: int) -> Row:
    """For each checkpoint: chains, sum of r^2, of r^4, then the histogram of log r^2."""
    row: list[float] = []
    distances = regression_distances(job, generator(job_digest(job), shard))
    for squares, (low, high) in zip(distances, job["ranges"], strict=True):
        row += [squares.size, squares.sum(), (squares**2).sum()]
        row += _histogram(np.log(squares), low, high, job["bins"])
    return tuple(float(x) for x in row)


def _histogram(logs: np.ndarray, low: float, high: float, bins: int) -> list[int]:
    cells = np.clip((logs - low) * (bins / (high - low)), 0, bins - 1)
    return np.bincount(cells.astype(np.int64), minlength=bins).tolist()
