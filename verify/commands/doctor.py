"""Say what was found on this machine, which package was imported, and why a fallback was chosen."""

from __future__ import annotations

import argparse

from verify.cli import print_json
from verify.status import ExitCode

SUMMARY = "versions, GPU, LaTeX, and why a fallback was chosen"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--require", choices=("gpu",), help="fail when there is no usable GPU")


def run(args: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from verify.doctor import examine, require_gpu

    if args.require == "gpu":
        require_gpu()
    findings = examine()
    if args.json:
        print_json({"findings": findings})
    else:
        for finding in findings:
            print(f"{finding['status']:8}  {finding['name']}: {finding['text']}")
    missing = any(finding["status"] == "missing" for finding in findings)
    return int(ExitCode.USAGE if missing else ExitCode.OK)
