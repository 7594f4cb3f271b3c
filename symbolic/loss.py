r"""The in-context loss f(V) = E ||(I - VS)^L||_F^2, S = W/n, as a polynomial, for every d.

* ``loss_invariants(layers)``: symbolic d and n, in products of traces of words in V and V^T.
* ``loss_polynomial(d, layers)``: in the entries of V, for a given d, as a SymPy polynomial.
* ``loss_family(...)``: restricted to a family V = sum_k t_k M_k of matrices with given M_k.
* ``loss_at(a, d, layers, n, b, r)``: one exact value, through the restricted families only.

f(V) = f(V^T) for d <= 2 and for L <= 2, not in general for d >= 3 and L >= 3: ``transpose_defect``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import prod

import sympy
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symbolic.plane import plane_loss_at
from symbolic.scalar import check_sizes, scalar_loss_at
from symbolic.words import Invariant, loss_word_moment, necklace, transpose_word

__all__ = [
    "EntryLoss",
    "InvariantLoss",
    "loss_at",
    "loss_family",
    "loss_invariants",
    "loss_polynomial",
    "transpose_defect",
]

Matrix = Sequence[Sequence[Fraction | int]]


@dataclass(frozen=True)
class InvariantLoss:
    """n^(2L) f(V) = sum over products of traces of coefficient(n, d) * product.

    ``terms[product][i, j]`` is the integer coefficient of n^i d^j; a product is a sorted tuple of
    words in the letters v (V) and t (V^T), () being the constant 1.
    """

    layers: int
    terms: dict[Invariant, dict[tuple[int, int], int]]

    def coefficient(self, product: Invariant, n: int, d: int) -> Fraction:
        """Return the coefficient of a product of traces in f, at integers n and d."""
        known = self.terms.get(tuple(sorted(map(necklace, product))), {})
        total = sum(c * n**i * d**j for (i, j), c in known.items())
        return Fraction(total, n ** (2 * self.layers))

    def at(self, matrix: Matrix, n: int) -> Fraction:
        """Return f(V) for a square matrix of rational numbers.

        >>> loss_invariants(1).at([[1, 0], [0, 1]], 2)
        Fraction(3, 1)
        """
        d = len(matrix)
        traces = _Traces(matrix)
        total = Fraction(0)
        for product in self.terms:
            total += self.coefficient(product, n, d) * prod(map(traces.trace, product), start=1)
        return total

    def to_sympy(self) -> sympy.Expr:
        """Return f as a SymPy expression in n, d and the symbols tr_<word>."""
        n, d = sympy.symbols("n d")
        total = sympy.Integer(0)
        for product, terms in self.terms.items():
            weight = sum((c * n**i * d**j for (i, j), c in terms.items()), sympy.Integer(0))
            total += weight * sympy.prod([sympy.Symbol(f"tr_{word}") for word in product])
        return total / n ** (2 * self.layers)


class _Traces:
    """Traces of words in one matrix and its transpose, over any ring, with memory."""

    def __init__(self, matrix: Sequence[Sequence], zero=Fraction(0), one=Fraction(1)) -> None:
        self._zero = zero
        size = range(len(matrix))
        rows = [[entry + zero for entry in row] for row in matrix]
        self._words: dict[str, list[list]] = {
            "": [[one if i == j else zero for j in size] for i in size],
            "v": rows,
            "t": [list(column) for column in zip(*rows, strict=True)],
        }
        self._known: dict[str, object] = {}

    def _matrix(self, word: str) -> list[list]:
        found = self._words.get(word)
        if found is None:
            left, right = self._matrix(word[:-1]), self._words[word[-1]]
            size = range(len(right))
            found = self._words[word] = [
                [sum((row[k] * right[k][j] for k in size), self._zero) for j in size]
                for row in left
            ]
        return found

    def trace(self, word: str):
        """Return tr of the word."""
        if word not in self._known:
            rows = self._matrix(word)
            self._known[word] = sum((rows[i][i] for i in range(len(rows))), self._zero)
        return self._known[word]


@cache
def loss_invariants(layers: int) -> InvariantLoss:
    """Return f as a polynomial in trace invariants of (V, V^T), symbolic in n and d, 1 <= L <= 6.

    L = 4 takes about 0.3 s, L = 5 some 5 s, L = 6 two minutes and about 1 GB.

    >>> loss_invariants(1).coefficient(("tv",), 3, 2)
    Fraction(2, 1)
    """
    if not 1 <= layers <= 6:
        raise ValueError(f"the invariants are computed for 1 <= layers <= 6, got {layers}")
    return InvariantLoss(layers, loss_word_moment(layers))


@dataclass(frozen=True)
class EntryLoss:
    """n^(2L) f(V) as a polynomial in n and in parameters t_1, ..., t_m of V = V_0 + sum t_k M_k.

    ``polynomial`` lives in ``ring`` (python-flint), whose generators are n and the parameters.
    """

    layers: int
    names: tuple[str, ...]
    ring: fmpq_mpoly_ctx
    polynomial: fmpq_mpoly

    def gradient(self) -> list[fmpq_mpoly]:
        """Return the partial derivatives of ``polynomial`` in the parameters."""
        return [self.polynomial.derivative(name) for name in self.names]

    def hessian(self) -> list[list[fmpq_mpoly]]:
        """Return the second partial derivatives of ``polynomial`` in the parameters."""
        return [[g.derivative(name) for name in self.names] for g in self.gradient()]

    def restrict(self, values: dict[str, Fraction | int]) -> EntryLoss:
        """Return the loss with some parameters set to rational numbers."""
        unknown = set(values) - set(self.names)
        if unknown:
            raise ValueError(f"no such parameters: {', '.join(sorted(unknown))}")
        arguments = []
        for name, generator in zip(("n", *self.names), self.ring.gens(), strict=True):
            fixed = Fraction(values[name]) if name in values else None
            arguments.append(
                generator
                if fixed is None
                else self.ring.constant(fmpq(fixed.numerator, fixed.denominator))
            )
        kept = tuple(name for name in self.names if name not in values)
        return EntryLoss(self.layers, kept, self.ring, self.polynomial.compose(*arguments))

    def at(self, n: int, values: dict[str, Fraction | int]) -> Fraction:
        """Return f at integers n and rational parameters (all of them)."""
        missing = set(self.names) - set(values)
        if missing:
            raise ValueError(f"missing values for {', '.join(sorted(missing))}")
        point = [fmpq(n)]
        for name in self.ring.names()[1:]:
            value = Fraction(values.get(name, 0))
            point.append(fmpq(value.numerator, value.denominator))
        result = self.polynomial(*point)
        return Fraction(int(result.p), int(result.q)) / n ** (2 * self.layers)

    def to_sympy(self) -> sympy.Poly:
        """Return f(V) n^(2L) as a SymPy polynomial in the parameters over ZZ[n] or QQ[n]."""
        symbols = sympy.symbols(self.ring.names())
        terms = {
            tuple(map(int, exponents)): sympy.Rational(int(c.p), int(c.q))
            for exponents, c in self.polynomial.to_dict().items()
        }
        return sympy.Poly.from_dict(terms or {(0,) * len(symbols): 0}, *symbols)


def loss_polynomial(d: int, layers: int) -> EntryLoss:
    """Return the loss in the d^2 entries v11, v12, ... of V and in n.

    Raises:
        ValueError: d < 1, or d^2 entries and degree 2L give more than about 10^7 terms.

    >>> loss_polynomial(1, 1).polynomial
    n^2*v11^2 - 2*n^2*v11 + n^2 + 2*n*v11^2
    """
    names = tuple(f"v{i + 1}{j + 1}" for i in range(d) for j in range(d))
    generators = [
        [[int((p, q) == (i, j)) for q in range(d)] for p in range(d)]
        for i in range(d)
        for j in range(d)
    ]
    return loss_family(layers, names, generators)


def loss_family(
    layers: int, names: Sequence[str], generators: Sequence[Matrix], base: Matrix | None = None
) -> EntryLoss:
    """Return the loss on V = base + sum_k names[k] * generators[k], symbolic in n.

    >>> plane = loss_family(2, ("a", "b"), ([[1, 0], [0, 1]], [[0, -1], [1, 0]]))
    >>> plane.at(15, {"a": 1, "b": 0}) == loss_at(1, 2, 2, 15)
    True
    """
    if not generators or len(names) != len(generators) or "n" in names:
        raise ValueError("give one name, other than n, for each of at least one generator")
    d = len(generators[0])
    if sympy.binomial(len(names) + 2 * layers, 2 * layers) * (2 * layers + 1) > 10**7:
        raise ValueError("that many parameters at this depth give too large a polynomial")
    ring = fmpq_mpoly_ctx.get(("n", *names), Ordering.lex)
    n, *parameters = ring.gens()
    zero, one = ring.constant(0), ring.constant(1)
    matrix = [[zero] * d for _ in range(d)]
    for t, generator in [*zip(parameters, generators, strict=True), *([(one, base)] if base else [])]:
        for i in range(d):
            for j in range(d):
                entry = Fraction(generator[i][j])
                matrix[i][j] = matrix[i][j] + t * fmpq(entry.numerator, entry.denominator)
    traces = _Traces(matrix, zero, one)
    total = zero
    for product, terms in loss_invariants(layers).terms.items():
        weight = zero
        for (i, j), c in terms.items():
            weight += n**i * (c * d**j)
        total += weight * prod((traces.trace(word) for word in product), start=one)
    return EntryLoss(layers, tuple(names), ring, total)


def transpose_defect(layers: int) -> dict[Invariant, dict[tuple[int, int], int]]:
    """Return f(V) - f(V^T) times n^(2L) in trace invariants; empty where it vanishes.

    >>> transpose_defect(1)
    {}
    """
    terms = loss_invariants(layers).terms
    defect: dict[Invariant, dict[tuple[int, int], int]] = {}
    for product, coefficients in terms.items():
        # tr of a word in V^T equals tr of the word with the letters exchanged.
        swapped = tuple(sorted(necklace(transpose_word(word)[::-1]) for word in product))
        other = terms.get(swapped, {})
        difference = {
            key: coefficients.get(key, 0) - other.get(key, 0)
            for key in {*coefficients, *other}
            if coefficients.get(key, 0) != other.get(key, 0)
        }
        if difference:
            defect[product] = difference
    return defect


def loss_at(
    a: Fraction | int,
    d: int,
    layers: int,
    n: int,
    b: Fraction | int = 0,
    r: Fraction | int = 0,
) -> Fraction:
    """Return f at V = aI, or at V = [[a + r, -b], [b, a - r]] for d = 2.

    Raises:
        ValueError: sizes out of range, or b or r not 0 when d != 2.

    >>> loss_at(1, 2, 1, 4)
    Fraction(3, 2)
    """
    check_sizes(d, layers, n)
    if b == 0 and r == 0:
        return scalar_loss_at(a, d, layers, n)
    if d != 2:
        raise ValueError(f"b and r describe a 2x2 matrix; with d = {d} they must be 0")
    return plane_loss_at(layers, n, a, b, r)
