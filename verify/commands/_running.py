"""What ``all`` and ``run`` share: settings from options, the run, and its summary on the screen."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Sequence
from typing import Any

from verify.cli import print_json
from verify.errors import InputError
from verify.loader import Book, load_book
from verify.report import FORMATS
from verify.resources import lend
from verify.status import AsExpected, Profile, RunState

__all__ = ["execute", "load", "settings_of"]


def load(args: argparse.Namespace) -> Book:
    """Return the book that the options name."""
    return load_book(args.book, tuple(args.checks))


def settings_of(args: argparse.Namespace) -> Any:
    """Return the ``Settings`` that the options describe."""
    from verify.runner import Settings

    return Settings(
        out=args.out,
        profile=args.profile,
        seed=args.seed,
        device=args.device,
        jobs=getattr(args, "jobs", None),
        timeout=getattr(args, "timeout", None),
        memory=getattr(args, "memory", 2048) << 20,
        fresh=getattr(args, "fresh", False),
        formats=getattr(args, "formats", None) or formats_of(args.profile),
    )


def formats_of(profile: Profile) -> tuple[str, ...]:
    """Return the formats that a profile writes unless some are named: quick leaves out the PDF."""
    return tuple(name for name in FORMATS if profile is not Profile.QUICK or name != "pdf")


def execute(args: argparse.Namespace, patterns: Sequence[str] | None) -> int:
    """Run the book or some claims, print the summary, return the exit code."""
    from verify.progress import Progress
    from verify.runner import run

    if args.require == "gpu" or args.device == "gpu":
        from verify.doctor import require_gpu

        require_gpu()
    if args.cluster and importlib.util.find_spec("distributed") is None:
        raise InputError("--cluster needs Dask: install the extra 'cluster' (dask[distributed])")
    lend(args.cluster, args.out)
    report, changed = run(load(args), settings_of(args), patterns, Progress(quiet=args.quiet))
    if args.json:
        print_json(report)
    else:
        print(summary(report))
        print(f"report: {args.out / 'index.md'}{'' if changed else ' (unchanged)'}")
    return report["exit_code"]


def summary(report: dict[str, Any]) -> str:
    """Return the result of a run in a few lines; everything that needs attention is named."""
    counts = report["summary"]
    lines = []
    for claim in report["claims"]:
        if claim["run"] in (RunState.NOT_SELECTED, RunState.STALE):
            continue
        if claim["run"] != RunState.OK:
            lines.append(f"{claim['run'].upper():5} {claim['id']}: {claim['run_reason']}")
        elif claim["as_expected"] != AsExpected.PASS:
            lines.append(
                f"{claim['as_expected']:5} {claim['id']}: {claim['verdict']}, "
                f"expected {claim['expect']}: {claim['reason']}"
            )
        for detail in claim["mutants"]["details"]:
            if detail["verdict"] == "confirmed":
                lines.append(f"MUTANT {claim['id']}: the check accepts {detail['change']}")
    verdicts = _words(counts["verdicts"])
    lines.append(f"{counts['claims']} claims: {verdicts or 'nothing ran'}")
    others = _words({k: n for k, n in counts["run"].items() if k != RunState.OK})
    if others:
        lines.append(f"not run: {others}")
    tiers = _words({k: n for k, n in counts["tiers"].items() if k != "none"})
    mutants = counts["mutants"]
    steps = _words(counts["steps"])
    certificates = counts["certificates"]
    lines.append(
        f"effective tiers: {tiers or 'none'}; mutants rejected "
        f"{mutants['rejected']}/{mutants['total']}" + (f" ({mutants['void']} void)" if mutants["void"] else "")
    )
    lines.append(
        f"certificates accepted by the independent checker: {certificates['accepted']}"
        f"/{certificates['written']}; proof steps: {steps or 'none'}"
    )
    return "\n".join(lines)


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number)
