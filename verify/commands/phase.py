"""Critical context lengths for a range of dimensions and layers: exact table, CSV and picture."""

from __future__ import annotations

import argparse
from pathlib import Path

SUMMARY = "exact table, CSV and picture of critical context lengths"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--dims", required=True, metavar="2:50", help="one number, or first:last")
    parser.add_argument("--layers", required=True, metavar="1:8", help="one number, or first:last")
    parser.add_argument("--noise", default="0", metavar="V", help="variance of the label noise")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write CSV and picture there")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes")


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    import importlib

    return importlib.import_module("verify.phase").run(args)
