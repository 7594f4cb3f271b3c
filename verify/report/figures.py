"""Draw figures from their data as SVG and PDF, the same bytes for the same data.

Styles of a series: line, steps, points, band (between ``low`` and ``high``), image (``z`` over
``x``, ``y``). Each style differs in shape as well as colour; series of one ``group`` (a number) share
a colour, and points with one ``mark`` (a number) a shape.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import warnings
from typing import Any

from verify.report.escape import clean, file_name
from verify.report.mathtext import MathError, parse

__all__ = ["CannotDraw", "draw", "file_of", "inline", "stamp"]

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5A5A5A")
_MARKS = ("o", "s", "^", "D", "v", "P", "X")
_DASHES = ("-", "--", "-.", ":")
_VERSION = "2"  # of the drawing, part of the stamp


class CannotDraw(ValueError):
    """The data of a figure do not make a picture; the message says why."""


def file_of(name: str) -> str:
    """Return the name of the files of a figure, without ending."""
    return file_name(name)


def stamp(figure: dict[str, Any]) -> str:
    """Return a mark of the data of a figure, which stands in its SVG."""
    text = json.dumps(figure, sort_keys=True, default=str)
    return "made from " + hashlib.sha256((_VERSION + text).encode()).hexdigest()


def _numbers(values: Any, what: str) -> list[float]:
    try:
        return [float("nan") if v is None else _number(v) for v in values]
    except (TypeError, ValueError, OverflowError, ZeroDivisionError) as error:
        raise CannotDraw(f"{what} is not a list of numbers ({error})") from None


def _number(value: Any) -> float:
    if isinstance(value, str) and "/" in value:
        top, _, bottom = value.partition("/")
        return int(top) / int(bottom)
    return float(value)


def _label(text: str) -> str:
    """Return a label for matplotlib: formulas it can set stay, everything else is literal."""
    parts = re.split(r"(\$[^$]+\$)", clean(text))
    out = ""
    for part in parts:
        if part.startswith("$") and part.endswith("$") and len(part) > 2:
            try:
                parse(part[1:-1])
                _try_mathtext(part)
                out += part
                continue
            except (MathError, ValueError):
                part = part[1:-1]
        out += part.replace("$", r"\$")
    return out


def _try_mathtext(text: str) -> None:
    from matplotlib.mathtext import MathTextParser

    MathTextParser("path").parse(text)


def draw(name: str, figure: dict[str, Any]) -> dict[str, bytes]:
    """Return the figure as {"svg": ..., "pdf": ...}.

    Raises:
        CannotDraw: when a series is malformed.
    """
    import matplotlib

    matplotlib.use("Agg", force=False)
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.hashsalt": name, "svg.fonttype": "path", "pdf.fonttype": 42, "font.size": 10.0,
        "font.family": "DejaVu Sans", "mathtext.fontset": "dejavusans", "axes.spines.top": False,
        "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.25,
    }  # fmt: skip
    out: dict[str, bytes] = {}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a letter that the font lacks shows as a box
        picture = Figure(figsize=(6.2, 3.9), layout="constrained")
        axes = picture.subplots()
        series = figure.get("series") or ()
        labelled = 0
        for i, one in enumerate(series):
            labelled += _series(picture, axes, one, i)
        axes.set_xlabel(_label(str(figure.get("x_label") or "")))
        axes.set_ylabel(_label(str(figure.get("y_label") or "")))
        try:
            if figure.get("x_log"):
                axes.set_xscale("log")
            if figure.get("y_log"):
                axes.set_yscale("log")
            _whole_numbers(axes, series)
            if labelled > 1:
                axes.legend(frameon=False, fontsize=9)
            for kind in ("svg", "pdf"):
                stream = io.BytesIO()
                dates = {"Date": None} if kind == "svg" else {"CreationDate": None}
                words = {"Creator": None} if kind == "svg" else {"Creator": None, "Producer": None}
                picture.savefig(stream, format=kind, metadata={**dates, **words})
                out[kind] = stream.getvalue()
        except (ValueError, OverflowError) as error:
            raise CannotDraw(f"matplotlib: {str(error).splitlines()[0]}") from None
    mark = f"<!-- {stamp(figure)} -->\n".encode()
    out["svg"] = out["svg"].rstrip() + b"\n" + mark
    return out


def _series(picture: Any, axes: Any, one: dict[str, Any], i: int) -> int:
    style = one.get("style", "line")
    label = _label(str(one.get("label") or ""))
    group, mark = int(one.get("group", i)), int(one.get("mark", i))
    colour = _COLOURS[group % len(_COLOURS)]
    x = _numbers(one.get("x") or (), "x")
    common = {"label": label or None}
    if style == "image":
        _image(picture, axes, one, x, label)
        axes.grid(False)
        return 0
    if style == "band":
        low, high = _numbers(one.get("low") or (), "low"), _numbers(one.get("high") or (), "high")
        _same_length(x, low, high)
        axes.fill_between(x, low, high, color=colour, alpha=0.22, linewidth=0, **common)
        return bool(label)
    y = _numbers(one.get("y") or (), "y")
    _same_length(x, y)
    if style == "points":
        axes.plot(x, y, linestyle="none", marker=_MARKS[mark % len(_MARKS)], markersize=4.5,
                  markerfacecolor="none", color=colour, **common)  # fmt: skip
    elif style == "steps":
        axes.step(x, y, where="mid", color=colour, linewidth=1.6, **common)
    elif style == "line":
        axes.plot(x, y, linestyle=_DASHES[group % len(_DASHES)], color=colour, linewidth=1.6, **common)
    else:
        raise CannotDraw(f"unknown style {style!r}: line, points, steps, band or image")
    return bool(label)


def _whole_numbers(axes: Any, series: Any) -> None:
    """Put marks at whole numbers only, when all positions are whole."""
    from matplotlib.ticker import MaxNLocator

    if axes.get_xscale() == "linear" and all(isinstance(v, int) for s in series for v in s["x"]):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _same_length(*lists: list[float]) -> None:
    if len({len(values) for values in lists}) > 1:
        raise CannotDraw("the lists of a series have different lengths")


def _image(picture: Any, axes: Any, one: dict[str, Any], x: list[float], label: str) -> None:
    y = _numbers(one.get("y") or (), "y")
    z = [_numbers(row, "z") for row in one.get("z") or ()]
    if len(z) != len(y) or any(len(row) != len(x) for row in z) or len(x) < 2 or len(y) < 2:
        raise CannotDraw("an image needs z with a row for each y and a column for each x")
    finite = sorted(v for row in z for v in row if math.isfinite(v))
    if not finite:
        raise CannotDraw("an image without a finite value")
    shading = axes.contourf(x, y, z, levels=18, cmap="cividis")
    axes.contour(x, y, z, levels=18, colors="white", linewidths=0.3)
    bar = picture.colorbar(shading, ax=axes)
    if label:
        bar.set_label(label)


def inline(svg: str, name: str, title: str, caption: str) -> str:
    """Return an SVG of ``draw`` as an element inside HTML under a policy without inline styles.

    Style attributes become attributes of presentation, names get a prefix of their own, and black
    becomes the colour of the text, so that the picture works on a dark page.
    """
    from verify.report.escape import html_text

    body = svg[svg.index("<svg") :]
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<style[^>]*>.*?</style>\s*", "", body, flags=re.DOTALL)
    head_end = body.index(">")
    box = re.search(r'viewBox="([^"]+)"', body[:head_end])
    view = box[1] if box else "0 0 446 281"
    prefix = "f-" + re.sub(r"[^a-z0-9]", "-", name.lower()) + "-"

    def attributes(match: re.Match[str]) -> str:
        out = []
        for declaration in match[1].split(";"):
            key, _, value = declaration.partition(":")
            if value.strip():
                out.append(f'{key.strip()}="{value.strip()}"')
        return " ".join(out)

    body = re.sub(r'style="([^"]*)"', attributes, body[head_end + 1 :])
    body = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{prefix}{m[1]}"', body)
    body = re.sub(r'href="#([^"]+)"', lambda m: f'href="#{prefix}{m[1]}"', body)
    body = re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{prefix}{m[1]})", body)
    body = body.replace("xlink:href", "href")
    body = re.sub(r'(fill|stroke)="#(?:000000|262626)"', r'\1="currentColor"', body)
    body = re.sub(r'<path d="[^"]*" fill="#ffffff"\s*/>', "", body)
    label = html_text(f"{title}. {caption}")
    return (
        f'<svg class="plot" viewBox="{view}" role="img" aria-label="{label}" '
        f'fill="currentColor" stroke-linejoin="round" stroke-linecap="butt">{body.rstrip()}'
    )
