"""Proofs of the cells of the table "expectation versus almost sure", as steps (kind, text).

Kinds: "identity" (rational arithmetic can re-derive it), "cited" (a classical theorem with its
hypotheses), "argued" (complete in words).  Keys are (model, regime, quantity, mode), with the
estimator appended where the proofs differ.
"""

from __future__ import annotations

__all__ = ["PROOFS"]

Steps = tuple[tuple[str, str], ...]

_INCREMENT = (
    "argued",
    "Given the designs the error is a sum of independent centred Gaussians (Tonelli: no moment is "
    "assumed), so the conditional second moments add.",
)
_TRACE = (
    "identity",
    "(W^-1)_11 = 1/chi2_(n-d+1), and E 1/chi2_m = 1/(m-2) from E X^(p+1) = (m+2p) E X^p at p = -1; "
    "infinite iff m <= 2.",
)
_LINEAR_FACTOR = (
    "identity",
    "E chi2_m = m, so the conditional expectation multiplies Sigma by m/k with m = n-1 and k the "
    "divisor; induction on t.",
)
_ROOT = (
    "identity",
    "rho_m rho_(m+1) = sqrt(m/(m+1)) from Gamma(x+1) = x Gamma(x); rho_m increasing; hence "
    "(m-1)/m <= rho_m^4 <= m/(m+1).",
)
_JENSEN = (
    "argued",
    "rho_m increases: the mean of m squares is the average of its leave-one-out means and the "
    "square root is concave.",
)
_KAKUTANI = (
    "cited",
    "Kakutani: independent positive factors R_t of mean 1; prod R_t has a positive limit a.s. iff "
    "prod E sqrt(R_t) > 0, and is 0 a.s. otherwise. Hypotheses: n_t >= 2 deterministic, so that "
    "R_t = chi2_m/m > 0 has mean 1.",
)
_DOOB = (
    "cited",
    "Doob: a non-negative supermartingale converges a.s.; an L2-bounded martingale converges a.s. "
    "and in L2.",
)
_SCATTER = (
    "identity",
    "E(A_t | past) = A_(t-1) + (n_t - n_t/N_t) Sigma_(t-1), from (n_t - 1) + N_(t-1)/N_t "
    "= n_t - n_t/N_t; divide by the divisor.",
)
_SUMMABLE = ("identity", "n_t/N_t^2 <= 1/N_(t-1) - 1/N_t, so the sum over t >= 2 is at most 1/n_1.")
_MEAN_AS: Steps = (
    _ROOT,
    (
        "argued",
        "E(sqrt(s_t) | past) = rho sqrt(s_(t-1)) with 1 - rho >= 1/(4 n_t), so the expected sum of "
        "sqrt(s_(t-1))/(4 n_t) is at most sqrt(s_0): it is finite a.s., and since sup sqrt(s_t) is "
        "finite a.s. so is sum s_(t-1)/n_t.",
    ),
    (
        "cited",
        "Doob, applied to mu_t stopped when the sum of its conditional variances exceeds K: it "
        "converges a.s. on the event that this sum is finite, which has probability 1.",
    ),
    (
        "argued",
        "The limit differs from mu a.s.: given all covariances mu_t - mu is Gaussian with variance "
        "at least Sigma_0/n_1.",
    ),
)
_ROOT_LIMIT: Steps = (
    ("identity", "W_2^2 = (mu_t - mu)^2 + (sqrt(s_t) - 1)^2 for d = 1."),
    ("argued", "mu_t and s_t converge a.s. (their cells), hence so does W_2^2."),
)
_POOLED_LOGDET: Steps = (
    (
        "identity",
        "Sigma_t = Sigma_(t-1)^(1/2) M_t Sigma_(t-1)^(1/2), M_t = (D_(t-1) I + V_t)/D_t with "
        "V_t = W_(n_t - 1) + (N_(t-1)/N_t) g g^T independent of the past and D the divisor.",
    ),
    _SUMMABLE,
    (
        "argued",
        "E_t = M_t - I has |E tr E_t| and E|E_t|^2 of order n_t/N_t^2, both summable. By Chebyshev "
        "and Borel-Cantelli |E_t| <= 1/2 eventually; sum tr E_t converges a.s. and sum |E_t|^2 is "
        "finite, so sum log det M_t converges a.s. on the range of Sigma_1, whose rank is "
        "min(d, n_1 - 1); each det M_t > 0.",
    ),
    _DOOB,
)
_POOLED_MEAN: Steps = (
    ("identity", "mu_t - mu_(t-1) = (n_t/N_t)(m_t - mu_(t-1)), of covariance (n_t/N_t^2) Sigma."),
    _SUMMABLE,
    _DOOB,
)

PROOFS: dict[tuple[str, ...], Steps] = {
    ("regression", "replace", "error", "expectation"): (
        _INCREMENT,
        _TRACE,
        ("identity", "R_t - R_(t-1) = sigma^2 d/(n-d-1); for n < d: R_t = (n/d) R_(t-1) + (1-n/d) "
         "|theta*|^2 + sigma^2 n/(d-n-1)."),
    ),
    ("regression", "replace", "error", "almost-sure"): (
        ("argued", "The increment is sigma z/sqrt(chi2_nu) in law, nu = n-d+1, with a positive "
         "density; (1-1/e) min(1,x) <= 1-exp(-x) <= min(1,x) gives the order of 1-phi at 0."),
        ("identity", "Bertrand exponents (d-1-min(nu,2), -[nu=2]) of the radial integrand."),
        ("cited", "Chung-Fuchs: i.i.d. steps, real characteristic function; recurrent iff the "
         "integral of 1/(1-phi) over a ball diverges; transient walks tend to infinity."),
        ("argued", "n < d: sum E|P_1...P_(k-1) eta_k| <= sum (E sqrt(Beta))^(k-1) E|eta| is "
         "finite, E|eta| being finite since d-n+1 >= 2; so the law converges to one stationary "
         "law."),
        ("argued", "Varying n_t >= d, d >= 3: |e_t|^(2-d) is a non-negative supermartingale (the "
         "mean of |x + rU|^(2-d) over the sphere is max(|x|, r)^(2-d)); its mean tends to 0 iff "
         "the clock sigma^2 sum 1/chi2 is unbounded, iff sum 1/n_t = infinity (Markov, "
         "Chebyshev)."),
        ("cited", "Doob: that supermartingale converges a.s., so |e_t| -> infinity."),
    ),
    ("regression", "accumulate", "error", "expectation"): (
        _INCREMENT,
        ("argued", "Exchangeability of the N_s columns: E tr(H^+ X_s X_s^T H^+) = (n_s/N_s) "
         "E tr H^+."),
        _TRACE,
        ("identity", "1/(s(sn-d-1)) = (n/(d+1)) (1/(sn-d-1) - 1/(sn)); the sum is a digamma "
         "value."),
    ),
    ("regression", "accumulate", "error", "almost-sure"): (
        ("identity", "H^-1 - (H+B)^-1 = (H+B)^-1 (B + B H^-1 B)(H+B)^-1 >= (H+B)^-1 B (H+B)^-1."),
        ("argued", "So from the first invertible H_(s0) on the conditional covariances sum to at "
         "most 2 H_(s0)^-1, for every design; before s0 there are at most d fits."),
        _DOOB,
        ("argued", "Given the designs the limit is Gaussian with non-zero covariance: it equals "
         "theta* with probability 0."),
    ),
    ("gaussian", "replace", "covariance", "expectation"): (_LINEAR_FACTOR,),
    ("gaussian", "replace", "covariance", "almost-sure"): (
        _LINEAR_FACTOR,
        _JENSEN,
        _ROOT,
        _KAKUTANI,
        ("argued", "n_t constant: the strong law for log chi2_m, E log chi2_m = psi(m/2) + log 2. "
         "Matrix case: v^T Sigma_t v for the basis vectors bounds the trace; if the sum is finite, "
         "log det on the common range converges a.s. (summable means and variances)."),
    ),
    ("gaussian", "replace", "mean", "expectation", "unbiased"): (
        ("identity", "Cov(mu_t - mu_(t-1)) = E Sigma_(t-1)/n_t = Sigma_0/n_t; increments "
         "uncorrelated."),
    ),
    ("gaussian", "replace", "mean", "expectation", "mle"): (
        ("identity", "c_(s-1)/n_s = c_(s-1) - c_s for c_s = (1 - 1/n_s) c_(s-1): telescoping."),
    ),
    ("gaussian", "replace", "mean", "almost-sure"): _MEAN_AS,
    ("gaussian", "replace", "wasserstein", "expectation"): (
        ("identity", "E W_2^2 = E(mu_t - mu)^2 + E s_t + 1 - 2 E sqrt(s_t)."),
        ("identity", "E sqrt(s_t) is the product of rho_(n_s - 1) (times sqrt(1 - 1/n_s), mle)."),
        _ROOT,
    ),
    ("gaussian", "replace", "wasserstein", "almost-sure"): _ROOT_LIMIT,
    ("gaussian", "accumulate", "covariance", "expectation"): (_SCATTER, _SUMMABLE),
    ("gaussian", "accumulate", "covariance", "almost-sure"): _POOLED_LOGDET,
    ("gaussian", "accumulate", "mean", "expectation", "unbiased"): (_SCATTER, _SUMMABLE),
    ("gaussian", "accumulate", "mean", "expectation", "mle"): (
        ("identity", "(n_s/N_s^2) c_(s-1) = c_(s-1) - c_s for c_s = (1 - n_s/N_s^2) c_(s-1)."),
    ),
    ("gaussian", "accumulate", "mean", "almost-sure"): _POOLED_MEAN,
    ("gaussian", "accumulate", "wasserstein", "expectation"): (
        ("identity", "E W_2^2 = E(mu_t - mu)^2 + E s_t + 1 - 2 E sqrt(s_t)."),
        ("argued", "Each term converges: the first two by their cells, the third because sqrt(s_t) "
         "is bounded in L2 and converges a.s. The limit is positive since mu_infinity is not mu."),
    ),
    ("gaussian", "accumulate", "wasserstein", "almost-sure"): _ROOT_LIMIT,
}  # fmt: skip
"""Proof steps by cell."""
