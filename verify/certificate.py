"""Certificates: the JSON that an exact verdict leaves, for ``verify/recheck.py`` to re-derive.

A certificate holds the claim, the variables, the steps and two hashes; no times, no versions.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from verify import recheck
from verify.claim import Claim

__all__ = ["certify_dict", "recheck_one", "seal", "write"]


def certify_dict(claim: Claim, variables: list[str], steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the certificate of ``claim`` with these variables and steps, hashes included."""
    content = claim.content()
    return {
        "format": recheck.FORMAT,
        "claim": content,
        "variables": variables,
        "steps": steps,
        "sha256": {"claim": recheck.digest(content), "steps": recheck.digest([variables, steps])},
    }


def seal(claim: Claim, certificate: dict[str, Any], others: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the certificate of an outcome, its dependencies' hashes filled in.

    ``certificate`` is ``Outcome.certificate`` (variables and steps); ``others`` maps the ids of
    the claims that it depends on to their sealed certificates.
    """
    steps = [
        {**step, "sha256": recheck.digest(others[step["id"]])} if step["kind"] == "depends" else step
        for step in certificate["steps"]
    ]
    return certify_dict(claim, certificate["variables"], steps)


def recheck_one(folder: Path, claim_id: str, book: dict[str, Any] | None = None) -> tuple[bool, str]:
    """Return (accepted, message) of the independent checker for one certificate of a folder."""
    ((_, accepted, message),) = recheck.check_folder(str(folder), book, only=[claim_id])
    return accepted, message


def write(folder: Path, certificate: dict[str, Any]) -> Path:
    """Write a certificate into ``folder`` atomically and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{certificate['claim']['id']}.json"
    text = json.dumps(certificate, indent=1, ensure_ascii=True, sort_keys=True) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return path
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)
    return path
