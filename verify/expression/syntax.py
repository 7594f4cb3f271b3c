"""The syntax tree of an expression, and its one normalised text.

Sums, products, conjunctions and disjunctions are n-ary, so that a long chain is not a deep tree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

__all__ = [
    "Call",
    "Chain",
    "Constant",
    "Junction",
    "ListOf",
    "Literal",
    "Negation",
    "Node",
    "Not",
    "Power",
    "Product",
    "Sum",
    "Text",
    "calls",
    "render",
]


@dataclass(frozen=True)
class Literal:
    """A number as written: ``value`` exact, ``unit`` the weight of the last digit shown."""

    text: str
    value: Fraction
    unit: Fraction
    column: int = 0


@dataclass(frozen=True)
class Constant:
    """``true``, ``false``, ``never`` or ``pi``."""

    name: str
    column: int = 0


@dataclass(frozen=True)
class Text:
    """A string, allowed as an argument only."""

    value: str
    column: int = 0


@dataclass(frozen=True)
class ListOf:
    """A list of integers, allowed as an argument only."""

    items: tuple[Node, ...]
    column: int = 0


@dataclass(frozen=True)
class Negation:
    """Unary minus."""

    operand: Node
    column: int = 0


@dataclass(frozen=True)
class Sum:
    """Terms with their signs (+1 or -1), left to right."""

    terms: tuple[tuple[int, Node], ...]
    column: int = 0


@dataclass(frozen=True)
class Product:
    """Factors with their exponents (+1 or -1), left to right."""

    factors: tuple[tuple[int, Node], ...]
    column: int = 0


@dataclass(frozen=True)
class Power:
    """``base ** exponent``."""

    base: Node
    exponent: Node
    column: int = 0


@dataclass(frozen=True)
class Call:
    """A function or a name of the vocabulary with its arguments, from ``column`` to ``end``."""

    name: str
    arguments: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...]
    column: int = 0
    end: int = 0


@dataclass(frozen=True)
class Chain:
    """A chain of comparisons: ``operands[0] operators[0] operands[1] ...``."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]
    column: int = 0


@dataclass(frozen=True)
class Not:
    """Logical negation."""

    operand: Node
    column: int = 0


@dataclass(frozen=True)
class Junction:
    """``and`` or ``or`` of two or more operands."""

    operator: str
    operands: tuple[Node, ...]
    column: int = 0


Node = (
    Literal
    | Constant
    | Text
    | ListOf
    | Negation
    | Sum
    | Product
    | Power
    | Call
    | Chain
    | Not
    | Junction
)

_RANK = {Junction: 0, Not: 1, Chain: 2, Sum: 3, Product: 4, Negation: 5, Power: 6}


def render(node: Node, replace: Callable[[Node], str | None] = lambda node: None) -> str:
    """Return the normalised text of ``node``: one space around + - and comparisons, few brackets.

    ``replace`` may give another text for a node (it is bracketed by the caller of ``replace``).

    >>> from verify.expression.parser import parse
    >>> render(parse("( 1+2)*3==9.0"))
    '(1 + 2)*3 == 9.0'
    """
    other = replace(node)
    if other is not None:
        return other

    def inner(child: Node, rank: int) -> str:
        text = render(child, replace)
        return f"({text})" if _RANK.get(type(child), 9) <= rank else text

    match node:
        case Literal(text=text):
            return text
        case Constant(name=name):
            return name
        case Text(value=value):
            return f'"{value}"' if '"' not in value else f"'{value}'"
        case ListOf(items=items):
            return "[" + ", ".join(render(i, replace) for i in items) + "]"
        case Negation(operand=operand):
            return "-" + inner(operand, 5)
        case Sum(terms=terms):
            text = inner(terms[0][1], 3)
            for sign, term in terms[1:]:
                text += (" + " if sign > 0 else " - ") + inner(term, 3)
            return text
        case Product(factors=factors):
            text = inner(factors[0][1], 4)
            for sign, factor in factors[1:]:
                text += ("*" if sign > 0 else "/") + inner(factor, 4)
            return text
        case Power(base=base, exponent=exponent):
            return f"{inner(base, 6)}**{inner(exponent, 6)}"
        case Call(name=name, arguments=arguments, named=named):
            parts = [render(a, replace) for a in arguments]
            parts += [f"{key}={render(a, replace)}" for key, a in named]
            return f"{name}({', '.join(parts)})"
        case Chain(operands=operands, operators=operators):
            text = inner(operands[0], 2)
            for operator, operand in zip(operators, operands[1:], strict=True):
                text += f" {operator} {inner(operand, 2)}"
            return text
        case Not(operand=operand):
            return "not " + inner(operand, 0)
        case Junction(operator=operator, operands=operands):
            return f" {operator} ".join(inner(o, 0) for o in operands)


def calls(node: Node) -> list[Call]:
    """Return every call in the tree, in reading order, outer before inner."""
    match node:
        case Call(arguments=arguments, named=named):
            below = [*arguments, *(value for _, value in named)]
            return [node, *(c for child in below for c in calls(child))]
        case Negation(operand=child) | Not(operand=child):
            return calls(child)
        case Sum(terms=pairs) | Product(factors=pairs):
            return [c for _, child in pairs for c in calls(child)]
        case Power(base=base, exponent=exponent):
            return calls(base) + calls(exponent)
        case Chain(operands=children) | Junction(operands=children) | ListOf(items=children):
            return [c for child in children for c in calls(child)]
    return []
