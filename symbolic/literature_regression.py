"""Exact checks of published statements on recursive regression and estimation of a mean.

Each function evaluates a statement on exact data; the verdict follows from these evaluations.
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from symbolic.literature_verdict import LiteratureVerdict, verdict_word
from symbolic.regression import bound_ratio_terms, published_bound, risk
from symbolic.schedule import collapses
from symbolic.special import ball_of, closed, require_integer
from symbolic.values import NEVER, Algebraic, Closed, enclose, workprec
from symbolic.window import growing_context_limit

__all__ = [
    "accumulation_bound",
    "closer_probability",
    "golden_weight",
    "linear_growth",
    "optimal_real_weight",
    "overparametrised_decay",
    "pooled_variance_efficiency",
    "relative_efficiency",
    "superlinear_growth",
    "synthetic_beats_real",
    "two_sample_sizes",
    "weight_derivative",
]


def linear_growth() -> LiteratureVerdict:
    """Gerstgrasser et al.: replacing gives test error t sigma^2 d/(n-d-1)."""
    grid = [(t, d, n) for d in (1, 2, 5) for n in (d + 2, d + 7) for t in (0, 1, 2, 9)]
    holds = all(risk("replace", t, d, [n] * t) == Fraction(t * d, n - d - 1) for t, d, n in grid)
    edge = all(risk("replace", 1, d, n) is NEVER for d in (1, 2, 5) for n in (d, d + 1))
    return LiteratureVerdict(
        "arXiv:2404.01413",
        "Replacing the data, the expected squared error after t fits is t sigma^2 d/(n-d-1).",
        verdict_word(holds and edge, False),
        "The increments are uncorrelated with covariance sigma^2/(n-d-1) I.",
        ("n >= d+2 (needed: infinite at n = d, d+1)", "isotropic Gaussian covariates"),
        {"n = d+1": NEVER, "t = 9, d = 5, n = 12": risk("replace", 9, 5, 12)},
    )


def accumulation_bound() -> LiteratureVerdict:
    """Gerstgrasser et al.: accumulating keeps the error below (pi^2/6) sigma^2 d/(n-d-1)."""
    grid = [(d, d + gap, s) for d in (1, 2, 5) for gap in (2, 9) for s in (1, 2, 7)]
    terms = [bound_ratio_terms(d, n, s) for d, n, s in grid]
    holds = all(exact <= bound for exact, bound in terms)
    unequal, bound = growing_context_limit(1, 100), published_bound(1, 100)
    broken = bool(enclose(unequal, 64) > bound.enclose(64)) if isinstance(bound, Closed) else False
    return LiteratureVerdict(
        "arXiv:2404.01413",
        "Accumulating equal batches, the error stays below (pi^2/6) sigma^2 d/(n-d-1).",
        verdict_word(holds, False),
        "Strict for fresh designs at every t >= 2 and in the limit; with one fixed design it is "
        "the limit itself, never attained. For unequal batches the constant is 2, not pi^2/6.",
        ("n >= d+2", "equal batch sizes (needed)" if broken else "none on the batch sizes"),
        {"sizes 100, 1, 1, ... with d = 1: limit": unequal, "bound": bound, "exceeds": broken},
    )


def two_sample_sizes() -> LiteratureVerdict:
    """Dohmatob et al.: n generations of size T0 and a last fit of size T add up."""
    cases = [(2, 5, 7, 3), (1, 4, 3, 10), (4, 9, 6, 1)]
    holds = all(
        risk("replace", k + 1, d, [first] * k + [last])
        == Fraction(d, last - d - 1) + k * Fraction(d, first - d - 1)
        for d, first, last, k in cases
    )
    return LiteratureVerdict(
        "arXiv:2402.07712",
        "E_test = sigma^2 d/(T-d-1) + n sigma_0^2 d/(T_0-d-1).",
        verdict_word(holds, False),
        "The increments are uncorrelated whatever the schedule; each adds its own variance.",
        ("T, T_0 >= d+2",),
        {"cases (d, T_0, T, n)": cases},
    )


def overparametrised_decay() -> LiteratureVerdict:
    """Dohmatob et al.: noise-free minimum-norm chains with T < d collapse exponentially."""
    cases = [(5, 2, 3), (4, 3, 6), (9, 1, 2)]
    holds = all(
        risk("replace", t, d, n, noise=0, theta2=1) == 1 - Fraction(n, d) ** t for d, n, t in cases
    )
    return LiteratureVerdict(
        "arXiv:2402.07712",
        "Without noise and with T < d samples, what is left of theta* decays exponentially.",
        verdict_word(holds, False),
        "E|theta_t|^2 = (T/d)^t |theta*|^2: products of independent random projections.",
        ("fresh designs (a fixed design keeps the first projection for ever)", "no noise"),
        {"cases (d, T, t)": cases},
    )


def superlinear_growth() -> LiteratureVerdict:
    """Xu, He, Cheng: unbiased recursive estimation needs super-linear sample sizes."""
    enough = not collapses("t^(1+1/100)")
    slower, not_enough = not collapses("t*log(t)^2"), collapses("t*log(t)")
    return LiteratureVerdict(
        "arXiv:2505.13947",
        "To keep the error bounded, unbiased recursive estimators need n_t = t^(1+s), s > 0.",
        verdict_word(enough and not slower, enough),
        "Sufficient, not necessary: the exact condition is sum 1/n_t < infinity, which "
        "t (log t)^2 meets; super-linear growth alone (t log t) is not enough.",
        ("read as a sufficient condition (needed: t (log t)^2)",),
        {"t (log t)^2 keeps the error bounded": slower, "t log t does not": not_enough},
    )


def closer_probability(t: int) -> Closed:
    """Return P(|e_t| < |e_1|) for the mean of a normal sample (d = 1), replacing, equal sizes.

    e_t = e_1 + g with g/e_1 = sqrt(t-1) times a Cauchy variable, and |e_1 + g| < |e_1| means
    -2 < g/e_1 < 0: the probability is arctan(2/sqrt(t-1))/pi.

    >>> bool(closer_probability(2).enclose(50) < arb(1) / 2)
    True
    """
    t = require_integer("t", t, 2)
    return closed(
        rf"\arctan(2/\sqrt{{{t - 1}}})/\pi",
        lambda: (2 / ball_of(t - 1).sqrt()).atan() / arb.pi(),
    )


def synthetic_beats_real() -> LiteratureVerdict:
    """Xu, He, Cheng: T generations of synthetic data beat real data with probability < 1/2."""
    values = [closer_probability(t).enclose(64) for t in (2, 3, 10, 1000)]
    holds = all(bool(value < ball_of(Fraction(1, 2))) for value in values)
    return LiteratureVerdict(
        "arXiv:2505.13947",
        "P(the estimate after T fits is closer to the truth than the first one) stays below 1/2.",
        verdict_word(holds, False),
        "For least squares and for the mean with known variance, e_T = e_1 + g with g symmetric "
        "given e_1, and |e_1 + g| < |e_1| means 2<e_1, g> < -|g|^2, a strict part of the "
        "half-space <e_1, g> < 0. No moment is needed.",
        ("n_t >= d for every t", "additive symmetric noise (location models)"),
        {"mean, d = 1, T = 2": closer_probability(2)},
    )


def pooled_variance_efficiency(n: int, t: int) -> Fraction:
    """Return E(s_1 - 1)^2 / E(s_t - 1)^2 for the pooled mle variance, d = 1, exactly.

    >>> pooled_variance_efficiency(2, 1)
    Fraction(1, 1)
    """
    n, t = require_integer("n", n, 2), require_integer("t", t, 1, 2000)
    first, second = Fraction(1), Fraction(1)
    errors = []
    for s in range(1, t + 1):
        past = Fraction(s - 1, s)
        mean = 1 - Fraction(1, n * s * s)
        spread = (2 * (n - 1) + 2 * past * past) / Fraction(n * s) ** 2
        first, second = first * mean, second * (mean * mean + spread)
        errors.append(second - 2 * first + 1)
    return errors[0] / errors[-1]


def relative_efficiency() -> LiteratureVerdict:
    """Dey and Donoho: augmenting keeps a relative efficiency of at least 6/pi^2."""
    with workprec(128):
        limit = 6 / arb.pi() ** 2
        exact = all(
            bool(ball_of(pooled_variance_efficiency(n, t)) > limit)
            for n, t in ((2, 50), (10, 50), (100, 50))
        )
        uneven = 1 / (Fraction(1, 10) + sum(Fraction(1, k * k) for k in range(11, 400))) / 10
        breaks = bool(ball_of(uneven) < limit)
    return LiteratureVerdict(
        "arXiv:2410.22812",
        "Augmenting keeps a relative efficiency of at least 6/pi^2; discarding has no such bound.",
        verdict_word(exact and not breaks, exact),
        "Exact for equal batches: for the mean and least squares with a fixed design it is "
        "1/sum 1/s^2, with infimum 6/pi^2; least squares with fresh designs does better, and so "
        "does the pooled mle variance at n = 2, 10, 100 (t = 50). With unequal batches it can "
        "fall towards 1/2.",
        ("equal batch sizes (needed)", "efficiency relative to the first, real batch"),
        {"mean, sizes 10, 1, 1, ... (389 more): efficiency": uneven},
    )


def optimal_real_weight(ratio: Fraction | int = 1) -> Algebraic:
    """Return the weight w on fresh real data that minimises the stationary variance.

    theta_t = w (real mean, n samples) + (1-w) (synthetic mean, ratio*n samples).  The variance is
    [w^2 + (1-w)^2/ratio] / [1 - (1-w)^2] per 1/n; its derivative vanishes iff
    ratio w^2 + w - 1 = 0.

    >>> optimal_real_weight(1).compare(Fraction(618, 1000)), optimal_real_weight(2).enclose(30)
    (1, 0.500000000000000)
    """
    ratio = Fraction(ratio)
    if ratio <= 0:
        raise ValueError("the ratio of synthetic to real samples must be positive")
    polynomial = (-ratio.denominator, ratio.denominator, ratio.numerator)
    half = ratio - 2
    if half == 0:
        return Algebraic(polynomial, Fraction(1, 2), Fraction(1, 2))
    return Algebraic(polynomial, Fraction(0), Fraction(1))


def weight_derivative(w: Fraction, ratio: Fraction) -> tuple[Fraction, Fraction]:
    """Return both sides of N' D - N D' = (2/ratio)(ratio w^2 + w - 1) at (w, ratio).

    N = w^2 + (1-w)^2/ratio and D = 1 - (1-w)^2: the stationary variance is N/D, per 1/n.

    >>> weight_derivative(Fraction(1, 3), Fraction(2))
    (Fraction(-4, 9), Fraction(-4, 9))
    """
    value, slope = w * w + (1 - w) ** 2 / ratio, 2 * w - 2 * (1 - w) / ratio
    below, fall = 2 * w - w * w, 2 - 2 * w
    return slope * below - value * fall, 2 / ratio * (ratio * w * w + w - 1)


def golden_weight() -> LiteratureVerdict:
    """He, Xu, Cheng: the optimal weight on real data is the reciprocal golden ratio."""
    points = [Fraction(k, 7) for k in range(1, 8)]
    sides = [weight_derivative(w, ratio) for w in points for ratio in points]
    golden = optimal_real_weight(1).coefficients == (-1, 1, 1)
    return LiteratureVerdict(
        "arXiv:2502.18049",
        "Mixing fresh real data with the last synthetic data at equal sizes, the optimal weight on "
        "the real part is the reciprocal golden ratio.",
        verdict_word(golden and all(left == right for left, right in sides), False),
        "The stationary variance is rational in w; its derivative is a positive factor times "
        "ratio w^2 + w - 1, an identity of degree 3 in w checked at 7 points. It is a weight, not "
        "a proportion of data.",
        ("estimation of a mean, or least squares with fresh designs of n >= d+2 samples each",),
        {"equal sizes": optimal_real_weight(1), "ratio 3": optimal_real_weight(3)},
    )
