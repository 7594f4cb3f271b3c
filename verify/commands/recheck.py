"""Re-verify every stored certificate of a report with the independent checker.

Each certificate is compared with the claim of the book (--book; by default the package's own).
The checker is one file that also runs alone: python -I verify/recheck.py DIR/certificates
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from verify.cli import print_json
from verify.errors import InputError
from verify.status import ExitCode

SUMMARY = "re-verify stored certificates with the independent checker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="a report, or its certificates")
    parser.add_argument("--book", type=Path, metavar="DIR", help="another book")
    parser.add_argument("--checks", action="append", default=[], metavar="MODULE")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quiet", action="store_true", help="print only what is refused")
    parser.add_argument("--timeout", type=float, default=120.0, metavar="S", help="for each")


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from verify.loader import load_book
    from verify.recheck import check_folder

    folder = args.directory / "certificates"
    report = (args.directory / "report.json").is_file()  # a report without certificates is none itself
    if not folder.is_dir() and not report:
        folder = args.directory
    if not folder.is_dir() and not report:
        raise InputError("there is no such folder of certificates", args.directory)
    contents = None
    if args.book is not None or not _audited(args.directory):
        book = load_book(args.book, tuple(args.checks))
        contents = {name: claim.content() for name, claim in book.claims.items()}
    elif not args.json:
        print("these are the claims of an audited file: they are in no book to be compared with")
    answers = []
    found = check_folder(str(folder), contents, args.timeout) if folder.is_dir() else ()
    for name, accepted, message in found:
        answers.append({"id": name, "accepted": accepted, "message": message})
        if not args.json and not (args.quiet and accepted):
            print(f"{'accepted' if accepted else 'REFUSED '}  {name}: {message}", flush=True)
    refused = sum(not answer["accepted"] for answer in answers)
    code = ExitCode.CONTRADICTED if refused else ExitCode.OK if answers else ExitCode.NOTHING
    if args.json:
        print_json({"exit_code": int(code), "certificates": answers})
    else:
        print(f"{len(answers) - refused} accepted, {refused} refused")
    return int(code)


def _audited(directory: Path) -> bool:
    """Say whether a report is one of an audit, whose claims are expressions and not the book's."""
    try:
        claims = json.loads((directory / "report.json").read_text(encoding="utf-8"))["claims"]
        return bool(claims) and all(claim["check"] is None and claim["test"] for claim in claims)
    except (OSError, ValueError, KeyError, TypeError):
        return False
