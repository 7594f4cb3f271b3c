"""Checks of recursive least squares, replacing: does the error tend to infinity almost surely?

The radial integral of Chung and Fuchs becomes, with s = 1/x, the series sum 1/(x^p (log x)^q) with
p = d + 1 - min(m, 2) and q = 1 if m = 2 and 0 otherwise, m = n - d + 1: transient iff it converges.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.regression import risk_limit
from symbolic.regression_walk import (
    accumulating_converges,
    behaviour,
    diverges,
    diverges_on_formula,
    diverges_on_schedule,
)
from symbolic.schedule import collapses, prove_schedule
from verify.checks.collapse_support import INCREMENT, increment_of, necessity_of, refuted, same, settle
from verify.checks.ols_risk import LAW
from verify.outcome import Outcome
from verify.proof import Proof
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []

NEAR_ZERO = (
    "1 - phi(u) = E(1 - exp(-c/Q)) with c = sigma^2 |u|^2/2 and Q chi-square with m = n - d + 1 degrees of freedom. For x >= 0, (1 - 1/e) min(1, x) <= "
    "1 - exp(-x) <= min(1, x), so up to constants it is E min(1, c/Q) = P(Q < c) + c E[1/Q; Q >= c]. The density of Q is of the order of x^(m/2 - 1) near 0, which "
    "gives the orders c^(1/2) for m = 1, c log(1/c) for m = 2 and c for m >= 3 as c tends to 0. So 1/(1 - phi(u)) is of the order of |u|^(-min(m, 2)), divided by "
    "log(1/|u|) if m = 2. In polar coordinates, and with |u| = 1/x, its integral over a ball is that of x^(-p) (log x)^(-q) near infinity, p = d + 1 - min(m, 2), "
    "q = 1 for m = 2 and 0 otherwise; it converges iff the sum over the integers does."
)
DICHOTOMY = (
    "phi is real and positive, so 1/(1 - r phi) increases to 1/(1 - phi) and the integrals converge by monotone convergence. A transient walk tends to infinity in "
    "norm almost surely. The increment has an everywhere positive density, so a recurrent walk returns to every ball for ever."
)
CLOCK = (
    "The increments sigma z_s/sqrt(Q_s) are independent and normal given the Q_s, so e_t is in law a Brownian motion B of R^d, independent of the clock, at the time "
    "T_t = sigma^2 sum_(s<=t) 1/Q_s with independent Q_s chi-square of m_s = n_s - d + 1 degrees of freedom, and this jointly in t."
)
CLOCK_GROWS = (
    "If sum 1/n_t is infinite: P(1/Q_s >= 1/(2 m_s)) >= 1/2 by Markov's inequality for Q_s, so T_t is at least sigma^2/2 times a sum of independent variables b_s/m_s, "
    "b_s Bernoulli of parameter >= 1/2. With A_t = sum_(s<=t) 1/m_s its mean is at least A_t/2 and, each term being at most 1, its variance at most A_t/4; by Chebyshev it "
    "exceeds A_t/4 with probability tending to 1, and it is monotone, so T_t tends to infinity almost surely. If sum 1/n_t is finite, m_s >= 3 from some s on and "
    "sum E 1/Q_s = sum 1/(m_s - 2) over these is finite: the clock stops almost surely at a finite time."
)


def _exponents(dimension: int, degrees: int) -> tuple[int, int]:
    return dimension + 1 - min(degrees, 2), int(degrees == 2)


@check("ols.walk")
def walk(*, dimension: str, degrees: list[int], result: str) -> Outcome:
    """For d = dimension ("3+": every d >= 3) and n - d + 1 in ``degrees`` (3: all >= 3) the walk is ``result``."""
    if result not in ("transient", "recurrent") or not degrees:
        raise ValueError(f"the result is transient or recurrent, for some degrees of freedom, got {result!r}")
    proof = Proof("d", *INCREMENT)
    least = int(dimension.rstrip("+"))
    every = dimension.endswith("+")
    word = "converges" if result == "transient" else "diverges"

    def otherwise() -> dict[str, object] | None:
        cases = [(d, m) for d in ((least, least + 1) if every else (least,)) for m in degrees]
        wrong = [(d, d + m - 1) for d, m in cases if behaviour(d, d + m - 1) != result]
        return {"d, n": f"{wrong[0][0]}, {wrong[0][1]}", "behaviour": behaviour(*wrong[0])} if wrong else None

    wrong = otherwise()
    if wrong:
        return refuted(f"at d, n = {wrong['d, n']} the walk is {wrong['behaviour']}", wrong)

    def prove() -> None:
        increment_of(proof)
        proof.argued("law", LAW)
        proof.argued("near-zero", NEAR_ZERO)
        proof.argued("dichotomy", DICHOTOMY)
        for m in degrees:
            p, q = _exponents(least, m)
            same("exponents", (p > 1 or (p == 1 and q > 1)), behaviour(least, least + m - 1) == "transient")
            proof.series([p, q], word, text=f"d = {least}, n - d + 1 {'>=' if m == 3 else '='} {m}: the radial integral {word}.")
        if every:
            proof.sign("(d + 1 - 2) - 1", ">", d=(least, "oo"), text="p >= d - 1 > 1: it converges for every larger d too.")
        proof.argued("identically-distributed", "With constant n and fresh data the increments are independent and identically distributed, with a density.")
        needs = {"the steps are independent and identically distributed": "argued: identically-distributed"}
        if every:
            needs["for transience when d >= 3: the steps span R^3 at least"] = "argued: identically-distributed"
        proof.cited("classical.chung-fuchs", needs)

    return settle(proof, prove, f"The integral of Chung and Fuchs {word}: {result}.",
                  instances=tuple(f"d = {least}, n = {least + m - 1}: {behaviour(least, least + m - 1)}" for m in degrees))  # fmt: skip


@check("ols.divergence_criterion")
def divergence_criterion(*, least_dimension: int, plane_excess: int) -> Outcome:
    """|theta_t - theta*| -> infinity a.s. iff n >= d and (d >= least_dimension or d = 2 and n = d + plane_excess)."""
    for d in range(1, 9):
        for n in range(1, 17):
            claimed = n >= d and (d >= least_dimension or (d == 2 and n == d + plane_excess))
            if claimed != diverges(d, n):
                return refuted(f"at d = {d}, n = {n} the behaviour is {behaviour(d, n)}", {"d, n": f"{d}, {n}", "behaviour": behaviour(d, n)})
    proof = Proof("d", "n", "k")

    def prove() -> None:
        proof.depends("ols.walk-space", "(d + 1 - 2) - 1 > 0 for d in [3, oo)", text="Transient for every d >= 3.")
        proof.depends("ols.walk-plane-cauchy", "sum 1/(t, log t, log log t, ... to the powers 2, 0) converges", text="Transient for d = n = 2.")
        proof.depends("ols.walk-plane", "sum 1/(t, log t, log log t, ... to the powers 1, 1) diverges", text="Recurrent for d = 2, n = 3; the same for n > 3.")
        proof.depends("ols.walk-line", "sum 1/(t, log t, log log t, ... to the powers 1, 0) diverges", text="Recurrent for d = 1.")
        proof.depends("ols.stationary-law", "1 - subs(n/d, d, n + k) == k/(n + k)", text="Stationary for n < d.")
        proof.arithmetic(f"{least_dimension} == 3 and {plane_excess} == 0", text="The list of cases is complete: n < d, or n >= d with d = 1, 2 or >= 3.")

    return settle(proof, prove, "Chung-Fuchs for n >= d in every dimension, a contraction for n < d.",
                  instances=("d = n = 3: infinity", "d = n = 2: infinity", "d = 2, n = 3: recurrent", "d = 1: recurrent", "d = 3, n = 2: stationary"),
                  necessity=necessity_of("replacing: |theta_t - theta*| -> infinity a.s."),
                  routes=("cases by the integral test", "the library's exponents on d <= 8, n <= 16"))  # fmt: skip


@check("ols.norm_diverges")
def norm_diverges(*, dimensions: int, excess: int | str, process: str) -> Outcome:
    """The process is "transient" (its norm tends to infinity a.s.), "recurrent" or "stationary" for every d >= dimensions and n >= d + excess ("any": every n >= 1)."""
    if process not in ("transient", "recurrent", "stationary"):
        raise ValueError(f"the process is transient, recurrent or stationary, got {process!r}")
    pairs = [(d, n) for d in range(dimensions, dimensions + 4) for n in range(1, 20) if excess == "any" or n >= d + int(excess)]
    failures = [(d, n) for d, n in pairs if behaviour(d, n) != process]
    for d, n in pairs:
        same(f"behaviour at d = {d}, n = {n}", behaviour(d, n) == "transient", diverges(d, n))
    if process != "transient" or len(failures) == len(pairs):
        if not failures:
            return Outcome(Verdict.UNDECIDED, Tier.NONE, "not the published statement: decided in entries of their own")
        d, n = failures[0]
        return refuted(f"at d = {d}, n = {n} the process is {behaviour(d, n)}", {"d, n": f"{d}, {n}", "behaviour": behaviour(d, n)})
    if failures:
        d, n = min(failures, key=lambda pair: (pair[0], -pair[1] if pair[1] == pair[0] + 2 else pair[1]))
        return Outcome(
            Verdict.QUALIFIED, Tier.EXACT,
            f"as worded it fails at d = {d}, n = {n}, where the process is {behaviour(d, n)}; it holds exactly for n >= d and (d >= 3 or d = n = 2)",
            witness={"d, n": f"{d}, {n}", "behaviour": behaviour(d, n)},
            qualification="n_t = n constant with n >= d, and d >= 3 or d = n = 2 (label noise sigma^2 > 0)",
            instances=("d = 3, n = 5: tends to infinity",), necessity=necessity_of("replacing: |theta_t - theta*| -> infinity a.s."),
        )  # fmt: skip
    proof = Proof("d")
    return settle(proof, lambda: proof.depends("ols.walk-space", "(d + 1 - 2) - 1 > 0 for d in [3, oo)"), "Every d >= 3 is covered.")


@check("ols.martingale_transience")
def martingale_transience(*, least_dimension: int) -> Outcome:
    """Every non-degenerate martingale in R^d, d >= least_dimension, tends to infinity in norm."""
    d, n = least_dimension, least_dimension + 2
    facts = accumulating_converges(d, n)
    if not (facts["almost_surely"] and facts["unbiased"] and facts["square_bounded"]):
        return Outcome(Verdict.UNDECIDED, Tier.NONE, "the example does not apply there")
    return refuted("keeping all data the estimate is a martingale in that dimension, and it converges almost surely",
                   {"d, n": f"{d}, {n}", "martingale": "theta_t with all data kept", "limit of E |theta_t - theta*|^2": risk_limit("accumulate", d, n)})  # fmt: skip


@check("ols.schedule_criterion")
def schedule_criterion(*, power: int, least_dimension: int) -> Outcome:
    """d >= least_dimension, n_t >= d: |theta_t - theta*| -> infinity a.s. iff sum 1/n_t^power is infinite."""
    if power != 1:
        sample = "t^2" if power < 1 else "t"
        return refuted(f"the criterion is sum 1/n_t, not sum 1/n_t^{power}",
                       {"schedule": f"n_t = d + {sample}", "diverges": diverges_on_formula(3, f"t^{2 if power < 1 else 1}").answer,
                        f"sum 1/n_t^{power}": "infinite" if power < 1 else "finite"})  # fmt: skip
    if least_dimension < 3:
        return refuted("in low dimension an infinite sum is not enough", {"d, n": "2, 3", "behaviour": behaviour(2, 3)})
    for answer in (True, False):
        same("schedule criterion", diverges_on_schedule(least_dimension, least_dimension, answer).answer, answer)
    proof = Proof("m", "n", "d", "k", "x", "r", *INCREMENT)

    def prove() -> None:
        increment_of(proof)
        proof.argued("law", LAW)
        proof.argued("clock", CLOCK)
        proof.identity(f"subs(d*(n - d + 1) - n**{power}, n, d + k)", "(d - 1)*k", text="With n = d + k, k >= 0: 1/n <= 1/m <= d/n, so sum 1/m_t and sum 1/n_t diverge together.")
        proof.chi("first", 1, "m", "m")
        proof.identity("first/(2*m)", "1/2", text="Markov: P(Q >= 2m) <= 1/2.")
        proof.chi("inverse", -1, "m", "1/(m - 2)", text="E 1/Q for m >= 3.")
        proof.identity("inverse*(m - 2)", "1")
        proof.argued("clock-grows", CLOCK_GROWS)
        proof.identity("((x + r) - (x - r))/(2*x*r)", "1/x", text="d = 3: the mean of 1/|x + r U| over the unit sphere, for 0 < r < |x|; for r > |x| it is 1/r < 1/|x|.")
        proof.sign("d - 2", ">", d=(least_dimension, "oo"), text="|x|^(2-d) is a decreasing function of the norm: this is where d >= 3 is used.")
        proof.argued("newton", "For d >= 3 the mean of |x + r U|^(2-d) over the unit sphere is max(|x|, r)^(2-d), at most |x|^(2-d) (Newton: the potential of a shell). The increments "
                     "are rotation invariant and independent, so from t = 1 on |e_t|^(2-d) is a supermartingale; its mean is finite there because |z|^(2-d) is integrable and "
                     "E (1/Q)^((2-d)/2) is a positive moment of Q.")  # fmt: skip
        proof.argued("non-negative", "A power of a norm is non-negative.")
        proof.cited("classical.supermartingale-convergence", {"(M_t) is a supermartingale": "argued: newton", "M_t >= 0": "argued: non-negative"})
        proof.argued("limit", "It converges almost surely, and E |e_t|^(2-d) = E T_t^(1-d/2) E |z|^(2-d). If the clock is unbounded this mean tends to 0 by monotone convergence, so by Fatou the limit is 0 "
                     "and |e_t| tends to infinity. If the clock stops, sum of the conditional covariances of the increments given the Q_s is finite almost surely, and the series of centred "
                     "Gaussians converges: theta_t has a finite limit.")  # fmt: skip

    return settle(proof, prove, "A time-changed Brownian motion: its clock is unbounded iff the sum of 1/n_t is infinite, and |x|^(2-d) is a supermartingale.",
                  instances=("n_t = d: infinite sum, tends to infinity", "n_t = d + t^2: finite sum, converges"),
                  necessity=necessity_of("replacing with n_t >= d, d >= 3: |theta_t - theta*| -> infinity a.s.", "a martingale in dimension d >= 3 tends to infinity in norm"))  # fmt: skip


@check("ols.low_dimension")
def low_dimension(*, dimension: int, least_excess: int) -> Outcome:
    """d = dimension <= 2, n_t >= d + least_excess, sum 1/n_t infinite: it does not tend to infinity."""
    decision = diverges_on_schedule(dimension, dimension + least_excess, True)
    if decision.answer is True:
        return refuted("it tends to infinity", {"d": dimension, "because": decision.reason})
    if decision.answer is None:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"not proved here: {decision.reason}")
    proof = Proof("m", "x", "d")

    def prove() -> None:
        proof.argued("law", LAW)
        proof.argued("clock", CLOCK)
        proof.argued("clock-grows", CLOCK_GROWS)
        proof.chi("inverse", -1, "m", "1/(m - 2)")
        proof.arithmetic(f"{least_excess} + 1 >= 3", text="Three degrees of freedom at least, so 1/Q has a mean,")
        proof.identity("inverse*(m - 2)", "1")
        proof.argued("integer-times", "B at the times 1, 2, 3, ... is a random walk with independent standard normal steps.")
        proof.cited("classical.chung-fuchs", {"the steps are independent and identically distributed": "argued: integer-times"})
        proof.arithmetic(f"{dimension} < 3", text="It is recurrent for d = 1 and d = 2, so B returns to the unit ball at arbitrarily late times.")
        proof.argued("gaps", "Let S be a time after k at which B is in the unit ball: it depends on B alone, so it is independent of the clock. Let T_(s-1) < S <= T_s and u_s = sigma^2/Q_s. For every interval I of length 1, "
                     "sum_s E[min(1, u_s); T_(s-1) in I] <= 2: the steps that start in I sum to at most 1 but for the last, which counts at most 1. For m_s >= 3 there is a constant C with P(u_s > y) <= C y^(-3/2) E min(1, u_s) for "
                     "all y >= 1 (P(Q < q) is of the order of q^(m/2), and E min(1, u_s) of that of 1/m_s). Split by the distance j of T_(s-1) before S: the step that covers S must exceed j, so it exceeds y with probability at most "
                     "2C sum_j max(y, j)^(-3/2), uniformly in S, which tends to 0 as y grows.")  # fmt: skip
        proof.series([Fraction(3, 2)], "converges", text="This sum over j converges.")
        proof.argued("return", "Given |B(S)| <= 1 and T_s - S <= u_s, the value B(T_s) = e_s is tight, uniformly in k. So for every a < 1 there is K with P(|e_s| <= K for some s after the k-th step) >= a for every k, hence |e_t| <= K infinitely often with "
                     "probability at least a: liminf |e_t| is finite almost surely. The limsup is infinite because the clock is unbounded.")  # fmt: skip

    return settle(proof, prove, "The Brownian motion returns, and the gaps of the clock that cover the returns are tight.",
                  instances=(f"d = {dimension}, n_t = {dimension + least_excess}: {behaviour(dimension, dimension + least_excess)}",))  # fmt: skip


@check("ols.schedule_formula")
def schedule_formula(*, formula: str, dimension: int, powers: str, result: str) -> Outcome:
    """With n_t = max(d, ceil(formula)) in dimension d the error "diverges" or "converges" almost surely."""
    found = prove_schedule(formula)
    decision = diverges_on_formula(dimension, formula)
    exponents = ", ".join(str(e) for e in found.exponents or ())
    if decision.answer is not (result == "diverges"):
        return refuted(f"{decision.reason}", {"formula": formula, "d": dimension, "sum 1/n_t": "infinite" if found.diverges else "finite", "tends to infinity": decision.answer})
    if exponents != powers:
        return refuted("the growth is another one", {"formula": formula, "powers of t, log t, ...": exponents, "claimed": powers})
    proof = Proof("m")

    def prove() -> None:
        proof.depends("ols.schedule-criterion", "first/(2*m) == 1/2", text="The criterion: infinite iff sum 1/n_t is.")
        proof.argued(f"growth of {formula}", f"f(t) = {formula} is of the exact order of t, log t, log log t, ... to the powers {exponents}, by its expansion at infinity, and so is n_t, so the sums of 1/n_t and of the "
                     "reciprocals of this product converge or diverge together.")  # fmt: skip
        proof.series([Fraction(e) for e in found.exponents or ()], "diverges" if found.diverges else "converges",
                     text=f"{found.test}.")  # fmt: skip

    same("schedule", found.diverges, collapses(formula))
    return settle(proof, prove, f"{decision.reason}.", instances=(f"n_t = {formula}, d = {dimension}",))
