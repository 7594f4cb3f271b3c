"""Exact recursive Gaussian fitting: expectation of the fitted covariance, rates and ranks.

Replacing.  With m = n-1, Sigma_t = Sigma_(t-1)^(1/2) (W_m/k) Sigma_(t-1)^(1/2), W_m a standard
Wishart matrix with m samples, independent of the past, k = n-1 ("unbiased") or n ("mle").  For a
fixed v, v^T Sigma_t v is v^T Sigma_0 v times independent chi2_m/k variables, so
E Sigma_t = Sigma_0 (unbiased) or prod (1 - 1/n_s) Sigma_0 (mle).

Accumulating.  A_t, the scatter of all N_t samples, obeys
A_t = A_(t-1) + B_t + (N_(t-1) n_t/N_t) (m_t - mu_(t-1))(m_t - mu_(t-1))^T with
E(B_t | past) = (n_t-1) Sigma_(t-1), so E(A_t | past) = A_(t-1) + (n_t - n_t/N_t) Sigma_(t-1).
mle (divisor N_t): E Sigma_t = prod_(s<=t) (1 - n_s/N_s^2) Sigma_0.
"unbiased" (divisor N_t - 1): E Sigma_t = prod_(2<=s<=t) (1 - n_s/(N_s (N_s-1))) Sigma_0, which is
unbiased for the first fit only: the later samples are correlated through the fits.

For the mle, in both regimes, E Sigma_t + Cov(mu_t) = Sigma_0 (law of total variance, or the
telescoping sum of the increments).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb

from symbolic.chi import log_chi_square
from symbolic.special import (
    EXACT_TERMS,
    EXPLICIT_TERMS,
    ball_of,
    closed,
    hypergeometric_sum,
    power,
    rational_product,
    require_integer,
    require_nonnegative,
)
from symbolic.values import NEVER, Closed, Never

__all__ = [
    "critical_inflation",
    "limit_rank",
    "linear_power_law",
    "log_rate",
    "lyapunov_rates",
    "mean_error",
    "mean_error_limit",
    "variance",
    "variance_limit",
]

Schedule = int | Sequence[int]

REGIMES = ("replace", "accumulate")
ESTIMATORS = ("unbiased", "mle")


def variance(
    regime: str, estimator: str = "unbiased", t: int = 1, n: Schedule = 2
) -> Fraction | Closed:
    """Return c with E Sigma_t = c Sigma_0 after t fits.

    Args:
        regime: "replace" or "accumulate".
        estimator: "unbiased" (divisor N-1) or "mle" (divisor N); N counts the pooled samples when
            accumulating.
        t: number of fits, >= 0.
        n: sample size of every fit, >= 2, or the list n_1, ..., n_t (when accumulating the later
            entries may be 1).

    Raises:
        ValueError: for an argument out of range.

    >>> variance("replace", "mle", 2, 4), variance("accumulate", "mle", 2, 2)
    (Fraction(9, 16), Fraction(7, 16))
    >>> variance("replace", "unbiased", 9, 2), variance("accumulate", "unbiased", 2, 2)
    (Fraction(1, 1), Fraction(5, 6))
    """
    _check_words(regime, estimator)
    t = require_integer("t", t, 0)
    if isinstance(n, Sequence):
        return _variance_schedule(regime, estimator, _check_schedule(regime, n, t))
    n = require_integer("n", n, 2)
    if t == 0:
        return Fraction(1)
    if regime == "replace":
        return Fraction(1) if estimator == "unbiased" else power(Fraction(n - 1, n), t)
    if estimator == "mle":
        if t <= EXACT_TERMS:
            return rational_product(lambda s: (n * s * s - 1, n * s * s), 1, t)
        return _pooled_mle_tail(n, t)
    if n == 2:  # the factors (s-1)(2s+1)/(s(2s-1)) telescope
        return Fraction(2 * t + 1, 3 * t)
    if t <= EXACT_TERMS:
        return rational_product(lambda s: (s * (n * s - 1) - 1, s * (n * s - 1)), 2, t)
    return _pooled_unbiased_tail(n, t)


def variance_limit(regime: str, estimator: str = "unbiased", n: int = 2) -> Fraction | Closed:
    """Return the limit of ``variance`` as t grows, n >= 2 constant.

    Replacing: 1 (unbiased) or 0 (mle); this is the limit of the expectation, while Sigma_t -> 0
    almost surely in both.  Accumulating: sin(pi/sqrt n)/(pi/sqrt n) (mle) and
    Gamma(2-1/n)/(Gamma(2-r) Gamma(2-r')) with r, r' = (1 +- sqrt(1+4n))/(2n) (unbiased), which is
    2/3 for n = 2.

    >>> variance_limit("replace", "unbiased", 5), variance_limit("replace", "mle", 5)
    (Fraction(1, 1), Fraction(0, 1))
    >>> variance_limit("accumulate", "unbiased", 2)
    Fraction(2, 3)
    """
    _check_words(regime, estimator)
    n = require_integer("n", n, 2)
    if regime == "replace":
        return Fraction(1) if estimator == "unbiased" else Fraction(0)
    if estimator == "mle":
        return closed(
            rf"\sin(\pi/\sqrt{{{n}}})/(\pi/\sqrt{{{n}}})",
            lambda: (1 / ball_of(n).sqrt()).sinc_pi(),
        )
    if n == 2:
        return Fraction(2, 3)

    def evaluate() -> arb:
        high, low = _pooled_roots(n)
        return (2 - 1 / ball_of(n)).gamma() * (2 - high).rgamma() * (2 - low).rgamma()

    text = (
        rf"\Gamma(2-1/{n})/\left(\Gamma(2-r_+)\Gamma(2-r_-)\right),"
        rf"\ r_\pm=(1\pm\sqrt{{{4 * n + 1}}})/{2 * n}"
    )
    return closed(text, evaluate)


def mean_error(
    regime: str, estimator: str = "unbiased", t: int = 1, n: Schedule = 2
) -> Fraction | Closed:
    """Return c with E (mu_t - mu)(mu_t - mu)^T = c Sigma_0.

    Replacing, unbiased: sum_(s<=t) 1/n_s.  mle, both regimes: 1 - variance(...).  Accumulating,
    unbiased: sum_s (n_s/N_s^2) E Sigma_(s-1)/Sigma_0, summed term by term (t <= 4000).

    >>> mean_error("replace", "unbiased", 3, 2), mean_error("replace", "mle", 3, 2)
    (Fraction(3, 2), Fraction(7, 8))
    """
    _check_words(regime, estimator)
    t = require_integer("t", t, 0)
    if estimator == "mle":
        return _one_minus(variance(regime, estimator, t, n))
    if not isinstance(n, Sequence):
        n = require_integer("n", n, 2)
        if regime == "replace":
            return Fraction(t, n)
        if t > EXACT_TERMS:
            raise ValueError(f"the pooled unbiased mean error is summed for t <= {EXACT_TERMS}")
        return hypergeometric_sum(
            lambda s: (1, 1) if s == 1 else (s * (n * s - 1) - 1, s * (n * s - 1)),
            lambda s: (1, n * s * s),
            1,
            t,
        )
    sizes = _check_schedule(regime, n, t)
    if regime == "replace":
        return sum((Fraction(1, size) for size in sizes), Fraction(0))
    value, level, total = Fraction(0), Fraction(1), 0
    for size in sizes:
        total += size
        value += level * Fraction(size, total * total)
        if total > size:
            level *= 1 - Fraction(size, total * (total - 1))
    return value


def mean_error_limit(regime: str, estimator: str, n: int) -> Fraction | Closed | Never:
    """Return the limit of ``mean_error`` as t grows, n constant.

    ``NEVER`` when replacing with the unbiased covariance, although mu_t converges almost surely.
    Accumulating with the unbiased covariance is not given in closed form here.

    >>> mean_error_limit("replace", "unbiased", 7), mean_error_limit("replace", "mle", 7)
    (never, Fraction(1, 1))
    """
    _check_words(regime, estimator)
    if estimator == "mle":
        return _one_minus(variance_limit(regime, estimator, n))
    require_integer("n", n, 2)
    if regime == "replace":
        return NEVER
    raise ValueError("no closed form is known here for accumulating with divisor N - 1")


def log_rate(n: int, estimator: str = "unbiased") -> Closed:
    """Return the a.s. limit of (1/t) log of the fitted variance, replacing, d = 1, n constant.

    It is psi((n-1)/2) - log(k/2), k = n-1 (unbiased) or n (mle); negative in both cases.  In any
    dimension it is also the rate of v^T Sigma_t v for fixed v and of the trace.

    >>> log_rate(3).enclose(50).overlaps(-arb.const_euler())
    True
    """
    _check_words("replace", estimator)
    n = require_integer("n", n, 2)
    return log_chi_square(n - 1, n - 1 if estimator == "unbiased" else n)


def lyapunov_rates(n: int, d: int, estimator: str = "unbiased") -> list[Closed]:
    """Return the a.s. rates (1/t) log of the non-zero eigenvalues of Sigma_t, largest first.

    With Bartlett's lower-triangular factors, Sigma_t is the Gram matrix of a product of triangular
    matrices whose i-th diagonal entries are chi variables with n-i degrees of freedom, hence
    psi((n-i)/2) - log(k/2) for i = 1, ..., min(d, n-1); the other eigenvalues are zero.

    >>> len(lyapunov_rates(3, 5)), len(lyapunov_rates(9, 2))
    (2, 2)
    """
    _check_words("replace", estimator)
    n = require_integer("n", n, 2)
    d = require_integer("d", d, 1, 10_000)
    divisor = n - 1 if estimator == "unbiased" else n
    return [log_chi_square(n - i, divisor) for i in range(1, min(d, n - 1) + 1)]


def critical_inflation(n: int, estimator: str = "unbiased") -> Closed:
    """Return the factor lambda at which sampling from N(mu, lambda Sigma) stops the collapse.

    With n constant Sigma_t -> 0 a.s. iff lambda < exp(-log_rate(n)), which exceeds 1; at equality
    log Sigma_t is a recurrent walk (d = 1), above it Sigma_t grows without bound.

    >>> bool(critical_inflation(10).enclose(50) > 1)
    True
    """
    rate = log_rate(n, estimator)
    return Closed(rf"\exp(-({rate.text}))", lambda bits: (-rate.enclose(bits)).exp())


def limit_rank(d: int, least: int, regime: str = "replace") -> int:
    """Return the a.s. rank of lim Sigma_t when Sigma_t does not collapse, Sigma_0 of full rank.

    Args:
        d: dimension.
        least: min_t n_t when replacing (with sum 1/n_t finite), n_1 when accumulating.
        regime: the regime.

    The rank is min(d, least - 1): every fit has rank at most n_t - 1, the range never grows back,
    and on the common range the log-determinants have summable means and variances.  So the limit
    is positive definite iff n_t >= d+1 for every t (replacing), n_1 >= d+1 (accumulating, where
    any later n_t >= 1 will do).

    >>> limit_rank(5, 3), limit_rank(2, 10)
    (2, 2)
    """
    _check_words(regime, "mle")
    d = require_integer("d", d, 1)
    return min(d, require_integer("least", least, 2) - 1)


def linear_power_law(
    slope: Fraction | int, estimator: str = "unbiased", moment: Fraction | int = 1
) -> dict[str, Fraction]:
    """Return the exponents of t in Sigma_t under n_t ~ slope t, replacing.

    ``typical``: a.s. limit of log(v^T Sigma_t v)/log t, -1/slope (unbiased) or -2/slope (mle);
    ``moment``: the exponent of E (v^T Sigma_t v)^p, p = ``moment``: p(p-1)/slope, minus p/slope
    for the mle.  At p = 1 they differ: the mean is carried by ever rarer chains.

    >>> linear_power_law(2)["typical"], linear_power_law(2)["moment"]
    (Fraction(-1, 2), Fraction(0, 1))
    """
    _check_words("replace", estimator)
    slope = require_nonnegative("slope", slope)
    p = require_nonnegative("moment", moment)
    if slope == 0:
        raise ValueError("slope must be positive")
    bias = 0 if estimator == "unbiased" else 1
    return {"typical": -(1 + bias) / slope, "moment": (p * (p - 1) - bias * p) / slope}


def _check_words(regime: str, estimator: str) -> None:
    if regime not in REGIMES:
        raise ValueError(f"regime must be one of {', '.join(REGIMES)}, not {regime!r}")
    if estimator not in ESTIMATORS:
        raise ValueError(f"estimator must be one of {', '.join(ESTIMATORS)}, not {estimator!r}")


def _check_schedule(regime: str, n: Sequence[int], t: int) -> list[int]:
    if len(n) < t:
        raise ValueError(f"the schedule has {len(n)} sample sizes, fewer than t = {t}")
    if t > EXPLICIT_TERMS:
        raise ValueError(f"an explicit schedule may have at most {EXPLICIT_TERMS} generations")
    later = 1 if regime == "accumulate" else 2
    least = [2] + [later] * t
    return [
        require_integer("every sample size", size, low)
        for size, low in zip(n[:t], least, strict=False)
    ]


def _variance_schedule(regime: str, estimator: str, sizes: list[int]) -> Fraction:
    value, total = Fraction(1), 0
    for size in sizes:
        total += size
        if regime == "replace":
            value *= 1 if estimator == "unbiased" else 1 - Fraction(1, size)
        elif estimator == "mle":
            value *= 1 - Fraction(size, total * total)
        elif total > size:
            value *= 1 - Fraction(size, total * (total - 1))
    return value


def _one_minus(value: Fraction | Closed) -> Fraction | Closed:
    if isinstance(value, Fraction):
        return 1 - value
    return Closed(f"1-{value.text}", lambda bits: 1 - value.enclose(bits))


def _pooled_roots(n: int) -> tuple[arb, arb]:
    """Return the roots of n s^2 - s - 1, the zeros of the pooled unbiased factor, as balls."""
    root = ball_of(4 * n + 1).sqrt()
    return (1 + root) / (2 * n), (1 - root) / (2 * n)


def _pooled_mle_tail(n: int, t: int) -> Closed:
    def evaluate() -> arb:
        root = 1 / ball_of(n).sqrt()
        high = ball_of(t + 1)
        tail = (high - root).lgamma() + (high + root).lgamma() - 2 * high.lgamma()
        return root.sinc_pi() * tail.exp()

    return closed(rf"\prod_{{s=1}}^{{{t}}}\left(1-1/({n}s^2)\right)", evaluate)


def _pooled_unbiased_tail(n: int, t: int) -> Closed:
    def evaluate() -> arb:
        high, low = _pooled_roots(n)
        end = ball_of(t + 1)
        tail = (end - high).lgamma() + (end - low).lgamma()
        tail -= end.lgamma() + (end - 1 / ball_of(n)).lgamma()
        head = (2 - 1 / ball_of(n)).gamma() * (2 - high).rgamma() * (2 - low).rgamma()
        return head * tail.exp()

    return closed(rf"\prod_{{s=2}}^{{{t}}}\left(1-1/(s({n}s-1))\right)", evaluate)
