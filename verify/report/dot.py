"""The dependency graph in the DOT language of Graphviz, written as text (no program needed)."""

from __future__ import annotations

from verify.report.graph import Graph, status_words
from verify.report.palette import look, verdict_class

__all__ = ["diagram"]

_SHAPES = {"definition": "box", "remark": "note", "cited": "hexagon", "lemma": "box",
           "number": "box", "formula": "box"}  # fmt: skip


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def diagram(graph: Graph) -> str:
    """Return the graph as a DOT digraph; the verdict stands in each label."""
    lines = [
        "digraph claims {",
        '  graph [rankdir=LR, fontname="Helvetica"];',
        '  node [style=filled, fontname="Helvetica", fontsize=10];',
    ]
    for claim_id, claim in graph.claims.items():
        style = look(verdict_class(claim))
        shape = _SHAPES.get(str(claim.get("kind")), "ellipse")
        label = _quoted(claim_id)[:-1] + "\\n" + status_words(claim) + '"'
        lines.append(
            f"  {_quoted(claim_id)} [label={label}, shape={shape}, "
            f'fillcolor="#{style.fill}", color="#{style.line}"];'
        )
    for edge in graph.edges:
        style_text = "" if edge.proof else " [style=dashed]"
        lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)}{style_text};")
    return "\n".join([*lines, "}"]) + "\n"
