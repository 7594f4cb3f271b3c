"""The weight-tied linear transformer on in-context regression prompts, forward and backward.

A prompt is Z = [x_1 ... x_n x_q; y_1 ... y_n 0], y_i = <w, x_i>, of shape (d+1) x (n+1); each of
L layers adds (1/n) P Z M Z^T Q Z with M = diag(I_n, 0) and the prediction is minus the last entry.

* ``dense_loss_and_gradient``: any P and Q, the whole matrix Z, gradients by hand;
* ``loss_and_gradient``: the sparse weights P = diag(0, 1), Q = [[-V^T, 0], [0, 0]], under which
  the rows x never change: the same function at a fraction of the work;
* ``reduced_gradient``: the same expectation from the 2 x 2 matrix S alone.

``train_exact`` descends the population loss on a Gauss rule (no sampling error: its result is
the claim); ``train_prompts`` and ``train_reduced`` see fresh batches (the demonstration: near
the transition the curvature is too small for a run of ordinary length).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from numeric import loss, quadrature, wishart

__all__ = [
    "Adam",
    "Prompts",
    "dense_loss_and_gradient",
    "draw",
    "loss_and_gradient",
    "reduced_gradient",
    "skew_part",
    "sparse_weights",
    "train_exact",
    "train_prompts",
    "train_reduced",
]


@dataclass(frozen=True)
class Prompts:
    """A batch, the sample axis last: covariates x (d, n + 1, B), the query last; labels y
    (n + 1, B), 0 at the query; targets (B,)."""

    x: np.ndarray
    y: np.ndarray
    target: np.ndarray


def draw(
    rng: np.random.Generator, d: int, n: int, size: int, noise: float = 0.0
) -> Prompts:
    """Prompts with x, w standard normal and label noise of variance ``noise``.

    >>> prompts = draw(np.random.default_rng(0), 2, 5, 3)
    >>> prompts.x.shape, prompts.y.shape, prompts.y[-1].tolist()
    ((2, 6, 3), (6, 3), [0.0, 0.0, 0.0])
    """
    if d < 1 or n < 1:
        raise ValueError(f"a prompt needs d >= 1 and n >= 1, not d={d}, n={n}")
    x = rng.standard_normal((d, n + 1, size))
    w = rng.standard_normal((d, size))
    y = w[0] * x[0]
    for k in range(1, d):
        y += w[k] * x[k]
    target = y[n].copy()
    y[n] = 0.0
    if noise:
        y[:n] += math.sqrt(noise) * rng.standard_normal((n, size))
    return Prompts(x, y, target)


def sparse_weights(v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(P, Q) of shape (d+1, d+1) for the preconditioner V.

    >>> sparse_weights(np.array([[2.0]]))[1].tolist()
    [[-2.0, 0.0], [0.0, 0.0]]
    """
    d = v.shape[0]
    p, q = np.zeros((d + 1, d + 1)), np.zeros((d + 1, d + 1))
    p[d, d] = 1.0
    q[:d, :d] = -v.T
    return p, q


def dense_loss_and_gradient(
    p: np.ndarray, q: np.ndarray, prompts: Prompts, layers: int
) -> tuple[float, np.ndarray, np.ndarray]:
    """(mean squared error, its gradient in P, in Q) through the whole recursion for any P, Q."""
    n, size = prompts.x.shape[1] - 1, prompts.x.shape[2]
    z = np.concatenate([prompts.x, prompts.y[None]]).transpose(2, 0, 1)
    states = [z]
    for _ in range(layers):
        context = z[:, :, :n]
        z = z + p @ (context @ context.transpose(0, 2, 1)) @ q @ z / n
        states.append(z)
    error = -z[:, -1, -1] - prompts.target
    back = np.zeros_like(z)
    back[:, -1, -1] = -2.0 * error / size
    grad_p, grad_q = np.zeros_like(p), np.zeros_like(q)
    for z in reversed(states[:-1]):
        context = z[:, :, :n]
        g = context @ context.transpose(0, 2, 1)
        qz = q @ z
        grad_p += np.sum(back @ (g @ qz).transpose(0, 2, 1), axis=0) / n
        left = p.T @ back / n
        grad_q += np.sum(g @ left @ z.transpose(0, 2, 1), axis=0)
        grad_g = left @ qz.transpose(0, 2, 1)
        following = back + q.T @ (g @ left)
        following[:, :, :n] += (grad_g + grad_g.transpose(0, 2, 1)) @ context
        back = following
    return float(np.mean(error**2)), grad_p, grad_q


def loss_and_gradient(
    v: np.ndarray, prompts: Prompts, layers: int
) -> tuple[float, np.ndarray]:
    """(mean squared error, gradient in V) through the Z recursion with the sparse weights.

    Per layer u = X y over the context, y <- y - X^T V u/n over context and query.  Backwards,
    with e the derivative in the new y: h = X e, dV -= h u^T/n, e += X^T (-V^T h/n) on the context.
    """
    x, y = prompts.x, prompts.y
    d, n, size = x.shape[0], x.shape[1] - 1, x.shape[2]
    if layers < 1:
        raise ValueError(f"layers must be at least 1, not {layers}")
    scratch = np.empty((n + 1, size))

    def project(row: np.ndarray, length: int) -> np.ndarray:
        out = np.empty((d, size))
        for k in range(d):
            np.multiply(x[k, :length], row[:length], out=scratch[:length])
            np.add.reduce(scratch[:length], axis=0, out=out[k])
        return out

    def spread(row: np.ndarray, c: np.ndarray, length: int) -> None:
        for k in range(d):
            np.multiply(x[k, :length], c[k], out=scratch[:length])
            row[:length] += scratch[:length]

    y = y.copy()
    inputs = []
    for layer in range(layers):
        u = project(y, n)
        inputs.append(u)
        c = (v @ u) * (-1.0 / n)
        if layer < layers - 1:
            spread(y, c, n + 1)
        else:  # only the query is read after the last layer
            y[n] += np.einsum("kb,kb->b", x[:, n], c)
    error = -y[n] - prompts.target
    value = float(error @ error) / size
    at_query = error * (-2.0 / size)
    query = x[:, n] * at_query
    gradient = np.zeros((d, d))
    context: np.ndarray | None = None
    for layer in reversed(range(layers)):
        h = query if context is None else query + project(context, n)
        gradient -= h @ inputs[layer].T / n
        if layer:
            c = (v.T @ h) * (-1.0 / n)
            if context is None:
                context = np.zeros((n, size))
            spread(context, c, n)
    return value, gradient


def reduced_gradient(
    v: np.ndarray,
    layers: int,
    s11: np.ndarray,
    s12: np.ndarray,
    s22: np.ndarray,
    weights: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """(loss, gradient in V) for d = 2 from samples of S; leading axes run over problems.

    ``v`` has shape (..., 2, 2), samples and weights (..., N); without weights the mean.  With
    t = 2 - tau, delta and F as in ``numeric.loss``, the gradient is E[g S] + cof(V) E[f_delta D]
    + 2 V (E[f_F T S] - E[f_F D] I), T = tr S, D = det S, g = -f_t - f_delta - 2 f_F.

    >>> s = (np.ones(1), np.zeros(1), np.ones(1))
    >>> value, slope = reduced_gradient(np.zeros((2, 2)), 1, *s)
    >>> float(value), bool(np.array_equal(slope, -2 * np.eye(2)))
    (2.0, True)
    """
    v11, v12, v21, v22 = (v[..., i, j, None] for i in (0, 1) for j in (0, 1))
    trace = s11 + s22
    det = s11 * s22
    det -= s12 * s12
    t = 2.0 - (v11 * s11 + v22 * s22 + (v12 + v21) * s12)
    delta = (v11 * v22 - v12 * v21) * det
    delta += t
    delta -= 1.0
    # ||VS||^2 = tr(G S^2), S^2 = T S - D I
    g11, g22, g12 = v11**2 + v21**2, v12**2 + v22**2, v11 * v12 + v21 * v22
    frobenius = g11 * s11 + g22 * s22 + (2 * g12) * s12
    frobenius *= trace
    frobenius -= (g11 + g22) * det
    frobenius += 2.0 * t
    frobenius -= 2.0
    value, f_t, f_delta, f_f = _power_norm_slopes(t, delta, frobenius, layers)
    g = f_t
    g += f_delta
    g += 2.0 * f_f
    np.negative(g, out=g)
    f_delta *= det
    det *= f_f
    f_f *= trace
    if weights is None:
        weights = np.full(trace.shape[-1], 1.0 / trace.shape[-1])
    by_delta, by_det = _inner(f_delta, weights), _inner(det, weights)
    g *= weights
    f_f *= weights
    first = [_inner(g, s) for s in (s11, s12, s22)]
    second = [_inner(f_f, s) for s in (s11, s12, s22)]
    linear = _symmetric(*first)
    quadratic = _symmetric(*second) - by_det[..., None, None] * np.eye(2)
    cofactor = np.stack(
        [np.stack([v[..., 1, 1], -v[..., 1, 0]], -1), np.stack([-v[..., 0, 1], v[..., 0, 0]], -1)],
        -2,
    )
    slope = linear + cofactor * by_delta[..., None, None] + 2.0 * v @ quadratic
    return _inner(value, weights), slope


def _inner(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.einsum("...i,...i->...", left, right)


def _symmetric(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    return np.stack([np.stack([a, b], -1), np.stack([b, c], -1)], -2)


def _power_norm_slopes(
    t: np.ndarray, delta: np.ndarray, frobenius: np.ndarray, layers: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """||M^L||_F^2 and its derivatives in t = tr M, delta = det M and F = ||M||_F^2."""
    if layers < 1:
        raise ValueError(f"layers must be at least 1, not {layers}")
    if layers == 1:
        return frobenius, np.zeros_like(t), np.zeros_like(t), np.ones_like(t)
    if layers == 2:
        gap = frobenius - 2.0 * delta
        f_f = t * t
        value = f_f * gap
        value += 2.0 * delta * delta
        gap *= t
        gap *= 2.0
        return value, gap, 4.0 * delta - 2.0 * f_f, f_f
    zero, one = np.zeros_like(t), np.ones_like(t)
    q, q_t, q_d, p, p_t, p_d = zero, zero, zero, one, zero, zero
    for _ in range(layers - 1):
        q, q_t, q_d, p, p_t, p_d = (
            p,
            p_t,
            p_d,
            t * p - delta * q,
            p + t * p_t - delta * q_t,
            t * p_d - q - delta * q_d,
        )
    low = delta * q
    f_f = p * p
    value = f_f * frobenius - 2.0 * low * p * t + 2.0 * low * low
    # f = p^2 F - 2 (delta q) p t + 2 (delta q)^2
    by_p, by_low = 2.0 * p * frobenius - 2.0 * low * t, 4.0 * low - 2.0 * p * t
    f_t = by_p * p_t + by_low * delta * q_t - 2.0 * low * p
    f_delta = by_p * p_d + by_low * (q + delta * q_d)
    return value, f_t, f_delta, f_f


class Adam:
    """Adam (Kingma and Ba 2015) on an array of any shape."""

    def __init__(self, shape: tuple[int, ...], beta1: float = 0.9, beta2: float = 0.99) -> None:
        self.beta1, self.beta2, self.steps = beta1, beta2, 0
        self.first, self.second = np.zeros(shape), np.zeros(shape)

    def step(self, parameters: np.ndarray, gradient: np.ndarray, rate: float) -> np.ndarray:
        """The parameters after one step of length about ``rate``."""
        self.steps += 1
        self.first += (1 - self.beta1) * (gradient - self.first)
        self.second += (1 - self.beta2) * (gradient * gradient - self.second)
        first = self.first / (1 - self.beta1**self.steps)
        second = self.second / (1 - self.beta2**self.steps)
        return parameters - rate * first / (np.sqrt(second) + 1e-16)


def _descend(
    v: np.ndarray,
    gradient: Callable[[np.ndarray], np.ndarray],
    steps: int,
    rate: float,
    final_rate: float,
) -> np.ndarray:
    """Adam with a geometrically falling rate."""
    adam = Adam(v.shape)
    for k in range(steps):
        v = adam.step(v, gradient(v), rate * (final_rate / rate) ** (k / max(1, steps - 1)))
    return v


def _start(count: int, d: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 0.5 * np.eye(d) + 0.1 * rng.standard_normal((count, d, d))


def train_exact(
    contexts: Sequence[int],
    layers: int,
    d: int = 2,
    steps: int = 6000,
    rate: float = 1e-2,
    final_rate: float = 1e-7,
    seed: int = 17,
) -> np.ndarray:
    """(len(contexts), d, d) trained V, by Adam on the exact population loss of each n.

    All n run side by side for d = 2 (about 0.2 ms a step for 26 of them); for d = 3 one after
    the other, on (L+1)^3 (2L+1)^3 nodes.  Nothing is assumed about V: the start is a random
    perturbation of I/2, so either sign of the skew part can come out.
    """
    if d == 2:
        rules = [quadrature.population(2, n, layers) for n in contexts]
        s = np.array([rule[0] for rule in rules])
        weights = np.array([rule[1] for rule in rules])
        entries = (s[:, :, 0, 0].copy(), s[:, :, 0, 1].copy(), s[:, :, 1, 1].copy())

        def slope(v: np.ndarray) -> np.ndarray:
            return reduced_gradient(v, layers, *entries, weights)[1]

        return _descend(_start(len(contexts), 2, seed), slope, steps, rate, final_rate)
    found = []
    for n in contexts:
        nodes, weight = quadrature.population(d, n, layers)

        def slope_one(v: np.ndarray, nodes=nodes, weight=weight) -> np.ndarray:
            return loss.gradients(v, layers, nodes, weight)[1]

        found.append(_descend(_start(1, d, seed)[0], slope_one, steps, rate, final_rate))
    return np.array(found)


def train_prompts(
    rng: np.random.Generator,
    d: int,
    n: int,
    layers: int,
    steps: int,
    batch: int = 4096,
    rate: float = 1e-2,
    final_rate: float = 1e-4,
    block: int = 512,
) -> np.ndarray:
    """Trained V (d, d) from ``steps`` batches of fresh prompts through the Z recursion."""

    def slope(v: np.ndarray) -> np.ndarray:
        total = np.zeros((d, d))
        for start in range(0, batch, block):
            size = min(block, batch - start)
            total += size * loss_and_gradient(v, draw(rng, d, n, size), layers)[1]
        return total / batch

    return _descend(_start(1, d, int(rng.integers(2**31)))[0], slope, steps, rate, final_rate)


def train_reduced(
    rng: np.random.Generator,
    n: int,
    layers: int,
    steps: int,
    batch: int = 16384,
    rate: float = 1e-2,
    final_rate: float = 1e-4,
    block: int = 8192,
) -> np.ndarray:
    """Trained V (2, 2) from fresh batches of S: the prompt loss averaged over w and the query."""

    def slope(v: np.ndarray) -> np.ndarray:
        total = np.zeros((2, 2))
        for start in range(0, batch, block):
            size = min(block, batch - start)
            total += size * reduced_gradient(v, layers, *wishart.entries_2d(rng, n, size))[1]
        return total / batch

    return _descend(_start(1, 2, int(rng.integers(2**31)))[0], slope, steps, rate, final_rate)


def skew_part(v: np.ndarray) -> np.ndarray:
    """Norm of the skew part: ||(V - V^T)/2||_F/sqrt(2), which is |b| for V = aI + bJ.

    >>> float(skew_part(np.array([[1.0, -0.25], [0.25, 1.0]])))
    0.25
    """
    k = (v - np.swapaxes(v, -1, -2)) / 2.0
    return np.sqrt(np.sum(k * k, axis=(-2, -1)) / 2.0)
