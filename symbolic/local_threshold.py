r"""When the best scalar matrix becomes unstable to skew perturbations, for every n at once.

For integers n >= 1 (and real n > d - 1) the slope g = f0' has exactly one real root a*, its other
roots come in conjugate pairs; with h the skew second variation, of even degree in a,

    Res_a(g, h) = lc(g)^(2L-2) h(a*) prod |h(alpha)|^2,      lc(g) > 0,

so sign Res(n) = sign h(a*(n)) wherever Res(n) != 0.  The resultant is computed as a polynomial in
n (evaluation at integers, interpolation); a Taylor shift by n_loc whose coefficients all have one
sign then proves the instability for every real n >= n_loc.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flint import fmpq_poly, fmpz_poly

from symbolic.algebraic import real_roots
from symbolic.scalar import check_sizes, scalar_coefficients, variation_coefficients
from symbolic.values import NEVER, Algebraic, Never

__all__ = [
    "LocalThreshold",
    "eliminate_scale",
    "local_critical_context",
    "local_onset",
    "local_resultant",
    "local_skew_at",
    "local_threshold",
]


@dataclass(frozen=True)
class LocalThreshold:
    """The local threshold of (d, L) with the polynomial that certifies it.

    ``resultant(n)`` has the sign of the skew second variation at the best scalar matrix for all
    integers n >= 1.  It is negative at each integer n_local, ..., shift_from and for all real
    n >= shift_from, since no coefficient of resultant(shift_from + x) is positive.
    ``unstable_below``: the integers n < n_local - 1 at which it is negative (none is known).
    """

    d: int
    layers: int
    n_local: int
    resultant: fmpz_poly
    shift_from: int
    unstable_below: tuple[int, ...]


@cache
def local_resultant(d: int, layers: int) -> fmpz_poly:
    """Return Res_a(f0', skew second variation) as a primitive polynomial in n, signs kept.

    Factors n + k with k >= 0 are removed (they are positive for n > 0), and the content.

    >>> [int(c) for c in local_resultant(2, 2)]
    [32785, 20934, 3624, 26, -25]
    """
    check_sizes(d, layers)
    if d < 2 or layers < 2:
        raise ValueError(f"the skew direction needs d >= 2 and layers >= 2, got {d} and {layers}")
    base = scalar_coefficients(d, layers)
    slope = [k * base[k] for k in range(1, 2 * layers + 1)]
    skew = variation_coefficients(d, layers, "skew")
    return eliminate_scale(slope, skew)


def eliminate_scale(slope: list[fmpz_poly], skew: list[fmpz_poly]) -> fmpz_poly:
    """Return Res_u(sum slope_j u^j, sum skew_j u^j) for coefficients in Z[n], up to factors n + k.

    The content and the factors n + k, k >= 0, are divided out: the sign at n > 0 is kept.
    """
    # Every coefficient has a factor n; the resultant is homogeneous in each argument: drop it.
    slope, skew = [_without_n(c) for c in slope], [_without_n(c) for c in skew]
    points = list(range(1, _weight_bound(slope, skew) + 2))
    values = [
        int(fmpz_poly([c(x) for c in slope]).resultant(fmpz_poly([c(x) for c in skew])))
        for x in points
    ]
    return _positive_part(_interpolate(points, values))


def _without_n(poly: fmpz_poly) -> fmpz_poly:
    poly = fmpz_poly(poly)
    if poly[0] != 0:
        raise ArithmeticError("a coefficient lost its factor n")
    return fmpz_poly([poly[k] for k in range(1, poly.degree() + 1)])


def _weight_bound(slope: list[fmpz_poly], skew: list[fmpz_poly]) -> int:
    """Return a degree bound in n for the resultant, by isobaric weights.

    deg slope_j <= j + s and deg skew_j <= j + t give deg Res <= deg g deg h + s deg h + t deg g.
    """
    s = max(c.degree() - j for j, c in enumerate(slope))
    t = max(c.degree() - j for j, c in enumerate(skew))
    p, q = len(slope) - 1, len(skew) - 1
    return p * q + s * q + t * p


def _interpolate(points: list[int], values: list[int]) -> fmpz_poly:
    """Return the integer polynomial through (x_i, y_i), x_i = 1, 2, 3, ... (Newton)."""
    # Divided differences at consecutive integers are forward differences over factorials.
    row, factor = list(values), 1
    result, basis = fmpq_poly([0]), fmpz_poly([1])
    for order, x in enumerate(points):
        if order:
            factor *= order
        if not any(row):
            break
        result += fmpq_poly(basis * row[0], factor)
        basis *= fmpz_poly([-x, 1])
        row = [row[i + 1] - row[i] for i in range(len(row) - 1)]
    if result.denom() != 1:
        raise ArithmeticError("the resultant must have integer coefficients")
    return result.numer()


def _positive_part(poly: fmpz_poly) -> fmpz_poly:
    """Divide by the content (> 0), and by all factors n + k, 0 <= k <= degree."""
    content = abs(int(poly.content()))
    poly = fmpz_poly([poly[k] // content for k in range(poly.degree() + 1)])
    for shift in range(poly.degree() + 1):
        factor = fmpz_poly([shift, 1])
        while poly.degree() > 0 and poly(-shift) == 0:
            poly //= factor
    return poly


def _taylor_shift(poly: fmpz_poly, start: int) -> fmpz_poly:
    return poly(fmpz_poly([start, 1]))


def _all_nonpositive(poly: fmpz_poly) -> bool:
    return all(c <= 0 for c in poly.coeffs()) and poly[0] < 0


@cache
def local_threshold(d: int, layers: int) -> LocalThreshold:
    """Return the certified local threshold of (d, L), d >= 2 and L >= 2.

    Raises:
        ArithmeticError: the sign at large n is not "unstable", or a root sits at an integer.
    """
    poly = local_resultant(d, layers)
    if poly.coeffs()[-1] >= 0:
        raise ArithmeticError(f"no instability at large n for d = {d}, layers = {layers}")
    last = 1
    while not poly(last) < 0 or not _all_nonpositive(_taylor_shift(poly, last)):
        last *= 2
    low = last // 2  # fails at low (or last = 1), holds at last: the property is monotone in n
    high = last
    while high - low > 1:
        middle = (low + high) // 2
        if _all_nonpositive(_taylor_shift(poly, middle)):
            high = middle
        else:
            low = middle
    below = []
    for n in range(1, high):
        value = poly(n)
        if value == 0:
            raise ArithmeticError(f"the resultant vanishes at n = {n} (d = {d}, layers = {layers})")
        if value < 0:
            below.append(n)
    n_local = high
    while n_local - 1 in below:
        n_local -= 1
    return LocalThreshold(d, layers, n_local, poly, high, tuple(n for n in below if n < n_local))


def local_critical_context(d: int, layers: int) -> int | Never:
    """Return the least n >= 1 at which the best scalar matrix is unstable to a skew perturbation.

    >>> local_critical_context(2, 2), local_critical_context(1, 2)
    (15, never)
    """
    check_sizes(d, layers)
    if d == 1 or layers == 1:
        return NEVER
    found = local_threshold(d, layers)
    return min((*found.unstable_below, found.n_local))


def local_skew_at(d: int, layers: int, n: int) -> bool:
    """Return whether the best scalar matrix is unstable to skew perturbations at n.

    >>> local_skew_at(2, 2, 14), local_skew_at(2, 2, 15)
    (False, True)
    """
    check_sizes(d, layers, n)
    if d == 1 or layers == 1:
        return False
    return local_resultant(d, layers)(n) < 0


@cache
def local_onset(d: int, layers: int) -> Algebraic | Never:
    """Return the real n > d - 1 at which the instability begins (before the last sign change).

    Raises:
        ArithmeticError: the instability comes and goes, so that no single onset exists.

    >>> local_onset(2, 2).compare(14), local_onset(2, 2).compare(15)
    (1, -1)
    """
    check_sizes(d, layers)
    if d == 1 or layers == 1:
        return NEVER
    poly = local_resultant(d, layers)
    found = [root for root in real_roots(poly) if root.compare(d - 1) > 0]
    if len(found) != 1:
        raise ArithmeticError(
            f"{len(found)} sign changes of the instability above n = {d - 1} (layers = {layers})"
        )
    return found[0]
