r"""When does the loss tell V from its transpose?  f(V) = f(V^T) iff d <= 2 or L <= 2 or n = 1.

The words of length at most 5 in V, V^T are, as necklaces, their own reversals, and transposing V
reverses a word.  At length 6 there is one chiral pair: v v t t v t and v v t v t t (v = V, t = V^T).
It occurs in the degree-6 part of f only as a single trace, and

    coefficient(vvttvt) - coefficient(vvtvtt)
        = sum_{i+j=6} binom(L,i) binom(L,j) c_ij(n, d) / n^6,
    c_ij from E tr (VW)^i (W V^T)^j:  c_15 = c_51 = 2u, c_24 = c_42 = -u (n + d + 5),
    c_33 = 2u (n + d + 3), u = n (n-1) (n+2), and c_06 = c_60 = 0.

The sum is 2u times (p - q)(n + d) + 3p - 5q + 2 binom(L,1) binom(L,5), where p = binom(L,3)^2 and
q = binom(L,2) binom(L,4) <= 3p/4: positive for L >= 3, n >= 2, d >= 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

from flint import fmpz_mpoly

from symbolic.wishart import WISHART
from symbolic.words import WordMoments, matching_moment, necklace

__all__ = ["chiral_coefficient", "chiral_difference", "chiral_trace", "chiral_witness"]

_RIGHT, _LEFT = necklace("vvttvt"), necklace("vvtvtt")


def _blocks(i: int, j: int) -> list[str]:
    if j == 0:
        return ["v"] * i
    if i == 0:
        return ["t"] * j
    return ["v"] * (i - 1) + [""] + ["t"] * (j - 1) + ["tv"]


def _difference(moment: dict[tuple[str, ...], dict[tuple[int, int], int]]) -> fmpz_mpoly:
    n, d = WISHART.gens()
    total = WISHART.constant(0)
    for word, sign in ((_RIGHT, 1), (_LEFT, -1)):
        for (power_n, power_d), value in moment.get((word,), {}).items():
            total += sign * value * n**power_n * d**power_d
    return total


def chiral_coefficient(i: int) -> fmpz_mpoly:
    """Return c_(i, 6-i) by summing over matchings, a polynomial in (n, d).

    >>> str(chiral_coefficient(1))
    '2*n^3 + 2*n^2 - 4*n'
    """
    if not 0 <= i <= 6:
        raise ValueError(f"i must be between 0 and 6, got {i}")
    return _difference(matching_moment(_blocks(i, 6 - i)))


def chiral_difference(layers: int) -> fmpz_mpoly:
    """Return n^6 (coefficient(vvttvt) - coefficient(vvtvtt)) in f, by the forward recursion.

    >>> str(chiral_difference(3).factor()[1][0])
    '(n, 1)'
    >>> chiral_difference(2) == 0
    True
    """
    if layers < 1:
        raise ValueError(f"the number of layers must be at least 1, got {layers}")
    moments = WordMoments(6)
    for i in range(7):
        weight = comb(layers, i) * comb(layers, 6 - i)
        if weight:
            moments.add(_blocks(i, 6 - i), weight)
    return _difference(moments.forward())


def chiral_trace(v: Sequence[Sequence[int | Fraction]]) -> Fraction:
    """Return tr(V V T T V T) - tr(V V T V T T), T = V^T: it changes sign under transposition.

    >>> chiral_trace([[1, 2], [3, 4]])
    Fraction(0, 1)
    """
    m = [[Fraction(x) for x in row] for row in v]
    t = [list(column) for column in zip(*m, strict=True)]
    return _trace([m, m, t, t, m, t]) - _trace([m, m, t, m, t, t])


def _trace(factors: list[list[list[Fraction]]]) -> Fraction:
    d = len(factors[0])
    product = factors[0]
    for factor in factors[1:]:
        product = [
            [sum((row[k] * factor[k][j] for k in range(d)), Fraction(0)) for j in range(d)]
            for row in product
        ]
    return sum((product[i][i] for i in range(d)), Fraction(0))


def chiral_witness() -> list[list[int]]:
    """Return an integer 3x3 matrix V with ``chiral_trace(V) != 0``: f(cV) != f(cV^T) for some c.

    >>> chiral_trace(chiral_witness()) != 0
    True
    """
    return [[1, 1, 0], [0, 0, 1], [0, 0, 0]]
