"""The language in which claims are written: a small grammar, exact values, three-valued truth.

``decide(text)`` is the whole interface; ``ExpressionError`` says what is wrong with a text.
"""

from verify.expression.decision import decide
from verify.expression.limits import ExpressionError

__all__ = ["ExpressionError", "decide"]
