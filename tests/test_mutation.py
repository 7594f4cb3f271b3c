"""Mechanical mutants of claims: what is changed, what is killed, and that survivors are explained."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from verify.claim import Claim
from verify.loader import load_book
from verify.mutation import mutants_of, mutate_book, text_mutants
from verify.status import Kind
from verify.survivors import SURVIVORS, explanation


def test_no_mutant_of_nothing():
    assert mutants_of(Claim("x", Kind.REMARK, "", "")) == []


def test_every_kind_of_parameter_is_changed():
    params = {"n": 15, "flag": True, "p": "n**2 - 3", "list": [1, "2"], "word": "skew"}
    changes = [m.change for m in mutants_of(Claim("x", Kind.LEMMA, "", "", check="c", params=params))]
    assert "n: 15 becomes 14" in changes and "n: 15 becomes 16" in changes
    assert "flag: True becomes False" in changes and "p: - becomes + at 6" in changes
    assert "list: [1] 2 becomes 3 at 1" in changes and not any("word" in c for c in changes)


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("1 < 2", "1 >= 2"),
        ("x ~= 34.40", "x ~= 34.41"),
        ("x == 0.05", "x == 0.04"),
        ("not 1 == 2", "1 == 2"),
        ("a - b*2 > 0", "a > 0"),
        ("f(t=3)", "f(t=2)"),
    ],
)
def test_expressions_change(text, changed):
    assert changed in [new for _, new in text_mutants(text)]


def test_mutants_differ_from_the_claim_and_from_each_other():
    claim = Claim("x", Kind.NUMBER, "", "", test="2 - 1 == 1")
    tests = [m.test for m in mutants_of(claim)]
    assert len(set(tests)) == len(tests) and claim.test not in tests


def test_the_headline_kills_its_neighbours():
    result = mutate_book(patterns=("icl.skew-sign-d2-l2",))
    assert result["rejected"] == result["mutants"] == 2


def test_a_vacuous_claim_is_noticed(monkeypatch):
    name = "icl.short-contexts-d2-l2"
    monkeypatch.setitem(SURVIVORS, name, {})
    result = mutate_book(patterns=(name,))
    assert result["unexplained"] == 1 and result["survivors"][0]["change"] == "last: 9 becomes 8"


def test_explanations_belong_to_claims_of_the_book():
    names = set(load_book().claims)
    assert all(any(fnmatchcase(name, pattern) for name in names) for pattern in SURVIVORS)
    assert explanation("icl.short-contexts-d2-l2", "last: 9 becomes 10") is None


@pytest.mark.slow
def test_every_survivor_of_the_book_is_explained():
    result = mutate_book()
    assert result["unexplained"] == 0, [s for s in result["survivors"] if not s["explained"]]
