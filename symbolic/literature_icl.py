"""Exact checks of published statements that the in-context chapter builds on.

Each function evaluates a statement on exact data by its own derivation, and the derivation by a
second route; the verdict follows from these evaluations.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symbolic.forward import descend, forward_pass
from symbolic.gradient_flow import (
    bound_is_informative_from,
    dominance_ratio,
    flow_time_exponent,
    skew_gap,
)
from symbolic.literature_verdict import LiteratureVerdict, verdict_word
from symbolic.noise import scalar_noise_coefficients
from symbolic.one_layer import (
    is_one_layer_minimiser,
    misquoted_preconditioner,
    one_layer_loss,
    one_layer_optimum,
    relu_coefficient,
    relu_loss,
)
from symbolic.untied import untied_pair_loss
from symbolic.values import enclose

__all__ = [
    "ahn_diagonal_pair",
    "ahn_gradient_descent",
    "ahn_misquoted",
    "ahn_one_layer",
    "ahn_relu",
    "ahn_stationary_family",
    "gatmiry_bound",
    "gatmiry_dominance",
    "gatmiry_flow",
    "mahankali_rate",
    "oswald_one_step",
    "zhang_frei_bartlett_limit",
]


def _diagonal(values: Sequence[Fraction]) -> list[list[Fraction]]:
    return [[x if i == j else Fraction(0) for j in range(len(values))] for i, x in enumerate(values)]


_AHN = "arXiv:2306.00297"
_CASES: tuple[tuple[tuple[Fraction, ...], int], ...] = (
    ((Fraction(2),), 1),
    ((Fraction(1), Fraction(3)), 2),
    ((Fraction(1, 2), Fraction(1), Fraction(5)), 4),
)


def ahn_one_layer() -> LiteratureVerdict:
    """Ahn et al., Theorem 1: the global minimum of one layer with covariance Lambda."""
    ok = all(
        is_one_layer_minimiser(_diagonal(one_layer_optimum(spectrum, n)), spectrum, n)
        for spectrum, n in _CASES
    )
    return LiteratureVerdict(
        _AHN,
        "One layer, x ~ N(0, Lambda), w ~ N(0, I): up to scaling P = diag(0, 1) and Q = -V with "
        "eigenvalues 1/((n+1) lambda_i/n + tr Lambda/n) is a global minimiser.",
        verdict_word(ok, False),
        "The loss in V is a strictly convex quadratic with this minimiser; among dense weights the "
        "part of the prediction that is even in w only adds to the loss, and the odd part is of "
        "the sparse form.",
        ("L = 1", "no noise", "n >= 1", "Lambda positive definite"),
        {"spectrum 1, 3, n = 2": one_layer_optimum([1, 3], 2)},
    )


def ahn_misquoted() -> LiteratureVerdict:
    """A digest's form of that theorem, Q = (1/n)(Lambda + I/n)^-1."""
    matches = [
        _proportional(misquoted_preconditioner(spectrum, n), one_layer_optimum(spectrum, n))
        for spectrum, n in _CASES
    ]
    equal = all(
        misquoted_preconditioner(spectrum, n) == one_layer_optimum(spectrum, n)
        for spectrum, n in _CASES
    )
    spectrum, n = _CASES[1]
    wrong = one_layer_loss(_diagonal(misquoted_preconditioner(spectrum, n)), spectrum, n)
    right = one_layer_loss(_diagonal(one_layer_optimum(spectrum, n)), spectrum, n)
    return LiteratureVerdict(
        _AHN + " as misquoted",
        "The optimum of one layer is (1/n)(Lambda + I/n)^-1.",
        verdict_word(equal and wrong == right, False),
        "The trace of Lambda is missing and the factor 1/n has no place; the form is not even "
        "proportional to the optimum unless Lambda is a multiple of I or tr Lambda = (n+1)/n.",
        (),
        {"loss": (wrong, right), "proportional": matches},
    )


def _proportional(a: Sequence[Fraction], b: Sequence[Fraction]) -> bool:
    return all(x * b[0] == y * a[0] for x, y in zip(a, b, strict=True))


_X = [[1, 2, -1], [0, 1, 3]]
_Y = [2, -1, 1]
_QUERY = [1, 1]  # not parallel to X y: there V and its transpose predict the same
_SKEWED = [[Fraction(1, 2), Fraction(1, 3)], [Fraction(-1, 5), Fraction(1, 4)]]


def _minus(m: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
    return [[-x for x in row] for row in m]


def _passes(v: list[list[Fraction]], block: list[list[Fraction]], layers: int) -> bool:
    w = descend(_X, _Y, v, layers)
    predicted = sum((a * b for a, b in zip(w, _QUERY, strict=True)), Fraction(0))
    return forward_pass(_X, _Y, _QUERY, block, layers) == -predicted


def ahn_gradient_descent() -> LiteratureVerdict:
    """Ahn et al., Lemma 1: the sparse form is preconditioned gradient descent with A_l."""
    transpose = [list(column) for column in zip(*_SKEWED, strict=True)]
    symmetric = [[Fraction(1, 2), Fraction(1, 3)], [Fraction(1, 3), Fraction(1, 4)]]
    literal = all(_passes(_SKEWED, _minus(_SKEWED), layers) for layers in (1, 2, 3))
    for_symmetric = all(_passes(symmetric, _minus(symmetric), layers) for layers in (1, 2, 3))
    transposed = all(_passes(_SKEWED, _minus(transpose), layers) for layers in (1, 2, 3))
    return LiteratureVerdict(
        _AHN,
        "With Q = -[[A, 0], [0, 0]] layer l is one step of gradient descent with preconditioner A.",
        verdict_word(literal, for_symmetric and transposed),
        "The preconditioner is the transpose of A: invisible for symmetric A, and it flips the "
        "skew part otherwise.",
        ("A symmetric, or A^T for A",),
        {"A": _SKEWED, "literal": literal, "transposed": transposed},
    )


def ahn_diagonal_pair() -> LiteratureVerdict:
    """Ahn et al., Theorem 2: for two symmetric layers some diagonal pair is a global minimiser."""
    first = [[Fraction(1, 2), Fraction(0)], [Fraction(0), Fraction(1, 3)]]
    second = [[Fraction(2, 5), Fraction(1, 7)], [Fraction(-1, 3), Fraction(3, 4)]]
    flipped = [[second[0][0], -second[0][1]], [-second[1][0], second[1][1]]]
    diagonal = _diagonal([second[0][0], second[1][1]])
    ok = all(
        untied_pair_loss(first, second, n) == untied_pair_loss(first, flipped, n)
        > untied_pair_loss(first, diagonal, n)
        for n in (1, 2, 5)
    )
    return LiteratureVerdict(
        _AHN,
        "Two layers, A_1 and A_2 symmetric, x isotropic (or w ~ N(0, Lambda^-1)): some diagonal pair "
        "is a global minimiser.",
        verdict_word(ok, False),
        "Rotate A_1 to diagonal form; the loss is then convex in A_2 and invariant under sign flips "
        "of coordinates, so averaging over them replaces A_2 by its diagonal at no cost.",
        ("A_1 symmetric (A_2 may be any matrix)", "the loss is O(d)-invariant"),
        {"n = 2": (untied_pair_loss(first, second, 2), untied_pair_loss(first, diagonal, 2))},
    )


def ahn_stationary_family() -> LiteratureVerdict:
    """Ahn et al., Theorem 3: A_i = a_i Lambda^-1 contains points of arbitrarily small gradient."""
    step = Fraction(1, 10)
    pairs = (([[0, 1], [0, 0]]), ([[0, 0], [1, 0]]), ([[1, 0], [0, -1]]))
    one, two = _diagonal([Fraction(1, 2)] * 2), _diagonal([Fraction(2, 3)] * 2)
    even = True
    for direction in pairs:
        for slot in (0, 1):
            sides = []
            for sign in (1, -1):
                moved = [[x + sign * step * h for x, h in zip(*rows, strict=True)]
                         for rows in zip((one, two)[slot], direction, strict=True)]
                chosen = (moved, two) if slot == 0 else (one, moved)
                sides.append(untied_pair_loss(*chosen, 3))
            even = even and sides[0] == sides[1]
    return LiteratureVerdict(
        _AHN,
        "L layers, x ~ N(0, Lambda), w ~ N(0, Lambda^-1): the family A_i = a_i Lambda^-1 contains points of "
        "arbitrarily small gradient.",
        verdict_word(even, False),
        "The problem is O(d)-equivariant, so the gradient at scalar matrices is scalar, and the "
        "loss restricted to them is a non-negative polynomial: a minimising sequence has gradients "
        "that tend to 0.  Nothing is said about minimality: with tied weights such a point is a "
        "saddle from the critical context on.",
        ("w ~ N(0, Lambda^-1)",),
        {"even in every non-scalar direction": even},
    )


def ahn_relu() -> LiteratureVerdict:
    """Ahn et al., Theorem 5: the coefficient 1/((n-1)/(2n) + (d+2)/n) of one ReLU layer."""
    ok = True
    for d, n in ((1, 1), (2, 3), (5, 8)):
        best = relu_coefficient(d, n)
        stated = 1 / (Fraction(n - 1, 2 * n) + Fraction(d + 2, n))
        sides = [relu_loss(best + h, d, n) for h in (Fraction(1, 7), -Fraction(1, 7))]
        ok = ok and best == stated and sides[0] == sides[1] > relu_loss(best, d, n)
    return LiteratureVerdict(
        _AHN,
        "One layer with ReLU attention, isotropic: the optimum is the multiple "
        "1/((n-1)/(2n) + (d+2)/n) of I.",
        verdict_word(ok, False),
        "The loss depends on v = A x_q as |q|^2 - <q, v> + c|v|^2, minimised for each q separately.",
        ("sparse form", "x and w standard normal", "no noise"),
        {"d = 2, n = 3": relu_coefficient(2, 3)},
    )


def zhang_frei_bartlett_limit() -> LiteratureVerdict:
    """Zhang, Frei, Bartlett, Theorem 4.1: the limit of gradient flow is Gamma^-1."""
    same = all(
        one_layer_optimum(spectrum, n)
        == [1 / ((1 + Fraction(1, n)) * x + Fraction(sum(spectrum)) / n) for x in spectrum]
        and is_one_layer_minimiser(_diagonal(one_layer_optimum(spectrum, n)), spectrum, n)
        for spectrum, n in _CASES
    )
    return LiteratureVerdict(
        "arXiv:2306.09927",
        "Gradient flow from small initialisation on one linear attention layer converges to the "
        "preconditioner Gamma^-1, Gamma = (1 + 1/N) Lambda + tr(Lambda)/N I.",
        verdict_word(False, same),
        "Gamma^-1 is the unique global minimiser of the one-layer loss, and gradient flow on V, a "
        "strictly convex quadratic, converges to it from every start; convergence in the "
        "factorised parameters (two matrices multiplied) is not derived here.",
        ("gradient flow on the product V, or the paper's own convergence theorem",),
        {"spectrum 1, 3, N = 2": one_layer_optimum([1, 3], 2)},
    )


def mahankali_rate() -> LiteratureVerdict:
    """Mahankali et al., Theorem 1: one step at rate E[w_ridge^T X^T y] / E[y^T X X^T y]."""
    ok = True
    for d, n, noise in ((1, 1, Fraction(2)), (3, 4, Fraction(1, 2)), (2, 9, Fraction(5))):
        # E[w_ridge^T X y] = E[w^T X y] = E tr W = n d (tower property, ridge = posterior mean);
        # E |X y|^2 = E tr W^2 + noise E tr W = n d (n + d + 1 + noise).
        rate = Fraction(n * d) / (n * d * (n + d + 1 + noise))
        _, linear, square = scalar_noise_coefficients(d, 1, n, noise)
        ok = ok and -linear / (2 * square) == n * rate == one_layer_optimum([1] * d, n, noise)[0]
    return LiteratureVerdict(
        "arXiv:2307.03576",
        "Isotropic Gaussians with label noise: the global minimiser of one linear attention layer "
        "is one gradient step of rate E[w_ridge^T X^T y]/E[y^T X X^T y].",
        verdict_word(ok, False),
        "The rate is 1/(n + d + 1 + noise), for the sum of squares; it is the best scalar V over n, "
        "and V is scalar because the loss is convex and O(d)-invariant.",
        ("ridge with penalty equal to the noise variance (posterior mean)", "w ~ N(0, I)"),
        {"rate at d = 3, n = 4, noise 1/2": Fraction(2, 17)},
    )


def oswald_one_step() -> LiteratureVerdict:
    """Von Oswald et al., Proposition 1: explicit weights make one layer one gradient step."""
    rate = Fraction(3, 7)
    weights = _diagonal([-rate, -rate])
    ok = _passes(_diagonal([rate, rate]), weights, 1)
    iterated = all(_passes(_diagonal([rate, rate]), weights, layers) for layers in (2, 4))
    return LiteratureVerdict(
        "arXiv:2212.07677",
        "There are weights for which one linear attention head acts as one gradient step.",
        verdict_word(ok and iterated, False),
        "P = diag(0, 1) and Q = -eta I do it, exactly, for every context; with tied weights L layers "
        "are L steps.",
        ("the query's label slot starts at 0 and the prediction is its negative",),
        {"eta": rate},
    )


_GATMIRY = "arXiv:2410.08292"


def gatmiry_bound() -> LiteratureVerdict:
    """Gatmiry et al., Theorem 3.2: (1-c) Lambda^-1 <= A <= (1+c) Lambda^-1 at every global minimiser."""
    start = bound_is_informative_from(2, 2)
    skew = enclose(skew_gap(start), 256) > 0
    return LiteratureVerdict(
        _GATMIRY,
        "Every global minimiser of the looped model has (1-c) Lambda^-1 <= A <= (1+c) Lambda^-1 with "
        "c = 8 delta d^(1/(2L)), delta = (8Ld/sqrt n)^(1/(2L)).",
        verdict_word(not skew, skew),
        "c < 1 needs n > 64^(2L+1) L^2 d^4.  There, for d = L = 2, every global minimiser has a skew "
        "part, so the order can only be meant for the symmetric part of A (as quadratic forms); "
        "that reading is compatible: both sqrt(n)(A - I) and the skew part stay bounded.",
        ("the inequality read for the quadratic form of A", "n > 64^(2L+1) L^2 d^4 to say something"),
        {"first informative n at d = L = 2": start, "every global minimiser is skew there": skew},
    )


def gatmiry_flow() -> LiteratureVerdict:
    """Gatmiry et al., Theorem 3.3: gradient flow reaches loss xi in time of order xi^(-(L-1)/(2L-1))."""
    exponents = {layers: flow_time_exponent(layers) for layers in (2, 3, 5)}
    stated = all(exponents[k] == Fraction(k - 1, 2 * k - 1) for k in exponents)
    trapped = enclose(skew_gap(15), 256) > 0
    return LiteratureVerdict(
        _GATMIRY,
        "Gradient flow with Lambda = I reaches loss xi in time of order xi^(-(L-1)/(2L-1)).",
        verdict_word(stated and not trapped, not stated or trapped),
        "With infinite context the flow from a scalar start takes time of exact order "
        "xi^(-(L-1)/L), which is also what the gradient bound of the same paper gives.  With finite "
        "n no loss below the best scalar one is ever reached from a scalar start: the flow stays "
        "scalar by O(d)-equivariance, and from the critical context on its limit is a saddle.",
        ("exponent (L-1)/L", "xi above the best scalar loss, n fixed"),
        {"exponents": exponents, "best scalar loss exceeds the least loss at n = 15": trapped},
    )


def gatmiry_dominance() -> LiteratureVerdict:
    """Gatmiry et al., Theorem 3.4: |grad|^2 >= (1/16) loss^((2L-1)/L) while the loss is not tiny."""
    small, large = dominance_ratio(2, 2), dominance_ratio(2, 10**6)
    return LiteratureVerdict(
        _GATMIRY,
        "|grad_A|^2 >= (1/16) loss^((2L-1)/L) while the loss is not tiny.",
        verdict_word(small >= 1 and large >= 1, small >= 1),
        "At the best scalar matrix the gradient vanishes and the loss does not, so the loss "
        "excluded as tiny must include the best scalar one, n^-L E tr G^(2L) for large n.  With "
        "infinite context the bound holds on scalar matrices iff d^(L-1) <= (64 L^2)^L.",
        ("loss above the best scalar loss by a margin", "d^(L-1) <= (64 L^2)^L on scalar matrices"),
        {"(ratio^L) at L = 2": {2: small, 10**6: large}},
    )
