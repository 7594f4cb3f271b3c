r"""Proofs that a polynomial is positive for all real a and all B, C >= 0 (not both 0).

A polynomial sum_{ij} p_ij(a) B^i C^j is positive there when every p_ij is positive for all real a.
When some are not, Polya's idea helps: multiply by (s(a) + B + C)^k with a positive quadratic s;
the product has positive coefficients for some k if the polynomial is positive enough.  The search
for (s, k) is not trusted: the coefficients of the product are checked exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq, fmpz_poly

from symbolic.plane_global import Terms, positive_everywhere

__all__ = ["SCALES", "PolyaCertificate", "find_polya_certificate"]

SCALES: tuple[tuple[int, int, int], ...] = ((20, -40, 60), (2, 0, 150), (1, 0, 60))
"""Quadratics 20 s(a), constant term first; each is positive for all a."""

_TRIALS = [fmpq(k, 16) for k in range(0, 24)]  # most polynomials that fail do so at one of these


@dataclass(frozen=True)
class PolyaCertificate:
    """All coefficients of terms * (scale(a) + 20 B + 20 C)^exponent are positive for all a."""

    scale: tuple[int, int, int]
    exponent: int

    def holds_for(self, terms: Terms) -> bool:
        """Recompute the product and check every coefficient."""
        product = terms
        for _ in range(self.exponent):
            product = _multiply(product, fmpz_poly(list(self.scale)))
        return _all_positive(product)


def _multiply(terms: Terms, scale: fmpz_poly) -> Terms:
    result: Terms = {}
    for (i, j), poly in terms.items():
        for key, factor in (((i, j), scale), ((i + 1, j), 20), ((i, j + 1), 20)):
            value = poly * factor
            result[key] = result[key] + value if key in result else value
    return result


def _all_positive(terms: Terms) -> bool:
    if any(poly(x) <= 0 for x in _TRIALS for poly in terms.values() if poly != 0):
        return False
    return bool(terms) and all(poly == 0 or positive_everywhere(poly) for poly in terms.values())


def find_polya_certificate(
    terms: Terms, limit: int = 24, scales: Sequence[tuple[int, int, int]] = SCALES
) -> PolyaCertificate | None:
    """Return a certificate that the polynomial is positive, or None when none was found.

    >>> w = fmpz_poly([1, 0, 20])  # w^2 - w B + B^2 + w C
    >>> terms = {(0, 0): w * w, (1, 0): -w, (2, 0): fmpz_poly([1]), (0, 1): w}
    >>> find_polya_certificate(terms).holds_for(terms)
    True
    """
    products = [(scale, terms) for scale in scales]
    for exponent in range(limit + 1):
        for position, (scale, product) in enumerate(products):
            if exponent:
                product = _multiply(product, fmpz_poly(list(scale)))
                products[position] = (scale, product)
            if _all_positive(product):
                return PolyaCertificate(scale, exponent)
    return None
