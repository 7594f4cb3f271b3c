"""Declared statistical tests that stay valid under heavy tails.

Everything is fixed before the first sample: the observable, the claimed value, the tolerance,
the two error rates, the sample size, and the mutated values that must be rejected.  The verdict
has three values: CONFIRMED (the claimed value is inside the interval *and* the interval is
narrower than the tolerance), REFUTED (the claimed value is excluded), INCONCLUSIVE.

The means are tested with Catoni's influence function phi(y) = sign(y) log(1 + |y| + y^2/2).
With G(m) = sum phi(lambda (x_i - m)) and the exact variance s^2 (or an upper bound of it) handed
in, E exp(+-phi(lambda (x - mu))) <= exp(lambda^2 s^2 / 2), so

    E+(m) = exp(G(m) - N lambda^2 s^2/2),   E-(m) = exp(-G(m) - N lambda^2 s^2/2)

are e-values for "mean = m", whatever the higher moments (Catoni 2012; as a process in N: Wang
and Ramdas 2023).  G decreases in m.  Hence the interval of values not rejected lies within the
tolerance exactly when target - tolerance is rejected from below and target + tolerance from
above: three sums decide, and a sum is additive over shards.

Error rates: P(REFUTED or INCONCLUSIVE | claim true) <= false_fail, and
P(CONFIRMED | |mean - target| >= tolerance) <= false_pass.  With tolerance t and variance s^2,
N = 4 (s^2 + t^2/2) (log(1/false_pass) + log(4/false_fail)) / t^2 and lambda = t/(2 s^2 + t^2)
achieve both without any asymptotics.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import Enum

import numpy as np

__all__ = [
    "Declaration",
    "Judgement",
    "MeanSums",
    "Verdict",
    "catoni_scores",
    "catoni_size",
    "declare_mean",
    "declare_sign",
    "judge",
    "run",
]


class Verdict(Enum):
    """Outcome of a declared test."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Declaration:
    """A test fixed before sampling; ``digest`` identifies it in a journal."""

    observable: str
    target: float
    tolerance: float
    variance: float
    size: int
    false_fail: float
    false_pass: float
    mutants: tuple[float, ...] = ()
    sided: str = "both"  # "above": mean > 0 is claimed; "below": mean < 0

    @property
    def influence(self) -> float:
        """The scale lambda of Catoni's function."""
        return self.tolerance / (2.0 * self.variance + self.tolerance**2)

    @property
    def points(self) -> tuple[float, ...]:
        """The candidate means at which the score is accumulated."""
        if self.sided != "both":
            return (0.0,)
        target, tolerance = self.target, self.tolerance
        return (target, target - tolerance, target + tolerance, *self.mutants)

    @property
    def digest(self) -> str:
        """SHA-256 of the declaration."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class MeanSums:
    """What one shard returns: additive over shards, merged with ``math.fsum``."""

    count: int
    total: float
    squares: float
    largest: float
    scores: tuple[float, ...]

    @staticmethod
    def merge(parts: Iterable[MeanSums]) -> MeanSums:
        """Sums over all shards; exactly rounded, so the order does not matter."""
        parts = list(parts)
        if not parts:
            raise ValueError("no shard to merge")
        return MeanSums(
            sum(part.count for part in parts),
            math.fsum(part.total for part in parts),
            math.fsum(part.squares for part in parts),
            max(part.largest for part in parts),
            tuple(math.fsum(column) for column in zip(*(p.scores for p in parts), strict=True)),
        )


@dataclass(frozen=True)
class Judgement:
    """The verdict of a declared test, its evidence, and what became of the mutants.

    ``log_e`` is the natural logarithm of the two-sided e-value against the claim (large: the
    claim is excluded), or, for a sign, of the e-value *for* it.  ``error`` is the usual standard
    error, shown and not used.  ``largest_share`` is the share of the largest |value| in the sum.
    """

    verdict: Verdict
    mean: float
    error: float
    log_e: float
    count: int
    largest_share: float
    mutants_rejected: tuple[bool, ...]
    reason: str

    @property
    def powerful(self) -> bool:
        """Every mutated value was rejected by the same data."""
        return all(self.mutants_rejected)


def catoni_size(variance: float, tolerance: float, false_fail: float, false_pass: float) -> int:
    """Samples that decide a mean within ``tolerance`` at the stated rates (see the module).

    >>> catoni_size(1.0, 0.01, 1e-6, 1e-6)
    1160751
    """
    _check_rates(false_fail, false_pass)
    if not (variance >= 0 and tolerance > 0 and math.isfinite(variance + tolerance)):
        raise ValueError("variance must be finite and >= 0, tolerance finite and > 0")
    effort = math.log(1 / false_pass) + math.log(4 / false_fail)
    return math.ceil(4 * (variance + tolerance**2 / 2) * effort / tolerance**2)


def _check_rates(*rates: float) -> None:
    if not all(0 < rate < 1 for rate in rates):
        raise ValueError("error rates lie strictly between 0 and 1")


def declare_mean(
    observable: str,
    target: float,
    variance: float,
    tolerance: float | None = None,
    size: int | None = None,
    false_fail: float = 1e-6,
    false_pass: float = 1e-6,
    mutants: Sequence[float] = (),
) -> Declaration:
    """Declares "the mean is ``target`` within ``tolerance``": give the tolerance or the size.

    ``variance`` is the exact variance of one sample, or an upper bound.  Mutants are other
    values that the same data must reject; one nearer than the tolerance is an error.
    """
    _check_rates(false_fail, false_pass)
    if (tolerance is None) == (size is None):
        raise ValueError("give either the tolerance or the sample size")
    if tolerance is None:
        effort = math.log(1 / false_pass) + math.log(4 / false_fail)
        assert size is not None
        if size <= 2 * effort:
            raise ValueError(f"{size} samples cannot reach these error rates")
        # Each of the two conditions of the module's docstring, solved for the tolerance.
        tolerance = math.sqrt(4 * variance * effort / (size - 2 * effort))
    else:
        size = catoni_size(variance, tolerance, false_fail, false_pass)
    near = [m for m in mutants if abs(m - target) < tolerance]
    if near:
        raise ValueError(f"mutants {near} lie within the tolerance {tolerance:.3g} of the target")
    return Declaration(
        observable, target, tolerance, variance, size, false_fail, false_pass, tuple(mutants)
    )


def declare_sign(
    observable: str,
    mean: float,
    variance: float,
    false_fail: float = 1e-6,
    false_pass: float = 2.87e-7,
) -> Declaration:
    """Declares the sign of a mean whose expected value ``mean`` only sets the sample size.

    ``false_pass`` bounds the probability of confirming the sign when the mean is zero or has the
    other sign; 2.87e-7 is one-sided five sigma.
    """
    if mean == 0:
        raise ValueError("a mean of zero has no sign to declare")
    size = catoni_size(variance, abs(mean), false_fail, false_pass)
    sided = "above" if mean > 0 else "below"
    return Declaration(
        observable, mean, abs(mean), variance, size, false_fail, false_pass, (), sided
    )


def catoni_scores(
    values: np.ndarray, points: Sequence[float], influence: float
) -> tuple[float, ...]:
    """sum_i phi(influence (x_i - m)) for each m in ``points``.

    Logarithms are taken of products of 16 factors 1 + |y| + y^2/2, numerators over
    denominators; |y| up to 10^9 cannot overflow them.

    >>> round(catoni_scores(np.array([1.0, -1.0, 2.0]), [0.0], 1.0)[0], 12) == round(
    ...     float(np.log(5.0)), 12)
    True
    """
    flat = np.ravel(values)
    whole = flat.size - flat.size % 16
    scores = []
    for m in points:
        y = flat - m
        y *= influence
        size = np.abs(y)
        with np.errstate(over="ignore"):
            factor = size * size
        factor *= 0.5
        factor += size
        factor += 1.0
        if size.size and size.max() > 1e9:
            # For |y| > 1e16 the factor is y^2/2 to rounding, and may overflow.
            logs = 2.0 * np.log(size, out=np.zeros_like(size), where=size > 1e16) - math.log(2.0)
            np.log(factor, out=logs, where=size <= 1e16)
            scores.append(float(np.sum(np.copysign(logs, y))))
            continue
        np.reciprocal(factor, out=factor, where=y < 0)
        products = np.multiply.reduce(factor[:whole].reshape(16, -1), axis=0)
        scores.append(float(np.sum(np.log(products)) + np.sum(np.log(factor[whole:]))))
    return tuple(scores)


def _sums(declaration: Declaration, values: np.ndarray) -> MeanSums:
    return MeanSums(
        values.size,
        float(values.sum()),
        float(np.dot(values, values)),
        float(np.abs(values).max()),
        catoni_scores(values, declaration.points, declaration.influence),
    )


def run(
    declaration: Declaration,
    draw: Callable[[int], np.ndarray],
    block: int = 8192,
    size: int | None = None,
) -> MeanSums:
    """Sums over ``size`` samples (default: the declared number) from ``draw(count)``."""
    remaining = declaration.size if size is None else size
    parts = []
    while remaining:
        count = min(block, remaining)
        parts.append(_sums(declaration, np.ravel(draw(count))))
        remaining -= count
    return MeanSums.merge(parts)


def judge(declaration: Declaration, sums: MeanSums) -> Judgement:
    """The verdict that the declaration gives to these sums.

    >>> declared = declare_mean("a fair coin", 0.5, 0.25, tolerance=0.05, mutants=(0.6,))
    >>> rng = np.random.default_rng(0)
    >>> result = judge(declared, run(declared, lambda k: rng.integers(0, 2, k).astype(float)))
    >>> result.verdict.value, result.powerful
    ('confirmed', True)
    """
    if sums.count < declaration.size:
        raise ValueError(f"{sums.count} samples, but {declaration.size} were declared")
    if not math.isfinite(sums.total):
        raise ValueError("the samples contain a value that is not finite")
    penalty = sums.count * declaration.influence**2 * declaration.variance / 2
    mean = sums.total / sums.count
    spread = max(0.0, sums.squares / sums.count - mean**2)
    error = math.sqrt(spread / max(1, sums.count - 1))
    share = sums.largest / abs(sums.total) if sums.total else math.inf
    pass_bar = math.log(1 / declaration.false_pass)
    if declaration.sided != "both":
        direction = 1.0 if declaration.sided == "above" else -1.0
        log_e = direction * sums.scores[0] - penalty
        against = -direction * sums.scores[0] - penalty
        if log_e >= pass_bar:
            verdict, reason = Verdict.CONFIRMED, f"e-value exp({log_e:.1f}) for the sign"
        elif against >= math.log(4 / declaration.false_fail):
            verdict, reason = Verdict.REFUTED, f"e-value exp({against:.1f}) for the other sign"
        else:
            verdict, reason = Verdict.INCONCLUSIVE, f"e-value exp({log_e:.1f}) is below the bar"
        other_sign = (verdict is Verdict.CONFIRMED,)  # the one mutant of a sign
        return Judgement(verdict, mean, error, log_e, sums.count, share, other_sign, reason)
    at_target, at_low, at_high, *mutated = sums.scores
    upper, lower = at_target - penalty, -at_target - penalty
    log_e = max(upper, lower) + math.log1p(math.exp(-abs(upper - lower))) - math.log(2)
    rejected = tuple(abs(score) - penalty >= pass_bar for score in mutated)
    inside = -at_high - penalty >= pass_bar and at_low - penalty >= pass_bar
    if max(upper, lower) >= math.log(4 / declaration.false_fail):
        verdict = Verdict.REFUTED
        reason = f"the claimed value is excluded, e-value exp({log_e:.1f})"
    elif inside:
        verdict = Verdict.CONFIRMED
        reason = f"within {declaration.tolerance:.3g} of the claimed value"
    else:
        verdict = Verdict.INCONCLUSIVE
        reason = f"the interval is wider than {declaration.tolerance:.3g}"
    return Judgement(verdict, mean, error, log_e, sums.count, share, rejected, reason)
