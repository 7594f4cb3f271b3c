r"""Parse the mathematics between dollar signs into a tree built from a closed list of commands.

Recursive descent over LaTeX tokens. Only what parses is typeset: groups balance, every command is
in ``verify.report.symbols``, takes the arguments it needs, and scripts are not doubled. LaTeX and
MathML are written from the tree, never from the author's characters, so no macro, file or link
command can pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from verify.report import symbols

__all__ = ["MathError", "Node", "parse"]

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_LONGEST = 400_000
_DEEPEST = 60
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "binom"})
_STACKS = frozenset({"overset", "underset", "stackrel"})


class MathError(ValueError):
    """The text is not in the accepted subset of LaTeX mathematics; the message says why."""


@dataclass(frozen=True)
class Node:
    """A node of a formula.

    ``kind`` is one of: row, mi (letter), mn (number), mo (operator, ``role`` bin, rel, open,
    close, punct, ord), big, func, frac, sqrt, script (base, sub, sup), fence, matrix, font,
    accent, text, space, size, stack. ``text`` is the LaTeX of a leaf or the command of a
    construct; ``char`` the Unicode of a leaf.
    """

    kind: str
    text: str = ""
    char: str = ""
    role: str = ""
    args: tuple[Node | None, ...] = ()
    cells: tuple[tuple[Node, ...], ...] = ()


_OPERATORS = {
    "+": "bin", "-": "bin", "*": "bin", "=": "rel", "<": "rel", ">": "rel", ":": "rel",
    "(": "open", "[": "open", ")": "close", "]": "close", "|": "ord", "/": "ord", ",": "punct",
    ";": "punct", "!": "close", ".": "punct", "?": "close",
}  # fmt: skip
_DELIMITER_ROLE = {
    "{": "open", "}": "close", "⟨": "open", "⟩": "close", "⌊": "open", "⌋": "close", "⌈": "open",
    "⌉": "close",
}  # fmt: skip


def _tokens(source: str) -> Iterator[str]:
    for token in _TOKEN.findall(source):
        if token in symbols.UNICODE:
            yield from _TOKEN.findall(symbols.UNICODE[token])
        else:
            yield token


class _Parser:
    def __init__(self, source: str) -> None:
        self.tokens = list(_tokens(source))
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def skip_space(self) -> None:
        while self.peek().isspace():
            self.at += 1

    def row(self, stops: tuple[str, ...] = ()) -> Node:
        """Parse up to one of ``stops`` (left in place) or the end."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise MathError(f"the formula nests deeper than {_DEEPEST} levels")
        items: list[Node] = []
        while True:
            self.skip_space()
            token = self.peek()
            if not token or token in stops:
                break
            items.append(self.scripted())
        self.depth -= 1
        return items[0] if len(items) == 1 else Node("row", args=tuple(items))

    def scripted(self) -> Node:
        base = Node("row") if self.peek() in ("^", "_", "'") else self.atom()
        sub: Node | None = None
        sup: Node | None = None
        primes = 0
        while True:
            self.skip_space()
            token = self.peek()
            if token == "'":
                self.next()
                primes += 1
            elif token == "_":
                if sub is not None:
                    raise MathError("a double subscript")
                self.next()
                sub = self.argument()
            elif token == "^":
                self.next()
                if sup is not None:
                    raise MathError("a double superscript")
                if self.peek() == "^":
                    raise MathError("the notation ^^ is not accepted")
                sup = self.argument()
            elif token in ("\\limits", "\\nolimits"):
                self.next()
            else:
                break
        if primes:
            marks = tuple(Node("mo", "\\prime", "′", "ord") for _ in range(primes))
            tail = () if sup is None else (sup,)
            sup = Node("row", args=marks + tail)
        if sub is None and sup is None:
            return base
        return Node("script", args=(base, sub, sup))

    def argument(self) -> Node:
        self.skip_space()
        if len(self.peek()) > 1 and self.peek()[0].isdigit():  # one digit, as TeX reads it
            self.tokens[self.at : self.at + 1] = [self.peek()[0], self.peek()[1:]]
        if self.peek() == "{":
            return self.group()
        if self.peek() in ("", "}", "^", "_", "&"):
            raise MathError("a command or script lacks its argument")
        return self.atom()

    def group(self) -> Node:
        self.next()
        inner = self.row(("}",))
        if self.next() != "}":
            raise MathError("an opening brace is not closed")
        return inner

    def raw_group(self) -> str:
        """Return the characters of a braced group without parsing them as mathematics."""
        self.skip_space()
        if self.next() != "{":
            raise MathError("a command lacks its braced argument")
        out = ""
        while (token := self.next()) != "}":
            if not token:
                raise MathError("an opening brace is not closed")
            if token == "{" or (token.startswith("\\") and token not in ("\\ ", "\\%", "\\&")):
                raise MathError("only plain words are accepted in a text or name argument")
            out += token.removeprefix("\\")
        return out

    def atom(self) -> Node:
        token = self.next()
        if token == "{":
            self.at -= 1
            inner = self.group()
            return inner if inner.kind == "row" else Node("row", args=(inner,))
        if token.startswith("\\"):
            return self.command(token)
        if token[0].isdigit():
            return Node("mn", token, token)
        if token.isalpha() and token.isascii():
            return Node("mi", token, token)
        if token in _OPERATORS:
            char = {"-": "−", "*": "∗"}.get(token, token)
            return Node("mo", token, char, _OPERATORS[token])
        if token == "~":
            return Node("space", "\\ ", role="0.3em")
        if token == "&":
            raise MathError("an alignment mark outside an alignment")
        if token == "}":
            raise MathError("a closing brace without its opening brace")
        raise MathError(f"the character {token!r} is not accepted in a formula")

    def command(self, token: str) -> Node:
        name = token[1:]
        if name in symbols.LETTERS:
            return Node("mi", token, symbols.LETTERS[name])
        if name in symbols.BINARY:
            return Node("mo", token, symbols.BINARY[name], "bin")
        if name in symbols.RELATIONS:
            return Node("mo", token, symbols.RELATIONS[name], "rel")
        if name in symbols.BIG_OPERATORS:
            return Node("big", token, symbols.BIG_OPERATORS[name])
        if name in symbols.FUNCTIONS:
            return Node("func", token, name, "limits" if symbols.FUNCTIONS[name] else "")
        if name in symbols.SPACES:
            return Node("space", token, role=symbols.SPACES[name])
        if name in symbols.IGNORED:
            return Node("row")
        if name == "operatorname":
            limits = self.peek() == "*"
            if limits:
                self.next()
            word = self.raw_group()
            star = "*" if limits else ""
            return Node("func", f"\\operatorname{star}{{{_word(word)}}}", word,
                        "limits" if limits else "")  # fmt: skip
        if name in ("text", "textrm", "mbox", "textit", "textbf"):
            return Node("text", "\\text", self.raw_group())
        if name in ("mathrel", "mathbin"):
            signs = self.raw_group().strip()
            if not re.fullmatch(r"[:=<>+-]{1,3}", signs):
                raise MathError(f"{token} takes signs only")
            return Node("mo", f"{token}{{{signs}}}", signs, name[4:])
        if name in ("pmod", "mod"):
            return Node("row", args=(Node("mo", "(", "(", "open"), Node("text", "\\text", "mod "),
                                     self.argument(), Node("mo", ")", ")", "close")))  # fmt: skip
        if name == "not":
            inner = self.argument()
            if inner.kind != "mo" or inner.role != "rel":
                raise MathError("\\not must stand before a relation")
            return Node("mo", f"\\not{inner.text}", inner.char + "\u0338", "rel")
        return self.construct(token, name)

    def construct(self, token: str, name: str) -> Node:
        if name in _FRACTIONS:
            return Node("frac", token, args=(self.argument(), self.argument()))
        if name in _STACKS:
            return Node("stack", token, args=(self.argument(), self.argument()))
        if name == "sqrt":
            index = None
            self.skip_space()
            if self.peek() == "[":
                self.next()
                index = self.row(("]",))
                if self.next() != "]":
                    raise MathError("the index of a root is not closed")
            return Node("sqrt", token, args=(self.argument(), index))
        if name in symbols.ACCENTS:
            return Node("accent", token, symbols.ACCENTS[name], args=(self.argument(),))
        if name in symbols.ALPHABETS:
            return Node("font", token, args=(self.argument(),))
        if name in symbols.BIG_DELIMITERS:
            text, char = self.delimiter()
            return Node("size", token, char, text)
        if name == "left":
            return self.fence()
        if name == "begin":
            return self.environment()
        if token in symbols.DELIMITERS:
            char = symbols.DELIMITERS[token]
            role = _DELIMITER_ROLE.get(char, "ord")
            if name.endswith(("vert", "Vert")) and name[0] in "lr":
                role = "open" if name[0] == "l" else "close"
            return Node("mo", token, char, role)
        if token in ("\\%", "\\&", "\\#", "\\_", "\\$"):
            return Node("mo", token, name, "ord")
        if name == "right" or name == "end":
            raise MathError(f"{token} without its opening")
        raise MathError(f"the command {token} is not in the accepted list")

    def delimiter(self) -> tuple[str, str]:
        self.skip_space()
        token = self.next()
        if token not in symbols.DELIMITERS:
            raise MathError(f"{token!r} is not a delimiter")
        return token, symbols.DELIMITERS[token]

    def fence(self) -> Node:
        left = self.delimiter()
        items: list[Node] = []
        while True:
            items.append(self.row(("\\right", "\\middle")))
            token = self.next()
            if token == "\\middle":
                middle = self.delimiter()
                items.append(Node("mo", middle[0], middle[1], "ord"))
                continue
            break
        if token != "\\right":
            raise MathError("\\left without \\right")
        right = self.delimiter()
        body = items[0] if len(items) == 1 else Node("row", args=tuple(items))
        return Node("fence", left[0], left[1], right[0], (body, Node("mo", right[0], right[1])))

    def environment(self) -> Node:
        name = self.raw_name()
        if name not in symbols.ENVIRONMENTS:
            raise MathError(f"the environment {name} is not in the accepted list")
        columns = ""
        if name == "array":
            columns = self.raw_group()
            if not re.fullmatch(r"[lcr|]{1,30}", columns):
                raise MathError("the columns of an array must be letters l, c, r")
        rows: list[tuple[Node, ...]] = []
        cells: list[Node] = []
        while True:
            cells.append(self.row(("&", "\\\\", "\\cr", "\\end")))
            token = self.next()
            if token == "&":
                continue
            rows.append(tuple(cells))
            cells = []
            if token == "\\end":
                break
            if not token:
                raise MathError(f"the environment {name} is not closed")
        if self.raw_name() != name:
            raise MathError(f"the environment {name} is closed by another")
        last = rows[-1]
        if len(rows) > 1 and len(last) == 1 and last[0] == Node("row"):
            rows.pop()
        width = max(map(len, rows))
        if name == "array" and width > len(columns.replace("|", "")):
            raise MathError("an array has more cells than columns")
        if name == "cases" and width > 2:
            raise MathError("cases has more than two columns")
        return Node("matrix", name, columns, cells=tuple(rows))

    def raw_name(self) -> str:
        return self.raw_group().strip()


def _word(word: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9 \-]{1,40}", word):
        raise MathError("the name of an operator must be letters and digits")
    return word


@lru_cache(maxsize=4096)
def parse(source: str) -> Node:
    r"""Return the tree of the formula ``source`` (without its dollar signs).

    Raises:
        MathError: unless every command is in the accepted list and the structure is complete.

    >>> parse(r"\frac{1}{2}").kind
    'frac'
    >>> parse(r"\def\x{1}")
    Traceback (most recent call last):
    ...
    verify.report.mathtext.MathError: the command \def is not in the accepted list
    """
    if len(source) > _LONGEST:
        raise MathError(f"the formula is longer than {_LONGEST} characters")
    parser = _Parser(source)
    tree = parser.row()
    if parser.peek():
        raise MathError("a closing brace without its opening brace")
    return tree
