"""Elementary bounds behind "Sigma_t -> 0 almost surely iff sum 1/n_t diverges".

rho_m = E sqrt(chi2_m/m).  Two facts give everything, without Stirling:

* rho_m rho_(m+1) = sqrt(m/(m+1)), from Gamma(x+1) = x Gamma(x);
* rho_m increases with m (Jensen: the mean of m exchangeable squares is the average of its
  leave-one-out means, and the square root is concave).

Hence (m-1)/m <= rho_m^4 <= m/(m+1), with m = n-1: rho^4 <= 1 - 1/n and, for n >= 3,
rho^4 >= 1 - 1/(n-1).  So prod rho_(n_t - 1) > 0 iff sum 1/n_t < infinity (rho_1 = sqrt(2/pi) > 0
covers n_t = 2).  sqrt(s_t) is a non-negative supermartingale with E sqrt(s_t) = prod rho: if the
product is 0 then Fatou gives s_t -> 0 a.s.; if it is positive then s_t/s_0 is bounded in L2 up to
finitely many factors, the normalised products converge in L1 and, the factors being positive and
independent, the limit is positive a.s. (Kakutani).  For the mle the deterministic factor
prod (1 - 1/n_t) vanishes under the same condition.

The same bound proves that mu_t converges a.s. under every schedule when replacing:
sum (1 - rho_(n_t - 1)) sqrt(s_(t-1)) has mean at most sqrt(s_0) and 1 - rho >= 1/(4 n), so
sum s_(t-1)/n_t <= sup sqrt(s) sum sqrt(s_(t-1))/n_t < infinity, and mu_t is a martingale whose
conditional variances are summable.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.special import EXACT_TERMS, rational_product, require_integer

__all__ = [
    "chi_mean_fourth_bounds",
    "deviation_bound_exponent",
    "root_mean_fourth_bounds",
    "second_moment",
]


def chi_mean_fourth_bounds(m: int) -> tuple[Fraction, Fraction]:
    """Return rationals a <= rho_m^4 <= b, namely (m-1)/m and m/(m+1).

    For m = 1 the lower bound is 2/5 (rho_1^4 = 4/pi^2 and pi^2 < 10).

    >>> chi_mean_fourth_bounds(4)
    (Fraction(3, 4), Fraction(4, 5))
    """
    m = require_integer("m", m, 1)
    return (Fraction(m - 1, m) if m > 1 else Fraction(2, 5)), Fraction(m, m + 1)


def root_mean_fourth_bounds(t: int, n: int) -> tuple[Fraction, Fraction]:
    """Return rational bounds of (E sqrt(s_t/s_0))^4, replacing, unbiased, constant n, d = 1.

    >>> root_mean_fourth_bounds(2, 5)
    (Fraction(9, 16), Fraction(16, 25))
    """
    t = require_integer("t", t, 0, EXACT_TERMS)
    low, high = chi_mean_fourth_bounds(require_integer("n", n, 2) - 1)
    return low**t, high**t


def second_moment(sizes: list[int]) -> Fraction:
    """Return E (s_t/s_0)^2 = prod (n_s+1)/(n_s-1), replacing, unbiased: bounded iff sum 1/n < inf.

    >>> second_moment([3, 5])
    Fraction(3, 1)
    """
    checked = [require_integer("every sample size", n, 2) for n in sizes]
    return rational_product(lambda k: (checked[k] + 1, checked[k] - 1), 0, len(checked) - 1)


def deviation_bound_exponent(n: int) -> Fraction:
    """Return a with P(sqrt(s_t) > x) <= (sqrt(s_0)/x) exp(-a t), replacing, unbiased: a = 1/(4n).

    rho <= (1 - 1/n)^(1/4) <= exp(-1/(4n)) and Markov's inequality for sqrt(s_t).

    Source: the inequality of Suresh, Thangaraj, Khandavally, arXiv:2412.17646, for the standard
    deviation.

    >>> deviation_bound_exponent(10)
    Fraction(1, 40)
    """
    return Fraction(1, 4 * require_integer("n", n, 2))
