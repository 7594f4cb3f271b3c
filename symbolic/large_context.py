r"""The limit n -> oo: why the minimiser is skew, by how much, and how it scales.

With V = I + M/sqrt(n) and S = I + G/sqrt(n), the matrix G tends to the Gaussian orthogonal
ensemble (variance 2 on the diagonal, 1 off it) and n^L f(V) tends to

    Phi(M) = E ||(G + M)^L||_F^2,

coefficient by coefficient, since both are polynomials.

*The best symmetric matrix is scalar (every d, L, n >= 1).*  For symmetric A the eigenvalues of
I - AS are those of I - S^(1/2) A S^(1/2), so ||(I-AS)^L||_F^2 >= tr (I - S^(1/2) A S^(1/2))^(2L)
(Schur), which is convex in A and, in expectation, invariant under O(d).  Averaging over O(d) gives
f(A) >= f((tr A / d) I).  In the limit likewise Phi(A) >= Phi(0).

*The skew second variation.*  For skew K the coefficient of e^2 in Phi(eK) is
sum_{i != j} K_ij^2 C(x_i, x_j), x the eigenvalues of G, with
C(x, y) = 2 ((x^L - y^L)/(x-y))^2 - L (x^(2L-1) - y^(2L-1))/(x-y).  Its mean is a positive multiple
of ``skew_instability(L)``, a polynomial in d.  Where that is negative, some K has
Phi(K) < Phi(0), and hence every global minimiser of f is skew for all n large enough.

*d = 2, every L.*  With s = (x+y)/2, t = (x-y)/2 the coefficient of s^(2L-2-2q) t^(2q) in C is
binom(2L, 2q+2) + (-1)^q binom(L, q+1) - L binom(2L-1, 2q+1): L for q = 0 and negative for q >= 1.
s ~ N(0, 1) and t^2 (mean 2, exponential) are independent, and the terms q = 0, 1 alone have a
negative sum for L >= 2.

*L = 2, every d.*  Phi(A+K) - Phi(0) = (4d+6)||A||^2 + 2 (tr A)^2 - 2||K||^2 + ||(A+K)^2||^2, and with
N = -K^2 this is at least 4(d+1) tr A^2 + ||N - A^2 - I||^2 - d.  N has even rank, so the minimum is
-2 floor(d/2), exactly at A = 0 and K a complex structure on 2 floor(d/2) dimensions.

*With noise s, L = 2.*  QSQ^T = (I - Y^2) S^-1 (I - Y^2)^T with Y = I - VS, so n^2 times the loss tends, up to a
constant, to Phi(M) - 2 s tr M^2: the skew coefficient becomes -2(1 - s), the symmetric one stays positive
for s <= 2d + 3.  For s < 1 every global minimiser is skew for all n large enough, in every d >= 2.

*With noise, L >= 3.*  The noise term forces (I - V)^L = c I with c ~ noise/n.  The fluctuation of
(I - VS)^L about it has first order L^2 |c|^((2L-2)/L) / n times the mean of sum |G_jk|^2 over the
pairs j, k of equal eigenvalues of the root.  Distinct complex L-th roots of unity (a skew V) have
strictly fewer equal pairs than the real ones: so for every noise > 0 every global minimiser is skew
for all n large enough (``root_fluctuation`` has the counts).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb

from flint import Ordering, fmpq_poly, fmpz_mpoly, fmpz_mpoly_ctx, fmpz_poly

from symbolic.critical_points import clear_denominators, real_points, smallest_at
from symbolic.values import Algebraic

__all__ = [
    "goe_moment",
    "limit_gain_two_layers",
    "limit_loss_plane",
    "limit_loss_two_layers",
    "limit_skew_plane",
    "pair_coefficients",
    "root_fluctuation",
    "skew_instability",
    "symmetric_limit_loss",
]

_D = fmpz_poly([0, 1])


@cache
def goe_moment(parts: tuple[int, ...]) -> fmpz_poly:
    """Return E prod tr G^k over ``parts`` for the GOE (variances 2 and 1), a polynomial in d.

    Integration by parts: E[p_k p_mu] = sum_{s=0}^{k-2} E[p_s p_{k-2-s} p_mu] + (k-1) E[p_{k-2} p_mu]
    + sum_j 2 mu_j E[p_{k+mu_j-2} p_{mu minus mu_j}].

    >>> goe_moment((2,)), goe_moment((4,)), goe_moment((1, 1))
    (x^2 + x, 2*x^3 + 5*x^2 + 5*x, 2*x)
    """
    if any(isinstance(k, bool) or not isinstance(k, int) or k < 0 for k in parts):
        raise ValueError(f"the powers must be integers >= 0, got {parts}")
    powers = tuple(sorted(parts, reverse=True))
    if not powers:
        return fmpz_poly([1])
    top, rest = powers[0], powers[1:]
    if top == 0:
        return _D ** len(powers)
    total = fmpz_poly([0])
    for s in range(top - 1):
        total += goe_moment(_canonical((s, top - 2 - s, *rest)))
    if top >= 2:
        total += (top - 1) * goe_moment(_canonical((top - 2, *rest)))
    for j, part in enumerate(rest):
        if part:
            others = rest[:j] + rest[j + 1 :]
            total += 2 * part * goe_moment(_canonical((top + part - 2, *others)))
    return total


def _canonical(parts: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(parts, reverse=True))


def _checked(layers: int, least: int = 1) -> None:
    if isinstance(layers, bool) or not isinstance(layers, int) or not least <= layers <= 16:
        raise ValueError(f"the number of layers must be an integer in {least}..16, got {layers!r}")


def symmetric_limit_loss(layers: int) -> fmpz_poly:
    """Return Phi(0) = E tr G^(2L), the limit of n^L times the best symmetric loss, in d.

    >>> symmetric_limit_loss(2)
    2*x^3 + 5*x^2 + 5*x
    """
    _checked(layers)
    return goe_moment((2 * layers,))


@cache
def skew_instability(layers: int) -> fmpz_poly:
    """Return E sum_{i != j} C(x_i, x_j) as a polynomial in d; negative means unstable to skew.

    C(x, y) = sum_k (2 min(k+1, 2L-1-k) - L) x^k y^(2L-2-k).

    >>> skew_instability(1), skew_instability(2)
    (x^2 + (-1)*x, (-2)*x^2 + 2*x)
    """
    _checked(layers)
    top = 2 * layers - 2
    total = fmpz_poly([0])
    for k in range(top + 1):
        weight = 2 * min(k + 1, top + 1 - k) - layers
        total += weight * (goe_moment(_canonical((k, top - k))) - goe_moment((top,)))
    return total


def pair_coefficients(layers: int) -> list[int]:
    """Return the coefficients of s^(2L-2-2q) t^(2q), q = 0..L-1, in C(s+t, s-t).

    >>> pair_coefficients(2), pair_coefficients(3)
    ([2, -2], [3, -18, -1])
    """
    _checked(layers)
    return [
        comb(2 * layers, 2 * q + 2)
        + (-1) ** q * comb(layers, q + 1)
        - layers * comb(2 * layers - 1, 2 * q + 1)
        for q in range(layers)
    ]


@cache
def limit_loss_plane(layers: int) -> fmpq_poly:
    """Return Phi(bJ) for d = 2 as a polynomial in b^2.

    G = tI + N with N traceless, N^2 = rho^2 I: (tI + N + bJ)^L = p + q (N + bJ), where
    (t + z)^L = p + q z and z^2 = rho^2 - b^2, so the squared norm is 2 p^2 + 2 q^2 (rho^2 + b^2);
    t is standard normal, rho^2 exponential with mean 2.

    >>> limit_loss_plane(2)
    2*x^2 + (-4)*x + 46
    """
    _checked(layers)
    ring = fmpz_mpoly_ctx.get(("t", "w", "b"), Ordering.lex)  # w = rho^2, b stands for b^2
    t, w, b = ring.gens()
    square = w - b
    p = _sum(ring, [comb(layers, k) * t ** (layers - k) * square ** (k // 2)
                    for k in range(0, layers + 1, 2)])
    q = _sum(ring, [comb(layers, k) * t ** (layers - k) * square ** (k // 2)
                    for k in range(1, layers + 1, 2)])
    coefficients: dict[int, int] = {}
    for (et, ew, eb), value in (2 * p * p + 2 * q * q * (w + b)).to_dict().items():
        if et % 2:
            continue
        mean = 1
        for odd in range(1, int(et), 2):
            mean *= odd
        for k in range(1, int(ew) + 1):
            mean *= 2 * k
        coefficients[int(eb)] = coefficients.get(int(eb), 0) + int(value) * mean
    return fmpq_poly([coefficients.get(k, 0) for k in range(max(coefficients) + 1)])


def _sum(ring: fmpz_mpoly_ctx, terms: list[fmpz_mpoly]) -> fmpz_mpoly:
    return sum(terms, ring.from_dict({}))


def limit_skew_plane(layers: int) -> tuple[Fraction | Algebraic, fmpq_poly]:
    """Return (beta, Phi(bJ)): sqrt(n) |b| of the best aI + bJ tends to sqrt(beta) for d = 2, L >= 2.

    beta is the positive minimiser of Phi over b^2 (unique: compared rigorously with all others).

    Raises:
        ValueError: layers < 2.
        ArithmeticError: two minima could not be told apart.

    >>> limit_skew_plane(2)[0]
    Fraction(1, 1)
    """
    _checked(layers, least=2)
    loss = limit_loss_plane(layers)
    slope = clear_denominators(list(loss.derivative().coeffs()))
    points = [x for x in real_points(slope) if (x > 0 if isinstance(x, Fraction) else x.compare(0) > 0)]
    best = smallest_at(loss, [Fraction(0), *points])
    if best is None or best == 0:
        raise ArithmeticError("the limit problem has no single positive minimiser")
    return best, loss


def limit_loss_two_layers(
    matrix: list[list[int | Fraction]], noise: Fraction | int = 0
) -> Fraction:
    """Return Phi(M) - 2 noise tr M^2 for L = 2 by the closed formula, any real d x d matrix M.

    Phi(M) = 2d^3+5d^2+5d + 2(d+2) tr M^2 + 2(d+1) ||M||^2 + 2 (tr M)^2 + ||M^2||^2.

    >>> limit_loss_two_layers([[0, -1], [1, 0]])
    Fraction(44, 1)
    """
    d = len(matrix)
    m = [[Fraction(x) for x in row] for row in matrix]
    square = [[sum(m[i][k] * m[k][j] for k in range(d)) for j in range(d)] for i in range(d)]
    norm = sum((x * x for row in m for x in row), Fraction(0))
    top = sum((x * x for row in square for x in row), Fraction(0))
    trace = sum((m[i][i] for i in range(d)), Fraction(0))
    trace_square = sum((square[i][i] for i in range(d)), Fraction(0))
    free = 2 * d**3 + 5 * d**2 + 5 * d
    return free + 2 * (d + 2 - noise) * trace_square + 2 * (d + 1) * norm + 2 * trace**2 + top


def limit_gain_two_layers(d: int) -> Fraction:
    """Return the limit n -> oo of (best symmetric loss - best loss)/best symmetric loss, L = 2.

    >>> limit_gain_two_layers(2), limit_gain_two_layers(3), limit_gain_two_layers(1)
    (Fraction(1, 23), Fraction(1, 57), Fraction(0, 1))
    """
    if isinstance(d, bool) or not isinstance(d, int) or d < 1:
        raise ValueError(f"the dimension must be an integer >= 1, got {d!r}")
    return Fraction(2 * (d // 2), int(symmetric_limit_loss(2)(d)))


def root_fluctuation(real: tuple[int, int], pairs: tuple[int, ...] = ()) -> int:
    """Return E of the sum of |G_jk|^2 over equal eigenvalues of a root of a multiple of I.

    Args:
        real: the multiplicities of the two real eigenvalues +rho and -rho.
        pairs: the multiplicities of the distinct conjugate pairs.

    A real eigenvalue of multiplicity p contributes p(p+1), a pair of multiplicity m twice m^2.

    >>> root_fluctuation((2, 0)), root_fluctuation((1, 1)), root_fluctuation((0, 0), (1,))
    (6, 4, 2)
    """
    if min(*real, *pairs, 0) < 0:
        raise ValueError("multiplicities cannot be negative")
    return sum(p * (p + 1) for p in real) + 2 * sum(m * m for m in pairs)
