"""The report in Markdown: ``index.md``, one page a claim, and pages for parts of the book."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from verify.report import facts, mermaid
from verify.report.escape import clean, file_name, markdown_text
from verify.report.facts import Claim, Report
from verify.report.formula import latex, width
from verify.report.graph import status_words
from verify.report.mathtext import parse
from verify.report.prose import code, formula, markdown
from verify.report.steps import listed, step_formula

__all__ = ["claim_page", "claim_path", "index", "pages", "part_page"]

_STEP_NAMES = {
    "checked": "checked", "computed": "computed, two routes", "cited": "cited", "argued": "argued",
}  # fmt: skip


def claim_path(claim_id: str) -> str:
    """Return the path of the page of a claim below the report's folder."""
    return f"claims/{file_name(claim_id)}.md"


def _link(report: Report, claim_id: str, up: str = "") -> str:
    if claim_id not in report.by_id:
        return code(claim_id, cell=True)
    return f"[`{claim_id}`]({up}{claim_path(claim_id)})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def _code_block(text: str, language: str = "") -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{clean(text).rstrip()}\n{fence}"


def _cell(text: Any) -> str:
    return markdown("" if text is None else str(text), cell=True)


def index(report: Report) -> str:
    """Return ``index.md``."""
    out = [
        "# Verification report",
        _cell(facts.headline(report)),
        _table(["", ""], facts.summary_rows(report)),
        "## Claims",
    ]
    for part, claims in report.parts().items():
        rows = [
            [
                _link(report, c["id"]),
                _cell(c.get("title")),
                _verdict(c),
                _cell(c.get("as_expected")),
                _cell(facts.tier_words(c)),
                facts.step_words(c) if c.get("proof") or any((c.get("steps") or {}).values()) else "",
                facts.mutant_words(c) if (c.get("mutants") or {}).get("total") else "",
            ]
            for c in claims
        ]
        head = ["claim", "title", "verdict", "as expected", "effective tier", "steps", "mutants"]
        out += [f"### {part}", _table(head, rows)]
    missing = report.not_run()
    if missing:
        rows = [[_link(report, i), _cell(run), _cell(reason)] for i, run, reason in missing]
        out += ["## Not run to the end", _table(["claim", "run", "reason"], rows)]
    special = [(n, t) for n, t, _ in _special(report)]
    if special:
        out.append("## Pages by subject")
        out.append("\n".join(f"- [{title}]({name})" for name, title in special))
    out.append("## Dependency graph")
    out.append(
        "An arrow runs from what is needed to what needs it: solid for a proof, dashed for a "
        "statement. Edges that longer paths imply are left out."
    )
    for title, text in mermaid.parts(report.graph.reduced()):
        if title:
            out.append(f"### Graph of {title}")
        out.append(_code_block(text, "mermaid"))
    out += ["## Assumptions", _assumptions(report), "## Environment"]
    rows = [[markdown_text(k), markdown_text(v)] for k, v in report.environment()]
    out.append(_table(["", ""], rows))
    out.append(_meaning())
    return "\n\n".join(part for part in out if part) + "\n"


def _verdict(claim: Claim) -> str:
    words = status_words(claim | {"effective_tier": None})
    return words.replace(" (", "<br>(").replace(" ", "&nbsp;")


def _assumptions(report: Report) -> str:
    rows = []
    for entry in report.summary.get("assumptions") or ():
        how, _, target = str(entry["id"]).partition(":")
        title = report.by_id.get(target, {}).get("title", "")
        rows.append([_cell(how), _link(report, target), _cell(title), str(entry.get("reach", "")),
                     str(entry.get("fraction", ""))])  # fmt: skip
    if not rows:
        return "No claim rests on a cited, computed, argued or statistical step."
    return _table(["how", "claim", "title", "claims that rest on it", "of all"], rows)


def _meaning() -> str:
    return (
        "## What the words mean\n\n"
        "*confirmed*: holds as stated. *refuted*: false as stated, with a witness. *qualified*: "
        "holds under a changed hypothesis that the page states. *undecided*: neither. "
        "*not-checkable*: no mathematical content. *assumed*: a classical theorem, cited. "
        "*stated*: a definition or a remark.\n\n"
        "Steps of proofs are *checked* (re-derived by the independent checker), *computed* (too "
        "large for it; two routes named), *cited* or *argued* (in words). The last three are "
        "listed under what a claim rests on. The effective tier is the weakest along the proof."
    )


def claim_page(claim: Claim, report: Report) -> str:
    """Return the page of one claim."""
    title = _cell(claim.get("title") or claim["id"])
    kind = _cell(claim.get("kind") or "claim")
    verdict = status_words(claim)
    out = [
        f"# {title}",
        f"{kind.capitalize()} `{claim['id']}` · **{verdict}** · {_cell(claim.get('as_expected'))} · "
        f"[all claims](../index.md)",
        "## Statement",
        markdown(facts.statement(claim)),
    ]
    hypotheses = [markdown(formula(str(h))) for h in claim.get("hypotheses") or ()]
    if hypotheses:
        out.append("**Hypotheses.**\n\n" + "\n".join(f"- {h}" for h in hypotheses))
    if claim.get("test") and claim["test"] != claim.get("statement"):
        out.append("**Decided as the expression**\n\n" + _code_block(str(claim["test"])))
    if claim.get("source") or claim.get("reported"):
        out.append("## As reported" if claim.get("reported") else "## Source")
        if claim.get("source"):
            prefix = "Source: " if claim.get("reported") else ""
            out.append(prefix + markdown(str(claim["source"])))
        if claim.get("reported"):
            out.append(markdown(str(claim["reported"])))
    if claim.get("necessity"):
        rows = [
            [_cell(formula(str(n.get("hypothesis", "")))), _cell(n.get("status")),
             _cell(n.get("because"))]
            for n in claim["necessity"]
        ]  # fmt: skip
        out += ["### Is each hypothesis needed?", _table(["hypothesis", "", "because"], rows)]
    rows = [[k, _cell(v)] for k, v in facts.evidence(claim)]
    if rows:
        out += ["## Result", _table(["", ""], rows)]
    if claim.get("reason") and rows:
        out.append(markdown(str(claim["reason"])))
    out += _found(claim, report)
    out += _proof(claim, report)
    out += _controls(claim)
    out += _pictures(claim, report)
    out += _links(claim, report)
    out += _footer(claim, report)
    return "\n\n".join(part for part in out if part) + "\n"


def _found(claim: Claim, report: Report, up: str = "../") -> list[str]:
    out = []
    if claim.get("qualification"):
        out.append(f"**Qualification.** {markdown(formula(str(claim['qualification'])))}")
    if claim.get("value") is not None:
        value = markdown(formula(str(claim["value"])))
        bounds = claim.get("value_bounds")
        inside = f", in {markdown(f'[{bounds[0]}, {bounds[1]}]')}" if bounds else ""
        out.append(f"**Value.** {value}{inside}")
    if claim.get("witness"):
        rows = [[code(str(k), cell=True), _cell(formula(str(v)))] for k, v in claim["witness"].items()]
        out += ["**Witness**", _table(["", ""], rows)]
    table = claim.get("table")
    if table:
        head = [_cell(c) for c in table.get("columns") or ()]
        body = [
            [_link(report, c, up) if c in report.by_id else _cell(c) for c in map(str, row)]
            for row in table.get("rows") or ()
        ]
        out.append(_table(head, body))
        if table.get("caption"):
            out.append(markdown(str(table["caption"])))
    if claim.get("statistics"):
        rows = [[_cell(str(k).replace("_", " ")), _cell(v)] for k, v in claim["statistics"].items()]
        out += ["**Sampling** (fixed before any sample was drawn, except results)",
                _table(["", ""], rows)]  # fmt: skip
    return out


def _proof(claim: Claim, report: Report) -> list[str]:
    steps = listed(claim)
    if not steps:
        return []
    out = ["## Proof", f"{facts.step_words(claim)}."]
    for number, step in enumerate(steps, 1):
        status = _STEP_NAMES.get(str(step.get("status")), str(step.get("status")))
        lines = [f"**{number}.** *{status}*"]
        if step.get("text"):
            lines[0] += f" · {markdown(str(step['text']))}"
        if step.get("reference") in report.by_id:
            word = "by" if step.get("status") == "cited" else "from"
            lines[0] += f" · {word} {_link(report, str(step['reference']), '../')}"
        if step.get("routes"):
            lines[0] += f" · routes: {markdown(', '.join(map(str, step['routes'])))}"
        source = step_formula(step)
        if source:
            tree = parse(source)
            if not step.get("text") and width(tree) <= 60:
                lines[0] += f" · ${latex(tree, markdown=True)}$"
            else:
                shown = f"$${latex(tree, markdown=True)}$$"
                lines.append(_folded(shown) if len(shown) > 6000 else shown)
        elif step.get("sentence") and not step.get("text"):
            lines.append(f"> {markdown(str(step['sentence']), cell=True)}")
        out.append("\n\n".join(lines))
    return out


def _folded(text: str) -> str:
    return f"<details><summary>A long formula</summary>\n\n{text}\n\n</details>"


def _controls(claim: Claim) -> list[str]:
    out = []
    mutants = claim.get("mutants") or {}
    if mutants.get("total"):
        rows = [
            [code(str(m.get("change", "")), cell=True), _cell(m.get("verdict")),
             _cell(m.get("reason"))]
            for m in mutants.get("details") or ()
        ]  # fmt: skip
        out += ["## Mutants", f"Near claims that the same check must not confirm: "
                f"{facts.mutant_words(claim)}."]  # fmt: skip
        if rows:
            out.append(_table(["change", "verdict", "reason"], rows))
    if claim.get("instances"):
        out.append("## Instances of the hypotheses, evaluated")
        out.append("\n".join(f"- {markdown(str(i), cell=True)}" for i in claim["instances"]))
    return out


def _pictures(claim: Claim, report: Report) -> list[str]:
    out = []
    for name in claim.get("figures") or ():
        figure = report.figures.get(name)
        if figure:
            file = f"../figures/{file_name(name)}.svg"
            out.append(f"![{markdown_text(figure.get('title', ''))}]({file})")
            out.append(f"*{markdown_text(figure.get('title', ''))}.* "
                       + markdown(str(figure.get("caption", ""))))  # fmt: skip
    return ["## Figures", *out] if out else []


def _links(claim: Claim, report: Report) -> list[str]:
    rows = []
    for name, ids in (
        ("The proof needs", claim.get("uses") or ()),
        ("The statement needs", claim.get("states") or ()),
        ("Needed by", report.needed_by.get(claim["id"], ())),
    ):
        if ids:
            rows.append(f"- {name}: " + ", ".join(_link(report, i, "../") for i in ids))
    return ["## Dependencies", "\n".join(rows)] if rows else []


def _footer(claim: Claim, report: Report) -> list[str]:
    rests = [
        f"- *{_cell(how)}*: {_link(report, target, '../')} {_cell(title)}".rstrip()
        for how, target, title in facts.rests_on(claim, report)
    ]
    certificate = claim.get("certificate")
    if certificate:
        rests.append(f"- certificate: [`{certificate}`](../{certificate})")
    commands = "\n".join(f"{c:<52}  # {words}" for c, words in facts.run_again(claim, report.audited))
    out = [
        "---",
        f"*Establishes.* {facts.establishes(claim)}",
        "*Does not establish.*\n\n"
        + "\n".join(f"- {s}" for s in facts.does_not_establish(claim, report.audited)),
        "*Rests on.*\n\n" + ("\n".join(rests) if rests else "- nothing beyond the checker"),
        "*Run it again.*\n\n" + _code_block(commands, "sh"),
    ]
    if claim.get("notes"):
        out.insert(1, markdown(str(claim["notes"])))
    return out


def _special(report: Report) -> list[tuple[str, str, list[Claim]]]:
    press = [c for c in report.claims if c.get("origin") == "press"]
    training = [c for c in report.claims if c.get("table") and _is_training(c)]
    pages = []
    if press:
        pages.append(("press.md", "Claims made about the theorems", press))
    if training:
        pages.append(("self-training-table.md", "Expectation versus almost sure", training))
    return pages


def _is_training(claim: Claim) -> bool:
    words = f"{claim['id']} {claim.get('title', '')}".lower().replace("-", " ")
    return any(w in words for w in ("self training", "expectation versus almost sure", "modes of"))


def part_page(title: str, claims: Sequence[Claim], report: Report) -> str:
    """Return a page that tables some claims and sets their own tables."""
    rows = [
        [
            _cell(c.get("source")),
            _cell(c.get("reported") or c.get("title")),
            _cell(c.get("statement")),
            status_words(c),
            _cell(c.get("as_expected")),
            _cell(c.get("reason")),
            _link(report, c["id"]),
        ]
        for c in claims
    ]
    head = ["source", "as reported", "our statement", "verdict", "as expected", "reason", "claim"]
    out = [f"# {title}", "[all claims](index.md)", _table(head, rows)]
    for claim in claims:
        if claim.get("table"):
            out.append(f"## {_cell(claim.get('title'))}")
            out += [p for p in _found(claim, report, "") if p.startswith("|") or p == claim["table"].get("caption")]
    return "\n\n".join(out) + "\n"


def pages(report: Report) -> dict[str, str]:
    """Return every Markdown page by its path."""
    out = {"index.md": index(report)}
    for claim in report.claims:
        out[claim_path(claim["id"])] = claim_page(claim, report)
    for name, title, claims in _special(report):
        out[name] = part_page(title, claims, report)
    return out
