"""The closed vocabularies of the toolkit: verdicts, tiers, run states, step kinds, exit codes.

Each member's docstring-like comment is the sentence that reports print for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum

__all__ = [
    "AsExpected",
    "ExitCode",
    "Kind",
    "Origin",
    "Profile",
    "RunState",
    "StepStatus",
    "Tier",
    "Verdict",
    "weakest",
    "worst_exit",
]


class Verdict(StrEnum):
    """What was decided about a claim."""

    CONFIRMED = "confirmed"  # holds as stated
    REFUTED = "refuted"  # false as stated, with a witness
    QUALIFIED = "qualified"  # confirmed under a changed hypothesis that the report states
    UNDECIDED = "undecided"  # neither proved nor refuted here
    NOT_CHECKABLE = "not-checkable"  # has no mathematical content that could be checked
    ASSUMED = "assumed"  # a cited classical theorem
    STATED = "stated"  # a definition or a remark: nothing to decide


class Tier(StrEnum):
    """How strong the evidence is; the order of the members is from strong to weak."""

    EXACT = "exact"  # a certificate in exact arithmetic
    CERTIFIED = "certified"  # rigorous enclosures
    STATISTICAL = "statistical"  # sampling with stated error rates
    NONE = "none"  # no evidence


class RunState(StrEnum):
    """What became of running the check."""

    OK = "ok"  # the check ran to its end
    NOT_SELECTED = "not-selected"  # outside the profile, or an optional tool is absent
    SKIPPED = "skipped"  # selected, but could not be started
    TIMEOUT = "timeout"  # stopped at its time limit
    ERROR = "error"  # crashed, was killed, or ran out of memory
    STALE = "stale"  # an old result of something that has changed since


class AsExpected(StrEnum):
    """Whether the verdict is the one that the book expects."""

    PASS = "PASS"  # the verdict is the expected one (or there is nothing to decide)
    FAIL = "FAIL"  # another decided verdict
    OPEN = "OPEN"  # not decided, or not run


class StepStatus(StrEnum):
    """How one step of a proof is supported."""

    CHECKED = "checked"  # re-derived by the independent checker
    COMPUTED = "computed"  # too large to re-derive there; two independent routes are named
    CITED = "cited"  # a classical theorem, its hypotheses checked here
    ARGUED = "argued"  # in words, in full


class Kind(StrEnum):
    """What sort of statement a claim is."""

    DEFINITION = "definition"
    LEMMA = "lemma"
    PROPOSITION = "proposition"
    THEOREM = "theorem"
    COROLLARY = "corollary"
    FORMULA = "formula"
    NUMBER = "number"
    REMARK = "remark"
    CITED = "cited"


class Origin(StrEnum):
    """Where a statement comes from."""

    THESIS = "thesis"  # reported of the thesis
    LITERATURE = "literature"  # a published paper or book
    PRESS = "press"  # articles and summaries
    OWN = "own"  # ours


class Profile(StrEnum):
    """How much work a run may do; each profile includes the ones before it."""

    QUICK = "quick"  # seconds
    STANDARD = "standard"  # about two minutes on two cores; the default
    FULL = "full"  # up to half an hour


class ExitCode(IntEnum):
    """Process exit codes; ``worst_exit`` knows their order."""

    OK = 0  # every selected claim as expected, at its floor or better
    CONTRADICTED = 1  # another decided verdict than expected, or a certificate is rejected
    USAGE = 2  # usage or bad input
    OPEN = 3  # nothing contradicted, but something is undecided, skipped, timed out, below floor
    INTERNAL = 4  # internal error, two routes disagree, or a check of the book accepts a mutant
    NOTHING = 5  # nothing selected or found
    INTERRUPTED = 130  # Ctrl-C


_TIER_ORDER = [Tier.EXACT, Tier.CERTIFIED, Tier.STATISTICAL, Tier.NONE]
_EXIT_ORDER = [
    ExitCode.INTERRUPTED,
    ExitCode.INTERNAL,
    ExitCode.USAGE,
    ExitCode.CONTRADICTED,
    ExitCode.OPEN,
    ExitCode.NOTHING,
    ExitCode.OK,
]


def weakest(tiers: Iterable[Tier]) -> Tier:
    """Return the weakest of some tiers; ``exact`` when there is none.

    >>> weakest([Tier.EXACT, Tier.STATISTICAL]).value
    'statistical'
    """
    return max(tiers, key=_TIER_ORDER.index, default=Tier.EXACT)


def worst_exit(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the worst of some exit codes; ``NOTHING`` when there is none.

    >>> worst_exit([ExitCode.OK, ExitCode.OPEN, ExitCode.CONTRADICTED])
    <ExitCode.CONTRADICTED: 1>
    """
    return min(codes, key=_EXIT_ORDER.index, default=ExitCode.NOTHING)
