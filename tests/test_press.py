"""The claims of summaries and articles: complete, decided as expected, each mutant rejected."""

from __future__ import annotations

import pytest

from verify.checks import press
from verify.claim import Claim
from verify.expression import decide
from verify.loader import load_book
from verify.registry import checks
from verify.status import Origin, Verdict, weakest

BOOK = load_book()
CLAIMS = [c for c in BOOK.claims.values() if c.id.startswith("press.")]
DECIDED = [c for c in CLAIMS if c.not_checkable is None]
ROWS = {"s2": 24, "s1": 13, "s0": 16, "s3": 5, "dg": 10, "md": 1, "a": 5}


def outcome_of(claim: Claim, mutant: object = None):
    if claim.test is not None:
        return decide(claim.test if mutant is None else mutant)
    function = checks()[claim.check].function
    return function(**{**claim.params, **(mutant or {})})


def test_every_row_of_the_sources_has_its_claim() -> None:
    wanted = {f"press.{part}-{k:02d}" for part, last in ROWS.items() for k in range(1, last + 1)}
    assert {c.id for c in CLAIMS} == wanted


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c.id)
def test_each_says_where_and_how_it_was_reported(claim: Claim) -> None:
    assert claim.origin is Origin.PRESS and claim.source and claim.reported and claim.title
    if claim.not_checkable is not None:
        assert claim.expect is Verdict.NOT_CHECKABLE and len(claim.not_checkable) > 30
    if claim.expect in (Verdict.REFUTED, Verdict.QUALIFIED) and "drop of" not in claim.title:
        assert claim.notes or claim.check or "~=" in claim.test or len(claim.reported) > 40


@pytest.mark.parametrize("claim", DECIDED, ids=lambda c: c.id)
def test_decided_as_expected_at_its_floor(claim: Claim) -> None:
    outcome = outcome_of(claim)
    assert outcome.verdict is claim.expect, outcome.reason
    assert weakest([outcome.tier, claim.floor]) is claim.floor
    assert (outcome.witness is not None) == (outcome.verdict is not Verdict.CONFIRMED)


@pytest.mark.parametrize("claim", DECIDED, ids=lambda c: c.id)
def test_no_mutant_is_confirmed(claim: Claim) -> None:
    for mutant in claim.mutants:
        assert outcome_of(claim, mutant).verdict not in (Verdict.CONFIRMED, claim.expect) or (
            claim.expect is Verdict.REFUTED
        )


def test_qualified_needs_both_sides() -> None:
    change = {"change": "another hypothesis"}
    both = press.qualified(stated="1 > 2", changed="2 > 1", **change)
    assert both.verdict is Verdict.QUALIFIED and both.witness["as written, left"] == "1"
    assert press.qualified(stated="1 < 2", changed="2 > 1", **change).verdict is Verdict.CONFIRMED
    assert press.qualified(stated="1 > 2", changed="2 < 1", **change).verdict is Verdict.REFUTED
    open_one = press.qualified(stated="1 > 2", changed="sin(pi) == 0", **change)
    assert open_one.verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
def test_the_pass_takes_one_step_a_layer(layers: int) -> None:
    assert press.forward_steps(layers=layers, steps=layers).verdict is Verdict.UNDECIDED
    assert press.forward_steps(layers=layers, steps=layers + 1).verdict is Verdict.QUALIFIED
    assert press.noise_breaks_reduction(layers=layers).verdict is Verdict.REFUTED
    other = press.noise_breaks_reduction(layers=layers, block="-V")
    assert other.verdict is Verdict.UNDECIDED
