"""Check every claim of the book that the profile selects, in dependency order; write the report."""

from __future__ import annotations

import argparse

from verify.cli import common_options
from verify.commands._running import execute

SUMMARY = "check the whole book and write the report"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    common_options(parser, running=True)


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    return execute(args, None)
