"""No changed certificate is accepted, unless it still proves the same sentences."""

from __future__ import annotations

import pytest

from verify.dependencies import certificate_of
from verify.selftest.tamper import TamperCount, changes, rehashed, tamper, tamper_all

CHAIN = ["icl.skew-sign-d2-l2", "icl.middle-contexts-d2-l2", "icl.scalar-minimiser-d2-l2"]


def with_dependencies(name, found=None):
    found = {} if found is None else found
    found[name] = certificate_of(name)
    for step in found[name]["steps"]:
        if step["kind"] == "depends" and step["id"] not in found:
            with_dependencies(step["id"], found)
    return found


def test_changes_reach_every_part():
    data = {"of": "3*x**2 - 1", "domain": {"x": ["-1/2", "oo"]}, "k": 2, "sha256": "0" * 64}
    what = {change.what for change in changes(data)}
    assert "/of: 3 becomes 4" in what and "/of: 2 becomes 3" in what and "/of: sign at 7" in what
    assert "/domain/x/0: 2 becomes 3" in what and "/k: 2 becomes 3" in what
    assert "/sha256: hash" in what and "/domain: removed" in what
    assert all(change.data != data for change in changes(data))


def test_small_certificates():
    count = tamper_all()
    assert count.accepted_wrongly == 0, count.wrong
    assert count.refused > 2000 and count.certificates >= 25


@pytest.mark.parametrize("name", CHAIN)
def test_certificates_of_the_book(name):
    count = TamperCount()
    tamper(name, with_dependencies(name), count, every=23)
    assert count.accepted_wrongly == 0, count.wrong
    assert count.refused > 10


@pytest.mark.slow
@pytest.mark.parametrize("name", [*CHAIN, "icl.skew-threshold", "icl.loss-d2-l2", "gauss.collapse-criterion"])
def test_certificates_of_the_book_whole(name):
    count = TamperCount()
    tamper(name, with_dependencies(name), count)
    assert count.accepted_wrongly == 0, count.wrong


def test_rehashing_leaves_other_data_alone():
    assert rehashed([1]) == [1] and rehashed({"a": 1}) == {"a": 1}
