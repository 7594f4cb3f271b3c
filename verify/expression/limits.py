"""Bounds on what an expression may ask for, so that a hostile one is refused and never computed.

Every limit is checked before the work it limits.  Messages name the limit and the amount found.
"""

from __future__ import annotations

from verify.errors import InputError

__all__ = [
    "MAX_BALL_EXPONENT",
    "MAX_BITS",
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_EXPONENT",
    "MAX_EXPONENT_DIGITS",
    "MAX_LENGTH",
    "MAX_LIST",
    "MAX_ROOT",
    "MAX_STRING",
    "MAX_TOKENS",
    "PRECISIONS",
    "ExpressionError",
]

MAX_LENGTH = 4000  # characters of one expression
MAX_TOKENS = 1500
MAX_DEPTH = 50  # nested parentheses, calls, signs, powers
MAX_DIGITS = 300  # digits of one literal
MAX_EXPONENT_DIGITS = 300  # absolute value of the exponent in 1.5e-7
MAX_EXPONENT = 9999  # of x ** k, in size
MAX_STRING = 200
MAX_LIST = 12
MAX_BITS = 13_000  # numerator plus denominator of any exact value: about 3900 digits
MAX_BALL_EXPONENT = 8_000  # binary exponent of an enclosure that is turned into fractions
MAX_ROOT = 1000  # denominator of an exponent
PRECISIONS = (64, 128, 256, 512, 1024, 2048, 4096)  # bits, tried in turn before "undecided"


class ExpressionError(InputError):
    """An expression that cannot be read or has no value; ``column`` counts characters from 1."""

    def __init__(self, message: str, column: int | None = None):
        self.column = column
        super().__init__(message if column is None else f"{message} (at character {column})")
