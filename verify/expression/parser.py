"""A recursive-descent parser for the expression language; depth and size are bounded.

Precedence, weak to strong: ``or``; ``and``; ``not``; comparisons (chains); ``+ -``; ``* /``; unary
sign; ``**`` (right-associative, binds tighter than a sign on its left: -2**2 is -4).
"""

from __future__ import annotations

from fractions import Fraction

from verify.expression.limits import MAX_DEPTH, MAX_LIST, ExpressionError
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
)
from verify.expression.tokens import Token, tokenize

__all__ = ["parse"]

_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "~=")
_KEYWORDS = ("and", "or", "not", "true", "false", "never", "pi", "infinite")


def parse(text: str) -> Node:
    """Return the syntax tree of one expression.

    Raises:
        ExpressionError: not an expression of the language; the message says where and why.

    >>> parse("1 < 2").operators
    ('<',)
    """
    parser = _Parser(tokenize(text))
    if parser.here.kind == "end":
        raise ExpressionError("the expression is empty")
    node = parser.disjunction()
    if parser.here.kind != "end":
        raise parser.unexpected("the end, or an operator such as + or ==")
    return node


def _literal(token: Token) -> Literal:
    mantissa, _, exponent = token.text.lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    unit = Fraction(10) ** (int(exponent or 0) - len(decimals))
    return Literal(token.text, int(whole + decimals) * unit, unit, token.column)


class _Parser:
    def __init__(self, tokens: list[Token]):
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    @property
    def here(self) -> Token:
        return self.tokens[self.position]

    def at(self, *texts: str) -> bool:
        return self.here.kind in ("op", "name") and self.here.text in texts

    def take(self) -> Token:
        token = self.here
        self.position += 1
        return token

    def unexpected(self, wanted: str) -> ExpressionError:
        token = self.here
        if token.kind == "end":
            return ExpressionError(f"the expression ends where {wanted} should stand", token.column)
        if token.text == ",":
            message = "a comma only separates arguments; write numbers without it"
            return ExpressionError(message, token.column)
        if token.text == "=":
            return ExpressionError("write == to compare; = only names an argument", token.column)
        return ExpressionError(f"{token.text!r} stands where {wanted} should", token.column)

    def expect(self, text: str) -> Token:
        if not self.at(text):
            raise self.unexpected(repr(text))
        return self.take()

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"the expression is nested too deeply (at most {MAX_DEPTH} levels)"
            raise ExpressionError(message, self.here.column)

    def disjunction(self) -> Node:
        return self._junction("or", self.conjunction)

    def conjunction(self) -> Node:
        return self._junction("and", self.negated)

    def _junction(self, word: str, part) -> Node:
        column = self.here.column
        operands = [part()]
        while self.at(word):
            self.take()
            operands.append(part())
        return operands[0] if len(operands) == 1 else Junction(word, tuple(operands), column)

    def negated(self) -> Node:
        if not self.at("not"):
            return self.comparison()
        self.deeper()
        column = self.take().column
        node = Not(self.negated(), column)
        self.depth -= 1
        return node

    def comparison(self) -> Node:
        column = self.here.column
        operands, operators = [self.sum()], []
        while self.at(*_COMPARISONS):
            token = self.take()
            operators.append(token.text)
            operands.append(self.sum())
            if token.text == "~=" and not _is_plain_number(operands[-1]):
                message = "the right side of ~= must be a number as printed: 32.1 or -5, no 1e3"
                raise ExpressionError(message, token.column)
        if not operators:
            return operands[0]
        return Chain(tuple(operands), tuple(operators), column)

    def sum(self) -> Node:
        column = self.here.column
        terms = [(1, self.product())]
        while self.at("+", "-"):
            sign = 1 if self.take().text == "+" else -1
            terms.append((sign, self.product()))
        return terms[0][1] if len(terms) == 1 else Sum(tuple(terms), column)

    def product(self) -> Node:
        column = self.here.column
        factors = [(1, self.signed())]
        while self.at("*", "/"):
            sign = 1 if self.take().text == "*" else -1
            factors.append((sign, self.signed()))
        return factors[0][1] if len(factors) == 1 else Product(tuple(factors), column)

    def signed(self) -> Node:
        if self.at("+"):
            raise ExpressionError("leave out the sign +; only - may stand here", self.here.column)
        if not self.at("-"):
            return self.power()
        self.deeper()
        token = self.take()
        operand = self.signed()
        self.depth -= 1
        return Negation(operand, token.column)

    def power(self) -> Node:
        base = self.atom()
        if not self.at("**"):
            return base
        self.deeper()
        column = self.take().column
        node = Power(base, self.signed(), column)
        self.depth -= 1
        return node

    def atom(self) -> Node:
        token = self.here
        if token.kind == "number":
            return _literal(self.take())
        if token.kind == "string" or self.at("["):
            raise ExpressionError("strings and lists are allowed as arguments only", token.column)
        if self.at("("):
            self.deeper()
            self.take()
            node = self.disjunction()
            self.expect(")")
            self.depth -= 1
            return node
        if token.kind == "name" and token.text not in ("and", "or", "not"):
            self.take()
            if self.at("("):
                return self.call(token)
            name = "never" if token.text == "infinite" else token.text
            return Constant(name, token.column)
        raise self.unexpected("a number, a name or a parenthesis")

    def call(self, name: Token) -> Node:
        if name.text in _KEYWORDS:
            raise ExpressionError(f"{name.text!r} takes no arguments", name.column)
        self.deeper()
        self.expect("(")
        arguments: list[Node] = []
        named: dict[str, Node] = {}
        while not self.at(")"):
            token = self.here
            following = self.tokens[min(self.position + 1, len(self.tokens) - 1)]
            if token.kind == "name" and following.text == "=" and following.kind == "op":
                self.position += 2
                if token.text in named:
                    message = f"the argument {token.text!r} is given twice"
                    raise ExpressionError(message, token.column)
                named[token.text] = self.argument()
            elif named:
                message = "an argument without a name cannot follow one with a name"
                raise ExpressionError(message, token.column)
            else:
                arguments.append(self.argument())
            if not self.at(")"):
                self.expect(",")
        end = self.take().column
        self.depth -= 1
        return Call(name.text, tuple(arguments), tuple(named.items()), name.column, end)

    def argument(self) -> Node:
        token = self.here
        if token.kind == "string":
            self.take()
            return Text(token.text[1:-1], token.column)
        if not self.at("["):
            return self.disjunction()
        self.deeper()
        self.take()
        items: list[Node] = []
        while not self.at("]"):
            items.append(self.sum())
            if len(items) > MAX_LIST:
                raise ExpressionError(f"a list has at most {MAX_LIST} entries", token.column)
            if not self.at("]"):
                self.expect(",")
        self.take()
        self.depth -= 1
        return ListOf(tuple(items), token.column)


def _is_plain_number(node: Node) -> bool:
    if isinstance(node, Negation):
        node = node.operand
    return isinstance(node, Literal) and "e" not in node.text.lower()
