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


def _shown(value: Any) -> Any:
    """A parameter as a statement shows it: an expression as a formula, a list by its items."""
    if isinstance(value, list):
        return ", ".join(str(_shown(item)) for item in value)
    return expression_latex(value) if isinstance(value, str) and "*" in value else value


@dataclass(frozen=True)
class Claim:
    """One claim with its place in the file; ``verify.loader`` builds it from a TOML table."""

    id: str
    """Letters a-z and digits joined by ``.`` or ``-``, at most 80 characters; unique in the book."""
    kind: Kind
    """What sort of statement it is."""
    title: str
    """One line; may hold ``{{name}}`` of a parameter."""
    statement: str
    """LaTeX, complete: every symbol and every quantifier. ``{{name}}`` stands for a parameter."""
    origin: Origin = Origin.OWN
    """Where the statement comes from."""
    source: str = ""
    """The exact place: paper, theorem or equation, and through whom it is known."""
    reported: str = ""
    """How the source words it, in other words than its own, and how the statement differs."""
    hypotheses: tuple[str, ...] = ()
    """The hypotheses, one text each."""
    states: tuple[str, ...] = ()
    """Ids that the statement needs to make sense (dashed edges of the graph)."""
    uses: tuple[str, ...] = ()
    """Ids that the proof needs (solid edges); tiers and assumptions are inherited along them."""
    check: str | None = None
    """The name of a registered check; exactly one of check, test and not_checkable."""
    params: dict[str, Any] = field(default_factory=dict)
    """Arguments of the check: integers, texts, true, false and lists of them; no decimals."""
    test: str | None = None
    """An expression instead of a check: true or false, in the vocabulary of audits."""
    mutants: tuple[Any, ...] = ()
    """Near claims that must not be confirmed: tables that override params, or expressions."""
    proves: tuple[str, ...] = ()
    """Sentences that the certificate must establish; they tie it to the statement."""
    floor: Tier = Tier.EXACT
    """The weakest effective tier that is accepted; a weaker one makes the exit code 3."""
    expect: Verdict = Verdict.CONFIRMED
    """The verdict that the book expects; another decided one makes the exit code 1."""
    profile: Profile = Profile.QUICK
    """The least profile that runs it."""
    not_checkable: str | None = None
    """Why nothing can be checked: no mathematical content, a forecast, a value judgement."""
    notes: str = ""
    """Remarks that the report prints below the statement."""
    file: str = ""
    line: int = 0

    @property
    def statement_text(self) -> str:
        """The statement with its parameters filled in; expressions among them set as formulas."""
        return substitute(self.statement, {name: _shown(value) for name, value in self.params.items()})

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
