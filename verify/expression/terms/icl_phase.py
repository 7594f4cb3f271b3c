"""Vocabulary ``icl.*``, phases: when the minimiser has a skew part, and what that gains."""

from __future__ import annotations

from typing import Any

from symbolic.values import NEVER
from verify.expression.terms import agreed, choice, rational, whole
from verify.expression.terms.icl_loss import LAYERS, NOISE, D, N, sizes
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

        return critical_context_with_noise(d, layers, noise, kind)
    from symbolic import phase

    value = phase.critical_context(d, layers, kind)
    if isinstance(value, bool) or not (isinstance(value, int) or value is NEVER):
        return value
    if kind == "global" and not (d == layers == 2 or d == 1 or layers == 1):
        return value
    if isinstance(value, int) and (value > _MOST_POINTWISE or layers > 8):
        return value
    return agreed(
        "icl.critical_context",
        ("resultant in n", value),
        ("sign of the second variation at single n", lambda: _pointwise(d, layers, value)),
    )


def _pointwise(d: int, layers: int, value: Any) -> Any:
    """Return ``value`` if the local instability begins there, looking at n and n - 1 alone."""
    from symbolic.noise import skew_at_with_noise

    if d == 1 or layers == 1:
        return NEVER
    if value is NEVER:
        return None
    here = skew_at_with_noise(d, layers, value, 0, "local")
    before = value > 1 and skew_at_with_noise(d, layers, value - 1, 0, "local")
    return value if here and not before else None


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
        return skew_at_with_noise(d, layers, n, noise, kind)
    from symbolic import phase

    value = phase.skew_at(d, layers, n, kind)
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
    from symbolic import phase

    return phase.skew(*sizes(d, layers, n))


@term(
    "icl.skew_gain",
    arguments={"d": D, "layers": LAYERS, "n": N},
    result="a number between 0 and 1",
    example="0 < icl.skew_gain(2, 2, 15) < 1/1000",
)
def skew_gain(*, d: Any, layers: Any, n: Any) -> Any:
    """(best symmetric loss - best loss) / best symmetric loss."""
    from symbolic import phase

    return phase.skew_gain(*sizes(d, layers, n))


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
    return phase.onset(d, layers)


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
    return phase.transition_order(d, layers)


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

    return fitted.fitted_critical_context(
        whole("d", d, 1, 10**6), whole("layers", layers, 1, 10**6)
    )
