"""The experiments as the reports call them."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from numeric import experiments, gaussian, loss, quadrature, tasks, wishart
from numeric.intervals import bernstein_interval
from numeric.philox import generator
from numeric.statistics import Verdict, declare_sign


def test_curvature_changes_sign_between_14_and_15():
    signs = {n: experiments.declare_curvature(n)[0].sided for n in (5, 14, 15, 16)}
    assert signs == {5: "above", 14: "above", 15: "below", 16: "below"}
    declared, parameters = experiments.declare_curvature(14)
    assert experiments.decide(declared, "skew-curvature", parameters).verdict is Verdict.CONFIRMED
    mutant = declare_sign("the other sign", -declared.target, declared.variance)
    assert mutant.sided == "below"
    verdict = experiments.decide(mutant, "skew-curvature", parameters).verdict
    assert verdict is Verdict.REFUTED


@pytest.mark.parametrize(("n", "sided"), [(18, "above"), (21, "below")])
def test_curvature_in_three_dimensions(n, sided):
    declared, parameters = experiments.declare_curvature(n, 2, d=3)
    assert declared.sided == sided
    result = experiments.decide(declared, "curvature", parameters)
    assert result.verdict is Verdict.CONFIRMED


@pytest.mark.parametrize("layers", [2, 4, 6])
def test_tilted_loss_confirms_the_exact_value_and_rejects_neighbours(layers):
    a, b, n = Fraction(13, 20), Fraction(1, 20), 15
    target = float(quadrature.loss_rotation(a, b, n, layers).hi)
    near = [float(quadrature.loss_rotation(a, b, m, layers).hi) for m in (n - 1, n + 1)]
    declared, parameters = experiments.declare_loss(
        target, float(a), float(b), n, layers, 1_500_000, near
    )
    assert declared.tolerance < 0.1 * target
    result = experiments.decide(declared, "loss-tilted", parameters)
    assert result.verdict is Verdict.CONFIRMED and result.powerful


def test_bounded_loss_by_empirical_bernstein():
    """No variance is handed in: the tilted loss is bounded, and that is enough."""
    a, n, layers, c, size = Fraction(39, 50), 15, 2, 1.15, 1_000_000
    exact, *near = (
        float(quadrature.loss_rotation(a, Fraction(0), m, layers).hi) for m in (n, n - 1, n + 1)
    )
    bound = wishart.tilted_bound(2, n, layers, c, float(a))
    draw = tasks.OBSERVABLES["loss-tilted"](
        {"a": float(a), "b": 0.0, "n": n, "layers": layers, "tilt": c}, generator("e2" * 32, 0)
    )
    values = draw(size)
    low, high = bernstein_interval(size, values.sum(), float(values @ values), bound, 1e-6)
    assert low <= exact <= high and values.max() <= bound
    assert all(not low <= other <= high for other in near)


def test_tilted_second_moment_is_exact():
    """Against sampling: the second moment of the weighted loss, five standard errors."""
    c, n, layers = 1.3, 15, 3
    factor, shrink = wishart.tilt_second_moment(2, n, c)
    t, q, w = quadrature.population_invariants(n, 2 * layers)
    exact = factor * float(
        loss.losses_rotation_2d(0.7, 0.0, layers, shrink * t, shrink**2 * q) ** 2 @ w
    )
    t, q = wishart.invariants_2d(generator("e1" * 32, 0), n, 400_000)
    f = loss.losses_rotation_2d(0.7, 0.0, layers, c * t, c * c * q)
    squares = (f * wishart.tilt_weight(t, 2, n, c)) ** 2
    assert abs(squares.mean() - exact) < 5 * squares.std() / math.sqrt(t.size)


def test_gaussian_curves_have_medians_and_logs():
    """n = 3: log variance after t fits is a sum of logs of exponentials, mean -gamma t."""
    curves = experiments.gaussian_curves([3] * 12, 40_000, [1, 12])
    expected = -0.5772156649015329 * np.array([1, 12])
    assert np.all(np.abs(curves["mean_log"] - expected) < 5 * curves["mean_log_error"])
    assert curves["median_log"][0] == pytest.approx(math.log(math.log(2)), abs=0.04)
    assert curves["chains"].tolist() == [40_000] * 2
    assert np.all(np.diff(curves["median_log"]) < 0)


def test_curves_do_not_depend_on_repeated_calls_but_on_the_seed():
    one, two, three = (
        experiments.gaussian_curves(gaussian.schedule(20, 1, 2), 4000, [20], seed=s)
        for s in (0, 0, 1)
    )
    assert all(np.array_equal(one[key], two[key]) for key in one)
    assert one["mean_log"] != three["mean_log"]


@pytest.mark.parametrize(
    ("regime", "design", "expected"),
    [("replace", "fresh", 3 * 2 / 17), ("accumulate", "fixed", 2 / 17 * (1 + 1 / 4 + 1 / 9))],
)
def test_regression_curves_have_their_risk(regime, design, expected):
    curves = experiments.regression_curves(2, [20] * 3, 100_000, [1, 3], regime, design)
    assert abs(curves["mean"][0] - 2 / 17) < 5 * curves["mean_error"][0]
    assert abs(curves["mean"][1] - expected) < 5 * curves["mean_error"][1]
    assert np.all(curves["median"] < curves["mean"])


def test_bifurcation_is_scalar_then_rotates():
    found = experiments.bifurcation([12, 14, 15, 24], steps=4000)
    assert np.all(found["symmetric"] < 1e-5)
    assert np.all(found["b"][:2] < 1e-4) and np.all(found["b"][2:] > 0.01)
    assert np.all(np.diff(found["loss"]) < 0)
