"""Why some mechanical mutants survive: the changed claim is true as well.

A survivor that no entry explains counts against the book.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

__all__ = ["SURVIVORS", "explanation"]

_WEAKER = "a weaker bound, true as well"
_RANGE = "a smaller range, true as well"
_ENCLOSURE = "another enclosure; the check encloses the number anew and compares both ends, so this one holds too"
_INSTANCE = "another instance of the same general statement, evaluated anew; the statement does not depend on it"
_GROWTH = "another size schedule of the same kind, decided anew: the sum of 1/n_t behaves in the same way"
_OTHER_CASE = "another case in which the same conclusion is a theorem of the book"
_BRACKET = "another bracket of the same critical point: an aid of the proof, not part of what is concluded"

SURVIVORS: dict[str, dict[str, str]] = {
    "gauss.root-bounds": {"low: 1 becomes 0*": _WEAKER, "low: 12 becomes 13*": _WEAKER},
    "icl.middle-contexts-d2-l2": {
        "first: 10 becomes 9": "true at n = 9 too, where f2 >= 0 for every a",
        "first: 10 becomes 11": _RANGE,
        "last: 14 becomes 13": _RANGE,
    },
    "icl.scalar-minimiser-d2-l2": {"first: 1 becomes 2": _RANGE},
    "icl.short-contexts-d2-l2": {"last: 9 becomes 8": _RANGE},
    "icl.two-minimisers-d2-l2": {"left: *": _BRACKET, "right: *": _BRACKET},
    "ols.infinite-risk": {"excess: 1 becomes 0": "n = d is one of the three sizes of infinite risk"},
    "gauss.*": {"low: *": _ENCLOSURE, "high: *": _ENCLOSURE},
    "gauss.first-order-parts-mle": {"n: *": "0.28 n rounds up to the same t for n = 99, 100 and 101"},
    "gauss.schedule-*": {"formula: *": _GROWTH},
    "collapse.*": {"low: *": _ENCLOSURE, "high: *": _ENCLOSURE},
    "collapse.gate-*": {"sizes: *": _GROWTH, "width: *": _GROWTH},
    "collapse.power-gate-schedule-*": {"k: *": _INSTANCE, "sizes: *": _GROWTH},
    "collapse.power-gate-*": {"b: *": "the borderline depends on n and k only"},
    "icl.best-symmetric-scalar": {"layers: *": _INSTANCE, "last: *": _INSTANCE},
    "icl.output-power": {"layers: *": _INSTANCE},
    "icl.single-context": {"layers: *": _INSTANCE},
    "icl.noise-unbounded": {"layers: *": _INSTANCE},
    "icl.noise-symmetric-not-scalar": {
        "n: *": "another context length at which the same happens, decided anew",
        "r2: *": "another matrix that witnesses the same",
    },
    "icl.onset-d2-l2": {
        "low: 149165 becomes 149164 *": "a wider bracket of the onset, true as well",
        "low: 10000 becomes 10001 *": "a wider bracket of the onset, true as well",
        "high: 149166 becomes 149167 *": "a wider bracket of the onset, true as well",
        "high: 10000 becomes 9999 *": "a wider bracket of the onset, true as well",
    },
    "icl.local-threshold-d2-l3": {"layers: 3 becomes 2": "the local threshold is 15 for d = L = 2 as well"},
    "literature.kazdan-sine": {"low: *": _ENCLOSURE, "high: *": _ENCLOSURE},
    "literature.suresh-discrete": {"constant: 1 becomes 0*": "a probability is at least 0: a weaker bound"},
    "literature.xu-synthetic-beats-real": {"bound: *": "below 1 instead of 1/2: a weaker bound"},
    "numeric.gauss-rule-l*": {"digits: *": _INSTANCE},
    "ols.accumulate-unequal": {"first: *": _INSTANCE, "pi_squared: 10 becomes 11*": _WEAKER},
    "ols.low-dimension-line": {"dimension: 1 becomes 2": _OTHER_CASE, "least_excess: 2 becomes 3": _RANGE},
    "ols.low-dimension-plane": {"dimension: 2 becomes 1": _OTHER_CASE, "least_excess: 2 becomes 3": _RANGE},
    "ols.norm-growth": {"excess: 2 becomes 3": "a larger n, which the statement covers"},
    "ols.schedule-criterion": {"least_dimension: 3 becomes 4": _RANGE},
    "ols.schedule-t-*": {"dimension: *": _OTHER_CASE},
    "ols.walk-line": {"degrees: *": _INSTANCE},
    "ols.walk-plane": {"degrees: *": _INSTANCE, "dimension: 2 becomes 1*": _OTHER_CASE},
    "ols.walk-plane-cauchy": {"dimension: 2 becomes 3*": _OTHER_CASE},
    "ols.walk-space": {"degrees: *": _INSTANCE, "dimension: 3 becomes 4*": _RANGE},
}
"""{claim id, or a pattern of ids: {pattern of the change: why the changed claim is true}}"""


def explanation(claim_id: str, change: str) -> str | None:
    """Return why this mutant of a claim may survive, or None.

    >>> explanation("no.such-claim", "n: 1 becomes 2") is None
    True
    """
    for claim, changes in SURVIVORS.items():
        for pattern, why in changes.items():
            if fnmatchcase(claim_id, claim) and fnmatchcase(change, pattern):
                return why
    return None
