"""What the checks of recursive training share: evaluation at points, and settled outcomes.

A parameter of a claim that is a formula is compared, at exact points, with the value that the
library derives by other means; where they differ the point is the witness of the refutation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

from symbolic.necessity import Hypothesis, hypotheses
from symbolic.values import NEVER, Algebraic, Closed, enclose
from verify.errors import RoutesDisagree
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.status import Tier, Verdict

__all__ = [
    "INCREMENT",
    "POOLED_INCREMENT",
    "Point",
    "add_points",
    "enclosed",
    "increment_of",
    "inside",
    "necessity_of",
    "pooled_increment_of",
    "rational",
    "refuted",
    "same",
    "settle",
    "shown",
    "value_at",
]

Point = tuple[dict[str, int | Fraction], Any]
"""Values of the variables, and the exact value there."""


def value_at(expression: str, values: dict[str, int | Fraction]) -> Fraction:
    """Return a rational function of the variables at a point, with the independent checker's arithmetic.

    >>> value_at("t/(n - 2)", {"t": 3, "n": 8})
    Fraction(1, 2)
    """
    return Proof(*values).scope.value(_placed(expression, values)).number()


def _placed(expression: str, values: dict[str, int | Fraction]) -> str:
    for name, value in values.items():
        expression = f"subs({expression}, {name}, {value})"
    return expression


def rational(value: Any) -> Fraction:
    """Return a library value that must be a rational number.

    Raises:
        RoutesDisagree: it is another kind of value.
    """
    if not isinstance(value, (Fraction, int)):
        raise RoutesDisagree(f"a rational number was expected, the library returns {value!r}")
    return Fraction(value)


def same(what: str, first: object, second: object) -> None:
    """Demand that two independent routes give the same value.

    Raises:
        RoutesDisagree: they do not.
    """
    if first != second:
        raise RoutesDisagree(f"{what}: one route gives {first!r}, the other {second!r}")


def inside(what: str, value: Fraction | Closed | Algebraic, low: Fraction, high: Fraction) -> None:
    """Demand low < value < high, a second route by rational bounds.

    Raises:
        RoutesDisagree: the rigorous enclosure does not lie between the bounds.
    """
    ball = enclose(value, 128)
    if not (ball > enclose(low, 256) and ball < enclose(high, 256)):
        raise RoutesDisagree(f"{what}: {ball} does not lie between {low} and {high}")


def refuted(reason: str, witness: dict[str, Any]) -> Outcome:
    """Return a refutation by exact data."""
    return Outcome(Verdict.REFUTED, Tier.EXACT, reason, witness={k: shown(v) for k, v in witness.items()})


def shown(value: object) -> str:
    """Return a value as text for a reader: the formula of a closed form, "infinite" for ``NEVER``."""
    return value.text if isinstance(value, Closed) else "infinite" if value is NEVER else str(value)


def differs(expression: str, points: Sequence[Point]) -> Outcome | None:
    """Return the refutation by the first point at which a formula is not the exact value, or None."""
    for values, exact in points:
        try:
            found: object = value_at(expression, values)
        except Exception as problem:  # the formula has no value there
            found = f"no value ({problem})"
        if found != exact:
            place = ", ".join(f"{name} = {value}" for name, value in values.items())
            return refuted(f"at {place} the exact value is {exact}, the formula gives {found}",
                           {"at": place, "exact value": exact, "formula": found})  # fmt: skip
    return None


INCREMENT = ("w11", "w12", "w22", "p1", "p2", "e1", "e2")
"""The variables of the identity that ``increment_of`` takes over."""


def increment_of(proof: Proof) -> None:
    """Take over what one fit adds: W^-1 X eps, so that given X the increment is N(0, sigma^2 W^-1)."""
    proof.depends("ols.increment", "i11*r1 + i12*r2 - p1 == (1)*(i11*e1 + i12*e2)", "i21*r1 + i22*r2 - p2 == (1)*(i21*e1 + i22*e2)",
                  text="What one fit adds: theta_t - theta_(t-1) = W^-1 X eps, so given X it is N(0, sigma^2 W^-1).")  # fmt: skip


POOLED_INCREMENT = ("a11", "a12", "a22", "b11", "b12", "b22", "p1", "p2", "e1", "e2")
"""The variables of the identity that ``pooled_increment_of`` takes over."""


def pooled_increment_of(proof: Proof) -> None:
    """Take over what one fit adds when all data are kept: H_t^-1 X_t eps_t."""
    proof.depends("ols.accumulate-increment", "(h22*r1 - h12*r2)/det - p1 == (1)*(h22*e1 - h12*e2)/det", "(h11*r2 - h12*r1)/det - p2 == (1)*(h11*e2 - h12*e1)/det",
                  text="What fit t adds: theta_t - theta_(t-1) = H_t^-1 X_t eps_t.")  # fmt: skip


def add_points(proof: Proof, expression: str, points: Sequence[Point]) -> None:
    """Add the comparison of a formula with independent exact values as checked steps."""
    for values, exact in points:
        place = ", ".join(f"{name} = {value}" for name, value in values.items())
        proof.identity(_placed(expression, values), str(rational(exact)), text=f"Second route at {place}.")


def settle(proof: Proof, prove: Callable[[], None], reason: str, *, formula: str | None = None,
           points: Sequence[Point] = (), otherwise: Callable[[], dict[str, Any] | None] | None = None,
           **facts: Any) -> Outcome:  # fmt: skip
    """Run a proof; a formula is compared with exact values first.

    Args:
        prove: adds the steps; ``StepFails`` means that the claim with these parameters is not proved.
        formula: a parameter that is a formula, and ``points`` with its exact values.
        facts: further fields of the outcome; a value in LaTeX is set as a formula.
        otherwise: finds a witness against the claim when a step fails; without one it stays undecided.
    """
    wrong = differs(formula, points) if formula is not None else None
    if wrong is not None:
        return wrong
    try:
        prove()
        if formula is not None:
            add_points(proof, formula, points)
    except StepFails as problem:
        witness = otherwise() if otherwise else None
        if witness:
            return refuted(f"a step does not hold: {problem}", witness)
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")
    if "\\" in (facts.get("value") or ""):
        facts["value"] = f"${facts['value']}$"
    return proof.confirmed(reason, **facts)


def enclosed(outcome: Outcome) -> Outcome:
    """Return the outcome as one that rests on rigorous enclosures: certified, without a certificate of exact steps."""
    if outcome.verdict is not Verdict.CONFIRMED:
        return outcome
    return replace(outcome, tier=Tier.CERTIFIED, certificate=None)


@cache
def _entries() -> tuple[Hypothesis, ...]:
    return hypotheses()


def necessity_of(*theorems: str) -> tuple[dict[str, str], ...]:
    """Return the evaluated entries on the hypotheses of some theorems, for a report."""
    entries = [e for e in _entries() if e.theorem in theorems]
    if {e.theorem for e in entries} != set(theorems):
        raise ValueError(f"no entry on the hypotheses of one of {theorems}")
    return tuple(
        {"hypothesis": e.hypothesis, "status": "needed" if e.needed else "not needed", "because": e.reason}
        for e in entries
    )
