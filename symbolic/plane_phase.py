r"""d = 2: for which n does the global minimiser have a skew part, decided for every n at once.

For n >= n_loc the best scalar matrix is unstable (``symbolic.local_threshold``) and, as the best
symmetric matrix is scalar for every n >= 1 (``symmetric_is_scalar_for_all``), every global
minimiser has a skew part.  The finitely many n < n_loc are decided one by one: by a rational point
below the best scalar matrix, or by a proof that the best scalar matrix is the global minimiser.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from flint import fmpq, fmpq_poly, fmpz_poly

from symbolic.algebraic import integer_polynomial, real_roots, sign_at
from symbolic.local_threshold import local_critical_context, local_resultant
from symbolic.plane import plane_loss
from symbolic.plane_global import (
    at_context,
    by_monomial,
    comparison_with_normal,
    comparison_with_symmetric,
    plane_minimum,
    positive_everywhere,
    symmetric_excess,
)
from symbolic.positivity import SCALES, PolyaCertificate, find_polya_certificate

__all__ = [
    "PlanePhase",
    "normal_certificate",
    "plane_phase",
    "scalar_certificate",
    "symmetric_is_scalar_for_all",
    "transition_is_discontinuous",
]


@dataclass(frozen=True)
class PlanePhase:
    """The phase diagram of (d = 2, L) in n: skew exactly for the integers n >= ``critical``.

    ``scalar``: how each n < critical was excluded; ``critical <= n < local`` have a rational
    witness; from ``local`` on the scalar matrix is unstable.  ``undecided``: the n < critical at
    which no proof was found (then ``critical`` is an upper bound only).
    """

    layers: int
    critical: int
    local: int
    scalar: dict[int, str]
    undecided: tuple[int, ...]


@cache
def symmetric_is_scalar_for_all(layers: int) -> bool:
    """Return whether the best symmetric 2x2 matrix is proved scalar for every real n >= 1.

    Each coefficient p(n, a) of ``symmetric_excess`` is positive at n = 1 for all a, its leading
    coefficient in a is positive for n >= 1, and its discriminant in a has no real root n > 1: so
    no real root in a can appear.

    >>> symmetric_is_scalar_for_all(2)
    True
    """
    for poly in by_monomial(symmetric_excess(layers)).values():
        if not all(positive_everywhere(p) for p in at_context(poly, 1).values()):
            return False
        degree = int(poly.degrees()[1])
        lead: dict[int, fmpq] = {}
        for (en, ea, _, _), value in poly.to_dict().items():
            if ea == degree:
                lead[int(en)] = value
        critical = [_in_n(lead)]
        if degree:
            slope = poly.derivative("a")
            eliminated = poly.resultant(slope, "a")
            critical.append(_in_n({int(e[0]): value for e, value in eliminated.to_dict().items()}))
        for polynomial in critical:
            if polynomial(1) == 0 or any(root.compare(1) > 0 for root in real_roots(polynomial)):
                return False
    return True


def _in_n(terms: dict[int, fmpq]) -> fmpz_poly:
    return integer_polynomial(fmpq_poly([terms.get(k, fmpq(0)) for k in range(max(terms) + 1)]))


@cache
def scalar_certificate(layers: int, n: int) -> PolyaCertificate | None:
    """Return a proof that F(a, B, C) > F(a, 0, 0) for all a and (B, C) != 0, if one was found."""
    terms = at_context(plane_loss(layers), n)
    del terms[0, 0]
    return find_polya_certificate(terms, limit=26 if n < 8 else 0, scales=SCALES[1:2])


@cache
def normal_certificate(layers: int, n: int) -> PolyaCertificate | None:
    """Return a proof that every 2x2 matrix with R != 0 is worse than some aI + bJ, if found."""
    excess = at_context(symmetric_excess(layers), n)
    with_k = at_context(comparison_with_symmetric(layers), n)
    if not all(positive_everywhere(p) for p in (*excess.values(), *with_k.values())):
        return None
    with_r = at_context(comparison_with_normal(layers), n)
    return find_polya_certificate({(i, j - 1): p for (i, j), p in with_r.items()})


def _scalar_at(layers: int, n: int) -> str | None:
    """Return how the scalar matrix was proved to be the only global minimiser, or None."""
    routes = (_adds_only, _reduced) if n < 4 or n == layers == 4 else (_reduced, _adds_only)
    return next((how for how in (route(layers, n) for route in routes) if how), None)


def _adds_only(layers: int, n: int) -> str | None:
    found = scalar_certificate(layers, n)
    return None if found is None else "at every a, B and C only add to the loss"


def _reduced(layers: int, n: int) -> str | None:
    if plane_minimum(layers, n).skew or normal_certificate(layers, n) is None:
        return None
    return "R only adds, and no critical point with B > 0 is as low"


@cache
def plane_phase(layers: int) -> PlanePhase:
    """Return the phase diagram in n at d = 2, for 2 <= layers <= 7.

    >>> phase = plane_phase(3)
    >>> phase.critical, phase.local, phase.undecided
    (14, 15, ())
    """
    if not 2 <= layers <= 7:
        raise ValueError(f"the global phase is computed for 2 <= layers <= 7, got {layers}")
    local = local_critical_context(2, layers)
    if not isinstance(local, int) or not symmetric_is_scalar_for_all(layers):
        raise ArithmeticError(f"the symmetric part is not settled for layers = {layers}")
    critical = local
    while critical > 1 and plane_minimum(layers, critical - 1).skew:
        critical -= 1
    scalar: dict[int, str] = {}
    undecided = []
    for n in range(1, critical):
        how = _scalar_at(layers, n)
        if how is None:
            undecided.append(n)
        else:
            scalar[n] = how
    return PlanePhase(layers, critical, local, scalar, tuple(undecided))


def transition_is_discontinuous(layers: int, steps: int = 12) -> Fraction | None:
    """Return a rational n below the local onset with a skew matrix below every scalar one.

    Such an n proves that the transition at d = 2 is of first order.  ``None``: none was found
    among onset - onset/2^k, k = 3, ..., steps.

    >>> transition_is_discontinuous(2, 6) is None, transition_is_discontinuous(4) is None
    (True, False)
    """
    polynomial = local_resultant(2, layers)
    (onset,) = [root for root in real_roots(polynomial) if root.compare(1) > 0]
    near = onset.refine(Fraction(1, 2**20)).lower
    for k in range(3, steps + 1):
        n = Fraction(round(near * 2**12 * (1 - Fraction(1, 2**k))), 2**12)
        if sign_at(polynomial, n) > 0 and plane_minimum(layers, n).skew:
            return n
    return None
