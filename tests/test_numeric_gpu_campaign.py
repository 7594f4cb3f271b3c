"""The device campaign with every kernel replaced by its NumPy twin: its logic, on any machine."""

from __future__ import annotations

import numpy as np
import pytest

from numeric import cuda, gaussian, gpu_campaign, loss, quadrature, statistics, transformer, wishart
from numeric.doubledouble import DD
from numeric.philox import generator
from numeric.statistics import MeanSums


def sums(values, points, influence):
    return MeanSums(
        values.size,
        float(values.sum()),
        float(values @ values),
        float(np.abs(values).max()),
        statistics.catoni_scores(values, points, influence),
    )


@pytest.fixture
def twins(monkeypatch):
    def curvature(stream, first, count, a, n, layers, influence):
        rng = generator(stream.digest, stream.shard)
        pair = wishart.invariants_2d(rng, n, count)
        return sums(loss.skew_second_derivatives_2d(a, layers, *pair), [0.0], influence)

    def losses(stream, first, count, matrices, n, layers, points=(), influences=()):
        rng = generator(stream.digest, stream.shard)
        values = loss.losses_2d(matrices[0], layers, *wishart.entries_2d(rng, n, count))
        return [sums(values, points[0], influences[0])]

    def chains(stream, first, count, sizes, marks, regime="replace", estimator="unbiased"):
        rng = generator(stream.digest, stream.shard)
        found = gaussian.chains(rng, sizes, count, regime, estimator, marks)
        logs = found.log_variance[0]
        return np.array([[logs.sum(), logs @ logs, 0.0, 0.0, 0.0]])

    def prompts(stream, first, count, v, n, layers):
        rng = generator(stream.digest, stream.shard)
        value, slope = transformer.reduced_gradient(v, layers, *wishart.entries_2d(rng, n, 2048))
        return float(value), slope

    def grid(v, n, layers):
        return quadrature.loss(v, n, layers) if layers == 1 else DD.of(1)

    for name, twin in (
        ("curvature_sums", curvature),
        ("loss_sums", losses),
        ("gaussian_sums", chains),
        ("prompt_gradient", prompts),
        ("quadrature_loss", grid),
    ):
        monkeypatch.setattr(cuda, name, twin)


def test_entries_are_as_declared(twins):
    assert gpu_campaign._curvature(14, None)["as_declared"]
    assert gpu_campaign._loss(2_000_000, None)["as_declared"]
    for name, sizes in gpu_campaign._SCHEDULES:
        assert gpu_campaign._gaussian(name, sizes, 2000)["as_declared"], name
    assert gpu_campaign._quadrature()["as_declared"]


@pytest.mark.slow
def test_training_of_ordinary_length_finds_the_wide_case_only(twins):
    """At n = 30 a short run is right; at n = 15 the curvature is too small for it."""
    entry = gpu_campaign._training(1200)
    assert entry["as_declared"]
    assert entry["exact"][0] == pytest.approx(0.01706, abs=1e-4)
