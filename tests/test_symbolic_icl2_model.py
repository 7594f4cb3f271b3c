"""Forward pass, transposition, large-context limit, untied weights, covariance, dense weights."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import fmpq, fmpz_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.chirality import chiral_coefficient, chiral_difference, chiral_trace, chiral_witness
from symbolic.covariance import best_diagonal, covariance_loss, unequal_loss
from symbolic.dense import covariate_update_loss, covariate_update_slope, dense_loss_scalar
from symbolic.entry_moments import entry_moment
from symbolic.forward import (
    CONVENTIONS,
    descend,
    forward_pass,
    nilpotent_witness,
    output_is_function_of_power,
    prediction_operator,
    transposition_invariant,
)
from symbolic.gradient_flow import flow_limit, plane_minimiser, rotation_angle, skew_gap
from symbolic.large_context import (
    goe_moment,
    limit_gain_two_layers,
    limit_loss_plane,
    limit_loss_two_layers,
    limit_skew_plane,
    pair_coefficients,
    root_fluctuation,
    skew_instability,
    symmetric_limit_loss,
)
from symbolic.noise import loss_with_noise
from symbolic.plane import plane_loss_at
from symbolic.scalar import best_scalar, scalar_loss_at
from symbolic.untied import (
    untied_limit_loss,
    untied_loss,
    untied_lower_bound,
    untied_pair_loss,
    untied_scalar_loss,
    untied_scalar_pair,
)
from symbolic.values import Bounded, enclose
from symbolic.wishart import WISHART, wishart_moment

small = st.integers(-3, 3)
SKEWED = [[Fraction(1, 2), Fraction(1, 3)], [Fraction(-1, 5), Fraction(1, 4)]]


def test_entry_moments_by_hand_and_against_traces() -> None:
    assert entry_moment([]) == fmpz_poly([1])
    assert entry_moment([(0, 0)] * 3) == fmpz_poly([0, 8, 6, 1])
    trace = sum(int(entry_moment([(i, j), (j, i)])(5)) for i in range(3) for j in range(3))
    assert trace == wishart_moment([2], 3, 5)


@settings(max_examples=30, deadline=None)
@given(
    x=st.lists(st.lists(small, min_size=3, max_size=3), min_size=2, max_size=2),
    y=st.lists(small, min_size=3, max_size=3),
    query=st.lists(small, min_size=2, max_size=2),
    layers=st.integers(0, 3),
)
def test_every_convention_is_descent_with_its_own_preconditioner(x, y, query, layers) -> None:
    for convention in CONVENTIONS:
        w = descend(x, y, convention.preconditioner(SKEWED), layers)
        predicted = sum((a * b for a, b in zip(w, query, strict=True)), Fraction(0))
        block = convention.block(SKEWED)
        assert forward_pass(x, y, query, block, layers, convention.sign_p) == -predicted


def test_which_printed_conventions_ascend() -> None:
    assert [c.descends for c in CONVENTIONS] == [True, True, False, False, True]
    assert CONVENTIONS[0].preconditioner(SKEWED) == SKEWED
    assert CONVENTIONS[1].preconditioner(SKEWED) != SKEWED
    assert not CONVENTIONS[3].predicts


@pytest.mark.parametrize(("d", "layers"), [(1, 2), (1, 4), (2, 2), (3, 3), (4, 5)])
def test_outputs_differ_for_equal_powers(d: int, layers: int) -> None:
    one, two = nilpotent_witness(d, layers)
    identity = [[int(i == j) for j in range(d)] for i in range(d)]

    def power(v):
        step = [[(i == j) - x for j, x in enumerate(row)] for i, row in enumerate(v)]
        result = prediction_operator(step, identity, layers)  # I - (I - (I - V))^L = I - V^L
        return [[(i == j) - x for j, x in enumerate(row)] for i, row in enumerate(result)]

    assert power(one) == power(two)
    assert prediction_operator(one, identity, layers) != prediction_operator(two, identity, layers)


def test_where_the_power_does_determine_the_output() -> None:
    assert output_is_function_of_power(1, 5) and output_is_function_of_power(3, 1)
    with pytest.raises(ValueError, match="function of V"):
        nilpotent_witness(1, 3)


def test_chirality_by_two_routes_and_in_closed_form() -> None:
    n, d = WISHART.gens()
    unit = n * (n - 1) * (n + 2)
    expected = [0 * n, 2 * unit, -unit * (n + d + 5), 2 * unit * (n + d + 3)]
    expected += [expected[2], expected[1], expected[0]]
    assert [chiral_coefficient(i) for i in range(7)] == expected
    assert chiral_difference(2) == 0
    assert chiral_difference(3) == 2 * unit * (n + d + 3)
    assert chiral_difference(5) == 20 * unit * (5 * n + 5 * d + 6)
    witness = chiral_witness()
    transposed = [list(column) for column in zip(*witness, strict=True)]
    assert chiral_trace(witness) == -chiral_trace(transposed) != 0
    assert transposition_invariant(2, 9, 9) and transposition_invariant(9, 9, 1)
    assert not transposition_invariant(3, 3, 2)


def test_gaussian_ensemble_moments() -> None:
    assert [int(goe_moment((k,))(1)) for k in (2, 4, 6)] == [2, 12, 120]
    assert int(goe_moment((1, 1))(4)) == 8
    assert symmetric_limit_loss(2)(2) == limit_loss_plane(2)[0] == 46
    assert symmetric_limit_loss(3)(2) == limit_loss_plane(3)[0]


@pytest.mark.parametrize("layers", range(2, 13))
def test_scalar_limit_is_unstable_in_every_dimension(layers: int) -> None:
    shifted = skew_instability(layers)(fmpz_poly([2, 1]))
    assert all(c < 0 for c in shifted.coeffs())
    coefficients = pair_coefficients(layers)
    assert coefficients[0] == layers and all(c < 0 for c in coefficients[1:])
    # d = 2: E s^(2m) = (2m-1)!!, E t^2 = 2; the first two terms are negative together.
    assert layers * (2 * layers - 3) + 2 * coefficients[1] < 0


def test_one_layer_is_stable() -> None:
    assert all(c >= 0 for c in skew_instability(1)(fmpz_poly([2, 1])).coeffs())
    with pytest.raises(ValueError, match=r"2\.\.16"):
        limit_skew_plane(1)


def test_limit_at_two_layers() -> None:
    assert limit_skew_plane(2)[0] == 1
    assert limit_gain_two_layers(2) == Fraction(1, 23)
    for b in range(4):
        loss = limit_loss_two_layers([[0, -b], [b, 0]])
        assert loss == Fraction(int(limit_loss_plane(2)(b * b).p))
    three = limit_loss_two_layers([[0, -1, 0], [1, 0, 0], [0, 0, 0]])
    assert 1 - three / int(symmetric_limit_loss(2)(3)) == limit_gain_two_layers(3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.fractions(-3, 3, max_denominator=5), min_size=9, max_size=9))
def test_no_matrix_beats_the_limit_bound(entries: list[Fraction]) -> None:
    matrix = [entries[0:3], entries[3:6], entries[6:9]]
    assert limit_loss_two_layers(matrix) >= int(symmetric_limit_loss(2)(3)) - 2


def test_noise_shifts_the_limit_as_the_loss_does() -> None:
    n, noise, turn = 10**12, Fraction(1, 2), Fraction(1, 10**6)
    slope = [
        n**2 * (loss_with_noise(1, 2, 2, n, b=turn * b, noise=noise) - loss_with_noise(
            1, 2, 2, n, noise=noise))
        for b in (1, 2)
    ]
    for b, value in zip((1, 2), slope, strict=True):
        limit = limit_loss_two_layers([[0, -b], [b, 0]], noise) - limit_loss_two_layers(
            [[0, 0], [0, 0]], noise
        )
        assert abs(value - limit) < Fraction(1, 10**3)


def test_large_n_approaches_the_limit() -> None:
    n = 10**8
    gain = enclose(skew_gap(n), 80)
    assert 10**5 * abs(gain * n**2 - 2) < 1
    angle = enclose(rotation_angle(n), 80)
    assert 10**5 * abs(angle * 10**4 - 1) < 1


def test_skew_roots_fluctuate_least() -> None:
    assert root_fluctuation((0, 0), (1,)) < root_fluctuation((1, 1)) < root_fluctuation((2, 0))
    for p in range(2, 8):
        for q in range(4):
            assert root_fluctuation((p - 2, q), (1,)) < root_fluctuation((p, q))


def test_minimiser_and_flow() -> None:
    assert skew_gap(14) == 0 and rotation_angle(14) == 0
    assert enclose(skew_gap(15), 128) > 0
    assert flow_limit(2, 2, 15) == best_scalar(2, 2, 15)
    a, f2, f4 = plane_minimiser(20)
    place = a.refine(Fraction(1, 2**40)).lower
    b2 = Fraction(int(f2(fmpq(place.numerator, place.denominator)).p),
                  int(f2(fmpq(place.numerator, place.denominator)).q)) / (-2 * f4)
    b = Fraction(round(float(b2) ** 0.5 * 10**9), 10**9)
    scalar = best_scalar(2, 2, 20).refine(Fraction(1, 2**40)).lower
    assert plane_loss_at(2, 20, place, b) < scalar_loss_at(scalar, 2, 2, 20)


def test_untied_degenerate_and_hand_cases() -> None:
    assert untied_loss(2, 1, 1) == Fraction(3, 2)
    assert untied_loss(1, 2, 1) == Fraction(8, 15)
    assert untied_loss(2, 2, 1) == Fraction(4, 3)
    assert isinstance(untied_loss(2, 2, 4), Bounded)
    with pytest.raises(ValueError, match="layers <= 2"):
        untied_loss(2, 3, 4)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.fractions(-2, 2, max_denominator=4), min_size=8, max_size=8), st.integers(1, 6))
def test_no_pair_beats_the_untied_bound(entries: list[Fraction], n: int) -> None:
    one, two = [entries[0:2], entries[2:4]], [entries[4:6], entries[6:8]]
    assert untied_pair_loss(one, two, n) >= untied_lower_bound(2, n)


def test_untied_pair_attains_its_loss_and_beats_tied() -> None:
    for d, n in ((2, 3), (3, 4)):
        low, high = (x.refine(Fraction(1, 2**60)).lower for x in untied_scalar_pair(d, n))
        one, two = ([[x * (i == j) for j in range(d)] for i in range(d)] for x in (low, high))
        assert abs(untied_pair_loss(one, two, n) - untied_scalar_loss(d, n)) < Fraction(1, 2**50)
        assert low < high
    for n in (1, 5, 15, 40):
        tied = scalar_loss_at(best_scalar(2, 2, n).refine(Fraction(1, 2**40)).lower, 2, 2, n)
        assert untied_scalar_loss(2, n) < tied - 2 * Fraction(round(10**6 * float(
            enclose(skew_gap(n), 80).mid())), 10**6)
    n = 10**9
    assert abs(untied_scalar_loss(2, n) * n**2 - untied_limit_loss(2)) < Fraction(1, 10**6)
    assert abs(untied_lower_bound(2, n) * n**2 - untied_limit_loss(2)) < Fraction(1, 10**6)


def test_covariance_reduces_to_the_isotropic_problem() -> None:
    v = [[Fraction(1, 2), Fraction(1, 5)], [Fraction(-1, 3), Fraction(2, 3)]]
    reduced = [[v[0][0], 2 * v[0][1]], [2 * v[1][0], 4 * v[1][1]]]
    assert covariance_loss(v, 4, 7, True) == covariance_loss(reduced, 1, 7, True)
    assert covariance_loss(v, 4, 7, False) != covariance_loss(reduced, 1, 7, False)
    values = [fmpq(x.numerator, x.denominator) for row in reduced for x in row]
    point = [fmpq(7), *values[:3], values[3], fmpq(4), fmpq(0), fmpq(0), fmpq(0)]
    direct = unequal_loss()(*point)
    assert Fraction(int(direct.p), int(direct.q)) / 7**4 == covariance_loss(v, 4, 7, False)
    with pytest.raises(ValueError, match="square"):
        covariance_loss(v, 2, 7, True)


def test_the_other_prior_moves_the_threshold() -> None:
    assert best_diagonal(14, 1).stable is True and best_diagonal(15, 1).stable is False
    assert best_diagonal(16, 9).stable is True and best_diagonal(17, 9).stable is False
    point = best_diagonal(17, 9)
    assert point.skew_tilt > 0 and point.hessian_pq > 0


def test_dense_weights() -> None:
    third = Fraction(1, 3)
    sparse = dense_loss_scalar([[0, 0], [0, 1]], [[-third, 0], [0, 0]], 2, 3)
    assert sparse == scalar_loss_at(third, 1, 2, 3)
    for p in (Fraction(1, 4), Fraction(-2, 3)):
        family = covariate_update_loss()(fmpq(3), fmpq(1, 3), fmpq(p.numerator, p.denominator), fmpq(0))
        assert Fraction(int(family.p), int(family.q)) / 3**8 == dense_loss_scalar(
            [[p, 0], [0, 1]], [[-third, 0], [0, 0]], 2, 3
        )
    for d, n in ((1, 1), (1, 10), (2, 20), (4, 7)):
        v = best_scalar(d, 2, n).refine(Fraction(1, 2**40)).lower
        assert covariate_update_slope(d, n, v) < 0
    best = best_scalar(1, 2, 3).refine(Fraction(1, 2**30)).lower
    better = dense_loss_scalar([[Fraction(1, 10), 0], [0, 1]], [[-best, 0], [0, 0]], 2, 3)
    assert better < scalar_loss_at(best, 1, 2, 3)
