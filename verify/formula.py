"""Formulas as text for certificates, and as LaTeX for reports.

The text is plain: ``25*n**4 - 26*n**3``; long sums are put in parentheses in groups, so that no
reader has to nest deeply.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

__all__ = ["expression_latex", "expression_text"]

_GROUP = 40


def expression_text(expression: Any, variables: Sequence[str] = ()) -> str:
    """Return the text of an expression: a string as it is, an integer, a rational, a python-flint
    polynomial, or {exponents: coefficient} in ``variables``.

    >>> expression_text({(2, 0): 3, (0, 1): Fraction(-1, 2)}, ["n", "a"])
    '3*n**2 - 1/2*a'
    """
    if isinstance(expression, str):
        return expression
    if isinstance(expression, (int, Fraction)):
        return str(expression)
    if isinstance(expression, dict):
        terms = _terms(expression, variables)
    elif hasattr(expression, "context"):  # fmpq_mpoly, fmpz_mpoly
        terms = _terms(expression.to_dict(), [str(g) for g in expression.context().names()])
    else:
        return str(expression).replace("^", "**")
    groups = [_join(terms[i : i + _GROUP]) for i in range(0, len(terms), _GROUP)]
    while len(groups) > 1:
        groups = [
            " + ".join(f"({g})" for g in groups[i : i + _GROUP]) for i in range(0, len(groups), _GROUP)
        ]
    return groups[0] if groups else "0"


def _terms(poly: dict[tuple[int, ...], Any], variables: Sequence[str]) -> list[tuple[int, str]]:
    out = []
    for exponents, value in sorted(poly.items(), reverse=True):
        c = Fraction(int(value.p), int(value.q)) if hasattr(value, "p") else Fraction(int(value)) if not isinstance(value, Fraction) else value
        powers = [v if e == 1 else f"{v}**{e}" for v, e in zip(variables, exponents, strict=True) if e]
        head = [str(abs(c))] if abs(c) != 1 or not powers else []
        out.append((1 if c > 0 else -1, "*".join(head + powers)))
    return out


def _join(terms: list[tuple[int, str]]) -> str:
    first = ("-" if terms[0][0] < 0 else "") + terms[0][1]
    return first + "".join((" + " if sign > 0 else " - ") + text for sign, text in terms[1:])


_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_WORDS = {"for", "in", "at", "the", "real", "roots", "has", "of", "diverges", "converges", "none", "to",
          "powers", "loss", "layers", "sum", "norm", "skew", "symmetric", "prod", "chi2", "oo", "and"}  # fmt: skip


def expression_latex(sentence: str, value: str | None = None) -> str:
    """Return a checker's sentence as LaTeX, with the derived value of a definition appended.

    >>> expression_latex("P*h == U*g - 2*n**4*R4")
    'P\\\\,h = U\\\\,g - 2\\\\,n^{4}\\\\,R_{4}'
    """
    text = sentence if value is None else f"{sentence} == {value}"
    text = re.sub(r"\*\*\s*(\d+)", r"^{\1}", text)
    text = re.sub(r"\*\*\s*\(([^()]*)\)", r"^{\1}", text)
    text = text.replace("*", r"\,").replace("==", "=").replace(">=", r"\ge ").replace("<=", r"\le ")
    text = re.sub(r"\boo\b", r"\\infty", text)
    out = []
    position = 0
    for match in _NAME.finditer(text):
        out.append(text[position : match.start()])
        word = match.group(0)
        before = text[: match.start()]
        if before.endswith("\\"):
            out.append(word)
        elif word in _WORDS:
            out.append(r"\ \text{" + word + r"}\ ")
        else:
            out.append(_name_latex(word))
        position = match.end()
    out.append(text[position:])
    return "".join(out).replace(":=", r"\mathrel{:=}")


_GREEK = {"lam", "mu", "nu", "sigma", "theta", "phi", "rho", "xi", "tau", "alpha", "beta", "gamma", "delta"}


def _name_latex(word: str) -> str:
    stem, digits = re.fullmatch(r"(.*?)_?(\d*)", word).groups()  # type: ignore[union-attr]
    head, _, tail = stem.partition("_")
    if head in _GREEK:
        head = "\\" + head.replace("lam", "lambda")
    elif len(head) > 1:
        head = r"\mathit{" + head + "}"
    below = ",".join(x for x in (r"\mathrm{" + tail.replace("_", r"\,") + "}" if tail else "", digits) if x)
    return head + (f"_{{{below}}}" if below else "")
