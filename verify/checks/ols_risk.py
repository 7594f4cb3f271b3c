"""Checks of recursive least squares, replacing: moments of the increment, and the exact risk."""

from __future__ import annotations

from fractions import Fraction

from symbolic.chi import pseudo_inverse_trace
from symbolic.regression import risk, risk_limit
from symbolic.regression_walk import increment_law, norm_growth_exponent, stationary_second_moment
from symbolic.values import NEVER
from symbolic.wishart import trace_moment
from verify.checks.collapse_support import INCREMENT, Point, increment_of, necessity_of, rational, same, settle
from verify.outcome import Outcome
from verify.proof import Proof
from verify.registry import check

__all__ = ["LAW"]

RISK = ("t", "n", "d", "v")
"""The further variables of the exact risk."""

LAW = (
    "Given X the increment is N(0, sigma^2 W^-1), so its characteristic function at u is E exp(-sigma^2 u^T W^-1 u / 2). By rotation "
    "invariance u^T W^-1 u has the law of |u|^2 (W^-1)_11, and 1/(W^-1)_11 is chi-square with m = n - d + 1 degrees of freedom (the squared "
    "length of one row of X projected on the complement of the other d - 1). So the increment has the law of sigma z / sqrt(Q), z standard "
    "normal in R^d and Q chi-square with m degrees of freedom, independent of z."
)


@check("ols.increment_law")
def increment_law_of(*, degrees: str) -> Outcome:
    """1/(W^-1)_11 is chi-square with ``degrees`` (in n, d) degrees of freedom: moments at d = 2, then the argument."""
    proof = Proof("n", "d", "m", *INCREMENT)
    points: list[Point] = [({"n": n, "d": d}, increment_law(d, n).degrees) for d, n in ((1, 1), (2, 5), (4, 4), (3, 9))]

    def prove() -> None:
        increment_of(proof)
        proof.argued("law", LAW)
        proof.identity(degrees, "n - d + 1")
        proof.chi("first", 1, "m", "m")
        proof.chi("second", 2, "m", "m*(m + 2)")
        for name, powers in (("t11", [1, 1]), ("t2", [2]), ("t1111", [1, 1, 1, 1]), ("t112", [1, 1, 2]), ("t22", [2, 2])):
            value = str(trace_moment(tuple(sorted(powers, reverse=True)))).replace("^", "**")
            proof.moment(name, powers, f"subs({value}, d, 2)", d="2", text="Wishart moments at d = 2 by integration by parts.")
        at_two = f"subs({degrees}, d, 2)"
        proof.identity("(t11 - t2)/2", f"subs(first, m, {at_two})*subs(first, m, n)",
                       text="det W = w_22/(W^-1)_11 with independent factors, the second chi-square with n degrees of freedom: E det W,")  # fmt: skip
        proof.identity("(t1111 - 2*t112 + t22)/4", f"subs(second, m, {at_two})*subs(second, m, n)", text="and E (det W)^2, by the two routes.")

    return settle(proof, prove, "The Schur complement of a Wishart matrix; its first two moments also by integration by parts.", formula=degrees, points=points,
                  instances=("d = 2, n = 5: four degrees of freedom",), routes=("Schur complement", "Wishart moments by integration by parts"))  # fmt: skip


@check("ols.increment_moment")
def increment_moment(*, order: int, excess: int) -> Outcome:
    """For n >= d, E |increment|^order is finite iff n >= d + excess."""
    proof = Proof(*INCREMENT)

    def prove() -> None:
        increment_of(proof)
        proof.argued("law", LAW)
        proof.argued(
            "tail", f"E |sigma z|^{order} is finite, so the moment is finite iff E Q^(-{order}/2) is. The density of Q is of the order of x^(m/2 - 1) "
            f"at 0, so this is the integrability of x^((m - {order})/2 - 1) at 0: the exponent must be above -1. It increases with m.")  # fmt: skip
        proof.arithmetic(f"({excess} + 1 - {order})/2 - 1 > -1", text=f"Finite at n = d + {excess}, where m = {excess + 1}.")
        proof.arithmetic(f"({excess} - {order})/2 - 1 <= -1", text="Infinite for one sample fewer.")
        for d in (1, 2, 5):
            for n in range(d, d + 5):
                law = increment_law(d, n)
                if order in (1, 2):
                    same(f"moment of order {order} at d = {d}, n = {n}", law.integrable if order == 1 else law.square_integrable, n >= d + excess)

    def otherwise() -> dict[str, object]:
        return {"order of the moment": order, "finite iff n - d is at least": order, "claimed": excess}

    return settle(proof, prove, "The moment is finite iff it is below the degrees of freedom n - d + 1.", otherwise=otherwise,
                  instances=(f"n = d + {excess}: finite", f"n = d + {excess - 1}: infinite"))  # fmt: skip


@check("ols.increment_covariance")
def increment_covariance(*, factor: str) -> Outcome:
    """The covariance of an increment is v * factor * I, factor in n and d."""
    proof = Proof("n", "d", "m", *INCREMENT)
    points: list[Point] = [({"d": d, "n": n}, increment_law(d, n).covariance) for d, n in ((1, 3), (2, 7), (4, 6))]

    def prove() -> None:
        increment_of(proof)
        proof.depends("ols.inverse-wishart-mean", "(n - d - 1)*subs(inverse, m, n - d + 1) == 1")
        proof.argued("total-covariance", "Given X the increment has mean 0 and covariance sigma^2 W^-1, so its covariance is sigma^2 E W^-1, "
                     "a multiple of I, finite iff n >= d + 2.")  # fmt: skip
        proof.identity("subs(inverse, m, n - d + 1)", factor)

    return settle(proof, prove, "Total covariance, and the mean of the inverse Wishart matrix.", formula=factor, points=points,
                  instances=("d = 2, n = 7: covariance sigma^2/4",), routes=("mean of the inverse Wishart matrix", "law sigma z/sqrt(Q)"))  # fmt: skip


@check("ols.risk_schedule")
def risk_schedule(*, step: str) -> Outcome:
    """Replacing with any sizes >= d + 2: fit s adds ``step`` (in n = n_s, d, v) to the risk."""
    proof = Proof("n", "d", "m", "v", *INCREMENT)
    points: list[Point] = [
        ({"n": sizes[-1], "d": d, "v": v}, rational(risk("replace", len(sizes), d, sizes, v)) - rational(risk("replace", len(sizes) - 1, d, sizes, v)))
        for d, sizes, v in ((1, [5, 3], 1), (2, [9, 4, 6], 2), (3, [8, 5], Fraction(1, 3)))
    ]

    def prove() -> None:
        increment_of(proof)
        proof.depends("ols.inverse-wishart-mean", "(n - d - 1)*subs(inverse, m, n - d + 1) == 1")
        proof.identity("v*d*subs(inverse, m, n - d + 1)", step, text="The trace of sigma^2 E W^-1 for the size of this fit.")
        proof.argued("independent-increments", "The increments are independent of one another and symmetric, whatever the deterministic sizes are; "
                     "for n_s >= d + 2 they are square integrable, so the mean squared norms add.")  # fmt: skip

    return settle(proof, prove, "Independent centred increments: their mean squares add, whatever the schedule.", formula=step, points=points,
                  instances=("d = 1, sizes 5, 3: 1/3 + 1",))  # fmt: skip


@check("ols.risk_underdetermined")
def risk_underdetermined(*, step: str, level: str) -> Outcome:
    """n <= d - 2: the risk goes from R to ``step``; it is level*(1 - r), r = (n/d)^t, c = |theta*|^2."""
    proof = Proof("R", "r", "n", "d", "c", "v", "m")
    points: list[Point] = [
        ({"n": n, "d": d, "c": c, "v": v, "r": Fraction(n, d) ** t}, risk("replace", t, d, n, v, theta2=c))
        for d, n, t, c, v in ((5, 3, 1, 0, 1), (5, 2, 3, 7, 1), (4, 1, 2, Fraction(1, 2), 3))
    ]

    def prove() -> None:
        proof.argued("projection", "Let P project on the span of the n < d columns, of dimension n and uniformly distributed. Then theta_new = P theta + X (X^T X)^-1 eps "
                     "and E |P u|^2 = (n/d) |u|^2 by rotation invariance; P e - (I - P) theta* has orthogonal parts, and the noise part is centred given X.")  # fmt: skip
        proof.chi("gram", -1, "m", "1/(m - 2)", text="X^T X is Wishart of size n with d columns: its inverse has diagonal 1/chi2(d - n + 1).")
        proof.define("next", step)
        proof.identity("next", "(n/d)*R + (1 - n/d)*c + v*n*subs(gram, m, d - n + 1)")
        proof.define("level", level)
        proof.identity("subs(next, R, level*(1 - r))", "level*(1 - r*n/d)", text="Induction: r is multiplied by n/d in each fit.")
        proof.identity("level", "c + v*n*d/((d - n - 1)*(d - n))", text="The limit, since r tends to 0.")

    return settle(proof, prove, "An affine recursion with factor n/d < 1, solved in closed form.", formula=f"({level})*(1 - r)", points=points,
                  instances=("d = 5, n = 3, t = 1, theta* = 0: risk 3",),
                  necessity=necessity_of("n <= d-2: the risk has a finite limit"))  # fmt: skip


@check("ols.risk_finite")
def risk_finite(*, gap: int) -> Outcome:
    """With label noise the risk of one fit is finite iff |n - d| >= gap."""
    proof = Proof(*INCREMENT)

    def prove() -> None:
        increment_of(proof)
        proof.argued("law", LAW)
        proof.argued("smaller-gram", "The non-zero eigenvalues of W are those of the smaller of X X^T and X^T X, a Wishart matrix whose inverse has diagonal "
                     "1/Q, Q chi-square with |n - d| + 1 degrees of freedom. E 1/Q is finite iff (|n - d| + 1)/2 - 2 > -1; it decreases as |n - d| grows.")  # fmt: skip
        proof.arithmetic(f"({gap} + 1)/2 - 2 > -1", text="Finite at that distance.")
        proof.arithmetic(f"({gap} - 1 + 1)/2 - 2 <= -1", text="Infinite at one less.")
        for d in range(1, 8):
            for n in range(1, 12):
                same(f"finite risk at d = {d}, n = {n}", risk("replace", 1, d, n) is not NEVER, abs(n - d) >= gap)
                same(f"finite trace at d = {d}, n = {n}", pseudo_inverse_trace(d, n) is not NEVER, abs(n - d) >= gap)

    def otherwise() -> dict[str, object]:
        return {"d, n": "3, 5" if gap > 2 else "3, 4", "risk after one fit": risk("replace", 1, 3, 5 if gap > 2 else 4)}

    return settle(proof, prove, "The inverse of the smaller Gram matrix has a mean iff |n - d| >= 2.", otherwise=otherwise,
                  instances=("d = 3: infinite at n = 2, 3, 4; finite at n = 1, 5",),
                  necessity=necessity_of("replacing: risk t sigma^2 d/(n-d-1)", "replacing: the risk tends to infinity"))  # fmt: skip


@check("ols.stationary")
def stationary(*, second_moment: str) -> Outcome:
    """n < d: one stationary law; its second moment is ``second_moment`` (in n, d, v) for n <= d - 2."""
    proof = Proof("n", "d", "v", "k", "m")
    points: list[Point] = [({"d": d, "n": n, "v": 1}, stationary_second_moment(d, n)) for d, n in ((5, 3), (4, 1), (9, 2))]

    def prove() -> None:
        proof.argued("projection", "theta_t = P_t theta_(t-1) + eta_t with P_t a uniform projection of rank n < d and eta_t = X (X^T X)^-1 eps, the pairs independent "
                     "and identically distributed.")  # fmt: skip
        proof.identity("1 - subs(n/d, d, n + k)", "k/(n + k)", text="E |P u|^2 = (n/d) |u|^2 with d = n + k, k >= 1: a contraction in mean square.")
        proof.sign("k", ">", k=(1, "oo"))
        proof.argued("backward-series", "E |P u| <= sqrt(n/d) |u|, and E |eta| is finite because |eta| = sigma |z|/sqrt(Q) in law with Q of d - n + 1 >= 2 degrees of "
                     "freedom. So sum_k E |P_1 ... P_(k-1) eta_k| is finite: the backward series converges in L1 and almost surely. theta_t has the law of its first t "
                     "terms plus P_1 ... P_t theta_*, which tends to 0 in L1; the limit law is stationary, the only one, and does not depend on theta_*. A stationary, "
                     "non-degenerate chain does not converge almost surely.")  # fmt: skip
        proof.chi("gram", -1, "m", "1/(m - 2)")
        proof.identity(f"(n/d)*({second_moment}) + v*n*subs(gram, m, d - n + 1)", second_moment, text="The fixed point of the recursion of second moments.")

    return settle(proof, prove, "A random contraction: one stationary law, whose second moment is the fixed point.", formula=second_moment, points=points,
                  necessity=necessity_of("n < d: theta_t has a non-degenerate stationary law"), instances=("d = 5, n = 3: 15/2 sigma^2", f"n = d - 1: second moment {stationary_second_moment(5, 4)!r}"),
                  routes=("fixed point of the recursion", f"limit of the risk with theta* = 0: {risk_limit('replace', 5, 3)!r} at d = 5, n = 3"))  # fmt: skip


@check("ols.norm_growth")
def norm_growth(*, excess: int, exponent: str) -> Outcome:
    """At n = d + excess the norm is of the order t^exponent in law."""
    proof = Proof("m", *(RISK if excess >= 2 else ()))

    def prove() -> None:
        proof.argued("law", LAW)
        proof.argued("clock", "Hence e_t = sqrt(T_t) z in law, with T_t = sigma^2 sum_(s<=t) 1/Q_s independent of the standard normal z.")
        if excess >= 2:
            proof.depends("ols.risk-replacing", "subs(risk, t, t + 1) - risk == v*d/(n - d - 1)", text="The mean square grows by v d/(m - 2) in each fit,")
            proof.identity("v*d/(n - d - 1)", "subs(v*d/(m - 2), m, n - d + 1)")
            proof.chi("inverse", -1, "m", "1/(m - 2)", text="as E 1/Q, which is finite for m >= 3, says:")
            proof.argued("mean-clock", "T_t/t is an average of independent identically distributed variables of finite mean.")
            proof.cited("classical.strong-law", {"the variables are independent and identically distributed": "argued: mean-clock",
                                                 "they are integrable": "inverse := E X^-1, X ~ chi2(m)"})  # fmt: skip
            proof.identity("(m - 2)*inverse", "1", text="T_t/t tends to sigma^2/(m - 2) > 0, so |e_t|/sqrt(t) has a non-degenerate limit law.")
        else:
            proof.argued("stable", "For m = 1 the variable 1/Q is a Levy variable, stable of index 1/2: a sum of t copies has the law of t^2 copies of one. So e_t has exactly "
                         "the law of t e_1.")  # fmt: skip
        proof.arithmetic(f"1/min({excess} + 1, 2) == {exponent}", text="The reciprocal of the stable index min(n - d + 1, 2), n - d + 1 not 2.")
        same("growth exponent", norm_growth_exponent(3, 3 + excess), Fraction(exponent))

    def otherwise() -> dict[str, object]:
        return {"n - d": excess, "exponent": norm_growth_exponent(3, 3 + excess), "claimed": exponent}

    if excess == 1:
        raise ValueError("n = d + 1 has no pure power: the norm is of the order sqrt(t log t)")
    return settle(proof, prove, f"The norm is of the order t^{exponent} in law.", otherwise=otherwise, instances=(f"d = 3, n = {3 + excess}",))
