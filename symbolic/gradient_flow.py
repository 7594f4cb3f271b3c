r"""Gradient flow of the in-context loss from a scalar start, and what it cannot reach.

f(O V O^T) = f(V), so grad f(aI) commutes with every orthogonal matrix and is scalar: the flow from
a scalar start stays scalar, follows a' = -f0'(a)/d with f0 strictly convex, and converges to the best
scalar matrix a* I from every a.  When every global minimiser has a skew part it does not reach one;
when aI is unstable in skew directions its limit is a saddle, which almost no start near it reaches.
"""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq, fmpq_poly

from symbolic.critical_points import clear_denominators, exact_sign, real_points
from symbolic.noise_theorem import coefficients_by_power_of_a, noise_part, reduced_slope
from symbolic.scalar import best_scalar
from symbolic.values import Algebraic, Closed, enclose, workprec

__all__ = [
    "bound_is_informative_from",
    "dominance_ratio",
    "flow_limit",
    "flow_time_exponent",
    "plane_minimiser",
    "rotation_angle",
    "skew_gap",
]


def flow_limit(d: int, layers: int, n: int) -> Fraction | Algebraic:
    """Return the a with aI the limit of gradient flow from any scalar start (no noise).

    >>> flow_limit(2, 1, 3)
    Fraction(1, 2)
    """
    return best_scalar(d, layers, n)


def _in_a(poly, n: int) -> fmpq_poly:
    """Return a noise-free polynomial in (n, a) as a polynomial in a at this n."""
    zero = fmpq(0)
    return fmpq_poly(
        [row(fmpq(n), zero, zero, zero, zero) for row in coefficients_by_power_of_a(poly)]
    )


def plane_minimiser(n: int) -> tuple[Fraction | Algebraic, fmpq_poly, Fraction]:
    """Return (a, f2, f4) of the minimiser aI +- bJ for d = L = 2: b^2 = max(0, -f2(a)/(2 f4)).

    n <= 14: a is the best scalar and b = 0.  n >= 15: a is the middle-to-largest critical point of
    phi = f0 - f2^2/(4 f4) inside {f2 < 0}, the only one there.

    Raises:
        ArithmeticError: n >= 15 and the critical point is not unique (excluded by the theorem).

    >>> plane_minimiser(14)[0] == flow_limit(2, 2, 14)
    True
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise ValueError(f"the context length must be an integer >= 1, got {n!r}")
    f2, f4 = _in_a(noise_part("f2"), n), _in_a(noise_part("f4"), n)[0]
    top = Fraction(int(f4.p), int(f4.q))
    if n < 15:
        return best_scalar(2, 2, n), f2, top
    slope = clear_denominators(list(_in_a(reduced_slope(), n).coeffs()))
    inside = [a for a in real_points(slope) if exact_sign(f2, a) < 0]
    if len(inside) != 1:
        raise ArithmeticError(f"{len(inside)} critical points with a skew part at n = {n}")
    return inside[0], f2, top


def rotation_angle(n: int) -> Fraction | Closed:
    """Return the angle, in radians, by which the minimiser at d = L = 2 turns each gradient.

    arctan(b/a) for V = aI + bJ; the other minimiser, its transpose, turns by the opposite angle.

    >>> rotation_angle(14)
    Fraction(0, 1)
    >>> rotation_angle(100).enclose(53) > 0
    True
    """
    a, f2, f4 = plane_minimiser(n)
    if n < 15:
        return Fraction(0)
    integers = clear_denominators([Fraction(int(c.p), int(c.q)) / (-2 * f4) for c in f2.coeffs()])
    scale = _scale([Fraction(int(c.p), int(c.q)) / (-2 * f4) for c in f2.coeffs()], integers)

    def ball(bits: int):
        place = enclose(a, bits + 64)
        with workprec(bits + 64):
            square = integers(place) / fmpq(scale.numerator, scale.denominator)
            return (square.sqrt() / place).atan()

    return Closed(rf"\arctan(b/a) \text{{ at }} n = {n}", ball)


def _scale(values: list[Fraction], integers) -> Fraction:
    index = next(k for k, value in enumerate(values) if value)
    return Fraction(int(integers[index])) / values[index]


def skew_gap(n: int) -> Fraction | Closed:
    """Return f(a* I) - min f for d = L = 2: what gradient flow from a scalar start leaves.

    0 for n <= 14, positive from 15 on.

    >>> skew_gap(14)
    Fraction(0, 1)
    """
    a, _, f4 = plane_minimiser(n)
    if n < 15:
        return Fraction(0)
    f0, f2 = _in_a(noise_part("f0"), n), _in_a(noise_part("f2"), n)
    start = best_scalar(2, 2, n)

    def value(poly: fmpq_poly, place):
        total = 0 * place
        for c in reversed(poly.coeffs()):
            total = total * place + c
        return total

    def ball(bits: int):
        first, second = enclose(start, 2 * bits + 128), enclose(a, 2 * bits + 128)
        with workprec(2 * bits + 128):
            skew = value(f2, second) ** 2 / (4 * fmpq(f4.numerator, f4.denominator))
            return (value(f0, first) - value(f0, second) + skew) / fmpq(n) ** 3

    return Closed(rf"f(a^*I) - \min f \text{{ at }} n = {n}", ball)


def bound_is_informative_from(d: int, layers: int) -> int:
    """Return the least n with c < 1, c = 8 delta d^(1/(2L)), delta = (8Ld/sqrt n)^(1/(2L)).

    c^(2L) = 8^(2L+1) L d^2 / sqrt n < 1 iff n > 64^(2L+1) L^2 d^4.

    >>> bound_is_informative_from(1, 1)
    262145
    """
    if d < 1 or layers < 1:
        raise ValueError(f"d and layers must be at least 1, got {d} and {layers}")
    return 64 ** (2 * layers + 1) * layers**2 * d**4 + 1


def flow_time_exponent(layers: int) -> Fraction:
    """Return e with time of order xi^-e to reach loss xi, infinite context, scalar start.

    With u = 1 - a the loss is d u^(2L) and u' = -2L u^(2L-1), so u^-(2L-2) grows linearly in time:
    e = (2L-2)/(2L).

    >>> flow_time_exponent(2)
    Fraction(1, 2)
    """
    if layers < 2:
        raise ValueError("for one layer the convergence is exponential; layers >= 2 is needed")
    return Fraction(2 * layers - 2, 2 * layers)


def dominance_ratio(layers: int, d: int) -> Fraction:
    """Return (16 |grad|^2 / loss^((2L-1)/L))^L on scalar matrices, infinite context.

    loss = d u^(2L) and |grad|^2 = 4 L^2 d u^(4L-2): the ratio is 64 L^2 d^(1/L - 1), whatever u.

    >>> dominance_ratio(1, 5)
    Fraction(64, 1)
    """
    if layers < 1 or d < 1:
        raise ValueError(f"layers and d must be at least 1, got {layers} and {d}")
    return Fraction((64 * layers**2) ** layers, d ** (layers - 1))
