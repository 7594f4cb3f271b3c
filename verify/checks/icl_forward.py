"""Checks of the forward pass: one layer is one step of preconditioned gradient descent.

The layer recursion is carried out on symbols for d = n = 2, from a generic iterate u, so that the
induction step is an identity of polynomials; the same identity for every d and n is argued.
"""

from __future__ import annotations

from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []

SYMBOLS = ("x11", "x12", "x21", "x22", "q1", "q2", "y1", "y2", "u1", "u2", "v11", "v12", "v21", "v22")
COLUMNS = {"1": ("x11", "x21"), "2": ("x12", "x22"), "q": ("q1", "q2")}


def _dot(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    return " + ".join(f"({x})*({y})" for x, y in zip(left, right, strict=True))


@check("icl.forward_pass")
def forward_pass(*, block: str = "-VT", steps: int = 1) -> Outcome:
    """With Q's block ``block`` (-VT, -V, VT or V), one layer is ``steps`` steps w -> w - V grad R(w)."""
    if block not in ("-VT", "-V", "VT", "V") or steps not in (0, 1, 2):
        raise ValueError("block is -VT, -V, VT or V, and steps is 0, 1 or 2")
    proof = Proof(*SYMBOLS)
    sign = "-" if block.startswith("-") else ""
    entry = (lambda i, j: f"v{j}{i}") if block.endswith("T") else (lambda i, j: f"v{i}{j}")
    try:
        for j in ("1", "2"):
            proof.define(f"z{j}", f"y{j} - ({_dot(('u1', 'u2'), COLUMNS[j])})",
                         text="The last row of Z when the iterate is u: the residuals.")  # fmt: skip
        proof.define("zq", f"-({_dot(('u1', 'u2'), COLUMNS['q'])})", text="The query carries minus the prediction.")
        for i in (1, 2):
            proof.define(f"m{i}", f"z1*x{i}1 + z2*x{i}2", text="The last row of Z M Z^T, on the covariates.")
        for j, column in COLUMNS.items():
            layer = " + ".join(f"m{i}*({sign}{entry(i, k)})*{column[k - 1]}" for i in (1, 2) for k in (1, 2))
            proof.define(f"next{j}", f"z{j} + ({layer})/2", text="The last row after one layer, n = 2.")
        u = ("u1", "u2")
        for step in range(1, steps + 1):
            residual = {j: f"({_dot(u, COLUMNS[j])}) - y{j}" for j in ("1", "2")}
            slope = [" + ".join(f"({residual[j]})*{COLUMNS[j][i]}" for j in ("1", "2")) for i in (0, 1)]
            moved = tuple(f"{u[i]} - (v{i + 1}1*({slope[0]}) + v{i + 1}2*({slope[1]}))/2" for i in (0, 1))
            for i in (0, 1):
                proof.define(f"w{step}{i + 1}", moved[i], text="One step of preconditioned gradient descent.")
            u = (f"w{step}1", f"w{step}2")
        for j in ("1", "2"):
            proof.identity(f"next{j}", f"y{j} - ({_dot(u, COLUMNS[j])})", text="The labels row is the new residual.")
        proof.identity("nextq", f"-({_dot(u, COLUMNS['q'])})", text="The query carries minus the new prediction.")
        proof.argued(
            "induction",
            "For every d and n: suppose the last row of Z_l is y_j - <u, x_j> at the examples and -<u, x_q> at the query, which "
            "holds for l = 0 with u = 0. P leaves the covariates alone and M removes the query, so the last row changes by "
            "(1/n) sum_i (y_i - <u, x_i>) x_i^T (-V^T) x_j = -<(1/n) V sum_i (y_i - <u, x_i>) x_i, x_j>. With "
            "grad R(u) = -(1/n) sum_i (y_i - <u, x_i>) x_i this is <V grad R(u), x_j>, so the last row of Z_{l+1} has the same "
            "form with u - V grad R(u) in place of u. After L layers the prediction is <u_L, x_q> with u_L after L steps from 0.",
        )
    except StepFails as problem:
        return Outcome(
            Verdict.REFUTED, Tier.EXACT, f"with the block {block} one layer is not {steps} step(s): {problem}",
            witness={"d, n": "2, 2", "block": block, "identity": str(problem)},
        )  # fmt: skip
    return proof.confirmed(
        "The layer recursion on symbols, from a generic iterate, is the descent step; induction does the rest.",
        instances=("d = n = 2 with all entries symbolic",),
        necessity=({"hypothesis": "the block of Q is -V^T", "status": "needed",
                    "because": "with -V the skew part changes sign, with +V^T the step is an ascent"},),
    )  # fmt: skip


@check("icl.loss_as_norm")
def loss_as_norm(*, layers: int, exponent: int) -> Outcome:
    """The prediction error after L layers is -<x_q, (I - VS)^exponent w>, here d = 2 and symbolic S."""
    proof = Proof("s11", "s12", "s22", "v11", "v12", "v21", "v22", "w1", "w2")
    m = [["1 - (v11*s11 + v12*s12)", "-(v11*s12 + v12*s22)"], ["-(v21*s11 + v22*s12)", "1 - (v21*s12 + v22*s22)"]]
    try:
        for i in (1, 2):
            for j in (1, 2):
                proof.define(f"m{i}{j}", m[i - 1][j - 1], text="The matrix I - VS.")
        error = ("w1", "w2")
        for step in range(1, exponent + 1):
            for i in (1, 2):
                proof.define(f"e{step}{i}", f"m{i}1*{error[0]} + m{i}2*{error[1]}")
            error = (f"e{step}1", f"e{step}2")
        u = ("0", "0")
        for step in range(1, layers + 1):
            gap = (f"({u[0]} - w1)", f"({u[1]} - w2)")
            slope = (f"(s11*{gap[0]} + s12*{gap[1]})", f"(s12*{gap[0]} + s22*{gap[1]})")
            for i in (1, 2):
                proof.define(f"u{step}{i}", f"{u[i - 1]} - (v{i}1*{slope[0]} + v{i}2*{slope[1]})",
                             text="Descent on noiseless labels: grad R(u) = S (u - w).")  # fmt: skip
            u = (f"u{step}1", f"u{step}2")
        for i in (1, 2):
            proof.identity(f"w{i} - {u[i - 1]}", error[i - 1])
        proof.argued(
            "average",
            "w - u_L = (I - VS)^L w for every d, L by induction, since u' - w = (I - VS)(u - w). The prediction error is "
            "<x_q, u_L - w>; for independent standard normal x_q and w its mean square given S is the squared Frobenius norm of "
            "(I - VS)^L, because E <x, M w>^2 = tr(M^T M).",
        )
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the exponent after {layers} layers is not {exponent}: {problem}",
                       witness={"layers": str(layers), "exponent": str(exponent)})  # fmt: skip
    return proof.confirmed("The error after the layers is the power of I - VS applied to w, entry by entry.",
                           instances=("d = 2 with symbolic S, V, w",))  # fmt: skip


@check("icl.existence")
def existence(*, layers: int, factor: str) -> Outcome:
    """For n = 1, (I - V x x^T)^L = I - gamma V x x^T with gamma = ``factor`` in s = x^T V x; coercivity for all d, L, n."""
    proof = Proof("x1", "x2", "v11", "v12", "v21", "v22")
    try:
        proof.define("s", "v11*x1**2 + (v12 + v21)*x1*x2 + v22*x2**2", text="s = x^T V x.")
        proof.define("gamma", factor)
        rank_one = [[f"(v{i}1*x1 + v{i}2*x2)*x{j}" for j in (1, 2)] for i in (1, 2)]
        current = [["1", "0"], ["0", "1"]]
        for step in range(1, layers + 1):
            rows = []
            for i in (0, 1):
                row = []
                for j in (0, 1):
                    name = f"p{step}{i + 1}{j + 1}"
                    moved = " + ".join(f"{current[i][k]}*({rank_one[k][j]})" for k in (0, 1))
                    proof.define(name, f"{current[i][j]} - ({moved})")
                    row.append(name)
                rows.append(row)
            current = rows
        for i in (1, 2):
            for j in (1, 2):
                start = "1" if i == j else "0"
                proof.identity(current[i - 1][j - 1], f"{start} - gamma*({rank_one[i - 1][j - 1]})")
        proof.argued(
            "coercive-n-at-least-2",
            "The part of highest degree of f is E|(VS)^L|^2. If it vanishes, VS is nilpotent for almost every S, hence, by "
            "continuity, for every positive semidefinite S of rank at most n. Then tr(VS) = 0 for S = x x^T and all x, so V is "
            "skew. If n >= 2 and V is skew and not zero (so d >= 2), some plane carries V as bJ + (rest) with b != 0: take S the "
            "projection on the span of u and Vu, for which tr((VS)^2) < 0, a contradiction. So V = 0: the highest part is "
            "positive on the unit sphere, and f tends to infinity. For d = 1 it is E S^(2L) V^(2L) > 0.",
        )
        proof.argued(
            "coercive-n-1",
            "For n = 1 put s = x^T A x with A the symmetric part of V; then f = E|I - gamma(s) V x x^T|^2, gamma a polynomial of degree "
            "L - 1 with gamma(0) = L. Suppose f stays bounded along V_k = t_k U_k, |U_k| = 1, t_k to infinity, U_k to U. Then "
            "E gamma(s_k)^2 |U_k x|^2 |x|^2 is O(1/t_k^2). If the symmetric parts stay bounded, pass to a limit A: the limit is "
            "E gamma(x^T A x)^2 |Ux|^2 |x|^2 > 0, since neither factor vanishes identically. If they are unbounded with norms "
            "alpha_k and directions tending to A, then gamma(s_k) / alpha_k^(L-1) tends to a multiple of (x^T A x)^(L-1), and the "
            "expectation grows like alpha_k^(2L-2). Both contradict the bound, so f tends to infinity.",
        )
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the factor is wrong for {layers} layers: {problem}",
                       witness={"layers": str(layers), "factor": factor})  # fmt: skip
    return proof.confirmed("f tends to infinity with V for every d, L and n >= 1, so a minimiser exists.",
                           instances=("n = 1, d = 2, L = 3 with symbolic x and V",))  # fmt: skip
