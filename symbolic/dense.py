r"""Dense tied weights: what exact computation settles beyond the sparse form.

*One layer, every d and Lambda.*  With p = (p_x, p_y) the last row of P and [B; b^T] the first d columns
of Q, the prediction is -(p_x^T S B + (w^T S w) p_y b^T) x_q - w^T S (p_y B + p_x b^T) x_q.  Flipping the sign of
w (and of the noise) shows that the even and the odd part do not interact: the even part only adds
to the loss, and vanishes for p_x = 0, b = 0, while C = p_y B + p_x b^T is arbitrary there already.
So at L = 1 dense weights are no better than sparse ones.

*d = 1, L = 2.*  Noise-free, every statistic of the context is a function of s = W/n and w, and a layer
is Z -> (I + s P u u^T Q) Z with u = (1, w)^T, then the same with u replaced by its image.  The loss is a
polynomial of degree 16 in the eight entries of P and Q.  In the direction P_11 = p (the
covariates are updated as well, as in GD++), Q_11 = -v, P_22 = 1 it is

    E ((1 - s v) (1 - s v (1 - s v p)^2))^2,

with slope 4 E (1 - sv)^3 s^2 v^2 = -4 v E (1 - sv)^4 s < 0 at p = 0 and the best sparse v (where
E (1 - sv)^3 s = 0).  So for d = 1, L = 2 and every n the best sparse weights are not even critical among
dense ones: dense weights are strictly better.

The same slope in every dimension, along P = diag(p I_d, 1) at the best scalar matrix vI, L = 2, is
-4 v E tr S (I - vS)^4 < 0.

*Where it stops.*  The global dense optimum at d = 1, L = 2 is a problem in 7 variables (after the
scaling P -> cP, Q -> Q/c) of degree 16: beyond the elimination used here.  Only the two-parameter family
above is minimised exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symbolic.entry_moments import expect_gaussian, expect_wishart
from symbolic.wishart import wishart_moment

__all__ = ["covariate_update_loss", "covariate_update_slope", "dense_loss_scalar"]

_RING = fmpq_mpoly_ctx.get(("n", "v", "p", "s"), Ordering.lex)


@cache
def covariate_update_loss() -> fmpq_mpoly:
    """Return E ((1 - sv)(1 - sv (1 - svp)^2))^2 times n^8 in (n, v, p): d = 1, L = 2, s = W/n.

    >>> n, v, p, s = _RING.gens()
    >>> at_zero = covariate_update_loss().compose(n, v, 0 * n, s)
    >>> str(divmod(at_zero, n**5)[0].compose(1 + 0 * n, v, 0 * n, s))
    '105*v^4 - 60*v^3 + 18*v^2 - 4*v + 1'
    """
    n, v, p, s = _RING.gens()
    step = n - s * v
    inner = n**3 - s * v * (n - s * v * p) ** 2
    return expect_wishart((step * inner) ** 2, {3: (0, 0)}, 0)


def covariate_update_slope(d: int, n: int, v: Fraction | int) -> Fraction:
    """Return 4 v^2 E tr S^2 (I - vS)^3: the slope in p of the loss along P = diag(p I, 1), L = 2.

    Where v is the best scalar it equals -4 v E tr S (I - vS)^4 and is negative.

    >>> covariate_update_slope(1, 1, Fraction(1, 5)) < 0
    True
    """
    if d < 1 or n < 1:
        raise ValueError(f"d and n must be at least 1, got {d} and {n}")
    v = Fraction(v)
    mean = [Fraction(wishart_moment([k], d, n), n**k) for k in range(6)]
    cubic = mean[2] - 3 * v * mean[3] + 3 * v**2 * mean[4] - v**3 * mean[5]
    return 4 * v**2 * cubic


def dense_loss_scalar(
    p: Sequence[Sequence[Fraction | int]], q: Sequence[Sequence[Fraction | int]], layers: int, n: int
) -> Fraction:
    """Return the loss of dense tied 2x2 weights P, Q for d = 1, by the literal recursion on columns.

    Every column z (the query's included) becomes (I + P G Q) z, with G = (1/n) sum of z z^T over the
    n examples; the prediction is minus the last entry of the query's column, x_q = 1.

    Raises:
        ValueError: layers > 2 (the degree in s and w triples with each layer), or n < 1.

    >>> dense_loss_scalar([[0, 0], [0, 1]], [[-1, 0], [0, 0]], 1, 2)
    Fraction(1, 1)
    """
    if not 1 <= layers <= 2 or n < 1:
        raise ValueError(f"1 <= layers <= 2 and n >= 1, got {layers} and {n}")
    ring = fmpq_mpoly_ctx.get(("n", "s", "w"), Ordering.lex)
    _, s, w = ring.gens()
    exact_p, exact_q = (
        [[fmpq(Fraction(x).numerator, Fraction(x).denominator) for x in row] for row in m]
        for m in (p, q)
    )
    context = [ring.constant(1), w]
    query = [ring.constant(1), ring.constant(0)]
    for _ in range(layers):
        left = [row[0] * context[0] + row[1] * context[1] for row in exact_p]
        right = [context[0] * exact_q[0][j] + context[1] * exact_q[1][j] for j in range(2)]

        def moved(z: list[fmpq_mpoly], left=left, right=right) -> list[fmpq_mpoly]:
            gain = s / n * (right[0] * z[0] + right[1] * z[1])
            return [z[0] + left[0] * gain, z[1] + left[1] * gain]

        context, query = moved(context), moved(query)
    error = expect_gaussian((w + query[1]) ** 2, [2])
    value = expect_wishart(error, {1: (0, 0)}, 0)(fmpq(n), fmpq(0), fmpq(0))
    return Fraction(int(value.p), int(value.q))
