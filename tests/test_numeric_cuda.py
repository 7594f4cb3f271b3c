"""Kernels: all compile for sm_90 without a device; on a device they equal their NumPy twins."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from numeric import backend, cuda, gaussian, loss, quadrature, transformer, wishart
from numeric.doubledouble import DD
from numeric.philox import Stream, job_digest

STREAM = Stream(job_digest({"tests": "cuda"}), 5)


@pytest.fixture(scope="module")
def compiler():
    """NVRTC through CuPy; it needs no device and no driver."""
    try:
        from cupy.cuda import nvrtc

        return nvrtc.getVersion()
    except Exception as error:
        pytest.skip(f"no run-time compiler: {type(error).__name__}: {error}")


_NAMES = [name for name, _ in cuda.CONFIGURATIONS]


@pytest.mark.parametrize(
    ("name", "defines"),
    [
        pytest.param(name, defines, marks=[pytest.mark.slow] if name in _NAMES[:k] else [])
        for k, (name, defines) in enumerate(cuda.CONFIGURATIONS)
    ],
)
def test_kernels_compile_for_sm_90(compiler, name, defines):
    cubin = cuda.compile_cubin(name, defines)
    assert cubin[:4] == b"\x7fELF" and len(cubin) > 2000


def test_a_broken_source_is_reported(compiler, monkeypatch):
    monkeypatch.setattr(cuda, "source", lambda name: "this is not CUDA")
    with pytest.raises(RuntimeError, match="error"):
        cuda.compile_cubin("random", {})


@pytest.fixture(scope="module")
def gpu():
    found = backend.select("auto")
    if found.name != "gpu":
        pytest.skip(found.reason)
    return found


@pytest.mark.gpu
def test_uniforms_have_the_same_bits(gpu):
    for block in (0, 3):
        mine = np.array(STREAM.uniforms(2**32 - 50, 100_000, block))
        assert np.array_equal(cuda.uniforms(STREAM, 2**32 - 50, 100_000, block), mine)


@pytest.mark.gpu
def test_normals_and_chi_squares_agree_to_ulps(gpu):
    mine = np.array(STREAM.normals(0, 100_000, 1))
    assert np.abs(cuda.normals(STREAM, 0, 100_000, 1) - mine).max() < 1e-14
    for dof in (1, 2, 15, 64):
        _, chi = STREAM.normals_and_chi_squares(0, 50_000, 0, (dof,))
        assert np.allclose(cuda.chi_squares(STREAM, 0, 50_000, dof), chi[0], rtol=1e-13, atol=1e-15)


@pytest.mark.gpu
@pytest.mark.parametrize("dof", [65, 1000])
def test_rejection_has_the_moments(gpu, dof):
    chi = cuda.chi_squares(STREAM, 0, 10**6, dof)
    assert abs(chi.mean() - dof) < 5 * math.sqrt(2 * dof / 10**6)
    assert abs(chi.var() / (2 * dof) - 1) < 5 * math.sqrt((2 + 12 / dof) / 10**6)


@pytest.mark.gpu
@pytest.mark.parametrize(("d", "n", "layers"), [(2, 15, 2), (2, 14, 5), (3, 8, 3), (4, 20, 2)])
def test_loss_sums_equal_the_twin(gpu, d, n, layers):
    v = np.array([0.5 * np.eye(d), 0.4 * np.eye(d) + np.triu(np.full((d, d), 0.1))])
    s = wishart.bartlett_philox(STREAM, 0, 20_000, d, n)
    for sums, matrix in zip(
        cuda.loss_sums(STREAM, 0, 20_000, v, n, layers), v, strict=True
    ):
        values = loss.losses(matrix, layers, s)
        assert sums.total == pytest.approx(values.sum(), rel=1e-11)
        assert sums.largest == pytest.approx(values.max(), rel=1e-9)


@pytest.mark.gpu
def test_curvature_sums_equal_the_twin(gpu):
    s = wishart.bartlett_philox(STREAM, 0, 20_000, 2, 15)
    trace, det = s[:, 0, 0] + s[:, 1, 1], np.linalg.det(s)
    values = loss.skew_second_derivatives_2d(0.78, 2, trace, det)
    sums = cuda.curvature_sums(STREAM, 0, 20_000, 0.78, 15, 2, 0.01)
    assert sums.total == pytest.approx(values.sum(), rel=1e-9)


@pytest.mark.gpu
@pytest.mark.parametrize("regime", ["replace", "accumulate"])
@pytest.mark.parametrize("estimator", ["unbiased", "mle"])
def test_chains_have_the_moments_of_the_twin(gpu, regime, estimator):
    sizes, marks = [5, 90, 7, 4], [1, 4]
    sums = cuda.gaussian_sums(STREAM, 0, 10**6, sizes, marks, regime, estimator)
    other = gaussian.chains(np.random.default_rng(1), sizes, 200_000, regime, estimator, marks)
    for row in range(2):
        logs = other.log_variance[row]
        assert abs(sums[row, 0] / 10**6 - logs.mean()) < 6 * logs.std() / math.sqrt(2e5)


@pytest.mark.gpu
def test_regression_risk(gpu):
    d, n, t = 5, 60, 4
    total, squares = cuda.regression_sums(STREAM, 0, 10**6, d, n, t)
    mean = total / 10**6
    error = math.sqrt((squares / 10**6 - mean**2) / 10**6)
    assert abs(mean - t * d / (n - d - 1)) < 5 * error


@pytest.mark.gpu
def test_prompt_gradient_equals_the_twin(gpu):
    d, n, layers, count = 2, 15, 2, 10_000
    z, _ = STREAM.normals_and_chi_squares(0, count, d * (n + 2), ())
    x, w = z[: d * (n + 1)].reshape(d, n + 1, count), z[d * (n + 1) :]
    y = np.einsum("kb,kjb->jb", w, x)
    target = y[n].copy()
    y[n] = 0.0
    v = np.array([[0.7, -0.1], [0.1, 0.7]])
    value, slope = transformer.loss_and_gradient(v, transformer.Prompts(x, y, target), layers)
    mine, gradient = cuda.prompt_gradient(STREAM, 0, count, v, n, layers)
    assert mine == pytest.approx(value, rel=1e-10)
    assert np.allclose(gradient, slope, rtol=1e-9, atol=1e-12)


@pytest.mark.gpu
@pytest.mark.parametrize("name", ["add", "mul", "div", "sqrt"])
def test_double_double_has_the_same_bits(gpu, name):
    rng = np.random.default_rng(3)
    x, y = (DD(rng.uniform(1, 2, 10_000)) + DD(rng.uniform(0, 2**-53, 10_000)) for _ in range(2))
    mine = {"add": x + y, "mul": x * y, "div": x / y, "sqrt": x.sqrt()}[name]
    found = cuda.elementwise(name, x, y)
    assert np.array_equal(found.hi, mine.hi) and np.array_equal(found.lo, mine.lo)


@pytest.mark.gpu
@pytest.mark.parametrize("layers", [1, 2, 4])
def test_quadrature_on_the_device_to_thirty_digits(gpu, layers):
    v = [[Fraction(7, 10), Fraction(-1, 8)], [Fraction(1, 8), Fraction(7, 10)]]
    mine = quadrature.loss(v, 15, layers).fraction()
    found = cuda.quadrature_loss(v, 15, layers).fraction()
    assert abs(found - mine) < Fraction(1, 10**29) * mine
