"""The Z recursion: equal to gradient descent, gradients by hand, training to known optima."""

from __future__ import annotations

import numpy as np
import pytest

from numeric import loss, quadrature, transformer, wishart
from numeric.philox import generator

JOB = "77" * 32


def rng(shard=0):
    return generator(JOB, shard)


@pytest.mark.parametrize(("d", "n", "layers"), [(1, 1, 1), (2, 5, 2), (3, 4, 3), (5, 20, 3)])
def test_forward_pass_is_preconditioned_gradient_descent(d, n, layers):
    """The prediction is <u_L, x_q>, u_{k+1} = u_k - V X (X^T u_k - y)/n, u_0 = 0, V not V^T."""
    prompts = transformer.draw(rng(), d, n, 6, noise=0.3)
    v = rng(1).standard_normal((d, d)) / d
    total = 0.0
    for b in range(6):
        x, y = prompts.x[:, :n, b], prompts.y[:n, b]
        u = np.zeros(d)
        for _ in range(layers):
            u = u - v @ x @ (x.T @ u - y) / n
        total += (u @ prompts.x[:, n, b] - prompts.target[b]) ** 2 / 6
    assert transformer.loss_and_gradient(v, prompts, layers)[0] == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize(("d", "n", "layers"), [(1, 2, 2), (2, 5, 1), (2, 15, 2), (3, 6, 4)])
def test_dense_and_sparse_passes_agree(d, n, layers):
    prompts = transformer.draw(rng(2), d, n, 9)
    v = rng(3).standard_normal((d, d)) / d
    value, slope = transformer.loss_and_gradient(v, prompts, layers)
    dense, _, by_q = transformer.dense_loss_and_gradient(
        *transformer.sparse_weights(v), prompts, layers
    )
    assert dense == pytest.approx(value, rel=1e-12)
    assert np.allclose(-by_q[:d, :d].T, slope, rtol=1e-9, atol=1e-12)


def test_dense_gradients_are_finite_differences():
    prompts = transformer.draw(rng(4), 2, 4, 5)
    p, q = (0.3 * rng(5 + k).standard_normal((3, 3)) for k in range(2))
    _, by_p, by_q = transformer.dense_loss_and_gradient(p, q, prompts, 3)
    dp, dq = (rng(7 + k).standard_normal((3, 3)) for k in range(2))
    h = 1e-6
    up, down = (
        transformer.dense_loss_and_gradient(p + s * h * dp, q + s * h * dq, prompts, 3)[0]
        for s in (1, -1)
    )
    assert np.sum(by_p * dp) + np.sum(by_q * dq) == pytest.approx((up - down) / (2 * h), rel=1e-5)


@pytest.mark.parametrize("layers", [1, 2, 3, 5])
def test_reduced_gradient_is_the_matrix_gradient(layers):
    s11, s12, s22 = wishart.entries_2d(rng(9), 6, 40)
    s = np.array([[s11, s12], [s12, s22]]).transpose(2, 0, 1)
    v = np.array([[0.7, -0.3], [0.4, 0.2]])
    value, slope = transformer.reduced_gradient(v, layers, s11, s12, s22)
    expected = loss.gradients(v, layers, s)
    assert value == pytest.approx(expected[0]) and np.allclose(slope, expected[1])


def test_prompt_loss_has_the_population_mean():
    """Means over w and query are exact in the reduced form: five standard errors apart at most."""
    v = np.array([[0.7, -0.2], [0.2, 0.7]])
    nodes, weight = quadrature.population(2, 8, 2)
    exact = float(loss.losses(v, 2, nodes) @ weight)
    source = rng(10)
    values = [transformer.loss_and_gradient(v, transformer.draw(source, 2, 8, 2000), 2)[0]
              for _ in range(100)]
    assert abs(np.mean(values) - exact) < 5 * np.std(values) / 10


def test_exact_training_finds_the_transition():
    """d = L = 2: symmetric at n = 14, a skew part at n = 15 and 16, stationary to rounding."""
    contexts = [5, 14, 15, 16, 30]
    trained = transformer.train_exact(contexts, 2, steps=4000)
    b = transformer.skew_part(trained)
    assert b[0] < 1e-6 and b[1] < 1e-4
    assert 0.01 < b[2] < b[3] < b[4]
    for n, v in zip(contexts, trained, strict=True):
        _, slope = loss.gradients(v, 2, *quadrature.population(2, n, 2))
        assert np.abs(slope).max() < 1e-5


def test_one_layer_is_never_skew():
    trained = transformer.train_exact([20], 1, steps=3000)
    assert transformer.skew_part(trained)[0] < 1e-6
    assert np.allclose(trained[0], 20 / 23 * np.eye(2), atol=1e-6)  # a = n/(n + d + 1)


def test_prompt_training_descends():
    v = transformer.train_prompts(rng(11), 2, 30, 2, steps=150, batch=1024, rate=2e-2)
    assert np.trace(v) / 2 == pytest.approx(0.88, abs=0.1)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="n >= 1"):
        transformer.draw(rng(), 2, 0, 1)
    with pytest.raises(ValueError, match="layers"):
        transformer.loss_and_gradient(np.eye(2), transformer.draw(rng(), 2, 2, 1), 0)
