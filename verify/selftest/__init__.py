"""The toolkit against itself: forged certificates, changed claims, and statements known to be false."""

from __future__ import annotations

import argparse

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Run ``verify selftest``; return the exit code."""
    from verify.selftest.run import run as run_selftest

    return run_selftest(args)
