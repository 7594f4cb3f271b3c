"""Ratios of speeds, each measured inside one run with the two sides taking turns.

A ratio is (work per second of ours) / (work per second of the other side), best of several
turns.  The other side is a generator that only draws the random numbers needed (the limit), or
the straightforward program: batched ``einsum`` over X, a Python loop, PyTorch with autograd when
it is installed.  ``cpu()`` needs about 15 s, ``gpu()`` a device.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from numeric import campaign, gaussian, loss, sketch, spectral, transformer, wishart
from numeric.backend import select
from numeric.philox import Stream, generator, job_digest

__all__ = ["cpu", "gpu"]

_JOB = job_digest({"purpose": "benchmark"})
_V = np.array([[0.75, -0.1], [0.1, 0.75]])
_BLOCK = 8192


def _seconds(sides: list[Callable[[], Any]], turns: int = 12) -> list[float]:
    """Best processor time of each side; they take turns, so a disturbance hits all of them."""
    best = [float("inf")] * len(sides)
    for side in sides:
        side()
    for _ in range(turns):
        for k, side in enumerate(sides):
            begin = time.process_time()
            side()
            best[k] = min(best[k], time.process_time() - begin)
    return best


def _entry(name: str, ratio: float | None, goal: float, note: str) -> dict[str, Any]:
    met = None if ratio is None else bool(ratio >= goal)
    return {
        "name": name,
        "ratio": None if ratio is None else float(f"{ratio:.3g}"),
        "goal": goal,
        "met": met,
        "note": note,
    }


def cpu(seed_shard: int = 0) -> list[dict[str, Any]]:
    """All CPU ratios: {"name", "ratio", "goal", "met", "note"}; ratio None where not measured."""
    rng = generator(_JOB, seed_shard)
    return [
        *_bartlett(rng),
        *_scalar(rng),
        *_gaussian(rng),
        *_transformer(rng),
        _processes(),
    ]


def _bartlett(rng: np.random.Generator) -> list[dict[str, Any]]:
    n, blocks = 15, 4
    eye, other = np.eye(2), np.array([[0.7, -0.1], [0.2, 0.8]])

    def draws() -> None:
        for _ in range(blocks):
            rng.standard_gamma(7.5, _BLOCK)
            rng.standard_gamma(7.0, _BLOCK)
            rng.standard_normal(_BLOCK)

    def ours() -> None:
        for _ in range(blocks):
            loss.losses_rotation_2d(0.75, 0.1, 2, *wishart.invariants_2d(rng, n, _BLOCK))

    def general() -> None:
        for _ in range(blocks):
            loss.losses_2d(other, 2, *wishart.entries_2d(rng, n, _BLOCK))

    def moments() -> None:
        sketch.gram(rng, 2, 2, n, blocks * _BLOCK, _BLOCK)

    def einsum() -> None:
        x = rng.standard_normal((_BLOCK, 2, n))
        m = eye - np.einsum("ij,bjk->bik", _V, np.einsum("bin,bjn->bij", x, x) / n)
        m = np.einsum("bij,bjk->bik", m, m)
        np.einsum("bij,bij->b", m, m)

    def loop() -> None:
        for _ in range(256):
            x = rng.standard_normal((2, n))
            np.sum(np.linalg.matrix_power(eye - _V @ (x @ x.T) / n, 2) ** 2)

    t = _seconds([draws, ours, moments, einsum, loop, general])
    size = blocks * _BLOCK
    rate = [size / t[0], size / t[1], size / t[2], _BLOCK / t[3], 256 / t[4]]
    shown = f"{rate[1] / 1e6:.1f} M samples/s, V = aI + bJ, L = 2, n = 15"
    return [
        _entry("loss: Bartlett / random numbers alone", rate[1] / rate[0], 0.70, shown),
        _entry(
            "loss: Bartlett, any 2 x 2 matrix V / random numbers alone",
            t[0] / t[5],
            0.70,
            f"{size / t[5] / 1e6:.1f} M samples/s",
        ),
        _entry("loss: Bartlett / batched einsum over X", rate[1] / rate[3], 15, shown),
        _entry("loss: Bartlett / Python loop over X", rate[1] / rate[4], 150, shown),
        _entry(
            "loss: moment sketch / random numbers alone",
            rate[2] / rate[0],
            0.40,
            f"{rate[2] / 1e6:.1f} M samples/s for every V at once",
        ),
    ]


def _scalar(rng: np.random.Generator) -> list[dict[str, Any]]:
    d, n = 64, 256
    v = 0.6 * np.eye(d)

    def ours() -> None:
        spectral.scalar_losses(0.6, 2, *spectral.tridiagonal(rng, d, n, 512))

    def dense() -> None:
        loss.losses(v, 2, wishart.sample(rng, d, n, 64))

    t = _seconds([ours, dense])
    note = f"{512 / t[0] / 1e3:.0f} k samples/s, d = 64, L = 2, n = 256"
    return [_entry("scalar V: bidiagonal / Bartlett", (512 / t[0]) / (64 / t[1]), 25, note)]


def _gaussian(rng: np.random.Generator) -> list[dict[str, Any]]:
    n, generations = 10, 50
    size = 2 * _BLOCK
    z, c = np.empty(size), np.empty(size)

    def draws() -> None:
        for _ in range(generations):
            rng.standard_normal(out=z)
            rng.standard_gamma(4.5, out=c)

    def ours() -> None:
        gaussian.chains(rng, [n] * generations, size)

    def loop() -> None:
        mean, spread = 0.0, 1.0
        for _ in range(generations):
            x = rng.normal(mean, spread, n)
            mean, spread = x.mean(), x.std(ddof=1)

    t = _seconds([draws, ours, loop])
    work = generations * size
    note = f"{work / t[1] / 1e6:.1f} M chain-generations/s"
    return [
        _entry("Gaussian chains / random numbers alone", t[0] / t[1], 0.9, note),
        _entry("Gaussian chains / plain loop", (work / t[1]) / (generations / t[2]), 300, note),
    ]


def _transformer(rng: np.random.Generator) -> list[dict[str, Any]]:
    n, layers, batch = 15, 2, 4096

    def prompts() -> None:
        for _ in range(batch // 512):
            transformer.loss_and_gradient(_V, transformer.draw(rng, 2, n, 512), layers)

    def reduced() -> None:
        transformer.reduced_gradient(_V, layers, *wishart.entries_2d(rng, n, _BLOCK))

    names = ("Z pass, forward and backward / PyTorch", "reduced gradient / PyTorch")
    step = _torch_step(n, layers, batch)
    t = _seconds([prompts, reduced, *([step] if step else [])])
    rates = [batch / t[0], _BLOCK / t[1]]
    notes = [f"{rate / 1e6:.2f} M prompts/s, d = L = 2, n = 15" for rate in rates]
    if step is None:
        return [
            _entry(name, None, goal, f"not measured: PyTorch is not installed; {note}")
            for name, goal, note in zip(names, (3, 30), notes, strict=True)
        ]
    return [
        _entry(name, rate / (batch / t[2]), goal, note)
        for name, goal, rate, note in zip(names, (3, 30), rates, notes, strict=True)
    ]


def _torch_step(n: int, layers: int, batch: int) -> Callable[[], Any] | None:
    """The same training step in PyTorch: whole matrices Z, sparse weights, autograd, float64."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    v = torch.tensor(_V, requires_grad=True)
    p = torch.zeros(3, 3, dtype=torch.float64)
    p[2, 2] = 1.0
    mask = torch.ones(n + 1, dtype=torch.float64)
    mask[n] = 0.0

    def step() -> float:
        x = torch.randn(batch, n + 1, 2, dtype=torch.float64)
        y = torch.einsum("bnk,bk->bn", x, torch.randn(batch, 2, dtype=torch.float64))
        z = torch.cat([x, (y * mask)[:, :, None]], dim=2)
        q = torch.nn.functional.pad(-v.T, (0, 1, 0, 1))
        for _ in range(layers):
            key = torch.einsum("bni,ij,bmj->bnm", z, q.T, z * mask[None, :, None])
            z = z + torch.einsum("bnm,bmj,jk->bnk", key, z * mask[None, :, None], p.T) / n
        error = ((z[:, n, 2] + y[:, n]) ** 2).mean()
        v.grad = None
        error.backward()
        return float(error.detach())

    return step


def _work(job: Any, shard: int) -> tuple[float]:
    """A fixed amount of sampling for the scaling benchmark."""
    rng = generator(_JOB, shard)
    total = 0.0
    for _ in range(job["blocks"]):
        total += float(loss.losses_2d(_V, 2, *wishart.entries_2d(rng, 15, _BLOCK)).sum())
    return (total,)


def _processes() -> dict[str, Any]:
    name, goal = "two processes / one", 1.8
    if (os.cpu_count() or 1) < 2:
        return _entry(name, None, goal, "not measured: one processor")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    times = []
    for workers in (1, 2):
        executor = campaign.Local(workers)
        try:
            campaign.run(_work, {"blocks": 1, "warm": workers}, 4 * workers, executor)
            begin = time.perf_counter()
            campaign.run(_work, {"blocks": 200}, 16, executor)
            times.append(time.perf_counter() - begin)
        finally:
            executor.close()
    entry = _entry(name, times[0] / times[1], goal, f"load {load:.1f} before the start")
    if not entry["met"] and load > 0.5:
        entry["met"] = None
        entry["note"] = f"not judged: other programs were running ({entry['note']})"
    return entry


def gpu() -> list[dict[str, Any]]:
    """Rates on a device against the goals for an H200, and against CuPy array code.

    Ratios are rate/goal-rate (goal 1) unless the name says otherwise; raises
    ``BackendUnavailable`` without a device.
    """
    from numeric import cuda

    backend = select("gpu")
    cupy = backend.xp
    stream = Stream(_JOB, 0)

    def rate(work: float, call: Callable[[], Any], turns: int = 3) -> float:
        call()
        best = float("inf")
        for _ in range(turns):
            begin, end = cupy.cuda.Event(), cupy.cuda.Event()
            begin.record()
            call()
            end.record()
            end.synchronize()
            best = min(best, cupy.cuda.get_elapsed_time(begin, end) / 1e3)
        return work / best

    def goal(name: str, found: float, wanted: float) -> dict[str, Any]:
        return _entry(name, found / wanted, 1.0, f"{found:.3g}/s, goal {wanted:.3g}/s")

    size = 2**31
    grid = ((cuda.BLOCKS,), (cuda.THREADS,))
    address = (
        np.uint64(0), np.uint64(size), np.uint32(0), *(np.uint32(k) for k in stream.key)
    )
    rows = cupy.empty((cuda.BLOCKS, 2))
    sums = cuda.kernel("random", "normal_sums")
    normals = rate(2.0 * size, lambda: sums(*grid, (*address, rows)))
    samples = rate(
        float(size), lambda: cuda.loss_sums(stream, 0, size, _V[None], 15, 2)
    )
    arrays = _cupy_arrays(cupy, rate)
    count, generations = 10**6, 1000
    chain = rate(
        float(count * generations),
        lambda: cuda.gaussian_sums(stream, 0, count, [10] * generations, [generations]),
    )
    steps = 20_000
    out = cupy.empty(cuda.BLOCKS * cuda.THREADS)
    fma = cuda.kernel("doubledouble", "multiply_add_rate")
    dd = rate(
        4.0 * steps * cuda.BLOCKS * cuda.THREADS,
        lambda: fma(*grid, (np.int32(steps), np.float64(0.999), np.float64(0.001), out)),
    )
    prompts = rate(
        2.0**28, lambda: cuda.prompt_gradient(stream, 0, 2**28, _V, 15, 2)
    )
    return [
        goal("GPU: double normals", normals, 1.3e11),
        goal("GPU: Bartlett d = L = 2, n = 15", samples, 2e10),
        _entry("GPU: Bartlett / CuPy arrays", samples / arrays, 3, f"CuPy arrays {arrays:.3g}/s"),
        goal("GPU: Gaussian chain-generations, n = 10", chain, 3e10),
        goal("GPU: double-double multiply-adds", dd, 3e11),
        goal("GPU: prompts, Z pass with gradient", prompts, 5e8),
    ]


def _cupy_arrays(cupy: Any, rate: Callable[..., float]) -> float:
    """The Bartlett loss written with CuPy arrays: every intermediate goes through memory."""
    rng = cupy.random.default_rng(1)
    size = 2**25

    def call() -> None:
        s11, s22 = rng.chisquare(15, size), rng.chisquare(14, size)
        z = rng.standard_normal(size)
        s12 = cupy.sqrt(s11) * z
        s22 = s22 + z * z
        loss_values = loss.losses_2d(_V, 2, s11 / 15, s12 / 15, s22 / 15)
        float(loss_values.sum())

    return rate(float(size), call)
