"""The benchmarks: ratios of two times that are both measured in this run, beside their goals.

A ratio is (the other side's time)/(ours), or (time allowed)/(time needed) where the goal is a
budget.  Goals are those of the project; a peer that is not installed is named as not measured.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["Entry", "against", "budget", "expand_with_sympy", "row", "run"]

Entry = dict[str, Any]

_RECHECK = 1.0
"""Goal: checking again, in pure Python, takes no longer than the proof."""


def run(args: argparse.Namespace) -> int:
    """Measure, print a table or one JSON document, and return 0: a benchmark decides nothing."""
    entries: list[Entry] = []
    for title, part in _parts(args.device):
        if not args.quiet:
            print(f"measuring {title} ...", file=sys.stderr, flush=True)
        entries += part()
    if args.json:
        print(json.dumps({"benchmarks": entries}, indent=1))
    else:
        print(_table(entries))
    return 0


def _parts(device: str) -> Iterator[tuple[str, Callable[[], list[Entry]]]]:
    from numeric import benchmark

    yield "proofs and their checking", proofs  # first, while nothing is remembered
    yield "exact results", exact_results
    yield "sampling on the processor", benchmark.cpu
    if device != "cpu":
        yield "the device", _device
    yield "peers", peers


def exact_results() -> list[Entry]:
    """The symbolic part: against SymPy where SymPy can do it, else against a budget."""
    from symbolic import local_threshold, words
    from symbolic.wishart import power_trace_moment

    def moment(k: int) -> Callable[[], object]:
        return lambda: power_trace_moment.__wrapped__(k)  # type: ignore[attr-defined]

    def thresholds() -> None:
        local_threshold.local_resultant.cache_clear()
        local_threshold.local_threshold.cache_clear()
        for layers in range(2, 5):
            for d in range(2, 11):
                local_threshold.local_critical_context(d, layers)

    def loss(layers: int) -> Callable[[], object]:
        return lambda: words.loss_word_moment(layers)

    return [
        against("loss, all n and d, L = 2 / SymPy at d = 2", 20, lambda: expand_with_sympy(2), loss(2)),
        against("loss, all n and d, L = 3 / SymPy at d = 2", 20, lambda: expand_with_sympy(3), loss(3)),
        budget("loss, all n and d, L = 4", 1.0, loss(4)),
        budget("loss, all n and d, L = 5", 5.0, loss(5)),
        budget("E tr W^16, all n and d", 0.010, moment(16)),
        budget("E tr W^100, all n and d", 3.0, moment(100)),
        budget("local critical lengths, d <= 10, L <= 4", 5.0, thresholds),
    ]


def proofs() -> list[Entry]:
    """Time to check certificates again, against the time that the proofs took."""
    from verify.certificate import seal, write
    from verify.loader import load_book
    from verify.recheck import check_folder
    from verify.registry import checks

    book, known = load_book(), checks()
    chosen = [name for name in book.with_dependencies(["icl.skew-threshold"]) if book.claims[name].check]
    name = "threshold at d = L = 2: proof / checking it again"
    sealed: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        begin = time.process_time()
        for one in chosen:
            claim = book.claims[one]
            outcome = known[str(claim.check)].function(**claim.params)
            if outcome.certificate is None:
                return [row(name, None, _RECHECK, f"not measured: {one} has no certificate")]
            sealed[one] = seal(claim, outcome.certificate, sealed)
            write(Path(folder), sealed[one])
        proved = time.process_time() - begin
        begin = time.process_time()
        results = list(check_folder(folder))
        again = time.process_time() - begin
    if not all(accepted for _, accepted, _ in results):
        return [row(name, None, _RECHECK, "not measured: a certificate is rejected")]
    note = f"proved in {proved:.3g} s, checked again in {again:.3g} s, {len(chosen)} claims"
    return [row(name, proved / again, _RECHECK, note)]


def peers() -> list[Entry]:
    """The peers that have no measurement here, by name."""
    found = []
    named = (("z3", "sign of the threshold polynomial"), ("cvc5", "the same sign"), ("haarpy", "Wishart moments"))
    for package, what in named:
        present = importlib.util.find_spec(package) is not None
        reason = "run benchmarks/icl.py" if present else f"{package} is not installed"
        found.append(row(f"{what} / {package}", None, None, f"not measured: {reason}"))
    return found


def _device() -> list[Entry]:
    from numeric import benchmark
    from numeric.backend import BackendUnavailable

    try:
        return benchmark.gpu()
    except BackendUnavailable as error:
        return [row("GPU rates", None, 1.0, f"not measured: {error}")]


def expand_with_sympy(layers: int) -> object:
    """E ||(I - VS)^L||^2 at d = 2 by expansion over Bartlett's decomposition, with SymPy alone."""
    import sympy

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


def _seconds(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return max(time.process_time() - begin, 1e-6)


def against(name: str, goal: float, other: Callable[[], object], ours: Callable[[], object]) -> Entry:
    """Return the row of a comparison: the other side's time over ours, at least ``goal``."""
    one, two = _seconds(other), min(_seconds(ours) for _ in range(3))
    return row(name, one / two, goal, f"{one:.3g} s against {two:.3g} s")


def budget(name: str, allowed: float, ours: Callable[[], object]) -> Entry:
    """Return the row of a budget: the seconds allowed over the seconds needed, at least 1."""
    used = _seconds(ours)
    if used < 0.5:
        used = min(used, *(_seconds(ours) for _ in range(3)))
    return row(f"{name}: time allowed / needed", allowed / used, 1.0, f"{used:.3g} s of {allowed:g} s")


def row(name: str, ratio: float | None, goal: float | None, note: str) -> Entry:
    """Return one row; a ratio of None was not measured."""
    met = None if ratio is None or goal is None else ratio >= goal
    return {
        "name": name,
        "ratio": None if ratio is None else float(f"{ratio:.3g}"),
        "goal": goal,
        "met": met,
        "note": note,
    }


def _table(entries: list[Entry]) -> str:
    width = max(len(entry["name"]) for entry in entries)
    lines = [f"{'benchmark':{width}}  {'ratio':>8}  {'goal':>7}  met  note"]
    for entry in entries:
        ratio = "-" if entry["ratio"] is None else f"{entry['ratio']:g}"
        goal = "-" if entry["goal"] is None else f"{entry['goal']:g}"
        met = {True: "yes", False: "no", None: "-"}[entry["met"]]
        lines.append(f"{entry['name']:{width}}  {ratio:>8}  {goal:>7}  {met:3}  {entry['note']}")
    return "\n".join(lines)
