"""The report as one JSON document: claims, summary, figures, environment and exit code.

Every other format is written from this; nothing here depends on the time of day.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from verify import __version__
from verify.claim import Claim, substitute
from verify.fingerprint import library_versions, package_digest
from verify.graph import assumption_closure, effective_tiers, reach
from verify.loader import Book
from verify.status import (
    AsExpected,
    ExitCode,
    Kind,
    RunState,
    StepStatus,
    Tier,
    Verdict,
    weakest,
    worst_exit,
)

if TYPE_CHECKING:
    from verify.runner import Settings, State

__all__ = ["SCHEMA_VERSION", "as_expected", "assemble", "dump", "exit_code_of"]

SCHEMA_VERSION = "1"

_DECIDED = (Verdict.CONFIRMED, Verdict.REFUTED, Verdict.QUALIFIED)
_FAILURES = {"input": ExitCode.USAGE, "memory": ExitCode.OPEN}
_ENTRIES = (Kind.DEFINITION, Kind.REMARK, Kind.CITED)


def assemble(book: Book, state: State, settings: Settings) -> dict[str, Any]:
    """Return the report of a run (or of a look at an earlier one) as JSON data."""
    tiers = effective_tiers(book.claims, state.results)
    closure = assumption_closure(book.claims, state.results)
    claims = [
        _claim(claim, state.results[name], tiers[name], closure[name], name in state.certificates)
        for name, claim in book.claims.items()
    ]
    selected = set(state.selected)
    codes = [exit_code_of(claim) for claim in claims if claim["id"] in selected]
    report = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "context-collapse-verifier", "version": __version__},
        "environment": environment(),
        "profile": settings.profile,
        "seed": settings.seed,
        "exit_code": int(worst_exit(codes)),
        "summary": _summary(claims, reach(book.claims, closure)),
        "claims": claims,
        "figures": {
            figure["name"]: {key: value for key, value in figure.items() if key != "name"}
            for result in state.results.values()
            for figure in result["figures"]
        },
    }
    return json.loads(dump(report))


def dump(report: Mapping[str, Any]) -> str:
    """Return the one text of a report: the same data gives the same bytes."""
    return json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def environment() -> dict[str, Any]:
    """Return what the results were computed with."""
    return {
        "libraries": library_versions(),
        "platform": f"{platform.system()} {platform.machine()}",
        "sources": {name: package_digest(name)[:16] for name in ("symbolic", "numeric", "verify.report")},
    }


def as_expected(claim: Claim, verdict: str, run: str = RunState.OK) -> AsExpected:
    """Return whether a verdict is the one that the book expects; OPEN if the check did not run."""
    if run != RunState.OK:
        return AsExpected.OPEN
    if verdict == claim.expect or verdict in (Verdict.ASSUMED, Verdict.STATED):
        return AsExpected.PASS
    return AsExpected.FAIL if verdict in _DECIDED else AsExpected.OPEN


def exit_code_of(claim: Mapping[str, Any]) -> ExitCode:
    """Return what one selected claim of a report contributes to the exit code."""
    if claim["mutants"]["accepted"]:
        return ExitCode.INTERNAL
    if claim["run"] == RunState.ERROR:
        if (claim["recheck"] or "").startswith("rejected"):
            return ExitCode.CONTRADICTED
        return _FAILURES.get(claim["failure"], ExitCode.INTERNAL)
    if claim["run"] == RunState.NOT_SELECTED:
        return ExitCode.OK
    if claim["run"] != RunState.OK:
        return ExitCode.OPEN
    if claim["as_expected"] == AsExpected.FAIL:
        return ExitCode.CONTRADICTED
    if claim["as_expected"] == AsExpected.OPEN:
        return ExitCode.OPEN
    if claim["mutants"]["total"] and not claim["mutants"]["rejected"]:
        return ExitCode.OPEN  # nothing shows that the check can fail
    decided = claim["verdict"] in _DECIDED
    pair = [Tier(claim["effective_tier"]), Tier(claim["floor"])]
    if decided and weakest(pair) is not Tier(claim["floor"]):
        return ExitCode.OPEN
    return ExitCode.OK


def _claim(
    claim: Claim,
    result: Mapping[str, Any],
    effective: Tier,
    assumptions: list[str],
    certified: bool,
) -> dict[str, Any]:
    steps = {status.value: 0 for status in StepStatus}
    for step in result["proof"]:
        steps[step["status"]] += 1
    stated = claim.kind in _ENTRIES
    return {
        "id": claim.id,
        "kind": claim.kind,
        "title": substitute(claim.title, claim.params),
        "origin": claim.origin,
        "source": claim.source,
        "reported": substitute(claim.reported, claim.params),
        "statement": claim.statement_text,
        "hypotheses": [substitute(h, claim.params) for h in claim.hypotheses],
        "states": list(claim.states),
        "uses": list(claim.uses),
        "check": claim.check,
        "params": claim.params,
        "test": claim.test,
        "floor": claim.floor,
        "expect": claim.expect,
        "profile": claim.profile,
        "notes": substitute(claim.notes, claim.params),
        "file": claim.file.rpartition("/")[2],
        "line": claim.line,
        "verdict": result["verdict"],
        "tier": result["tier"],
        "effective_tier": Tier.NONE if stated else effective,
        "run": result["run"],
        "run_reason": result["run_reason"],
        "as_expected": as_expected(claim, result["verdict"], result["run"]),
        "reason": result["reason"],
        "failure": result["failure"],
        "value": result["value"],
        "value_bounds": result["value_bounds"],
        "qualification": result["qualification"],
        "witness": result["witness"],
        "assumptions": assumptions,
        "steps": steps,
        "proof": result["proof"],
        "mutants": result["mutants"],
        "instances": result["instances"],
        "necessity": result["necessity"],
        "routes": result["routes"],
        "certificate": f"certificates/{claim.id}.json" if certified else None,
        "recheck": result["recheck"],
        "statistics": result["statistics"],
        "figures": [figure["name"] for figure in result["figures"]],
        "table": result["table"],
        "seconds": result["seconds"],
    }


def _summary(claims: list[dict[str, Any]], assumptions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the counts; a verdict, tier or PASS counts only where the check ran."""
    ran = [claim for claim in claims if claim["run"] == RunState.OK]
    written = [claim for claim in claims if claim["certificate"] is not None]
    reported = [claim for claim in claims if claim["origin"] != "own" and claim["kind"] not in _ENTRIES]
    return {
        "claims": len(claims),
        "verdicts": _count(ran, "verdict", Verdict),
        "as_expected": _count(ran, "as_expected", AsExpected),
        "run": _count(claims, "run", RunState),
        "tiers": _count(ran, "effective_tier", Tier),
        "reported": {
            "decided": sum(c["run"] == RunState.OK and c["verdict"] in _DECIDED for c in reported),
            "total": len(reported),
        },
        "mutants": {
            key: sum(claim["mutants"][key] for claim in claims) for key in ("rejected", "accepted", "void", "total")
        },
        "steps": {status.value: sum(claim["steps"][status.value] for claim in claims) for status in StepStatus},
        "certificates": {
            "written": len(written),
            "accepted": sum((claim["recheck"] or "").startswith("checked") for claim in written),
        },
        "assumptions": assumptions,
    }


def _count(claims: list[dict[str, Any]], key: str, values: Any) -> dict[str, int]:
    return {value.value: sum(claim[key] == value for claim in claims) for value in values}
