"""The claims on label noise, long contexts, untied and dense weights, and the published results."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symbolic.large_context import limit_loss_plane, skew_instability
from symbolic.noise import critical_context_with_noise, critical_noise, skew_at_with_noise
from symbolic.noise_theorem import noise_onset, noise_part, onset_cofactors
from symbolic.one_layer import one_layer_optimum
from symbolic.untied import untied_scalar_loss
from symbolic.values import NEVER
from verify.loader import load_book
from verify.registry import checks
from verify.status import Profile, Tier, Verdict

FILES = ("icl-noise.toml", "icl-open.toml", "literature-icl.toml")
BOOK = load_book().claims
CLAIMS = sorted(name for name, claim in BOOK.items() if claim.file.endswith(FILES) and claim.check)
HEAVY = {"icl.noise-threshold-d2-l2", "icl.noise-contexts", "icl.noise-no-ray-l3",
         "icl.noise-no-ray-l3-large", "icl.critical-context-finite"}  # fmt: skip
LIGHT = [name for name in CLAIMS if BOOK[name].profile is not Profile.FULL and name not in HEAVY]


def run(name: str, **change):
    claim = BOOK[name]
    return checks()[claim.check].function(**{**claim.params, **change})


def settled(name: str) -> None:
    outcome = run(name)
    assert outcome.verdict is BOOK[name].expect, outcome.reason
    assert outcome.tier is BOOK[name].floor
    assert outcome.instances or outcome.verdict is not Verdict.CONFIRMED


@pytest.mark.parametrize("name", LIGHT)
def test_claim_has_the_expected_verdict(name):
    settled(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(CLAIMS) - set(LIGHT)))
def test_heavy_claim_has_the_expected_verdict(name):
    settled(name)


MUTATED = ("icl.loss-d2-l2-noise", "icl.noise-absence-d2-l2", "icl.untied-scalar-pair",
           "icl.output-power",
           "icl.sign-conventions", "icl.limit-two-layers",
           "literature.ahn-theorem-2", "literature.mahankali")  # fmt: skip


@pytest.mark.parametrize("name", MUTATED)
def test_mutants_are_rejected(name):
    assert len(BOOK[name].mutants) >= 2
    for change in BOOK[name].mutants:
        assert run(name, **change).verdict is not Verdict.CONFIRMED


def test_every_claim_has_two_mutants():
    assert all(len(BOOK[name].mutants) >= 2 for name in CLAIMS)


def test_onset_cofactors_are_a_resultant_identity():
    multiplier, cofactor, factor = onset_cofactors()
    slope = noise_part("f0").derivative(1)
    assert multiplier * noise_part("f2") == cofactor * slope + factor * noise_onset()
    assert all(int(multiplier(n, a, 0, 0, s)) > 0 for n in (1, 7) for a in (-3, 0, 2) for s in (0, 1))


def test_the_vocabulary_of_noise_agrees_with_the_theorem():
    assert critical_noise(2, 2) == 1
    assert critical_noise(2, 3) is NEVER
    assert critical_noise(1, 3) == 0
    assert critical_context_with_noise(2, 2, 1) is NEVER
    assert [critical_context_with_noise(2, 2, s) for s in (0, Fraction(1, 100), Fraction(1, 2))] == [15, 16, 37]
    assert not skew_at_with_noise(2, 2, 36, Fraction(1, 2)) and skew_at_with_noise(2, 2, 37, Fraction(1, 2))


def test_limits_by_two_routes():
    for layers in (2, 3, 4):
        loss = limit_loss_plane(layers)
        assert loss[1] == skew_instability(layers)(2)  # J has norm sqrt(2), and d (d - 1) = 2


def test_untied_pair_at_one_example_against_the_closed_form():
    n, d = 1, 2
    divisor = n**3 * (d + 1) + n**2 * (d**2 + 5 * d + 10) + n * (d**3 + 5 * d**2 + 17 * d + 17)
    divisor += d**3 + 10 * d**2 + 17 * d + 4
    total = n * (d**3 + 4 * d**2 + 7 * d + 4) + d**3 + 10 * d**2 + 17 * d + 4
    assert untied_scalar_loss(d, n) == Fraction(d * total, divisor)


def test_the_misquoted_form_has_a_witness():
    outcome = run("literature.ahn-misquoted")
    assert outcome.verdict is Verdict.REFUTED
    assert outcome.witness["best eigenvalues"] == ", ".join(map(str, one_layer_optimum([1, 3], 2)))


def test_a_qualified_statement_says_what_changes():
    for name in ("literature.ahn-lemma-1", "literature.gatmiry-theorem-3-2", "literature.gatmiry-theorem-3-3"):
        outcome = run(name)
        assert outcome.verdict is Verdict.QUALIFIED and outcome.qualification and outcome.witness
        assert outcome.tier is Tier.EXACT
