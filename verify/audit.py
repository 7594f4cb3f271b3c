"""Decide the claims of someone's files, each in a worker process under a time limit.

Nothing of the files is executed: an expression goes through the grammar of ``verify.expression``.
A claim whose expression cannot be read, or has no value, is an error on that claim alone; the
others are still decided.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from verify.auditfile import read_claims
from verify.claim import Claim
from verify.errors import InputError
from verify.expression import ExpressionError
from verify.expression.parser import parse
from verify.loader import Book
from verify.pool import Finished, Pool
from verify.progress import Progress
from verify.report.model import assemble, exit_code_of
from verify.results import complete, fate_of_mutants, without_check
from verify.runner import MEMORY, Settings, State, default_jobs
from verify.status import ExitCode, Kind, RunState, Verdict, worst_exit
from verify.worker import claim_data

__all__ = ["DEFAULT_TIMEOUT", "audit", "collect"]

DEFAULT_TIMEOUT = 30.0
"""Seconds for one claim, and for each of its mutants."""

_NO_TEST = 'no test is given; write test = "...", or not_checkable = "why"'


def collect(paths: Iterable[Path]) -> list[Claim]:
    """Return the claims of some files.

    Raises:
        InputError: a file or claim is malformed, an id occurs twice, or a reference leads nowhere.
    """
    claims: dict[str, Claim] = {}
    for path in paths:
        for claim in read_claims(path):
            if claim.id in claims:
                first = claims[claim.id]
                message = f"the id {claim.id!r} is used twice, first at {first.file}:{first.line}"
                raise InputError(message, claim.file, claim.line)
            for name in (*claim.uses, *claim.states):
                if name not in claims:
                    message = f"{claim.id} needs {name!r}, which does not stand before it"
                    raise InputError(message, claim.file, claim.line)
            claims[claim.id] = claim
    return list(claims.values())


def audit(
    claims: Sequence[Claim],
    *,
    timeout: float = DEFAULT_TIMEOUT,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the report of the claims (see ``verify.report.model``) and their certificates.

    ``report["exit_code"]`` is 2 when an expression cannot be read or has no value, 1 when a mutant
    that a file gives is confirmed, else as for a run of the book; without claims it is 5.
    """
    progress = progress or Progress(quiet=True)
    results: dict[str, dict[str, Any]] = {}
    certificates: dict[str, str] = {}
    waiting = []
    for claim in claims:
        settled = _without_worker(claim)
        if settled is None:
            waiting.append(claim)
        else:
            results[claim.id] = settled
    progress.begin(len(waiting), 0)
    try:
        for finished, claim in _decided(waiting, timeout, jobs, progress):
            results[claim.id] = _complete(claim, finished)
            if finished.certificate:
                certificates[claim.id] = finished.certificate
            progress.finished(claim.id, results[claim.id])
    finally:
        progress.end()
    ordered = {claim.id: claim for claim in claims}
    state = State({name: results[name] for name in ordered}, certificates, tuple(ordered))
    report = assemble(Book(ordered, {}, Path(".")), state, Settings(out=Path(".")))
    for entry, claim in zip(report["claims"], claims, strict=True):
        entry["file"] = claim.file
    report["exit_code"] = int(worst_exit(_exit_code(entry) for entry in report["claims"]))
    return report, certificates


def _exit_code(claim: dict[str, Any]) -> ExitCode:
    if claim["run"] == RunState.ERROR and claim["failure"] == "input":
        return ExitCode.USAGE
    code = exit_code_of(claim)
    if claim["mutants"]["accepted"]:  # of a stranger's claim: not an error of ours
        return ExitCode.CONTRADICTED
    return code


def _without_worker(claim: Claim) -> dict[str, Any] | None:
    """Return the result of a claim that needs no worker, or None."""
    if claim.kind in (Kind.DEFINITION, Kind.REMARK):
        return without_check(claim)
    if claim.test is None:
        if claim.not_checkable is None:
            return complete(claim, reason=_NO_TEST)
        return complete(claim, verdict=Verdict.NOT_CHECKABLE, reason=claim.not_checkable)
    try:
        parse(claim.test)
    except ExpressionError as error:
        reason = error.message
        return complete(claim, run=RunState.ERROR, run_reason=reason, reason=reason, failure="input")
    return None


def _decided(
    claims: Sequence[Claim], timeout: float, jobs: int | None, progress: Progress
) -> Iterable[tuple[Finished, Claim]]:
    if not claims:
        return
    by_id = {claim.id: claim for claim in claims}
    workers = min(jobs or default_jobs(MEMORY), len(claims))
    with (
        tempfile.TemporaryDirectory(prefix="audit-") as folder,
        Pool(workers, timeout, MEMORY) as pool,
    ):
        for claim in claims:
            pool.submit(
                {
                    "claim": claim_data(claim),
                    "check": None,
                    "seed": 1,
                    "device": "cpu",
                    "folder": folder,
                    "dependency_hashes": {},
                    "start": 0,
                }
            )
        left = len(claims)
        while left:
            for finished in pool.wait(0.1):
                left -= 1
                yield finished, by_id[finished.id]
            progress.running(pool.running)


def _complete(claim: Claim, finished: Finished) -> dict[str, Any]:
    """Return the result of a worker with the fate of each mutant counted."""
    details = []
    for mutant, detail in zip(claim.mutants, finished.mutants, strict=True):
        kept = {key: value for key, value in detail.items() if key != "transient"}
        details.append({"change": str(mutant), **kept})
    result = complete(claim, **{**finished.result, "mutants": fate_of_mutants(claim, details)})
    accepted = [detail["change"] for detail in details if detail["verdict"] == Verdict.CONFIRMED]
    if accepted:
        result["reason"] += f"; but a mutant, which must not hold, is confirmed: {'; '.join(accepted)}"
    return result
