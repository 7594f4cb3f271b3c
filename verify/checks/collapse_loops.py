"""Checks of gates that select samples, and of contexts that a learner fills with its own outputs."""

from __future__ import annotations

from fractions import Fraction

from symbolic.regression import risk
from symbolic.regression_walk import behaviour, diverges
from symbolic.schedule import collapses, prove_schedule
from symbolic.selection import (
    central_fraction_contraction,
    critical_variance_ratio,
    fixed_gate_collapses,
    fixed_gate_path,
    power_gate_outcome,
    power_gate_variance_ratio,
)
from symbolic.values import enclose
from symbolic.window import (
    block_window_risk,
    context_curves,
    growing_context_limit,
    growing_context_risk,
    sliding_walk_step,
    sliding_window_variance,
    sliding_window_weights,
)
from verify.checks.collapse_support import Point, enclosed, inside, necessity_of, refuted, same, settle
from verify.outcome import Figure, Outcome
from verify.proof import Proof
from verify.registry import check

__all__: list[str] = []


@check("collapse.gate_path")
def gate_path(*, weight: str) -> Outcome:
    """Fixed gate: s_t = P_t/D_t with D_t = D_(t-1) + weight (in p = 1/w_t^2, P = P_(t-1))."""
    proof = Proof("s", "p", "P", "D", "R", "x", "w", "k")
    ratios, precisions = [Fraction(2), Fraction(1, 3), Fraction(5, 4)], [Fraction(1), Fraction(1, 2), Fraction(3)]
    path = fixed_gate_path(Fraction(1), ratios, precisions)
    variance, product, below = Fraction(1), Fraction(1), Fraction(1)
    points: list[Point] = []
    for ratio, precision, found in zip(ratios, precisions, path, strict=True):
        variance = ratio / (1 / variance + precision)
        same("fixed gate", variance, found)
        points.append(({"p": precision, "P": product}, product * ratio / found - below))
        below, product = product * ratio / found, product * ratio

    def prove() -> None:
        proof.depends("gauss.unbiased-martingale", "first/k == 1", text="The factor R of an unbiased fit has mean 1.")
        proof.argued("gaussian-product", "The density of N(mu, s) times exp(-(x - c)^2/(2 w^2)) is that of a normal law of precision 1/s + 1/w^2, up to a constant. The unbiased fit to n accepted samples multiplies its variance by R = Q/m, Q chi-square with m = n - 1 "
                     "degrees of freedom, independent of the past.")  # fmt: skip
        proof.identity("x**2/s + x**2*p", "x**2*(1/s + p)", text="Precisions add.")
        proof.identity("subs(R/(1/s + p), s, P/D)", f"(P*R)/(D + {weight})", text="Induction: s_(t-1) = P_(t-1)/D_(t-1) gives s_t = P_t/D_t.")

    return settle(proof, prove, "Precisions add under the gate, and the fit multiplies by an independent factor of mean 1.", formula=weight, points=points,
                  instances=("s_0 = 1, R = 2, 1; w = 1: 1, 1/2",), routes=("recursion fit by fit", "product formula"))  # fmt: skip


@check("collapse.gate_criterion")
def gate_criterion(*, sizes: str, width: str, outcome: str) -> Outcome:
    """Fixed gate: s_t stays away from 0 iff sum 1/n_t and sum 1/w_t^2 are finite; here for one pair of formulas."""
    found = "tends to 0" if fixed_gate_collapses(sizes, width) else "stays away from 0"
    if found != outcome:
        return refuted(f"s_t {found}", {"n_t": sizes, "w_t^2": width, "s_t": found})
    proof = Proof("s", "p", "P", "D", "R", "m", "k")

    def prove() -> None:
        proof.depends("collapse.gate-path", "subs(R/(1/s + p), s, P/D) == (P*R)/(D + p*P)")
        proof.depends("gauss.collapse-unbiased", "1 - step == 1/(m + 1)**1", text="P_t is the ungated unbiased fit: it tends to 0 iff sum 1/n_t is infinite.")
        proof.argued("two-sums", "s_t = P_t/(1/s_0 + sum P_(k-1)/w_k^2) <= s_0 P_t. If sum 1/n_t is infinite P_t, hence s_t, tends to 0. Otherwise P_t has a positive limit, so P stays between two positive numbers and the sum in the "
                     "denominator is finite iff sum 1/w_k^2 is.")  # fmt: skip
        for what, formula in (("1/n_t", sizes), ("1/w_t^2", width)):
            growth = prove_schedule(formula)
            powers = list(growth.exponents or (Fraction(0 if growth.diverges else 2),))
            proof.series(powers, "diverges" if growth.diverges else "converges", text=f"sum {what}: {growth.test}.")

    return settle(proof, prove, "Both sums must be finite.", instances=(f"n_t = {sizes}, w_t^2 = {width}: {outcome}",),
                  necessity=necessity_of("fixed gate: s_t stays away from 0"))  # fmt: skip


@check("collapse.power_gate")
def power_gate(*, k: int, b: str, ratio: str) -> Outcome:
    """Acceptance z^(2k) exp(-b z^2): the accepted z have variance ``ratio``."""
    exact = power_gate_variance_ratio(k, Fraction(b))
    if exact != Fraction(ratio):
        return refuted("the variance is another one", {"k, b": f"{k}, {b}", "variance of accepted z": exact})
    proof = Proof("m", "b")

    def prove() -> None:
        proof.argued("gamma-law", "The accepted density is proportional to z^(2k) exp(-(1/2 + b) z^2), so (1 + 2b) z^2 is chi-square with 2k + 1 degrees of freedom.")
        proof.chi("first", 1, "m", "m")
        proof.identity(f"subs(subs(first, m, {2 * k + 1})/(1 + 2*b), b, {b})", ratio)
        proof.chi("upper", k + 1, "m", "*".join(f"(m + {2 * j})" for j in range(k + 1)), text="Second route: moments of the standard normal under the scaled weight,")
        proof.chi("lower", k, "m", "*".join(f"(m + {2 * j})" for j in range(k)) or "1")
        proof.identity(f"subs(upper/lower, m, 1)/(1 + 2*({b}))", ratio, text="E z^(2k+2)/E z^(2k) for one degree of freedom.")

    return settle(proof, prove, "A chi-square law with 2k + 1 degrees of freedom.", instances=(f"k = {k}, b = {b}: {ratio}",), routes=("chi-square law of z^2", "quotient of normal moments"))


@check("collapse.power_gate_outcome")
def gate_outcome(*, k: int, b: str, n: int, outcome: str, low: str, high: str) -> Outcome:
    """n accepted samples per fit: s_t "collapses" or "escapes"; low < critical variance ratio < high."""
    found = power_gate_outcome(k, Fraction(b), n)
    ratio, critical = power_gate_variance_ratio(k, Fraction(b)), critical_variance_ratio(k, n)
    ball = critical.enclose(128)
    if found != outcome or not (ball > enclose(Fraction(low), 256) and ball < enclose(Fraction(high), 256)):
        return refuted(f"it {found}, the critical ratio is {ball.str(10)}", {"k, b, n": f"{k}, {b}, {n}", "outcome": found, "variance ratio": ratio, "critical": critical.text})
    proof = Proof()

    def prove() -> None:
        proof.argued("walk", f"Fitting the second moment about the known centre to n accepted samples multiplies s by kappa Q/M, Q chi-square with M = (2k + 1) n = {(2 * k + 1) * n} degrees of freedom, kappa the variance ratio. log s_t is a random walk of drift "
                     "log kappa + psi(M/2) - log(M/2).")  # fmt: skip
        proof.cited("classical.strong-law", {"the variables are independent and identically distributed": "argued: walk", "they are integrable": "argued: walk"})
        proof.arithmetic(f"1 < {low} and {low} < {high}", text="The critical ratio (M/2) exp(-psi(M/2)) exceeds 1: a gate that only restores the variance still collapses.")
        proof.computed(f"{low} < critical ratio < {high}", f"{critical.text} in ball arithmetic; the sign of the drift separately.", ["critical ratio in ball arithmetic", "sign of the drift in ball arithmetic"])
        proof.arithmetic(f"{ratio} < {low}" if outcome == "collapses" else f"{ratio} > {high}", text="The variance ratio of this gate against it.")

    return enclosed(settle(proof, prove, f"The drift of log s_t has one sign: s_t {'tends to 0' if outcome == 'collapses' else 'tends to infinity'}.", instances=(f"k = {k}, b = {b}, n = {n}",),
                  necessity=necessity_of("relative gate with n constant: s_t does not tend to 0"), value=critical.text, value_bounds=(low, high)))  # fmt: skip


@check("collapse.power_gate_schedule")
def gate_schedule(*, k: int, sizes: str, outcome: str) -> Outcome:
    """A power gate with variance ratio 1 and varying sizes "collapses" or "survives", as without a gate."""
    found = "collapses" if collapses(sizes) else "survives"
    if found != outcome:
        return refuted(f"with n_t = {sizes} it {found}", {"n_t": sizes, "sum 1/n_t": "infinite" if found == "collapses" else "finite"})
    same("variance of the accepted z", power_gate_variance_ratio(k, k), Fraction(1))
    proof = Proof("m", "n", "b")

    def prove() -> None:
        proof.depends("collapse.power-gate-ratio", "first := E X^1, X ~ chi2(m)", text="The accepted z: (1 + 2b) z^2 is chi-square with 2k + 1 degrees of freedom.")
        proof.identity(f"subs(first, m, {2 * k + 1})/(1 + 2*{k})", "1", text=f"The gate z^{2 * k} exp(-{k} z^2) keeps the variance.")
        proof.depends("gauss.root-fourth", "m/(m + 1) == step", "(m - 1)/m == subs(step, m, m - 1)")
        proof.identity(f"1 - subs(step, m, {2 * k + 1}*n)", f"1/({2 * k + 1}*n + 1)", text="The factor of one fit is Q/M with M = (2k + 1) n_t: 1 - rho^4 is of the order of 1/n_t.")
        proof.argued("criterion", "The root of s_t is a non-negative supermartingale whose mean is a product of the rho_M; as without a gate it tends to 0 almost surely iff that product is 0, that is iff sum 1/n_t is infinite.")
        found_schedule = prove_schedule(sizes)
        proof.series(list(found_schedule.exponents or (Fraction(0 if found_schedule.diverges else 2),)), "diverges" if found_schedule.diverges else "converges", text=f"{found_schedule.test}.")

    return settle(proof, prove, f"The criterion of the ungated fit: it {outcome}.", instances=(f"k = {k}, n_t = {sizes}",))


@check("collapse.central_fraction")
def central_fraction(*, q: str, low: str, high: str) -> Outcome:
    """Keeping the central fraction q: low < variance kept < high < 1, so s_t -> 0 for every schedule."""
    value = central_fraction_contraction(Fraction(q))
    ball = value.enclose(128)
    if not (ball > enclose(Fraction(low), 256) and ball < enclose(Fraction(high), 256)):
        return refuted(f"the variance kept is {ball.str(10)}", {"q": q, "variance kept": value.text})
    proof = Proof("x", "z")

    def prove() -> None:
        proof.argued("contraction", "Given the past, E s_t = kappa s_(t-1) with kappa the variance of the accepted standard normal, whatever n_t >= 2 is, for the unbiased fit; so E s_t = kappa^t s_0 is summable and, by Markov and Borel-Cantelli, "
                     "s_t tends to 0 almost surely for every schedule.")  # fmt: skip
        proof.arithmetic(f"{high} < 1")
        proof.argued("truncation", "Integrating z^2 by parts over (-c, c): the variance kept is 1 - 2 c phi(c)/q with 2 Phi(c) - 1 = q.")
        inside("variance kept", value, Fraction(0), Fraction(1))
        proof.computed(f"{low} < variance kept < {high}", "1 - 2 c phi(c)/q by the inverse error function in ball arithmetic, and by bisecting 2 Phi(c) - 1 = q with the power series of the error function.",
                       ["inverse error function", "bisection and power series"])  # fmt: skip
        same("variance kept", _kept_by_series(Fraction(q), Fraction(low), Fraction(high)), True)

    return enclosed(settle(proof, prove, "A deterministic contraction in mean square beats every schedule.", value=value.text, value_bounds=(low, high), instances=(f"q = {q}",),
                  routes=("inverse error function", "bisection and power series")))  # fmt: skip


def _kept_by_series(q: Fraction, low: Fraction, high: Fraction) -> bool:
    """Return whether the variance kept lies in (low, high), with exact rational power series only.

    The mass on (-c, c) is 2 A(c) and the second moment there 2 B(c), up to the factor 1/sqrt(2 pi),
    which enters through q: it is found from rational bounds of sqrt(2 pi).
    """

    def series(c: Fraction, power: int) -> tuple[Fraction, Fraction]:
        total, term, k = Fraction(0), Fraction(1), 0
        while abs(term) > Fraction(1, 10**12) or k < 8:
            total += term * c ** (power + 1) / (2 * k + power + 1)
            term *= -c * c / (2 * (k + 1))
            k += 1
        error = abs(term) * c ** (power + 1)
        return total - error, total + error

    root = Fraction(2506628274631, 10**12)  # sqrt(2 pi) to 12 decimals
    left, right = Fraction(0), Fraction(4)
    for _ in range(30):
        middle = Fraction(round((left + right) / 2 * 2**32), 2**32)
        mass = series(middle, 0)
        if 2 * mass[0] / root > q:
            right = middle
        else:
            left = middle
    second = series(left, 2)
    kept = 2 * second[0] / root / q
    error = Fraction(1, 10**6)  # above the errors of the root of 2 pi and of the bisection
    return low < kept - error and kept + error < high


@check("collapse.block_window")
def block_window(*, fits: str) -> Outcome:
    """Replacing the whole window k times is recursive least squares with ``fits`` fits (in k)."""
    points: list[Point] = [({"k": k}, block_window_risk(d, n, k) / risk("replace", 1, d, n)) for d, n, k in ((2, 5, 0), (2, 5, 3), (1, 4, 7))]  # type: ignore[operator]
    proof = Proof("k", "t", "n", "d", "v", "m")

    def prove() -> None:
        proof.depends("ols.divergence-criterion", "(d + 1 - 2) - 1 > 0 for d in [3, oo)", text="Almost surely: as for recursive least squares.")
        proof.depends("ols.risk-replacing", "risk := t*v*d/(n - d - 1)")
        proof.argued("same-law", "The learner predicts with the least-squares fit to the window, its noisy predictions on n fresh covariates fill the next window: exactly the model of recursive least squares with replacement, the first fit being to real pairs.")
        proof.identity("subs(risk, t, k + 1)", f"({fits})*v*d/(n - d - 1)")
        for d, n in ((3, 4), (2, 4), (1, 3)):
            same("inherited divergence", diverges(d, n), behaviour(d, n) == "transient")

    return settle(proof, prove, "The same recursion, one fit ahead.", formula=fits, points=points, instances=("d = 2, n = 5, k = 3: four times the first risk",))


@check("collapse.growing_context")
def growing_context(*, step: str) -> Outcome:
    """Growing context: output t adds ``step`` (n real pairs, t generated, d, v) to the risk."""
    proof = Proof("n", "t", "d", "v", "k", "N", "m", "a", "x")
    points: list[Point] = [({"n": n, "t": t, "d": d, "v": 1}, growing_context_risk(d, n, t) - growing_context_risk(d, n, t - 1)) for d, n, t in ((2, 5, 1), (1, 3, 4), (3, 9, 2))]
    for d, n, t in ((2, 5, 3), (1, 3, 6)):
        same("growing context", growing_context_risk(d, n, t), risk("accumulate", t + 1, d, [n] + [1] * t))

    def prove() -> None:
        proof.depends("ols.accumulate-converges", "(a + x)**2/a - (a + x) == x + (1)*x**2/a", text="All pairs are kept, so the estimate converges almost surely.")
        proof.depends("ols.accumulate-step", "v*(k/N)*d*subs(inverse, m, N - d + 1) == v*k*d/(N*(N - d - 1))")
        proof.identity("subs(subs(v*k*d/(N*(N - d - 1)), k, 1), N, n + t)", step, text="One new pair in a pool of n + t.")
        proof.identity(step, "v*(d/(d + 1))*(1/(n + t - d - 1) - 1/(n + t))", text="Partial fractions: the sum telescopes in blocks of d + 1.")

    curves = context_curves(2, 6, 20)
    figure = Figure(
        "context-window", "A context filled with the learner's own outputs",
        "Mean squared error of the least-squares learner, d = 2, n = 6 real pairs, noise 1. Window: the n pairs are replaced, the error grows linearly. Growing context: all pairs are kept, the error stays below a rational limit. All values exact.",
        "generated pairs", "mean squared error",
        ({"label": "window replaced", "style": "points", "x": [float(x) for x, _, _ in curves], "y": [float(w) for _, _, w in curves]},
         {"label": "growing context", "style": "line", "x": [float(x) for x, _, _ in curves], "y": [float(g) for _, g, _ in curves]},
         {"label": "limit of the growing context", "style": "line", "x": [0.0, float(curves[-1][0])], "y": [float(growing_context_limit(2, 6))] * 2}),
    )  # fmt: skip
    return settle(proof, prove, "Accumulating with sizes n, 1, 1, 1, ...", formula=step, points=points, instances=("d = 2, n = 5, t = 1: 1/9",), necessity=necessity_of("growing context: bounded risk"), figures=(figure,),
                  routes=("one pair at a time", "general schedule of sizes"))  # fmt: skip


@check("collapse.growing_limit")
def growing_limit(*, d: int, n: int, limit: str) -> Outcome:
    """The limiting risk of the growing context is the rational number ``limit`` (noise 1)."""
    exact = growing_context_limit(d, n)
    if exact != Fraction(limit):
        return refuted("the limit is another number", {"d, n": f"{d}, {n}", "limit": exact})
    proof = Proof("n", "t", "d", "v", "k", "N", "m")

    def prove() -> None:
        proof.depends("collapse.growing-context", "v*d/((n + t)*(n + t - d - 1)) == v*(d/(d + 1))*(1/(n + t - d - 1) - 1/(n + t))")
        harmonic = " + ".join(f"1/{j}" for j in range(n - d, n + 1))
        proof.argued("telescoping", "Summing over t = 1, ..., T leaves the d + 1 first reciprocals 1/(n - d), ..., 1/n minus as many that tend to 0 with T.")
        proof.arithmetic(f"{d}/({n} - {d} - 1) + ({d}/({d} + 1))*({harmonic}) == {limit}", text="The first fit plus the sum.")
        partial = risk("accumulate", 301, d, [n] + [1] * 300)
        inside("limit of the growing context", exact, Fraction(partial), Fraction(partial) + Fraction(d, 300 + n - d - 1))  # type: ignore[arg-type]

    return settle(proof, prove, "A telescoping sum of d + 1 reciprocals.", value=limit, instances=(f"d = {d}, n = {n}",), routes=("telescoping", "exact risk after 300 outputs with a bound of the rest"))


@check("collapse.sliding_identity")
def sliding_identity(*, n: int, step: str) -> Outcome:
    """Sliding mean of the last n outputs: M_(t+1) - M_t = step * eps with weights 2(n - i)/(n (n + 1))."""
    exact = sliding_walk_step(n)
    if exact != Fraction(step):
        return refuted("the step is another one", {"n": n, "step": exact})
    names = [f"y{i}" for i in range(n)]
    proof = Proof(*names, "e", "N")

    def prove() -> None:
        weights = [f"(2*({n} - {i})/({n}*({n} + 1)))" for i in range(n)]
        same("weights", [Fraction(2 * (n - i), n * (n + 1)) for i in range(n)], sliding_window_weights(n))
        proof.define("old", " + ".join(f"{w}*{y}" for w, y in zip(weights, names, strict=True)), text="M_t, y0 the newest output.")
        proof.define("output", f"({' + '.join(names)})/{n} + e", text="The next output: the mean of the window plus noise.")
        proof.define("new", " + ".join(f"{w}*{y}" for w, y in zip(weights, ["output", *names[:-1]], strict=True)))
        proof.identity("new - old", f"{step}*e", text="An exact random walk: the window forgets the real data.")
        proof.identity("2*N/(N*(N + 1))", "2/(N + 1)", text="For every window: the weight of the newest output.")
        proof.argued("general", "For every n the weights decrease by 2/(n (n + 1)) from one place to the next, so shifting the window subtracts (2/(n + 1)) times its mean, which is what the new output, without its noise, adds.")

    return settle(proof, prove, "A linear functional of the window moves by the noise alone.", instances=(f"n = {n}: step {step}",))


@check("collapse.sliding_growth")
def sliding_growth(*, slope: str) -> Outcome:
    """The variance of the window mean grows like slope * v * t, slope in N (the window)."""
    proof = Proof("N", "v", "t", "y0", "y1", "y2", "e")

    def prove() -> None:
        proof.depends("collapse.sliding-identity-3", "new - old == 1/2*e", "2*N/(N*(N + 1)) == 2/(N + 1)", text="The weighted mean of the window moves by the noise alone.")
        proof.identity(slope, "(2/(N + 1))**2", text="The walk M_t has independent steps (2/(N + 1)) eps.")
        proof.argued("bounded-difference", "The window mean differs from M_t by a combination of differences y_(t-i) - y_(t-j), which are stationary of bounded variance: the autoregression has the simple root 1 and all others inside the unit disc (averages of a "
                     "window contract its spread).")  # fmt: skip
        for n in (2, 3, 5):
            growth = sliding_window_variance(n, 200) - sliding_window_variance(n, 100)
            same(f"growth at n = {n}", abs(growth / 100 - Fraction(4, (n + 1) ** 2)) < Fraction(1, 1000), True)
        proof.argued("escape", "In R^k with k >= 3 the window mean is Gaussian of covariance at least c t I, so P(|mean| <= K) is of the order of t^(-k/2), which is summable: by Borel-Cantelli its norm tends to infinity almost surely.")
        proof.series([Fraction(3, 2)], "converges", text="k = 3: sum t^(-3/2).")

    return settle(proof, prove, "A random walk plus a stationary part.", otherwise=lambda: {"N": 3, "growth of the variance over 100 outputs, divided by 100": sliding_window_variance(3, 200) / 100 - sliding_window_variance(3, 100) / 100, "claimed": slope},
                  instances=("N = 1: variance t + 1",), routes=("exact impulse responses", "the random walk"))  # fmt: skip

