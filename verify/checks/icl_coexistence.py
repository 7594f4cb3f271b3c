"""The check of where, at d = 2, a stable scalar matrix stops being the global minimiser, for real context lengths."""

from __future__ import annotations

from fractions import Fraction

from symbolic.algebraic import real_roots
from symbolic.local_threshold import local_resultant
from symbolic.plane_global import plane_minimum
from symbolic.values import Algebraic
from verify.checks.icl_global import _scaled, define_plane, text_of
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []

LINE, RAY = ("-oo", "oo"), (0, "oo")


@check("icl.coexistence")
def coexistence(*, layers: int, low: str, high: str, length: str) -> Outcome:
    """d = 2: at n = low a scalar matrix is a global minimiser, at n = high it is not, and at both it is stable.

    ``length`` is that of the interval between the two ends.
    """
    first, last = Fraction(low), Fraction(high)
    wrong = _wrong_side(layers, first, last, Fraction(length))
    if wrong is not None:
        return wrong
    proof = Proof("n", "a", "b", "r", "B", "C")
    try:
        proof.arithmetic(f"{high} - {low} == {length}", text="The length of the interval.")
        define_plane(proof, layers)
        moved, excess = _scaled(layers)
        proof.define("Z", text_of(moved), text="Every V: a real, share B = x in [0, 1], size C = t >= 0.")
        proof.identity("Z", "subs(subs(subs(subs(F, B, b), C, r), b, B*C*(1 + a**2)), r, (1 - B)*C*(1 + a**2))")
        proof.define("Y", text_of(excess), text="What the non-scalar part adds, divided by t.")
        proof.identity("Z - F0", "C*Y")
        star = plane_minimum(layers, first).a_star
        near = star.refine(Fraction(1, 10**6)).lower if isinstance(star, Algebraic) else Fraction(star)
        proof.define("M", f"subs(F0, a, {Fraction(round(near * 10000), 10000)})", text="The loss of a scalar matrix near the best one.")
        proof.cover([f"subs(Y, n, {first})", f"subs(Z - M, n, {first})"], a=LINE, B=(0, 1), C=RAY,
                    text=f"At n = {first} no matrix is better than the best scalar one.")  # fmt: skip
        a, square = (Fraction(round(x * 4096), 4096) for x in plane_minimum(layers, last).witness or ())
        proof.sign(f"subs(F0 - subs(subs(subs(F, C, 0), a, {a}), B, {square}), n, {last})", ">", a=LINE,
                   text=f"At n = {last} the matrix aI + bJ with a = {a}, b^2 = {square} is below every scalar one.")  # fmt: skip
        proof.define("G", "diff(F0, a)", text="Vanishes at the best scalar matrix only.")
        proof.define("H", "coeff(subs(F, C, 0), B, 1)", text="The coefficient of b^2.")
        for n in (first, last):
            proof.at_roots(f"subs(H, n, {n})", ">", f"subs(G, n, {n})", "a", text=f"At n = {n} the best scalar matrix is stable.")
        proof.argued(
            "exchange",
            f"For real n > 1 the polynomial is the loss of a Wishart matrix with n degrees of freedom. At n = {first}, at every point of the box, Y >= 0, so that Z >= F0(a), or "
            "Z >= M; both are losses of scalar matrices, so the best scalar matrix is a global minimiser over all 2x2 matrices, each of which is aI + bJ + diag(r, -r) in "
            f"suitable axes. At n = {last} it is not one, although H > 0 at it, so that it is still a strict local minimum among the aI + bJ. For each V the loss is continuous in n, and so "
            "is the least loss of a scalar matrix, the minimum of a strictly convex polynomial in a. So the set of n at which some V is below every scalar matrix is open: the n in "
            "between at which none is form a closed set that contains the first n and not the last one, and beyond its largest member below the last n scalar matrices lose.",
        )
    except StepFails as problem:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")
    return proof.confirmed(f"One subdivision of R^(2x2) at n = {first}, one rational matrix at n = {last}.",
                           instances=(f"n = {last}: a = {a}, b^2 = {square}",))  # fmt: skip


def _wrong_side(layers: int, first: Fraction, last: Fraction, length: Fraction) -> Outcome | None:
    """Refute ends on the wrong side of the exchange, or beyond the onset of instability, or another length."""
    if last - first != length:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the interval has another length than {length}",
                       witness={"from": str(first), "to": str(last), "length": str(last - first)})  # fmt: skip
    (onset,) = [root for root in real_roots(local_resultant(2, layers)) if root.compare(1) > 0]
    for n, expected in ((first, False), (last, True)):
        found = plane_minimum(layers, n)
        if found.skew != expected:
            word = "some aI + bJ is below every scalar matrix" if found.skew else "no aI + bJ is below the best scalar matrix"
            return Outcome(Verdict.REFUTED, Tier.EXACT, f"at n = {n} {word}", witness={"L, n": f"{layers}, {n}", "there": word})
        if onset.compare(n) <= 0:
            return Outcome(Verdict.REFUTED, Tier.EXACT, f"at n = {n} the best scalar matrix is unstable",
                           witness={"L, n": f"{layers}, {n}", "onset of instability": f"near {float(onset.refine(Fraction(1, 1000)).lower):.3f}"})  # fmt: skip
    return None
