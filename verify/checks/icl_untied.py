"""Checks of weights that differ between layers: the untied optimum for one and two layers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symbolic.skew_theorem import onset_polynomial
from symbolic.untied import untied_limit_loss, untied_loss, untied_lower_bound, untied_scalar_loss
from symbolic.values import Bounded
from symbolic.wishart import trace_moment
from verify.checks.icl_skew import PARTS, part, undecided
from verify.formula import expression_text
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []

LINE = ("-oo", "oo")


def _moment(powers: tuple[int, ...]) -> str:
    return expression_text({tuple(map(int, e)): v for e, v in trace_moment(powers).to_dict().items()}, ["n", "d"])


@check("icl.untied_one_layer")
def untied_one_layer(*, loss: str) -> Outcome:
    """One layer: the best V is n/(n+d+1) I with this loss."""
    proof = Proof("n", "d", "a")
    try:
        for k in (1, 2):
            proof.moment(f"w{k}", [k], _moment((k,)))
        proof.identity("d - 2*a*w1/n + a**2*w2/n**2", f"{loss} + w2/n**2*(a - n/(n + d + 1))**2", text="The loss on aI.")
        proof.sign("w2", ">", n=(1, "oo"), d=(1, "oo"))
        proof.argued("convex", "For one layer f is a strictly convex quadratic in V and invariant under V -> O V O^T, so its minimiser is "
                               "fixed by all of O(d) and commutes with it: a scalar matrix.")  # fmt: skip
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the loss is another one: {problem}",
                       witness={"d = 3, n = 5": str(untied_loss(3, 1, 5))})  # fmt: skip
    return proof.confirmed("A square completed.", instances=(f"d = 3, n = 5: {untied_loss(3, 1, 5)}",))


@check("icl.untied_scalar_pair")
def untied_scalar_pair(*, divisor: str, total: str, product: str, loss: str) -> Outcome:
    """Two layers: v_1 + v_2 = n total/divisor, v_1 v_2 = n^2 product/divisor, distinct, and their loss d loss/divisor."""
    proof = Proof("n", "d", "u", "v")
    box: dict[str, Any] = {"n": (1, "oo"), "d": (1, "oo")}
    try:
        for k in range(1, 5):
            proof.moment(f"w{k}", [k], _moment((k,)))
        proof.define("D", divisor)
        proof.define("U", total)
        proof.define("P", product)
        proof.define("N", loss)
        proof.identity(
            "D**2*(d - 2*u*w1 + (u**2 + 2*v)*w2 - 2*u*v*w3 + v**2*w4)",
            "D*d*N + w2*(D*u - U)**2 - 2*w3*(D*u - U)*(D*v - P) + w4*(D*v - P)**2",
            text="E tr (I - uW + vW^2)^2, W = nS, with the square completed: u = (v_1 + v_2)/n, v = v_1 v_2/n^2.",
        )
        for name in ("D", "w2", "w2*w4 - w3**2"):
            proof.sign(name, ">", **box)
        proof.sign("U**2 - 4*D*P", ">", **box, text="v_1 and v_2 are real and distinct.")
        proof.sign("P", ">", **box)
        proof.sign("U", ">", **box, text="Both are positive.")
        proof.argued("strict", "The quadratic form is positive definite, so the minimum over (u, v) is at u = U/D, v = P/D only. A tied scalar matrix aI has "
                               "u^2 = 4v, which fails there, so every tied scalar matrix has a strictly larger loss.")  # fmt: skip
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"not the optimum: {problem}", witness={"d = 2, n = 1: loss": str(untied_scalar_loss(2, 1))})
    return proof.confirmed("Normal equations solved for symbolic n and d, and the square completed.",
                           instances=(f"d = 2, n = 1: {untied_scalar_loss(2, 1)}", f"d = 2, n = 15: {untied_scalar_loss(2, 15)}"))  # fmt: skip


@check("icl.untied_beats_tied")
def untied_beats_tied(*, margin: str) -> Outcome:
    """d = L = 2, every n: the best untied scalar pair beats every tied matrix, by the factor 1 + margin."""
    proof = Proof("n", "d", "u", "v", "a", "b", "r", "B", "C")
    try:
        proof.depends("icl.untied-scalar-pair", "U**2 - 4*D*P > 0 for d in [1, oo), n in [1, oo)", "D > 0 for d in [1, oo), n in [1, oo)",
                      _completed(), text="The loss of the best pair is d N/D.")  # fmt: skip
        proof.depends("icl.loss-d2-l2", "f := loss(layers=2, V=[a + r, -b; b, a - r])", *map(part, PARTS))
        proof.depends("icl.traceless-part-d2-l2", "f2 + g2 > 0 for a in (-oo, oo), n in [1, oo)", text="R = 0 at a tied minimiser.")
        proof.define("D2", "subs(D, d, 2)")
        proof.define("N2", "subs(2*N, d, 2)")
        proof.define("gap", f"D2*f0 - (1 + {margin})*n**3*N2", text="Positive where the scalar matrix aI is worse by that factor.")
        proof.cover(["gap"], a=LINE, n=(1, "oo"))
        proof.cover(["4*f4*gap - D2*f2**2", "f2"], a=LINE, n=(1, "oo"), text="A skew part pays only where f2 < 0, and gains f2^2/(4 f4).")
        proof.sign("N2", ">", n=(1, "oo"))
        proof.sign("f4", ">=", n=(1, "oo"))
        proof.argued(
            "reading",
            "A tied minimiser is aI + bJ, with n^3 f = f0 + f2 B + f4 B^2, B = b^2. If f2 >= 0 this is at least f0, and gap >= 0 says that f0 exceeds n^3 times "
            "the loss N2/D2 of the best pair by the factor. If f2 < 0 then f4 > 0 (at n = 1, f4 = 0 and the cover gives f2^2 <= 0), the least value over B is f0 - f2^2/(4 f4), "
            "and the first alternative of the cover says the same of it.",
        )
    except StepFails as problem:
        if Fraction(margin) >= Fraction(1, 2):
            return Outcome(Verdict.REFUTED, Tier.EXACT, "the factor is smaller in the limit of long contexts",
                           witness={"limit of the tied loss": "44", "limit of the untied loss": str(untied_limit_loss(2)),
                                    "ratio": "11/7", "stated factor": str(1 + Fraction(margin))})  # fmt: skip
        return undecided(problem)
    return proof.confirmed("One cover of the half-plane of (a, n).",
                           instances=(f"n = 14: untied {untied_scalar_loss(2, 14)}", f"R4(15) = {onset_polynomial()(15, 0, 0, 0)}"))  # fmt: skip


def _completed() -> str:
    return ("D**2*(d - 2*u*w1 + (u**2 + 2*v)*w2 - 2*u*v*w3 + v**2*w4) == "
            "D*d*N + w2*(D*u - U)**2 - 2*w3*(D*u - U)*(D*v - P) + w4*(D*v - P)**2")  # fmt: skip


@check("icl.untied_bounds")
def untied_bounds(*, n: int, low: str, high: str) -> Outcome:
    """d = 2, two layers of their own: the least loss over all real pairs lies between low and high."""
    proof = Proof("n", "d", "x", "y", "z")
    words = [(0, 1), (0, 2), (1, 1)]  # (p, k): tr(W)^p W^k
    if n < 2:
        raise ValueError("at n = 1 the three words are dependent and the optimum is known")
    coefficients = ("x", "y", "z")
    try:
        def mean(parts: list[int]) -> str:
            name = "w" + "".join(map(str, parts))
            if name not in proof.scope.names:
                proof.moment(name, parts, int(trace_moment(tuple(parts))(n, 2)), d="2", n=str(n))
            return name

        linear = [mean(sorted([1] * p + [k])) for p, k in words]
        gram = [[mean(sorted([1] * (p + q) + [k + j])) for q, j in words] for p, k in words]
        squares = " + ".join(f"{c}*{e}*{gram[i][j]}" for i, c in enumerate(coefficients) for j, e in enumerate(coefficients))
        proof.define("Q", f"2 - 2*({' + '.join(f'{c}*{w}' for c, w in zip(coefficients, linear, strict=True))}) + {squares}",
                     text="E |I - xW - yW^2 - z tr(W) W|^2.")  # fmt: skip
        bound = untied_lower_bound(2, n)
        best = _normal_equations(n, words)
        proof.identity("Q", f"{bound} + " + " + ".join(
            f"({c} - {best[i]})*({e} - {best[j]})*{gram[i][j]}" for i, c in enumerate(coefficients) for j, e in enumerate(coefficients)))
        g = gram
        proof.sign(g[0][0], ">")
        proof.sign(f"{g[0][0]}*{g[1][1]} - {g[0][1]}**2", ">")
        determinant = (f"{g[0][0]}*({g[1][1]}*{g[2][2]} - {g[1][2]}**2) - {g[0][1]}*({g[0][1]}*{g[2][2]} - {g[1][2]}*{g[0][2]}) "
                       f"+ {g[0][2]}*({g[0][1]}*{g[1][2]} - {g[1][1]}*{g[0][2]})")  # fmt: skip
        proof.sign(determinant, ">", text="The Gram matrix is positive definite.")
        proof.arithmetic(f"{low} <= {bound}", text="The relaxed minimum.")
        proof.arithmetic(f"{untied_scalar_loss(2, n)} <= {high}", text="The best scalar pair.")
        proof.argued("relaxation", "(I - V_2 S)(I - V_1 S) = I - BS + T(S)S with B = V_1 + V_2 and the linear map T(S) = V_2 S V_1. Over all B and all linear T the loss is convex "
                     "and O(d)-invariant, so equivariant B = xI, T(S) = -(yS + z tr(S) I) are optimal: a lower bound for pairs. The best scalar pair is a pair.")  # fmt: skip
    except StepFails as problem:
        found = untied_loss(2, 2, n)
        shown = {"lower bound": str(found.lower), "best scalar pair": str(found.upper)} if isinstance(found, Bounded) else {"value": str(found)}
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the bounds found are others: {problem}", witness=shown)
    return proof.confirmed("A convex relaxation solved exactly below, an explicit pair above.", value_bounds=(low, high),
                           instances=(f"n = {n}: between {bound} and {untied_scalar_loss(2, n)}",))  # fmt: skip


def _normal_equations(n: int, words: list[tuple[int, int]]) -> list[Fraction]:
    rows = [[Fraction(int(trace_moment(tuple(sorted([1] * (p + q) + [k + j])))(n, 2))) for q, j in words]
            + [Fraction(int(trace_moment(tuple(sorted([1] * p + [k])))(n, 2)))] for p, k in words]  # fmt: skip
    for i in range(3):
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for j in range(3):
            if j != i:
                rows[j] = [x - rows[j][i] * y for x, y in zip(rows[j], rows[i], strict=True)]
    return [row[3] for row in rows]


@check("icl.untied_long_context")
def untied_long_context(*, limit: str) -> Outcome:
    """Two layers, every d: n^2 times the least untied loss tends to ``limit``, below the tied limit."""
    proof = Proof("d", "t", "n", "u", "v")
    try:
        proof.depends("icl.untied-scalar-pair", "D > 0 for d in [1, oo), n in [1, oo)", _completed(), text="The best scalar pair has loss d N/D.")
        for power in (3, 2):
            proof.identity(f"coeff(D, n, {power})", {3: "d + 1", 2: "d**2 + 5*d + 10"}[power])
        proof.identity("d*coeff(N, n, 1)", f"({limit})*coeff(D, n, 3)", text="So n^2 d N/D tends to the limit.")
        for power in (3, 2):
            proof.identity(f"coeff(N, n, {power})", "0")
        proof.sign(f"(2*d**3 + 5*d**2 + 5*d - d) - ({limit})", ">", d=(1, "oo"), text="The tied limit is at least Phi(0) - d.")
        proof.identity("t**2 - 2*(d + 1)*t + (d + 1)**2", "(t - d - 1)**2")
        proof.argued(
            "limit-problem",
            "With V_i = I + M_i/sqrt(n), n^2 times the loss tends to Psi = E tr G^4 + (d+1)(|M_1|^2 + |M_2|^2) + 2(d+2) tr M_2 M_1 + 2 tr M_1 tr M_2 + |M_2 M_1|^2. With nu the singular "
            "values of M_2 M_1: 2 tr M_1 tr M_2 >= -d(|M_1|^2 + |M_2|^2), |M_1|^2 + |M_2|^2 >= 2 sum nu and tr M_2 M_1 >= -sum nu. So Psi - E tr G^4 >= sum (nu^2 - 2(d+1) nu) "
            ">= -d(d+1)^2, with equality exactly at M_1 = -M_2 = +-sqrt(d+1) I. This minimum is isolated up to the exchange of the layers, where the Hessian is positive, and the "
            "problem is invariant under O(d); so for n large enough the optimum over all pairs is a scalar pair, symmetric, and better than every tied matrix.",
        )
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the limit is another one: {problem}", witness={"limit at d = 2": str(untied_limit_loss(2))})
    return proof.confirmed("Leading coefficients of the closed form, and a lower bound by singular values.", instances=(f"d = 2: {untied_limit_loss(2)} against 44 tied",))

