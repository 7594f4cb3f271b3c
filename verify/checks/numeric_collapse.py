"""Sampled companions of the collapse results: recursive Gaussian fits and recursive least squares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import arb

from numeric import experiments
from numeric.gaussian import schedule
from symbolic.gaussian import variance as exact_variance
from symbolic.regression import risk as exact_risk
from verify.errors import RoutesDisagree
from verify.formula import expression_latex
from verify.outcome import Figure, Outcome
from verify.registry import check
from verify.sampling import evaluate, mean_test, outcome_of

__all__: list[str] = []

SCHEDULES: dict[str, dict[str, float]] = {
    "10": {"scale": 10},
    "t": {"power": 1},
    "t*log(t)": {"power": 1, "log_power": 1},
    "t*log(t)**2": {"power": 1, "log_power": 2},
    "t**2": {"power": 2},
}
"""The schedules of sample sizes, n_t = max(2, ceil(formula))."""


def _sizes(name: str, generations: int) -> list[int]:
    if name not in SCHEDULES:
        raise ValueError(f"schedule {name!r}: choose one of {', '.join(SCHEDULES)}")
    return [int(n) for n in schedule(generations, **SCHEDULES[name])]


@check("numeric.gaussian_log", sampled=True, profile="standard")
def gaussian_log(
    *, schedules: list[str], estimator: str, divisor: str, generations: int, size: int, seed: int, device: str
) -> Outcome:
    """E log sigma_T^2 is the sum of psi((n_t - 1)/2) + log 2 - log(divisor), for every schedule."""
    tests = []
    for name in schedules:
        sizes = _sizes(name, generations)
        target = sum((_log_factor(n, divisor) for n in sizes), arb(0))
        spread = sum((arb(2).zeta(arb(n - 1) / 2) for n in sizes), arb(0))  # trigamma
        tests.append(
            mean_test(
                "gaussian-log",
                {"sizes": sizes, "regime": "replace", "estimator": estimator},
                f"log variance after {generations} fits, $n_t = {expression_latex(name)}$",
                float(target.mid()),
                float(spread.mid()) * (1 + 1e-9),
                size,
                seed,
                device,
            )
        )
        if tests[-1].judgement.verdict.value == "refuted":
            break  # one schedule is enough to refute the claim
    confirmed = all(t.judgement.verdict.value == "confirmed" for t in tests)
    figures = tuple(_gaussian_figure(schedules, estimator, divisor, min(5 * generations, 1000), size, seed) if confirmed else ())
    return outcome_of(
        tests,
        f"After {generations} fits the mean of the log variance is the exact sum, for each of {len(tests)} schedules.",
        seed,
        routes=("chains of fitted variances", "digamma function in ball arithmetic"),
        figures=figures,
        instances=(f"n_t = 10: E log sigma_1^2 = {float(_log_factor(10, divisor).mid()):.10f}",),
    )


def _log_factor(n: int, divisor: str) -> arb:
    """E log(chi^2_{n-1}/divisor)."""
    scale = evaluate(divisor, n=n)
    if scale <= 0:
        raise ValueError(f"the divisor {divisor} must be positive, not {scale} at n = {n}")
    return (arb(n - 1) / 2).digamma() + arb(2).log() - (arb(scale.numerator) / scale.denominator).log()


def _gaussian_figure(
    schedules: Sequence[str], estimator: str, divisor: str, generations: int, size: int, seed: int
) -> list[Figure]:
    """Exact mean of the logarithm against sampled means and medians, and the mean variance."""
    marks = sorted({round(10 ** (k * math.log10(generations) / 16)) for k in range(17)})
    logs: list[dict[str, Any]] = []
    means: list[dict[str, Any]] = []
    chains = 100_000 if size > 100_000 else 20_000
    for group, name in enumerate(schedules):
        sizes = _sizes(name, generations)
        log, mean, log_curve, mean_curve = arb(0), 1.0, [], []
        for n in sizes:
            log += _log_factor(n, divisor)
            mean *= float(Fraction(n - 1) / evaluate(divisor, n=n))
            log_curve.append(-float(log.mid()))
            mean_curve.append(mean)
        found = experiments.gaussian_curves(sizes, chains, marks, "replace", estimator, seed=seed)
        label = "$" + (expression_latex(name) or name) + "$"
        first = group == 0
        for series, curve in ((logs, log_curve), (means, mean_curve)):
            exact = [curve[t - 1] for t in marks]
            series.append({"label": f"$n_t$ = {label}, exact mean", "style": "line", "group": group, "x": marks, "y": exact})
        for series, key, mark, text in (
            (logs, "mean_log", 0, "sampled mean"),
            (logs, "median_log", 1, "sampled median"),
            (means, "mean_variance", 0, "sampled mean"),
        ):
            series.append(
                {
                    "label": text if first else "",
                    "style": "points",
                    "group": group,
                    "mark": mark,
                    "x": marks,
                    "y": (found[key] if key == "mean_variance" else -found[key]).tolist(),
                }
            )
    words = {"unbiased": "unbiased fits", "mle": "maximum-likelihood fits"}[estimator]
    return [
        Figure(
            f"gaussian-log-{estimator}-{generations}",
            f"Logarithm of the fitted variance under five schedules, {words}",
            f"Minus the logarithm: a rising curve is a variance that collapses. Lines: exact mean. Marks: means and medians "
            f"over {chains} chains.",
            "generation t",
            "minus log of the fitted variance",
            tuple(logs),
            x_log=True,
            y_log=True,
        ),
        Figure(
            f"gaussian-mean-{estimator}-{generations}",
            f"Mean of the fitted variance under five schedules, {words}",
            f"Lines: exact mean. Marks: means over {chains} chains; where the fits collapse, the mean is carried by ever "
            "rarer chains, and a sample misses it from some generation on.",
            "generation t",
            "mean of the fitted variance",
            tuple(means),
            x_log=True,
            y_log=True,
        ),
    ]


@check("numeric.gaussian_variance", sampled=True, profile="standard")
def gaussian_variance(
    *, regime: str, estimator: str, n: int, t: int, value: str, size: int, seed: int, device: str
) -> Outcome:
    """E sigma_t^2 is ``value`` (a formula in n and t) times the true variance."""
    mean, variance = _variance_moments(regime, estimator, n, t)
    known = exact_variance(regime, estimator, t, n)
    if mean != known:
        raise RoutesDisagree(f"product of means {mean}, exact formula {known}")
    test = mean_test(
        "gaussian-variance",
        {"sizes": [n] * t, "regime": regime, "estimator": estimator},
        f"fitted variance after {t} fits, n = {n}",
        float(evaluate(value, n=n, t=t)),
        float(variance) * (1 + 1e-9),
        size,
        seed,
        device,
    )
    return outcome_of(
        [test],
        f"The mean over {test.judgement.count} chains is {test.judgement.mean:.6g}.",
        seed,
        routes=("chains of fitted variances", "exact product of means"),
        instances=(f"n = {n}, t = {t}: {float(mean):.10g}",),
    )


@check("numeric.gaussian_distance", sampled=True, profile="standard")
def gaussian_distance(
    *, quantity: str, estimator: str, n: int, t: int, value: str, size: int, seed: int, device: str
) -> Outcome:
    """E mu_t^2 is ``value``, or E W_2^2 to the truth is ``value`` + 2 - 2 E sigma_t; replacing, truth N(0, 1)."""
    first, second = _variance_moments("replace", estimator, n, 1)
    square = second + first**2  # of one factor
    # Given the variances mu_t is N(0, V/n) with V the sum of sigma_s^2 over s < t.
    sums = sum(square ** min(s, u) * first ** abs(u - s) for s in range(t) for u in range(t))
    mean_fourth = 3 * float(sums) / n**2
    target = float(evaluate(value, n=n, t=t))
    if quantity == "mean-square":
        mean = float(sum(first**s for s in range(t))) / n
        variance = mean_fourth - mean**2
    elif quantity == "wasserstein":
        less = 1 if estimator == "unbiased" else 0
        root = (arb(n) / 2).gamma() * (arb(n - 1) / 2).rgamma() * (arb(2) / (n - less)).sqrt()
        target += 2 - 2 * float((root**t).mid())
        # W^2 = mu^2 + (sigma - 1)^2 <= mu^2 + sigma^2 + 1, and (x + y + z)^2 <= 3 (x^2 + y^2 + z^2).
        variance = 3 * (mean_fourth + float(square**t) + 1)
    else:
        raise ValueError(f"quantity {quantity!r}: choose mean-square or wasserstein")
    test = mean_test(
        f"gaussian-{quantity}",
        {"sizes": [n] * t, "regime": "replace", "estimator": estimator},
        f"{quantity} after {t} fits, n = {n}",
        target,
        variance * (1 + 1e-9),
        size,
        seed,
        device,
    )
    return outcome_of(
        [test],
        f"The mean over {test.judgement.count} chains is {test.judgement.mean:.6g}.",
        seed,
        routes=("chains of fitted means and variances", "exact moments"),
        instances=(f"n = {n}, t = {t}: {target:.10g}",),
    )


def _variance_moments(regime: str, estimator: str, n: int, t: int) -> tuple[Fraction, Fraction]:
    """Mean and variance of the fitted variance, as a product of independent factors."""
    less = 1 if estimator == "unbiased" else 0
    if regime == "replace":
        mean = Fraction(n - 1, n - less) ** t
        return mean, mean**2 * ((1 + Fraction(2, n - 1)) ** t - 1)
    mean, square = Fraction(n - 1), Fraction((n - 1) * (n + 1))  # of chi^2_{n-1}, the first scatter
    for s in range(1, t):
        pooled = n * s
        divisor, k = pooled - less, Fraction(pooled, pooled + n)
        factor = 1 + (n - 1 + k) / divisor
        mean *= factor
        square *= factor**2 + (2 * (n - 1) + 2 * k**2) / Fraction(divisor) ** 2
    last = n * t - less
    return mean / last, square / last**2 - (mean / last) ** 2


@check("numeric.regression_risk", sampled=True, profile="standard")
def regression_risk(
    *, regime: str, d: int, n: int, t: int, value: str, size: int, seed: int, device: str
) -> Outcome:
    """E |theta_t - theta_*|^2 is ``value`` (a formula in t, d, n) for label noise of variance 1."""
    known = exact_risk("accumulate", t, d, n, design="fixed") if regime == "fixed" else exact_risk(regime, t, d, n)
    if not isinstance(known, Fraction):
        raise ValueError("a risk that is finite and rational is needed")
    test = mean_test(
        f"regression-{regime}",
        {"d": d, "sizes": [n] * t, "noise": 1.0},
        f"squared distance after {t} fits, d = {d}, n = {n}",
        float(evaluate(value, t=t, d=d, n=n)),
        _risk_variance(regime, d, n, t, known),
        size,
        seed,
        device,
    )
    confirmed = test.judgement.verdict.value == "confirmed"
    return outcome_of(
        [test],
        f"The mean over {test.judgement.count} chains is {test.judgement.mean:.6g}.",
        seed,
        routes=("chains of least-squares fits", "exact risk"),
        instances=(f"t = {t}, d = {d}, n = {n}: {known}",),
        figures=(_risk_figure(d, n, seed),) if confirmed and regime == "replace" else (),
    )


def _risk_variance(regime: str, d: int, n: int, t: int, mean: Fraction) -> float:
    """Variance of one sampled risk, exact when replacing and an upper bound when accumulating."""
    k = n - d + 1
    if regime == "fixed":  # the risk of one fit times the sum of 1/s^2
        if k <= 4:
            raise ValueError("the fourth moment is infinite for n <= d + 3")
        scale = sum(Fraction(1, s * s) for s in range(1, t + 1))
        return float(scale**2 * Fraction(d * (d + 2), (k - 2) * (k - 4)) - mean**2) * (1 + 1e-9)
    if regime == "replace":
        if k <= 4:
            raise ValueError("the fourth moment is infinite for n <= d + 3")
        second, fourth = Fraction(d, k - 2), Fraction(d * (d + 2), (k - 2) * (k - 4))
        square = t * fourth + t * (t - 1) * second**2 * (1 + Fraction(2, d))
        return float(square - mean**2) * (1 + 1e-9)
    if n - d <= 3:
        raise ValueError("the bound of the variance needs n > d + 3")
    norm = sum(d / math.sqrt((s * n - d - 1) * (s * n - d - 3)) for s in range(1, t + 1))
    return (norm**2 - float(mean) ** 2) * (1 + 1e-9)


def _risk_figure(d: int, n: int, seed: int) -> Figure:
    marks, chains = [1, 2, 3, 5, 8, 13, 20, 32, 50], 10_000
    series: list[dict[str, Any]] = []
    for group, (regime, label) in enumerate((("replace", "replacing"), ("accumulate", "accumulating"))):
        exact = [float(exact_risk(regime, t, d, n)) for t in marks]  # type: ignore[arg-type]
        found = experiments.regression_curves(d, [n] * marks[-1], chains, marks, regime, seed=seed)
        series.append({"label": f"{label}, exact mean", "style": "line", "group": group, "x": marks, "y": exact})
        for mark, key in enumerate(("mean", "median")):
            series.append(
                {
                    "label": f"{label}, sampled {key}",
                    "style": "points",
                    "group": group,
                    "mark": mark,
                    "x": marks,
                    "y": found[key].tolist(),
                }
            )
    return Figure(
        "regression-risk",
        f"Squared distance to the truth, d = {d}, n = {n}",
        f"Lines: exact mean. Marks: means and medians over {chains} chains. Replacing grows linearly for ever; "
        "accumulating stays bounded.",
        "generation t",
        "squared distance",
        tuple(series),
        x_log=True,
        y_log=True,
    )


