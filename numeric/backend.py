"""One small object that says which device runs, and why.

Three things can be missing, and each is met in practice: CuPy itself; a driver or a device
below CuPy (importing succeeds then, and the first allocation fails); the run-time compiler
(everything succeeds until the first kernel).  So the choice is made by *running a kernel*, and
the reason for a fallback is kept.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["Backend", "BackendUnavailable", "select"]


class BackendUnavailable(RuntimeError):
    """The device that was asked for by name cannot be used; the message says why."""


@dataclass(frozen=True)
class Backend:
    """An array module with the reason why it was chosen.

    ``name`` is ``"cpu"`` or ``"gpu"``, ``xp`` the array module (NumPy or CuPy), ``reason`` a
    sentence, ``device`` the name of the processor.
    """

    name: str
    xp: ModuleType
    reason: str
    device: str

    def asnumpy(self, array: Any) -> np.ndarray:
        """The array in host memory."""
        return array.get() if self.name == "gpu" else np.asarray(array)

    def describe(self) -> dict[str, str]:
        """What a report prints about this backend."""
        return {
            "backend": self.name,
            "device": self.device,
            "library": f"{self.xp.__name__} {self.xp.__version__}",
            "reason": self.reason,
        }


def _probe_gpu() -> tuple[ModuleType | None, str]:
    """(CuPy, name of the device) when a kernel ran, else (None, why not)."""
    try:
        import cupy
    except Exception as error:  # a broken installation raises more than ImportError
        return None, f"CuPy is not importable ({type(error).__name__}: {_first_line(error)})"
    try:
        if not cupy.is_available():
            return None, f"CuPy {cupy.__version__} is installed, but finds no device or driver"
        kernel = cupy.RawKernel(
            'extern "C" __global__ void probe(int* a) { a[0] = 42; }', "probe"
        )
        out = cupy.zeros(1, dtype=cupy.int32)
        kernel((1,), (1,), (out,))
        if int(out[0]) != 42:
            return None, "a probe kernel returned a wrong value"
        properties = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)
        return cupy, properties["name"].decode()
    except Exception as error:
        return None, f"a probe kernel failed ({type(error).__name__}: {_first_line(error)})"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["no message"])[0][:160]


def select(choice: str = "auto") -> Backend:
    """The backend for ``choice``: ``"cpu"``, ``"gpu"``, or ``"auto"`` (a GPU if one works).

    Raises ``ValueError`` for another word, ``BackendUnavailable`` when ``"gpu"`` is asked for
    and cannot be used.

    >>> select("cpu").name
    'cpu'
    """
    if choice not in ("auto", "cpu", "gpu"):
        raise ValueError(f"device {choice!r} is unknown; choose auto, cpu or gpu")
    host = platform.processor() or platform.machine()
    if choice == "cpu":
        return Backend("cpu", np, "the CPU was asked for", host)
    cupy, found = _probe_gpu()
    if cupy is not None:
        return Backend("gpu", cupy, "a probe kernel ran", found)
    if choice == "gpu":
        raise BackendUnavailable(f"a GPU was asked for, but {found}")
    return Backend("cpu", np, f"no GPU: {found}", host)
