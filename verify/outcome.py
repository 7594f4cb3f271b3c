"""What a check returns: a verdict with its reason, steps, witness and certificate.

The invariants of the specification are enforced where the object is built, so that a refutation
without a witness, or an exact confirmation without a step, cannot exist.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from verify.status import StepStatus, Tier, Verdict

__all__ = ["Figure", "Outcome", "Step"]


@dataclass(frozen=True)
class Step:
    """One step of a proof, as the report shows it.

    ``sentence`` is the canonical text that the independent checker derives for a checked step;
    ``latex`` sets the same as a formula (may be empty); ``text`` explains it in words.
    ``reference`` is the id of the claim for a cited step, or a short name for argued and computed.
    """

    status: StepStatus
    sentence: str
    text: str = ""
    latex: str = ""
    reference: str = ""
    routes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """Data of one picture: drawn by the report, exact curve and samples in the same axes.

    ``series`` holds dicts with ``label``, ``style`` ("line", "points", "steps", "band", "image"),
    ``x``, ``y`` (and ``low``/``high`` for bands, ``z`` for images); ``caption`` says what is
    exact and what is sampled.
    """

    name: str
    title: str
    caption: str
    x_label: str
    y_label: str
    series: tuple[dict[str, Any], ...]
    x_log: bool = False
    y_log: bool = False


@dataclass(frozen=True)
class Outcome:
    """The result of one check of one claim with one set of parameters."""

    verdict: Verdict
    tier: Tier
    reason: str
    steps: tuple[Step, ...] = ()
    witness: dict[str, str] | None = None  # what refutes, or shows that a change was needed
    value: str | None = None  # the value found, exact as text
    value_bounds: tuple[str, str] | None = None  # outward-rounded decimals
    qualification: str | None = None  # the changed hypothesis of a qualified verdict
    instances: tuple[str, ...] = ()  # satisfied instances of the hypotheses, evaluated
    necessity: tuple[dict[str, str], ...] = ()  # {"hypothesis", "status", "because"}
    routes: tuple[str, ...] = ()  # names of the independent routes that agreed
    certificate: dict[str, Any] | None = None  # variables and steps of the certificate
    statistics: dict[str, Any] | None = None  # declaration and result of a sampled claim
    figures: tuple[Figure, ...] = field(default=())
    table: dict[str, Any] | None = None  # {"columns": [...], "rows": [[...], ...], "caption": ...}

    def __post_init__(self) -> None:
        if self.verdict in (Verdict.REFUTED, Verdict.QUALIFIED) and not self.witness:
            raise ValueError(f"a {self.verdict} verdict needs a witness: {self.reason}")
        if self.verdict is Verdict.QUALIFIED and not self.qualification:
            raise ValueError(f"a qualified verdict must state the changed hypothesis: {self.reason}")
        decided = self.verdict in (Verdict.CONFIRMED, Verdict.REFUTED, Verdict.QUALIFIED)
        if decided and self.tier is Tier.NONE:
            raise ValueError(f"a decided verdict needs a tier of evidence: {self.reason}")
        if self.verdict is Verdict.CONFIRMED and self.tier is Tier.EXACT and not self.certificate:
            raise ValueError(f"an exact confirmation needs a certificate: {self.reason}")
        if decided and self.tier is Tier.STATISTICAL and not self.statistics:
            raise ValueError(f"a statistical verdict must carry its declaration: {self.reason}")
        if not self.reason.strip():
            raise ValueError("an outcome needs a reason")
