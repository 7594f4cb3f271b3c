"""The benchmark command: rows, JSON, and peers that are absent."""

from __future__ import annotations

import argparse
import json
import sys

import pytest

from verify import bench


def arguments(**changes):
    return argparse.Namespace(**{"json": False, "quiet": True, "device": "cpu", **changes})


@pytest.fixture
def two_parts(monkeypatch):
    rows = [bench.row("fast", 12.345, 10, "12 s against 1 s"), bench.row("absent", None, 3, "not measured: no peer")]
    monkeypatch.setattr(bench, "_parts", lambda device: iter([("rows", lambda: rows)]))


def test_rows_say_whether_the_goal_is_met():
    assert bench.row("x", 2.0, 1.5, "")["met"] is True
    assert bench.row("x", 1.0, 1.5, "")["met"] is False
    assert bench.row("x", None, 1.5, "")["met"] is None
    assert bench.row("x", 2.0, None, "")["met"] is None


def test_json_is_one_document(two_parts, capsys):
    assert bench.run(arguments(json=True)) == 0
    (first, second) = json.loads(capsys.readouterr().out)["benchmarks"]
    assert first == {"name": "fast", "ratio": 12.3, "goal": 10, "met": True, "note": "12 s against 1 s"}
    assert second["ratio"] is None and "not measured" in second["note"]


def test_table_shows_every_row(two_parts, capsys):
    assert bench.run(arguments(quiet=False)) == 0
    captured = capsys.readouterr()
    assert "measuring rows" in captured.err
    assert [line.split()[0] for line in captured.out.splitlines()] == ["benchmark", "fast", "absent"]


def test_absent_peers_are_named(monkeypatch):
    monkeypatch.setattr(bench.importlib.util, "find_spec", lambda name: None)
    assert all("is not installed" in one["note"] for one in bench.peers())


def test_both_sides_of_a_ratio_are_measured():
    def work(size):
        return lambda: sum(range(size))

    one = bench.against("sums", 2, work(2_000_000), work(20_000))
    assert one["met"] and one["ratio"] > 10
    assert bench.budget("sum", 1e-9, work(200_000))["met"] is False


def test_a_missing_device_is_a_row(monkeypatch):
    from numeric import backend

    if backend.select("auto").name == "gpu":
        pytest.skip("there is a device")
    monkeypatch.setitem(sys.modules, "cupy", None)
    (one,) = bench._device()
    assert one["ratio"] is None and "not measured" in one["note"]


def test_sympy_expands_to_the_same_loss():
    """The peer computes what it is compared with."""
    from symbolic.loss import loss_at

    v = {"v11": 2, "v12": 0, "v21": 0, "v22": 2, "n": 5}
    value = bench.expand_with_sympy(1)
    assert value.subs({s: v[s.name] for s in value.free_symbols}) == loss_at(2, 2, 1, 5)
