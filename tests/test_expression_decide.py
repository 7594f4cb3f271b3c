"""Decisions: exact arithmetic, radicals, balls, three-valued logic, never, and bounds."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.values import NEVER, Algebraic, Bounded, Closed
from verify import recheck
from verify.claim import Claim
from verify.expression import ExpressionError, decide, terms
from verify.expression.comparison import compare
from verify.expression.quantities import from_value
from verify.registry import Term
from verify.status import Kind, Tier, Verdict

YES, NO, OPEN = Verdict.CONFIRMED, Verdict.REFUTED, Verdict.UNDECIDED


def accepted(text: str, steps: list[dict]) -> bool:
    """Ask the independent checker about the certificate of a claim with this test."""
    content = Claim("a", Kind.NUMBER, "A", "A", test=text).content()
    data = {
        "format": recheck.FORMAT,
        "claim": content,
        "variables": [],
        "steps": steps,
        "sha256": {"claim": recheck.digest(content), "steps": recheck.digest([[], steps])},
    }
    recheck.Store({"a": data}).get("a")
    return True


@pytest.mark.parametrize(
    ("text", "verdict", "tier"),
    [
        ("true", YES, "exact"),
        ("false", NO, "exact"),
        ("1 == 1", YES, "exact"),
        ("0.1 + 0.2 == 0.3", YES, "exact"),
        ("1/3 == 0.3333333333333333", NO, "exact"),
        ("-2**2 == -4", YES, "exact"),
        ("2**3**2 == 512", YES, "exact"),
        ("2**-1 == 0.5", YES, "exact"),
        ("8**(1/3) == 2", YES, "exact"),
        ("(4/9)**(-3/2) == 27/8", YES, "exact"),
        ("floor(-1.5) == -2 and ceil(-1.5) == -1", YES, "exact"),
        ("round(2.5) == 3 and round(-2.5) == -3 and round(0.125, 2) == 0.13", YES, "exact"),
        ("percent(1/8) == 12.5", YES, "exact"),
        ("min(3, 1/2, 2) == 1/2 and max(3, 7/2) == 7/2 and abs(-3) == 3", YES, "exact"),
        ("1 < 2 < 3 <= 3 != 4", YES, "exact"),
        ("1 < 3 < 2", NO, "exact"),
        ("(1 < 2) == true", YES, "certified"),
        ("never > 10**300", YES, "certified"),
        ("never == never and never <= never and not never < never", YES, "certified"),
        ("sqrt(2)**2 == 2", YES, "exact"),
        ("sqrt(8) == 2*sqrt(2)", YES, "exact"),
        ("(1 + sqrt(5))*(sqrt(5) - 1) == 4", YES, "exact"),
        ("sqrt(2)*sqrt(3) == sqrt(6)", YES, "exact"),
        ("sqrt(2) < 1.41421356238", YES, "exact"),
        ("sqrt(2) + sqrt(3) < 3.1462", NO, "certified"),
        ("sqrt(2) + sqrt(3) == sqrt(5 + 2*sqrt(6))", YES, "certified"),
        ("sqrt(2) + sqrt(3) == sqrt(5 + 2*sqrt(6)) + 10**-60", NO, "certified"),
        ("1/(sqrt(2) - 1) == sqrt(2) + 1", YES, "certified"),
        ("exp(0) == 1 and log(1) == 0 and sin(0) == 0 and cos(0) == 1", YES, "exact"),
        ("exp(1) > 2.718281828 and exp(1) < 2.718281829", YES, "certified"),
        ("pi ~= 3.14159265358979323846264338327950288", YES, "certified"),
        ("exp(pi*sqrt(163)) != 262537412640768744", YES, "certified"),
        ("sin(pi) == 0", OPEN, "none"),
        ("log(8) == 3*log(2)", OPEN, "none"),
        ("sin(pi) == 0 or 1 == 1", YES, "exact"),
        ("sin(pi) == 0 and 1 == 2", NO, "exact"),
        ("not sin(pi) == 0", OPEN, "none"),
        ("sin(pi) == 0 or 1 == 2", OPEN, "none"),
        ("exp(1) == exp(1)", YES, "exact"),
        ("floor(sqrt(2)*10**20) == 141421356237309504880", YES, "certified"),
        ("floor(exp(log(3))) == 3", OPEN, "none"),
    ],
)
def test_decided(text: str, verdict: Verdict, tier: str) -> None:
    outcome = decide(text)
    assert (outcome.verdict, outcome.tier) == (verdict, tier)
    assert "arithmetic only" in outcome.reason
    if outcome.certificate:
        assert accepted(text, outcome.certificate["steps"])
    if verdict is NO:
        assert (outcome.witness and outcome.witness.keys() >= {"compared"}) or len(outcome.witness) > 3


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("0.5", "compare it"),
        ("1 + 1", "compare it"),
        ("1/0 == 1", "division by zero"),
        ("1/(sqrt(4) - 2) == 1", "division by zero"),
        ("0**0 == 1", "no agreed value"),
        ("0**-1 == 1", "division by zero"),
        ("(-8)**(1/3) == -2", "no real power"),
        ("sqrt(-1) == 1", "not negative"),
        ("log(0) == 1", "positive"),
        ("2**sqrt(2) > 2", "rational"),
        ("never + 1 > 0", "never"),
        ("-never < 0", "never"),
        ("max(1, true) == 1", "true"),
        ("1 + true == 2", "true"),
        ("true < false", "== and !="),
        ("1 == true", "truth values"),
        ("sqrt == 1", "parentheses"),
        ("sqrt(1, 2) == 1", "argument"),
        ("sqrt(x=4) == 2", "named"),
        ("sqr(4) == 2", "did you mean sqrt"),
        ("e**2 > 7", "write exp(1)"),
        ("ln(2) < 1", "write log"),
        ("True", "did you mean true"),
        ("2**9999*2**9999 > 1", "too large"),
        ("critical_context(2, 2) == 15", "icl.critical_context"),
        ("ols.rsik(1) == 1", "did you mean ols.risk"),
        ("ols.risk(t=1, d=2) == 1", "needs the argument 'n'"),
        ("ols.risk(t=1, d=2, n=9, nosie=3) == 1", "did you mean noise"),
        ("ols.risk('replace', 1, 2, 9, regime='replace') == 1", "given twice"),
        ("ols.risk('repalce', 1, 2, 9) == 1", '"replace" or "accumulate"'),
        ("ols.risk(t=1.5, d=2, n=9) == 1", "integer"),
        ("ols.risk(t=sqrt(2), d=2, n=9) == 1", "rational"),
        ("wishart.moment([1/2], 2, 3) == 1", "integer"),
        ("exp(10**9) > 1", "refused"),
        ("sin(10**200) > 0", "refused"),
        ("round(1, 10**9) == 1", "at most"),
    ],
)
def test_no_value_with_advice(text: str, advice: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        decide(text)
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "10**10**10 > 1",
        "2**9999**9999 > 1",
        "99999**9999 > 1",
        "(10**9999)**9999 > 1",
        "10**-9999*10**-9999*10**-9999*10**-9999 > 0",
        "2**(1/10**9) > 1",
        "exp(exp(exp(exp(5)))) > 1",
        "1" + "*(10**9000)" * 20 + " > 1",
        "wishart.moment([10**30], 2, 3) > 1",
        "ols.risk(t=10**400, d=2, n=5) > 1",
        "gauss.collapses('" + "(" * 150 + "')",
    ],
)
def test_hostile_sizes_are_refused_at_once(text: str) -> None:
    decide("1 == 1")
    begin = time.perf_counter()
    with pytest.raises(ExpressionError):
        decide(text)
    assert time.perf_counter() - begin < 1.0


@settings(deadline=None)
@given(
    st.fractions(max_denominator=50), st.fractions(max_denominator=50),
    st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
)  # fmt: skip
def test_rational_comparisons_agree_with_python(a: Fraction, b: Fraction, op: str) -> None:
    truth = {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
    text = f"({a.numerator})/{a.denominator} {op} ({b.numerator})/{b.denominator}"
    outcome = decide(text)
    assert outcome.verdict is (YES if truth else NO)
    if truth:
        assert accepted(text, outcome.certificate["steps"])


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(2, 5))
def test_roots_of_products(a: int, b: int, k: int) -> None:
    assert decide(f"{a}**(1/{k})*{b}**(1/{k}) == ({a}*{b})**(1/{k})").verdict is YES
    assert decide(f"{a}**(1/{k}) < ({a} + 1/{b})**(1/{k})").verdict is YES


ROOT2 = Algebraic((-2, 0, 1), Fraction(1), Fraction(2))


def test_algebraic_comparisons_are_exact() -> None:
    root = from_value(ROOT2, "a")
    again = from_value(Algebraic((4, -2, -2, 1), Fraction(5, 4), Fraction(3, 2)), "b")
    other = from_value(Algebraic((-2, 0, 0, 1), Fraction(1), Fraction(2)), "c")
    assert compare(root, Fraction(3, 2)).holds("<") and compare(root, Fraction(3, 2)).exact
    assert compare(root, again).holds("==") and compare(root, again).exact
    assert compare(root, other).holds(">") and compare(other, root).holds("<")


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch):
    """Vocabulary with one name for each kind of value."""
    values = {
        "v.between": Bounded(14, 16, "proved so far"),
        "v.beyond": Bounded(20, NEVER, "may never happen"),
        "v.open": Bounded(None, None, "nothing is proved"),
        "v.never": NEVER,
        "v.root": ROOT2,
        "v.closed": Closed(r"\pi", lambda bits: __import__("flint").arb.pi()),
        "v.flag": terms.Agreed(True, ("one", "two")),
        "v.three": terms.Agreed(3, ("one", "two")),
        "v.alone": 3,
    }
    known = {
        name: Term(name, lambda value=value: value, "A name.", (), "", "")
        for name, value in values.items()
    }
    for term in known.values():
        monkeypatch.setattr(type(term), "parameters", property(lambda self: {}))
    for module in ("evaluator", "decision"):
        monkeypatch.setattr(f"verify.expression.{module}.known_terms", lambda: known)


@pytest.mark.parametrize(
    ("text", "verdict", "tier"),
    [
        ("v.between() <= 16", YES, "certified"),
        ("v.between() < 16", OPEN, "none"),
        ("v.between() > 16", NO, "certified"),
        ("v.between() == 17", NO, "certified"),
        ("v.between() == 15", OPEN, "none"),
        ("v.between() ~= 10", NO, "certified"),
        ("2*v.between() + 1 <= 33", YES, "certified"),
        ("1/v.between() >= 1/16", YES, "certified"),
        ("sqrt(v.between()) < 4.01", YES, "certified"),
        ("v.between()**2 >= 196", YES, "certified"),
        ("v.between() < never", YES, "certified"),
        ("v.beyond() >= 20", YES, "certified"),
        ("v.beyond() < 20", NO, "certified"),
        ("v.beyond() == never", OPEN, "none"),
        ("v.beyond() < never", OPEN, "none"),
        ("v.open() == 3", OPEN, "none"),
        ("v.open()", OPEN, "none"),
        ("v.never() == never", YES, "certified"),
        ("v.root()**2 == 2", YES, "certified"),
        ("v.root() < 1.5", YES, "certified"),
        ("v.closed() < 3.15", YES, "certified"),
        ("v.flag()", YES, "exact"),
        ("v.three() == 3", YES, "exact"),
        ("v.three()*2 - 1 ~= 5.0", YES, "exact"),
        ("v.alone() == 3", YES, "certified"),
    ],
)
def test_values_of_the_vocabulary(invented, text: str, verdict: Verdict, tier: str) -> None:
    outcome = decide(text)
    assert (outcome.verdict, outcome.tier) == (verdict, tier), outcome.reason
    assert "arithmetic only" not in outcome.reason
    if outcome.certificate:
        assert accepted(text, outcome.certificate["steps"])


def test_a_forged_value_is_rejected(invented) -> None:
    steps = decide("v.three() == 3").certificate["steps"]
    steps[-1]["values"] = [["v.three()", "4"]]
    with pytest.raises(recheck.Refused):
        accepted("v.three() == 3", steps)


def test_the_claim_is_about_the_computed_side(invented) -> None:
    assert decide("15 == v.three()").value == "3"
    assert decide("v.closed() < 3.15").value_bounds == ("3.14159265358", "3.14159265359")
    assert decide("v.root() < 1.5").value.startswith("the root in [1, 2]")


@pytest.mark.parametrize(
    "text",
    [
        "2**9000*2**3000 > 1",
        "10**3900 + 1 > 10**3900",
        "(((exp(20000)**16)**16)**16)**16 > 1",
        "((((exp(20000)**16)**16)**16)**16)**16 == 1",
        "floor((exp(20000)**16)**16) > 1",
        "exp(-20000)**16 > 0",
        "(((sqrt(2) + sqrt(3) + sqrt(5))**16)**16)**16 > 1",
        "sqrt(sqrt(sqrt(sqrt(sqrt(2) + 1) + 1) + 1) + 1) ~= 1.6",
        "gauss.variance('replace', 'mle', t=20000, n=10) < 1",
        "ols.risk('accumulate', t=5000, d=3, n=10) < 1",
    ],
)
def test_large_values_are_decided_or_left_open_at_once(text: str) -> None:
    decide("gauss.variance('replace', 'mle', t=2, n=10) < 1")
    begin = time.perf_counter()
    outcome = decide(text)
    assert outcome.verdict in (YES, NO, OPEN) and len(outcome.reason) < 20_000
    assert time.perf_counter() - begin < 3.0


def test_outcome_tiers_are_members() -> None:
    assert decide("1 == 1").tier is Tier.EXACT


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("max(icl.critical_noise(3, 2), never) == never", "confirmed"),
        ("min(icl.critical_noise(3, 2), never) < never", "undecided"),
        ("min(icl.critical_noise(3, 2), icl.critical_noise(4, 2)) < never", "undecided"),
        ("min(icl.critical_noise(3, 2), 5) <= 5", "confirmed"),
        ("abs(icl.critical_noise(3, 2)) < never", "undecided"),
        ("sin(icl.critical_noise(3, 2)) >= 1", "undecided"),
        ("max(icl.critical_context(3, 3), 5) < never", "confirmed"),
    ],
)
def test_a_value_that_may_be_infinite_is_not_taken_for_a_number(text, verdict):
    assert decide(text).verdict.value == verdict
