"""Sampled companions of the in-context results: curvatures, losses, prompts, training.

Targets come from the exact part, samples from ``numeric``; the two share no code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from numeric import experiments, intervals, loss, quadrature, transformer, wishart
from numeric.philox import generator, job_digest
from symbolic.loss import loss_at
from symbolic.plane import plane_loss_at
from symbolic.scalar import best_scalar
from symbolic.transition import skew
from symbolic.values import Bounded, enclose
from verify.outcome import Figure, Outcome
from verify.registry import check
from verify.sampling import FAMILY_WISE, SHARE, TESTS, mean_test, outcome_of, sign_test
from verify.status import Tier, Verdict

__all__: list[str] = []

FIVE_SIGMA = 2.87e-7
"""One-sided probability of five standard deviations of a normal variable."""


@check("numeric.skew_curvature", sampled=True)
def skew_curvature(*, d: int, layers: int, n: int, sign: str, seed: int, device: str) -> Outcome:
    """The second derivative of the loss of a_* I + b K at b = 0 has this sign."""
    _require(sign in ("positive", "negative"), f"sign is positive or negative, not {sign!r}")
    declared, parameters = experiments.declare_curvature(n, layers, d, false_fail=SHARE, false_pass=FIVE_SIGMA)
    exact = float(enclose(best_scalar(d, layers, n), 60))
    _require(abs(exact - parameters["a"]) < 1e-7, "the best scalar matrix found in floating point is another one")
    observable = "skew-curvature" if d == 2 else "curvature"
    test = sign_test(observable, parameters, declared, sign == "positive", seed, device)
    found = test.judgement
    return outcome_of(
        [test],
        f"The mean of {found.count} samples is {found.mean:.5g}, "
        f"{abs(found.mean) / found.error:.1f} standard errors from zero.",
        seed,
        routes=("Bartlett samples of S", "best scalar matrix from the exact loss polynomial"),
        instances=(f"a_* = {exact:.10f} at d = {d}, L = {layers}, n = {n}",),
    )


@check("numeric.loss_value", sampled=True, profile="standard")
def loss_value(
    *, a: str, b: str, n: int, layers: int, value: str, size: int, seed: int, device: str
) -> Outcome:
    """The loss of aI + bJ, d = 2, is ``value``."""
    x, y = Fraction(a), Fraction(b)
    declared, parameters = experiments.declare_loss(
        float(Fraction(value)), float(x), float(y), n, layers, size, false_fail=SHARE
    )
    test = mean_test(
        "loss-tilted", parameters, declared.observable, declared.target, declared.variance, size, seed, device
    )
    return outcome_of(
        [test],
        f"The mean over {test.judgement.count} weighted samples is {test.judgement.mean:.6g}, "
        f"within {declared.tolerance:.2g} of the exact value at the declared rates.",
        seed,
        routes=("importance sampling of S", "exact loss polynomial"),
        instances=(f"f = {float(plane_loss_at(layers, n, x, y, 0)):.12g} from the polynomial",),
    )


@check("numeric.prompt_loss", sampled=True, profile="standard")
def prompt_loss(
    *, a: str, b: str, n: int, layers: int, value: str, size: int, seed: int, device: str
) -> Outcome:
    """The mean squared error of the transformer itself on fresh prompts is ``value``."""
    x, y = float(Fraction(a)), float(Fraction(b))
    trace, det, weight = quadrature.population_invariants(n, 2 * layers)
    conditional = loss.losses_rotation_2d(x, y, layers, trace, det)
    mean = float(conditional @ weight)
    # Given S the error is w^T M^L x: its fourth moment is 3 (F^2 + 2 tr (G^2)) <= 9 F^2, F = ||M^L||^2 = tr G.
    variance = (9 * float(conditional**2 @ weight) - mean**2) * (1 + 1e-9)
    test = mean_test(
        "prompt-loss",
        {"v": [[x, -y], [y, x]], "n": n, "layers": layers},
        f"squared error of a prompt, d = 2, L = {layers}, n = {n}",
        float(Fraction(value)),
        variance,
        size,
        seed,
        device,
    )
    return outcome_of(
        [test],
        f"{test.judgement.count} prompts through the recursion of whole matrices Z have the mean squared error "
        f"{test.judgement.mean:.6g}.",
        seed,
        routes=("the recursion of Z on drawn prompts", "exact loss polynomial"),
        instances=(f"f = {float(loss_at(Fraction(a), 2, layers, n, Fraction(b))):.12g} from the polynomial",),
    )


@check("numeric.training", sampled=True, profile="standard")
def training(
    *,
    gradient: str,
    layers: int,
    threshold: int,
    contexts: list[int],
    runs: int,
    probability: str,
    within: str,
    seed: int,
    device: str,
) -> Outcome:
    """Adam on the exact or a sampled gradient ends at the exact skew part, from random starts."""
    _require(gradient in ("exact", "sampled"), f"the gradient is exact or sampled, not {gradient!r}")
    near = float(Fraction(within))
    trained = (_trained if gradient == "exact" else _trained_on_samples)(tuple(contexts), layers, runs, seed)
    exact = [_exact_skew(layers, n) for n in contexts]
    least = float(Fraction(probability))
    rows, bounds = [], []
    for column, (n, b) in enumerate(zip(contexts, exact, strict=True)):
        found = trained[:, column]
        hits = int(np.sum((np.abs(found - b) < near) & ((found > near) == (n >= threshold))))
        low, high = intervals.binomial_interval(hits, runs, SHARE / len(contexts))
        bounds.append((n, hits, low, high))
        rows.append([str(n), f"{b:.8f}", f"{np.median(found):.8f}", f"{hits}/{runs}", f"{low:.3f} to {high:.3f}"])
    facts = {
        "tests": 1,
        "method": "exact binomial (Clopper-Pearson) intervals for the probability of success at each n",
        "samples": runs * len(contexts),
        "false fail, all n together": f"{SHARE:.3g}",
        "family-wise false fail": f"{FAMILY_WISE:g} over at most {TESTS} tests of one run (Bonferroni)",
        "success": f"||b| - b(n)| < {within}, and |b| > {within} exactly from n = {threshold} on",
        "seed": seed,
    }
    common: dict[str, Any] = {
        "statistics": facts,
        "table": {
            "columns": ["n", "exact b(n)", "median of |b|", "successes", "probability of success"],
            "rows": rows,
            "caption": "Runs from random starts; b(n) is exact, rounded to eight places.",
        },
    }
    failed = [one for one in bounds if one[3] < least]
    if failed:
        n, hits, _, high = failed[0]
        return Outcome(
            Verdict.REFUTED, Tier.STATISTICAL, f"at n = {n} only {hits} of {runs} runs end as claimed",
            witness={"n": str(n), "successes": f"{hits} of {runs}", "probability of success": f"below {high:.3f}"},
            **common,
        )  # fmt: skip
    if min(one[2] for one in bounds) < least:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, "too few runs to bound the probability of success", **common)
    return Outcome(
        Verdict.CONFIRMED,
        Tier.STATISTICAL,
        f"{sum(one[1] for one in bounds)} of {runs * len(contexts)} runs end at the exact skew part.",
        routes=(f"Adam on the {gradient} gradient", "exact global minimiser"),
        figures=(_bifurcation(layers, seed), _landscape(layers, contexts[-1], seed)) if gradient == "exact" else (),
        **common,
    )


_STEPS = 4000
_SAMPLED_STEPS, _BATCH = 1200, 2048


@cache
def _trained(contexts: tuple[int, ...], layers: int, runs: int, seed: int) -> np.ndarray:
    """(runs, contexts) final |b|, each run from its own random start."""
    start = _seed("training", seed)
    trained = transformer.train_exact(contexts * runs, layers, steps=_STEPS, seed=start)
    return transformer.skew_part(trained).reshape(runs, len(contexts))


@cache
def _trained_on_samples(contexts: tuple[int, ...], layers: int, runs: int, seed: int) -> np.ndarray:
    """The same with fresh samples in every step."""
    return np.array([[_train_on_samples(layers, n, seed, run) for n in contexts] for run in range(runs)])


def _train_on_samples(layers: int, n: int, seed: int, run: int) -> float:
    digest = job_digest({"purpose": "stochastic", "seed": seed, "n": n, "layers": layers})
    trained = transformer.train_reduced(generator(digest, run), n, layers, _SAMPLED_STEPS, _BATCH)
    return float(transformer.skew_part(trained))


def _exact_skew(layers: int, n: int) -> float:
    """b(n) of the exact global minimiser, rounded."""
    found = skew(2, layers, n)
    if isinstance(found, Bounded):
        raise ValueError(f"the exact skew part at L = {layers}, n = {n} is not known: {found.reason}")
    return float(enclose(found, 60))


def _seed(purpose: str, seed: int) -> int:
    return int(job_digest({"purpose": purpose, "seed": seed})[:12], 16)


def _bifurcation(layers: int, seed: int) -> Figure:
    contexts = [n for n in range(5, 31) if not isinstance(skew(2, layers, n), Bounded)]
    exact = [_exact_skew(layers, n) for n in contexts]
    trained = experiments.bifurcation(contexts, layers, seed=_seed("bifurcation", seed), steps=_STEPS)
    few = [n for n in (8, 13, 15, 16, 18, 20, 25, 30) if n in contexts]
    noisy = [_train_on_samples(layers, n, seed, 0) for n in few]
    return Figure(
        f"bifurcation-l{layers}",
        f"Skew part of the trained weights, d = 2, L = {layers}",
        f"Line: exact $b(n)$ of the global minimiser, for the n from 5 to 30 at which it is proved. Squares "
        f"and triangles: $|b|$ after training from random starts, on the exact population gradient ({_STEPS} steps) and on fresh samples ({_SAMPLED_STEPS} steps of {_BATCH}; a demonstration: "
        "near a continuous transition it is too short to settle, and where two minima coexist it may end at either).",
        "context length $n$",
        "$|b|$",
        (
            {"label": "exact global minimiser", "style": "line", "x": contexts, "y": exact},
            {"label": "trained, exact gradient", "style": "points", "x": contexts, "y": _list(trained["b"])},
            {"label": "trained, sampled gradient", "style": "points", "x": few, "y": noisy},
        ),
    )


def _landscape(layers: int, n: int, seed: int) -> Figure:
    """The loss over (a, b), with the ends of training runs in it."""
    a, b = np.linspace(0.2, 1.1, 46), np.linspace(-0.45, 0.45, 46)
    trace, det, weight = quadrature.population_invariants(n, layers)
    values = [[np.log10(loss.losses_rotation_2d(x, y, layers, trace, det) @ weight) for x in a] for y in b]
    runs = 12
    trained = transformer.train_exact([n] * runs, layers, steps=_STEPS, seed=_seed("landscape", seed))
    found_b = (trained[:, 1, 0] - trained[:, 0, 1]) / 2
    return Figure(
        f"landscape-l{layers}-n{n}",
        f"Loss over aI + bJ, d = 2, L = {layers}, n = {n}",
        f"Shading: base-10 logarithm of the loss, from the Gauss rule that is exact for it. Marks: where {runs} runs of "
        "Adam from random starts end; they find both of the mirror-image minimisers.",
        "a",
        "b",
        (
            {"label": "log10 f(aI + bJ)", "style": "image", "x": _list(a), "y": _list(b), "z": [_list(r) for r in values]},
            {
                "label": "ends of training",
                "style": "points",
                "x": _list(np.trace(trained, axis1=1, axis2=2) / 2),
                "y": _list(found_b),
            },
        ),
    )


@check("numeric.loss_along_skew", sampled=True, profile="standard")
def loss_along_skew(
    *, contexts: list[int], b: str, signs: list[str], size: int, seed: int, device: str
) -> Outcome:
    """(f(a_* I + bJ) - f(a_* I))/b^2 at d = L = 2 has these signs at these contexts, from paired samples."""
    _require(len(signs) == len(contexts), "one sign for each context length")
    tests = []
    step = float(Fraction(b))
    for n, sign in zip(contexts, signs, strict=True):
        _require(sign in ("positive", "negative"), f"a sign is positive or negative, not {sign!r}")
        exact, variance, parameters = _paired_moments(n, step)
        tests.append(
            mean_test(
                "loss-difference",
                parameters,
                f"$(f(aI+bJ)-f(aI))/b^2$, n = {n}, b = {b}",
                exact if (exact > 0) == (sign == "positive") else -exact,
                variance,
                size,
                seed,
                device,
            )
        )
    confirmed = all(t.judgement.verdict.value == "confirmed" for t in tests)
    return outcome_of(
        tests,
        "Pairs of losses at the same sample of S give the exact differences, with their signs.",
        seed,
        routes=("paired samples of S", "exact loss polynomial"),
        figures=(_along_skew(contexts, seed),) if confirmed else (),
    )


def _paired_moments(n: int, b: float) -> tuple[float, float, dict[str, Any]]:
    """(mean, variance, parameters) of the paired difference; the mean is exact, then rounded."""
    a = Fraction(quadrature.minimise_scalar(n, 2)).limit_denominator(10**6)
    step = Fraction(b)
    exact = (plane_loss_at(2, n, a, step, 0) - plane_loss_at(2, n, a, 0, 0)) / step**2
    trace, det, weight = quadrature.population_invariants(n, 4)
    values = _difference(float(a), b, trace, det)
    mean, variance = quadrature.exact_moments(values, weight)
    _require(abs(mean - float(exact)) < 1e-9, "the Gauss rule and the loss polynomial differ")
    return float(exact), variance * (1 + 1e-9), {"a": float(a), "b": b, "n": n, "layers": 2}


def _difference(a: float, b: float, trace: np.ndarray, det: np.ndarray) -> np.ndarray:
    first = loss.losses_rotation_2d(a, b, 2, trace, det)
    return (first - loss.losses_rotation_2d(a, 0.0, 2, trace, det)) / b**2


def _along_skew(contexts: Sequence[int], seed: int) -> Figure:
    grid = [Fraction(k, 100) for k in range(0, 31)]
    marks, size = [Fraction(k, 100) for k in (2, 6, 10, 14, 18, 22, 26, 30)], 400_000
    series: list[Mapping[str, Any]] = []
    for group, n in enumerate(contexts):
        a = Fraction(quadrature.minimise_scalar(n, 2)).limit_denominator(10**6)
        base = plane_loss_at(2, n, a, 0, 0)
        line = [float((plane_loss_at(2, n, a, b, 0) - base) / b**2) for b in grid[1:]]
        series.append({"label": f"n = {n}, exact", "style": "line", "group": group, "x": [float(b) for b in grid[1:]], "y": line})
        rng = generator(job_digest({"purpose": "along skew", "seed": seed, "n": n}), 0)
        trace, det = wishart.invariants_2d(rng, n, size)
        found = [float(_difference(float(a), float(b), trace, det).mean()) for b in marks]
        label = "sampled, the same n" if group == 0 else ""
        series.append({"label": label, "style": "points", "group": group, "mark": 0, "x": [float(b) for b in marks], "y": found})
    return Figure(
        "loss-along-skew",
        "What a skew part changes in the loss, d = L = 2",
        f"Lines: $(f(aI + bJ) - f(aI))/b^2$ at the best scalar a, exact. Marks: means over {size} paired samples of S, the "
        "same samples for every b of one n. Below zero a skew part lowers the loss.",
        "b",
        "$(f(aI + bJ) - f(aI)) / b^2$",
        tuple(dict(one) for one in series),
    )


def _list(values: Sequence[float] | np.ndarray) -> list[float]:
    return [float(v) for v in values]


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
