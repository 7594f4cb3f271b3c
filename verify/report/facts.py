"""Sentences about a claim that every format prints: what its result establishes and what not.

Derived from the result alone, so that no report can say more than the run did.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verify.report.graph import Graph, build, part_of
from verify.selftest.record import rows as trust_rows

__all__ = [
    "Report",
    "certificate_words",
    "does_not_establish",
    "establishes",
    "evidence",
    "headline",
    "mutant_words",
    "rests_on",
    "run_again",
    "statement",
    "step_words",
    "summary_rows",
    "tier_words",
]

Claim = dict[str, Any]
_READING_ORDER = ("icl", "ols", "gauss", "collapse", "wishart", "literature", "press", "numeric")
DECIDED = ("confirmed", "refuted", "qualified")


class Report:
    """The report's data with the look-ups that its pages need."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.claims: list[Claim] = list(data.get("claims") or ())
        self.by_id: dict[str, Claim] = {c["id"]: c for c in self.claims}
        self.graph: Graph = build(self.claims)
        self.figures: dict[str, Any] = dict(data.get("figures") or {})
        self.summary: dict[str, Any] = dict(data.get("summary") or {})
        # an audited file has expressions only; the book has checks, each with mutants
        self.audited = bool(self.claims) and not any(
            c.get("check") or (c.get("mutants") or {}).get("total") for c in self.claims
        )
        self.needed_by: dict[str, list[str]] = {}
        for edge in self.graph.edges:
            self.needed_by.setdefault(edge.source, []).append(edge.target)

    def parts(self) -> dict[str, list[Claim]]:
        """Return the claims of each part of the book: the known parts as a reader takes them up, then
        others in their order; cited theorems come last."""
        found: dict[str, list[Claim]] = {}
        for claim in self.claims:
            found.setdefault(part_of(claim["id"]), []).append(claim)
        cited = {p: all(c.get("kind") == "cited" for c in claims) for p, claims in found.items()}
        place = {part: k for k, part in enumerate(_READING_ORDER)}
        return {part: found[part] for part in sorted(found, key=lambda p: (cited[p], place.get(p, len(place))))}

    def in_parts(self) -> list[Claim]:
        """Return the claims, those of one part together."""
        return [claim for claims in self.parts().values() for claim in claims]

    def environment(self) -> list[tuple[str, str]]:
        """Return name and value of everything that the results were computed with."""
        tool = self.data.get("tool") or {}
        rows = [(str(tool.get("name", "tool")), str(tool.get("version", "")))]
        for name, value in (self.data.get("environment") or {}).items():
            if isinstance(value, dict):
                rows += [(f"{name}: {key}", str(inner)) for key, inner in value.items()]
            else:
                rows.append((str(name), str(value)))
        return [*rows, ("seed", str(self.data.get("seed")))]

    def not_run(self) -> list[tuple[str, str, str]]:
        """Return (claim id, run state, reason) of every claim whose check did not run to its end."""
        return [
            (c["id"], str(c["run"]), str(c.get("run_reason") or c.get("reason") or ""))
            for c in self.in_parts()
            if c.get("run") not in (None, "ok")
        ]

    def sources(self) -> list[str]:
        """Return every source named by a claim, once each, in order of first use."""
        return list(dict.fromkeys(c["source"] for c in self.claims if c.get("source")))


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _listed(items: Sequence[str]) -> str:
    if len(items) <= 1:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]


def step_words(claim: Claim) -> str:
    """Return the steps of the proof by kind.

    >>> step_words({"steps": {"checked": 11, "argued": 1, "cited": 1}})
    '11 steps checked, 1 cited, 1 argued'
    """
    steps = claim.get("steps") or {}
    parts = [
        f"{steps[kind]} {kind}" for kind in ("checked", "computed", "cited", "argued")
        if steps.get(kind)
    ]  # fmt: skip
    if not parts:
        return "no steps"
    head, *rest = parts
    number, kind = head.split(" ", 1)
    words = f"{_count(int(number), 'step')} {kind}"
    return ", ".join([words, *rest])


def mutant_words(claim: Claim) -> str:
    """Return how many mutants were rejected.

    >>> mutant_words({"mutants": {"rejected": 5, "total": 5}})
    'rejected 5/5'
    """
    mutants = claim.get("mutants") or {}
    if not mutants.get("total"):
        return "none"
    void = f", {mutants['void']} void" if mutants.get("void") else ""
    return f"rejected {mutants.get('rejected', 0)}/{mutants['total']}{void}"


def tier_words(claim: Claim) -> str:
    """Return the effective tier, with the claim's own where that differs; empty if none applies."""
    if claim.get("verdict") in ("assumed", "stated"):
        return ""
    own, effective = claim.get("tier") or "none", claim.get("effective_tier") or "none"
    return str(effective) if own == effective else f"{effective} (own evidence {own})"


def certificate_words(claim: Claim) -> str:
    """Return what the independent checker said about the certificate."""
    if not claim.get("certificate"):
        return "none"
    return str(claim.get("recheck") or "written, not re-checked in this run")


def evidence(claim: Claim) -> list[tuple[str, str]]:
    """Return the rows of the evidence table, name and plain text; none when nothing is decided."""
    verdict = str(claim.get("verdict") or "undecided")
    run = str(claim.get("run") or "ok")
    if verdict in ("assumed", "stated") and run == "ok":
        return []
    reason = f": {claim['run_reason']}" if claim.get("run_reason") else ""
    floor = f"; required {claim['floor']}" if claim.get("floor") else ""
    rows = [
        ("Verdict", verdict),
        ("As expected", f"{claim.get('as_expected') or 'OPEN'} (expected {claim.get('expect')})"),
        ("Effective tier", tier_words(claim) + floor),
    ]
    if run != "ok":
        rows.append(("Run", run + reason))
    if claim.get("proof") or any((claim.get("steps") or {}).values()):
        rows.append(("Steps", step_words(claim)))
    if (claim.get("mutants") or {}).get("total"):
        rows.append(("Mutants", mutant_words(claim)))
    if claim.get("certificate"):
        rows.append(("Certificate", certificate_words(claim)))
    if claim.get("routes"):
        rows.append(("Independent routes", "; ".join(map(str, claim["routes"]))))
    return rows


def summary_rows(report: Report) -> list[list[str]]:
    """Return the rows (name, counts) of the summary table."""
    summary = report.summary

    def counts(name: str) -> str:
        table = summary.get(name) or {}
        return ", ".join(f"{v} {k}" for k, v in table.items() if v) or "none"

    mutants = summary.get("mutants") or {}
    written = summary.get("certificates") or {}
    return [
        ["as expected", counts("as_expected")],
        ["verdicts", counts("verdicts")],
        ["effective tiers", counts("tiers")],
        ["runs", counts("run")],
        ["steps of proofs", counts("steps")],
        ["mutants rejected", f"{mutants.get('rejected', 0)}/{mutants.get('total', 0)}"],
        ["certificates accepted on re-check",
         f"{written.get('accepted', 0)}/{written.get('written', 0)}"],
        *trust_rows(report.data.get("trust") or {}),
    ]  # fmt: skip


def establishes(claim: Claim) -> str:
    """Return the sentence that says what the result establishes."""
    verdict = claim.get("verdict") or "undecided"
    tier = claim.get("effective_tier") or "none"
    run = claim.get("run") or "ok"
    if run not in ("ok", "not-selected") and verdict not in DECIDED:
        return f"Nothing: the check did not finish ({run})."
    if run == "stale":
        return "Nothing at present: this is the result of an earlier version, kept for reference."
    if verdict == "assumed":
        return "Nothing by itself: it is a theorem of the literature, used where listed below."
    if verdict == "stated":
        return "Nothing: it fixes words and notation."
    if verdict == "undecided":
        return "Nothing: the claim was neither proved nor refuted."
    if verdict == "not-checkable":
        return "Nothing: the claim has no mathematical content that could be checked."
    how = {
        "exact": "in exact arithmetic",
        "certified": "with rigorous enclosures",
        "statistical": "by sampling, at the stated error rates; this is evidence, not a proof",
    }.get(str(tier), "without evidence of its own")
    modulo = "" if not claim.get("assumptions") else ", given what it rests on"
    if verdict == "refuted":
        return f"The statement is false as it stands, {how}{modulo}: see the witness."
    if verdict == "qualified":
        return (
            f"The statement holds under the changed hypothesis given under Qualification, {how}"
            f"{modulo}; the witness shows that the change is needed."
        )
    return f"The statement, under exactly the hypotheses listed, {how}{modulo}."


def does_not_establish(claim: Claim, audited: bool = False) -> list[str]:
    """Return the sentences that say what a reader might wrongly take from the result."""
    out = []
    steps = claim.get("steps") or {}
    if steps.get("argued"):
        out.append(
            f"{_count(steps['argued'], 'step')} of this proof "
            f"{'is' if steps['argued'] == 1 else 'are'} argued in words: "
            "people must read them, the independent checker does not."
        )
    if steps.get("computed"):
        out.append(
            f"{_count(steps['computed'], 'step')} "
            f"{'is' if steps['computed'] == 1 else 'are'} too large for the independent checker: "
            "two routes named there agree."
        )
    if claim.get("verdict") == "confirmed" and claim.get("effective_tier") == "statistical":
        out.append("A proof: a sample can mislead at the error rates stated.")
    origin = claim.get("origin")
    if claim.get("verdict") == "assumed":
        return ["That it applies somewhere: its hypotheses are supported at each use."]
    if origin == "thesis":
        out.append(
            "That the thesis words it this way: its text was not available; the comparison is "
            "with how summaries report it."
        )
    elif origin == "press" or audited:
        out.append("Anything about the other statements of that source.")
    elif origin == "own" and claim.get("kind") not in ("definition", "remark"):
        out.append("Anything about the thesis: this statement is this project's own.")
    if claim.get("verdict") in DECIDED:
        out.append("Anything where a listed hypothesis fails, unless a necessity entry says so.")
    if not out:
        out.append("Any statement of mathematics.")
    return out


def rests_on(claim: Claim, report: Report) -> list[tuple[str, str, str]]:
    """Return (how, claim id, title) for each assumption in the closure of the claim."""
    out = []
    entry = claim.get("verdict") == "assumed"
    for name in () if entry else claim.get("assumptions") or ():
        how, _, target = str(name).partition(":")
        out.append((how, target, str(report.by_id.get(target, {}).get("title", ""))))
    return out


def headline(report: Report) -> str:
    """Return the first sentence of a report."""
    reported = report.summary.get("reported") or {}
    data = report.data
    counts = f"{len(report.claims)} claims in all; profile {data.get('profile')}, "
    counts += f"seed {data.get('seed')}, exit code {data.get('exit_code')}."
    if not reported.get("total"):
        return counts
    return f"{reported['decided']} of {reported['total']} reported statements decided. {counts}"


def statement(claim: Claim) -> str:
    """Return the statement; one that is only the expression that was decided is set as code."""
    text = str(claim.get("statement") or "")
    return f"`{text}`" if text and text == claim.get("test") and "`" not in text else text


def run_again(claim: Claim, audited: bool = False) -> list[tuple[str, str]]:
    """Return (command, what it does) pairs that repeat the result."""
    if audited:
        return [(f"python -m verify audit {claim.get('file') or 'FILE'}", "decides the file again")]
    claim_id = claim["id"]
    out = [(f"python -m verify run {claim_id}", "decides it again, with all it depends on")]
    if claim.get("certificate"):
        out.append(
            ("python -m verify recheck reports/latest", "re-verifies the stored certificates")
        )
    if claim.get("assumptions") and claim.get("verdict") != "assumed":
        out.append((f"python -m verify axioms {claim_id}", "lists what it rests on"))
    return out
