"""List the book: id, kind, and what the last run in --out found (without running anything)."""

from __future__ import annotations

import argparse
from fnmatch import fnmatchcase

from verify.cli import common_options, print_json
from verify.commands._running import load
from verify.status import ExitCode

SUMMARY = "list the claims with the verdicts of the last run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="such as 'icl.*'")
    common_options(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from verify.commands._lastrun import last_report

    report = last_report(load(args), args)
    claims = [
        claim
        for claim in report["claims"]
        if not args.patterns or any(fnmatchcase(claim["id"], p) for p in args.patterns)
    ]
    if args.json:
        keys = ("id", "kind", "title", "verdict", "tier", "effective_tier", "run", "as_expected")
        print_json({"claims": [{key: claim[key] for key in keys} for claim in claims]})
    else:
        width = max((len(claim["id"]) for claim in claims), default=0)
        for claim in claims:
            print(f"{claim['id']:{width}}  {claim['kind']:11}  {_state(claim)}")
        print(f"{len(claims)} claims")
    return int(ExitCode.OK if claims else ExitCode.NOTHING)


def _state(claim: dict) -> str:
    if claim["run"] == "ok":
        tier = "" if claim["effective_tier"] == "none" else f" ({claim['effective_tier']})"
        return f"{claim['as_expected']} {claim['verdict']}{tier}"
    if claim["run"] == "stale":
        return f"stale (was {claim['verdict']})"
    return f"{claim['run']}: {claim['run_reason']}"
