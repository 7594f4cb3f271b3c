"""One layered drawing of a directed acyclic graph, used for SVG, HTML and TikZ.

Layers by longest path from the sources, then every node as near to its users as they allow; order
within a layer by alternating barycentre sweeps that keep the ordering with the fewest crossings;
coordinates by least squares under the order (isotonic regression). Left to right; nodes without
an edge stand in a grid of their own below. Deterministic: ties are broken by the order given.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Layout", "layered"]

Edge = tuple[str, str]


@dataclass(frozen=True)
class Layout:
    """Centres of the nodes, polylines of the edges, and the size of the drawing."""

    centres: dict[str, tuple[float, float]]
    lines: dict[Edge, list[tuple[float, float]]]
    width: float
    height: float


def _layers(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    before: dict[str, list[str]] = {v: [] for v in nodes}
    after: dict[str, list[str]] = {v: [] for v in nodes}
    for a, b in edges:
        before[b].append(a)
        after[a].append(b)
    layer: dict[str, int] = {}
    waiting = {v: len(before[v]) for v in nodes}
    ready = [v for v in nodes if not waiting[v]]
    order: list[str] = []
    while ready:
        v = ready.pop(0)
        order.append(v)
        layer[v] = max((layer[u] + 1 for u in before[v]), default=0)
        for w in after[v]:
            waiting[w] -= 1
            if not waiting[w]:
                ready.append(w)
    if len(order) != len(nodes):
        raise ValueError("the graph has a cycle: only acyclic graphs can be drawn in layers")
    for v in reversed(order):
        if after[v] and len(after[v]) >= len(before[v]):
            layer[v] = max(layer[v], min(layer[w] for w in after[v]) - 1)
    return layer


def _crossings(upper: Sequence[Hashable], below: Mapping[Hashable, list[int]]) -> int:
    count, seen = 0, [list(below.get(v, ())) for v in upper]
    for i, ends in enumerate(seen):
        for later in seen[i + 1 :]:
            count += sum(a > b for a in ends for b in later)
    return count


def _order(rows: list[list[Hashable]], links: list[tuple[Hashable, Hashable]]) -> None:
    """Reorder ``rows`` in place: barycentre sweeps, the best ordering seen is kept."""
    down: dict[Hashable, list[Hashable]] = {}
    up: dict[Hashable, list[Hashable]] = {}
    for a, b in links:
        down.setdefault(a, []).append(b)
        up.setdefault(b, []).append(a)

    def total() -> int:
        count = 0
        for here, there in pairwise(rows):
            place = {v: i for i, v in enumerate(there)}
            count += _crossings(here, {v: [place[w] for w in down.get(v, ())] for v in here})
        return count

    best, best_count = [list(r) for r in rows], total()
    for sweep in range(12):
        forward = sweep % 2 == 0
        sequence = range(1, len(rows)) if forward else range(len(rows) - 2, -1, -1)
        near = up if forward else down
        for i in sequence:
            fixed = {v: k for k, v in enumerate(rows[i - 1 if forward else i + 1])}
            own = {v: k for k, v in enumerate(rows[i])}

            def key(
                v: Hashable,
                near: dict[Hashable, list[Hashable]] = near,
                fixed: dict[Hashable, int] = fixed,
                own: dict[Hashable, int] = own,
            ) -> tuple[float, int]:
                places = [fixed[w] for w in near.get(v, ()) if w in fixed]
                return (sum(places) / len(places) if places else own[v], own[v])

            rows[i].sort(key=key)
        count = total()
        if count < best_count:
            best, best_count = [list(r) for r in rows], count
    rows[:] = best


def _isotonic(wanted: list[float], gaps: list[float]) -> list[float]:
    """Return the positions nearest to ``wanted`` with ``gaps`` between neighbours at least."""
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    blocks: list[tuple[float, int]] = []
    for value, offset in zip(wanted, offsets, strict=True):
        mean, size = value - offset, 1
        while blocks and blocks[-1][0] > mean:
            last, count = blocks.pop()
            mean, size = (mean * size + last * count) / (size + count), size + count
        blocks.append((mean, size))
    flat = [mean for mean, size in blocks for _ in range(size)]
    return [m + o for m, o in zip(flat, offsets, strict=True)]


def _place(rows: list[list[Hashable]], links: list[tuple[Hashable, Hashable]],
           size: Mapping[Hashable, float], gap: float) -> dict[Hashable, float]:  # fmt: skip
    near: dict[Hashable, list[Hashable]] = {}
    for a, b in links:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    y: dict[Hashable, float] = {}
    spaces: list[list[float]] = []
    for row in rows:
        spaces.append(
            [(size[a] + size[b]) / 2 + gap for a, b in pairwise(row)]
        )
        at = 0.0
        for v, step in zip(row, [0.0, *spaces[-1]], strict=False):
            at += step
            y[v] = at
        for v in row:
            y[v] -= at / 2
    for sweep in range(16):
        sequence = range(len(rows)) if sweep % 2 == 0 else range(len(rows) - 1, -1, -1)
        for i in sequence:
            wanted = [
                sum(y[w] for w in near[v]) / len(near[v]) if v in near else y[v] for v in rows[i]
            ]
            for v, value in zip(rows[i], _isotonic(wanted, spaces[i]), strict=True):
                y[v] = value
    return y


def layered(nodes: Sequence[str], edges: Sequence[Edge], sizes: Mapping[str, tuple[float, float]],
            column_gap: float = 46.0, row_gap: float = 12.0, aspect: float = 1.6,
            down: bool = False) -> Layout:  # fmt: skip
    """Return a drawing of the graph with boxes of the given sizes (width, height).

    ``down``: layers from top to bottom instead of from left to right.

    Raises:
        ValueError: when the graph has a cycle.

    >>> drawing = layered(["a", "b"], [("a", "b")], {"a": (40, 20), "b": (40, 20)})
    >>> drawing.centres["a"][0] < drawing.centres["b"][0]
    True
    """
    if down:
        turned = {v: (h, w) for v, (w, h) in sizes.items()}
        plan = layered(nodes, edges, turned, column_gap, row_gap, 1 / aspect)
        return Layout(
            {v: (y, x) for v, (x, y) in plan.centres.items()},
            {e: [(y, x) for x, y in points] for e, points in plan.lines.items()},
            plan.height,
            plan.width,
        )
    edges = list(dict.fromkeys((a, b) for a, b in edges if a in sizes and b in sizes))
    centres: dict[str, tuple[float, float]] = {}
    lines: dict[Edge, list[tuple[float, float]]] = {}
    width = height = 0.0
    for part in _components(nodes, edges):
        inside = set(part)
        own = [e for e in edges if e[0] in inside]
        plan = _connected(part, own, sizes, column_gap, row_gap)
        top = height + (2 * row_gap if height else 0.0)
        centres |= {v: (x, y + top) for v, (x, y) in plan.centres.items()}
        lines |= {e: [(x, y + top) for x, y in points] for e, points in plan.lines.items()}
        width, height = max(width, plan.width), top + plan.height
    alone = [v for v in nodes if v not in centres]
    width, height = _grid(alone, sizes, centres, width, height, row_gap, aspect)
    return Layout(centres, lines, width, height)


def _components(nodes: Sequence[str], edges: Sequence[Edge]) -> list[list[str]]:
    """Return the connected parts that have an edge, the largest first."""
    near: dict[str, list[str]] = {}
    for a, b in edges:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    parts: list[list[str]] = []
    seen: set[str] = set()
    for start in nodes:
        if start in seen or start not in near:
            continue
        found, waiting = {start}, [start]
        while waiting:
            fresh = [w for w in near[waiting.pop()] if w not in found]
            found.update(fresh)
            waiting.extend(fresh)
        seen |= found
        parts.append([v for v in nodes if v in found])
    return sorted(parts, key=len, reverse=True)


def _connected(nodes: Sequence[str], edges: Sequence[Edge], sizes: Mapping[str, tuple[float, float]],
               column_gap: float, row_gap: float) -> Layout:  # fmt: skip
    """Return the layered drawing of one connected part."""
    layer = _layers(nodes, edges)
    rows: list[list[Hashable]] = [[] for _ in range(max(layer.values()) + 1)]
    for v in nodes:
        rows[layer[v]].append(v)
    size: dict[Hashable, float] = {v: sizes[v][1] for v in nodes}
    links: list[tuple[Hashable, Hashable]] = []
    chains: dict[Edge, list[Hashable]] = {}
    for a, b in edges:
        chain: list[Hashable] = [a]
        for level in range(layer[a] + 1, layer[b]):
            bend: Hashable = (a, level)  # one bundle of bends for all edges out of a
            if bend not in size:
                size[bend] = 2.0
                rows[level].append(bend)
            chain.append(bend)
        chain.append(b)
        chains[a, b] = chain
        links.extend(pairwise(chain))
    links = list(dict.fromkeys(links))
    _order(rows, links)
    y = _place(rows, links, size, row_gap)
    widths = [max((sizes[v][0] for v in r if isinstance(v, str)), default=20.0) for r in rows]
    starts, at = [], 0.0
    for w in widths:
        starts.append(at)
        at += w + column_gap
    top = min(y[v] - size[v] / 2 for r in rows for v in r)
    height = max(y[v] + size[v] / 2 - top for r in rows for v in r)
    centres = {v: (starts[layer[v]] + widths[layer[v]] / 2, y[v] - top) for v in nodes}
    lines = {}
    for (a, b), chain in chains.items():
        points = [(centres[a][0] + sizes[a][0] / 2, centres[a][1])]
        for level, bend in enumerate(chain[1:-1], layer[a] + 1):
            where = y[bend] - top
            points += [(starts[level], where), (starts[level] + widths[level], where)]
        points.append((centres[b][0] - sizes[b][0] / 2, centres[b][1]))
        lines[a, b] = points
    return Layout(centres, lines, at - column_gap, height)


def _grid(alone: Sequence[str], sizes: Mapping[str, tuple[float, float]],
          centres: dict[str, tuple[float, float]], width: float, height: float,
          gap: float, aspect: float) -> tuple[float, float]:  # fmt: skip
    """Place nodes without edges in rows below the rest; return the new size."""
    if not alone:
        return width, height
    cell = max(sizes[v][0] for v in alone) + gap
    tall = max(sizes[v][1] for v in alone) + gap
    width = max(width, cell, (len(alone) * cell * tall * aspect) ** 0.5)
    columns = max(1, int((width + gap) // cell))
    top = height + (2 * gap if height else 0.0)
    for start in range(0, len(alone), columns):
        row = alone[start : start + columns]
        tall = max(sizes[v][1] for v in row)
        for column, v in enumerate(row):
            centres[v] = (column * cell + sizes[v][0] / 2, top + tall / 2)
        top += tall + gap
    return max(width, min(columns, len(alone)) * cell - gap), top - gap
