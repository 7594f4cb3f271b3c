"""The dependency graph: statement and proof edges, effective tiers, assumptions, neighbourhoods.

An edge goes from what is needed to what needs it.  ``uses`` gives proof edges (solid), ``states``
gives statement edges (dashed).  Evidence flows along proof edges only: the effective tier of a
claim is the weakest along them, and its assumptions are the union along them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from verify.claim import Claim
from verify.status import Kind, RunState, StepStatus, Tier, Verdict, weakest

if TYPE_CHECKING:
    import networkx

__all__ = ["assumption_closure", "build_graph", "effective_tiers", "neighbourhood", "reach"]

_HOLDS = (Verdict.CONFIRMED, Verdict.QUALIFIED, Verdict.ASSUMED, Verdict.STATED)


def build_graph(claims: Mapping[str, Claim]) -> networkx.DiGraph:
    """Return the graph of the book; edges carry ``kind`` "proof", "statement" or "both".

    >>> from verify.claim import Claim
    >>> a = Claim("a", Kind.DEFINITION, "A", "...")
    >>> b = Claim("b", Kind.LEMMA, "B", "...", uses=("a",), states=("a",))
    >>> list(build_graph({"a": a, "b": b}).edges(data="kind"))
    [('a', 'b', 'both')]
    """
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(claims)
    for claim in claims.values():
        for name in claim.uses:
            graph.add_edge(name, claim.id, kind="both" if name in claim.states else "proof")
        for name in claim.states:
            if name not in claim.uses:
                graph.add_edge(name, claim.id, kind="statement")
    return graph


def neighbourhood(claims: Mapping[str, Claim], focus: str, depth: int) -> list[str]:
    """Return the claims within ``depth`` edges of ``focus``, in either direction, in book order."""
    links: dict[str, set[str]] = {name: set() for name in claims}
    for claim in claims.values():
        for name in (*claim.uses, *claim.states):
            links[claim.id].add(name)
            links[name].add(claim.id)
    near = {focus}
    border = {focus}
    for _ in range(depth):
        border = {other for name in border for other in links[name]} - near
        near |= border
    return [name for name in claims if name in near]


def effective_tiers(claims: Mapping[str, Claim], results: Mapping[str, Mapping[str, Any]]) -> dict[str, Tier]:
    """Return the weakest tier along the proof dependencies of each claim.

    ``claims`` must be in dependency order.  Definitions, remarks and cited theorems do not weaken
    (the last count as assumptions instead); a dependency that did not run, is stale, or does not
    hold gives ``none``, except one whose refutation is what the book expects.
    """
    effective: dict[str, Tier] = {}
    for name, claim in claims.items():
        if claim.kind in (Kind.DEFINITION, Kind.REMARK, Kind.CITED):
            effective[name] = Tier.EXACT
            continue
        result = results[name]
        own = Tier(result["tier"]) if result["run"] == RunState.OK else Tier.NONE
        below = [effective[other] if _supports(claims[other], results[other]) else Tier.NONE for other in claim.uses]
        effective[name] = weakest([own, *below])
    return effective


def assumption_closure(claims: Mapping[str, Claim], results: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what each claim rests on, closed over the proof dependencies, sorted.

    The entries are ``cited:ID``, ``computed:ID``, ``argued:ID`` and ``statistical:ID``; for a
    cited theorem ID is its own entry, for the others the claim whose proof has the step.
    """
    closure: dict[str, set[str]] = {}
    for name, claim in claims.items():
        own: set[str] = {f"cited:{name}"} if claim.kind is Kind.CITED else set()
        result = results.get(name, {})
        if result.get("run") == RunState.OK:
            for step in result.get("proof", []):
                status = step["status"]
                if status == StepStatus.CITED:
                    own.add(f"cited:{step['reference']}")
                elif status != StepStatus.CHECKED:
                    own.add(f"{status}:{name}")
            if result.get("tier") == Tier.STATISTICAL:
                own.add(f"statistical:{name}")
        closure[name] = own.union(*(closure[other] for other in claim.uses))
    return {name: sorted(entries) for name, entries in closure.items()}


def reach(claims: Mapping[str, Claim], closure: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Return every assumption with the number of claims that rest on it, widest first."""
    counted = [name for name, claim in claims.items() if claim.kind not in (Kind.DEFINITION, Kind.REMARK, Kind.CITED)]
    numbers: dict[str, int] = {}
    for name in counted:
        for entry in closure[name]:
            numbers[entry] = numbers.get(entry, 0) + 1
    return [
        {"id": entry, "reach": number, "fraction": f"{number}/{len(counted)}"}
        for entry, number in sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _supports(claim: Claim, result: Mapping[str, Any]) -> bool:
    if claim.kind in (Kind.DEFINITION, Kind.REMARK, Kind.CITED):
        return True
    if result["run"] != RunState.OK:
        return False
    verdict = result["verdict"]
    return verdict in _HOLDS or verdict == Verdict.REFUTED == claim.expect
