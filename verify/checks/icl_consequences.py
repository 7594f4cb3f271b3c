"""Checks of what follows at the minimiser: rotation, transposes, gain, and invariance under transposition."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from flint import fmpq, fmpq_poly

from symbolic.chirality import chiral_trace, chiral_witness
from symbolic.loss import loss_invariants
from symbolic.plane import plane_loss
from symbolic.plane_global import plane_minimum
from symbolic.skew_theorem import onset_polynomial
from verify.checks.icl_skew import LOSS, part
from verify.formula import expression_text
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []

LINE = ("-oo", "oo")


def _undecided(problem: Exception) -> Outcome:
    return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")


@check("icl.rotation")
def rotation(*, second: str) -> Outcome:
    """aI + bJ turns every gradient by one angle and stretches it by one factor; ``second`` is the other minimiser."""
    signs = {"transpose": ("b", "-b"), "same": ("-b", "b"), "negative": ("-b", "b")}
    if second not in signs:
        raise ValueError(f"second is transpose, same or negative, got {second!r}")
    proof = Proof("a", "b", "g1", "g2")
    try:
        proof.define("h1", "a*g1 - b*g2", text="V g for V = aI + bJ = [a, -b; b, a].")
        proof.define("h2", "b*g1 + a*g2")
        proof.identity("g1*h1 + g2*h2", "a*(g1**2 + g2**2)", text="The cosine of the angle between g and V g is a/sqrt(a^2 + b^2).")
        proof.identity("g1*h2 - g2*h1", "b*(g1**2 + g2**2)", text="The sine is b/sqrt(a^2 + b^2): the angle arctan(b/a), the same for all g.")
        proof.identity("h1**2 + h2**2", "(a**2 + b**2)*(g1**2 + g2**2)")
        upper, lower = signs[second]
        sign = "-" if second == "negative" else ""
        proof.define("k1", f"{sign}(a)*g1 + ({upper})*g2", text="The other minimiser, aI - bJ = V^T, applied to g.")
        proof.define("k2", f"({lower})*g1 + {sign}(a)*g2")
        proof.identity("g1*k1 + g2*k2", "g1*h1 + g2*h2", text="The same cosine ...")
        proof.identity("g1*k2 - g2*k1", "-(g1*h2 - g2*h1)", text="... and the opposite sine: V^T turns by the opposite angle.")
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the other minimiser does not turn by the opposite angle: {problem}",
                       witness={"a, b, g": "1, 1, (1, 0)", "V g": "(1, 1)", "V^T g": "(1, -1)"})  # fmt: skip
    return proof.confirmed("Inner and cross product of g and V g are the same multiples of |g|^2 for every g.",
                           instances=("a = 1, b = 1, g = (1, 0): V g = (1, 1), an angle of 45 degrees",))  # fmt: skip


@check("icl.transpose_plane")
def transpose_plane(*, layers: int, image: str = "transpose", dimension: int = 2) -> Outcome:
    """d = 2: f(V) = f(V^T), for the number of layers given; ``image``: V^T, or -V, which fails."""
    if image not in ("transpose", "negative"):
        raise ValueError(f"image is transpose or negative, got {image!r}")
    if image == "negative" or dimension > 2:
        v: list[list[Fraction]] = [[Fraction(x) for x in row] for row in chiral_witness()]
        w = [list(column) for column in zip(*v, strict=True)] if image == "transpose" else [[-x for x in row] for row in v]
        loss = loss_invariants(layers)
        if loss.at(v, 2) == loss.at(w, 2):
            return _undecided(ValueError("no witness at n = 2"))
        return Outcome(Verdict.REFUTED, Tier.EXACT, "an explicit 3x3 matrix and its image differ in loss",
                       witness={"V": str(chiral_witness()), "L, n": f"{layers}, 2", "f": f"{loss.at(v, 2)} and {loss.at(w, 2)}"})  # fmt: skip
    proof = Proof("n", "a", "b", "r")
    terms = {(int(n), int(a), 2 * int(b), 2 * int(c)): v for (n, a, b, c), v in plane_loss(layers).to_dict().items()}
    try:
        proof.loss("f", layers, [["a + r", "-b"], ["b", "a - r"]],
                   f"({expression_text(terms, ['n', 'a', 'b', 'r'])})/n**{2 * layers - 1}", text="Every 2x2 matrix, in suitable axes.")  # fmt: skip
        proof.identity("subs(f, b, -b)", "f", text="Transposition changes the sign of b.")
        proof.argued(
            "reflection",
            "For any L: with the reflection D = diag(1, -1), D (aI + bJ + R) D = aI - bJ + R = (aI + bJ + R)^T for R = diag(r, -r), and f(DVD) = f(V) because DSD "
            "and S have the same law. Every 2x2 matrix is aI + bJ + R in the axes in which its symmetric part is diagonal.",
        )
    except StepFails as problem:
        return _undecided(problem)
    return proof.confirmed("The loss depends on b through b^2 only.", instances=("L = 1..: the reflection argument holds for every L",))


@check("icl.transpose_witness")
def transpose_witness(*, layers: int, first: int) -> Outcome:
    """d = 3: f(V) != f(V^T) for an explicit V and every n >= first."""
    matrix = [[Fraction(x) for x in row] for row in chiral_witness()]
    turned = [list(column) for column in zip(*matrix, strict=True)]
    proof = Proof("n")
    try:
        for name, v in (("f", matrix), ("g", turned)):
            proof.loss(name, layers, [[str(x) for x in row] for row in v], _in_n(v, layers),
                       text="The loss at V." if name == "f" else "The loss at the transpose of V.")  # fmt: skip
        proof.define("D", f"n**{2 * layers - 1}*(f - g)")
        proof.sign("D*D", ">", n=(first, "oo"), text="The two losses differ.")
    except StepFails as problem:
        same = next((n for n in range(max(1, first), max(1, first) + 3) if _same(matrix, turned, layers, n)), None)
        if same is not None:
            return Outcome(Verdict.REFUTED, Tier.EXACT, f"at n = {same} the two losses are equal",
                           witness={"V": str(chiral_witness()), "L, n": f"{layers}, {same}"})  # fmt: skip
        return _undecided(problem)
    return proof.confirmed(
        f"The square of the difference is positive from n = {first} on.",
        instances=(f"tr(V V V^T V^T V V^T) - tr(V V V^T V V^T V^T) = {chiral_trace(matrix)}",),
    )


def _in_n(v: list[list[Fraction]], layers: int) -> str:
    """Return the loss at V as text in n, by interpolation of the trace invariants."""
    values = [(n, loss_invariants(layers).at(v, n)) for n in range(1, 2 * layers + 1)]
    total = fmpq_poly([0])
    for n, value in values:
        term = fmpq_poly([fmpq(value.numerator, value.denominator) * n ** (2 * layers - 1)])
        for m, _ in values:
            if m != n:
                term *= fmpq_poly([fmpq(-m, n - m), fmpq(1, n - m)])
        total += term
    return f"({expression_text({(k,): c for k, c in enumerate(total.coeffs()) if c}, ['n'])})/n**{2 * layers - 1}"


def _same(v: list[list[Fraction]], turned: list[list[Fraction]], layers: int, n: int) -> bool:
    return loss_invariants(layers).at(v, n) == loss_invariants(layers).at(turned, n)


@check("icl.gain_d2_l2")
def gain_d2_l2(*, context: int, low: str, high: str) -> Outcome:
    """low < (best symmetric loss - best loss)/best symmetric loss < high at d = L = 2, n = context."""
    n = context
    bounds = Fraction(low), Fraction(high)
    found = plane_minimum(2, n)
    if found.witness is None:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"at n = {n} there is no gain", witness={"n": str(n), "gain": "0"})
    a1, b2 = found.witness
    star = found.a_star.refine(Fraction(1, 10**18))
    a0 = (star.lower + star.upper) / 2
    scalar, best = _f(n, a0, Fraction(0)), _f(n, a1, b2)
    gain = 1 - best / scalar
    if not bounds[0] < gain < bounds[1]:
        return Outcome(Verdict.REFUTED, Tier.EXACT, "the gain is outside these bounds",
                       witness={"n": str(n), "gain near": f"{float(gain):.12g}"})  # fmt: skip
    # thresholds for the two minima, between which the bounds hold
    tiny = min(gain - bounds[0], bounds[1] - gain) / 8
    floor, ceiling, least, most = scalar * (1 - tiny), scalar * (1 + tiny), best * (1 - tiny), best * (1 + tiny)
    near = _short(a0, 10**9)
    proof = Proof("n", "a", "b", "r")
    try:
        proof.depends("icl.loss-d2-l2", LOSS, part("f0"), part("f2"), part("f4"))
        proof.depends("icl.traceless-part-d2-l2", "g2 > 0 for a in (-oo, oo), n in [1, oo)", text="The minimiser has R = 0, and so has the best symmetric matrix.")
        cube = n**3
        for name, value in (("s1", floor), ("s2", ceiling), ("m1", least), ("m2", most)):
            rounded = Fraction((value * 10**24).__ceil__() if name.endswith("2") else (value * 10**24).__floor__(), 10**24)
            proof.define(name, str(rounded))
        proof.sign(f"subs(f0, n, {n}) - {cube}*s1", ">", a=LINE, text="Every scalar loss is above s1.")
        proof.sign(f"{cube}*s2 - subs(subs(f0, a, {near}), n, {n})", ">", text="The best scalar loss is below s2.")
        proof.sign("s1 - m1", ">")
        proof.cover([f"subs(f2, n, {n})", f"subs(4*f4*(f0 - n**3*m1) - f2**2, n, {n})"], a=LINE,
                    text="Every aI + bJ has a loss of at least m1.")  # fmt: skip
        proof.sign(f"subs(f4, n, {n})", ">")
        point = f"subs(subs(subs(n**3*f, r, 0), a, {_short(a1, 10**9)}), b, {_root(b2)})"
        proof.sign(f"{cube}*m2 - subs({point}, n, {n})", ">", text="Some aI + bJ has a loss below m2.")
        proof.sign(f"s1 - m2 - ({low})*s1", ">", text="So the gain exceeds the lower bound: 1 - m2/s1 > low.")
        proof.sign(f"({high})*s2 - s2 + m1", ">", text="And it is below the upper one: 1 - m1/s2 < high.")
        proof.argued(
            "gain",
            "Let s be the best symmetric loss, which is the best scalar one, and m the best loss. Then s1 < s < s2 and m1 <= m < m2, so the gain 1 - m/s lies between "
            "1 - m2/s1 and 1 - m1/s2. For fixed a and B = b^2 >= 0: where f2 >= 0 the loss is at least f0/n^3 > s1 > m1; elsewhere f4 > 0 gives "
            "4 f4 (f0 + f2 B + f4 B^2 - n^3 m1) >= 4 f4 (f0 - n^3 m1) - f2^2 >= 0.",
        )
    except StepFails as problem:
        return _undecided(problem)
    return proof.confirmed(f"Bounds of the two minima by signs of polynomials in a; the gain is near {float(gain):.7g}.",
                           value=f"{float(gain):.9g}", instances=(f"n = {n}: a near {float(a1):.6f}, b^2 near {float(b2):.6g}",))  # fmt: skip


def _short(x: Fraction, scale: int) -> Fraction:
    return Fraction(round(x * scale), scale)


def _root(square: Fraction) -> Fraction:
    return Fraction(isqrt(square.numerator * 10**24 // square.denominator), 10**12)


def _f(n: int, a: Fraction, square: Fraction) -> Fraction:
    value = plane_loss(2)(*(fmpq(Fraction(x).numerator, Fraction(x).denominator) for x in (n, a, square, 0)))
    return Fraction(int(value.p), int(value.q)) / n**3


@check("icl.onset_d2_l2")
def onset_d2_l2(*, low: str, high: str) -> Outcome:
    """The real n at which the best scalar matrix loses stability at d = L = 2 lies between low and high."""
    proof = Proof("n", "a", "b", "r")
    try:
        proof.depends("icl.skew-sign-d2-l2", "P*h == U*g - 2*n**4*R4", "P > 0 for a in (-oo, oo), n in [1, oo)",
                      text="The sign of the skew second variation at the best scalar matrix is that of -R4, for real n too.")  # fmt: skip
        proof.sign("R4", "<", n=(1, low))
        proof.sign("R4", ">", n=(high, "oo"))
    except (StepFails, ValueError) as problem:
        value = onset_polynomial()(fmpq(Fraction(low).numerator, Fraction(low).denominator), 0, 0, 0)
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the onset is not between these: {problem}", witness={"low": low, "R4(low)": str(value)})
    return proof.confirmed("R4 is negative before and positive behind.", value=f"between {low} and {high}", instances=tuple(f"R4({n}) = {onset_polynomial()(n, 0, 0, 0)}" for n in (14, 15)))
