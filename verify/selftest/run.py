"""``verify selftest``: every item of the corpus, and certificates with every part changed."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from typing import Any

from verify.selftest.corpus import Answer, Group, Result, answer, read_corpus
from verify.selftest.record import record
from verify.selftest.tamper import TamperCount, tamper_all
from verify.status import ExitCode

__all__ = ["run", "selftest"]


def selftest(*, tampering: bool = True) -> dict[str, Any]:
    """Return the result of the self-test as plain data: counts, and every item that is not right."""
    answers = [answer(item) for item in read_corpus()]
    counts = {
        group.value: dict(Counter(a.result.value for a in answers if a.item.group is group))
        for group in Group
    }
    totals = Counter(a.result for a in answers)
    tamper = tamper_all() if tampering else TamperCount()
    failed = totals[Result.SILENT] + totals[Result.REJECTED] + tamper.accepted_wrongly
    code = ExitCode.CONTRADICTED if failed else ExitCode.OPEN if totals[Result.UNDECIDED] else ExitCode.OK
    return {
        "exit_code": int(code if answers else ExitCode.NOTHING),
        "items": len(answers),
        "silent_errors": totals[Result.SILENT],
        "rejected": totals[Result.REJECTED],
        "undecided": totals[Result.UNDECIDED],
        "groups": counts,
        "listed": [_listed(a) for a in answers if a.result is not Result.RIGHT],
        "tampering": tamper.as_data(),
    }


def _listed(one: Answer) -> dict[str, str]:
    return {
        "item": f"{one.item.group}/{one.item.name}",
        "result": one.result.value,
        "why": one.item.why,
        "message": one.message[:400],
    }


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    if getattr(args, "mutations", False):
        from verify.mutation import report_mutations

        return report_mutations(as_json=args.json, out=getattr(args, "out", None))
    if getattr(args, "coq", False):
        return _coq(args)
    result = selftest()
    if getattr(args, "out", None):
        record(args.out, "selftest", result)
    if args.json:
        print(json.dumps(result, indent=1, sort_keys=True))
        return result["exit_code"]
    for entry in result["listed"]:
        print(f"{entry['result']:12}  {entry['item']}: {entry['message']} ({entry['why']})")
    if not getattr(args, "quiet", False):
        print(summary(result))
    return result["exit_code"]


def _coq(args: argparse.Namespace) -> int:
    """Print what Coq says to the exported theorem, and the axioms that it rests on."""
    from verify.coq import check_with_coq, export

    text = export()
    answer = check_with_coq(text)
    if answer is None:
        code, said = ExitCode.OPEN, "coqc is not installed (Debian: apt install coq)"
    else:
        code = ExitCode.OK if answer.accepted else ExitCode.CONTRADICTED
        said = "accepted by coqc" if answer.accepted else f"refused by coqc: {answer.message}"
    axioms = list(answer.axioms) if answer else []
    result = {"exit_code": int(code), "coq": said, "axioms": axioms}
    if getattr(args, "out", None):
        path = record(args.out, "coq", result)
        (path.parent / "skew.v").write_text(text, encoding="utf-8")
    if args.json:
        print(json.dumps(result, indent=1))
    else:
        print(f"existence, skew_iff, one_minimiser_below, two_minimisers_above: {said}")
        for name in axioms:
            print(f"axiom  {name}")
    return int(code)


def summary(result: dict[str, Any]) -> str:
    """Return the counts in a few lines."""
    lines = []
    for group, counts in result["groups"].items():
        detail = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        lines.append(f"{group}: {sum(counts.values())} items: {detail}")
    lines.append(
        f"{result['items']} items: {result['silent_errors']} silent errors, "
        f"{result['rejected']} correct items rejected, {result['undecided']} undecided"
    )
    t = result["tampering"]
    lines.append(
        f"tampering with {t['certificates']} certificates: refused {t['refused']}, "
        f"still valid {t['still_valid']}, accepted wrongly {t['accepted_wrongly']}"
    )
    return "\n".join(lines)
