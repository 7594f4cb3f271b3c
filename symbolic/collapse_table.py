"""Expectation versus almost sure: every cell of model x regime x estimator x quantity x mode.

A cell holds its answer in words, the exact condition, the proof as a list of (kind, text) steps,
and, where there is one, the exact value as a function of (d, n, t).  Kinds: "identity" (rational,
re-derivable), "cited" (a classical theorem), "argued" (in words).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symbolic.collapse_proofs import PROOFS
from symbolic.gaussian import log_rate, mean_error, variance
from symbolic.regression import risk
from symbolic.regression_walk import behaviour
from symbolic.values import Value
from symbolic.wasserstein import wasserstein2

__all__ = ["Cell", "cell", "table"]


@dataclass(frozen=True)
class Cell:
    """One cell: what happens to ``quantity`` in the sense of ``mode``.

    Attributes:
        model: "regression" or "gaussian".
        regime: "replace" or "accumulate".
        estimator: "least-squares", "unbiased" or "mle".
        quantity: "error", "covariance", "mean" or "wasserstein".
        mode: "expectation" or "almost-sure".
        limit: "infinite", "zero", "truth", "finite" (a finite limit that is not the truth), or
            "depends" (on d and n, see ``condition``).
        condition: the answer with its exact hypotheses.
        proof: steps (kind, text).
        value: (d, n, t) -> exact value, where it is a number.
    """

    model: str
    regime: str
    estimator: str
    quantity: str
    mode: str
    limit: str
    condition: str
    proof: tuple[tuple[str, str], ...]
    value: Callable[[int, int, int], Value | str] | None

    @property
    def key(self) -> str:
        """The name of the cell."""
        return "/".join((self.model, self.regime, self.estimator, self.quantity, self.mode))


def _risk(regime: str) -> Callable[[int, int, int], Value]:
    return lambda d, n, t: risk(regime, t, d, n)


def _variance(regime: str, estimator: str) -> Callable[[int, int, int], Value]:
    return lambda d, n, t: variance(regime, estimator, t, n)


def _mean(regime: str, estimator: str) -> Callable[[int, int, int], Value]:
    return lambda d, n, t: mean_error(regime, estimator, t, n)


def _distance(estimator: str) -> Callable[[int, int, int], Value]:
    return lambda d, n, t: wasserstein2(estimator, t, n)


def _rate(estimator: str) -> Callable[[int, int, int], Value]:
    return lambda d, n, t: log_rate(n, estimator)


_ROWS: tuple[tuple[str, str, str, str, str, str, str, Callable | None], ...] = (
    (
        "regression", "replace", "least-squares", "error", "expectation", "depends",
        "E|theta_t - theta*|^2 = t sigma^2 d/(n-d-1) -> infinity for n >= d+2; infinite from the "
        "first fit on for n in {d-1, d, d+1}; for n <= d-2 it tends to |theta*|^2 + sigma^2 n d/"
        "((d-n-1)(d-n)).", _risk("replace"),
    ),
    (
        "regression", "replace", "least-squares", "error", "almost-sure", "depends",
        "|theta_t - theta*| -> infinity iff n >= d and (d >= 3 or d = n = 2); recurrent for other "
        "n >= d; one stationary law for n < d. Varying n_t >= d, d >= 3: iff sum 1/n_t = infinity.",
        lambda d, n, t: behaviour(d, n),
    ),
    (
        "regression", "accumulate", "least-squares", "error", "expectation", "finite",
        "Finite limit iff no pooled count s n equals d-1, d or d+1 (n >= d+2 suffices); never 0.",
        _risk("accumulate"),
    ),
    (
        "regression", "accumulate", "least-squares", "error", "almost-sure", "finite",
        "theta_t converges for every schedule n_t >= 1 and every d, to a random limit that is "
        "almost surely not theta*.", None,
    ),
    (
        "gaussian", "replace", "unbiased", "covariance", "expectation", "truth",
        "E Sigma_t = Sigma_0 for every t and every schedule n_t >= 2.",
        _variance("replace", "unbiased"),
    ),
    (
        "gaussian", "replace", "unbiased", "covariance", "almost-sure", "zero",
        "Sigma_t -> 0 iff sum 1/n_t = infinity; n constant: exponentially, at the rate "
        "psi((n-1)/2) - log((n-1)/2) < 0. Otherwise a random limit of rank min(d, min n_t - 1).",
        _rate("unbiased"),
    ),
    (
        "gaussian", "replace", "unbiased", "mean", "expectation", "infinite",
        "E|mu_t - mu|^2 = tr(Sigma_0) sum 1/n_s: infinite limit iff sum 1/n_t = infinity.",
        _mean("replace", "unbiased"),
    ),
    (
        "gaussian", "replace", "unbiased", "mean", "almost-sure", "finite",
        "mu_t converges for every schedule n_t >= 2, to a random limit other than mu.", None,
    ),
    (
        "gaussian", "replace", "unbiased", "wasserstein", "expectation", "infinite",
        "E W_2^2 = sum 1/n_s + 2 - 2 prod rho (d = 1): infinite limit iff sum 1/n_t = infinity.",
        _distance("unbiased"),
    ),
    (
        "gaussian", "replace", "unbiased", "wasserstein", "almost-sure", "finite",
        "W_2^2 converges to a finite random limit; under collapse (d = 1) it is "
        "(mu_infinity - mu)^2 + 1.", None,
    ),
    (
        "gaussian", "replace", "mle", "covariance", "expectation", "zero",
        "E Sigma_t = prod (1 - 1/n_s) Sigma_0 -> 0 iff sum 1/n_t = infinity.",
        _variance("replace", "mle"),
    ),
    (
        "gaussian", "replace", "mle", "covariance", "almost-sure", "zero",
        "Sigma_t -> 0 iff sum 1/n_t = infinity; n constant: at the rate psi((n-1)/2) - log(n/2).",
        _rate("mle"),
    ),
    (
        "gaussian", "replace", "mle", "mean", "expectation", "finite",
        "E(mu_t - mu)(mu_t - mu)^T = Sigma_0 - E Sigma_t: tends to Sigma_0 under collapse.",
        _mean("replace", "mle"),
    ),
    (
        "gaussian", "replace", "mle", "mean", "almost-sure", "finite",
        "mu_t converges for every schedule n_t >= 2, to a random limit other than mu.", None,
    ),
    (
        "gaussian", "replace", "mle", "wasserstein", "expectation", "finite",
        "E W_2^2 = 2 - 2 prod rho sqrt(1 - 1/n_s) -> 2 iff sum 1/n_t = infinity (d = 1).",
        _distance("mle"),
    ),
    (
        "gaussian", "replace", "mle", "wasserstein", "almost-sure", "finite",
        "W_2^2 converges to a finite random limit; under collapse (d = 1) it is "
        "(mu_infinity - mu)^2 + 1.", None,
    ),
    (
        "gaussian", "accumulate", "unbiased", "covariance", "expectation", "finite",
        "prod_(s>=2) (1 - n_s/(N_s(N_s-1))) Sigma_0 > 0: below the truth although called unbiased.",
        _variance("accumulate", "unbiased"),
    ),
    (
        "gaussian", "accumulate", "unbiased", "covariance", "almost-sure", "finite",
        "Sigma_t converges for every schedule, n_1 >= 2; the limit has rank min(d, n_1 - 1), so it "
        "is positive definite iff n_1 >= d+1.", None,
    ),
    (
        "gaussian", "accumulate", "unbiased", "mean", "expectation", "finite",
        "sum (n_s/N_s^2) E Sigma_(s-1) converges for every schedule; it is positive.",
        _mean("accumulate", "unbiased"),
    ),
    (
        "gaussian", "accumulate", "unbiased", "mean", "almost-sure", "finite",
        "mu_t is a martingale bounded in L2: it converges almost surely and in mean square.", None,
    ),
    (
        "gaussian", "accumulate", "unbiased", "wasserstein", "expectation", "finite",
        "Bounded by E(mu_t - mu)^2 + E s_t + 1 and convergent; the limit is positive.", None,
    ),
    (
        "gaussian", "accumulate", "unbiased", "wasserstein", "almost-sure", "finite",
        "Converges, since mu_t and s_t do.", None,
    ),
    (
        "gaussian", "accumulate", "mle", "covariance", "expectation", "finite",
        "prod (1 - n_s/N_s^2) Sigma_0 > 0; constant n: sin(pi/sqrt n)/(pi/sqrt n).",
        _variance("accumulate", "mle"),
    ),
    (
        "gaussian", "accumulate", "mle", "covariance", "almost-sure", "finite",
        "Sigma_t converges for every schedule, n_1 >= 2; the limit has rank min(d, n_1 - 1), so it "
        "is positive definite iff n_1 >= d+1.", None,
    ),
    (
        "gaussian", "accumulate", "mle", "mean", "expectation", "finite",
        "E(mu_t - mu)(mu_t - mu)^T = Sigma_0 - E Sigma_t, below Sigma_0.",
        _mean("accumulate", "mle"),
    ),
    (
        "gaussian", "accumulate", "mle", "mean", "almost-sure", "finite",
        "mu_t is a martingale bounded in L2: it converges almost surely and in mean square.", None,
    ),
    (
        "gaussian", "accumulate", "mle", "wasserstein", "expectation", "finite",
        "E W_2^2 = 2 - 2 E sqrt(s_t) < 2, convergent; the limit is positive.", None,
    ),
    (
        "gaussian", "accumulate", "mle", "wasserstein", "almost-sure", "finite",
        "Converges, since mu_t and s_t do.", None,
    ),
)  # fmt: skip


def table() -> tuple[Cell, ...]:
    """Return all 28 cells in a fixed order.

    >>> len(table()), table()[0].key
    (28, 'regression/replace/least-squares/error/expectation')
    """
    cells = []
    for model, regime, estimator, quantity, mode, limit, condition, value in _ROWS:
        name = (model, regime, quantity, mode)
        proof = PROOFS.get((*name, estimator)) or PROOFS[name]
        cells.append(Cell(model, regime, estimator, quantity, mode, limit, condition, proof, value))
    return tuple(cells)


def cell(key: str) -> Cell:
    """Return the cell with this key.

    Raises:
        ValueError: if there is none.

    >>> cell("gaussian/replace/unbiased/covariance/expectation").limit
    'truth'
    """
    for entry in table():
        if entry.key == key:
            return entry
    raise ValueError(f"there is no cell {key!r}; keys are model/regime/estimator/quantity/mode")
