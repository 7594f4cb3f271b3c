"""Vocabulary ``icl.*``, losses: the in-context loss, the best scalar matrix, two untied layers."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

from symbolic.values import Algebraic, Closed
from verify.expression.terms import Agreed, agreed, rational, whole
from verify.registry import term

__all__ = ["best_scalar", "loss", "untied_loss"]

MOST_D, MOST_LAYERS, MOST_NOISY, MOST_N = 1000, 16, 8, 10**6

D = "dimension, 1 to 1000"
LAYERS = "number of layers, 1 to 16 (1 to 8 with noise or a part b, r)"
N = "in-context examples, 1 to 10^6"
NOISE = "variance of the label noise, rational, >= 0"

_ZONAL = "expansion of Wishart moments in zonal polynomials"


def sizes(d: Any, layers: Any, n: Any = 1, plain: bool = True) -> tuple[int, int, int]:
    """Return the checked sizes; ``plain`` allows 16 layers, else 8."""
    most = MOST_LAYERS if plain else MOST_NOISY
    return whole("d", d, 1, MOST_D), whole("layers", layers, 1, most), whole("n", n, 1, MOST_N)


def _zonal_coefficients(
    d: int, layers: int, n: int, noise: Fraction = Fraction(0)
) -> list[Fraction]:
    """Return the coefficients in a of the loss on aI, each moment from its zonal expansion.

    The noise adds (noise/n) a^2 sum_{j,k<L} E tr S (I - aS)^(j+k).
    """
    from symbolic.wishart import power_trace_moment

    means = [Fraction(d)]
    means += [Fraction(int(power_trace_moment(k)(n, d)), n**k) for k in range(1, 2 * layers + 1)]
    total = [comb(2 * layers, k) * (-1) ** k * mean for k, mean in enumerate(means)]
    for power in (j + k for j in range(layers) for k in range(layers) if noise):
        for i in range(power + 1):
            total[i + 2] += noise / n * comb(power, i) * (-1) ** i * means[i + 1]
    return total


def _at(coefficients: list[Fraction], a: Fraction) -> Fraction:
    total = Fraction(0)
    for c in reversed(coefficients):
        total = total * a + c
    return total


@term(
    "icl.loss",
    arguments={
        "a": "rational (or a value of icl.best_scalar when b = r = noise = 0)",
        "d": D,
        "layers": LAYERS,
        "n": N,
        "b": "rational; only for d = 2",
        "r": "rational; only for d = 2",
        "noise": NOISE,
    },
    result="a number",
    example="icl.loss(0, d=2, layers=2, n=15) == 2",
)
def loss(*, a: Any, d: Any, layers: Any, n: Any, b: Any = 0, r: Any = 0, noise: Any = 0) -> Any:
    """E|(I - V S)^L|^2 plus what the noise adds, V = [[a+r, -b], [b, a-r]] (d = 2) or aI."""
    from symbolic.loss import loss_at
    from symbolic.noise import loss_with_noise

    b, r, noise = rational("b", b), rational("r", r), rational("noise", noise, 0)
    d, layers, n = sizes(d, layers, n, plain=not (b or r or noise))
    if (b or r) and d != 2:
        raise ValueError(f"b and r describe a 2x2 matrix; with d = {d} they must be 0")
    if isinstance(a, Algebraic) and not (b or r or noise):
        return _at_algebraic(_zonal_coefficients(d, layers, n), a)
    a = rational("a", a)
    _short(a, b, r, noise)
    if noise:
        value = loss_with_noise(a, d, layers, n, b, r, noise)
        if b or r:
            return value
        return agreed(
            "icl.loss",
            ("Gaussian integration by parts", value),
            (_ZONAL, lambda: _at(_zonal_coefficients(d, layers, n, noise), a)),
        )
    value = loss_at(a, d, layers, n, b, r)
    if b or r:
        return agreed(
            "icl.loss",
            ("law of trace and determinant", value),
            ("recursion for the entries of W", lambda: _by_entries(a, layers, n, b, r)),
        )
    return agreed(
        "icl.loss",
        ("Gaussian integration by parts", value),
        (_ZONAL, lambda: _at(_zonal_coefficients(d, layers, n), a)),
    )


def _short(*values: Fraction) -> None:
    for value in values:
        if value.numerator.bit_length() + value.denominator.bit_length() > 2000:
            raise ValueError("a, b, r and noise may have at most about 600 digits")


def _by_entries(a: Fraction, layers: int, n: int, b: Fraction, r: Fraction) -> Fraction:
    from flint import fmpq

    from symbolic.plane_noise import plane_loss_by_entries

    point = [fmpq(x.numerator, x.denominator) for x in (Fraction(n), a, b * b, r * r)]
    value = plane_loss_by_entries(layers)(*point)
    return Fraction(int(value.p), int(value.q)) / n ** (2 * layers - 1)


def _at_algebraic(coefficients: list[Fraction], a: Algebraic) -> Closed:
    from flint import arb, fmpq

    def ball(bits: int) -> arb:
        x, total = a.enclose(bits), arb(0)
        for c in reversed(coefficients):
            total = total * x + arb(fmpq(c.numerator, c.denominator))
        return total

    return Closed("f(aI)", ball)


@term(
    "icl.best_scalar",
    arguments={"d": D, "layers": LAYERS, "n": N, "noise": NOISE},
    result="a number; the global minimum over a when there is noise",
    example="icl.best_scalar(d=2, layers=1, n=3) == 1/2",
)
def best_scalar(*, d: Any, layers: Any, n: Any, noise: Any = 0) -> Any:
    """The real a that minimises the loss on aI."""
    from symbolic import scalar
    from symbolic.noise import best_scalar_with_noise

    noise = rational("noise", noise, 0)
    d, layers, n = sizes(d, layers, n, plain=not noise)
    _short(noise)
    if noise:
        return best_scalar_with_noise(d, layers, n, noise)
    value = scalar.best_scalar(d, layers, n)
    if not _is_stationary(value, _zonal_coefficients(d, layers, n)):
        return value
    return Agreed(value, ("slope by Gaussian integration by parts", _ZONAL))


def _is_stationary(value: Fraction | Algebraic, coefficients: list[Fraction]) -> bool:
    """Return whether the derivative of the second route's polynomial vanishes at ``value``."""
    from flint import fmpq, fmpq_poly

    slope = [k * c for k, c in enumerate(coefficients)][1:]
    poly = fmpq_poly([fmpq(c.numerator, c.denominator) for c in slope])
    if isinstance(value, Fraction):
        return _at(slope, value) == 0
    mine = fmpq_poly([int(c) for c in value.coefficients])
    return divmod(poly, mine)[1] == 0


@term(
    "icl.untied_loss",
    arguments={"d": D, "layers": "1 or 2", "n": N},
    result="a number",
    example="icl.untied_loss(d=2, layers=2, n=15) < 1",
)
def untied_loss(*, d: Any, layers: Any, n: Any) -> Any:
    """The least loss over V_1, V_2 when the layers need not share their matrix."""
    from symbolic import untied

    d, layers, n = sizes(d, layers, n)
    if layers > 2:
        raise ValueError(f"untied layers are solved for layers = 1 and 2, not {layers}")
    value = untied.untied_loss(d, layers, n)
    if layers == 2:
        return value
    tied = best_scalar(d=d, layers=1, n=n).value
    return agreed(
        "icl.untied_loss",
        ("closed form for one layer", value),
        ("loss at the best scalar matrix", lambda: loss(a=tied, d=d, layers=1, n=n).value),
    )
