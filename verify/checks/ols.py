"""Checks of recursive least squares, replacing regime: the increment, its covariance, the exact risk.

W = X X^T is Wishart of size d with n degrees of freedom, m = n - d + 1, and for a fixed unit vector u
1/(u^T W^-1 u) is chi-square with m degrees of freedom.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.regression import risk
from symbolic.values import NEVER
from verify.checks.collapse_support import INCREMENT, increment_of
from verify.errors import RoutesDisagree
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []

SCHUR = (
    "By the block inverse, 1/(W^-1)_11 is the Schur complement W_11 - W_12 W_22^-1 W_21, the squared length of the projection of the "
    "first row of X on the orthogonal complement of the other d - 1 rows. Given these rows, which are independent of the first and "
    "almost surely independent as vectors when n >= d, this is a chi-square variable with n - d + 1 degrees of freedom."
)


@check("ols.increment")
def increment(*, sign: int) -> Outcome:
    """theta_t - theta_{t-1} = sign * W^-1 X eps, on symbols for d = 2."""
    proof = Proof("w11", "w12", "w22", "p1", "p2", "e1", "e2")
    try:
        proof.define("det", "w11*w22 - w12**2")
        for i, row in ((1, ("w22", "-w12")), (2, ("-w12", "w11"))):
            for j in (1, 2):
                proof.define(f"i{i}{j}", f"({row[j - 1]})/det", text="The inverse of W.")
        for i in (1, 2):
            for j in (1, 2):
                proof.identity(f"i{i}1*w{min(1, j)}{max(1, j)} + i{i}2*w{min(2, j)}{max(2, j)}", str(int(i == j)))
        proof.define("r1", "w11*p1 + w12*p2 + e1", text="X y = W theta + X eps with (e1, e2) = X eps.")
        proof.define("r2", "w12*p1 + w22*p2 + e2")
        for i in (1, 2):
            proof.identity(f"i{i}1*r1 + i{i}2*r2 - p{i}", f"({sign})*(i{i}1*e1 + i{i}2*e2)")
        proof.argued(
            "general-dimension",
            "For every d and n >= d the matrix W is invertible almost surely and the least-squares fit is W^-1 X y = "
            "W^-1 X (X^T theta + eps) = theta + W^-1 X eps. Given X the increment is N(0, sigma^2 W^-1); it is independent of the "
            "past because X and eps are fresh, and its law does not depend on t when n_t is constant.",
        )
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the increment is another one: {problem}",
                       witness={"d": "2", "sign": str(sign)})  # fmt: skip
    return proof.confirmed("W^-1 X y = theta + W^-1 X eps, entry by entry.", instances=("d = 2 with W the identity",))


@check("ols.inverse_wishart_mean")
def inverse_wishart_mean(*, value: str) -> Outcome:
    """E W^-1 = value * I for n >= d + 2."""
    proof = Proof("n", "d", "m")
    try:
        proof.chi("inverse", -1, "m", "1/(m - 2)", text="E 1/X for X chi-square with m > 2 degrees of freedom.")
        proof.argued("schur", SCHUR)
        proof.identity("subs(inverse, m, n - d + 1)", value, text="With m = n - d + 1; finite from n = d + 2 on.")
        proof.argued(
            "isotropy",
            "W and O W O^T have the same law for orthogonal O, so E W^-1 commutes with every O and is a multiple of I; the multiple is "
            "the mean of its first diagonal entry, finite if and only if m > 2.",
        )
        proof.identity("(n - d - 1)*subs(inverse, m, n - d + 1)", "1",
                       text="Second route: integrating W W^-1 = I by parts gives (n - d - 1) E W^-1 = I.")  # fmt: skip
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the mean is another one: {problem}",
                       witness={"d, n": "1, 3", "E 1/X, X ~ chi2(3)": "1"})  # fmt: skip
    return proof.confirmed("The diagonal of W^-1 is inverse chi-square with n - d + 1 degrees of freedom.",
                           routes=("Schur complement and chi-square", "integration by parts"),
                           instances=("d = 1, n = 3: E 1/W = 1",))  # fmt: skip


@check("ols.risk_replacing")
def risk_replacing(*, risk_formula: str) -> Outcome:
    """E |theta_t - theta*|^2 equals ``risk_formula`` in t, n, d, v = sigma^2, for constant n >= d + 2."""
    proof = Proof("t", "n", "d", "v", "m", *INCREMENT)
    try:
        increment_of(proof)
        proof.depends("ols.inverse-wishart-mean", "(n - d - 1)*subs(inverse, m, n - d + 1) == 1")
        proof.define("risk", risk_formula)
        proof.identity("subs(risk, t, 0)", "0", text="t = 0 is the truth.")
        proof.identity("subs(risk, t, t + 1) - risk", "v*d/(n - d - 1)",
                       text="Each generation adds the trace of sigma^2 E W^-1.")  # fmt: skip
        proof.argued(
            "orthogonal-increments",
            "The increments are independent with mean 0 (symmetric, square integrable for n >= d + 2), so the mean squared norm of their "
            "sum is the sum of their mean squared norms; given X one increment has covariance sigma^2 W^-1.",
        )
        for d, n, t in ((1, 3, 5), (2, 5, 3), (3, 5, 2)):
            exact = risk("replace", t, d, n)
            if not isinstance(exact, Fraction):
                raise RoutesDisagree(f"the risk at d = {d}, n = {n} is finite, yet the library returns {exact!r}")
            proof.identity(f"subs(subs(subs(subs(risk, t, {t}), n, {n}), d, {d}), v, 1)", exact,
                           text=f"Second route at d = {d}, n = {n}, t = {t}.")  # fmt: skip
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the risk is another one: {problem}",
                       witness={"d, n, t, sigma^2": "1, 3, 1, 1", "risk": "1"})  # fmt: skip
    return proof.confirmed("Induction on t: base and step are identities of rational functions.",
                           instances=("d = 1, n = 3, t = 1: risk 1",))  # fmt: skip


@check("ols.infinite_risk")
def infinite_risk(*, excess: int) -> Outcome:
    """At n = d + excess the risk of one fit is infinite, for excess = -1, 0 or 1 and for no other one."""
    d = max(1, 1 - excess)
    n, m = d + excess, abs(excess) + 1
    exact = risk("replace", 1, d, n)
    if (abs(excess) <= 1) != (exact is NEVER):
        raise RoutesDisagree(f"the degrees of freedom give the risk at d = {d}, n = {n} a {'finite' if abs(excess) > 1 else 'infinite'} value, the library {exact!r}")
    proof = Proof(*INCREMENT)
    try:
        increment_of(proof)
        proof.argued("schur", SCHUR + " For n < d the non-zero eigenvalues of W are those of X^T X, a Wishart matrix of size n with d samples, so the same holds with d - n + 1 degrees of freedom for the diagonal of its inverse.")
        proof.arithmetic(f"(abs({excess}) + 1)/2 - 2 <= -1", text="The density of X near 0 is of the order of x^(m/2 - 1), m = |n - d| + 1; times 1/x it is not integrable.")
        proof.argued(
            "divergence",
            "E 1/X = c * integral of x^(m/2 - 2) exp(-x/2) is infinite iff m/2 - 2 <= -1, that is m <= 2. Then E tr W^+ and with it "
            "the mean squared norm sigma^2 E tr W^+ of what the noise adds to the fit are infinite.",
        )
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the risk is finite there: {problem}",
                       witness={"d, n": f"{d}, {n}", "risk of one fit, sigma^2 = 1, theta* = 0": str(exact)})  # fmt: skip
    return proof.confirmed("The integral of x^(m/2 - 2) at 0 diverges.", instances=(f"d = {d}, n = {n}: m = {m} degrees of freedom",),
                           routes=("integrability of the density at 0", "exact risk in the library"))  # fmt: skip
