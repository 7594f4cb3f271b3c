"""The CUDA sources compiled as C++ and run by one CPU thread: their arithmetic, without a device.

A header of a few lines gives the CUDA names their meaning on the host.  What this cannot see is
the launch itself (grids, shuffles between threads), which the tests marked ``gpu`` see.
"""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from numeric import cuda, gaussian, loss, quadrature, transformer, wishart
from numeric.doubledouble import DD
from numeric.philox import Stream, generator, job_digest
from numeric.statistics import catoni_scores

HOST = r"""
#include <cmath>
#include <algorithm>
using namespace std;
#define __device__
#define __global__
#define __forceinline__ inline
#define __restrict__
#define __shared__ static
#define __syncthreads()
#define __shfl_down_sync(mask, x, offset) (0.0)
struct uint4 { unsigned x, y, z, w; };
struct double2 { double x, y; };
struct Index { unsigned x; };
static const Index threadIdx = {0}, blockIdx = {0}, blockDim = {1}, gridDim = {1};
inline uint4 make_uint4(unsigned a, unsigned b, unsigned c, unsigned d) { return {a, b, c, d}; }
inline double2 make_double2(double a, double b) { return {a, b}; }
inline void sincospi(double x, double* s, double* c) {
    *s = sin(3.14159265358979323846 * x); *c = cos(3.14159265358979323846 * x);
}
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dsub_rn(double a, double b) { return a - b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline double __ddiv_rn(double a, double b) { return a / b; }
inline double __dsqrt_rn(double a) { return sqrt(a); }
inline double __fma_rn(double a, double b, double c) { return fma(a, b, c); }
"""
STREAM = Stream(job_digest({"tests": "host"}), 3)


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    folder = tmp_path_factory.mktemp("kernels")

    def build(name, **defines):
        stem = folder / (name + "".join(f"-{k}{v}" for k, v in defines.items()))
        stem.with_suffix(".cpp").write_text(HOST + cuda.source(name))
        options = [f"-D{key}={value}" for key, value in defines.items()]
        subprocess.run(
            [compiler, "-std=c++17", "-O1", "-ffp-contract=off", "-shared", "-fPIC", "-w",
             *options, str(stem.with_suffix(".cpp")), "-o", str(stem.with_suffix(".so"))],
            check=True,
        )
        return ctypes.CDLL(str(stem.with_suffix(".so")))

    return build


def address(first, count):
    return (
        ctypes.c_ulonglong(first),
        ctypes.c_ulonglong(count),
        *(ctypes.c_uint(x) for x in (STREAM.shard, *STREAM.key)),
    )


def pointer(array):
    kind = ctypes.c_int if array.dtype == np.int32 else ctypes.c_double
    return array.ctypes.data_as(ctypes.POINTER(kind))


def call(function, *arguments):
    function(*(pointer(a) if isinstance(a, np.ndarray) else a for a in arguments))


def test_draws_are_those_of_the_twin(build):
    library = build("random")
    out = np.empty((2, 500))
    call(library.uniforms, *address(2**32 - 9, 500), ctypes.c_uint(4), out)
    assert np.array_equal(out, np.array(STREAM.uniforms(2**32 - 9, 500, 4)))
    call(library.normals, *address(0, 500), ctypes.c_uint(1), out)
    assert np.allclose(out, np.array(STREAM.normals(0, 500, 1)), rtol=1e-13, atol=1e-15)
    one = np.empty(500)
    for dof in (1, 2, 33, 64):
        call(library.chi_squares, *address(0, 500), ctypes.c_int(dof), one)
        _, chi = STREAM.normals_and_chi_squares(0, 500, 0, (dof,))
        assert np.allclose(one, chi[0], rtol=1e-12)


@pytest.mark.parametrize("dof", [65, 400])
def test_rejection_has_the_moments(build, dof):
    library, size = build("random"), 200_000
    out = np.empty(size)
    call(library.chi_squares, *address(0, size), ctypes.c_int(dof), out)
    assert abs(out.mean() - dof) < 5 * math.sqrt(2 * dof / size)
    assert abs(out.var() / (2 * dof) - 1) < 5 * math.sqrt((2 + 12 / dof) / size)


@pytest.mark.parametrize(("d", "n", "layers"), [(1, 4, 3), (2, 15, 2), (4, 9, 3)])
def test_loss_sums_equal_the_twin(build, d, n, layers):
    library = build("bartlett", D=d, N=n, LAYERS=layers, MATRICES=2, POINTS=1)
    v = np.array([0.5 * np.eye(d), 0.4 * np.eye(d) + np.triu(np.full((d, d), 0.1))])
    points, scale, row = np.array([0.3, 0.4]), np.array([0.05, 0.02]), np.empty(8)
    call(library.loss_sums, *address(7, 3000), v.ravel(), points, scale, row)
    s = wishart.bartlett_philox(STREAM, 7, 3000, d, n)
    for k in range(2):
        f = loss.losses(v[k], layers, s)
        score = catoni_scores(f, [points[k]], scale[k])[0]
        assert row[3 * k : 3 * k + 3] == pytest.approx([f.sum(), f @ f, score], rel=1e-9)
        assert row[6 + k] == pytest.approx(f.max(), rel=1e-9)


def test_curvature_sums_equal_the_twin(build):
    library, row = build("bartlett", D=2, N=15, LAYERS=2, MATRICES=1, POINTS=0), np.empty(4)
    call(library.curvature_sums, *address(0, 3000), ctypes.c_double(0.78), ctypes.c_double(0.1),
         row)
    s = wishart.bartlett_philox(STREAM, 0, 3000, 2, 15)
    f = loss.skew_second_derivatives_2d(0.78, 2, s[:, 0, 0] + s[:, 1, 1], np.linalg.det(s))
    score = catoni_scores(f, [0.0], 0.1)[0]
    assert row[:3] == pytest.approx([f.sum(), f @ f, score], rel=1e-9)


@pytest.mark.parametrize(
    ("accumulate", "less"),
    [(0, 1), (1, 0), *(pytest.param(*x, marks=pytest.mark.slow) for x in ((0, 0), (1, 1)))],
)
def test_gaussian_chains_have_the_moments_of_the_twin(build, accumulate, less):
    sizes, marks, count = np.array([5, 90, 7, 4], np.int32), np.array([1, 4], np.int32), 40_000
    library = build("chains", GENERATIONS=4, CHECKPOINTS=2, ACCUMULATE=accumulate, LESS=less,
                    DIMENSION=1)
    row = np.empty(10)
    call(library.gaussian_sums, *address(0, count), sizes, marks, row)
    twin = gaussian.chains(
        generator("11" * 32, 0), sizes, 200_000,
        "accumulate" if accumulate else "replace", "unbiased" if less else "mle", marks,
    )
    for k in range(2):
        logs, square = twin.log_variance[k], twin.mean[k] ** 2
        for found, values in (
            (row[5 * k], logs), (row[5 * k + 1], logs**2), (row[5 * k + 2], np.exp(logs)),
            (row[5 * k + 4], square),
        ):
            assert abs(found / count - values.mean()) < 5.5 * values.std() / math.sqrt(count)


def test_long_collapse_does_not_underflow(build):
    library = build("chains", GENERATIONS=2000, CHECKPOINTS=1, ACCUMULATE=0, LESS=1, DIMENSION=1)
    row = np.empty(5)
    call(library.gaussian_sums, *address(0, 50), np.full(2000, 2, np.int32),
         np.array([2000], np.int32), row)
    # E log chi^2_1 = -gamma - log 2, variance pi^2/2 a generation
    assert abs(row[0] / 50 + 2000 * 1.2703628454614782) < 5 * math.sqrt(2000 * math.pi**2 / 2 / 50)


@pytest.mark.parametrize(("d", "n"), [(1, 12), (5, 90)])
def test_regression_chains_have_their_risk(build, d, n):
    library, row, count = build(
        "chains", GENERATIONS=3, CHECKPOINTS=1, ACCUMULATE=0, LESS=1, DIMENSION=d
    ), np.empty(2), 60_000
    call(library.regression_sums, *address(0, count), ctypes.c_int(n), ctypes.c_double(0.5), row)
    mean = row[0] / count
    error = math.sqrt((row[1] / count - mean**2) / count)
    assert abs(mean - 0.5 * 3 * d / (n - d - 1)) < 5 * error


@pytest.mark.parametrize(("d", "n", "layers"), [(1, 3, 2), (2, 15, 2), (3, 4, 4)])
def test_prompt_gradient_equals_the_twin(build, d, n, layers):
    library = build("transformer", D=d, N=n, LAYERS=layers)
    v, row, count = 0.5 * np.eye(d) + 0.1 * np.triu(np.ones((d, d))), np.empty(d * d + 2), 300
    call(library.gradient_sums, *address(0, count), v.ravel(), row)
    z, _ = STREAM.normals_and_chi_squares(0, count, d * (n + 2), ())
    x, w = z[: d * (n + 1)].reshape(d, n + 1, count), z[d * (n + 1) :]
    y = np.einsum("kb,kjb->jb", w, x)
    target = y[n].copy()
    y[n] = 0.0
    value, slope = transformer.loss_and_gradient(v, transformer.Prompts(x, y, target), layers)
    assert row[d * d] / count == pytest.approx(value, rel=1e-9)
    assert np.allclose(row[: d * d].reshape(d, d) / count, slope, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("name", ["add", "mul", "div", "sqrt"])
def test_double_double_has_the_same_bits(build, name):
    rng, library = generator("22" * 32, 0), build("doubledouble")
    x, y = (DD(rng.uniform(1, 2, 2000)) + DD(rng.uniform(0, 2**-53, 2000)) for _ in range(2))
    mine = {"add": x + y, "mul": x * y, "div": x / y, "sqrt": x.sqrt()}[name]
    out = np.empty((2, 2000))
    number = ("add", "mul", "div", "sqrt").index(name)
    call(library.elementwise, ctypes.c_int(number), ctypes.c_ulonglong(2000),
         *(np.ascontiguousarray(p) for p in (x.hi, x.lo, y.hi, y.lo)), out[0], out[1])
    assert np.array_equal(out[0], mine.hi) and np.array_equal(out[1], mine.lo)


@pytest.mark.parametrize(("d", "layers"), [(2, 6), (3, 2)])
def test_quadrature_to_thirty_digits(build, d, layers):
    library, n = build("doubledouble", D=d, LAYERS=layers), 15
    v = [[Fraction(7, 10) if i == j else Fraction(j - i, 8) for j in range(d)] for i in range(d)]
    columns, nodes = cuda.quadrature_columns(v, n, layers)
    inverse, out = DD.of(Fraction(1, n)), np.empty(2)
    call(library.quadrature, ctypes.c_ulonglong(nodes), *columns,
         *(ctypes.c_double(float(x)) for x in (inverse.hi, inverse.lo)), out)
    found = Fraction(float(out[0])) + Fraction(float(out[1]))
    mine = quadrature.loss(v, n, layers).fraction()
    assert abs(found - mine) < Fraction(1, 10**28) * mine
