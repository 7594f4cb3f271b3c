"""The last self-test, mutation and Coq results of a report's folder: written by ``verify selftest
--out DIR`` into ``DIR/trust``, shown by the next report that is written there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

__all__ = ["FOLDER", "NAMES", "read", "record", "rows"]

FOLDER = "trust"
NAMES = ("selftest", "mutations", "coq")


def record(out: Path, name: str, result: dict[str, Any]) -> Path:
    """Write one result as ``out/trust/NAME.json``, atomically; return the path."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{name}.tmp"
    temporary.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    path = folder / f"{name}.json"
    os.replace(temporary, path)
    return path


def read(out: Path) -> dict[str, dict[str, Any]]:
    """Return the results that a folder has; a file that cannot be read counts as absent."""
    found = {}
    for name in NAMES:
        try:
            data = json.loads((out / FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(data, dict):
            found[name] = data
    return found


def rows(trust: dict[str, dict[str, Any]]) -> list[list[str]]:
    """Return the rows (name, result) that a report's summary shows for ``read``'s data.

    >>> rows({"coq": {"coq": "accepted by coqc", "axioms": ["classic"]}})
    [['theorem for d = L = 2 in Coq', 'accepted by coqc; axioms: classic']]
    """
    out = []
    test = trust.get("selftest")
    if test:
        out.append(["self-test", f"{test.get('items')} items, {test.get('silent_errors')} silent errors, "
                    f"{test.get('rejected')} correct items rejected, {test.get('undecided')} undecided"])  # fmt: skip
        t = test.get("tampering") or {}
        out.append(["tampered certificates", f"{t.get('refused')} refused, {t.get('still_valid')} still valid proofs "
                    f"of the same claim, {t.get('accepted_wrongly')} accepted wrongly"])  # fmt: skip
    mutated = trust.get("mutations")
    if mutated:
        out.append(["mechanical mutants of the book",
                    f"{mutated.get('rejected')} of {mutated.get('mutants')} rejected, "
                    f"{mutated.get('survived')} survived ({mutated.get('unexplained')} not explained), "
                    f"{mutated.get('void')} void; listed in {FOLDER}/mutations.json"])  # fmt: skip
    coq = trust.get("coq")
    if coq:
        axioms = ", ".join(coq.get("axioms") or ()) or "none"
        out.append(["theorem for d = L = 2 in Coq", f"{coq.get('coq')}; axioms: {axioms}"])
    return out
