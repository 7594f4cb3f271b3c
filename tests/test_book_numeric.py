"""The sampled companions: they can fail, they use the same data for a mutant, and rates are kept."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from numeric import campaign, statistics
from symbolic.gaussian import log_rate
from symbolic.loss import loss_at
from symbolic.values import enclose
from symbolic.wasserstein import wasserstein2
from verify import resources, sampling
from verify.checks import numeric_collapse, numeric_icl, numeric_wishart
from verify.loader import load_book
from verify.registry import checks
from verify.status import Tier, Verdict

RUN = {"seed": 3, "device": "cpu"}


@pytest.fixture(scope="module")
def companions():
    return [c for c in load_book().claims.values() if c.id.startswith("numeric.")]


def test_the_announced_number_of_tests_is_not_exceeded(companions):
    sampled = [c for c in companions if c.floor is Tier.STATISTICAL]
    counts = [len(c.params.get("schedules") or c.params.get("signs") or [1]) for c in sampled]
    assert 30 < sum(counts) <= sampling.TESTS
    assert sampling.SHARE * sampling.TESTS == pytest.approx(sampling.FAMILY_WISE)


def test_every_companion_has_mutants_that_keep_the_samples(companions):
    """One mutant at least changes only what is claimed, so the same samples judge it."""
    claimed = {"value", "sign", "signs", "divisor", "threshold"}
    for claim in companions:
        assert any(set(mutant) <= claimed for mutant in claim.mutants), claim.id


def test_exact_claims_with_a_number_have_companions(companions):
    used = {other for claim in companions for other in claim.uses}
    assert {
        "icl.loss-d2-l2", "icl.skew-sign-d2-l2", "icl.skew-threshold", "icl.local-threshold-d3-l2", "icl.forward-pass",
        "ols.risk-replacing", "ols.accumulate-risk", "ols.inverse-wishart-mean", "ols.fixed-design-risk",
        "gauss.unbiased-martingale", "gauss.mle-supermartingale", "gauss.collapse-criterion",
        "gauss.pooled-unbiased-product", "gauss.pooled-mle-product", "wishart.fourth-moment",
    } <= used  # fmt: skip


def test_formulas_are_evaluated_exactly():
    assert sampling.evaluate("((n - 1)/n)**t", n=20, t=2) == Fraction(361, 400)
    with pytest.raises(Exception, match="may not use"):
        sampling.evaluate("t*d", t=2)


def test_a_mutated_value_is_judged_by_the_same_samples():
    common = {"d": 2, "n": 5, "powers": [2], "size": 60_000, **RUN}
    right = numeric_wishart.wishart_moment_sampled(value="d*n*(n + d + 1)", **common)
    wrong = numeric_wishart.wishart_moment_sampled(value="d*n*(n + d + 3)", **common)
    assert (right.verdict, wrong.verdict) == (Verdict.CONFIRMED, Verdict.REFUTED)
    assert right.statistics["sample mean"] == wrong.statistics["sample mean"]
    assert right.statistics["tolerance"] == wrong.statistics["tolerance"]
    assert wrong.witness["claimed"] == "100"
    other = numeric_wishart.wishart_moment_sampled(value="d*n*(n + d + 1)", **{**common, "seed": 4})
    assert other.statistics["sample mean"] != right.statistics["sample mean"]


def test_too_few_samples_decide_nothing():
    """Within the tolerance of so few samples both values are possible: neither is confirmed by chance."""
    common = {"d": 2, "n": 5, "powers": [1], "size": 80, **RUN}
    found = numeric_wishart.wishart_moment_sampled(value="d*n", **common)
    assert found.verdict in (Verdict.CONFIRMED, Verdict.UNDECIDED)
    assert float(found.statistics["tolerance"]) > 5  # honest about its width: E tr W = 10


@pytest.mark.parametrize(("n", "sign", "other"), [(14, "positive", "negative"), (17, "negative", "positive")])
def test_sign_of_the_curvature(n, sign, other):
    check = numeric_icl.skew_curvature
    assert check(d=2, layers=2, n=n, sign=sign, **RUN).verdict is Verdict.CONFIRMED
    assert check(d=2, layers=2, n=n, sign=other, **RUN).verdict is Verdict.REFUTED
    with pytest.raises(ValueError, match="sign"):
        check(d=2, layers=2, n=n, sign="up", **RUN)


def test_gauss_rule_in_balls_against_the_polynomial():
    a, b = Fraction(3, 5), Fraction(-1, 7)
    for layers, n in ((1, 2), (2, 3), (4, 15)):
        exact = loss_at(a, 2, layers, n, b)
        common = {"a": str(a), "b": str(b), "n": n, "layers": layers, "digits": 28}
        found = numeric_wishart.gauss_rule(value=str(exact), **common)
        assert found.verdict is Verdict.CONFIRMED and found.tier is Tier.CERTIFIED
        assert Fraction(found.value_bounds[0]) <= exact <= Fraction(found.value_bounds[1])
        assert numeric_wishart.gauss_rule(value=f"{exact} + 1/10**27", **common).verdict is Verdict.REFUTED


def test_exact_targets_have_a_second_route():
    one = numeric_collapse._log_factor(10, "n - 1")
    assert one.overlaps(enclose(log_rate(10, "unbiased"), 60))
    for estimator, drift in (("unbiased", "t/n"), ("mle", "0")):
        found = numeric_collapse.gaussian_distance(
            quantity="wasserstein", estimator=estimator, n=10, t=4, value=drift, size=50_000, **RUN
        )
        assert found.verdict is Verdict.CONFIRMED
        exact = float(enclose(wasserstein2(estimator, 4, 10), 60))
        assert float(found.statistics["claimed"]) == pytest.approx(exact, rel=1e-5)


def test_one_wrong_schedule_refutes():
    common = {"schedules": ["10", "t"], "estimator": "mle", "generations": 20, "size": 5000, **RUN}
    wrong = numeric_collapse.gaussian_log(divisor="n - 1", **common)
    assert wrong.verdict is Verdict.REFUTED and len(wrong.table["rows"]) == 1
    with pytest.raises(ValueError, match="divisor"):
        numeric_collapse.gaussian_log(divisor="n - 2", **{**common, "schedules": ["t"]})
    with pytest.raises(ValueError, match="schedule"):
        numeric_collapse.gaussian_log(divisor="n", **{**common, "schedules": ["t**3"]})


def test_large_samplings_are_journalled_and_resumed(tmp_path, monkeypatch):
    """With a folder lent, shards are stored; a second process would take them instead of drawing."""
    monkeypatch.setattr(sampling, "_SHARD", 4096)
    monkeypatch.setattr(sampling, "_drawn", {})
    monkeypatch.setattr(resources.os, "environ", dict(resources.os.environ))
    resources.lend(None, tmp_path)
    declared = statistics.declare_mean("x", 10.0, 20.0, size=40_000)
    parameters = {"powers": [1], "d": 2, "n": 5}
    first = sampling.decide(declared, "wishart-moment", parameters, 1, "cpu").judgement
    assert (tmp_path / resources.NAME).exists()
    sampling._drawn.clear()

    def no_draw(*arguments):
        raise AssertionError("drawn again")

    monkeypatch.setattr(campaign, "_pass", no_draw)
    assert sampling.decide(declared, "wishart-moment", parameters, 1, "cpu").judgement == first
    sampling._drawn.clear()
    with pytest.raises(AssertionError, match="drawn again"):
        sampling.decide(declared, "wishart-moment", parameters, 2, "cpu")


def test_the_journal_knows_the_kernels(tmp_path, monkeypatch):
    """An edited kernel starts a campaign afresh."""
    copy = tmp_path / "numeric"
    shutil.copytree(Path(campaign.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = campaign._package_digest()
    monkeypatch.setattr(campaign, "__file__", str(copy / "campaign.py"))
    assert campaign._package_digest() == before
    kernel = copy / "kernels" / "bartlett.cu"
    kernel.write_text(kernel.read_text() + "// another\n")
    assert campaign._package_digest() != before


def test_a_device_that_is_absent_is_named(monkeypatch):
    sampling._device.cache_clear()
    kind, note = sampling._device("gpu", "skew-curvature")
    assert kind in ("cpu", "gpu") and len(note) > 5
    assert sampling._device("gpu", "gaussian-log") == ("cpu", "cpu: no kernel for this observable")


def test_checks_are_registered_as_sampled():
    known = checks()
    sampled = {name for name, entry in known.items() if entry.sampled}
    assert {name for name in known if name.startswith("numeric.")} - sampled == {"numeric.gauss_rule"}


@pytest.mark.slow
def test_a_cluster_gives_the_same_bits(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(sampling, "_SHARD", 4096)
    monkeypatch.setattr(sampling, "_drawn", {})
    monkeypatch.setattr(resources.os, "environ", dict(resources.os.environ))
    declared = statistics.declare_mean("x", 10.0, 20.0, size=40_000)
    here = sampling.decide(declared, "wishart-moment", {"powers": [1], "d": 2, "n": 5}, 1, "cpu").judgement
    sampling._drawn.clear()
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local:
        resources.lend(local.scheduler_address, None)
        there = sampling.decide(declared, "wishart-moment", {"powers": [1], "d": 2, "n": 5}, 1, "cpu").judgement
    assert here == there
