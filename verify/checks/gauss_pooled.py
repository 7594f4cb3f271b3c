"""Checks of recursive Gaussian fitting when all samples are pooled: products, limits, convergence."""

from __future__ import annotations

import math
from fractions import Fraction

from symbolic.gaussian import limit_rank, mean_error, variance, variance_limit
from symbolic.values import Closed, enclose
from verify.checks.collapse_support import Point, inside, necessity_of, rational, refuted, same, settle, value_at
from verify.errors import RoutesDisagree
from verify.outcome import Outcome
from verify.proof import Proof
from verify.registry import check

__all__: list[str] = []

SCATTER = (
    "With N old samples of mean a and k new ones of mean b, the pooled scatter matrix is A + B + (N k/(N + k)) (b - a)(b - a)^T, A and B the scatter matrices of the two parts. "
    "Given the past, E B = (k - 1) Sigma_(t-1), and b - a has mean 0 and covariance Sigma_(t-1)/k, because the new samples are drawn about the pooled mean a."
)
DIVISORS = {"mle": "N", "unbiased": "N - 1"}


@check("gauss.pooled_factor")
def pooled_factor(*, estimator: str, factor: str) -> Outcome:
    """Pooling N old and k new samples multiplies E Sigma by ``factor`` in N and k."""
    proof = Proof("N", "k", "c", "x1", "x2", "y1", "y2")
    points: list[Point] = [
        ({"N": sum(sizes[:-1]), "k": sizes[-1]},
         variance("accumulate", estimator, len(sizes), sizes) / rational(variance("accumulate", estimator, len(sizes) - 1, sizes)))  # type: ignore[operator]
        for sizes in ([4, 3], [2, 2, 5], [3, 1, 1, 6])
    ]  # fmt: skip
    divisor = DIVISORS[estimator]

    def prove() -> None:
        proof.define("a", "(x1 + x2)/2", text="The identity on two old and two new samples:")
        proof.define("b", "(y1 + y2)/2")
        proof.define("mean", "(x1 + x2 + y1 + y2)/4")
        proof.identity("(x1 - mean)**2 + (x2 - mean)**2 + (y1 - mean)**2 + (y2 - mean)**2",
                       "((x1 - a)**2 + (x2 - a)**2) + ((y1 - b)**2 + (y2 - b)**2) + (2*2/(2 + 2))*(b - a)**2", text="pooled scatter = both scatters + the part between.")  # fmt: skip
        proof.argued("scatter", SCATTER)
        proof.define("gain", "(k - 1) + (N*k/(N + k))/k", text="E of what is added to the scatter, in units of Sigma_(t-1).")
        proof.identity("gain", "k - k/(N + k)")
        proof.identity(f"(({divisor}) + gain)/(({divisor}) + k)", factor, text=f"Divisor {divisor} before and after.")

    return settle(proof, prove, "The scatter matrix of a pooled sample, in conditional expectation.", formula=factor, points=points,
                  instances=("sizes 2, 2: 7/8 (divisor N), 5/6 (divisor N - 1)",), necessity=necessity_of("E Sigma_t = Sigma_0"),
                  routes=("scatter recursion", "product of factors by sizes in the library"))  # fmt: skip


@check("gauss.pooled_constant")
def pooled_constant(*, estimator: str, factor: str) -> Outcome:
    """Constant n: the factor of fit t in n and t."""
    proof = Proof("N", "k", "n", "t", "c", "x1", "x2", "y1", "y2")
    general = "1 - k/(N + k)**2" if estimator == "mle" else "1 - k/((N + k)*(N + k - 1))"
    points: list[Point] = [
        ({"n": n, "t": t}, rational(variance("accumulate", estimator, t, n)) / rational(variance("accumulate", estimator, t - 1, n)))
        for n, t in ((2, 2), (3, 4), (10, 7))
    ]

    def prove() -> None:
        proof.depends(f"gauss.pooled-factor-{estimator}", f"(({DIVISORS[estimator]}) + gain)/(({DIVISORS[estimator]}) + k) == {general}")
        proof.identity(f"subs(subs({general}, k, n), N, (t - 1)*n)", factor)

    return settle(proof, prove, "The general factor with equal sizes.", formula=factor, points=points, instances=("n = 2, t = 2",))


@check("gauss.pooled_limit")
def pooled_limit(*, n: int, low: str, high: str) -> Outcome:
    """Maximum likelihood, pooled: low < sin(pi/sqrt n)/(pi/sqrt n) < high, the limit of E Sigma_t/Sigma_0."""
    value = variance_limit("accumulate", "mle", n)
    ball = enclose(value, 128)
    if not (ball > enclose(Fraction(low), 256) and ball < enclose(Fraction(high), 256)):
        return refuted(f"the limit is {ball.str(12)}", {"n": n, "limit": value})
    proof = Proof("N", "k", "n", "t", "c", "S", "x1", "x2", "y1", "y2")

    def prove() -> None:
        proof.depends("gauss.pooled-mle-product", "subs(subs(1 - k/(N + k)**2, k, n), N, (t - 1)*n) == 1 - 1/(n*t**2)")
        proof.argued("euler", "The product of 1 - x^2/t^2 over t >= 1 is sin(pi x)/(pi x) (Euler); here x = 1/sqrt(n).")
        _bracket(proof, "mle", n, value, low, high)

    return settle(proof, prove, "Euler's product for the sine.", value=r"\sin(\pi/\sqrt n)/(\pi/\sqrt n)", value_bounds=(low, high), instances=(f"n = {n}",),
                  routes=("sine in ball arithmetic", "exact product with bounds of the tail"))  # fmt: skip


def _bracket(proof: Proof, estimator: str, n: int, limit: Fraction | Closed, low: str, high: str, terms: int = 60) -> None:
    """Prove low < limit < high by the first factors and bounds of the product of the others, in exact arithmetic.

    The factors beyond T are 1 - u_s with 1/(n s (s + 1)) < u_s < 1/(n (s - 1) s) - for divisor N - 1 too, where u_s = 1/(s (n s - 1)) and
    n s - 1 > n (s - 1) - so S = sum u_s lies between 1/(n (T + 1)) and 1/(n T), and the product between 1 - S and 1 - S + S^2/2.
    """
    first, under = (1, "{n}*{s}**2") if estimator == "mle" else (2, "{s}*({n}*{s} - 1)")
    partial, name = Fraction(1), ""
    for block in range(terms // 10):
        factors = [under.format(n=n, s=s) for s in range(max(first, 10 * block + 1), 10 * block + 11)]
        partial *= math.prod((1 - 1 / value_at(u, {}) for u in factors), start=Fraction(1))
        last, name = name, f"product{block + 1}"
        proof.define(name, "*".join([last] * bool(last) + [f"(1 - 1/({u}))" for u in factors]), text=f"The first {10 * block + 10} fits: about {float(partial):.6f}.")
    same(f"product of the first {terms} fits at n = {n}", partial, rational(variance("accumulate", estimator, terms, n)))
    proof.argued("tail", f"The factors of the later fits are 1 - u_s with 1/(n s (s + 1)) < u_s < 1/(n (s - 1) s), so S = sum u_s lies between 1/(n (T + 1)) and 1/(n T), T = {terms}, and their product between 1 - S and 1 - S + S^2/2.")
    ends = (Fraction(1, n * (terms + 1)), Fraction(1, n * terms))
    proof.sign(f"{name}*(1 - S) - {low}", ">", S=ends, text="The lower end, for every S that is possible,")
    proof.sign(f"{name}*(1 - S + S**2/2) - {high}", "<", S=ends, text="and the upper end.")
    if not isinstance(limit, (Closed, Fraction)):
        raise RoutesDisagree(f"the limit at n = {n} should be a number, not {limit!r}")
    inside(f"pooled limit at n = {n}", limit, partial * (1 - Fraction(1, n * terms)), partial * (1 - Fraction(1, n * (terms + 1)) + Fraction(1, 2 * n**2 * terms**2)))


@check("gauss.pooled_limit_unbiased")
def pooled_limit_unbiased(*, n: int, low: str, high: str) -> Outcome:
    """Divisor N - 1, pooled: low < Gamma(2 - 1/n)/(Gamma(2 - r)Gamma(2 - r')) < high."""
    value = variance_limit("accumulate", "unbiased", n)
    ball = enclose(value, 128)
    if not (ball > enclose(Fraction(low), 256) and ball < enclose(Fraction(high), 256)):
        return refuted(f"the limit is {ball.str(12)}", {"n": n, "limit": value})
    proof = Proof("N", "k", "n", "t", "c", "r", "S", "x1", "x2", "y1", "y2")

    def prove() -> None:
        proof.depends("gauss.pooled-unbiased-product", "subs(subs(1 - k/((N + k)*(N + k - 1)), k, n), N, (t - 1)*n) == 1 - 1/(t*(n*t - 1))")
        proof.identity("(n*t**2 - t - 1)/(t*(n*t - 1))", "1 - 1/(t*(n*t - 1))", text="The factor is (t - r)(t - r')/(t (t - 1/n)), r + r' = 1/n, r r' = -1/n,")
        proof.identity("n*(t - r)*(t - (1/n - r))", "n*t**2 - t - 1 + (1 + r - n*r**2)", text="r and r' the roots of n r^2 - r - 1.")
        proof.argued("gamma", "The product over 2 <= t <= T of (t - r)(t - r')/(t (t - 1/n)) is a quotient of values of Gamma, by Gamma(x + 1) = x Gamma(x); since r + r' = 1/n the part at T tends to 1 (Stirling), "
                     "which leaves Gamma(2) Gamma(2 - 1/n)/(Gamma(2 - r) Gamma(2 - r')).")  # fmt: skip
        _bracket(proof, "unbiased", n, value, low, high)

    return settle(proof, prove, "A telescoping quotient of values of Gamma.", value=str(value.text if isinstance(value, Closed) else value), value_bounds=(low, high),
                  instances=(f"n = {n}",), routes=("Gamma in ball arithmetic", "exact product with bounds of the tail"))  # fmt: skip


@check("gauss.pooled_two")
def pooled_two(*, product: str, limit: str) -> Outcome:
    """n = 2, divisor N - 1: E Sigma_t/Sigma_0 = product in t, with that limit."""
    proof = Proof("N", "k", "n", "t", "c", "x", "x1", "x2", "y1", "y2")
    points: list[Point] = [({"t": t}, variance("accumulate", "unbiased", t, [2] * t)) for t in (1, 2, 5, 9)]

    def prove() -> None:
        proof.depends("gauss.pooled-unbiased-product", "subs(subs(1 - k/((N + k)*(N + k - 1)), k, n), N, (t - 1)*n) == 1 - 1/(t*(n*t - 1))")
        proof.define("fitted", product)
        proof.identity("subs(fitted, t, 1)", "1")
        proof.identity("fitted", "subs(fitted, t, t - 1)*subs(1 - 1/(t*(n*t - 1)), n, 2)", text="Induction on t.")
        proof.identity("subs(fitted, t, 1/x)", f"{limit} + x/3", text="The limit, with x = 1/t.")
        same("limit at n = 2", variance_limit("accumulate", "unbiased", 2), Fraction(limit))

    return settle(proof, prove, "The factors (t - 1)(2t + 1)/(t (2t - 1)) telescope.", formula=product, points=points, instances=("t = 2: 5/6",),
                  otherwise=lambda: {"limit": variance_limit("accumulate", "unbiased", 2), "claimed": limit},
                  routes=("telescoping", "explicit schedules in the library"))  # fmt: skip


@check("gauss.pooled_mean")
def pooled_mean(*, estimator: str, step: str) -> Outcome:
    """Pooling k new samples to N adds ``step`` (N, k, c with E Sigma_(t-1) = c Sigma_0) to E(mu_t - mu)(mu_t - mu)^T."""
    proof = Proof("N", "k", "c", "x1", "x2", "y1", "y2")
    points: list[Point] = [
        ({"N": sum(sizes[:-1]), "k": sizes[-1], "c": rational(variance("accumulate", estimator, len(sizes) - 1, sizes))},
         rational(mean_error("accumulate", estimator, len(sizes), sizes)) - rational(mean_error("accumulate", estimator, len(sizes) - 1, sizes)))
        for sizes in ([4, 3], [2, 2, 5])
    ]  # fmt: skip

    def prove() -> None:
        proof.argued("increment", "mu_t - mu_(t-1) = (k/(N + k)) (b - mu_(t-1)) with b the mean of the k new samples, of conditional covariance Sigma_(t-1)/k; increments are uncorrelated.")
        proof.identity("(k/(N + k))**2*c/k", step)
        if estimator == "mle":
            proof.depends("gauss.pooled-factor-mle", "((N) + gain)/((N) + k) == 1 - k/(N + k)**2")
            proof.identity(f"c*(1 - k/(N + k)**2) + {step}", "c", text="E Sigma_t + Cov(mu_t) = Sigma_0 at every t: what the covariance loses the mean gains.")
        proof.identity("1/N - 1/(N + k) - k/(N + k)**2", "k**2/(N*(N + k)**2)", text="k/N_t^2 <= 1/N_(t-1) - 1/N_t: the sum over t >= 2 is at most 1/n_1.")

    return settle(proof, prove, "Uncorrelated increments; their sum telescopes under 1/n_1.", formula=step, points=points, instances=("sizes 4, 3",),
                  necessity=necessity_of("accumulating: E Sigma_t + Cov(mu_t) = Sigma_0") if estimator == "mle" else ())  # fmt: skip


@check("gauss.pooled_converges")
def pooled_converges(*, slack: str, deficit: int) -> Outcome:
    """1/N - 1/(N+k) - k/(N+k)^2 = slack >= 0; Sigma_t and mu_t converge a.s., the limit of rank min(d, n_1 - deficit)."""
    for d in range(1, 6):
        for first in range(2, 8):
            if limit_rank(d, first, "accumulate") != min(d, first - deficit):
                return refuted("the rank is another one", {"d, n_1": f"{d}, {first}", "rank": limit_rank(d, first, "accumulate")})
    proof = Proof("N", "k", "x1", "x2", "y1", "y2", "c")

    def prove() -> None:
        proof.depends("gauss.pooled-factor-mle", "gain == k - k/(N + k)")
        proof.identity("1/N - 1/(N + k) - k/(N + k)**2", slack, text="Summability of n_t/N_t^2.")
        proof.argued("positive-slack", "The difference is a quotient of positive numbers, so the sum of n_t/N_t^2 over t >= 2 is at most 1/n_1.")
        proof.argued("multiplicative", "Sigma_t = Sigma_(t-1)^(1/2) M_t Sigma_(t-1)^(1/2) with M_t = (D_(t-1) I + V_t)/D_t, V_t = W + (N k/(N + k)) g g^T independent of the past, W Wishart with k - 1 samples and g of covariance I/k, D the divisor. With "
                     "E_t = M_t - I, |E tr E_t| and E |E_t|^2 are of the order of n_t/N_t^2, hence summable.")  # fmt: skip
        proof.argued("log-determinant", "By Chebyshev and Borel-Cantelli |E_t| <= 1/2 from some t on; sum tr E_t converges almost surely (independent terms with summable means and variances) and sum |E_t|^2 is finite almost surely, so sum log det M_t converges: the "
                     "determinant on the range of Sigma_1, of dimension min(d, n_1 - 1), stays positive, since every det M_t is positive.")  # fmt: skip
        proof.argued("supermartingale", "v^T Sigma_t v is a non-negative supermartingale for either divisor, because the conditional factor is below 1.")
        proof.argued("non-negative", "A quadratic form of a covariance is non-negative.")
        proof.cited("classical.supermartingale-convergence", {"(M_t) is a supermartingale": "argued: supermartingale", "M_t >= 0": "argued: non-negative"})
        proof.argued("mean-martingale", "mu_t is a martingale.")
        proof.cited("classical.martingale-convergence", {"(M_t) is a martingale": "argued: mean-martingale", "sup E|M_t| is finite (or sup E M_t^2, for convergence in L^2)": "argued: positive-slack"})

    return settle(proof, prove, "The perturbations are summable for every schedule.", otherwise=lambda: {"N, k": "1, 1", "difference": "1/4", "claimed": slack},
                  instances=("n_t = 2 for all t", "n_t = 2^t"), necessity=necessity_of("accumulating: the limit of Sigma_t is positive definite"))  # fmt: skip
