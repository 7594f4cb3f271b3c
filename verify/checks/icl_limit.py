"""Checks of the limit of long contexts: V = I + M/sqrt(n), and why its minimiser has a skew part.

n^L f(I + M/sqrt n) is a polynomial in 1/sqrt(n) and the entries of M; its limit is the coefficient of
one power of n in a polynomial that the checker derives, and the higher ones must vanish.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb

from flint import fmpq_mpoly, fmpz_mpoly, fmpz_poly

from symbolic.large_context import (
    limit_gain_two_layers,
    limit_loss_plane,
    limit_loss_two_layers,
    pair_coefficients,
    skew_instability,
)
from symbolic.plane import plane_loss
from symbolic.scalar import second_variation, variation_coefficients
from symbolic.wishart import trace_moment
from verify.checks.icl_noise import noisy_loss_text
from verify.errors import RoutesDisagree
from verify.formula import expression_text
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []

LIMIT = (
    "S is (1/n) times a sum of n independent xx^T, so sqrt(n)(S - I) tends to the Gaussian orthogonal ensemble G (variance 2 on the "
    "diagonal, 1 off it) with all moments; hence n^L f(I + M/sqrt n) tends to Phi(M) = E|(G + M)^L|^2 coefficient by coefficient, and "
    "uniformly for M in a bounded set, both being polynomials in M."
)


def _wishart(poly: fmpz_mpoly | fmpq_mpoly) -> str:
    return expression_text({tuple(map(int, e)): value for e, value in poly.to_dict().items()}, ["n", "d"])


def _in_d(poly: fmpz_poly) -> str:
    return expression_text({(k,): int(c) for k, c in enumerate(poly.coeffs()) if c}, ["d"])


def _variation_text(layers: int) -> str:
    """Return f(aI + sK), K skew of norm 1, to order s^2, for symbolic n and d."""

    def mean(i: int, j: int):
        return trace_moment((i, j)) - trace_moment((i + j,))

    terms = " + ".join(f"({(-1) ** k * comb(2 * layers, k)}*({_wishart(trace_moment((k,)))}))*(a/n)**{k}" for k in range(2 * layers + 1))
    d = trace_moment((1,)).context().gens()[1]
    parts = [divmod(c, d * (d - 1)) for c in second_variation(layers, mean, -1)]
    if any(rest != 0 for _, rest in parts):
        raise ArithmeticError("the mean over pairs of eigenvalues must be divisible by d (d - 1)")
    skew = " + ".join(f"({_wishart(c)})*(a/n)**{k}" for k, (c, _) in enumerate(parts))
    return f"{terms} + s**2*({skew})/n**2"


def _instability_by_contexts(layers: int) -> None:
    """Compare the limit of the exact second variation at I, dimension by dimension, with the GOE recursion."""
    expected = skew_instability(layers)
    if expected.degree() > layers + 1:
        raise RoutesDisagree(f"L = {layers}: the GOE polynomial has degree {expected.degree()} in d, more than L + 1")
    for d in range(2, layers + 4):
        total = fmpz_poly([0])
        for k, c in enumerate(variation_coefficients(d, layers, "skew")):
            total += (c if isinstance(c, fmpz_poly) else fmpz_poly([int(c)])) * fmpz_poly([0, 1]) ** (2 * layers - 2 - k)
        if total.degree() > layers + 1 or total[layers + 1] != expected(d):
            raise RoutesDisagree(f"d = {d}, L = {layers}: {total[layers + 1]} in the limit, {expected(d)} from the GOE")


@check("icl.skew_instability")
def skew_instability_sign(*, first: int, last: int, derived: int) -> Outcome:
    """In the limit of long contexts I is unstable to skew perturbations: first <= L <= last, every d >= 2.

    Up to L = ``derived`` the checker derives the second variation for symbolic d itself.
    """
    proof = Proof("n", "d", "a", "s")
    try:
        for layers in range(first, last + 1):
            name, poly = f"Q{layers}", _in_d(skew_instability(layers))
            proof.define(name, poly, text=f"d(d-1) times the coefficient of e^2 in Phi(eK), |K| = 1, L = {layers}.")
            if layers <= derived:
                proof.variation(f"F{layers}", layers, "skew", "d", _variation_text(layers))
                second = f"subs(coeff(n**{2 * layers}*F{layers}, s, 2), a, 1)"
                for power in range(layers + 2, 2 * layers + 1):
                    proof.identity(f"coeff({second}, n, {power})", "0")
                proof.identity(f"d*(d - 1)*coeff({second}, n, {layers + 1})", name, text="The limit of n^(L-1) times the second variation at I.")
            else:
                _instability_by_contexts(layers)
                proof.computed(f"skew_instability({layers}) == {poly}", f"The mean of the second variation of Phi at 0 for L = {layers}, a polynomial in d.",
                               ("integration by parts for the GOE", "leading coefficient in n of the exact second variation at I, d = 2..L+3"))  # fmt: skip
            proof.sign(name, "<", d=(2, "oo"))
        proof.argued("limit", LIMIT)
    except StepFails as problem:
        if first < 2:
            return Outcome(Verdict.REFUTED, Tier.EXACT, "for one layer I is stable to skew perturbations in the limit",
                           witness={"L": "1", "d(d-1) times the coefficient": _in_d(skew_instability(1))})  # fmt: skip
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")
    return proof.confirmed(
        "The coefficients of each polynomial in d have one sign after d = 2 + t.",
        instances=tuple(f"L = {k}, d = 2: {skew_instability(k)(2)}" for k in range(first, min(last, first + 2) + 1)),
        routes=("integration by parts for the GOE", "limit of the exact second variation"),
    )  # fmt: skip


@check("icl.pair_coefficients")
def pair_coefficients_sign(*, first: int, expanded: int, total: str) -> Outcome:
    """d = 2: the coefficient of e^2 in Phi(eJ) is negative for every L >= first."""
    proof = Proof("x", "y", "u", "v", "l")
    try:
        for layers in range(2, expanded + 1):
            top = 2 * layers - 2
            pair = " + ".join(f"({2 * min(k + 1, top + 1 - k) - layers})*x**{k}*y**{top - k}" for k in range(top + 1))
            proof.define(f"C{layers}", pair, text="2 ((x^L - y^L)/(x - y))^2 - L (x^(2L-1) - y^(2L-1))/(x - y).")
            proof.identity(f"C{layers}*(x - y)**2", f"2*(x**{layers} - y**{layers})**2 - {layers}*(x**{2 * layers - 1} - y**{2 * layers - 1})*(x - y)")
            split = " + ".join(f"({c})*u**{top - 2 * q}*v**{2 * q}" for q, c in enumerate(pair_coefficients(layers)))
            proof.identity(f"subs(subs(C{layers}, x, u + v), y, u - v)", split)
        if first < 2:
            raise StepFails("with one layer there is no term q = 1")
        proof.identity("l*(2*l - 3) - l*(2*l - 1)*(2*l - 2)*(2*l - 3)/6 - l*(l - 1)", total,
                       text="The terms q = 0 and q = 1 together, over E u^(2L-4).")  # fmt: skip
        proof.sign(total, "<", l=(first, "oo"))
        proof.argued(
            "every-L",
            "For d = 2 put u, v for half the sum and half the difference of the eigenvalues of G: u is standard normal and v^2 an independent "
            "exponential variable of mean 2. The coefficient of e^2 in Phi(eJ) is a positive multiple of E C(u + v, u - v), and the "
            "coefficient of u^(2L-2-2q) v^(2q) in C is c_q = binom(2L, 2q+2) + (-1)^q binom(L, q+1) - L binom(2L-1, 2q+1), that is, "
            "c_q = (-1)^q binom(L, q+1) - (L q/(q+1)) binom(2L-1, 2q+1). So c_0 = L. For odd q c_q < 0. For even q >= 2, L q/(q+1) >= 2 (as L >= 3) "
            "and binom(2L-1, 2q+1) >= binom(L, q+1) binom(L-1, q) >= binom(L, q+1) by Vandermonde, so c_q < 0 again. Hence the mean is at most that of the "
            "terms q = 0, 1: E u^(2L-4) (L (2L-3) + 2 c_1), with c_1 = -(L/2) binom(2L-1, 3) - binom(L, 2), which is the polynomial whose sign is checked.",
        )
        proof.argued("limit", LIMIT)
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"not for every L >= {first}: {problem}",
                       witness={"L": str(first), "c_q": str(pair_coefficients(max(first, 1)))})  # fmt: skip
    return proof.confirmed("All coefficients but the first are negative, and the first two have a negative sum of means.",
                           instances=(f"L = 2: c = {pair_coefficients(2)}", f"L = 3: c = {pair_coefficients(3)}"))  # fmt: skip


@check("icl.limit_two_layers")
def limit_two_layers(*, quartic: str) -> Outcome:
    """L = 2: the least value of Phi(M) - 2 s tr M^2 (noise s < 1) in every d; ``quartic`` is Phi(0)."""
    size = ("1", "2", "3")
    sym = {(i, j): f"a{min(i, j)}{max(i, j)}" for i in size for j in size}
    proof = Proof("n", "d", "a", "b", "r", "s", "x", "y", "z", "k12", "k13", "k23", *sorted(set(sym.values())))
    try:
        for k in range(1, 5):
            proof.moment(f"w{k}", [k], _wishart(trace_moment((k,))))
        proof.define("T", "n**2*w4 - 4*n**3*w3 + 6*n**4*w2 - 4*n**5*w1 + n**6*d", text="n^6 E tr (S - I)^4.")
        for power in (6, 5):
            proof.identity(f"coeff(T, n, {power})", "0")
        proof.identity("coeff(T, n, 4)", quartic, text="Phi(0) = lim n^2 E tr (S - I)^4 = E tr G^4.")
        proof.loss("F", 2, [["a + r", "-b"], ["b", "a - r"]], noisy_loss_text(2), noise="s")
        proof.define("E", "subs(n**4*F, a, 1 + x)", text="V = I + M/sqrt(n) with x, b, r of order 1/sqrt(n).")
        wanted = "46 + 8*(2*x**2 + 2*r**2 - 2*b**2) + 6*(2*x**2 + 2*r**2 + 2*b**2) + 8*x**2 + 2*(x**2 - b**2 + r**2)**2 + 8*x**2*(b**2 + r**2) - 2*s*(2*x**2 + 2*r**2 - 2*b**2)"
        proof.identity(_limit_in_plane("E"), wanted,
                       text="d = 2: the part of order n^-2, up to what does not depend on M: Phi(M) - 2 s tr M^2.")  # fmt: skip
        _every_dimension(proof, sym)
        proof.argued("limit", LIMIT + " With noise s, Q S Q^T = (I - Y^2) S^-1 (I - Y^2)^T with Y = I - VS of order 1/sqrt(n), so the noise adds, up to "
                     "terms free of M, -(2 s/n) E tr Y^2 and smaller ones, and n E tr Y^2 tends to E tr (G + M)^2.")  # fmt: skip
        proof.argued(
            "every-d",
            "For L = 2, Phi(A + K) - Phi(0) = (4d + 6)|A|^2 + 2 (tr A)^2 - 2|K|^2 + |(A + K)^2|^2 (Isserlis; A symmetric, K skew). By the identity this is "
            "2 (tr A)^2 + |AK + KA|^2 + 4(d+1) tr A^2 + |N - A^2 - I|^2 - d with N = -K^2. N has even rank; if d is odd, a unit vector with "
            "Nu = 0 gives |N - A^2 - I| >= 1 + |Au|^2. So Phi(M) - Phi(0) >= -2 floor(d/2), with equality exactly at A = 0 and K^2 = -I on a subspace of "
            "dimension 2 floor(d/2). With noise s < 1, K scaled by sqrt(1 - s) there gives -2 floor(d/2) (1 - s)^2 < 0, while for symmetric M the "
            "value is (4d + 6 - 2s)|A|^2 + 2 (tr A)^2 + |A^2|^2 >= 0.",
        )
        proof.argued(
            "transfer",
            "The loss at I + M/sqrt(n) tends to infinity with M uniformly in n (its part of degree four is E|(VS)^2|^2 up to scale), so for n large enough "
            "the minimisers have M in a bounded set and tend to minimisers of the limit, which are not symmetric. The best symmetric matrix has a limit value at "
            "least Phi(0). So every global minimiser has a skew part, the gain tends to 2 floor(d/2)/Phi(0), and for d = 2 b sqrt(n) tends to 1.",
        )
        proof.arithmetic(f"2/46 == {limit_gain_two_layers(2)}", text="The limit of the gain at d = 2.")
        proof.arithmetic(f"2/(3*(2*9 + 15 + 5)) == {limit_gain_two_layers(3)}", text="At d = 3.")
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"a coefficient is wrong: {problem}",
                       witness={"d = 1: E tr G^4": str(limit_loss_two_layers([[0]])), "stated Phi(0)": quartic})  # fmt: skip
    return proof.confirmed(
        "An exact identity shows the limit loss as a sum of squares minus d.",
        instances=(f"d = 2, M = J: {limit_loss_two_layers([[0, -1], [1, 0]])}, M = 0: 46",),
        routes=("Isserlis for the GOE", "the exact loss at d = 2, expanded"),
    )  # fmt: skip


def _limit_in_plane(name: str) -> str:
    """Collect the terms of weight 4 in (x, b, r of weight 1, n of weight -2) of n^4 F minus what is free of M."""
    parts = []
    for i in range(5):
        for j in range(0, 5 - i, 2):
            for k in range(0, 5 - i - j, 2):
                if (i + j + k) % 2 == 0:
                    inner = f"coeff(coeff(coeff({name}, x, {i}), b, {j}), r, {k})"
                    power = 2 + (i + j + k) // 2
                    shown = f"coeff({inner}, n, {power})"
                    if i + j + k == 0:
                        shown = f"subs({shown}, s, 0)"
                    parts.append(f"{shown}*x**{i}*b**{j}*r**{k}")
    return " + ".join(parts)


def _every_dimension(proof: Proof, sym: dict[tuple[str, str], str]) -> None:
    """Check the sum-of-squares identity behind every d on symbols, for d = 3."""
    size = ("1", "2", "3")
    skew = {("1", "2"): "k12", ("1", "3"): "k13", ("2", "3"): "k23"}

    def kay(i: str, j: str) -> str:
        return skew.get((i, j)) or (f"-{skew[j, i]}" if (j, i) in skew else "0")

    def product(name: str, left, right) -> None:
        for i in size:
            for j in size:
                proof.define(f"{name}{i}{j}", " + ".join(f"({left(i, k)})*({right(k, j)})" for k in size))

    product("aa", lambda i, j: sym[i, j], lambda i, j: sym[i, j])
    product("nn", lambda i, j: f"-({kay(i, j)})", kay)
    product("ak", lambda i, j: sym[i, j], kay)
    product("ka", kay, lambda i, j: sym[i, j])

    def norm(entry) -> str:
        return " + ".join(f"({entry(i, j)})**2" for i in size for j in size)

    whole = norm(lambda i, j: f"aa{i}{j} - nn{i}{j} + ak{i}{j} + ka{i}{j}")
    one = norm(lambda i, j: f"nn{i}{j} - aa{i}{j} - {int(i == j)}")
    mixed = norm(lambda i, j: f"ak{i}{j} + ka{i}{j}")
    trace = "(a11 + a22 + a33)**2"
    proof.identity(
        f"18*(aa11 + aa22 + aa33) + 2*{trace} - 2*(nn11 + nn22 + nn33) + {whole}",
        f"2*{trace} + {mixed} + 16*(aa11 + aa22 + aa33) + {one} - 3",
        text="The identity behind every d, on symbols for d = 3 (it uses tr(A^2 N), tr A^2, tr N only).",
    )


@check("icl.limit_gain")
def limit_gain(*, layers: int, minimal: str, low: str, high: str) -> Outcome:
    """d = 2: along aI + bJ the gain tends to at least a number in (low, high); b^2 n at the positive root of ``minimal``."""
    proof = Proof("n", "a", "b", "r", "x")
    terms = {(n, a, 2 * b, 2 * c): v for (n, a, b, c), v in plane_loss(layers).to_dict().items()}
    expected = limit_loss_plane(layers)
    try:
        proof.loss("f", layers, [["a + r", "-b"], ["b", "a - r"]], f"({expression_text(terms, ['n', 'a', 'b', 'r'])})/n**{2 * layers - 1}")
        proof.define("D", f"subs(subs(n**{2 * layers}*f, r, 0), a, 1)", text="At V = I + bJ, b^2 = x/n.")
        for j in range(layers + 1):
            for power in range(layers + j + 1, 2 * layers + 1):
                proof.identity(f"coeff(coeff(D, b, {2 * j}), n, {power})", "0")
        proof.define("Phi", " + ".join(f"coeff(coeff(D, b, {2 * j}), n, {layers + j})*x**{j}" for j in range(layers + 1)),
                     text="lim n^L f(I + sqrt(x/n) J).")  # fmt: skip
        proof.identity("Phi", expression_text({(k,): Fraction(int(c.p), int(c.q)) for k, c in enumerate(expected.coeffs()) if c}, ["x"]))
        proof.define("P", minimal)
        proof.sign("coeff(diff(Phi, x), x, 0)", "<")
        proof.identity("diff(Phi, x)*coeff(P, x, 0)", "P*coeff(diff(Phi, x), x, 0)", text="The slope of Phi is a multiple of P.")
        proof.roots("P", "x", 0, "oo", width=Fraction(1, 64))
        proof.at_roots(f"Phi - (1 - {high})*subs(Phi, x, 0)", ">", "P", "x", 0, "oo")
        proof.at_roots(f"Phi - (1 - {low})*subs(Phi, x, 0)", "<", "P", "x", 0, "oo")
        proof.argued("limit", LIMIT + " The best symmetric matrix is scalar and its loss times n^L tends to Phi(0) = E tr G^(2L) (the best scalar is 1 + O(1/n)), "
                     "so the limit inferior of the gain is at least 1 - min Phi/Phi(0).")  # fmt: skip
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the limit is another one: {problem}",
                       witness={"L": str(layers), "Phi(0)": str(expected[0]), "slope of Phi": str(expected.derivative())})  # fmt: skip
    return proof.confirmed("The limit loss along bJ is read off the exact loss, and its minimum is isolated.",
                           instances=(f"Phi(0) = {expected[0]}",), routes=("the exact loss, leading coefficients", "normal and exponential variables"))  # fmt: skip


@check("icl.critical_context_finite")
def critical_context_finite(*, least_layers: int) -> Outcome:
    """For d = 2 and every L >= 2, and for every d >= 2 and 2 <= L <= 9: all large n have only skew minimisers."""
    proof = Proof("d", "l", "n", "a", "b", "r", "B", "C")
    try:
        if least_layers < 2:
            raise StepFails("for one layer the loss is convex and every minimiser is scalar")
        proof.depends("icl.large-context-pairs", f"-l*(4*l*(l - 1)*(l - 2) + 3)/3 < 0 for l in [{least_layers}, oo)",
                      text="d = 2, every L.")  # fmt: skip
        proof.depends("icl.large-context-instability", f"Q{least_layers} < 0 for d in [2, oo)", "Q9 < 0 for d in [2, oo)", text="Every d, L from 2 to 9.")
        proof.depends("icl.best-symmetric-scalar", "for n = 1..8: E >= 0 for C in [0, oo), a in (-oo, oo)", text="The best symmetric matrix is scalar.")
        proof.argued(
            "transfer",
            "Some skew K has Phi(K) < Phi(0), so f(I + K/sqrt n) < n^-L (Phi(0) - c) for a c > 0 and all n large enough. No symmetric matrix is better than the best scalar one. "
            "The best scalar a has n^L f(aI) tending to "
            "Phi(0) or more: with a = 1 + y/sqrt(n), E tr (G + yI)^(2L) is least at y = 0, being convex and even in y. So no symmetric matrix is a minimiser "
            "for n large enough. A minimiser exists for every n.",
        )
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"not from {least_layers} layers on: {problem}",
                       witness={"L": str(least_layers), "skew part of the minimiser at one layer": "0"})  # fmt: skip
    return proof.confirmed("The limit problem prefers a skew matrix, and symmetric matrices cannot do better than scalar ones.",
                           instances=("d = L = 2: from n = 15 on",))  # fmt: skip


@check("icl.single_context")
def single_context(*, layers: int, remainder: str) -> Outcome:
    """n = 1: |(I - V x x^T)^L|^2 = (1 - s)^(2L) + 1 + gamma^2 * remainder, on symbols for d = 2."""
    proof = Proof("x1", "x2", "v11", "v12", "v21", "v22")
    try:
        proof.define("p1", "v11*x1 + v12*x2", text="Vx.")
        proof.define("p2", "v21*x1 + v22*x2")
        proof.define("s", "x1*p1 + x2*p2", text="s = x^T V x.")
        current = [["1", "0"], ["0", "1"]]
        for step in range(1, layers + 1):
            rows = []
            for i in (0, 1):
                for j in (1, 2):
                    moved = " + ".join(f"({current[i][k]})*p{k + 1}*x{j}" for k in (0, 1))
                    proof.define(f"m{step}{i + 1}{j}", f"{current[i][j - 1]} - ({moved})")
                rows.append([f"m{step}{i + 1}1", f"m{step}{i + 1}2"])
            current = rows
        proof.define("gamma", " + ".join(f"(1 - s)**{k}" for k in range(layers)))
        norm = " + ".join(f"{x}**2" for row in current for x in row)
        proof.identity(norm, f"(1 - s)**{2 * layers} + 1 + gamma**2*({remainder})", text="The squared norm at S = x x^T.")
        proof.argued(
            "scalar",
            "In every dimension, with s = x^T V x and gamma = sum_(k<L) (1 - s)^k, (I - V x x^T)^L = I - gamma V x x^T, whose squared norm is (d - 1) + (1 - s)^(2L) "
            "+ gamma^2 (|Vx|^2 |x|^2 - s^2), and the last bracket is >= 0 by Cauchy-Schwarz. With noise the added term is noise times "
            "gamma^2 |Vx|^2 >= noise gamma^2 s^2/|x|^2. Write x = rho u, |u| = 1: rho and u are independent and s = rho^2 t with t = u^T V u, so given u the mean is at least "
            "the least value over numbers t of the same mean at tI. Hence f(V) >= min f(tI), with equality only if Vu is a multiple of u for almost all u (gamma does not "
            "vanish identically), that is, if V is scalar.",
        )
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the remainder is another one: {problem}",
                       witness={"x": "(1, 0)", "V": "[[0, 0], [1, 0]]", "norm minus (1 - s)^(2L) - 1": str(layers**2)})  # fmt: skip
    return proof.confirmed("With one example the loss is that of a number, plus a term that vanishes only for scalar V.",
                           instances=("V = J, x = (1, 0): s = 0, norm = 2 + L^2",))  # fmt: skip
