"""The corpus of the self-test: items kept as data, and what the toolkit makes of each.

Three folders of TOML files: ``correct`` must be accepted, ``incorrect`` must not be, ``malformed``
must be refused with a message.  An item is one of

- an expression (``test``),
- a claim of the book with other parameters (``check``, ``params``),
- a certificate (``variables``, ``steps``, ``proves``, and what else its claim says); the hashes are
  filled in, and ``other`` is a second certificate that it may depend on,
- a certificate file as it stands (``raw`` text, or ``bytes`` in hexadecimal),
- a claim file (``form`` toml, markdown or latex, and ``text``).
"""

from __future__ import annotations

import json
import tempfile
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from verify import recheck
from verify.errors import InputError
from verify.status import Verdict

__all__ = ["Answer", "Group", "Item", "Result", "answer", "read_corpus", "sealed"]


class Group(StrEnum):
    """What the toolkit has to make of an item."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    MALFORMED = "malformed"


class Result(StrEnum):
    """What it made of it."""

    RIGHT = "right"  # accepted, rejected or refused, as it should be
    UNDECIDED = "undecided"  # an honest "do not know"
    REJECTED = "rejected"  # a correct item that was rejected: an error, but not a silent one
    SILENT = "silent error"  # something passed that should not have, or an internal error


@dataclass(frozen=True)
class Item:
    """One item of the corpus."""

    group: Group
    name: str  # file and id
    why: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """An item with what the toolkit made of it."""

    item: Item
    result: Result
    message: str


def read_corpus(folder: Path | None = None) -> list[Item]:
    """Return all items, in the order of the files.

    Raises:
        ValueError: an item has no id or no reason, or a name occurs twice.
    """
    folder = folder or Path(__file__).parent
    items: dict[tuple[Group, str], Item] = {}
    for group in Group:
        for path in sorted((folder / group).glob("*.toml")):
            for data in tomllib.loads(path.read_text(encoding="utf-8"))["item"]:
                name = f"{path.stem}/{data.get('id')}"
                if not data.get("id") or not data.get("why") or (group, name) in items:
                    raise ValueError(f"{path}: an item needs an id of its own and a reason: {name}")
                items[group, name] = Item(group, name, data["why"], data)
    return list(items.values())


def answer(item: Item) -> Answer:
    """Give an item to the toolkit; never raises."""
    data = item.data
    try:
        if "check" in data:
            accepted, message = _claim(data)
        elif "test" in data:
            accepted, message = _expression(data["test"])
        elif "form" in data:
            accepted, message = _file(data)
        else:
            accepted, message = _certificate(data)
    except Exception as problem:  # a crash is never a verdict
        return Answer(item, Result.SILENT, f"internal error: {type(problem).__name__}: {problem}")
    return Answer(item, _result(item.group, accepted), message)


def _result(group: Group, accepted: bool | None) -> Result:
    if group is Group.CORRECT:
        return {True: Result.RIGHT, None: Result.UNDECIDED, False: Result.REJECTED}[accepted]
    if accepted:
        return Result.SILENT
    if accepted is None and group is Group.INCORRECT:
        return Result.UNDECIDED
    return Result.RIGHT


def _expression(text: str) -> tuple[bool | None, str]:
    from verify.expression import ExpressionError, decide

    try:
        outcome = decide(text)
    except ExpressionError as problem:
        if "unknown name" in str(problem) and any(f"{x}." in text for x in ("icl", "gauss", "ols")):
            return None, str(problem)
        return False, str(problem)
    known = {Verdict.CONFIRMED: True, Verdict.REFUTED: False}
    return known.get(outcome.verdict), f"{outcome.verdict}: {outcome.reason}"


def _claim(data: dict[str, Any]) -> tuple[bool | None, str]:
    from verify.registry import checks

    outcome = checks()[data["check"]].function(**data["params"])
    accepted = outcome.verdict is Verdict.CONFIRMED
    if outcome.verdict is Verdict.UNDECIDED:  # a check of the book rejects by not confirming
        return False, f"{outcome.verdict}: {outcome.reason}"
    return accepted, f"{outcome.verdict}: {outcome.reason}"


def _file(data: dict[str, Any]) -> tuple[bool | None, str]:
    from verify.auditfile import claims_of_text

    try:
        claims = claims_of_text(data["text"], data["form"])
    except InputError as problem:
        return False, str(problem)
    return True, f"{len(claims)} claims were read"


def sealed(name: str, data: dict[str, Any], others: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a certificate with right hashes from the variables, steps and claim of an item."""
    claim = {
        "id": name,
        "statement": data["why"] if "why" in data else "",
        "hypotheses": data.get("hypotheses", []),
        "params": data.get("params", {}),
        "proves": data.get("proves", []),
        "uses": data.get("uses", []),
    }
    steps = [
        {"sha256": recheck.digest(others[step["id"]]), **step}
        if isinstance(step, dict) and step.get("kind") == "depends" and step.get("id") in others
        else step
        for step in data["steps"]
    ]
    return {
        "format": recheck.FORMAT,
        "claim": claim,
        "variables": data["variables"],
        "steps": steps,
        "sha256": {
            "claim": recheck.digest(claim),
            "steps": recheck.digest([data["variables"], steps]),
        },
    }


def _certificate(data: dict[str, Any]) -> tuple[bool | None, str]:
    with tempfile.TemporaryDirectory(prefix="verify-selftest-") as name:
        folder = Path(name)
        if "raw" in data or "bytes" in data:
            raw = bytes.fromhex(data["bytes"]) if "bytes" in data else data["raw"].encode()
            (folder / "forged.json").write_bytes(raw)
        else:
            others = {}
            if "other" in data:
                others["other"] = sealed("other", data["other"], {})
                (folder / "other.json").write_text(json.dumps(others["other"]), encoding="utf-8")
            forged = sealed("forged", data, others)
            (folder / "forged.json").write_text(json.dumps(forged), encoding="utf-8")
        ((_, accepted, message),) = recheck.check_folder(name, seconds=20.0, only=["forged"])
        return accepted, message
