"""Times of the exact in-context results, as ratios: ``python benchmarks/icl.py [--full]``.

A ratio is (a peer's processor time)/(ours), both measured in this run, or (seconds allowed)/(ours)
where the goal is a budget: then 1 or more means that it was kept.  A peer that is not installed is
named as not measured.  Every timed call starts from empty caches.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import sympy

from symbolic import local_threshold, plane, plane_phase, skew_theorem, words
from symbolic.wishart import power_trace_moment, trace_moment

Row = dict[str, object]


def seconds(call: Callable[[], object]) -> float:
    """Return the processor time of one call."""
    start = time.process_time()
    call()
    return max(time.process_time() - start, 1e-6)


def budget(name: str, allowed: float, call: Callable[[], object]) -> Row:
    """Return the row of a budget of ``allowed`` seconds."""
    used = seconds(call)
    ratio = allowed / used
    return {
        "name": name,
        "ratio": round(ratio, 3),
        "goal": 1.0,
        "met": ratio >= 1,
        "note": f"{used:.4g} s of {allowed:g} s allowed",
    }


def against(name: str, goal: float, peer: Callable[[], object], ours: Callable[[], object]) -> Row:
    """Return the row of a comparison with a peer."""
    one, two = seconds(peer), seconds(ours)
    return {
        "name": name,
        "ratio": round(one / two, 2),
        "goal": goal,
        "met": one / two >= goal,
        "note": f"{one:.4g} s against {two:.4g} s",
    }


def expansion_with_sympy(layers: int) -> sympy.Expr:
    """Expand E ||(I - VS)^L||^2 at d = 2 with SymPy alone (Bartlett's decomposition)."""
    v = sympy.Matrix(2, 2, sympy.symbols("v11 v12 v21 v22"))
    n, t, s, x = sympy.symbols("n t s x")
    w = sympy.Matrix([[t**2, t * x], [t * x, x**2 + s**2]])
    power = (sympy.eye(2) - v * w / n) ** layers
    total = sympy.Poly(sympy.expand(sum(entry**2 for entry in power)), t, s, x)
    value = sympy.Integer(0)
    for (p, q, r), c in total.terms():
        if p % 2 or q % 2 or r % 2:
            continue
        first = sympy.prod([n + 2 * k for k in range(p // 2)])
        second = sympy.prod([n - 1 + 2 * k for k in range(q // 2)])
        value += c * first * second * sympy.factorial2(max(r - 1, 1))
    return sympy.expand(value)


def local_grid(last_dimension: int, last_layer: int) -> None:
    """Compute every local critical length of the grid from empty caches."""
    local_threshold.local_resultant.cache_clear()
    local_threshold.local_threshold.cache_clear()
    for layers in range(1, last_layer + 1):
        for d in range(2, last_dimension + 1):
            local_threshold.local_critical_context(d, layers)


def global_lengths(last_layer: int) -> None:
    """Compute n_crit(2, L) for L = 2, ..., last_layer, proofs included."""
    plane_phase.plane_phase.cache_clear()
    for layers in range(2, last_layer + 1):
        plane_phase.plane_phase(layers)


def two_layer_proof() -> None:
    """Derive every polynomial of the theorem for d = L = 2."""
    plane.plane_loss.cache_clear()
    skew_theorem.bezout_cofactors.cache_clear()
    skew_theorem.bezout_cofactors()
    skew_theorem.reduced_derivative()
    for n in range(10, 15):
        skew_theorem.finite_case_points(n)


def measure(full: bool) -> list[Row]:
    """Return all rows."""
    rows = [
        against(
            "loss for every (n, d) against SymPy at d = 2 only, L = 2",
            20,
            lambda: expansion_with_sympy(2),
            lambda: words.loss_word_moment(2),
        ),
        budget("loss, symbolic n and d, L = 4", 1.0, lambda: words.loss_word_moment(4)),
        budget("E tr W^16, symbolic n and d", 0.010, lambda: power_trace_moment.__wrapped__(16)),
        budget("E tr W^16 by the recursion", 0.010, lambda: trace_moment.__wrapped__((16,))),
        budget("E tr W^100, symbolic n and d", 3.0, lambda: power_trace_moment.__wrapped__(100)),
        budget("all-n data of the theorem at d = L = 2", 1.0, two_layer_proof),
        budget("local critical lengths, d <= 10, L <= 8", 60 * 72 / 392, lambda: local_grid(10, 8)),
    ]
    if full:
        rows += [
            budget("loss, symbolic n and d, L = 5", 5.0, lambda: words.loss_word_moment(5)),
            budget("loss, symbolic n and d, L = 6", 120.0, lambda: words.loss_word_moment(6)),
            budget("local critical lengths, d <= 50, L <= 8", 60.0, lambda: local_grid(50, 8)),
            budget(
                "local critical length, d = 2, L = 16",
                15.0,
                lambda: local_threshold.local_critical_context(2, 16),
            ),
            budget("global critical lengths, d = 2, L <= 7", 60.0, lambda: global_lengths(7)),
        ]
    for peer in ("z3", "haarpy", "cvc5"):
        if importlib.util.find_spec(peer) is None:
            rows.append(
                {"name": f"against {peer}", "ratio": None, "goal": None, "met": None,
                 "note": f"not measured: {peer} is not installed"}
            )
        elif peer == "z3":
            rows.append(against("sign of the onset polynomial against z3", 1, z3_sign, exact_sign))
    return rows


def z3_sign() -> None:
    """Let z3 prove that g(a) = 0 and n >= 15 force h(a) < 0."""
    import z3

    n, a = z3.Reals("n a")
    solver = z3.Solver()

    def translate(poly) -> object:
        return z3.Sum(
            [
                z3.Q(int(c.p), int(c.q)) * n ** int(e[0]) * a ** int(e[1])
                for e, c in poly.to_dict().items()
            ]
        )

    solver.add(n >= 15, translate(skew_theorem.scalar_derivative()) == 0)
    solver.add(translate(skew_theorem.skew_hessian()) >= 0)
    if solver.check() != z3.unsat:
        raise ArithmeticError("z3 disagrees with the resultant")


def exact_sign() -> None:
    """Prove the same by the resultant and a Taylor shift."""
    local_threshold.local_resultant.cache_clear()
    local_threshold.local_threshold.cache_clear()
    local_threshold.local_threshold(2, 2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="the large grids and L = 5, 6 too")
    print(json.dumps({"benchmarks": measure(parser.parse_args().full)}, indent=2))
