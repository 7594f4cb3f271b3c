"""Checks of published statements on the looped (weight-tied) model, and how they fit a skew minimiser."""

from __future__ import annotations

from fractions import Fraction

from symbolic.gradient_flow import bound_is_informative_from, dominance_ratio, flow_limit, flow_time_exponent, skew_gap
from symbolic.skew_theorem import onset_polynomial
from symbolic.untied import untied_scalar_loss
from symbolic.values import enclose
from verify.errors import RoutesDisagree
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []


@check("literature.looped_bound")
def looped_bound(*, layers: int, dimension: int) -> Outcome:
    """Gatmiry et al., Theorem 3.2, at d = L = 2: (1-c) I <= A <= (1+c) I at every global minimiser."""
    if (layers, dimension) != (2, 2):
        return Outcome(Verdict.UNDECIDED, Tier.NONE, "global minimisers are known for every n at d = L = 2 only")
    start = bound_is_informative_from(dimension, layers)
    value = onset_polynomial()(start, 0, 0, 0)
    if not value > 0:
        raise RoutesDisagree("the best scalar matrix should be unstable there")
    return Outcome(
        Verdict.QUALIFIED, Tier.EXACT,
        "c < 1 needs n > 64^(2L+1) L^2 d^4. There every global minimiser has a skew part, so A is not symmetric and the order "
        "has a meaning only for its symmetric part.",
        qualification="the order is read for the symmetric part of A (the quadratic form), and n > 64^(2L+1) L^2 d^4",
        witness={"first informative n at d = L = 2": str(start), "R4 there (positive: every minimiser is skew)": str(value)},
        instances=(f"d = L = 2: nothing is said for n < {start}",),
    )  # fmt: skip


@check("icl.looped_tension")
def looped_tension(*, exponent: int, threshold: int) -> Outcome:
    """d = L = 2, n = m^8 > 2^36: every minimiser is skew, and its symmetric part aI has |a - 1| <= 1/m < c."""
    proof = Proof("n", "a", "b", "r", "m")
    try:
        proof.arithmetic(f"64**5 * 2**2 * 2**4 == 2**{exponent}", text="c < 1 needs n > 64^(2L+1) L^2 d^4, here a power of 2.")
        proof.arithmetic("8**4 * (8*2*2) * 2 == 2**18", text="c^4 = 8^4 (8 L d/sqrt n) d = 2^18/sqrt n, so with n = m^8, c = 2^(9/2)/m > 1/m.")
        proof.depends("icl.skew-sign-d2-l2", f"R4 > 0 for n in [{threshold}, oo)", "h := f2/4", text="Every minimiser is skew, and h(a) < 0 at it.")
        proof.arithmetic(f"2**{exponent} >= {threshold}")
        for side, slope in (("- 1/m", "<"), ("+ 1/m", ">")):
            proof.sign(f"m**2*subs(subs(h, n, m**8), a, 1 {side})", ">", m=(2, "oo"))
            proof.sign(f"m*subs(subs(diff(h, a), n, m**8), a, 1 {side})", slope, m=(2, "oo"))
        proof.argued("reading", f"For n >= {threshold} every global minimiser is aI + bJ with b != 0 and h(a) < 0. h is a quadratic in a, positive at 1 - 1/m and 1 + 1/m with outward slopes, so |a - 1| < 1/m < c: the symmetric part "
                     "aI satisfies (1-c) I <= aI <= (1+c) I, while the skew part bJ is not 0. So the published bound, read for quadratic forms, and the skew minimiser are both true; read as a statement "
                     "that A is symmetric, it is false for every n at which it says something. Gradient flow from a scalar start ends at a* I, where the gradient is 0 and the loss is larger than the least one: no bound of the gradient by the "
                     "loss holds down to that loss.")  # fmt: skip
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"not with these numbers: {problem}",
                       witness={"64^5 * 2^2 * 2^4": str(64**5 * 64), "R4(14)": str(onset_polynomial()(14, 0, 0, 0))})  # fmt: skip
    return proof.confirmed("The skew minimiser lies inside the published bound on its symmetric part.",
                           instances=(f"n = 2^40: m = 32, R4 = {onset_polynomial()(2**40, 0, 0, 0)}",))  # fmt: skip


@check("literature.looped_flow")
def looped_flow(*, layers: int, exponent: str) -> Outcome:
    """Gatmiry et al., Theorem 3.3: gradient flow reaches loss xi in time of order xi^(-exponent), (L-1)/(2L-1)."""
    if layers < 2:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, "with one layer the convergence is exponential")
    found, stated = flow_time_exponent(layers), Fraction(layers - 1, 2 * layers - 1)
    if Fraction(exponent) != stated:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"the exponent as collected is {stated} at L = {layers}")
    if found == stated:
        raise RoutesDisagree("the exponents should differ")
    gap = skew_gap(15)
    return Outcome(
        Verdict.QUALIFIED, Tier.EXACT,
        "With infinite context the flow from a scalar start needs time of exact order xi^(-(L-1)/L), longer than stated for small xi; the gradient bound of the "
        "same paper gives that exponent too. With finite n no loss below the best scalar one is reached from a scalar start.",
        qualification="exponent (L-1)/L, and xi above the best scalar loss at the given n",
        witness={"L": str(layers), "exponent found": str(found), "exponent as collected": str(stated),
                 "f(a* I) - min f at d = L = 2, n = 15 (positive)": str(enclose(gap, 64))},
        instances=(f"L = {layers}: {found}",),
    )  # fmt: skip


@check("icl.looped_flow_rate")
def looped_flow_rate(*, layers: int, rate: int) -> Outcome:
    """Infinite context, scalar start: loss d u^(2L), and u^-(2L-2) grows at the constant ``rate``."""
    proof = Proof("u", "d")
    try:
        proof.define("speed", f"-diff(d*u**{2 * layers}, u)/d", text="a = 1 - u; the gradient on aI is scalar, so u' = -(1/d) times the derivative of d u^(2L).")
        proof.identity(f"diff(1/u**{2 * layers - 2}, u)*speed", str(rate), text="The slope in time of u^-(2L-2).")
        proof.identity(f"(d*u**{2 * layers})**{layers - 1}*(1/u**{2 * layers - 2})**{layers}", f"d**{layers - 1}",
                       text="loss^(L-1) (u^-(2L-2))^L is constant: the time to loss xi is of order xi^(-(L-1)/L).")  # fmt: skip
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the rate is another one: {problem}",
                       witness={"L": str(layers), "rate": str(2 * layers * (2 * layers - 2))})  # fmt: skip
    return proof.confirmed("A separable equation, solved by one identity.", instances=(f"L = {layers}: exponent {flow_time_exponent(layers)}",))


@check("literature.looped_dominance")
def looped_dominance(*, layers: int, constant: str) -> Outcome:
    """Gatmiry et al., Theorem 3.4: |grad|^2 >= constant * loss^((2L-1)/L) while the loss is not tiny."""
    if layers < 2:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, "the statement is about two layers or more")
    scale = Fraction(1, 16) / Fraction(constant)
    small, large = (dominance_ratio(layers, d) * scale**layers for d in (2, 10**6))
    if small < 1:
        return Outcome(Verdict.REFUTED, Tier.EXACT, "false on the scalar matrices already at d = 2, with infinite context",
                       witness={"L, d": f"{layers}, 2", f"quotient of the two sides, to the power {layers}": str(small)})  # fmt: skip
    if constant != "1/16" or large >= 1:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, "not the published constant")
    return Outcome(
        Verdict.QUALIFIED, Tier.EXACT,
        "At the best scalar matrix the gradient is 0 and the loss is not, so the loss excluded as tiny must include the best scalar one. With infinite context "
        "the bound holds on scalar matrices exactly when d^(L-1) <= (64 L^2)^L.",
        qualification="loss above the best scalar loss by a margin; on scalar matrices with infinite context, d^(L-1) <= (64 L^2)^L",
        witness={"point": f"a* I at d = L = 2, n = 15, a* = {flow_limit(2, 2, 15)}", "gradient there": "0",
                 "loss there, more than": str(untied_scalar_loss(2, 15)), f"ratio^L at L = {layers}, d = 10^6": str(large)},
        instances=(f"d = 2: ratio^L = {small}",),
    )  # fmt: skip
