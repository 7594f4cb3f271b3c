"""Evaluation of a parsed expression: values, three-valued truth, and the facts that decided it."""

from __future__ import annotations

import difflib
import inspect
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flint import arb

from symbolic.values import NEVER, Bounded
from verify.errors import InputError
from verify.expression import arithmetic
from verify.expression.comparison import compare
from verify.expression.functions import FUNCTIONS, call_function
from verify.expression.limits import ExpressionError
from verify.expression.quantities import Interval, Quantity, Real, check_size, from_value
from verify.expression.rounding import agree_after_rounding
from verify.expression.syntax import (
    Call,
    Chain,
    Constant,
    Junction,
    ListOf,
    Literal,
    Negation,
    Node,
    Not,
    Power,
    Product,
    Sum,
    Text,
    render,
)
from verify.expression.terms import Agreed, known_terms
from verify.registry import Term
from verify.status import Tier, weakest

__all__ = ["Evaluator", "Fact", "Truth"]


@dataclass(frozen=True)
class Fact:
    """One comparison that was evaluated: the two sides, the relation, and what was found."""

    left_text: str
    operator: str
    right_text: str
    left: Quantity
    right: Quantity
    holds: bool | None
    exact: bool
    remark: str = ""
    literal: bool = False  # the right side is a number as printed


@dataclass(frozen=True)
class Truth:
    """A truth value (None: not settled), the tier of its proof, and the facts that decided it."""

    value: bool | None
    tier: Tier
    facts: tuple[Fact, ...]


@dataclass
class Evaluator:
    """Evaluates nodes; ``found`` collects the vocabulary values by the text of their call.

    ``routes`` names the independent routes of those values that have two.
    """

    found: dict[str, Quantity] = field(default_factory=dict)
    routes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def truth(self, node: Node) -> Truth:
        """Return the truth of a node that must be true or false.

        Raises:
            ExpressionError: the node is a number, or something in it has no value.
        """
        match node:
            case Junction(operator=operator, operands=operands):
                return _join(operator, [self.truth(o) for o in operands])
            case Not(operand=operand):
                inner = self.truth(operand)
                value = None if inner.value is None else not inner.value
                return Truth(value, inner.tier, inner.facts)
            case Chain():
                return self._chain(node)
        found = self.quantity(node)
        if isinstance(found, Interval) and isinstance(node, Call):
            fact = Fact(render(node), "==", "true", found, True, None, True, found.reason)
            return Truth(None, Tier.NONE, (fact,))
        if not isinstance(found, bool):
            text = render(node)
            raise ExpressionError(f"a claim must be true or false; {text} is a number: compare it")
        fact = Fact(render(node), "==", "true", found, True, found, True)
        return Truth(found, Tier.EXACT, (fact,))

    def _chain(self, node: Chain) -> Truth:
        values = [self.operand(o) for o in node.operands]
        parts = []
        for i, operator in enumerate(node.operators):
            left, right = node.operands[i], node.operands[i + 1]
            fact = _fact(left, operator, right, values[i], values[i + 1])
            if fact.holds is None:
                tier = Tier.NONE
            else:
                tier = Tier.EXACT if fact.exact else Tier.CERTIFIED
            parts.append(Truth(fact.holds, tier, (fact,)))
        return parts[0] if len(parts) == 1 else _join("and", parts)

    def operand(self, node: Node) -> Quantity:
        """Return the value of one side of a comparison, a truth value included."""
        if isinstance(node, (Chain, Junction, Not)):
            truth = self.truth(node)
            if truth.value is None:
                raise ExpressionError(f"the truth of {render(node)} is not settled")
            return truth.value
        return self.quantity(node)

    def quantity(self, node: Node) -> Quantity:
        """Return the value of a node that is a number, ``never`` or a truth value."""
        try:
            return self._quantity(node)
        except ExpressionError as error:
            if error.column is None and node.column:
                raise ExpressionError(error.message, node.column) from None
            raise

    def _quantity(self, node: Node) -> Quantity:
        match node:
            case Literal(value=value):
                return check_size(value)
            case Constant(name=name):
                return _constant(name)
            case Negation(operand=operand):
                return arithmetic.negate(self.quantity(operand))
            case Sum(terms=terms):
                total: Quantity = arithmetic.number(self.quantity(terms[0][1]), "+")
                for sign, term in terms[1:]:
                    total = arithmetic.add(total, self.quantity(term), sign)
                return total
            case Product(factors=factors):
                product: Quantity = arithmetic.number(self.quantity(factors[0][1]), "*")
                for sign, factor in factors[1:]:
                    operation = arithmetic.multiply if sign > 0 else arithmetic.divide
                    product = operation(product, self.quantity(factor))
                return product
            case Power(base=base, exponent=exponent):
                return arithmetic.power(self.quantity(base), self.quantity(exponent))
            case Call(name=name) if name in FUNCTIONS:
                if node.named:
                    raise ExpressionError(f"{name} takes no named arguments")
                return call_function(name, [self.quantity(a) for a in node.arguments])
            case Call():
                return self._term(node)
            case Chain() | Junction() | Not():
                return self.operand(node)
        raise ExpressionError("strings and lists are allowed as arguments only", node.column)

    def _term(self, node: Call) -> Quantity:
        text = render(node)
        if text in self.found:
            return self.found[text]
        term = _lookup(node.name)
        arguments = _bind(
            term,
            node,
            [self._argument(a) for a in node.arguments],
            {key: self._argument(a) for key, a in node.named},
        )
        try:
            value = term.function(**arguments)
        except (ValueError, OverflowError) as error:
            raise ExpressionError(f"{node.name}: {error}") from None
        except InputError as error:
            raise ExpressionError(f"{node.name}: {error.message}") from None
        except ZeroDivisionError:
            raise  # a defect, not a limit of precision
        except ArithmeticError as error:
            value = Bounded(None, None, f"{node.name}: {error}")
        if isinstance(value, Agreed):
            self.routes[text] = value.routes
            value = value.value
        self.found[text] = from_value(value, text)
        return self.found[text]

    def _argument(self, node: Node) -> Any:
        match node:
            case Text(value=written):
                return written
            case ListOf(items=items):
                return [_whole(self.quantity(i), "an entry of a list", i.column) for i in items]
        value = self.operand(node)
        if isinstance(value, Fraction) and value.denominator == 1:
            return int(value)
        if isinstance(value, Real):
            if value.algebraic is not None:
                return value.algebraic
            message = f"an argument must be a rational number; {render(node)} is not"
            raise ExpressionError(message, node.column)
        if isinstance(value, Interval):
            message = f"the argument {render(node)} is known only through bounds"
            raise ExpressionError(message, node.column)
        return value


def _whole(value: Quantity, what: str, column: int) -> int:
    if not isinstance(value, Fraction) or value.denominator != 1:
        raise ExpressionError(f"{what} must be an integer", column)
    return int(value)


def _constant(name: str) -> Quantity:
    if name in ("true", "false"):
        return name == "true"
    if name == "never":
        return NEVER
    if name == "pi":
        return Real("pi", arb.pi)
    known = [*FUNCTIONS, *known_terms(), "true", "false", "never", "pi"]
    if name in known:
        raise ExpressionError(f"{name} needs its arguments in parentheses")
    raise _unknown(name, known)


_SYNONYMS = {
    "e": "exp(1)",
    "ln": "log",
    "log10": "log(x)/log(10)",
    "log2": "log(x)/log(2)",
    "tan": "sin(x)/cos(x)",
    "pow": "**",
    "inf": "never",
    "infinity": "never",
    "oo": "never",
    "none": "never",
}


def _unknown(name: str, known: list[str]) -> ExpressionError:
    if name.lower() in _SYNONYMS:
        return ExpressionError(f"unknown name {name!r}; write {_SYNONYMS[name.lower()]}")
    near = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.6)
    if not near:
        last = name.rsplit(".", 1)[-1].lower()
        near = [k for k in known if k.rsplit(".", 1)[-1] == last][:3]
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return ExpressionError(f"unknown name {name[:60]!r}{hint} (see verify audit --vocabulary)")


def _lookup(name: str) -> Term:
    terms = known_terms()
    if name not in terms:
        raise _unknown(name, [*FUNCTIONS, *terms])
    return terms[name]


def _bind(term: Term, node: Call, positional: list[Any], named: dict[str, Any]) -> dict[str, Any]:
    names = list(term.parameters)
    if len(positional) > len(names):
        raise ExpressionError(f"{term.name} takes at most {len(names)} arguments")
    bound = dict(zip(names, positional, strict=False))
    for key, value in named.items():
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            wanted = ", ".join(names)
            raise ExpressionError(f"{term.name} has no argument {key!r}{hint} (it has {wanted})")
        if key in bound:
            raise ExpressionError(f"{term.name}: the argument {key!r} is given twice")
        bound[key] = value
    for key, parameter in term.parameters.items():
        if key not in bound and parameter.default is inspect.Parameter.empty:
            raise ExpressionError(f"{term.name} needs the argument {key!r}")
    return bound


def _fact(left: Node, operator: str, right: Node, a: Quantity, b: Quantity) -> Fact:
    texts = render(left), operator, render(right)
    if operator == "~=":
        unit = right.operand.unit if isinstance(right, Negation) else right.unit  # type: ignore[union-attr]
        if isinstance(a, bool):
            raise ExpressionError("~= compares numbers")
        assert isinstance(b, Fraction)
        rounding = agree_after_rounding(a, b, unit)
        return Fact(*texts, a, b, rounding.holds, rounding.exact, rounding.remark, True)
    if isinstance(a, bool) or isinstance(b, bool):
        if isinstance(a, Interval) or isinstance(b, Interval):
            reason = a.reason if isinstance(a, Interval) else b.reason  # type: ignore[union-attr]
            return Fact(*texts, a, b, None, True, reason)
        if not (isinstance(a, bool) and isinstance(b, bool)) or operator not in ("==", "!="):
            raise ExpressionError("truth values are compared with == and != to truth values only")
        return Fact(*texts, a, b, (a == b) == (operator == "=="), True)
    sign = compare(a, b)
    holds = sign.holds(operator)
    remark = sign.reason if holds is None else ""
    if operator == "==" and holds is False:
        remark = _rounding_hint(left, right, a, b)
    return Fact(*texts, a, b, holds, sign.exact, remark, isinstance(right, Literal))


def _rounding_hint(left: Node, right: Node, a: Quantity, b: Quantity) -> str:
    for node, other, value, text in ((right, a, b, render(left)), (left, b, a, render(right))):
        literal = node.operand if isinstance(node, Negation) else node
        if isinstance(literal, Literal) and literal.unit < 1 and isinstance(value, Fraction):
            if agree_after_rounding(other, value, literal.unit).holds:
                return f"== compares exactly; as a rounded number write {text} ~= {render(node)}"
    return ""


def _join(operator: str, parts: list[Truth]) -> Truth:
    """Combine truths by Kleene's three-valued ``and`` or ``or``."""
    decisive = operator == "or"
    deciding = [p for p in parts if p.value is decisive]
    if deciding:
        order = [Tier.EXACT, Tier.CERTIFIED]
        best = min(deciding, key=lambda p: order.index(p.tier))
        return Truth(decisive, best.tier, best.facts)
    facts = tuple(f for p in parts for f in p.facts)
    if any(p.value is None for p in parts):
        open_facts = tuple(f for p in parts if p.value is None for f in p.facts)
        return Truth(None, Tier.NONE, open_facts)
    return Truth(not decisive, weakest(p.tier for p in parts), facts)
