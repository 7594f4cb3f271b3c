"""The in-context loss ||(I - V S)^L||_F^2 and its derivatives, one value for each sample S.

For d = 2 everything follows from tau = tr VS, delta = det(I - VS) = 1 - tau + det V det S and
F = ||I - VS||_F^2, since M^L = p_L M - delta p_{L-1} I with p_{k+1} = (tr M) p_k - delta p_{k-1}
(Cayley-Hamilton).  For V = aI + bJ only tr S and det S enter, and b only through b^2.

Some samples decide what others cannot: the loss gap between aI and aI + bJ is lost in its own
noise, while the second derivative in b at b = 0 has a sign that a few million samples settle.
"""

from __future__ import annotations

import numpy as np

__all__ = [
    "gradients",
    "losses",
    "losses_2d",
    "losses_rotation_2d",
    "second_derivatives",
    "skew_second_derivatives_2d",
]


def losses_2d(
    v: np.ndarray, layers: int, s11: np.ndarray, s12: np.ndarray, s22: np.ndarray
) -> np.ndarray:
    """Losses of any 2 x 2 matrix V at the symmetric samples [[s11, s12], [s12, s22]].

    >>> one, zero = np.ones(1), np.zeros(1)
    >>> float(losses_2d(np.zeros((2, 2)), 3, one, zero, one)[0])
    2.0
    """
    v = np.asarray(v, dtype=float)
    if v[0, 0] == v[1, 1] and v[0, 1] == -v[1, 0]:
        det = s12 * s12
        np.subtract(s11 * s22, det, out=det)
        return losses_rotation_2d(v[0, 0], v[1, 0], layers, s11 + s22, det)
    gram = v.T @ v
    tau = v[0, 0] * s11
    tau += v[1, 1] * s22
    if v[0, 1] + v[1, 0] != 0.0:
        tau += (v[0, 1] + v[1, 0]) * s12
    square = s12 * s12
    delta = s11 * s22
    delta -= square
    delta *= v[0, 0] * v[1, 1] - v[0, 1] * v[1, 0]
    frobenius = s11 * s11
    frobenius *= gram[0, 0]
    square *= gram[0, 0] + gram[1, 1]
    frobenius += square
    np.multiply(s22, s22, out=square)
    square *= gram[1, 1]
    frobenius += square
    if gram[0, 1] != 0.0:
        np.add(s11, s22, out=square)
        square *= s12
        square *= 2.0 * gram[0, 1]
        frobenius += square
    return _power_norm(tau, delta, frobenius, layers)


def losses_rotation_2d(
    a: float, b: float, layers: int, trace: np.ndarray, det: np.ndarray
) -> np.ndarray:
    """Losses of V = aI + bJ from tr S and det S.

    >>> t, q = np.array([2.5]), np.array([1.0])
    >>> s = (np.array([2.0]), np.zeros(1), np.array([0.5]))
    >>> v = np.array([[0.3, -0.2], [0.2, 0.3]])
    >>> bool(np.allclose(losses_rotation_2d(0.3, 0.2, 3, t, q), losses_2d(v, 3, *s)))
    True
    """
    v = a * a + b * b
    delta = v * det
    frobenius = trace * trace
    frobenius *= v
    frobenius -= delta
    frobenius -= delta
    return _power_norm(a * trace, delta, frobenius, layers)


def _power_norm(
    tau: np.ndarray, delta: np.ndarray, frobenius: np.ndarray, layers: int
) -> np.ndarray:
    """||M^L||_F^2; overwrites its arguments, which hold tr VS, det VS and ||VS||_F^2."""
    if layers < 1:
        raise ValueError(f"layers must be at least 1, not {layers}")
    delta -= tau
    delta += 1.0
    frobenius -= 2.0 * tau
    frobenius += 2.0
    np.subtract(2.0, tau, out=tau)
    if layers == 1:
        return frobenius
    if layers == 2:  # t^2 (F - 2 delta) + 2 delta^2
        frobenius -= 2.0 * delta
        tau *= tau
        frobenius *= tau
        delta *= delta
        delta *= 2.0
        frobenius += delta
        return frobenius
    before, now = np.ones_like(tau), tau.copy()
    for _ in range(layers - 2):
        before, now = now, tau * now - delta * before
    before *= delta
    return now * now * frobenius + 2.0 * before * (before - now * tau)


def skew_second_derivatives_2d(
    a: float, layers: int, trace: np.ndarray, det: np.ndarray
) -> np.ndarray:
    """Second derivative in b of the loss of aI + bJ at b = 0, for each sample.

    The first derivative vanishes for every sample, since b enters through v = a^2 + b^2 only;
    the second is twice the derivative in v.  At L = 2 it is 2 (t^2 (T^2 - 4 D) + 4 delta D) with
    T = tr S, D = det S, t = 2 - aT, delta = 1 - aT + a^2 D.

    >>> s, h = (np.array([2.5]), np.array([1.0])), 1e-4
    >>> f = [float(losses_rotation_2d(0.3, b, 4, *s)[0]) for b in (0.0, h)]
    >>> abs(2 * (f[1] - f[0]) / h**2 - float(skew_second_derivatives_2d(0.3, 4, *s)[0])) < 1e-5
    True
    """
    if layers < 1:
        raise ValueError(f"layers must be at least 1, not {layers}")
    t = 2.0 - a * trace
    delta = a * a * det
    delta -= 1.0
    delta += t
    slope = trace * trace
    if layers == 2:
        slope -= 4.0 * det
        t *= t
        slope *= t
        delta *= det
        delta *= 4.0
        slope += delta
        slope *= 2.0
        return slope
    slope -= 2.0 * det
    frobenius = 2.0 - 2.0 * a * trace + a * a * slope
    before, now = np.zeros_like(t), np.ones_like(t)
    d_before, d_now = np.zeros_like(t), np.zeros_like(t)
    for _ in range(layers - 1):
        step = t * now - delta * before
        d_step = t * d_now - det * before - delta * d_before
        before, now, d_before, d_now = now, step, d_now, d_step
    low = delta * before
    d_low = det * before + delta * d_before
    value = 2.0 * now * d_now * frobenius + now * now * slope
    value += 4.0 * low * d_low - 2.0 * t * (d_low * now + low * d_now)
    return 2.0 * value


def losses(
    v: np.ndarray, layers: int, s: np.ndarray, noise: float = 0.0, n: int | None = None
) -> np.ndarray:
    """Losses at samples ``s`` (size, d, d), any d; with label noise of variance ``noise``.

    Noise adds (noise/n) tr(Q S Q^T), Q = sum over k < L of (I - VS)^k V, and needs ``n``.

    >>> float(losses(np.eye(3), 2, np.eye(3)[None])[0])
    0.0
    >>> float(losses(np.eye(3), 1, np.eye(3)[None], noise=2.0, n=4)[0])
    1.5
    """
    if noise and not n:
        raise ValueError("label noise is divided by n: give n")
    v = np.asarray(v, dtype=float)
    step = _step(v, s)
    power = step
    total = np.eye(v.shape[0]) + step if noise and layers > 1 else None
    for k in range(1, layers):
        power = power @ step
        if total is not None and k < layers - 1:
            total += power
    value = np.einsum("nij,nij->n", power, power)
    if noise:
        q = v[None] if total is None else total @ v
        q = np.broadcast_to(q, s.shape)
        value += (noise / float(n or 1)) * np.einsum("nij,nij->n", q @ s, q)
    return value


def _step(v: np.ndarray, s: np.ndarray) -> np.ndarray:
    """I - VS for each sample, by one matrix product: (S V^T)^T = V S."""
    size, d, _ = s.shape
    product = (s.reshape(size * d, d) @ v.T).reshape(size, d, d)
    step = -product.transpose(0, 2, 1)
    index = np.arange(d)
    step[:, index, index] += 1.0
    return step


def second_derivatives(
    v: np.ndarray, direction: np.ndarray, layers: int, s: np.ndarray
) -> np.ndarray:
    """d^2/db^2 of the loss of V + b K at b = 0 for each sample, K = ``direction``, any d.

    >>> s = np.array([[[2.0, 0.3], [0.3, 0.5]]])
    >>> j = np.array([[0.0, -1.0], [1.0, 0.0]])
    >>> t, q = np.array([2.5]), np.array([0.91])
    >>> bool(np.allclose(second_derivatives(0.4 * np.eye(2), j, 3, s),
    ...                  skew_second_derivatives_2d(0.4, 3, t, q)))
    True
    """
    d = v.shape[0]
    step = _step(np.asarray(v, dtype=float), s)
    change = _step(np.asarray(direction, dtype=float), s)
    index = np.arange(d)
    change[:, index, index] -= 1.0
    zeroth, first, second = step, change, np.zeros_like(step)
    for _ in range(layers - 1):
        second = step @ second + change @ first
        first = step @ first + change @ zeroth
        zeroth = step @ zeroth
    return 2.0 * np.einsum("nij,nij->n", first, first) + 4.0 * np.einsum(
        "nij,nij->n", zeroth, second
    )


def gradients(
    v: np.ndarray, layers: int, s: np.ndarray, weights: np.ndarray | None = None
) -> tuple[float, np.ndarray]:
    """(mean loss, mean gradient in V) over samples, or the weighted sums (a quadrature rule).

    With M = I - VS and G_k the derivative in the k-th factor, dV = -sum_k (M^k)^T 2 M^L
    (M^{L-1-k})^T S^T.

    >>> value, slope = gradients(np.zeros((2, 2)), 1, np.eye(2)[None])
    >>> value, bool(np.array_equal(slope, -2 * np.eye(2)))
    (2.0, True)
    """
    size = s.shape[0]
    weight = np.full(size, 1.0 / size) if weights is None else weights
    step = _step(np.asarray(v, dtype=float), s)
    powers = [np.broadcast_to(np.eye(v.shape[0]), s.shape), step]
    for _ in range(layers - 1):
        powers.append(powers[-1] @ step)
    top = powers[layers]
    value = float(np.einsum("nij,nij,n->", top, top, weight))
    slope = np.zeros_like(s)
    for k in range(layers):
        slope += powers[k].transpose(0, 2, 1) @ top @ powers[layers - 1 - k].transpose(0, 2, 1)
    return value, -2.0 * np.einsum("nij,njk,n->ik", slope, s, weight)
