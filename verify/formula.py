"""Formulas as text for certificates, and as LaTeX for reports.

The text is plain: ``25*n**4 - 26*n**3``; long sums are put in parentheses in groups, so that no
reader has to nest deeply.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
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
        c = Fraction(int(value.p), int(value.q)) if hasattr(value, "p") else _fraction(value)
        powers = [v if e == 1 else f"{v}**{e}" for v, e in zip(variables, exponents, strict=True) if e]
        head = [str(abs(c))] if abs(c) != 1 or not powers else []
        out.append((1 if c > 0 else -1, "*".join(head + powers)))
    return out


def _fraction(value: Any) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(int(value))


def _join(terms: list[tuple[int, str]]) -> str:
    first = ("-" if terms[0][0] < 0 else "") + terms[0][1]
    return first + "".join((" + " if sign > 0 else " - ") + text for sign, text in terms[1:])


_GREEK = {"lam", "mu", "nu", "sigma", "theta", "phi", "rho", "xi", "tau", "alpha", "beta", "gamma", "delta"}
_RELATION = {"==": "=", ">": ">", ">=": r"\ge", "<": "<", "<=": r"\le"}
_FORMS: list[tuple[re.Pattern[str], Callable[[re.Match[str], str | None], str]]] = []
"""The forms of a checker's sentence, each with its LaTeX."""


def expression_latex(sentence: str, value: str | None = None) -> str:
    """Return a checker's sentence as LaTeX, with the derived value of a definition appended.

    Returns an empty string for a sentence that is no formula.

    >>> print(expression_latex("P*h == U*g - 2*n**4*R4"))
    P\\,h = U\\,g - 2\\,n^{4}\\,R_{4}
    >>> print(expression_latex("subs(c, a, 2) < 0 for n in [15, oo)"))
    c\\big|_{a=2} < 0 \\quad\\text{for } n \\in [15,\\infty)
    """
    for pattern, render in _FORMS:
        match = pattern.fullmatch(sentence)
        if match:
            try:
                return render(match, value)
            except (SyntaxError, ValueError, RecursionError):
                return ""
    try:
        return _formula(sentence)
    except (SyntaxError, ValueError, RecursionError):
        return ""


def _formula(text: str) -> str:
    return _latex(ast.parse(text.strip(), mode="eval").body)[0]


def _latex(node: ast.expr) -> tuple[str, int]:
    """Return (LaTeX, binding strength): 0 relation, 1 sum, 2 product, 3 power or atom."""
    if isinstance(node, ast.Constant):
        return str(node.value), 3
    if isinstance(node, ast.Name):
        return _name_latex(node.id), 3
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return "-" + _wrapped(node.operand, 2), 2
    if isinstance(node, ast.Compare):
        out = [_latex(node.left)[0]]
        for op, right in zip(node.ops, node.comparators, strict=True):
            sign = {ast.Eq: "=", ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.NotEq: r"\ne"}
            out += [sign[type(op)], _latex(right)[0]]
        return " ".join(out), 0
    if isinstance(node, ast.BinOp):
        return _binary(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _call(node.func.id, node.args)
    raise ValueError("not a formula")


def _wrapped(node: ast.expr, strength: int) -> str:
    text, own = _latex(node)
    return text if own >= strength else f"({text})"


def _binary(node: ast.BinOp) -> tuple[str, int]:
    if isinstance(node.op, (ast.Add, ast.Sub)):
        plus = isinstance(node.op, ast.Add)
        right = _wrapped(node.right, 1 if plus else 2)
        if plus and right.startswith("-"):
            right = f"({right})"
        return f"{_latex(node.left)[0]} {'+' if plus else '-'} {right}", 1
    if isinstance(node.op, ast.Mult):
        right, separator = _wrapped(node.right, 3), r"\,"
        if right[0].isdigit():
            separator = r"\cdot "
        return _wrapped(node.left, 2) + separator + right, 2
    if isinstance(node.op, ast.Div):
        if len(ast.unparse(node.left)) > 90:  # a long numerator must be able to break over lines
            return r"\frac{1}{" + _latex(node.right)[0] + "}\\," + _wrapped(node.left, 3), 2
        return r"\frac{" + _latex(node.left)[0] + "}{" + _latex(node.right)[0] + "}", 3
    if isinstance(node.op, ast.Pow):
        base = _wrapped(node.left, 3)
        if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Div):
            base = f"({base})"
        if isinstance(node.left, ast.Name) and "_" in base:
            base = "{" + base + "}"
        return f"{base}^{{{_latex(node.right)[0]}}}", 3
    raise ValueError("not a formula")


def _call(name: str, arguments: list[ast.expr]) -> tuple[str, int]:
    shown = [_latex(a)[0] for a in arguments]
    if name == "diff" and len(shown) == 2:
        return rf"\partial_{{{shown[1]}}}{_wrapped(arguments[0], 3)}", 3
    if name == "subs" and len(shown) == 3:
        return rf"{_wrapped(arguments[0], 3)}\big|_{{{shown[1]}={shown[2]}}}", 3
    if name == "coeff" and len(shown) == 3:
        return rf"[{shown[1]}^{{{shown[2]}}}]{_wrapped(arguments[0], 3)}", 3
    return rf"\operatorname{{{name}}}({', '.join(shown)})", 3


def _name_latex(word: str) -> str:
    stem, digits = re.fullmatch(r"(.*?)_?(\d*)", word).groups()  # type: ignore[union-attr]
    head, _, tail = stem.partition("_")
    if head in _GREEK:
        head = "\\" + head.replace("lam", "lambda")
    elif len(head) > 1:
        head = r"\mathit{" + head + "}"
    below = ",".join(x for x in (r"\mathrm{" + tail.replace("_", r"\,") + "}" if tail else "", digits) if x)
    return head + (f"_{{{below}}}" if below else "")


def _range_latex(text: str) -> str:
    """Return ``a in (-oo, oo), n in [15, oo)`` as LaTeX."""
    out = []
    for name, left, low, high, right in re.findall(r"(\w+) in ([(\[])([^,]+), ([^)\]]+)([)\]])", text):
        if (low, high) == ("-oo", "oo"):
            out.append(rf"{_name_latex(name)} \in \mathbb{{R}}")
        else:
            ends = ",".join(e.replace("-oo", r"-\infty").replace("oo", r"\infty") for e in (low, high))
            out.append(rf"{_name_latex(name)} \in {left}{ends}{right}")
    return ",\\ ".join(out)


def _form(pattern: str) -> Callable:
    def register(render: Callable[[re.Match[str], str | None], str]) -> Callable:
        _FORMS.append((re.compile(pattern), render))
        return render

    return register


def _with_value(left: str, middle: str, value: str | None) -> str:
    return f"{left} = {middle}" + (f" = {_formula(value)}" if value else "")


@_form(r"for (\w+) = (-?\d+)\.\.(-?\d+): (.*)")
def _cases(match: re.Match[str], value: str | None) -> str:
    name, low, high, inner = match.groups()
    return rf"\text{{for }} {_name_latex(name)} = {low},\dots,{high}:\quad {expression_latex(inner)}"


@_form(r"(\w+) := loss\(layers=(\d+), V=\[(.*?)\](?:, noise=(.*))?\)")
def _loss(match: re.Match[str], value: str | None) -> str:
    name, layers, rows, noise = match.groups()
    body = r" \\ ".join(" & ".join(_formula(x) for x in row.split(",")) for row in rows.split(";"))
    matrix = r"V=\begin{pmatrix} " + body + r" \end{pmatrix}"
    extra = rf"+\frac{{{_formula(noise)}}}{{n}}\,\mathbb{{E}}\,\mathrm{{tr}}\,QSQ^{{\top}}" if noise else ""
    mean = rf"\mathbb{{E}}\lVert (I-VS)^{{{layers}}}\rVert^{{2}}{extra}"
    return _with_value(_name_latex(name), mean, value) + r",\quad " + matrix


@_form(r"(\w+) := loss\(layers=(\d+), V=aI\+sK, K (\w+) of norm 1, d=(.*)\) \+ O\(s\^3\)")
def _variation(match: re.Match[str], value: str | None) -> str:
    name, layers, direction, _ = match.groups()
    mean = rf"\mathbb{{E}}\lVert (I-(aI+sK)S)^{{{layers}}}\rVert^{{2}}+O(s^{{3}})"
    return _with_value(_name_latex(name), mean, value) + rf",\quad K\text{{ {direction}, }}\lVert K\rVert=1"


@_form(r"(\w+) := E prod tr W\^k, k = ([\d, ]+), d=(.*), n=(.*)")
def _moment(match: re.Match[str], value: str | None) -> str:
    name, powers, _, _ = match.groups()
    traces = r"\,".join(rf"\mathrm{{tr}}\,W^{{{k.strip()}}}" for k in powers.split(","))
    return _with_value(_name_latex(name), rf"\mathbb{{E}}\,{traces}", value)


@_form(r"(\w+) := E X\^(-?\d+), X ~ chi2\((.*)\)")
def _chi(match: re.Match[str], value: str | None) -> str:
    name, power, m = match.groups()
    mean = _with_value(_name_latex(name), rf"\mathbb{{E}}\,X^{{{power}}}", value)
    return mean + rf",\quad X\sim\chi^{{2}}_{{{_formula(m)}}}"


@_form(r"(\w+) := (.*)")
def _define(match: re.Match[str], value: str | None) -> str:
    return rf"{_name_latex(match[1])} := {_formula(match[2])}"


@_form(r"(.*) has (\d+) real roots for (.*?\)|.*?\]):(.*)")
def _roots(match: re.Match[str], value: str | None) -> str:
    of, count, box, found = match.groups()
    places = "" if "none" in found else r":\quad " + r",\ ".join(
        f"[{a},{b}]" for a, b in re.findall(r"\[([^,\]]+), ([^\]]+)\]", found)
    )  # fmt: skip
    noun = "real root" if count == "1" else "real roots"
    return rf"{_formula(of)}\text{{ has exactly {count} {noun} for }}{_range_latex(box)}{places}"


@_form(r"(.*) ([<>]) 0 at the real roots of (.*?), (\w+ in .*)")
def _at_roots(match: re.Match[str], value: str | None) -> str:
    of, relation, at, box = match.groups()
    return rf"{_formula(of)} {relation} 0\quad\text{{at every real root of }}{_formula(at)},\ {_range_latex(box)}"


@_form(r"(.*) (>=|<=|>|<) 0 for ((?:\w+ in [(\[][^)\]]*[)\]](?:, )?)*)")
def _sign(match: re.Match[str], value: str | None) -> str:
    of, relation, box = match.groups()
    domain = rf" \quad\text{{for }} {_range_latex(box)}" if box else ""
    return f"{_formula(of)} {_RELATION[relation]} 0{domain}"


@_form(r"sum 1/\(t, log t, log log t, \.\.\. to the powers (.*)\) (converges|diverges)")
def _series(match: re.Match[str], value: str | None) -> str:
    names = ("t", r"(\log t)", r"(\log\log t)", r"(\log\log\log t)")
    powers = match[1].split(", ")
    product = r"\,".join(f"{n}^{{{p}}}" for n, p in zip(names, powers, strict=False) if p != "0")
    return rf"\sum_t \frac{{1}}{{{product or '1'}}}\ \text{{ {match[2]}}}"
