"""Checks of covariates x ~ N(0, Lambda), with both priors of the true parameter."""

from __future__ import annotations

from fractions import Fraction

from symbolic.covariance import best_diagonal, covariance_loss
from symbolic.plane import plane_loss_at
from verify.errors import RoutesDisagree
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []

INDEX = (("1", "1"), ("1", "2"), ("2", "1"), ("2", "2"))


def _matrix_power(proof: Proof, name: str, step: dict[tuple[str, str], str], layers: int) -> dict[tuple[str, str], str]:
    current = dict(step)
    for k in range(2, layers + 1):
        moved = {}
        for i, j in INDEX:
            proof.define(f"{name}{k}_{i}{j}", " + ".join(f"({current[i, m]})*({step[m, j]})" for m in ("1", "2")))
            moved[i, j] = f"{name}{k}_{i}{j}"
        current = moved
    return current


@check("icl.covariance_invariance")
def covariance_invariance(*, layers: int, prior: str, threshold: int) -> Outcome:
    """w ~ N(0, Lambda^-1): the loss at V is the isotropic loss at Lambda^(1/2) V Lambda^(1/2)."""
    if prior not in ("inverse", "identity"):
        raise ValueError(f"the prior is inverse or identity, got {prior!r}")
    proof = Proof("k1", "k2", "s11", "s12", "s22", "v11", "v12", "v21", "v22", "n", "a", "b", "r")
    sym = {("1", "1"): "s11", ("1", "2"): "s12", ("2", "1"): "s12", ("2", "2"): "s22"}
    try:
        step, scaled = {}, {}
        for i, j in INDEX:
            one = int(i == j)
            proof.define(f"t{i}{j}", f"{one} - ({' + '.join(f'v{i}{m}*k{m}*{sym[m, j]}*k{j}' for m in ('1', '2'))})",
                         text="I - VS with S = Lambda^(1/2) S_0 Lambda^(1/2), Lambda = diag(k1^2, k2^2).")  # fmt: skip
            step[i, j] = f"t{i}{j}"
        for i, j in INDEX:
            one = int(i == j)
            proof.define(f"p{i}{j}", f"{one} - ({' + '.join(f'k{i}*v{i}{m}*k{m}*{sym[m, j]}' for m in ('1', '2'))})",
                         text="I - V' S_0 with V' = Lambda^(1/2) V Lambda^(1/2).")  # fmt: skip
            scaled[i, j] = f"p{i}{j}"
        left, right = _matrix_power(proof, "t", step, layers), _matrix_power(proof, "p", scaled, layers)
        for i, j in INDEX:
            weight = f"/k{j}" if prior == "inverse" else ""
            proof.identity(f"k{i}*({left[i, j]}){weight}", right[i, j],
                           text="Lambda^(1/2) (I - VS)^L Lambda^(-1/2) = (I - V' S_0)^L.")  # fmt: skip
        proof.identity("k1*v12*k2 - k2*v21*k1", "k1*k2*(v12 - v21)", text="V' is symmetric exactly when V is.")
        proof.depends("icl.skew-sign-d2-l2", f"R4 > 0 for n in [{threshold}, oo)", text="The threshold for Lambda = I.")
        proof.argued("every-d", "For every d and L: with X = Lambda^(1/2) X_0 and w ~ N(0, Lambda^-1) the error <x_q, (I - VS)^L w> has mean square E|Lambda^(1/2) (I - VS)^L Lambda^(-1/2)|^2 "
                     "= E|(I - V' S_0)^L|^2, the isotropic loss at V'; V -> V' is a bijection that preserves symmetry, so every statement on skew parts of minimisers is that for Lambda = I. "
                     "With label noise the added term is (noise/n) E tr Lambda^(1/2) Q S Q^T Lambda^(1/2) = (noise/n) E tr Q' S_0 Q'^T, again the isotropic one.")  # fmt: skip
    except StepFails as problem:
        v = [[Fraction(1, 2), Fraction(-1, 5)], [Fraction(1, 5), Fraction(1, 2)]]
        same = covariance_loss([[1, 0], [0, Fraction(1, 4)]], 4, 15, prior == "inverse")
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"not for the {prior} prior and threshold {threshold}: {problem}",
                       witness={"Lambda": "diag(1, 4)", "V": "Lambda^-1", "loss there": str(same), "isotropic loss at I": str(plane_loss_at(2, 15, 1)),
                                "loss at another V": str(covariance_loss(v, 4, 15, prior == "inverse"))})  # fmt: skip
    value = covariance_loss([[1, 0], [0, Fraction(1, 4)]], 4, 15, True)
    if value != plane_loss_at(2, 15, 1):
        raise RoutesDisagree(f"the loss with covariance is {value}, the isotropic one {plane_loss_at(2, 15, 1)}")
    return proof.confirmed("A change of variables, carried out on symbols.",
                           instances=(f"Lambda = diag(1, 4), V = Lambda^-1, n = 15: {value}, as at Lambda = I, V = I",),
                           routes=("change of variables", "entry moments with Lambda"))  # fmt: skip


@check("icl.covariance_prior")
def covariance_prior(*, ratio: int, threshold: int, last: int) -> Outcome:
    """w ~ N(0, I), Lambda = diag(1, ratio), d = L = 2: the best diagonal matrix near the isotropic one loses stability at n = threshold."""
    states = {}
    for n in range(2, last + 1):
        try:
            states[n] = best_diagonal(n, ratio).stable
        except ArithmeticError:
            states[n] = None
    wrong = [n for n, stable in states.items() if stable is None or stable != (n < threshold)]
    if any(states[n] is not None for n in wrong):
        n = next(n for n in wrong if states[n] is not None)
        point = best_diagonal(n, ratio)
        return Outcome(Verdict.REFUTED, Tier.CERTIFIED, f"at n = {n} it is {'stable' if states[n] else 'unstable'}",
                       witness={"n": str(n), "ratio": str(ratio), "Hessian determinant": str(point.hessian_pp * point.hessian_qq - point.hessian_pq**2)})  # fmt: skip
    if wrong:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"not settled at n = {wrong}")
    point = best_diagonal(threshold, ratio)
    return Outcome(
        Verdict.CONFIRMED, Tier.CERTIFIED, "A Krawczyk test encloses the critical diagonal matrix, and the sign of its Hessian off the diagonal is certified.",
        value=str(threshold),
        instances=(f"n = {threshold}: V' near diag({point.h.mid().str(8, radius=False)}, {point.e.mid().str(8, radius=False)})",
                   f"difference of the two off-diagonal curvatures there: {point.skew_tilt.str(8)}"),
        table={"columns": ["n", "stable"], "rows": [[str(n), "yes" if stable else "no"] for n, stable in states.items() if abs(n - threshold) < 4],
               "caption": "Stability of the best diagonal matrix against off-diagonal perturbations."},
    )  # fmt: skip
