"""Results of claims as plain data: what a worker, the journal and the report hand to each other."""

from __future__ import annotations

from typing import Any

from verify.claim import Claim
from verify.pool import Finished
from verify.status import Kind, RunState, Tier, Verdict

__all__ = ["complete", "fate_of_mutants", "from_worker", "without_check"]

_STATED = {
    Kind.DEFINITION: (Verdict.STATED, "a definition: nothing to decide"),
    Kind.REMARK: (Verdict.STATED, "a remark: nothing to decide"),
    Kind.CITED: (
        Verdict.ASSUMED,
        "a classical theorem: assumed, its hypotheses checked at each use",
    ),
}


def complete(claim: Claim, **values: Any) -> dict[str, Any]:
    """Return a result of a claim; every field that is not given has its neutral value.

    >>> result = complete(Claim("a", Kind.LEMMA, "A", "..."), run=RunState.TIMEOUT)
    >>> result["run"].value, result["verdict"].value, result["mutants"]["total"]
    ('timeout', 'undecided', 0)
    """
    return {
        "verdict": Verdict.UNDECIDED,
        "tier": Tier.NONE,
        "run": RunState.OK,
        "run_reason": "",
        "reason": values.get("run_reason", ""),
        "failure": None,  # what kind of fault: certificate, routes, input, memory, crash, ...
        "value": None,
        "value_bounds": None,
        "qualification": None,
        "witness": None,
        "proof": [],
        "instances": [],
        "necessity": [],
        "routes": [],
        "recheck": None,
        "statistics": None,
        "figures": [],
        "table": None,
        "seconds": 0.0,
        "mutants": {"rejected": 0, "accepted": 0, "same": 0, "void": 0, "total": 0, "details": []},
        "claim_digest": claim.digest(),
        **values,
    }


def without_check(claim: Claim) -> dict[str, Any]:
    """Return the result of a claim that has nothing to run: stated, assumed or not checkable."""
    if claim.kind in _STATED:
        verdict, reason = _STATED[claim.kind]
    else:
        verdict, reason = Verdict.NOT_CHECKABLE, claim.not_checkable or ""
    return complete(claim, verdict=verdict, reason=reason)


def from_worker(claim: Claim, finished: Finished) -> tuple[dict[str, Any], bool]:
    """Return the result of a worker with the fate of each mutant, and whether it may be reused.

    A claim that could not run, or a mutant that was cut short, is tried again by the next run.
    """
    details = [
        {"change": _change(claim, mutant), **detail}
        for mutant, detail in zip(claim.mutants, finished.mutants, strict=True)
    ]
    cut_short = any([detail.pop("transient", False) for detail in details])
    mutants = fate_of_mutants(claim, details)
    result = complete(claim, **{**finished.result, "mutants": mutants})
    return result, result["run"] == RunState.OK and not cut_short


def fate_of_mutants(claim: Claim, details: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the counts of the mutants of a claim: rejected, accepted, same, void and total.

    A mutant is a near claim that the same check must not confirm: confirmed, it is accepted.  One with
    the verdict that the book expects of the claim itself is counted under ``same`` and says so; if that
    verdict is ``qualified`` or ``undecided`` it shows nothing and is not rejected.

    Args:
        details: for each mutant ``change``, ``verdict`` ("void" when it crashed) and ``reason``.

    >>> claim = Claim("a", Kind.LEMMA, "A", "...", expect=Verdict.QUALIFIED)
    >>> fate = fate_of_mutants(claim, [{"verdict": v, "reason": ""} for v in ("refuted", "qualified", "void")])
    >>> fate["rejected"], fate["accepted"], fate["same"], fate["void"]
    (1, 0, 1, 1)
    """
    told_apart = claim.expect not in (Verdict.QUALIFIED, Verdict.UNDECIDED)
    counts = {"rejected": 0, "accepted": 0, "same": 0, "void": 0}
    for detail in details:
        verdict = detail["verdict"]
        same = verdict == claim.expect and verdict != Verdict.CONFIRMED
        if verdict == "void":
            counts["void"] += 1
        elif verdict == Verdict.CONFIRMED:
            counts["accepted"] += 1
        elif not same or told_apart:
            counts["rejected"] += 1
        if same:
            counts["same"] += 1
            detail["reason"] = f"the same verdict as the claim: {detail['reason']}"
    return {**counts, "total": len(details), "details": details}


def _change(claim: Claim, mutant: Any) -> str:
    """Return what a mutant changes, in words."""
    if isinstance(mutant, str):
        return mutant
    return ", ".join(
        f"{name} = {value!r} instead of {claim.params.get(name, 'the default')!r}" for name, value in mutant.items()
    )
