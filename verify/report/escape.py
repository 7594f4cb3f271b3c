"""Make text from claim files harmless and exact in Markdown, LaTeX, HTML and XML.

Control characters, bidirectional overrides and invisible formatting characters, with which text
can pretend to be other text, are shown as their code points in every format.
"""

from __future__ import annotations

import html
import re
import unicodedata

from verify.report.symbols import UNICODE

__all__ = ["clean", "file_name", "html_text", "latex_text", "markdown_cell", "markdown_text"]

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>&|~$#!])")
_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}", "'": "'", "\t": " ", "\u00a0": "~", "\u2009": r"\,", "\u202f": r"\,",
    "–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "…": r"\ldots{}",
    "«": "\\guillemotleft{}", "»": "\\guillemotright{}", "°": r"\textdegree{}", "§": r"\S{}",
    "−": "$-$", "✓": r"$\checkmark$", "✗": r"$\times$", "†": r"\dag{}",
}  # fmt: skip
_LATIN = re.compile(r"[A-Za-z0-9 \n.,;:!?()\[\]/*+=@-]")
_RULE_START = re.compile(r"(?m)^(\s*)([-+]|\d+[.)])(\s)")


def clean(text: str) -> str:
    """Return ``text`` with every hidden or control character spelled as its code point.

    >>> clean("a\\u202eb")
    'a[U+202E]b'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in _HIDDEN else f"[U+{ord(c):04X}]"
        for c in text
    )


def html_text(text: str) -> str:
    """Return ``text`` for HTML or XML, element content or quoted attribute.

    >>> html_text('<b a="1">')
    '&lt;b a=&quot;1&quot;&gt;'
    """
    return html.escape(clean(text), quote=True)


def markdown_text(text: str) -> str:
    """Return ``text`` so that Markdown shows its characters: no markup, HTML or automatic link.

    >>> print(markdown_text("a_b <i> [x](y)"))
    a\\_b \\<i\\> \\[x\\](y)
    """
    text = _MARKDOWN.sub(r"\\\1", clean(text))
    text = _RULE_START.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}{m[3]}", text)
    return text.replace("://", "&#58;//").replace("www.", "www&#46;").replace("@", "&#64;")


def markdown_cell(text: str) -> str:
    """Return Markdown on one line, for a cell of a table (pipes are escaped already)."""
    return re.sub(r"\s*\n\s*", " ", text.strip())


def _latex_character(char: str) -> str:
    if _LATIN.match(char):
        return char
    if char in _LATEX:
        return _LATEX[char]
    if char in UNICODE:
        command = UNICODE[char]
        if command[0] in "^_":
            return f"$\\mathstrut{command}$"
        return f"${command}$" if command != "-" else "--"
    plain = unicodedata.normalize("NFKD", char)
    if plain != char and plain.isascii() and plain.isprintable():
        return "".join(_latex_character(c) for c in plain)
    if unicodedata.category(char) in ("Ll", "Lu") and 0xA0 < ord(char) < 0x180:
        return char
    return f"\\texttt{{[U+{ord(char):04X}]}}"


def latex_text(text: str) -> str:
    """Return ``text`` as LaTeX that sets its characters; none of them acts as a command.

    >>> print(latex_text("50% of $a_1$ ≥ 2"))
    50\\% of \\$a\\_1\\$ $\\ge$ 2
    """
    return "".join(map(_latex_character, clean(text)))


def file_name(name: str) -> str:
    """Return ``name`` as a safe file name: letters, digits, dot, dash, underscore only.

    >>> file_name("../a b")
    'a-b'
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "unnamed"
