r"""The report in LaTeX: ``report.tex``, and a fragment a claim to ``\input`` in another document.

A fragment needs ``verify.sty``, which stands beside it, and nothing else; it sets no heading, so
that it can stand under any.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from verify.claim import CLAIM_ID
from verify.report import facts, tikz
from verify.report.escape import file_name, latex_text
from verify.report.facts import Claim, Report
from verify.report.formula import width
from verify.report.graph import part_of, status_words
from verify.report.mathtext import parse
from verify.report.palette import verdict_class
from verify.report.prose import formula, tex, tex_code, tex_formula
from verify.report.steps import listed, step_formula

__all__ = ["document", "files", "fragment"]

_PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage[margin=25mm]{geometry}
\usepackage{verify}
\usepackage{tikz}
\usepackage{longtable,booktabs,array}
\IfFileExists{microtype.sty}{\usepackage{microtype}}{}
\usepackage[hidelinks]{hyperref}
\verifygraph
\allowdisplaybreaks
\setlength{\emergencystretch}{3em}
\setlength{\LTpre}{6pt}\setlength{\LTpost}{6pt}
\raggedbottom
\makeatletter
\renewcommand*{\l@section}{\@dottedtocline{1}{0em}{2.2em}}
\makeatother
\ifdefined\pdfinfoomitdate\pdfinfoomitdate=1 \pdftrailerid{}\fi
\hypersetup{pdftitle={Verification report}}
"""


def _head(name: str) -> str:
    return f"\\verifyhead{{{name}}}"


def _ragged(name: str, text: str) -> str:
    return f"{{\\raggedright{_head(name)}{text}\\par}}"


def _table(columns: str, rows: Iterable[Sequence[str]]) -> str:
    body = "\\\\\n".join(" & ".join(row) for row in rows)
    return f"\\begin{{verifytable}}\\begin{{tabular}}{{{columns}}}\n{body}\n\\end{{tabular}}\\end{{verifytable}}\n"


def _two(rows: Iterable[tuple[str, str]]) -> str:
    column = ">{\\raggedright\\arraybackslash}p"
    return _table(f"@{{}}{column}{{0.24\\linewidth}}{column}{{0.70\\linewidth}}@{{}}", rows)


def _ref(claim_id: str) -> str:
    if not CLAIM_ID.fullmatch(claim_id):
        return tex_code(claim_id)
    shown = tex_code(claim_id).removeprefix("\\texttt{")[:-1]
    return f"\\verifyref{{{claim_id}}}{{{shown}}}"


def _refs(ids: Iterable[str]) -> str:
    return ", ".join(map(_ref, ids))


def _items(items: Iterable[str]) -> str:
    inner = "\n".join(f"\\item[--] {item}" for item in items)
    return f"\\begin{{verifysteps}}\n{inner}\n\\end{{verifysteps}}\n"


def fragment(claim: Claim, report: Report) -> str:
    """Return the fragment of one claim: statement, evidence, proof outline, what it rests on."""
    verdict = verdict_class(claim)
    words = latex_text(status_words(claim))
    kind = tex(str(claim.get("kind") or "claim").capitalize())
    out = [
        f"% {claim['id']}: needs verify.sty in the preamble",
        f"\\noindent {kind} {tex_code(claim['id'])}. \\verifyverdict{{{verdict}}}{{{words}}}; "
        f"{tex(str(claim.get('as_expected')))}.",
        f"\\begin{{verifystatement}}\n{tex(facts.statement(claim))}\n"
        "\\end{verifystatement}",
    ]
    hypotheses = [tex(formula(str(h))) for h in claim.get("hypotheses") or ()]
    if hypotheses:
        out.append(_ragged("Hypotheses.", f"{'; '.join(hypotheses)}."))
    if claim.get("test") and claim["test"] != claim.get("statement"):
        out.append(_ragged("Decided as the expression", f"{tex_code(str(claim['test']))}."))
    if claim.get("reported") or claim.get("source"):
        source = tex(str(claim.get("source") or ""))
        source = source.rstrip(".") + _cite(claim, report) + "." if source else ""
        name = "As reported." if claim.get("reported") else "Source."
        out.append(_ragged(name, f"{tex(str(claim.get('reported') or ''))} {source}"))
    rows = facts.evidence(claim)
    if rows:
        out.append(_head("Evidence.") + _two([(k, tex(v)) for k, v in rows]))
    if claim.get("reason") and rows:
        out.append(_ragged("Reason.", tex(str(claim["reason"]).rstrip(".")) + "."))
    out += _found(claim)
    out += _proof(claim, report)
    out += _controls(claim)
    for name in claim.get("figures") or ():
        if name in report.figures:
            out.append(_picture(name, report.figures[name]))
    out += _closing(claim, report)
    return "\n".join(part for part in out if part) + "\n"


def _cite(claim: Claim, report: Report) -> str:
    sources = report.sources()
    return f"\\verifycite{{source{sources.index(claim['source']) + 1}}}"


def _found(claim: Claim) -> list[str]:
    out = []
    if claim.get("qualification"):
        words = tex(formula(str(claim["qualification"]).rstrip(".")))
        out.append(_ragged("Qualification.", f"{words}."))
    if claim.get("value") is not None:
        bounds = claim.get("value_bounds")
        inside = f", in {tex(f'[{bounds[0]}, {bounds[1]}]')}" if bounds else ""
        out.append(_ragged("Value.", f"{tex(formula(str(claim['value'])))}{inside}."))
    if claim.get("witness"):
        rows = [(tex_code(str(k)), tex(formula(str(v)))) for k, v in claim["witness"].items()]
        out.append(_head("Witness.") + _two(rows))
    if claim.get("statistics"):
        rows = [(tex(str(k).replace("_", " ")), tex(str(v))) for k, v in claim["statistics"].items()]
        out.append(_head("Sampling.") + _two(rows))
    table = claim.get("table")
    if table and table.get("columns"):
        out.append(_long_table(table))
    return out


def _long_table(table: dict[str, Any]) -> str:
    columns = list(table["columns"])
    share = 0.97 / len(columns)
    column = f">{{\\raggedright\\arraybackslash}}p{{\\dimexpr{share:.4f}\\linewidth-2\\tabcolsep}}"
    rows = [" & ".join(f"\\textbf{{{tex(str(c))}}}" for c in columns)]
    rows += [" & ".join(tex(str(c)) for c in row) for row in table.get("rows") or ()]
    # a table that is longer than a page is cut: every piece repeats nothing but its rows
    pieces = [rows[i : i + 30] for i in range(0, len(rows), 30)]
    body = "".join(
        _table(column * len(columns), [[r] for r in piece]) for piece in pieces
    )
    caption = tex(str(table.get("caption") or ""))
    return body + (f"\\noindent{{\\small {caption}}}\\par\n" if caption else "")


def _proof(claim: Claim, report: Report) -> list[str]:
    steps = listed(claim)
    if not steps:
        return []
    out = [f"{_head('Proof outline')}({facts.step_words(claim)}).", "\\begin{verifysteps}"]
    for number, step in enumerate(steps, 1):
        line = f"\\item[{number}.] [{tex(str(step.get('status')))}] {tex(str(step.get('text') or ''))}"
        if step.get("reference") in report.by_id:
            word = "By" if step.get("status") == "cited" else "From"
            line += f" {word} {_ref(str(step['reference']))}."
        if step.get("routes"):
            line += f" Routes: {tex(', '.join(map(str, step['routes'])))}."
        source = step_formula(step)
        if source:
            display = bool(step.get("text")) or width(parse(source)) > 60
            line += ("\n" if display else " ") + tex_formula(source, display).rstrip()
        elif step.get("sentence") and not step.get("text"):
            line += f" {tex(str(step['sentence']))}"
        out.append(line)
    return ["\n".join([*out, "\\end{verifysteps}"])]


def _controls(claim: Claim) -> list[str]:
    out = []
    mutants = claim.get("mutants") or {}
    if mutants.get("total"):
        details = [
            f"{tex_code(str(m.get('change', '')))}: {tex(str(m.get('verdict') or ''))}"
            for m in mutants.get("details") or ()
        ]
        listed = (": " + "; ".join(details) if details else "") + "."
        out.append(_ragged("Mutants", facts.mutant_words(claim) + listed))
    if claim.get("instances"):
        listed = "; ".join(tex(str(i)) for i in claim["instances"])
        out.append(_ragged("Instances of the hypotheses, evaluated.", f"{listed}."))
    if claim.get("necessity"):
        listed = "; ".join(
            f"{tex(formula(str(n.get('hypothesis', ''))))}: {tex(str(n.get('status', '')))} "
            f"({tex(str(n.get('because', '')))})"
            for n in claim["necessity"]
        )
        out.append(_ragged("Is each hypothesis needed?", f"{listed}."))
    return out


def _picture(name: str, figure: dict[str, Any]) -> str:
    file = f"figures/{file_name(name)}.pdf"
    title = tex(str(figure.get("title") or name))
    caption = tex(str(figure.get("caption") or ""))
    return (
        f"\\IfFileExists{{{file}}}{{\\begin{{center}}\\begin{{minipage}}{{\\linewidth}}\\centering\n"
        f"\\includegraphics[width=0.74\\linewidth]{{{file}}}\\par\\smallskip\n"
        f"\\small\\textbf{{{title}.}} {caption}\\end{{minipage}}\\end{{center}}}}{{}}"
    )


def _closing(claim: Claim, report: Report) -> list[str]:
    out = []
    needs = [("Proof needs", claim.get("uses")), ("Statement needs", claim.get("states")),
             ("Needed by", report.needed_by.get(claim["id"]))]  # fmt: skip
    listed = "; ".join(f"{name} {_refs(ids)}" for name, ids in needs if ids)
    if listed:
        out.append(_ragged("Dependencies.", f"{listed}."))
    out.append(f"{_head('Establishes.')}{tex(facts.establishes(claim))}")
    out.append(_head("Does not establish.") + " ".join(map(tex, facts.does_not_establish(claim, report.audited))))
    rests = [f"{tex(how)} {_ref(target)}" for how, target, _ in facts.rests_on(claim, report)]
    out.append(_ragged("Rests on.", f"{'; '.join(rests) or 'nothing beyond the checker'}."))
    commands = "; ".join(f"{tex_code(c)} ({tex(w)})" for c, w in facts.run_again(claim, report.audited))
    out.append(_ragged("Run it again.", f"{commands}."))
    if claim.get("notes"):
        out.append(_head("Notes.") + tex(str(claim["notes"])))
    return out


def document(report: Report) -> str:
    """Return ``report.tex``, which reads the fragments from ``fragments/``."""
    out = [
        _PREAMBLE,
        "\\begin{document}\\pagenumbering{roman}\n{\\noindent\\LARGE\\bfseries Verification report\\par}\\bigskip",
        f"\\noindent {tex(facts.headline(report))}",
        _two([(tex(a), tex(b)) for a, b in facts.summary_rows(report)]),
        # pages of the contents are counted apart, so that two passes of LaTeX are enough
        "\\tableofcontents\\clearpage\\pagenumbering{arabic}",
        "\\section{Claims and verdicts}",
        _claims_table(report),
        _not_run(report),
        "\\section{What the claims rest on}",
        _assumptions(report),
        "\\section{Dependency graph}",
        "An arrow runs from what is needed to what needs it: solid for a proof, dashed for a "
        "statement. Edges that longer paths imply are left out, and claims without an edge.\\par\\medskip",
        _graphs(report),
    ]
    for claim in report.in_parts():
        title = tex(str(claim.get("title") or claim["id"]))
        out.append(
            f"\\verifybreak\\section{{\\texorpdfstring{{{title}}}{{{_bookmark(claim)}}}}}"
            f"\\label{{verify:{claim['id']}}}\n\\input{{fragments/{file_name(claim['id'])}.tex}}"
        )
    out += ["\\section{Environment}", _environment(report), _bibliography(report),
            "\\end{document}"]  # fmt: skip
    return "\n".join(part for part in out if part) + "\n"


def _bookmark(claim: Claim) -> str:
    title = str(claim.get("title") or claim["id"])
    return "".join(c for c in title if c.isascii() and (c.isalnum() or c in " .,=-():/")) or "claim"


def _claims_table(report: Report) -> str:
    column = ">{\\raggedright\\arraybackslash}p"
    head = (
        f"{{\\small\\setlength{{\\tabcolsep}}{{4pt}}\n\\begin{{longtable}}{{@{{}}{column}"
        f"{{0.35\\linewidth}}{column}{{0.24\\linewidth}}l{column}{{0.22\\linewidth}}@{{}}}}\n\\toprule\n"
        "claim & verdict & as exp. & steps; mutants\\\\\\midrule\\endhead\n\\bottomrule\\endfoot\n"
    )
    rows = []
    for claim in report.in_parts():
        verdict = f"\\verifyverdict{{{verdict_class(claim)}}}{{{latex_text(status_words(claim))}}}"
        steps = facts.step_words(claim) if claim.get("proof") else ""
        mutants = facts.mutant_words(claim)
        last = "; ".join(w for w in (steps, "" if mutants == "none" else mutants) if w)
        expected = tex(str(claim.get("as_expected")))
        rows.append(f"{_ref(claim['id'])} & {verdict} & {expected} & {tex(last)}\\\\")
    return head + "\n".join(rows) + "\n\\end{longtable}}"


def _not_run(report: Report) -> str:
    items = [f"{_ref(i)}: {tex(run)}, {tex(reason)}" for i, run, reason in report.not_run()]
    if not items:
        return ""
    return "\\subsection*{Not run to the end}\n{\\raggedright\n" + _items(items) + "}"


def _assumptions(report: Report) -> str:
    rows = []
    for entry in report.summary.get("assumptions") or ():
        how, _, target = str(entry["id"]).partition(":")
        rows.append((tex(how), f"{_ref(target)} & {tex(str(entry.get('fraction', '')))}"))
    if not rows:
        return "No claim rests on a cited, computed, argued or statistical step."
    columns = "@{}p{0.16\\linewidth}>{\\raggedright\\arraybackslash}p{0.56\\linewidth}l@{}"
    table = [("\\textbf{how}", "\\textbf{claim} & \\textbf{claims resting on it}"), *rows]
    pieces = [table[i : i + 40] for i in range(0, len(table), 40)]
    return "".join(_table(columns, piece) for piece in pieces)


def _graphs(report: Report) -> str:
    graph = report.graph.reduced()
    out = []
    for name in dict.fromkeys(map(part_of, graph.claims)):
        inside = {c for c in graph.claims if part_of(c) == name}
        needed = {e.source for e in graph.edges if e.target in inside}
        piece = graph.restrict(inside | needed)
        piece = piece.restrict({v for e in piece.edges for v in (e.source, e.target)})
        if piece.edges:
            out.append(f"\\subsection*{{Part {tex(name)}}}\n\\begin{{center}}\n"
                       f"{tikz.picture(piece)}\\end{{center}}")  # fmt: skip
    return "\n".join(out)


def _environment(report: Report) -> str:
    return _two([(tex(k), tex(v)) for k, v in report.environment()])


def _bibliography(report: Report) -> str:
    sources = report.sources()
    if not sources:
        return ""
    items = "\n".join(
        f"\\bibitem{{verify:source{i}}} {tex(source)}." for i, source in enumerate(sources, 1)
    )
    return f"\\begin{{thebibliography}}{{99}}\\raggedright\n{items}\n\\end{{thebibliography}}"


def files(report: Report) -> dict[str, str]:
    """Return the LaTeX files by path, without ``verify.sty``."""
    out = {"report.tex": document(report)}
    for claim in report.claims:
        out[f"fragments/{file_name(claim['id'])}.tex"] = fragment(claim, report)
    return out
