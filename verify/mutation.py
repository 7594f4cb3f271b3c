"""Mechanical mutants of every claim of the book, besides the ones written by hand.

Each parameter of a claim, or each part of its expression, is changed a little; the check that confirms
the claim must not confirm the changed one.  A survivor is a weaker claim that is true as well, the same
claim in other words, or a hole: each is listed with its explanation (``verify.survivors``), or as not
explained.  An expression that survives explains itself: it is decided on its own, in exact arithmetic or
rigorous enclosures, so it is true.  A change that crashes or takes too long counts as neither.
"""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.claim import Claim
from verify.selftest.record import record
from verify.status import ExitCode, Profile, Verdict
from verify.survivors import explanation

__all__ = ["Mutant", "MutationResult", "mutants_of", "mutate_book", "report_mutations", "text_mutants"]

_FLIPS = {"==": "!=", "!=": "==", "<=": ">", ">=": "<", "<": ">=", ">": "<="}


@dataclass(frozen=True)
class Mutant:
    """One changed claim: what was changed, and the parameters or the expression to check."""

    change: str
    params: dict[str, Any] | None = None
    test: str | None = None


@dataclass(frozen=True)
class MutationResult:
    """What became of one mutant: ``rejected``, ``survived`` or ``void``."""

    claim: str
    change: str
    result: str
    reason: str
    explained: str | None = None


def mutants_of(claim: Claim) -> list[Mutant]:
    """Return the mechanical mutants of a claim, without doubles.

    >>> from verify.status import Kind
    >>> claim = Claim("x", Kind.NUMBER, "", "", test="2 < 3")
    >>> [m.test for m in mutants_of(claim)]
    ['1 < 3', '3 < 3', '2 < 2', '2 < 4', '2 >= 3']
    """
    out: list[Mutant] = []
    if claim.test is not None:
        out = [Mutant(what, test=text) for what, text in text_mutants(claim.test)]
    for name, value in claim.params.items() if claim.check else ():
        for what, changed in _changed(value):
            out.append(Mutant(f"{name}: {what}", params={**claim.params, name: changed}))
    seen: dict[str, Mutant] = {}
    for mutant in out:
        seen.setdefault(json.dumps([mutant.params, mutant.test], sort_keys=True), mutant)
    return list(seen.values())


def _changed(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool):
        yield f"{value} becomes {not value}", not value
    elif isinstance(value, int):
        yield f"{value} becomes {value - 1}", value - 1
        yield f"{value} becomes {value + 1}", value + 1
    elif isinstance(value, str):
        yield from text_mutants(value)
    elif isinstance(value, list):
        for i, part in enumerate(value):
            for what, changed in _changed(part):
                yield f"[{i}] {what}", [*value[:i], changed, *value[i + 1 :]]


def text_mutants(text: str) -> Iterator[tuple[str, str]]:
    """Yield changes of an expression: numbers by one in their last digit, comparisons, signs, terms.

    >>> [changed for _, changed in text_mutants("n**2 - 3.5")]
    ['n**1 - 3.5', 'n**3 - 3.5', 'n**2 - 3.4', 'n**2 - 3.6', 'n**2 + 3.5', 'n**2']
    """

    def put(match: re.Match[str], new: str) -> str:
        return text[: match.start()] + new + text[match.end() :]

    for match in re.finditer(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", text):
        whole, _, digits = match[0].partition(".")
        for step in (-1, 1):
            number = int(whole + digits) + step
            if number >= 0:
                shown = str(number).rjust(len(digits) + 1, "0")
                new = f"{shown[: -len(digits)]}.{shown[-len(digits) :]}" if digits else shown
                yield f"{match[0]} becomes {new} at {match.start() + 1}", put(match, new)
    for match in re.finditer(r"==|!=|<=|>=|(?<![<>=!~])[<>](?!=)", text):
        new = _FLIPS[match[0]]
        yield f"{match[0]} becomes {new} at {match.start() + 1}", put(match, new)
    for match in re.finditer(r"(?<=\s)[-+](?=\s)", text):
        new = "-" if match[0] == "+" else "+"
        yield f"{match[0]} becomes {new} at {match.start() + 1}", put(match, new)
    for match in re.finditer(r"\s[-+]\s[\w.*/]+(?=\s|\)|$)", text):
        yield f"{match[0].strip()} is dropped at {match.start() + 2}", put(match, "")
    for match in re.finditer(r"\bnot ", text):
        yield f"not is dropped at {match.start() + 1}", put(match, "")


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TimeoutError(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _result(claim: Claim, mutant: Mutant, seconds: float) -> MutationResult:
    from verify.expression import decide
    from verify.registry import checks

    try:
        with _time_limit(seconds):
            if mutant.test is not None:
                outcome = decide(mutant.test)
            else:
                outcome = checks()[str(claim.check)].function(**(mutant.params or {}))
    except Exception as problem:  # a crash, bad input or a timeout is neither a kill nor a survivor
        return MutationResult(claim.id, mutant.change, "void", f"{type(problem).__name__}: {problem}"[:200])
    if outcome.verdict is not Verdict.CONFIRMED:
        return MutationResult(claim.id, mutant.change, "rejected", f"{outcome.verdict}: {outcome.reason}"[:200])
    true_too = f"true as well, decided on its own ({outcome.tier})" if mutant.test is not None else None
    why = true_too or explanation(claim.id, mutant.change)
    return MutationResult(claim.id, mutant.change, "survived", outcome.reason[:200], why)


def mutate_book(
    profile: Profile = Profile.QUICK, seconds: float = 10.0, patterns: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Run every mechanical mutant of the claims that are expected to be confirmed.

    Args:
        profile: claims beyond it are listed as not mutated.
        seconds: for one mutant.
        patterns: ids or globs; all claims when empty.

    Returns:
        plain data: the counts, the kill rate, every survivor and void, and what was not mutated.
    """
    from verify.loader import load_book
    from verify.registry import checks

    book, results, left_out, order = load_book(), [], [], list(Profile)
    for name in book.select(patterns) if patterns else book.claims:
        claim = book.claims[name]
        if claim.check is None and claim.test is None:
            continue
        sampled = claim.check is not None and checks()[claim.check].sampled
        if claim.expect is not Verdict.CONFIRMED:
            left_out.append({"claim": name, "why": f"expected to be {claim.expect}"})
        elif sampled:
            left_out.append({"claim": name, "why": "sampled: its mutants are rejected by the same data in the run"})
        elif order.index(book.profile_of(name)[0]) > order.index(profile):
            left_out.append({"claim": name, "why": f"outside the profile {profile}"})
        else:
            results += [_result(claim, mutant, seconds) for mutant in mutants_of(claim)]
    rejected = sum(r.result == "rejected" for r in results)
    survived = [r for r in results if r.result == "survived"]
    decided = rejected + len(survived)
    return {
        "mutants": len(results),
        "rejected": rejected,
        "survived": len(survived),
        "unexplained": sum(r.explained is None for r in survived),
        "void": len(results) - decided,
        "kill_rate": f"{rejected}/{decided}",
        "kill_percent": f"{100 * rejected / decided:.1f}" if decided else None,
        "survivors": [{"claim": r.claim, "change": r.change, "explained": r.explained} for r in survived],
        "voids": [{"claim": r.claim, "change": r.change, "reason": r.reason} for r in results if r.result == "void"],
        "not_mutated": left_out,
    }


def report_mutations(*, as_json: bool, profile: Profile = Profile.QUICK, out: Path | None = None) -> int:
    """Print the result for the whole book; return the exit code."""
    started = time.monotonic()
    result = mutate_book(profile)
    code = ExitCode.OK if not result["unexplained"] else ExitCode.CONTRADICTED
    if not result["mutants"]:
        code = ExitCode.NOTHING
    if out is not None:
        record(out, "mutations", {"exit_code": int(code), **result})
    if as_json:
        print(json.dumps({"exit_code": int(code), **result}, indent=1))
        return int(code)
    for one in result["survivors"]:
        print(f"survived  {one['claim']}: {one['change']}: {one['explained'] or 'NOT EXPLAINED'}")
    for one in result["voids"]:
        print(f"void      {one['claim']}: {one['change']}: {one['reason']}")
    for one in result["not_mutated"]:
        print(f"not run   {one['claim']}: {one['why']}")
    print(
        f"{result['mutants']} mechanical mutants: {result['rejected']} rejected, {result['survived']} survived "
        f"({result['unexplained']} not explained), {result['void']} void; kill rate {result['kill_rate']}"
        f" = {result['kill_percent']} % in {time.monotonic() - started:.0f} s"
    )
    return int(code)
