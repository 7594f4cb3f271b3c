"""The dependency graph: what is drawn, and where."""

from __future__ import annotations

import json
import random
from itertools import combinations
from xml.etree import ElementTree

import pytest
from sample_report import claim, report

from verify.report import mermaid
from verify.report.graph import FORMATS, build, render
from verify.report.layout import layered


def test_an_empty_graph_renders_in_every_format() -> None:
    for name in FORMATS:
        assert render([], name)


def test_every_format_names_every_claim_and_its_verdict_in_words() -> None:
    claims = report()["claims"]
    for name in ("mermaid", "dot", "svg", "json"):
        text = render(claims, name)
        for one in claims:
            assert one["verdict"] in text
        assert "refuted" in text
    ElementTree.fromstring(render(claims, "svg"))


def test_proof_edges_are_solid_and_statement_edges_dashed() -> None:
    text = render(report()["claims"], "mermaid")
    assert "icl_Dloss_d2_l2 --> icl_Dskew_threshold" in text
    assert "icl_Dmodel -.-> icl_Dloss_d2_l2" in text


def test_edges_that_longer_paths_imply_are_left_out_of_pictures_but_not_of_the_data() -> None:
    claims = [claim("a"), claim("b", uses=["a"]), claim("c", uses=["a", "b"]), claim("d", states=["a"], uses=["c"])]
    graph = build(claims)
    kept = {(e.source, e.target) for e in graph.reduced().edges}
    assert kept == {("a", "b"), ("b", "c"), ("c", "d")}
    assert len(json.loads(render(claims, "json"))["edges"]) == 5


def test_a_statement_path_does_not_hide_a_proof_edge() -> None:
    claims = [claim("a"), claim("b", states=["a"]), claim("c", uses=["a", "b"])]
    assert {(e.source, e.target) for e in build(claims).reduced().edges} == {("a", "b"), ("a", "c"), ("b", "c")}


def test_focus_keeps_ancestors_and_what_would_fall() -> None:
    claims = report(extra=20)["claims"]
    ids = {n["id"] for n in json.loads(render(claims, "json", focus="bulk.lemma-4", depth=1))["nodes"]}
    assert ids == {"bulk.lemma-1", "bulk.lemma-2", "bulk.lemma-4", "bulk.lemma-8", "bulk.lemma-9",
                   "bulk.lemma-12", "bulk.lemma-13", "bulk.lemma-14"}  # fmt: skip


def test_a_misspelt_focus_or_format_is_named_with_a_suggestion() -> None:
    claims = report()["claims"]
    with pytest.raises(ValueError, match=r"icl\.skew-threshold"):
        render(claims, "dot", focus="icl.skew-treshold")
    with pytest.raises(ValueError, match="mermaid"):
        render(claims, "png")


def test_a_cycle_is_an_error_not_a_hang() -> None:
    claims = [claim("a", uses=["b"]), claim("b", uses=["a"])]
    with pytest.raises(ValueError, match="cycle"):
        render(claims, "svg")


def test_a_large_graph_is_split_by_part_within_the_limits_of_viewers() -> None:
    graph = build(report(extra=450)["claims"]).reduced()
    pieces = mermaid.parts(graph)
    assert len(pieces) > 1
    assert "bulk" in dict(pieces)


@pytest.mark.parametrize("down", [False, True])
def test_boxes_do_not_overlap_and_edges_run_forward(down: bool) -> None:
    rng = random.Random(3)
    names = [f"v{k}" for k in range(40)]
    edges = [(names[rng.randrange(k)], names[k]) for k in range(1, 34) for _ in range(2)]
    sizes = {v: (60.0 + 3 * (i % 7), 30.0 + 5 * (i % 3)) for i, v in enumerate(names)}
    plan = layered(names, edges, sizes, down=down)
    for a, b in combinations(names, 2):
        gap_x = abs(plan.centres[a][0] - plan.centres[b][0]) - (sizes[a][0] + sizes[b][0]) / 2
        gap_y = abs(plan.centres[a][1] - plan.centres[b][1]) - (sizes[a][1] + sizes[b][1]) / 2
        assert max(gap_x, gap_y) > -1e-6, (a, b)
    for a, b in edges:
        assert plan.centres[a][1 if down else 0] < plan.centres[b][1 if down else 0]
    assert plan == layered(names, edges, sizes, down=down)
    for x, y in plan.centres.values():
        assert 0 <= x <= plan.width
        assert 0 <= y <= plan.height
