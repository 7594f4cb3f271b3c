"""Quality-gated selection in recursive Gaussian fitting, d = 1: three gates solved exactly.

Fixed Gaussian gate.  A sample x is accepted with probability exp(-(x-c)^2/(2 w_t^2)), c and w_t
given from outside.  From N(mu, s) the accepted law is again normal, with precision
1/s + 1/w_t^2.  With R_t the independent mean-one factors of the unbiased fit (chi2_m/m),
1/s_t = (1/R_t)(1/s_(t-1) + 1/w_t^2), so with P_t = R_1...R_t

    s_t = P_t / (1/s_0 + sum_(k<=t) P_(k-1)/w_k^2).

Theorem.  s_t stays away from 0 (a.s. positive limit) iff sum 1/n_t < infinity and
sum 1/w_t^2 < infinity; otherwise s_t -> 0 a.s.  Proof: if sum 1/n_t = infinity then P_t -> 0 and
s_t <= s_0 P_t.  Otherwise P_t converges to a positive limit, so P is bounded above and below and
the sum in the denominator converges iff sum 1/w_k^2 does.

Relative gates.  Acceptance depends on z = (x-mu)/sqrt(s) of the current fit.  If accepted z have
variance kappa then s_t/s_(t-1) are independent with mean kappa: kappa < 1 (for example keeping the
central fraction q) forces s_t -> 0 for *every* schedule, since sum E s_t = s_0 sum kappa^t is
finite.  The power gate a(z) proportional to z^(2k) exp(-b z^2), k >= 0, b > 0 (a bounded
acceptance probability), makes (1+2b) z^2 chi-square with 2k+1 degrees of freedom, so
kappa = (2k+1)/(1+2b), and fitting the second moment about the known centre multiplies s by
kappa chi2_M/M, M = (2k+1) n.  Theorem.  With n constant, log s_t is a random walk with drift
log kappa - (log(M/2) - psi(M/2)): s_t -> 0 a.s. iff the drift is negative, -> infinity iff it is
positive, and oscillates between 0 and infinity if it is zero (Chung-Fuchs, d = 1).  So a gate that
prefers outliers stops the collapse iff kappa >= (M/2) exp(-psi(M/2)), which is greater than 1:
a gate that merely restores the variance (kappa = 1) still collapses.  With varying n_t and
kappa = 1 the factors are chi2_M/M, M = (2k+1) n_t, so s_t -> 0 iff sum 1/n_t is infinite, as
without a gate (``symbolic.kakutani`` with m = M).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb

from symbolic.constants import UndecidableError
from symbolic.schedule import collapses, prove_schedule
from symbolic.special import ball_of, closed, require_integer, require_nonnegative
from symbolic.values import Closed

__all__ = [
    "central_fraction_contraction",
    "critical_variance_ratio",
    "fixed_gate_collapses",
    "fixed_gate_path",
    "power_gate_drift",
    "power_gate_outcome",
    "power_gate_variance_ratio",
]


def fixed_gate_path(
    start: Fraction, ratios: Sequence[Fraction], precisions: Sequence[Fraction]
) -> list[Fraction]:
    """Return s_1, ..., s_t of the fixed gate from the product formula.

    Args:
        start: s_0 > 0.
        ratios: R_1, ..., R_t > 0.
        precisions: 1/w_1^2, ..., 1/w_t^2 >= 0.

    >>> fixed_gate_path(Fraction(1), [Fraction(2), Fraction(1)], [Fraction(1), Fraction(1)])
    [Fraction(1, 1), Fraction(1, 2)]
    """
    if len(ratios) != len(precisions):
        raise ValueError("ratios and precisions must have the same length")
    if start <= 0 or any(r <= 0 for r in ratios) or any(p < 0 for p in precisions):
        raise ValueError("start and ratios must be positive, precisions not negative")
    product, weight, path = Fraction(1), 1 / Fraction(start), []
    for ratio, precision in zip(ratios, precisions, strict=True):
        weight += product * precision
        product *= ratio
        path.append(product / weight)
    return path


def fixed_gate_collapses(schedule: str, width_squared: str) -> bool:
    """Decide whether s_t -> 0 a.s. under the fixed gate, from formulas for n_t and w_t^2 in t.

    Raises:
        ValueError: for a formula outside the class of ``symbolic.schedule`` or a width formula
            that is not a positive real number for large t.

    >>> fixed_gate_collapses("t^2", "t^2"), fixed_gate_collapses("t^2", "t*log(t)")
    (False, True)
    """
    width = prove_schedule(width_squared)
    if width.growth == "undefined" or width.eventual_sign <= 0:
        raise ValueError("the squared width must be a positive real number for all large t")
    return collapses(schedule) or width.diverges


def power_gate_variance_ratio(k: int, b: Fraction | int) -> Fraction:
    """Return kappa = (2k+1)/(1+2b), the variance of accepted z under z^(2k) exp(-b z^2).

    >>> power_gate_variance_ratio(1, Fraction(1, 2)), power_gate_variance_ratio(0, 1)
    (Fraction(3, 2), Fraction(1, 3))
    """
    k = require_integer("k", k, 0, 10**6)
    b = require_nonnegative("b", b)
    if k > 0 and b == 0:
        raise ValueError("b = 0 with k > 0 is not a bounded acceptance probability")
    return (2 * k + 1) / (1 + 2 * b)


def power_gate_drift(k: int, b: Fraction | int, n: int) -> Closed:
    """Return the a.s. limit of (1/t) log s_t under the power gate with n accepted samples.

    >>> bool(power_gate_drift(1, 1, 10).enclose(50) < 0)
    True
    """
    kappa = power_gate_variance_ratio(k, b)
    half = Fraction((2 * k + 1) * require_integer("n", n, 1), 2)
    return closed(
        rf"\log({kappa})+\psi({half})-\log({half})",
        lambda: ball_of(kappa / half).log() + ball_of(half).digamma(),
    )


def critical_variance_ratio(k: int, n: int) -> Closed:
    """Return (M/2) exp(-psi(M/2)) > 1, M = (2k+1) n: the gate stops the collapse iff kappa >= it.

    >>> bool(critical_variance_ratio(1, 10).enclose(50) > 1)
    True
    """
    k = require_integer("k", k, 0, 10**6)
    half = Fraction((2 * k + 1) * require_integer("n", n, 1), 2)
    return closed(
        rf"{half}\,e^{{-\psi({half})}}",
        lambda: ball_of(half) * (-ball_of(half).digamma()).exp(),
    )


def power_gate_outcome(k: int, b: Fraction | int, n: int) -> str:
    """Return "collapses" or "escapes" (s_t -> 0 or infinity a.s.) under the power gate.

    Raises:
        UndecidableError: if the drift cannot be separated from 0.

    >>> power_gate_outcome(1, 1, 10), power_gate_outcome(1, Fraction(1, 2), 10)
    ('collapses', 'escapes')
    """
    drift = power_gate_drift(k, b, n)
    for bits in (64, 256, 1024, 4096):
        ball = drift.enclose(bits)
        if ball < 0:
            return "collapses"
        if ball > 0:
            return "escapes"
    raise UndecidableError("the drift of log s_t could not be separated from zero")


def central_fraction_contraction(q: Fraction) -> Closed:
    """Return kappa = 1 - 2 c phi(c)/q, the variance kept with the central fraction q of N(0, 1).

    c = Phi^-1((1+q)/2); kappa < 1 for 0 < q < 1, so s_t -> 0 a.s. for every schedule.

    >>> bool(central_fraction_contraction(Fraction(9, 10)).enclose(50) < 1)
    True
    """
    if not isinstance(q, Fraction) or not 0 < q < 1:
        raise ValueError("q must be a fraction strictly between 0 and 1")

    def evaluate() -> arb:
        half = ball_of(q).erfinv()
        return 1 - 2 * half * (-half * half).exp() / (arb.pi().sqrt() * ball_of(q))

    return closed(rf"1-2c\varphi(c)/{q},\ c=\Phi^{{-1}}((1+{q})/2)", evaluate)
