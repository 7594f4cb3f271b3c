"""The dependency graph of claims as data, and ``render``, which draws it in any format.

An edge runs from what is used to what uses it: solid when the proof needs it (``uses``), dashed
when only the statement does (``states``). Pictures omit edges that follow from longer paths; the
JSON keeps every edge.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from verify.report.palette import verdict_class

__all__ = ["FORMATS", "Edge", "Graph", "build", "part_of", "render", "status_words"]

FORMATS = ("mermaid", "dot", "json", "svg", "tikz")


@dataclass(frozen=True)
class Edge:
    """``source`` is needed by ``target``; ``proof``: by its proof, not only by its statement."""

    source: str
    target: str
    proof: bool


@dataclass
class Graph:
    """Claims by id, in the order given, and the edges between them."""

    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def neighbours(self, start: str, forward: bool, depth: int | None = None) -> set[str]:
        """Return what ``start`` leads to (``forward``) or rests on, up to ``depth`` steps."""
        near: dict[str, list[str]] = {}
        for edge in self.edges:
            a, b = (edge.source, edge.target) if forward else (edge.target, edge.source)
            near.setdefault(a, []).append(b)
        found: set[str] = set()
        frontier, steps = {start}, 0
        while frontier and (depth is None or steps < depth):
            frontier = {w for v in frontier for w in near.get(v, ())} - found
            found |= frontier
            steps += 1
        return found - {start}

    def restrict(self, keep: Iterable[str]) -> Graph:
        """Return the part of the graph on the ids in ``keep``."""
        kept = set(keep)
        claims = {k: v for k, v in self.claims.items() if k in kept}
        return Graph(claims, [e for e in self.edges if e.source in kept and e.target in kept])

    def reduced(self) -> Graph:
        """Return the graph without the edges that a longer path implies.

        A proof edge goes only when a path of proof edges implies it.
        """
        reach = {True: self._reach(proof=True), False: self._reach(proof=False)}
        kept = []
        for edge in self.edges:
            through = (
                e.target
                for e in self.edges
                if e.source == edge.source and e.target != edge.target and e.proof >= edge.proof
            )
            if not any(edge.target in reach[edge.proof].get(v, ()) for v in through):
                kept.append(edge)
        return Graph(dict(self.claims), kept)

    def _reach(self, proof: bool) -> dict[str, set[str]]:
        near: dict[str, list[str]] = {}
        for edge in self.edges:
            if edge.proof or not proof:
                near.setdefault(edge.source, []).append(edge.target)
        reach: dict[str, set[str]] = {}

        def visit(start: str) -> None:
            stack = [(start, iter(near.get(start, ())))]
            path = {start}
            while stack:
                v, rest = stack[-1]
                w = next((w for w in rest if w not in reach), None)
                if w is None:
                    stack.pop()
                    path.discard(v)
                    reach[v] = {w for w in near.get(v, ())}
                    for w in near.get(v, ()):
                        reach[v] |= reach.get(w, set())
                elif w in path:
                    raise ValueError(f"the dependencies have a cycle through {w}")
                else:
                    path.add(w)
                    stack.append((w, iter(near.get(w, ()))))

        for v in self.claims:
            if v not in reach:
                visit(v)
        return reach


def part_of(claim_id: str) -> str:
    """Return the part of the book that an id belongs to: what stands before its first dot.

    >>> part_of("icl.skew-threshold")
    'icl'
    """
    return claim_id.split(".", 1)[0]


def status_words(claim: dict[str, Any]) -> str:
    """Return the verdict in words with its effective tier, as the labels of pictures say it.

    >>> status_words({"verdict": "confirmed", "effective_tier": "exact"})
    '✓ confirmed, exact'
    """
    verdict = verdict_class(claim)
    mark = {"confirmed": "✓", "refuted": "✗", "qualified": "±", "undecided": "?",
            "not-checkable": "–", "assumed": "§", "stated": ""}.get(verdict, "?")  # fmt: skip
    words = f"{mark} {verdict}".strip()
    tier = claim.get("effective_tier")
    if tier in ("exact", "certified", "statistical") and verdict in ("confirmed", "refuted", "qualified"):
        words += f", {tier}"
    run = claim.get("run")
    if run in ("not-selected", "skipped", "timeout", "error", "stale"):
        words += f" ({run})"
    return words


def build(claims: Sequence[dict[str, Any]]) -> Graph:
    """Return the graph of the claims; a reference to a claim that is not given is left out."""
    graph = Graph({str(c["id"]): c for c in claims})
    for claim in claims:
        uses = list(dict.fromkeys(claim.get("uses") or ()))
        states = [s for s in dict.fromkeys(claim.get("states") or ()) if s not in uses]
        for names, proof in ((uses, True), (states, False)):
            graph.edges += [
                Edge(name, claim["id"], proof) for name in names if name in graph.claims
            ]
    return graph


def render(claims: Sequence[dict[str, Any]], format: str = "mermaid", focus: str | None = None,
           depth: int | None = None) -> str:  # fmt: skip
    """Return the dependency graph of ``claims`` as text in the given format.

    Args:
        claims: claims as in ``report.json`` (id, kind, title, verdict, uses, states are read).
        format: mermaid (or mmd), dot, json, svg or tikz.
        focus: keep only this claim, what it rests on and what rests on it.
        depth: with ``focus``, at most this many steps in each direction.

    Raises:
        ValueError: for an unknown format or focus.
    """
    name = "mermaid" if format == "mmd" else format
    if name not in FORMATS:
        raise ValueError(f"unknown graph format {format!r}: choose from {', '.join(FORMATS)}")
    graph = build(claims)
    if focus is not None:
        if focus not in graph.claims:
            near = difflib.get_close_matches(focus, graph.claims, 3)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise ValueError(f"no claim has the id {focus!r}{hint}")
        around = graph.neighbours(focus, True, depth) | graph.neighbours(focus, False, depth)
        graph = graph.restrict(around | {focus})
    if name == "json":
        return _json(graph)
    from verify.report import dot, mermaid, svg, tikz

    drawn = graph.reduced()
    if name == "mermaid":
        return mermaid.diagram(drawn)
    if name == "dot":
        return dot.diagram(drawn)
    if name == "svg":
        return svg.diagram(drawn)
    return tikz.picture(drawn)


def _json(graph: Graph) -> str:
    nodes = [
        {
            "id": claim_id,
            "kind": claim.get("kind"),
            "title": claim.get("title", ""),
            "part": part_of(claim_id),
            "verdict": claim.get("verdict"),
            "effective_tier": claim.get("effective_tier"),
            "as_expected": claim.get("as_expected"),
            "run": claim.get("run"),
        }
        for claim_id, claim in graph.claims.items()
    ]
    edges = [
        {"source": e.source, "target": e.target, "needs": "proof" if e.proof else "statement"}
        for e in graph.edges
    ]
    return json.dumps({"nodes": nodes, "edges": edges}, indent=1, ensure_ascii=False) + "\n"
