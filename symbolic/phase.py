r"""Critical context lengths, order of the transition, and the skew minimiser: the public questions.

Conventions: V is the preconditioner in w -> w - V grad R(w), f(V) = E ||(I - VS)^L||_F^2 without
label noise.  *Local*: the best scalar matrix is unstable to a skew perturbation.  *Global*: every
global minimiser has a skew part.

What is proved of the global question:

* d = 1 or L = 1: never (f is a function of a scalar, or strictly convex).
* d = 2, L <= 7: everything, for every n (``symbolic.plane_phase``).
* every d and L: the best symmetric matrix is scalar.  With T = S^(1/2), I - AS has the eigenvalues
  of I - TAT, so |(I - AS)^L|^2 >= tr (I - TAT)^(2L) by Schur's inequality; the mean of that is convex
  in A and invariant under O(d), so by Jensen's inequality it is least at a scalar A.  Instability of the
  scalar matrix thus forces a skew part: the local length is an upper bound.
* n = 1: the minimiser is scalar, since (u^T V u)^2 <= |Vu|^2 with equality only without skew part; so
  the critical length is at least 2.  Between the two bounds nothing is claimed for d >= 3.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from symbolic.local_threshold import local_critical_context, local_onset, local_skew_at
from symbolic.plane_phase import (
    normal_certificate,
    plane_phase,
    transition_is_discontinuous,
)
from symbolic.scalar import check_sizes
from symbolic.values import NEVER, Algebraic, Bounded, Never

__all__ = [
    "Kind",
    "critical_context",
    "normal_at",
    "onset",
    "skew_at",
    "transition_order",
]

Kind = Literal["local", "global"]


def _check(d: int, layers: int, kind: str, n: int | None = None) -> None:
    check_sizes(d, layers, n)
    if kind not in ("local", "global"):
        raise ValueError(f'kind must be "local" or "global", got {kind!r}')


@cache
def critical_context(d: int, layers: int, kind: Kind = "global") -> int | Never | Bounded:
    """Return the least n >= 1 at which a skew part appears (locally, or in every minimiser).

    Returns:
        An integer, NEVER for d = 1 or layers = 1, or proved bounds with the reason (global, d >= 3).

    >>> critical_context(2, 2), critical_context(2, 3), critical_context(2, 3, "local")
    (15, 14, 15)
    >>> (found := critical_context(4, 3)).lower, found.upper, critical_context(4, 3, "local")
    (2, 22, 22)
    """
    _check(d, layers, kind)
    if d == 1 or layers == 1:
        return NEVER
    local = local_critical_context(d, layers)
    if kind == "local":
        return local
    if d == 2 and layers <= 7:
        phase = plane_phase(layers)
        if not phase.undecided:
            return phase.critical
        return Bounded(
            min(phase.undecided), phase.critical, f"n in {phase.undecided} is not decided"
        )
    return Bounded(
        2,
        local,
        "at n = 1 the minimiser is scalar; at the upper bound the best scalar matrix is unstable and "
        "the best symmetric matrix is scalar; whether a skew minimiser appears earlier is not known",
    )


def skew_at(d: int, layers: int, n: int, kind: Kind = "global") -> bool | Bounded:
    """Return whether the skew part is there at this n (see ``critical_context``).

    >>> skew_at(2, 2, 14), skew_at(2, 2, 15), skew_at(1, 5, 100), skew_at(5, 3, 1)
    (False, True, False, False)
    """
    _check(d, layers, kind, n)
    if d == 1 or layers == 1:
        return False
    if kind == "local":
        return local_skew_at(d, layers, n)
    if d == 2 and layers <= 7:
        phase = plane_phase(layers)
        if n >= phase.critical or n in phase.scalar:
            return n >= phase.critical
        return Bounded(0, 1, f"n = {n} is below the critical length {phase.critical}, not decided")
    if n == 1:
        return False
    if local_skew_at(d, layers, n):
        return True
    bounds = critical_context(d, layers, "global")
    reason = bounds.reason if isinstance(bounds, Bounded) else "not settled"
    return Bounded(0, 1, reason)


def onset(d: int, layers: int) -> Algebraic | Never:
    """Return the real n > d - 1 at which the local instability begins; NEVER for d = 1 or L = 1.

    >>> onset(2, 2).compare(14), onset(2, 2).compare(15)
    (1, -1)
    """
    _check(d, layers, "local")
    return local_onset(d, layers)


@cache
def transition_order(d: int, layers: int) -> int | Never | Bounded:
    """Return 2 if the skew part grows continuously from 0, 1 if it jumps.

    d = 2: order 1 is proved by a real n below the local onset at which a skew matrix already beats
    every scalar one; order 2 at L = 2 by the reduction of ``symbolic.skew_theorem`` (there is one
    critical point with B > 0 at most, and it leaves the scalar matrix at the onset).

    >>> transition_order(2, 2), transition_order(2, 3)
    (2, 1)
    """
    _check(d, layers, "global")
    if d == 1 or layers == 1:
        return NEVER
    if d == 2 and layers == 2:
        return 2
    if d == 2 and layers <= 7 and transition_is_discontinuous(layers) is not None:
        return 1
    return Bounded(1, 2, "the order is settled for d = 2 and 2 <= layers <= 7 only")


def normal_at(layers: int, n: int) -> bool:
    """Return whether every minimiser at d = 2 is proved to be of the form aI + bJ.

    ``True`` at L = 2 for every n; otherwise where ``normal_certificate`` finds a proof.
    """
    return layers <= 2 or normal_certificate(layers, n) is not None
