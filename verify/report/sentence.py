r"""Set the sentences of the independent checker as formulas.

A sentence is plain text with one reading, such as ``f4 == 2*n**3 - 4 `` or
``diff(g, a) > 0 for a in (-oo, oo), n in [1, oo)``. Expressions are parsed and printed with
fractions, juxtaposed factors and no needless brackets; ranges become conditions. What is not
recognised is left to the caller, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Unrecognised", "expression", "sentence"]

_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[A-Za-z_][A-Za-z0-9_]*|\*\*|[<>=!~]=|[-+*/(),<>])")
_RELATIONS = {"==": "=", "!=": r"\ne ", "<=": r"\le ", ">=": r"\ge ", "<": "<", ">": ">",
              "~=": r"\approx "}  # fmt: skip
_GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi "
    "psi omega Gamma Delta Theta Lambda Sigma Phi Psi Omega".split()
)
_NAMED = frozenset("abs sqrt min max exp log sin cos floor ceil round percent".split())
_CALLS = {"diff": (2, 3), "subs": (3, 3), "coeff": (3, 3)}


class Unrecognised(ValueError):
    """The text is not a sentence in a form known here."""


@dataclass(frozen=True)
class _Term:
    """LaTeX with the strength of its outermost operation: 1 sum, 2 product, 3 power, 4 atom."""

    text: str
    strength: int
    base: str = ""  # of a substitution: what it is made in, and its values
    values: str = ""

    def within(self, strength: int) -> str:
        return self.text if self.strength >= strength else _brackets(self.text)


def _brackets(text: str) -> str:
    return f"\\left({text}\\right)" if "\\frac" in text else f"({text})"


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        at = 0
        text = text.strip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if not match:
                raise Unrecognised(f"unexpected {text[at]!r}")
            self.tokens.append(match[1])
            at = match.end()
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, token: str) -> None:
        if self.next() != token:
            raise Unrecognised(f"expected {token!r}")

    def chain(self) -> str:
        parts = [self.sum().text]
        while self.peek() in _RELATIONS:
            parts.append(_RELATIONS[self.next()])
            parts.append(self.sum().text)
        if self.peek():
            raise Unrecognised(f"unexpected {self.peek()!r}")
        return "".join(parts)

    def sum(self) -> _Term:
        self.depth += 1
        if self.depth > 80:
            raise Unrecognised("nested too deeply")
        first = self.product()
        out, strength = first.text, first.strength
        while self.peek() in ("+", "-"):
            sign = self.next()
            term = self.product()
            text = term.within(2)
            if text.startswith("-"):
                sign, text = ("-" if sign == "+" else "+"), text[1:]
            out += f" {sign} {text}"
            strength = 1
        self.depth -= 1
        return _Term(out, strength) if strength == 1 and out != first.text else first

    def product(self) -> _Term:
        sign = ""
        while self.peek() in ("+", "-"):
            if self.next() == "-":
                sign = "" if sign else "-"
        top = [self.power()]
        bottom: list[_Term] = []
        while self.peek() in ("*", "/"):
            operation = self.next()
            flip = False
            while self.peek() == "-":
                self.next()
                flip = not flip
            factor = self.power()
            if flip:
                sign = "" if sign else "-"
            (top if operation == "*" else bottom).append(factor)
        body = _juxtapose(top)
        if bottom:
            upper = top[0].text if len(top) == 1 else body.text
            lower = bottom[0].text if len(bottom) == 1 else _juxtapose(bottom).text
            body = _fraction(upper, lower, top)
        if sign:
            return _Term(f"-{body.within(2)}", 2)
        return body

    def power(self) -> _Term:
        base = self.atom()
        if self.peek() != "**":
            return base
        self.next()
        if self.peek() == "-":
            self.next()
            exponent = f"-{self.power().text}"
        elif self.peek() == "(":
            exponent = self.atom().text
        else:
            exponent = self.power().text
        if exponent == "1":
            return base
        return _Term(f"{base.within(4)}^{{{exponent}}}", 3)

    def atom(self) -> _Term:
        token = self.next()
        if token == "(":
            inner = self.sum()
            self.expect(")")
            return inner
        if token[:1].isdigit():
            return _Term(token, 4)
        if token and (token[0].isalpha() or token[0] == "_"):
            if self.peek() == "(":
                return self.call(token)
            return _Term(_name(token), 4)
        raise Unrecognised(f"unexpected {token!r}")

    def call(self, name: str) -> _Term:
        self.next()
        given = [self.sum()]
        while self.peek() == ",":
            self.next()
            given.append(self.sum())
        self.expect(")")
        if name in _NAMED:
            return _function(name, [g.text for g in given])
        least, most = _CALLS.get(name, (0, -1))
        if not least <= len(given) <= most:
            raise Unrecognised(f"unknown function {name}")
        first, variable = given[0], given[1].text
        if name == "diff":
            times = given[2].text if len(given) == 3 else "1"
            power = "" if times == "1" else f"^{{{times}}}"
            if first.strength >= 4:
                return _Term(f"\\partial_{{{variable}}}{power}{first.text}", 3)
            return _Term(f"\\partial_{{{variable}}}{power}{_brackets(first.text)}", 3)
        if name == "coeff":
            degree = "" if given[2].text == "1" else f"^{{{given[2].text}}}"
            return _Term(f"[{variable}{degree}]\\,{first.within(3)}", 2)
        base, values = first.within(4), f"{variable}={given[2].text}"
        if first.base:
            base, values = first.base, f"{first.values},\\,{values}"
        return _Term(f"{base}|_{{{values}}}", 3, base, values)


def _function(name: str, given: list[str]) -> _Term:
    """Return a function of the expression language applied to its arguments."""
    inner = ",\\,".join(given)
    around = {"abs": ("|", "|"), "floor": (r"\lfloor ", r"\rfloor "), "ceil": (r"\lceil ", r"\rceil ")}
    if name == "sqrt":
        return _Term(f"\\sqrt{{{inner}}}", 4)
    if name in around:
        left, right = around[name]
        return _Term(f"{left}{inner}{right}".rstrip(), 4)
    known = ("min", "max", "exp", "log", "sin", "cos")
    head = f"\\{name}" if name in known else f"\\operatorname{{{name}}}"
    return _Term(head + (f"\\left({inner}\\right)" if "\\frac" in inner else f"({inner})"), 3)


def _juxtapose(factors: list[_Term]) -> _Term:
    shown = [f for f in factors if f.text != "1"] or factors[:1]
    if len(shown) == 1:
        return shown[0]
    out = ""
    for factor in shown:
        text = factor.within(2)
        if text.startswith("-"):
            text = f"({text})"
        if out and (text[0].isdigit() or text.startswith("\\frac")):
            out += r"\cdot "
        elif out and factor.base:
            text = f"({text})"
        out += text if not (out.endswith(tuple("abcdefghijklmnopqrstuvwxyz")) and "\\" in out
                            and re.search(r"\\[a-zA-Z]+\Z", out)) else " " + text  # fmt: skip
    return _Term(out, 2)


def _fraction(upper: str, lower: str, top: list[_Term]) -> _Term:
    if len(upper) > 60 and len(top) == 1 and top[0].strength == 1:
        return _Term(f"({upper})/{lower if len(lower) < 2 else '(' + lower + ')'}", 2)
    return _Term(f"\\frac{{{upper}}}{{{lower}}}", 2)


def _name(word: str) -> str:
    match = re.fullmatch(r"([A-Za-z]+?)_?(\d*)(?:_([A-Za-z0-9_]+))?", word)
    if not match:
        return r"\mathrm{" + re.sub(r"[^A-Za-z0-9]", "", word) + "}"
    head = {"lam": "lambda"}.get(match[1], match[1])
    tail = (match[3] or "").replace("_", ",")
    low = ",".join(part for part in (match[2], tail) if part)
    letter = f"\\{head} " if head in _GREEK else head if len(head) == 1 else f"\\mathrm{{{head}}}"
    return f"{letter.rstrip()}_{{{low}}}" if low else letter


def expression(text: str) -> str:
    r"""Return an expression or a chain of relations as LaTeX.

    Raises:
        Unrecognised: when ``text`` is anything else.

    >>> expression("g4 - f4 == 16*(n + 2)*(n + 3)")
    'g_{4} - f_{4}=16(n + 2)(n + 3)'
    """
    return _Reader(text).chain()


_ONE_RANGE = re.compile(r"([A-Za-z_]\w*) in ([\[(])([^,]+), ([^\])]+)([\])])")


def _ranges(text: str) -> str:
    """Return ``a in (-oo, oo), n in [1, 9]`` as conditions."""
    out = []
    rest = text.strip()
    signs = {"[": "\\ge ", "(": ">", "]": "\\le ", ")": "<"}
    while rest:
        match = _ONE_RANGE.match(rest)
        if not match:
            raise Unrecognised("not a range")
        name, low, high = _name(match[1]).strip(), match[3].strip(), match[4].strip()
        if low == "-oo" and high == "oo":
            out.append(f"{name}\\in\\mathbb{{R}}")
        elif high == "oo":
            out.append(f"{name}{signs[match[2]]}{expression(low)}")
        elif low == "-oo":
            out.append(f"{name}{signs[match[5]]}{expression(high)}")
        else:
            left = signs["]" if match[2] == "[" else ")"]
            right = signs[match[5]]
            out.append(f"{expression(low)}{left}{name}{right}{expression(high)}")
        rest = rest[match.end() :].lstrip(", ")
    return ",\\ ".join(out)


def _where(body: str, condition: str) -> str:
    return f"{body}\\qquad({condition})" if condition else body


def _loss(arguments: str) -> str:
    match = re.fullmatch(r"layers=(\w+), V=\[(.*)\](?:, noise=(.*))?", arguments)
    if not match:
        raise Unrecognised("not a loss")
    rows = [[expression(cell) for cell in row.split(",")] for row in match[2].split(";")]
    matrix = r" \\ ".join(" & ".join(row) for row in rows)
    noise = f",\\quad \\sigma^{{2}}={expression(match[3])}" if match[3] else ""
    return (
        f"\\mathbb{{E}}\\|(I-VS)^{{{match[1]}}}\\|_F^{{2}},\\quad "
        f"V=\\begin{{pmatrix}} {matrix} \\end{{pmatrix}}{noise}"
    )


def _moment(powers: str, d: str) -> str:
    listed = [p.strip() for p in powers.split(",")]
    out = ""
    for power in dict.fromkeys(listed):
        count = listed.count(power)
        inner = r"\operatorname{tr}W" + ("" if power == "1" else f"^{{{power}}}")
        out += inner if count == 1 else f"({inner})^{{{count}}}"
    body = f"\\mathbb{{E}}[{out}]"
    return body if d == "d" else f"{body}\\quad(d={expression(d)})"


def _defined(name: str, body: str) -> str:
    left = f"{_name(name).strip()}\\mathrel{{:=}}"
    match = re.fullmatch(
        r"loss\(layers=(\w+), V=aI\+sK, K (\w+) of norm 1, d=(.+)\) \+ O\(s\^3\)", body
    )
    if match:
        return _variation(left, match[1], match[2], match[3])
    match = re.fullmatch(r"loss\((.*)\)", body)
    if match:
        return left + _loss(match[1])
    match = re.fullmatch(r"E prod tr W\^k, k = ([\d, ]+), d=(.+?), n=(.+)", body)
    if match:
        return left + _moment(match[1], match[2])
    match = re.fullmatch(r"E X\^(-?\w+), X ~ chi2\((.+)\)", body)
    if match:
        power = "" if match[1] == "1" else f"^{{{match[1]}}}"
        return f"{left}\\mathbb{{E}}X{power},\\quad X\\sim\\chi^{{2}}_{{{expression(match[2])}}}"
    return left + expression(body)


def _variation(left: str, layers: str, direction: str, d: str) -> str:
    kind = "skew" if direction == "skew" else "traceless symmetric"
    return (
        f"{left}\\mathbb{{E}}\\|(I-VS)^{{{layers}}}\\|_F^{{2}}+O(s^{{3}}),\\quad V=aI+sK,\\ "
        f"K\\text{{ {kind}}},\\ \\|K\\|_F=1,\\ d={expression(d)}"
    )


def _series(exponents: str, found: str) -> str:
    out, logs = "", "t"
    for power in (p.strip() for p in exponents.split(",")):
        if power != "0":
            inner = logs if logs == "t" or power == "1" else f"({logs})"
            out += (r"\," if out else "") + inner + ("" if power == "1" else f"^{{{power}}}")
        logs = f"\\log {logs}"
    return f"\\sum_t \\frac{{1}}{{{out or '1'}}}\\ \\text{{{found}}}"


def sentence(text: str) -> str:
    r"""Return a sentence of the checker as LaTeX.

    Raises:
        Unrecognised: when its form is not known here.

    >>> sentence("diff(g, a) > 0 for a in (-oo, oo), n in [1, oo)")
    '\\partial_{a}g>0\\qquad(a\\in\\mathbb{R},\\ n\\ge 1)'
    """
    text = text.strip()
    match = re.fullmatch(r"for (\w+) = (-?\d+)\.\.(-?\d+): (.*)", text, re.DOTALL)
    if match:
        return f"{sentence(match[4])}\\quad\\text{{for }}{_name(match[1])}={match[2]},\\ldots,{match[3]}"
    match = re.fullmatch(r"(\w+) := (.*)", text, re.DOTALL)
    if match:
        return _defined(match[1], match[2])
    match = re.fullmatch(r"sum 1/\(.*\) to the powers ([-\d/, ]+) (diverges|converges)", text) or (
        re.fullmatch(r"sum 1/\(t, log t, log log t, \.\.\. to the powers ([-\d/, ]+)\) (\w+)", text)
    )
    if match:
        return _series(match[1], match[2])
    match = re.fullmatch(r"(.*) at the real roots of (.*?), (\w+ in .*)", text, re.DOTALL)
    if match:
        zero = f"{expression(match[2])}=0"
        return f"{expression(match[1])}\\quad\\text{{where }}{zero}\\qquad({_ranges(match[3])})"
    match = re.fullmatch(r"(.*) has (\d+) real roots for (.*?):(.*)", text, re.DOTALL)
    if match:
        many = "one real root" if match[2] == "1" else f"{match[2]} real roots"
        places = match[4].strip()
        shown = "" if places in ("", "none") else f",\\ \\text{{in }}{_intervals(places)}"
        words = f"\\ \\text{{has {'no real root' if match[2] == '0' else many}}}{shown}"
        return _where(expression(match[1]) + words, _ranges(match[3]))
    match = re.fullmatch(r"(.*?) for (\w+ in .*)?", text + (" " if text.endswith("for") else ""),
                         re.DOTALL)  # fmt: skip
    if match:
        return _where(expression(match[1]), _ranges(match[2] or ""))
    return expression(text)


def _intervals(text: str) -> str:
    found = re.findall(r"\[([^,\]]+), ([^\]]+)\]", text)
    if not found:
        raise Unrecognised("no interval")
    return ",\\ ".join(f"[{expression(a)},\\,{expression(b)}]" for a, b in found)
