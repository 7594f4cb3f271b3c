"""Results of claims as plain data: what a worker, the journal and the report hand to each other."""

from __future__ import annotations

from typing import Any

from verify.claim import Claim
from verify.pool import Finished
from verify.status import Kind, RunState, Tier, Verdict

__all__ = ["complete", "from_worker", "without_check"]

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
        "mutants": {"rejected": 0, "accepted": 0, "void": 0, "total": 0, "details": []},
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
    verdicts = [detail["verdict"] for detail in details]
    mutants = {
        "rejected": sum(v not in ("void", Verdict.CONFIRMED) for v in verdicts),
        "accepted": verdicts.count(Verdict.CONFIRMED),
        "void": verdicts.count("void"),
        "total": len(verdicts),
        "details": details,
    }
    result = complete(claim, **{**finished.result, "mutants": mutants})
    return result, result["run"] == RunState.OK and not cut_short


def _change(claim: Claim, mutant: Any) -> str:
    """Return what a mutant changes, in words."""
    if isinstance(mutant, str):
        return mutant
    return ", ".join(
        f"{name} = {value!r} instead of {claim.params.get(name, 'the default')!r}" for name, value in mutant.items()
    )
