"""What a claim must prove holds its argument: a certificate that leaves out the words of an argument,
a cited theorem or a claim that the proof uses is not the certificate of that claim."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from verify import recheck
from verify.claim import Claim
from verify.dependencies import certificate_of
from verify.loader import load_book
from verify.registry import checks
from verify.status import Profile, Tier, Verdict

BOOK = load_book().claims

NOT_TAKEN_OVER: dict[str, str] = {
    "icl.existence": "its conclusion, that a minimiser exists, is in words; its polynomials are of other variables",
    "icl.forward-pass": "its conclusion, that every layer is one step of a recursion, is in words",
}
"""{claim id: why claims that use it take over none of its sentences}"""


def _has_certificate(claim: Claim) -> bool:
    return claim.check is not None and claim.expect is Verdict.CONFIRMED and claim.floor is Tier.EXACT


def _sampled(claim: Claim) -> bool:
    return checks()[claim.check].sampled


CLAIMS = [name for name, c in BOOK.items() if _has_certificate(c) and not _sampled(c) and c.profile is Profile.QUICK]
FAST = [name for name in CLAIMS if name.startswith(("ols.", "wishart.")) or BOOK[name].file.endswith("gauss.toml")]


@cache
def _documents(name: str) -> dict[str, Any]:
    documents = {name: certificate_of(name)}
    for step in documents[name]["steps"]:
        if step["kind"] == "depends":
            documents |= _documents(step["id"])
    return documents


def _words(step: dict[str, Any]) -> str | None:
    names = {"argued": "name", "cited": "id", "computed": "sentence"}
    return f"{step['kind']}: {step[names[step['kind']]]}" if step["kind"] in names else None


def _unbound(name: str) -> list[str]:
    """Return what the certificate of a claim rests on and its ``proves`` does not name."""
    claim, steps = BOOK[name], certificate_of(name)["steps"]
    needed = set(claim.sentences)
    missing = sorted({words for step in steps if (words := _words(step))} - needed)
    taken: dict[str, set[str]] = {}
    for step in steps:
        if step["kind"] == "depends":
            taken.setdefault(step["id"], set()).update(step["sentences"])
    for used in claim.uses:
        if _has_certificate(BOOK[used]) and used not in NOT_TAKEN_OVER:
            if used not in taken:
                missing.append(f"no step depends on {used}")
            elif not taken[used] & needed:
                missing.append(f"no sentence of {used}")
    return missing


@pytest.mark.parametrize("name", FAST)
def test_claim_names_what_its_proof_rests_on(name):
    assert not _unbound(name)


@pytest.mark.slow
def test_every_claim_names_what_its_proof_rests_on():
    assert {name: missing for name in CLAIMS if (missing := _unbound(name))} == {}


def test_claims_that_nothing_is_taken_from_exist():
    assert set(NOT_TAKEN_OVER) <= BOOK.keys()


WHOLE = ["ols.walk-space", "ols.infinite-risk", "gauss.collapse-criterion", "gauss.schedule-t-log-t"]


@pytest.mark.parametrize("name", WHOLE)
def test_a_certificate_without_a_step_of_the_argument_is_refused(name):
    documents = _documents(name)
    certificate = documents[name]
    for number, step in enumerate(certificate["steps"]):
        if step["kind"] in ("argued", "cited", "depends"):
            steps = certificate["steps"][:number] + certificate["steps"][number + 1 :]
            hashes = {**certificate["sha256"], "steps": recheck.digest([certificate["variables"], steps])}
            with pytest.raises(recheck.Refused):
                recheck.Store({**documents, name: {**certificate, "steps": steps, "sha256": hashes}}).get(name)
