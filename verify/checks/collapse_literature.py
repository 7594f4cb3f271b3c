"""Checks of published statements on recursive training, each against exact values.

The verdicts of ``symbolic.literature_collapse`` are the second route: they are computed there from
other evaluations, and a disagreement is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flint import arb

from symbolic.gaussian import critical_inflation, variance, variance_limit
from symbolic.kakutani import second_moment
from symbolic.literature_collapse import LITERATURE
from symbolic.literature_gaussian import deviation_witness, survival_bound_holds
from symbolic.literature_regression import closer_probability, optimal_real_weight, pooled_variance_efficiency
from symbolic.regression import risk, risk_limit
from symbolic.schedule import collapses
from symbolic.values import NEVER, enclose, workprec
from symbolic.wasserstein import first_order, first_order_parting, wasserstein2, wasserstein2_limit
from verify.checks.collapse_support import Point, refuted, same, settle, shown
from verify.outcome import Outcome
from verify.proof import Proof
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []


def _qualified(name: str, reason: str, change: str, witness: Mapping[str, object], *instances: str) -> Outcome:
    same(f"verdict on {name}", LITERATURE[name]().verdict, "qualified")
    tier = Tier.CERTIFIED if name in ("shumailov.first-order", "suresh.gaussian") else Tier.EXACT  # decided by enclosures
    return Outcome(Verdict.QUALIFIED, tier, reason, qualification=change, witness={k: shown(v) for k, v in witness.items()}, instances=instances)


@check("collapse.two_sizes")
def two_sizes(*, risk_formula: str) -> Outcome:
    """k fits of size N (noise u) and a last one of size n (noise v): the risk in k, N, n, d, u, v."""
    proof = Proof("k", "N", "n", "d", "u", "v", "m")
    points: list[Point] = [({"k": k, "N": first, "n": last, "d": d, "u": 1, "v": 1}, risk("replace", k + 1, d, [first] * k + [last])) for d, first, last, k in ((2, 5, 7, 3), (1, 4, 3, 10), (4, 9, 6, 1))]

    def prove() -> None:
        proof.depends("ols.risk-schedule", "v*d*subs(inverse, m, n - d + 1) == v*d/(n - d - 1)", text="Each fit adds its own variance.")
        proof.identity("k*subs(subs(v*d/(n - d - 1), n, N), v, u) + v*d/(n - d - 1)", risk_formula)
        same("published statement", LITERATURE["dohmatob.two-sample-sizes"]().verdict, "confirmed")

    return settle(proof, prove, "The increments add whatever their sizes.", formula=risk_formula, points=points, instances=("d = 2, N = 5, n = 7, k = 3",))


@check("collapse.noise_free")
def noise_free(*, factor: str) -> Outcome:
    """Without noise and with n < d, one fit multiplies E |theta_t|^2 by ``factor`` in n, d."""
    proof = Proof("n", "d", "k")
    points: list[Point] = [({"n": n, "d": d}, 1 - risk("replace", 1, d, n, noise=0, theta2=1)) for d, n in ((5, 2), (4, 3), (9, 1))]  # type: ignore[operator]

    def prove() -> None:
        proof.argued("projection", "theta_t = P_t theta_(t-1) with P_t the projection on the span of the n columns, uniformly distributed and independent of the past: E |P u|^2 = |u|^2 tr P/d.")
        proof.identity(factor, "n/d", text="The trace of the projection over the dimension.")
        proof.identity(f"subs(1 - {factor}, d, n + k)", "k/(n + k)")
        proof.sign("k", ">", k=(1, "oo"), text="Below 1 for n < d: exponential decay, E |theta_t|^2 = (n/d)^t |theta_*|^2.")
        for d, n, t in ((5, 2, 3), (9, 1, 2)):
            same("decay", 1 - risk("replace", t, d, n, noise=0, theta2=1), Fraction(n, d) ** t)  # type: ignore[operator]
        same("published statement", LITERATURE["dohmatob.overparametrised"]().verdict, "confirmed")

    return settle(proof, prove, "A product of independent uniform projections.", formula=factor, points=points, instances=("d = 5, n = 2, t = 3: 8/125",))


@check("collapse.first_order")
def first_order_formula(*, coefficient: str) -> Outcome:
    """E W_2^2 is coefficient * sum 1/n_s to first order, and (as worded) with no restriction on t."""
    size = 10**12
    for estimator in ("unbiased", "mle"):
        exact = enclose(wasserstein2(estimator, 7, size), 128)
        ratio = exact / enclose(Fraction(coefficient) * Fraction(7, size), 128) - 1
        if not abs(ratio) < enclose(Fraction(1, 10**9), 64):
            return refuted("the coefficient is another one", {"estimator, t, n": f"{estimator}, 7, 10^12", "E W_2^2 times n/t": (exact * size / 7).str(12)})
    same("first-order formula", first_order(4, 3), Fraction(4, 3) * Fraction(coefficient))
    parting = {e: first_order_parting(e, 100, Fraction(1, 10)) for e in ("unbiased", "mle")}
    return _qualified(
        "shumailov.first-order",
        "right for fixed t as the sizes grow, with either estimator; never the asymptotics in t: the exact value grows like t/n (unbiased) or tends to 2 (maximum likelihood)",
        "t fixed and every sample size tending to infinity", {"n = 100: least t at which it is 10 per cent too large": parting}, "t = 7, n = 10^12",
    )  # fmt: skip


@check("collapse.distance_diverges")
def distance_diverges(*, estimator: str, limit: str) -> Outcome:
    """With constant n, E W_2^2 tends to ``limit`` ("infinity" or a number) for the estimator, or for "any"."""
    found = {e: wasserstein2_limit(e) for e in (("unbiased", "mle") if estimator == "any" else (estimator,))}
    right = {e: v is NEVER if limit == "infinity" else v == Fraction(limit) for e, v in found.items()}
    witness = {f"limit, {e}": "infinite" if v is NEVER else v for e, v in found.items()}
    if not any(right.values()) or (limit != "infinity" and not all(right.values())):
        return refuted("the limit is another one", witness)
    if all(right.values()):
        proof = Proof("q", "c", "n", "x", "k")
        return settle(proof, lambda: proof.depends(f"gauss.wasserstein-{estimator}", "q + 1 + 1 == (q) + 2"), "The mean carries it.")
    return _qualified("shumailov.divergence", "the variance vanishes for both estimators, but the expected distance diverges only with the unbiased one; almost surely the distance stays finite in both",
                      "unbiased covariance (with maximum likelihood the limit is 2)", witness, "n = 100, unbiased")  # fmt: skip


@check("collapse.biased_sampling")
def biased_sampling(*, inflation: str, sizes: str) -> Outcome:
    """Sampling from N(mu, inflation * Sigma) with unbiased fits: Sigma_t -> 0 for ``sizes`` "constant" or "any"."""
    if sizes not in ("constant", "any"):
        raise ValueError(f'the sizes are "constant" or "any", got {sizes!r}')
    factor = Fraction(inflation)
    for n in (2, 3, 10, 1000):
        if enclose(factor, 64) > critical_inflation(n).enclose(64):
            return refuted("the spread is above the critical one", {"n": n, "critical factor": critical_inflation(n).text, "enclosure": critical_inflation(n).enclose(64).str(8)})
    if factor < 1 or sizes == "constant":
        return Outcome(Verdict.UNDECIDED, Tier.NONE, "not the published statement: the critical factor at constant n is decided in an entry of its own")
    same("schedule t^2", collapses("t^2"), False)
    return _qualified("alemohammad.proposition", "true for constant n, and then not sharp: it holds up to a critical factor above 1; at factor 1 with varying sizes it needs an infinite sum of 1/n_t",
                      "n_t constant, or sum 1/n_t infinite when the factor is 1", {"factor, schedule": "1, n_t = t^2", "collapses": False}, "factor 1, n_t = 10: collapses")  # fmt: skip


@check("collapse.bounded_trace")
def bounded_trace(*, inflation: str) -> Outcome:
    """The trace of Sigma_t, sampled with this inflation and fitted unbiasedly, is a bounded supermartingale."""
    factor = Fraction(inflation)
    if factor > 1:
        return refuted("not a supermartingale: its mean grows", {"E trace, factor of one fit": factor})
    moments = [factor ** (2 * t) * second_moment([10] * t) for t in (1, 2, 3)]
    if not moments[0] < moments[1] < moments[2]:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, "its second moment does not grow; unboundedness needs another argument")
    return _qualified("alemohammad.supermartingale", "a non-negative supermartingale, bounded in mean; the variable is unbounded, and its second moment grows without bound", "bounded in mean instead of bounded",
                      {"E (s_t/s_0)^2 at n = 10, t = 1, 2, 3": moments}, "n = 10")  # fmt: skip


@check("collapse.mean_walk")
def mean_walk(*, exponent: str, sizes: str) -> Outcome:
    """The mean mu_t wanders like t^exponent as a random walk does, for the schedule ``sizes``."""
    if Fraction(exponent) <= 0:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, "not a statement on growth")
    same("published statement", LITERATURE["alemohammad.drift"]().verdict, "refuted")
    second = [variance("replace", "unbiased", t, 10) * t / 10 for t in (1, 2, 3)]  # type: ignore[operator]
    return refuted("mu_t converges almost surely under every schedule; only its second moment grows, carried by ever rarer chains",
                   {"schedule": sizes, "sum of the conditional variances of the mean": "finite almost surely", "Sigma_t tends to 0": collapses(sizes), "E (mu_t - mu)^2 at n = 10, t = 1, 2, 3": ", ".join(map(str, second))})  # fmt: skip


@check("collapse.survival")
def survival(*, constant: str) -> Outcome:
    """P(symbol alive after k fits) >= 1 - exp(-lambda * constant/k)."""
    proof = Proof("k", "x")

    def prove() -> None:
        proof.argued("branching", "With Poisson counts of mean lambda the descendants of a symbol form a critical Poisson branching process: the extinction probability after k fits is exp(-lambda p_(k-1)), p_0 = 1 and p_j = 1 - exp(-p_(j-1)). Multinomial counts die out with smaller "
                     "probability, since (1 - x)^n <= exp(-n x) at each step.")  # fmt: skip
        proof.arithmetic(f"1 >= {constant}", text="p_0 = 1 >= constant/1.")
        proof.identity("1 - 1/(1 + 1/k)", "1/(k + 1)", text="If p_(k-1) >= 1/k then p_k >= 1 - exp(-1/k) >= 1 - 1/(1 + 1/k) = 1/(k + 1).")
        proof.argued("exponential", "exp(x) >= 1 + x for x >= 0, and 1 - exp(-x) is increasing.")
        proof.arithmetic(f"{constant} <= 1", text="So p_(k-1) >= 1/k >= constant/k for every k.")
        same("survival", survival_bound_holds(200), True)

    return settle(proof, prove, "Induction on k with exp(x) >= 1 + x.", otherwise=lambda: {"k": 1, "survival probability": "1 - exp(-lambda)", "claimed at least": f"1 - exp(-{constant} lambda)"},
                  instances=("k = 1: 1 - exp(-lambda)",), routes=("induction", "ball arithmetic up to k = 200"))  # fmt: skip


@check("collapse.deviation")
def deviation(*, rate: str) -> Outcome:
    """P(S_k > x) <= (s_0/x) exp(-rate k/n), d = 1, S_k the fitted variance (as worded)."""
    below, _ = deviation_witness(2000)
    with workprec(128):
        claimed = (-enclose(Fraction(rate), 128) * 2000 / 3).exp()
        if not below > claimed:
            return Outcome(Verdict.UNDECIDED, Tier.NONE, "the lower bound at n = 3, k = 2000 does not contradict that rate")
    witness = {"n, k": "3, 2000", "x P(S_k > x)/s_0 is at least": below.str(5), "claimed at most": claimed.str(5)}
    if Fraction(rate) > Fraction(1, 4):
        return refuted("false for the unbiased variance", witness)
    return _qualified("suresh.gaussian", "false for the unbiased variance; true for the standard deviation with either estimator, since E sqrt(Q/m) <= (1 - 1/n)^(1/4), and for the maximum-likelihood variance",
                      "S_k is the standard deviation, or the maximum-likelihood variance", witness, "n = 3")  # fmt: skip


@check("collapse.superlinear")
def superlinear(*, survivor: str) -> Outcome:
    """As worded sizes must grow like t^(1+s), s > 0; ``survivor`` grows more slowly and suffices."""
    if collapses(survivor):
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"n_t = {survivor} has an infinite sum of 1/n_t, so it does not show that slower growth suffices")
    return _qualified("xu.superlinear", "a sufficient condition, not a necessary one: the exact condition is that sum 1/n_t is finite", "read as sufficient; exactly: sum 1/n_t finite",
                      {"schedule": survivor, "sum 1/n_t": "finite", "t*log(t)": "infinite, although super-linear"}, f"n_t = {survivor}")  # fmt: skip


@check("collapse.closer")
def closer(*, bound: str) -> Outcome:
    """The t-th estimate is closer to the truth than the first with probability below ``bound``."""
    value = closer_probability(2).enclose(64)
    if not value < enclose(Fraction(bound), 64):
        return refuted("for the mean of a normal sample it is larger already at t = 2", {"t, d": "2, 1", "probability": closer_probability(2).text, "enclosure": value.str(8)})
    proof = Proof("e1", "e2", "g1", "g2")

    def prove() -> None:
        proof.identity("(e1 + g1)**2 + (e2 + g2)**2 - (e1**2 + e2**2)", "2*(e1*g1 + e2*g2) + g1**2 + g2**2", text="d = 2, and entry by entry in every d: |e + g| < |e| iff 2<e, g> < -|g|^2.")
        proof.argued("symmetry", "Given the first error e, the sum g of the later increments is symmetric, and |e + g| < |e| needs <e, g> < -|g|^2/2, a subset of the half-space <e, g> < 0 of probability at most 1/2; the part between them has positive probability, so it is strict. "
                     "No moment is needed; n_s >= d, or the estimation of a mean.")  # fmt: skip
        proof.arithmetic(f"1/2 <= {bound}")
        same("published statement", LITERATURE["xu.synthetic-beats-real"]().verdict, "confirmed")

    return settle(proof, prove, "A strict part of a half-space.", instances=("d = 1, t = 2: arctan(2)/pi = 0.352...",), value=closer_probability(2).text)


@check("collapse.bounded_derivative")
def bounded_derivative(*, bound: int) -> Outcome:
    """The second derivative in v of log p, p the density of N(0, v), is bounded by ``bound`` at v = 1."""
    x = 1
    while abs(Fraction(1, 2) - x * x) <= bound:
        x += 1
    same("published statement", LITERATURE["barzilai-shamir.scope"]().verdict, "refuted")
    return refuted("the hypotheses fail: the derivative 1/(2v^2) - x^2/v^3 is unbounded in x", {"v, x": f"1, {x}", "second derivative": Fraction(1, 2) - x * x})


@check("collapse.efficiency")
def efficiency(*, bound: str) -> Outcome:
    """Augmenting keeps an efficiency of at least ``bound`` (a rational or "6/pi^2") for all batch sizes."""
    with workprec(128):
        level = 6 / arb.pi() ** 2 if bound == "6/pi^2" else enclose(Fraction(bound), 128)
        equal = 1 / sum((Fraction(1, s * s) for s in range(1, 200)), Fraction(0))
        if enclose(equal, 128) < level:
            return refuted("it is smaller already for equal batches", {"mean, 199 equal batches": f"{equal.numerator % 10**6}... (below the bound)", "enclosure": enclose(equal, 64).str(8)})
        uneven = 1 / (Fraction(1, 10) + sum((Fraction(1, k * k) for k in range(11, 400)), Fraction(0))) / 10
        if not (enclose(uneven, 128) < level and uneven < Fraction(3, 5)):  # 3/5 < 6/pi^2 because pi^2 < 10
            return Outcome(Verdict.UNDECIDED, Tier.NONE, "the batches tried do not break that bound")
        same("pooled variance", all(bool(enclose(pooled_variance_efficiency(n, 50), 128) > level) for n in (2, 10)), True)
        return _qualified("dey-donoho.efficiency", "for equal batches the efficiency of the mean is 1/sum 1/s^2, of infimum 6/pi^2; with unequal batches it falls below", "equal batch sizes",
                          {"mean, sizes 10, 1, 1, ... (389 more)": enclose(uneven, 64).str(10), "6/pi^2": level.str(10)}, "equal batches, two fits: 4/5")  # fmt: skip


@check("collapse.golden")
def golden(*, polynomial: str) -> Outcome:
    """The stationary variance in the weight w is minimal at the root of ``polynomial`` (in w and the ratio k)."""
    proof = Proof("w", "k")

    def prove() -> None:
        proof.argued("stationary", "theta_t = w a + (1 - w) b with a the mean of n real samples and b that of k n synthetic ones drawn about theta_(t-1): the variances add, and V = [w^2 + (1 - w)^2/k]/n + (1 - w)^2 V.")
        proof.define("top", "w**2 + (1 - w)**2/k")
        proof.define("below", "1 - (1 - w)**2", text="n V = top/below.")
        proof.identity("diff(top, w)*below - top*diff(below, w)", f"(2/k)*({polynomial})", text="The sign of the derivative of the variance.")
        proof.roots(f"subs({polynomial}, k, 1)", "w", 0, 1, text="Equal sizes: one stationary point in (0, 1), a minimum,")
        proof.identity("subs(w**2 + w - 1, w, 1/w - 1)*w**2", "1 - w - w**2", text="the reciprocal of the golden ratio, which solves w = 1/w - 1.")
        proof.arithmetic("(1/2)**2 + 1/2 < 1 and 1 < (2/3)**2 + 2/3", text="The derivative changes from negative to positive between 1/2 and 2/3.")
        root = optimal_real_weight(1)
        same("optimal weight", (root.compare(Fraction(618, 1000)), root.compare(Fraction(619, 1000))), (1, -1))
        same("published statement", LITERATURE["he.golden-weight"]().verdict, "confirmed")

    return settle(proof, prove, "The derivative of a rational function of the weight.", otherwise=lambda: {"k": 1, "minimiser": "0.618...", "polynomial": polynomial}, instances=("k = 1: w = 0.618...", "k = 2: w = 1/2"),
                  routes=("identity of rational functions", "both sides at 49 points in the library"))  # fmt: skip


@check("collapse.family_collapses")
def family_collapses(*, family: str) -> Outcome:
    """Maximum likelihood collapses for the family although all data are kept ("unspecified": the published constructions)."""
    if family == "gaussian":
        return refuted("pooled Gaussian fits keep a positive limit", {"n": 2, "limit of E Sigma_t/Sigma_0": variance_limit("accumulate", "mle", 2)})
    if family == "regression":
        return refuted("the risk stays bounded and the estimates converge", {"d, n": "2, 6", "limit of the risk": risk_limit("accumulate", 2, 6)})
    same("published statement", LITERATURE["barzilai-shamir.counterexamples"]().verdict, "undecided")
    return Outcome(Verdict.UNDECIDED, Tier.NONE, f"the {family} constructions are not available in formulas, so there is nothing that could be evaluated; Gaussian fitting and regression are not among such families")
