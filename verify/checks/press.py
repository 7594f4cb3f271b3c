"""Checks of what was written about the theorems, where one expression does not say enough.

``press.qualified`` decides a statement as it was written and the same statement under a changed
hypothesis.  The others compute a witness with the model itself: exact runs of the forward pass,
exact rotations of the minimisers, exact weights.
"""

from __future__ import annotations

from fractions import Fraction

from verify.expression import decide
from verify.outcome import Outcome
from verify.registry import check
from verify.status import Tier, Verdict, weakest

__all__ = [
    "exponential_decay",
    "forward_steps",
    "minimisers_by_rotation",
    "noise_breaks_reduction",
    "qualified",
    "sparse_attention",
    "tied_weights",
]

_X = ((Fraction(1), Fraction(-2), Fraction(1, 2)), (Fraction(3), Fraction(1), Fraction(-1)))
_QUERY = (Fraction(2), Fraction(-1, 3))
_WEIGHT = (Fraction(1, 2), Fraction(-3))
_NOISE = (Fraction(1, 5), Fraction(-2, 7), Fraction(1))


@check("press.qualified")
def qualified(*, stated: str, changed: str, change: str) -> Outcome:
    """The statement fails at an instance (``stated``) and holds when its hypothesis is changed.

    Both are expressions; ``change`` says the changed hypothesis in words.
    """
    first = decide(stated)
    if first.verdict is not Verdict.REFUTED:
        return first
    second = decide(changed)
    reason = f"as written: {first.reason}"
    witness = {f"as written, {key}": text for key, text in (first.witness or {}).items()}
    if second.verdict is Verdict.CONFIRMED:
        return Outcome(
            Verdict.QUALIFIED,
            weakest([first.tier, second.tier]),
            f"{reason}. Changed ({change}): {second.reason}",
            witness=witness,
            value=first.value,
            value_bounds=first.value_bounds,
            qualification=change,
            instances=(changed,),
            routes=tuple(dict.fromkeys((*first.routes, *second.routes))),
        )
    if second.verdict is Verdict.REFUTED:
        witness |= {f"changed, {key}": text for key, text in (second.witness or {}).items()}
        tier = weakest([first.tier, second.tier])
        return Outcome(
            Verdict.REFUTED, tier, f"{reason}. Also false: {second.reason}", witness=witness
        )
    return Outcome(Verdict.UNDECIDED, Tier.NONE, f"{reason}. Open: {second.reason}")


@check("press.forward_steps")
def forward_steps(*, layers: int, steps: int, noise: bool = False) -> Outcome:
    """The forward pass of so many layers equals so many steps of preconditioned gradient descent.

    Run exactly on one data set with a non-symmetric preconditioner, by the recursion on Z and by
    gradient steps; one data set can refute, it does not prove.
    """
    from symbolic.forward import descend, forward_pass

    v = [[Fraction(1, 2), Fraction(-1, 4)], [Fraction(1, 3), Fraction(1, 5)]]
    labels = [sum((w * x for w, x in zip(_WEIGHT, column, strict=True)), Fraction(0))
              for column in zip(*_X, strict=True)]  # fmt: skip
    if noise:
        labels = [y + e for y, e in zip(labels, _NOISE, strict=True)]
    block = [[-v[j][i] for j in range(2)] for i in range(2)]
    passed = -forward_pass(_X, labels, _QUERY, block, layers)
    weight = descend(_X, labels, v, steps)
    stepped = sum((w * q for w, q in zip(weight, _QUERY, strict=True)), Fraction(0))
    right = descend(_X, labels, v, layers)
    true = sum((w * q for w, q in zip(right, _QUERY, strict=True)), Fraction(0))
    labelled = "noisy" if noise else "noise-free"
    found = f"on {labelled} labels {layers} layers predict {passed}, {steps} steps give {stepped}"
    witness = {
        f"prediction of {layers} layers": str(passed),
        f"prediction after {steps} steps": str(stepped),
        f"prediction after {layers} steps": str(true),
    }
    if passed == stepped:
        return Outcome(
            Verdict.UNDECIDED, Tier.NONE, f"{found}: they agree here, which proves nothing general"
        )
    if passed != true:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"{found}, {layers} steps {true}",
                       witness=witness)  # fmt: skip
    return Outcome(
        Verdict.QUALIFIED,
        Tier.EXACT,
        f"{found}; with {layers} steps, one for each layer, the two agree",
        witness=witness,
        qualification="one gradient step for each layer, not one for the whole pass",
        instances=(found,),
    )


@check("press.noise_breaks_reduction")
def noise_breaks_reduction(*, layers: int, block: str = "-VT") -> Outcome:
    """With noisy labels the forward pass is no longer gradient descent on the same data.

    ``block`` is the upper left block of Q: "-VT" is the model; another one must not pass for it.
    """
    from symbolic.forward import descend, forward_pass

    v = [[Fraction(1, 2), Fraction(-1, 4)], [Fraction(1, 3), Fraction(1, 5)]]
    labels = [sum((w * x for w, x in zip(_WEIGHT, column, strict=True)), Fraction(0)) + e
              for column, e in zip(zip(*_X, strict=True), _NOISE, strict=True)]  # fmt: skip
    if block not in ("-VT", "-V"):
        raise ValueError(f'the block is "-VT" or "-V", not {block!r}')
    inner = [[-(v[j][i] if block == "-VT" else v[i][j]) for j in range(2)] for i in range(2)]
    passed = -forward_pass(_X, labels, _QUERY, inner, layers)
    weight = descend(_X, labels, v, layers)
    stepped = sum((w * q for w, q in zip(weight, _QUERY, strict=True)), Fraction(0))
    if passed != stepped:
        return Outcome(
            Verdict.UNDECIDED,
            Tier.NONE,
            f"the pass predicts {passed}, {layers} steps give {stepped}: another model",
        )
    return Outcome(
        Verdict.REFUTED,
        Tier.EXACT,
        f"with noisy labels {layers} layers and {layers} gradient steps both predict {passed}: the "
        "reduction holds for any labels; only the loss gains a term from the noise",
        witness={"prediction of the pass": str(passed), "prediction of the steps": str(stepped)},
    )


@check("press.tied_weights")
def tied_weights(*, meaning: str) -> Outcome:
    """Weight tying makes equal: "all" matrices of the model, or the same one in every "layer"."""
    if meaning not in ("all", "layer"):
        raise ValueError(f'the meaning is "all" or "layer", not {meaning!r}')
    d = len(_QUERY)
    p = [[Fraction(int(i == j == d)) for j in range(d + 1)] for i in range(d + 1)]
    v = [[Fraction(1, 2), Fraction(-1, 4)], [Fraction(1, 3), Fraction(1, 5)]]
    q = [[*(-v[j][i] for j in range(d)), Fraction(0)] for i in range(d)]
    q.append([Fraction(0)] * (d + 1))
    corner = f"P has {p[d][d]} in its last corner, Q has {q[d][d]}"
    if meaning == "layer":
        return Outcome(
            Verdict.UNDECIDED, Tier.NONE, "the same P and Q in every layer: true by definition"
        )
    return Outcome(
        Verdict.QUALIFIED,
        Tier.EXACT,
        f"within a layer the two weight matrices differ whatever V is: {corner}; what is equal is "
        "the pair (P, Q) in all layers",
        witness={"last entry of P": str(p[d][d]), "last entry of Q": str(q[d][d])},
        qualification="equal across layers, not equal within a layer",
        instances=(corner,),
    )


@check("press.sparse_attention")
def sparse_attention(*, sparse: str) -> Outcome:
    """What is sparse in the model: its "attention" scores, or its "weights"?"""
    if sparse not in ("attention", "weights"):
        raise ValueError(f'what is sparse is "attention" or "weights", not {sparse!r}')
    v = [[Fraction(1, 2), Fraction(-1, 4)], [Fraction(1, 3), Fraction(1, 5)]]
    columns = [*zip(*_X, strict=True), _QUERY]
    scores = [
        -sum((x[i] * v[j][i] * y[j] for i in range(2) for j in range(2)), Fraction(0))
        for x in columns
        for y in columns
    ]
    zeros = scores.count(Fraction(0))
    size = (len(_QUERY) + 1) ** 2
    if sparse == "weights":
        return Outcome(
            Verdict.UNDECIDED,
            Tier.NONE,
            f"by definition P has one entry of {size} that is not 0, and Q leaves out 5 of {size}",
        )
    if zeros:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, f"{zeros} of {len(scores)} scores are 0")
    return Outcome(
        Verdict.QUALIFIED,
        Tier.EXACT,
        f"with the sparse weights none of the {len(scores)} attention scores of an example is 0: "
        "every position attends to every position",
        witness={"scores": ", ".join(map(str, scores))},
        qualification="sparse are the weight matrices P and Q, not the attention",
        instances=("three examples in two dimensions, one query",),
    )


@check("press.minimisers_by_rotation")
def minimisers_by_rotation(*, relation: str) -> Outcome:
    """aI + bJ and aI - bJ, b > 0, are carried into each other by a "rotation" or "transposition".

    Every rotation of the plane is (1 - s^2, -2s; 2s, 1 - s^2)/(1 + s^2) or -I; it commutes with J.
    """
    if relation not in ("rotation", "transposition"):
        raise ValueError(f'the relation is "rotation" or "transposition", not {relation!r}')
    a, b = Fraction(3, 4), Fraction(1, 4)
    plus = ((a, -b), (b, a))
    if relation == "transposition":
        return Outcome(
            Verdict.UNDECIDED,
            Tier.NONE,
            "the transpose of aI + bJ is aI - bJ: a remark, not tested",
        )
    for s in (Fraction(0), Fraction(1, 2), Fraction(1), Fraction(-3)):
        c, z = (1 - s * s) / (1 + s * s), 2 * s / (1 + s * s)
        turn = ((c, -z), (z, c))
        turned = _times(_times(turn, plus), tuple(zip(*turn, strict=True)))
        if turned != plus:
            raise AssertionError("a rotation of the plane must commute with J")
    return Outcome(
        Verdict.REFUTED,
        Tier.EXACT,
        "a rotation O of the plane commutes with J, so O(aI + bJ)O^T = aI + bJ: no rotated basis "
        "turns one minimiser into the other; transposition (or a reflection) does, and there are "
        "two, not a family",
        witness={
            "minimiser": f"{a} I + {b} J",
            "turned by any rotation": f"{a} I + {b} J",
            "its transpose": f"{a} I - {b} J",
        },
    )


def _times(left: tuple, right: tuple) -> tuple:
    columns = tuple(zip(*right, strict=True))
    return tuple(
        tuple(
            sum((x * y for x, y in zip(row, column, strict=True)), Fraction(0))
            for column in columns
        )
        for row in left
    )


@check("press.exponential_decay")
def exponential_decay(*, sign: str, estimator: str = "unbiased") -> Outcome:
    """Collapse shows as exponential decay: false for n_t = t; for constant n the rate is ``sign`` 0.

    For constant n the almost-sure rate of log Sigma_t is compared with 0; for n_t = t the typical
    Sigma_t falls like a power of t, so that -log Sigma_t / t tends to 0.
    """
    from symbolic.gaussian import linear_power_law

    if sign not in ("<", ">", "=="):
        raise ValueError(f"the sign is <, > or ==, not {sign!r}")
    power = linear_power_law(1, estimator)["typical"]
    constant = decide(f'gauss.log_rate(10, "{estimator}") {sign} 0')
    linear = f"with n_t = t the variance collapses like t^({power}), a power and not an exponential"
    witness = {"schedule": "n_t = t", "typical variance": f"t^({power})"}
    if constant.verdict is Verdict.REFUTED:
        witness |= constant.witness or {}
        reason = f"{linear}. With constant n: {constant.reason}"
        return Outcome(Verdict.REFUTED, constant.tier, reason, witness=witness)
    return Outcome(
        Verdict.QUALIFIED,
        Tier.CERTIFIED,
        f"{linear}. With constant n: {constant.reason}",
        witness=witness,
        qualification="a constant number of samples in every generation",
        instances=("n = 10, constant",),
    )
