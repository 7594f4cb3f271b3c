"""The self-test: its corpus, its counts, and that it would notice an error."""

from __future__ import annotations

import sys

import pytest

from verify.selftest.corpus import Answer, Group, Item, Result, answer, read_corpus
from verify.selftest.run import selftest, summary

CORPUS = read_corpus()
QUICK = [item for item in CORPUS if not {"steps", "raw", "bytes"} & item.data.keys()]


def test_size_and_balance():
    assert len(CORPUS) >= 150
    for group in Group:
        assert sum(item.group is group for item in CORPUS) >= 40


def test_every_expression_has_a_twin():
    names = {g: {i.name for i in CORPUS if i.group is g and "expressions" in i.name} for g in Group}
    assert names[Group.CORRECT] <= names[Group.INCORRECT]


@pytest.mark.parametrize("item", QUICK, ids=lambda item: f"{item.group}-{item.name}")
def test_item(item):
    result = answer(item)
    assert result.result is Result.RIGHT, result.message


def test_refusing_everything_fails(monkeypatch):
    module = sys.modules["verify.selftest.run"]

    def refuse(item: Item) -> Answer:
        wrong = item.group is Group.CORRECT
        return Answer(item, Result.REJECTED if wrong else Result.RIGHT, "")

    monkeypatch.setattr(module, "answer", refuse)
    assert selftest(tampering=False)["exit_code"] == 1


def test_accepting_everything_fails(monkeypatch):
    module = sys.modules["verify.selftest.run"]

    def accept(item: Item) -> Answer:
        right = item.group is Group.CORRECT
        return Answer(item, Result.RIGHT if right else Result.SILENT, "")

    monkeypatch.setattr(module, "answer", accept)
    result = selftest(tampering=False)
    assert result["exit_code"] == 1 and "silent errors" in summary(result)


def test_a_crash_is_a_silent_error():
    item = Item(Group.MALFORMED, "x", "why", {"check": "no such check", "params": {}})
    assert answer(item).result is Result.SILENT
