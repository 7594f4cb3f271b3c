"""Exact checks of published statements on recursive Gaussian and discrete fitting.

Each function evaluates a statement on exact data; the verdict follows from these evaluations.
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from symbolic.gaussian import critical_inflation, mean_error, variance, variance_limit
from symbolic.kakutani import second_moment
from symbolic.literature_verdict import LiteratureVerdict, verdict_word
from symbolic.schedule import collapses
from symbolic.special import ball_of, require_integer
from symbolic.values import NEVER, enclose, workprec
from symbolic.wasserstein import (
    first_order,
    first_order_parting,
    wasserstein2,
    wasserstein2_limit,
)

__all__ = [
    "accumulation_counterexamples",
    "accumulation_theorem_scope",
    "biased_sampling_collapse",
    "deviation_witness",
    "discrete_survival",
    "distance_diverges",
    "first_order_distance",
    "gaussian_deviation",
    "mean_drift",
    "pooled_sine_product",
    "survival_bound_holds",
    "trace_supermartingale",
]


def _pooled_drift(t: int, n: int) -> Fraction:
    """Return E(mu_t - mu)^2 summed increment by increment, pooled mle, Sigma_0 = 1."""
    value, level = Fraction(0), Fraction(1)
    for s in range(1, t + 1):
        value += level / (n * s * s)
        level *= 1 - Fraction(1, n * s * s)
    return value


def pooled_sine_product() -> LiteratureVerdict:
    """Kazdan et al.: pooled mle variance tends to sigma^2 sin(pi/sqrt n)/(pi/sqrt n)."""
    gaps = []
    for n in (2, 3, 10):
        near, limit = (
            enclose(variance("accumulate", "mle", 10**12, n), 64),
            variance_limit("accumulate", "mle", n),
        )
        gap = near - enclose(limit, 64)
        gaps.append(bool(gap > 0) and bool(gap < ball_of(Fraction(1, 10**11))))
    means = all(
        _pooled_drift(t, n) == mean_error("accumulate", "mle", t, n)
        for t, n in ((1, 2), (4, 3), (9, 5))
    )
    return LiteratureVerdict(
        "arXiv:2410.16713",
        "Accumulating, the expected fitted variance tends to sin(pi/sqrt n)/(pi/sqrt n) of the "
        "truth and the means stay bounded in mean square.",
        verdict_word(all(gaps) and means, False),
        "E Sigma_t is the product of 1 - 1/(n s^2), and E Sigma_t + Cov(mu_t) = Sigma_0.",
        ("divisor N (with divisor N-1 the limit is another product)", "n >= 2"),
        {"n = 2, divisor N-1": variance_limit("accumulate", "unbiased", 2)},
    )


def first_order_distance() -> LiteratureVerdict:
    """Shumailov et al.: E W_2^2 is about (3/2) sigma^2 sum 1/M_i."""
    local, size = [], 10**12
    for estimator in ("unbiased", "mle"):
        exact = enclose(wasserstein2(estimator, 7, size), 128)
        relative = exact / ball_of(first_order(7, size)) - 1
        local.append(bool(abs(relative) < ball_of(Fraction(1, 10**10))))
    parting = {
        estimator: first_order_parting(estimator, 100, Fraction(1, 10))
        for estimator in ("unbiased", "mle")
    }
    return LiteratureVerdict(
        "arXiv:2305.17493",
        "To first order, E W_2^2 between fit t and the truth is (3/2) sigma^2 sum 1/M_i.",
        verdict_word(False, all(local)),
        "True as the sample sizes grow with t fixed, for both estimators. Never the asymptotics in "
        "t: the exact value grows like t/n (unbiased, ratio 3/2) or tends to 2 (mle).",
        ("t fixed, M_i -> infinity (needed)",),
        {"n = 100: t from which it is 10% too large": parting},
    )


def distance_diverges() -> LiteratureVerdict:
    """Shumailov et al.: with fixed sample size E W_2^2 -> infinity and Sigma_n -> 0 a.s."""
    unbiased, mle = wasserstein2_limit("unbiased"), wasserstein2_limit("mle")
    return LiteratureVerdict(
        "arXiv:2305.17493",
        "With fixed sample size, E W_2^2 -> infinity and the fitted variance -> 0 a.s.",
        verdict_word(unbiased is NEVER and mle is NEVER, unbiased is NEVER and collapses("100")),
        "The variance vanishes for both estimators; the expected distance diverges only with the "
        "unbiased variance, and almost surely W_2 stays finite.",
        ("unbiased variance (needed: the limit is 2 with the mle)",),
        {"limit, unbiased": unbiased, "limit, mle": mle},
    )


def biased_sampling_collapse() -> LiteratureVerdict:
    """Alemohammad et al., Proposition: sampling bias lambda <= 1 implies Sigma_t -> 0 a.s."""
    sharper = all(bool(critical_inflation(n).enclose(64) > 1) for n in (2, 3, 10, 1000))
    constant, growing = collapses("10"), collapses("t^2")
    return LiteratureVerdict(
        "arXiv:2307.01850",
        "Sampling from N(mu, lambda Sigma) with lambda <= 1 and unbiased fits gives Sigma_t -> 0.",
        verdict_word(constant and growing, constant and not growing),
        "True for constant n, and not sharp: it holds up to lambda < exp(log n-1 over 2 minus "
        "digamma), which exceeds 1. At lambda = 1 with varying n_t it needs sum 1/n_t = infinity; "
        "for lambda < 1 it holds under every schedule.",
        ("n_s constant, or sum 1/n_s = infinity (needed at lambda = 1: n_t = t^2)",),
        {"critical lambda at n = 10": critical_inflation(10), "exceeds 1": sharper},
    )


def trace_supermartingale() -> LiteratureVerdict:
    """Alemohammad et al., text: the trace is a bounded supermartingale."""
    growth = [second_moment([10] * t) for t in (1, 2, 3)]
    unbounded = growth[0] < growth[1] < growth[2]
    return LiteratureVerdict(
        "arXiv:2307.01850",
        "The trace of Sigma_t is a bounded supermartingale.",
        verdict_word(not unbounded, True),
        "It is a non-negative supermartingale, a martingale at lambda = 1; its mean is bounded, "
        "the variable is not, and at lambda = 1 its second moment grows without bound.",
        ("read 'bounded' as bounded in mean", "lambda <= 1"),
        {"E (s_t/s_0)^2 at n = 10, t = 1, 2, 3": growth},
    )


def mean_drift() -> LiteratureVerdict:
    """Alemohammad et al., text: mu_t drifts as a random walk."""
    linear = [mean_error("replace", "unbiased", t, 10) for t in (1, 2, 3)]
    return LiteratureVerdict(
        "arXiv:2307.01850",
        "The means mu_t drift as a random walk.",
        verdict_word(not collapses("10"), False),
        "The steps have conditional variance Sigma_(t-1)/n_t, which is summable almost surely "
        "under every schedule, so mu_t converges a.s.; only its second moment grows linearly, "
        "carried by ever rarer chains (and only for lambda = 1 with the unbiased variance).",
        (),
        {"E (mu_t - mu)^2 at n = 10, t = 1, 2, 3": linear},
    )


def survival_bound_holds(last: int) -> bool:
    """Return whether p_(k-1) >= 1/k for k <= last, p_0 = 1, p_(j+1) = 1 - exp(-p_j).

    This is the survival bound of a critical Poisson branching process; the induction step is
    exp(1/k) >= 1 + 1/k.

    >>> survival_bound_holds(50)
    True
    """
    last = require_integer("last", last, 1, 1000)
    with workprec(128):
        survival = arb(1)
        for k in range(1, last + 1):
            if not (survival >= ball_of(Fraction(1, k))):
                return False
            survival = 1 - (-survival).exp()
    return True


def discrete_survival() -> LiteratureVerdict:
    """Suresh et al.: mean count lambda survives k fits with probability >= 1 - exp(-lambda/k)."""
    return LiteratureVerdict(
        "arXiv:2412.17646",
        "P(symbol alive after k fits) >= 1 - exp(-lambda/k).",
        verdict_word(survival_bound_holds(200), False),
        "With Poisson counts the extinction probability is exp(-lambda p_(k-1)) and p_(k-1) >= 1/k "
        "by induction; multinomial counts die out with smaller probability, since "
        "(1-x)^n <= exp(-nx) at each step.",
        ("lambda = expected count in the first sample",),
        {"checked up to k": 200},
    )


def deviation_witness(k: int) -> tuple[arb, arb]:
    """Return (lower bound of x P(s_k > x s_0), exp(-k/12)) for the unbiased variance at n = 3.

    s_k/s_0 is a product of k unit exponentials. Size-biasing makes them Gamma(2) variables, whose
    logarithm has mean 1 - gamma and variance pi^2/6 - 1; with x = exp(k(1-gamma) - 2 sqrt(k v)),
    Chebyshev's inequality gives x P(s_k > x) >= (3/4) exp(-4 sqrt(k v)).
    """
    k = require_integer("k", k, 1, 10**6)
    with workprec(128):
        spread = (ball_of(k) * (arb.pi() ** 2 / 6 - 1)).sqrt()
        return 3 * (-4 * spread).exp() / 4, ball_of(Fraction(-k, 12)).exp()


def gaussian_deviation() -> LiteratureVerdict:
    """Suresh et al.: P(S_k > eps) <= (s_0/eps) exp(-k/(4n)) for Gaussians."""
    below, claimed = deviation_witness(2000)
    fails_for_variance = bool(below > claimed)
    return LiteratureVerdict(
        "arXiv:2412.17646",
        "P(S_k > eps) <= (s_0/eps) exp(-k/(4n)), d = 1.",
        verdict_word(not fails_for_variance, True),
        "True for the standard deviation, either estimator, by E sqrt(chi2_m/m) <= (1-1/n)^(1/4) "
        "and Markov's inequality; true for the variance with the mle; false for the unbiased "
        "variance.",
        ("S_k is the standard deviation, or the mle variance (needed: n = 3, k = 2000)",),
        {"n = 3, k = 2000: (s_0/eps)^-1 P is at least": below, "claimed at most": claimed},
    )


def accumulation_theorem_scope() -> LiteratureVerdict:
    """Barzilai and Shamir, Theorem 4.1: does it cover a Gaussian of unknown variance?"""
    second = [Fraction(1, 2) - x * x for x in (1, 10, 100)]
    bounded = abs(second[2]) <= abs(second[1])
    return LiteratureVerdict(
        "arXiv:2505.19046",
        "The theorem for accumulating maximum likelihood covers the Gaussian of unknown variance.",
        verdict_word(bounded, False),
        "Its hypotheses fail: d^2/dv^2 log p = 1/(2v^2) - x^2/v^3 is unbounded in x, and the score "
        "x^2/(2v^2) - 1/(2v) is not sub-Gaussian. The conclusion holds all the same, by the exact "
        "product for the pooled variance.",
        (),
        {"second derivative at v = 1, x = 1, 10, 100": second},
    )


def accumulation_counterexamples() -> LiteratureVerdict:
    """Barzilai and Shamir, Theorems 5.1 and 5.2: collapse although all data are kept."""
    return LiteratureVerdict(
        "arXiv:2505.19046",
        "There are families for which maximum likelihood collapses although all data are kept.",
        "undecided",
        "The constructions are not available in formulas, so they are not checked; regression and "
        "Gaussian fitting are not among such families.",
        (),
        {},
    )
