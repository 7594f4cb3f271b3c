"""Exact risk of recursive least squares, replacing or accumulating the data.

Model.  theta_0 = theta*, and fit s sees n_s fresh standard Gaussian covariates X_s (d x n_s) with
labels y = X_s^T theta_(s-1) + eps_s, eps_s normal of variance ``noise``; the fit is ordinary least
squares, the minimum-norm solution where it is not unique.

Replacing.  e_s = P_s e_(s-1) - (I - P_s) theta* + X_s^(+T) eps_s with P_s the projection on the
span of X_s, so R_s = p R_(s-1) + (1-p) |theta*|^2 + noise E tr W^+, p = min(1, n_s/d).

Accumulating.  theta_(s-1) solves the normal equations of the first s-1 data sets, hence
H_s theta_s = H_s theta_(s-1) + X_s eps_s with H_s = sum_(r<=s) X_r X_r^T.  Fit 1 loses
(1 - n_1/d)^+ |theta*|^2; later fits add H_s^+ X_s eps_s only.  Exchangeability of the N_s columns
gives E tr(H_s^+ X_s X_s^T H_s^+) = (n_s/N_s) E tr H_s^+.

A term is infinite iff its sample count (n_s when replacing, N_s when accumulating) is d-1, d or
d+1; the risk is then infinite from that fit on.  All sums are of non-negative terms, conditionally
on the designs, so no integrability is assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb

from symbolic.chi import pseudo_inverse_trace
from symbolic.special import (
    EXACT_TERMS,
    EXPLICIT_TERMS,
    ball_of,
    closed,
    digamma_gap,
    power,
    rational_sum,
    require_integer,
    require_nonnegative,
)
from symbolic.values import NEVER, Closed, Never

__all__ = [
    "bound_ratio_terms",
    "hits_singular_count",
    "published_bound",
    "risk",
    "risk_limit",
    "uniform_bound_factor",
]

Schedule = int | Sequence[int]
Risk = Fraction | Closed | Never

REGIMES = ("replace", "accumulate")
DESIGNS = ("fresh", "fixed")


def risk(
    regime: str,
    t: int,
    d: int,
    n: Schedule,
    noise: Fraction | int = 1,
    design: str = "fresh",
    theta2: Fraction | int = 0,
) -> Risk:
    """Return E |theta_t - theta*|^2 after t fits; ``NEVER`` where it is infinite.

    Args:
        regime: "replace" or "accumulate".
        t: number of fits, >= 0 (0 is the truth).
        d: dimension, >= 1.
        n: sample size of every fit, or the list n_1, ..., n_t (at least t entries, each >= 1).
        noise: variance of the label noise, an exact rational >= 0.
        design: "fresh", or "fixed" for one Gaussian design reused by every fit, with the
            expectation taken over it too; only read when accumulating with constant n.
        theta2: |theta*|^2, an exact rational >= 0; matters when fewer than d samples are used.

    Raises:
        ValueError: for an argument out of range.

    >>> risk("replace", 3, 2, 5), risk("accumulate", 2, 2, 5), risk("replace", 1, 2, 3)
    (Fraction(3, 1), Fraction(8, 7), never)
    """
    _check_words(regime, design)
    t = require_integer("t", t, 0)
    d = require_integer("d", d, 1)
    noise = require_nonnegative("noise", noise)
    theta2 = require_nonnegative("theta2", theta2)
    if not isinstance(n, Sequence):
        size = require_integer("n", n, 1)
        if t == 0:
            return Fraction(0)
        if regime == "replace":
            return _replace_constant(t, d, size, noise, theta2)
        return _accumulate_constant(t, d, size, noise, theta2, design)
    sizes = _check_schedule(n, t)
    if regime == "replace":
        return _replace_schedule(sizes, d, noise, theta2)
    if design == "fixed":
        if len(set(sizes)) > 1:
            raise ValueError("one fixed design has one sample size: give a constant n")
        return risk(regime, t, d, sizes[0] if sizes else 1, noise, design, theta2)
    return _accumulate_schedule(sizes, d, noise, theta2)


def risk_limit(
    regime: str,
    d: int,
    n: int,
    noise: Fraction | int = 1,
    design: str = "fresh",
    theta2: Fraction | int = 0,
) -> Risk:
    """Return the limit of ``risk`` as t grows, n constant; ``NEVER`` where it is infinite.

    Accumulating with n >= d+2 fresh samples: noise d/(d+1) (-gamma - psi(1 - (d+1)/n)); one fixed
    design: noise (pi^2/6) d/(n-d-1).  Replacing: infinite for n >= d with noise, and
    |theta*|^2 + noise n d/((d-n-1)(d-n)) for n <= d-2.

    >>> risk_limit("replace", 5, 3), risk_limit("replace", 2, 5)
    (Fraction(15, 2), never)
    >>> risk_limit("accumulate", 2, 6).enclose(60).overlaps(2 * arb(2).log() * 2 / 3)
    True
    """
    _check_words(regime, design)
    d = require_integer("d", d, 1)
    n = require_integer("n", n, 1)
    noise = require_nonnegative("noise", noise)
    theta2 = require_nonnegative("theta2", theta2)
    bias = theta2 * max(Fraction(0), 1 - Fraction(n, d))
    if noise == 0:
        return (theta2 if n < d else Fraction(0)) if regime == "replace" else bias
    if regime == "replace":
        trace = pseudo_inverse_trace(d, n)
        if n >= d or isinstance(trace, Never):
            return NEVER
        return theta2 + noise * trace / (1 - Fraction(n, d))
    if design == "fixed":
        trace = pseudo_inverse_trace(d, n)
        if isinstance(trace, Never):
            return NEVER
        scale = noise * trace
        text = rf"{_prefix(bias)}{scale}\cdot\pi^2/6"
        return closed(text, lambda: ball_of(bias) + ball_of(scale) * arb.pi() ** 2 / 6)
    if hits_singular_count(d, n, None):
        return NEVER
    slope = Fraction(d + 1, n)
    start = -(-(d + 2) // n)
    head = _under_determined_sum(d, n, (d - 2) // n)
    tail = digamma_gap(Fraction(start), start - slope)
    return _combine(bias, [(noise, head), (noise * Fraction(d, d + 1), tail)])


def published_bound(d: int, n: int, noise: Fraction | int = 1) -> Closed | Never:
    """Return (pi^2/6) noise d/(n-d-1), the bound published for accumulating data; n >= d.

    Each fresh-design increment is noise (1/s) d/(sn-d-1) <= noise d/(s^2 (n-d-1)) with equality
    iff s = 1, so with fresh designs the bound is never attained, not even in the limit; with one
    fixed design the risk is noise d/(n-d-1) sum_(s<=t) 1/s^2 and the bound is its limit.

    Source: Gerstgrasser et al., arXiv:2404.01413.

    >>> published_bound(2, 4) == risk_limit("accumulate", 2, 4, design="fixed")
    True
    """
    d = require_integer("d", d, 1)
    require_integer("n", n, d)
    value = risk_limit("accumulate", d, n, noise, "fixed")
    return value if isinstance(value, (Closed, Never)) else closed("0", lambda: arb(0))


def bound_ratio_terms(d: int, n: int, s: int) -> tuple[Fraction, Fraction]:
    """Return the s-th increment of the exact risk and of the published bound, noise 1, n >= d+2.

    >>> bound_ratio_terms(2, 5, 1), bound_ratio_terms(2, 5, 2)
    ((Fraction(1, 1), Fraction(1, 1)), (Fraction(1, 7), Fraction(1, 4)))
    """
    d = require_integer("d", d, 1)
    n = require_integer("n", n, d + 2)
    s = require_integer("s", s, 1)
    return Fraction(d, s * (s * n - d - 1)), Fraction(d, s * s * (n - d - 1))


def uniform_bound_factor(t: int) -> int:
    """Return the factor c with sum_(s<=t) H_s^-1 X_s X_s^T H_s^-1 <= c H_1^-1 for every design.

    With B = X_s X_s^T, H_s = H_(s-1) + B and s >= 2:
    H_(s-1)^-1 - H_s^-1 = H_s^-1 (B + B H_(s-1)^-1 B) H_s^-1 >= H_s^-1 B H_s^-1, so the sum
    telescopes.  It needs no distribution at all, only that H_1 is invertible; it is why
    accumulating converges for every schedule.

    >>> uniform_bound_factor(1), uniform_bound_factor(100)
    (1, 2)
    """
    return 1 if require_integer("t", t, 1) == 1 else 2


def _check_words(regime: str, design: str) -> None:
    if regime not in REGIMES:
        raise ValueError(f"regime must be one of {', '.join(REGIMES)}, not {regime!r}")
    if design not in DESIGNS:
        raise ValueError(f"design must be one of {', '.join(DESIGNS)}, not {design!r}")


def _check_schedule(n: Sequence[int], t: int) -> list[int]:
    if len(n) < t:
        raise ValueError(f"the schedule has {len(n)} sample sizes, fewer than t = {t}")
    if t > EXPLICIT_TERMS:
        raise ValueError(f"an explicit schedule may have at most {EXPLICIT_TERMS} generations")
    return [require_integer("every sample size", size, 1) for size in n[:t]]


def _replace_constant(t: int, d: int, n: int, noise: Fraction, theta2: Fraction) -> Risk:
    trace = Fraction(0) if noise == 0 else pseudo_inverse_trace(d, n)
    if isinstance(trace, Never):
        return NEVER
    if n >= d:
        return t * noise * trace
    keep = Fraction(n, d)
    level = theta2 + noise * trace / (1 - keep)
    memory = power(keep, t)
    if isinstance(memory, Fraction):
        return level * (1 - memory)
    text = rf"{level}\left(1-{memory.text}\right)"
    return closed(text, lambda: ball_of(level) * -(t * ball_of(keep).log()).expm1())


def _replace_schedule(sizes: list[int], d: int, noise: Fraction, theta2: Fraction) -> Risk:
    value = Fraction(0)
    for size in sizes:
        trace = Fraction(0) if noise == 0 else pseudo_inverse_trace(d, size)
        if isinstance(trace, Never):
            return NEVER
        keep = min(Fraction(1), Fraction(size, d))
        value = keep * value + (1 - keep) * theta2 + noise * trace
    return value


def _accumulate_schedule(sizes: list[int], d: int, noise: Fraction, theta2: Fraction) -> Risk:
    if not sizes:
        return Fraction(0)
    value = theta2 * max(Fraction(0), 1 - Fraction(sizes[0], d))
    total = 0
    for size in sizes if noise else ():
        total += size
        trace = pseudo_inverse_trace(d, total)
        if isinstance(trace, Never):
            return NEVER
        value += noise * Fraction(size, total) * trace
    return value


def _accumulate_constant(
    t: int, d: int, n: int, noise: Fraction, theta2: Fraction, design: str
) -> Risk:
    bias = theta2 * max(Fraction(0), 1 - Fraction(n, d))
    if noise == 0:
        return bias
    if design == "fixed":
        trace = pseudo_inverse_trace(d, n)
        return NEVER if isinstance(trace, Never) else _combine(bias, [(noise * trace, _squares(t))])
    if hits_singular_count(d, n, t):
        return NEVER
    under = min(t, (d - 2) // n)
    head = _under_determined_sum(d, n, under)
    start = -(-(d + 2) // n)
    if start > t:
        return _combine(bias, [(noise, head)])
    if t - start < EXACT_TERMS:
        tail = rational_sum(lambda s: (1, s * (s * n - d - 1)), start, t)
        return _combine(bias, [(noise, head), (noise * d, tail)])
    slope = Fraction(d + 1, n)
    text = rf"\psi({start})-\psi({start - slope})-\psi({t + 1})+\psi({t + 1 - slope})"

    def evaluate() -> arb:
        return (
            ball_of(start).digamma()
            - ball_of(start - slope).digamma()
            - ball_of(t + 1).digamma()
            + ball_of(t + 1 - slope).digamma()
        )

    return _combine(bias, [(noise, head), (noise * Fraction(d, d + 1), closed(text, evaluate))])


def hits_singular_count(d: int, n: int, t: int | None = None) -> bool:
    """Return whether some pooled count s n, 1 <= s (<= t), lies in {d-1, d, d+1}.

    The accumulating risk with fresh designs and label noise is infinite at fit t iff this holds.

    >>> hits_singular_count(6, 4), hits_singular_count(6, 5)
    (False, True)
    """
    return any(
        count >= 1 and count % n == 0 and (t is None or count // n <= t)
        for count in (d - 1, d, d + 1)
    )


def _under_determined_sum(d: int, n: int, last: int) -> Fraction | Closed:
    """Return sum_(s<=last) n/(d-1-sn), the fits with fewer than d-1 pooled samples."""
    if last <= EXACT_TERMS:
        return rational_sum(lambda s: (n, d - 1 - s * n), 1, last)
    pole = Fraction(d - 1, n)
    return digamma_gap(pole, pole - last)


def _squares(t: int) -> Fraction | Closed:
    """Return sum_(s<=t) 1/s^2."""
    if t <= EXACT_TERMS:
        return rational_sum(lambda s: (1, s * s), 1, t)
    return closed(
        rf"\pi^2/6-\psi'({t + 1})",
        lambda: arb.pi() ** 2 / 6 - arb(2).zeta(ball_of(t + 1)),
    )


def _prefix(value: Fraction) -> str:
    return f"{value}+" if value else ""


def _combine(
    constant: Fraction, terms: list[tuple[Fraction, Fraction | Closed]]
) -> Fraction | Closed:
    """Return constant + sum of factor * value; a fraction when every value is one."""
    for factor, value in terms:
        if isinstance(value, Fraction):
            constant += factor * value
    rest = [(factor, value) for factor, value in terms if isinstance(value, Closed) and factor]
    if not rest:
        return constant
    text = _prefix(constant) + "+".join(
        rf"({factor})\left({value.text}\right)" for factor, value in rest
    )

    def ball(bits: int) -> arb:
        total = ball_of(constant)
        for factor, value in rest:
            total += ball_of(factor) * value.enclose(bits)
        return total

    return Closed(text, ball)
