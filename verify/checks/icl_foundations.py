"""Checks of the loss itself, for every dimension: convexity on scalars, invariance, trace invariants, symmetric matrices.

The polynomials come from the forward recursion of ``symbolic.words``; the independent checker derives the
loss again by its own recursion at explicit matrices, and sums over pairings are a further route.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import comb
from typing import Any

from flint import Ordering, fmpz_mpoly_ctx, fmpz_poly

from symbolic.algebraic import real_roots
from symbolic.loss import loss_at, loss_family, loss_invariants
from symbolic.plane import plane_loss_at
from symbolic.scalar import (
    best_scalar,
    scalar_coefficients,
    scalar_loss_at,
    variation_at_scalar,
    variation_coefficients,
)
from symbolic.symmetric import symmetric_parts
from symbolic.wishart import power_trace_moment
from symbolic.words import matching_moment
from verify.checks.icl_global import BEST_SYMMETRIC, SYMMETRIC_SENTENCE
from verify.errors import RoutesDisagree
from verify.formula import expression_text
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__ = ["WORDS", "text_in"]

LINE, POSITIVE = ("-oo", "oo"), (1, "oo")
WORDS = ("forward recursion on trace words", "sum over all pairings")


def _undecided(problem: Exception) -> Outcome:
    return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")


@cache
def _pairing_terms(layers: int) -> dict[tuple[str, ...], dict[tuple[int, int], int]]:
    """Return n^(2L) times the loss in trace invariants, each moment of words by all pairings."""
    total: dict[tuple[str, ...], dict[tuple[int, int], int]] = {(): {(2 * layers, 1): 1}}
    for i in range(layers + 1):
        for j in range(layers + 1):
            if i + j == 0:
                continue
            if i and j:
                blocks = ["v"] * (i - 1) + [""] + ["t"] * (j - 1) + ["tv"]
            else:
                blocks = ["v"] * i or ["t"] * j
            weight = (-1) ** (i + j) * comb(layers, i) * comb(layers, j)
            for product, terms in matching_moment(blocks).items():
                row = total.setdefault(product, {})
                for (n, d), value in terms.items():
                    key = n + 2 * layers - i - j, d
                    row[key] = row.get(key, 0) + weight * value
    return {p: {k: c for k, c in row.items() if c} for p, row in total.items() if any(row.values())}


def _trace_text(matrix: Sequence[Sequence[str]], word: str, names: Sequence[str]) -> str:
    """Return the trace of a word in V and V^T as text in the entries of V (names or integers)."""
    ring = fmpz_mpoly_ctx.get(tuple(names), Ordering.lex)
    of = dict(zip(names, ring.gens(), strict=True))
    of |= {f"-{name}": -x for name, x in of.items()}
    rows = [[of[x] if x in of else ring.constant(int(x)) for x in row] for row in matrix]
    size = range(len(rows))
    product = [[ring.constant(int(i == j)) for j in size] for i in size]
    for letter in word:
        factor = rows if letter == "v" else [list(column) for column in zip(*rows, strict=True)]
        product = [[sum((row[k] * factor[k][j] for k in size), ring.constant(0)) for j in size] for row in product]
    return text_in(sum((product[i][i] for i in size), ring.constant(0)), names)


def text_in(poly: Any, names: Sequence[str]) -> str:
    """Return a python-flint polynomial as text in these names of its variables."""
    return expression_text({tuple(map(int, e)): c for e, c in poly.to_dict().items()}, list(names))


# ---------------------------------------------------------------------------------------- scalars


@check("icl.scalar_convex")
def scalar_convex(*, layers: int, factor: int) -> Outcome:
    """f''(a) = factor * E tr S^2 (I - aS)^(2L-2) > 0 on scalar matrices, for all d, n >= 1; L is 2 or 3."""
    if layers not in (2, 3):
        raise ValueError(f"the certificate carries out two or three layers, got {layers}")
    top = 2 * layers
    proof = Proof("n", "d", "a")
    try:
        for k in range(1, top + 1):
            proof.moment(f"m{k}", [k], text_in(power_trace_moment(k), ("n", "d")), text=f"E tr W^{k} for every d and n.")
        terms = [f"{comb(top, k)}*(-a/n)**{k}*m{k}" for k in range(1, top + 1)]
        proof.define("f0", " + ".join(["d", *terms]), text="The loss of aI: E tr (I - aS)^(2L), expanded.")
        terms = [f"{comb(top - 2, k)}*(-a)**{k}*n**{top - 2 - k}*m{k + 2}" for k in range(top - 1)]
        proof.define("P", " + ".join(terms), text="n^(2L) E tr S^2 (I - aS)^(2L-2).")
        proof.identity("diff(diff(f0, a), a)", f"{factor}*P/n**{top}", text="The second derivative.")
        box: dict[str, Any] = {"a": LINE, "d": POSITIVE, "n": POSITIVE}
        if layers == 2:
            proof.sign("P", ">", **box)
        else:
            _quartic_positive(proof)
        for size, value in ((2, scalar_loss_at(1, 2, layers, 3)), (3, scalar_loss_at(1, 3, layers, 3))):
            rows = [["a" if i == j else "0" for j in range(size)] for i in range(size)]
            proof.loss(f"g{size}", layers, rows, f"subs(f0, d, {size})", text="The loss itself, at explicit aI.")
            proof.identity(f"g{size}", f"subs(f0, d, {size})")
            proof.identity(f"subs(subs(g{size}, a, 1), n, 3)", str(value))
        proof.argued(
            "convex",
            "For every d, L, n >= 1 the matrix I - aS is symmetric, so f(aI) = E tr (I - aS)^(2L), and twice differentiating under the expectation "
            "of a polynomial gives 2L(2L-1) E tr S^2 (I - aS)^(2L-2). Here S^2 (I - aS)^(2L-2) is the square of the symmetric matrix "
            "S (I - aS)^(L-1), so its trace is >= 0, and it vanishes only if each eigenvalue of S is 0 or 1/a. "
            "As tr S has a density, the trace is positive with probability one and so is its mean: the second derivative is positive for every real a.",
        )
    except StepFails as problem:
        if factor == top * (top - 1):
            return _undecided(problem)
        got = Fraction(1, 2) * (scalar_loss_at(1, 1, layers, 1) + scalar_loss_at(-1, 1, layers, 1)) - scalar_loss_at(0, 1, layers, 1)
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the second derivative has the factor {top * (top - 1)}, not {factor}",
                       witness={"L, d, n": f"{layers}, 1, 1", "(f(1) + f(-1))/2 - f(0)": str(got),
                                "f''(0)/E S^2": str(top * (top - 1)), "claimed": str(factor)})  # fmt: skip
    return proof.confirmed("The second derivative, for symbolic d and n, is a sum of squares with positive weights.",
                           instances=("d = 2, a = 1, n = 3: f = " + str(scalar_loss_at(1, 2, layers, 3)),))  # fmt: skip


def _quartic_positive(proof: Proof) -> None:
    """State P > 0 for the quartic E tr (n^2 W - 2 n a W^2 + a^2 W^3)^2, by its Gram matrix from the top."""
    proof.define("D1", "m6", text="Leading principal minors of the Gram matrix of a^2, a, 1 in P.")
    proof.define("D2", "4*n**2*(m6*m4 - m5**2)")
    proof.define("N", "-2*n**3*m3*m6 + 2*n**3*m5*m4")
    proof.define("D3", "4*n**6*(m6*m4*m2 - m6*m3**2 - m5**2*m2 + 2*m5*m3*m4 - m4**3)")
    step = {"kind": "sign", "of": "P", "relation": ">", "method": "squares",
            "domain": {"a": ["-oo", "oo"], "d": ["1", "oo"], "n": ["1", "oo"]},
            "multiplier": "D1*D2",
            "terms": [["D1*D3", "1"], ["1", "D2*a + N"], ["D2", "D1*a**2 - 2*n*m5*a + n**2*m4"]]}  # fmt: skip
    proof._add(step, "D1 D2 P is a sum of squares with positive weights.")


# ------------------------------------------------------------------------------------- invariance


@check("icl.invariance")
def invariance(*, cosine: str, sine: str) -> Outcome:
    """f(O V O^T) = f(V) for orthogonal O; at d = L = 2 for the rotation given and for a reflection."""
    c, s = Fraction(cosine), Fraction(sine)
    names = ["v11", "v12", "v21", "v22"]
    proof = Proof("n", *names)
    family = loss_family(2, names, [[[int((i, j) == (p, q)) for j in (0, 1)] for i in (0, 1)] for p in (0, 1) for q in (0, 1)])
    value = f"({text_in(family.polynomial, ('n', *names))})/n**4"
    try:
        proof.loss("f", 2, [["v11", "v12"], ["v21", "v22"]], value, text="The loss at every 2x2 matrix V.")
        for name, turn in (("g", [[c, -s], [s, c]]), ("h", [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(-1)]])):
            rows = [[" + ".join(f"({turn[i][p] * turn[j][q]})*v{p + 1}{q + 1}" for p in (0, 1) for q in (0, 1))
                     for j in (0, 1)] for i in (0, 1)]  # fmt: skip
            what = "The loss at O V O^T, O the rotation." if name == "g" else "The loss at D V D, D = diag(1, -1)."
            proof.loss(name, 2, rows, value, text=what)
            proof.identity(name, "f")
        proof.argued(
            "orthogonal",
            "Let O be orthogonal. X and OX have the same law, so S and O^T S O have the same law, and (I - O V O^T S) = O (I - V O^T S O) O^T. "
            "The Frobenius norm of the L-th power is unchanged by O on both sides, so f(O V O^T) = E|(I - V O^T S O)^L|^2 = f(V), for all d, L, n and V.",
        )
    except StepFails as problem:
        if c * c + s * s == 1:
            return _undecided(problem)
        scale = c * c + s * s
        return Outcome(Verdict.REFUTED, Tier.EXACT, "the matrix is not orthogonal, and the loss changes",
                       witness={"V, n": "I, 3", "f(V)": str(loss_at(1, 2, 2, 3)), "f(M V M^T)": str(loss_at(scale, 2, 2, 3))})  # fmt: skip
    return proof.confirmed("The law of S is invariant; at d = L = 2 the two loss polynomials in all entries of V agree.",
                           instances=(f"the rotation with cosine {cosine} and sine {sine}, and diag(1, -1)",))  # fmt: skip


# ------------------------------------------------------------------------------- trace invariants

DIAGONAL = [["v11", "-v12"], ["v12", "v22"]]
MATRICES = {2: [["v11", "v12"], ["v21", "v22"]], 3: [["v11", "v12", "0"], ["0", "0", "v23"], ["v31", "0", "0"]]}


def _invariant_text(layers: int) -> tuple[str, list[str]]:
    """Return n^(2L) f as text in n, d and trace words, and the words."""
    loss = loss_invariants(layers).terms
    words = sorted({word for product in loss for word in product}, key=lambda w: (len(w), w))
    parts = []
    for product, terms in sorted(loss.items(), key=lambda item: (sum(map(len, item[0])), item[0])):
        weight = expression_text(dict(terms), ["n", "d"])
        parts.append("*".join([f"({weight})", *(f"T_{word}" for word in product)]))
    return " + ".join(parts), words


@check("icl.loss_invariants")
def loss_in_invariants(*, layers: int, word: str, coefficient: str) -> Outcome:
    """n^(2L) f is one polynomial F in n, d and traces of words, for all d; ``coefficient`` is that of tr ``word``."""
    if layers not in (2, 3):
        raise ValueError(f"the invariants of two or three layers are carried out, got {layers}")
    sizes = (2, 3) if layers == 2 else (2,)
    if loss_invariants(layers).terms != _pairing_terms(layers):
        raise RoutesDisagree(f"the recursion on trace words and the sum over pairings differ at L = {layers}")
    text, words = _invariant_text(layers)
    matrices = {size: DIAGONAL if (layers, size) == (3, 2) else MATRICES[size] for size in sizes}
    entries = sorted({x.strip("-") for m in matrices.values() for row in m for x in row if x != "0"})
    proof = Proof("n", "d", *(f"T_{w}" for w in words), *entries)
    try:
        proof.define("F", text, text="T_tv is the trace of V^T V, and so on: t stands for the transpose of V, v for V.")
        proof.identity(f"coeff(F, T_{word}, 1)", coefficient)
        for size in sizes:
            moved = [("d", str(size))]
            for w in words:
                proof.define(f"x{size}_{w}", _trace_text(matrices[size], w, entries), text=f"The trace of {w} at this {size}x{size} matrix.")
                moved.append((f"T_{w}", f"x{size}_{w}"))
            inside = "F"
            for k, (w, value) in enumerate(moved, 1):
                inside = f"subs({inside}, {w}, {value})"
                last = k == len(moved)
                if last or k % 4 == 0:
                    name = f"F{size}" if last else f"F{size}_{k}"
                    proof.define(name, inside, text="F at the traces of this matrix." if last else "Some of the traces are put in.")
                    inside = name
            proof.loss(f"f{size}", layers, matrices[size], f"F{size}/n**{2 * layers}", text="The loss, derived by the checker at this matrix.")
            proof.identity(f"n**{2 * layers}*f{size}", f"F{size}")
        proof.computed(f"F == n**{2 * layers} times the loss of {layers} layers for every d and V",
                       "The expectation of each trace of a word in W, V and V^T was expanded by two programs that share no code, for symbolic n and d.", WORDS)  # fmt: skip
    except StepFails as problem:
        true = loss_invariants(layers).terms.get((word,), {})
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the coefficient of tr {word} is not the one stated",
                       witness={"word": word, "coefficient": expression_text(dict(true), ["n", "d"]), "step": str(problem)})  # fmt: skip
    return proof.confirmed(
        "Derived by recursion on words and by pairings for all n and d, and by the checker at explicit matrices.",
        routes=WORDS, instances=(f"V = I, d = 2, n = 2: f = {loss_at(1, 2, layers, 2)}",),
    )  # fmt: skip


@check("icl.invariants_of_many_layers")
def invariants_of_many_layers(*, layers: int, products: int) -> Outcome:
    """The loss of L >= 4 layers has this many products of trace words; compared at matrices with other derivations."""
    loss = loss_invariants(layers)
    if len(loss.terms) != products:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"there are {len(loss.terms)} products of traces",
                       witness={"L": str(layers), "products": str(len(loss.terms))})  # fmt: skip
    for n, a, b, r in ((1, 2, 1, -1), (3, -1, 2, 1), (5, 1, -3, 2)):
        if loss.at([[a + r, -b], [b, a - r]], n) != plane_loss_at(layers, n, Fraction(a), Fraction(b), Fraction(r)):
            raise RoutesDisagree(f"the trace invariants and the plane differ at L = {layers}, n = {n}, a, b, r = {a}, {b}, {r}")
    for n, d in ((2, 3), (4, 4), (7, 5)):
        scalar = [[2 * int(i == j) for j in range(d)] for i in range(d)]
        if loss.at(scalar, n) != scalar_loss_at(2, d, layers, n):
            raise RoutesDisagree(f"the trace invariants and the scalar moments differ at L = {layers}, n = {n}, d = {d}")
    proof = Proof("n")
    try:
        if layers == 4:
            rows = [[1, 1, 0], [0, 0, 1], [0, 0, 0]]
            value = _at_matrix(layers, rows)
            proof.loss("f", layers, [[str(x) for x in row] for row in rows], f"({value})/n**{2 * layers}",
                       text="The loss at an explicit matrix, derived by the checker; the value is that of the trace invariants.")  # fmt: skip
            proof.identity(f"n**{2 * layers}*f", value)
        proof.computed(f"n**{2 * layers} times the loss of {layers} layers is a polynomial in n, d and traces of words with {products} products of traces",
                       "Found by recursion on words for symbolic n and d; it agrees with the loss of 2x2 matrices and of scalar matrices in 3, 4 and 5 dimensions.",
                       (WORDS[0], "Cayley-Hamilton and Bartlett's decomposition at d = 2", "recursion on moments of traces at aI"))  # fmt: skip
    except StepFails as problem:
        return _undecided(problem)
    return proof.confirmed("Derived for every n and d, and compared with derivations that share no code.",
                           routes=(WORDS[0], "loss at explicit matrices"), instances=(f"V = I, d = 2, n = 2: f = {loss_at(1, 2, layers, 2)}",))  # fmt: skip


def _at_matrix(layers: int, rows: list[list[int]]) -> str:
    """Return n^(2L) times the loss at an integer matrix as text in n, from the trace invariants."""
    d = len(rows)
    total: dict[tuple[int], int] = {}
    traces: dict[str, int] = {}
    for product, terms in loss_invariants(layers).terms.items():
        weight = 1
        for word in product:
            if word not in traces:
                traces[word] = int(_trace_text([[str(x) for x in row] for row in rows], word, ["n"]))
            weight *= traces[word]
        for (i, j), value in terms.items():
            total[i,] = total.get((i,), 0) + weight * value * d**j
    return expression_text({key: value for key, value in total.items() if value}, ["n"])


# ------------------------------------------------------------------------ critical context lengths


@check("icl.global_at_most_local")
def global_at_most_local(*, dimension: int, layers: int, local: int) -> Outcome:
    """Where the best scalar matrix is unstable to skew directions, every global minimiser has a skew part."""
    proof = Proof("n", "a", "s", "b", "r", "B", "C")
    d = dimension
    scalars = scalar_coefficients(d, layers)
    skew = variation_coefficients(d, layers, "skew")
    power = 2 * layers
    value: dict[tuple[int, ...], Fraction] = {}
    for k, poly in enumerate(scalars):
        for i, c in enumerate(poly.coeffs()):
            key = i + power - k, k, 0
            value[key] = value.get(key, Fraction(0)) + int(c)
    for k, poly in enumerate(skew):
        for i, c in enumerate(poly.coeffs()):
            key = i + power - 2 - k, k, 2
            value[key] = value.get(key, Fraction(0)) + Fraction(int(c), d * (d - 1))
    try:
        proof.depends(BEST_SYMMETRIC, SYMMETRIC_SENTENCE, text="The best symmetric matrix is scalar.")
        proof.variation("f0", layers, "skew", str(d), f"({expression_text(value, ['n', 'a', 's'])})/n**{power}",
                        text="The loss at aI + sK for a skew K of norm 1, to second order in s.")  # fmt: skip
        proof.define("G", f"diff(coeff(n**{power}*f0, s, 0), a)", text="The slope on scalar matrices.")
        proof.define("H", f"coeff(n**{power}*f0, s, 2)", text="The skew second variation at aI.")
        proof.identity(f"coeff(n**{power}*f0, s, 1)", "0", text="No term of first order: K and -K = K^T have the same loss to this order.")
        proof.at_roots(f"subs(H, n, {local})", "<", f"subs(G, n, {local})", "a", text=f"At n = {local} the best scalar matrix is unstable.")
        proof.cases("n", 1, local - 1, ["H > 0 at the real roots of G, a in (-oo, oo)"],
                    lambda case, m: case.at_roots("H", ">", "G", "a"), text="Before, it is stable.")  # fmt: skip
        proof.argued(
            "corollary",
            "Let d >= 2 and let n be such that the skew second variation at the best scalar matrix a*I is negative. Then f(a*I + sK) < f(a*I) for a skew K and small s. "
            "By the theorem on symmetric matrices f(A) >= f(a*I) for every symmetric A, so no symmetric matrix is a global minimiser: every global minimiser has "
            "a non-zero skew part. A global minimiser exists for every d, L, n. So the least n with this property is at most the least n at which a*I is unstable.",
        )
    except StepFails as problem:
        for m in (local, local - 1):
            best = best_scalar(d, layers, m)
            near = best if isinstance(best, Fraction) else best.refine(Fraction(1, 2**30)).lower
            second = variation_at_scalar(near, d, layers, m, "skew")
            if (second < 0) != (m >= local):
                return Outcome(Verdict.REFUTED, Tier.EXACT, f"{local} is not the first context length at which the best scalar matrix is unstable",
                               witness={"d, L, n": f"{d}, {layers}, {m}", "a": str(near), "skew second variation there": str(second)})  # fmt: skip
        return _undecided(problem)
    return proof.confirmed("A scalar matrix that is unstable is not a minimiser, and no other symmetric matrix is better.",
                           instances=(f"d = {d}, L = {layers}: unstable first at n = {local}, so n_crit <= {local}",))  # fmt: skip


# -------------------------------------------------------------------------------- symmetric, L = 2


@check("icl.symmetric_l2")
def symmetric_l2(*, c4: str, c22: str, family: str = "symmetric") -> Outcome:
    """L = 2, all d and n: on symmetric V = aI + R the loss exceeds that of aI; c4, c22 multiply tr R^4, (tr R^2)^2."""
    if family not in ("symmetric", "all"):
        raise ValueError(f"the family must be symmetric or all, got {family!r}")
    if family == "all":
        value = loss_at(Fraction(96, 100), 2, 2, 100, b=Fraction(9, 100))
        scalars = [Fraction(int(c), 100**k) for k, c in enumerate(scalar_coefficients(2, 2, 100))]
        scalars[0] -= value
        if real_roots(fmpz_poly([int(c * 100**4 * value.denominator) for c in scalars])):
            return _undecided(ValueError("a scalar matrix has the loss of the skew one"))
        return Outcome(Verdict.REFUTED, Tier.EXACT, "a matrix with a skew part is better than every scalar one",
                       witness={"d, L, n": "2, 2, 100", "a, b": "24/25, 9/100", "f(aI + bJ)": str(value),
                                "f(aI) - f(24/25 I + 9/100 J)": "has no real root in a"})  # fmt: skip
    text, words = _invariant_text(2)
    names = ["n", "d", *(f"T_{w}" for w in words), "a", "q2", "q3", "q4"]
    proof = Proof(*names)
    power = {1: "d*a", 2: "d*a**2 + q2", 3: "d*a**3 + 3*a*q2 + q3", 4: "d*a**4 + 6*a**2*q2 + 4*a*q3 + q4"}
    parts = symmetric_parts()
    try:
        proof.depends("icl.loss-invariants-l2", f"F := {text}", text="The loss in trace invariants, times n^4.")
        inside = "F"
        for k in range(1, 5):
            proof.define(f"p{k}", power[k], text=f"tr V^{k} for V = aI + R with tr R = 0 and qk = tr R^k.")
        for w in words:
            inside = f"subs({inside}, T_{w}, p{len(w)})"
        proof.define("E", f"{inside}/n", text="n^3 times the loss at V; all words of one length have the same trace.")
        for name in ("f0", "q", "c3", "c4", "c22"):
            stated = {"c4": c4, "c22": c22}.get(name) or text_in(parts[name], ("n", "d", "a", "q2", "q3", "q4"))
            proof.define(name, stated)
        proof.identity("E", "f0 + q*q2 + c3*q3 + c4*q4 + c22*q2**2")
        proof.sign("c4", ">", d=POSITIVE, n=POSITIVE)
        proof.sign("c22", ">", d=POSITIVE, n=POSITIVE)
        proof.sign("4*q*c4 - c3**2", ">", a=LINE, d=POSITIVE, n=POSITIVE, text="A quadratic in a whose coefficients and discriminant have one sign.")
        proof.identity("4*c4*q2*(q*q2 + c3*q3 + c4*q4)", "(4*q*c4 - c3**2)*q2**2 + (c3*q2 + 2*c4*q3)**2 + 4*c4**2*(q2*q4 - q3**2)",
                       text="What R adds, apart from c22 q2^2 >= 0, times 4 c4 q2.")  # fmt: skip
        proof.argued(
            "cauchy-schwarz",
            "Let R be symmetric, traceless and not zero. Then q2 = tr R^2 > 0, and q3^2 <= q2 q4 by Cauchy and Schwarz for tr(R R^2). So the right side of the last "
            "identity is at least (4 q c4 - c3^2) q2^2 > 0, and with c4 > 0, c22 > 0 the loss at aI + R is larger than at aI. Every symmetric matrix is aI + R with "
            "tr R = 0, so the best symmetric matrix is the best scalar one, which exists and is unique by strict convexity, and no other symmetric matrix has its loss.",
        )
    except StepFails as problem:
        true = {name: text_in(parts[name], ("n", "d", "a", "q2", "q3", "q4")) for name in ("c4", "c22")}
        if (c4, c22) == (true["c4"], true["c22"]):
            return _undecided(problem)
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the loss of symmetric matrices has other coefficients: {problem}", witness=true)
    return proof.confirmed("The quadratic form in (tr R^2, tr R^3) is positive, for every a, n and d at once.",
                           instances=("n = 1, d = 2: c4 = " + str(parts["c4"](1, 2, 0, 0, 0, 0)),))  # fmt: skip
