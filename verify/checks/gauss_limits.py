"""Checks of recursive Gaussian fitting, replacing: rates, ranks, power laws, means, Wasserstein error."""

from __future__ import annotations

from fractions import Fraction

from symbolic.chi import chi_square_moment
from symbolic.gaussian import (
    limit_rank,
    linear_power_law,
    log_rate,
    mean_error,
    mean_error_limit,
    variance,
)
from symbolic.kakutani import chi_mean_fourth_bounds, second_moment
from symbolic.schedule import collapses
from symbolic.values import NEVER, Closed, enclose
from symbolic.wasserstein import first_order_parting, wasserstein2, wasserstein2_limit
from verify.checks.collapse_support import (
    Point,
    enclosed,
    inside,
    necessity_of,
    rational,
    refuted,
    same,
    settle,
)
from verify.checks.gauss import PRODUCT
from verify.outcome import Outcome
from verify.proof import Proof
from verify.registry import check

__all__: list[str] = []

RECURSION = (
    "rho_m = E sqrt(Q/m) = sqrt(2/m) Gamma((m+1)/2)/Gamma(m/2) for Q chi-square with m degrees of freedom. From Gamma(x + 1) = x Gamma(x), E sqrt(Q_m) E sqrt(Q_(m+1)) = m, "
    "so rho_m^2 rho_(m+1)^2 = m/(m + 1)."
)
INCREASING = (
    "rho_m increases with m: the mean of m + 1 independent squares of standard normals is the average of its m + 1 leave-one-out means, and the square root is concave."
)


@check("gauss.root_fourth")
def root_fourth(*, low: str, high: str) -> Outcome:
    """low <= rho_m^4 <= high in m = n - 1, for m >= 2 (low) and m >= 1 (high)."""
    proof = Proof("m")

    def prove() -> None:
        proof.argued("recursion", RECURSION)
        proof.argued("increasing", INCREASING)
        proof.define("step", "m/(m + 1)", text="rho_m^2 rho_(m+1)^2, between rho_m^4 and rho_(m+1)^4.")
        proof.identity(high, "step", text="Upper bound of rho_m^4,")
        proof.identity(low, "subs(step, m, m - 1)", text="and lower bound, one index lower.")
        proof.chi("first", 1, "m", "m")
        proof.identity("(first/m)*m/(m + 1)", "step", text="E sqrt(Q_m) E sqrt(Q_(m+1)) = m, divided by sqrt(m (m + 1)), squared.")
        for m in (2, 3, 10):
            ends = chi_mean_fourth_bounds(m)
            same("bounds of rho^4", ends, (Fraction(m - 1, m), Fraction(m, m + 1)))
            value = log_rho4(m)
            inside(f"rho^4 at m = {m}", value, *ends)

    return settle(proof, prove, "Two consecutive means multiply to sqrt(m/(m+1)), and they increase.",
                  otherwise=lambda: {"m": 2, "rho_2^4": "pi^2/16, between 1/2 and 2/3", "low, high": f"{low}, {high}"},
                  instances=("m = 2: 1/2 <= pi^2/16 <= 2/3",), routes=("Gamma recursion and monotonicity", "ball arithmetic at m = 2, 3, 10"))  # fmt: skip


def log_rho4(m: int) -> Closed:
    """Return rho_m^4 as a closed number, from the library's mean of the chi law."""
    from symbolic.chi import chi_mean

    value = chi_mean(m)
    return Closed(rf"({value.text})^4", lambda bits: value.enclose(bits) ** 4)


@check("gauss.collapse_all")
def collapse_all(*, estimator: str, sizes: str, power: int) -> Outcome:
    """Sigma_t -> 0 a.s. iff sum 1/n_t^power is infinite, by the bounds of rho^4, for either estimator.

    ``sizes`` is "deterministic" or "predictable" (chosen before the sample is drawn).
    """
    if estimator not in ("unbiased", "mle") or sizes not in ("deterministic", "predictable"):
        raise ValueError("the estimator is unbiased or mle, the sizes are deterministic or predictable")
    if power != 1:
        rate = "t^2" if power < 1 else "t"
        return refuted(f"the criterion is sum 1/n_t, not sum 1/n_t^{power}", {"schedule": f"n_t = {rate}", "collapses": collapses(rate), f"sum 1/n_t^{power}": "infinite" if power < 1 else "finite"})
    proof = Proof("m", "k")
    factor = "1" if estimator == "unbiased" else "(m/(m + 1))**2"

    def prove() -> None:
        proof.depends("gauss.root-fourth", "m/(m + 1) == step", "(m - 1)/m == subs(step, m, m - 1)", text="(m - 1)/m <= rho_m^4 <= m/(m + 1), m = n_t - 1.")
        proof.identity("1 - step", f"1/(m + 1)**{power}", text="So rho^4 <= 1 - 1/n: if sum 1/n_t is infinite the product of the rho is 0.")
        proof.identity("1 - subs(step, m, m - 1)", "1/m", text="And rho^4 >= 1 - 1/(n - 1): if the sum is finite the product is positive.")
        proof.define("variance_factor", factor, text="The square of the deterministic factor of one fit on the fourth power of the root.")
        if estimator == "mle":
            proof.identity("1 - m/(m + 1)", "1/(m + 1)", text="The maximum-likelihood factor 1 - 1/n: its product vanishes under the same condition.")
        proof.identity("variance_factor*step", "step" if estimator == "unbiased" else "(m/(m + 1))**3")
        proof.argued("product", PRODUCT)
        if sizes == "deterministic":
            proof.argued("root", "sqrt(v^T Sigma_t v) is a non-negative supermartingale whose mean is sqrt(v^T Sigma_0 v) times the product of the means of the roots of the factors. If that product is 0, Fatou gives "
                         "the almost sure limit 0; if it is positive, the roots divided by their means form a martingale bounded in L2, because the product of the reciprocals of rho^2 is finite, so its limit has a positive mean.")  # fmt: skip
        else:
            proof.argued("root", "Let n_t be chosen before sample t is drawn. Given the past the factor is that of a sample of size n_t, so sqrt(v^T Sigma_t v) divided by the product of the conditional means "
                         "of the roots (predictable, at most 1) is a non-negative martingale and converges almost surely; where sum 1/n_t is infinite that product tends to 0, hence so does Sigma_t. Where it is finite, from some t on "
                         "n_t >= 4, and the logarithms of the factors have conditional means and conditional second moments of the order of 1/n_t: their martingale part converges where its bracket is finite (stop it when the bracket exceeds a level), so log v^T Sigma_t v converges.")  # fmt: skip
        proof.argued("non-negative", "A quadratic form of a covariance and its root are non-negative.")
        proof.cited("classical.supermartingale-convergence", {"(M_t) is a supermartingale": "argued: root", "M_t >= 0": "argued: non-negative"})
        proof.chi("inverse", -1, "m", "1/(m - 2)")
        proof.identity("m*inverse - 1", "2/(m - 2)", text="E 1/Y for the factor Y: its product is finite when the sum is, so the limit is positive almost surely (Fatou).")

    return settle(proof, prove, f"The mean of the root of the factor lies between powers of 1 - 1/(n - 1) and 1 - 1/n; {estimator}, {sizes} sizes.",
                  instances=("n_t = 10: collapse", "n_t = t^2 + 1: no collapse"), routes=("Kakutani's dichotomy, in gauss.collapse-criterion", "supermartingale of roots, here") if (estimator, sizes) == ("unbiased", "deterministic") else (),
                  necessity=necessity_of("replacing: Sigma_t -> 0 a.s.", "replacing: Sigma_t -> 0 a.s. iff sum 1/n_t = infinity"))  # fmt: skip


@check("gauss.moment_exponent")
def moment_exponent(*, order: int, estimator: str, exponent: str) -> Outcome:
    """Under n_t ~ c t the moment of that order of v^T Sigma_t v is of the order t^(exponent/c)."""
    exact = linear_power_law(1, estimator, order)["moment"]
    proof = Proof("m", "x")

    def prove() -> None:
        shown = "*".join(f"(m + {2 * j})" for j in range(order))
        proof.chi("moment", order, "m", shown)
        divisor = "m" if estimator == "unbiased" else "(m + 1)"
        proof.define("log_factor", f"moment/{divisor}**{order}", text="The mean of that power of the factor of one fit.")
        proof.identity(f"coeff(moment, m, {order - 1}) - coeff({divisor}**{order}, m, {order - 1})", exponent,
                       text="The first-order coefficient in 1/m: the factor is 1 + exponent/m + O(1/m^2).")  # fmt: skip
        proof.identity(f"coeff(moment, m, {order})", "1")
        proof.identity(f"log_factor*{divisor}**{order}", "moment")
        proof.argued("sum", "With n_t = c t (1 + o(1)) the sum of the logarithms is exponent/c times log t plus o(log t).")
        same("power law", exact, Fraction(exponent))

    return settle(proof, prove, "The moments of the factors, expanded to first order in 1/n.", otherwise=lambda: {"order": order, "estimator": estimator, "exponent times c": exact, "claimed": exponent},
                  instances=(f"order {order}, m = 4: mean {chi_square_moment(4, order)}/4^{order} (unbiased)",))  # fmt: skip


@check("gauss.typical_exponent")
def typical_exponent(*, estimator: str, exponent: str) -> Outcome:
    """Under n_t ~ c t, log(v^T Sigma_t v)/log t -> exponent/c almost surely."""
    exact = linear_power_law(1, estimator)["typical"]
    proof = Proof("m", "x")

    def prove() -> None:
        proof.argued("product", PRODUCT)
        proof.argued("log-mean", "E log(Q/m) = psi(x) - log x with x = m/2, and 1/(2x) < log x - psi(x) < 1/(2x) + 1/(12x^2) (Stirling's series); the variance psi'(x) is of the order of 2/m. Maximum likelihood adds log(1 - 1/n) = -1/m + O(1/m^2).")
        proof.define("gap", "1/(2*x)", text="The leading term of log x - psi(x).")
        proof.identity("-subs(gap, x, m/2)" + (" - 1/m" if estimator == "mle" else ""), f"({exponent})/m", text="The mean of the logarithm of one factor to first order, m = n - 1.")
        proof.series([1, 2], "converges", text="The variances, of the order of 1/t, divided by (log t)^2 are summable.")
        proof.argued("centred", "The centred logarithms divided by log t are independent with summable variances: their partial sums are a martingale bounded in L2.")
        proof.cited("classical.martingale-convergence", {"(M_t) is a martingale": "argued: centred", "sup E|M_t| is finite (or sup E M_t^2, for convergence in L^2)": "argued: centred"})
        proof.argued("sums", "So that series converges almost surely, and by Kronecker's lemma the sum of the centred logarithms is o(log t). Since n_t/t tends to c the means sum to exponent/c times log t, plus o(log t).")
        same("power law", exact, Fraction(exponent))
        for m in (40, 400):
            ball = log_rate(m + 1).enclose(64) * m
            same("expansion of the rate", bool(abs(ball + 1) < enclose(Fraction(1, m), 64)), True)

    return settle(proof, prove, "The means of the logarithms of the factors, to first order in 1/n.", otherwise=lambda: {"estimator": estimator, "exponent times c": exact, "claimed": exponent},
                  instances=("n_t = 2t, unbiased: t^(-1/2)",))  # fmt: skip


@check("gauss.rank")
def rank(*, deficit: int) -> Outcome:
    """If sum 1/n_t is finite the limit of Sigma_t has rank min(d, min n_t - deficit)."""
    for d in range(1, 6):
        for least in range(2, 8):
            if limit_rank(d, least) != min(d, least - deficit):
                return refuted("the rank is another one", {"d, min n_t": f"{d}, {least}", "rank": limit_rank(d, least)})
    proof = Proof("m", "n", "d")

    def prove() -> None:
        proof.argued("range", "The scatter matrix of n_t samples has rank min(rank Sigma_(t-1), n_t - 1), and its range lies in that of Sigma_(t-1). So the rank never grows, and is eventually r = min(d, min n_t - 1).")
        proof.moment("trace_squared", [1, 1], "4*(n - 1)**2 + 4*(n - 1)", d="2", n="n - 1")
        proof.moment("trace_of_square", [2], "2*(n - 1)*(n + 2)", d="2", n="n - 1")
        proof.identity("(trace_squared - trace_of_square)/2", f"(n - {deficit})*(n - {deficit} - 1)", text="d = 2: E det of the scatter matrix of n samples vanishes at n = 1 and 2 exactly: rank 2 needs three samples.")
        proof.argued("determinant", "On the common range, log det of the r x r compressed factor is a sum of log(Q_i/k_t), Q_i chi-square with n_t - i degrees of freedom; as sum 1/n_t is finite, their means and variances are summable, so the sum converges "
                     "almost surely and the limit is non-degenerate on that range.")  # fmt: skip

    return settle(proof, prove, "The rank can only fall, to n_t - 1; log det on what is left converges.", instances=("d = 5, min n_t = 3: rank 2",),
                  necessity=necessity_of("replacing: the limit of Sigma_t is positive definite when sum 1/n_t < infinity"))  # fmt: skip


@check("gauss.mean_error")
def mean_error_step(*, estimator: str, step: str) -> Outcome:
    """Replacing: fit t adds ``step`` (in n = n_t and c, E Sigma_(t-1) = c Sigma_0) to E(mu_t - mu)(mu_t - mu)^T."""
    proof = Proof("n", "c", "k")
    points: list[Point] = [
        ({"n": sizes[-1], "c": rational(variance("replace", estimator, len(sizes) - 1, sizes))},
         rational(mean_error("replace", estimator, len(sizes), sizes)) - rational(mean_error("replace", estimator, len(sizes) - 1, sizes)))
        for sizes in ([5], [5, 3], [2, 7, 4])
    ]  # fmt: skip

    def prove() -> None:
        proof.depends("gauss.unbiased-martingale" if estimator == "unbiased" else "gauss.mle-supermartingale",
                      "first/k == 1" if estimator == "unbiased" else "first/(k + 1) == k/(k + 1)")  # fmt: skip
        proof.argued("increments", "Given the past mu_t - mu_(t-1) has mean 0 and covariance Sigma_(t-1)/n_t, so the increments are uncorrelated and their covariances add.")
        proof.identity("n*c/n**2", step, text="The variance of a mean of n samples, each of variance c.")
        if estimator == "mle":
            proof.identity("c/n", "c - c*(1 - 1/n)", text="With E Sigma_t = (1 - 1/n) E Sigma_(t-1) the sum telescopes: E Sigma_t + Cov(mu_t) = Sigma_0.")

    return settle(proof, prove, "Uncorrelated increments of covariance E Sigma_(t-1)/n_t.", formula=step, points=points, instances=("n_t = 5: first step Sigma_0/5",),
                  value="infinite limit under collapse" if mean_error_limit("replace", estimator, 5) is NEVER else "limit Sigma_0 under collapse")  # fmt: skip


@check("gauss.mean_converges")
def mean_converges(*, factor: str) -> Outcome:
    """1 - rho >= factor (in n): with it mu_t converges almost surely for every schedule n_t >= 2."""
    proof = Proof("m", "n", "k")

    def prove() -> None:
        proof.depends("gauss.root-fourth", "m/(m + 1) == step")
        proof.identity("subs(step, m, n - 1)", "1 - 1/n", text="rho^4 <= 1 - 1/n for either estimator,")
        proof.identity(f"(1 - {factor})**4 - (1 - 1/n)", "3/(8*n**2) - 1/(16*n**3) + 1/(256*n**4)", text="and (1 - 1/(4n))^4 exceeds this,")
        proof.sign("96*n**2 - 16*n + 1", ">", n=(2, "oo"), text="256 n^4 times the difference is positive: 1 - rho >= 1/(4n).")
        proof.argued("summable", "E(sqrt(s_t) | past) = rho sqrt(s_(t-1)) for the variance s_t along a direction, so the expected sum of (1 - rho_t) sqrt(s_(t-1)) is at most sqrt(s_0), and sum sqrt(s_(t-1))/n_t is finite almost surely; sqrt(s_t) is "
                     "a convergent supermartingale, hence bounded, so sum s_(t-1)/n_t, the sum of the conditional variances of mu_t, is finite almost surely.")  # fmt: skip
        proof.argued("martingale", "Stop v^T mu_t before the sum of its conditional variances exceeds K: a martingale bounded in L2. It coincides with v^T mu_t on an event whose probability tends to 1 as K grows.")
        proof.cited("classical.martingale-convergence", {"(M_t) is a martingale": "argued: martingale", "sup E|M_t| is finite (or sup E M_t^2, for convergence in L^2)": "argued: summable"})
        proof.argued("not-the-truth", "Given all covariances mu_t - mu_0 is not degenerate: its first increment has covariance Sigma_0/n_1 and the other terms only add. So the limit is mu_0 with probability 0.")

    return settle(proof, prove, "The conditional variances of the mean are summable almost surely, whatever the schedule.",
                  otherwise=lambda: {"n": 2, "rho at n = 2": "sqrt(2/pi) = 0.797..., 1 - rho = 0.202...", "claimed bound": factor}, instances=("n_t = 2 for all t", "n_t = t^2 + 1"), necessity=necessity_of("replacing: mu_t converges a.s."))  # fmt: skip


@check("gauss.wasserstein")
def wasserstein(*, estimator: str, drift: str) -> Outcome:
    """E W_2^2 = drift + 2 - 2 prod E sqrt(factors), d = 1; drift in q = sum 1/n_s."""
    proof = Proof("q", "c", "n", "x", "k", "m")
    points: list[Point] = [({"q": Fraction(3, 5)}, rational(mean_error("replace", estimator, 3, 5)) + rational(variance("replace", estimator, 3, 5)) - 1)]

    def prove() -> None:
        proof.argued("distance", "W_2^2 between N(a, s) and N(b, 1) on the line is (a - b)^2 + (sqrt(s) - 1)^2.")
        proof.identity("(x - 1)**2", "x**2 + 1 - 2*x", text="With x = sqrt(s_t): the mean is E s_t + 1 - 2 E sqrt(s_t).")
        claim = "gauss.mean-error-unbiased" if estimator == "unbiased" else "gauss.mean-error-mle"
        proof.depends(claim, "n*c/n**2 == c/n")
        if estimator == "unbiased":
            proof.identity("q + 1 + 1", f"({drift}) + 2", text="E(mu_t - mu)^2 + E s_t + 1 = q + 1 + 1.")
        else:
            proof.identity("(1 - c) + c + 1", f"({drift}) + 2", text="E(mu_t - mu)^2 + E s_t = 1 for maximum likelihood, whatever the schedule.")
        proof.depends("gauss.root-fourth", "m/(m + 1) == step", text="rho_m^4 <= m/(m + 1): under collapse the product of the rho tends to 0.")
        proof.argued("root-mean", "E sqrt(s_t) is the product of the means of the roots of the independent factors: rho_(n_s - 1), times sqrt(1 - 1/n_s) for maximum likelihood.")
        for t, n in ((1, 2), (3, 5)):
            product = enclose(wasserstein2(estimator, t, n), 64)
            low, high = chi_mean_fourth_bounds(n - 1)
            scale = Fraction(1) if estimator == "unbiased" else Fraction(n - 1, n) ** 2
            base = rational(mean_error("replace", estimator, t, n)) + rational(variance("replace", estimator, t, n)) + 1
            roots = [enclose((end * scale) ** t, 64) ** (enclose(Fraction(1, 4), 64)) for end in (low, high)]
            same("distance within rational bounds", bool(product > enclose(base, 64) - 2 * roots[1]) and bool(product < enclose(base, 64) - 2 * roots[0]), True)
        same("limit", wasserstein2_limit(estimator), NEVER if estimator == "unbiased" else Fraction(2))

    return settle(proof, prove, "The squared distance on the line splits into mean and root of the variance.", formula=drift, points=points,
                  value=r"q_t+2-2\prod\rho" if estimator == "unbiased" else r"2-2\prod\rho\sqrt{1-1/n_s}", instances=(f"t = 1, n = 2, {estimator}",),
                  necessity=necessity_of("E W_2^2 -> infinity"), routes=("products of chi means in ball arithmetic", "rational bounds of rho^4"))  # fmt: skip


@check("gauss.first_order_parts")
def first_order_parts(*, estimator: str, n: int, tolerance: str, t: int) -> Outcome:
    """t is the least number of fits at which (3/2) t/n exceeds E W_2^2 by more than the relative tolerance."""
    found = first_order_parting(estimator, n, Fraction(tolerance))
    if found != t:
        return refuted(f"it is t = {found}", {"n, estimator": f"{n}, {estimator}", "least t": found, "claimed": t})
    proof = Proof("q", "c", "n", "x", "k", "m")
    scale = 1 + Fraction(tolerance)

    def prove() -> None:
        sentence = "q + 1 + 1 == (q) + 2" if estimator == "unbiased" else "(1 - c) + c + 1 == (0) + 2"
        proof.depends(f"gauss.wasserstein-{estimator}", sentence)
        proof.argued("monotone", "The ratio of (3/2) t/n to E W_2^2 increases with t, because (1 - r^t)/t decreases, r the mean of the root of one factor; so the inequality holds from its first t on.")
        for s in (t - 1, t):
            ball = enclose(wasserstein2(estimator, s, n), 128) * enclose(scale, 128) - enclose(Fraction(3 * s, 2 * n), 128)
            same(f"comparison at t = {s}", bool(ball < 0) if s == t else bool(ball > 0), True)
        proof.computed(f"at n = {n} and tolerance {tolerance} the least t is {t}", "Both sides in ball arithmetic at t - 1 and t; the least t also by bisection.", ["evaluation at t - 1 and t", "bisection of the monotone ratio"])

    return enclosed(settle(proof, prove, f"At n = {n} the first-order formula is more than {tolerance} too large from t = {t} on.", instances=(f"t = {t}",), value=str(t),
                  routes=("evaluation at t - 1 and t", "bisection of the monotone ratio")))  # fmt: skip


@check("gauss.second_moment")
def square_factor(*, factor: str) -> Outcome:
    """Replacing, unbiased: each fit multiplies E (v^T Sigma_t v)^2 by ``factor`` in n."""
    proof = Proof("m", "n")
    points: list[Point] = [({"n": n}, second_moment([n])) for n in (2, 3, 10)]

    def prove() -> None:
        proof.argued("product", PRODUCT)
        proof.chi("square", 2, "m", "m*(m + 2)")
        proof.identity("subs(square/m**2, m, n - 1)", factor)
        proof.moment("wishart_square", [1, 1], "m**2 + 2*m", d="1", n="m", text="Second route: E (tr G)^2 for a 1 x 1 Wishart matrix.")
        proof.identity("wishart_square - square", "0")

    return settle(proof, prove, "The second moment of a chi-square variable.", formula=factor, points=points, instances=("n = 3: factor 2",),
                  routes=("chi-square recursion", "Wishart moments by integration by parts"))  # fmt: skip
