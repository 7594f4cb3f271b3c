"""The dependency graph in Mermaid, which GitHub and many Markdown viewers draw."""

from __future__ import annotations

from verify.report.graph import Graph, part_of, status_words
from verify.report.palette import identifier, look, verdict_class

__all__ = ["MOST_EDGES", "diagram", "parts"]

MOST_EDGES = 400  # viewers refuse diagrams with more than 500 edges or 50 000 characters
_MOST_CHARACTERS = 45_000
_SHAPES = {
    "definition": ("[", "]"), "remark": ("[", "]"), "cited": ("{{", "}}"), "theorem": ("([", "])"),
    "proposition": ("([", "])"), "corollary": ("([", "])"), "lemma": ("(", ")"),
}  # fmt: skip


def diagram(graph: Graph) -> str:
    """Return the graph as one Mermaid flowchart; the verdict stands in each label."""
    lines = ["flowchart LR"]
    used: set[str] = set()
    for claim_id, claim in graph.claims.items():
        verdict = verdict_class(claim)
        used.add(verdict)
        left, right = _SHAPES.get(str(claim.get("kind")), ("[", "]"))
        label = f"{claim_id}<br/>{status_words(claim)}"
        lines.append(f'  {identifier(claim_id)}{left}"{label}"{right}:::{_class(verdict)}')
    for edge in graph.edges:
        arrow = "-->" if edge.proof else "-.->"
        lines.append(f"  {identifier(edge.source)} {arrow} {identifier(edge.target)}")
    for verdict in sorted(used):
        style = look(verdict)
        lines.append(
            f"  classDef {_class(verdict)} fill:#{style.fill},stroke:#{style.line},color:#111111"
        )
    return "\n".join(lines) + "\n"


def _class(verdict: str) -> str:
    return verdict.replace("-", "")


def parts(graph: Graph) -> list[tuple[str, str]]:
    """Return (title, diagram) pairs small enough for viewers: the whole graph, or one a part.

    In a diagram of one part, claims of other parts that it needs directly are included.
    """
    whole = diagram(graph)
    if len(graph.edges) <= MOST_EDGES and len(whole) <= _MOST_CHARACTERS:
        return [("", whole)]
    found = []
    for name in dict.fromkeys(map(part_of, graph.claims)):
        inside = {c for c in graph.claims if part_of(c) == name}
        needed = {e.source for e in graph.edges if e.target in inside}
        found.append((name, diagram(graph.restrict(inside | needed))))
    return found
