"""Checks of the table "expectation versus almost sure": one check for every cell, one for the table.

The limit of a cell is classified from the library's exact limits, and the proof takes over the
sentences of the theorem on which the cell rests.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.collapse_table import Cell, cell, table
from symbolic.gaussian import limit_rank, mean_error, mean_error_limit, variance_limit
from symbolic.kakutani import chi_mean_fourth_bounds
from symbolic.regression import risk_limit
from symbolic.regression_walk import accumulating_converges, behaviour
from symbolic.schedule import collapses
from symbolic.values import NEVER
from symbolic.wasserstein import wasserstein2_limit
from verify.checks.collapse_support import refuted, same, settle, shown
from verify.outcome import Outcome
from verify.proof import Proof
from verify.registry import check

__all__ = ["RESTS", "claim_id"]

VARIABLES = ("a", "b", "c", "d", "k", "m", "n", "q", "r", "s", "t", "v", "x", "y", "z", "N", "R", "S", "x1", "x2", "y1", "y2")

_ROOT = ("gauss.mean-converges", "subs(step, m, n - 1) == 1 - 1/n")
_POOLED = ("gauss.pooled-converges", "1/N - 1/(N + k) - k/(N + k)**2 == k**2/(N*(N + k)**2)")
_COLLAPSE = "1 - step == 1/(m + 1)**1"

RESTS: dict[str, tuple[str, str]] = {
    "regression/replace/least-squares/error/expectation": ("ols.risk-replacing", "subs(risk, t, t + 1) - risk == v*d/(n - d - 1)"),
    "regression/replace/least-squares/error/almost-sure": ("ols.divergence-criterion", "(d + 1 - 2) - 1 > 0 for d in [3, oo)"),
    "regression/accumulate/least-squares/error/expectation": (
        "ols.accumulate-limit", "subs(v*d/(t*(t*n - d - 1)), t, s) == v*(d/(d + 1))*(1/(s - 1 + (1 - (d + 1)/n)) - 1/s)"),
    "regression/accumulate/least-squares/error/almost-sure": ("ols.accumulate-converges", "(a + x)**2/a - (a + x) == x + (1)*x**2/a"),
    "gaussian/replace/unbiased/covariance/expectation": ("gauss.unbiased-martingale", "first/k == 1"),
    "gaussian/replace/unbiased/covariance/almost-sure": ("gauss.collapse-unbiased", _COLLAPSE),
    "gaussian/replace/unbiased/mean/expectation": ("gauss.mean-error-unbiased", "n*c/n**2 == c/n"),
    "gaussian/replace/unbiased/mean/almost-sure": _ROOT,
    "gaussian/replace/unbiased/wasserstein/expectation": ("gauss.wasserstein-unbiased", "q + 1 + 1 == (q) + 2"),
    "gaussian/replace/unbiased/wasserstein/almost-sure": _ROOT,
    "gaussian/replace/mle/covariance/expectation": ("gauss.mle-supermartingale", "first/(k + 1) == k/(k + 1)"),
    "gaussian/replace/mle/covariance/almost-sure": ("gauss.collapse-mle", _COLLAPSE),
    "gaussian/replace/mle/mean/expectation": ("gauss.mean-error-mle", "c/n == c - c*(1 - 1/n)"),
    "gaussian/replace/mle/mean/almost-sure": _ROOT,
    "gaussian/replace/mle/wasserstein/expectation": ("gauss.wasserstein-mle", "(1 - c) + c + 1 == (0) + 2"),
    "gaussian/replace/mle/wasserstein/almost-sure": _ROOT,
    "gaussian/accumulate/unbiased/covariance/expectation": ("gauss.pooled-unbiased-product", "subs(subs(1 - k/((N + k)*(N + k - 1)), k, n), N, (t - 1)*n) == 1 - 1/(t*(n*t - 1))"),
    "gaussian/accumulate/unbiased/covariance/almost-sure": _POOLED,
    "gaussian/accumulate/unbiased/mean/expectation": ("gauss.pooled-mean-unbiased", "1/N - 1/(N + k) - k/(N + k)**2 == k**2/(N*(N + k)**2)"),
    "gaussian/accumulate/unbiased/mean/almost-sure": _POOLED,
    "gaussian/accumulate/unbiased/wasserstein/expectation": ("gauss.pooled-mean-unbiased", "1/N - 1/(N + k) - k/(N + k)**2 == k**2/(N*(N + k)**2)"),
    "gaussian/accumulate/unbiased/wasserstein/almost-sure": _POOLED,
    "gaussian/accumulate/mle/covariance/expectation": ("gauss.pooled-mle-product", "subs(subs(1 - k/(N + k)**2, k, n), N, (t - 1)*n) == 1 - 1/(n*t**2)"),
    "gaussian/accumulate/mle/covariance/almost-sure": _POOLED,
    "gaussian/accumulate/mle/mean/expectation": ("gauss.pooled-mean-mle", "c*(1 - k/(N + k)**2) + c*k/(N + k)**2 == c"),
    "gaussian/accumulate/mle/mean/almost-sure": _POOLED,
    "gaussian/accumulate/mle/wasserstein/expectation": ("gauss.pooled-mean-mle", "c*(1 - k/(N + k)**2) + c*k/(N + k)**2 == c"),
    "gaussian/accumulate/mle/wasserstein/almost-sure": _POOLED,
}  # fmt: skip
"""The theorem behind each cell, and the sentence of its certificate that the cell takes over."""

_STATIONARY = ("ols.risk-underdetermined", "subs(next, R, level*(1 - r)) == level*(1 - r*n/d)")

ALSO: dict[str, tuple[tuple[str, str], ...]] = {
    "regression/replace/least-squares/error/expectation": (("ols.risk-finite", "(2 - 1 + 1)/2 - 2 <= -1"), _STATIONARY),
    "gaussian/replace/unbiased/wasserstein/expectation": (("gauss.collapse-unbiased", _COLLAPSE),),
    "gaussian/replace/unbiased/wasserstein/almost-sure": (("gauss.collapse-unbiased", _COLLAPSE),),
    "gaussian/replace/mle/wasserstein/expectation": (("gauss.collapse-mle", _COLLAPSE),),
    "gaussian/replace/mle/wasserstein/almost-sure": (("gauss.collapse-mle", _COLLAPSE),),
    "gaussian/accumulate/unbiased/covariance/expectation": (("gauss.pooled-unbiased-limit-10", "product6*(1 - S + S**2/2) - 0.9352 < 0 for S in [1/610, 1/600]"),),
    "gaussian/accumulate/mle/covariance/expectation": (("gauss.pooled-mle-limit-10", "product6*(1 - S) - 0.8434 > 0 for S in [1/610, 1/600]"),),
}
"""Further theorems that a cell takes over."""

_SHORT = {"least-squares": "ls", "replace": "replacing", "accumulate": "accumulating", "expectation": "mean", "almost-sure": "surely"}


def claim_id(key: str) -> str:
    """Return the id of the claim of a cell.

    >>> claim_id("gaussian/replace/mle/mean/almost-sure")
    'collapse.cell.gaussian.replacing.mle.mean.surely'
    """
    return "collapse.cell." + ".".join(_SHORT.get(part, part) for part in key.split("/"))


def _number(value: object) -> str:
    """Classify a limit of an expectation: as a multiple of the truth, 1 is the truth itself."""
    if value is NEVER:
        return "infinite"
    return {Fraction(0): "zero"}.get(value, "finite") if isinstance(value, Fraction) else "finite"  # type: ignore[call-overload]


def _classify(entry: Cell) -> tuple[str, str]:
    """Return the limit of a cell in one word, from exact limits, and the values behind it."""
    regime, estimator, quantity, sure = entry.regime, entry.estimator, entry.quantity, entry.mode == "almost-sure"
    if entry.model == "regression":
        return _regression(regime, sure)
    if quantity == "covariance":
        if sure:
            stays = regime == "accumulate" and limit_rank(3, 9, "accumulate") == 3
            return ("finite", "the limit has rank 3 for d = 3, n_1 = 9") if stays else ("zero" if collapses("9") else "finite", "n_t = 9: the sum of 1/n_t is infinite")
        value = variance_limit(regime, estimator, 9)
        return ("truth" if value == 1 else _number(value)), f"limit of E Sigma_t/Sigma_0 at n = 9: {shown(value)}"
    if sure:
        shrinks = all(chi_mean_fourth_bounds(m)[1] < 1 for m in (1, 8, 100)) if regime == "replace" else limit_rank(3, 9, regime) == 3
        return ("finite" if shrinks else "infinite"), "the conditional variances of the mean are summable almost surely"
    if regime == "accumulate" and estimator == "unbiased":
        bound, found = Fraction(2, 9), mean_error(regime, estimator, 400, 9)
        return ("finite" if found < bound else "infinite"), "E(mu_t - mu)^2/Sigma_0 stays below 2/n: n = 9, t = 400"  # type: ignore[operator]
    if quantity == "wasserstein" and regime == "replace":
        distance = wasserstein2_limit(estimator)
        return _number(distance), f"limit of E W_2^2 at constant n: {shown(distance)}"
    error = mean_error_limit(regime, estimator, 9)
    return _number(error), f"limit of E(mu_t - mu)^2/Sigma_0 at n = 9: {shown(error)}"


def _regression(regime: str, sure: bool) -> tuple[str, str]:
    if regime == "replace":
        found = sorted({behaviour(d, n) for d in (1, 2, 3) for n in range(1, 6)}) if sure else sorted({_number(risk_limit("replace", d, n)) for d, n in ((2, 5), (5, 3))})
        return ("depends" if len(found) > 1 else found[0]), ", ".join(found)
    if sure:
        facts = accumulating_converges(3, 5)
        return ("finite" if facts["almost_surely"] and not facts["limit_is_truth"] else "truth"), "converges; the limit is the truth with probability 0"
    return _number(risk_limit("accumulate", 2, 6)), f"limit of the risk at d = 2, n = 6: {shown(risk_limit('accumulate', 2, 6))}"


@check("collapse.cell")
def one_cell(*, key: str, limit: str) -> Outcome:
    """The cell ``key`` (model/regime/estimator/quantity/mode) has the limit ``limit``."""
    entry = cell(key)
    found, values = _classify(entry)
    same(f"cell {key}", found, entry.limit)
    if found != limit:
        return refuted(f"the limit is {found}: {values}", {"cell": key, "limit": found, "exact values": values})
    claim, sentence = RESTS[key]
    proof = Proof(*VARIABLES)

    def prove() -> None:
        proof.depends(claim, sentence, text="The theorem on which the cell rests.")
        for other, taken in ALSO.get(key, ()):
            proof.depends(other, taken, text="Used as well.")
        for number, (kind, text) in enumerate(entry.proof):
            if kind == "argued":
                proof.argued(f"step-{number}", text)

    return settle(proof, prove, f"{entry.condition} Exact values: {values}.", instances=(values,),
                  routes=("limits evaluated by the library", "the theorem behind the cell"))  # fmt: skip


@check("collapse.table")
def whole_table(*, cells: int, differ: int) -> Outcome:
    """The table has ``cells`` cells; in ``differ`` rows the limits in expectation and almost surely differ."""
    entries = table()
    found = [(a, b) for a in entries for b in entries if a.mode == "expectation" and b.mode == "almost-sure" and a.key.rpartition("/")[0] == b.key.rpartition("/")[0]]
    other = [a.key.rpartition("/")[0] for a, b in found if a.limit != b.limit]
    if len(entries) != cells or len(other) != differ:
        return refuted("the table is another one", {"cells": len(entries), "rows whose two limits differ": ", ".join(other)})
    proof = Proof(*VARIABLES)

    def prove() -> None:
        for a, b in found:
            for entry, mode in ((a, "in expectation"), (b, "almost surely")):
                claim, sentence = RESTS[entry.key]
                proof.depends(claim_id(entry.key), sentence, text=f"{entry.model}, {entry.regime}, {entry.estimator}, {entry.quantity}, {mode}: {entry.limit} ({claim}).")
        proof.arithmetic(f"2*{len(found)} == {cells}", text="Every row has its two cells.")
        proof.arithmetic(" + ".join(str(int(a.limit != b.limit)) for a, b in found) + f" == {differ}", text="One for every row whose two limits differ.")

    rows = [[a.model, a.regime, a.estimator, a.quantity, f"{a.limit} ({claim_id(a.key)})", f"{b.limit} ({claim_id(b.key)})"] for a, b in found]
    rendered = {"columns": ["model", "regime", "estimator", "quantity", "in expectation", "almost surely"], "rows": rows,
             "caption": "Limits for constant sample sizes; each cell names its claim, which states the exact conditions. truth: the limit is the true value; finite: a finite limit that is not the truth; depends: on d and n."}  # fmt: skip
    return settle(proof, prove, f"{cells} cells; expectation and almost sure behaviour differ in {differ} rows: {', '.join(other)}.", table=rendered, instances=tuple(other))
