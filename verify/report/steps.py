"""The formula of a step of a proof: the checker's sentence where its form is known."""

from __future__ import annotations

import re
from typing import Any

from verify.formula import expression_latex
from verify.report.mathtext import MathError, parse
from verify.report.sentence import Unrecognised, sentence

__all__ = ["listed", "step_formula"]


def step_formula(step: dict[str, Any]) -> str:
    """Return the LaTeX of a step when it has one that is accepted, else an empty string.

    The sentence that the checker derived is set when its form is known; the formula that the
    check wrote comes second. A value that was derived with a definition is appended.
    """
    given = str(step.get("latex") or "").strip().strip("$").strip()
    text = str(step.get("sentence") or "")
    try:
        known = sentence(text) if step.get("status") in ("checked", "computed") and text else ""
    except Unrecognised:
        known = ""
    if known and ":=" in text:
        name, mark, rest = _split(known)
        known = name + _value(text, given) + mark + rest
    for source in (known, given):
        try:
            if source and parse(source):
                return source
        except MathError:
            continue
    return ""


def listed(claim: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the steps of the proof; words that only repeat the step before are left out."""
    out: list[dict[str, Any]] = []
    before = ""
    for step in claim.get("proof") or ():
        text = str(step.get("text") or "")
        repeated = bool(text) and text == before and bool(step_formula(step))
        out.append({**step, "text": "" if repeated else text})
        before = text
    return out


def _split(formula: str) -> list[str]:
    """Return what stands before the side conditions of a definition, their mark, and the rest."""
    return re.split(r"(,\\quad|\\quad\(|\Z)", formula, maxsplit=1)


def _value(text: str, given: str) -> str:
    """Return "= value" when ``given``, the check's own formula, adds the value of a definition."""
    head, mark, rest = _split(expression_latex(text))
    if not given.startswith(f"{head} = ") or not given.endswith(mark + rest):
        return ""
    value = given.removeprefix(f"{head} = ")
    value = value[: len(value) - len(mark + rest)].replace(r"\,", " ")
    # a power of a fraction needs brackets around the fraction
    return "=" + re.sub(r"(\\frac\{[^{}]*\}\{[^{}]*\})(?=\^)", r"\\left(\1\\right)", value)
