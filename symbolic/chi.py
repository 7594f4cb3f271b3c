"""Moments of chi-square and inverse Wishart variables by recursion.

Integration by parts against the chi-square density with m degrees of freedom gives
E X^(p+1) = (m + 2p) E X^p for every real p with m + 2p > 0, upwards for positive and downwards for
negative powers; E X^p is infinite iff m + 2p <= 0.  Everything about W = X X^T used in this
package follows from two classical facts, each a one-line consequence of rotation invariance:
(W^-1)_11 = 1/chi2_{n-d+1} in law, and W^(-1/2) z = z/sqrt(chi2_{n-d+1}) in law for an independent
standard normal z in R^d (a multivariate t vector up to scale).
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from symbolic.special import ball_of, closed, require_integer
from symbolic.values import NEVER, Closed, Never

__all__ = [
    "chi_mean",
    "chi_square_moment",
    "inverse_trace",
    "log_chi_square",
    "pseudo_inverse_trace",
]


def chi_square_moment(degrees: int, order: int) -> Fraction | Never:
    """Return E X^order for X chi-square with ``degrees`` >= 1 degrees of freedom.

    Negative orders are allowed; the moment is ``NEVER`` iff degrees + 2 order <= 0.

    >>> chi_square_moment(5, 2), chi_square_moment(5, -1), chi_square_moment(2, -1)
    (Fraction(35, 1), Fraction(1, 3), never)
    """
    degrees = require_integer("degrees", degrees, 1)
    order = require_integer("order", order, -10_000, 10_000)
    if degrees + 2 * order <= 0:
        return NEVER
    value = Fraction(1)
    for k in range(order):
        value *= degrees + 2 * k
    for k in range(-1, order - 1, -1):
        value /= degrees + 2 * k
    return value


def inverse_trace(d: int, n: int) -> Fraction | Never:
    """Return E tr W^-1 = d/(n-d-1) for W a real d x d Wishart with n >= d samples.

    Derivation: each diagonal entry of W^-1 is 1/chi2 with n-d+1 degrees of freedom in law.

    >>> inverse_trace(2, 5), inverse_trace(2, 3)
    (Fraction(1, 1), never)
    """
    d = require_integer("d", d, 1)
    n = require_integer("n", n, d)
    entry = chi_square_moment(n - d + 1, -1)
    return NEVER if isinstance(entry, Never) else d * entry


def pseudo_inverse_trace(d: int, n: int) -> Fraction | Never:
    """Return E tr W^+ for W = X X^T, X a d x n standard Gaussian matrix, any d, n >= 1.

    For n < d the non-zero eigenvalues of W are those of X^T X, a Wishart of size n with d
    samples.  The value is infinite iff |n - d| <= 1.

    >>> pseudo_inverse_trace(5, 2), pseudo_inverse_trace(2, 5), pseudo_inverse_trace(3, 2)
    (Fraction(1, 1), Fraction(1, 1), never)
    """
    d = require_integer("d", d, 1)
    n = require_integer("n", n, 1)
    return inverse_trace(min(d, n), max(d, n))


def chi_mean(degrees: int) -> Closed:
    """Return rho = E sqrt(X/m) for X chi-square with m = ``degrees`` >= 1 degrees of freedom.

    rho = sqrt(2/m) Gamma((m+1)/2) / Gamma(m/2), and ((m-1)/m)^(1/4) <= rho <= (m/(m+1))^(1/4).

    >>> chi_mean(1).enclose(50).overlaps((2 / arb.pi()).sqrt())
    True
    """
    m = require_integer("degrees", degrees, 1)

    def evaluate() -> arb:
        high, low = ball_of(Fraction(m + 1, 2)), ball_of(Fraction(m, 2))
        return (high.lgamma() - low.lgamma()).exp() / low.sqrt()

    return closed(rf"\sqrt{{2/{m}}}\,\Gamma({m + 1}/2)/\Gamma({m}/2)", evaluate)


def log_chi_square(degrees: int, divisor: int) -> Closed:
    """Return E log(X/divisor) = psi(m/2) + log(2/divisor), X chi-square with m degrees of freedom.

    >>> log_chi_square(2, 2).enclose(50).overlaps(-arb.const_euler())
    True
    """
    m = require_integer("degrees", degrees, 1)
    divisor = require_integer("divisor", divisor, 1)
    half = Fraction(m, 2)
    return closed(
        rf"\psi({m}/2)-\log({divisor}/2)",
        lambda: ball_of(half).digamma() - ball_of(Fraction(divisor, 2)).log(),
    )
