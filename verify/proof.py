"""Proofs as straight-line programs: what a check writes, and what becomes its certificate.

A check adds steps to a ``Proof``.  Each step is verified by the independent checker's own rules the
moment it is added, so a false step raises ``StepFails`` at once and the claim with those parameters
is not confirmed.  What needs a search (isolating intervals, sums of squares, the values of derived
polynomials) is found here with python-flint and handed over as data that the checker need not trust.

>>> proof = Proof("n")
>>> proof.define("p", "n**2 - 3*n + 3")
>>> proof.sign("p", ">", n=("-oo", "oo"), text="no real root")
>>> outcome = proof.confirmed("the quadratic is positive")
>>> outcome.steps[1].sentence
'p > 0 for n in (-oo, oo)'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import fmpz_poly

from symbolic.algebraic import real_roots
from verify import recheck
from verify.cover import find_cover
from verify.formula import expression_latex, expression_text
from verify.outcome import Outcome, Step
from verify.status import StepStatus, Tier, Verdict

__all__ = ["Proof", "StepFails", "dependency_source", "isolating_intervals"]


class StepFails(Exception):
    """A step of a proof does not hold: the claim, as parametrised, is not proved this way."""


def _from_book(claim_id: str) -> dict[str, Any]:
    from verify.dependencies import certificate_of

    return certificate_of(claim_id)


dependency_source: Callable[[str], dict[str, Any]] = _from_book
"""Where ``depends`` finds the certificate of another claim; a worker sets it to its folder."""


class _Draft(recheck.Certificate):
    """A certificate that is being written: the checker's state without a file."""

    def __init__(self, variables: list[str]) -> None:
        self.begin("draft", {}, variables)

    def other(self, name: str, sha256: str) -> recheck.Certificate:
        global _accepted
        documents: dict[str, Any] = {}

        def collect(claim_id: str) -> None:
            if claim_id not in documents:
                documents[claim_id] = dependency_source(claim_id)
                for step in documents[claim_id]["steps"]:
                    if step["kind"] == "depends":
                        collect(step["id"])

        collect(name)
        if any(_accepted.folder.get(known) != document for known, document in documents.items()):
            _accepted = recheck.Store({**_accepted.folder, **documents})
        return _accepted.get(name)


_accepted = recheck.Store({})
"""Dependencies that this process has checked already, each as its document was."""


class Proof:
    """A proof under construction, in rational functions of the named variables."""

    def __init__(self, *variables: str) -> None:
        self.variables = list(variables)
        self.draft = _Draft(self.variables)
        self.scope: recheck.Scope = self.draft.scope
        self.steps: list[dict[str, Any]] = []
        self.shown: list[Step] = []

    # -- objects ---------------------------------------------------------------------------------

    def loss(self, name: str, layers: int, matrix: Sequence[Sequence[str]], value: Any,
             noise: str | None = None, text: str = "") -> None:  # fmt: skip
        """Name the loss E|(I-VS)^L|_F^2 at an explicit V (entries as expressions); n is a variable."""
        extra = {} if noise is None else {"noise": noise}
        rows = [list(row) for row in matrix]
        self._derived("loss", name, value, text, layers=layers, V=rows, **extra)

    def variation(self, name: str, layers: int, direction: str, d: str, value: Any, text: str = "") -> None:
        """Name the loss at aI + sK to order s^2 (variables a, s, n), K skew or symmetric, dimension d."""
        self._derived("variation", name, value, text, layers=layers, direction=direction, d=d)

    def moment(self, name: str, powers: Sequence[int], value: Any, d: str = "d", n: str = "n",
               text: str = "") -> None:  # fmt: skip
        """Name E prod tr W^k over ``powers``, W = XX^T of size d with n columns."""
        self._derived("moment", name, value, text, powers=list(powers), d=d, n=n)

    def chi(self, name: str, power: int, m: str, value: Any, text: str = "") -> None:
        """Name E X^power for X chi-square with m degrees of freedom (m + 2 power > 0 is argued)."""
        self._derived("chi", name, value, text, power=power, m=m)

    def define(self, name: str, expression: Any, text: str = "") -> None:
        """Name an expression: text, a python-flint polynomial, or a rational."""
        self._add({"kind": "define", "name": name, "as": expression_text(expression)}, text)

    # -- statements ------------------------------------------------------------------------------

    def identity(self, left: Any, right: Any, text: str = "") -> None:
        """State that two rational functions are equal."""
        step = {"kind": "identity", "left": expression_text(left), "right": expression_text(right)}
        self._add(step, text)

    def sign(self, of: str, relation: str, *, text: str = "", method: str | None = None,
             **domain: tuple[Any, Any]) -> None:  # fmt: skip
        """State the sign of a polynomial on a box; ends are rationals, "-oo" or "oo".

        The method is found here: coefficients after a shift, Sturm in one variable, or, for a
        variable that runs over the whole line and in which it is quadratic, a sum of squares.
        """
        box = {name: [_end(low), _end(high)] for name, (low, high) in domain.items()}
        step: dict[str, Any] = {"kind": "sign", "of": of, "relation": relation, "domain": box}
        problems = []
        for candidate in [method] if method else ["shift", "sturm", "squares"]:
            try:
                extra = self._squares(of, relation, box) if candidate == "squares" else {}
                self._add({**step, "method": candidate, **extra}, text)
                return
            except (StepFails, ValueError) as problem:
                problems.append(f"{candidate}: {problem}")
        raise StepFails(f"no method shows {of} {relation} 0 on {box} ({'; '.join(problems)})")

    def cover(self, alternatives: Sequence[str], *, text: str = "", limit: int = 4000,
              **domain: tuple[Any, Any]) -> None:  # fmt: skip
        """State that everywhere on a box at least one polynomial is non-negative, by subdivision."""
        box = {name: [_end(low), _end(high)] for name, (low, high) in domain.items()}
        polys = [self.scope.poly(p) for p in alternatives]
        tree = find_cover(polys, self.variables, {name: (low, high) for name, (low, high) in box.items()}, limit)
        if tree is None:
            raise StepFails(f"no subdivision shows that one of {', '.join(alternatives)} is non-negative on {box}")
        self._add({"kind": "cover", "of": list(alternatives), "domain": box, "tree": tree}, text)

    def roots(self, of: str, variable: str, low: Any = "-oo", high: Any = "oo", text: str = "",
              width: Fraction = Fraction(1, 8)) -> None:  # fmt: skip
        """State all real roots of a univariate polynomial on a range, isolated."""
        intervals = self._intervals(of, variable, low, high, width)
        self._add({"kind": "roots", "of": of, "variable": variable, "range": [_end(low), _end(high)],
                   "intervals": intervals}, text)  # fmt: skip

    def at_roots(self, of: str, relation: str, at: str, variable: str, low: Any = "-oo",
                 high: Any = "oo", text: str = "") -> None:  # fmt: skip
        """State the sign of ``of`` at every real root of ``at`` on a range."""
        step = {"kind": "atroots", "of": of, "relation": relation, "at": at, "variable": variable,
                "range": [_end(low), _end(high)]}  # fmt: skip
        problem: Exception | None = None
        for bits in (3, 8, 16, 32, 64):
            intervals = self._intervals(at, variable, low, high, Fraction(1, 2**bits))
            try:
                self._add({**step, "intervals": intervals}, text)
                return
            except StepFails as caught:
                problem = caught
        raise StepFails(str(problem))

    def cases(self, variable: str, low: int, high: int, conclude: Sequence[str],
              each: Callable[[Proof, int], None], text: str = "") -> None:  # fmt: skip
        """State the sentences ``conclude`` for each integer value of a variable; ``each`` proves one."""
        parts: list[list[dict[str, Any]]] = []
        found: list[str] = []
        for value in range(low, high + 1):
            inner = Proof.__new__(Proof)
            inner.variables, inner.draft = self.variables, self.draft
            inner.scope = recheck.Scope(self.draft, self.scope, (variable, value))
            inner.steps, inner.shown = [], []
            try:
                each(inner, value)
            except StepFails as problem:
                raise StepFails(f"{variable} = {value}: {problem}") from None
            parts.append(inner.steps)
            places = [f"[{a}, {b}]" for step in inner.steps for a, b in step.get("intervals", [])]
            found.append(f"{variable} = {value}: {', '.join(places)}" if places else "")
        if any(found):
            text += " Isolating intervals: " + "; ".join(filter(None, found)) + "."
        self._add({"kind": "cases", "variable": variable, "from": low, "to": high,
                   "conclude": list(conclude), "steps": parts}, text)  # fmt: skip

    def series(self, exponents: Sequence[Fraction | int], result: str, text: str = "") -> None:
        """State that sum 1/(t^p0 (log t)^p1 (log log t)^p2 ...) "converges" or "diverges"."""
        powers = [str(Fraction(p)) for p in exponents]
        self._add({"kind": "series", "exponents": powers, "result": result}, text)

    def arithmetic(self, test: str, values: Sequence[tuple[str, str]] = (), text: str = "") -> None:
        """State a comparison of rational numbers; ``values`` replaces calls by their values."""
        self._add({"kind": "arithmetic", "test": test, "values": [list(v) for v in values]}, text)

    # -- what is not re-derived ------------------------------------------------------------------

    def depends(self, claim_id: str, *sentences: str, text: str = "") -> None:
        """Take over sentences (and the definitions among them) of another claim's certificate."""
        step = {"kind": "depends", "id": claim_id, "sentences": list(sentences), "sha256": ""}
        self._add(step, text, reference=claim_id)

    def cited(self, claim_id: str, hypotheses: dict[str, str], text: str = "") -> None:
        """Use a classical theorem: each hypothesis, in words, with the sentence that supports it.

        A support is a sentence proved before, ``argued: NAME`` of an argument given before, or
        ``given: TEXT`` for a hypothesis of the claim itself.
        """
        self.draft.hypotheses |= {by for by in hypotheses.values() if by.startswith("given: ")}
        listed = [{"text": what, "by": by} for what, by in hypotheses.items()]
        self._add({"kind": "cited", "id": claim_id, "hypotheses": listed}, text, StepStatus.CITED, claim_id)

    def argued(self, name: str, text: str) -> None:
        """Add an argument in words, in full."""
        self._add({"kind": "argued", "name": name, "text": text}, text, StepStatus.ARGUED, name)

    def computed(self, sentence: str, text: str, routes: Sequence[str]) -> None:
        """Add a computation that is too large to repeat; two independent routes are named."""
        step = {"kind": "computed", "sentence": sentence, "text": text, "routes": list(routes)}
        self._add(step, text, StepStatus.COMPUTED, sentence, tuple(routes))

    # -- the result ------------------------------------------------------------------------------

    def confirmed(self, reason: str, **facts: Any) -> Outcome:
        """Return the confirmed outcome with this proof as its certificate."""
        certificate = {"variables": self.variables, "steps": self.steps}
        return Outcome(Verdict.CONFIRMED, Tier.EXACT, reason, tuple(self.shown), certificate=certificate, **facts)

    def polynomial(self, expression: str) -> dict[tuple[int, ...], Any]:
        """Return {exponents: coefficient} of a polynomial expression in ``variables``."""
        return self.scope.poly(expression)

    # -- inside ----------------------------------------------------------------------------------

    def _add(self, step: dict[str, Any], text: str, status: StepStatus = StepStatus.CHECKED,
             reference: str = "", routes: tuple[str, ...] = ()) -> None:  # fmt: skip
        try:
            sentences = self.scope.add(step)
        except recheck.Refused as problem:
            raise StepFails(f"{step['kind']}: {problem}") from None
        if step["kind"] == "depends":
            other = self.draft.other(step["id"], "")
            step["sha256"] = other.digest
        self.steps.append(step)
        for sentence in sentences:
            latex = expression_latex(sentence, step.get("value")) if status is StepStatus.CHECKED else ""
            self.shown.append(Step(status, sentence, text, latex, reference, routes))

    def _derived(self, kind: str, name: str, value: Any, text: str, **fields: Any) -> None:
        self._add({"kind": kind, "name": name, **fields, "value": expression_text(value)}, text)

    def _intervals(self, of: str, variable: str, low: Any, high: Any, width: Fraction) -> list[list[str]]:
        try:
            coefficients = self.scope.ring.univariate(self.scope.poly(of), variable)
        except recheck.Refused as problem:
            raise StepFails(str(problem)) from None
        found = isolating_intervals(coefficients, width)
        first = None if _end(low) == "-oo" else Fraction(low)
        last = None if _end(high) == "oo" else Fraction(high)
        return [
            [str(a), str(b)]
            for a, b in found
            if (first is None or b > first) and (last is None or a < last)
        ]

    def _squares(self, of: str, relation: str, box: dict[str, list[str]]) -> dict[str, Any]:
        """Write 4 A p = (2 A x + B)^2 + (4 A C - B^2) for p = A x^2 + B x + C, x on the whole line."""
        free = [name for name, pair in box.items() if pair == ["-oo", "oo"]]
        if len(free) != 1:
            raise ValueError("a sum of squares needs exactly one variable on the whole line")
        (x,) = free
        ring, sign = self.scope.ring, 1 if relation[0] == ">" else -1
        parts = ring.coefficients(self.scope.poly(of), x)
        if any(k > 2 for k in parts):
            raise ValueError(f"not quadratic in {x}")
        c, b, a = ({m: sign * v for m, v in parts.get(k, {}).items()} for k in range(3))
        discriminant = recheck.p_add({m: 4 * v for m, v in recheck.p_mul(a, c).items()}, recheck.p_mul(b, b), -1)

        def show(p: dict) -> str:
            return expression_text(p, self.variables)

        base = f"2*({show(a)})*{x} + ({show(b)})"
        return {"multiplier": f"4*({show(a)})", "terms": [[show(discriminant), "1"], ["1", base]]}


def isolating_intervals(coefficients: Sequence[int], width: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Return disjoint rational intervals, none wider than ``width``, one around each real root.

    Args:
        coefficients: integers, constant term first, of a non-zero polynomial.

    >>> isolating_intervals([-2, 0, 1], Fraction(1, 4))
    [(Fraction(-23, 16), Fraction(-11, 8)), (Fraction(11, 8), Fraction(23, 16))]
    """
    found = real_roots(fmpz_poly(list(coefficients)))
    grid = width / 4
    while True:
        out = []
        for root in found:
            near = root.refine(grid)
            low, high = near.lower // grid * grid, -(-near.upper // grid) * grid
            out.append((low - (grid if low == near.lower else 0), high + (grid if high == near.upper else 0)))
        if all(left[1] <= right[0] for left, right in pairwise(out)):
            return out
        grid /= 4


def _end(value: Any) -> str:
    text = str(value)
    if text in ("oo", "-oo"):
        return text
    if isinstance(value, float) or not re.fullmatch(r"-?\d+(/\d+)?", text):
        raise ValueError(f"an end of a range must be a rational, 'oo' or '-oo', got {value!r}")
    return str(Fraction(text))
