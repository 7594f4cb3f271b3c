"""Checks of sample-size schedules given by formulas: does the replaced Gaussian fit collapse?"""

from __future__ import annotations

from symbolic.schedule import prove_schedule
from verify.checks.collapse_support import refuted, settle
from verify.outcome import Outcome
from verify.proof import Proof
from verify.registry import check

__all__: list[str] = []


@check("gauss.schedule")
def schedule(*, formula: str, powers: str, result: str) -> Outcome:
    """With n_t = max(2, ceil(formula)) the fit "collapses" or "survives"; powers of t, log t, ... if it is their product."""
    found = prove_schedule(formula)
    answer = "collapses" if found.diverges else "survives"
    exponents = ", ".join(str(e) for e in found.exponents or ())
    if result != answer:
        return refuted(f"{found.test}: it {answer}", {"formula": formula, "sum 1/n_t": "infinite" if found.diverges else "finite"})
    if exponents != powers:
        return refuted("the growth is another one", {"formula": formula, "powers of t, log t, ...": exponents or "none", "claimed": powers or "none"})
    proof = Proof("m")

    def prove() -> None:
        proof.depends("gauss.collapse-unbiased", "1 - step == 1/(m + 1)**1", text="The criterion is sum 1/n_t, for the unbiased fit")
        proof.depends("gauss.collapse-mle", "1 - m/(m + 1) == 1/(m + 1)", text="and for maximum likelihood, whose further factor 1 - 1/n_t has the product 0 under the same condition.")
        if found.growth != "unbounded":
            proof.argued(f"growth of {formula}", f"With f(t) = {formula}: {found.test}.")
            proof.series([0], "diverges", text="1/n_t is bounded below: compare with the series of constant terms.")
        elif found.exponents:
            proof.argued(f"growth of {formula}", f"f(t) = {formula} is of the exact order of t, log t, log log t, ... to the powers {exponents}, by its expansion at infinity; f <= n_t <= 2f from some t on, so the sums of 1/n_t and of the "
                         "reciprocals of this product converge or diverge together.")  # fmt: skip
            proof.series(list(found.exponents), "diverges" if found.diverges else "converges", text=f"{found.test}.")
        else:
            word = "diverges" if found.diverges else "converges"
            proof.argued(f"growth of {formula}", f"With f(t) = {formula} of order m: {found.test} (iterated logarithms l_1 = log t, ...), so from some t on n_t is {'below' if found.diverges else 'above'} the comparison.")
            proof.series([1] if found.diverges else [2], word, text=f"Comparison with n_t = {'t' if found.diverges else 't^2'}.")

    return settle(proof, prove, f"{found.test}: the sum of 1/n_t is {'infinite' if found.diverges else 'finite'}.", instances=(f"n_t = {formula}",))


@check("gauss.paraphrase")
def paraphrase(*, growth: str) -> Outcome:
    """Reported in words: collapse iff the sizes grow at most linearly ("linear"), less ("sublinear"), or at most like t log t ("loglinear")."""
    border = {"sublinear": "t", "linear": "t*log(t)", "loglinear": "t*log(t)*loglog(t)"}
    if growth not in border:
        raise ValueError(f"the growth is one of {', '.join(border)}, got {growth!r}")
    found = prove_schedule(border[growth])
    return refuted(f"n_t = {border[growth]} grows faster than that, and the fit collapses all the same: {found.test}",
                   {"schedule": f"n_t = {border[growth]}", "sum 1/n_t": "infinite", "collapses": True, "a super-linear schedule that survives": "t*log(t)^2"})  # fmt: skip
