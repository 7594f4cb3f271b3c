r"""What label noise adds to the two-dimensional loss: (1/n) E tr(Q S Q^T), Q = sum_{k<L} (I-VS)^k V.

With noise of variance sigma^2 on the labels the prediction gains the error <x_q, Q X eps> / n, so
the in-context loss becomes f + (sigma^2 / n) E tr(Q S Q^T).  In dimension 2, with M = I - VS,
T = tr VS, D = det M and Chebyshev-like U_L, Cayley-Hamilton gives
I - M^L = e I + U_L VS, e = 1 + D U_{L-1} - U_L, and e is divisible by det(VS) = q z.  So

    tr(Q S Q^T) = q^2 z e'^2 tr S + 2 q z e' U_L tr V + U_L^2 tr(V S V^T),    e = q z e',

a polynomial, and no inverse of S is left: the formula holds for every n >= 1.  The expectation
uses the recursion for the entries of W, a route that shares nothing with ``symbolic.plane``.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flint import Ordering, fmpq_mpoly, fmpq_mpoly_ctx

from symbolic.entry_moments import expect_wishart
from symbolic.plane import PLANE

__all__ = ["plane_loss_by_entries", "plane_noise"]

_RING = fmpq_mpoly_ctx.get(("n", "a", "B", "r", "u", "v", "w"), Ordering.lex)
# u = W_11, v = W_12, w = W_22 (S = W/n is written with powers of 1/n restored at the end).
_ENTRIES = {4: (0, 0), 5: (0, 1), 6: (1, 1)}


def _pieces() -> tuple[fmpq_mpoly, ...]:
    """Return (a, q, trace V W, det W, tr W, tr V W V^T up to terms odd in v, ||VW||^2 likewise)."""
    _, a, big_b, r, u, v, w = _RING.gens()
    q = a * a + big_b - r * r
    size = a * a + big_b + r * r
    trace_vw = a * (u + w) + r * (u - w)
    det_w = u * w - v * v
    trace_vwv = size * (u + w) + 2 * a * r * (u - w)
    norm = size * (u * u + 2 * v * v + w * w) + 2 * a * r * (u * u - w * w)
    return a, q, trace_vw, det_w, u + w, trace_vwv, norm


def _chebyshev(layers: int, trace: fmpq_mpoly, det: fmpq_mpoly) -> tuple[fmpq_mpoly, fmpq_mpoly]:
    previous, current = _RING.constant(0), _RING.constant(1)
    for _ in range(layers - 1):
        previous, current = current, trace * current - det * previous
    return previous, current


def _averaged(poly: fmpq_mpoly, top: int) -> fmpq_mpoly:
    """Return n^top E[poly(W / n)] in ``PLANE``."""
    n = _RING.gens()[0]
    by_degree: dict[int, dict[tuple[int, ...], Any]] = {}
    for exponents, value in poly.to_dict().items():
        degree = sum(exponents[4:])
        by_degree.setdefault(degree, {})[tuple(exponents)] = value
    total = _RING.constant(0)
    for degree, terms in by_degree.items():
        total += n ** (top + 1 - degree) * expect_wishart(_RING.from_dict(terms), _ENTRIES, 0)
    quotient, remainder = divmod(total, n)
    if remainder != 0:
        raise ArithmeticError("the expectation is not a polynomial in n after scaling")
    return PLANE.from_dict(
        {(e[0], e[1], e[2], e[3] // 2): value for e, value in quotient.to_dict().items()}
    )


def _checked(layers: int) -> None:
    if isinstance(layers, bool) or not isinstance(layers, int) or not 1 <= layers <= 8:
        raise ValueError(f"the number of layers must be an integer in 1..8, got {layers!r}")


@cache
def plane_noise(layers: int) -> fmpq_mpoly:
    """Return n^(2L-1) (1/n) E tr(Q S Q^T) as a polynomial in (n, a, B = b^2, C = r^2).

    >>> str(plane_noise(1))
    '2*a^2 + 2*B + 2*C'
    """
    _checked(layers)
    a, q, trace_vw, det_w, trace_w, trace_vwv, _ = _pieces()
    delta = q * det_w
    trace, det = 2 - trace_vw, 1 - trace_vw + delta
    previous, current = _chebyshev(layers, trace, det)
    scalar = 1 + det * previous - current
    reduced, remainder = divmod(scalar, delta)
    if remainder != 0:
        raise ArithmeticError("the scalar part of I - (I - VS)^L must be divisible by det(VS)")
    total = reduced * reduced * q * q * det_w * trace_w
    total += 4 * a * reduced * q * det_w * current + current * current * trace_vwv
    return _averaged(total, 2 * layers - 2)


@cache
def plane_loss_by_entries(layers: int) -> fmpq_mpoly:
    """Return n^(2L-1) f(aI + bJ + R) by the entry recursion (the second route to that loss).

    >>> from symbolic.plane import plane_loss
    >>> plane_loss_by_entries(2) == plane_loss(2)
    True
    """
    _checked(layers)
    _, q, trace_vw, det_w, _, _, norm = _pieces()
    trace, det = 2 - trace_vw, 1 - trace_vw + q * det_w
    previous, current = _chebyshev(layers, trace, det)
    mixed = det * previous
    square = 2 - 2 * trace_vw + norm
    total = current * current * square - 2 * current * mixed * trace + 2 * mixed * mixed
    return _averaged(total, 2 * layers - 1)
