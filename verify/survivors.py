"""Why some mechanical mutants survive: the changed claim is true as well.

A survivor that no entry explains counts against the book.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

__all__ = ["SURVIVORS", "explanation"]

_WEAKER = "a weaker bound, true as well"
_RANGE = "a smaller range, true as well"
_DIVERGES = "the terms are larger: this series diverges as well"
_CONVERGES = "the terms are smaller: this series converges as well"
_BRACKET = "another bracket of the same critical point: an aid of the proof, not part of what is concluded"

SURVIVORS: dict[str, dict[str, str]] = {
    "gauss.root-bounds": {"low: 1 becomes 0*": _WEAKER, "low: 12 becomes 13*": _WEAKER},
    "gauss.schedule-t-log-t": {"exponents: * becomes 0*": _DIVERGES},
    "gauss.schedule-t-log-squared-t": {"exponents: * becomes [23]*": _CONVERGES},
    "icl.middle-contexts-d2-l2": {
        "first: 10 becomes 9": "true at n = 9 too, where f2 >= 0 for every a",
        "first: 10 becomes 11": _RANGE,
        "last: 14 becomes 13": _RANGE,
    },
    "icl.scalar-minimiser-d2-l2": {"first: 1 becomes 2": _RANGE},
    "icl.short-contexts-d2-l2": {"last: 9 becomes 8": _RANGE},
    "icl.two-minimisers-d2-l2": {"left: *": _BRACKET, "right: *": _BRACKET},
    "ols.infinite-risk": {"excess: 1 becomes 0": "infinite for n <= d as well: a smaller range"},
}
"""{claim id: {pattern of the change: why the changed claim is true}}"""


def explanation(claim_id: str, change: str) -> str | None:
    """Return why this mutant of a claim may survive, or None.

    >>> explanation("no.such-claim", "n: 1 becomes 2") is None
    True
    """
    for pattern, why in SURVIVORS.get(claim_id, {}).items():
        if fnmatchcase(change, pattern):
            return why
    return None
