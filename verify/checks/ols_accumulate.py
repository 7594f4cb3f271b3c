"""Checks of recursive least squares when all data are kept: recursion, exact risk, limits, bound."""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from symbolic.chi import pseudo_inverse_trace
from symbolic.regression import bound_ratio_terms, published_bound, risk, risk_limit, uniform_bound_factor
from symbolic.regression_walk import accumulated_limit_law, accumulating_converges
from symbolic.values import NEVER, Closed, enclose
from symbolic.window import growing_context_limit
from verify.checks.collapse_support import (
    POOLED_INCREMENT,
    Point,
    inside,
    necessity_of,
    pooled_increment_of,
    rational,
    refuted,
    same,
    settle,
)
from verify.errors import RoutesDisagree
from verify.outcome import Outcome
from verify.proof import Proof
from verify.registry import check

__all__: list[str] = []

EXCHANGE = (
    "The N_t columns kept are exchangeable, so E tr(H^-1 X_t X_t^T H^-1) is the share n_t/N_t of E tr(H^-1 H H^-1) = E tr H^-1, where H = H_t is Wishart with N_t samples. "
    "Given the designs the increments H_s^-1 X_s eps_s are independent centred Gaussians, so their mean squared norms add, finite or not."
)


@check("ols.accumulate_increment")
def accumulate_increment(*, sign: int) -> Outcome:
    """Keeping all data, theta_t - theta_(t-1) = sign * H_t^-1 X_t eps_t, on symbols for d = 2."""
    names = ["a11", "a12", "a22", "b11", "b12", "b22", "p1", "p2", "e1", "e2"]
    proof = Proof(*names)

    def prove() -> None:
        for i in ("11", "12", "22"):
            proof.define(f"h{i}", f"a{i} + b{i}", text="H_t = H_(t-1) + X_t X_t^T, entry by entry.")
        proof.define("det", "h11*h22 - h12**2")
        proof.define("r1", "a11*p1 + a12*p2 + (b11*p1 + b12*p2 + e1)", text="All labels: H_(t-1) theta_(t-1) from the old data, B theta_(t-1) + X eps from the new.")
        proof.define("r2", "a12*p1 + a22*p2 + (b12*p1 + b22*p2 + e2)")
        proof.identity("(h22*r1 - h12*r2)/det - p1", f"({sign})*(h22*e1 - h12*e2)/det", text="First entry of H^-1 r - theta.")
        proof.identity("(h11*r2 - h12*r1)/det - p2", f"({sign})*(h11*e2 - h12*e1)/det", text="Second entry.")
        proof.argued("general", "theta_(t-1) solves the normal equations of the first t - 1 data sets, H_(t-1) theta_(t-1) = sum of X_s y_s. The labels of generation t are X_t^T theta_(t-1) + eps_t, so "
                     "H_t theta_t = H_(t-1) theta_(t-1) + X_t X_t^T theta_(t-1) + X_t eps_t = H_t theta_(t-1) + X_t eps_t, in every dimension; for singular H_t with the pseudo-inverse, since the range of "
                     "H_(t-1) lies in that of H_t and minimum-norm fits stay in these ranges.")  # fmt: skip

    return settle(proof, prove, "The old normal equations absorb the new labels up to the noise.", otherwise=lambda: {"d": 2, "sign": sign, "true sign": 1},
                  instances=("d = 2 with H_(t-1) and X_t X_t^T the identity",))  # fmt: skip


@check("ols.accumulate_step")
def accumulate_step(*, step: str) -> Outcome:
    """Keeping all data: fit t adds ``step`` (k new samples of N pooled, N >= d + 2) to the risk."""
    proof = Proof("k", "N", "d", "v", "m", *POOLED_INCREMENT)
    points: list[Point] = [
        ({"k": sizes[-1], "N": sum(sizes), "d": d, "v": v},
         rational(risk("accumulate", len(sizes), d, sizes, v)) - rational(risk("accumulate", len(sizes) - 1, d, sizes, v)))
        for d, sizes, v in ((1, [4, 3], 1), (2, [5, 1, 7], 1), (3, [6, 6], Fraction(2, 5)))
    ]  # fmt: skip

    def prove() -> None:
        pooled_increment_of(proof)
        proof.argued("exchangeability", EXCHANGE)
        proof.chi("inverse", -1, "m", "1/(m - 2)", text="(H^-1)_11 = 1/Q with N - d + 1 degrees of freedom.")
        proof.identity("v*(k/N)*d*subs(inverse, m, N - d + 1)", step)
        proof.chi("first", 1, "m", "m")
        proof.identity("subs(first, m, k)/subs(first, m, N)*subs(inverse, m, N)", "k/(N*(N - 2))",
                       text="Second route, d = 1: B/(A + B) is a beta variable independent of A + B, so E B/(A + B)^2 = (k/N) E 1/(A + B).")  # fmt: skip

    return settle(proof, prove, "Exchangeability of the pooled samples and the mean of the inverse Wishart matrix.", formula=step, points=points,
                  instances=("d = 1, sizes 4, 3: the second fit adds 3/35",), routes=("exchangeability", "beta law in dimension 1"))  # fmt: skip


@check("ols.accumulate_risk")
def accumulate_risk(*, term: str) -> Outcome:
    """Constant n >= d + 2, all data kept, fresh designs: fit t adds ``term`` (in t, n, d, v)."""
    proof = Proof("k", "N", "d", "v", "m", "t", "n")
    points: list[Point] = [
        ({"t": t, "n": n, "d": d, "v": v}, rational(risk("accumulate", t, d, n, v)) - rational(risk("accumulate", t - 1, d, n, v)))
        for d, n, t, v in ((1, 3, 1, 1), (1, 3, 4, 2), (2, 5, 2, 1), (4, 9, 3, 1))
    ]

    def prove() -> None:
        proof.depends("ols.accumulate-step", "v*(k/N)*d*subs(inverse, m, N - d + 1) == v*k*d/(N*(N - d - 1))")
        proof.identity("subs(subs(v*k*d/(N*(N - d - 1)), k, n), N, t*n)", term, text="k = n new samples, N = t n in all.")
        proof.identity(f"subs({term}, t, 1)", "v*d/(n - d - 1)", text="The first fit is an ordinary one.")

    return settle(proof, prove, "The general step with equal sizes.", formula=term, points=points, instances=("d = 2, n = 5, t = 2: risk 1 + 1/7",),
                  necessity=necessity_of("accumulating: bounded in mean square"))  # fmt: skip


@check("ols.accumulate_finite")
def accumulate_finite(*, offsets: list[int]) -> Outcome:
    """With noise the risk of fit t is infinite iff some pooled count N_s, s <= t, is d + an offset."""
    for d in range(1, 8):
        for n in range(1, 10):
            for t in range(1, 6):
                hit = any(s * n - d in offsets for s in range(1, t + 1))
                exact = risk("accumulate", t, d, n) is NEVER
                same("finite risk", risk("accumulate", t, d, [n] * t) is NEVER, exact)
                if hit != exact:
                    return refuted(f"d = {d}, n = {n}, t = {t}: infinite is {exact}, claimed {hit}", {"d, n, t": f"{d}, {n}, {t}", "risk": risk("accumulate", t, d, n)})
    proof = Proof(*POOLED_INCREMENT)

    def prove() -> None:
        pooled_increment_of(proof)
        proof.depends("ols.risk-finite", "(2 + 1)/2 - 2 > -1", "(2 - 1 + 1)/2 - 2 <= -1", text="E tr H^+ is infinite iff |N - d| <= 1.")
        proof.argued("exchangeability", EXCHANGE + " For N_s < d the same holds with pseudo-inverses.")
        proof.argued("non-negative", "The risk is a sum of non-negative terms, the mean squared norms of the increments given the designs, so it is infinite iff one of them is.")
        for e in offsets:
            proof.arithmetic(f"abs({e}) < 2")
        proof.arithmetic(f"{len(offsets)} == 3", text="All integers of absolute value below 2.")

    return settle(proof, prove, "Each term is a positive multiple of E tr H^+, infinite iff |N_s - d| <= 1.",
                  instances=("d = 6, n = 5: infinite from the first fit on", "d = 6, n = 4: finite for every t (counts 4, 8, ...)"))  # fmt: skip


@check("ols.accumulate_limit")
def accumulate_limit(*, factor: str, argument: str) -> Outcome:
    """The limiting risk is v*factor*(-gamma - psi(argument)), factor and argument in n, d, for n >= d + 2."""
    proof = Proof("s", "n", "d", "v", "t", "k", "N", "m")
    term = f"({factor})*(1/(s - 1 + ({argument})) - 1/s)"
    points: list[Point] = [({"s": s, "n": n, "d": d}, bound_ratio_terms(d, n, s)[0]) for d, n, s in ((1, 3, 1), (2, 6, 1), (2, 6, 5), (5, 9, 2))]

    def prove() -> None:
        proof.depends("ols.accumulate-risk", "subs(subs(v*k*d/(N*(N - d - 1)), k, n), N, t*n) == v*d/(t*(t*n - d - 1))")
        proof.identity("subs(v*d/(t*(t*n - d - 1)), t, s)", f"v*{term}", text="Partial fractions of the increment of the risk.")
        proof.argued("digamma", "sum_(s>=1) (1/(s - 1 + x) - 1/s) = -gamma - psi(x) for x > 0: the logarithmic derivative of the product 1/Gamma(x) = x e^(gamma x) prod (1 + x/s) e^(-x/s). The series of positive "
                     "terms of the risk converges to its limit by monotone convergence.")  # fmt: skip
        for d, n in ((2, 6), (1, 3), (3, 11)):
            same(f"limit at d = {d}, n = {n}", _limit_bracketed(d, n), True)

    return settle(proof, prove, "Partial fractions, then the series of the digamma function.", formula=term, points=points,
                  value=r"\sigma^2\frac{d}{d+1}\left(-\gamma-\psi(1-\frac{d+1}{n})\right)", instances=("d = 2, n = 6: (4/3) log 2",), necessity=necessity_of("accumulating: the risk tends to a digamma value"),
                  routes=("partial sums with telescoping tail bounds", "digamma function in ball arithmetic"))  # fmt: skip


def _limit_bracketed(d: int, n: int, terms: int = 200) -> bool:
    """Return whether sum_(s<=terms) plus bounds of the tail encloses the library's limit.

    For s > T: d/(n s (s - a)) with 0 < a = (d+1)/n < 1 lies between d/(n s (s + 1)) ... and
    d/(n (s - 1) s), whose sums are d/(n (T + 1)) and d/(n T).
    """
    partial = sum((bound_ratio_terms(d, n, s)[0] for s in range(1, terms + 1)), Fraction(0))
    limit = risk_limit("accumulate", d, n)
    if not isinstance(limit, Closed):
        raise RoutesDisagree(f"the limit at d = {d}, n = {n} should be a closed form, not {limit!r}")
    inside("limit of the risk", limit, partial + Fraction(d, n * (terms + 1)), partial + Fraction(d, n * terms))
    return True


@check("ols.accumulate_bound")
def accumulate_bound(*, slack: str) -> Outcome:
    """(s n - d - 1) - s (n - d - 1) = slack: increment s is at most v d/(s^2 (n - d - 1)), with equality iff s = 1."""
    proof = Proof("s", "n", "d", "v", "t", "k", "N", "m")
    points: list[Point] = [
        ({"s": s, "n": n, "d": d}, Fraction(d, 1) / s / bound_ratio_terms(d, n, s)[0] - Fraction(d, 1) / s / bound_ratio_terms(d, n, s)[1])
        for d, n, s in ((1, 3, 1), (2, 6, 2), (4, 7, 5))
    ]

    def prove() -> None:
        proof.depends("ols.accumulate-risk", "subs(subs(v*k*d/(N*(N - d - 1)), k, n), N, t*n) == v*d/(t*(t*n - d - 1))")
        proof.depends("ols.fixed-design-risk", "(1/t)**2*v*d*subs(inverse, m, n - d + 1) == v*d/(t**2*(n - d - 1))", text="The terms of the bound are the increments for one reused design.")
        proof.identity("(s*n - d - 1) - s*(n - d - 1)", slack)
        proof.sign(slack, ">", s=(2, "oo"), d=(1, "oo"), text="Strict for every s >= 2,")
        proof.identity(f"subs({slack}, s, 1)", "0", text="and equality at s = 1.")
        proof.argued("basel", "So increment s of the risk, sigma^2 d/(s (s n - d - 1)), is at most sigma^2 d/(s^2 (n - d - 1)), and the sum over s of 1/s^2 is pi^2/6 (Euler). Equality holds for t = 1 with the first term "
                     "of the bound only, so the bound is strict at every t and also in the limit.")  # fmt: skip
        partial = sum((Fraction(1, s * s) for s in range(1, 101)), Fraction(0))
        bound = published_bound(1, 3)
        if not isinstance(bound, Closed):
            raise RoutesDisagree(f"the bound at d = 1, n = 3 should be pi^2/6, not {bound!r}")
        inside("pi^2/6", bound, partial + Fraction(1, 101), partial + Fraction(1, 100))
        for d, n in ((1, 3), (3, 9)):
            same("bound above the limit", bool(enclose(risk_limit("accumulate", d, n), 64) < enclose(published_bound(d, n), 64)), True)  # type: ignore[arg-type]

    return settle(proof, prove, "Term by term, with a positive difference of the divisors.", formula=slack, points=points,
                  instances=("d = 2, n = 5, s = 2: 1/7 < 1/4",),
                  necessity=necessity_of("accumulating: risk below (pi^2/6) sigma^2 d/(n-d-1)"))  # fmt: skip


@check("ols.fixed_design")
def fixed_design(*, term: str) -> Outcome:
    """One Gaussian design reused by all fits, all labels kept: fit t adds ``term`` (in t, n, d, v)."""
    proof = Proof("t", "n", "d", "v", "m")
    points: list[Point] = [
        ({"t": t, "n": n, "d": d, "v": 1}, rational(risk("accumulate", t, d, n, 1, "fixed")) - rational(risk("accumulate", t - 1, d, n, 1, "fixed")))
        for d, n, t in ((1, 3, 1), (2, 5, 3), (4, 8, 2))
    ]

    def prove() -> None:
        proof.argued("same-design", "With one design H_t = t W, so the increment is W^-1 X eps_t/t; given X the increments are independent and centred, of covariance sigma^2 W^-1/t^2.")
        proof.chi("inverse", -1, "m", "1/(m - 2)")
        proof.identity("(1/t)**2*v*d*subs(inverse, m, n - d + 1)", term)
        proof.argued("basel", "The sum of 1/t^2 over all t is pi^2/6 (Euler), so the risk increases to (pi^2/6) sigma^2 d/(n - d - 1), never attained.")
        same("limit for a fixed design", risk_limit("accumulate", 2, 5, design="fixed"), published_bound(2, 5))

    return settle(proof, prove, "The increments are those of one fit divided by t.", formula=term, points=points, instances=("d = 2, n = 5, t = 2: 1 + 1/4",))


@check("ols.accumulate_converges")
def accumulate_converges(*, slack: str) -> Outcome:
    """(H + B) H^-1 (H + B) - (H + B) = B + slack B H^-1 B, on 2 x 2 symmetric matrices; then theta_t converges a.s."""
    names = ["a", "b", "c", "x", "y", "z"]
    proof = Proof(*names, *POOLED_INCREMENT)
    h, g = (("a", "b"), ("b", "c")), (("x", "y"), ("y", "z"))
    k = tuple(tuple(f"({h[i][j]} + {g[i][j]})" for j in range(2)) for i in range(2))
    adjugate = (("c", "-b"), ("-b", "a"))

    def sandwich(m: tuple[tuple[str, str], ...] | tuple[tuple[str, ...], ...], i: int, j: int) -> str:
        return " + ".join(f"{m[i][p]}*({adjugate[p][q]})*{m[q][j]}" for p in range(2) for q in range(2))

    def prove() -> None:
        pooled_increment_of(proof)
        proof.identity("(a + x)**2/a - (a + x)", f"x + ({slack})*x**2/a", text="Dimension 1.")
        proof.define("minor", "a*c - b**2", text="H^-1 is the adjugate divided by the determinant.")
        for i, j in ((0, 0), (0, 1), (1, 1)):
            proof.identity(f"({sandwich(k, i, j)})/minor - {k[i][j]}", f"{g[i][j]} + ({slack})*({sandwich(g, i, j)})/minor", text=f"Entry {i + 1}{j + 1}.")
        proof.argued("telescoping", "In every dimension (H + B) H^-1 (H + B) = H + 2B + B H^-1 B; multiplied by (H + B)^-1 on both sides, H^-1 - (H + B)^-1 = (H + B)^-1 (B + B H^-1 B)(H + B)^-1 >= (H + B)^-1 B (H + B)^-1 in "
                     "the order of symmetric matrices. With H = H_(s-1) and B = X_s X_s^T these telescope: from the first invertible H_r on, the sum over s > r of H_s^-1 X_s X_s^T H_s^-1 is at most H_r^-1, for every "
                     "sequence of designs whatsoever.")  # fmt: skip
        proof.argued("martingale", "Given all designs, theta_t - theta_r is a sum of independent centred Gaussians, a martingale whose covariances are bounded by sigma^2 H_r^-1. No moment of the designs is used, and r <= d almost surely.")
        proof.cited("classical.martingale-convergence", {"(M_t) is a martingale": "argued: martingale", "sup E|M_t| is finite (or sup E M_t^2, for convergence in L^2)": "argued: telescoping"})
        proof.argued("not-the-truth", "Given the designs the limit is Gaussian about theta_* (plus a deterministic bias if n_1 < d) with covariance at least that of the first increment, which is not 0: it is theta_* with probability 0.")
        same("convergence in the library", [accumulating_converges(3, n)["almost_surely"] for n in (1, 3, 9)], [True] * 3)

    return settle(proof, prove, "The conditional covariances telescope for every sequence of designs.", otherwise=lambda: {"H, B": "1, 1 (1 x 1)", "left side": "2", "right side": f"1 + ({slack})"},
                  instances=("n_t = 1 for all t, d = 3", "n_t = d"), necessity=necessity_of("accumulating: theta_t converges a.s."))  # fmt: skip


@check("ols.accumulate_limit_law")
def accumulate_limit_law(*, excess: str) -> Outcome:
    """Fixed design: theta_inf - theta* = sigma sqrt(pi^2/6) z/sqrt(Q), Q chi-square with n - d + excess degrees of freedom."""
    proof = Proof("n", "d", "v", "m", "t")
    points: list[Point] = [({"n": n, "d": d}, accumulated_limit_law(d, n)[0]) for d, n in ((1, 1), (2, 5), (7, 9))]

    def prove() -> None:
        proof.depends("ols.fixed-design-risk", "(1/t)**2*v*d*subs(inverse, m, n - d + 1) == v*d/(t**2*(n - d - 1))", text="Fit t adds an increment of covariance sigma^2 W^-1/t^2.")
        proof.argued("law", "Given X, theta_inf - theta_* is the sum of the independent N(0, sigma^2 W^-1/t^2), that is N(0, sigma^2 (pi^2/6) W^-1); and W^-1/2 z has the law of z/sqrt(Q) with Q chi-square of n - d + 1 degrees "
                     "of freedom (rotation invariance and the Schur complement).")  # fmt: skip
        proof.identity(f"n - d + ({excess})", "n - d + 1")
        proof.identity(f"d*subs(inverse, m, n - d + ({excess}))", "d/(n - d - 1)", text="Its second moment is pi^2/6 times this, the limit of the risk: the two agree.")

    return settle(proof, prove, "A sum of independent Gaussians given the design.", formula=f"n - d + ({excess})", points=points, instances=("d = 2, n = 5: four degrees of freedom",))


@check("ols.accumulate_uniform")
def accumulate_uniform(*, constant: str) -> Outcome:
    """For every schedule with n_1 >= d + 2 the risk is at most constant * v d/(n_1 - d - 1), and no smaller constant will do."""
    proof = Proof("n", "a", "x", "k", "N", "d", "v", "m")

    def prove() -> None:
        proof.depends("ols.accumulate-converges", "(a + x)**2/a - (a + x) == x + (1)*x**2/a", text="The conditional covariances telescope,")
        proof.depends("ols.accumulate-step", "v*(k/N)*d*subs(inverse, m, N - d + 1) == v*k*d/(N*(N - d - 1))", text="and the increments of the risk are known.")
        proof.argued("telescoping", "The increments after the first fit have conditional covariances that sum to at most sigma^2 H_1^-1 (see the convergence theorem), and the first fit contributes sigma^2 H_1^-1 itself: twice "
                     "sigma^2 E tr H_1^-1 in all.")  # fmt: skip
        proof.arithmetic(f"1 + 1 == {constant}")
        for n in (3, 10, 100):
            same("risk of the growing context", growing_context_limit(1, n), Fraction(1, n - 2) + Fraction(1, 2) * (Fraction(1, n - 1) + Fraction(1, n)))
        proof.identity("(n - 2)*(1/(n - 2) + (1/2)*(1/(n - 1) + 1/n))", f"{constant} - (3*n - 2)/(2*n*(n - 1))",
                       text="d = 1, sizes n, 1, 1, 1, ...: the limiting risk divided by 1/(n - 2) tends to the constant as n grows, so it is sharp.")  # fmt: skip
        same("uniform factor", Fraction(uniform_bound_factor(100)), Fraction(constant))

    return settle(proof, prove, "The telescoping bound, and sizes n, 1, 1, 1, ... that approach it.",
                  otherwise=lambda: {"d, n": "1, 100", "limit of the risk times (n - 2)": 98 * growing_context_limit(1, 100), "constant": constant},
                  instances=("d = 1, sizes 100, 1, 1, ...: 98 times the limit is 1925798/970200",))  # fmt: skip


@check("ols.accumulate_unequal")
def accumulate_unequal(*, first: int, pi_squared: str) -> Outcome:
    """d = 1, sizes first, 1, 1, ...: the limit of the risk exceeds pi^2/6 times the first risk (pi^2 < pi_squared)."""
    proof = Proof("k", "N", "d", "v", "m", "j")
    limit = growing_context_limit(1, first)
    bound = Fraction(pi_squared)
    if not arb.pi() ** 2 < enclose(bound, 64):
        return refuted("that is no upper bound of pi^2", {"pi^2": f"above {(arb.pi() ** 2).str(10, radius=False)[:8]}", "claimed above it": pi_squared})

    def prove() -> None:
        proof.depends("ols.accumulate-step", "v*(k/N)*d*subs(inverse, m, N - d + 1) == v*k*d/(N*(N - d - 1))", text="Each new sample in a pool of j adds, with d = 1:")
        proof.identity("subs(subs(subs(v*k*d/(N*(N - d - 1)), k, 1), N, j), d, 1)", "v*(1/(j - 2) - 1/j)/2", text="half the difference of 1/(j - 2) and 1/j, which telescopes.")
        harmonic = Fraction(1, first - 1) + Fraction(1, first)
        same("limit of the risk", limit, Fraction(1, first - 2) + harmonic / 2)
        proof.arithmetic(f"1/{first - 2} + (1/{first - 1} + 1/{first})/2 == {limit}", text="The exact limit, by partial fractions of 1/(j (j - 2)).")
        proof.argued("pi", f"pi^2 < {pi_squared}: pi < 22/7 (Archimedes), and (22/7)^2 < {pi_squared}.")
        proof.arithmetic(f"(22/7)**2 < {pi_squared}")
        proof.arithmetic(f"1/{first - 2} + (1/{first - 1} + 1/{first})/2 > {pi_squared}/(6*{first - 2})", text="It exceeds the bound for equal batches.")

    return settle(proof, prove, "The exact limit for unequal batches is above the bound for equal ones.",
                  otherwise=lambda: {"limit": limit, "bound, with pi^2 > 49/5": Fraction(49, 30 * (first - 2))}, instances=(f"sizes {first}, 1, 1, ...: {limit}",))  # fmt: skip


@check("ols.pseudo_trace")
def pseudo_trace(*, value: str) -> Outcome:
    """E tr W^+ for n <= d - 2 is ``value`` in n, d."""
    proof = Proof("n", "d", "m")
    points: list[Point] = [({"n": n, "d": d}, pseudo_inverse_trace(d, n)) for d, n in ((3, 1), (5, 2), (9, 4))]

    def prove() -> None:
        proof.argued("gram", "For n < d the non-zero eigenvalues of W = X X^T are those of X^T X, a Wishart matrix of size n with d samples.")
        proof.chi("inverse", -1, "m", "1/(m - 2)", text="Each of the n diagonal entries of its inverse is 1/Q with d - n + 1 degrees of freedom.")
        proof.identity("n*subs(inverse, m, d - n + 1)", value)

    return settle(proof, prove, "The smaller Gram matrix has the same non-zero eigenvalues.", formula=value, points=points, instances=("d = 5, n = 2: 1",))
