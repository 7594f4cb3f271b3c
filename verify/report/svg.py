"""The dependency graph as a picture in SVG, alone or inside the HTML report."""

from __future__ import annotations

from typing import Any

from verify.report.escape import html_text
from verify.report.graph import Graph, status_words
from verify.report.layout import Layout, layered
from verify.report.palette import identifier, label_lines, look, verdict_class

__all__ = ["box", "diagram", "drawing"]

_FONT = 11.0
_LETTER = 6.7
_LINE = 13.5
_MARGIN = 14.0
_ROUND = {"theorem": 13, "proposition": 13, "corollary": 13, "lemma": 6}


def box(claim_id: str, claim: dict[str, Any], longest: int = 24) -> tuple[float, float]:
    """Return width and height of the box of a claim, whose id is in lines of ``longest``."""
    lines = label_lines(claim_id, longest)
    letters = max(*(len(line) for line in lines), len(status_words(claim)) * 0.92)
    return letters * _LETTER + 18.0, _LINE * (len(lines) + 1) + 9.0


def drawing(graph: Graph, down: bool = False, longest: int = 24) -> Layout:
    """Return the layered drawing of the graph, sizes in pixels."""
    sizes = {claim_id: box(claim_id, claim, longest) for claim_id, claim in graph.claims.items()}
    return layered(list(graph.claims), [(e.source, e.target) for e in graph.edges], sizes,
                   column_gap=30.0 if down else 46.0, down=down)  # fmt: skip


def _path(points: list[tuple[float, float]]) -> str:
    """Return a smooth path that leaves and enters horizontally."""
    (x, y), *rest = points
    out = f"M{x:.1f} {y:.1f}"
    for a, b in rest:
        bend = (a - x) / 2
        if abs(b - y) < 0.05:
            out += f"H{a:.1f}"
        else:
            out += f"C{x + bend:.1f} {y:.1f} {a - bend:.1f} {b:.1f} {a:.1f} {b:.1f}"
        x, y = a, b
    return out


def _node(claim_id: str, claim: dict[str, Any], at: tuple[float, float], inside: bool) -> str:
    width, height = box(claim_id, claim)
    left, top = at[0] - width / 2, at[1] - height / 2
    verdict = verdict_class(claim)
    style = look(verdict)
    kind = str(claim.get("kind") or "")
    attributes = f'fill="#{style.fill}" stroke="#{style.line}" stroke-width="1.3"'
    if kind in ("definition", "remark"):
        attributes += ' stroke-dasharray="5 3"'
    if kind == "cited":
        cut = 8.0
        points = [
            (left, at[1]), (left + cut, top), (left + width - cut, top), (left + width, at[1]),
            (left + width - cut, top + height), (left + cut, top + height),
        ]  # fmt: skip
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        shape = f'<polygon points="{joined}" {attributes}/>'
    else:
        round_ = _ROUND.get(kind, 2)
        shape = (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'rx="{round_}" {attributes}/>'
        )
    words = status_words(claim)
    title = html_text(f"{claim.get('title') or claim_id} ({kind}: {words})")
    text = ""
    y = top + _LINE
    for line in label_lines(claim_id):
        text += f'<tspan x="{at[0]:.1f}" y="{y:.1f}" font-weight="600">{html_text(line)}</tspan>'
        y += _LINE
    text += f'<tspan x="{at[0]:.1f}" y="{y:.1f}" class="words">{html_text(words)}</tspan>'
    extra = ""
    if inside:
        extra = f' id="n-{identifier(claim_id)}" data-id="{claim_id}" tabindex="0" role="button"'
        extra += f' aria-label="{title}"'
    return (
        f'<g class="node v-{verdict}"{extra}><title>{title}</title>{shape}'
        f'<text text-anchor="middle">{text}</text></g>'
    )


def diagram(graph: Graph, inside: bool = False) -> str:
    """Return the graph as an SVG document, or as an element for the HTML report (``inside``)."""
    plan = drawing(graph)
    width, height = plan.width + 2 * _MARGIN, plan.height + 2 * _MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="sans-serif" '
        f'font-size="{_FONT:g}"'
    )
    head += ' id="graph" role="group" aria-label="Dependency graph">' if inside else ">"
    out = [head]
    if not inside:
        out.append(f"<title>Dependency graph of {len(graph.claims)} claims</title>")
        out.append(f'<rect width="{width:.0f}" height="{height:.0f}" fill="#FFFFFF"/>')
    out.append(
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0.8L8 4L0 7.2z" fill="#6A6A6A"/></marker></defs>'
    )
    out.append(f'<g transform="translate({_MARGIN:g} {_MARGIN:g})">')
    for edge in graph.edges:
        points = plan.lines[edge.source, edge.target]
        dashed = "" if edge.proof else ' stroke-dasharray="5 4"'
        data = f' data-from="{edge.source}" data-to="{edge.target}"' if inside else ""
        out.append(
            f'<path class="edge" d="{_path(points)}" fill="none" stroke="#6A6A6A" '
            f'stroke-width="1"{dashed} marker-end="url(#arrow)"{data}/>'
        )
    out += [_node(i, c, plan.centres[i], inside) for i, c in graph.claims.items()]
    return "\n".join([*out, "</g></svg>"]) + "\n"
