r"""The reported fit n_crit ~ 6.95 + 0.45 d + 12.67 d^1.44 / L^2.43, its audit, and what is exact.

Asymptotics of the *local* critical length in d, for fixed L.  Put n = gamma d.  As d grows the
spectrum of W/d tends to the Marchenko-Pastur law, whose moments are
M_k = sum_r N(k, r) gamma^r (Narayana numbers), the scalar loss per dimension tends to
sum_k binom(2L, k) (-u)^k M_k, and the skew second variation per d to the same sums with
E p_i p_j / d^2 -> M_i M_j.  For L >= 3 it changes sign at a finite gamma = c_L, an algebraic number
(``asymptotic_ratio``): n_loc ~ c_L d.  For L = 2 it has no sign change; from the resultant for
symbolic d, n_loc = d^2/2 + 2d + 67/9 + O(1/d) (``two_layer_resultant``).
So no exponent 1.44 in d: it is 2 at L = 2 and 1 at every L >= 3 computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import comb, gcd

from flint import Ordering, arb, fmpq, fmpz_mpoly, fmpz_mpoly_ctx, fmpz_poly

from symbolic.algebraic import real_roots
from symbolic.local_threshold import eliminate_scale, local_critical_context
from symbolic.phase import critical_context
from symbolic.scalar import check_sizes, second_variation
from symbolic.values import NEVER, Algebraic, Bounded, Closed, Never
from symbolic.wishart import trace_moment

__all__ = [
    "FitRow",
    "asymptotic_ratio",
    "audit_fit",
    "fitted_critical_context",
    "replacement_formula",
    "rounded",
    "two_layer_expansion",
    "two_layer_resultant",
]

_CONSTANT, _SLOPE, _FACTOR = Fraction(695, 100), Fraction(45, 100), Fraction(1267, 100)
_POWER_D, _POWER_L = Fraction(144, 100), Fraction(243, 100)


def fitted_critical_context(d: int, layers: int) -> Closed:
    """Return 6.95 + 0.45 d + 12.67 d^1.44 / L^2.43, the reported fit, unrounded.

    >>> rounded(fitted_critical_context(2, 2))
    14
    """
    check_sizes(d, layers)

    def ball(bits: int) -> arb:
        linear = _arb(_CONSTANT + _SLOPE * d)
        return linear + _arb(_FACTOR) * arb(d) ** _arb(_POWER_D) / arb(layers) ** _arb(_POWER_L)

    return Closed(rf"6.95 + 0.45 \cdot {d} + 12.67 \cdot {d}^{{1.44}} / {layers}^{{2.43}}", ball)


def _arb(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def rounded(value: Closed | Algebraic) -> int:
    """Return the integer nearest to a real number that is not half an odd integer.

    Raises:
        ArithmeticError: the enclosure does not decide at 4000 bits.
    """
    bits = 64
    while bits <= 4000:
        candidate = (value.enclose(bits) + arb(fmpq(1, 2))).floor().unique_fmpz()
        if candidate is not None:
            return int(candidate)
        bits *= 2
    raise ArithmeticError("the rounding is not decided at 4000 bits")


@dataclass(frozen=True)
class FitRow:
    """The fit beside the exact values at one (d, L)."""

    d: int
    layers: int
    fitted: int
    local: int | Never
    bounds: int | Never | Bounded

    @property
    def local_error(self) -> int | Never:
        """Rounded fit minus local critical length (NEVER where that is never)."""
        return NEVER if isinstance(self.local, Never) else self.fitted - self.local


def audit_fit(dims: range = range(2, 51), layers: range = range(1, 9)) -> list[FitRow]:
    """Return the fit, rounded, against the local and the global critical lengths on a grid.

    >>> [(row.fitted, row.local, row.bounds) for row in audit_fit(range(2, 3), range(1, 4))]
    [(42, never, never), (14, 15, 15), (10, 15, 14)]
    """
    return [
        FitRow(
            d,
            depth,
            rounded(fitted_critical_context(d, depth)),
            local_critical_context(d, depth),
            critical_context(d, depth),
        )
        for depth in layers
        for d in dims
    ]


def _narayana_moment(k: int) -> fmpz_poly:
    """Return M_k(gamma), the k-th moment of the limit law of W/d with n = gamma d."""
    if k == 0:
        return fmpz_poly([1])
    return fmpz_poly([0, *(comb(k, r) * comb(k, r - 1) // k for r in range(1, k + 1))])


@cache
def asymptotic_ratio(layers: int) -> Algebraic | Never:
    """Return c_L = lim n_loc(d, L)/d as d grows, or NEVER (L = 1, and L = 2 where n_loc ~ d^2/2).

    The largest gamma at which the limit of the skew second variation at the best scalar matrix
    vanishes; beyond it that limit is negative.

    >>> asymptotic_ratio(2)
    never
    >>> asymptotic_ratio(4).compare(1), asymptotic_ratio(4).compare(2)
    (1, -1)
    """
    if layers == 1:
        return NEVER
    check_sizes(2, layers)
    moments = [_narayana_moment(k) for k in range(2 * layers + 1)]
    slope = [k * (-1) ** k * comb(2 * layers, k) * moments[k] for k in range(1, 2 * layers + 1)]
    skew = second_variation(layers, lambda i, j: moments[i] * moments[j], -1)
    # M_i M_j has at least the factor gamma: the elimination is the one in n.
    polynomial = eliminate_scale(slope, skew)
    if polynomial.degree() < 1:
        return NEVER
    positive = [root for root in real_roots(polynomial) if root.compare(0) > 0]
    if not positive:
        return NEVER
    if polynomial.coeffs()[-1] > 0:
        raise ArithmeticError(f"no instability at large n/d for layers = {layers}")
    return positive[-1]


_CORRECTIONS: dict[int, tuple[int, str, str, str]] = {
    2: (5, "67/9", "5.1762", "35.5023"),
    3: (8, "-34.6751", "474.58", "-1016.007"),
    4: (5, "-0.5499", "80.9556", "-295.1663"),
    5: (6, "-0.4899", "85.0319", "-353.4833"),
    6: (9, "0.499", "116.2181", "-808.1195"),
    7: (16, "-0.8479", "213.0673", "-2171.1714"),
    8: (12, "1.0827", "143.5863", "-1434.23"),
}
"""(h, e, k1, k2) for each L, fitted here to d = 2..50; only the leading terms are derived."""


def replacement_formula(d: int, layers: int) -> int:
    """Return ceil(lead(d) + e + k1/(d + h) + k2/(d + h)^2), a formula for the local length.

    lead(d) = c_L d with the exact ratio of ``asymptotic_ratio`` for 3 <= L <= 8, and
    d^2/2 + 2d at L = 2; (h, e, k1, k2) are fitted constants.  It equals the exact local critical
    length at all 343 pairs with 2 <= d <= 50, 2 <= L <= 8 (compared in the tests).

    >>> replacement_formula(2, 2), replacement_formula(50, 2)
    (15, 1358)
    """
    if layers not in _CORRECTIONS or d < 2:
        raise ValueError(f"the formula covers d >= 2 and 2 <= layers <= 8, got {d} and {layers}")
    h, *constants = _CORRECTIONS[layers]
    e, k1, k2 = map(Fraction, constants)
    rest = e + k1 / (d + h) + k2 / (d + h) ** 2
    ratio = asymptotic_ratio(layers)
    bits = 64
    while bits <= 1024:
        if isinstance(ratio, Never):
            lead = _arb(Fraction(d * d, 2) + 2 * d)
        else:
            lead = ratio.enclose(bits) * d
        answer = (lead + _arb(rest)).ceil().unique_fmpz()
        if answer is not None:
            return int(answer)
        bits *= 2
    raise ArithmeticError("the formula sits on an integer at 1024 bits")


SIZES = fmpz_mpoly_ctx.get(("n", "d", "a"), Ordering.lex)
"""The ring Z[n, d, a]."""


@cache
def two_layer_resultant() -> fmpz_mpoly:
    """Return Res_a(f0', skew second variation) at L = 2 for symbolic n and d, trivial factors out.

    Its sign at integers n >= 1, d >= 2 is that of the skew second variation at the best scalar
    matrix.
    """
    n, d, a = SIZES.gens()

    def mean(*powers: int) -> fmpz_mpoly:
        zeros = powers.count(0)
        terms = trace_moment(tuple(p for p in powers if p)).to_dict()
        moment = SIZES.from_dict({(i, j, 0): c for (i, j), c in terms.items()})
        return moment * d**zeros

    slope = SIZES.constant(0)
    for k in range(1, 5):
        slope += k * (-1) ** k * comb(4, k) * mean(k) * a ** (k - 1)
    skew = SIZES.constant(0)
    for k, c in enumerate(second_variation(2, lambda i, j: mean(i, j) - mean(i + j), -1)):
        skew += c * a**k
    result = slope.resultant(skew, "a")
    for factor in (n, d, d - 1):
        while True:
            quotient, remainder = divmod(result, factor)
            if remainder != 0:
                break
            result = quotient
    content = 0
    for value in result.coeffs():
        content = gcd(content, int(value))
    return SIZES.from_dict({e: value // content for e, value in result.to_dict().items()})


def two_layer_expansion() -> tuple[Fraction, Fraction, Fraction]:
    """Return (c2, c1, c0) with onset(d, 2) = c2 d^2 + c1 d + c0 + O(1/d), by Newton's polygon.

    >>> two_layer_expansion()
    (Fraction(1, 2), Fraction(2, 1), Fraction(67, 9))
    """
    terms = {
        (int(i), int(j)): int(c) for (i, j, _), c in two_layer_resultant().to_dict().items()
    }
    # Substitute n = d^2 (c2 + c1/d + c0/d^2): order by order each coefficient enters linearly.
    found: list[Fraction] = []
    top = max(2 * i + j for i, j in terms)
    lead = {i: c for (i, j), c in terms.items() if 2 * i + j == top}
    low = min(lead)
    if set(lead) != {low, low + 1}:
        raise ArithmeticError("the leading form is not linear in n")
    found.append(Fraction(-lead[low], lead[low + 1]))
    for order in (1, 2):
        constant = _coefficient(terms, top - order, [*found, Fraction(0)])
        with_one = _coefficient(terms, top - order, [*found, Fraction(1)])
        found.append(-constant / (with_one - constant))
    return found[0], found[1], found[2]


def _coefficient(terms: dict[tuple[int, int], int], power: int, series: list[Fraction]) -> Fraction:
    """Return the coefficient of d^power in sum c n^i d^j, n = d^2 sum_k series[k] d^-k."""
    depth = max(2 * i + j for i, j in terms) - power
    powers = [[Fraction(1)] + [Fraction(0)] * depth]
    for _ in range(max(i for i, _ in terms)):
        last = powers[-1]
        powers.append(
            [
                sum(
                    (last[m] * series[k - m] for m in range(k + 1) if k - m < len(series)),
                    Fraction(0),
                )
                for k in range(depth + 1)
            ]
        )
    total = Fraction(0)
    for (i, j), c in terms.items():
        below = 2 * i + j - power
        if 0 <= below <= depth:
            total += c * powers[i][below]
    return total
