"""What sampled checks share: error rates of one run, where shards run, and outcomes of tests.

Everything about a test is fixed before its first sample: the observable, the claimed value, the
tolerance, the size and the two error rates.  The samples depend on the observable, its parameters,
the size and the seed of the run, and not on what is claimed of them; so a mutant that changes the
claimed value is judged by the very samples that confirm the claim.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from numeric import backend, campaign, statistics, tasks
from numeric.ledger import Ledger
from verify.outcome import Figure, Outcome
from verify.recheck import Expression, Ring
from verify.resources import cluster_address, shard_journal
from verify.status import Tier, Verdict

__all__ = [
    "FAMILY_WISE",
    "SHARE",
    "TESTS",
    "Test",
    "decide",
    "evaluate",
    "mean_test",
    "outcome_of",
    "sign_test",
]

FAMILY_WISE = 1e-3
"""The probability that any true claim of a run is not confirmed, over all its sampled tests."""

TESTS = 200
"""The number of tests announced for one run; the book has fewer, which a test of it checks."""

SHARE = Ledger(FAMILY_WISE, TESTS).share
"""The false-fail rate of each test."""

FALSE_PASS = 1e-6
_SHARD = 1 << 20


@dataclass(frozen=True)
class Test:
    """One declared test with what the samples said."""

    declaration: statistics.Declaration
    judgement: statistics.Judgement
    device: str

    @property
    def row(self) -> list[str]:
        """Observable, claimed value, sample mean with standard error, tolerance, samples, verdict."""
        declared, found = self.declaration, self.judgement
        claimed = f"{declared.target:.6g}" if declared.sided == "both" else _SIDES[declared.sided]
        return [
            declared.observable,
            claimed,
            f"{found.mean:.6g} ± {found.error:.2g}",
            f"{declared.tolerance:.2g}",
            str(found.count),
            found.verdict.value,
        ]


_SIDES = {"above": "> 0", "below": "< 0"}
_COLUMNS = ["observable", "claimed", "sample mean ± standard error", "tolerance", "samples", "test"]


def evaluate(text: str, **numbers: int) -> Fraction:
    """Return the exact value of a formula at whole numbers.

    >>> evaluate("t*d/(n - d - 1)", t=3, d=2, n=5)
    Fraction(3, 1)
    """
    filled = re.sub(r"[A-Za-z_]\w*", lambda m: f"({numbers[m[0]]})" if m[0] in numbers else m[0], text)
    return Fraction(Expression(filled, Ring([])).result.number())


def mean_test(
    observable: str,
    parameters: Mapping[str, Any],
    label: str,
    target: float,
    variance: float,
    size: int,
    seed: int,
    device: str,
) -> Test:
    """Test "the mean is ``target``" at the rates of the run; ``variance`` is exact or a bound.

    The tolerance follows from the size, so it does not depend on the claimed value.
    """
    declared = statistics.declare_mean(
        label, target, variance, size=size, false_fail=SHARE, false_pass=FALSE_PASS
    )
    return decide(declared, observable, parameters, seed, device)


def sign_test(
    observable: str,
    parameters: Mapping[str, Any],
    expected: statistics.Declaration,
    positive: bool,
    seed: int,
    device: str,
) -> Test:
    """Test the sign of a mean; ``expected`` fixes the size, from the value that theory predicts."""
    claimed = statistics.declare_sign(
        expected.observable,
        abs(expected.target) if positive else -abs(expected.target),
        expected.variance,
        expected.false_fail,
        expected.false_pass,
    )
    return decide(claimed, observable, parameters, seed, device)


def decide(
    declared: statistics.Declaration,
    observable: str,
    parameters: Mapping[str, Any],
    seed: int,
    device: str,
) -> Test:
    """Draw the declared samples, in shards, and judge them."""
    kind, note = _device(device, observable)
    shards = max(1, math.ceil(declared.size / _SHARD))
    job = {**tasks.job_for(declared, observable, parameters, shards), "seed": seed}
    scored = {name: job["declaration"][name] for name in ("tolerance", "variance", "size")}
    key = json.dumps([job | {"declaration": scored}, declared.points, kind], sort_keys=True)
    if key not in _drawn:  # both signs of a mean share their rows
        _drawn[key] = _draw(job, shards, kind)
    rows = _drawn[key]
    return Test(declared, tasks.judge_rows(declared, rows), note)


_drawn: dict[str, dict[int, campaign.Row]] = {}


def _draw(job: Mapping[str, Any], shards: int, kind: str) -> dict[int, campaign.Row]:
    """Rows of all shards, large jobs on the cluster and with the journal of the run where there are."""
    task = tasks.mean_task_gpu if kind == "gpu" else tasks.mean_task
    address, path = cluster_address(), shard_journal()
    large = shards >= 8
    journal = campaign.Journal(path) if path and large else None
    executor: campaign.Executor | None = None
    try:
        if address and large:
            from numeric.cluster import Cluster

            executor = Cluster(address)
        return campaign.run(task, job, shards, executor, journal)
    finally:
        if executor is not None:
            executor.close()
        if journal is not None:
            journal.close()


@cache
def _device(wanted: str, observable: str) -> tuple[str, str]:
    """Return "cpu" or "gpu" for an observable, with the reason."""
    if wanted != "gpu":
        return "cpu", "cpu"
    if observable not in tasks.KERNELS:
        return "cpu", "cpu: no kernel for this observable"
    try:
        return "gpu", f"gpu: {backend.select('gpu').device}"
    except backend.BackendUnavailable as error:
        return "cpu", f"cpu: {error}"


def outcome_of(
    tests: Sequence[Test],
    reason: str,
    seed: int,
    *,
    instances: Sequence[str] = (),
    routes: Sequence[str] = (),
    figures: Sequence[Figure] = (),
    value: str | None = None,
) -> Outcome:
    """Return the outcome of a claim that holds when all of its tests are confirmed."""
    refuted = [t for t in tests if t.judgement.verdict is statistics.Verdict.REFUTED]
    open_tests = [t for t in tests if t.judgement.verdict is statistics.Verdict.INCONCLUSIVE]
    facts = _statistics(tests, seed)
    table = {
        "columns": _COLUMNS,
        "rows": [t.row for t in tests],
        "caption": "Declared tests; the standard error is shown, the decision is by Catoni's e-values.",
    }
    common: dict[str, Any] = {"statistics": facts, "table": table, "instances": tuple(instances)}
    if refuted:
        worst = max(refuted, key=lambda t: t.judgement.log_e)
        found = worst.judgement
        return Outcome(
            Verdict.REFUTED,
            Tier.STATISTICAL,
            f"{worst.declaration.observable}: {found.reason}",
            witness={
                "observable": worst.declaration.observable,
                "claimed": worst.row[1],
                "sample mean": worst.row[2],
                "samples": worst.row[4],
                "evidence": found.reason,
            },
            **common,
        )
    if open_tests:
        first = open_tests[0]
        reason = f"{first.declaration.observable}: {first.judgement.reason}"
        return Outcome(Verdict.UNDECIDED, Tier.NONE, reason, **common)
    return Outcome(
        Verdict.CONFIRMED, Tier.STATISTICAL, reason, routes=tuple(routes), figures=tuple(figures), value=value, **common
    )


def _statistics(tests: Sequence[Test], seed: int) -> dict[str, Any]:
    first = tests[0].declaration
    sizes = [t.judgement.count for t in tests]
    facts: dict[str, Any] = {
        "tests": len(tests),
        "method": "Catoni's e-values with the exact variance or an upper bound of it; valid for every sample size",
        "samples": sum(sizes),
        "false fail, each test": f"{first.false_fail:.3g}",
        "false pass, each test": f"{first.false_pass:.3g}",
        "family-wise false fail": f"{FAMILY_WISE:g} over at most {TESTS} tests of one run (Bonferroni)",
        "device": "; ".join(sorted({t.device for t in tests})),
        "seed": seed,
    }
    if len(tests) == 1:
        found = tests[0].judgement
        facts |= {
            "observable": first.observable,
            "claimed": tests[0].row[1],
            "tolerance": f"{first.tolerance:.4g}",
            "variance of one sample": f"{first.variance:.4g}",
            "sample mean": f"{found.mean:.8g}",
            "standard error": f"{found.error:.3g}",
            "share of the largest sample": f"{found.largest_share:.2g}",
            ("log e-value for the sign" if first.sided != "both" else "log e-value against"): f"{found.log_e:.2f}",
        }
    return facts
