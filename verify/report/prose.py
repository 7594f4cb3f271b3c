r"""Text with formulas between dollar signs, written for Markdown, LaTeX and HTML.

``$...$`` and ``\(...\)`` are formulas in the line; ``$$...$$``, ``\[...\]`` and the environments
equation, align and gather are displays. A formula outside the accepted subset is shown as its
source, with a note that says why. In words, ``>=`` and scripts such as ``M_t`` or ``R^3`` are set as
such, and calls such as ``icl.loss(...)`` as code. Emphasis (``\emph{...}``) and code (backquotes) are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from verify.report import escape as escaping
from verify.report import mathml
from verify.report.formula import breakable, latex, plain, width
from verify.report.mathtext import MathError, parse

__all__ = ["Piece", "code", "formula", "html", "markdown", "split", "tex", "tex_code", "tex_formula"]

_PIECE = re.compile(
    r"(?P<escaped>\\[$%&#_{}])"
    r"|\$\$(?P<display>.+?)\$\$"
    r"|\\\[(?P<bracket>.{1,6000}?)\\\]"
    r"|\\begin\{(?P<env>equation|align|gather)(?P<star>\*?)\}(?P<body>.{1,6000}?)"
    r"\\end\{(?P=env)(?P=star)\}"
    r"|\$(?P<inline>(?:\\.|[^$\\])+?)\$"
    r"|\\\((?P<paren>.{1,2000}?)\\\)"
    r"|\\(?:emph|textit)\{(?P<emph>[^{}$]*)\}"
    r"|\\textbf\{(?P<strong>[^{}$]*)\}"
    r"|\\texttt\{(?P<typed>[^{}$]*)\}"
    r"|(?<!`)``(?P<literal>[^`'\n]+)``(?!`)"
    r"|(?<!`)`(?P<code>[^`\n]+)`(?!`)"
    r"|\b(?P<call>[a-z]+\.[a-z_0-9]+\((?:[^()$\n]|\((?:[^()$\n]|\([^()$\n]{0,80}\)){0,80}\)){0,200}\))",
    re.DOTALL,
)
_MARK = r"(?:\d{1,2}(?!\d)|[_^](?:[A-Za-z]\b|-?\d{1,2}|\{[\w+, -]{1,12}\})|\*(?![\w*(]))"
_WORD = r"(?:alpha|beta|gamma|delta|eps|theta|lambda|mu|rho|sigma|tau)"
_LETTER = rf"(?:{_WORD}|[A-Za-z]){_MARK}*(?![\w(])"
_FACTORS = rf"(?:-?(?:\d+(?:\.\d+)? )?{_LETTER}(?: {_LETTER}){{0,6}}|-?(?:[A-Za-z]{{2}}|\d+(?:\.\d+)?)(?![\w(/]))"
_IN_WORDS = re.compile(  # a chain of products with a relation in it, or one letter with a mark
    r"(?<![\w\\/.:^{<*-])(?:"
    rf"{_FACTORS}(?: [+-] {_FACTORS}){{0,8}}(?: [=<>≤≥≠] {_FACTORS}(?: [+-] {_FACTORS}){{0,8}}){{1,6}}"
    rf"|(?:{_WORD}|[A-Za-z]){_MARK}+)(?![\w(^{{/\]*-]|\.\w)"
)
_SPELLED = {"eps": "varepsilon"}
_SCRIPT = re.compile(r"[_^](-?\w+)|(?<=[A-Za-z])(\d{1,2})(?![\d.])")
_WIDE = 74.0  # a display wider than this (in characters) is broken into lines
_INLINE = 60.0


@dataclass(frozen=True)
class Piece:
    """A stretch of text: kind text, math, display, emph, strong, code or source (with why)."""

    kind: str
    text: str
    why: str = ""


def _braced(match: re.Match[str]) -> str:
    """Return a script with its braces; digits after a letter are a subscript."""
    if match[2]:
        return f"_{{{match[2]}}}"
    return f"{match[0][0]}{{{match[1]}}}"


def _math(source: str, kind: str) -> Piece:
    source = source.strip()
    try:
        tree = parse(source)
    except MathError as error:
        return Piece("source", source, str(error))
    if kind == "math" and width(tree) > 4 * _INLINE:
        kind = "display"
    return Piece(kind, source)


def split(text: str) -> list[Piece]:
    """Return the pieces of ``text`` in order.

    >>> [(p.kind, p.text) for p in split("for $n \\\\ge 1$ only")]
    [('text', 'for '), ('math', 'n \\\\ge 1'), ('text', ' only')]
    """
    out: list[Piece] = []

    def words(part: str) -> None:
        if out and out[-1].kind == "text":
            out[-1] = Piece("text", out[-1].text + part)
        elif part:
            out.append(Piece("text", part))

    def plain_words(part: str) -> None:
        for sign, char in ((" <= ", " ≤ "), (" >= ", " ≥ "), (" != ", " ≠ "), (" == ", " = ")):
            part = part.replace(sign, char)
        start = 0
        for match in _IN_WORDS.finditer(part):
            source = _SCRIPT.sub(_braced, match[0]).replace("*", "^{*}")
            source = re.sub(rf"\b{_WORD}", lambda m: "\\" + _SPELLED.get(m[0], m[0]) + " ", source)
            words(part[start : match.start()])
            out.append(_math(source, "math"))
            start = match.end()
        words(part[start:])

    at = 0
    for match in _PIECE.finditer(text):
        plain_words(text[at : match.start()])
        at = match.end()
        kind, group = match.lastgroup or "", match.group(match.lastgroup or 0)
        if kind == "escaped":
            words(group[1:])
        elif kind in ("display", "bracket"):
            out.append(_math(group, "display"))
        elif match["env"]:
            inner = match["body"]
            wrap = {"align": "aligned", "gather": "gathered"}.get(match["env"])
            if wrap:
                inner = f"\\begin{{{wrap}}}{inner}\\end{{{wrap}}}"
            out.append(_math(inner, "display"))
        elif kind in ("inline", "paren"):
            out.append(_math(group, "math"))
        elif kind == "emph":
            out.append(Piece("emph", group))
        elif kind == "strong":
            out.append(Piece("strong", group))
        else:
            out.append(Piece("code", group))
    plain_words(text[at:])
    return out


def formula(text: str) -> str:
    r"""Return ``text`` with dollar signs when the whole of it is an expression, else unchanged.

    >>> formula("n >= 1")
    '$n\\ge 1$'
    """
    if "$" in text or "\\" in text:
        return text
    found = plain(text)
    return f"${found}$" if found else text


def _quotes(text: str) -> str:
    text = text.replace("``", "“").replace("''", "”")
    return re.sub(r"(?<=\S)~(?=[^\s=~])", "\u00a0", text)


def code(text: str, cell: bool = False) -> str:
    """Return ``text`` as Markdown code in a line; ``cell``: inside a table."""
    if cell:
        text = text.replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{escaping.clean(text)}{pad}{fence}".replace("\n", " ")


def markdown(text: str, cell: bool = False) -> str:
    r"""Return ``text`` as Markdown with ``$`` formulas; ``cell``: on one line, for a table.

    >>> print(markdown(r"some_word < $x<1$"))
    some\_word \< $x\lt 1$
    """
    out = ""
    for piece in split(text):
        if piece.kind == "text":
            out += escaping.markdown_text(_quotes(piece.text)).replace("\u00a0", "&nbsp;")
        elif piece.kind == "math" or (piece.kind == "display" and cell):
            out += f"${latex(parse(piece.text), markdown=True)}$"
        elif piece.kind == "display":
            out += f"\n\n$${latex(parse(piece.text), markdown=True)}$$\n\n"
        elif piece.kind == "emph":
            out += f"*{escaping.markdown_text(piece.text)}*"
        elif piece.kind == "strong":
            out += f"**{escaping.markdown_text(piece.text)}**"
        elif piece.kind == "code":
            out += code(piece.text, cell)
        else:
            out += f"{code(piece.text, cell)} (shown as source: {escaping.markdown_text(piece.why)})"
    if cell:
        return escaping.markdown_cell(out)
    return re.sub(r"\n{3,}", "\n\n", out).strip()


def tex_formula(source: str, display: bool = True) -> str:
    r"""Return a formula as LaTeX; one that is wider than a line is set so that it can break.

    Raises:
        MathError: when the formula is outside the accepted subset.
    """
    tree = parse(source)
    if display and (width(tree) <= _WIDE or tree.kind == "matrix"):
        return f"\\[ {latex(tree)} \\]\n"
    if display:
        return f"\\begin{{verifylong}}${latex(breakable(tree), breaks=True)}$\\end{{verifylong}}\n"
    if width(tree) > 12:
        return f"${latex(breakable(tree), breaks=True)}$"
    return f"${latex(tree)}$"


def tex(text: str) -> str:
    r"""Return ``text`` as LaTeX.

    >>> print(tex("50% when $n<3$"))
    50\% when $n<3$
    """
    out = ""
    for piece in split(text):
        if piece.kind == "text":
            out += _tex_words(_quotes(piece.text))
        elif piece.kind == "math":
            out += tex_formula(piece.text, display=False)
        elif piece.kind == "display":
            out = out.rstrip() + "\n" + tex_formula(piece.text)
        elif piece.kind == "emph":
            out += f"\\emph{{{escaping.latex_text(piece.text)}}}"
        elif piece.kind == "strong":
            out += f"\\textbf{{{escaping.latex_text(piece.text)}}}"
        else:
            out += tex_code(piece.text)
            if piece.why:
                out += f" (shown as source: {escaping.latex_text(piece.why)})"
    return re.sub(r"\n\s*\n+", "\n\n", out.strip())


def _tex_words(text: str) -> str:
    """Return words as LaTeX; one of unusual length may be broken after its punctuation."""
    out = ""
    for part in re.split(r"(\S{26,})", text):
        if len(part) < 26 or " " in part:
            out += escaping.latex_text(part)
        else:
            pieces = re.split(r"(?<=[,;:=/*+().-])(?=\w)", part)
            out += "\\allowbreak{}".join(map(escaping.latex_text, pieces))
    return out


def tex_code(text: str) -> str:
    r"""Return ``text`` in typewriter letters, with places to break after punctuation.

    >>> print(tex_code("a_b"))
    \texttt{a\_\allowbreak b}
    """
    set_text = escaping.latex_text(text).replace("--", "-{}-").replace("\n", " ")
    set_text = re.sub(r"(\\_|[.,;:/=+*()\[\]-](?:\{\})?)(?=[^\s{}])", r"\1\\allowbreak ", set_text)
    set_text = re.sub(r"([A-Za-z0-9]{20})(?=[A-Za-z0-9])", r"\1\\allowbreak ", set_text)
    return f"\\texttt{{{set_text}}}"


def html(text: str) -> str:
    """Return ``text`` as HTML (phrasing content; displays are blocks that may stand in a div).

    >>> html("<b> $x$")
    '&lt;b&gt; <math><mi>x</mi></math>'
    """
    out = ""
    for piece in split(text):
        if piece.kind == "text":
            paragraphs = re.split(r"\n\s*\n", _quotes(piece.text))
            out += "<br><br>".join(escaping.html_text(p) for p in paragraphs)
        elif piece.kind == "math":
            out += mathml.inline(piece.text)
        elif piece.kind == "display":
            out = out.rstrip() + mathml.block(piece.text)
        elif piece.kind == "emph":
            out += f"<em>{escaping.html_text(piece.text)}</em>"
        elif piece.kind == "strong":
            out += f"<strong>{escaping.html_text(piece.text)}</strong>"
        else:
            out += f"<code>{escaping.html_text(piece.text)}</code>"
            if piece.why:
                out += f' <span class="note">(shown as source: {escape(piece.why)})</span>'
    return out
