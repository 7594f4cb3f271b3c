"""How verdicts and kinds look in pictures: a colour, a border and a mark, never colour alone.

Colours are from the palette of Okabe and Ito, which colour-blind readers tell apart.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

__all__ = ["Look", "identifier", "label_lines", "look", "verdict_class"]


class Look(NamedTuple):
    """Fill and line colour (without #), and the meaning in words."""

    fill: str
    line: str
    meaning: str


_LOOKS = {
    "confirmed": Look("D5F0E6", "00754F", "holds as stated"),
    "refuted": Look("FBDDD0", "B34700", "false as stated, with a witness"),
    "qualified": Look("FBEBC8", "946200", "holds under a changed hypothesis, which is stated"),
    "undecided": Look("EEEEEE", "5A5A5A", "neither proved nor refuted here"),
    "not-checkable": Look("F4F4F4", "8A8A8A", "has no mathematical content to check"),
    "assumed": Look("DCEBF8", "00548C", "a classical theorem, cited"),
    "stated": Look("FFFFFF", "555577", "a definition or remark: nothing to decide"),
}


def verdict_class(claim: dict[str, Any]) -> str:
    """Return the verdict as a name for classes and styles; unknown ones count as undecided."""
    verdict = str(claim.get("verdict") or "undecided")
    return verdict if verdict in _LOOKS else "undecided"


def look(verdict: str) -> Look:
    """Return how a verdict looks.

    >>> look("refuted").meaning
    'false as stated, with a witness'
    """
    return _LOOKS.get(verdict, _LOOKS["undecided"])


def identifier(claim_id: str) -> str:
    """Return a claim id as a name of letters, digits and underscores, one to one.

    >>> identifier("icl.skew-threshold")
    'icl_Dskew_threshold'
    """
    return claim_id.replace(".", "_D").replace("-", "_")


def label_lines(claim_id: str, longest: int = 24) -> list[str]:
    """Return ``claim_id`` in as few lines as ``longest`` allows, of about equal length.

    >>> label_lines("icl.loss-of-the-best-symmetric-matrix", 20)
    ['icl.loss-of-the-', 'best-symmetric-', 'matrix']
    """
    words = re.findall(r"[^.-]+[.-]?", claim_id)

    def wrapped(most: int) -> list[str]:
        lines = [""]
        for word in words:
            if lines[-1] and len(lines[-1]) + len(word) > most:
                lines.append("")
            lines[-1] += word
        return lines

    fewest = len(wrapped(longest))
    return next(lines for most in range(1, longest + 1) if len(lines := wrapped(most)) <= fewest)
