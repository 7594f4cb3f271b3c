"""A second way to a value: plain ball arithmetic on the tree, without any simplification.

It shares nothing with the exact evaluation but the tree, and confirms what that decided: the ball
of the difference of two sides must not exclude the sign that was found.
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb, fmpq

from symbolic.values import workprec
from verify.errors import RoutesDisagree
from verify.expression.syntax import (
    Call,
    Chain,
    Constant,
    Junction,
    Literal,
    Negation,
    Node,
    Not,
    Power,
    Product,
    Sum,
    render,
)

__all__ = ["NotEnclosed", "confirm"]

_BITS = 512


class NotEnclosed(Exception):
    """The tree has a part that ball arithmetic does not evaluate."""


def confirm(tree: Node) -> bool:
    """Return whether balls could be computed for some comparison, and none excludes it.

    ``tree`` is a statement that was found true.

    Raises:
        RoutesDisagree: the balls prove the statement false.
    """
    with workprec(_BITS):
        try:
            truth = _truth(tree)
        except NotEnclosed:
            return False
    if truth is False:
        raise RoutesDisagree(f"enclosures exclude {render(tree)}")
    return True


def _truth(node: Node) -> bool | None:
    match node:
        case Junction(operator=operator, operands=operands):
            values = [_truth(o) for o in operands]
            decisive = operator == "or"
            if decisive in values:
                return decisive
            return None if None in values else not decisive
        case Not(operand=operand):
            inner = _truth(operand)
            return None if inner is None else not inner
        case Chain(operands=operands, operators=operators):
            parts = [
                _compare(a, op, b)
                for a, op, b in zip(operands, operators, operands[1:], strict=False)
            ]
            return False if False in parts else None if None in parts else True
    raise NotEnclosed


def _compare(left: Node, operator: str, right: Node) -> bool | None:
    difference = _ball(left) - _ball(right)
    if operator == "~=":
        literal = right.operand if isinstance(right, Negation) else right
        assert isinstance(literal, Literal)
        excess = abs(difference) - _rational(literal.unit / 2)
        return False if excess > 0 else True if excess <= 0 else None
    below, above = bool(difference < 0), bool(difference > 0)
    if operator in ("==", "!="):
        unequal = True if below or above else None
        return unequal if operator == "!=" else (False if unequal else None)
    if operator in ("<", "<="):
        return True if below else False if above else None
    return True if above else False if below else None


def _rational(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _ball(node: Node) -> arb:
    match node:
        case Literal(value=value):
            return _rational(value)
        case Constant(name="pi"):
            return arb.pi()
        case Negation(operand=operand):
            return -_ball(operand)
        case Sum(terms=terms):
            return sum((sign * _ball(term) for sign, term in terms), arb(0))
        case Product(factors=factors):
            product = arb(1)
            for sign, factor in factors:
                product = product * _ball(factor) if sign > 0 else product / _ball(factor)
            return product
        case Power(base=base, exponent=exponent):
            power = _exponent(exponent)
            if power.denominator == 1:
                return _ball(base) ** int(power)
            root = _ball(base).nonnegative_part().root(power.denominator)
            return root**power.numerator
        case Call(name=name, arguments=arguments):
            return _function(name, [_ball(a) for a in arguments])
    raise NotEnclosed


def _exponent(node: Node) -> Fraction:
    """Return a rational exponent that is written out, such as 1/2 or -3."""
    match node:
        case Literal(value=value):
            return value
        case Negation(operand=operand):
            return -_exponent(operand)
        case Product(factors=((1, first), (-1, second))):
            return _exponent(first) / _exponent(second)
    raise NotEnclosed


def _function(name: str, values: list[arb]) -> arb:
    first = values[0]
    match name:
        case "sqrt":
            return first.nonnegative_part().sqrt()
        case "exp" | "log" | "sin" | "cos":
            return getattr(first, name)()
        case "abs":
            return abs(first)
        case "percent":
            return 100 * first
        case "min" | "max":
            for other in values[1:]:
                first = getattr(first, name)(other)
            return first
    raise NotEnclosed
