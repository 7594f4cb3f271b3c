"""What an exact check of a published statement returns."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LiteratureVerdict", "verdict_word"]


@dataclass(frozen=True)
class LiteratureVerdict:
    """The outcome for one published statement.

    Attributes:
        source: the paper.
        statement: the statement, in our words.
        verdict: "confirmed", "qualified", "refuted" or "undecided".
        reason: why, in one or two sentences.
        hypotheses: what the confirmed form needs.
        witness: exact data that the verdict rests on.
    """

    source: str
    statement: str
    verdict: str
    reason: str
    hypotheses: tuple[str, ...]
    witness: dict[str, object]


def verdict_word(as_stated: bool, repaired: bool) -> str:
    """Return the verdict: holds as stated, only under a stated change, or not at all.

    >>> verdict_word(True, False), verdict_word(False, True), verdict_word(False, False)
    ('confirmed', 'qualified', 'refuted')
    """
    return "confirmed" if as_stated else "qualified" if repaired else "refuted"
