"""Vocabulary ``icl.*``, phases: when the minimiser has a skew part, and what that gains."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb, fmpq, fmpq_poly

from symbolic.values import NEVER, Algebraic, enclose, workprec
from verify.expression.terms import Agreed, agreed, choice, rational
from verify.expression.terms.icl_loss import LAYERS, NOISE, D, N, best_scalar, loss, sizes
from verify.registry import term

__all__ = [
    "critical_context",
    "critical_noise",
    "fitted_critical_context",
    "onset",
    "skew",
    "skew_at",
    "skew_gain",
    "transition_order",
]

_KIND = (
    '"global": every global minimiser has a skew part; "local": the best scalar matrix is '
    "unstable to skew perturbations"
)
_MOST_POINTWISE = 10**6
_RESULTANTS = "critical points by resultants, loss from trace and determinant"
_ENTRIES = "loss from the entries of W, rational witness"
_POINTWISE = "sign of the second variation at n and n - 1"


@term(
    "icl.critical_context",
    arguments={"d": D, "layers": LAYERS, "kind": _KIND, "noise": NOISE},
    result="an integer; never for d = 1 or layers = 1; bounds where the global one is not proved",
    example="icl.critical_context(d=2, layers=2) == 15",
)
def critical_context(*, d: Any, layers: Any, kind: Any = "global", noise: Any = 0) -> Any:
    """The least n >= 1 at which a skew part occurs, in the sense of ``kind``."""
    choice("kind", kind, "global", "local")
    noise = rational("noise", noise, 0)
    d, layers, _ = sizes(d, layers, plain=not noise)
    if noise:
        from symbolic.noise import critical_context_with_noise

        value = critical_context_with_noise(d, layers, noise, kind)
        if not (d == layers == 2 and isinstance(value, int) and value <= _MOST_POINTWISE):
            return value
        return agreed(
            "icl.critical_context",
            ("root of the onset polynomial", value),
            (_POINTWISE, lambda: _pointwise(d, layers, value, noise)),
        )
    from symbolic import phase

    value = phase.critical_context(d, layers, kind)
    if isinstance(value, bool) or not (isinstance(value, int) or value is NEVER):
        return value
    if kind == "global" and d == 2 and layers > 2:
        return agreed(
            "icl.critical_context",
            (_RESULTANTS, value),
            (_ENTRIES, lambda: _first_by_entries(layers, value)),
        )
    if kind == "global" and not (d == layers == 2 or d == 1 or layers == 1):
        return value
    if isinstance(value, int) and (value > _MOST_POINTWISE or layers > 8):
        return value
    return agreed(
        "icl.critical_context",
        ("resultant in n", value),
        (_POINTWISE, lambda: _pointwise(d, layers, value)),
    )


def _first_by_entries(layers: int, n: Any) -> Any:
    """Return n if the second route finds a skew minimiser at n and none at n - 1."""
    before = n > 1 and _skew_by_entries(layers, n - 1)
    return _first(n, _skew_by_entries(layers, n), before)


def _skew_by_entries(layers: int, n: int) -> bool | str | None:
    """Return whether some aI + bJ beats the best scalar matrix, by the loss from the entries of W.

    A rational witness is evaluated in that polynomial against the best scalar loss; where there
    is none the two derivations of the polynomial must agree, which the search for it used.
    """
    from symbolic.plane import plane_loss
    from symbolic.plane_global import plane_minimum
    from symbolic.plane_noise import plane_loss_by_entries

    polynomial = plane_loss_by_entries(layers)
    if plane_loss(layers) != polynomial:
        return "another loss polynomial"
    witness = plane_minimum(layers, n).witness
    if witness is None:
        return False
    point = [fmpq(x.numerator, x.denominator) for x in (Fraction(n), *witness, Fraction(0))]
    value = polynomial(*point) / n ** (2 * layers - 1)
    best = best_scalar(d=2, layers=layers, n=n)
    floor = loss(a=best.value if isinstance(best, Agreed) else best, d=2, layers=layers, n=n)
    if isinstance(floor, Agreed):
        return bool(floor.value > Fraction(int(value.p), int(value.q)))
    with workprec(200):
        gap = floor.ball(200) - arb(value)
        return True if gap > 0 else False if gap < 0 else None


def _pointwise(d: int, layers: int, value: Any, noise: Any = 0) -> Any:
    """Return ``value`` if the local instability begins there, looking at n and n - 1 alone."""
    from symbolic.noise import skew_at_with_noise

    if d == 1 or layers == 1:
        return NEVER
    if value is NEVER:
        return None
    here = skew_at_with_noise(d, layers, value, noise, "local")
    before = value > 1 and skew_at_with_noise(d, layers, value - 1, noise, "local")
    return _first(value, here, before)


def _first(n: int, here: Any, before: Any) -> Any:
    """Return n if something is there at n and not at n - 1; None if either is open."""
    if not isinstance(here, bool) or not isinstance(before, bool):
        return None
    return n if here and not before else f"{here} at n = {n} and {before} at n - 1"


@term(
    "icl.skew_at",
    arguments={"d": D, "layers": LAYERS, "n": N, "kind": _KIND, "noise": NOISE},
    result="true or false",
    example="icl.skew_at(2, 2, 15) and not icl.skew_at(2, 2, 14)",
)
def skew_at(*, d: Any, layers: Any, n: Any, kind: Any = "global", noise: Any = 0) -> Any:
    """Does a skew part occur at that n, in the sense of ``kind``?"""
    from symbolic.noise import skew_at_with_noise

    choice("kind", kind, "global", "local")
    noise = rational("noise", noise, 0)
    d, layers, n = sizes(d, layers, n, plain=not noise)
    if noise:
        value = skew_at_with_noise(d, layers, n, noise, kind)
        if kind == "local" or not d == layers == 2:
            return value
        other = skew_at_with_noise(d, layers, n, noise, "local")
        return agreed(
            "icl.skew_at",
            ("sign of the onset polynomial", value),
            ("sign of the second variation at this n", lambda: other),
        )
    from symbolic import phase

    value = phase.skew_at(d, layers, n, kind)
    if kind == "global" and d == 2 and 3 <= layers <= 7 and isinstance(value, bool):
        entries = (_ENTRIES, lambda: _skew_by_entries(layers, n))
        return agreed("icl.skew_at", (_RESULTANTS, value), entries)
    settled = kind == "local" or d == layers == 2 or d == 1 or layers == 1
    if not isinstance(value, bool) or not settled or layers > 8:
        return value
    return agreed(
        "icl.skew_at",
        ("resultant in n", value),
        (
            "sign of the second variation at this n",
            lambda: skew_at_with_noise(d, layers, n, 0, kind if d == layers == 2 else "local"),
        ),
    )


@term(
    "icl.skew",
    arguments={"d": D, "layers": LAYERS, "n": N},
    result="a number >= 0; 0 where no minimiser has a skew part; bounds or nothing for d >= 3",
    example="icl.skew(2, 2, 14) == 0",
)
def skew(*, d: Any, layers: Any, n: Any) -> Any:
    """b >= 0 in the minimiser aI + bJ or aI - bJ, for d = 2."""
    from symbolic.transition import skew as exact_skew

    d, layers, n = sizes(d, layers, n)
    return _zero_twice("icl.skew", exact_skew(d, layers, n), d, layers, n)


def _zero_twice(what: str, value: Any, d: int, layers: int, n: int) -> Any:
    """Return ``value``; where it is 0 for d = L = 2, the second variation must not be negative."""
    from symbolic.noise import skew_at_with_noise

    if value != 0 or not d == layers == 2:
        return value
    stable = not skew_at_with_noise(d, layers, n, 0, "local")
    return agreed(
        what,
        ("minimum over the plane", 0),
        (
            "sign of the second variation at this n",
            lambda: 0 if stable else "an unstable scalar matrix",
        ),
    )


@term(
    "icl.skew_gain",
    arguments={"d": D, "layers": LAYERS, "n": N},
    result="a number between 0 and 1",
    example="0 < icl.skew_gain(2, 2, 15) < 1/1000",
)
def skew_gain(*, d: Any, layers: Any, n: Any) -> Any:
    """(best symmetric loss - best loss) / best symmetric loss."""
    from symbolic.transition import skew_gain as exact_gain

    d, layers, n = sizes(d, layers, n)
    return _zero_twice("icl.skew_gain", exact_gain(d, layers, n), d, layers, n)


@term(
    "icl.onset",
    arguments={"d": D, "layers": LAYERS},
    result="a number; never for d = 1 or layers = 1",
    example="14 < icl.onset(2, 2) < 15",
)
def onset(*, d: Any, layers: Any) -> Any:
    """The real n > d - 1 at which the local instability begins."""
    from symbolic import phase

    d, layers, _ = sizes(d, layers)
    value = phase.onset(d, layers)
    if value is NEVER:
        critical = phase.critical_context(d, layers)
        return agreed("icl.onset", ("onset", value), ("critical length", lambda: critical))
    if not (d == layers == 2 and isinstance(value, Algebraic) and _vanishes(value)):
        return value
    return Agreed(value, ("resultant by interpolation in n", "resultant of the plane's loss"))


def _vanishes(value: Algebraic) -> bool:
    """Return whether the onset polynomial of the plane, L = 2, without noise vanishes there."""
    from flint import fmpz_poly

    from symbolic.noise_theorem import noise_onset

    rows = {int(e[0]): c for e, c in noise_onset().to_dict().items() if e[4] == 0}
    common = 1
    for c in rows.values():
        common *= int(c.q)
    polynomial = fmpz_poly([int(rows.get(k, 0) * common) for k in range(max(rows) + 1)])
    shared = polynomial.gcd(fmpz_poly(list(value.coefficients)))
    try:
        Algebraic(tuple(int(c) for c in shared.coeffs()), value.lower, value.upper)
    except ValueError:
        return False
    return True


@term(
    "icl.transition_order",
    arguments={"d": D, "layers": LAYERS},
    result="1 (the minimiser jumps) or 2 (it bifurcates continuously)",
    example="icl.transition_order(2, 2) == 2",
)
def transition_order(*, d: Any, layers: Any) -> Any:
    """The order of the transition at the first real n where the scalar matrix stops being best."""
    from symbolic import phase

    d, layers, _ = sizes(d, layers)
    value = phase.transition_order(d, layers)
    if d != 2 or value not in (1, 2):
        return value
    return agreed(
        "icl.transition_order",
        ("critical points of the loss from trace and determinant", value),
        ("coexisting minimum below the onset, loss from the entries", lambda: _order(layers)),
    )


def _order(layers: int) -> int | str | None:
    """Return 1 if some aI + bJ beats every aI at a rational n below the onset, 2 if none was found.

    The point found by the search is evaluated in the polynomial of the other derivation.
    """
    from symbolic.algebraic import integer_polynomial, real_roots
    from symbolic.plane_global import plane_minimum
    from symbolic.plane_noise import plane_loss_by_entries
    from symbolic.plane_phase import transition_is_discontinuous

    n = transition_is_discontinuous(layers)
    if n is None:
        return 2
    witness = plane_minimum(layers, n).witness
    if witness is None:
        return None
    scalar: dict[int, Fraction] = {}
    value = Fraction(0)
    for (en, ea, eb, ec), c in plane_loss_by_entries(layers).to_dict().items():
        if ec == 0:
            weight = Fraction(int(c.p), int(c.q)) * n ** int(en)
            value += weight * witness[0] ** int(ea) * witness[1] ** int(eb)
            if eb == 0:
                scalar[int(ea)] = scalar.get(int(ea), Fraction(0)) + weight
    rows = [scalar.get(k, Fraction(0)) for k in range(max(scalar) + 1)]
    polynomial = integer_polynomial(fmpq_poly([fmpq(c.numerator, c.denominator) for c in rows]))
    scale = Fraction(int(polynomial[0])) / rows[0]
    with workprec(200):
        excess = [
            polynomial(enclose(root, 200)) - enclose(value * scale, 200)
            for root in real_roots(polynomial.derivative())
        ]
        if any(x < 0 for x in excess):
            return "a scalar matrix that is better"
        return 1 if all(x > 0 for x in excess) else None


@term(
    "icl.critical_noise",
    arguments={"d": D, "layers": LAYERS},
    result="a number, or never (unbounded)",
    example="icl.critical_noise(2, 2) == 1",
)
def critical_noise(*, d: Any, layers: Any) -> Any:
    """The supremum of the noise variances for which a skew minimiser occurs at some n."""
    from symbolic import noise

    d, layers, _ = sizes(d, layers, plain=False)
    return noise.critical_noise(d, layers)


@term(
    "icl.fitted_critical_context",
    arguments={"d": D, "layers": "number of layers, 1 to 16"},
    result="a number, not rounded",
    example="icl.fitted_critical_context(2, 2) ~= 14.2",
)
def fitted_critical_context(*, d: Any, layers: Any) -> Any:
    """The reported fit 6.95 + 0.45 d + 12.67 d^1.44 / layers^2.43, unrounded."""
    from symbolic import fitted

    d, layers, _ = sizes(d, layers)
    return fitted.fitted_critical_context(d, layers)
