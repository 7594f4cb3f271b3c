"""Expected squared Wasserstein distance of the replaced Gaussian fit to the truth, d = 1.

W_2^2 between N(mu_t, s_t) and N(mu, 1) is (mu_t - mu)^2 + (sqrt(s_t) - 1)^2, so its expectation is
E(mu_t-mu)^2 + E s_t + 1 - 2 E sqrt(s_t), and E sqrt(s_t) is a product of chi means
rho_m = E sqrt(chi2_m/m), m = n-1.  Unbiased: q_t + 2 - 2 prod rho.  Maximum likelihood: the first
two terms add up to 1 exactly, so 2 - 2 prod rho sqrt(1-1/n), which never exceeds 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb

from symbolic.chi import chi_mean
from symbolic.gaussian import ESTIMATORS
from symbolic.special import EXPLICIT_TERMS, ball_of, closed, require_integer, require_nonnegative
from symbolic.values import NEVER, Closed, Never

__all__ = [
    "first_order",
    "first_order_parting",
    "wasserstein2",
    "wasserstein2_limit",
]


def wasserstein2(
    estimator: str = "unbiased", t: int = 1, n: int | Sequence[int] = 2
) -> Fraction | Closed:
    """Return E W_2^2 between the t-th fit and the true N(mu, 1), replacing, d = 1.

    Args:
        estimator: "unbiased" or "mle".
        t: number of fits, >= 0.
        n: constant sample size >= 2, or the list n_1, ..., n_t.

    >>> wasserstein2("mle", 0, 5)
    Fraction(0, 1)
    >>> wasserstein2("mle", 1, 2).enclose(60).overlaps(2 - 2 / arb.pi().sqrt())
    True
    """
    if estimator not in ESTIMATORS:
        raise ValueError(f"estimator must be one of {', '.join(ESTIMATORS)}, not {estimator!r}")
    t = require_integer("t", t, 0)
    groups: dict[int, int] = {}
    if isinstance(n, Sequence):
        if len(n) < t or t > EXPLICIT_TERMS:
            raise ValueError(f"the schedule needs at least t entries, and t <= {EXPLICIT_TERMS}")
        for size in n[:t]:
            size = require_integer("every sample size", size, 2)
            groups[size] = groups.get(size, 0) + 1
    else:
        groups[require_integer("n", n, 2)] = t
    if t == 0:
        return Fraction(0)
    unbiased = estimator == "unbiased"
    drift = sum((Fraction(k, size) for size, k in groups.items()), Fraction(0)) * unbiased

    def evaluate() -> arb:
        exponent = arb(0)
        for size, count in groups.items():
            exponent += count * _log_chi_mean(size - 1)
            if not unbiased:
                exponent += count * ball_of(Fraction(size - 1, size)).log() / 2
        return ball_of(drift) - 2 * exponent.expm1()

    factors = r"\,".join(
        rf"\left({chi_mean(size - 1).text}"
        + ("" if unbiased else rf"\sqrt{{{size - 1}/{size}}}")
        + rf"\right)^{{{count}}}"
        for size, count in list(groups.items())[:8]
    ) + (r"\cdots" if len(groups) > 8 else "")
    return closed(rf"{drift + 2}-2{factors}", evaluate)


def wasserstein2_limit(estimator: str) -> Fraction | Never:
    """Return lim E W_2^2 when sum 1/n_t diverges: infinite (unbiased), 2 (mle).

    Almost surely W_2^2 -> (mu_infinity - mu)^2 + 1 < infinity in both cases.

    >>> wasserstein2_limit("mle"), wasserstein2_limit("unbiased")
    (Fraction(2, 1), never)
    """
    if estimator not in ESTIMATORS:
        raise ValueError(f"estimator must be one of {', '.join(ESTIMATORS)}, not {estimator!r}")
    return NEVER if estimator == "unbiased" else Fraction(2)


def first_order(t: int, n: int | Sequence[int]) -> Fraction:
    """Return (3/2) sum 1/n_s, the first-order value of E W_2^2 (the same for both estimators).

    Source: Shumailov et al., arXiv:2305.17493, Section on theoretical intuition.

    >>> first_order(4, 3)
    Fraction(2, 1)
    """
    t = require_integer("t", t, 0)
    if isinstance(n, Sequence):
        if len(n) < t or t > EXPLICIT_TERMS:
            raise ValueError(f"the schedule needs at least t entries, and t <= {EXPLICIT_TERMS}")
        sizes = [require_integer("every sample size", size, 2) for size in n[:t]]
        return Fraction(3, 2) * sum((Fraction(1, size) for size in sizes), Fraction(0))
    return Fraction(3 * t, 2 * require_integer("n", n, 2))


def first_order_parting(estimator: str, n: int, tolerance: Fraction) -> int:
    """Return the least t with (3/2) t/n > (1 + tolerance) E W_2^2, replacing, n constant.

    The ratio of the two increases with t, since (1 - r^t)/t decreases; it tends to 3/2 (unbiased)
    and to infinity (mle), so a finite t exists iff tolerance < 1/2 or the estimator is "mle".

    Raises:
        ValueError: if no such t exists.

    >>> first_order_parting("mle", 100, Fraction(1, 10)) < 100
    True
    """
    n = require_integer("n", n, 2, 10**12)
    tolerance = require_nonnegative("tolerance", tolerance)
    if estimator == "unbiased" and tolerance >= Fraction(1, 2):
        raise ValueError("with the unbiased variance the ratio stays below 3/2")

    def exceeds(t: int) -> bool:
        value = wasserstein2(estimator, t, n)
        bits = 64
        while True:
            exact = value.enclose(bits) if isinstance(value, Closed) else ball_of(value)
            gap = ball_of(first_order(t, n)) - exact * ball_of(1 + tolerance)
            if gap > 0:
                return True
            if gap < 0:
                return False
            bits *= 2
            if bits > 4096:
                raise ArithmeticError("the two values could not be separated")

    high = 1
    while not exceeds(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        if exceeds(middle):
            high = middle
        else:
            low = middle
    return high


def _log_chi_mean(m: int) -> arb:
    """Return log E sqrt(chi2_m/m) as a ball."""
    high, low = ball_of(Fraction(m + 1, 2)), ball_of(Fraction(m, 2))
    return high.lgamma() - low.lgamma() - low.log() / 2
