"""Checks of the reported fit of the critical context length against the exact values, region by region."""

from __future__ import annotations

from fractions import Fraction

from symbolic.fitted import fitted_critical_context, rounded
from symbolic.phase import critical_context
from verify.checks.icl_phase import GRID_ROUTES, local_lengths
from verify.outcome import Figure, Outcome
from verify.proof import Proof
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
