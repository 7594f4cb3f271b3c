"""Gauss rules that integrate the in-context loss exactly, up to rounding.

In Bartlett's variables the loss is a polynomial of degree at most 2L in each chi-square and 4L
in each normal; odd powers of a square root of a chi-square come with odd powers of a normal and
vanish by symmetry.  So a product rule with L + 1 generalised Laguerre nodes for each chi-square
and 2L + 1 Hermite nodes for each normal has no truncation error.  For V = aI + bJ the normal
enters through its square only, and (L + 1)^3 nodes suffice.

Rules are built from the three-term recurrence of the monic orthogonal polynomials: nodes by
Newton's method in double-double, from the eigenvalues of the Jacobi matrix; weights as
1/sum_j p_j(x)^2/h_j, a sum of positive terms.  The same code runs on floats, on double-doubles
(30 digits) and on mpmath numbers (any precision), which only has to add, multiply and divide.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from numeric.doubledouble import DD

__all__ = [
    "chi_square_rule",
    "exact_moments",
    "loss",
    "loss_mpmath",
    "loss_rotation",
    "minimise_scalar",
    "normal_rule",
    "population",
    "population_invariants",
]


def _chi_square_recurrence(dof: int, count: int) -> tuple[list[Fraction], list[Fraction]]:
    """Monic recurrence p_{j+1} = (x - a_j) p_j - b_j p_{j-1} of the chi-square law (b_0 unused)."""
    alpha = Fraction(dof, 2) - 1
    return (
        [2 * (2 * j + 1 + alpha) for j in range(count)],
        [4 * j * (j + alpha) for j in range(count)],
    )


def _normal_recurrence(count: int) -> tuple[list[Fraction], list[Fraction]]:
    return [Fraction(0)] * count, [Fraction(j) for j in range(count)]


def _starting_nodes(a: list[Fraction], b: list[Fraction]) -> np.ndarray:
    jacobi = np.diag([float(x) for x in a])
    side = np.sqrt([float(x) for x in b[1:]])
    return np.linalg.eigvalsh(jacobi + np.diag(side, 1) + np.diag(side, -1))


def _polish(
    x: Any, a: list[Fraction], b: list[Fraction], number: Callable[[Fraction], Any], steps: int
) -> tuple[Any, Any]:
    """(nodes, weights) from approximate nodes ``x``, in the arithmetic of ``number``."""
    for _ in range(steps):
        before, now, d_before, d_now = x * 0, x * 0 + 1, x * 0, x * 0
        for j in range(len(a)):
            shift = x - number(a[j])
            following = shift * now - number(b[j]) * before
            d_following = now + shift * d_now - number(b[j]) * d_before
            before, now, d_before, d_now = now, following, d_now, d_following
        x = x - now / d_now
    before, now, total, norm = x * 0, x * 0 + 1, x * 0, Fraction(1)
    for j in range(len(a)):
        if j:
            norm *= b[j]
        total = total + now * now / number(norm)
        before, now = now, (x - number(a[j])) * now - number(b[j]) * before
    return x, 1 / total


@lru_cache(maxsize=256)
def chi_square_rule(dof: int, count: int) -> tuple[DD, DD]:
    """(nodes, weights), each of length ``count``: exact for polynomials of degree 2 count - 1.

    >>> x, w = chi_square_rule(5, 3)
    >>> abs((x * x * w).sum().fraction() - 35) < Fraction(1, 10**28)
    True
    """
    if dof < 1 or count < 1:
        raise ValueError("degrees of freedom and number of nodes are positive")
    a, b = _chi_square_recurrence(dof, count)
    return _polish(DD(_starting_nodes(a, b)), a, b, DD.of, 3)


@lru_cache(maxsize=64)
def normal_rule(count: int) -> tuple[DD, DD]:
    """(nodes, weights) for the standard normal law; exactly symmetric."""
    if count < 1:
        raise ValueError("the number of nodes is positive")
    a, b = _normal_recurrence(count)
    start = _starting_nodes(a, b)
    x, w = _polish(DD((start - start[::-1]) / 2), a, b, DD.of, 3)
    half = DD(0.5)
    return (x - x[::-1]) * half, (w + w[::-1]) * half


def _grid(rules: list[tuple[DD, DD]]) -> tuple[list[DD], DD]:
    """Coordinates of the product grid, flattened, and its weights."""
    sizes = [rule[0].hi.size for rule in rules]
    index = np.indices(sizes).reshape(len(sizes), -1)
    weight = DD(np.ones(index.shape[1]))
    for (_, w), i in zip(rules, index, strict=True):
        weight = weight * w[i]
    return [x[i] for (x, _), i in zip(rules, index, strict=True)], weight


def _invariants(n: int, layers: int) -> tuple[DD, DD, DD]:
    """(tr W, det W, weights) of the (L + 1)^3 rule for d = 2, n >= 2."""
    if n < 2 or layers < 1:
        raise ValueError(f"this rule needs n >= 2 and layers >= 1, not n={n}, layers={layers}")
    count = layers + 1
    rules = [chi_square_rule(dof, count) for dof in (n, n - 1, 1)]
    (x, y, z), weight = _grid(rules)
    return x + y + z, x * y, weight


def population_invariants(n: int, layers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(tr S, det S, weights) in floats: a finite population with the exact loss of aI + bJ.

    >>> t, q, w = population_invariants(15, 2)
    >>> t.size, bool(abs((t * w).sum() - 2) < 1e-12)
    (27, True)
    """
    trace, det, weight = _invariants(n, layers)
    return trace.hi / n, det.hi / n**2, weight.hi


def _factor_grid(d: int, n: int, layers: int) -> tuple[list[list[DD | None]], DD]:
    """Entries of Bartlett's factor on the product grid (None above the diagonal)."""
    if n < d:
        raise ValueError(f"this rule needs n >= d, not d={d}, n={n}")
    rules = [chi_square_rule(n - i, layers + 1) for i in range(d)]
    rules += [normal_rule(2 * layers + 1)] * (d * (d - 1) // 2)
    nodes = (layers + 1) ** d * (2 * layers + 1) ** (d * (d - 1) // 2)
    if nodes > 5_000_000:
        raise ValueError(f"{nodes} nodes are too many to hold; lower d or layers")
    coordinates, weight = _grid(rules)
    table: list[list[DD | None]] = [[None] * d for _ in range(d)]
    below = iter(coordinates[d:])
    for i in range(d):
        table[i][i] = coordinates[i].sqrt()
        for j in range(i):
            table[i][j] = next(below)
    return table, weight


def population(d: int, n: int, layers: int) -> tuple[np.ndarray, np.ndarray]:
    """(S (nodes, d, d), weights): a finite population with the exact loss of every V, in floats.

    Handed to ``loss.gradients`` it gives the exact gradient to rounding.  Nodes:
    (L+1)^d (2L+1)^(d(d-1)/2); d = 2, L = 2: 45; d = 3, L = 2: 3375; d = 3, L = 3: 21952.

    >>> s, w = population(2, 15, 2)
    >>> s.shape, bool(np.allclose(np.einsum("nij,n->ij", s, w), np.eye(2)))
    ((45, 2, 2), True)
    """
    table, weight = _factor_grid(d, n, layers)
    factor = np.zeros((weight.hi.size, d, d))
    for i, j in itertools.product(range(d), repeat=2):
        entry = table[i][j]
        if entry is not None:
            factor[:, i, j] = entry.hi
    return factor @ factor.transpose(0, 2, 1) / n, weight.hi


def minimise_scalar(n: int, layers: int, d: int = 2) -> float:
    """The scalar a that minimises the loss of aI, by ternary search on a Gauss rule (d = 2, 3).

    >>> round(minimise_scalar(15, 2), 6)
    0.783827
    """
    if d == 2:
        trace, det, weight = population_invariants(n, layers)
        root = np.sqrt(np.maximum(0.0, trace**2 / 4 - det))
        eigenvalues = np.array([trace / 2 + root, trace / 2 - root])
    else:
        s, weight = population(d, n, layers)
        eigenvalues = np.linalg.eigvalsh(s).T
    low, high = 0.0, 1.0
    for _ in range(100):
        x, y = low + (high - low) / 3, high - (high - low) / 3
        fx, fy = (float(((1 - a * eigenvalues) ** (2 * layers)).sum(0) @ weight) for a in (x, y))
        low, high = (low, y) if fx < fy else (x, high)
    return (low + high) / 2


def exact_moments(values: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Mean and variance of an observable given at the nodes of a rule of twice its degree."""
    mean = float(values @ weight)
    return mean, float((values - mean) ** 2 @ weight)


def _rotation_value(a: Any, b: Any, layers: int, trace: Any, det: Any) -> Any:
    """||(I - VS)^L||_F^2 for V = aI + bJ, in any arithmetic (see ``numeric.loss``)."""
    v = a * a + b * b
    t = 2 - a * trace
    delta = v * det - a * trace + 1
    frobenius = v * (trace * trace - 2 * det) - 2 * a * trace + 2
    before, now = trace * 0, trace * 0 + 1
    for _ in range(layers - 1):
        before, now = now, t * now - delta * before
    low = delta * before
    return now * now * frobenius - 2 * low * now * t + 2 * low * low


def loss_rotation(a: Fraction, b: Fraction, n: int, layers: int) -> DD:
    """E||(I - VS)^L||_F^2 for V = aI + bJ, d = 2, n >= 2, in double-double.

    >>> value = loss_rotation(Fraction(1), Fraction(0), 15, 1)  # 2 (d + 1)/n
    >>> abs(value.fraction() - Fraction(2, 5)) < Fraction(1, 10**29)
    True
    """
    trace, det, weight = _invariants(n, layers)
    value = _rotation_value(DD.of(a), DD.of(b), layers, trace / n, det / (n * n))
    return (value * weight).sum()


def loss(v: list[list[Fraction]], n: int, layers: int) -> DD:
    """E||(I - VS)^L||_F^2 for any V (d x d fractions), n >= d, in double-double.

    >>> value = loss([[Fraction(1), 0], [0, Fraction(1)]], 15, 1)
    >>> abs(value.fraction() - Fraction(2, 5)) < Fraction(1, 10**29)
    True
    """
    d = len(v)
    table, weight = _factor_grid(d, n, layers)

    def times(x: Any, y: Any) -> list[list[Any]]:
        result: list[list[Any]] = [[None] * d for _ in range(d)]
        for i, j, k in itertools.product(range(d), repeat=3):
            if x[i][k] is not None and y[k][j] is not None:
                term = x[i][k] * y[k][j]
                result[i][j] = term if result[i][j] is None else result[i][j] + term
        return result

    transposed = [[table[j][i] for j in range(d)] for i in range(d)]
    product = times([[DD.of(x) for x in row] for row in v], times(table, transposed))
    step = [[(1 if i == j else 0) - product[i][j] / n for j in range(d)] for i in range(d)]
    power = step
    for _ in range(layers - 1):
        power = times(power, step)
    value = power[0][0] * power[0][0]
    for i, j in itertools.product(range(d), repeat=2):
        if i or j:
            value = value + power[i][j] * power[i][j]
    return (value * weight).sum()


def loss_mpmath(a: Fraction, b: Fraction, n: int, layers: int, digits: int = 60) -> Any:
    """The same as ``loss_rotation`` as an mpmath number of ``digits`` digits (needs mpmath).

    >>> import mpmath
    >>> value = loss_mpmath(Fraction(1), Fraction(0), 15, 1, digits=80)
    >>> with mpmath.workdps(80): bool(abs(value - mpmath.mpf(2) / 5) < mpmath.mpf(10) ** -78)
    True
    """
    import mpmath

    with mpmath.workdps(digits + 10):

        def number(x: Any) -> Any:
            x = Fraction(x)
            return mpmath.mpf(x.numerator) / x.denominator

        steps = 3 + max(0, digits // 14).bit_length()
        rules = []
        for dof in (n, n - 1, 1):
            rec = _chi_square_recurrence(dof, layers + 1)
            start = _starting_nodes(*rec)
            rules.append([_polish(mpmath.mpf(float(x)), *rec, number, steps) for x in start])
        total = mpmath.mpf(0)
        for (x, wx), (y, wy), (z, wz) in itertools.product(*rules):
            value = _rotation_value(
                number(a), number(b), layers, (x + y + z) / n, x * y / (n * n)
            )
            total += value * wx * wy * wz
        return total
