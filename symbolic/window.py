"""The smallest models of "context collapse": a learner that conditions on its own outputs.

A context holds pairs; the learner predicts from the context, its noisy prediction on a fresh
covariate becomes the next pair.  The first n pairs are real.

* Block window: the context is replaced by n generated pairs at a time.  This *is* recursive least
  squares with replacement; risk, divergence and transience are inherited unchanged.
* Growing context: nothing is dropped.  This *is* accumulating with sizes n, 1, 1, 1, ...:
  theta converges a.s., and for n >= d+2 the risk is
  noise [d/(n-d-1) + (d/(d+1)) (sum_(j=n-d)^n 1/j - sum_(j=n+t-d)^(n+t) 1/j)].
* Sliding window: the last n outputs, the simplest learner (the context mean in R^k, constant
  covariate).  With y_(t+1) = (y_t + ... + y_(t-n+1))/n + eps,
  M_t = (2/(n(n+1))) sum_(i<n) (n-i) y_(t-i) satisfies M_(t+1) - M_t = (2/(n+1)) eps_(t+1) exactly.
  So the window forgets: M_t is a Gaussian random walk, Var of the context mean grows like
  4 sigma^2 t/(n+1)^2 in each coordinate, and in R^k, k >= 3, the mean diverges a.s.
  (P(|mean_t| <= K) is of order t^(-k/2), Borel-Cantelli).
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.regression import Risk, risk
from symbolic.special import rational_sum, require_integer, require_nonnegative

__all__ = [
    "block_window_risk",
    "context_curves",
    "growing_context_limit",
    "growing_context_risk",
    "sliding_walk_step",
    "sliding_window_variance",
    "sliding_window_weights",
]


def growing_context_risk(d: int, n: int, t: int, noise: Fraction | int = 1) -> Fraction:
    """Return E|theta - theta*|^2 after n >= d+2 real pairs and t generated ones, all kept.

    >>> growing_context_risk(2, 5, 0), growing_context_risk(2, 5, 1)
    (Fraction(1, 1), Fraction(10, 9))
    """
    n, t = require_integer("n", n, d + 2), require_integer("t", t, 0)
    gain = growing_context_limit(d, n, noise)
    tail = rational_sum(lambda j: (1, j), n + t - d, n + t)
    return gain - require_nonnegative("noise", noise) * Fraction(d, d + 1) * tail


def growing_context_limit(d: int, n: int, noise: Fraction | int = 1) -> Fraction:
    """Return the limit of ``growing_context_risk`` as t grows, a rational number.

    >>> growing_context_limit(1, 3)
    Fraction(17, 12)
    """
    d = require_integer("d", d, 1, 100_000)
    n = require_integer("n", n, d + 2)
    noise = require_nonnegative("noise", noise)
    harmonic = rational_sum(lambda j: (1, j), n - d, n)
    return noise * (Fraction(d, n - d - 1) + Fraction(d, d + 1) * harmonic)


def block_window_risk(d: int, n: int, blocks: int, noise: Fraction | int = 1) -> Risk:
    """Return E|theta - theta*|^2 when the context of n pairs is replaced ``blocks`` times.

    The first fit is to real pairs, so there are blocks + 1 fits.

    >>> block_window_risk(2, 5, 0), block_window_risk(2, 5, 3)
    (Fraction(1, 1), Fraction(4, 1))
    """
    return risk("replace", require_integer("blocks", blocks, 0) + 1, d, n, noise)


def context_curves(
    d: int, n: int, blocks: int, noise: Fraction | int = 1
) -> list[tuple[int, Fraction, Fraction]]:
    """Return (generated pairs, growing-context risk, block-window risk) after 0..blocks blocks.

    The data of the figure "window against growing context", n >= d+2 real pairs.

    >>> context_curves(2, 5, 1)
    [(0, Fraction(1, 1), Fraction(1, 1)), (5, Fraction(701, 540), Fraction(2, 1))]
    """
    n = require_integer("n", n, d + 2)
    blocks = require_integer("blocks", blocks, 0, 10_000)
    block = Fraction(d, n - d - 1) * require_nonnegative("noise", noise)
    return [
        (k * n, growing_context_risk(d, n, k * n, noise), (k + 1) * block)
        for k in range(blocks + 1)
    ]


def sliding_window_weights(n: int) -> list[Fraction]:
    """Return the weights of M_t on y_t, y_(t-1), ..., y_(t-n+1); they sum to 1.

    >>> sliding_window_weights(3)
    [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    """
    n = require_integer("n", n, 1, 10**6)
    return [Fraction(2 * (n - i), n * (n + 1)) for i in range(n)]


def sliding_walk_step(n: int) -> Fraction:
    """Return the factor 2/(n+1) with M_(t+1) - M_t = (2/(n+1)) eps_(t+1).

    >>> sliding_walk_step(3)
    Fraction(1, 2)
    """
    return Fraction(2, require_integer("n", n, 1) + 1)


def sliding_window_variance(n: int, t: int, noise: Fraction | int = 1) -> Fraction:
    """Return Var of the context mean (one coordinate) after t generated outputs, exactly.

    The mean is linear in the n real outputs and the t innovations; the variance is noise times the
    sum of squared coefficients, each one the response to a unit impulse at one place.

    >>> sliding_window_variance(1, 4), sliding_window_variance(2, 0)
    (Fraction(5, 1), Fraction(1, 2))
    """
    n = require_integer("n", n, 1, 60)
    t = require_integer("t", t, 0, 300)
    noise = require_nonnegative("noise", noise)
    total = sum((mean * mean for mean in _means_after_impulse(n, n - 1, t)[:t]), Fraction(0))
    for place in range(n):
        total += _means_after_impulse(n, place, t)[t] ** 2
    return noise * total


def _means_after_impulse(n: int, place: int, steps: int) -> list[Fraction]:
    """Return the context means after 0, 1, ..., ``steps`` noiseless steps from a unit impulse."""
    context = [Fraction(int(i == place)) for i in range(n)]
    total, means = Fraction(1), []
    for step in range(steps + 1):
        means.append(total / n)
        context.append(means[-1])
        total += means[-1] - context[step]
    return means
