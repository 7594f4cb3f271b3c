"""Parser for a real formula in one variable t: numbers, t, pi, e, + - * / ^ **, and functions.

The grammar is closed and small: sums, products, quotients, powers, ``log`` (also ``ln``),
``loglog``, ``exp``, ``sqrt``.  Powers are right-associative and bind tighter than a minus sign in
front.  The result is a tree of tuples; nothing is evaluated and nothing is executed.
"""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "Tree", "parse"]

Tree = tuple
"""("number", q), ("t",), ("pi",), ("e",), ("+", a, b), ("-", a), ("*", a, b), ("/", a, b),
("^", a, b), ("log", a), ("exp", a), ("sqrt", a)."""

MAX_LENGTH = 400
MAX_DEPTH = 40
MAX_DIGITS = 60

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|([A-Za-z_]+)|(\*\*|[-+*/^()]))")

_FUNCTIONS = {"log": "log", "ln": "log", "exp": "exp", "sqrt": "sqrt"}


def parse(text: str) -> Tree:
    """Return the syntax tree of ``text``.

    Raises:
        ValueError: for anything outside the grammar, with the place, or for a formula that is too
            long, too deep or has a number with too many digits.

    >>> parse("t*log(t)")
    ('*', ('t',), ('log', ('t',)))
    """
    if not isinstance(text, str):
        raise ValueError("a schedule is a formula in t, given as a string")
    if len(text) > MAX_LENGTH:
        raise ValueError(f"the formula has more than {MAX_LENGTH} characters")
    reader = _Reader(text)
    tree = reader.sum(0)
    if reader.kind != "end":
        raise ValueError(f"unexpected {reader.token!r} at position {reader.place} of the formula")
    return tree


class _Reader:
    """One-token look-ahead over the formula."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.end = 0
        self.step()

    def step(self) -> None:
        rest = self.text[self.end :]
        if not rest.strip():
            self.place, self.kind, self.token = len(self.text), "end", "end of formula"
            return
        match = _TOKEN.match(self.text, self.end)
        if match is None:
            place = self.end + len(rest) - len(rest.lstrip())
            raise ValueError(f"unexpected {self.text[place]!r} at position {place} of the formula")
        number, name, sign = match.groups()
        self.token = number or name or sign
        self.place = match.end() - len(self.token)
        self.kind = "number" if number else "name" if name else "sign"
        self.end = match.end()

    def accept(self, *signs: str) -> str | None:
        if self.kind == "sign" and self.token in signs:
            sign = self.token
            self.step()
            return sign
        return None

    def expect(self, sign: str) -> None:
        if self.accept(sign) is None:
            raise ValueError(f"expected {sign!r} at position {self.place}, found {self.token!r}")

    def sum(self, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise ValueError(f"the formula is nested deeper than {MAX_DEPTH}")
        tree = self.product(depth)
        while sign := self.accept("+", "-"):
            right = self.product(depth)
            tree = ("+", tree, right if sign == "+" else ("-", right))
        return tree

    def product(self, depth: int) -> Tree:
        tree = self.signed(depth)
        while sign := self.accept("*", "/"):
            tree = (sign, tree, self.signed(depth))
        return tree

    def signed(self, depth: int) -> Tree:
        negative = False
        while sign := self.accept("+", "-"):
            negative ^= sign == "-"
        tree = self.power(depth)
        return ("-", tree) if negative else tree

    def power(self, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise ValueError(f"the formula is nested deeper than {MAX_DEPTH}")
        base = self.atom(depth)
        if self.accept("^", "**"):
            negative = False
            while sign := self.accept("+", "-"):
                negative ^= sign == "-"
            exponent = self.power(depth + 1)
            return ("^", base, ("-", exponent) if negative else exponent)
        return base

    def atom(self, depth: int) -> Tree:
        kind, token, place = self.kind, self.token, self.place
        if kind == "number":
            self.step()
            if len(token) > MAX_DIGITS:
                raise ValueError(f"a number of the formula has more than {MAX_DIGITS} digits")
            return ("number", Fraction(token))
        if kind == "sign" and token == "(":
            self.step()
            tree = self.sum(depth + 1)
            self.expect(")")
            return tree
        if kind == "name":
            self.step()
            if token in ("t", "pi", "e"):
                return (token,)
            if token in _FUNCTIONS or token == "loglog":
                self.expect("(")
                tree = self.sum(depth + 1)
                self.expect(")")
                return ("log", ("log", tree)) if token == "loglog" else (_FUNCTIONS[token], tree)
            raise ValueError(
                f"{token!r} at position {place} is not known: a schedule is built from t, numbers, "
                "pi, e, + - * / ^, log, loglog, exp and sqrt"
            )
        raise ValueError(f"unexpected {token!r} at position {place} of the formula")
