"""Checks of recursive Gaussian fitting, replacing, constant sizes: the rates of collapse."""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from symbolic.chi import log_chi_square
from symbolic.gaussian import critical_inflation, log_rate, lyapunov_rates
from symbolic.values import Closed, enclose, workprec
from verify.checks.collapse_support import enclosed, necessity_of, refuted, same, settle, value_at
from verify.checks.gauss import PRODUCT
from verify.outcome import Outcome
from verify.proof import Proof
from verify.registry import check

__all__: list[str] = []


@check("gauss.log_mean")
def log_mean(*, estimator: str, step: str) -> Outcome:
    """E log Q grows by ``step`` (in m) from m to m + 2 degrees of freedom: with it the rate is a digamma value."""
    proof = Proof("m", "L")
    divisor = {"unbiased": "m", "mle": "m + 1"}[estimator]

    def prove() -> None:
        proof.argued("product", PRODUCT)
        proof.argued("by-parts", "E Q log Q = m E log Q + 2 for Q chi-square with m degrees of freedom (integration by parts), and E Q log Q = m E log Q', Q' with m + 2 degrees of freedom (the density times x/m). Two solutions of this recursion that differ from log m by o(1) "
                     "have a difference that is unchanged by m -> m + 2 and tends to 0, so they agree: E log Q = psi(m/2) + log 2.")  # fmt: skip
        proof.identity("(m*L + 2)/m - L", step, text="E log Q' - E log Q.")
        proof.identity("2/m", "1/(m/2)", text="The recursion psi(x + 1) - psi(x) = 1/x at x = m/2.")
        proof.chi("first", 1, "m", "m")
        proof.identity(f"first/({divisor})", "1" if estimator == "unbiased" else "m/(m + 1)", text="The factor of one fit has mean at most 1, so by Jensen's inequality the rate is negative.")
        proof.argued("integrable", "log Q is integrable: its density is of the order of x^(m/2 - 1) at 0 and decays exponentially. The logarithms of the factors are independent and identically distributed for constant n.")
        proof.cited("classical.strong-law", {"the variables are independent and identically distributed": "argued: integrable", "they are integrable": "argued: integrable"})
        for n in (2, 5, 10):
            m = n - 1
            shift = log_rate(n + 2, estimator).enclose(64) - log_rate(n, estimator).enclose(64)
            k = m if estimator == "unbiased" else n
            same(f"recursion at n = {n}", bool(shift.overlaps(enclose(Fraction(2, m), 64) - (enclose(Fraction(k + 2, k), 64)).log())), True)

    return settle(proof, prove, "A recursion by integration by parts, and the strong law.", otherwise=lambda: {"m": 2, "E log Q at 4 minus at 2 degrees of freedom": "1", "claimed": value_at(step, {"m": 2})},
                  value=r"\psi(\frac{n-1}2)-\log\frac k2", instances=("n = 3, unbiased: -gamma",), routes=("integration by parts", "digamma function in ball arithmetic"),
                  necessity=necessity_of("replacing, n constant: Sigma_t decays exponentially"))  # fmt: skip


@check("gauss.log_rate")
def rate(*, n: int, estimator: str, low: str, high: str) -> Outcome:
    """low < lim (1/t) log of the fitted variance < high < 0, n constant, d = 1."""
    value = log_rate(n, estimator)
    if not (value.enclose(128) > enclose(Fraction(low), 256) and value.enclose(128) < enclose(Fraction(high), 256)):
        return refuted(f"the rate is {value.enclose(64)}", {"n": n, "estimator": estimator, "rate": value.text, "enclosure": value.enclose(64).str(12)})
    proof = Proof("m")

    def prove() -> None:
        proof.argued("product", PRODUCT)
        proof.argued("log-mean", "E log Q = psi(m/2) + log 2 for Q chi-square with m degrees of freedom: differentiate E Q^p = 2^p Gamma(m/2 + p)/Gamma(m/2) at p = 0. So the logarithms of the factors are independent, identically "
                     "distributed and integrable of mean psi((n-1)/2) - log(k/2), k the divisor.")  # fmt: skip
        proof.cited("classical.strong-law", {"the variables are independent and identically distributed": "argued: product", "they are integrable": "argued: log-mean"})
        proof.chi("first", 1, "m", "m")
        proof.identity("first/m", "1", text="Unbiased factors have mean 1, so by Jensen's inequality the rate is negative; the maximum-likelihood one is smaller still.")
        proof.arithmetic(f"{high} < 0")
        proof.computed(f"{low} < rate < {high}", f"The rate {value.text} in ball arithmetic, and by the recursion psi(x+1) = psi(x) + 1/x from psi(1) = -gamma or psi(1/2) = -gamma - 2 log 2.",
                       ["digamma function in ball arithmetic", "recursion from psi(1) or psi(1/2)"])  # fmt: skip
        other = _rate_by_recursion(n, estimator)
        same("log rate", bool(other.overlaps(value.enclose(64))), True)

    return enclosed(settle(proof, prove, "The strong law for the logarithms of the factors.", value=value.text, value_bounds=(low, high),
                  instances=(f"n = {n}, {estimator}",), routes=("digamma function in ball arithmetic", "recursion from psi(1) or psi(1/2)"),
                  necessity=necessity_of("replacing, n constant: Sigma_t decays exponentially")))  # fmt: skip


def _rate_by_recursion(n: int, estimator: str) -> arb:
    """Return the rate as a ball, from psi(1) or psi(1/2) by the recursion of the digamma function."""
    with workprec(128):
        m = n - 1
        psi = -arb.const_euler() - (0 if m % 2 == 0 else 2 * arb(2).log())
        x = Fraction(1) if m % 2 == 0 else Fraction(1, 2)
        while x < Fraction(m, 2):
            psi += arb(x.denominator) / x.numerator
            x += 1
        k = m if estimator == "unbiased" else n
        return psi - (arb(k) / 2).log()


@check("gauss.lyapunov")
def lyapunov(*, first_shift: int) -> Outcome:
    """The i-th rate of the eigenvalues is psi((n - i - first_shift + 1)/2) - log(k/2), i = 1..min(d, n - 1)."""
    for n, d in ((5, 2), (4, 6), (9, 3)):
        rates = lyapunov_rates(n, d)
        wanted = [log_rate_of(n - i - first_shift + 1, n - 1) for i in range(1, min(d, n - 1) + 1)]
        for i, (one, two) in enumerate(zip(rates, wanted, strict=True), 1):
            if two is None or not one.enclose(64).overlaps(two.enclose(64)):
                return refuted(f"the rate number {i} is another one", {"n, d, i": f"{n}, {d}, {i}", "rate": one.text})
    proof = Proof("n", "m")

    def prove() -> None:
        proof.argued("bartlett", "G = T T^T with T lower triangular, independent entries, t_ii^2 chi-square with n - i degrees of freedom (G has n - 1 samples) and standard normals below the diagonal. Sigma_t is conjugate to the Gram matrix of "
                     "the product of t such triangular factors, each divided by the root of the divisor.")  # fmt: skip
        proof.argued("diagonal-products", "The i-th diagonal entry of the product of triangular matrices is the product of the i-th diagonal entries, whose logarithms have mean half of psi((n - i)/2) - log(k/2). The exponents of a product of "
                     "independent triangular matrices with integrable logarithms of the entries are the means of the logarithms of the diagonal entries; they decrease in i here, so that the strong law applies to each minor.")  # fmt: skip
        proof.argued("independent", "The factors are independent and identically distributed for constant n, and log Q is integrable.")
        proof.cited("classical.strong-law", {"the variables are independent and identically distributed": "argued: independent", "they are integrable": "argued: independent"})
        proof.chi("first", 1, "m", "m")
        proof.moment("trace_squared", [1, 1], "4*(n - 1)**2 + 4*(n - 1)", d="2", n="n - 1", text="d = 2: E (tr G)^2,")
        proof.moment("trace_of_square", [2], "2*(n - 1)*(n + 2)", d="2", n="n - 1", text="and E tr G^2.")
        proof.identity("(trace_squared - trace_of_square)/2", f"subs(first, m, n - {first_shift})*subs(first, m, n - {first_shift} - 1)",
                       text="E det G by Wishart moments, and by the diagonal of the triangular factor: chi-squares with n - 1 and n - 2 degrees of freedom.")  # fmt: skip

    return settle(proof, prove, "Bartlett's triangular factors: the diagonal decides.", instances=("n = 5, d = 2: psi(2) - log 2 and psi(3/2) - log 2",),
                  routes=("Bartlett's decomposition", "Wishart moments by integration by parts (first moment of the determinant)"))  # fmt: skip


def log_rate_of(degrees: int, divisor: int) -> Closed | None:
    """Return E log(Q/divisor), or None without degrees of freedom."""
    return log_chi_square(degrees, divisor) if degrees >= 1 else None


@check("gauss.critical_inflation")
def inflation(*, n: int, low: str, high: str) -> Outcome:
    """Sampling from N(mu, a Sigma), unbiased fits, n constant: collapse iff a < a_c with low < a_c < high."""
    value = critical_inflation(n)
    ball = value.enclose(128)
    if not (ball > enclose(Fraction(low), 256) and ball < enclose(Fraction(high), 256)):
        return refuted(f"the critical factor is {ball.str(12)}", {"n": n, "critical factor": value.text})
    proof = Proof("m")

    def prove() -> None:
        proof.argued("product", PRODUCT)
        proof.argued("drift", "The logarithm of the variance is a random walk with drift log a + psi(m/2) - log(m/2), m = n - 1: negative, the variance tends to 0, positive, to infinity, by the strong law; at zero drift it is recurrent (d = 1).")
        proof.cited("classical.strong-law", {"the variables are independent and identically distributed": "argued: product", "they are integrable": "argued: drift"})
        proof.arithmetic(f"1 < {low} and {low} < {high}", text="The critical factor exceeds 1: sampling without bias, or with a little too much spread, still collapses.")
        proof.computed(f"{low} < critical factor < {high}", f"{value.text} in ball arithmetic, and by the recursion of the digamma function.", ["digamma function in ball arithmetic", "recursion from psi(1) or psi(1/2)"])
        same("critical factor", bool((-_rate_by_recursion(n, "unbiased")).exp().overlaps(value.enclose(64))), True)

    return enclosed(settle(proof, prove, "The drift of the logarithm changes sign there.", value=value.text, value_bounds=(low, high), instances=(f"n = {n}",),
                  routes=("digamma function in ball arithmetic", "recursion from psi(1) or psi(1/2)")))  # fmt: skip
