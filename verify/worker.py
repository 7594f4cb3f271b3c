"""A worker process: takes one claim at a time, runs its check and mutants, seals and rechecks.

The parent (``verify.pool``) sends tasks as JSON lines on standard input and reads JSON lines from a
pipe of its own; what a check prints goes to the log that the parent keeps.  A result leaves the
worker as soon as it exists, so that a mutant that hangs does not lose the claim's outcome.
"""

from __future__ import annotations

import ctypes
import dataclasses
import importlib
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from verify.availability import NotAvailable
from verify.claim import Claim
from verify.errors import InputError, RoutesDisagree
from verify.outcome import Outcome
from verify.status import Kind, Origin, Profile, RunState, Tier, Verdict

__all__ = ["claim_data", "evaluate", "main", "run_claim", "run_mutant"]


def main(descriptor: int) -> None:
    """Serve tasks from standard input until it ends; results go to the file descriptor."""
    _die_with_parent()
    with os.fdopen(descriptor, "w", encoding="utf-8") as answers:

        def send(message: dict[str, Any]) -> None:
            answers.write(json.dumps(message, ensure_ascii=True) + "\n")
            answers.flush()

        send({"event": "ready"})
        for line in sys.stdin:
            task = json.loads(line)
            start = task["start"]
            if start == 0:
                send({"event": "claim", **run_claim(task)})
            for index in range(max(start - 1, 0), len(task["claim"]["mutants"])):
                send({"event": "mutant-begins", "index": index})
                send({"event": "mutant", "index": index, "detail": run_mutant(task, index)})
            send({"event": "done"})


def claim_data(claim: Claim) -> dict[str, Any]:
    """Return a claim as JSON data, from which a worker restores it."""
    return dataclasses.asdict(claim)


def evaluate(task: dict[str, Any], params: dict[str, Any], test: str | None) -> Outcome:
    """Return the outcome of the task's check with these parameters, or of an expression."""
    if test is not None:
        from verify.expression import decide

        return decide(test)
    check = task["check"]
    function = getattr(importlib.import_module(check["module"]), check["function"])
    extra = {"seed": task["seed"], "device": task["device"]} if check["sampled"] else {}
    outcome = function(**params, **extra)
    if not isinstance(outcome, Outcome):
        raise TypeError(f"the check returned {type(outcome).__name__}, not an Outcome")
    return outcome


def run_claim(task: dict[str, Any]) -> dict[str, Any]:
    """Run the claim of a task; return ``{"result", "certificate"}`` as JSON data."""
    claim = _restore(task["claim"])
    begin = time.perf_counter()
    certificate = None
    try:
        outcome = evaluate(task, claim.params, claim.test)
        result = _as_data(outcome)
        if outcome.verdict is Verdict.CONFIRMED and outcome.tier is Tier.EXACT:
            certificate, result["recheck"] = _certify(claim, outcome, task)
            if result["recheck"].startswith("rejected"):
                result |= _failure("certificate", f"the independent checker says: {result['recheck']}")
    except NotAvailable as error:
        result = {**_failure("absent", str(error)), "run": RunState.NOT_SELECTED.value}
    except RoutesDisagree as error:
        result = _failure("routes", f"two routes disagree: {error}")
    except InputError as error:
        result = _failure("input", str(error))
    except MemoryError:
        result = _failure("memory", "out of memory")
    except Exception as error:  # a defect of the check: reported on its claim, loses nothing else
        traceback.print_exc()
        result = _failure("exception", f"{type(error).__name__}: {_first_line(error)}{_place(error)}")
    result["seconds"] = round(time.perf_counter() - begin, 3)
    return {"result": result, "certificate": certificate}


def run_mutant(task: dict[str, Any], index: int) -> dict[str, Any]:
    """Run one mutant of a task; return what became of it.

    ``verdict`` is the verdict of the check, or "void" when it crashed, which counts as neither
    accepted nor rejected.
    """
    claim = _restore(task["claim"])
    mutant = claim.mutants[index]
    try:
        if claim.test is not None:
            outcome = evaluate(task, {}, mutant)
        else:
            outcome = evaluate(task, {**claim.params, **mutant}, None)
    except Exception as error:
        return {"verdict": "void", "reason": f"{type(error).__name__}: {_first_line(error)}"}
    return {"verdict": outcome.verdict.value, "reason": outcome.reason}


def _certify(claim: Claim, outcome: Outcome, task: dict[str, Any]) -> tuple[str, str]:
    """Return the certificate's text and what the independent checker says about it."""
    from verify.certificate import recheck_one, seal, write

    assert outcome.certificate is not None
    folder = Path(task["folder"])
    others = {}
    for name in {step["id"] for step in outcome.certificate["steps"] if step["kind"] == "depends"}:
        path = folder / f"{name}.json"
        if name not in claim.uses or not path.is_file():
            why = "has no certificate" if name in claim.uses else "is not in its 'uses'"
            raise InputError(f"the proof takes a sentence from {name}, which {why}")
        others[name] = json.loads(path.read_text(encoding="utf-8"))
    path = write(folder, seal(claim, outcome.certificate, others))
    accepted, message = recheck_one(folder, claim.id)
    return path.read_text(encoding="utf-8"), message if accepted else f"rejected: {message}"


def _as_data(outcome: Outcome) -> dict[str, Any]:
    data = dataclasses.asdict(outcome)
    data["proof"] = data.pop("steps")
    del data["certificate"]
    data |= {"run": RunState.OK.value, "run_reason": "", "failure": None, "recheck": None}
    return json.loads(json.dumps(data))


def _failure(failure: str, reason: str) -> dict[str, Any]:
    return {
        "verdict": Verdict.UNDECIDED.value,
        "tier": Tier.NONE.value,
        "run": RunState.ERROR.value,
        "run_reason": reason,
        "reason": reason,
        "failure": failure,
    }


def _restore(data: dict[str, Any]) -> Claim:
    values = dict(data)
    for key, kind in (("kind", Kind), ("origin", Origin), ("floor", Tier), ("expect", Verdict)):
        values[key] = kind(values[key])
    values["profile"] = Profile(values["profile"])
    for key in ("hypotheses", "states", "uses", "mutants", "proves"):
        values[key] = tuple(values[key])
    return Claim(**values)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no message"])[0][:500]


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" (at {Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""


def _die_with_parent() -> None:
    """End with the parent, also when that is killed; elsewhere than on Linux at the next task."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
