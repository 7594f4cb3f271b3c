"""Declared tests: calibration under heavy tails, power against mutants, the ledger."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import intervals, loss, quadrature, statistics, wishart
from numeric.ledger import Ledger
from numeric.philox import generator
from numeric.statistics import MeanSums, Verdict, declare_mean, declare_sign, judge, run

JOB = "5a" * 32


def normal(mean, shard=0):
    rng = generator(JOB, shard)
    return lambda k: mean + rng.standard_normal(k)


def decide(declared, draw):
    return judge(declared, run(declared, draw))


def test_true_claim_is_confirmed_and_mutants_are_rejected():
    declared = declare_mean("normal", 0.25, 1.0, tolerance=0.05, mutants=(0.19, 0.31, 0.0))
    result = decide(declared, normal(0.25))
    assert result.verdict is Verdict.CONFIRMED and result.mutants_rejected == (True,) * 3


@pytest.mark.parametrize("truth", [0.1, 0.4, -3.0])
def test_false_claim_is_refuted(truth):
    declared = declare_mean("normal", 0.25, 1.0, tolerance=0.05)
    assert decide(declared, normal(truth)).verdict is Verdict.REFUTED


def test_too_few_samples_are_refused_not_judged():
    declared = declare_mean("normal", 0.0, 1.0, tolerance=0.05)
    sums = run(declared, normal(0.0), size=declared.size // 2)
    with pytest.raises(ValueError, match="were declared"):
        judge(declared, sums)


def test_half_way_is_inconclusive_or_refuted_never_confirmed():
    """A mean one tolerance off is confirmed with probability at most 1e-2; 50 runs, none."""
    declared = declare_mean("normal", 0.0, 1.0, tolerance=0.2, false_fail=1e-2, false_pass=1e-2)
    verdicts = [decide(declared, normal(0.2, shard)).verdict for shard in range(50)]
    assert Verdict.CONFIRMED not in verdicts


def test_calibration_on_the_heavy_tailed_loss():
    """Kurtosis about 2e3: false fails at a declared 5 % stay below 5 % in 400 runs.

    Under a rate of exactly 5 % more than 40 of 400 would occur with probability 2e-5.
    """
    n, a = 15, 0.78
    t, q, w = quadrature.population_invariants(n, 4)
    values = loss.losses_rotation_2d(a, 0.0, 2, t, q)
    mean = float((values * w).sum())
    variance = float((values**2 * w).sum()) - mean**2
    declared = declare_mean("loss", mean, variance, size=20_000, false_fail=0.05, false_pass=0.05)
    failed = 0
    for shard in range(400):
        rng = generator(JOB, 1000 + shard)

        def draw(k, rng=rng):
            return loss.losses_rotation_2d(a, 0.0, 2, *wishart.invariants_2d(rng, n, k))

        failed += decide(declared, draw).verdict is not Verdict.CONFIRMED
    assert failed <= 40


def test_sums_do_not_depend_on_the_order_of_shards():
    declared = declare_mean("normal", 0.0, 1.0, tolerance=0.1)
    parts = [run(declared, normal(0.0, shard), size=1000) for shard in range(7)]
    assert MeanSums.merge(parts) == MeanSums.merge(parts[::-1])


def test_degenerate_constant():
    declared = declare_mean("constant", 2.0, 0.0, tolerance=1e-9, mutants=(2.0 + 1e-6,))
    result = decide(declared, lambda k: np.full(k, 2.0))
    assert result.verdict is Verdict.CONFIRMED and result.powerful


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=70), st.floats(-3, 3))
def test_grouped_scores_are_the_definition(values, m):
    x = np.array(values)
    y = 0.7 * (x - m)
    exact = float(np.sum(np.sign(y) * np.log1p(np.abs(y) + y * y / 2)))
    assert statistics.catoni_scores(x, [m], 0.7)[0] == pytest.approx(exact, abs=1e-9)


def test_scores_survive_enormous_values():
    score = statistics.catoni_scores(np.array([1e200, -1e150, 1.0]), [0.0], 1.0)[0]
    assert math.isfinite(score) and score > 0


@settings(max_examples=30)
@given(st.floats(0, 10), st.floats(0.01, 1), st.floats(1e-9, 0.1))
def test_size_and_tolerance_are_inverse(variance, tolerance, rate):
    declared = declare_mean("x", 0.0, variance, tolerance=tolerance, false_fail=rate)
    if variance > 0.01:
        again = declare_mean("x", 0.0, variance, size=declared.size, false_fail=rate)
        assert again.tolerance <= tolerance * (1 + 1e-9)


def test_signs():
    assert decide(declare_sign("s", 0.1, 1.0), normal(0.1)).verdict is Verdict.CONFIRMED
    assert decide(declare_sign("s", -0.1, 1.0), normal(-0.1)).verdict is Verdict.CONFIRMED
    assert decide(declare_sign("s", -0.1, 1.0), normal(0.1)).verdict is Verdict.REFUTED
    assert decide(declare_sign("s", 0.1, 1.0), normal(0.0)).verdict is Verdict.INCONCLUSIVE


def test_declarations_are_identified():
    one, two = (declare_mean("x", 0.0, 1.0, tolerance=t) for t in (0.1, 0.2))
    assert one.digest != two.digest and len(one.digest) == 64


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tolerance": 0.1, "size": 5}, "either"),
        ({}, "either"),
        ({"tolerance": 0.1, "mutants": (0.05,)}, "within the tolerance"),
        ({"tolerance": 0.1, "false_fail": 0.0}, "strictly"),
        ({"size": 10}, "cannot reach"),
        ({"tolerance": math.inf}, "finite"),
    ],
)
def test_bad_declarations_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        declare_mean("x", 0.0, 1.0, **arguments)


def test_bernstein_covers_and_is_narrow():
    rng = generator(JOB, 5)
    missed = 0
    for _ in range(300):
        x = rng.uniform(0, 2, 500)
        low, high = intervals.bernstein_interval(500, x.sum(), float(x @ x), 2.0, 0.05)
        missed += not low <= 1.0 <= high
    assert missed <= 35  # more has probability below 1e-5 at a rate of 5 %


@pytest.mark.parametrize(("k", "n"), [(0, 10), (10, 10), (3, 10), (500, 1000), (499_000, 10**6)])
def test_clopper_pearson_inverts_binomial_tails(k, n):
    low, high = intervals.binomial_interval(k, n, 0.02)

    def log_mass(j, p):
        choose = math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1)
        return choose + j * math.log(p) + (n - j) * math.log1p(-p)

    window = 6000
    if k > 0:
        tail = math.fsum(math.exp(log_mass(j, low)) for j in range(k, min(n, k + window) + 1))
        assert tail == pytest.approx(0.01, rel=1e-6)
    if k < n:
        tail = math.fsum(math.exp(log_mass(j, high)) for j in range(max(0, k - window), k + 1))
        assert tail == pytest.approx(0.01, rel=1e-6)


def test_ledger_spends_what_it_announced():
    ledger = Ledger(1e-3, 3)
    assert ledger.share == pytest.approx(1e-3 / 3)
    ledger.add("good", -2.0)
    ledger.add("bad", 5.0)
    assert ledger.rejected() == set()
    ledger.add("bad", 5.0)  # an independent second run multiplies the e-values
    assert ledger.rejected() == {"bad"}
    ledger.add("other", 0.0)
    with pytest.raises(ValueError, match="one more"):
        ledger.add("unannounced", 0.0)
