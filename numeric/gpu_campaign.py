"""The full campaign on a device: declared before it samples, targets from Gauss rules.

Each entry is a dictionary with its name, what was declared, what was found and
``as_declared``.  Exact means and variances come from ``numeric.quadrature``, whose agreement
with exact rationals is tested separately.
"""

from __future__ import annotations

import math
import time
from fractions import Fraction
from typing import Any

import numpy as np

from numeric import cuda, experiments, loss, quadrature, transformer
from numeric.campaign import Journal
from numeric.philox import Stream, job_digest
from numeric.statistics import Verdict, declare_mean

__all__ = ["run"]

_SHARD = 2**31


def run(scale: float = 1.0, journal: Journal | None = None) -> list[dict[str, Any]]:
    """All experiments; ``scale`` multiplies the sample sizes that are free to choose.

    With a journal the sampled means resume where an interrupted run stopped.
    """
    return [
        *(_curvature(n, journal) for n in (14, 15)),
        _loss(int(1e11 * scale), journal),
        *(_gaussian(name, sizes, int(1e6 * max(scale, 1e-3))) for name, sizes in _SCHEDULES),
        _quadrature(),
        _training(int(20_000 * scale) + 1),
    ]


def _entry(name: str, begin: float, as_declared: bool, **found: Any) -> dict[str, Any]:
    return {
        "name": name,
        "as_declared": bool(as_declared),
        "seconds": round(time.time() - begin, 3),
        **found,
    }


def _curvature(n: int, journal: Journal | None) -> dict[str, Any]:
    begin = time.time()
    declared, parameters = experiments.declare_curvature(n, false_pass=1e-9)
    result = experiments.decide(
        declared, "skew-curvature", parameters, shards=1, journal=journal, device="gpu"
    )
    return _entry(
        f"sign of the skew curvature, n = {n}",
        begin,
        result.verdict is Verdict.CONFIRMED,
        exact=declared.target,
        mean=result.mean,
        error=result.error,
        log_e=result.log_e,
        samples=result.count,
    )


def _loss(size: int, journal: Journal | None) -> dict[str, Any]:
    begin, n, a, b = time.time(), 15, Fraction(39, 50), Fraction(17, 1000)
    trace, det, weight = quadrature.population_invariants(n, 4)
    values = loss.losses_rotation_2d(float(a), float(b), 2, trace, det)
    mean, variance = quadrature.exact_moments(values, weight)
    mutant = float(quadrature.loss_rotation(a, b, n + 1, 2).hi)
    declared = declare_mean("loss", mean, variance, size=size, mutants=(mutant,))
    result = experiments.decide(
        declared,
        "loss-rotation",
        {"a": float(a), "b": float(b), "n": n, "layers": 2},
        shards=-(-size // _SHARD),
        journal=journal,
        device="gpu",
    )
    return _entry(
        "loss, d = L = 2, n = 15",
        begin,
        result.verdict is Verdict.CONFIRMED and result.powerful,
        exact=mean,
        mean=result.mean,
        tolerance=declared.tolerance,
        samples=result.count,
    )


def _log_moments(dof: int) -> tuple[float, float]:
    """Mean and variance of log chi^2 by the recursions of the digamma and trigamma functions."""
    x = dof / 2
    shift_mean = shift_variance = 0.0
    while x < 20:
        shift_mean -= 1 / x
        shift_variance += 1 / x**2
        x += 1
    u = 1 / x**2
    digamma = math.log(x) - 1 / (2 * x) - u * (1 / 12 - u * (1 / 120 - u * (1 / 252 - u / 240)))
    trigamma = 1 / x + u / 2 + u / x * (1 / 6 - u * (1 / 30 - u * (1 / 42 - u / 30)))
    return digamma + shift_mean + math.log(2), trigamma + shift_variance


_SCHEDULES: tuple[tuple[str, list[int]], ...] = tuple(
    (name, [max(2, math.ceil(f(t))) for t in range(1, 1001)])
    for name, f in (
        ("constant 10", lambda t: 10),
        ("t", lambda t: t),
        ("t log t", lambda t: t * math.log(t)),
        ("t log^2 t", lambda t: t * math.log(t) ** 2),
        ("t^2", lambda t: t * t),
    )
)


def _gaussian(name: str, sizes: list[int], count: int) -> dict[str, Any]:
    begin = time.time()
    moments = [_log_moments(n - 1) for n in sizes]
    mean = math.fsum(m - math.log(n - 1) for (m, _), n in zip(moments, sizes, strict=True))
    variance = math.fsum(v for _, v in moments)
    digest = job_digest({"campaign": "gaussian", "schedule": name, "count": count})
    row = cuda.gaussian_sums(Stream(digest, 0), 0, count, sizes, [len(sizes)])[0]
    z = (row[0] / count - mean) / math.sqrt(variance / count)
    return _entry(
        f"log variance after 1000 fits, n_t = {name}", begin, abs(z) < 6,
        exact=mean, mean=row[0] / count, z=z, chains=count,
    )


def _quadrature() -> dict[str, Any]:
    begin = time.time()
    v = [[Fraction(int(i == j)) for j in range(4)] for i in range(4)]
    one = cuda.quadrature_loss(v, 20, 1).fraction()
    cuda.quadrature_loss([[x * Fraction(1, 2) for x in row] for row in v], 20, 4)
    exact = Fraction(4 * 5, 20)  # E||I - S||^2 = d (d + 1)/n
    return _entry(
        "double-double quadrature, d = 4", begin, abs(one - exact) < Fraction(1, 10**28),
        error=float(abs(one - exact)),
    )


def _training(steps: int) -> dict[str, Any]:
    """Adam on fresh prompts at n = 15 and n = 30; the exact skew parts come from train_exact."""
    begin, batch = time.time(), 2**20
    exact = transformer.skew_part(transformer.train_exact([15, 30], 2))
    found = []
    for n in (15, 30):
        digest = job_digest({"campaign": "training", "n": n, "steps": steps, "batch": batch})
        v = np.array([[0.8, -0.1], [0.1, 0.8]])
        adam = transformer.Adam(v.shape)
        for k in range(steps):
            _, slope = cuda.prompt_gradient(Stream(digest, k), 0, batch, v, n, 2)
            v = adam.step(v, slope, 1e-2 * 1e-3 ** (k / steps))
        found.append(float(transformer.skew_part(v)))
    return _entry(
        "training on prompts, n = 15 and 30", begin, abs(found[1] - exact[1]) < 0.01,
        exact=exact.tolist(), found=found, prompts=2 * steps * batch,
    )
