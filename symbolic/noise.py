r"""Label noise: where the global minimiser is skew, and the noise beyond which it never is.

The loss with label noise of variance s is F = f + (s/n) E tr(Q S Q^T).  For d = L = 2, in the
coordinates V = aI + bJ + R, B = b^2, ||R||^2 = 2C, scaled by n^3:

    F = f0(a) + f2(a) B + f4 B^2 + g2(a) C + g4 C^2 + m B C,    g = f0'/8,    h = f2/4.

*Theorem (noise, d = L = 2).*  For s >= 1 and every n >= 1 no global minimiser has a skew part.  For
0 <= s < 1 the n with only skew global minimisers are the integers above n_c(s), the only positive
root of ``noise_onset`` R(., s); they form a ray, and n_c(s) -> oo as s -> 1.  So the critical noise
is 1, and it is not attained.

Proof.
1. (s >= 1) disc_a(h) = 4 n^2 D with D = ``instability_bound`` < 0, so f2 > 0 for all a.  With
   f2 + g2 > 0 (negative discriminant), g4 - f4 > 0, m + 2 f4 > 0, g4 + f4 + m > 0, any B > 0 is
   strictly improved: B >= C: F(a,B,C) >= F(a,B-C,0) >= F(a,0,0), strict since B > 0;
   C >= B: F(a,B,C) - F(a,0,C-B) = B(f2+g2) + (g4-f4) B(C-B) + (g4+f4+m) B C > 0.
2. (s < 1) g2 > 0 for all a, so the best symmetric matrix is scalar, and with step 1's inequalities
   R = 0 at every minimiser.  disc_a(g) < 0: g has one real root a*, f0 is minimal there.
   sign h(a*) = sign Res_a(g, h) = sign R(n, s), and R has exactly one sign change in its
   coefficients by powers of n (Descartes): R > 0 below n_c, < 0 above.
3. R < 0: h(a*) < 0, and aI + bJ with small b beats the best symmetric matrix.
4. R >= 0: if h >= 0 everywhere, nothing is left (f4 >= 0).  Otherwise D = ``instability_bound`` > 0,
   n >= 10, and {h < 0} = (alpha, beta).  The vertex of h has g > 0, so a* <= alpha.  There is p with
   c(p) < 0, h(p) > 0 > h'(p) for phi' = 16 c / f4, phi = f0 - f2^2/(4 f4); c has negative leading
   coefficient, c(0) > 0, c(2) > 0, and 2 > beta.  c(alpha) has the sign of g(alpha) >= 0; so
   c > 0 on (alpha, beta), phi > f0(alpha) >= f0(a*), and a* I is a global minimiser.

For L >= 3 the large-context analysis of ``symbolic.large_context`` shows that no noise, however
large, removes the skew minimisers: the critical noise is infinite.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx, fmpz_poly

from symbolic.plane import plane_loss
from symbolic.plane_noise import plane_noise
from symbolic.real_roots import exact_sign, integer_polynomial, real_roots, smallest_at
from symbolic.values import NEVER, Algebraic, Bounded, Never
from symbolic.wishart import wishart_moment

__all__ = [
    "NOISE",
    "best_scalar_with_noise",
    "coefficients_by_power_of_a",
    "critical_context_with_noise",
    "critical_noise",
    "instability_bound",
    "loss_with_noise",
    "noise_onset",
    "noise_part",
    "noisy_plane_loss",
    "reduced_slope",
    "scalar_noise_coefficients",
    "skew_at_with_noise",
    "skew_noise_coefficients",
]

NOISE = fmpq_mpoly_ctx.get(("n", "a", "B", "C", "s"), Ordering.lex)
"""The ring Q[n, a, B, C, s]; B = b^2, C = r^2, s the noise variance."""

_PARTS = {"f0": (0, 0), "f2": (1, 0), "f4": (2, 0), "g2": (0, 1), "g4": (0, 2), "m": (1, 1)}


def _lifted(poly: fmpq_mpoly) -> fmpq_mpoly:
    return NOISE.from_dict({(*exponents, 0): value for exponents, value in poly.to_dict().items()})


@cache
def noisy_plane_loss(layers: int) -> fmpq_mpoly:
    """Return n^(2L-1) (f + (s/n) E tr(Q S Q^T)) for d = 2, a polynomial of ``NOISE``.

    >>> str(noisy_plane_loss(1))
    '2*n*a^2 - 4*n*a + 2*n*B + 2*n*C + 2*n + 2*a^2*s + 6*a^2 + 2*B*s + 6*B + 2*C*s + 6*C'
    """
    s = NOISE.gens()[4]
    return _lifted(plane_loss(layers)) + s * _lifted(plane_noise(layers))


@cache
def noise_part(name: str) -> fmpq_mpoly:
    """Return f0, f2, f4, g2, g4 or m of F = f0 + f2 B + f4 B^2 + g2 C + g4 C^2 + m B C (d = L = 2).

    >>> str(noise_part("f4").factor()[1][0])
    '(n - 1, 1)'
    """
    if name not in _PARTS:
        raise ValueError(f"the parts are {', '.join(_PARTS)}; got {name!r}")
    wanted = _PARTS[name]
    return NOISE.from_dict(
        {
            (e[0], e[1], 0, 0, e[4]): value
            for e, value in noisy_plane_loss(2).to_dict().items()
            if (int(e[2]), int(e[3])) == wanted
        }
    )


def coefficients_by_power_of_a(poly: fmpq_mpoly) -> list[fmpq_mpoly]:
    """Return the coefficients of 1, a, a^2, ... of a polynomial of ``NOISE``."""
    rows: list[dict[tuple[int, ...], object]] = [{} for _ in range(int(poly.degrees()[1]) + 1)]
    for e, value in poly.to_dict().items():
        rows[int(e[1])][e[0], 0, e[2], e[3], e[4]] = value
    return [NOISE.from_dict(row) for row in rows]


def _primitive(poly: fmpq_mpoly, divisor: fmpq_mpoly) -> fmpq_mpoly:
    quotient, remainder = divmod(poly, divisor)
    if remainder != 0:
        raise ArithmeticError("an expected factor does not divide")
    return quotient


@cache
def noise_onset() -> fmpq_mpoly:
    """Return R(n, s) with Res_a(f0', f2) = 4096 n^6 (n+2) R: the sign of f2 at the best scalar.

    >>> n, a, _, _, s = NOISE.gens()
    >>> str(noise_onset().compose(n, a, 0 * a, 0 * a, 0 * s))
    '-100*n^5 - 96*n^4 + 14704*n^3 + 112728*n^2 + 298612*n + 262280'
    """
    n = NOISE.gens()[0]
    resultant = noise_part("f0").derivative(1).resultant(noise_part("f2"), 1)
    return _primitive(resultant, 4096 * n**6 * (n + 2))


@cache
def instability_bound() -> fmpq_mpoly:
    """Return D(n, s) with disc_a(f2) = 64 n^2 D: f2 > 0 for every a when D < 0.

    >>> n, a, _, _, s = NOISE.gens()
    >>> str(instability_bound().compose(n, a, 0 * a, 0 * a, 0 * s + 1))
    '-9*n^2 - 108*n - 179'
    """
    n = NOISE.gens()[0]
    return _primitive(noise_part("f2").discriminant(1), 64 * n**2)


@cache
def reduced_slope() -> fmpq_mpoly:
    """Return c with 4 f4 f0' - 2 f2 f2' = 64 c: f4 phi' = 16 c, phi = min over real B of F(a, B, 0).

    >>> int(reduced_slope().degrees()[1])
    3
    """
    f0, f2, f4 = (noise_part(name) for name in ("f0", "f2", "f4"))
    return _primitive(4 * f4 * f0.derivative(1) - 2 * f2 * f2.derivative(1), NOISE.constant(64))


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
    loss = integer_polynomial(scalar_noise_coefficients(d, layers, n, noise))
    points = real_roots(loss.derivative())
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
    return integer_polynomial([rows.get(k, 0) for k in range(max(rows) + 1)])


def skew_at_with_noise(
    d: int, layers: int, n: int, noise: Fraction | int, kind: str = "global"
) -> bool | Bounded:
    """Return whether every global minimiser is skew (global), or aI is unstable to it (local).

    Local: every d, L <= 8, by the sign of the skew second variation at the best scalar matrix.
    Global: exact for d = 1, L = 1 and d = L = 2; elsewhere ``Bounded`` (undecided).

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
        if d == 2 and layers == 2:
            return noise < 1 and _onset_in_n(noise)(n) < 0
        return Bounded(None, None, "with noise the global minimum is settled for d = L = 2 only")
    best = best_scalar_with_noise(d, layers, n, noise)
    if isinstance(best, Bounded):
        return best
    second = integer_polynomial(skew_noise_coefficients(d, layers, n, noise))
    return exact_sign(second, best) < 0


def critical_context_with_noise(
    d: int, layers: int, noise: Fraction | int, kind: str = "global"
) -> int | Never | Bounded:
    """Return the least n >= 1 for which ``skew_at_with_noise`` holds.

    For d = L = 2 both kinds agree, the n form a ray, and the answer is exact.  For the local kind
    elsewhere the first n up to 200 is searched; beyond it only a lower bound is returned.

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
        onset = max(real_roots(_onset_in_n(noise)), key=_floor)
        return _floor(onset) + 1
    if kind == "global":
        return Bounded(1, NEVER, "with noise the global minimum is settled for d = L = 2 only")
    for n in range(1, 201):
        answer = skew_at_with_noise(d, layers, n, noise, "local")
        if answer is True:
            return n
        if isinstance(answer, Bounded):
            return Bounded(n, NEVER, answer.reason)
    return Bounded(201, NEVER, "no instability for n <= 200; larger n were not searched")


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
