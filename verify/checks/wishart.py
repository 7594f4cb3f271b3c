"""Checks of Wishart moments: the partition recursion of ``symbolic`` against the checker's trace words."""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq_mpoly

from symbolic.wishart import wishart_moment
from verify.outcome import Outcome
from verify.proof import Proof, StepFails
from verify.registry import check
from verify.status import Tier, Verdict

__all__: list[str] = []


@check("wishart.trace_moment")
def trace_moment(*, powers: list[int], value: str) -> Outcome:
    """E prod tr W^k over ``powers`` equals ``value`` (in n and d) for every n, d >= 1."""
    proof = Proof("n", "d")
    name = "E" + "_".join(map(str, powers))
    try:
        proof.moment(name, powers, value, text="Integration by parts on one factor X at a time, for symbolic n and d.")
        proof.identity(name, value)
        for d, n in ((1, 1), (2, 1), (2, 3), (3, 2)):
            found = Fraction(wishart_moment(list(powers), d, n))
            proof.identity(f"subs(subs({name}, d, {d}), n, {n})", found,
                           text=f"The partition recursion gives the same at d = {d}, n = {n}.")  # fmt: skip
    except StepFails as problem:
        exact = wishart_moment(list(powers), 2, 3)
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"that is not the moment: {problem}",
                       witness={"d, n": "2, 3", "moment": str(exact)})  # fmt: skip
    return proof.confirmed("Two recursions that share no code agree.",
                           instances=(f"d = 1, n = 1: {wishart_moment(list(powers), 1, 1)}",),
                           routes=("trace words", "recursion on partitions"))  # fmt: skip


@check("wishart.bartlett")
def bartlett(*, trace_power: int, det_power: int, value: str) -> Outcome:
    """For d = 2, E (tr W)^i (det W)^j equals ``value`` in n, with det W = ((tr W)^2 - tr W^2)/2."""
    from math import comb

    proof = Proof("n")
    try:
        terms = []
        for k in range(det_power + 1):
            powers = [1] * (trace_power + 2 * (det_power - k)) + [2] * k
            name = f"M{k}"
            proof.moment(name, powers, _moment_in_n(powers), d="2")
            terms.append(f"{(-1) ** k * comb(det_power, k)}*{name}")
        proof.define("bartlett", value)
        proof.identity(f"({' + '.join(terms)})/{2**det_power}", "bartlett",
                       text="Bartlett: det W and tr W through independent chi-square variables.")  # fmt: skip
    except StepFails as problem:
        return Outcome(Verdict.REFUTED, Tier.EXACT, f"that is not the moment: {problem}",
                       witness={"i, j": f"{trace_power}, {det_power}"})  # fmt: skip
    return proof.confirmed("The product of Bartlett's decomposition equals the sum of trace moments.",
                           routes=("trace words", "Bartlett's decomposition"),
                           instances=("n = 1: det W = 0 and every moment with j > 0 vanishes",))  # fmt: skip


def _moment_in_n(powers: list[int]) -> fmpq_mpoly | str:
    """Return E prod tr W^k at d = 2 as text in n, by interpolation of exact values."""
    from flint import fmpq, fmpq_poly

    degree = sum(powers)
    nodes = list(range(1, degree + 2))
    total = fmpq_poly([0])
    for i in nodes:
        basis = fmpq_poly([1])
        for j in nodes:
            if j != i:
                basis *= fmpq_poly([fmpq(-j, i - j), fmpq(1, i - j)])
        exact = Fraction(wishart_moment(list(powers), 2, i))
        total += basis * fmpq(exact.numerator, exact.denominator)
    return " + ".join(f"({c})*n**{k}" for k, c in enumerate(total.coeffs()))
