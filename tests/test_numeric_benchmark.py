"""Benchmark entries: their shape, what is said of a missing peer, and that sides do equal work."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from numeric import benchmark, transformer
from numeric.philox import generator

FIELDS = ["name", "ratio", "goal", "met", "note"]


def test_entries_say_whether_the_goal_is_met():
    assert benchmark._entry("x", 2.0, 1.5, "")["met"] is True
    assert benchmark._entry("x", 1.0, 1.5, "")["met"] is False
    assert benchmark._entry("x", None, 1.5, "not measured")["met"] is None


def test_a_missing_peer_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(benchmark, "_seconds", lambda sides, turns=1: [1.0] * len(sides))
    entries = benchmark._transformer(generator("00" * 32, 0))
    assert [entry["ratio"] for entry in entries] == [None, None]
    assert all("not measured: PyTorch is not installed" in entry["note"] for entry in entries)


def test_the_peer_computes_the_same_loss():
    """The PyTorch step's loss is a mean over its own prompts: it agrees with ours in law."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    step = benchmark._torch_step(15, 2, 4096)
    values = np.array([step() for _ in range(60)])
    mine = np.array([
        transformer.loss_and_gradient(
            benchmark._V, transformer.draw(generator("01" * 32, k), 2, 15, 4096), 2
        )[0]
        for k in range(60)
    ])
    error = np.sqrt(values.var() / 60 + mine.var() / 60)
    assert abs(values.mean() - mine.mean()) < 5 * error


@pytest.mark.slow
def test_all_ratios_are_json():
    entries = benchmark.cpu()
    assert all(list(entry) == FIELDS for entry in entries) and len(entries) == 11
    assert json.loads(json.dumps(entries)) == entries
