"""The checks behind the phase diagram: true parameters are confirmed, near ones are not."""

from __future__ import annotations

import csv

import pytest

from symbolic.values import Bounded
from verify.checks import icl_consequences, icl_fit, icl_global, icl_phase
from verify.cli import main
from verify.cover import find_cover
from verify.errors import RoutesDisagree
from verify.phase import Row, phase_rows, pictures, second_route
from verify.status import Verdict


@pytest.mark.parametrize(
    "check,true,false",
    [
        (icl_consequences.rotation, {"second": "transpose"}, {"second": "same"}),
        (icl_consequences.transpose_plane, {"layers": 2}, {"layers": 3, "dimension": 3}),
        (icl_consequences.transpose_plane, {"layers": 1}, {"layers": 1, "image": "negative"}),
        (icl_consequences.transpose_witness, {"layers": 3, "first": 2}, {"layers": 3, "first": 1}),
        (icl_phase.first_order, {"layers": 3, "context": "27/2"}, {"layers": 3, "context": "13"}),
        (icl_fit.fit_point, {"dimension": 2, "layers": 4}, {"dimension": 2, "layers": 2}),
        (icl_fit.fit_audit, {"last_d": 4, "hits": [1, 0], "sample": 2}, {"last_d": 4, "hits": [0, 0], "sample": 0}),
        (icl_phase.local_grid, {"last_d": 5, "last_layers": 3, "formula": "replacement", "sample": 2},
         {"last_d": 5, "last_layers": 3, "formula": "fit", "sample": 0}),
        (icl_global.best_symmetric_scalar, {"layers": 2, "last": 3}, {"layers": 2, "last": 3, "family": "normal"}),
    ],
)  # fmt: skip
def test_true_parameters_are_confirmed_and_near_ones_refuted(check, true, false):
    assert check(**true).verdict is Verdict.CONFIRMED
    found = check(**false)
    assert found.verdict is Verdict.REFUTED and found.witness


def test_global_thresholds_on_the_wrong_side_are_refuted_with_a_witness():
    for threshold in (13, 15):
        found = icl_global.global_threshold(layers=3, threshold=threshold, local=15)
        assert found.verdict is Verdict.REFUTED and found.witness
    assert icl_global.global_threshold(layers=3, threshold=14, local=14).verdict is Verdict.UNDECIDED


def test_a_cover_cuts_unbounded_and_bounded_ranges():
    assert find_cover([{(2,): 1, (1,): -2, (0,): 1}], ["x"], {"x": ("-oo", "oo")}, 50) is not None
    assert find_cover([{(1,): 1}], ["x"], {"x": ("-oo", "oo")}, 200) is None


def test_phase_rows_know_never_bounds_and_exact_lengths():
    rows = {(row.d, row.layers): row for row in phase_rows([1, 2, 3], [1, 2, 3])}
    assert rows[1, 3].local == rows[3, 1].local == rows[1, 1].everywhere == "never"
    assert (rows[2, 3].local, rows[2, 3].everywhere) == ("15", "14")
    assert rows[3, 2].everywhere == "2..20" and rows[2, 2].onset == "14.91654681"


def test_the_second_route_disagrees_with_a_wrong_length():
    with pytest.raises(RoutesDisagree):
        second_route([Row(2, 2, "16", "", "", "", "")], noise=0, seed=0)


def test_pictures_mark_parity_and_draw_the_global_length_where_it_differs():
    figures = pictures(phase_rows([2, 3], [2, 3, 4]))
    labels = [one["label"] for one in figures["phase-layers"]["series"]]
    assert {"even L", "odd L", "d = 2, global where smaller"} <= set(labels)


def test_the_command_writes_a_table_and_refuses_bad_ranges(tmp_path, capsys):
    assert main(["phase", "--dims", "2:3", "--layers", "1:2", "--quiet", "--out", str(tmp_path / "t")]) == 0
    with open(tmp_path / "t" / "phase.csv", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["local"] for row in rows] == ["never", "never", "15", "20"]
    assert (tmp_path / "t" / "phase-dimension.svg").is_file()
    assert main(["phase", "--dims", "2:3", "--layers", "1:2", "--quiet", "--out", str(tmp_path / "t")]) == 0
    assert main(["phase", "--dims", "3:2", "--layers", "2"]) == 2
    assert main(["phase", "--dims", "2", "--layers", "2", "--noise", "-1"]) == 2


def test_global_bounds_for_higher_dimensions():
    from symbolic.phase import critical_context, skew_at

    bounds = critical_context(5, 4)
    assert isinstance(bounds, Bounded) and (bounds.lower, bounds.upper) == (2, 14)
    assert skew_at(5, 4, 14) is True and skew_at(5, 4, 1) is False
