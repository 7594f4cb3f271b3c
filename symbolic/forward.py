r"""The forward pass of the weight-tied linear transformer, and what it computes.

Z_0 = [x_1 ... x_n x_q; y_1 ... y_n 0], Z_{l+1} = Z_l + (1/n) P Z_l M Z_l^T Q Z_l with
M = diag(I_n, 0), P = p diag(0_d, 1) and Q = [[B, 0], [0, 0]], p = 1 or -1.

*Lemma.*  The covariates never change, and the last row of Z_l is y - w_l^T [X x_q] with w_0 = 0 and
w_{l+1} = w_l - V grad R(w_l), R(u) = |X^T u - y|^2/(2n), where

    V = -p B^T.

Proof: with r_l = y - w_l^T X the last row of P Z M Z^T is p r_l [X^T ...], and only its first d
entries meet Q: the row gains (p/n) r_l X^T B [X x_q], and grad R(w_l) = -X r_l^T / n.
So B = -V^T is descent with preconditioner V, B = -V is descent with V^T, B = V and B = V^T (with
p = 1) are gradient *ascent* whenever V + V^T > 0.  The prediction is -[Z_L]_{d+1,n+1}; read
without the minus sign, even the descending convention predicts -<w_L, x_q>.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = [
    "CONVENTIONS",
    "Convention",
    "descend",
    "forward_pass",
    "nilpotent_witness",
    "output_is_function_of_power",
    "prediction_operator",
    "transposition_invariant",
]

Matrix = list[list[Fraction]]


@dataclass(frozen=True)
class Convention:
    """One way to print the layer: P = sign_p diag(0, 1), Q block = sign_q V or sign_q V^T."""

    name: str
    sign_p: int
    sign_q: int
    transposed: bool
    sign_output: int

    def block(self, v: Matrix) -> Matrix:
        """Return the d x d block of Q that this convention makes of V."""
        return [[self.sign_q * x for x in row] for row in (_transpose(v) if self.transposed else v)]

    def preconditioner(self, v: Matrix) -> Matrix:
        """Return the preconditioner of the gradient steps: -sign_p times the block, transposed."""
        return [[-self.sign_p * x for x in row] for row in _transpose(self.block(v))]

    @property
    def descends(self) -> bool:
        """Whether positive V gives descent (the sign of the preconditioner is that of V)."""
        return self.sign_p * self.sign_q == -1

    @property
    def predicts(self) -> bool:
        """Whether the printed output is the prediction <w_L, x_q> (and not its negative)."""
        return self.sign_output == -1


CONVENTIONS = (
    Convention("this project: Q = [[-V^T, 0], [0, 0]], output -Z", 1, -1, True, -1),
    Convention("sparse form Q = -[[A, 0], [0, 0]], output -Z", 1, -1, False, -1),
    Convention("as summarised: Z + (1/n) P Z M Z^T V Z, output -Z", 1, 1, False, -1),
    Convention("as summarised, output +Z", 1, 1, False, 1),
    Convention("P negated: Z - (1/n) P Z M Z^T V^T Z, output -Z", -1, 1, True, -1),
)
"""Sign conventions in circulation; ``descends`` and ``predicts`` are computed, not declared."""


def _transpose(m: Sequence[Sequence[Fraction]]) -> Matrix:
    return [list(column) for column in zip(*m, strict=True)]


def _product(a: Sequence[Sequence[Fraction]], b: Sequence[Sequence[Fraction]]) -> Matrix:
    columns = list(zip(*b, strict=True))
    return [
        [sum((x * y for x, y in zip(row, column, strict=True)), Fraction(0)) for column in columns]
        for row in a
    ]


def _exact(m: Sequence[Sequence[int | Fraction]]) -> Matrix:
    return [[Fraction(x) for x in row] for row in m]


def forward_pass(
    x: Sequence[Sequence[int | Fraction]],
    y: Sequence[int | Fraction],
    query: Sequence[int | Fraction],
    block: Sequence[Sequence[int | Fraction]],
    layers: int,
    sign_p: int = 1,
) -> Fraction:
    """Return [Z_L]_{d+1,n+1} by the literal recursion on (d+1) x (n+1) matrices.

    Args:
        x: the covariates, d rows of n entries.
        y: the n labels.
        query: the d entries of x_q.
        block: the upper left d x d block of Q.
        layers: L >= 0.
        sign_p: 1 or -1, P = sign_p diag(0_d, 1).

    >>> forward_pass([[2]], [3], [1], [[-1]], 1)
    Fraction(-6, 1)
    """
    d, n = len(x), len(y)
    z = [[Fraction(v) for v in (*row, q)] for row, q in zip(x, query, strict=True)]
    z.append([Fraction(v) for v in (*y, 0)])
    q_full = [[*(Fraction(v) for v in row), Fraction(0)] for row in block]
    q_full.append([Fraction(0)] * (d + 1))
    p_full = [[Fraction(sign_p if i == j == d else 0) for j in range(d + 1)] for i in range(d + 1)]
    mask = [[Fraction(int(i == j and i < n)) for j in range(n + 1)] for i in range(n + 1)]
    for _ in range(layers):
        left = _product(_product(_product(p_full, z), mask), _transpose(z))
        update = _product(_product(left, q_full), z)
        z = [[v + u / n for v, u in zip(*rows, strict=True)] for rows in zip(z, update, strict=True)]
    return z[d][n]


def descend(
    x: Sequence[Sequence[int | Fraction]],
    y: Sequence[int | Fraction],
    v: Sequence[Sequence[int | Fraction]],
    layers: int,
) -> list[Fraction]:
    """Return w_L of w <- w - V grad R(w), R(u) = |X^T u - y|^2/(2n), w_0 = 0.

    >>> descend([[2]], [3], [[1]], 1)
    [Fraction(6, 1)]
    """
    rows, n = _exact(x), len(y)
    w = [[Fraction(0)] for _ in rows]
    for _ in range(layers):
        residual = [[Fraction(label) - fit[0]] for label, fit in
                    zip(y, _product(_transpose(rows), w), strict=True)]
        step = _product(_exact(v), _product(rows, residual))
        w = [[a[0] + b[0] / n] for a, b in zip(w, step, strict=True)]
    return [a[0] for a in w]


def prediction_operator(
    v: Sequence[Sequence[int | Fraction]], s: Sequence[Sequence[int | Fraction]], layers: int
) -> Matrix:
    """Return I - (I - VS)^L: without noise w_L is this matrix times the true w.

    >>> prediction_operator([[1]], [[2]], 2)
    [[Fraction(0, 1)]]
    """
    d = len(v)
    one = [[Fraction(int(i == j)) for j in range(d)] for i in range(d)]
    vs = _product(_exact(v), _exact(s))
    step = [[a - b for a, b in zip(*rows, strict=True)] for rows in zip(one, vs, strict=True)]
    power = one
    for _ in range(layers):
        power = _product(power, step)
    return [[a - b for a, b in zip(*rows, strict=True)] for rows in zip(one, power, strict=True)]


def nilpotent_witness(d: int, layers: int) -> tuple[Matrix, Matrix]:
    """Return V, V' with V^L = V'^L whose outputs differ (at S = I), where such a pair exists.

    For d >= 2, L >= 2 a nilpotent V against 0: V^L = 0, yet I - (I - V)^L = L V.  For d = 1 and even
    L the numbers 1 and -1.

    Raises:
        ValueError: the output is a function of V^L (L = 1, or d = 1 and L odd).

    >>> nilpotent_witness(1, 2)
    ([[Fraction(1, 1)]], [[Fraction(-1, 1)]])
    """
    if output_is_function_of_power(d, layers):
        raise ValueError(f"for d = {d}, L = {layers} the output is a function of V^L")
    if d == 1:
        return [[Fraction(1)]], [[Fraction(-1)]]
    zero = [[Fraction(0)] * d for _ in range(d)]
    nilpotent = [row[:] for row in zero]
    nilpotent[0][1] = Fraction(1)
    return nilpotent, zero


def output_is_function_of_power(d: int, layers: int) -> bool:
    """Return whether V^L determines the output: iff L = 1, or d = 1 and L is odd.

    For d = 1, L odd, v -> v^L is injective on the reals; the function is then not differentiable at
    v^L = 0 when L >= 3, so that the output is not a *polynomial* in V^L for any L >= 2.

    >>> [output_is_function_of_power(1, 3), output_is_function_of_power(2, 3)]
    [True, False]
    """
    if d < 1 or layers < 1:
        raise ValueError(f"d and layers must be at least 1, got {d} and {layers}")
    return layers == 1 or (d == 1 and layers % 2 == 1)


def transposition_invariant(d: int, layers: int, n: int) -> bool:
    """Return whether f(V) = f(V^T) for all V: iff d <= 2 or L <= 2 or n = 1.

    d <= 2: V^T is orthogonally similar to V.  L <= 2: f is a sum of products of traces of words of
    length at most 4 in V and V^T, and such a word is, up to rotation, its own reversal.  n = 1:
    f(V) - f(V^T) = 2 E p(x^T A x)^2 |x|^2 x^T [A, K] x, odd in each eigen-coordinate of A.  Otherwise
    the degree-6 part contains the chiral word V V V^T V V^T V^T with a non-zero coefficient; see
    ``symbolic.chirality``.

    >>> transposition_invariant(3, 2, 5), transposition_invariant(3, 3, 2)
    (True, False)
    """
    if min(d, layers, n) < 1:
        raise ValueError("d, layers and n must be at least 1")
    return d <= 2 or layers <= 2 or n == 1
