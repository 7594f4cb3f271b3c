r"""Write formulas as MathML, which browsers set without fonts or programs from elsewhere."""

from __future__ import annotations

from html import escape

from verify.report.formula import breakable, flatten, latex, width
from verify.report.mathtext import Node, parse
from verify.report.symbols import ENVIRONMENTS

__all__ = ["block", "inline"]

_EXCEPTIONS = {
    "mathbb": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "mathcal": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "mathfrak": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
}
_BASES = {  # upper, lower, digits (0: none)
    "mathbb": (0x1D538, 0x1D552, 0x1D7D8),
    "mathcal": (0x1D49C, 0x1D4B6, 0),
    "mathfrak": (0x1D504, 0x1D51E, 0),
    "mathbf": (0x1D400, 0x1D41A, 0x1D7CE),
    "boldsymbol": (0x1D468, 0x1D482, 0x1D7CE),
    "mathsf": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    "mathtt": (0x1D670, 0x1D68A, 0x1D7F6),
}
_LONG = 58.0  # wider than this, a formula becomes several that the browser may wrap


def _alphabet(char: str, name: str) -> str:
    name = "mathcal" if name == "mathscr" else name
    if char in _EXCEPTIONS.get(name, {}):
        return _EXCEPTIONS[name][char]
    if name not in _BASES or not char.isascii():
        return char
    upper, lower, digit = _BASES[name]
    if char.isupper():
        return chr(upper + ord(char) - 65)
    if char.islower():
        return chr(lower + ord(char) - 97)
    return chr(digit + ord(char) - 48) if char.isdigit() and digit else char


def _set(node: Node | None, font: str = "", display: bool = False) -> str:
    if node is None:
        return "<mrow></mrow>"
    kind, args = node.kind, node.args

    def sub(child: Node | None) -> str:
        return _set(child, font)

    if kind == "row":
        return "<mrow>" + "".join(_spaced(args, i, font, display) for i in range(len(args))) + "</mrow>"
    if kind in ("mi", "mn"):
        text = escape("".join(_alphabet(c, font) for c in node.char))
        upright = kind == "mi" and font == "mathrm"
        return f'<mi mathvariant="normal">{text}</mi>' if upright else f"<{kind}>{text}</{kind}>"
    if kind == "mo":
        char = escape(node.char)
        if node.role == "ord" and node.char in "|‖/":
            return f'<mo stretchy="false" lspace="0" rspace="0">{char}</mo>'
        if node.role in ("open", "close"):
            form = "prefix" if node.role == "open" else "postfix"
            return f'<mo stretchy="false" form="{form}">{char}</mo>'
        return f"<mo>{char}</mo>"
    if kind == "big":
        return f'<mo movablelimits="{"false" if display else "true"}">{node.char}</mo>'
    if kind == "func":
        return f"<mi>{escape(node.char)}</mi><mo>\u2061</mo>"
    if kind == "frac":
        bar = ' linethickness="0"' if node.text == "\\binom" else ""
        inner = f"<mfrac{bar}>{sub(args[0])}{sub(args[1])}</mfrac>"
        if node.text == "\\binom":
            return f"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>"
        return inner
    if kind == "sqrt":
        if args[1] is not None:
            return f"<mroot>{sub(args[0])}{sub(args[1])}</mroot>"
        return f"<msqrt>{sub(args[0])}</msqrt>"
    if kind == "script":
        return _script(node, font, display)
    if kind == "fence":
        left, right = escape(node.char), escape(args[1].char if args[1] else "")
        stretch = "true" if args[0] is not None and _tall(args[0]) else "false"
        return (
            f'<mrow><mo form="prefix" stretchy="{stretch}">{left}</mo>{sub(args[0])}'
            f'<mo form="postfix" stretchy="{stretch}">{right}</mo></mrow>'
        )
    if kind == "matrix":
        return _matrix(node, font)
    if kind == "font":
        return _set(args[0], node.text[1:])
    if kind == "accent":
        return _accent(node, font)
    if kind == "stack":
        base, mark = sub(args[1]), sub(args[0])
        tag = "munder" if node.text == "\\underset" else "mover"
        return f"<{tag}>{base}{mark}</{tag}>"
    if kind == "text":
        return f"<mtext>{escape(node.char).replace(' ', chr(160))}</mtext>"
    if kind == "size":
        scale = {"b": "1.2em", "B": "1.8em"}[node.text[1]]
        return f'<mo minsize="{scale}" maxsize="{scale}">{escape(node.char)}</mo>'
    return f'<mspace width="{node.role}"/>' if node.role not in ("", "0em") else ""


def _tall(node: Node) -> bool:
    """Return whether brackets around ``node`` must grow."""
    if node.kind in ("frac", "matrix", "sqrt", "big", "stack", "accent"):
        return True
    return any(_tall(a) for a in node.args if a is not None)


def _is_function(node: Node | None) -> bool:
    if node is not None and node.kind == "script":
        node = node.args[0]
    return node is not None and node.kind == "func"


def _spaced(row: tuple[Node | None, ...], i: int, font: str, display: bool) -> str:
    """Return an item of a row; thin spaces set the name of a function off from letters."""
    text = _set(row[i], font, display)
    if not _is_function(row[i]):
        return text
    thin = '<mspace width="0.167em"/>'
    before = row[i - 1] if i else None
    after = row[i + 1] if i + 1 < len(row) else None
    if before is not None and before.kind not in ("mo", "space"):
        text = thin + text
    if after is not None and after.kind not in ("mo", "fence", "space", "size"):
        text += thin
    return text


def _script(node: Node, font: str, display: bool) -> str:
    base, low, high = node.args
    limits = display and base is not None and (base.kind == "big" and base.char not in "∫∬∮")
    limits = limits or (
        display and base is not None and base.kind == "func" and base.role == "limits"
    )
    if base is not None and base.kind == "accent" and base.char in "⏞⏟":
        limits = True
    inner = _set(base, font, display)
    call = "<mo>\u2061</mo>"
    tail = ""
    if base is not None and base.kind == "func":
        inner, tail = inner.removesuffix(call), call
    names = ("munder", "mover", "munderover") if limits else ("msub", "msup", "msubsup")
    if low is not None and high is not None:
        body = f"<{names[2]}>{inner}{_set(low, font)}{_set(high, font)}</{names[2]}>"
    elif low is not None:
        body = f"<{names[0]}>{inner}{_set(low, font)}</{names[0]}>"
    else:
        body = f"<{names[1]}>{inner}{_set(high, font)}</{names[1]}>"
    return body + tail


def _accent(node: Node, font: str) -> str:
    inner = _set(node.args[0], font)
    if node.text in ("\\underline", "\\underbrace"):
        return f'<munder accentunder="true">{inner}<mo>{node.char}</mo></munder>'
    stretch = "true" if node.text in ("\\overline", "\\overbrace", "\\widehat", "\\widetilde",
                                      "\\bar", "\\vec") else "false"  # fmt: skip
    return f'<mover accent="true">{inner}<mo stretchy="{stretch}">{escape(node.char)}</mo></mover>'


def _matrix(node: Node, font: str) -> str:
    left, right = ENVIRONMENTS[node.text]
    classes = {"cases": "cases", "aligned": "aligned", "split": "aligned"}.get(node.text, "")
    mark = f' class="{classes}"' if classes else ""
    rows = "".join(
        "<mtr>" + "".join(f"<mtd>{_set(cell, font)}</mtd>" for cell in row) + "</mtr>"
        for row in node.cells
    )
    table = f"<mtable{mark}>{rows}</mtable>"
    open_ = f'<mo form="prefix" stretchy="true">{left}</mo>' if left else ""
    close = f'<mo form="postfix" stretchy="true">{right}</mo>' if right else ""
    return f"<mrow>{open_}{table}{close}</mrow>"


def inline(source: str) -> str:
    r"""Return the formula ``source`` as MathML in a line of text; long ones can wrap.

    Raises:
        MathError: when the formula is outside the accepted subset.

    >>> inline("x^2")
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    tree = parse(source)
    if width(tree) <= _LONG:
        return f"<math>{_set(tree)}</math>"
    return _wrapped(tree)


def block(source: str) -> str:
    r"""Return the formula ``source`` as a displayed formula; a long one wraps between terms."""
    tree = parse(source)
    if width(tree) <= _LONG or tree.kind == "matrix":
        return f'<div class="display"><math display="block">{_set(tree, "", True)}</math></div>'
    return f'<div class="display long">{_wrapped(tree, True)}</div>'


def _wrapped(tree: Node, display: bool = False) -> str:
    tree = breakable(tree)
    label = escape(latex(tree), quote=True)
    pieces = flatten(tree)
    style = ' displaystyle="true"' if display else ""
    parts = "<wbr>".join(
        f'<span class="piece"><math{style}>{_piece(p, first=i == 0)}</math></span>' for i, p in enumerate(pieces)
    )
    return f'<span class="pieces" role="group" aria-label="formula in pieces">{parts}</span>' if (
        len(label) > 4000
    ) else f'<span class="pieces" role="group" aria-label="{label}">{parts}</span>'


def _piece(node: Node, first: bool) -> str:
    """Return a piece of a broken formula; the sign that a later piece begins with stays binary."""
    text = _set(node)
    head = "<mrow><mo>" if text.startswith("<mrow>") else "<mo>"
    if first or not text.startswith(head):
        return text
    return text.replace("<mo>", '<mo form="infix">', 1)
