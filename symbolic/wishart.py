r"""Moments of traces of a real Wishart matrix W = X X^T (X is d x n, i.i.d. standard normal).

Two independent routes:

* ``trace_moment`` - Gaussian integration by parts (Stein) on partitions.  With p_k = tr W^k and
  mu a partition without the part k >= 2,

      E p_k p_mu = (n + d + k - 1) E p_{k-1} p_mu + sum_{s=1}^{k-2} E p_s p_{k-1-s} p_mu
                   + sum_j 2 mu_j E p_{k+mu_j-1} p_{mu minus mu_j},

  and E p_1^m = (n d + 2(m - 1)) E p_1^{m-1}.  It holds for every n >= 1 and d >= 1, and gives a
  polynomial in (n, d), symmetric under n <-> d.
* ``power_trace_moment`` - one part only: p_k expanded in zonal polynomials; only the diagrams that
  do not contain the box (3, 2) contribute (their coefficients are products over boxes).

Source: the recursion is the loop equation of the Wishart ensemble; the zonal expansion is
James (1964) with the coefficient of p_k read off from the inner product.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from math import gcd

from flint import Ordering, fmpz, fmpz_mat, fmpz_mpoly, fmpz_mpoly_ctx, fmpz_poly

__all__ = [
    "WISHART",
    "SteinMoments",
    "power_trace_moment",
    "trace_moment",
    "wishart_moment",
]

WISHART = fmpz_mpoly_ctx.get(("n", "d"), Ordering.lex)
"""The ring Z[n, d]."""


def _checked(parts: Sequence[int]) -> tuple[int, ...]:
    for part in parts:
        if isinstance(part, bool) or not isinstance(part, int) or part < 0:
            raise ValueError(f"the powers must be integers >= 0, got {part!r}")
    return tuple(sorted(parts, reverse=True))


class SteinMoments:
    """The recursion over one coefficient ring, with its memory of moments."""

    def __init__(self, n, d, one) -> None:
        self._n, self._d, self._one = n, d, one
        self._known: dict[tuple[int, ...], object] = {(): one}

    def moment(self, parts: tuple[int, ...]):
        """Return E prod p_k for a partition ``parts`` (largest first, no zeros)."""
        known = self._known.get(parts)
        if known is not None:
            return known
        top, rest = parts[0], parts[1:]
        if top == 1:
            value = self._one
            for m in range(len(parts)):
                value = value * (self._n * self._d + 2 * m)
        else:
            value = (self._n + self._d + (top - 1)) * self.moment(_insert(rest, top - 1))
            for s in range(1, (top - 1) // 2 + 1):
                term = self.moment(_insert(_insert(rest, s), top - 1 - s))
                value = value + (term if 2 * s == top - 1 else 2 * term)
            for j, part in enumerate(rest):
                if j and rest[j - 1] == part:
                    continue
                merged = _insert(rest[:j] + rest[j + 1 :], top + part - 1)
                value = value + 2 * part * rest.count(part) * self.moment(merged)
        self._known[parts] = value
        return value


def _insert(parts: tuple[int, ...], part: int) -> tuple[int, ...]:
    position = 0
    while position < len(parts) and parts[position] >= part:
        position += 1
    return (*parts[:position], part, *parts[position:])


@cache
def trace_moment(parts: tuple[int, ...]) -> fmpz_mpoly:
    """Return E prod_i tr W^{parts[i]} as a polynomial in (n, d); tr W^0 = d.

    Raises:
        ValueError: a part is not a non-negative integer, or the total exceeds 40.

    >>> str(trace_moment((2,)))
    'n^2*d + n*d^2 + n*d'
    """
    powers = _checked(parts)
    if sum(powers) > 40:
        raise ValueError(f"the powers may add up to at most 40, got {sum(powers)}")
    n, d = WISHART.gens()
    zeros = powers.count(0)
    positive = powers[: len(powers) - zeros]
    return SteinMoments(n, d, WISHART.constant(1)).moment(positive) * d**zeros


def wishart_moment(parts: Sequence[int], d: int, n: int) -> int:
    """Return E prod_i tr W^{parts[i]} for integers d >= 1 and n >= 1 (W is not divided by n).

    Raises:
        ValueError: d or n is not a positive integer, or the powers exceed the limits (total 40
            for several parts, 1000 for one).

    >>> wishart_moment([1, 1], 2, 3)
    48
    """
    powers = _checked(parts)
    if d < 1 or n < 1:
        raise ValueError(f"d and n must be at least 1, got d = {d}, n = {n}")
    zeros = powers.count(0)
    positive = powers[: len(powers) - zeros]
    if len(positive) == 1:
        if positive[0] > 1000:
            raise ValueError(f"a power may be at most 1000, got {positive[0]}")
        return _one_power_at(positive[0], d, n) * d**zeros
    if positive and positive[0] == 1:
        if len(positive) > 2000:
            raise ValueError(f"at most 2000 factors tr W, got {len(positive)}")
    elif sum(positive) > 40:
        raise ValueError(f"the powers may add up to at most 40, got {sum(positive)}")
    return int(SteinMoments(n, d, 1).moment(positive)) * d**zeros


def _one_power_at(k: int, d: int, n: int) -> int:
    total = Fraction(0)
    size = min(d, n)
    for first, second, ones in _diagrams(k):
        rows = (1 if first else 0) + (1 if second else 0) + ones
        if rows > size:  # the zonal value has a factor min(n, d) - (rows - 1) = 0
            continue
        numerator, denominator = _weight(first, second, ones)
        for i, j in _boxes(first, second, ones):
            numerator *= (n + 2 * j - i) * (d + 2 * j - i)
        total += Fraction(numerator, denominator)
    if total.denominator != 1:
        raise ArithmeticError("a Wishart trace moment must be an integer")
    return total.numerator


@cache
def power_trace_moment(k: int) -> fmpz_mpoly:
    """Return E tr W^k as a polynomial in (n, d) by the zonal expansion (k >= 1, k <= 200).

    >>> power_trace_moment(3) == trace_moment((3,))
    True
    """
    if not 1 <= k <= 200:
        raise ValueError(f"the power must lie in 1..200, got {k}")
    # prod over boxes (n + c) is one polynomial q per diagram; the moment is sum w q(n) q(d).
    weights, rows = [], []
    for shape in _diagrams(k):
        weights.append(Fraction(*_weight(*shape)))
        rows.append(_contents_polynomial(*shape))
    common = 1
    for weight in weights:
        common = common * weight.denominator // gcd(common, weight.denominator)
    left = fmpz_mat(rows)
    scaled = fmpz_mat(
        [
            [entry * (weight.numerator * (common // weight.denominator)) for entry in row]
            for weight, row in zip(weights, rows, strict=True)
        ]
    )
    gram = left.transpose() * scaled
    terms: dict[tuple[int, ...], int] = {}
    for i in range(k + 1):
        for j in range(k + 1):
            entry = int(gram[i, j])
            if entry:
                if entry % common:
                    raise ArithmeticError("a Wishart trace moment must have integer coefficients")
                terms[i, j] = entry // common
    return WISHART.from_dict(terms)


def _diagrams(k: int) -> Iterator[tuple[int, int, int]]:
    """Yield (first row, second row, further rows of length one): no box (3, 2)."""
    for first in range(k, 0, -1):
        for second in range(min(first, k - first), -1, -1):
            ones = k - first - second
            if ones and second < 1:
                continue
            yield first, second, ones


def _boxes(first: int, second: int, ones: int) -> Iterator[tuple[int, int]]:
    for j in range(first):
        yield 0, j
    for j in range(second):
        yield 1, j
    for i in range(ones):
        yield 2 + i, 0


def _weight(first: int, second: int, ones: int) -> tuple[int, int]:
    """Return 2k c / H with c = prod over boxes but the corner of (2j - i), H of the hooks."""
    k = first + second + ones
    columns = [1 + (j < second) + (ones if j == 0 else 0) for j in range(first)]
    lengths = [first] + ([second] if second else []) + [1] * ones
    numerator, denominator = 2 * k, 1
    for i, j in _boxes(first, second, ones):
        arm, leg = lengths[i] - j - 1, columns[j] - i - 1
        if (i, j) != (0, 0):
            numerator *= 2 * j - i
        denominator *= (2 * arm + leg + 1) * (2 * arm + leg + 2)
    return numerator, denominator


@cache
def _row_polynomial(start: int, length: int) -> fmpz_poly:
    """Return prod_{j < length} (x + start + 2j)."""
    if length == 0:
        return fmpz_poly([1])
    return _row_polynomial(start, length - 1) * fmpz_poly([start + 2 * (length - 1), 1])


@cache
def _column_polynomial(length: int) -> fmpz_poly:
    """Return prod_{i < length} (x - 2 - i)."""
    if length == 0:
        return fmpz_poly([1])
    return _column_polynomial(length - 1) * fmpz_poly([-1 - length, 1])


def _contents_polynomial(first: int, second: int, ones: int) -> list[fmpz]:
    product = _row_polynomial(0, first) * _row_polynomial(-1, second) * _column_polynomial(ones)
    return [product[power] for power in range(first + second + ones + 1)]
