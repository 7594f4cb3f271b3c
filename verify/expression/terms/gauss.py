"""Vocabulary ``gauss.*``: recursive Gaussian fitting, replacing or accumulating the samples."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify.expression.terms import Agreed, agreed, choice, whole
from verify.registry import term

__all__ = ["collapses", "log_rate", "variance", "variance_limit", "wasserstein2"]

_MOST = 10**9
_STEPS = 200  # up to here the closed form is compared with the product over all fits

_REGIME = '"replace" (fresh samples only) or "accumulate" (all samples pooled)'
_ESTIMATOR = '"unbiased" (divisor N-1) or "mle" (divisor N)'
_FITS = "number of fits, 0 is the truth; 0 to 10^9"
_SIZE = "samples of every fit, 2 to 10^9"


def _words(regime: Any, estimator: Any) -> None:
    choice("regime", regime, "replace", "accumulate")
    choice("estimator", estimator, "unbiased", "mle")


@term(
    "gauss.variance",
    arguments={"regime": _REGIME, "estimator": _ESTIMATOR, "t": _FITS, "n": _SIZE},
    result="the number c",
    example='gauss.variance("replace", "mle", t=2, n=4) == 9/16',
)
def variance(*, regime: Any, estimator: Any = "unbiased", t: Any, n: Any) -> Any:
    """c with E Sigma_t = c Sigma_0 after t fits; pooled over all data when accumulating."""
    from symbolic import gaussian

    _words(regime, estimator)
    t, n = whole("t", t, 0, _MOST), whole("n", n, 2, _MOST)
    value = gaussian.variance(regime, estimator, t, n)
    if t > _STEPS:
        if regime == "replace" and isinstance(value, Fraction):
            one = gaussian.variance(regime, estimator, 1, n)
            power = ("power of the factor of one fit", lambda: one**t)
            return agreed("gauss.variance", ("closed form for constant n", value), power)
        return value
    return agreed(
        "gauss.variance",
        ("closed form for constant n", value),
        ("product over the fits", lambda: gaussian.variance(regime, estimator, t, [n] * t)),
    )


@term(
    "gauss.variance_limit",
    arguments={"regime": _REGIME, "estimator": _ESTIMATOR, "n": _SIZE},
    result="a number: the limit of the expectation, not the almost-sure limit",
    example='gauss.variance_limit("replace", "mle", n=10) == 0',
)
def variance_limit(*, regime: Any, estimator: Any, n: Any) -> Any:
    """The limit of gauss.variance as the number of fits grows, n constant."""
    from symbolic import gaussian

    _words(regime, estimator)
    n = whole("n", n, 2, _MOST)
    value = gaussian.variance_limit(regime, estimator, n)
    if regime == "accumulate":
        return value
    # constant unless the factor 1 - 1/n of one fit is below 1, then a geometric sequence to 0
    factor = gaussian.variance(regime, estimator, 1, n)
    return agreed(
        "gauss.variance_limit",
        ("limit in closed form", value),
        ("geometric sequence of the factor of one fit", lambda: 1 if factor == 1 else 0),
    )


@term(
    "gauss.collapses",
    arguments={
        "schedule": 'a formula in t such as "t*log(t)": n_t = max(2, ceil(formula)), 2 where '
        "undefined; powers, logarithms, exponentials, their products and sums"
    },
    result="true or false",
    example='gauss.collapses("t*log(t)") and not gauss.collapses("t**1.01")',
)
def collapses(*, schedule: Any) -> Any:
    """Does Sigma_t tend to 0 almost surely when replacing, with n_t samples in fit t?"""
    from symbolic import schedule as schedules

    if not isinstance(schedule, str):
        raise ValueError('the schedule must be a formula in quotes, such as "t*log(t)"')
    value = schedules.collapses(schedule)
    condensed = _condensed(schedule)
    try:
        other = schedules.collapses(condensed)
    except ValueError:
        return value
    return agreed(
        "gauss.collapses",
        ("asymptotics of the schedule", value),
        ("asymptotics after the substitution t = exp(s)", lambda: other),
    )


def _condensed(schedule: str) -> str:
    """Return g with sum 1/g divergent iff sum 1/f is: g(s) = f(exp(s))/exp(s), named t again.

    For eventually monotone f this is the substitution t = exp(s) in the integral of dt/f(t).
    """
    out, word = [], ""
    for character in schedule + " ":
        if character.isalnum() or character == "_":
            word += character
            continue
        out.append("exp(t)" if word == "t" else word)
        out.append(character)
        word = ""
    return f"({''.join(out).strip()})/exp(t)"


@term(
    "gauss.log_rate",
    arguments={"n": _SIZE, "estimator": _ESTIMATOR},
    result="a number, negative",
    example='gauss.log_rate(3, "unbiased") ~= -0.577',
)
def log_rate(*, n: Any, estimator: Any) -> Any:
    """The almost-sure limit of (1/t) ln of the fitted variance, replacing, dimension 1."""
    from symbolic import gaussian

    choice("estimator", estimator, "unbiased", "mle")
    return gaussian.log_rate(whole("n", n, 2, _MOST), estimator)


@term(
    "gauss.wasserstein2",
    arguments={"estimator": _ESTIMATOR, "t": _FITS, "n": _SIZE},
    result="a number",
    example='gauss.wasserstein2("mle", t=1, n=2) ~= 0.87',
)
def wasserstein2(*, estimator: Any = "unbiased", t: Any, n: Any) -> Any:
    """E[W_2^2] between the t-th fit and the true N(mu, 1), replacing, dimension 1."""
    from symbolic import wasserstein

    choice("estimator", estimator, "unbiased", "mle")
    t, n = whole("t", t, 0, _MOST), whole("n", n, 2, _MOST)
    if t == 0:
        return Agreed(0, ("definition", "closed form"))
    return wasserstein.wasserstein2(estimator, t, n)
