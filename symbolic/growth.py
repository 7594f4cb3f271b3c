"""Asymptotic expansions, as t -> infinity, of formulas built from t, log, exp and real powers.

Scale.  l_0 = t, l_1 = log t, l_2 = log log t, ...  A ``Monomial`` is
l_0^a_0 l_1^a_1 ... l_k^a_k exp(E) with E a finite sum of infinite monomials none of which is a
multiple of some l_j, j >= 1 (those are absorbed by exp(c l_j) = l_(j-1)^c).  Monomials are totally
ordered by growth: compare the logarithms, whose leading terms are monomials of smaller exponential
height, and fall back on the lexicographic order of (a_0, a_1, ...) when both have E = 0.

A ``Germ`` is a finite sum of constants times monomials in decreasing order, plus an error that is
O(remainder); ``remainder`` None means that the sum is exact.  Sums, products, powers, log and exp
are expanded to a fixed number of terms.  Formulas of this class are germs of a Hardy field
(Hardy 1910), so each is eventually of one sign and monotone, and a leading term decides it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key

from symbolic.constants import Constant, UndecidableError

__all__ = ["Expander", "Germ", "Monomial", "UndefinedError", "compare"]

ONE = Constant.rational(1)
ZERO = Constant({})


class UndefinedError(Exception):
    """The formula is not a real number for all large t."""


@dataclass(frozen=True)
class Monomial:
    """l_0^powers[0] l_1^powers[1] ... exp(sum of the terms of ``exponent``)."""

    powers: tuple[Constant, ...] = ()
    exponent: tuple[tuple[Monomial, Constant], ...] = ()

    def is_one(self) -> bool:
        """Return whether this is the constant monomial 1."""
        return not self.powers and not self.exponent

    def log_terms(self) -> list[tuple[Monomial, Constant]]:
        """Return log of the monomial as a list of terms (exact, unordered)."""
        logs = [(level(j + 1), a) for j, a in enumerate(self.powers) if not a.is_zero()]
        return list(self.exponent) + logs

    def height(self) -> int:
        """Return the nesting depth of exponentials."""
        return 1 + max(m.height() for m, _ in self.exponent) if self.exponent else 0

    def __str__(self) -> str:
        logs = enumerate(self.powers)
        parts = [f"({'log ' * j}t)^({a})" for j, a in logs if not a.is_zero()]
        if self.exponent:
            parts.append("exp(" + " + ".join(f"({c})*{m}" for m, c in self.exponent) + ")")
        return " ".join(parts) or "1"


def level(j: int) -> Monomial:
    """Return the monomial l_j: t for j = 0, the j-fold iterated logarithm of t for j >= 1."""
    return Monomial((ZERO,) * j + (ONE,))


@dataclass(frozen=True)
class Germ:
    """A finite expansion; ``remainder`` None means exact."""

    terms: tuple[tuple[Monomial, Constant], ...]
    remainder: Monomial | None = None


def _strip(powers: list[Constant]) -> tuple[Constant, ...]:
    while powers and powers[-1].is_zero():
        powers.pop()
    return tuple(powers)


def _add_powers(a: tuple[Constant, ...], b: tuple[Constant, ...]) -> tuple[Constant, ...]:
    size = max(len(a), len(b))
    pad_a, pad_b = a + (ZERO,) * (size - len(a)), b + (ZERO,) * (size - len(b))
    return _strip([x + y for x, y in zip(pad_a, pad_b, strict=True)])


def _collect(terms: list[tuple[Monomial, Constant]]) -> list[tuple[Monomial, Constant]]:
    total: dict[Monomial, Constant] = {}
    for monomial, constant in terms:
        total[monomial] = total[monomial] + constant if monomial in total else constant
    return [(m, c) for m, c in total.items() if not c.is_zero()]


def multiply(a: Monomial, b: Monomial) -> Monomial:
    """Return the product of two monomials."""
    exponent = _collect(list(a.exponent) + list(b.exponent))
    return Monomial(_add_powers(a.powers, b.powers), _sorted(exponent))


def scale(a: Monomial, factor: Constant) -> Monomial:
    """Return a**factor for a non-zero constant ``factor``."""
    powers = tuple(x * factor for x in a.powers)
    return Monomial(powers, tuple((m, c * factor) for m, c in a.exponent))


def compare(a: Monomial, b: Monomial) -> int:
    """Return 1 if a/b -> infinity, -1 if a/b -> 0, 0 if a = b."""
    if a == b:
        return 0
    exponent = _collect(list(a.exponent) + [(m, -c) for m, c in b.exponent])
    powers = _add_powers(a.powers, tuple(-x for x in b.powers))
    if not exponent:
        return next(x.sign() for x in powers if not x.is_zero())
    monomial, constant = _sorted(exponent)[0]
    first = next((j for j, x in enumerate(powers) if not x.is_zero()), None)
    if first is not None and compare(level(first + 1), monomial) > 0:
        return powers[first].sign()
    return constant.sign()


def _sorted(terms: list[tuple[Monomial, Constant]]) -> tuple[tuple[Monomial, Constant], ...]:
    if len(terms) < 2:
        return tuple(terms)
    key = cmp_to_key(compare)
    return tuple(sorted(terms, key=lambda term: key(term[0]), reverse=True))


UNIT = Monomial()
EXACT_ONE = Germ(((UNIT, ONE),))


class Expander:
    """Arithmetic of germs with at most ``order`` terms each, and a budget of operations.

    >>> ring = Expander(6)
    >>> t = Germ(((level(0), ONE),))
    >>> root = ring.power(ring.add(ring.multiply(t, t), t), Fraction(1, 2))
    >>> [str(m) for m, _ in ring.add(root, ring.negate(t)).terms][:2]
    ['1', '(t)^(-1)']
    """

    def __init__(self, order: int, budget: int = 40_000, height: int = 6) -> None:
        self.order, self.budget, self.height = order, budget, height

    def _spend(self, count: int) -> None:
        self.budget -= count
        if self.budget < 0:
            raise UndecidableError("the formula is too large to be expanded")

    def germ(self, terms: list[tuple[Monomial, Constant]], remainder: Monomial | None) -> Germ:
        """Return the germ of ``terms`` in order, cut to the order of this ring."""
        self._spend(sum(len(c.terms) for _, c in terms) + 2 * len(terms) + 1)
        ordered = list(_sorted(_collect(terms)))
        if remainder is not None:
            ordered = [x for x in ordered if compare(x[0], remainder) > 0]
        if len(ordered) > self.order:
            remainder = ordered[self.order][0]
            ordered = ordered[: self.order]
        return Germ(tuple(ordered), remainder)

    def lead(self, a: Germ) -> tuple[Monomial, Constant] | None:
        """Return the leading term, or None for the exact zero.

        Raises:
            UndecidableError: when all known terms cancelled.
        """
        if a.terms:
            return a.terms[0]
        if a.remainder is not None:
            raise UndecidableError("the leading terms of the formula cancel too far")
        return None

    def add(self, a: Germ, b: Germ) -> Germ:
        """Return a + b."""
        rest = [r for r in (a.remainder, b.remainder) if r is not None]
        return self.germ(list(a.terms) + list(b.terms), _largest(rest))

    def negate(self, a: Germ) -> Germ:
        """Return -a."""
        return Germ(tuple((m, -c) for m, c in a.terms), a.remainder)

    def multiply(self, a: Germ, b: Germ) -> Germ:
        """Return a b."""
        size_a = sum(len(c.terms) for _, c in a.terms)
        self._spend(2 * size_a * sum(len(c.terms) for _, c in b.terms))
        terms = [(multiply(m, p), c * s) for m, c in a.terms for p, s in b.terms]
        rest = []
        for one, two in ((a, b), (b, a)):
            size = one.terms[0][0] if one.terms else one.remainder
            if two.remainder is not None and size is not None:
                rest.append(multiply(size, two.remainder))
        return self.germ(terms, _largest(rest))

    def _series(self, small: Germ, coefficient: Callable[[int], Fraction]) -> Germ:
        """Return sum_k coefficient(k) small^k, small -> 0, as far as the order goes."""
        total = EXACT_ONE if coefficient(0) else Germ(())
        if not small.terms and small.remainder is None:
            return total
        factor = EXACT_ONE
        for k in range(1, self.order + 1):
            factor = self.multiply(factor, small)
            if not factor.terms:
                break
            total = self.add(total, self.constant_times(factor, coefficient(k)))
        else:
            factor = self.multiply(factor, small)
        tail = factor.terms[0][0] if factor.terms else factor.remainder
        return self.germ(list(total.terms), _largest([r for r in (total.remainder, tail) if r]))

    def constant_times(self, a: Germ, factor: Fraction | Constant) -> Germ:
        """Return factor * a."""
        if factor.is_zero() if isinstance(factor, Constant) else factor == 0:
            return Germ((), a.remainder)
        return Germ(tuple((m, c * factor) for m, c in a.terms), a.remainder)

    def _relative(self, a: Germ, monomial: Monomial, constant: Constant) -> Germ:
        """Return a/(constant monomial) - 1 for the leading term of a."""
        inverse = scale(monomial, -ONE)
        unit = constant.power(Fraction(-1))
        terms = [(multiply(m, inverse), c * unit) for m, c in a.terms[1:]]
        rest = None if a.remainder is None else multiply(a.remainder, inverse)
        return self.germ(terms, rest)

    def power(self, a: Germ, exponent: Fraction) -> Germ:
        """Return a**exponent, real powers of positive numbers and integer powers of all.

        Raises:
            UndefinedError: for a negative base with a fractional exponent, or a negative
                power of zero.
        """
        lead = self.lead(a)
        if lead is None:
            if exponent < 0:
                raise UndefinedError
            return EXACT_ONE if exponent == 0 else a
        if exponent == 0:
            return EXACT_ONE
        monomial, constant = lead
        if exponent.denominator != 1 and constant.sign() < 0:
            raise UndefinedError
        small = self._relative(a, monomial, constant)
        binomial = [Fraction(1)]
        for k in range(self.order + 1):
            binomial.append(binomial[-1] * (exponent - k) / (k + 1))
        series = self._series(small, lambda k: binomial[k])
        if exponent.denominator == 1 and 0 < exponent <= self.order and a.remainder is None:
            series = self._exact_power(small, int(exponent))
        factor = scale(monomial, Constant.rational(exponent)), constant.power(exponent)
        return self.multiply(Germ((factor,)), series)

    def _exact_power(self, small: Germ, exponent: int) -> Germ:
        """Return (1 + small)**exponent without an artificial remainder."""
        base, total = self.add(EXACT_ONE, small), EXACT_ONE
        for _ in range(exponent):
            total = self.multiply(total, base)
        return total

    def log(self, a: Germ) -> Germ:
        """Return log a.

        Raises:
            UndefinedError: if a is not positive for large t.
        """
        lead = self.lead(a)
        if lead is None or lead[1].sign() < 0:
            raise UndefinedError
        monomial, constant = lead
        small = self._relative(a, monomial, constant)
        series = self._series(small, lambda k: Fraction((-1) ** (k + 1), k) if k else Fraction(0))
        head = [*monomial.log_terms(), (UNIT, constant.log())]
        return self.germ(head + list(series.terms), series.remainder)

    def exp(self, a: Germ) -> Germ:
        """Return exp a."""
        if a.remainder is not None and compare(a.remainder, UNIT) >= 0:
            raise UndecidableError("an exponent is not known precisely enough")
        powers: dict[int, Constant] = {}
        large, small, constant = [], [], ONE
        for monomial, coefficient in a.terms:
            side = compare(monomial, UNIT)
            index = _log_level(monomial)
            if index is not None:
                powers[index] = coefficient
            elif side > 0:
                large.append((monomial, coefficient))
            elif side == 0:
                constant = coefficient.exp()
            else:
                small.append((monomial, coefficient))
        size = max(powers, default=-1) + 1
        head = Monomial(tuple(powers.get(j, ZERO) for j in range(size)), tuple(large))
        if head.height() > self.height:
            raise ValueError(f"exponentials are nested deeper than {self.height}")
        factorial = [Fraction(1)]
        for k in range(1, self.order + 1):
            factorial.append(factorial[-1] / k)
        series = self._series(Germ(tuple(small), a.remainder), lambda k: factorial[k])
        return self.multiply(Germ(((head, constant),)), series)


def _log_level(monomial: Monomial) -> int | None:
    """Return j if the monomial is l_(j+1), so that exp(c l_(j+1)) = l_j^c."""
    size = len(monomial.powers)
    return size - 2 if size >= 2 and monomial == level(size - 1) else None


def _largest(monomials: list[Monomial]) -> Monomial | None:
    best: Monomial | None = None
    for monomial in monomials:
        if best is None or compare(monomial, best) > 0:
            best = monomial
    return best
