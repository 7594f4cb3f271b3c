"""The choice of a device, and the reason when it is not the one hoped for."""

from __future__ import annotations

import subprocess
import sys
import types

import numpy as np
import pytest

from numeric import backend


def test_cpu_is_always_there():
    chosen = backend.select("cpu")
    assert chosen.name == "cpu" and chosen.xp is np
    assert chosen.describe()["library"].startswith("numpy")


def test_unknown_word_is_refused():
    with pytest.raises(ValueError, match="auto, cpu or gpu"):
        backend.select("tpu")


def _fake(monkeypatch, **members):
    module = types.ModuleType("cupy")
    module.__version__ = "0"
    for name, value in members.items():
        setattr(module, name, value)
    monkeypatch.setitem(sys.modules, "cupy", module)


def test_no_cupy(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert "not importable" in backend.select("auto").reason
    with pytest.raises(backend.BackendUnavailable, match="not importable"):
        backend.select("gpu")


def test_cupy_without_a_device(monkeypatch):
    _fake(monkeypatch, is_available=lambda: False)
    assert "no device" in backend.select("auto").reason


def test_device_without_a_compiler(monkeypatch):
    def broken(*_args):
        raise RuntimeError("libnvrtc.so is missing")

    _fake(monkeypatch, is_available=lambda: True, RawKernel=broken)
    chosen = backend.select("auto")
    assert chosen.name == "cpu" and "libnvrtc" in chosen.reason


def test_import_needs_numpy_only():
    code = (
        "import sys, numeric.backend, numeric.philox, numeric.wishart, numeric.loss, "
        "numeric.statistics, numeric.gaussian, numeric.regression, numeric.transformer, "
        "numeric.quadrature, numeric.campaign, numeric.cuda, numeric.benchmark;"
        "bad = {'cupy','mpmath','sympy','flint','dask','matplotlib','torch','symbolic','verify'};"
        "sys.exit(bool(bad & {name.split('.')[0] for name in sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
