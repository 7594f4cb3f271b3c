"""The committed reference report is one of this book: same claims, same words, same certificates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from verify.loader import load_book
from verify.recheck import check_folder

REFERENCE = Path(__file__).parents[1] / "reports" / "reference"


@pytest.fixture(scope="module")
def reference() -> dict[str, dict]:
    report = json.loads((REFERENCE / "report.json").read_text(encoding="utf-8"))
    return {claim["id"]: claim for claim in report["claims"]}


def test_it_has_the_claims_of_the_book(reference):
    assert set(reference) == set(load_book().claims)


def test_each_claim_reads_as_in_the_book(reference):
    for name, claim in load_book().claims.items():
        shown = reference[name]
        assert shown["statement"] == claim.statement_text, name
        assert (shown["check"], shown["test"], shown["params"]) == (claim.check, claim.test, claim.params), name
        assert (shown["expect"], shown["floor"]) == (claim.expect.value, claim.floor.value), name
        assert tuple(shown["uses"]) == claim.uses, name


def test_it_comes_from_a_full_run_without_a_contradiction(reference):
    report = json.loads((REFERENCE / "report.json").read_text(encoding="utf-8"))
    assert report["profile"] == "full"
    assert report["exit_code"] == 0
    assert not [name for name, claim in reference.items() if claim["as_expected"] == "FAIL"]


def test_the_certificates_are_those_of_the_book():
    contents = {name: claim.content() for name, claim in load_book().claims.items()}
    spine = ["icl.skew-threshold", "gauss.collapse-criterion", "ols.risk-replacing"]
    for name, accepted, message in check_folder(str(REFERENCE / "certificates"), contents, only=spine):
        assert accepted, f"{name}: {message}"


@pytest.mark.slow
def test_every_certificate_is_accepted():
    contents = {name: claim.content() for name, claim in load_book().claims.items()}
    refused = [(n, m) for n, accepted, m in check_folder(str(REFERENCE / "certificates"), contents) if not accepted]
    assert not refused
