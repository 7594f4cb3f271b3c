"""Effective tiers, assumptions and neighbourhoods on graphs small enough to check by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verify.claim import Claim
from verify.graph import assumption_closure, build_graph, effective_tiers, neighbourhood, reach
from verify.status import Kind, Tier, Verdict

ORDER = ["exact", "certified", "statistical", "none"]


def claim(name: str, *uses: str, kind: Kind = Kind.LEMMA, **more) -> Claim:
    return Claim(name, kind, name, "...", uses=uses, **more)


def book(*claims: Claim) -> dict[str, Claim]:
    return {c.id: c for c in claims}


def result(tier: str = "exact", verdict: str = "confirmed", run: str = "ok", *proof: tuple):
    steps = [{"status": status, "reference": reference} for status, reference in proof]
    return {"tier": tier, "verdict": verdict, "run": run, "proof": steps}


def test_an_empty_book():
    assert effective_tiers({}, {}) == {}
    assert assumption_closure({}, {}) == {}
    assert reach({}, {}) == []
    assert list(build_graph({}).nodes) == []


def test_the_weakest_tier_along_the_proof_counts():
    claims = book(claim("a"), claim("b", "a"), claim("c", "b"), claim("d"))
    results = {
        "a": result("statistical"),
        "b": result("exact"),
        "c": result("certified"),
        "d": result("exact"),
    }
    tiers = effective_tiers(claims, results)
    assert tiers == {"a": "statistical", "b": "statistical", "c": "statistical", "d": "exact"}


def test_statement_edges_carry_no_evidence():
    claims = book(claim("a"), claim("b", states=("a",)))
    assert effective_tiers(claims, {"a": result("none"), "b": result()})["b"] == "exact"


def test_definitions_and_cited_theorems_do_not_weaken():
    claims = book(
        claim("d", kind=Kind.DEFINITION), claim("k", kind=Kind.CITED), claim("a", "d", "k")
    )
    results = {"d": result("none", "stated"), "k": result("none", "assumed"), "a": result()}
    assert effective_tiers(claims, results)["a"] == "exact"
    assert assumption_closure(claims, results)["a"] == ["cited:k"]


def test_what_did_not_run_or_does_not_hold_supports_nothing():
    claims = book(claim("a"), claim("b", "a"))
    for bad in (
        result(run="timeout"),
        result(run="stale"),
        result(run="error"),
        result(verdict="refuted"),
        result("none", "undecided"),
    ):
        assert effective_tiers(claims, {"a": bad, "b": result()})["b"] == "none"


def test_a_refutation_that_is_expected_supports():
    claims = book(claim("a", expect=Verdict.REFUTED), claim("b", "a"))
    tiers = effective_tiers(claims, {"a": result(verdict="refuted"), "b": result()})
    assert tiers["b"] == "exact"


def test_assumptions_are_closed_over_the_proof():
    claims = book(claim("k", kind=Kind.CITED), claim("a"), claim("b", "a"), claim("c", "b"))
    results = {
        "k": result("none", "assumed"),
        "a": result("exact", "confirmed", "ok", ("argued", "limit"), ("cited", "k")),
        "b": result("statistical", "confirmed", "ok", ("checked", ""), ("computed", "big")),
        "c": result(),
    }
    closure = assumption_closure(claims, results)
    assert closure["a"] == ["argued:a", "cited:k"]
    assert closure["c"] == ["argued:a", "cited:k", "computed:b", "statistical:b"]
    numbers = {entry["id"]: entry["fraction"] for entry in reach(claims, closure)}
    assert numbers == {
        "argued:a": "3/3",
        "cited:k": "3/3",
        "computed:b": "2/3",
        "statistical:b": "2/3",
    }


def test_edges_and_neighbourhoods():
    claims = book(claim("a"), claim("b", "a", states=("a",)), claim("c", states=("b",)), claim("d"))
    edges = list(build_graph(claims).edges(data="kind"))
    assert edges == [("a", "b", "both"), ("b", "c", "statement")]
    assert neighbourhood(claims, "b", 0) == ["b"]
    assert neighbourhood(claims, "a", 1) == ["a", "b"]
    assert neighbourhood(claims, "c", 2) == ["a", "b", "c"]
    assert neighbourhood(claims, "d", 9) == ["d"]


@st.composite
def graphs(draw):
    """Draw a book whose claims use earlier ones, with a tier for each."""
    size = draw(st.integers(1, 8))
    claims, results = [], {}
    for number in range(size):
        uses = draw(st.sets(st.sampled_from(range(number)))) if number else set()
        claims.append(claim(f"c{number}", *sorted(f"c{k}" for k in uses)))
        results[f"c{number}"] = result(draw(st.sampled_from(ORDER[:3])))
    return book(*claims), results


@given(graphs())
def test_the_effective_tier_is_the_weakest_over_all_ancestors(drawn):
    import networkx

    claims, results = drawn
    graph = build_graph(claims)
    for name, tier in effective_tiers(claims, results).items():
        above = networkx.ancestors(graph, name) | {name}
        weakest = max(ORDER.index(results[other]["tier"]) for other in above)
        assert tier is Tier(ORDER[weakest])
