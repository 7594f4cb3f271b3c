"""Does the reciprocal sum of a schedule diverge?  Decided from its formula, with a proof.

n_t = max(2, ceil(f(t))), and n_t = 2 where f(t) is not a real number.  Steps of the proof:

1. f is, for large t, undefined, bounded above, or positive with f ~ c m for a monomial m of the
   scale (iterated logarithms, powers, exponentials) and a constant c > 0.
2. Undefined or bounded: n_t is bounded, so the terms 1/n_t do not tend to 0.
3. f ~ c m with m -> infinity: f <= n_t <= 2 f as soon as f >= 1, and (c/2) m <= f <= 2 c m from
   some t on, so sum 1/n_t and sum 1/m(t) converge or diverge together.  Write
   log m = b_1 log t + b_2 log log t + ...: at the first level where the coefficient differs from 1
   (or the rest is of another order) the generalised Bertrand series decides: convergent above 1,
   divergent below; if all agree, m = t log t ... l_k exactly and the series diverges
   (condensation, k times).

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

ORDERS = (2, 5, 10, 20)
MAX_EXPONENT = 10**9
BUDGET = 40_000
"""Term operations for one formula, over all attempts; about half a second."""


@dataclass(frozen=True)
class ScheduleProof:
    """Why the reciprocal sum of a schedule diverges or converges.

    Attributes:
        formula: the formula as given.
        diverges: whether sum 1/n_t is infinite.
        growth: "undefined", "bounded" or "unbounded".
        leading: f is asymptotic to constant * leading; None unless unbounded, and None where only
            log f could be expanded.
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
    budget = BUDGET
    for order in ORDERS:
        ring = Expander(order, budget)
        try:
            try:
                return _prove(schedule, expand(tree, ring))
            except UndecidableError:
                return _prove_by_logarithm(schedule, _logarithm(tree, ring), ring)
        except UndefinedError:
            text = "f is not a real number, so n_t = 2 for all large t"
            return ScheduleProof(
                schedule, True, "undefined", None, None, 0, text, None, 0, eventual_size=2
            )
        except UndecidableError:
            budget = ring.budget
            if order == ORDERS[-1] or budget < 0:
                raise
    raise AssertionError


def decide(monomial: Monomial) -> tuple[bool, int, str]:
    """Return (does sum 1/m(t) diverge, number of levels with coefficient 1, last test).

    >>> decide(level(0))
    (True, 1, 'm = t log t ... exactly: condensation')
    """
    ring = Expander(ORDERS[-1])
    return _decide_logarithm(ring.germ(monomial.log_terms(), None), ring)


def _decide_logarithm(rest: Germ, ring: Expander) -> tuple[bool, int, str]:
    """Decide sum exp(-rest(t)): compare rest with l_1, then rest - l_1 with l_2, and so on."""
    for j in range(1, 64):
        lead = ring.lead(rest)
        if lead is None:
            return True, j - 1, "m = t log t ... exactly: condensation"
        order = compare(lead[0], level(j))
        if order > 0:
            sign = lead[1].sign()
            word = "faster" if sign > 0 else "slower"
            return sign < 0, j - 1, f"log m grows {word} than every multiple of l_{j}"
        if order < 0:
            return True, j - 1, f"log m is of smaller order than l_{j}"
        side = (lead[1] - Constant.rational(1)).sign()
        if side:
            word = "above" if side > 0 else "below"
            return side < 0, j - 1, f"the coefficient of l_{j} in log m is {word} 1"
        rest = Germ(rest.terms[1:], rest.remainder)
    raise UndecidableError("more than 63 iterated logarithms")


def _logarithm(tree: Tree, ring: Expander) -> Germ:
    """Return log f through products, powers and exponentials, without expanding these."""
    kind = tree[0]
    if kind == "exp":
        return expand(tree[1], ring)
    if kind == "*":
        return ring.add(_logarithm(tree[1], ring), _logarithm(tree[2], ring))
    if kind == "/":
        return ring.add(_logarithm(tree[1], ring), ring.negate(_logarithm(tree[2], ring)))
    if kind == "^":
        return ring.multiply(expand(tree[2], ring), _logarithm(tree[1], ring))
    if kind == "sqrt":
        return ring.constant_times(_logarithm(tree[1], ring), Fraction(1, 2))
    try:
        return ring.log(expand(tree, ring))
    except UndefinedError:
        raise UndecidableError("a factor of the formula is not positive") from None


def _prove_by_logarithm(schedule: str, log_f: Germ, ring: Expander) -> ScheduleProof:
    """Prove from log f alone, when f has no leading monomial within the order of the ring."""
    lead = ring.lead(log_f)
    if lead is None or lead[1].sign() < 0 or compare(lead[0], Monomial()) <= 0:
        text = "log f is bounded above, so n_t is bounded and 1/n_t does not tend to 0"
        return ScheduleProof(schedule, True, "bounded", None, None, 0, text, None, 1)
    answer, levels, test = _decide_logarithm(log_f, ring)
    return ScheduleProof(schedule, answer, "unbounded", None, None, levels, test, None, 1)


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
    if kind == "log":
        return _expand_log(tree[1], ring)
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
    return ring.exp(parts[0])


def _expand_log(tree: Tree, ring: Expander) -> Germ:
    """Return the expansion of log(tree), term by term where tree itself has no expansion."""
    try:
        argument = expand(tree, ring)
    except UndecidableError:
        return _logarithm(tree, ring)
    return ring.log(argument)


def _expand_power(base: Germ, exponent: Germ, ring: Expander) -> Germ:
    """Return base**exponent: by the binomial series for a rational, else exp(exponent log base)."""
    constant = None
    if exponent.remainder is None and len(exponent.terms) <= 1:
        monomial, value = exponent.terms[0] if exponent.terms else (Monomial(), Constant({}))
        constant = value.as_fraction() if monomial.is_one() else None
    if constant is None:
        leading = ring.lead(base)
        if leading is None:
            lead = ring.lead(exponent)
            if lead is None or lead[1].sign() > 0:
                return EXACT_ONE if lead is None else base
            raise UndefinedError
        if leading[1].sign() < 0:
            raise ValueError(
                "a negative number to a power that depends on t is defined for some t only: it has "
                "no growth that could be decided"
            )
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
        rational = tuple(a for a in fractions if a is not None)
        exponents = rational if len(rational) == len(fractions) else None
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
