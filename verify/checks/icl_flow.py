"""Checks of gradient flow from a scalar start, sign conventions, and what the output depends on."""

from __future__ import annotations

from symbolic.forward import CONVENTIONS, output_is_function_of_power
from symbolic.gradient_flow import flow_limit, rotation_angle, skew_gap
from symbolic.loss import loss_polynomial
from symbolic.values import enclose
from verify.errors import RoutesDisagree
from verify.formula import expression_text
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []

ENTRIES = ("v11", "v12", "v21", "v22")


def _entry_loss() -> str:
    """Return the loss of a general 2x2 matrix, two layers, in n and the entries."""
    poly = loss_polynomial(2, 2).polynomial
    return f"({expression_text({tuple(map(int, e)): c for e, c in poly.to_dict().items()}, ['n', *ENTRIES])})/n**4"


@check("icl.gradient_flow")
def gradient_flow(*, missed_from: int, start: str) -> Outcome:
    """Gradient flow from a ``start`` matrix ends at a* I, which is no global minimiser for n >= missed_from."""
    proof = Proof("n", "a", "b", "r", *ENTRIES)
    at = {"scalar": ("a", "0", "0", "a"), "diagonal": ("a", "0", "0", "b")}.get(start)
    if at is None:
        raise ValueError(f"the start is scalar or diagonal, got {start!r}")
    try:
        proof.loss("E", 2, [["v11", "v12"], ["v21", "v22"]], _entry_loss())

        def slope(name: str) -> str:
            text = f"diff(E, {name})"
            for entry, value in zip(ENTRIES, at, strict=True):
                text = f"subs({text}, {entry}, {value})"
            return text

        proof.identity(slope("v12"), "0", text="The gradient has no entry off the diagonal there.")
        proof.identity(slope("v21"), "0")
        proof.identity(slope("v11"), slope("v22"), text="Its diagonal entries agree: the gradient is scalar.")
        proof.depends("icl.skew-sign-d2-l2", f"R4 > 0 for n in [{missed_from}, oo)", f"R4 < 0 for n in [1, {missed_from - 1}]",
                      text="a* is the one scalar critical point; from there on a* I is unstable to skew perturbations.")  # fmt: skip
        proof.argued(
            "flow",
            "f(O V O^T) = f(V) for orthogonal O, so the gradient at aI commutes with every O and is scalar, in every dimension (checked here for d = 2). By uniqueness the flow "
            "from a scalar start stays scalar and solves a' = -(1/d) times the derivative of the strictly convex coercive function f(aI), so it converges to a* I from every "
            f"start. For n >= {missed_from} some aI + bJ is better and the Hessian at a* I has a negative eigenvalue in the skew direction: the limit is a saddle, not a global "
            "minimiser. For smaller n a* I is the global minimiser. (The flow in the skew direction is repelled: starts off the stable set, all but a null set near a* I, leave it.)",
        )
    except StepFails as problem:
        if start == "diagonal":
            return Outcome(Verdict.REFUTED, Tier.EXACT, "at a diagonal matrix the gradient is not scalar",
                           witness={"diag(a, b)": "the two diagonal entries of the gradient differ for a != b"})  # fmt: skip
        gap = skew_gap(missed_from)
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"the onset is another one: {problem}",
                       witness={"n": str(missed_from), "f(a* I) - min f": "0" if gap == 0 else str(enclose(gap, 64))})  # fmt: skip
    return proof.confirmed(
        "The gradient at scalar matrices is scalar, and the scalar critical point is a saddle from the threshold on.",
        instances=(f"n = {missed_from}: the flow ends at {flow_limit(2, 2, missed_from)}, with f(a* I) - min f = {enclose(skew_gap(missed_from), 64)}",
                   f"n = 100: the minimisers turn gradients by {enclose(rotation_angle(100), 64)} radians, the limit of the flow by none"),
    )  # fmt: skip


@check("icl.sign_conventions")
def sign_conventions(*, signs: str, blocks: str, preconditioners: str) -> Outcome:
    """P = +-diag(0, 1) and the block V, VT, -V or -VT of Q give a step with the stated preconditioner, form by form."""
    forms = [text.split(", ") for text in (signs, blocks, preconditioners)]
    if len({len(part) for part in forms}) != 1 or not set(forms[0]) <= {"+", "-"}:
        raise ValueError("give as many signs (+ or -) as blocks and preconditioners, separated by commas")
    sign_p, preconditioner = [1 if x == "+" else -1 for x in forms[0]], forms[2]
    sign_q, transposed = [-1 if x.startswith("-") else 1 for x in forms[1]], [x.endswith("T") for x in forms[1]]
    symbols = ("x11", "x12", "x21", "x22", "q1", "q2", "y1", "y2", "u1", "u2", *ENTRIES)
    proof = Proof(*symbols)
    columns = {"1": ("x11", "x21"), "2": ("x12", "x22"), "q": ("q1", "q2")}
    rows = []
    try:
        for j in ("1", "2"):
            proof.define(f"z{j}", f"y{j} - (u1*{columns[j][0]} + u2*{columns[j][1]})", text="Residuals at the iterate u.")
        for i in (1, 2):
            proof.define(f"m{i}", f"z1*x{i}1 + z2*x{i}2")
        for k, (sp, sq, flip, form) in enumerate(zip(sign_p, sign_q, transposed, preconditioner, strict=True), 1):
            if form.lstrip("-") not in ("V", "VT"):
                raise ValueError(f"a preconditioner is V, VT, -V or -VT, got {form!r}")
            sign = "-" if form.startswith("-") else ""

            def entry(i: int, j: int, form: str = form) -> str:
                return f"v{j}{i}" if form.endswith("T") else f"v{i}{j}"

            for i in (1, 2):
                gradient = [f"(-(z1*x{j}1 + z2*x{j}2)/2)" for j in (1, 2)]
                proof.define(f"w{k}{i}", f"u{i} - ({sign}({entry(i, 1)}*{gradient[0]} + {entry(i, 2)}*{gradient[1]}))",
                             text=f"Form {k}: one step with preconditioner {form}.")  # fmt: skip
            for name, column in columns.items():
                block = " + ".join(f"m{i}*({sp * sq})*{f'v{j}{i}' if flip else f'v{i}{j}'}*{column[j - 1]}" for i in (1, 2) for j in (1, 2))
                before = f"y{name} - (u1*{column[0]} + u2*{column[1]})" if name != "q" else "-(u1*q1 + u2*q2)"
                after = f"y{name} - (w{k}1*{column[0]} + w{k}2*{column[1]})" if name != "q" else f"-(w{k}1*q1 + w{k}2*q2)"
                proof.identity(f"{before} + ({block})/2", after)
            descends = "descent" if not form.startswith("-") else "ascent"
            rows.append([f"{'-' if sp < 0 else ''}diag(0, 1)", ("-" if sq < 0 else "") + ("V^T" if flip else "V"), form.replace("T", "^T"), descends])
        proof.argued("general", "For every d and n the last row changes by (sign_p/n) r X^T B [X x_q] with r the residuals and B the block of Q, and grad R(u) = -X r^T/n: "
                                "so one layer is u -> u + sign_p B^T grad R(u), a step with preconditioner -sign_p B^T.")  # fmt: skip
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"a form is mapped wrongly: {problem}",
                       witness={"rule": "the preconditioner is -sign_p times the transposed block", "d, n": "2, 2"})  # fmt: skip
    for convention in CONVENTIONS:
        for sp, sq, flip, form in zip(sign_p, sign_q, transposed, preconditioner, strict=True):
            same = (convention.sign_p, convention.sign_q, convention.transposed) == (sp, sq, flip)
            if same and convention.descends == form.startswith("-"):
                raise RoutesDisagree(f"{convention.name}: descends is {convention.descends}, the step found is {form}")
    return proof.confirmed(
        "Each printed form is one step of preconditioned descent or ascent, as an identity in symbols.",
        instances=("d = n = 2, all entries symbolic",),
        table={"columns": ["P", "block of Q", "preconditioner", "with V > 0"], "rows": rows,
               "caption": "Printed forms of the layer, and the step that they take on R. The output -Z is the prediction in all of them."},
    )  # fmt: skip


@check("icl.output_power")
def output_power(*, layers: str, invertible_odd: int) -> Outcome:
    """The output is a function of V^L exactly for L = 1, and for d = 1 and odd L: witnesses and the odd case."""
    proof = Proof("v", "w", "s", "t")
    try:
        for count in [int(x) for x in layers.split(", ")]:
            if count < 2:
                raise StepFails("for one layer V^L is V")
            current = [["1", "0"], ["0", "1"]]
            for step in range(1, count + 1):
                rows = []
                for i in (0, 1):
                    proof.define(f"p{count}_{step}{i + 1}1", current[i][0])
                    proof.define(f"p{count}_{step}{i + 1}2", f"{current[i][1]} - t*({current[i][0]})")
                    rows.append([f"p{count}_{step}{i + 1}1", f"p{count}_{step}{i + 1}2"])
                current = rows
            for i in (0, 1):
                proof.identity(current[i][0], str(int(i == 0)))
            proof.identity(f"0 - ({current[0][1]})", f"{count}*t", text=f"L = {count}: V = t E_12 has V^L = 0, and I - (I - VS)^L = {count} V at S = I, not 0.")
            proof.identity(current[1][1], "1")
        k = invertible_odd
        if k % 2 == 0:
            raise StepFails("an even power does not tell v from -v")
        ladder = " + ".join(f"v**{i}*w**{k - 1 - i}" for i in range(k))
        proof.identity(f"(v - w)*({ladder})", f"v**{k} - w**{k}", text="d = 1, odd L: v^L determines v.")
        proof.identity("1 - (1 - 1)**2 - (1 - (1 + 1)**2)", "4", text="d = 1, L = 2: v = 1 and v = -1 have the same square and different outputs.")
        proof.argued("all", "For d >= 2, L >= 2 the nilpotent matrix V = E_12 has V^L = 0 like V = 0, while I - (I - V)^L = L V: the outputs at S = I differ. For d = 1, even L: v = 1 and v = -1 have "
                            "the same power, and 1 - (1-1)^L = 1 differs from 1 - 2^L. For d = 1, odd L, t -> t^L is injective on the reals, so v, hence the output, is a function of v^L. For L = 1 it is trivial.")  # fmt: skip
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"not a witness: {problem}",
                       witness={"V": "1 and -1", "V^2": "1", "outputs at S = 1, L = 2": "1 and -3"})  # fmt: skip
    shown = tuple(f"d = {d}, L = {n}: {output_is_function_of_power(d, n)}" for d, n in ((1, 2), (1, 3), (2, 3)))
    return proof.confirmed("A nilpotent matrix, and the pair 1, -1, decide every case but the trivial ones.", instances=shown)
