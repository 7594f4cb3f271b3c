"""Vocabulary ``gauss.*``: recursive Gaussian fitting, replacing or accumulating the samples."""

from __future__ import annotations

import re
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
    return agreed(
        "gauss.collapses",
        ("expansion of the schedule at infinity", value),
        ("powers read off the formula, and Bertrand's series", lambda: _bertrand(schedule)),
    )


_POWER = r"(?:(?:\*\*|\^)(?:(?P<plain>\d+(?:\.\d+)?)|\((?P<inner>-?\d+(?:/0*[1-9]\d*)?)\)))?"
_BASES = {"exp(t)": 0, "t": 1, "log(t)": 2, "ln(t)": 2, "loglog(t)": 3, "log(log(t))": 3}
_NAMES = "|".join(re.escape(base) for base in _BASES)
_FACTOR = re.compile(rf"(?:(?P<base>{_NAMES})|sqrt\((?P<root>{_NAMES})\)|(?P<number>\d+(?:\.\d+)?)){_POWER}")


def _bertrand(schedule: str) -> bool | None:
    """Decide a product of powers of t, log t, loglog t, exp t and numbers; None for another formula.

    sum 1/(t^a (log t)^b (loglog t)^c) diverges iff the first of a, b, c that is not 1 is below 1, or
    all are 1 (Bertrand); a power of exp t goes before them, and decides by its sign.

    >>> _bertrand("3*t*log(t)**2"), _bertrand("sqrt(t)"), _bertrand("t + log(t)")
    (False, True, None)
    """
    text, place = "".join(schedule.split()), 0
    exponents = [Fraction(0)] * 4
    while match := _FACTOR.match(text, place):
        power = Fraction(match["plain"] or match["inner"] or 1)
        if match["number"]:
            if not Fraction(match["number"]):
                return None
        else:
            base = match["base"] or match["root"]
            exponents[_BASES[base]] += power / (1 if match["base"] else 2)
        place = match.end()
        if place == len(text):
            growth, *powers = exponents
            return growth < 0 if growth else next((p < 1 for p in powers if p != 1), True)
        if text[place] != "*":
            return None
        place += 1
    return None


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
