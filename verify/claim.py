"""A claim: one entry of the book or of an audit file, as validated data."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from verify.formula import expression_latex
from verify.status import Kind, Origin, Profile, Tier, Verdict

__all__ = ["CLAIM_ID", "Claim", "canonical_json", "substitute"]

CLAIM_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*\Z")
_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_][a-z0-9_]*)\s*\}\}")


def canonical_json(data: Any) -> str:
    """Return the one text of ``data`` that hashes are taken of (sorted keys, no spaces, ASCII)."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def substitute(text: str, params: dict[str, Any]) -> str:
    """Return ``text`` with every ``{{name}}`` replaced by that parameter.

    >>> substitute("n >= {{threshold}}", {"threshold": 15})
    'n >= 15'
    """
    return _PLACEHOLDER.sub(lambda m: str(params.get(m.group(1), m.group(0))), text)


@dataclass(frozen=True)
class Claim:
    """One claim with its place in the file; ``verify.loader`` builds it from a TOML table."""

    id: str
    kind: Kind
    title: str
    statement: str
    origin: Origin = Origin.OWN
    source: str = ""
    reported: str = ""
    hypotheses: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    check: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    test: str | None = None
    mutants: tuple[Any, ...] = ()  # tables of parameters, or expressions when ``test`` is set
    proves: tuple[str, ...] = ()  # sentences that the certificate must establish
    floor: Tier = Tier.EXACT
    expect: Verdict = Verdict.CONFIRMED
    profile: Profile = Profile.QUICK  # the least profile that runs it
    not_checkable: str | None = None
    notes: str = ""
    file: str = ""
    line: int = 0

    @property
    def statement_text(self) -> str:
        """The statement with its parameters filled in; expressions among them set as formulas."""
        shown = {
            name: expression_latex(value) if isinstance(value, str) and "*" in value else value
            for name, value in self.params.items()
        }
        return substitute(self.statement, shown)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences that its certificate must establish, with the parameters filled in."""
        return tuple(substitute(s, self.params) for s in self.proves)

    def content(self) -> dict[str, Any]:
        """Everything that a verdict depends on, as plain data (no place in a file)."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "title": self.title,
            "statement": self.statement,
            "hypotheses": list(self.hypotheses),
            "check": self.check,
            "params": self.params,
            "test": self.test,
            "proves": list(self.proves),
            "states": list(self.states),
            "uses": list(self.uses),
            "mutants": list(self.mutants),
            "floor": self.floor.value,
            "expect": self.expect.value,
            "not_checkable": self.not_checkable,
        }

    def digest(self) -> str:
        """Return the SHA-256 of ``content()``."""
        return hashlib.sha256(canonical_json(self.content()).encode()).hexdigest()
