"""The report as JUnit XML: a suite a part of the book, a case a claim.

A claim decided otherwise than expected is a failure; a check that crashed or timed out is an
error; one that was not run, or that decided nothing, is skipped with its reason.
"""

from __future__ import annotations

from typing import Any

from verify.report.escape import html_text
from verify.report.facts import Report
from verify.report.graph import part_of

__all__ = ["document"]


def _case(claim: dict[str, Any]) -> tuple[str, str]:
    """Return (failures, errors, skipped or passed) as a word, and the element."""
    run = str(claim.get("run") or "ok")
    verdict = str(claim.get("verdict") or "undecided")
    reason = html_text(str(claim.get("reason") or ""))
    why = html_text(str(claim.get("run_reason") or "")) or reason
    name = html_text(claim["id"])
    kind = f"{part_of(claim['id'])}.{claim.get('kind') or 'claim'}"
    head = (
        f'  <testcase classname="{html_text(kind)}" name="{name}" '
        f'time="{float(claim.get("seconds") or 0.0):.3f}">'
    )
    tier = html_text(str(claim.get("effective_tier") or "none"))
    out = f"<system-out>verdict {html_text(verdict)}, effective tier {tier}</system-out>"
    if run in ("error", "timeout"):
        word, inner = "errors", f'<error type="{run}" message="{why}"/>'
    elif run in ("not-selected", "skipped", "stale"):
        word, inner = "skipped", f'<skipped message="{html_text(run)}: {why}"/>'
    elif claim.get("as_expected") == "FAIL":
        expected = html_text(str(claim.get("expect") or ""))
        word = "failures"
        inner = (
            f'<failure type="{html_text(verdict)}" '
            f'message="{html_text(verdict)}, expected {expected}: {reason}"/>'
        )
    elif claim.get("as_expected") == "OPEN":
        word, inner = "skipped", f'<skipped message="{html_text(verdict)}: {reason}"/>'
    else:
        word, inner = "passed", ""
    return word, f"{head}{inner}{out}</testcase>"


def document(report: Report) -> str:
    """Return the JUnit document."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for claim in report.claims:
        parts.setdefault(part_of(claim["id"]), []).append(claim)
    totals = {"failures": 0, "errors": 0, "skipped": 0}
    suites = []
    for part, claims in parts.items():
        counts = {"failures": 0, "errors": 0, "skipped": 0, "passed": 0}
        lines = []
        for claim in claims:
            word, line = _case(claim)
            counts[word] += 1
            lines.append(line)
        for word in totals:
            totals[word] += counts[word]
        seconds = sum(float(c.get("seconds") or 0.0) for c in claims)
        suites.append(
            f' <testsuite name="{html_text(part)}" tests="{len(claims)}" '
            f'failures="{counts["failures"]}" errors="{counts["errors"]}" '
            f'skipped="{counts["skipped"]}" time="{seconds:.3f}">'
        )
        suites += [*lines, " </testsuite>"]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<testsuites name="verify" tests="{len(report.claims)}" '
        f'failures="{totals["failures"]}" errors="{totals["errors"]}" '
        f'skipped="{totals["skipped"]}">\n' + "\n".join(suites) + "\n</testsuites>\n"
    )
