"""Checks of the theorem on label noise at d = L = 2: a ray of contexts below noise 1, none from 1 on.

The polynomials come from ``symbolic.noise_theorem``; the checker derives the noisy loss again by
integration by parts on trace words, so a disagreement of the two routes is a step that fails.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq_mpoly

from symbolic.noise import critical_context_with_noise, loss_with_noise
from symbolic.noise_theorem import (
    comparison_point,
    instability_bound,
    noise_onset,
    noisy_plane_loss,
    onset_cofactors,
    reduced_slope,
)
from verify.checks.icl_skew import undecided
from verify.formula import expression_text
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__ = ["NOISY_LOSS", "NOISY_PARTS", "noisy_loss_text"]

LINE = ("-oo", "oo")
NOISY_LOSS = "F := loss(layers=2, V=[a + r, -b; b, a - r], noise=s)"
NOISY_PARTS = {
    "F0": "subs(subs(n**3*F, b, 0), r, 0)",
    "F2": "coeff(subs(n**3*F, r, 0), b, 2)",
    "F4": "coeff(subs(n**3*F, r, 0), b, 4)",
    "G2": "coeff(subs(n**3*F, b, 0), r, 2)",
    "G4": "coeff(subs(n**3*F, b, 0), r, 4)",
    "M": "coeff(coeff(n**3*F, b, 2), r, 2)",
}
TRACELESS = "F2 + G2 > 0 for a in (-oo, oo), n in [1, oo), s in [0, oo)"
ISOTROPIC = "G2 > 0 for a in (-oo, oo), n in [1, oo), s in [0, 1]"
CONVEX = "diff(diff(F0, a), a) > 0 for a in (-oo, oo), n in [1, oo), s in [0, 1]"
ONSET = ("diff(R, s) > 0 for n in [1, oo), s in [0, 1]", "coeff(R, n, 5) == 4*(s - 1)*(s - 5)**2")
RING = ("n", "a", "b", "r", "s", "B", "C")
ROUTES = ("Gaussian integration by parts on trace words", "Cayley-Hamilton and the recursion for the entries of W")


def part(name: str) -> str:
    """Return the sentence that defines one of F0, F2, F4, G2, G4, M."""
    return f"{name} := {NOISY_PARTS[name]}"


def noisy_loss_text(layers: int) -> str:
    """Return the noisy loss of the plane as text in n, a, b, r, s."""
    terms = {
        (n, a, 2 * big_b, 2 * c, s): value
        for (n, a, big_b, c, s), value in noisy_plane_loss(layers).to_dict().items()
    }
    return f"({expression_text(terms, ['n', 'a', 'b', 'r', 's'])})/n**{2 * layers - 1}"


def _text(poly: fmpq_mpoly) -> str:
    """Return a polynomial of NOISE that is free of B and C as text."""
    terms = {(e[0], e[1], e[4]): value for e, value in poly.to_dict().items()}
    return expression_text(terms, ["n", "a", "s"])


@check("icl.noisy_loss")
def noisy_loss(*, f4: str, g4: str, m: str) -> Outcome:
    """n^3 F = F0 + F2 b^2 + F4 b^4 + G2 r^2 + G4 r^4 + M b^2 r^2, with label noise s."""
    proof = Proof(*RING)
    try:
        proof.loss("F", 2, [["a + r", "-b"], ["b", "a - r"]], noisy_loss_text(2), noise="s",
                   text="The loss with what label noise of variance s adds.")  # fmt: skip
        for name, rule in NOISY_PARTS.items():
            proof.define(name, rule)
        proof.identity("n**3*F", "F0 + F2*b**2 + F4*b**4 + G2*r**2 + G4*r**4 + M*b**2*r**2")
        for name, formula in (("F4", f4), ("G4", g4), ("M", m)):
            proof.identity(name, formula)
    except StepFails as problem:
        value = loss_with_noise(Fraction(1, 2), 2, 2, 3, Fraction(1, 3), Fraction(1, 5), 1)
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the coefficients are not those of the loss: {problem}",
                       witness={"n, a, b, r, s": "3, 1/2, 1/3, 1/5, 1", "F there": str(value)})  # fmt: skip
    return proof.confirmed(
        "The noisy loss was derived twice and its coefficients are the ones stated.", routes=ROUTES,
        instances=(f"n = a = s = 1, b = r = 0: F = {loss_with_noise(1, 2, 2, 1, noise=1)}",),
    )  # fmt: skip


@check("icl.noise_traceless")
def noise_traceless(*, gap: str) -> Outcome:
    """At every minimiser R = 0 or K = 0, for every noise; R = 0 for s <= 1; ``gap`` is G4 - F4."""
    proof = Proof(*RING)
    plane: dict[str, Any] = {"n": (1, "oo"), "s": (0, "oo")}
    try:
        proof.depends("icl.loss-d2-l2-noise", NOISY_LOSS, *map(part, NOISY_PARTS))
        proof.sign("F2 + G2", ">", a=LINE, **plane, text="A positive definite quadratic in a.")
        proof.identity("G4 - F4", gap)
        for combination in ("G4", "G4 - F4", "M + 2*F4", "G4 + F4 + M"):
            proof.sign(combination, ">", **plane)
        proof.sign("F4", ">=", **plane)
        proof.sign("G2", ">", a=LINE, n=(1, "oo"), s=(0, 1), text="Up to noise 1 a traceless part only hurts.")
        proof.identity(
            "(F2*B + F4*B**2 + G2*C + G4*C**2 + M*B*C) - (F2*(B - C) + F4*(B - C)**2)",
            "C*(F2 + G2) + (G4 - F4)*C**2 + (M + 2*F4)*B*C",
            text="For B = b^2 >= C = r^2: moving C into B.",
        )
        proof.identity(
            "(F2*B + F4*B**2 + G2*C + G4*C**2 + M*B*C) - (G2*(C - B) + G4*(C - B)**2)",
            "B*(F2 + G2) + (G4 - F4)*B*(C - B) + (G4 + F4 + M)*B*C",
            text="For C >= B: moving B into C.",
        )
        proof.argued(
            "descent",
            "Let B, C > 0. If B >= C the first identity is a sum of positive terms: (a, B - C, 0) is strictly better. If C >= B "
            "the second one is, and (a, 0, C - B) is strictly better. So every minimiser has B C = 0. If B = 0 < C and s <= 1, "
            "then G2 C + G4 C^2 > 0 is the excess over (a, 0, 0). So for s <= 1 every minimiser has C = 0, that is, R = 0.",
        )
    except StepFails as problem:
        excess = loss_with_noise(0, 2, 2, 1, 0, 1) - loss_with_noise(0, 2, 2, 1, 1, 0)
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the gap is another one: {problem}",
                       witness={"n, s": "1, 0", "(G4 - F4 + G2 - F2)(a = 0)": str(excess)})  # fmt: skip
    return proof.confirmed("Exchanging b^2 and r^2 lowers the loss until one of them is 0.",
                           instances=("n = 1, s = 0: G4 - F4 = 8*3*8 = 192",))  # fmt: skip


@check("icl.noise_absence")
def noise_absence(*, bound: str) -> Outcome:
    """For noise s >= ``bound``, any n >= 1 and a: the coefficient of b^2 is positive."""
    proof = Proof(*RING)
    try:
        proof.depends("icl.loss-d2-l2-noise", NOISY_LOSS, part("F2"), part("F4"))
        proof.sign("F2", ">", a=LINE, n=(1, "oo"), s=(bound, "oo"), text="A positive definite quadratic in a.")
        proof.depends("icl.noise-traceless-d2-l2", TRACELESS, ISOTROPIC, text="At a minimiser R = 0 or K = 0.")
        proof.sign("F4", ">=", n=(1, "oo"), s=(0, "oo"))
        proof.argued("absence", "A minimiser with K not 0 has R = 0, hence is aI + bJ with B = b^2 > 0; but F2 B + F4 B^2 > 0 is "
                                "the excess of its loss over that of aI. So no minimiser has a skew part.")  # fmt: skip
    except StepFails as problem:
        noise = Fraction(bound)
        if noise < 1:
            n = critical_context_with_noise(2, 2, noise)
            return Outcome(Verdict.REFUTED, Tier.EXACT, f"at noise {noise} and n = {n} every minimiser has a skew part",
                           witness={"s": str(noise), "n": str(n), "R(n, s)": str(_onset(int(str(n)), noise))})  # fmt: skip
        return undecided(problem)
    return proof.confirmed("The discriminant of the skew coefficient in a is negative for every n once s is that large.",
                           instances=("n = 100, s = 1: F2 is a positive definite quadratic in a",))  # fmt: skip


def _onset(n: int, noise: Fraction) -> Fraction:
    value = Fraction(0)
    for e, c in noise_onset().to_dict().items():
        value += Fraction(int(c.p), int(c.q)) * n ** int(e[0]) * noise ** int(e[4])
    return value


@check("icl.noise_onset")
def noise_onset_sign(*, bound: str) -> Outcome:
    """For 0 <= s <= ``bound``: f is convex on scalar matrices, and F2 has the sign of R(n, s) at the best one."""
    proof = Proof(*RING)
    multiplier, cofactor, factor = onset_cofactors()
    strip: dict[str, Any] = {"n": (1, "oo"), "s": (0, bound)}
    try:
        proof.depends("icl.loss-d2-l2-noise", NOISY_LOSS, part("F0"), part("F2"))
        proof.sign("diff(diff(F0, a), a)", ">", a=LINE, **strip, text="Strict convexity on scalar matrices.")
        proof.sign("coeff(F0, a, 4)", ">", **strip)
        proof.define("R", _text(noise_onset()))
        proof.define("P", _text(multiplier))
        proof.define("U", _text(cofactor))
        proof.identity("P*F2", f"U*diff(F0, a) + {_text(factor)}*R", text="Where the slope on scalar matrices is 0, F2 has the sign of R.")
        proof.sign("P", ">", a=LINE, **strip)
        proof.identity("coeff(R, n, 5)", "4*(s - 1)*(s - 5)**2", text="Negative for s < 1, zero at s = 1.")
        for power in range(4):
            proof.sign(f"coeff(R, n, {power})", ">", s=(0, 1))
        proof.sign("subs(R, s, 1)", ">", n=(1, "oo"), text="At s = 1 there is no onset.")
        proof.sign("diff(R, s)", ">", **strip, text="More noise, later onset.")
        proof.argued(
            "one-onset",
            "For 0 <= s < 1, R/n^4 = c5 n + c4 + c3/n + c2/n^2 + c1/n^3 + c0/n^4 with c5 < 0 and c0, ..., c3 > 0 strictly decreases on "
            "n > 0 from +infinity to -infinity. So R(., s) has exactly one positive root n_c(s), with R > 0 before and R < 0 "
            "after it. Since R increases with s, n_c increases; and R(., 1) > 0 on [1, oo), so n_c(s) tends to infinity as s -> 1.",
        )
    except StepFails as problem:
        return undecided(problem)
    return proof.confirmed(
        "A resultant with an explicit positive multiplier, and one sign change in n.",
        instances=(f"n = 15, s = 0: R = {_onset(15, Fraction(0))} < 0", f"n = 14, s = 0: R = {_onset(14, Fraction(0))} > 0"),
        routes=("resultant by Cramer's rule", "polynomial identity re-expanded by the checker"),
    )  # fmt: skip


@check("icl.noise_scalar_best")
def noise_scalar_best(*, last_flat: int, first: int, point: str) -> Outcome:
    """Where R >= 0, 0 <= s <= 1, the best scalar matrix is a global minimiser; no minimiser is skew."""
    proof = Proof(*RING)
    strip: dict[str, Any] = {"s": (0, 1)}
    try:
        proof.depends("icl.loss-d2-l2-noise", NOISY_LOSS, part("F0"), part("F2"), part("F4"))
        proof.sign("F2", ">=", a=LINE, n=(1, last_flat), **strip, text=f"For n <= {last_flat} a skew part never pays.")
        proof.sign("subs(F2, n, 1)", ">", a=LINE, **strip, text="Strictly at n = 1, where F4 vanishes.")
        proof.sign("F4", ">", n=(2, "oo"), **strip)
        proof.define("v", "-coeff(F2, a, 1)")
        proof.define("w", "2*coeff(F2, a, 2)", text="F2 is least at v/w.")
        proof.sign("w", ">", n=(1, "oo"), **strip)
        proof.define("slope", "diff(F0, a)")
        proof.define("q", "coeff(slope, a, 3)*v**3 + coeff(slope, a, 2)*v**2*w + coeff(slope, a, 1)*v*w**2 + coeff(slope, a, 0)*w**3")
        proof.identity("subs(slope, a, v/w)*w**3", "q")
        proof.sign("q", ">", n=(1, "oo"), **strip, text="The loss on scalar matrices increases at the vertex of F2: a* < v/w.")
        proof.define("c", _text(reduced_slope()))
        proof.identity("diff(4*F4*F0 - F2**2, a)", "64*c", text="The slope of the loss with the best real B = b^2.")
        proof.sign("coeff(c, a, 3)", "<", n=(1, "oo"), s=(0, "oo"))
        proof.sign("subs(c, a, 2)", ">", n=(last_flat + 1, "oo"), **strip)
        proof.sign("subs(F2, a, 2)", ">", n=(1, "oo"), **strip)
        proof.sign("subs(diff(F2, a), a, 2)", ">", n=(1, "oo"), **strip)
        for n in range(last_flat + 1, first):
            p, top = comparison_point(n)
            here: dict[str, Any] = {"s": (0, top)}
            proof.sign(f"subs(subs(c, n, {n}), a, {p})", "<", **here)
            proof.sign(f"subs(subs(F2, n, {n}), a, {p})", ">", **here)
            proof.sign(f"subs(diff(subs(F2, n, {n}), a), a, {p})", "<", **here)
            if top < 1:
                proof.sign(f"subs(F2, n, {n})", ">=", a=LINE, s=(top, 1), text="Beyond that noise a skew part never pays.")
        ray: dict[str, Any] = {"n": (first, "oo"), **strip}
        proof.sign(f"subs(c, a, {point})", "<", **ray)
        proof.sign(f"subs(F2, a, {point})", ">", **ray)
        proof.sign(f"subs(diff(F2, a), a, {point})", "<", **ray)
        proof.depends("icl.noise-onset-d2-l2", CONVEX, *ONSET, text="One best scalar matrix a*, and the one onset n_c(s).")
        proof.argued(
            "comparison",
            "Let R(n, s) >= 0, so F2(a*) >= 0. If F2 >= 0 for all a, then for n >= 2 (F4 > 0), and for n = 1 (F2 > 0), every B > 0 is strictly "
            "worse than B = 0. Otherwise n >= 10 and {F2 < 0} is an interval (alpha, beta). Its midpoint v/w lies right of a*, "
            "where F2 >= 0: so a* <= alpha. Let p be the point of the signs above for this n (and s): F2 > 0 > F2' there puts p left of alpha, "
            "and 2 lies right of beta. The cubic c has a negative leading coefficient, c(p) < 0 < c(2): one root left of p, one "
            "in (p, 2), one right of 2; so on (p, 2) it changes sign once, from - to +. At alpha, F2 = 0 gives 64 c = 4 F4 F0' >= 0 "
            "since a* <= alpha. If c(alpha) > 0, c > 0 on all of (alpha, beta); if c(alpha) = 0 the one root is alpha, and again c > 0 on "
            "(alpha, beta). There the loss with the best B is F0 - F2^2/(4 F4), whose slope is 16 c/F4 > 0: it exceeds "
            "its value F0(alpha) >= F0(a*) at alpha. So every aI + bJ with b != 0 has a larger loss than a* I.",
        )
    except (StepFails, ArithmeticError, ValueError) as problem:
        return undecided(problem)
    return proof.confirmed("A comparison point on the left of the unstable interval, for every n and noise at once.",
                           instances=("n = 14, s = 0: comparison point 5/7",))  # fmt: skip


@check("icl.noise_threshold")
def noise_threshold(*, critical: str) -> Outcome:
    """d = L = 2: a ray of contexts for noise below ``critical``, none from there on."""
    level = Fraction(critical)
    if level < 1:
        n = critical_context_with_noise(2, 2, level)
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"at noise {level} every minimiser is skew for n = {n}",
                       witness={"s": str(level), "n": str(n), "R(n, s)": str(_onset(int(str(n)), level))})  # fmt: skip
    if level > 1:
        return Outcome(Verdict.REFUTED, Tier.EXACT, "from noise 1 on no minimiser has a skew part, so the critical noise is not above 1",
                       witness={"s": "1", "discriminant of F2 in a over 64 n^2": str(_at_one(instability_bound()))})  # fmt: skip
    proof = Proof(*RING)
    try:
        proof.depends("icl.existence-d2-l2", "m + 2*f4 > 0 for n in [1, oo)", text="The noise-free loss tends to infinity with V.")
        proof.depends("icl.noise-absence-d2-l2", NOISY_LOSS, ISOTROPIC, f"F2 > 0 for a in (-oo, oo), n in [1, oo), s in [{level}, oo)",
                      text=f"R = 0 at every minimiser when s <= 1; no skew part for s >= {level}.")  # fmt: skip
        proof.depends("icl.noise-scalar-best-d2-l2", "q > 0 for n in [1, oo), s in [0, 1]", *ONSET,
                      text="The sign of F2 at the best scalar matrix, the one onset n_c(s), and n <= n_c(s): scalar.")  # fmt: skip
        proof.argued(
            "assembly",
            "The noise adds a non-negative term, so the noisy loss tends to infinity with V and has a minimiser. For s >= 1 no "
            "minimiser has a skew part, whatever n. For s < 1 every minimiser has R = 0. If n > n_c(s), R(n, s) < 0, so F2(a*) < 0 at the best "
            "scalar matrix a* I, which is also the best symmetric matrix because R = 0 is best among these (G2, G4 > 0): some aI + bJ is below "
            "every symmetric matrix, and every minimiser has a skew part. If n <= n_c(s), R(n, s) >= 0 and no minimiser has one. So for s < 1 the set "
            "of n is the ray of the integers above n_c(s), not empty; from s = 1 on it is empty.",
        )
    except StepFails as problem:
        return undecided(problem)
    return proof.confirmed(
        "Every 2x2 matrix, every n >= 1 and every noise is covered.", value=str(level), routes=ROUTES,
        instances=(f"s = 1/2: first n = {critical_context_with_noise(2, 2, Fraction(1, 2))}",
                   f"s = 0: first n = {critical_context_with_noise(2, 2, 0)}"),
        necessity=(
            {"hypothesis": "d = 2", "status": "not settled", "because": "for d >= 3 the critical noise is at least 1; no upper bound is proved"},
            {"hypothesis": "L = 2", "status": "needed", "because": "for L >= 3 skew minimisers occur at every noise"},
        ),
    )  # fmt: skip


def _at_one(poly: fmpq_mpoly) -> str:
    rows: dict[tuple[int], Fraction] = {}
    for e, c in poly.to_dict().items():
        rows[(int(e[0]),)] = rows.get((int(e[0]),), Fraction(0)) + Fraction(int(c.p), int(c.q))
    return expression_text(rows, ["n"])


@check("icl.noise_contexts")
def noise_contexts(*, noise: str, threshold: str) -> Outcome:
    """At each of these noises (separated by commas) the minimisers are skew exactly for n >= its threshold (d = L = 2)."""
    noises, thresholds = noise.split(", "), [int(x) for x in threshold.split(", ")]
    if len(noises) != len(thresholds):
        raise ValueError("give one threshold for each noise")
    proof = Proof(*RING)
    try:
        proof.define("E", _text(noise_onset()), text="The onset polynomial, in full.")
        for level, first in zip(noises, thresholds, strict=True):
            if not 0 <= Fraction(level) < 1:
                raise StepFails("from noise 1 on there is no onset")
            proof.sign(f"subs(E, s, {level})", ">", n=(1, first - 1), text=f"Noise {level}: no skew part.")
            proof.sign(f"subs(E, s, {level})", "<", n=(first, "oo"), text=f"Noise {level}: every minimiser has a skew part.")
        proof.depends("icl.noise-threshold-d2-l2", ONSET[0], text="For s < 1 the minimisers are skew exactly where R < 0.")
        proof.identity("E", "R")
    except StepFails as problem:
        for level, first in zip(noises, thresholds, strict=True):
            for n in (first - 1, first):
                value = _onset(n, Fraction(level))
                if n >= 1 and (value < 0) != (n >= first):
                    return Outcome(Verdict.REFUTED, Tier.EXACT, f"the sign at n = {n} is the other one",
                                   witness={"n": str(n), "s": level, "R(n, s)": str(value)})  # fmt: skip
        return undecided(problem)
    return proof.confirmed(
        "R(., s) changes sign between two consecutive integers, at each of these noises.", value=threshold,
        instances=tuple(f"s = {s}, n = {n}: R = {_onset(n, Fraction(s))}" for s, n in zip(noises, thresholds, strict=True)),
        table={"columns": ["noise", "first n"], "rows": [[s, str(n)] for s, n in zip(noises, thresholds, strict=True)],
               "caption": "Critical context length at d = L = 2 under label noise."},
    )  # fmt: skip
