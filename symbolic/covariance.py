r"""Covariates x ~ N(0, Lambda), with w ~ N(0, Lambda^-1) or w ~ N(0, I).

*w ~ N(0, Lambda^-1).*  With X = Lambda^(1/2) X_0 and V' = Lambda^(1/2) V Lambda^(1/2),
Lambda^(1/2) (I - VS)^L Lambda^(-1/2) = (I - V' S_0)^L, so the loss is the isotropic one at V'.  V is
symmetric iff V' is: every threshold is that of Lambda = I (with noise too: the added term is
E tr Lambda^(1/2) Q S Q^T Lambda^(1/2) = E tr Q' S_0 Q'^T).

*w ~ N(0, I).*  The loss is E ||(I - V' S_0)^L Lambda^(1/2)||_F^2 and Lambda is seen.  For d = 2, L = 2,
Lambda = diag(1, ratio), V' = [[alpha, p], [q, delta]]: the sign group (p, q) -> (-p, -q) is what is
left of O(2), diagonal matrices are critical in (p, q), and V = Lambda^(-1/2) V' Lambda^(-1/2) has a
skew part iff p != q.  The Hessian in (p, q) at the best diagonal matrix decides stability; when it
is indefinite the unstable direction generally has p != q.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import isqrt

from flint import Ordering, arb, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symbolic.entry_moments import expect_wishart
from symbolic.values import workprec

__all__ = [
    "DiagonalPoint",
    "best_diagonal",
    "covariance_loss",
    "unequal_loss",
]

_RING = fmpq_mpoly_ctx.get(("n", "h", "p", "q", "e", "k", "u", "v", "w"), Ordering.lex)
# V' = [[h, p], [q, e]], Lambda = diag(1, k), W = [[u, v], [v, w]].


@cache
def unequal_loss() -> fmpq_mpoly:
    """Return n^4 E ||(I - V'S)^2 Lambda^(1/2)||^2 in (n, h, p, q, e, k): L = 2, w ~ N(0, I).

    >>> from symbolic.plane import plane_loss_at
    >>> loss = unequal_loss()(*(fmpq(x) for x in (3, 1, -2, 2, 1, 1, 0, 0, 0)))
    >>> loss == 81 * int(plane_loss_at(2, 3, 1, 2) * 81) / fmpq(81)
    True
    """
    n, h, p, q, e, k, u, v, w = _RING.gens()
    step = [
        [n - (h * u + p * v), -(h * v + p * w)],
        [-(q * u + e * v), n - (q * v + e * w)],
    ]
    power = [
        [sum((step[i][m] * step[m][j] for m in range(2)), 0 * n) for j in range(2)]
        for i in range(2)
    ]
    total = sum((power[i][0] ** 2 + k * power[i][1] ** 2 for i in range(2)), 0 * n)
    return expect_wishart(total, {6: (0, 0), 7: (0, 1), 8: (1, 1)}, 0)


def covariance_loss(
    v: Sequence[Sequence[Fraction | int]], ratio: Fraction | int, n: int, inverse_prior: bool
) -> Fraction:
    """Return the loss at the 2x2 matrix V (not V') for d = L = 2, x ~ N(0, diag(1, ratio)).

    Args:
        ratio: > 0, the square of a rational (so that Lambda^(1/2) is exact).
        inverse_prior: w ~ N(0, Lambda^-1) when true, w ~ N(0, I) otherwise.

    The expectation is computed from Lambda^(1/2) (I - VS)^2 Sigma_w^(1/2) directly, without V'.

    >>> covariance_loss([[1, 0], [0, 1]], 1, 4, True) == covariance_loss([[1, 0], [0, 1]], 1, 4, False)
    True
    """
    ratio = Fraction(ratio)
    root = _square_root(ratio)
    ring = fmpq_mpoly_ctx.get(("n", "u", "v", "w"), Ordering.lex)
    _, u, x, w = ring.gens()
    scale = fmpq(root.numerator, root.denominator)
    s = [[u / n, scale * x / n], [scale * x / n, scale * scale * w / n]]
    m = [[fmpq(Fraction(c).numerator, Fraction(c).denominator) for c in row] for row in v]
    step = [
        [ring.constant(int(i == j)) - m[i][0] * s[0][j] - m[i][1] * s[1][j] for j in range(2)]
        for i in range(2)
    ]
    left, right = (fmpq(1), scale * scale), (fmpq(1), 1 / (scale * scale) if inverse_prior else fmpq(1))
    total = ring.constant(0)
    for i in range(2):
        for j in range(2):
            entry = step[i][0] * step[0][j] + step[i][1] * step[1][j]
            total += left[i] * right[j] * entry * entry
    value = expect_wishart(total, {1: (0, 0), 2: (0, 1), 3: (1, 1)}, 0)(fmpq(n), *[fmpq(0)] * 3)
    return Fraction(int(value.p), int(value.q))


def _square_root(ratio: Fraction) -> Fraction:
    top, bottom = isqrt(max(ratio.numerator, 0)), isqrt(ratio.denominator)
    if ratio <= 0 or top * top != ratio.numerator or bottom * bottom != ratio.denominator:
        raise ValueError(f"the ratio must be the square of a positive rational, got {ratio}")
    return Fraction(top, bottom)


@dataclass(frozen=True)
class DiagonalPoint:
    """A certified critical diagonal V' = diag(h, e) and the Hessian of the loss in (p, q) there.

    ``h``, ``e`` and the entries are rigorous balls; ``stable`` is True, False, or None when the
    precision did not settle it.  ``skew_tilt`` is hessian_pp - hessian_qq: where it is not 0 the
    unstable direction is neither symmetric nor skew.
    """

    h: arb
    e: arb
    hessian_pp: arb
    hessian_pq: arb
    hessian_qq: arb
    stable: bool | None

    @property
    def skew_tilt(self) -> arb:
        """Return hessian_pp - hessian_qq."""
        return self.hessian_pp - self.hessian_qq


def _at(poly: fmpq_mpoly, n: int, ratio: Fraction, h: arb, e: arb) -> arb:
    """Evaluate at p = q = 0 in balls."""
    total = arb(0)
    cache_h, cache_e = [arb(1)], [arb(1)]
    for exponents, value in poly.to_dict().items():
        if exponents[2] or exponents[3]:
            continue
        for powers, base, size in ((cache_h, h, exponents[1]), (cache_e, e, exponents[4])):
            while len(powers) <= size:
                powers.append(powers[-1] * base)
        factor = value * fmpq(n) ** int(exponents[0])
        factor *= fmpq(ratio.numerator, ratio.denominator) ** int(exponents[5])
        total += arb(factor) * cache_h[int(exponents[1])] * cache_e[int(exponents[4])]
    return total


def best_diagonal(n: int, ratio: Fraction | int, bits: int = 160) -> DiagonalPoint:
    """Return the critical diagonal matrix near the isotropic optimum, certified, with its Hessian.

    Newton's method finds it (not trusted); a Krawczyk test in balls proves that exactly one
    critical diagonal matrix lies in the returned box.

    Raises:
        ArithmeticError: the Krawczyk test failed at this precision.
        ValueError: n < 1 or ratio <= 0.

    >>> best_diagonal(4, 1).stable, best_diagonal(20, 1).stable
    (True, False)
    """
    ratio = Fraction(ratio)
    if n < 1 or ratio <= 0:
        raise ValueError(f"n >= 1 and ratio > 0 are needed, got {n} and {ratio}")
    loss = unequal_loss()
    slopes = [loss.derivative(i) for i in (1, 4)]
    curves = [[slope.derivative(i) for i in (1, 4)] for slope in slopes]
    with workprec(bits):
        h = e = arb(n) / (n + 4)
        for _ in range(14):
            g = [_at(p, n, ratio, h, e) for p in slopes]
            (a, b), (_, c) = ([_at(p, n, ratio, h, e) for p in row] for row in curves)
            det = a * c - b * b
            h = (h - (c * g[0] - b * g[1]) / det).mid()
            e = (e - (a * g[1] - b * g[0]) / det).mid()
        radius = arb(2) ** (-bits // 3)
        box = [arb(x.mid(), radius) for x in (h, e)]
        g = [_at(p, n, ratio, h, e) for p in slopes]
        (a, b), (_, c) = ([_at(p, n, ratio, h, e).mid() for p in row] for row in curves)
        det = a * c - b * b
        inverse = [[(c / det).mid(), (-b / det).mid()], [(-b / det).mid(), (a / det).mid()]]
        jacobian = [[_at(p, n, ratio, *box) for p in row] for row in curves]
        image = []
        for i in range(2):
            centre = (h, e)[i] - inverse[i][0] * g[0] - inverse[i][1] * g[1]
            for j in range(2):
                slope = inverse[i][0] * jacobian[0][j] + inverse[i][1] * jacobian[1][j]
                centre += (int(i == j) - slope) * (box[j] - (h, e)[j])
            image.append(centre)
        inside = (
            inner.lower() > part.lower() and inner.upper() < part.upper()
            for part, inner in zip(box, image, strict=True)
        )
        if not all(inside):
            raise ArithmeticError("the Krawczyk test failed: raise the precision")
        pp, pq, qq = (
            _at(loss.derivative(i).derivative(j), n, ratio, *image) for i, j in ((2, 2), (2, 3), (3, 3))
        )
        gap = pp * qq - pq * pq
        stable = True if gap > 0 and pp > 0 else False if gap < 0 else None
        return DiagonalPoint(image[0], image[1], pp, pq, qq, stable)
