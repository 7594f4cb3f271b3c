"""Check some claims and what they depend on; the others keep their last result in the report."""

from __future__ import annotations

import argparse

from verify.cli import common_options
from verify.commands._running import execute

SUMMARY = "check some claims and what they depend on"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("ids", nargs="+", metavar="ID", help="an id, or a pattern such as 'icl.*'")
    common_options(parser, running=True)


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    return execute(args, args.ids)
