"""The dependency graph in TikZ, from the same layered drawing as the SVG.

The picture needs ``verify.sty`` (colours, styles) and the TikZ package. Of the drawings from left
to right and from top to bottom the one is taken that is larger on a page.
"""

from __future__ import annotations

from verify.report.escape import latex_text
from verify.report.graph import Graph, status_words
from verify.report.palette import identifier, label_lines, verdict_class
from verify.report.svg import box, drawing

__all__ = ["picture"]

_LETTERS = 16  # in a line of a label
_POINT = 0.75  # of a pixel of the drawing
_PAGE = (450.0, 600.0)  # width and height available, in points


def picture(graph: Graph) -> str:
    """Return the graph as a ``tikzpicture`` that fits the page, across or down it."""
    scale, down = 0.0, False
    for way in (False, True):
        plan = drawing(graph, way, _LETTERS)
        fits = _PAGE[0] / max(plan.width * _POINT, 1.0), _PAGE[1] / max(plan.height * _POINT, 1.0)
        if min(*fits, 1.0) > scale + 0.02:
            scale, down = min(*fits, 1.0), way
    plan = drawing(graph, down, _LETTERS)
    lines = [
        f"\\begin{{tikzpicture}}[x={_POINT * scale:.4f}pt,y=-{_POINT * scale:.4f}pt,"
        f"verify graph={{{scale:.3f}}}]"
    ]
    for edge in graph.edges:
        style = "verify proof" if edge.proof else "verify statement"
        lines.append(f"\\draw[{style}] {_path(plan.lines[edge.source, edge.target], down)};")
    for claim_id, claim in graph.claims.items():
        x, y = plan.centres[claim_id]
        wide, tall = box(claim_id, claim, _LETTERS)
        kind = str(claim.get("kind") or "")
        shape = "verify plain" if kind in ("definition", "remark") else "verify round"
        shape = "verify cited" if kind == "cited" else shape
        names = " \\\\ ".join(f"\\textbf{{{latex_text(p)}}}" for p in label_lines(claim_id, _LETTERS))
        label = f"{names} \\\\ {latex_text(status_words(claim))}"
        lines.append(
            f"\\node[verify node,{shape},verify {verdict_class(claim)},"
            f"minimum width={wide * _POINT:.1f}pt,"
            f"minimum height={tall * _POINT:.1f}pt] "
            f"({identifier(claim_id)}) at ({x:.1f},{y:.1f}) {{{label}}};"
        )
    lines.append("\\end{tikzpicture}")
    return "\n".join(lines) + "\n"


def _path(points: list[tuple[float, float]], down: bool) -> str:
    (x, y), *rest = points
    path = f"({x:.1f},{y:.1f})"
    for a, b in rest:
        if abs(b - y) < 0.05 or abs(a - x) < 0.05:
            path += f" -- ({a:.1f},{b:.1f})"
        else:
            first = (x, (y + b) / 2) if down else ((x + a) / 2, y)
            second = (a, (y + b) / 2) if down else ((x + a) / 2, b)
            path += (
                f" .. controls ({first[0]:.1f},{first[1]:.1f}) and "
                f"({second[0]:.1f},{second[1]:.1f}) .. ({a:.1f},{b:.1f})"
            )
        x, y = a, b
    return path
