"""The check of when a matrix and its transpose have the same loss, for all d, L and n."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from symbolic.chirality import chiral_coefficient, chiral_difference, chiral_trace, chiral_witness
from symbolic.loss import loss_family, loss_invariants, transpose_defect
from verify.checks.icl_foundations import WORDS, text_in
from verify.errors import RoutesDisagree
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []


@check("icl.transpose_iff")
def transpose_iff(*, first_layers: int, first_context: int, first_dimension: int) -> Outcome:
    """f(V) = f(V^T) for all V exactly if d, L or n lies below these bounds."""
    if (first_layers, first_context, first_dimension) != (3, 2, 3):
        return _transpose_bounds(first_layers, first_context, first_dimension)
    if transpose_defect(1) or transpose_defect(2):
        raise RoutesDisagree("two layers must not tell V from its transpose")
    proof = Proof("n", "d", "L", "c")
    v = chiral_witness()
    try:
        for k in range(2, 6):
            proof.define(f"b{k}", "*".join(f"(L - {i})" for i in range(k)).replace("(L - 0)", "L") + f"/{factorial(k)}",
                         text=f"The binomial coefficient of L over {k}.")  # fmt: skip
        if chiral_coefficient(0) or chiral_coefficient(6):
            raise RoutesDisagree("powers of one matrix are not chiral")
        for i in (1, 2, 3):
            poly = chiral_coefficient(i)
            if poly != chiral_coefficient(6 - i):
                raise RoutesDisagree("the chiral coefficients must be symmetric")
            proof.define(f"c{i}", text_in(poly, ("n", "d")), text=f"The part of E tr (VW)^{i} (W V^T)^{6 - i}.")
        proof.define("K", "2*L*b5*c1 + 2*b2*b4*c2 + b3**2*c3", text="n^6 times the difference of the two chiral coefficients of the loss.")
        for layers in range(3, 9):
            recursion = chiral_difference(layers)
            proof.identity(f"subs(K, L, {layers})", text_in(recursion, ("n", "d")))
        proof.computed("K == n**6 times the coefficient of tr(VVTTVT) less that of tr(VVTVTT) in the loss, T the transpose of V",
                       "The parts c1, c2, c3 were found by summing over all pairings, and K by the recursion on words for L = 3..8.", WORDS)  # fmt: skip
        for name, value in (("n", 1), ("L", 2), ("L", 1)):
            proof.identity(f"subs(K, {name}, {value})", "0", text="No chiral part where f(V) = f(V^T).")
        proof.identity("b3**2 - b2*b4", "L**2*(L - 1)**2*(L - 2)*(L + 1)/144", text="So binom(L,2) binom(L,4) is less than binom(L,3)^2.")
        proof.sign("K", ">", L=(3, "oo"), d=(3, "oo"), n=(2, "oo"), text="The chiral coefficient is positive.")
        t = [list(row) for row in zip(*v, strict=True)]
        trace = chiral_trace([[Fraction(x) for x in row] for row in v])
        for name, m in (("f", v), ("g", t)):
            rows = [["c" if x else "0" for x in row] for row in m]
            family = loss_family(3, ["c"], [m])
            proof.loss(name, 3, rows, f"({text_in(family.polynomial, ('n', 'c'))})/n**6",
                       text="The loss of three layers at cV." if name == "f" else "The loss at the transpose of cV.")  # fmt: skip
        proof.identity("n**6*(f - g)", f"({trace})*subs(subs(K, L, 3), d, 3)*c**6",
                       text="At V = (1,1,0; 0,0,1; 0,0,0) the two chiral traces differ, and the checker finds the same K.")  # fmt: skip
        proof.argued(
            "equal",
            "d <= 2: for d = 1 there is nothing to show, and for d = 2, in the axes in which the symmetric part is diagonal, V = (p, -b; b, q) and D V D = V^T with D = diag(1, -1), while "
            "f(DVD) = f(V). L <= 2: transposing V reverses every word in V and V^T, and up to rotation and transposition of the product each word of length at most "
            "5 is its own reversal; f has degree at most 4. n = 1: let A and K be the symmetric and the skew part of V, s = x^T A x and r = |x|^2. Then "
            "f(V) = E (d - 2 gamma s + gamma^2 r |Vx|^2) with gamma = L for s = 0 and (1 - (1 - s)^L)/s otherwise, and f(V) - f(V^T) = 4 E gamma^2 r x^T A K x. "
            "Let Psi(s, r) have the derivative gamma^2 r in s. As exp(tK)x and x have the same law, E Psi(x^T exp(-tK) A exp(tK) x, r) does not depend on t; "
            "its derivative at t = 0 is 2 E gamma^2 r x^T A K x, so this is 0.",
        )
        proof.argued(
            "different",
            "The part of degree 6 of n^6 f is the sum over i + j = 6 of binom(L,i) binom(L,j) E tr (VW)^i (W V^T)^j, which gives K. Let d >= 3, L >= 3 and n >= 2, and put V = (1,1,0; 0,0,1; 0,0,0), completed by zeros. The part of degree 6 of c -> f(cV) - f(cV^T) is c^6 times the "
            "chiral difference K/n^6 times tr(VVTTVT) - tr(VVTVTT), because at degree 6 every other product of traces is unchanged by transposition: only the words "
            "VVTTVT and VVTVTT, of length 6, differ from their reversals. The traces of V completed by zeros are those of the 3x3 matrix, where the last identity "
            "shows that their difference is not zero. So the polynomial in c is not zero, and f(cV) != f(cV^T) for some c.",
        )
    except StepFails as problem:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")
    return proof.confirmed("One chiral pair of words of length six; its coefficient is positive after the shift L, d, n -> 3, 3, 2.",
                           routes=WORDS, instances=(f"L = 3, d = 3: the chiral traces differ by {trace}",))  # fmt: skip


def _transpose_bounds(first_layers: int, first_context: int, first_dimension: int) -> Outcome:
    """Refute other bounds by the values of the loss at a matrix and its transpose."""
    v = [[Fraction(x) for x in row] for row in chiral_witness()]
    d, layers, n = 3, 3, 2
    reason = "f(V) and f(V^T) differ although one of the bounds says that they agree"
    if first_layers < 3 or first_context < 2 or first_dimension < 3:
        layers, n = max(1, min(3, first_layers)), max(1, min(2, first_context))
        if first_dimension < 3:
            d, v = 2, [row[:2] for row in v[:2]]
        reason = "f(V) = f(V^T) for every V although the bounds say otherwise"
    t = [list(row) for row in zip(*v, strict=True)]
    loss = loss_invariants(layers)
    return Outcome(Verdict.REFUTED, Tier.EXACT, reason,
                   witness={"L, n, d": f"{layers}, {n}, {d}", "V": str([[int(x) for x in row] for row in v]),
                            "f(V), f(V^T)": f"{loss.at(v, n)}, {loss.at(t, n)}"})  # fmt: skip
