"""Checks for the tests of the runner: quick ones, and ones that hang, crash, leak or disagree."""

from __future__ import annotations

import os
import time

from verify.availability import NotAvailable
from verify.errors import RoutesDisagree
from verify.outcome import Outcome, Step
from verify.registry import check
from verify.status import StepStatus, Tier, Verdict


@check("example.sum")
def example_sum(
    *, total: int, depends: str = "", argue: bool = False, forge: bool = False
) -> Outcome:
    """The sum 1 + 2 + 3 is ``total``; with ``depends`` the sentence is taken from that claim."""
    sentence = f"1 + 2 + 3 == {total}"
    if total != 6 and not forge:
        return Outcome(Verdict.REFUTED, Tier.EXACT, "another sum", witness={"1 + 2 + 3": "6"})
    if depends:
        steps = [{"kind": "depends", "id": depends, "sentences": [sentence]}]
    else:
        steps = [{"kind": "arithmetic", "test": sentence, "values": []}]
    proof = [Step(StepStatus.CHECKED, sentence)]
    if argue:
        text = "Addition of integers is what everybody believes that it is."
        steps.append({"kind": "argued", "name": "addition", "text": text})
        proof.append(Step(StepStatus.ARGUED, "argued: addition", text=text, reference="addition"))
    return Outcome(
        Verdict.CONFIRMED,
        Tier.EXACT,
        "added",
        steps=tuple(proof),
        instances=("1 + 2 + 3 = 6",),
        certificate={"variables": [], "steps": steps},
    )


@check("example.slow", profile="quick")
def example_slow(*, seconds: int, milliseconds: int = 0) -> Outcome:
    """Waiting ends."""
    if seconds < 0:
        return Outcome(Verdict.UNDECIDED, Tier.NONE, "time does not go back")
    time.sleep(seconds + milliseconds / 1000)
    return Outcome(Verdict.CONFIRMED, Tier.CERTIFIED, "waited")


@check("example.fault")
def example_fault(*, kind: str, after: int = 0) -> Outcome:
    """Something goes wrong; ``kind = "none"`` is a fault that does not occur."""
    time.sleep(after)
    if kind == "crash":
        os.write(2, b"the end is near\n")
        os.abort()
    if kind == "hang":
        while True:
            time.sleep(1)
    if kind == "leak":
        held = []
        while True:
            held.append(bytearray(16 << 20))
            time.sleep(0.01)
    if kind == "raise":
        raise ZeroDivisionError("one over nothing")
    if kind == "disagree":
        raise RoutesDisagree("2 and 3")
    if kind == "absent":
        raise NotAvailable("no such device here")
    if kind == "exit":
        os._exit(7)
    if kind == "refute":
        return Outcome(Verdict.REFUTED, Tier.CERTIFIED, "it is false", witness={"n": "1"})
    return Outcome(Verdict.CONFIRMED, Tier.CERTIFIED, "nothing happened")


@check("example.sampled", sampled=True, profile="standard")
def example_sampled(*, mean: int, seed: int, device: str) -> Outcome:
    """A sample has this mean."""
    verdict = Verdict.CONFIRMED if mean == 0 else Verdict.UNDECIDED
    tier = Tier.STATISTICAL if mean == 0 else Tier.NONE
    return Outcome(verdict, tier, f"seed {seed} on {device}", statistics={"seed": seed})
