"""Decide a claim that is written as an expression: the verdict, its reason, and its certificate."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify import recheck
from verify.expression.display import decimal_bounds, exact_text, short_text
from verify.expression.enclosure import confirm
from verify.expression.evaluator import Evaluator, Fact, Truth
from verify.expression.functions import FUNCTIONS
from verify.expression.parser import parse
from verify.expression.quantities import Interval, Quantity, Real
from verify.expression.syntax import Call, Node, calls, render
from verify.expression.terms import known_terms
from verify.outcome import Outcome, Step
from verify.status import StepStatus, Tier, Verdict

__all__ = ["decide"]

_ARITHMETIC_ONLY = "arithmetic only"
_ARITHMETIC_ROUTES = ("exact evaluation in normal form", "enclosure in ball arithmetic")


def decide(text: str) -> Outcome:
    """Decide the truth of one expression of the claim language.

    Args:
        text: the expression; it must be true or false as a whole.

    Returns:
        ``confirmed`` or ``refuted`` (the witness holds both evaluated sides) when it is proved;
        else ``undecided``.  The tier is ``exact`` when only exact arithmetic decided, and
        ``certified`` when enclosures did.

    Raises:
        ExpressionError: the text is no claim of the language, or a part of it has no value.

    >>> decide("percent((94.2 - 61.8)/94.2) ~= 34.4").verdict.value
    'confirmed'
    """
    tree = parse(text)
    evaluator = Evaluator()
    truth = evaluator.truth(tree)
    terms = [c for c in calls(tree) if c.name not in FUNCTIONS]
    reason = _reason(truth)
    if not terms:
        reason += f" ({_ARITHMETIC_ONLY})"
    about = _value(truth, evaluator)
    shown: dict[str, Any] = {"value": None, "value_bounds": None}
    if about is not None:
        value, written = about
        plain = isinstance(value, Real) and value.algebraic is None
        shown = {
            "value": written if plain else exact_text(value),
            "value_bounds": decimal_bounds(value),
        }
    if truth.value is None:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, reason, **shown)
    routes = _routes(terms, evaluator)
    if truth.value is False:
        witness = _witness(truth)
        return Outcome(Verdict.REFUTED, truth.tier, reason, witness=witness, routes=routes, **shown)
    if truth.tier is not Tier.EXACT:
        return Outcome(Verdict.CONFIRMED, truth.tier, reason, routes=routes, **shown)
    data, steps = _certificate(text, tree, evaluator, reason)
    if data is None:
        reason += "; found by one route only, so certified and not exact"
        return Outcome(Verdict.CONFIRMED, Tier.CERTIFIED, reason, routes=routes, **shown)
    return Outcome(
        Verdict.CONFIRMED,
        Tier.EXACT,
        reason,
        steps=steps,
        routes=routes,
        instances=(text,),
        certificate={"variables": [], "steps": data},
        **shown,
    )


_FAILS = {
    "==": "is not",
    "!=": "equals",
    "<": "is not below",
    "<=": "is above",
    ">": "is not above",
    ">=": "is below",
    "~=": "does not round to",
}
_HOLDS = {
    "==": "equals",
    "!=": "is not",
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
    "~=": "rounds to",
}


def _sentence(fact: Fact) -> str:
    if fact.right is True and isinstance(fact.left, (bool, Interval)):
        found = "is not settled" if fact.holds is None else f"is {str(fact.left).lower()}"
        sentence = f"{fact.left_text} {found}"
    else:
        left, right = short_text(fact.left), short_text(fact.right)
        same = left == fact.left_text
        if fact.operator == "~=" or _is_literal(fact.right_text):
            right = fact.right_text
        elif right != fact.right_text:
            right = f"{fact.right_text} = {right}"
        if fact.holds is None:
            value = "" if same else f" ({left})"
            sentence = f"not settled whether {fact.left_text}{value} {fact.operator} {right}"
        else:
            words = (_HOLDS if fact.holds else _FAILS)[fact.operator]
            subject = left if same or _is_literal(fact.left_text) else f"{fact.left_text} = {left},"
            sentence = f"{subject} {'which ' if subject.endswith(',') else ''}{words} {right}"
    if not fact.exact and fact.holds is not None:
        sentence += " (by rigorous enclosures)"
    return f"{sentence}: {fact.remark}" if fact.remark else sentence


def _is_literal(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _reason(truth: Truth) -> str:
    return "; ".join(_sentence(f) for f in truth.facts[:8])


def _witness(truth: Truth) -> dict[str, str]:
    witness: dict[str, str] = {}
    for number, fact in enumerate(truth.facts[:8], start=1):
        mark = f" {number}" if len(truth.facts) > 1 else ""
        relation = "rounds to" if fact.operator == "~=" else fact.operator
        witness[f"compared{mark}"] = f"{fact.left_text} {relation} {fact.right_text}"
        witness[f"left{mark}"] = short_text(fact.left)
        witness[f"right{mark}"] = (
            fact.right_text if fact.operator == "~=" else short_text(fact.right)
        )
    return witness


def _value(truth: Truth, evaluator: Evaluator) -> tuple[Quantity, str] | None:
    """Return the number that the claim is about: the side of the first fact that is computed."""
    if not truth.facts:
        return None
    fact = truth.facts[0]
    plain = _is_literal(fact.left_text)
    named = fact.left_text in evaluator.found or fact.right_text not in evaluator.found
    if named and not (plain and not fact.literal):
        return fact.left, fact.left_text
    return fact.right, fact.right_text


def _routes(terms: list[Call], evaluator: Evaluator) -> tuple[str, ...]:
    found = (route for call in terms for route in evaluator.routes.get(render(call), ()))
    return tuple(dict.fromkeys(found))


def _certificate(
    text: str, tree: Node, evaluator: Evaluator, reason: str
) -> tuple[list[dict[str, Any]] | None, tuple[Step, ...]]:
    """Return the certificate's steps and the steps shown; None when it has no checkable form."""
    computed: list[dict[str, Any]] = []
    values: list[list[str]] = []
    rational = True
    terms = [c for c in calls(tree) if c.name not in FUNCTIONS]
    if any(render(call) not in evaluator.routes for call in terms):
        return None, ()
    for call in _outermost(terms):
        value = evaluator.found[render(call)]
        rational &= isinstance(value, Fraction)
        source = text[call.column - 1 : call.end]
        if isinstance(value, Fraction) and [source, str(value)] not in values:
            values.append([source, str(value)])
            routes = evaluator.routes[render(call)]
            computed.append(_computed(f"{source} = {value}", _summary(call.name), routes))
    if rational and _evaluates(text, values):
        steps = [*computed, {"kind": "arithmetic", "test": text, "values": values}]
        shown = tuple(_step(s) for s in computed)
        return steps, (*shown, Step(StepStatus.CHECKED, text, f"evaluated: {reason}"))
    routes = _routes(terms, evaluator)
    if not terms:
        if not confirm(tree):
            return None, ()
        routes = _ARITHMETIC_ROUTES
    step = _computed(text, reason, routes)
    return [step], (_step(step),)


def _summary(name: str) -> str:
    return known_terms()[name].summary.strip().splitlines()[0]


def _computed(sentence: str, text: str, routes: tuple[str, ...]) -> dict[str, Any]:
    return {"kind": "computed", "sentence": sentence, "text": text, "routes": list(routes)}


def _step(step: dict[str, Any]) -> Step:
    return Step(StepStatus.COMPUTED, step["sentence"], step["text"], routes=tuple(step["routes"]))


def _outermost(terms: list[Call]) -> list[Call]:
    found: list[Call] = []
    covered = 0
    for call in terms:
        if call.column > covered:
            found.append(call)
            covered = call.end
    return found


def _evaluates(text: str, values: list[list[str]]) -> bool:
    """Return whether the independent checker can evaluate the statement to true by itself."""
    for call, value in values:
        text = text.replace(call, f"({value})")
    try:
        return recheck.Expression(text, recheck.Ring([])).result is True
    except (recheck.Refused, TypeError, ValueError, AttributeError, ArithmeticError, LookupError):
        return False
