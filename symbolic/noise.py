r"""Label noise: where the global minimiser is skew, and the noise beyond which it never is.

The loss with label noise of variance s is F = f + (s/n) E tr(Q S Q^T), Q = sum_{k<L} (I - VS)^k V.
At d = L = 2 the theorem of ``symbolic.noise_theorem`` settles every n >= 1 and s >= 0: a ray of n for
s < 1, none for s >= 1.

For L >= 3, d >= 2 no noise, however large, removes the skew minimisers (``symbolic.large_context``): the
critical noise is infinite.  There the set of n need not be a ray: ``skew_at_with_noise`` answers
True on the strength of an explicit matrix, checked exactly.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb

from flint import Ordering, fmpq, fmpq_mpoly_ctx, fmpz_poly

from symbolic.critical_points import clear_denominators, exact_sign, real_points, smallest_at
from symbolic.noise_absence import certify_no_skew_minimiser
from symbolic.noise_theorem import noise_onset, noisy_plane_loss
from symbolic.noise_witness import certify_skew_point, find_skew_point
from symbolic.values import NEVER, Algebraic, Bounded, Never
from symbolic.wishart import wishart_moment

__all__ = [
    "best_scalar_with_noise",
    "critical_context_with_noise",
    "critical_noise",
    "loss_with_noise",
    "scalar_noise_coefficients",
    "skew_at_with_noise",
    "skew_noise_coefficients",
]

def _checked(d: int, layers: int, n: int | None, noise: Fraction | int) -> Fraction:
    sizes = {"d": d, "layers": layers} | ({} if n is None else {"n": n})
    for name, value in sizes.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be an integer >= 1, got {value!r}")
    if d > 1000 or layers > 8:
        raise ValueError(f"with noise, d <= 1000 and layers <= 8 are computed, got {d}, {layers}")
    noise = Fraction(noise)
    if noise < 0:
        raise ValueError(f"a variance cannot be negative, got {noise}")
    return noise


def scalar_noise_coefficients(d: int, layers: int, n: int, noise: Fraction | int) -> list[Fraction]:
    """Return the coefficients (constant first) in a of f(aI) + (noise/n) E tr(Q S Q^T).

    On aI the added term is a^2 sum_{j,k<L} E tr S (I - aS)^(j+k).

    >>> scalar_noise_coefficients(1, 1, 1, 1)
    [Fraction(1, 1), Fraction(-2, 1), Fraction(4, 1)]
    """
    noise = _checked(d, layers, n, noise)
    mean = [Fraction(wishart_moment([k], d, n), n**k) for k in range(2 * layers + 1)]
    total = [comb(2 * layers, k) * (-1) ** k * mean[k] for k in range(2 * layers + 1)]
    for degree in range(2 * layers - 1):
        pairs = min(degree + 1, 2 * layers - 1 - degree)
        for k in range(degree + 1):
            total[k + 2] += noise / n * pairs * comb(degree, k) * (-1) ** k * mean[k + 1]
    return total


def skew_noise_coefficients(d: int, layers: int, n: int, noise: Fraction | int) -> list[Fraction]:
    """Return the coefficients in a of d(d-1) times the second variation at aI in skew directions.

    The coefficient of e^2 at aI + eH, H skew, is sum_{i != j} H_ij^2 C(s_i, s_j), s the eigenvalues
    of S, and H_ij^2 has mean 1/(d(d-1)) when ||H|| = 1.  With m = 1 - a s, h = sum_k m_i^k
    m_j^(L-1-k) and g = sum_k (k+1) m_i^k m_j^(L-2-k) the loss contributes
    s_j^2 h^2 - 2 s_i s_j m_i^L g, and the noise (noise/n)(s_j h^2 + 2 s_j (1 - m_i^L) g).

    Raises:
        ValueError: d < 2 (there is no skew direction) or a size is out of range.

    >>> skew_noise_coefficients(2, 1, 1, 0)
    [Fraction(8, 1)]
    """
    noise = _checked(d, layers, n, noise)
    if d < 2:
        raise ValueError("a skew direction needs d >= 2")
    ring = fmpq_mpoly_ctx.get(("a", "x", "y"), Ordering.lex)
    a, x, y = ring.gens()
    at_x, at_y = 1 - a * x, 1 - a * y
    zero = ring.from_dict({})
    h = sum((at_x**k * at_y ** (layers - 1 - k) for k in range(layers)), zero)
    g = sum(((k + 1) * at_x**k * at_y ** (layers - 2 - k) for k in range(layers - 1)), zero)
    weight = fmpq(noise.numerator, noise.denominator * n)
    total = y**2 * h**2 - 2 * x * y * at_x**layers * g
    total += weight * (y * h**2 + 2 * y * (1 - at_x**layers) * g)
    means: dict[tuple[int, int], Fraction] = {}
    result = [Fraction(0)] * (int(total.degrees()[0]) + 1)
    for (power, k, j), value in total.to_dict().items():
        key = (max(k, j), min(k, j))
        if key not in means:
            pair = wishart_moment([int(k), int(j)], d, n) - wishart_moment([int(k + j)], d, n)
            means[key] = Fraction(pair, n ** int(k + j))
        result[int(power)] += Fraction(int(value.p), int(value.q)) * means[key]
    return result


def loss_with_noise(
    a: Fraction | int,
    d: int,
    layers: int,
    n: int,
    b: Fraction | int = 0,
    r: Fraction | int = 0,
    noise: Fraction | int = 0,
) -> Fraction:
    """Return the loss with label noise at V = [[a+r, -b], [b, a-r]] (d = 2), or at aI (any d).

    Raises:
        ValueError: a size is out of range, the noise is negative, or b, r != 0 while d != 2.

    >>> loss_with_noise(1, 2, 2, 4, noise=1) - loss_with_noise(1, 2, 2, 4)
    Fraction(9, 16)
    """
    noise, a, b, r = _checked(d, layers, n, noise), Fraction(a), Fraction(b), Fraction(r)
    if d != 2:
        if b or r:
            raise ValueError("b and r are defined for d = 2 only")
        coefficients = scalar_noise_coefficients(d, layers, n, noise)
        return sum((c * a**k for k, c in enumerate(coefficients)), Fraction(0))
    point = [fmpq(x.numerator, x.denominator) for x in (Fraction(n), a, b * b, r * r, noise)]
    value = noisy_plane_loss(layers)(*point)
    return Fraction(int(value.p), int(value.q)) / n ** (2 * layers - 1)


def best_scalar_with_noise(
    d: int, layers: int, n: int, noise: Fraction | int
) -> Fraction | Algebraic | Bounded:
    """Return the real a at which the noisy loss on aI is least (the global minimum over a).

    The loss on aI need not be convex when there is noise: all real critical points are isolated
    and their values compared rigorously.  ``Bounded`` if a tie of two minima cannot be excluded.

    >>> best_scalar_with_noise(1, 1, 2, 1)
    Fraction(2, 5)
    """
    loss = clear_denominators(scalar_noise_coefficients(d, layers, n, noise))
    points = real_points(loss.derivative())
    best = smallest_at(loss, points)
    if best is None:
        return Bounded(None, None, "two scalar minima could not be told apart")
    return best


def _onset_in_n(noise: Fraction) -> fmpz_poly:
    """Return R(., noise) as an integer polynomial in n."""
    rows: dict[int, Fraction] = {}
    for e, value in noise_onset().to_dict().items():
        term = Fraction(int(value.p), int(value.q)) * noise ** int(e[4])
        rows[int(e[0])] = rows.get(int(e[0]), Fraction(0)) + term
    return clear_denominators([rows.get(k, 0) for k in range(max(rows) + 1)])


def skew_at_with_noise(
    d: int, layers: int, n: int, noise: Fraction | int, kind: str = "global"
) -> bool | Bounded:
    """Return whether every global minimiser is skew (global), or aI is unstable to it (local).

    Local: every d, L <= 8, by the sign of the skew second variation at the best scalar matrix.
    Global: exact for d = 1, L = 1 and d = L = 2.  For d = 2, L >= 3 True when an explicit matrix is
    proved to lie below all symmetric ones, False at L = 3 by ``symbolic.noise_absence``.  Never at n = 1:
    with S = r^2 u u^T the loss is at least that of the numbers u^T V u, and |V u|^2 >= (u^T V u)^2 is an
    equality only if K u = 0.  Elsewhere ``Bounded`` (undecided).  At L = 3, noise 1/2 the set is not a ray:

    >>> [skew_at_with_noise(2, 3, n, Fraction(1, 2)) for n in (100, 1000, 10**5)]
    [True, False, True]

    Raises:
        ValueError: ``kind`` is neither "global" nor "local", or a size is out of range.

    >>> skew_at_with_noise(2, 2, 15, 0), skew_at_with_noise(2, 2, 15, Fraction(1, 100))
    (True, False)
    """
    noise = _checked(d, layers, n, noise)
    if kind not in ("global", "local"):
        raise ValueError(f'kind is "global" or "local", got {kind!r}')
    if d == 1 or layers == 1:
        return False
    if kind == "global":
        if n == 1:
            return False
        if d == 2 and layers == 2:
            return noise < 1 and _onset_in_n(noise)(n) < 0
        if d == 2:
            points = find_skew_point(layers, n, noise)
            if points and certify_skew_point(layers, n, noise, *points[0]):
                return True
            if layers == 3 and certify_no_skew_minimiser(n, noise):
                return False
        return Bounded(None, None, "no skew matrix is proved to be best, and none is excluded")
    best = best_scalar_with_noise(d, layers, n, noise)
    if isinstance(best, Bounded):
        return best
    second = clear_denominators(skew_noise_coefficients(d, layers, n, noise))
    return exact_sign(second, best) < 0


def critical_context_with_noise(
    d: int, layers: int, noise: Fraction | int, kind: str = "global"
) -> int | Never | Bounded:
    """Return the least n >= 1 for which ``skew_at_with_noise`` holds.

    For d = L = 2 both kinds agree, the n form a ray, and the answer is exact.  For the local kind and
    for d = 2, L = 3 every n <= 100 is decided in turn; elsewhere bounds are returned.

    >>> critical_context_with_noise(2, 2, 0), critical_context_with_noise(2, 2, Fraction(1, 2))
    (15, 37)
    >>> critical_context_with_noise(2, 2, 1)
    never
    """
    noise = _checked(d, layers, None, noise)
    if kind not in ("global", "local"):
        raise ValueError(f'kind is "global" or "local", got {kind!r}')
    if d == 1 or layers == 1:
        return NEVER
    if d == 2 and layers == 2:
        if noise >= 1:
            return NEVER
        onset = max(real_points(_onset_in_n(noise)), key=_floor)
        return _floor(onset) + 1
    if kind == "global" and (d, layers) != (2, 3):
        return _bounds_by_grid(d, layers, noise)
    for n in range(1, 101):
        answer = skew_at_with_noise(d, layers, n, noise, kind)
        if answer is True:
            return n
        if isinstance(answer, Bounded):
            return Bounded(n, NEVER, answer.reason)
    return Bounded(101, NEVER, "it does not occur for n <= 100; larger n were not searched")


def _bounds_by_grid(d: int, layers: int, noise: Fraction) -> Bounded:
    """Return 2 <= n <= the first n of a short grid at which a skew matrix is certified (d = 2)."""
    grid = (8, 12, 18, 32, 64) if d == 2 and layers <= 5 else ()
    for n in grid:
        if skew_at_with_noise(d, layers, n, noise) is True:
            return Bounded(2, n, "an explicit matrix is best there; smaller n are not settled")
    return Bounded(2, NEVER, "no skew matrix was certified; at n = 1 there is none")


def _floor(x: Fraction | Algebraic) -> int:
    if isinstance(x, Fraction):
        return x.numerator // x.denominator
    low = x.refine(Fraction(1, 4)).lower
    whole = low.numerator // low.denominator
    return whole + 1 if x.compare(whole + 1) >= 0 else whole


def critical_noise(d: int, layers: int) -> Fraction | Never | Bounded:
    """Return the supremum of the noise variances for which a skew minimiser occurs at some n.

    0 for d = 1 or L = 1 (none occurs); 1 for d = L = 2 (theorem of this module); at least 1 for
    L = 2, d >= 3 (``symbolic.large_context``); unbounded for L >= 3, d >= 2 (there, too).

    >>> critical_noise(2, 2), critical_noise(2, 3)
    (Fraction(1, 1), never)
    """
    _checked(d, layers, None, 0)
    if d == 1 or layers == 1:
        return Fraction(0)
    if layers >= 3:
        return NEVER
    if d == 2:
        return Fraction(1)
    return Bounded(
        1, NEVER, "every noise below 1 has skew minimisers for large n; no upper bound is proved"
    )
