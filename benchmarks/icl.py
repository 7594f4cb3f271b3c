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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from symbolic import local_threshold, plane, plane_phase, skew_theorem, words
from symbolic.wishart import power_trace_moment, trace_moment
from verify.bench import Entry, against, budget, expand_with_sympy, row


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


def measure(full: bool) -> list[Entry]:
    """Return all rows."""
    rows = [
        against(
            "loss for every (n, d) against SymPy at d = 2 only, L = 2",
            20,
            lambda: expand_with_sympy(2),
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
            rows.append(row(f"against {peer}", None, None, f"not measured: {peer} is not installed"))
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
