"""The tokens of the expression language: ASCII only, with kind messages for what is not one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from verify.expression.limits import (
    MAX_DIGITS,
    MAX_EXPONENT_DIGITS,
    MAX_LENGTH,
    MAX_STRING,
    MAX_TOKENS,
    ExpressionError,
)

__all__ = ["Token", "tokenize"]

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    |(?P<string>"[^"\n]*"|'[^'\n]*')
    |(?P<op>\*\*|~=|==|!=|<=|>=|[-+*/<>()\[\],=])""",
    re.VERBOSE,
)

_ADVICE = {
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "≈": "write ~= (equal after rounding)",
    "−": "write the ASCII minus sign -",
    "–": "write the ASCII minus sign -",
    "×": "write *",
    "·": "write *",
    "÷": "write /",
    "√": "write sqrt(...)",
    "π": "write pi",
    "∞": "write never",
    "∧": "write and",
    "∨": "write or",
    "¬": "write not",
    "%": "write percent(x), which is 100*x, or divide by 100",
    "^": "write ** for a power",
    "&": "write and",
    "|": "write or, or abs(x)",
    "!": "write not, or != for unequal",
    ":": "give named arguments with =, as in n=15",
    ";": "one expression at a time",
    "{": "use round parentheses",
    "}": "use round parentheses",
    "$": "write the formula in plain text",
    "\\": "write the formula in plain text",
    ".": "write a digit on both sides of the decimal point",
    "~": "write ~= (equal after rounding)",
}


@dataclass(frozen=True)
class Token:
    """One token: ``kind`` is number, name, string, op or end; ``column`` counts from 1."""

    kind: str
    text: str
    column: int


def _strange(character: str, column: int) -> ExpressionError:
    advice = _ADVICE.get(character)
    shown = repr(character)
    if advice is None and ord(character) > 126:
        name = unicodedata.name(character, "an unnamed character")
        advice = "names are written with plain ASCII letters"
        shown = f"{shown} (U+{ord(character):04X}, {name})"
    message = f"{shown} is not part of the expression language"
    return ExpressionError(f"{message}: {advice}" if advice else message, column)


def _check_number(text: str, column: int) -> None:
    if re.match(r"0[0-9]", text):
        raise ExpressionError("leave out the leading zero of this number", column)
    mantissa, _, exponent = text.lower().partition("e")
    digits = len(mantissa.replace(".", ""))
    if digits > MAX_DIGITS:
        message = f"a number with {digits} digits is too long (at most {MAX_DIGITS})"
        raise ExpressionError(message, column)
    if exponent and (len(exponent) > 5 or abs(int(exponent)) > MAX_EXPONENT_DIGITS):
        message = f"the exponent of a number is too large (at most {MAX_EXPONENT_DIGITS})"
        raise ExpressionError(message, column)


def tokenize(text: str) -> list[Token]:
    """Return the tokens of ``text``, the last of kind ``end``.

    Raises:
        ExpressionError: a character outside the language, or a limit exceeded.

    >>> [t.text for t in tokenize("x1 >= 2.50")]
    ['x1', '>=', '2.50', '']
    """
    if len(text) > MAX_LENGTH:
        message = f"an expression of {len(text)} characters is too long (at most {MAX_LENGTH})"
        raise ExpressionError(message)
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        column = position + 1
        if match is None:
            if text[position] in "\"'":
                raise ExpressionError("a string is not closed", column)
            raise _strange(text[position], column)
        kind, found = str(match.lastgroup), match.group()
        position = match.end()
        if kind == "space":
            continue
        if kind == "number":
            _check_number(found, column)
            following = text[position : position + 1]
            if following == ".":
                raise _strange(".", position + 1)
            if following == "_":
                raise ExpressionError("leave out the _ between digits", position + 1)
            if following.isalnum():
                message = f"write {found}*{following}... for a product"
                raise ExpressionError(message, position + 1)
        if kind == "string" and len(found) > MAX_STRING:
            message = f"a string is too long (at most {MAX_STRING} characters)"
            raise ExpressionError(message, column)
        tokens.append(Token(kind, found, column))
        if len(tokens) > MAX_TOKENS:
            raise ExpressionError(f"too many symbols (at most {MAX_TOKENS})")
    tokens.append(Token("end", "", len(text) + 1))
    return tokens
