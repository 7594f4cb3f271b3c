"""Checks behind the theorem for d = L = 2: where the global minimiser has a skew part.

The polynomials come from ``symbolic.skew_theorem``; the independent checker derives the loss again
by another method (integration by parts on trace words instead of Cayley-Hamilton and Bartlett), so
a disagreement of the two routes shows as a step that fails.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq

from symbolic.plane import plane_coefficients, plane_loss, plane_loss_at
from symbolic.skew_theorem import bezout_cofactors, onset_polynomial, reduced_derivative
from verify.formula import expression_text
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []

LINE = ("-oo", "oo")
LOSS = "f := loss(layers=2, V=[a + r, -b; b, a - r])"
PARTS = {
    "f0": "subs(subs(n**3*f, b, 0), r, 0)",
    "f2": "coeff(subs(n**3*f, r, 0), b, 2)",
    "f4": "coeff(subs(n**3*f, r, 0), b, 4)",
    "g2": "coeff(subs(n**3*f, b, 0), r, 2)",
    "g4": "coeff(subs(n**3*f, b, 0), r, 4)",
    "m": "coeff(coeff(n**3*f, b, 2), r, 2)",
}
ROUTES = ("Gaussian integration by parts on trace words", "Cayley-Hamilton and Bartlett's decomposition")


def part(name: str) -> str:
    """Return the sentence that defines one of f0, f2, f4, g2, g4, m."""
    return f"{name} := {PARTS[name]}"


def undecided(problem: Exception) -> Outcome:
    """Return the outcome of a proof of which a step fails."""
    return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")


def _loss_text() -> str:
    """Return the loss of the plane as text in n, a, b, r."""
    terms = {
        (n, a, 2 * big_b, 2 * c): value for (n, a, big_b, c), value in plane_loss(2).to_dict().items()
    }
    return f"({expression_text(terms, ['n', 'a', 'b', 'r'])})/n**3"


@check("icl.loss_d2_l2")
def loss_d2_l2(*, f4: str, g4: str, m: str) -> Outcome:
    """n^3 f = f0 + f2 b^2 + f4 b^4 + g2 r^2 + g4 r^4 + m b^2 r^2 with these f4, g4, m."""
    proof = Proof("n", "a", "b", "r")
    try:
        proof.loss("f", 2, [["a + r", "-b"], ["b", "a - r"]], _loss_text(),
                   text="The loss of two tied layers at V = aI + bJ + R, as a polynomial.")  # fmt: skip
        for name, rule in PARTS.items():
            proof.define(name, rule)
        proof.identity("n**3*f", "f0 + f2*b**2 + f4*b**4 + g2*r**2 + g4*r**4 + m*b**2*r**2",
                       text="f depends on b and r through their squares only.")  # fmt: skip
        for name, degree in (("f0", (0, 0)), ("f2", (1, 0)), ("g2", (0, 1))):
            proof.identity(name, plane_coefficients(2)[degree], text=f"The polynomial {name}, in full.")
        for name, formula in (("f4", f4), ("g4", g4), ("m", m)):
            proof.identity(name, formula)
        proof.argued(
            "rotation",
            r"Every real $2\times2$ matrix is $aI+bJ+R$ with $R$ traceless symmetric. $S$ and $OSO^{\top}$ have the same law for "
            r"orthogonal $O$, so $f(OVO^{\top})=f(V)$. A rotation $O$ of the plane commutes with $I$ and $J$, and some rotation turns "
            r"$R$ into $\mathrm{diag}(r,-r)$, where $\lVert R\rVert^2=2r^2$. So the loss at $V$ is the loss at "
            r"$\begin{pmatrix}a+r&-b\\b&a-r\end{pmatrix}$.",
        )
    except StepFails as problem:
        point = plane_loss_at(2, 3, Fraction(1, 2), Fraction(1, 3), Fraction(1, 5))
        return Outcome(
            Verdict.REFUTED, Tier.EXACT, f"the coefficients are not those of the loss: {problem}",
            witness={"n, a, b, r": "3, 1/2, 1/3, 1/5", "f there": str(point)},
        )  # fmt: skip
    return proof.confirmed(
        "The loss was derived twice, by integration by parts on trace words and by Cayley-Hamilton "
        "with Bartlett's decomposition, and its coefficients are the ones stated.",
        routes=ROUTES,
        instances=(f"n = 1, a = 1, b = r = 0: f = {plane_loss_at(2, 1, 1)}",),
    )


@check("icl.traceless_part")
def traceless_part(*, gap: str) -> Outcome:
    """Every minimiser has R = 0, for every n >= 1; ``gap`` is the coefficient g4 - f4."""
    proof = Proof("n", "a", "b", "r", "B", "C")
    everywhere: dict[str, Any] = {"a": LINE, "n": (1, "oo")}
    try:
        proof.depends("icl.loss-d2-l2", LOSS, *map(part, PARTS))
        proof.sign("f2 + g2", ">", **everywhere, text="A positive definite quadratic in a.")
        proof.sign("g2", ">", **everywhere)
        proof.sign("g4", ">", n=(1, "oo"))
        proof.identity("g4 - f4", gap)
        proof.sign("g4 - f4", ">", n=(1, "oo"))
        proof.sign("m + 2*f4", ">", n=(1, "oo"))
        proof.sign("g4 + f4 + m", ">", n=(1, "oo"))
        proof.identity(
            "(f2*B + f4*B**2 + g2*C + g4*C**2 + m*B*C) - (f2*(B - C) + f4*(B - C)**2)",
            "C*(f2 + g2) + (g4 - f4)*C**2 + (m + 2*f4)*B*C",
            text="For B = b^2 >= C = r^2: moving C into B removes R and lowers the loss.",
        )
        proof.identity(
            "(f2*B + f4*B**2 + g2*C + g4*C**2 + m*B*C) - (g2*(C - B) + g4*(C - B)**2)",
            "B*(f2 + g2) + (g4 - f4)*B*(C - B) + (g4 + f4 + m)*B*C",
            text="For C >= B: moving B into C removes the skew part and does not raise the loss.",
        )
        proof.argued(
            "descent",
            r"Let $C=r^2>0$. If $B\ge C$, the first identity is a sum of non-negative terms with $C\,(f_2+g_2)>0$, so $(a,B-C,0)$ has "
            r"a smaller loss. If $C\ge B$, the second identity is non-negative, and then $g_2\,(C-B)+g_4\,(C-B)^2$, which is positive "
            r"unless $C=B$, is gained by going to $(a,0,0)$; when $C=B>0$ the second identity itself is positive. So no point with "
            r"$C>0$ is a minimiser.",
        )
    except StepFails as problem:
        return undecided(problem)
    return proof.confirmed(
        "Every V with a traceless symmetric part has a strictly better matrix aI + bJ.",
        instances=("n = 1, a = 0: f2 + g2 = " + str(_value("f2", 1, 0) + _value("g2", 1, 0)),),
    )


def _value(name: str, n: int, a: Fraction | int) -> Fraction:
    degree = {"f0": (0, 0), "f2": (1, 0), "f4": (2, 0), "g2": (0, 1), "g4": (0, 2), "m": (1, 1)}[name]
    a = Fraction(a)
    value = plane_coefficients(2)[degree](n, fmpq(a.numerator, a.denominator), 0, 0)
    return Fraction(int(value.p), int(value.q))


@check("icl.existence_d2_l2")
def existence_d2_l2(*, quartic_from: int) -> Outcome:
    """The loss of two tied layers on R^(2x2) tends to infinity with V, for every n >= 1.

    From n = ``quartic_from`` on the part of degree four is positive definite.
    """
    proof = Proof("n", "a", "b", "r", "B", "C")
    try:
        proof.depends("icl.loss-d2-l2", LOSS, *map(part, PARTS))
        proof.sign("coeff(f0, a, 4)", ">", n=(1, "oo"))
        proof.sign("coeff(f2, a, 2)", ">", n=(1, "oo"))
        proof.sign("coeff(g2, a, 2)", ">", n=(1, "oo"))
        proof.sign("g4", ">", n=(1, "oo"))
        proof.sign("f4", ">", n=(quartic_from, "oo"))
        proof.identity("f4*B**2 + m*B*C + g4*C**2", "f4*(B - C)**2 + (g4 - f4)*C**2 + (m + 2*f4)*B*C",
                       text="So the quartic form in (b, r), with B = b^2 and C = r^2, is positive for n >= 2.")  # fmt: skip
        proof.sign("g4 - f4", ">", n=(1, "oo"))
        proof.sign("m + 2*f4", ">", n=(1, "oo"))
        proof.sign("subs(f2, n, 1)", ">", a=LINE, text="At n = 1 the term b^4 is absent, but f2 > 0 for all a.")
        proof.sign("subs(g2, n, 1)", ">", a=LINE)
        proof.identity(f"subs(f4, n, {quartic_from - 1})", "0", text="One context earlier the quartic part vanishes along b.")
        proof.sign("subs(m, n, 1)", ">")
        proof.argued(
            "coercive",
            r"For $n\ge2$ the part of $n^3f$ of degree four is at least $\bigl([a^4]f_0\bigr)a^4+f_4b^4+m\,b^2r^2+g_4r^4$, which is "
            r"positive away from $0$: $f$ tends to infinity. For $n=1$, $n^3f=f_0+f_2b^2+g_2r^2+g_4r^4+m\,b^2r^2$ with $f_2$ and $g_2$ "
            r"positive quadratics in $a$, hence bounded below by positive constants, and $f_0$ tends to infinity with $a$: again $f$ "
            r"tends to infinity. A continuous function that tends to infinity has a minimiser.",
        )
    except StepFails as problem:
        if quartic_from < 2:
            return Outcome(Verdict.REFUTED, Tier.EXACT, f"at n = {quartic_from} the coefficient of b^4 is not positive",
                           witness={"n": str(quartic_from), "f4": str(_value("f4", quartic_from, 0))})  # fmt: skip
        return undecided(problem)
    return proof.confirmed("The part of highest degree is positive, and n = 1, where it is not, is treated apart.",
                           instances=(f"n = 1: f4 = {_value('f4', 1, 0)}", f"n = 2: f4 = {_value('f4', 2, 0)}"))  # fmt: skip


@check("icl.scalar_minimiser")
def scalar_minimiser(*, first: int) -> Outcome:
    """On scalar matrices the loss is a strictly convex quartic for every n >= ``first``."""
    proof = Proof("n", "a", "b", "r")
    domain: dict[str, Any] = {"a": LINE, "n": (first, "oo")}
    try:
        proof.depends("icl.loss-d2-l2", LOSS, part("f0"))
        proof.define("g", "diff(f0, a)/8", text="An eighth of the derivative of n^3 f on scalar matrices.")
        proof.sign("diff(g, a)", ">", **domain, text="Strict convexity in a.")
        proof.sign("coeff(f0, a, 4)", ">", n=(first, "oo"), text="The quartic tends to infinity.")
        proof.sign("subs(g, a, 0)", "<", n=(first, "oo"), text="The minimiser is positive.")
        proof.argued(
            "one-root",
            r"A strictly convex quartic with positive leading coefficient has exactly one critical point, which is its minimiser "
            r"$a_*$; so $g$, whose derivative is positive, has exactly one real root, and $a_*>0$.",
        )
    except StepFails as problem:
        if first < 1:
            return Outcome(Verdict.REFUTED, Tier.EXACT, f"not for every n >= {first}: {problem}",
                           witness={"n": str(first), "polynomial": "g'"})  # fmt: skip
        return undecided(problem)
    return proof.confirmed(
        "The second derivative is positive for every a and every n in the range.",
        instances=(f"n = 1, a = 1: f = {plane_loss_at(2, 1, 1)}",),
    )


@check("icl.skew_sign")
def skew_sign(*, threshold: int) -> Outcome:
    """The skew second variation at the best scalar matrix is negative exactly for n >= threshold."""
    proof = Proof("n", "a", "b", "r")
    multiplier, cofactor, onset = bezout_cofactors()
    try:
        proof.depends("icl.loss-d2-l2", LOSS, part("f2"))
        proof.depends("icl.scalar-minimiser-d2-l2", "g := diff(f0, a)/8", text="g vanishes at a* only.")
        proof.define("h", "f2/4", text="The sign of h(a*) is that of the skew second variation.")
        proof.define("R4", onset, text="The factor of the resultant of g and h in a that decides.")
        proof.define("P", multiplier)
        proof.define("U", cofactor)
        proof.identity("P*h", "U*g - 2*n**4*R4", text="So at g = 0 the sign of h is opposite to that of R4.")
        proof.sign("P", ">", a=LINE, n=(1, "oo"))
        proof.roots("R4", "n", 1, "oo", text="The onset: the real n at which stability is lost.")
        proof.sign("R4", "<", n=(1, threshold - 1), text="So h(a*) > 0: the scalar matrix is stable.")
        proof.sign("R4", ">", n=(threshold, "oo"), text="So h(a*) < 0: aI + bJ with small b is better.")
    except StepFails as problem:
        return _threshold_witness(threshold, problem)
    return proof.confirmed(
        "P h = U g - 2 n^4 R4 with P > 0, and R4 changes sign between two consecutive integers.",
        value=f"R4 has its only root above 1 between {threshold - 1} and {threshold}",
        instances=(f"n = {threshold}: R4 = {onset(threshold, 0, 0, 0)}",
                   f"n = {threshold - 1}: R4 = {onset(threshold - 1, 0, 0, 0)}"),
        routes=("resultant by Cramer's rule", "polynomial identity re-expanded by the checker"),
    )  # fmt: skip


def _threshold_witness(threshold: int, problem: Exception) -> Outcome:
    """Refute a threshold by an n on the wrong side, with the exact sign of R4 there."""
    onset = onset_polynomial()
    for n in (threshold - 1, threshold):
        if n >= 1 and (onset(n, 0, 0, 0) > 0) != (n >= threshold):
            found = "negative" if onset(n, 0, 0, 0) > 0 else "positive"
            return Outcome(
                Verdict.REFUTED, Tier.EXACT,
                f"at n = {n} the skew second variation at the best scalar matrix is {found}",
                witness={"n": str(n), "R4(n)": str(onset(n, 0, 0, 0))},
            )  # fmt: skip
    return undecided(problem)


@check("icl.short_contexts")
def short_contexts(*, last: int) -> Outcome:
    """For n <= last the coefficient of b^2 is non-negative whatever a is: b = 0 is best."""
    proof = Proof("n", "a", "b", "r")
    try:
        proof.depends("icl.loss-d2-l2", LOSS, part("f2"), part("f4"))
        proof.sign("f2", ">=", a=LINE, n=(1, last), text="No matrix aI gains from a skew part.")
        proof.sign("subs(f2, n, 1)", ">", a=LINE, text="Strictly at n = 1, where f4 vanishes.")
        proof.sign("f4", ">", n=(2, last))
        proof.argued(
            "flat", r"For fixed $a$ the loss is $f_0+f_2B+f_4B^2$ on $B=b^2\ge0$ with $f_2\ge0$ and $f_4\ge0$, not both zero "
            r"($n=1$: $f_2>0$; $n\ge2$: $f_4>0$), so $B>0$ is strictly worse than $B=0$.",
        )  # fmt: skip
    except StepFails as problem:
        n = last
        for a in (Fraction(k, 20) for k in range(1, 40)):
            if _value("f2", n, a) < 0:
                return Outcome(Verdict.REFUTED, Tier.EXACT, f"at n = {n} the coefficient of b^2 is negative for some a",
                               witness={"n": str(n), "a": str(a), "f2": str(_value("f2", n, a))})  # fmt: skip
        return undecided(problem)
    return proof.confirmed("The quadratic f2 in a has a non-positive discriminant exactly up to there.",
                           instances=(f"n = {last}, a = 1: f2 = {_value('f2', last, 1)}",))  # fmt: skip


@check("icl.middle_contexts")
def middle_contexts(*, first: int, last: int) -> Outcome:
    """For first <= n <= last the reduced loss has no critical point where a skew part would pay."""
    proof = Proof("n", "a", "b", "r")
    sentence = "h > 0 at the real roots of c, a in (-oo, oo)"
    try:
        proof.depends("icl.loss-d2-l2", LOSS, part("f0"), part("f2"), part("f4"))
        proof.define("h", "f2/4")
        proof.define("c", reduced_derivative(), text="A cubic in a: the derivative of the reduced loss, up to a negative factor.")
        proof.identity("diff(4*f4*f0 - f2**2, a)", "-128*(n + 2)*c")
        proof.sign("f4", ">", n=(2, "oo"))
        proof.cases("n", first, last, [sentence], lambda case, n: case.at_roots("h", ">", "c", "a"),
                    text="Every critical point of the reduced loss lies where h > 0.")  # fmt: skip
        proof.argued(
            "monotone",
            r"For fixed $a$ the best $B\ge0$ is $0$ where $h\ge0$, and $-f_2/(2f_4)$ where $h<0$; there the loss is the reduced loss "
            r"$f_0-f_2^2/(4f_4)$, which is $f_0$ where $h=0$. The set where $h<0$ is empty or a bounded open interval ($h$ is a "
            r"quadratic with positive leading coefficient); on it the reduced loss has no critical point, hence is monotone and larger "
            r"than its value at one of the two ends, where it equals $f_0$. So every value of the loss with $B>0$ exceeds the least "
            r"value of $f_0$.",
        )
        proof.sign("coeff(h, a, 2)", ">", n=(1, "oo"))
    except StepFails as problem:
        return undecided(problem)
    return proof.confirmed("Each n is a separate exact case: isolated roots of a cubic, and the sign of h at each.",
                           instances=(f"n = {last}, a = 1: h = {_value('f2', last, 1) / 4}",))  # fmt: skip


@check("icl.two_minimisers")
def two_minimisers(*, first: int, left: str, right: str) -> Outcome:
    """For n >= first the minimisers are exactly two, aI + bJ and aI - bJ with b > 0."""
    proof = Proof("n", "a", "b", "r")
    ray: dict[str, Any] = {"n": (first, "oo")}
    try:
        proof.depends("icl.loss-d2-l2", LOSS, part("f0"), part("f2"), part("f4"))
        proof.depends("icl.scalar-minimiser-d2-l2", "diff(g, a) > 0 for a in (-oo, oo), n in [1, oo)", text="f0 is strictly convex: a* is its only stationary point.")
        proof.define("h", "f2/4")
        proof.define("c", reduced_derivative())
        proof.identity("diff(4*f4*f0 - f2**2, a)", "-128*(n + 2)*c")
        proof.sign("f4", ">", **ray)
        proof.sign("coeff(h, a, 2)", ">", **ray)
        for point, slope in ((left, "<"), (right, ">")):
            proof.sign(f"subs(h, a, {point})", ">", **ray)
            proof.sign(f"subs(diff(h, a), a, {point})", slope, **ray)
        proof.sign("coeff(c, a, 3)", ">", **ray)
        proof.sign("subs(c, a, 0)", "<", **ray)
        proof.sign(f"subs(c, a, {left})", ">", **ray)
        proof.sign(f"subs(c, a, {right})", "<", **ray)
        proof.depends("icl.skew-sign-d2-l2", f"R4 > 0 for n in [{first}, oo)", text="h(a*) < 0.")
        proof.argued(
            "one-critical-point",
            rf"By the signs of $h$ and $h'$ at ${left}$ and ${right}$, the interval where $h<0$ lies between these two points; it contains "
            rf"$a_*$ because $h(a_*)<0$. The cubic $c$ is negative at $0$, positive at ${left}$, negative at ${right}$ and positive at "
            rf"infinity, so it has one root in each of three disjoint intervals and exactly one between ${left}$ and ${right}$: the reduced "
            r"loss has at most one critical point where $h<0$. At the ends of that interval the derivative of the reduced loss is that of "
            r"$f_0$, negative on the left of $a_*$ and positive on the right, so the reduced loss has there exactly one minimiser, and its "
            r"value lies below the least value of $f_0$.",
        )
    except StepFails as problem:
        return undecided(problem)
    return proof.confirmed("One sign change of a cubic, located for all n at once by shifted coefficients.",
                           instances=(f"n = {first}: f4 = {_value('f4', first, 0)}",))  # fmt: skip


@check("icl.skew_threshold")
def skew_threshold(*, threshold: int, family: str = "all") -> Outcome:
    """Every global minimiser over the family has a non-zero skew part if and only if n >= threshold."""
    if family not in ("all", "symmetric", "scalar"):
        raise ValueError(f"the family must be all, symmetric or scalar, got {family!r}")
    if family != "all":
        return Outcome(
            Verdict.REFUTED, Tier.EXACT, f"a {family} matrix has no skew part, so no minimiser over {family} matrices has one",
            witness={"n": str(threshold), "family": family, "skew part of each member": "0"},
        )  # fmt: skip
    proof = Proof("n", "a", "b", "r")
    try:
        proof.depends("icl.loss-d2-l2", LOSS, text="The loss on all of R^(2x2), up to a rotation of the plane.")
        proof.depends("icl.traceless-part-d2-l2", "f2 + g2 > 0 for a in (-oo, oo), n in [1, oo)",
                      "g2 > 0 for a in (-oo, oo), n in [1, oo)", text="R = 0 at every minimiser.")  # fmt: skip
        proof.depends("icl.scalar-minimiser-d2-l2", "diff(g, a) > 0 for a in (-oo, oo), n in [1, oo)",
                      text="One best scalar matrix a* I.")  # fmt: skip
        proof.depends("icl.short-contexts-d2-l2", "f2 >= 0 for a in (-oo, oo), n in [1, 9]",
                      text="n <= 9: the minimiser is a* I, alone.")  # fmt: skip
        proof.depends("icl.middle-contexts-d2-l2",
                      f"for n = 10..{threshold - 1}: h > 0 at the real roots of c, a in (-oo, oo)",
                      text=f"10 <= n <= {threshold - 1}: the minimiser is a* I, alone.")  # fmt: skip
        proof.depends("icl.skew-sign-d2-l2", f"R4 < 0 for n in [1, {threshold - 1}]",
                      f"R4 > 0 for n in [{threshold}, oo)", text="The sign of h(a*).")  # fmt: skip
        proof.depends("icl.two-minimisers-d2-l2", f"subs(c, a, 2) < 0 for n in [{threshold}, oo)",
                      text=f"n >= {threshold}: exactly two minimisers, aI + bJ and aI - bJ.")  # fmt: skip
        proof.depends("icl.existence-d2-l2", "m + 2*f4 > 0 for n in [1, oo)", text="A global minimiser exists.")
        proof.argued(
            "assembly",
            rf"A minimiser exists and has $R=0$. For $n\le9$, and for $10\le n\le{threshold - 1}$, every $aI+bJ$ with $b\ne0$ has a loss "
            r"above that of $a_*I$, so the minimiser is scalar and unique, with no skew part. "
            rf"For $n\ge{threshold}$, $h(a_*)<0$ puts some $aI+bJ$ below $a_*I$, hence below every scalar matrix, and there are exactly two "
            r"minimisers, which differ in the sign of $b$.",
        )
    except StepFails as problem:
        return _threshold_witness(threshold, problem)
    return proof.confirmed(
        f"Every 2x2 matrix and every n >= 1 is covered: n <= 9 by a discriminant, 10 to {threshold - 1} case by case, "
        f"n >= {threshold} by shifted coefficients.",
        value=str(threshold),
        instances=(f"n = {threshold}: R4 = {onset_polynomial()(threshold, 0, 0, 0)} > 0",
                   f"n = {threshold - 1}: R4 = {onset_polynomial()(threshold - 1, 0, 0, 0)} < 0"),
        routes=ROUTES,
        necessity=(
            {"hypothesis": "V ranges over all 2x2 matrices", "status": "needed",
             "because": "over symmetric V every minimiser is a* I"},
            {"hypothesis": "d = 2", "status": "needed", "because": "for d = 1 no matrix has a skew part"},
            {"hypothesis": "L = 2", "status": "needed", "because": "for L = 1 the loss is a convex quadratic with a scalar minimiser"},
        ),
    )  # fmt: skip
