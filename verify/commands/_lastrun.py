"""What the last run found, for the commands that only look: nothing is run or written."""

from __future__ import annotations

import argparse
from typing import Any

from verify.commands._running import settings_of
from verify.directory import read_report
from verify.journal import NAME
from verify.loader import Book

__all__ = ["last_report"]


def last_report(book: Book, args: argparse.Namespace) -> dict[str, Any]:
    """Return the report that the stored results of ``args.out`` give for this book.

    With a journal, each result is compared with the present sources, and ``stale`` if it does not
    belong to them.  A report without its journal (one that was copied) is taken for the claims
    that it states exactly as the book does.
    """
    from verify.report.model import assemble
    from verify.runner import known_state

    fresh = assemble(book, known_state(book, settings_of(args)), settings_of(args))
    if (args.out / NAME).is_file():
        return fresh
    stored = read_report(args.out) if args.out.is_dir() else None
    if stored is None:
        return fresh
    old = {claim["id"]: claim for claim in stored["claims"]}
    fresh["claims"] = [_merge(claim, old.get(claim["id"])) for claim in fresh["claims"]]
    return fresh


def _merge(claim: dict[str, Any], old: dict[str, Any] | None) -> dict[str, Any]:
    if old is None:
        return claim
    same = all(claim[key] == old.get(key) for key in ("statement", "check", "params", "test", "uses"))
    if same:
        return {**old, "file": claim["file"], "line": claim["line"]}
    reason = "the report is of another version of this claim"
    return {**claim, "verdict": old.get("verdict"), "run": "stale", "run_reason": reason}
