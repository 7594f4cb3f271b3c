"""Checks of published statements on one linear attention layer and on untied layers."""

from __future__ import annotations

from fractions import Fraction

from symbolic.literature_icl import ahn_gradient_descent, ahn_misquoted
from symbolic.one_layer import (
    is_one_layer_minimiser,
    misquoted_preconditioner,
    one_layer_loss,
    one_layer_optimum,
    relu_coefficient,
    relu_loss,
)
from symbolic.wishart import trace_moment
from verify.errors import RoutesDisagree
from verify.formula import expression_text
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []

SQUARE = ("1", "2")


def _refuted(problem: Exception, witness: dict[str, str]) -> Outcome:
    return Outcome(Verdict.REFUTED, Tier.EXACT, f"a step fails: {problem}", witness=witness)


def _moment(powers: tuple[int, ...]) -> str:
    return expression_text({tuple(map(int, e)): v for e, v in trace_moment(powers).to_dict().items()}, ["n", "d"])


@check("literature.one_layer")
def one_layer(*, denominator: str) -> Outcome:
    """Ahn et al., Theorem 1: with x ~ N(0, Lambda) the best V has eigenvalues 1/denominator in l_i and t = tr Lambda."""
    names = ("n", "d", "l1", "l2", "t", "v11", "v12", "v21", "v22")
    proof = Proof(*names)
    spectrum, n = [Fraction(1), Fraction(3)], 2
    try:
        for k, powers in (("w2", (2,)),):
            proof.moment(k, list(powers), _moment(powers))
        proof.identity("w2", "n*d*(n + d + 1)", text="Lambda = I: E W^2 = n (n + d + 1) I.")
        proof.define("b1", denominator.replace("l_i", "l1"))
        proof.define("b2", denominator.replace("l_i", "l2"))
        proof.define("e1", "(n + 1)/n*l1**2 + (l1 + l2)/n*l1", text="E S^2 for Lambda = diag(l1, l2): (1 + 1/n) Lambda^2 + tr(Lambda) Lambda/n.")
        proof.define("e2", "(n + 1)/n*l2**2 + (l1 + l2)/n*l2")
        loss = "l1 + l2 - 2*(l1**2*v11 + l2**2*v22) + " + " + ".join(f"l{i}*v{i}{j}**2*e{j}" for i in SQUARE for j in SQUARE)
        proof.define("R", loss, text="E|Lambda^(1/2)(I - VS)|^2 for a general V.")
        best = "subs(subs(subs(subs(R, v11, 1/subs(b1, t, l1 + l2)), v22, 1/subs(b2, t, l1 + l2)), v12, 0), v21, 0)"
        rest = " + ".join(f"l{i}*e{j}*(v{i}{j} - {f'1/subs(b{i}, t, l1 + l2)' if i == j else '0'})**2" for i in SQUARE for j in SQUARE)
        proof.identity("R", f"{best} + {rest}", text="Positive weights: the stated V is the unique minimiser.")
        same = all(
            one_layer_loss([[a, b], [c, e]], spectrum, n) == _formula(spectrum, n, a, b, c, e)
            for a, b, c, e in ((Fraction(1), Fraction(2), Fraction(-1), Fraction(1, 3)), (Fraction(0), Fraction(1, 2), Fraction(1), Fraction(2)))
        )
        optimum = one_layer_optimum(spectrum, n)
        if not same or not is_one_layer_minimiser([[optimum[0], Fraction(0)], [Fraction(0), optimum[1]]], spectrum, n):
            raise RoutesDisagree("the one-layer loss by entry moments is not the quadratic in the proof")
        proof.computed("E|Lambda^(1/2)(I - VS)|^2 == R", "The loss of one layer with covariance Lambda, as the quadratic R.",
                       ("E S^2 by Isserlis", "entry moments of W at spectrum 1, 3, n = 2, two matrices V"))  # fmt: skip
        proof.argued("dense", "In every dimension the loss is tr Lambda - 2 tr(Lambda V Lambda) + tr(Lambda V E[S^2] V^T), a strictly convex quadratic, and the same completion of the square gives the minimiser in the eigenbasis of "
                     "Lambda. Among dense weights the part of the prediction that is even in w only adds to the loss, and the odd part is of the sparse form: so the sparse minimiser is a global one.")  # fmt: skip
    except StepFails as problem:
        return _refuted(problem, {"spectrum": "1, 3", "n": "2", "best eigenvalues": str(one_layer_optimum(spectrum, n))})
    return proof.confirmed("The square of a general 2x2 matrix is completed for symbolic spectrum and n.",
                           instances=(f"spectrum 1, 3, n = 2: {', '.join(map(str, one_layer_optimum(spectrum, n)))}",))  # fmt: skip


def _formula(spectrum: list[Fraction], n: int, *entries: Fraction) -> Fraction:
    a, b, c, e = entries
    square = [Fraction(n + 1, n) * x**2 + sum(spectrum) * x / n for x in spectrum]
    first = sum(spectrum) - 2 * (spectrum[0] ** 2 * a + spectrum[1] ** 2 * e)
    return first + sum(spectrum[i] * v**2 * square[j] for (i, j), v in zip(((0, 0), (0, 1), (1, 0), (1, 1)), (a, b, c, e), strict=True))


@check("literature.one_layer_misquoted")
def one_layer_misquoted(*, scale: str) -> Outcome:
    """A digest's form of that theorem: the optimum is ``scale``/n (Lambda + I/n)^-1."""
    spectrum, n = [Fraction(1), Fraction(3)], 2
    stated = [Fraction(scale) * x for x in misquoted_preconditioner(spectrum, n)]
    best = one_layer_optimum(spectrum, n)
    wrong, right = (one_layer_loss([[x[0], Fraction(0)], [Fraction(0), x[1]]], spectrum, n) for x in (stated, best))
    if stated == best or wrong <= right:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, "the form agrees with the optimum at the point tried")
    if ahn_misquoted().verdict != "refuted":
        raise RoutesDisagree("the two evaluations of the misquoted form disagree")
    return Outcome(Verdict.REFUTED, Tier.EXACT, "The trace of Lambda is missing: the form is not even proportional to the optimum unless Lambda is a multiple of I or tr Lambda = (n+1)/n.",
                   witness={"spectrum": "1, 3", "n": "2", "stated eigenvalues": ", ".join(map(str, stated)), "best eigenvalues": ", ".join(map(str, best)),
                            "loss of the form": str(wrong), "least loss": str(right)})  # fmt: skip


@check("literature.descent_lemma")
def descent_lemma(*, block: str) -> Outcome:
    """Ahn et al., Lemma 1: with this block of Q (-A, -AT, A or AT) a layer is a descent step with preconditioner A."""
    if block not in ("-A", "-AT", "A", "AT"):
        raise ValueError(f"the block is -A, -AT, A or AT, got {block!r}")
    proof = Proof("x1", "x2", "y", "u1", "u2", "q1", "q2", "a11", "a12", "a21", "a22")
    sign, turned = "-" if block.startswith("-") else "", block.endswith("T")
    try:
        proof.define("z", "y - (u1*x1 + u2*x2)", text="n = 1: the residual; grad R(u) = -z x.")
        for i in (1, 2):
            proof.define(f"w{i}", f"u{i} + z*(a{i}1*x1 + a{i}2*x2)", text="u - A grad R(u).")
        step = " + ".join(f"x{i}*({sign}{f'a{j}{i}' if turned else f'a{i}{j}'})*q{j}" for i in (1, 2) for j in (1, 2))
        proof.identity(f"-(u1*q1 + u2*q2) + z*({step})", "-(w1*q1 + w2*q2)", text="The query's last entry after the layer.")
        proof.argued("general", "For every d and n the last row changes by (1/n) r X^T B [X x_q] with r the residuals and B the block of Q, and grad R(u) = -X r^T/n: "
                                "the layer is u -> u + B^T grad R(u), a step with preconditioner -B^T.")  # fmt: skip
    except StepFails as problem:
        verdict = ahn_gradient_descent()
        if verdict.witness["literal"] or not verdict.witness["transposed"]:
            raise RoutesDisagree("the forward pass and the descent disagree on the transpose") from None
        shown = {"A": "[[1/2, 1/3], [-1/5, 1/4]]", "x": "(1, 0), (2, 1), (-1, 3)", "y": "2, -1, 1", "query": "(1, 1)",
                 "the forward pass is descent with A": "no", "with A^T": "yes"}  # fmt: skip
        if block == "-A":
            return Outcome(Verdict.QUALIFIED, Tier.EXACT, verdict.reason, qualification="the preconditioner is A^T (or A is symmetric)", witness=shown)
        return _refuted(problem, {"block": block, "A": "I", "step": "ascent"})
    return proof.confirmed("With the transpose the identity holds in symbols.", instances=("d = 2, n = 1, from a generic iterate",))


def _pair(proof: Proof, name: str, first: dict, second: dict, sym: dict) -> str:
    """Define the entries of (I - A_2 S)(I - A_1 S) and return the squared norm as text."""
    steps = []
    for k, weights in ((1, first), (2, second)):
        for i in SQUARE:
            for j in SQUARE:
                proof.define(f"{name}{k}{i}{j}", f"{int(i == j)} - ({' + '.join(f'({weights[i, m]})*({sym[m, j]})' for m in SQUARE)})")
        steps.append(f"{name}{k}")
    entries = [" + ".join(f"{name}2{i}{m}*{name}1{m}{j}" for m in SQUARE) for i in SQUARE for j in SQUARE]
    return " + ".join(f"({e})**2" for e in entries)


SYM = {("1", "1"): "s11", ("1", "2"): "s12", ("2", "1"): "s12", ("2", "2"): "s22"}
FLIPPED = {**SYM, ("1", "2"): "-s12", ("2", "1"): "-s12"}
GENERAL = {(i, j): f"b{i}{j}" for i in SQUARE for j in SQUARE}


@check("literature.diagonal_pair")
def diagonal_pair(*, first: str) -> Outcome:
    """Ahn et al., Theorem 2: with A_1 ``first`` (diagonal), replacing A_2 by its diagonal does not raise the loss."""
    proof = Proof("s11", "s12", "s22", "p1", "p2", "b11", "b12", "b21", "b22")
    one = {("1", "1"): "p1", ("2", "2"): "p2", ("1", "2"): "0", ("2", "1"): "0" if first == "diagonal" else "p2"}
    turned = {key: (f"-({x})" if key[0] != key[1] else x) for key, x in GENERAL.items()}
    bare = {key: (x if key[0] == key[1] else "0") for key, x in GENERAL.items()}
    try:
        whole = _pair(proof, "g", one, GENERAL, SYM)
        flipped = _pair(proof, "h", one, turned, SYM)
        reflected = _pair(proof, "k", one, GENERAL, FLIPPED)
        average = _pair(proof, "m", one, bare, SYM)
        proof.identity(flipped, reflected, text="Flipping a coordinate in A_2 is flipping it in S, which has the same law.")
        excess = []
        for i in SQUARE:
            other = "2" if i == "1" else "1"
            for j in SQUARE:
                inner = " + ".join(f"({SYM[other, k]})*g1{k}{j}" for k in SQUARE)
                excess.append(f"(b{i}{other}*({inner}))**2")
        proof.identity(f"{whole} + {flipped}", f"2*({average}) + 2*({' + '.join(excess)})", text="The mean of the two is the loss at the diagonal of A_2, plus squares.")
        proof.argued("minimiser", "The loss is invariant under a common rotation, so let A_1 be diagonal. The two losses have the same mean, and by the identity it is at least that at the diagonal of A_2; in dimension d average over all sign flips. "
                     "So the infimum over pairs is that over diagonal pairs. It is attained: for V_1 = tU with |U| = 1, U symmetric, E|V_2 S U S|^2 >= c |V_2|^2 uniformly (V_2 S U S = 0 almost surely forces V_2 = 0, and the spheres are compact), so V_2 stays bounded "
                     "where the loss does, and E|(I - V_2 S) U S|^2 is bounded below (I - V_2 S is invertible almost surely), so the loss grows like t^2; for bounded V_1 it is a quadratic in V_2 that grows, uniformly.")  # fmt: skip
    except StepFails as problem:
        return _refuted(problem, {"A_1": "[[p1, 0], [p2, p2]]", "flip": "diag(1, -1)", "A_1 flipped": "[[p1, 0], [-p2, p2]]"})
    return proof.confirmed("Parity under sign flips and convexity in the second layer, both as identities before averaging.", instances=("d = 2 with symbolic S, A_1 diagonal, A_2 any",))


@check("literature.stationary_family")
def stationary_family(*, family: str) -> Outcome:
    """Ahn et al., Theorems 3 and 4: A_i = a_i Lambda^-1 (and B_i = b_i I) contain points of arbitrarily small gradient."""
    if family not in ("A", "A and B", "diagonal A", "diagonal B"):
        raise ValueError(f"the family is 'A', 'A and B', 'diagonal A' or 'diagonal B', got {family!r}")
    proof = Proof("s11", "s12", "s22", "k1", "k2", "a", "b", "c", *(f"h{i}{j}" for i in SQUARE for j in SQUARE))
    try:
        for i in SQUARE:
            for j in SQUARE:
                hat = " + ".join(f"k{i}*h{i}{m}/k{m}*(k{m}*{SYM[m, j]}*k{j})*(a/(k{j}*k{j}))" for m in SQUARE)
                proof.identity(f"({hat})*k{j}/k{i}", " + ".join(f"h{i}{m}*{SYM[m, j]}*a" for m in SQUARE),
                               text="The covariates' update I - B G A with G = K G_0 K, A = a K^-2, B = K H K^-1: K (I - H G_0 a) K^-1, K^2 = Lambda.")  # fmt: skip
        upper = "1" if family.endswith("A") else "b"  # with the covariates left alone the residual's factor is I - aS
        lower = "c" if family.startswith("diagonal") else upper
        base = [[f"1 - ({upper}*s11*a)", f"-({upper}*s12*a)"], [f"-({lower}*s12*a)", f"1 - ({lower}*s22*a)"]]
        swapped = [[e.replace("s11", "S").replace("s22", "s11").replace("S", "s22").replace("s12", "(-s12)") for e in row] for row in base]
        for row in (0, 1):
            for column in (0, 1):
                sign = "" if row == column else "-"
                proof.identity(f"{sign}({base[row][column]})", base[row][column].replace("s12", "(-s12)"),
                               text="Under S -> D S D, D = diag(1, -1), the update becomes D (update) D.")  # fmt: skip
                proof.identity(f"{sign}({base[1 - row][1 - column]})", swapped[row][column], text="Under S -> J S J^T it becomes J (update) J^T.")
        proof.argued("small-gradient", "After the change of variables the loss is a function of the A_i' and B_i' that is invariant under a common conjugation by O(d), which fixes exactly the scalar matrices (the flips and rotations above generate enough of O(2); signed permutations do in dimension d). So the "
                     "gradient at scalar matrices is scalar, in every block. Restricted to them the loss is a non-negative polynomial p on R^m. Minimise p(x) + e|x|^2: at the minimiser the gradient of p is -2e x, and e|x|^2 <= p(0) - inf p, so its norm is at most "
                     "2 sqrt(e (p(0) - inf p)), which tends to 0 with e. The derivatives in the original matrices differ by fixed factors of Lambda^(1/2).")  # fmt: skip
    except StepFails as problem:
        return _refuted(problem, {"B": "diag(b, c)", "S": "[[1, 0], [0, 2]]", "update conjugated": "differs unless b = c"})
    return proof.confirmed("The layer is equivariant at scalar matrices, and a non-negative polynomial has almost critical points.",
                           instances=("d = 2, one layer, symbolic S and Lambda",))  # fmt: skip


@check("literature.relu")
def relu(*, coefficient: str) -> Outcome:
    """Ahn et al., Theorem 5: one layer of ReLU attention, isotropic: the best multiple of I."""
    proof = Proof("n", "d", "a", "m")
    try:
        proof.define("c", "(n - 1)/(4*n) + (d + 2)/(2*n)")
        proof.identity("1 - a + c*a**2", f"1 - ({coefficient})/2 + c*(a - ({coefficient}))**2", text="The loss on multiples of I, over |x_q|^2.")
        proof.identity("(n/2 + n*(n - 1)/4 - n/2)/n**2*1 + (d + 2)*(n/2)/n**2", "c", text="E m = n/2, E m(m-1) = n(n-1)/4 for m positive scores of n.")
        for d, n in ((1, 1), (2, 3), (5, 8)):
            best = relu_coefficient(d, n)
            sides = [relu_loss(best + h, d, n) for h in (Fraction(1, 7), -Fraction(1, 7))]
            if not sides[0] == sides[1] > relu_loss(best, d, n):
                raise RoutesDisagree(f"d = {d}, n = {n}: the best coefficient is not {best}")
        proof.argued("means", "With v = A x_q: E x relu(<x, v>) = v/2 and E |x|^2 relu(<x, v>)^2 = |v|^2 (d+2)/2, so the mean square error given x_q is |x_q|^2 - <x_q, v> + c |v|^2 with the constant c: least at v = x_q/(2c), for every x_q, that is, "
                     "at A = I/(2c). Conditioning on the number of positive scores, a binomial variable, gives the same function.")  # fmt: skip
    except StepFails as problem:
        return _refuted(problem, {"d = 1, n = 1": str(relu_coefficient(1, 1)), "d = 2, n = 3": str(relu_coefficient(2, 3))})
    return proof.confirmed("A quadratic in a, by two ways of taking the mean.", instances=(f"d = 2, n = 3: {relu_coefficient(2, 3)}",))


@check("literature.flow_one_layer")
def flow_one_layer(*, conserved: str) -> Outcome:
    """Zhang, Frei, Bartlett, Theorem 4.1: gradient flow on u and V with the prediction through uV converges to Gamma^-1."""
    proof = Proof("n", "l1", "l2", "u", "v11", "v12", "v21", "v22")
    try:
        proof.define("e1", "(n + 1)/n*l1**2 + (l1 + l2)/n*l1")
        proof.define("e2", "(n + 1)/n*l2**2 + (l1 + l2)/n*l2")
        loss = "l1 + l2 - 2*u*(l1**2*v11 + l2**2*v22) + u**2*(" + " + ".join(f"l{i}*v{i}{j}**2*e{j}" for i in SQUARE for j in SQUARE) + ")"
        proof.define("R", loss, text="The loss at the product uV, N = n.")
        inner = " + ".join(f"v{i}{j}*diff(R, v{i}{j})" for i in SQUARE for j in SQUARE)
        proof.identity("u*diff(R, u)", inner, text="So u^2 - |V|^2 is conserved by the flow.")
        proof.define("J", conserved)
        proof.identity("diff(J, u)*diff(R, u) + " + " + ".join(f"diff(J, v{i}{j})*diff(R, v{i}{j})" for i in SQUARE for j in SQUARE), "0")
        proof.identity("subs(diff(R, u), u, 0)", "-2*(l1**2*v11 + l2**2*v22)", text="At u = 0 the slope is negative for V > 0.")
        proof.identity("diff(R, v11)", "2*u*(u*v11*l1*e1 - l1**2)", text="With u not 0 it vanishes only at uV = Gamma^-1: e1/l1 is the eigenvalue of Gamma.")
        proof.identity("e1/l1", "(1 + 1/n)*l1 + (l1 + l2)/n")
        for i, j in (("1", "2"), ("2", "1")):
            proof.identity(f"diff(R, v{i}{j})", f"2*u**2*l{i}*e{j}*v{i}{j}")
        proof.argued("convergence", "Let the start have u > 0, V positive semidefinite, V not 0, so small that the loss is below its value tr Lambda at 0 (the first-order term at 0 is -2u tr(Lambda V Lambda) < 0). The loss is decreasing along the flow, so the product uV stays in a bounded set, and since u^2 - |V|^2 is conserved "
                     "u and V stay bounded. Every limit point is critical with a loss below tr Lambda, so u and V are not 0 there (at u = 0 the product is 0 and the loss is tr Lambda), and the V-gradient u grad(uV) = 0 gives uV = Gamma^-1. A bounded trajectory all of whose limit points have "
                     "the product Gamma^-1 has a product that converges to it. The other blocks of the weights are 0 at the start and stay 0: the flip of the label coordinate is a symmetry of the loss that fixes the sparse form.")  # fmt: skip
    except StepFails as problem:
        return _refuted(problem, {"conserved quantity": "u^2 - |V|^2", "stated": conserved})
    return proof.confirmed("A conserved quantity bounds the flow, and its only low critical product is the global minimiser.",
                           instances=(f"spectrum 1, 3, N = 2: Gamma^-1 = {', '.join(map(str, one_layer_optimum([1, 3], 2)))}",))  # fmt: skip


@check("literature.noisy_rate")
def noisy_rate(*, rate: str) -> Outcome:
    """Mahankali et al., Theorem 1: label noise s, one step at rate E[w_ridge^T X y]/E|X y|^2 = ``rate``."""
    proof = Proof("n", "d", "s", "a")
    try:
        for k in (1, 2):
            proof.moment(f"w{k}", [k], _moment((k,)))
        proof.identity(f"({rate})*(w2 + s*w1)", "w1", text="E w^T X y = E tr W, E|X y|^2 = E tr W^2 + s E tr W.")
        proof.identity("d - 2*a*w1 + a**2*(w2 + s*w1)", f"d - ({rate})*w1 + (w2 + s*w1)*(a - ({rate}))**2", text="The loss of one step at rate a on the sum of squares.")
        proof.sign("w2 + s*w1", ">", n=(1, "oo"), d=(1, "oo"), s=(0, "oo"))
        proof.argued("ridge", "The ridge estimate with penalty s is the posterior mean of w, so E w_ridge^T X y = E w^T X y by the tower property. The loss is convex and O(d)-invariant in the preconditioner, so the best one is scalar; dense weights are no better for one layer.")
    except StepFails as problem:
        return _refuted(problem, {"d = 3, n = 4, noise 1/2": "2/17"})
    return proof.confirmed("A quotient of two Wishart moments.", instances=("d = 3, n = 4, noise 1/2: rate 2/17",))


@check("literature.one_head_step")
def one_head_step(*, block: str) -> Outcome:
    """Von Oswald et al., Proposition 1: P = diag(0, 1), Q = ``block`` I act as one gradient step of rate h."""
    proof = Proof("x11", "x12", "x21", "x22", "y1", "y2", "q1", "q2", "h")
    try:
        for i in (1, 2):
            proof.define(f"m{i}", f"y1*x{i}1 + y2*x{i}2", text="Z M Z^T, last row.")
        proof.define("w1", "h*m1/2", text="One gradient step from 0 on R(u) = |X^T u - y|^2/(2n), n = 2, rate h.")
        proof.define("w2", "h*m2/2")
        proof.identity(f"-(0 + (m1*({block})*q1 + m2*({block})*q2)/2)", "w1*q1 + w2*q2", text="The output is the prediction after that step.")
    except StepFails as problem:
        return _refuted(problem, {"x": "1", "y": "1", "block": block, "output / prediction": "-1"})
    return proof.confirmed("Explicit weights, and an identity in the data.", instances=("d = n = 2, symbolic data and rate",))
