"""Decide the claims in someone's files: TOML, or TOML inside Markdown or LaTeX.

Nothing of a file is executed, and nothing is written without --out, --junit or --sarif.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from verify.errors import InputError
from verify.status import ExitCode, RunState

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "decide the claims in someone's file"

STARTER = """\
# Claims to decide.  Run:  verify audit {name}
# Every claim needs an id and a test; the rest is for the reader of the report.
# The names that a test may use are listed by:  verify audit --vocabulary

[[claim]]
id = "example.relative-drop"
title = "A relative drop, as printed"
source = "where you met it: article, page, table"
reported = "how the source words it, in your words"
test = "percent((94.2 - 61.8)/94.2) ~= 34.4"    # ~= means: equal after rounding as shown

[[claim]]
id = "example.exact"
test = "1/3 + 1/6 == 1/2"                       # == compares exactly

[[claim]]
id = "example.threshold"
title = "A skew part appears from 15 examples on, two layers in two dimensions"
test = "icl.critical_context(d=2, layers=2) == 15"

[[claim]]
id = "example.expected-to-fail"
test = "0.5 > 2/3"
expect = "refuted"                              # say so when you expect it to be false

[[claim]]
id = "example.forecast"
title = "The market grows threefold"
not_checkable = "a forecast: nothing in it follows from a theorem"
expect = "not-checkable"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    from verify.cli import _positive, _seconds

    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=".toml, .md or .tex")
    parser.add_argument("--new", type=Path, metavar="FILE", help="write a starter file and stop")
    parser.add_argument(
        "--vocabulary", action="store_true", help="document every name that a test may use"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write a whole report there")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML there")
    parser.add_argument("--sarif", type=Path, metavar="FILE", help="write SARIF 2.1.0 there")
    parser.add_argument("--jobs", type=_positive, metavar="N", help="worker processes")
    parser.add_argument(
        "--timeout", type=_seconds, default=30.0, metavar="S", help="seconds a claim (default: 30)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress")


def run(args: argparse.Namespace) -> int:
    """Run ``verify audit``; return the exit code."""
    if args.vocabulary:
        return _vocabulary(args)
    if args.new is not None:
        return _new(args.new)
    if not args.files:
        message = "give a file with claims, or --new FILE for a starter, or --vocabulary"
        raise InputError(message)
    from verify.audit import audit, collect
    from verify.progress import Progress

    claims = collect(args.files)
    if args.out is not None:
        from verify.directory import open_directory

        open_directory(args.out)  # refused now rather than after the work
    progress = Progress(quiet=args.quiet or args.json)
    report, certificates = audit(claims, timeout=args.timeout, jobs=args.jobs, progress=progress)
    _write(args, report, certificates, progress)
    if args.json:
        from verify.cli import print_json

        print_json(
            {
                "exit_code": report["exit_code"],
                "summary": report["summary"],
                "claims": report["claims"],
            }
        )
    else:
        print(_text(report))
    return int(report["exit_code"])


def _new(path: Path) -> int:
    if path.suffix != ".toml":
        raise InputError("a starter is a TOML file; choose a name that ends in .toml", path)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(STARTER.replace("{name}", path.name))
    except FileExistsError:
        raise InputError("is there already and is not overwritten", path) from None
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", path) from None
    print(f"wrote {path}; edit it, then run: verify audit {path}")
    return int(ExitCode.OK)


def _vocabulary(args: argparse.Namespace) -> int:
    from verify.expression.documentation import vocabulary_data, vocabulary_text

    if args.json:
        from verify.cli import print_json

        print_json(vocabulary_data())
    else:
        print(vocabulary_text())
    return int(ExitCode.OK)


def _write(
    args: argparse.Namespace, report: dict[str, Any], certificates: dict[str, str], progress: Any
) -> None:
    from verify.report.sarif import sarif_text

    if args.sarif is not None:
        _write_text(args.sarif, sarif_text(report))
    if args.junit is not None:
        from verify.report import junit
        from verify.report.facts import Report

        _write_text(args.junit, junit.document(Report(report)))
    if args.out is not None:
        from verify.directory import complete_publication, locked, open_directory
        from verify.report.publication import write_report

        out = open_directory(args.out)
        with locked(out, progress.say):
            complete_publication(out)
            write_report(report, certificates, out)
            _write_text(out / "audit.sarif", sarif_text(report))


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", path) from None


def _text(report: dict[str, Any]) -> str:
    lines = []
    width = max((len(claim["id"]) for claim in report["claims"]), default=0)
    for claim in report["claims"]:
        ran = claim["run"] == RunState.OK
        what = claim["verdict"] if ran else claim["run"]
        place = f"{claim['file']}:{claim['line']}"
        lines.append(
            f"{claim['as_expected']:4}  {what:13}  {claim['effective_tier']:11}  "
            f"{claim['id']:{width}}  {place}"
        )
        lines.append(f"      {claim['reason'] or claim['run_reason']}")
    lines.append(_summary(report))
    return "\n".join(_plain(line) for line in lines)


def _plain(text: str) -> str:
    """Return text of a file without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _summary(report: dict[str, Any]) -> str:
    if not report["claims"]:
        return "no claims found"
    counts = [f"{n} {verdict}" for verdict, n in report["summary"]["verdicts"].items() if n]
    failed = [
        f"{n} {state}"
        for state, n in report["summary"]["run"].items()
        if n and state != RunState.OK
    ]
    expected = report["summary"]["as_expected"]
    tally = ", ".join(f"{key} {n}" for key, n in expected.items() if n)
    return f"{len(report['claims'])} claims: {', '.join(counts + failed)}; as expected: {tally}"
