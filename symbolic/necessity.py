"""For every hypothesis of the theorems on recursive training: a witness that it is needed, or a
proof that it is not.

Each entry is decided by evaluating the witness; an entry whose witness fails raises, so that the
list cannot drift away from the mathematics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symbolic.gaussian import (
    limit_rank,
    linear_power_law,
    mean_error,
    mean_error_limit,
    variance,
)
from symbolic.regression import published_bound, risk, risk_limit
from symbolic.regression_walk import (
    accumulating_converges,
    behaviour,
    diverges_on_schedule,
    increment_law,
)
from symbolic.schedule import collapses
from symbolic.selection import fixed_gate_collapses, power_gate_outcome
from symbolic.values import NEVER, Closed, enclose
from symbolic.wasserstein import wasserstein2_limit
from symbolic.window import growing_context_limit

__all__ = ["Hypothesis", "hypotheses"]


@dataclass(frozen=True)
class Hypothesis:
    """Whether a hypothesis of a theorem is needed, and why."""

    theorem: str
    hypothesis: str
    needed: bool
    reason: str


def _unequal_batches_break_the_bound() -> bool:
    bound = published_bound(1, 100)
    if not isinstance(bound, Closed):
        return False
    return bool(enclose(growing_context_limit(1, 100), 64) > bound.enclose(64))


_CASES: tuple[tuple[str, str, bool, str, Callable[[], bool] | None], ...] = (
    (
        "replacing: risk t sigma^2 d/(n-d-1)",
        "n >= d+2",
        True,
        "n = d+1 and n = d: the increment has no second moment and the risk is infinite.",
        lambda: risk("replace", 1, 3, 4) is NEVER and risk("replace", 1, 3, 3) is NEVER,
    ),
    (
        "replacing: the risk tends to infinity",
        "n >= d - 1",
        True,
        "n <= d-2: the minimum-norm map contracts and the risk has a finite limit.",
        lambda: risk_limit("replace", 5, 3) == Fraction(15, 2),
    ),
    (
        "replacing: the risk tends to infinity",
        "noise > 0",
        True,
        "Without noise and with n >= d every fit is exact and the risk is 0.",
        lambda: risk("replace", 9, 3, 7, noise=0) == 0,
    ),
    (
        "replacing: |theta_t - theta*| -> infinity a.s.",
        "d >= 3",
        True,
        "d = 2, n = 3 and d = 1, n = 5 are recurrent (d = n = 2 is transient all the same).",
        lambda: (
            [behaviour(d, n) for d, n in ((2, 3), (1, 5), (2, 2))]
            == ["recurrent", "recurrent", "transient"]
        ),
    ),
    (
        "replacing: |theta_t - theta*| -> infinity a.s.",
        "n >= d",
        True,
        "d = 3, n = 2 has a stationary law.",
        lambda: behaviour(3, 2) == "stationary",
    ),
    (
        "replacing: |theta_t - theta*| -> infinity a.s.",
        "finite variance of the increments (n >= d+2)",
        False,
        "The walk is transient in d >= 3 for n = d and n = d+1 too: heavier tails only help.",
        lambda: (
            behaviour(3, 3) == behaviour(3, 4) == "transient" and not increment_law(3, 3).integrable
        ),
    ),
    (
        "replacing with n_t >= d, d >= 3: |theta_t - theta*| -> infinity a.s.",
        "sum 1/n_t = infinity",
        True,
        "With a finite sum the clock of the Brownian motion stops and theta_t converges.",
        lambda: diverges_on_schedule(3, 3, False).answer is False,
    ),
    (
        "a martingale in dimension d >= 3 tends to infinity in norm",
        "independent rotation-invariant increments with an unbounded clock",
        True,
        "Accumulating with n >= d+2, theta_t is a martingale in R^d that converges a.s.",
        lambda: (
            accumulating_converges(3, 9)["almost_surely"]
            and accumulating_converges(3, 9)["unbiased"]
            and accumulating_converges(3, 9)["square_bounded"]
        ),
    ),
    (
        "accumulating: theta_t converges a.s.",
        "n_1 >= d+2",
        False,
        "Convergence holds for every n_t >= 1; only the second moment needs it.",
        lambda: risk("accumulate", 2, 3, 4) is NEVER,
    ),
    (
        "accumulating: bounded in mean square",
        "no pooled count equal to d-1, d, d+1",
        True,
        "d = 6, n = 5 hits N = 5 = d-1; d = 6, n = 4 passes by and is finite.",
        lambda: (
            risk_limit("accumulate", 6, 5) is NEVER and risk_limit("accumulate", 6, 4) is not NEVER
        ),
    ),
    (
        "accumulating: risk below (pi^2/6) sigma^2 d/(n-d-1)",
        "equal batch sizes",
        True,
        "d = 1, sizes 100, 1, 1, ...: the limit exceeds the bound; 2 d/(n-d-1) always suffices.",
        _unequal_batches_break_the_bound,
    ),
    (
        "accumulating: risk below (pi^2/6) sigma^2 d/(n-d-1)",
        "fresh designs",
        False,
        "With one fixed design the bound is the limit, approached from below.",
        lambda: risk_limit("accumulate", 2, 5, design="fixed") == published_bound(2, 5),
    ),
    (
        "replacing: Sigma_t -> 0 a.s.",
        "sum 1/n_t = infinity (super-linear growth is not enough to avoid collapse)",
        True,
        "n_t = t log t collapses, n_t = t (log t)^2 does not.",
        lambda: collapses("t*log(t)") and not collapses("t*log(t)^2"),
    ),
    (
        "replacing: Sigma_t -> 0 a.s. iff sum 1/n_t = infinity",
        "n_t deterministic",
        False,
        "It suffices that n_t is chosen before sample t is drawn: sqrt(s_t)/prod rho is a "
        "non-negative martingale, so s_t -> 0 where the sum diverges; where it converges log s_t "
        "has summable conditional means and variances.",
        None,
    ),
    (
        "replacing: the limit of Sigma_t is positive definite when sum 1/n_t < infinity",
        "n_t >= d+1 for every t",
        True,
        "One fit with n_t <= d samples lowers the rank to n_t - 1 for ever.",
        lambda: limit_rank(3, 3) == 2 and limit_rank(3, 4) == 3,
    ),
    (
        "accumulating: the limit of Sigma_t is positive definite",
        "n_1 >= d+1",
        True,
        "With n_1 = d every later sample lies in the hyperplane spanned by the first.",
        lambda: limit_rank(3, 3, "accumulate") == 2,
    ),
    (
        "E Sigma_t = Sigma_0",
        "unbiased covariance and replacing",
        True,
        "mle: (1 - 1/n)^t; accumulating with divisor N - 1: below Sigma_0 from the second fit on.",
        lambda: (
            variance("replace", "mle", 1, 2) == Fraction(1, 2)
            and variance("accumulate", "unbiased", 2, 2) == Fraction(5, 6)
        ),
    ),
    (
        "E W_2^2 -> infinity",
        "unbiased covariance",
        True,
        "With the mle the limit is 2.",
        lambda: wasserstein2_limit("unbiased") is NEVER and wasserstein2_limit("mle") == 2,
    ),
    (
        "fixed gate: s_t stays away from 0",
        "sum 1/n_t < infinity",
        True,
        "n_t = t, w_t^2 = t^2 collapses.",
        lambda: fixed_gate_collapses("t", "t^2") and not fixed_gate_collapses("t^2", "t^2"),
    ),
    (
        "fixed gate: s_t stays away from 0",
        "sum 1/w_t^2 < infinity",
        True,
        "n_t = 2^t with a gate of constant width collapses.",
        lambda: fixed_gate_collapses("2^t", "5"),
    ),
    (
        "relative gate with n constant: s_t does not tend to 0",
        "kappa above the critical ratio, not just kappa >= 1",
        True,
        "kappa = 1 collapses at n = 10 (k = 1, b = 1); kappa = 3/2 does not.",
        lambda: (
            power_gate_outcome(1, 1, 10) == "collapses"
            and power_gate_outcome(1, Fraction(1, 2), 10) == "escapes"
        ),
    ),
    (
        "replacing: |theta_t - theta*| -> infinity a.s.",
        "noise > 0",
        True,
        "Without noise and with n >= d every fit returns theta* exactly.",
        lambda: risk("replace", 50, 3, 3, noise=0) == 0,
    ),
    (
        "n <= d-2: the risk has a finite limit",
        "n <= d-2",
        True,
        "At n = d-1 the first fit already has infinite risk.",
        lambda: risk("replace", 1, 4, 3) is NEVER and risk_limit("replace", 4, 2) is not NEVER,
    ),
    (
        "n < d: theta_t has a non-degenerate stationary law",
        "noise > 0",
        True,
        "Without noise theta_t tends to 0 and the limit of the risk is |theta*|^2.",
        lambda: risk_limit("replace", 5, 3, noise=0, theta2=1) == 1,
    ),
    (
        "accumulating: the risk tends to a digamma value",
        "n >= d+2",
        True,
        "At n = d+1 the first fit has infinite risk, and so have all later ones.",
        lambda: risk_limit("accumulate", 3, 4) is NEVER and risk("accumulate", 9, 3, 4) is NEVER,
    ),
    (
        "growing context: bounded risk",
        "n >= d+2 real pairs",
        True,
        "With d+1 real pairs the risk is infinite for ever.",
        lambda: risk("accumulate", 5, 2, [3, 1, 1, 1, 1]) is NEVER,
    ),
    (
        "accumulating: E Sigma_t + Cov(mu_t) = Sigma_0",
        "maximum-likelihood covariance",
        True,
        "With divisor N - 1 the sum exceeds Sigma_0 from the first fit on.",
        lambda: variance("accumulate", "unbiased", 1, 2) + mean_error("accumulate", "unbiased", 1, 2) > 1,  # type: ignore[operator]
    ),
    (
        "replacing, n constant: Sigma_t decays exponentially",
        "n_t constant",
        True,
        "Under n_t = 2t typical chains decay like a power, t^(-1/2).",
        lambda: collapses("2*t") and linear_power_law(2)["typical"] == Fraction(-1, 2),
    ),
    (
        "replacing: mu_t converges a.s.",
        "sum 1/n_t < infinity",
        False,
        "The conditional variances are summable almost surely under every schedule, although the "
        "mean square error is unbounded when the sum is infinite.",
        lambda: mean_error_limit("replace", "unbiased", 5) is NEVER,
    ),
)


def hypotheses() -> tuple[Hypothesis, ...]:
    """Return the list, after evaluating every witness (one entry is argued in its reason alone).

    Raises:
        ArithmeticError: if a witness does not show what it should.

    >>> sum(entry.needed for entry in hypotheses()), len(hypotheses())
    (24, 29)
    """
    entries = []
    for theorem, hypothesis, needed, reason, witness in _CASES:
        if witness is not None and not witness():
            raise ArithmeticError(f"the witness for {hypothesis!r} in {theorem!r} fails")
        entries.append(Hypothesis(theorem, hypothesis, needed, reason))
    return tuple(entries)
