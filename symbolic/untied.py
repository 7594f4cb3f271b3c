r"""Weights that differ between layers: E ||(I - V_L S) ... (I - V_1 S)||_F^2 for L <= 2.

*L = 1*: convex, hence by averaging over O(d) the optimum is n/(n+d+1) I; loss d (d+1)/(n+d+1).

*L = 2, scalar pairs.*  (1 - v_2 s)(1 - v_1 s) = 1 - e_1 s + e_2 s^2, and the loss is a convex quadratic
in (e_1, e_2).  The best p = 1 - e_1 s + e_2 s^2 is orthogonal to s, s^2 under E tr: it is the second
orthogonal polynomial of the measure s d mu (mu the mean spectral measure), so its roots are real,
positive and distinct.  v_1 != v_2 are their reciprocals: the untied optimum is strictly better than
any tied scalar matrix.

*Lower bound for all pairs.*  (V_1, V_2) enters through I - BS + T(S) S with T: S -> V_2 S V_1 linear.  Over
all (B, T) the loss is convex and O(d)-invariant, so equivariant (B, T) = (beta I, tau S + ups tr(S) I)
are optimal there: a linear system gives the bound.  When d = 1 or n = 1, or one weight is known to
be scalar, it is attained by a scalar pair:

* d = 1: every pair is scalar.
* n = 1, S = x x^T, x = r u: the norm is at least d - 1 plus (1 - r^2 u^T V_2 u)^2 (1 - r^2 u^T V_1 u)^2, and
  the two numbers depend on u alone, while r is independent of u: no better than a scalar pair.

*Large n.*  With V_i = I + M_i/sqrt(n) the limit of n^2 times the loss is
Psi = E tr G^4 + (d+1)(||M_1||^2 + ||M_2||^2) + 2(d+2) tr M_2 M_1 + 2 tr M_1 tr M_2 + ||M_2 M_1||^2, and with the
singular values nu of M_2 M_1: 2 tr M_1 tr M_2 >= -d(||M_1||^2 + ||M_2||^2),
||M_1||^2 + ||M_2||^2 >= 2 sum nu, tr M_2 M_1 >= -sum nu, so
Psi - E tr G^4 >= sum (nu^2 - 2(d+1) nu) >= -d (d+1)^2, with equality exactly at M_1 = -M_2 = +-sqrt(d+1) I.
That minimum is isolated up to exchange, so by O(d)-invariance, for all n large enough, the optimum
over all pairs is a scalar pair, symmetric, and better than the tied (skew) one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import Ordering, fmpq, fmpq_mat, fmpq_mpoly_ctx, fmpz_poly

from symbolic.critical_points import clear_denominators, real_points
from symbolic.entry_moments import expect_wishart
from symbolic.values import Algebraic, Bounded
from symbolic.wishart import wishart_moment

__all__ = [
    "untied_limit_loss",
    "untied_loss",
    "untied_lower_bound",
    "untied_pair_loss",
    "untied_scalar_loss",
    "untied_scalar_pair",
]


def _mean(parts: Sequence[int], d: int, n: int) -> Fraction:
    return Fraction(wishart_moment(list(parts), d, n), n ** sum(parts))


def _checked(d: int, layers: int, n: int) -> None:
    for name, value in (("d", d), ("layers", layers), ("n", n)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be an integer >= 1, got {value!r}")


def _least(d: int, gram: list[list[Fraction]], linear: list[Fraction]) -> tuple[Fraction, ...]:
    """Return (min, coefficients) of d - 2 c.linear + c.gram.c (gram positive definite)."""
    size = len(linear)
    matrix = fmpq_mat(size, size, [fmpq(x.numerator, x.denominator) for row in gram for x in row])
    right = fmpq_mat(size, 1, [fmpq(x.numerator, x.denominator) for x in linear])
    solution = matrix.solve(right)
    best = [Fraction(int(solution[i, 0].p), int(solution[i, 0].q)) for i in range(size)]
    return (d - sum((x * y for x, y in zip(best, linear, strict=True)), Fraction(0)), *best)


def _scalar_optimum(d: int, n: int) -> tuple[Fraction, ...]:
    """Return (loss, e_1, e_2) of the best 1 - e_1 s + e_2 s^2."""
    m = [_mean([k], d, n) for k in range(5)]
    gram = [[m[2], m[3]], [m[3], m[4]]]
    loss, first, second = _least(d, gram, [m[1], m[2]])
    return loss, first, -second


def untied_scalar_loss(d: int, n: int) -> Fraction:
    """Return the least E ||(I - v_2 S)(I - v_1 S)||^2 over real v_1, v_2.

    >>> untied_scalar_loss(2, 1), untied_scalar_loss(1, 1)
    (Fraction(4, 3), Fraction(8, 15))
    """
    _checked(d, 2, n)
    return _scalar_optimum(d, n)[0]


def untied_scalar_pair(d: int, n: int) -> tuple[Fraction | Algebraic, ...]:
    """Return the two scalars v_1 < v_2 of the best scalar pair: roots of v^2 - e_1 v + e_2.

    >>> [v.compare(Fraction(1, 4)) for v in untied_scalar_pair(2, 1)]
    [-1, 1]
    """
    _checked(d, 2, n)
    _, first, second = _scalar_optimum(d, n)
    return tuple(real_points(clear_denominators([second, -first, 1])))


def untied_lower_bound(d: int, n: int) -> Fraction:
    """Return a proved lower bound over all real d x d pairs: the best I - bS + tS^2 + u tr(S) S.

    >>> untied_lower_bound(2, 4) <= untied_scalar_loss(2, 4)
    True
    """
    _checked(d, 2, n)
    if d == 1:
        return untied_scalar_loss(d, n)
    # Basis S, S^2, tr(S) S; S^2 = tr(S) S when n = 1.
    words = [(0, 1), (0, 2)] if n == 1 else [(0, 1), (0, 2), (1, 1)]
    gram = [[_mean([1] * (p + q) + [k + j], d, n) for q, j in words] for p, k in words]
    linear = [_mean([1] * p + [k], d, n) for p, k in words]
    return _least(d, gram, linear)[0]


def untied_loss(d: int, layers: int, n: int) -> Fraction | Bounded:
    """Return the least loss over all V_1, ..., V_L for L <= 2, with weights of their own per layer.

    Exact for L = 1, d = 1 and n = 1; otherwise the proved bounds, the upper one attained by
    the best scalar pair (which is the optimum for all n large enough).

    Raises:
        ValueError: layers > 2, or an argument is not a positive integer.

    >>> untied_loss(3, 1, 5), untied_loss(2, 2, 1)
    (Fraction(4, 3), Fraction(4, 3))
    """
    _checked(d, layers, n)
    if layers > 2:
        raise ValueError(f"weights of their own are treated for layers <= 2, got {layers}")
    if layers == 1:
        return Fraction(d * (d + 1), n + d + 1)
    upper = untied_scalar_loss(d, n)
    if d == 1 or n == 1:
        return upper
    reason = "attained by scalar pairs; optimal among all pairs for large n, here only bounded"
    return Bounded(untied_lower_bound(d, n), upper, reason)


def untied_limit_loss(d: int) -> int:
    """Return lim n^2 (least untied loss), L = 2: E tr G^4 - d(d+1)^2 = d(d^2 + 3d + 4).

    >>> untied_limit_loss(1), untied_limit_loss(2)
    (8, 28)
    """
    _checked(d, 2, 1)
    return int(fmpz_poly([0, 4, 3, 1])(d))


def untied_pair_loss(
    first: Sequence[Sequence[int | Fraction]], second: Sequence[Sequence[int | Fraction]], n: int
) -> Fraction:
    """Return E ||(I - V_2 S)(I - V_1 S)||_F^2 for explicit real matrices (d <= 3), by entry moments.

    >>> untied_pair_loss([[1]], [[0]], 2)
    Fraction(1, 1)
    """
    d = len(first)
    if not 1 <= d <= 3 or n < 1:
        raise ValueError(f"1 <= d <= 3 and n >= 1, got d = {d}, n = {n}")
    pairs = [(i, j) for i in range(d) for j in range(i, d)]
    ring = fmpq_mpoly_ctx.get(("n", *(f"w{i}{j}" for i, j in pairs)), Ordering.lex)
    w = dict(zip(pairs, ring.gens()[1:], strict=True))
    s = [[w[min(i, j), max(i, j)] / n for j in range(d)] for i in range(d)]
    total = [[ring.constant(int(i == j)) for j in range(d)] for i in range(d)]
    for weight in (first, second):
        v = [[fmpq(Fraction(x).numerator, Fraction(x).denominator) for x in row] for row in weight]
        vs = [[sum((v[i][k] * s[k][j] for k in range(d)), 0 * s[0][0]) for j in range(d)]
              for i in range(d)]
        total = [[total[i][j] - sum((vs[i][k] * total[k][j] for k in range(d)), 0 * s[0][0])
                  for j in range(d)] for i in range(d)]
    square = sum((x * x for row in total for x in row), ring.constant(0))
    mean = expect_wishart(square, {k + 1: pair for k, pair in enumerate(pairs)}, 0)
    value = mean(fmpq(n), *[fmpq(0)] * len(pairs))
    return Fraction(int(value.p), int(value.q))
