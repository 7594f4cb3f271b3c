"""Run the benchmarks: ratios of two times measured in this run, beside their goals."""

from __future__ import annotations

import argparse

SUMMARY = "the benchmarks, as ratios measured in one run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--device", choices=("auto", "cpu", "gpu"), default="auto")


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    import importlib

    return importlib.import_module("verify.bench").run(args)
