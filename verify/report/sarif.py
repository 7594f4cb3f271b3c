"""SARIF 2.1.0: one result a claim, at its file and line, for code-scanning tools.

``kind`` is ``pass``, ``fail``, ``open`` (undecided), ``notApplicable`` (could not run, or nothing to
check) or ``informational``; a ``level`` stands only beside ``fail``, as the format asks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

__all__ = ["sarif", "sarif_text"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: Mapping[str, Any], hashes: bool = True) -> dict[str, Any]:
    """Return the SARIF log of a report.

    Args:
        report: the report document (``claims`` with verdict, run, file and line).
        hashes: add the SHA-256 of each claim file that can be read.
    """
    claims = report["claims"]
    files = sorted({claim["file"] for claim in claims if claim["file"]})
    index = {file: number for number, file in enumerate(files)}
    run = {
        "tool": {
            "driver": {
                "name": report["tool"]["name"],
                "version": report["tool"]["version"],
                "rules": [_rule(claim) for claim in claims],
            }
        },
        "columnKind": "unicodeCodePoints",
        "artifacts": [_artifact(file, hashes) for file in files],
        "results": [_result(claim, number, index) for number, claim in enumerate(claims)],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def sarif_text(report: Mapping[str, Any]) -> str:
    """Return the SARIF log of a report as text."""
    return json.dumps(sarif(report), indent=1, ensure_ascii=True) + "\n"


def _rule(claim: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": claim["id"],
        "name": claim["title"],
        "shortDescription": {"text": claim["title"]},
        "fullDescription": {"text": claim["statement"]},
        "properties": {"kind": claim["kind"], "origin": claim["origin"], "floor": claim["floor"]},
    }


def _artifact(file: str, hashes: bool) -> dict[str, Any]:
    artifact: dict[str, Any] = {"location": {"uri": _uri(file)}}
    if hashes:
        try:
            content = Path(file).read_bytes()
        except OSError:
            return artifact
        artifact["hashes"] = {"sha-256": hashlib.sha256(content).hexdigest()}
    return artifact


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _kind(claim: Mapping[str, Any]) -> str:
    if claim["verdict"] in ("assumed", "stated"):
        return "informational"
    if claim["run"] != "ok" or claim["verdict"] == "not-checkable":
        return "notApplicable"
    return {"PASS": "pass", "FAIL": "fail", "OPEN": "open"}[claim["as_expected"]]


def _result(claim: Mapping[str, Any], number: int, index: Mapping[str, int]) -> dict[str, Any]:
    kind = _kind(claim)
    state = claim["verdict"] if claim["run"] == "ok" else claim["run"]
    result: dict[str, Any] = {
        "ruleId": claim["id"],
        "ruleIndex": number,
        "kind": kind,
        "message": {"text": f"{state}: {claim['reason'] or claim['run_reason']}"},
        "properties": {
            "verdict": claim["verdict"],
            "tier": claim["tier"],
            "effective_tier": claim["effective_tier"],
            "run": claim["run"],
            "assumptions": claim["assumptions"],
        },
    }
    if kind == "fail":
        result["level"] = "error"
    if claim["file"]:
        place: dict[str, Any] = {
            "artifactLocation": {"uri": _uri(claim["file"]), "index": index[claim["file"]]}
        }
        if claim["line"]:
            place["region"] = {"startLine": claim["line"]}
        result["locations"] = [{"physicalLocation": place}]
    return result
