"""Almost-sure behaviour of recursive least squares, label noise sigma^2 > 0.

Increment law, n >= d.  Given X, W^-1 X eps is normal with covariance sigma^2 W^-1; by rotation
invariance it equals sigma z/sqrt(chi2_nu) in law, z standard normal in R^d, nu = n-d+1: density
proportional to (1+|x|^2/sigma^2)^(-(n+1)/2).  E|.|^p is finite iff p < nu, so it is integrable iff
n >= d+1 and square-integrable iff n >= d+2.  n = d is the isotropic Cauchy law, stable of index 1.

Constant n, replacing.  Chung-Fuchs: the walk is recurrent iff the integral of 1/(1-phi) over a ball
diverges.  With u = 1/chi2_nu, 1-phi(s) = E(1-exp(-|s|^2 u/2)) lies between (1-1/e) E min(1, c u)
and E min(1, c u), c = sigma^2|s|^2/2, and E min(1, c u) is of order c^(1/2) (nu = 1), c log(1/c)
(nu = 2), c (nu >= 3).  In polar coordinates a Bertrand integral decides.  For n < d the map is a
contraction: the backward series P_1...P_(k-1) eta_k converges in L1 since E|P v| < |v| and
E|eta| < infinity (tail exponent d-n+1 >= 2), so one stationary law attracts every start.

Varying n_t >= d.  The increments are independent and rotation-invariant normal scale mixtures, so
the process is B(tau_t) in law, B a Brownian motion in R^d independent of
tau_t = sigma^2 sum_(s<=t) 1/chi2_(nu_s).  tau_t -> infinity a.s. iff sum 1/n_t diverges (Markov's
inequality gives 1/chi2_nu >= 1/(2 nu) with probability >= 1/2; Chebyshev does the rest; the mean
1/(nu-2) gives the converse).  For d >= 3, |e_t|^(2-d) is a non-negative supermartingale: the mean
of |x + rU|^(2-d) over the unit sphere is max(|x|, r)^(2-d) <= |x|^(2-d) (Newton).  It converges
(Doob), and E|e_t|^(2-d) = E tau_t^(1-d/2) E|z|^(2-d) -> 0 iff tau_t -> infinity, so then
|e_t| -> infinity; no moment of the increments, and no Chung-Fuchs, is needed in d >= 3.

Accumulating.  From the first s0 with H invertible on, the sum of H_s^-1 X_s X_s^T H_s^-1 is at most
2 H_(s0)^-1 for every design: given the designs a Gaussian martingale with bounded covariance, so
theta_t converges almost surely for every schedule n_t >= 1, without any moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from symbolic.regression import hits_singular_count
from symbolic.schedule import prove_schedule
from symbolic.special import ball_of, closed, require_integer, require_nonnegative
from symbolic.values import NEVER, Closed, Never

__all__ = [
    "Decision",
    "IncrementLaw",
    "accumulated_limit_law",
    "accumulating_converges",
    "behaviour",
    "chung_fuchs_exponents",
    "diverges",
    "diverges_on_formula",
    "diverges_on_schedule",
    "increment_law",
    "mean_norm_growth",
    "norm_growth_exponent",
    "stationary_second_moment",
]


@dataclass(frozen=True)
class IncrementLaw:
    """Law of W^-1 X eps for n >= d: sigma z / sqrt(chi-square with ``degrees``).

    ``covariance`` is c with covariance c sigma^2 I, ``NEVER`` where infinite; moments of order p
    are finite iff p < ``degrees``; ``stable_index`` is 1 when n = d, 2 when the covariance is
    finite (normal domain of attraction), None for n = d+1.
    """

    dimension: int
    degrees: int
    integrable: bool
    square_integrable: bool
    covariance: Fraction | Never
    stable_index: int | None


@dataclass(frozen=True)
class Decision:
    """An answer with its reason; ``answer`` is None where nothing is proved."""

    answer: bool | None
    reason: str


def increment_law(d: int, n: int) -> IncrementLaw:
    """Return the law of one increment when replacing with n >= d samples.

    >>> increment_law(3, 4).integrable, increment_law(3, 4).square_integrable
    (True, False)
    """
    d = require_integer("d", d, 1)
    n = require_integer("n", n, d)
    degrees = n - d + 1
    return IncrementLaw(
        dimension=d,
        degrees=degrees,
        integrable=degrees > 1,
        square_integrable=degrees > 2,
        covariance=Fraction(1, degrees - 2) if degrees > 2 else NEVER,
        stable_index={1: 1, 2: None}.get(degrees, 2),
    )


def chung_fuchs_exponents(d: int, n: int) -> tuple[int, int]:
    """Return (p, q) such that the walk is recurrent iff s^p log(1/s)^q is not integrable at 0.

    1/(1-phi(s)) is of order s^(-min(nu,2)) log(1/s)^(-[nu=2]), nu = n-d+1, times s^(d-1).

    >>> chung_fuchs_exponents(2, 2), chung_fuchs_exponents(2, 3), chung_fuchs_exponents(2, 9)
    ((0, 0), (-1, -1), (-1, 0))
    """
    degrees = increment_law(d, n).degrees
    return d - 1 - min(degrees, 2), -1 if degrees == 2 else 0


def diverges(d: int, n: int) -> bool:
    """Decide whether |theta_t - theta*| -> infinity a.s. when replacing with constant n.

    True iff n >= d and (d >= 3 or d = n = 2).  The case d = n = 2 has Cauchy increments, which are
    transient in the plane; with d = 2, n = 3 the Bertrand integral of 1/(s log(1/s)) diverges.

    >>> diverges(3, 3), diverges(3, 2), diverges(2, 2), diverges(2, 3), diverges(1, 1)
    (True, False, True, False, False)
    """
    return behaviour(d, n) == "transient"


def behaviour(d: int, n: int) -> str:
    """Return "transient", "recurrent" or "stationary" for replacing with constant n.

    Recurrent: every neighbourhood of every point is visited infinitely often (the increment has a
    density that is positive everywhere), so liminf |theta_t - theta*| = 0 and limsup = infinity.
    Stationary (n < d): theta_t converges in law, not almost surely, and forgets theta*.

    Source: Chung and Fuchs 1951, integral test for random walks in R^d.

    >>> behaviour(1, 1), behaviour(2, 3), behaviour(4, 2)
    ('recurrent', 'recurrent', 'stationary')
    """
    d = require_integer("d", d, 1)
    n = require_integer("n", n, 1)
    if n < d:
        return "stationary"
    exponent, logarithm = chung_fuchs_exponents(d, n)
    integrable = exponent > -1 or (exponent == -1 and logarithm < -1)
    return "transient" if integrable else "recurrent"


def diverges_on_schedule(d: int, least: int, reciprocal_sum_diverges: bool) -> Decision:
    """Decide |theta_t - theta*| -> infinity a.s. when replacing with varying n_t.

    Args:
        d: dimension, >= 1.
        least: a lower bound of n_t that holds for all large t.
        reciprocal_sum_diverges: whether sum 1/n_t is infinite.

    d >= 3 and n_t >= d: it diverges iff sum 1/n_t = infinity (|B| at unbounded times in d >= 3).
    Any d, n_t >= d, finite sum: theta_t converges a.s. to a random limit.
    d <= 2 and n_t >= d+2 with infinite sum: it does not diverge.  B returns to 0 (d = 1) or to the
    unit ball (d = 2) at arbitrarily late times T, which are independent of the clock; the interval
    of the clock that covers T is tight uniformly in T, since sum_t E min(1,u_t) 1[tau_(t-1) in an
    interval of length 1] <= 2 and P(u_t > y) <= C y^(-3/2) E min(1,u_t) for nu >= 3.  So
    liminf |theta_t - theta*| is finite a.s., and limsup is infinite.
    Otherwise (d <= 2 with n_t in {d, d+1} again and again, or n_t < d infinitely often): open here
    when n_t is not constant.

    >>> diverges_on_schedule(3, 3, True).answer, diverges_on_schedule(2, 4, True).answer
    (True, False)
    >>> diverges_on_schedule(2, 2, True).answer is None
    True
    """
    d = require_integer("d", d, 1)
    least = require_integer("least", least, 1)
    if not reciprocal_sum_diverges:
        return Decision(False, "sum 1/n_t is finite: the clock stops and theta_t converges a.s.")
    if least < d:
        return Decision(None, "fits with n_t < d samples contract; mixed schedules are not decided")
    if d >= 3:
        return Decision(True, "Brownian motion in d >= 3 at times that grow without bound")
    if least >= d + 2:
        return Decision(False, "d <= 2: Brownian motion returns, and the sampling gaps are tight")
    return Decision(None, "d <= 2 with n_t in {d, d+1} infinitely often and n_t not constant")


def diverges_on_formula(d: int, schedule: str) -> Decision:
    """Decide |theta_t - theta*| -> infinity a.s., replacing with n_t = max(2, ceil(formula)).

    Formulas and their limits are those of ``symbolic.schedule``; finitely many fits do not matter.

    Raises:
        ValueError: for a formula that is refused there.

    >>> diverges_on_formula(3, "t*log(t)").answer, diverges_on_formula(3, "t^2").answer
    (True, False)
    >>> diverges_on_formula(2, "2").answer, diverges_on_formula(1, "sqrt(t)").answer
    (True, False)
    """
    d = require_integer("d", d, 1)
    proof = prove_schedule(schedule)
    if proof.growth == "unbounded":
        return diverges_on_schedule(d, d + 2, proof.diverges)
    if proof.eventual_size is None:
        return Decision(None, "the sample size for large t could not be determined")
    kind = behaviour(d, proof.eventual_size)
    return Decision(kind == "transient", f"n_t = {proof.eventual_size} for all large t: {kind}")


def accumulated_limit_law(d: int, n: int) -> tuple[int, Closed]:
    """Return (nu, c) with theta_infinity - theta* = sigma sqrt(c) z/sqrt(chi2_nu) in law.

    For accumulating with one fixed Gaussian design of n >= d samples: nu = n-d+1, c = pi^2/6, since
    the increments are W^-1 X eps_s/s. With fresh designs the limit is a normal scale mixture too
    (given the designs), rotation-invariant about theta*, without such a closed form.

    >>> accumulated_limit_law(2, 5)[0]
    4
    """
    return increment_law(d, n).degrees, closed(r"\pi^2/6", lambda: arb.pi() ** 2 / 6)


def accumulating_converges(d: int, n: int) -> dict[str, bool]:
    """Return what holds for theta_t when accumulating n >= 1 fresh samples in every fit.

    ``almost_surely``: always; ``square_bounded``: no pooled count equals d-1, d or d+1 (n >= d+2
    suffices, and then every later sample size may be anything); ``unbiased``: E theta_t exists and
    is theta* for every theta*, which needs n >= d+1; ``limit_is_truth``: never, since given the
    designs the limit is Gaussian with non-zero covariance.

    >>> accumulating_converges(3, 3)["almost_surely"], accumulating_converges(3, 3)["unbiased"]
    (True, False)
    """
    d = require_integer("d", d, 1)
    n = require_integer("n", n, 1)
    return {
        "almost_surely": True,
        "square_bounded": not hits_singular_count(d, n),
        "unbiased": n >= d + 1,
        "limit_is_truth": False,
    }


def norm_growth_exponent(d: int, n: int) -> Fraction:
    """Return a with |theta_t - theta*|/t^a of a non-degenerate limit law, replacing, n >= d.

    1 for n = d, where e_t = t e_1 in law for every t (index 1 stability), 1/2 for n >= d+2.

    Raises:
        ValueError: for n = d+1, where the growth is sqrt(t log t) and no power, and for n < d.

    >>> norm_growth_exponent(3, 3), norm_growth_exponent(3, 5)
    (Fraction(1, 1), Fraction(1, 2))
    """
    index = increment_law(d, n).stable_index
    if index is None:
        raise ValueError("n = d+1 has no pure power: the norm grows like sqrt(t log t)")
    return Fraction(1, index)


def mean_norm_growth(d: int, n: int, noise: Fraction | int = 1) -> Closed:
    """Return c with E|theta_t - theta*| ~ c sqrt(t), replacing with n >= d+2.

    |e_t| = sqrt(tau_t) |z| in law and tau_t/t -> sigma^2/(n-d-1) (strong law; uniformly integrable
    after the root), so c = sigma sqrt(2/(n-d-1)) Gamma((d+1)/2)/Gamma(d/2), while
    E|e_t|^2 = t sigma^2 d/(n-d-1) exactly: the square grows linearly and the norm does not.

    >>> mean_norm_growth(1, 3).enclose(50).overlaps((2 / arb.pi()).sqrt())
    True
    """
    d = require_integer("d", d, 1)
    n = require_integer("n", n, d + 2)
    scale = 2 * require_nonnegative("noise", noise) / (n - d - 1)
    half = Fraction(d, 2)

    def evaluate() -> arb:
        ratio = (ball_of(half + Fraction(1, 2)).lgamma() - ball_of(half).lgamma()).exp()
        return ball_of(scale).sqrt() * ratio

    return closed(rf"\sqrt{{{scale}}}\,\Gamma({d + 1}/2)/\Gamma({d}/2)", evaluate)


def stationary_second_moment(d: int, n: int, noise: Fraction | int = 1) -> Fraction | Never:
    """Return E|theta|^2 under the stationary law of replacing with n < d samples.

    It is noise n d/((d-n-1)(d-n)) for n <= d-2 and infinite for n = d-1; the mean is zero, not
    theta*.

    >>> stationary_second_moment(5, 3), stationary_second_moment(5, 4)
    (Fraction(15, 2), never)
    """
    d = require_integer("d", d, 2)
    n = require_integer("n", n, 1, d - 1)
    noise = require_nonnegative("noise", noise)
    if noise == 0:
        return Fraction(0)
    return NEVER if n == d - 1 else noise * n * d / ((d - n - 1) * (d - n))
