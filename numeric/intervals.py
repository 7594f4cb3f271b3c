"""Confidence intervals that hold for every sample size: bounded means and proportions.

``bernstein_interval`` needs a bound on the values (a tilted loss has one, see
``wishart.tilted_bound``); ``binomial_interval`` turns a count into an interval for a probability,
and a count below a claimed median into a test of it.
"""

from __future__ import annotations

import math

__all__ = ["bernstein_interval", "binomial_interval"]


def bernstein_interval(
    count: int, total: float, squares: float, bound: float, alpha: float
) -> tuple[float, float]:
    """Two-sided empirical Bernstein interval for the mean of values in [0, ``bound``].

    Half-width sqrt(2 V log(4/alpha)/N) + 7 B log(4/alpha)/(3 (N - 1)), V the unbiased sample
    variance: valid for every N and every law on [0, B] (Maurer and Pontil 2009, Theorem 4).

    >>> low, high = bernstein_interval(10_000, 5000.0, 5000.0, 1.0, 1e-6)
    >>> low < 0.5 < high < 0.55
    True
    """
    if not 0 < alpha < 1:
        raise ValueError("alpha lies strictly between 0 and 1")
    if count < 2 or bound <= 0:
        raise ValueError("at least two values and a positive bound are needed")
    mean = total / count
    variance = max(0.0, (squares - count * mean**2) / (count - 1))
    log = math.log(4 / alpha)
    width = math.sqrt(2 * variance * log / count) + 7 * bound * log / (3 * (count - 1))
    return mean - width, mean + width


def binomial_interval(successes: int, trials: int, alpha: float) -> tuple[float, float]:
    """Clopper-Pearson interval: exact coverage at least 1 - alpha.

    >>> low, high = binomial_interval(0, 100, 0.05)
    >>> low, round(high, 6)
    (0.0, 0.036217)
    """
    if not 0 < alpha < 1:
        raise ValueError("alpha lies strictly between 0 and 1")
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError("0 <= successes <= trials and trials >= 1 are needed")
    low, high = 0.0, 1.0
    if successes > 0:
        low = _beta_quantile(alpha / 2, successes, trials - successes + 1)
    if successes < trials:
        high = _beta_quantile(1 - alpha / 2, successes + 1, trials - successes)
    return low, high


def _beta_quantile(p: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        if _beta_cdf(middle, a, b) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta_cdf(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function by its continued fraction (modified Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta_cdf(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x)
    ) / a
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(tiny, 1.0 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 + term * d
            c = 1.0 + term / c
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = c if abs(c) > tiny else tiny
            value *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return min(1.0, front * value)
