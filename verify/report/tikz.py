"""The dependency graph in TikZ, from the same layered drawing as the SVG.

The picture needs ``verify.sty`` (colours, styles) and the TikZ package. It is scaled to the text
width, turned by a right angle when that makes it larger on a page.
"""

from __future__ import annotations

from verify.report.escape import latex_text
from verify.report.graph import Graph, status_words
from verify.report.palette import identifier, label_lines, verdict_class
from verify.report.svg import box, drawing

__all__ = ["picture"]

_POINT = 0.75  # of a pixel of the drawing
_PAGE = (455.0, 610.0)  # width and height available, in points


def picture(graph: Graph) -> str:
    """Return the graph as a ``tikzpicture`` that fits the page."""
    plan = drawing(graph)
    width, height = max(plan.width, 1.0) * _POINT, max(plan.height, 1.0) * _POINT
    upright = min(_PAGE[0] / width, _PAGE[1] / height, 1.0)
    turned = min(_PAGE[0] / height, _PAGE[1] / width, 1.0)
    turn = turned > 1.15 * upright
    scale = turned if turn else upright
    lines = [
        f"\\begin{{tikzpicture}}[x={_POINT * scale:.4f}pt,y=-{_POINT * scale:.4f}pt,"
        f"verify graph={{{scale:.3f}}}]"
    ]
    for edge in graph.edges:
        (x, y), *rest = plan.lines[edge.source, edge.target]
        path = f"({x:.1f},{y:.1f})"
        for a, b in rest:
            bend = (a - x) / 2
            if abs(b - y) < 0.05:
                path += f" -- ({a:.1f},{b:.1f})"
            else:
                path += (
                    f" .. controls ({x + bend:.1f},{y:.1f}) and ({a - bend:.1f},{b:.1f})"
                    f" .. ({a:.1f},{b:.1f})"
                )
            x, y = a, b
        style = "verify proof" if edge.proof else "verify statement"
        lines.append(f"\\draw[{style}] {path};")
    for claim_id, claim in graph.claims.items():
        x, y = plan.centres[claim_id]
        wide, tall = box(claim_id, claim)
        kind = str(claim.get("kind") or "")
        shape = "verify plain" if kind in ("definition", "remark") else "verify round"
        shape = "verify cited" if kind == "cited" else shape
        names = " \\\\ ".join(f"\\textbf{{{latex_text(p)}}}" for p in label_lines(claim_id))
        label = f"{names} \\\\ {latex_text(status_words(claim))}"
        lines.append(
            f"\\node[verify node,{shape},verify {verdict_class(claim)},"
            f"minimum width={wide * _POINT:.1f}pt,"
            f"minimum height={tall * _POINT:.1f}pt] "
            f"({identifier(claim_id)}) at ({x:.1f},{y:.1f}) {{{label}}};"
        )
    lines.append("\\end{tikzpicture}")
    body = "\n".join(lines)
    return f"\\rotatebox{{90}}{{%\n{body}}}\n" if turn else body + "\n"
