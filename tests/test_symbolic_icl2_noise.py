"""Label noise: the theorem at d = L = 2, its polynomials by two routes, and explicit witnesses."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import fmpq, fmpq_poly
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.noise import (
    best_scalar_with_noise,
    critical_context_with_noise,
    critical_noise,
    loss_with_noise,
    scalar_noise_coefficients,
    skew_at_with_noise,
    skew_noise_coefficients,
)
from symbolic.noise_absence import certify_no_skew_minimiser
from symbolic.noise_theorem import (
    NOISE,
    comparison_point,
    instability_bound,
    noise_onset,
    noise_part,
    noisy_plane_loss,
    reduced_slope,
)
from symbolic.noise_witness import certify_skew_point, find_skew_point
from symbolic.plane import plane_loss, plane_loss_at
from symbolic.plane_noise import plane_loss_by_entries
from symbolic.scalar import best_scalar, variation_at_scalar
from symbolic.values import NEVER, Bounded

small = st.fractions(min_value=-2, max_value=2, max_denominator=7)


def test_no_skew_part_where_there_is_none() -> None:
    assert not skew_at_with_noise(1, 3, 5, 1)
    assert not skew_at_with_noise(4, 1, 5, 1)
    assert critical_context_with_noise(1, 2, 0) is NEVER
    assert critical_noise(1, 5) == critical_noise(3, 1) == 0


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        loss_with_noise(1, 2, 2, 3, noise=-1)
    with pytest.raises(ValueError, match="kind"):
        skew_at_with_noise(2, 2, 3, 0, kind="both")
    with pytest.raises(ValueError, match="d = 2"):
        loss_with_noise(1, 3, 2, 3, b=1)


@pytest.mark.parametrize("layers", range(1, 6))
def test_two_routes_to_the_plane_loss(layers: int) -> None:
    assert plane_loss_by_entries(layers) == plane_loss(layers)


@settings(max_examples=25, deadline=None)
@given(a=small, n=st.integers(1, 9), layers=st.integers(1, 4))
def test_plane_and_trace_routes_agree_on_scalars(a: Fraction, n: int, layers: int) -> None:
    noise = Fraction(5, 3)
    by_traces = scalar_noise_coefficients(2, layers, n, noise)
    assert loss_with_noise(a, 2, layers, n, noise=noise) == sum(
        c * a**k for k, c in enumerate(by_traces)
    )
    slope = noisy_plane_loss(layers).derivative(2)(
        fmpq(n), fmpq(a.numerator, a.denominator), fmpq(0), fmpq(0), fmpq(5, 3)
    )
    by_pairs = sum(c * a**k for k, c in enumerate(skew_noise_coefficients(2, layers, n, noise)))
    assert Fraction(int(slope.p), int(slope.q)) / n ** (2 * layers - 1) == by_pairs


def test_noise_is_the_square_of_the_prediction_of_the_noise() -> None:
    # d = 1, one example, one layer: E (a x_q x eps)^2 = a^2 noise.
    extra = loss_with_noise(Fraction(1, 2), 1, 1, 1, noise=3) - loss_with_noise(
        Fraction(1, 2), 1, 1, 1
    )
    assert extra == Fraction(3, 4)


def test_without_noise_the_second_variation_is_the_known_one() -> None:
    a = Fraction(3, 7)
    for d, layers, n in ((2, 2, 10), (3, 3, 4), (5, 4, 7)):
        value = sum(c * a**k for k, c in enumerate(skew_noise_coefficients(d, layers, n, 0)))
        assert value / (d * (d - 1)) == variation_at_scalar(a, d, layers, n, "skew")
    assert best_scalar_with_noise(2, 2, 9, 0) == best_scalar(2, 2, 9) or (
        best_scalar_with_noise(2, 2, 9, 0).compare(best_scalar(2, 2, 9).lower) >= 0
    )


def test_reduction_inequalities_hold_for_every_noise() -> None:
    n, _, _, _, s = NOISE.gens()
    f4, g4, m = (noise_part(name) for name in ("f4", "g4", "m"))
    assert g4 - f4 == 8 * (n + 2) * (2 * n + s + 6)
    assert m + 2 * f4 == 8 * (n + 2) * (s + 8)
    assert g4 + f4 + m == 16 * (n + 2) * (n + s + 7)
    both = noise_part("f2") + noise_part("g2")
    discriminant = both.discriminant(1)
    assert all(value < 0 for value in discriminant.to_dict().values())


def test_above_noise_one_nothing_is_unstable() -> None:
    n, a, b, c, s = NOISE.gens()
    shifted = instability_bound().compose(n, a, b, c, s + 1)
    assert all(value < 0 for value in shifted.to_dict().values())
    assert not all(value < 0 for value in instability_bound().to_dict().values())


def _by_powers_of_n(poly) -> dict[int, fmpq_poly]:
    rows: dict[int, fmpq_poly] = {}
    for e, value in poly.to_dict().items():
        rows[int(e[0])] = rows.get(int(e[0]), fmpq_poly([0])) + value * fmpq_poly([0, 1]) ** int(e[4])
    return rows


def test_the_onset_has_one_sign_change_below_noise_one() -> None:
    rows = _by_powers_of_n(noise_onset())
    assert rows[5] == 4 * fmpq_poly([-1, 1]) * fmpq_poly([-5, 1]) ** 2
    for power in (0, 1, 2, 3):  # positive on [0, 1]: reverse the variable, s = 1/(1 + t)
        degree = rows[power].degree()
        turned = sum(
            (rows[power][k] * fmpq_poly([1, 1]) ** (degree - k) for k in range(degree + 1)),
            fmpq_poly([0]),
        )
        assert all(c > 0 for c in turned.coeffs())


def test_comparison_points_and_the_shift_from_twenty_on() -> None:
    assert all(comparison_point(n)[0] < 1 for n in range(10, 20))
    n, _, b, c, s = NOISE.gens()
    p = NOISE.constant(fmpq(3, 4))
    wanted = ((reduced_slope(), -1), (noise_part("f2"), 1), (noise_part("f2").derivative(1), -1))
    for poly, sign in wanted:
        moved = poly.compose(n + 20, p, b, c, s)
        degree = int(moved.degrees()[4])
        total = NOISE.from_dict({})
        for e, value in moved.to_dict().items():
            total += NOISE.from_dict({(e[0], 0, 0, 0, 0): value}) * (1 + b) ** (degree - int(e[4]))
        assert all(sign * value > 0 for value in total.to_dict().values())
    with pytest.raises(ValueError, match="n <= 9"):
        comparison_point(9)


def test_the_ray_and_its_end() -> None:
    assert critical_context_with_noise(2, 2, 0) == 15
    assert critical_context_with_noise(2, 2, Fraction(1, 100)) == 16
    assert critical_context_with_noise(2, 2, 1) is NEVER
    assert critical_noise(2, 2) == 1
    near = critical_context_with_noise(2, 2, Fraction(99, 100))
    assert isinstance(near, int) and near > 1000
    assert skew_at_with_noise(2, 2, near, Fraction(99, 100))
    assert not skew_at_with_noise(2, 2, near - 1, Fraction(99, 100))


@settings(max_examples=15, deadline=None)
@given(n=st.integers(2, 60), noise=st.fractions(min_value=0, max_value=2, max_denominator=12))
def test_local_and_global_agree_at_two_layers(n: int, noise: Fraction) -> None:
    assert skew_at_with_noise(2, 2, n, noise, "local") == skew_at_with_noise(2, 2, n, noise)


def test_the_theorem_against_explicit_matrices() -> None:
    noise = Fraction(1, 2)
    start = critical_context_with_noise(2, 2, noise)
    point = find_skew_point(2, start + 3, noise)[0]
    assert certify_skew_point(2, start + 3, noise, *point)
    assert not any(certify_skew_point(2, start - 1, noise, *p) for p in find_skew_point(
        2, start - 1, noise) or [(Fraction(1), Fraction(1, 100))])


def test_skew_minimisers_survive_large_noise_at_three_layers() -> None:
    assert skew_at_with_noise(2, 3, 10**4, 10) is True
    assert skew_at_with_noise(2, 3, 10, 10) is False
    assert isinstance(skew_at_with_noise(3, 3, 10, 10), Bounded)
    assert critical_noise(2, 3) is NEVER and critical_noise(7, 4) is NEVER
    assert isinstance(critical_noise(3, 2), Bounded)


def test_certified_loss_lies_below_symmetric_samples() -> None:
    (a, b2), n, noise = find_skew_point(3, 100, 0)[0], 100, 0
    assert certify_skew_point(3, n, noise, a, b2)
    value = sum(
        (Fraction(int(v.p), int(v.q)) * n ** int(e[0]) * a ** int(e[1]) * b2 ** int(e[2])
         for e, v in plane_loss(3).to_dict().items() if not e[3]), Fraction(0)
    ) / n**5
    for x in range(5, 12):
        for r in (0, 1, 2):
            assert plane_loss_at(3, n, Fraction(x, 10), 0, Fraction(r, 10)) > value


def test_with_noise_the_set_of_contexts_is_not_a_ray() -> None:
    noise = Fraction(1, 2)
    assert skew_at_with_noise(2, 3, 100, noise) is True
    assert skew_at_with_noise(2, 3, 1000, noise) is False
    assert skew_at_with_noise(2, 3, 10**5, noise) is True


@pytest.mark.parametrize(("n", "noise"), [(100, 0), (40, Fraction(1, 2)), (10**5, Fraction(1, 2))])
def test_absence_is_never_certified_where_a_skew_matrix_is_best(n: int, noise: Fraction) -> None:
    assert certify_skew_point(3, n, noise, *find_skew_point(3, n, noise)[0])
    assert not certify_no_skew_minimiser(n, noise)


@pytest.mark.slow
def test_first_context_with_noise_at_three_layers() -> None:
    assert critical_context_with_noise(2, 3, Fraction(1, 2)) == 38
    assert critical_context_with_noise(2, 3, 0) == 14
