"""The book's part on recursive training: every claim as expected, every mutant rejected, every
certificate accepted by the independent checker, and the table and the literature complete."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symbolic.collapse_table import cell, table
from symbolic.literature_collapse import LITERATURE
from symbolic.necessity import hypotheses
from verify import recheck
from verify.checks.collapse_cells import RESTS, claim_id
from verify.checks.collapse_support import differs, inside, necessity_of, rational, same, value_at
from verify.dependencies import certificate_of
from verify.errors import RoutesDisagree
from verify.loader import load_book
from verify.registry import checks
from verify.results import fate_of_mutants
from verify.status import Kind, Tier, Verdict

BOOK = load_book().claims
FILES = ("ols.", "gauss.", "collapse.", "literature.")
MINE = sorted(
    name
    for name, claim in BOOK.items()
    if name.startswith(FILES) and claim.check and claim.check.startswith(("ols.", "gauss.", "collapse."))
)


@pytest.mark.parametrize("name", MINE)
def test_claim_is_as_expected_and_its_mutants_are_not(name):
    claim = BOOK[name]
    check = checks()[claim.check].function
    outcome = check(**claim.params)
    assert outcome.verdict is claim.expect, outcome.reason
    assert len(claim.mutants) >= 1
    details = [{"verdict": check(**{**claim.params, **mutant}).verdict, "reason": ""} for mutant in claim.mutants]
    assert fate_of_mutants(claim, details)["rejected"] == len(claim.mutants), details
    assert outcome.tier is (Tier.NONE if outcome.verdict is Verdict.UNDECIDED else claim.floor)
    if outcome.verdict is Verdict.CONFIRMED:
        assert outcome.instances
    if outcome.verdict is Verdict.CONFIRMED and outcome.tier is Tier.EXACT:
        documents = _with_dependencies(name, {})
        recheck.Store(documents).get(name)  # raises when a step does not hold


def _with_dependencies(name: str, documents: dict) -> dict:
    if name not in documents:
        documents[name] = certificate_of(name)
        for step in documents[name]["steps"]:
            if step["kind"] == "depends":
                _with_dependencies(step["id"], documents)
    return documents


def test_no_certificate_consists_of_words_alone():
    for name in MINE:
        claim = BOOK[name]
        if claim.expect is Verdict.CONFIRMED and claim.floor is Tier.EXACT:
            kinds = {step["kind"] for step in certificate_of(name)["steps"]}
            assert kinds - {"argued", "cited", "computed"}, name


def test_a_changed_statement_has_no_certificate():
    certificate = certificate_of("ols.risk-schedule")
    claim = dict(certificate["claim"], params={"step": "v*d/(n - d)"})
    hashes = dict(certificate["sha256"], claim=recheck.digest(claim))
    documents = _with_dependencies("ols.risk-schedule", {})
    documents["ols.risk-schedule"] = dict(certificate, claim=claim, sha256=hashes)
    with pytest.raises(recheck.Refused, match="not established"):
        recheck.Store(documents).get("ols.risk-schedule")


def test_every_cell_is_a_claim_and_rests_on_a_theorem():
    for entry in table():
        claim = BOOK[claim_id(entry.key)]
        assert claim.params["key"] == entry.key and claim.params["limit"] == entry.limit
        theorem, _ = RESTS[entry.key]
        assert theorem in claim.uses and BOOK[theorem].check


def test_the_table_names_the_claim_of_every_cell():
    claim = BOOK["collapse.table"]
    outcome = checks()[claim.check].function(**claim.params)
    assert outcome.table is not None
    text = str(outcome.table["rows"])
    assert all(claim_id(entry.key) in text for entry in table())
    assert set(claim.uses) >= {claim_id(entry.key) for entry in table()}


def test_every_published_statement_is_in_the_book_with_the_verdict_of_the_library():
    found = sorted(BOOK[name].expect.value for name in BOOK if name.startswith("literature.") and name in MINE)
    assert found == sorted(statement().verdict for statement in LITERATURE.values())


def test_every_necessity_entry_is_shown_by_some_claim():
    shown = set()
    for name in MINE:
        claim = BOOK[name]
        if claim.kind in (Kind.THEOREM, Kind.PROPOSITION, Kind.NUMBER, Kind.COROLLARY, Kind.FORMULA):
            outcome = checks()[claim.check].function(**claim.params)
            shown |= {entry["because"] for entry in outcome.necessity}
    assert {entry.reason for entry in hypotheses()} <= shown


def test_reported_notion_without_a_definition_is_not_checkable():
    assert BOOK["collapse.reported"].expect is Verdict.NOT_CHECKABLE
    assert BOOK["collapse.reported"].not_checkable


def test_the_figure_compares_window_and_growing_context():
    claim = BOOK["collapse.growing-context"]
    (figure,) = checks()[claim.check].function(**claim.params).figures
    window, growing, limit = (series["y"] for series in figure.series)
    assert window[0] == growing[0] and window[-1] > limit[0] > growing[-1]


@pytest.mark.parametrize(
    ("name", "change", "witness"),
    [
        ("ols.risk-schedule", {"step": "v*d/(n - d)"}, "exact value"),
        ("ols.divergence-criterion", {"least_dimension": 2}, "d, n"),
        ("gauss.schedule-linear", {"result": "survives"}, "sum 1/n_t"),
        ("gauss.schedule-t-log-t", {"formula": "t*log(t)**2"}, "sum 1/n_t"),
        ("ols.norm-diverges", {"process": "stationary"}, "behaviour"),
        ("ols.accumulate-unequal", {"pi_squared": "9"}, "pi^2"),
        ("collapse.gate-stays", {"outcome": "tends to 0"}, "s_t"),
        (claim_id("gaussian/replace/unbiased/covariance/almost-sure"), {"limit": "truth"}, "limit"),
    ],
)
def test_refutations_carry_exact_witnesses(name, change, witness):
    claim = BOOK[name]
    outcome = checks()[claim.check].function(**{**claim.params, **change})
    assert outcome.verdict is Verdict.REFUTED and witness in outcome.witness


@pytest.mark.parametrize(
    ("excess", "witness"), [(-4, ["5, 1", "1/3"]), (-2, ["3, 1", "1"]), (2, ["1, 3", "1"]), (5, ["1, 6", "1/4"])]
)
def test_infinite_risk_is_refuted_away_from_the_square_case_by_the_exact_risk(excess, witness):
    outcome = checks()["ols.infinite_risk"].function(excess=excess)
    assert outcome.verdict is Verdict.REFUTED
    assert list(outcome.witness.values()) == witness


def test_infinite_risk_at_the_three_sizes():
    for excess in (-1, 0, 1):
        assert checks()["ols.infinite_risk"].function(excess=excess).verdict is Verdict.CONFIRMED


def test_helpers_evaluate_and_compare_exactly():
    assert value_at("t/(n - 2)", {"t": 3, "n": 8}) == Fraction(1, 2)
    assert differs("t + 1", [({"t": 2}, 3)]) is None
    wrong = differs("1/t", [({"t": 0}, 3)])
    assert wrong is not None and wrong.verdict is Verdict.REFUTED
    assert rational(3) == 3
    with pytest.raises(RoutesDisagree):
        rational("3")
    with pytest.raises(RoutesDisagree):
        same("x", 1, 2)
    with pytest.raises(RoutesDisagree):
        inside("x", Fraction(1), Fraction(1), Fraction(2))
    with pytest.raises(ValueError, match="no entry"):
        necessity_of("no such theorem")


@pytest.mark.parametrize(
    ("check", "params"),
    [
        ("ols.walk", {"dimension": "3+", "degrees": [], "result": "transient"}),
        ("gauss.collapse_all", {"estimator": "median", "sizes": "deterministic", "power": 1}),
        ("gauss.paraphrase", {"growth": "cubic"}),
        ("collapse.cell", {"key": "a/b", "limit": "zero"}),
        ("collapse.biased_sampling", {"inflation": "1", "sizes": "few"}),
        ("ols.norm_diverges", {"dimensions": 1, "excess": "any", "process": "chaotic"}),
    ],
)
def test_bad_parameters_are_explained(check, params):
    with pytest.raises(ValueError):
        checks()[check].function(**params)


def test_cells_know_their_keys():
    assert cell("gaussian/replace/mle/mean/almost-sure").limit == "finite"
