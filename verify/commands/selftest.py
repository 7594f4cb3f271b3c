"""Run the toolkit against forged certificates, mutated claims and known-false statements."""

from __future__ import annotations

import argparse
from pathlib import Path

SUMMARY = "forged certificates and false claims: nothing may pass that should not"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--out", type=Path, metavar="DIR", help="a report's folder: its next report shows the result")
    parser.add_argument(
        "--mutations", action="store_true", help="mutate every claim of the book mechanically instead"
    )
    parser.add_argument(
        "--coq", action="store_true", help="ask Coq about the theorem for d = L = 2 instead"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quiet", action="store_true", help="print only what failed")


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    import importlib

    return importlib.import_module("verify.selftest").run(args)
