"""Checks of the reported fit of the critical context length against the exact values, region by region."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx, fmpz_mpoly

from symbolic.fitted import SIZES, fitted_critical_context, rounded
from symbolic.local_threshold import local_critical_context
from symbolic.phase import critical_context
from symbolic.scalar import second_variation
from symbolic.wishart import trace_moment
from verify.checks.icl_phase import GRID_ROUTES, local_lengths
from verify.formula import expression_text
from verify.outcome import Figure, Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []


@check("icl.fit_point")
def fit_point(*, dimension: int, layers: int) -> Outcome:
    """The fit, rounded, is the exact critical context length at one (d, L) where that is known."""
    d = dimension
    value = rounded(fitted_critical_context(d, layers))
    exact = critical_context(d, layers)
    if not isinstance(exact, int) or value != exact:
        ball = fitted_critical_context(d, layers).enclose(60)
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"at d = {d}, L = {layers} the fit rounds to {value}, the critical context length is {exact}",
                       witness={"d, L": f"{d}, {layers}", "the fit": ball.str(8, radius=False), "exact": str(exact)})  # fmt: skip
    proof = Proof("n")
    text = f"The fit lies within 1/2 of the exact length {exact}."
    proof.computed(f"round(6.95 + 0.45*{d} + 12.67*{d}^1.44/{layers}^2.43) = n_crit({d}, {layers}) = {exact}", text,
                   ("ball arithmetic", "resultants and elimination"))  # fmt: skip
    return proof.confirmed(text, instances=(f"d = {d}, L = {layers}",))


@check("icl.fit_audit")
def fit_audit(*, last_d: int, hits: list[int], sample: int) -> Outcome:
    """For L = 2, 3, ... the rounded fit equals n_loc(d, L) for exactly ``hits`` of the d in 2..last_d."""
    layers, dims = list(range(2, 2 + len(hits))), list(range(2, last_d + 1))
    table = local_lengths(dims, layers, sample)
    errors = {(d, depth): rounded(fitted_critical_context(d, depth)) - n for (d, depth), n in table.items()}
    found = [sum(errors[d, depth] == 0 for d in dims) for depth in layers]
    if found != hits:
        k = next(i for i, (x, y) in enumerate(zip(found, hits, strict=True)) if x != y)
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"for L = {layers[k]} the fit is exact at {found[k]} of {len(dims)} dimensions, not {hits[k]}",
                       witness={"L": str(layers[k]), "d with an exact fit": ", ".join(str(d) for d in dims if not errors[d, layers[k]]) or "none"})  # fmt: skip
    proof = Proof("n")
    rows = []
    for depth in layers:
        of = [errors[d, depth] for d in dims]
        exact = [d for d in dims if not errors[d, depth]]
        worst = max((Fraction(abs(errors[d, depth]), table[d, depth]), d) for d in dims)
        rows.append([str(depth), f"{len(exact)} of {len(dims)}", ", ".join(map(str, exact)) or "none", f"{min(of):+d}", f"{max(of):+d}",
                     f"{float(100 * worst[0]):.0f} % at d = {worst[1]}"])  # fmt: skip
        proof.computed(f"round(fit(d, {depth})) - n_loc(d, {depth}) for d = 2..{last_d}: {', '.join(map(str, of))}",
                       f"L = {depth}: {len(exact)} zeros.", GRID_ROUTES)  # fmt: skip
    series = tuple({"label": f"L = {depth}", "style": "line", "group": i, "mark": i, "x": dims,
                    "y": [errors[d, depth] / table[d, depth] for d in dims]} for i, depth in enumerate(layers))  # fmt: skip
    return proof.confirmed(
        f"{sum(found)} of {len(table)} values agree after rounding; the signs and sizes of the errors depend on L.",
        routes=GRID_ROUTES, instances=(f"d = 2, L = 2: error {errors[2, 2]}",),
        table={"columns": ["L", "exact", "at d =", "least error", "largest error", "worst relative"], "rows": rows,
               "caption": "The rounded fit minus the local critical context length."},
        figures=(Figure("fit-error", "Relative error of the fit", "Exact values: (rounded fit - local length)/local length. Lines only join them.",
                        "dimension d", "relative error", series),),
    )  # fmt: skip


@check("icl.two_layer_growth")
def two_layer_growth(*, square: str, linear: str, constant: str, first_d: int) -> Outcome:
    """L = 2, d >= first_d: stability is lost between m - 1 and m + 1, m = square d^2 + linear d + constant."""
    parts = tuple(Fraction(x) for x in (square, linear, constant))
    d = first_d
    middle = parts[0] * d * d + parts[1] * d + parts[2]
    found = local_critical_context(d, 2)
    if not isinstance(found, int) or not middle - 1 <= found <= middle + 2:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"at d = {d} stability is lost at n = {found}, m = {float(middle):.6g}",
                       witness={"d, L": f"{d}, 2", "n_loc": str(found), "m": str(middle)})  # fmt: skip
    proof = Proof("a", "s", "n", "d", "e", "z")
    slope, skew = _symbolic_rows()
    top, under = f"(({square})*d**2 + ({linear})*d + {constant} + e)", "(1 - 2/d - z/d**2)"
    body = " + ".join(f"({_text(c)})*(a/n)**{k}" for k, c in enumerate(skew))
    scalar = " + ".join(f"({_text(c)})*(a/n)**{k}" for k, c in enumerate(slope))
    try:
        proof.variation("F", 2, "skew", "d", f"{scalar} + s**2*({body})/n**2",
                        text="The loss at aI + sK to second order in s, for symbolic d.")  # fmt: skip
        proof.define("G", "n**4*diff(subs(F, s, 0), a)", text="The slope on scalar matrices, cleared.")
        proof.define("H", "coeff(n**4*F, s, 2)", text="The skew second variation, cleared.")
        slope_at, skew_at = _moved(slope, skew, parts)
        for name, factor, value in (("G", "d**6", slope_at), ("H", "d**4", skew_at)):
            proof.define(f"{name}Z", value)
            proof.identity(f"{factor}*subs(subs({name}, n, {top}), a, {under})", f"{name}Z",
                           text="At n = m + e and a = 1 - 2/d - z/d^2, cleared by a positive factor.")  # fmt: skip
        low, high = Fraction(-26, 3) - Fraction(1, 8), Fraction(-26, 3) + Fraction(1, 8)
        for ends, relation, text in (((1, 3), "<", "Behind m + 1: unstable."), ((-3, -1), ">", "Before m - 1: stable.")):
            box: dict[str, Any] = {"d": (first_d, "oo"), "e": ends}
            proof.sign(f"subs(GZ, z, {low})", ">", **box, text="The slope is positive at the larger a.")
            proof.sign(f"subs(GZ, z, {high})", "<", **box, text="The slope is negative at the smaller a, so a* lies between.")
            proof.sign("HZ", relation, **box, z=(low, high), text=text)
        proof.argued(
            "bracket",
            "The slope increases in a, because f is strictly convex on scalar matrices, so a* = 1 - 2/d - z/d^2 with z between the two values at which the slope has "
            "opposite signs, and the skew second variation at a* has the sign that H has on the whole bracket.",
        )
    except StepFails as problem:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")
    return proof.confirmed(
        f"For every d >= {first_d} the best scalar matrix is stable for m - 3 <= n <= m - 1 and unstable for m + 1 <= n <= m + 3.",
        instances=(f"d = {d}: n_loc = {found}, m = {float(middle):.6f}",),
        routes=("bracket for symbolic d", f"resultant in n at d = {d}"),
    )  # fmt: skip


def _text(poly: fmpz_mpoly) -> str:
    return str(poly).replace("^", "**")


def _moved(scalar: list[fmpz_mpoly], skew: list[fmpz_mpoly], parts: tuple[Fraction, ...]) -> tuple[str, str]:
    """Return the cleared slope and skew variation at n = m + e, a = 1 - 2/d - z/d^2, as text in d, e, z."""
    ring = fmpq_mpoly_ctx.get(("d", "e", "z"), Ordering.lex)
    d, e, z = ring.gens()
    square, linear, constant = (fmpq(x.numerator, x.denominator) for x in parts)
    n, a = square * d**2 + linear * d + constant + e, d**2 - 2 * d - z

    def moved(rows: list[fmpz_mpoly], top: int, degree: int) -> str:
        total = ring.constant(0)
        for k, row in enumerate(rows):
            for (i, j, _), c in row.to_dict().items():
                total += int(c) * n ** (int(i) + top - k) * d ** (int(j) + 2 * (degree - k)) * a**k
        return expression_text({tuple(map(int, m)): c for m, c in total.to_dict().items()}, ["d", "e", "z"])

    slope = [k * row for k, row in enumerate(scalar)][1:]
    return moved(slope, 3, 3), moved(skew, 2, 2)


def _symbolic_rows() -> tuple[list[fmpz_mpoly], list[fmpz_mpoly]]:
    """Return the coefficients of (a/n)^k in the loss on aI and in d(d - 1) times the skew variation, L = 2."""

    def mean(*powers: int) -> fmpz_mpoly:
        _, d, _ = SIZES.gens()
        terms = trace_moment(tuple(p for p in powers if p)).to_dict()
        moment = SIZES.from_dict({(int(i), int(j), 0): int(c) for (i, j), c in terms.items()})
        return moment * d ** powers.count(0)

    scalar = [(-1) ** k * comb(4, k) * mean(k) for k in range(5)]
    _, d, _ = SIZES.gens()
    skew = []
    for row in second_variation(2, lambda i, j: mean(i, j) - mean(i + j), -1):
        quotient, remainder = divmod(row, d * (d - 1))
        if remainder != 0:
            raise ArithmeticError("the skew variation lost its factor d (d - 1)")
        skew.append(quotient)
    return scalar, skew
