r"""Write formulas: LaTeX from the tree, widths, places to break, and plain expressions as LaTeX.

A long polynomial is broken before a sign or a relation, at the top level or inside plain
brackets; a number of many digits between groups of digits.
"""

from __future__ import annotations

import re

from verify.report.mathtext import MathError, Node, parse
from verify.report.symbols import ENVIRONMENTS

__all__ = ["breakable", "flatten", "latex", "plain", "width"]

_DIGITS = 24  # a longer number may be broken
_GROUP = 12
_SHORT = 36.0  # brackets around less than this width are kept on one line
_MARKDOWN = {"<": r"\lt ", ">": r"\gt ", r"\{": r"\lbrace ", r"\}": r"\rbrace ",
             r"\|": r"\Vert ", "*": r"\ast ", "|": r"\vert "}  # fmt: skip
_TEX = {r"\lt": "<", r"\gt": ">"}


def _join(parts: list[str]) -> str:
    out = ""
    for part in parts:
        if part and out and part[0].isalpha() and re.search(r"\\[A-Za-z]+\Z", out):
            out += " "
        out += part
    return out


def latex(node: Node | None, markdown: bool = False, breaks: bool = False) -> str:
    r"""Return the LaTeX of ``node``; ``breaks`` puts ``\allowbreak`` at the places to break.

    ``markdown`` avoids the characters that Markdown would read as its own.

    >>> latex(parse(r"\frac 1 2 x_1"))
    '\\frac{1}{2}x_{1}'
    """
    if node is None:
        return ""

    def sub(child: Node | None) -> str:
        return latex(child, markdown)

    kind, text, args = node.kind, node.text, node.args
    if kind == "row":
        parts: list[str] = []
        places = _places(args) if breaks else frozenset()
        for i, child in enumerate(args):
            if i in places:
                parts.append("\\allowbreak ")
            parts.append(latex(child, markdown, breaks) if breaks else sub(child))
        return _join(parts)
    if kind == "mn" and breaks and len(text) > _DIGITS:
        return "\\allowbreak ".join(_groups(text))
    if kind in ("mi", "mn", "mo", "big", "func"):
        return _MARKDOWN.get(text, text) if markdown else _TEX.get(text, text)
    if kind == "frac" or kind == "stack":
        return f"{text}{{{sub(args[0])}}}{{{sub(args[1])}}}"
    if kind == "sqrt":
        index = f"[{{{sub(args[1])}}}]" if args[1] is not None else ""
        return f"\\sqrt{index}{{{sub(args[0])}}}"
    if kind == "script":
        base, low, high = args
        inner = sub(base) if base is not None and base.kind != "row" else f"{{{sub(base)}}}"
        low_text = f"_{{{sub(low)}}}" if low is not None else ""
        high_text = f"^{{{sub(high)}}}" if high is not None else ""
        return inner + low_text + high_text
    if kind == "fence":
        left, right = _delimiter(text, markdown), _delimiter(node.role, markdown)
        return _join(["\\left" + left, sub(args[0]), "\\right" + right])
    if kind == "size":
        return text + _delimiter(node.role, markdown)
    if kind == "matrix":
        end = "\\cr " if markdown else "\\\\ "
        rows = end.join(" & ".join(map(sub, row)) for row in node.cells)
        columns = f"{{{node.char}}}" if text == "array" else ""
        return f"\\begin{{{text}}}{columns} {rows} \\end{{{text}}}"
    if kind == "font":
        name = "\\mathcal" if text == "\\mathscr" else text
        return f"{name}{{{sub(args[0])}}}"
    if kind == "accent":
        return f"{text}{{{sub(args[0])}}}"
    if kind == "text":
        words = re.sub(r"([%&#_$])", r"\\\1", node.char)
        return f"\\text{{{words}}}"
    return text  # space


def _delimiter(text: str, markdown: bool) -> str:
    return _MARKDOWN.get(text, text) if markdown else text


def _groups(digits: str) -> list[str]:
    head = len(digits) % _GROUP
    parts = [digits[:head]] if head else []
    return parts + [digits[i : i + _GROUP] for i in range(head, len(digits), _GROUP)]


def _places(items: tuple[Node | None, ...]) -> frozenset[int]:
    """Return where a row may break: before signs, but not inside short plain brackets."""
    places = {i for i in range(1, len(items)) if _breaks_before(items, i)}
    opened: list[int] = []
    for i, node in enumerate(items):
        if node is None or node.kind != "mo":
            continue
        if node.role == "open":
            opened.append(i)
        elif node.role == "close" and opened:
            start = opened.pop()
            if sum(map(width, items[start:i])) < _SHORT:
                places.difference_update(range(start, i))
    return frozenset(places)


def _breaks_before(items: tuple[Node | None, ...], i: int) -> bool:
    node, before = items[i], items[i - 1]
    if node is None or before is None or node.kind != "mo" or node.role not in ("bin", "rel"):
        return False
    return not (before.kind == "mo" and before.role in ("open", "bin", "rel"))


def flatten(node: Node) -> list[Node]:
    r"""Return the pieces of ``node`` between places to break, in order.

    >>> len(flatten(parse("a+b=c")))
    3
    """
    if node.kind != "row":
        return [node]
    pieces: list[list[Node]] = [[]]
    places = _places(node.args)
    for i, child in enumerate(node.args):
        if child is None:
            continue
        if i in places:
            pieces.append([])
        if child.kind == "row" and child.args:
            first, *rest = flatten(child)
            pieces[-1].append(first)
            pieces.extend([[part] for part in rest])
        elif child.kind == "mn" and len(child.text) > _DIGITS:
            first_group, *groups = _groups(child.text)
            pieces[-1].append(Node("mn", first_group, first_group))
            pieces.extend([[Node("mn", g, g)] for g in groups])
        else:
            pieces[-1].append(child)
    return [p[0] if len(p) == 1 else Node("row", args=tuple(p)) for p in pieces if p]


def width(node: Node | None) -> float:
    """Return a rough width of ``node``, in characters of the text font."""
    if node is None:
        return 0.0
    args, kind = node.args, node.kind
    if kind in ("mi", "mn"):
        return float(len(node.char))
    if kind == "mo":
        return {"bin": 2.0, "rel": 2.6}.get(node.role, 0.7)
    if kind in ("func", "text"):
        return len(node.char) * 0.9 + 0.3
    if kind == "frac":
        return max(width(args[0]), width(args[1])) * (0.7 if node.text == "\\tfrac" else 1.0) + 0.4
    if kind == "script":
        return width(args[0]) + 0.7 * max(width(args[1]), width(args[2]))
    if kind == "matrix":
        columns = max(map(len, node.cells))
        widths = [max(width(r[c]) for r in node.cells if c < len(r)) for c in range(columns)]
        return sum(widths) + 2.0 * columns + sum(map(bool, ENVIRONMENTS[node.text]))
    if kind == "space":
        return float(node.role.removesuffix("em")) * 2
    if kind in ("fence", "stack", "size"):
        return 1.4 + max((width(a) for a in args[:1]), default=0.0)
    if kind == "big":
        return 2.0
    return sum(map(width, args))


def breakable(node: Node) -> Node:
    """Return ``node`` with wide brackets and fractions rewritten so that lines can break in them.

    ``\\left(...\\right)`` becomes plain brackets and a fraction with a wide numerator becomes a
    quotient of brackets; the value is the same.
    """
    if node.kind == "row":
        return Node("row", args=tuple(None if a is None else breakable(a) for a in node.args))
    wide = width(node) > 60
    if node.kind == "fence" and wide and node.args[0] is not None:
        left = Node("mo", node.text, node.char, "open")
        last = node.args[1]
        right = Node("mo", node.role, last.char if last else ")", "close")
        ends = [[d] if d.text != "." else [] for d in (left, right)]
        inner = breakable(node.args[0])
        return Node("row", args=(*ends[0], inner, *ends[1]))
    if node.kind == "frac" and wide and node.text != "\\binom":
        top, bottom = (arg or Node("row") for arg in node.args)
        line: list[Node] = [*_bracketed(breakable(top)), Node("mo", "/", "/", "ord")]
        line += _bracketed(breakable(bottom))
        return Node("row", args=tuple(line))
    return node


def _bracketed(node: Node) -> list[Node]:
    if node.kind in ("mn", "mi"):
        return [node]
    return [Node("mo", "(", "(", "open"), node, Node("mo", ")", ")", "close")]


_PLAIN = re.compile(r"\s*(\d+(?:\.\d+)?|[A-Za-z_][A-Za-z0-9_]*|\*\*|[<>=!~]=|[-+*/^()\[\],<>=])")
_RELATION = {"==": "=", "=": "=", "!=": r"\ne ", "<=": r"\le ", ">=": r"\ge ", "<": "<",
             ">": ">", "~=": r"\approx "}  # fmt: skip
_GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi pi rho sigma tau phi chi psi "
    "omega Gamma Delta Theta Lambda Sigma Phi Psi Omega".split()
)


def _name(word: str) -> str | None:
    head, _, tail = word.partition("_")
    if word in ("sqrt", "exp", "log", "sin", "cos", "min", "max"):
        return None
    match = re.fullmatch(r"([A-Za-z]|" + "|".join(_GREEK) + r")(\d*)", head)
    if not match or not re.fullmatch(r"[A-Za-z0-9]{0,3}", tail):
        return None
    letter = f"\\{match[1]} " if match[1] in _GREEK else match[1]
    low = match[2] + tail
    return f"{letter}_{{{low}}}" if low else letter


def plain(text: str) -> str | None:
    r"""Return an expression in program notation as LaTeX, or None when it is anything else.

    >>> plain("3*n**2 - 1 >= 0")
    '3n^{2}-1\\ge 0'
    >>> plain("n is a positive integer") is None
    True
    """
    tokens: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _PLAIN.match(text, at)
        if not match:
            return None
        tokens.append(match[1])
        at = match.end()
    out, previous = "", ""
    i = 0
    while i < len(tokens):
        token = tokens[i]
        operand = token[0].isalnum() or token == "("
        if operand and (previous[:1].isalnum() or previous in (")", "]")):
            return None  # two words in a row, or a call: not an expression that we set
        if token in ("**", "^"):
            power, i = _power(tokens, i + 1)
            if power is None:
                return None
            out += f"^{{{power}}}"
            previous = ")"
            continue
        if token == "*":
            after = tokens[i + 1][:1] if i + 1 < len(tokens) else ""
            out += r"\cdot " if after.isdigit() else ""
        elif token in _RELATION:
            out += _RELATION[token]
        elif token == ",":
            out += ",\\ "
        elif token[0].isalpha() or token[0] == "_":
            name = _name(token)
            if name is None:
                return None
            out += name
        else:
            out += token
        previous = token
        i += 1
    try:
        parse(out)
    except MathError:
        return None
    return out if out and re.search(r"[A-Za-z0-9]", out) else None


def _power(tokens: list[str], i: int) -> tuple[str | None, int]:
    if i >= len(tokens):
        return None, i
    if tokens[i].isdigit():
        return tokens[i], i + 1
    if tokens[i][0].isalpha():
        return _name(tokens[i]), i + 1
    if tokens[i] != "(":
        return None, i
    depth, j = 0, i
    while j < len(tokens):
        depth += {"(": 1, ")": -1}.get(tokens[j], 0)
        if depth == 0:
            inner = plain("".join(tokens[i + 1 : j]))
            return inner, j + 1
        j += 1
    return None, i
