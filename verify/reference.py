"""The reference pages of the documentation, each made from the one place that defines its subject.

    python -m verify.reference [--check] [--report DIR]

writes ``docs/reference/*.md`` of the folder it is run in.  With ``--report`` it also brings the table and the graph
of ``README.md`` up to date with that report; with ``--check`` nothing is written, and the exit code is
1 when something would change.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from symbolic.forward import CONVENTIONS, Convention
from verify import claim, recheck, status
from verify.cli import COMMANDS, EXIT_CODES, build_parser
from verify.expression.documentation import vocabulary_data
from verify.loader import load_book
from verify.report.graph import render

__all__ = ["main", "pages", "readme_with"]

NOTE = "<!-- made by `python -m verify.reference`; change the source that is named below -->\n"
START, END = "<!-- generated: summary -->", "<!-- end of generated part -->"
GRAPH, FOCUS, DEPTH = Path("docs/images/graph.svg"), "icl.skew-threshold", 3


def pages() -> dict[str, str]:
    """Return every reference page by its file name."""
    return {
        "book-format.md": _book_format(),
        "commands.md": _commands(),
        "definitions.md": _definitions(),
        "step-kinds.md": _step_kinds(),
        "verdicts.md": _verdicts(),
        "vocabulary.md": _vocabulary(),
    }


def readme_with(text: str, report: dict[str, Any]) -> str:
    """Return the README with the summary table of ``report`` between its two markers."""
    counts = report["summary"]

    def words(group: str) -> str:
        return ", ".join(f"{n} {name}" for name, n in counts[group].items() if n)

    rows = [
        ("claims in the book", str(counts["claims"])),
        ("reported statements decided", "{decided} of {total}".format(**counts["reported"])),
        ("verdicts", words("verdicts")),
        ("as expected", words("as_expected")),
        ("effective tiers", words("tiers")),
        ("runs", words("run")),
        ("steps of proofs", words("steps")),
        ("certificates accepted by the independent checker", "{accepted}/{written}".format(**counts["certificates"])),
        ("mutated claims rejected", "{rejected}/{total}".format(**counts["mutants"])),
    ]
    head, rest = text.split(START)
    table = _table((f"profile {report['profile']}", ""), rows)
    return f"{head}{START}\n{table}{END}{rest.split(END)[1]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with ``--check`` name what is out of date; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m verify.reference", description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if something is out of date")
    parser.add_argument("--report", type=Path, metavar="DIR", help="refresh README.md from this report too")
    args = parser.parse_args(arguments)
    wanted = {Path("docs/reference") / name: text for name, text in pages().items()}
    if args.report:
        report = json.loads((args.report / "report.json").read_text(encoding="utf-8"))
        wanted[Path("README.md")] = readme_with(Path("README.md").read_text(encoding="utf-8"), report)
        wanted[GRAPH] = render(report["claims"], "svg", FOCUS, DEPTH).rstrip("\n") + "\n"
    changed = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        print(path if args.check else f"written: {path}")
        if not args.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
    return 1 if args.check and changed else 0


# ------------------------------------------------------------------------------------- the pages


def _book_format() -> str:
    notes = _attribute_docstrings(claim.Claim)
    rows = []
    for entry in fields(claim.Claim):
        if entry.name in notes:
            default = "required" if entry.default is MISSING and entry.default_factory is MISSING else _default(entry)
            rows.append((f"`{entry.name}`", _cell(str(entry.type)), default, _code(notes[entry.name])))
    parts = [
        "# Keys of a claim\n",
        NOTE,
        "Source: `verify/claim.py`. How they work together is told in [the book format](../book-format.md).\n",
        _table(("key", "type", "default", "meaning"), rows),
        *(_members(kind) for kind in (status.Kind, status.Origin, status.Profile)),
    ]
    return "\n".join(parts)


def _verdicts() -> str:
    enums = (status.Verdict, status.Tier, status.StepStatus, status.RunState, status.AsExpected)
    lines = [line.strip() for line in EXIT_CODES.splitlines()[1:]]
    codes: list[list[str]] = []
    for line in lines:
        found = re.match(r"(\d+)\s+(.*)", line)
        if found:
            codes.append([found[1], found[2]])
        elif line:
            codes[-1][1] += f" {line}"
    parts = [
        "# Verdicts, tiers, steps, runs and exit codes\n",
        NOTE,
        "Sources: `verify/status.py` and `verify/cli.py`.\n",
        *(_members(kind) for kind in enums),
        "## Exit codes\n\nWorst first; a command exits with the worst that applies.\n",
        _table(("code", "meaning"), codes),
    ]
    return "\n".join(parts)


def _step_kinds() -> str:
    text = inspect.getdoc(recheck) or ""
    rule = next(line for line in text.splitlines() if line.startswith("----"))
    starts = [m.start() for m in re.finditer("-+", rule)]
    columns = list(zip(starts, [*starts[1:], None], strict=True))
    rows: list[list[str]] = []
    for line in text[text.index(rule) + len(rule) :].splitlines():
        cells = [line[a:b].strip() for a, b in columns]
        if cells[0]:
            rows.append(cells)
        elif any(cells) and rows:
            rows[-1] = [" ".join(filter(None, pair)) for pair in zip(rows[-1], cells, strict=True)]
    shown = [(f"`{kind}`", _cell(what), f"`{_cell(sentence)}`") for kind, what, sentence in rows]
    return "\n".join(
        [
            "# Kinds of steps\n",
            NOTE,
            "Source: `verify/recheck.py`, whose list is closed. How to read a certificate is told in",
            "[certificates](../certificates.md).\n",
            _table(("kind", "what is verified", "sentence"), shown),
        ]
    )


def _vocabulary() -> str:
    data = vocabulary_data()
    functions = [(f"`{name}`", _cell(meaning)) for name, meaning in data["functions"].items()]
    parts = [
        "# Vocabulary of expressions\n",
        NOTE,
        "Source: the registered names, as `verify audit --vocabulary` prints them. Examples and conventions are in",
        "[the vocabulary](../vocabulary.md).\n",
        f"```text\n{data['grammar']}\n```\n",
        _table(("function", "meaning"), functions),
    ]
    for entry in data["names"]:
        parts += [f"## `{entry['signature']}`\n", f"{_prose(entry['summary'])}\n"]
        if entry["arguments"]:
            rows = [(f"`{name}`", _cell(meaning)) for name, meaning in entry["arguments"].items()]
            parts.append(_table(("argument", "range or meaning"), rows))
        parts += [f"Result: {_prose(entry['result'])}\n", f"Example: `{entry['example']}`\n"]
    return "\n".join(parts)


def _definitions() -> str:
    """Return the definitions and cited theorems of the book, and the sign conventions."""
    parts = [
        "# Definitions, cited theorems and sign conventions\n",
        NOTE,
        "Sources: the claims of the book that define or cite, and `symbolic/forward.py`. The symbols are in",
        "[the notation](../notation.md).\n",
    ]
    for heading, kind in (("Definitions", status.Kind.DEFINITION), ("Cited theorems", status.Kind.CITED)):
        parts.append(f"## {heading}\n")
        for name, entry in sorted(load_book().claims.items()):
            if entry.kind is kind:
                parts += [f"### {entry.title} (`{name}`)\n", f"{entry.statement_text.strip()}\n"]
                parts += [f"- hypothesis: {text}" for text in entry.hypotheses] + [""] * bool(entry.hypotheses)
                if entry.source:
                    parts.append(f"Source: {entry.source}\n")
    parts.append("## Sign conventions of the layer\n")
    parts.append("A form descends when V + V^T > 0 lowers the in-context risk, and predicts when what it reads is")
    parts.append("the prediction, not its negative. Both are computed from the recursion.\n")
    answer = {True: "yes", False: "**no**"}
    rows = [(_cell(c.name), _preconditioner(c), answer[c.descends], answer[c.predicts]) for c in CONVENTIONS]
    parts.append(_table(("form", "preconditioner", "descends", "predicts"), rows))
    return "\n".join(parts)


def _preconditioner(convention: Convention) -> str:
    """Return which of V, V^T and their negatives a form makes the preconditioner."""
    probe = [[Fraction(1), Fraction(2)], [Fraction(3), Fraction(5)]]
    flipped = [[probe[j][i] for j in (0, 1)] for i in (0, 1)]
    found = convention.preconditioner(probe)
    for name, matrix in (("V", probe), ("V^T", flipped)):
        for sign, shown in ((1, name), (-1, f"-{name}")):
            if found == [[sign * x for x in row] for row in matrix]:
                return f"`{shown}`"
    raise ValueError(f"{convention.name}: the preconditioner is neither V nor its transpose, up to sign")


def _commands() -> str:
    parser = build_parser()
    commands = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    parts = [
        "# Commands and their options\n",
        NOTE,
        "Source: the command line itself; `verify COMMAND --help` prints the same.\n",
    ]
    for name in COMMANDS:
        if name not in commands.choices:
            continue
        sub = commands.choices[name]
        rows = []
        for action in sub._actions:
            if isinstance(action, argparse._HelpAction):
                continue
            metavar = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
            shown = ", ".join(action.option_strings) or str(action.metavar or action.dest)
            if action.option_strings and metavar and action.nargs != 0:
                shown += f" {metavar}"
            meaning = (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
            rows.append((f"`{_cell(shown)}`", _cell(meaning)))
        parts += [f"## `verify {name}`\n", f"{(sub.description or '').strip()}\n", _table(("option", "meaning"), rows)]
    return "\n".join(parts)


# ------------------------------------------------------------------------------- reading sources


def _attribute_docstrings(kind: type) -> dict[str, str]:
    """Return the texts that follow the annotated fields of a class in its source."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for entry, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(entry, ast.AnnAssign) and isinstance(entry.target, ast.Name):
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                found[entry.target.id] = str(after.value.value)
    return found


def _member_comments(kind: type[Enum]) -> dict[str, str]:
    """Return the comment behind each member of an enumeration."""
    found = {}
    for line in inspect.getsource(kind).splitlines():
        match = re.match(r'\s+[A-Z_]+ = "([^"]+)"(?:\s+# (.*))?$', line)
        if match:
            found[match[1]] = match[2] or ""
    return found


def _members(kind: type[Enum]) -> str:
    comments = _member_comments(kind)
    title = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__)
    heading = f"## {title.capitalize()}\n\n{(kind.__doc__ or '').strip()}\n\n"
    if not any(comments.values()):
        return heading + ", ".join(f"`{name}`" for name in comments) + "\n"
    return heading + _table(("value", "meaning"), [(f"`{name}`", text) for name, text in comments.items()])


def _default(entry: Any) -> str:
    value = entry.default if entry.default is not MISSING else entry.default_factory()
    if isinstance(value, Enum):
        return f"`{value.value}`"
    return "" if value in ((), {}, "", None) else f"`{value}`"


# ------------------------------------------------------------------------------------- Markdown


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return _cell(text).replace("``", "`")


def _prose(text: str) -> str:
    return " ".join(text.split()).replace("``", "`").replace("*", "\\*").replace("_", "\\_")


if __name__ == "__main__":
    sys.exit(main())
