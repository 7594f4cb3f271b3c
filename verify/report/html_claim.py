"""The page of one claim inside the HTML report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from verify.report import facts, figures, mathml
from verify.report.escape import html_text
from verify.report.facts import Claim, Report
from verify.report.formula import width
from verify.report.graph import status_words
from verify.report.mathtext import parse
from verify.report.palette import identifier, verdict_class
from verify.report.prose import formula, html
from verify.report.steps import listed, step_formula

__all__ = ["anchor", "article", "badge", "link", "table"]


def anchor(claim_id: str) -> str:
    """Return the fragment name of the page of a claim."""
    return "c-" + identifier(claim_id)


def link(report: Report, claim_id: str) -> str:
    """Return a link to the page of a claim, or its name when it is not in the report."""
    name = html_text(claim_id)
    if claim_id not in report.by_id:
        return f"<code>{name}</code>"
    return f'<a href="#{anchor(claim_id)}"><code>{name}</code></a>'


def badge(claim: Claim) -> str:
    """Return the verdict as a mark with words in its colour."""
    words = html_text(status_words(claim))
    return f'<span class="badge v-{verdict_class(claim)}">{words}</span>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """Return a table that scrolls by itself when it is wider than the page."""
    parts = ['<div class="scroll" tabindex="0" role="group" aria-label="table"><table>']
    if caption:
        parts.append(f"<caption>{caption}</caption>")
    if head:
        cells = "".join(f'<th scope="col">{c}</th>' for c in head)
        parts.append(f"<thead><tr>{cells}</tr></thead>")
    parts.append("<tbody>")
    for row in rows:
        cells = "".join(f"<td>{c}</td>" for c in row)
        parts.append(f"<tr>{cells}</tr>")
    parts.append("</tbody></table></div>")
    return "".join(parts)


def _pairs(rows: Iterable[tuple[str, str]]) -> str:
    inner = "".join(f"<dt>{k}</dt><dd>{v}</dd>" for k, v in rows)
    return f"<dl>{inner}</dl>"


def _section(title: str, body: str) -> str:
    return f"<h3>{title}</h3>{body}" if body else ""


def _list(items: Iterable[str]) -> str:
    inner = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{inner}</ul>" if inner else ""


def article(claim: Claim, report: Report, svgs: dict[str, str], shown: set[str]) -> str:
    """Return the page of ``claim``; ``shown`` collects the figures that a page has set already."""
    claim_id = claim["id"]
    name = anchor(claim_id)
    title = html(str(claim.get("title") or claim_id))
    kind = html_text(str(claim.get("kind") or "claim").capitalize())
    out = [
        f'<article class="claim" id="{name}" tabindex="-1" aria-labelledby="{name}-h">',
        f'<h2 id="{name}-h">{title}</h2>',
        f'<p class="byline">{kind} <code>{html_text(claim_id)}</code> {badge(claim)} '
        f'<span class="expected">{html_text(str(claim.get("as_expected")))}</span> '
        f'<a class="to-graph" href="#graph-section" data-focus="{html_text(claim_id)}">in the graph</a></p>',
        f'<div class="statement">{html(facts.statement(claim))}</div>',
    ]
    hypotheses = _list(html(formula(str(h))) for h in claim.get("hypotheses") or ())
    out.append(_section("Hypotheses", hypotheses))
    if claim.get("test") and claim["test"] != claim.get("statement"):
        test = f"<pre><code>{html_text(str(claim['test']))}</code></pre>"
        out.append(_section("Decided as the expression", test))
    reported = f"<p>{html(str(claim['reported']))}</p>" if claim.get("reported") else ""
    if claim.get("source"):
        prefix = "Source: " if reported else ""
        reported += f'<p class="source">{prefix}{html(str(claim["source"]))}</p>'
    out.append(_section("As reported" if claim.get("reported") else "Source", reported))
    if claim.get("necessity"):
        rows = [
            [html(formula(str(n.get("hypothesis", "")))), html(str(n.get("status", ""))),
             html(str(n.get("because", "")))]
            for n in claim["necessity"]
        ]  # fmt: skip
        out.append(_section("Is each hypothesis needed?",
                            table(["hypothesis", "status", "because"], rows)))  # fmt: skip
    pairs = facts.evidence(claim)
    reason = f"<p>{html(str(claim['reason']))}</p>" if claim.get("reason") and pairs else ""
    body = (_pairs((k, html(v)) for k, v in pairs) if pairs else "") + reason
    out.append(_section("Result", body))
    out += _found(claim, report)
    out.append(_section(f"Proof: {facts.step_words(claim)}", _proof(claim, report)))
    out += _controls(claim)
    out.append(_section("Figures", _pictures(claim, report, svgs, shown)))
    out.append(_section("Dependencies", _dependencies(claim, report)))
    out.append(_footer(claim, report))
    out.append('<p class="back"><a href="#claims">all claims</a></p></article>')
    return "\n".join(part for part in out if part)


def _found(claim: Claim, report: Report) -> list[str]:
    out = []
    if claim.get("qualification"):
        words = html(formula(str(claim["qualification"])))
        out.append(_section("Qualification", f"<p>{words}</p>"))
    if claim.get("value") is not None:
        bounds = claim.get("value_bounds")
        inside = f", in [{html_text(bounds[0])}, {html_text(bounds[1])}]" if bounds else ""
        value = html(formula(str(claim["value"])))
        out.append(_section("Value", f'<p class="value">{value}{inside}</p>'))
    if claim.get("witness"):
        rows = [
            (f"<code>{html_text(str(k))}</code>", html(formula(str(v))))
            for k, v in claim["witness"].items()
        ]
        out.append(_section("Witness", _pairs(rows)))
    given = claim.get("table")
    if given:
        head = [html(str(c)) for c in given.get("columns") or ()]
        body = [
            [link(report, c) if c in report.by_id else html(c) for c in map(str, row)]
            for row in given.get("rows") or ()
        ]
        out.append(_section("Table", table(head, body, html(str(given.get("caption") or "")))))
    if claim.get("statistics"):
        pairs = [
            (html_text(str(k).replace("_", " ")), html(str(v)))
            for k, v in claim["statistics"].items()
        ]
        out.append(_section("Sampling", _pairs(pairs)))
    return out


def _proof(claim: Claim, report: Report) -> str:
    items = []
    for step in listed(claim):
        status = html_text(str(step.get("status")))
        line = f'<span class="step s-{status}">{status}</span> {html(str(step.get("text") or ""))}'
        if step.get("reference") in report.by_id:
            word = "By" if step.get("status") == "cited" else "From"
            line += f" {word} {link(report, str(step['reference']))}."
        if step.get("routes"):
            line += f" Routes: {html(', '.join(map(str, step['routes'])))}."
        items.append(f"<li>{line}{_step_body(step)}</li>")
    return f'<ol class="proof">{"".join(items)}</ol>' if items else ""


def _step_body(step: dict[str, Any]) -> str:
    source = step_formula(step)
    if source:
        if not step.get("text") and width(parse(source)) <= 58:
            return f" {mathml.inline(source)}"
        body = mathml.block(source)
        if len(source) > 2500:
            return f"<details><summary>A long formula</summary>{body}</details>"
        return body
    sentence = str(step.get("sentence") or "")
    shown = sentence and not step.get("text")
    return f'<p class="sentence">{html(sentence)}</p>' if shown else ""


def _controls(claim: Claim) -> list[str]:
    out = []
    mutants = claim.get("mutants") or {}
    if mutants.get("total"):
        rows = [
            [f"<code>{html_text(str(m.get('change', '')))}</code>",
             html_text(str(m.get("verdict") or "")), html(str(m.get("reason") or ""))]
            for m in mutants.get("details") or ()
        ]  # fmt: skip
        words = "<p>Near claims that the same check must not confirm.</p>"
        body = words + (table(["change", "verdict", "reason"], rows) if rows else "")
        out.append(_section(f"Mutants {html_text(facts.mutant_words(claim))}", body))
    instances = _list(html(str(i)) for i in claim.get("instances") or ())
    out.append(_section("Instances of the hypotheses, evaluated", instances))
    return out


def _pictures(claim: Claim, report: Report, svgs: dict[str, str], shown: set[str]) -> str:
    out = ""
    for name in claim.get("figures") or ():
        figure = report.figures.get(name)
        if not figure or name not in svgs:
            continue
        title = str(figure.get("title") or name)
        caption = str(figure.get("caption") or "")
        target = "fig-" + "".join(c if c.isalnum() else "-" for c in name)
        if name in shown:
            out += f'<p>See the figure <a href="#{target}">{html(title)}</a>.</p>'
            continue
        shown.add(name)
        picture = figures.inline(svgs[name], name, title, caption)
        out += (
            f'<figure id="{target}">{picture}<figcaption><strong>{html(title)}.</strong> '
            f"{html(caption)}</figcaption></figure>"
        )
    return out


def _dependencies(claim: Claim, report: Report) -> str:
    rows = [
        (name, ", ".join(link(report, i) for i in ids))
        for name, ids in (
            ("The proof needs", claim.get("uses") or ()),
            ("The statement needs", claim.get("states") or ()),
            ("Needed by", report.needed_by.get(claim["id"], ())),
        )
        if ids
    ]
    return _pairs(rows) if rows else ""


def _footer(claim: Claim, report: Report) -> str:
    rests = [
        f"<em>{html_text(how)}</em>: {link(report, target)} {html(title)}"
        for how, target, title in facts.rests_on(claim, report)
    ]
    if claim.get("certificate"):
        file = html_text(str(claim["certificate"]))
        rests.append(f"certificate: <code>{file}</code>")
    commands = "".join(
        f"<li><code>{html_text(c)}</code> {html_text(w)}</li>" for c, w in facts.run_again(claim, report.audited)
    )
    notes = f"<p>{html(str(claim['notes']))}</p>" if claim.get("notes") else ""
    return (
        f'{notes}<div class="limits"><h3>Establishes</h3><p>{html(facts.establishes(claim))}</p>'
        f"<h3>Does not establish</h3>{_list(map(html, facts.does_not_establish(claim, report.audited)))}"
        f"<h3>Rests on</h3>{_list(rests) or '<p>Nothing beyond the checker.</p>'}"
        f"<h3>Run it again</h3><ul>{commands}</ul></div>"
    )
