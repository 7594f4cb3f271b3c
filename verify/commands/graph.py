"""Print the dependency graph, coloured by verdict: solid edges of proofs, dashed of statements."""

from __future__ import annotations

import argparse

from verify.cli import common_options, print_json
from verify.commands._running import load
from verify.errors import InputError
from verify.status import ExitCode

SUMMARY = "print the dependency graph"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--focus", metavar="ID", help="only what is near this claim")
    parser.add_argument("--depth", type=int, default=2, metavar="N", help="how near (default: 2)")
    parser.add_argument(
        "--format",
        default="mermaid",
        metavar="mermaid|dot|json|svg",
        help="one format, or several joined by commas (default: mermaid)",
    )
    common_options(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from verify.commands._lastrun import last_report

    formats = args.format.split(",")
    for name in formats:
        if name not in ("mermaid", "dot", "json", "svg"):
            raise InputError(f"--format {name!r} is not mermaid, dot, json or svg")
    if args.depth < 0:
        raise InputError("--depth must be 0 or more")
    book = load(args)
    if args.focus is not None and len(book.select([args.focus])) != 1:
        raise InputError(f"--focus {args.focus!r} must name one claim")
    claims = last_report(book, args)["claims"]
    from verify.report.graph import render

    texts = {name: render(claims, name, args.focus, args.depth) for name in formats}
    if args.json:
        print_json({"graph": texts})
    else:
        print("\n".join(text.rstrip("\n") for text in texts.values()))
    return int(ExitCode.OK if claims else ExitCode.NOTHING)
