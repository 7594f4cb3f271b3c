"""The CUDA kernels: compiling, launching, merging (needs CuPy; importing this does not).

Every launch uses the same fixed grid, writes one row of sums a block, and the rows are merged
with ``math.fsum``: results do not depend on the number of multiprocessors.  Sources are compiled
by NVRTC with the sizes of the problem as constants; ``compile_cubin`` needs no device, so tests
compile every kernel for sm_90 on a machine without one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from numeric import quadrature as gauss
from numeric.doubledouble import DD
from numeric.philox import Stream
from numeric.statistics import MeanSums

__all__ = [
    "BLOCKS",
    "CONFIGURATIONS",
    "THREADS",
    "chi_squares",
    "compile_cubin",
    "curvature_sums",
    "elementwise",
    "gaussian_sums",
    "kernel",
    "loss_sums",
    "normals",
    "prompt_gradient",
    "quadrature_columns",
    "quadrature_loss",
    "regression_sums",
    "source",
    "uniforms",
]

BLOCKS, THREADS = 2048, 256

# One representative choice of constants for each source; the tests compile all of them.
CONFIGURATIONS: tuple[tuple[str, dict[str, int]], ...] = (
    ("random", {}),
    ("bartlett", {"D": 2, "N": 15, "LAYERS": 2, "MATRICES": 1, "POINTS": 3}),
    ("bartlett", {"D": 2, "N": 14, "LAYERS": 6, "MATRICES": 8, "POINTS": 0}),
    ("bartlett", {"D": 4, "N": 20, "LAYERS": 3, "MATRICES": 2, "POINTS": 5}),
    ("chains", {"GENERATIONS": 1000, "CHECKPOINTS": 4, "ACCUMULATE": 0, "LESS": 1, "DIMENSION": 1}),
    ("chains", {"GENERATIONS": 100, "CHECKPOINTS": 2, "ACCUMULATE": 1, "LESS": 0, "DIMENSION": 5}),
    ("doubledouble", {}),
    ("doubledouble", {"D": 2, "LAYERS": 6}),
    ("doubledouble", {"D": 3, "LAYERS": 2}),
    ("transformer", {"D": 2, "N": 15, "LAYERS": 2}),
    ("transformer", {"D": 3, "N": 7, "LAYERS": 3}),
)


def source(name: str) -> str:
    """The CUDA source of a kernel file, with the shared header in front."""
    folder = resources.files("numeric.kernels")
    return (folder / "philox.cuh").read_text() + (folder / f"{name}.cu").read_text()


def _options(defines: Mapping[str, int]) -> tuple[str, ...]:
    return ("--std=c++17", *(f"-D{key}={value}" for key, value in sorted(defines.items())))


def compile_cubin(name: str, defines: Mapping[str, int], architecture: str = "sm_90") -> bytes:
    """Machine code for ``architecture`` by NVRTC; needs the compiler but no device.

    Raises ``RuntimeError`` with the compiler's log.
    """
    from cupy.cuda import nvrtc

    program = nvrtc.createProgram(source(name), f"{name}.cu", [], [])
    try:
        nvrtc.compileProgram(program, [f"--gpu-architecture={architecture}", *_options(defines)])
        return nvrtc.getCUBIN(program)
    except nvrtc.NVRTCError as error:
        raise RuntimeError(f"{name}.cu: {error}\n{nvrtc.getProgramLog(program)}") from error
    finally:
        nvrtc.destroyProgram(program)


@lru_cache(maxsize=64)
def _module(name: str, defines: tuple[tuple[str, int], ...]) -> Any:
    import cupy

    return cupy.RawModule(code=source(name), options=_options(dict(defines)), backend="nvrtc")


def kernel(name: str, function: str, defines: Mapping[str, int] | None = None) -> Any:
    """A compiled function of a kernel file, cached."""
    return _module(name, tuple(sorted((defines or {}).items()))).get_function(function)


def _address(stream: Stream, first: int, count: int) -> tuple[Any, ...]:
    return (
        np.uint64(first),
        np.uint64(count),
        np.uint32(stream.shard),
        np.uint32(stream.key[0]),
        np.uint32(stream.key[1]),
    )


def _rows(function: Any, columns: int, arguments: tuple[Any, ...]) -> np.ndarray:
    import cupy

    rows = cupy.empty((BLOCKS, columns))
    function((BLOCKS,), (THREADS,), (*arguments, rows))
    return rows.get()


def _fsum(columns: np.ndarray) -> list[float]:
    return [math.fsum(column) for column in columns.T]


def uniforms(stream: Stream, first: int, count: int, block: int) -> np.ndarray:
    """(2, count): the same bits as ``Stream.uniforms``."""
    return _filled("uniforms", stream, first, count, block, 2)


def normals(stream: Stream, first: int, count: int, block: int) -> np.ndarray:
    """(2, count): ``Stream.normals`` within a few ulps."""
    return _filled("normals", stream, first, count, block, 2)


def chi_squares(stream: Stream, first: int, count: int, dof: int) -> np.ndarray:
    """(count,): ``Stream.normals_and_chi_squares(first, count, 0, (dof,))`` within a few ulps;
    above 64 degrees of freedom by rejection, another function of the same stream."""
    return _filled("chi_squares", stream, first, count, dof, 1)[0]


def _filled(
    function: str, stream: Stream, first: int, count: int, number: int, rows: int
) -> np.ndarray:
    import cupy

    out = cupy.empty((rows, count))
    integer = np.int32(number) if function == "chi_squares" else np.uint32(number)
    arguments = (*_address(stream, first, count), integer, out)
    kernel("random", function)((BLOCKS,), (THREADS,), arguments)
    return out.get()


def loss_sums(
    stream: Stream,
    first: int,
    count: int,
    matrices: np.ndarray,
    n: int,
    layers: int,
    points: Sequence[Sequence[float]] = (),
    influences: Sequence[float] = (),
) -> list[MeanSums]:
    """Sums of the loss for each of ``matrices`` (K, d, d) over the same samples, n >= d.

    ``points`` holds for each matrix the candidate means at which Catoni scores are summed.
    """
    import cupy

    k, d, _ = matrices.shape
    if n < d:
        raise ValueError(f"this kernel needs n >= d, not d={d}, n={n}")
    width = len(points[0]) if points else 0
    defines = {"D": d, "N": n, "LAYERS": layers, "MATRICES": k, "POINTS": width}
    arguments = (
        *_address(stream, first, count),
        cupy.asarray(matrices, dtype=float).ravel(),
        cupy.asarray([x for row in points for x in row] or [0.0], dtype=float),
        cupy.asarray(list(influences) or [0.0] * k, dtype=float),
    )
    rows = _rows(kernel("bartlett", "loss_sums", defines), k * (3 + width), arguments)
    sums = _fsum(rows[:, : k * (2 + width)])
    largest = rows[:, k * (2 + width) :].max(axis=0)
    result = []
    for j in range(k):
        total, squares, *scores = sums[j * (2 + width) : (j + 1) * (2 + width)]
        result.append(MeanSums(count, total, squares, float(largest[j]), tuple(scores)))
    return result


def curvature_sums(
    stream: Stream, first: int, count: int, a: float, n: int, layers: int, influence: float
) -> MeanSums:
    """Sums of the skew second derivative at aI, d = 2, with its score at 0."""
    defines = {"D": 2, "N": n, "LAYERS": layers, "MATRICES": 1, "POINTS": 0}
    arguments = (*_address(stream, first, count), np.float64(a), np.float64(influence))
    rows = _rows(kernel("bartlett", "curvature_sums", defines), 4, arguments)
    total, squares, score = _fsum(rows[:, :3])
    return MeanSums(count, total, squares, float(rows[:, 3].max()), (score,))


def gaussian_sums(
    stream: Stream,
    first: int,
    count: int,
    sizes: Sequence[int],
    checkpoints: Sequence[int],
    regime: str = "replace",
    estimator: str = "unbiased",
) -> np.ndarray:
    """(checkpoints, 5): sums over chains of log v, (log v)^2, v, v^2 and the squared mean."""
    import cupy

    defines = {
        "GENERATIONS": checkpoints[-1],
        "CHECKPOINTS": len(checkpoints),
        "ACCUMULATE": int(regime == "accumulate"),
        "LESS": int(estimator == "unbiased"),
        "DIMENSION": 1,
    }
    arguments = (
        *_address(stream, first, count),
        cupy.asarray(list(sizes), dtype=cupy.int32),
        cupy.asarray(list(checkpoints), dtype=cupy.int32),
    )
    function = kernel("chains", "gaussian_sums", defines)
    rows = _rows(function, 5 * len(checkpoints), arguments)
    return np.array(_fsum(rows)).reshape(len(checkpoints), 5)


def regression_sums(
    stream: Stream, first: int, count: int, d: int, n: int, generations: int, noise: float = 1.0
) -> tuple[float, float]:
    """Sums of ||theta_t - theta*||^2 and of its square when replacing, n >= d."""
    defines = {
        "GENERATIONS": generations, "CHECKPOINTS": 1, "ACCUMULATE": 0, "LESS": 1, "DIMENSION": d
    }
    arguments = (*_address(stream, first, count), np.int32(n), np.float64(noise))
    total, squares = _fsum(_rows(kernel("chains", "regression_sums", defines), 2, arguments))
    return total, squares


def prompt_gradient(
    stream: Stream, first: int, count: int, v: np.ndarray, n: int, layers: int
) -> tuple[float, np.ndarray]:
    """(mean squared error, gradient in V) over ``count`` prompts through the Z recursion."""
    import cupy

    d = v.shape[0]
    function = kernel("transformer", "gradient_sums", {"D": d, "N": n, "LAYERS": layers})
    weights = cupy.asarray(v, dtype=float).ravel()
    sums = _fsum(_rows(function, d * d + 2, (*_address(stream, first, count), weights)))
    return sums[d * d] / count, np.array(sums[: d * d]).reshape(d, d) / count


def elementwise(operation: str, x: DD, y: DD) -> DD:
    """``add``, ``mul``, ``div`` or ``sqrt`` (of x) on the device: the same bits as ``DD``."""
    import cupy

    number = ("add", "mul", "div", "sqrt").index(operation)
    parts = [cupy.asarray(np.ascontiguousarray(p)) for p in (x.hi, x.lo, y.hi, y.lo)]
    out = [cupy.empty_like(parts[0]) for _ in range(2)]
    arguments = (np.int32(number), np.uint64(x.hi.size), *parts, *out)
    kernel("doubledouble", "elementwise")((BLOCKS,), (THREADS,), arguments)
    return DD(out[0].get(), out[1].get())


def quadrature_columns(
    v: Sequence[Sequence[Fraction]], n: int, layers: int
) -> tuple[list[np.ndarray], int]:
    """(the ten float arrays that the quadrature kernel reads, the number of nodes)."""
    d = len(v)
    rules = [gauss.chi_square_rule(n - i, layers + 1) for i in range(d)]
    parts = [
        _joined([x for x, _ in rules]).sqrt(),
        _joined([w for _, w in rules]),
        *gauss.normal_rule(2 * layers + 1),
        DD.stack([DD.of(Fraction(x)) for row in v for x in row]),
    ]
    nodes = (layers + 1) ** d * (2 * layers + 1) ** (d * (d - 1) // 2)
    return [np.ascontiguousarray(x) for part in parts for x in (part.hi, part.lo)], nodes


def quadrature_loss(v: Sequence[Sequence[Fraction]], n: int, layers: int) -> DD:
    """``quadrature.loss`` on the device, for any grid that time allows (d <= 4 in practice)."""
    import cupy

    columns, nodes = quadrature_columns(v, n, layers)
    inverse = DD.of(Fraction(1, n))
    pair = (np.float64(inverse.hi), np.float64(inverse.lo))
    out = cupy.empty((2, BLOCKS * THREADS))
    function = kernel("doubledouble", "quadrature", {"D": len(v), "LAYERS": layers})
    arguments = (np.uint64(nodes), *(cupy.asarray(x) for x in columns), *pair, out)
    function((BLOCKS,), (THREADS,), arguments)
    hi, lo = out.get()
    return DD(hi, lo).sum()


def _joined(parts: list[DD]) -> DD:
    return DD(np.concatenate([p.hi for p in parts]), np.concatenate([p.lo for p in parts]))
