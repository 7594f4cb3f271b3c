"""The export to Coq: explicit, up to date, accepted by coqc, and refused when it is changed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verify.coq import check_with_coq, export

STANDARD = {
    "ClassicalDedekindReals.sig_forall_dec",
    "ClassicalDedekindReals.sig_not_dec",
    "Classical_Prop.classic",
    "FunctionalExtensionality.functional_extensionality_dep",
}


def test_export_searches_for_nothing_and_admits_nothing():
    text = re.sub(r"\(\*.*?\*\)", "", export(), flags=re.S)
    assert not re.search(r"\b(Admitted|admit|Axiom|Parameter|Hypothesis|nra|psatz|nia|Psatz)\b", text)
    assert len(re.findall(r"\bProof\.", text)) == len(re.findall(r"\bQed\.", text))
    assert "@" not in text


def test_the_committed_file_is_the_export():
    path = Path(__file__).parents[1] / "docs" / "coq" / "skew.v"
    assert path.read_text(encoding="utf-8") == export()


@pytest.mark.slow
def test_coq_accepts_it_with_the_standard_axioms_of_the_reals():
    result = check_with_coq(export())
    if result is None:
        pytest.skip("coqc is not installed")
    assert result.accepted, result.message
    assert set(result.axioms) == STANDARD


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<-> (15 <= z)%Z", "<-> (14 <= z)%Z"),
        ("<-> (15 <= z)%Z", "<-> (16 <= z)%Z"),
        ("(-32785)", "(-32784)"),
        ("Definition f4 (n : R) : R := (2)*n^3", "Definition f4 (n : R) : R := (3)*n^3"),
        ("C = 0 /\\ (0 < B", "C = 1 /\\ (0 < B"),
        (
            "one_minimiser_below : forall z a B C a' B' C', (1 <= z < 15)",
            "one_minimiser_below : forall z a B C a' B' C', (1 <= z < 16)",
        ),
    ],
)
def test_coq_refuses_a_changed_file(old, new):
    text = export()
    assert old in text
    result = check_with_coq(text.replace(old, new))
    if result is None:
        pytest.skip("coqc is not installed")
    assert not result.accepted
