"""Selection gates, context windows, the table, the necessity list and the published statements."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.chi import chi_square_moment
from symbolic.collapse_table import cell, table
from symbolic.gaussian import variance_limit
from symbolic.literature_collapse import LITERATURE
from symbolic.literature_gaussian import deviation_witness, survival_bound_holds
from symbolic.literature_regression import (
    closer_probability,
    optimal_real_weight,
    pooled_variance_efficiency,
    weight_derivative,
)
from symbolic.necessity import hypotheses
from symbolic.selection import (
    central_fraction_contraction,
    critical_variance_ratio,
    fixed_gate_collapses,
    fixed_gate_path,
    power_gate_drift,
    power_gate_outcome,
    power_gate_variance_ratio,
)
from symbolic.special import ball_of
from symbolic.values import NEVER, enclose
from symbolic.window import (
    block_window_risk,
    context_curves,
    growing_context_limit,
    sliding_walk_step,
    sliding_window_variance,
    sliding_window_weights,
)

positive = st.fractions(min_value=Fraction(1, 9), max_value=9, max_denominator=9)


@given(positive, st.lists(st.tuples(positive, positive), max_size=6))
@settings(max_examples=40, deadline=None)
def test_fixed_gate_formula_against_the_recursion(start, steps):
    s, path = start, []
    for ratio, precision in steps:
        s = ratio / (1 / s + precision)
        path.append(s)
    assert fixed_gate_path(start, [r for r, _ in steps], [p for _, p in steps]) == path


def test_fixed_gate_needs_both_sums():
    assert fixed_gate_collapses("t^2", "t^2") is False
    assert fixed_gate_collapses("t", "t^2") is True
    assert fixed_gate_collapses("t^2", "t") is True
    assert fixed_gate_collapses("2^t", "1/t") is True
    for width in ("-t", "log(-t)", "0"):
        with pytest.raises(ValueError):
            fixed_gate_collapses("t^2", width)
    with pytest.raises(ValueError):
        fixed_gate_path(Fraction(0), [], [])


@pytest.mark.parametrize("k", [0, 1, 2, 5])
def test_power_gate_variance_from_gaussian_moments(k):
    """Under N(0, 1/(1+2b)) the weight z^(2k) gives E z^(2k+2)/E z^(2k), b = 3/2."""
    scale = Fraction(1, 4)
    ratio = scale * chi_square_moment(1, k + 1) / chi_square_moment(1, k)
    assert power_gate_variance_ratio(k, Fraction(3, 2)) == ratio


def test_power_gate_threshold_is_above_one_and_decides():
    for k, n in ((1, 2), (1, 10), (3, 50)):
        critical = critical_variance_ratio(k, n).enclose(60)
        assert critical > 1
        for kappa, outcome in ((Fraction(101, 100), None), (Fraction(1), "collapses")):
            b = (Fraction(2 * k + 1) / kappa - 1) / 2
            expected = outcome or ("escapes" if critical < ball_of(kappa) else "collapses")
            assert power_gate_outcome(k, b, n) == expected
    assert power_gate_drift(0, 0, 9).enclose(60) < 0
    with pytest.raises(ValueError):
        power_gate_variance_ratio(2, 0)


def test_central_fraction_shrinks_and_loosens():
    values = [central_fraction_contraction(Fraction(k, 10)).enclose(60) for k in range(1, 10)]
    assert all(0 < a < b < 1 for a, b in pairwise(values))
    # small q: nearly uniform on (-c, c), variance c^2/3 with c ~ q sqrt(pi/2)
    tiny = central_fraction_contraction(Fraction(1, 1000)).enclose(60)
    assert abs(tiny / (arb.pi() / 6 / 10**6) - 1) < ball_of(Fraction(1, 10**5))
    with pytest.raises(ValueError):
        central_fraction_contraction(Fraction(1))


@pytest.mark.parametrize("n", [1, 2, 3, 8])
def test_sliding_window_martingale_identity(n):
    """M_(t+1) - M_t = step * (y_(t+1) - mean of the window) for arbitrary outputs."""
    weights = sliding_window_weights(n)
    assert sum(weights) == 1
    outputs = [Fraction((7 * k * k + 3) % 11, k + 1) for k in range(n + 1)]
    before = sum(w * y for w, y in zip(weights, reversed(outputs[:n]), strict=True))
    after = sum(w * y for w, y in zip(weights, reversed(outputs[1:]), strict=True))
    innovation = outputs[n] - sum(outputs[:n]) / n
    assert after - before == sliding_walk_step(n) * innovation


@pytest.mark.parametrize(("n", "t"), [(1, 5), (2, 3), (3, 7), (5, 1)])
def test_sliding_window_variance_from_the_covariance_recursion(n, t):
    c = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    for _ in range(t):
        cross = [sum(row) / n for row in c]
        square = sum(cross) / n
        c = [[*row[1:], cross[i + 1]] for i, row in enumerate(c[1:])]
        c.append([*cross[1:], square + 1])
    assert sliding_window_variance(n, t) == sum(map(sum, c)) / n**2


def test_windows_forget_and_growing_contexts_do_not():
    step = sliding_walk_step(4) ** 2
    late = [sliding_window_variance(4, t) for t in (200, 250)]
    assert abs(late[1] - late[0] - 50 * step) < Fraction(1, 10**6)
    assert block_window_risk(2, 5, 9) == 10 * block_window_risk(2, 5, 0)
    assert block_window_risk(2, 3, 0) is NEVER
    curves = context_curves(3, 7, 6)
    assert [row[2] for row in curves] == [block_window_risk(3, 7, k) for k in range(7)]
    assert all(row[1] < growing_context_limit(3, 7) for row in curves)
    assert growing_context_limit(2, 5) < 2 * block_window_risk(2, 5, 0)


def test_table_is_complete_and_consistent():
    cells = table()
    keys = {entry.key for entry in cells}
    assert len(keys) == len(cells) == 28
    gaussian = [c for c in cells if c.model == "gaussian"]
    assert len(gaussian) == 2 * 2 * 3 * 2
    for entry in cells:
        assert entry.proof
        assert {kind for kind, _ in entry.proof} <= {"identity", "cited", "argued"}
        if entry.value is not None:
            entry.value(2, 5, 3)
    assert cell("gaussian/replace/unbiased/mean/expectation").value(1, 5, 10) == 2
    with pytest.raises(ValueError):
        cell("gaussian/replace")


def test_error_to_infinity_almost_surely_forces_it_in_expectation():
    """Fatou: no cell may be infinite almost surely and finite in expectation."""
    for entry in table():
        if entry.mode == "almost-sure" and entry.limit == "infinite":
            twin = cell(entry.key.replace("almost-sure", "expectation"))
            assert twin.limit == "infinite"


def test_every_hypothesis_has_its_witness():
    assert len(hypotheses()) == 29


EXPECTED = {
    "gerstgrasser.linear-growth": "confirmed",
    "gerstgrasser.accumulation-bound": "confirmed",
    "dohmatob.two-sample-sizes": "confirmed",
    "dohmatob.overparametrised": "confirmed",
    "kazdan.sine-product": "confirmed",
    "shumailov.first-order": "qualified",
    "shumailov.divergence": "qualified",
    "alemohammad.proposition": "qualified",
    "alemohammad.supermartingale": "qualified",
    "alemohammad.drift": "refuted",
    "suresh.discrete": "confirmed",
    "suresh.gaussian": "qualified",
    "xu.superlinear": "qualified",
    "xu.synthetic-beats-real": "confirmed",
    "barzilai-shamir.scope": "refuted",
    "barzilai-shamir.counterexamples": "undecided",
    "dey-donoho.efficiency": "qualified",
    "he.golden-weight": "confirmed",
}


@pytest.mark.parametrize("name", sorted(LITERATURE))
def test_published_statements(name):
    result = LITERATURE[name]()
    assert result.verdict == EXPECTED[name]
    assert result.reason and result.source.startswith("arXiv:")
    assert result.witness or result.verdict == "undecided"


def test_literature_data():
    assert survival_bound_holds(300)
    below, claimed = deviation_witness(2000)
    assert below > claimed
    below, claimed = deviation_witness(100)
    assert below < claimed
    assert closer_probability(2).enclose(60).overlaps(arb(2).atan() / arb.pi())
    assert optimal_real_weight(2).compare(Fraction(1, 2)) == 0
    left, right = weight_derivative(Fraction(2, 7), Fraction(5))
    assert left == right != weight_derivative(Fraction(2, 7), Fraction(4))[1]
    # the first step of the efficiency, by chi-square moments: n = 3, t = 1 and 2
    assert pooled_variance_efficiency(3, 1) == 1
    assert pooled_variance_efficiency(3, 2) < 1
    assert enclose(variance_limit("accumulate", "mle", 9), 60) < 1
