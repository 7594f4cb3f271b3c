"""Checks of local critical context lengths: when the best scalar matrix loses stability, for every n.

The loss at aI + sK (K skew of norm 1) to second order in s is re-derived by the checker for symbolic
n.  Below the threshold, and up to some N, each n is an exact case.  From N on, the best scalar matrix
is bracketed, a* = n/(n + w) with w between two constants, and the second variation is negative on
the whole bracket, by polynomials whose coefficients have one sign after a shift.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx, fmpz_poly

from symbolic.local_threshold import local_critical_context
from symbolic.scalar import best_scalar, scalar_coefficients, variation_at_scalar, variation_coefficients
from symbolic.values import Algebraic
from verify.errors import RoutesDisagree
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__ = ["at_bracket", "bracket", "skew_sign"]

STABLE = "H > 0 at the real roots of G, a in (-oo, oo)"
UNSTABLE = "H < 0 at the real roots of G, a in (-oo, oo)"


@check("icl.local_threshold")
def local_threshold(*, dimension: int, layers: int, threshold: int) -> Outcome:
    """The best scalar matrix is unstable to skew perturbations exactly for the integers n >= threshold."""
    d = dimension
    wrong = _wrong(d, layers, threshold)
    if wrong is not None:
        return wrong
    proof = Proof("a", "s", "n", "w")
    try:
        proof.variation("F", layers, "skew", str(d), _expansion(d, layers),
                        text=f"The loss at aI + sK to second order in s, d = {d}, L = {layers}.")  # fmt: skip
        proof.define("G", f"n**{2 * layers}*diff(subs(F, s, 0), a)", text="The slope on scalar matrices, cleared.")
        proof.define("H", f"coeff(n**{2 * layers}*F, s, 2)", text="The skew second variation, cleared.")
        proof.cases("n", 1, threshold - 1, [STABLE], lambda case, n: case.at_roots("H", ">", "G", "a"),
                    text="Below the threshold: stable at the one real root a* of the slope.")  # fmt: skip
        start, brackets = bracket(d, layers, threshold)
        if start > threshold:
            proof.cases("n", threshold, start - 1, [UNSTABLE], lambda case, n: case.at_roots("H", "<", "G", "a"),
                        text="From the threshold on, case by case.")  # fmt: skip
        slope, skew = at_bracket(d, layers)
        proof.define("GW", slope)
        proof.define("HW", skew)
        # a = n/(n + w); both sides are multiplied by what clears them
        proof.identity(f"subs(G, a, n/(n + w))*(n + w)**{2 * layers - 1}", f"n**{2 * layers - 1}*GW",
                       text="The slope at a = n/(n + w).")  # fmt: skip
        scale = d * (d - 1)
        proof.identity(f"{scale}*subs(H, a, n/(n + w))*(n + w)**{2 * layers - 2}", f"n**{2 * layers - 2}*HW")
        ray = (start, "oo")
        proof.sign(f"subs(GW, w, {brackets[0]})", ">", n=ray, text="a* lies below n/(n + w) for the smallest w.")
        proof.sign(f"subs(GW, w, {brackets[-1]})", "<", n=ray, text="a* lies above n/(n + w) for the largest w.")
        for low, high in pairwise(brackets):
            proof.sign("HW", "<", n=ray, w=(low, high), text="Unstable on the bracket.")
        proof.argued(
            "convexity",
            "The second derivative of f(aI) in a is 2L(2L-1) E tr(S^2 (I - aS)^(2L-2)) > 0, so the slope G increases in a and has one "
            "real root a*. The second variation at aI is one number on all skew directions of norm 1, because f is invariant under "
            "conjugation by O(d), under which the skew matrices are irreducible (for d = 2 there is only one direction).",
        )
    except StepFails as problem:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")
    if local_critical_context(d, layers) != threshold:
        raise RoutesDisagree(f"the resultant gives {local_critical_context(d, layers)}, the bracket {threshold}")
    return proof.confirmed(
        f"n = 1..{start - 1} case by case, n >= {start} by a bracket of a* and shifted coefficients; the resultant in n agrees.",
        value=str(threshold), routes=("cases and bracket, on trace words", "resultant in n by interpolation, Stein moments"),
        instances=(f"n = {threshold}",),
    )  # fmt: skip


def _expansion(d: int, layers: int) -> str:
    scalar = " + ".join(f"({_text(c)})*(a/n)**{k}" for k, c in enumerate(scalar_coefficients(d, layers)))
    skew = " + ".join(f"({_text(c)})*(a/n)**{k}" for k, c in enumerate(variation_coefficients(d, layers, "skew")))
    return f"{scalar} + s**2*({skew})/({d * (d - 1)}*n**2)"


def _text(poly: fmpz_poly | int) -> str:
    return str(poly).replace("x", "n").replace("^", "**") if isinstance(poly, fmpz_poly) else str(poly)


def at_bracket(d: int, layers: int):
    """Return the slope and the second variation at a = n/(n + w), cleared, as polynomials in (n, w)."""
    ring = fmpq_mpoly_ctx.get(("n", "w"), Ordering.lex)
    n, w = ring.gens()

    def lift(c: fmpz_poly | int):
        rows: list[Any] = c.coeffs() if isinstance(c, fmpz_poly) else [c]
        return sum((int(x) * n**k for k, x in enumerate(rows)), ring.constant(0))

    top = 2 * layers
    slope = sum((k * lift(c) * (n + w) ** (top - k) for k, c in enumerate(scalar_coefficients(d, layers)) if k),
                ring.constant(0))  # fmt: skip
    skew = sum((lift(c) * (n + w) ** (top - 2 - k) for k, c in enumerate(variation_coefficients(d, layers, "skew"))),
               ring.constant(0))  # fmt: skip
    return slope, skew


def bracket(d: int, layers: int, threshold: int) -> tuple[int, list[Fraction]]:
    """Find N and points w_0 < ... < w_k such that the bracket argument works from N on (not trusted)."""
    slope, skew = at_bracket(d, layers)
    start = max(threshold, 2)
    while start <= 64 * threshold:
        near = [_w(d, layers, n) for n in (start, 2 * start, 8 * start, 64 * start, 10**6 * start)]
        for slack in (Fraction(1, 64), Fraction(1, 16), Fraction(1, 4)):
            low = Fraction(int((min(near) - slack) * 64), 64)
            high = Fraction(int((max(near) + slack) * 64) + 1, 64)
            if _one_sign(slope, start, low, low) != 1 or _one_sign(slope, start, high, high) != -1:
                continue
            for pieces in (1, 2, 4, 8):
                points = [low + (high - low) * k / pieces for k in range(pieces + 1)]
                if all(_one_sign(skew, start, x, y) == -1 for x, y in pairwise(points)):
                    return start, points
        start = max(start + 1, start * 9 // 8)
    raise StepFails("no bracket of the best scalar matrix was found")


def _w(d: int, layers: int, n: int) -> Fraction:
    a = best_scalar(d, layers, n)
    if isinstance(a, Algebraic):
        fine = a.refine(Fraction(1, 10**6 * n * n))
        a = (fine.lower + fine.upper) / 2
    return n / a - n


def _one_sign(poly, start: int, low: Fraction, high: Fraction) -> int:
    """Return the common sign of the coefficients after n = start + y, w = (low + high z)/(1 + z); 0 if mixed."""
    ring = poly.context()
    n, w = ring.gens()
    degree = poly.degrees()[1]
    total = ring.constant(0)
    rational = [fmpq(x.numerator, x.denominator) for x in (low, high)]
    for (i, j), c in poly.to_dict().items():
        if low == high:
            total += c * (n + start) ** i * rational[0] ** j
        else:
            total += c * (n + start) ** i * (rational[0] + rational[1] * w) ** j * (1 + w) ** (degree - j)
    signs = {1 if c > 0 else -1 for c in total.coeffs()}
    return signs.pop() if len(signs) == 1 else 0


def _wrong(d: int, layers: int, threshold: int) -> Outcome | None:
    """Refute a threshold whose own sign, or that just below it, is another one."""
    for n in (threshold - 1, threshold):
        if n < 1:
            continue
        unstable = skew_sign(d, layers, n) < 0
        if unstable != (n >= threshold):
            word = "unstable" if unstable else "stable"
            return Outcome(Verdict.REFUTED, Tier.EXACT, f"at n = {n} the best scalar matrix is {word} to skew perturbations",
                           witness={"d, L, n": f"{d}, {layers}, {n}", "the best scalar matrix is": word})  # fmt: skip
    return None


def skew_sign(d: int, layers: int, n: int) -> int:
    """Return the sign of the skew second variation at the best scalar matrix (constant on its interval)."""
    a = best_scalar(d, layers, n)
    if not isinstance(a, Algebraic):
        value = variation_at_scalar(a, d, layers, n, "skew")
        return (value > 0) - (value < 0)
    skew = fmpz_poly([int(c) for c in variation_coefficients(d, layers, "skew", n)])
    width = Fraction(1, 2**10)
    while True:
        fine = a.refine(width)
        ends = {(_at(skew, x / n) > 0) for x in (fine.lower, fine.upper)}
        if len(ends) == 1 and all(not (fine.lower <= n * r <= fine.upper) for r in _roots_near(skew)):
            return 1 if ends.pop() else -1
        width /= 2**10


def _at(poly: fmpz_poly, x: Fraction) -> Fraction:
    value = poly(fmpq(x.numerator, x.denominator))
    return Fraction(int(value.p), int(value.q))


def _roots_near(poly: fmpz_poly) -> list[Fraction]:
    from symbolic.algebraic import real_roots

    return [(r.lower + r.upper) / 2 for r in (root.refine(Fraction(1, 2**80)) for root in real_roots(poly))]
