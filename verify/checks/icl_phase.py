"""Checks of the table of local critical context lengths, and of the order of the transition at d = 2."""

from __future__ import annotations

import random
from fractions import Fraction

from symbolic.algebraic import real_roots
from symbolic.fitted import fitted_critical_context, replacement_formula, rounded
from symbolic.local_threshold import local_critical_context, local_resultant
from symbolic.noise import skew_at_with_noise
from symbolic.phase import critical_context
from symbolic.plane_global import plane_minimum
from verify.checks.icl_global import define_plane
from verify.errors import RoutesDisagree
from verify.outcome import Figure, Outcome
from verify.phase import Row, pictures
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__ = ["local_lengths"]

GRID_ROUTES = ("resultant in n by evaluation and interpolation", "sign of the second variation at the root of the slope, one n at a time")


def local_lengths(dims: list[int], layers: list[int], sample: int) -> dict[tuple[int, int], int]:
    """Return n_loc(d, L) on a grid; a random part is decided again by a second route.

    Raises:
        RoutesDisagree: the second route finds another length.
    """
    table = {}
    for depth in layers:
        for d in dims:
            value = local_critical_context(d, depth)
            if not isinstance(value, int):
                raise ValueError(f"the grid needs d >= 2 and L >= 2, got {d} and {depth}")
            table[d, depth] = value
    for d, depth in random.Random(2026).sample(sorted(table), min(sample, len(table))):
        n = table[d, depth]
        if skew_at_with_noise(d, depth, n, 0, "local") is not True or skew_at_with_noise(d, depth, n - 1, 0, "local") is not False:
            raise RoutesDisagree(f"d = {d}, L = {depth}: the second variation does not change sign at n = {n}")
    return table


@check("icl.local_grid")
def local_grid(*, last_d: int, last_layers: int, formula: str, sample: int) -> Outcome:
    """n_loc(d, L) equals a closed formula for all 2 <= d <= last_d, 2 <= L <= last_layers."""
    formulas = {
        "replacement": replacement_formula,
        "fit": lambda d, depth: rounded(fitted_critical_context(d, depth)),
        "quadratic": lambda d, depth: (d * d + 4 * d + 18) // 2 if depth == 2 else replacement_formula(d, depth),
    }
    if formula not in formulas:
        raise ValueError(f"formula is one of {', '.join(formulas)}, got {formula!r}")
    dims, layers = list(range(2, last_d + 1)), list(range(2, last_layers + 1))
    table = local_lengths(dims, layers, sample)
    for (d, depth), n in table.items():
        if formulas[formula](d, depth) != n:
            return Outcome(Verdict.REFUTED, Tier.EXACT, f"at d = {d}, L = {depth} the local length is {n}, the formula gives {formulas[formula](d, depth)}",
                           witness={"d, L": f"{d}, {depth}", "n_loc": str(n), "formula": str(formulas[formula](d, depth))})  # fmt: skip
    proof = Proof("n")
    for depth in layers:
        values = ", ".join(str(table[d, depth]) for d in dims)
        proof.computed(f"n_loc(d, {depth}) for d = 2..{last_d}: {values}",
                       f"Local critical context lengths for L = {depth}; they are those of the formula.", GRID_ROUTES)  # fmt: skip
    everywhere = {depth: str(critical_context(2, depth)) for depth in layers if depth <= 7 <= last_layers}
    figures = pictures([Row(d, depth, str(n), everywhere.get(depth, "") if d == 2 else "", "", "", "") for (d, depth), n in table.items()])
    return proof.confirmed(
        f"All {len(table)} integers agree with the formula; {min(sample, len(table))} of them were decided again by the second route.",
        routes=GRID_ROUTES, instances=(f"n_loc(2, 2) = {table[2, 2]}",),
        table={"columns": ["d", *(f"L = {depth}" for depth in layers)], "rows": [[str(d), *(str(table[d, depth]) for depth in layers)] for d in dims],
               "caption": "Local critical context lengths n_loc(d, L)."},
        figures=tuple(Figure(**{**data, "series": tuple(data["series"])}) for data in figures.values()),
    )  # fmt: skip


@check("icl.first_order")
def first_order(*, layers: int, context: str) -> Outcome:
    """d = 2: at the real n = context the best scalar matrix is stable and a skew matrix lies below it."""
    n = Fraction(context)
    found = plane_minimum(layers, n)
    (onset,) = [root for root in real_roots(local_resultant(2, layers)) if root.compare(1) > 0]
    if not found.skew or onset.compare(n) <= 0:
        word = "not below every aI + bJ, but unstable" if found.skew else "below every aI + bJ with b not 0"
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"at n = {n} the best scalar matrix is {word}",
                       witness={"L, n": f"{layers}, {n}", "the best scalar matrix is": word})  # fmt: skip
    proof = Proof("n", "a", "b", "r", "B", "C")
    a, square = (Fraction(round(x * 4096), 4096) for x in found.witness or ())
    try:
        define_plane(proof, layers)
        proof.sign(f"subs(F0 - subs(subs(subs(F, C, 0), a, {a}), B, {square}), n, {n})", ">", a=("-oo", "oo"),
                   text=f"The matrix with a = {a}, b^2 = {square} lies below every scalar one.")  # fmt: skip
        proof.define("G", "diff(F0, a)", text="Vanishes at the best scalar matrix only.")
        proof.define("H", "coeff(subs(F, C, 0), B, 1)", text="The coefficient of b^2.")
        proof.at_roots(f"subs(H, n, {n})", ">", f"subs(G, n, {n})", "a", text="The best scalar matrix is stable.")
        proof.computed(f"the slope and the second variation have no common root (a, n) with 1 <= n <= {n}",
                       "So the best scalar matrix is stable for all real n in between too.", GRID_ROUTES)  # fmt: skip
        proof.argued(
            "jump",
            "For real n > 1 the same polynomial is the loss of a Wishart matrix with n degrees of freedom. Up to this n the best scalar matrix is a strict local minimum "
            f"among the aI + bJ, since H > 0 there, so no minimum leaves it continuously; and yet at n = {n} the matrix with a = {a}, b^2 = {square} is strictly lower. "
            "So where a skew matrix first becomes as good as the best scalar one, b is bounded away from 0: the minimiser jumps, and two minima coexist.",
        )
    except StepFails as problem:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"a step of the proof does not hold: {problem}")
    return proof.confirmed(f"At n = {n} a stable scalar matrix and a strictly better skew matrix coexist.",
                           instances=(f"n = {n}: a = {a}, b^2 = {square}",))  # fmt: skip
