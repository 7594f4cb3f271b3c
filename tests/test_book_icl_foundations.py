"""The checks of the loss itself: true parameters are confirmed, near ones are refuted with a witness."""

from __future__ import annotations

import pytest

from symbolic.loss import loss_at, loss_invariants
from verify.checks import icl_coexistence, icl_foundations, icl_transpose
from verify.checks.icl_foundations import _pairing_terms
from verify.errors import RoutesDisagree
from verify.status import Verdict

C4 = "n**3 + n**2*d + 6*n**2 + 3*n*d + 21*n + 4*d + 20"
C22 = "n**2 + n*d + 4*n + d + 7"


@pytest.mark.parametrize(
    "check,true,false",
    [
        (icl_foundations.scalar_convex, {"layers": 2, "factor": 12}, {"layers": 2, "factor": 11}),
        (icl_foundations.scalar_convex, {"layers": 3, "factor": 30}, {"layers": 3, "factor": 12}),
        (icl_foundations.invariance, {"cosine": "3/5", "sine": "4/5"}, {"cosine": "3/5", "sine": "3/5"}),
        (icl_foundations.loss_in_invariants,
         {"layers": 2, "word": "tvtv", "coefficient": "2*n*d + 6*n**2 + 6*n"},
         {"layers": 2, "word": "tttv", "coefficient": "2*n*d + 6*n**2 + 6*n"}),
        (icl_transpose.transpose_iff, {"first_layers": 3, "first_context": 2, "first_dimension": 3},
         {"first_layers": 2, "first_context": 2, "first_dimension": 3}),
        (icl_foundations.global_at_most_local, {"dimension": 3, "layers": 2, "local": 20},
         {"dimension": 3, "layers": 2, "local": 19}),
        (icl_foundations.invariants_of_many_layers, {"layers": 4, "products": 264}, {"layers": 4, "products": 265}),
        (icl_coexistence.coexistence, {"layers": 3, "low": "53/4", "high": "27/2", "length": "1/4"},
         {"layers": 3, "low": "27/2", "high": "55/4", "length": "1/4"}),
        (icl_foundations.symmetric_l2, {"c4": C4, "c22": C22}, {"c4": C4, "c22": C22, "family": "all"}),
    ],
)  # fmt: skip
def test_true_parameters_are_confirmed_and_near_ones_refuted(check, true, false):
    assert check(**true).verdict is Verdict.CONFIRMED
    found = check(**false)
    assert found.verdict is Verdict.REFUTED and found.witness


def test_recursion_and_pairings_give_the_same_invariants():
    for layers in (1, 2, 3):
        assert loss_invariants(layers).terms == _pairing_terms(layers)


def test_a_disagreement_of_the_routes_is_raised(monkeypatch):
    monkeypatch.setattr(icl_foundations, "_pairing_terms", lambda layers: {})
    with pytest.raises(RoutesDisagree):
        icl_foundations.loss_in_invariants(layers=2, word="tv", coefficient="0")


@pytest.mark.parametrize("bounds", [(4, 2, 3), (3, 1, 3), (3, 3, 3), (3, 2, 2), (3, 2, 4), (1, 0, 3)])
def test_other_bounds_for_transposes_come_with_two_values(bounds):
    layers, context, dimension = bounds
    found = icl_transpose.transpose_iff(first_layers=layers, first_context=context, first_dimension=dimension)
    left, right = found.witness["f(V), f(V^T)"].split(", ")
    assert (left == right) == (layers < 3 or context < 2 or dimension < 3)


def test_a_matrix_that_is_not_orthogonal_changes_the_loss():
    found = icl_foundations.invariance(cosine="1", sine="1")
    assert found.witness["f(M V M^T)"] == str(loss_at(2, 2, 2, 3))


@pytest.mark.parametrize("ends", [("53/4", "53/4", "0"), ("53/4", "15", "7/4"), ("53/4", "27/2", "1/2")])
def test_ends_before_the_exchange_or_beyond_the_onset_or_of_another_length_are_refuted(ends):
    found = icl_coexistence.coexistence(layers=3, low=ends[0], high=ends[1], length=ends[2])
    assert found.verdict is Verdict.REFUTED and found.witness
