"""Vocabulary ``ols.*``: recursive least squares, its exact risk and almost-sure behaviour."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symbolic.values import NEVER
from verify.expression.terms import agreed, choice, rational, whole
from verify.registry import term

__all__ = ["diverges", "risk", "risk_limit"]

_MOST = 10**9
_STEPS = 200  # up to here the closed form is compared with the recursion over all fits

_ARGUMENTS = {
    "regime": '"replace" (fresh data only) or "accumulate" (all data kept)',
    "t": "number of fits, 0 is the truth, fit 1 is to real data; 0 to 10^9",
    "d": "dimension, 1 to 10^9",
    "n": "samples of every fit, 1 to 10^9",
    "noise": "variance of the label noise, rational, >= 0",
    "design": '"fresh", or "fixed": one Gaussian design reused; matters only when accumulating',
    "theta2": "squared norm of the true parameter, rational, >= 0; matters for n < d",
}


@term(
    "ols.risk",
    arguments=_ARGUMENTS,
    result="a number; never where the expectation is infinite",
    example='ols.risk("replace", t=3, d=2, n=5) == 3',
)
def risk(
    *, regime: Any = "replace", t: Any, d: Any, n: Any, noise: Any = 1, design: Any = "fresh",
    theta2: Any = 0,
) -> Any:  # fmt: skip
    """E|theta_t - theta*|^2 after t least-squares fits, each to labels of the fit before."""
    from symbolic import regression

    choice("regime", regime, "replace", "accumulate")
    choice("design", design, "fresh", "fixed")
    t, d, n = whole("t", t, 0, _MOST), whole("d", d, 1, _MOST), whole("n", n, 1, _MOST)
    noise, theta2 = rational("noise", noise, 0), rational("theta2", theta2, 0)
    value = regression.risk(regime, t, d, n, noise, design, theta2)
    if t > _STEPS and regime == "replace" and n >= d and value is not NEVER:
        one = regression.risk(regime, 1, d, n, noise, design, theta2)
        return agreed(
            "ols.risk", ("closed form", value), ("t times the first fit", lambda: t * one)
        )
    if t > _STEPS:
        return value
    if design == "fixed" and regime == "accumulate":
        if n < d + 2:
            return value
        return agreed(
            "ols.risk",
            ("closed form", value),
            (
                "sum over the fits",
                lambda: sum(noise * d / (n - d - 1) / s**2 for s in range(1, t + 1)),
            ),
        )
    return agreed(
        "ols.risk",
        ("closed form for constant n", value),
        ("recursion over the fits", lambda: regression.risk(
            regime, t, d, [n] * t, noise, "fresh", theta2)),
    )  # fmt: skip


@term(
    "ols.risk_limit",
    arguments={key: text for key, text in _ARGUMENTS.items() if key != "t"},
    result="a number; never where it is infinite",
    example='ols.risk_limit("replace", d=5, n=3) == 15/2',
)
def risk_limit(
    *, regime: Any = "replace", d: Any, n: Any, noise: Any = 1, design: Any = "fresh",
    theta2: Any = 0,
) -> Any:  # fmt: skip
    """The limit of ols.risk as the number of fits grows, n constant."""
    from symbolic import regression

    choice("regime", regime, "replace", "accumulate")
    choice("design", design, "fresh", "fixed")
    d, n = whole("d", d, 1, _MOST), whole("n", n, 1, _MOST)
    noise, theta2 = rational("noise", noise, 0), rational("theta2", theta2, 0)
    value = regression.risk_limit(regime, d, n, noise, design, theta2)
    if regime == "accumulate":
        return value
    one = regression.risk(regime, 1, d, n, noise, design, theta2)
    return agreed(
        "ols.risk_limit",
        ("limit in closed form", value),
        ("fixed point of the recursion", lambda: _fixed_point(one, d, n)),
    )


def _fixed_point(one: Any, d: int, n: int) -> Any:
    """Return the limit of R -> p R + one from R = 0, p = min(1, n/d)."""
    if one is NEVER or (n >= d and one > 0):
        return NEVER
    return 0 if n >= d else one / (1 - Fraction(n, d))


@term(
    "ols.diverges",
    arguments={"d": _ARGUMENTS["d"], "n": _ARGUMENTS["n"]},
    result="true or false",
    example="ols.diverges(3, 4)",
)
def diverges(*, d: Any, n: Any) -> Any:
    """Does |theta_t - theta*| tend to infinity almost surely when replacing, n constant?"""
    from symbolic import regression_walk

    d, n = whole("d", d, 1, _MOST), whole("n", n, 1, _MOST)
    return agreed(
        "ols.diverges",
        ("integral test of Chung and Fuchs", regression_walk.diverges(d, n)),
        ("stability index of the increments", lambda: _transient_by_index(d, n)),
    )


def _transient_by_index(d: int, n: int) -> bool:
    """Return whether the walk is transient, from the index min(n-d+1, 2) of its increments.

    A stable walk of index alpha in R^d is transient iff alpha < d; for n < d no walk arises, since
    each fit contracts the error.
    """
    return n >= d and min(n - d + 1, 2) < d
