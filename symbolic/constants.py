"""Exact real constants built from rationals, pi, e, logarithms, exponentials and powers.

A constant is a polynomial with rational coefficients in positive generators with rational
exponents.  Equal normal forms are equal numbers; for different ones the sign is decided by ``arb``
balls of growing precision.  A difference that no precision separates from zero is refused, so that
an unknown relation between generators is never guessed.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb, fmpz

from symbolic.special import ball_of
from symbolic.values import workprec

__all__ = ["Constant", "UndecidableError"]

Generator = tuple[str, Any]
Product = frozenset[tuple[Generator, Fraction]]

MAX_TERMS = 150
MAX_BITS = 20_000
MAX_PRECISION = 2048
FACTOR_BITS = 96
RATIONAL: Product = frozenset()


class UndecidableError(ValueError):
    """The sign of a constant, or the leading term of a formula, cannot be decided here."""


class Constant:
    """A real number as a finite sum of rational multiples of products of positive generators.

    >>> two = Constant.rational(2)
    >>> (two.log() - Constant.rational(4).log() * Fraction(1, 2)).is_zero()
    True
    >>> (Constant.pi() - Constant.rational(Fraction(22, 7))).sign()
    -1
    """

    __slots__ = ("_hash", "_key", "_sign", "terms")

    def __init__(self, terms: dict[Product, Fraction]) -> None:
        self.terms = tuple((p, c) for p, c in terms.items() if c)
        self._key = frozenset(self.terms)
        self._hash = hash(self._key)
        self._sign: int | None = None
        if len(self.terms) > MAX_TERMS:
            raise UndecidableError("a constant of the formula has too many terms")
        for _, c in self.terms:
            if c.numerator.bit_length() + c.denominator.bit_length() > MAX_BITS:
                raise UndecidableError("a constant of the formula is too large")

    @staticmethod
    def rational(value: Fraction | int) -> Constant:
        """Return the rational number ``value``."""
        return Constant({RATIONAL: Fraction(value)})

    @staticmethod
    def pi() -> Constant:
        """Return pi."""
        return _single(("pi", 0), Fraction(1))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Constant) and self._key == other._key

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        if not self.terms:
            return "0"
        parts = ["*".join([str(c), *sorted(map(_factor_name, p))]) for p, c in self.terms]
        return "+".join(sorted(parts))

    def __add__(self, other: Constant) -> Constant:
        total = dict(self.terms)
        for p, c in other.terms:
            total[p] = total.get(p, Fraction(0)) + c
        return Constant(total)

    def __neg__(self) -> Constant:
        return Constant({p: -c for p, c in self.terms})

    def __sub__(self, other: Constant) -> Constant:
        return self + -other

    def __mul__(self, other: Constant | Fraction | int) -> Constant:
        if not isinstance(other, Constant):
            return Constant({p: c * other for p, c in self.terms})
        total: dict[Product, Fraction] = {}
        for p, c in self.terms:
            for q, s in other.terms:
                product, factor = _multiply(p, q)
                total[product] = total.get(product, Fraction(0)) + c * s * factor
        return Constant(total)

    def is_zero(self) -> bool:
        """Return whether the normal form is zero."""
        return not self.terms

    def as_fraction(self) -> Fraction | None:
        """Return the number as a fraction if its normal form is rational, else None."""
        if not self.terms:
            return Fraction(0)
        if len(self.terms) == 1 and not self.terms[0][0]:
            return self.terms[0][1]
        return None

    def ball(self) -> arb:
        """Return a ball that contains the number, at the working precision in force."""
        total = arb(0)
        for product, coefficient in self.terms:
            value = ball_of(coefficient)
            for generator, exponent in product:
                value *= (_generator_log(generator) * ball_of(exponent)).exp()
            total += value
        return total

    def sign(self) -> int:
        """Return the sign, exactly.

        Raises:
            UndecidableError: if its form is not zero and no precision separates it from 0.
        """
        if self._sign is None:
            self._sign = self._find_sign()
        return self._sign

    def _find_sign(self) -> int:
        if len(self.terms) <= 1:
            return next(((c > 0) - (c < 0) for _, c in self.terms), 0)
        bits = 64
        while bits <= MAX_PRECISION:
            with workprec(bits):
                value = self.ball()
                if value > 0:
                    return 1
                if value < 0:
                    return -1
            bits *= 2
        raise UndecidableError(f"the sign of the constant {self!r} could not be decided")

    def power(self, exponent: Fraction) -> Constant:
        """Return self**exponent; self > 0 unless the exponent is an integer.

        Raises:
            ZeroDivisionError: for a negative power of zero.
        """
        if exponent == 0:
            return Constant.rational(1)
        if not self.terms:
            if exponent < 0:
                raise ZeroDivisionError
            return self
        if len(self.terms) == 1:
            product, coefficient = self.terms[0]
            flip = coefficient < 0 and exponent.numerator % 2 == 1
            result = _rational_power(abs(coefficient), exponent)
            scaled = frozenset((g, e * exponent) for g, e in product)
            result *= Constant({scaled: Fraction(1)})
            return _normal(-result if flip else result)
        positive = self if self.sign() > 0 else -self
        flip = self.sign() < 0 and exponent.numerator % 2 == 1
        if exponent.denominator == 1 and 0 < exponent <= 8:
            result = positive
            for _ in range(int(exponent) - 1):
                result = result * positive
        else:
            result = _single(("sum", positive), exponent)
        return -result if flip else result

    def log(self) -> Constant:
        """Return the natural logarithm of a positive constant."""
        if len(self.terms) > 1:
            return _log_generator(("sum", self))
        product, coefficient = self.terms[0]
        total = Constant({})
        if max(coefficient.numerator, coefficient.denominator).bit_length() > FACTOR_BITS:
            total = _log_generator(("sum", Constant.rational(coefficient)))
            coefficient = Fraction(1)
        for prime, multiplicity in _factor(coefficient):
            total += _log_generator(("prime", prime)) * multiplicity
        for generator, exponent in product:
            total += _log_generator(generator) * exponent
        return total

    def exp(self) -> Constant:
        """Return e**self, with exp(r log g) simplified to g**r."""
        result, rest = Constant.rational(1), Constant({})
        for product, coefficient in self.terms:
            (kind, generator), exponent = next(iter(product), (("", ("", 0)), Fraction(1)))
            if not product:
                result *= _single(("e", 0), coefficient)
            elif len(product) == 1 and kind == "log" and exponent == 1:
                if generator[0] == "prime":
                    result *= _rational_power(Fraction(generator[1]), coefficient)
                else:
                    result *= _single(generator, coefficient)
            else:
                rest += Constant({product: coefficient})
        if rest.terms:
            result *= _single(("exp", rest), Fraction(1))
        return result


def _single(generator: Generator, exponent: Fraction) -> Constant:
    """Return generator**exponent."""
    return Constant({_product({generator: exponent}): Fraction(1)})


def _factor_name(factor: tuple[Generator, Fraction]) -> str:
    return f"{_name(factor[0])}^({factor[1]})"


def _name(generator: Generator) -> str:
    kind, value = generator
    if kind in ("pi", "e"):
        return kind
    if kind == "prime":
        return str(value)
    return f"{'' if kind == 'sum' else kind}({_name(value) if kind == 'log' else value})"


def _multiply(p: Product, q: Product) -> tuple[Product, Fraction]:
    if (not p or not q) and all(g[0] != "prime" for g, _ in p | q):
        return p | q, Fraction(1)
    exponents = dict(p)
    for generator, exponent in q:
        exponents[generator] = exponents.get(generator, Fraction(0)) + exponent
    factor = Fraction(1)
    for generator in list(exponents):
        if generator[0] == "prime":
            whole = exponents[generator].__floor__()
            factor *= _bounded_power(Fraction(generator[1]), whole)
            exponents[generator] -= whole
    return _product(exponents), factor


def _product(exponents: dict[Generator, Fraction]) -> Product:
    return frozenset((g, e) for g, e in exponents.items() if e)


def _normal(value: Constant) -> Constant:
    total: dict[Product, Fraction] = {}
    for p, c in value.terms:
        product, factor = _multiply(p, RATIONAL)
        total[product] = total.get(product, Fraction(0)) + c * factor
    return Constant(total)


def _bounded_power(base: Fraction, exponent: int) -> Fraction:
    if abs(exponent) * (base.numerator.bit_length() + base.denominator.bit_length()) > MAX_BITS:
        raise UndecidableError("a constant of the formula is too large")
    return base**exponent


def _factor(value: Fraction) -> list[tuple[int, int]]:
    """Return the prime factorisation of a positive rational; refuses one that is hard."""
    if max(value.numerator, value.denominator).bit_length() > FACTOR_BITS:
        raise UndecidableError("a constant of the formula is too large to be factored")
    result = [(int(p), int(k)) for p, k in fmpz(value.numerator).factor() if p != 1]
    return result + [(int(p), -int(k)) for p, k in fmpz(value.denominator).factor() if p != 1]


def _rational_power(base: Fraction, exponent: Fraction) -> Constant:
    if exponent.denominator == 1:
        return Constant.rational(_bounded_power(base, int(exponent)))
    exponents: dict[Generator, Fraction] = {("prime", p): k * exponent for p, k in _factor(base)}
    return _normal(Constant({_product(exponents): Fraction(1)}))


def _log_generator(generator: Generator) -> Constant:
    kind, value = generator
    if kind == "e":
        return Constant.rational(1)
    if kind == "exp":
        return value
    with workprec(128):
        positive = _generator_log(generator) > 0
        if not positive and not _generator_log(generator) < 0:
            raise UndecidableError("the sign of a logarithm of a constant could not be decided")
    if not positive:
        return -_log_generator(("sum", _single(generator, Fraction(-1))))
    return _single(("log", generator), Fraction(1))


def _generator_log(generator: Generator) -> arb:
    """Return a ball around the logarithm of a generator."""
    kind, value = generator
    if kind == "e":
        return arb(1)
    if kind == "pi":
        return arb.pi().log()
    if kind == "prime":
        return arb(value).log()
    if kind == "exp":
        return value.ball()
    if kind == "log":
        return _generator_log(value).log()
    return value.ball().log()
