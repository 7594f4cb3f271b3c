"""Critical context lengths, onsets and the theorem for d = L = 2."""

from __future__ import annotations

from fractions import Fraction as Q

import pytest
from flint import fmpq, fmpz_poly

from symbolic.elimination import PAIR, eliminate_a
from symbolic.fitted import (
    asymptotic_ratio,
    audit_fit,
    replacement_formula,
    two_layer_expansion,
    two_layer_resultant,
)
from symbolic.local_threshold import (
    local_critical_context,
    local_onset,
    local_resultant,
    local_skew_at,
    local_threshold,
)
from symbolic.phase import critical_context, onset, skew_at, transition_order
from symbolic.plane import PLANE, plane_loss_at
from symbolic.plane_global import plane_minimum
from symbolic.plane_phase import plane_phase
from symbolic.scalar import best_scalar, scalar_loss_at, variation_at_scalar
from symbolic.skew_theorem import (
    bezout_cofactors,
    finite_case_points,
    loss_part,
    onset_polynomial,
    quadratic_discriminant,
    reduced_derivative,
    scalar_derivative,
    skew_hessian,
)
from symbolic.symmetric import symmetric_margin_is_positive, symmetric_parts
from symbolic.transition import coexistence, skew, skew_gain
from symbolic.values import NEVER, Algebraic, Bounded


@pytest.mark.parametrize(("d", "layers"), [(1, 1), (1, 5), (2, 1), (7, 1)])
def test_never_in_dimension_one_or_with_one_layer(d, layers):
    for kind in ("local", "global"):
        assert critical_context(d, layers, kind) is NEVER
        assert skew_at(d, layers, 10**6, kind) is False
    assert onset(d, layers) is NEVER and transition_order(d, layers) is NEVER


@pytest.mark.parametrize(("layers", "local", "everywhere"), [(2, 15, 15), (3, 15, 14), (4, 9, 9)])
def test_critical_lengths_at_d2(layers, local, everywhere):
    assert critical_context(2, layers, "local") == local
    assert critical_context(2, layers) == everywhere
    assert skew_at(2, layers, everywhere) is True
    assert skew_at(2, layers, everywhere - 1) is False


@pytest.mark.parametrize(("d", "layers"), [(2, 2), (2, 3), (3, 2), (3, 4), (5, 3), (10, 2)])
def test_the_resultant_sign_is_the_sign_of_the_second_variation(d, layers):
    threshold = local_critical_context(d, layers)
    for n in {1, 2, threshold - 1, threshold, threshold + 7}:
        a = best_scalar(d, layers, n).refine(Q(1, 10**12))
        values = [variation_at_scalar(x, d, layers, n, "skew") for x in (a.lower, a.upper)]
        assert all((v < 0) == local_skew_at(d, layers, n) for v in values)
    assert local_threshold(d, layers).unstable_below == ()


def test_onset_brackets_the_local_length():
    for d, layers in ((2, 2), (2, 4), (3, 3)):
        begin = local_onset(d, layers)
        length = local_critical_context(d, layers)
        assert isinstance(begin, Algebraic)
        assert begin.compare(length) <= 0 < begin.compare(length - 1)


def test_two_layer_polynomial_in_d_agrees_with_each_d():
    for d in (2, 3, 7):
        full, single = two_layer_resultant(), local_resultant(d, 2)
        for n in (1, 4, 40, 400):
            value = int(full(n, d, 0))
            assert (value > 0) == (single(n) > 0)
    c2, c1, c0 = two_layer_expansion()
    begin = local_onset(200, 2)
    assert abs(begin.refine(Q(1, 100)).lower - (c2 * 200**2 + c1 * 200 + c0)) < 1


def test_asymptotic_ratios():
    assert asymptotic_ratio(2) is NEVER
    c4 = asymptotic_ratio(4)
    # (3 + sqrt 17)/4, the positive root of 2 x^2 - 3 x - 1.
    assert fmpz_poly(list(c4.coefficients)) in (fmpz_poly([-1, -3, 2]), fmpz_poly([1, 3, -2]))
    for layers in (3, 4):
        near = asymptotic_ratio(layers).refine(Q(1, 1000)).lower * 400
        assert abs(near - local_critical_context(400, layers)) < Q(1, 10) * near


def test_the_fit_is_wrong_where_it_is_wrong():
    rows = {(row.d, row.layers): row for row in audit_fit(range(2, 4), range(1, 4))}
    assert rows[2, 2].fitted == 14 and rows[2, 2].local == 15
    assert rows[3, 2].fitted == rows[3, 2].local == 20
    assert rows[2, 1].local is NEVER


@pytest.mark.parametrize("layers", range(2, 6))
def test_the_replacement_formula_is_exact_on_a_part_of_the_grid(layers):
    for d in (2, 3, 9, 26, 50):
        assert replacement_formula(d, layers) == local_critical_context(d, layers)


@pytest.mark.slow
def test_the_replacement_formula_is_exact_on_the_whole_grid():
    for layers in range(2, 9):
        for d in range(2, 51):
            assert replacement_formula(d, layers) == local_critical_context(d, layers)


def test_d3_global_is_bounded_and_says_why():
    answer = critical_context(3, 2)
    assert isinstance(answer, Bounded) and answer.upper == 20
    assert critical_context(3, 3).lower == 2 and critical_context(3, 3).upper == 18
    assert skew_at(3, 2, 20) is True
    assert isinstance(skew_at(3, 2, 19), Bounded)


def test_symmetric_two_layer_theorem():
    assert symmetric_margin_is_positive()
    # d = 2: tr R^2 = 2 r^2, tr R^4 = 2 r^4 and F = n^3 f agree with the plane's own coefficients.
    parts, n, a, r2 = symmetric_parts(), 7, 3, 5
    at = {k: int(p(n, 2, a, 0, 0, 0)) for k, p in parts.items()}
    value = at["f0"] + at["q"] * 2 * r2 + at["c4"] * 2 * r2**2 + at["c22"] * 4 * r2**2
    part = {k: loss_part(k)(n, a, 0, 0) for k in ("f0", "g2", "g4")}
    assert value == part["f0"] + part["g2"] * r2 + part["g4"] * r2**2


def test_identities_of_the_two_layer_theorem():
    p, u, r4 = bezout_cofactors()
    n = PLANE.gens()[0]
    g, h = scalar_derivative(), skew_hessian()
    assert p * h == u * g - 2 * n**4 * r4
    assert r4 == onset_polynomial() and r4(14, 0, 0, 0) < 0 < r4(15, 0, 0, 0)
    assert all(c > 0 for c in quadratic_discriminant(p).coeffs())
    for poly in (loss_part("g2"), loss_part("f2") + loss_part("g2")):
        assert all(c > 0 for c in quadratic_discriminant(poly).coeffs())
    c = reduced_derivative()
    shifted = [
        c.compose(n + 15, PLANE.constant(x), PLANE.constant(0), PLANE.constant(0))
        for x in (0, fmpq(3, 4), 2)
    ]
    signs = [{v > 0 for v in poly.coeffs()} for poly in shifted]
    assert signs == [{False}, {True}, {False}]
    h, zero = skew_hessian(), PLANE.constant(0)
    for poly, place, positive in (
        (c, 0, False),
        (c, fmpq(5, 8), True),
        (c, 2, False),
        (h, fmpq(5, 8), True),
        (h, 2, True),
        (h.derivative("a"), fmpq(5, 8), False),
        (h.derivative("a"), 2, True),
    ):
        shifted = poly.compose(n + 10, PLANE.constant(place), zero, zero)
        assert {v > 0 for v in shifted.coeffs()} == {positive}
    for k in range(10, 15):
        left, right = finite_case_points(k)
        assert left < right < 2


@pytest.mark.parametrize("n", [14, 15, 16])
def test_the_minimiser_beats_its_neighbours_only_from_fifteen_on(n):
    b = skew(2, 2, n)
    best = best_scalar(2, 2, n).refine(Q(1, 10**9)).lower
    floor = scalar_loss_at(best, 2, 2, n)
    if n == 14:
        assert b == 0
        assert plane_loss_at(2, n, best, Q(1, 50)) > floor
        return
    witness = plane_minimum(2, n).witness
    assert witness is not None
    near = b.refine(Q(1, 10**6)).lower
    assert plane_loss_at(2, n, witness[0], near) < floor
    assert plane_loss_at(2, n, witness[0], near, Q(1, 50)) > plane_loss_at(2, n, witness[0], near)
    assert skew_gain(2, 2, n).enclose(30) > 0


def test_transition_orders_and_windows():
    assert transition_order(2, 2) == 2 and coexistence(2) is None
    assert transition_order(2, 3) == 1
    window = coexistence(3, Q(1, 8))
    assert 13 < window.fold[0] < window.fold[1] <= window.equal[0] + 1
    assert window.onset.compare(window.equal[1]) > 0
    assert isinstance(transition_order(3, 2), Bounded)


def test_bad_arguments():
    with pytest.raises(ValueError):
        critical_context(2, 2, "both")
    with pytest.raises(ValueError):
        critical_context(0, 2)
    with pytest.raises(ValueError):
        skew_at(2, 2, 0)
    with pytest.raises(ValueError):
        plane_phase(1)


@pytest.mark.slow
@pytest.mark.parametrize(("layers", "expected"), [(5, 8), (6, 7), (7, 7)])
def test_deeper_global_lengths(layers, expected):
    phase = plane_phase(layers)
    assert phase.critical == expected and phase.undecided == ()


@pytest.mark.parametrize(("layers", "n"), [(2, 14), (3, 6), (3, 13), (4, 8)])
def test_no_critical_point_with_a_skew_part_below_the_threshold(layers, n):
    found = eliminate_a(layers, n)
    result = PAIR.from_dict({(0, j): c for j, c in enumerate(found.result.coeffs()) if c})
    combined = found.first * found.loss.derivative("a") + found.second * found.loss.derivative("B")
    assert combined == result
    assert found.no_critical_point()
    assert not eliminate_a(2, 15).no_critical_point()
