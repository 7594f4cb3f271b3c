"""The report as one HTML file that opens offline: summary, filters, graph, a page a claim.

Style and script stand in the file and are admitted by their hashes; nothing else may run or be
loaded. Without the script every page is shown one below the other, as it is when printed.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from verify.report import facts, svg
from verify.report.escape import html_text
from verify.report.facts import Claim, Report
from verify.report.graph import part_of, status_words
from verify.report.html_claim import anchor, article, badge, link, table
from verify.report.palette import look, verdict_class
from verify.report.prose import html

__all__ = ["page"]


def _source(name: str) -> str:
    return files("verify.report").joinpath(f"templates/{name}").read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def page(report: Report, svgs: dict[str, str]) -> str:
    """Return ``report.html``; ``svgs`` holds the drawn figures by name."""
    style, script = _source("report.css"), _source("report.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src 'none'; base-uri 'none'; form-action 'none'"
    )
    shown: set[str] = set()
    pages = "\n".join(article(c, report, svgs, shown) for c in report.in_parts())
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Verification report</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<h1>Verification report</h1>
<p class="lead">{html(facts.headline(report))}</p>
<nav aria-label="Sections"><a href="#claims">Claims</a> <a href="#graph-section">Graph</a>
<a href="#assumptions">Assumptions</a> <a href="#environment">Environment</a></nav>
</header>
<main id="main" tabindex="-1">
<section id="overview" class="home" aria-labelledby="overview-h">
<h2 id="overview-h">Summary</h2>
{_tiles(report)}
<dl class="summary">{"".join(f"<dt>{html(a)}</dt><dd>{html(b)}</dd>" for a, b in facts.summary_rows(report))}</dl>
</section>
{_claims(report)}
{_not_run(report)}
{_graph(report)}
{_assumptions(report)}
{_environment(report)}
<section id="pages" aria-label="Pages of the claims">
{pages}
</section>
</main>
<div id="announce" class="unseen" role="status" aria-live="polite"></div>
<script>{script}</script>
</body>
</html>
"""


def _tiles(report: Report) -> str:
    verdicts = report.summary.get("verdicts") or {}
    out = []
    for verdict, count in verdicts.items():
        if not count:
            continue
        words = html_text(status_words({"verdict": verdict}))
        meaning = html_text(look(verdict).meaning)
        out.append(
            f'<li class="tile v-{verdict_class({"verdict": verdict})}"><strong>{count}</strong> '
            f"<span>{words}</span><small>{meaning}</small></li>"
        )
    return f'<ul class="tiles">{"".join(out)}</ul>'


def _choice(name: str, label: str, values: list[str]) -> str:
    options = "".join(f'<option value="{html_text(v)}">{html_text(v)}</option>' for v in values)
    return (
        f'<label>{label} <select data-filter="{name}"><option value="">any</option>{options}'
        "</select></label>"
    )


def _claims(report: Report) -> str:
    def values(key: str) -> list[str]:
        return list(dict.fromkeys(str(c.get(key)) for c in report.claims if c.get(key)))

    controls = [
        '<label>Search <input type="search" data-filter="words" placeholder="id, title, source">'
        "</label>",
        _choice("verdict", "Verdict", values("verdict")),
        _choice("expected", "As expected", values("as_expected")),
        _choice("tier", "Effective tier", values("effective_tier")),
        _choice("part", "Part", list(report.parts())),
        _choice("kind", "Kind", values("kind")),
        _choice("origin", "Origin", values("origin")),
        '<button type="button" data-action="clear">Clear</button>',
    ]
    rows = "\n".join(map(_row, report.in_parts()))
    head = "".join(
        f'<th scope="col">{h}</th>'
        for h in ("Claim", "Verdict", "As expected", "Effective tier", "Steps", "Mutants")
    )
    return f"""<section id="claims" class="home" tabindex="-1" aria-labelledby="claims-h">
<h2 id="claims-h">Claims</h2>
<div class="filters" role="search" aria-label="Filter the claims">{"".join(controls)}
<span id="count">{len(report.claims)} of {len(report.claims)}</span></div>
<table class="claims"><thead><tr>{head}</tr></thead>
<tbody>
{rows}
</tbody></table>
</section>"""


def _row(claim: Claim) -> str:
    words = " ".join(str(claim.get(k) or "") for k in ("id", "title", "source", "reported"))
    data = {
        "words": words.lower(), "verdict": claim.get("verdict"),
        "expected": claim.get("as_expected"), "tier": claim.get("effective_tier"),
        "part": part_of(claim["id"]), "kind": claim.get("kind"), "origin": claim.get("origin"),
    }  # fmt: skip
    attributes = " ".join(f'data-{k}="{html_text(str(v or ""))}"' for k, v in data.items())
    steps = facts.step_words(claim) if any((claim.get("steps") or {}).values()) else ""
    mutants = facts.mutant_words(claim)
    cells = (
        ("As expected", str(claim.get("as_expected"))),
        ("Tier", facts.tier_words(claim)),
        ("Steps", steps),
        ("Mutants", "" if mutants == "none" else mutants),
    )
    rest = "".join(
        f'<td data-label="{name}"{"" if text else " class=empty"}>{html_text(text)}</td>'
        for name, text in cells
    )
    title = html(str(claim.get("title") or claim["id"]))
    return (
        f'<tr {attributes}><th scope="row"><a href="#{anchor(claim["id"])}">{title}</a>'
        f"<code>{html_text(claim['id'])}</code></th><td>{badge(claim)}</td>{rest}</tr>"
    )


def _not_run(report: Report) -> str:
    rows = [[link(report, i), html_text(run), html(reason)] for i, run, reason in report.not_run()]
    if not rows:
        return ""
    body = table(["claim", "run", "reason"], rows)
    return (
        '<section id="not-run" class="home" tabindex="-1" aria-labelledby="not-run-h">'
        f'<h2 id="not-run-h">Not run to the end</h2>{body}</section>'
    )


def _graph(report: Report) -> str:
    reduced = report.graph.reduced()
    options = "".join(f'<option value="{html_text(i)}">{html_text(i)}</option>' for i in report.by_id)
    legend = "".join(
        f'<span class="badge v-{v}">{html_text(status_words({"verdict": v}))}</span>'
        for v in dict.fromkeys(verdict_class(c) for c in report.claims)
    )
    return f"""<section id="graph-section" class="home" tabindex="-1" aria-labelledby="graph-h">
<h2 id="graph-h">Dependency graph</h2>
<p>An arrow runs from what is needed to what needs it: solid for a proof, dashed for a statement.
Edges that longer paths imply are left out. Choose a claim to see what it rests on and what would
fall with it.</p>
<p class="legend" aria-label="Verdicts">{legend}</p>
<div class="filters"><label>Focus <select id="focus"><option value="">whole graph</option>{options}
</select></label>
<label>Steps <select id="depth"><option value="">all</option><option>1</option><option>2</option>
<option>3</option></select></label>
<button type="button" data-zoom="1.25" aria-label="Zoom in">+</button>
<button type="button" data-zoom="0.8" aria-label="Zoom out">−</button>
<button type="button" data-zoom="fit">Fit</button>
<button type="button" data-zoom="1">Actual size</button></div>
<div id="focus-panel" hidden></div>
<a class="skip" href="#assumptions">Skip the drawing</a>
<div class="graph" tabindex="0" role="group" aria-label="Drawing, scrolls in both directions">
{svg.diagram(reduced, inside=True)}</div>
</section>"""


def _assumptions(report: Report) -> str:
    rows = []
    for entry in report.summary.get("assumptions") or ():
        how, _, target = str(entry["id"]).partition(":")
        title = html(str(report.by_id.get(target, {}).get("title", "")))
        rows.append([html_text(how), link(report, target), title,
                     html_text(str(entry.get("fraction", "")))])  # fmt: skip
    body = (
        table(["how", "claim", "title", "claims that rest on it"], rows)
        if rows
        else "<p>No claim rests on a cited, computed, argued or statistical step.</p>"
    )
    return (
        '<section id="assumptions" class="home" tabindex="-1" aria-labelledby="assumptions-h">'
        f'<h2 id="assumptions-h">Assumptions and their reach</h2>{body}</section>'
    )


def _environment(report: Report) -> str:
    pairs = "".join(
        f"<dt>{html_text(k)}</dt><dd>{html_text(v)}</dd>" for k, v in report.environment()
    )
    return (
        '<section id="environment" class="home" tabindex="-1" aria-labelledby="environment-h">'
        f'<h2 id="environment-h">Environment</h2><dl class="summary">{pairs}</dl></section>'
    )
