"""Show one claim whole: statement, hypotheses, what it rests on, and what the last run found."""

from __future__ import annotations

import argparse
from typing import Any

from verify.cli import common_options, print_json
from verify.commands._running import load
from verify.status import ExitCode

SUMMARY = "show one claim whole"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("id", metavar="ID")
    common_options(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from verify.commands._lastrun import last_report

    book = load(args)
    found = book.select([args.id])
    claims = [c for c in last_report(book, args)["claims"] if c["id"] in found]
    if args.json:
        print_json({"claims": claims})
    else:
        print("\n\n".join(_text(claim) for claim in claims))
    return int(ExitCode.OK if claims else ExitCode.NOTHING)


def _text(claim: dict[str, Any]) -> str:
    lines = [
        f"{claim['id']}  ({claim['kind']})",
        claim["title"],
        "",
        claim["statement"].strip(),
        "",
    ]
    pairs = [
        ("hypotheses", "; ".join(claim["hypotheses"])),
        ("origin", f"{claim['origin']}: {claim['source']}" if claim["source"] else claim["origin"]),
        ("reported", claim["reported"].strip()),
        ("states", ", ".join(claim["states"])),
        ("uses", ", ".join(claim["uses"])),
        ("check", _call(claim)),
        ("in the book", f"{claim['file']}:{claim['line']}"),
        ("last run", claim["run"] + (f": {claim['run_reason']}" if claim["run_reason"] else "")),
        ("verdict", f"{claim['verdict']} (expected: {claim['expect']}, {claim['as_expected']})"),
        ("tier", f"{claim['tier']}, effective {claim['effective_tier']}, floor {claim['floor']}"),
        ("reason", claim["reason"]),
        ("value", claim["value"] or ""),
        ("qualification", claim["qualification"] or ""),
        ("witness", "; ".join(f"{k} = {v}" for k, v in (claim["witness"] or {}).items())),
        ("steps", ", ".join(f"{n} {kind}" for kind, n in claim["steps"].items() if n)),
        ("rests on", ", ".join(claim["assumptions"])),
        ("mutants", _mutants(claim["mutants"])),
        ("certificate", " - ".join(filter(None, (claim["certificate"], claim["recheck"])))),
        ("notes", claim["notes"].strip()),
    ]
    lines += [f"{name + ':':15}{text}" for name, text in pairs if text]
    return "\n".join(lines)


def _call(claim: dict[str, Any]) -> str:
    if claim["check"] is None:
        return claim["test"] or ""
    arguments = ", ".join(f"{name}={value!r}" for name, value in claim["params"].items())
    return f"{claim['check']}({arguments})"


def _mutants(mutants: dict[str, Any]) -> str:
    if not mutants["total"]:
        return ""
    text = f"rejected {mutants['rejected']}/{mutants['total']}"
    return text + "".join(f"\n  {d['verdict']}: {d['change']}" for d in mutants["details"])
