"""The vocabulary: every documented example, second routes, ranges, and what is not proved."""

from __future__ import annotations

import time

import pytest

from symbolic import schedule as schedules
from verify.errors import RoutesDisagree
from verify.expression import ExpressionError, decide
from verify.expression.documentation import (
    signature,
    vocabulary_data,
    vocabulary_markdown,
    vocabulary_text,
)
from verify.expression.terms import Agreed, agreed, known_terms
from verify.expression.terms.gauss import _bertrand
from verify.expression.terms.wishart import _by_pairings
from verify.status import Tier, Verdict

TERMS = known_terms()
WANTED = {
    "icl.loss(a, d, layers, n, b=0, r=0, noise=0)",
    "icl.best_scalar(d, layers, n, noise=0)",
    "icl.skew(d, layers, n)",
    "icl.skew_gain(d, layers, n)",
    'icl.critical_context(d, layers, kind="global", noise=0)',
    'icl.skew_at(d, layers, n, kind="global", noise=0)',
    "icl.onset(d, layers)",
    "icl.transition_order(d, layers)",
    "icl.critical_noise(d, layers)",
    "icl.fitted_critical_context(d, layers)",
    "icl.untied_loss(d, layers, n)",
    "wishart.moment(powers, d, n)",
    'ols.risk(regime="replace", t, d, n, noise=1, design="fresh", theta2=0)',
    'ols.risk_limit(regime="replace", d, n, noise=1, design="fresh", theta2=0)',
    "ols.diverges(d, n)",
    'gauss.variance(regime, estimator="unbiased", t, n)',
    "gauss.variance_limit(regime, estimator, n)",
    "gauss.collapses(schedule)",
    "gauss.log_rate(n, estimator)",
    'gauss.wasserstein2(estimator="unbiased", t, n)',
}


def test_names_arguments_and_defaults() -> None:
    assert {signature(term) for term in TERMS.values()} == WANTED


@pytest.mark.parametrize("name", sorted(TERMS))
def test_documented(name: str) -> None:
    term = TERMS[name]
    assert term.summary and term.result and name in vocabulary_text()
    assert list(dict(term.arguments)) == list(term.parameters)
    outcome = decide(term.example) if "==" in term.example or " " in term.example else None
    if outcome is None:
        outcome = decide(f"{term.example} == true")
    assert outcome.verdict is Verdict.CONFIRMED, outcome.reason


def test_data_and_text_agree() -> None:
    markdown = vocabulary_markdown()
    assert all(f"### `{signature(term)}`" in markdown for term in TERMS.values())
    assert {entry["name"] for entry in vocabulary_data()["names"]} == set(TERMS)


@pytest.mark.parametrize(
    "text",
    [
        # degenerate: one dimension, one layer, no fit, one sample
        "icl.critical_context(1, 5) == never and icl.critical_context(7, 1) == never",
        "icl.skew(1, 3, 9) == 0 and icl.skew_gain(2, 1, 9) == 0",
        "icl.loss(0, 4, 3, 1) == 4",
        "icl.best_scalar(d=3, layers=1, n=5) == 5/9",
        "icl.onset(1, 2) == never and icl.transition_order(1, 2) == never",
        "ols.risk(t=0, d=3, n=1) == 0 and ols.risk('accumulate', 0, 3, 9) == 0",
        "ols.risk(t=1, d=1, n=1) == never and ols.risk(t=1, d=1, n=3) == 1",
        "gauss.variance('replace', 'mle', 0, 2) == 1 and gauss.wasserstein2('mle', 0, 2) == 0",
        "wishart.moment([0], 5, 3) == 5 and wishart.moment([1], 5, 3) == 15",
        # by hand
        "icl.loss(1, d=2, layers=1, n=4) == 3/2",
        "icl.critical_context(2, 2, kind='local') == 15 and icl.skew_at(2, 2, 15, kind='local')",
        "ols.risk('replace', 4, 3, 7, noise=1/2) == 4*1/2*3/3",
        "ols.risk('accumulate', 3, 2, 5, design='fixed') == (1 + 1/4 + 1/9)*2/2",
        "gauss.variance('accumulate', 'mle', 2, 2) == 7/16",
        "gauss.collapses('t') and gauss.collapses('10^6*t') and not gauss.collapses('t^2')",
        "wishart.moment([2], 2, 3) == 3*2*(3 + 2 + 1)",
        "icl.untied_loss(3, 1, 5) == 4/3",
        # never is a value
        "ols.risk_limit('replace', 3, 5) == never and icl.critical_noise(2, 3) == never",
    ],
)
def test_values(text: str) -> None:
    assert decide(text).verdict is Verdict.CONFIRMED, decide(text).reason


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("icl.critical_context(3, 2) == 20", Verdict.UNDECIDED),
        ("icl.critical_context(3, 2) <= 20", Verdict.CONFIRMED),
        ("icl.critical_context(3, 2) > 20", Verdict.REFUTED),
        ("icl.skew_at(4, 3, 5)", Verdict.UNDECIDED),
        ("icl.critical_noise(3, 2) >= 1", Verdict.CONFIRMED),
        ("icl.critical_noise(3, 2) < 1", Verdict.REFUTED),
        ("icl.untied_loss(2, 2, 15) < icl.loss(3/4, 2, 2, 15)", Verdict.CONFIRMED),
    ],
)
def test_bounds_decide_what_they_settle(text: str, verdict: Verdict) -> None:
    outcome = decide(text)
    assert outcome.verdict is verdict
    if verdict is Verdict.UNDECIDED:
        assert "not" in outcome.reason


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("icl.loss(1, 10**9, 2, 15) == 1", "between 1 and 1000"),
        ("icl.loss(1, 2, 100, 15) == 1", "between 1 and 16"),
        ("icl.loss(1, 3, 2, 15, b=1) == 1", "2x2"),
        ("icl.loss(1, 2, 2, 0) == 1", "between 1"),
        ("icl.loss(7**2000, 2, 2, 5) == 1", "digits"),
        ("icl.loss(1, 2, 2, 15, noise=-1) == 1", "at least 0"),
        ("icl.critical_context(2, 2, kind='glocal') == 1", '"global" or "local"'),
        ("icl.untied_loss(2, 3, 15) == 1", "1 and 2"),
        ("wishart.moment([41], 2, 3) == 1", "between 0 and 40"),
        ("wishart.moment([], 2, 3) == 1", "list"),
        ("wishart.moment(2, 2, 3) == 1", "list"),
        ("gauss.variance('replace', t=1, n=1) == 1", "between 2"),
        ("gauss.log_rate(5) < 0", "needs the argument 'estimator'"),
        ("gauss.collapses(t) == true", "unknown name"),
        ("gauss.collapses('import os')", "gauss.collapses"),
        ("gauss.collapses('x*t')", "gauss.collapses"),
    ],
)
def test_ranges(text: str, advice: str) -> None:
    begin = time.perf_counter()
    with pytest.raises(ExpressionError) as caught:
        decide(text)
    assert advice in str(caught.value)
    assert time.perf_counter() - begin < 1.0


def test_a_disagreement_is_an_alarm() -> None:
    with pytest.raises(RoutesDisagree, match="one gives 1, other gives 2"):
        agreed("x", ("one", 1), ("other", lambda: 2))
    assert agreed("x", ("one", 1), ("other", lambda: 1)) == Agreed(1, ("one", "other"))
    assert agreed("x", ("one", 1), ("other", lambda: None)) == 1


def test_pairings_by_hand() -> None:
    # E (tr W)^2 = (nd)^2 + 2nd, E tr W^2 = nd(n + d + 1)
    assert _by_pairings([1, 1], 3, 5) == 15**2 + 30
    assert _by_pairings([2], 3, 5) == 15 * 9
    assert _by_pairings([], 3, 5) == 1


def test_exact_values_rest_on_two_routes() -> None:
    for text in (
        "icl.loss(3/4, 2, 2, 15, b=1/10) > 0",
        "icl.best_scalar(2, 2, 15) > 3/4",
        "icl.critical_context(2, 2) == 15",
        "icl.critical_context(2, 2, noise=1/2) == 37",
        "ols.risk('replace', 5, 3, 9) > 0",
        "ols.diverges(3, 4)",
        "gauss.variance('accumulate', 'unbiased', 5, 3) < 1",
        "gauss.collapses('t*log(t)')",
        "wishart.moment([3, 1], 3, 4) > 0",
    ):
        outcome = decide(text)
        assert outcome.tier == "exact" and len(outcome.routes) >= 2, text


@pytest.mark.parametrize(
    "schedule",
    ["10", "100*t", "sqrt(t)", "t**1.01", "t*ln(t)*loglog(t)", "t*log(t)**2", "exp(t)", "t**2*exp(t)**(-1)"],
)
def test_bertrand_rule_agrees_with_the_expansion_at_infinity(schedule):
    assert _bertrand(schedule) is schedules.collapses(schedule)


@pytest.mark.parametrize("schedule", ["t + log(t)", "-t", "t/2", "exp(2*t)", "t**2**2", "0*t", "t*", "tt", ""])
def test_bertrand_rule_leaves_other_formulas_alone(schedule):
    assert _bertrand(schedule) is None


def test_a_schedule_with_one_route_is_certified_and_not_exact():
    assert decide('gauss.collapses("t*log(t)")').tier is Tier.EXACT
    assert decide('gauss.collapses("t + log(t)")').tier is Tier.CERTIFIED
