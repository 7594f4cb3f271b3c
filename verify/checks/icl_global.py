"""Checks of global critical context lengths at d = 2: which n have a skew part in every minimiser.

V = aI + bJ + R runs over all of R^(2x2) up to a rotation, and F(a, B, C) = n^(2L-1) f with B = b^2,
C = r^2.  With B = x s, C = (1 - x) s and s = (1 + a^2) t, every matrix has its (a, x, t) in
R x [0, 1] x [0, oo).  Below the threshold one subdivision of that box shows that everywhere the loss
is at least that of aI, or at least that of one fixed scalar matrix.  From the threshold on a rational
matrix, or a negative second variation, lies below every scalar one.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from flint import fmpq, fmpq_mpoly, fmpq_poly

from symbolic.local_threshold import local_critical_context
from symbolic.phase import critical_context
from symbolic.plane import PLANE, plane_loss, plane_loss_at
from symbolic.plane_global import plane_minimum
from symbolic.plane_noise import plane_loss_by_entries
from symbolic.scalar import best_scalar
from symbolic.values import Algebraic
from verify.checks.icl_local import at_bracket, bracket
from verify.errors import RoutesDisagree
from verify.formula import expression_text
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__ = ["define_plane", "text_of"]

NAMES = ["n", "a", "B", "C"]
BEST_SYMMETRIC = "icl.best-symmetric-scalar"
SYMMETRIC_SENTENCE = "for n = 1..8: E >= 0 for C in [0, oo), a in (-oo, oo)"
LINE, RAY = ("-oo", "oo"), (0, "oo")
ALTERNATIVES = ("Y", "Z - M")
ROUTES = ("Cayley-Hamilton and Bartlett's decomposition", "Gaussian integration by parts on trace words")
ENTRY_ROUTES = ("Cayley-Hamilton and Bartlett's decomposition", "moments of the entries of W")


def text_of(poly: fmpq_mpoly) -> str:
    """Return a polynomial of ``symbolic.plane.PLANE`` as text in n, a, B, C."""
    return expression_text({tuple(map(int, e)): c for e, c in poly.to_dict().items()}, NAMES)


def define_plane(proof: Proof, layers: int) -> None:
    """Add the loss on R^(2x2) as F(a, B, C) and F0 = F(a, 0, 0) to a proof in n, a, b, r, B, C.

    Up to four layers the checker derives it again; beyond that two routes are run and compared.
    """
    loss = plane_loss(layers)
    power = 2 * layers - 1
    if layers <= 4:
        terms = {(n, a, 2 * b, 2 * c): value for (n, a, b, c), value in loss.to_dict().items()}
        proof.loss("f", layers, [["a + r", "-b"], ["b", "a - r"]],
                   f"({expression_text(terms, ['n', 'a', 'b', 'r'])})/n**{power}",
                   text="The loss at V = aI + bJ + R; every 2x2 matrix has this form in suitable orthonormal axes.")  # fmt: skip
        proof.define("F", text_of(loss), text="The same, cleared, in B = b^2 and C = r^2.")
        proof.identity(f"n**{power}*f", "subs(subs(F, B, b**2), C, r**2)")
        for letter in ("b", "r"):
            proof.identity(f"diff(F, {letter})", "0", text="F is a polynomial in n, a, B, C alone.")
    else:
        if loss != plane_loss_by_entries(layers):
            raise RoutesDisagree(f"two derivations of the loss at d = 2, L = {layers} differ")
        proof.define("F", text_of(loss), text="The loss at V = aI + bJ + R, cleared, in B = b^2 and C = r^2.")
        proof.computed(f"F == n**{power} times the loss of {layers} layers at V = [a + r, -b; b, a - r], B = b**2, C = r**2",
                       "The loss polynomial was derived by two programs that share no code and agree.", ENTRY_ROUTES)  # fmt: skip
    proof.define("F0", "subs(subs(F, B, 0), C, 0)", text="The loss of scalar matrices.")


def _scaled(layers: int) -> tuple[fmpq_mpoly, fmpq_mpoly]:
    """Return Z = F(a, x s, (1 - x) s) with s = (1 + a^2) t, and Y = (Z - F0)/t; x and t are named B and C."""
    n, a, x, t = PLANE.gens()
    zero, loss, s = PLANE.constant(0), plane_loss(layers), t * (1 + a**2)
    moved = loss.compose(n, a, x * s, s * (1 - x))
    excess, remainder = divmod(moved - loss.compose(n, a, zero, zero), t)
    if remainder != 0:
        raise ArithmeticError("the loss off the scalar matrices has no factor t")
    return moved, excess


def _near_best(layers: int, contexts: range) -> str:
    """Return a polynomial in n that passes near the best scalar matrix at these n (not trusted)."""
    total = fmpq_poly([0])
    for n in contexts:
        best = best_scalar(2, layers, n)
        fine = best.refine(Fraction(1, 10**6)) if isinstance(best, Algebraic) else None
        value = (fine.lower + fine.upper) / 2 if fine else Fraction(best)  # type: ignore[arg-type]
        term = fmpq_poly([fmpq(round(value * 1000), 1000)])
        for m in contexts:
            if m != n:
                term *= fmpq_poly([fmpq(-m, n - m), fmpq(1, n - m)])
        total += term
    return expression_text({(k,): c for k, c in enumerate(total.coeffs()) if c}, ["n"])


def _below(proof: Proof, layers: int, n: Fraction | int, where: str) -> None:
    """State that a rational aI + bJ lies below every scalar matrix at ``where`` = n or n replaced by a number."""
    witness = plane_minimum(layers, n).witness
    if witness is None:
        raise StepFails(f"no skew matrix below the scalar ones at n = {n}")
    a, square = (Fraction(round(x * 1024), 1024) for x in witness)
    low = f"subs(subs(subs(F, C, 0), a, {a}), B, {square})"
    body = f"F0 - {low}"
    proof.sign(f"subs({body}, n, {where})", ">", a=LINE,
               text=f"At n = {n} the matrix aI + bJ with a = {a}, b^2 = {square} is below every scalar one.")  # fmt: skip


def _at(layers: int, threshold: int) -> Outcome | None:
    """Refute a threshold by a context length on the wrong side of it."""
    for m in (threshold - 1, threshold):
        if m < 1:
            continue
        found = plane_minimum(layers, m)
        if found.skew != (m >= threshold):
            word = "an aI + bJ below every scalar matrix" if found.skew else "no aI + bJ below the best scalar matrix"
            witness = {"L, n": f"{layers}, {m}", "there is": word}
            if found.witness:
                a, b2 = (Fraction(round(x * 1024), 1024) for x in found.witness)
                witness |= {"a, b^2": f"{a}, {b2}", "n^(2L-1) f there": str(_value(layers, m, a, b2))}
            return Outcome(Verdict.REFUTED, Tier.EXACT, f"at n = {m} there is {word}", witness=witness)
    return None


def _value(layers: int, n: int, a: Fraction, square: Fraction) -> Fraction:
    point = [fmpq(Fraction(x).numerator, Fraction(x).denominator) for x in (n, a, square, 0)]
    value = plane_loss(layers)(*point)
    return Fraction(int(value.p), int(value.q))


@check("icl.global_threshold")
def global_threshold(*, layers: int, threshold: int, local: int) -> Outcome:
    """d = 2: every global minimiser over R^(2x2) has a skew part exactly for the integers n >= threshold.

    ``local``: from there on the best scalar matrix is unstable.
    """
    wrong = _at(layers, threshold)
    if wrong is not None:
        return wrong
    proof = Proof("n", "a", "b", "r", "B", "C", "w")
    cover = f"{' >= 0 or '.join(ALTERNATIVES)} >= 0 for B in [0, 1], C in [0, oo), a in (-oo, oo)"
    try:
        define_plane(proof, layers)
        _unstable(proof, layers, local)
        moved, excess = _scaled(layers)
        proof.define("Z", text_of(moved), text="Every V: a real, share B = x in [0, 1], size C = t >= 0.")
        proof.identity("Z", "subs(subs(subs(subs(F, B, b), C, r), b, B*C*(1 + a**2)), r, (1 - B)*C*(1 + a**2))")
        proof.define("Y", text_of(excess), text="What the non-scalar part adds, divided by t.")
        proof.identity("Z - F0", "C*Y")
        proof.define("a0", _near_best(layers, range(1, threshold)), text="Any numbers will do; these lie near the best scalar.")
        proof.define("M", "subs(F0, a, a0)", text="The loss of the scalar matrix a0 I.")
        proof.cases("n", 1, threshold - 1, [cover],
                    lambda case, n: case.cover(list(ALTERNATIVES), a=LINE, B=(0, 1), C=RAY),
                    text="Below the threshold no matrix is better than the best scalar one.")  # fmt: skip
        proof.depends(BEST_SYMMETRIC, SYMMETRIC_SENTENCE, text="The best symmetric V is scalar.")
        for n in range(threshold, local):
            _below(proof, layers, n, str(n))
        proof.argued(
            "assembly",
            f"A global minimiser exists. Let n < {threshold}. At every point of the box Z >= F0(a), because Y >= 0, or Z >= M; both F0(a) and "
            "M are losses of scalar matrices, so the best scalar matrix a*I is a global minimiser, and it has no skew part. "
            f"Let n >= {threshold}. Some aI + bJ has a smaller loss than every scalar matrix: {f'a rational one for n < {local}, and for n >= {local} ' if local > threshold else ''}"
            "one with small b, because a* = n/(n + w) with w in the bracket (F0 is strictly convex in a and its slope changes sign "
            "across it) and H, the coefficient of b^2, is negative there. Every symmetric matrix has at least the loss of some scalar matrix, so "
            "no minimiser is symmetric.",
        )
    except StepFails as problem:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")
    if critical_context(2, layers) != threshold:
        raise RoutesDisagree(f"elimination gives {critical_context(2, layers)}, the subdivision {threshold}")
    between = f"n = {threshold}..{local - 1} by rational matrices, " if local > threshold else ""
    return proof.confirmed(
        f"n < {threshold} by one subdivision of R^(2x2) for each n, {between}n >= {local} by shifted coefficients; "
        "elimination of a from the two derivatives agrees.",
        value=str(threshold), routes=(*(ROUTES if layers <= 4 else ENTRY_ROUTES), "subdivision and elimination"),
        instances=(f"n = {threshold}: a matrix aI + bJ below every scalar one", f"n = 1, V = I: f = {plane_loss_at(layers, 1, 1)}"),
    )  # fmt: skip


def _unstable(proof: Proof, layers: int, local: int) -> None:
    """State that from ``local`` on the coefficient of b^2 at the best scalar matrix is negative."""
    if local < local_critical_context(2, layers):  # type: ignore[operator]
        raise StepFails(f"the best scalar matrix is stable at n = {local}")
    power = 2 * layers
    slope, skew = at_bracket(2, layers)
    proof.define("G", "n*diff(F0, a)", text="The slope on scalar matrices.")
    proof.define("H", "n*coeff(subs(F, C, 0), B, 1)", text="The coefficient of b^2.")
    proof.define("GW", slope)
    proof.define("HW", skew)
    proof.identity(f"subs(G, a, n/(n + w))*(n + w)**{power - 1}", f"n**{power - 1}*GW", text="The slope at a = n/(n + w).")
    proof.identity(f"subs(H, a, n/(n + w))*(n + w)**{power - 2}", f"n**{power - 2}*HW")
    start, points = bracket(2, layers, local)
    for n in range(local, start):
        proof.at_roots(f"subs(H, n, {n})", "<", f"subs(G, n, {n})", "a", text=f"Unstable at n = {n}.")
    ray = (start, "oo")
    proof.sign(f"subs(GW, w, {points[0]})", ">", n=ray, text="The slope is positive at n/(n + w) for the smallest w.")
    proof.sign(f"subs(GW, w, {points[-1]})", "<", n=ray, text="The slope is negative at n/(n + w) for the largest w.")
    for low, high in pairwise(points):
        proof.sign("HW", "<", n=ray, w=(low, high), text="Unstable on the bracket.")


@check("icl.best_symmetric_scalar")
def best_symmetric_scalar(*, layers: int, last: int, family: str = "symmetric") -> Outcome:
    """Over a family that contains the scalar matrices the best V is scalar, for all d, L, n."""
    if family not in ("symmetric", "normal", "all"):
        raise ValueError(f"the family must be symmetric, normal or all, got {family!r}")
    if family != "symmetric":
        found = plane_minimum(2, 15)
        if found.witness is None:
            raise RoutesDisagree("a skew matrix must beat the scalar ones at d = L = 2, n = 15")
        a, b2 = found.witness
        return Outcome(Verdict.REFUTED, Tier.EXACT, "at d = L = 2, n = 15 a normal matrix aI + bJ is better than every scalar one",
                       witness={"d, L, n": "2, 2, 15", "a, b^2": f"{a}, {b2}"})  # fmt: skip
    proof = Proof("n", "a", "b", "r", "B", "C")
    try:
        define_plane(proof, layers)
        loss = plane_loss(layers)
        context, scalar, _, c = PLANE.gens()
        zero = PLANE.constant(0)
        excess, _ = divmod(loss.compose(context, scalar, zero, c) - loss.compose(context, scalar, zero, zero), c)
        proof.define("E", text_of(excess), text="What a traceless symmetric part adds at d = 2, divided by C = r^2.")
        proof.identity("subs(F, B, 0) - F0", "C*E")
        proof.cases("n", 1, last, ["E >= 0 for C in [0, oo), a in (-oo, oo)"], lambda case, m: case.cover(["E"], a=LINE, C=RAY),
                    text="The instance d = 2, where the inequality can be evaluated.")  # fmt: skip
        proof.argued(
            "schur-jensen",
            "Let A be symmetric and T = S^(1/2). The matrices I - AS and N_A = I - TAT have the same eigenvalues (AT times T and T times AT), and N_A is "
            "symmetric, so by Schur's inequality |(I - AS)^L|^2 is at least the sum of the squared moduli of the eigenvalues of (I - AS)^L, which is "
            "tr N_A^(2L). So f(A) >= g(A) := E tr (I - TAT)^(2L). The function X -> tr X^(2L) is strictly convex on symmetric matrices and A -> N_A is affine, so g is "
            "convex; S and O S O^T have the same law for orthogonal O, so g(O A O^T) = g(A). Jensen's inequality over the Haar measure of O(d) gives "
            "g(A) >= g((tr A/d) I), and g = f on scalar matrices because I - aS is symmetric. If A is not scalar there is O with O A O^T != A, "
            "and T(A - O A O^T)T = 0 for almost all S would give x^T (A - O A O^T) x = 0 for all x (take the columns of X), hence equality: the inequality is strict.",
        )
        proof.argued(
            "convex-scalar",
            "On scalar matrices f''(a) = 2L(2L-1) E tr(S^2 (I - aS)^(2L-2)) > 0, so there is exactly one best scalar matrix.",
        )
    except StepFails as problem:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")
    return proof.confirmed(
        "Schur's inequality, convexity and invariance under O(d); the instance d = 2 is evaluated by subdivision.",
        routes=("Schur and Jensen for every d, L, n", "sign of the excess polynomial at d = 2"),
        instances=(f"d = 2, L = {layers}, n = 1..{last}",),
        necessity=({"hypothesis": "V symmetric", "status": "needed", "because": "at d = L = 2, n = 15 some aI + bJ is better"},),
    )  # fmt: skip
