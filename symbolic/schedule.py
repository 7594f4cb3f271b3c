"""Does the reciprocal sum of a schedule diverge?  Decided from its formula, with a proof.

n_t = max(2, ceil(f(t))), and n_t = 2 where f(t) is not a real number.  Steps of the proof:

1. f is, for large t, undefined, bounded above, or positive with f ~ c m for a monomial m of the
   scale (iterated logarithms, powers, exponentials) and a constant c > 0.
2. Undefined or bounded: n_t is bounded, so the terms 1/n_t do not tend to 0.
3. f ~ c m with m -> infinity: f <= n_t <= 2 f as soon as f >= 1, and (c/2) m <= f <= 2 c m from
   some t on, so sum 1/n_t and sum 1/m(t) converge or diverge together.  Write
   log m = b_1 log t + b_2 log log t + ...: at the first level where the coefficient differs from 1
   (or the rest is of another order) the generalised Bertrand series decides: convergent above 1,
   divergent below; if all agree, m = t log t ... l_k exactly and the series diverges (condensation, k times).

Collapse.  When replacing, Sigma_t -> 0 almost surely iff sum 1/n_t diverges, for both estimators
and every dimension (Kakutani; the elementary bounds are in ``symbolic.kakutani``).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symbolic.constants import Constant, UndecidableError
from symbolic.formula import Tree, parse
from symbolic.growth import (
    EXACT_ONE,
    Expander,
    Germ,
    Monomial,
    UndefinedError,
    compare,
    level,
)
from symbolic.values import workprec

__all__ = ["ScheduleProof", "collapses", "decide", "prove_schedule"]

ORDERS = (4, 10, 20)
MAX_EXPONENT = 10**9


@dataclass(frozen=True)
class ScheduleProof:
    """Why the reciprocal sum of a schedule diverges or converges.

    Attributes:
        formula: the formula as given.
        diverges: whether sum 1/n_t is infinite.
        growth: "undefined", "bounded" or "unbounded".
        leading: f is asymptotic to constant * leading; None unless unbounded.
        constant: the positive constant c.
        levels: for level j = 1, 2, ... the coefficient of l_j in log m when it equals 1 so far.
        test: the last comparison, in words.
        exponents: (a_0, a_1, ...) when m = t^a_0 (log t)^a_1 ... with rational exponents.
        eventual_sign: the sign of f(t) for all large t; 0 where f is undefined, zero or not known.
        exact: whether f = constant * leading without lower-order terms.
        eventual_size: n_t for all large t when that is constant (f bounded above), else None.
    """

    formula: str
    diverges: bool
    growth: str
    leading: Monomial | None
    constant: Constant | None
    levels: int
    test: str
    exponents: tuple[Fraction, ...] | None
    eventual_sign: int
    exact: bool = False
    eventual_size: int | None = None


def collapses(schedule: str) -> bool:
    """Decide whether Sigma_t -> 0 almost surely when replacing with n_t = max(2, ceil(formula)).

    Raises:
        ValueError: for a formula outside the class, too large, or not decidable here.

    >>> collapses("5"), collapses("t*log(t)"), collapses("t*log(t)^2"), collapses("t^1.01")
    (True, True, False, False)
    """
    return prove_schedule(schedule).diverges


def prove_schedule(schedule: str) -> ScheduleProof:
    """Return the decision on sum 1/n_t with its proof.

    >>> prove_schedule("t*log(t)*loglog(t)^(3/2)").exponents
    (Fraction(1, 1), Fraction(1, 1), Fraction(3, 2))
    """
    tree = parse(schedule)
    for order in ORDERS:
        try:
            return _prove(schedule, expand(tree, Expander(order)))
        except UndefinedError:
            text = "f is not a real number, so n_t = 2 for all large t"
            return ScheduleProof(
                schedule, True, "undefined", None, None, 0, text, None, 0, eventual_size=2
            )
        except UndecidableError:
            if order == ORDERS[-1]:
                raise
    raise AssertionError


def decide(monomial: Monomial) -> tuple[bool, int, str]:
    """Return (does sum 1/m(t) diverge, number of levels with coefficient 1, last test).

    >>> decide(level(0))
    (True, 1, 'm = t log t ... exactly: condensation')
    """
    rest = dict(monomial.log_terms())
    for j in range(1, 64):
        if not rest:
            return True, j - 1, "m = t log t ... exactly: condensation"
        scale = level(j)
        top = max(rest, key=_Key)
        order = compare(top, scale)
        if order > 0:
            sign = rest[top].sign()
            word = "faster" if sign > 0 else "slower"
            return sign < 0, j - 1, f"log m grows {word} than every multiple of l_{j}"
        if order < 0:
            return True, j - 1, f"log m is of smaller order than l_{j}"
        side = (rest.pop(scale) - Constant.rational(1)).sign()
        if side:
            word = "above" if side > 0 else "below"
            return side < 0, j - 1, f"the coefficient of l_{j} in log m is {word} 1"
    raise UndecidableError("more than 63 iterated logarithms")


def expand(tree: Tree, ring: Expander) -> Germ:
    """Return the expansion of a formula at infinity."""
    kind = tree[0]
    if kind == "number":
        return ring.germ([(Monomial(), Constant.rational(tree[1]))], None)
    if kind == "t":
        return Germ(((level(0), Constant.rational(1)),))
    if kind == "pi":
        return Germ(((Monomial(), Constant.pi()),))
    if kind == "e":
        return Germ(((Monomial(), Constant.rational(1).exp()),))
    if kind == "^":
        return _expand_power(expand(tree[1], ring), expand(tree[2], ring), ring)
    parts = [expand(branch, ring) for branch in tree[1:]]
    if kind == "+":
        return ring.add(*parts)
    if kind == "-":
        return ring.negate(parts[0])
    if kind == "*":
        return ring.multiply(*parts)
    if kind == "/":
        return ring.multiply(parts[0], ring.power(parts[1], Fraction(-1)))
    if kind == "sqrt":
        return ring.power(parts[0], Fraction(1, 2))
    return ring.log(parts[0]) if kind == "log" else ring.exp(parts[0])


def _expand_power(base: Germ, exponent: Germ, ring: Expander) -> Germ:
    """Return base**exponent: by the binomial series for a rational, else exp(exponent log base)."""
    constant = None
    if exponent.remainder is None and len(exponent.terms) <= 1:
        monomial, value = exponent.terms[0] if exponent.terms else (Monomial(), Constant({}))
        constant = value.as_fraction() if monomial.is_one() else None
    if constant is None:
        if ring.lead(base) is None:
            lead = ring.lead(exponent)
            if lead is None or lead[1].sign() > 0:
                return EXACT_ONE if lead is None else base
            raise UndefinedError
        return ring.exp(ring.multiply(exponent, ring.log(base)))
    if max(abs(constant.numerator), constant.denominator) > MAX_EXPONENT:
        raise ValueError(f"exponents of a schedule are limited to {MAX_EXPONENT}")
    return ring.power(base, constant)


def _prove(schedule: str, germ: Germ) -> ScheduleProof:
    sign = germ.terms[0][1].sign() if germ.terms else 0
    if not germ.terms and germ.remainder is not None and compare(germ.remainder, Monomial()) > 0:
        raise UndecidableError("the leading terms of the formula cancel too far to be decided")
    if sign <= 0 or compare(germ.terms[0][0], Monomial()) <= 0:
        text = "f is bounded above, so n_t is bounded and 1/n_t does not tend to 0"
        size = _eventual_size(germ)
        return ScheduleProof(
            schedule, True, "bounded", None, None, 0, text, None, sign, eventual_size=size
        )
    monomial, constant = germ.terms[0]
    answer, levels, test = decide(monomial)
    exponents = None
    if not monomial.exponent:
        fractions = [a.as_fraction() for a in monomial.powers]
        exponents = None if None in fractions else tuple(fractions)
    exact = len(germ.terms) == 1 and germ.remainder is None
    return ScheduleProof(
        schedule, answer, "unbounded", monomial, constant, levels, test, exponents, sign, exact
    )


def _eventual_size(germ: Germ) -> int | None:
    """Return max(2, ceil(f)) for all large t when f is bounded above; None if not determined."""
    if not germ.terms:
        return 2 if germ.remainder is None else None
    monomial, constant = germ.terms[0]
    side = compare(monomial, Monomial())
    if constant.sign() < 0 and side >= 0:
        return 2
    if side < 0:
        return 2
    limit = constant.as_fraction()
    if limit is None:
        with workprec(256):
            ceiling = constant.ball().ceil().unique_fmpz()
        return None if ceiling is None else max(2, int(ceiling))
    if limit.denominator == 1 and len(germ.terms) == 1 and germ.remainder is not None:
        return None
    above = len(germ.terms) > 1 and germ.terms[1][1].sign() > 0
    return max(2, int(limit) + above if limit.denominator == 1 else limit.__ceil__())


class _Key:
    """Sort key of a monomial by growth."""

    def __init__(self, monomial: Monomial) -> None:
        self.monomial = monomial

    def __lt__(self, other: _Key) -> bool:
        return compare(self.monomial, other.monomial) < 0

    def __gt__(self, other: _Key) -> bool:
        return compare(self.monomial, other.monomial) > 0
