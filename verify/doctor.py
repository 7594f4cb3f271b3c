"""What was found on this machine: versions, GPU, LaTeX, and why a fallback is chosen.

Each finding has a status: "ok", "absent" (optional; the text says what is done instead),
"missing" (needed; the text says how to get it) or "note".
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
from pathlib import Path

from verify import __version__
from verify.errors import InputError

__all__ = ["examine", "require_gpu"]

_NEEDED = {
    "sympy": "sympy",
    "numpy": "numpy",
    "mpmath": "mpmath",
    "networkx": "networkx",
    "python-flint": "flint",
    "matplotlib": "matplotlib",
    "rich": "rich",
    "jinja2": "jinja2",
}
_OPTIONAL = {
    "dask": ("distributed", "campaigns run on local processes; for a cluster, install `[cluster]`"),
}


def examine() -> list[dict[str, str]]:
    """Return the findings, each ``{"name", "status", "text"}``."""
    findings = [
        _finding("verify", "ok", f"{__version__} from {Path(__file__).parent}"),
        _shadow(),
        _finding("Python", "ok", f"{platform.python_version()} at {sys.executable}"),
        _finding("system", "ok", f"{platform.platform()}, {os.cpu_count()} processors"),
    ]
    for distribution, module in _NEEDED.items():
        if importlib.util.find_spec(module) is None:
            findings.append(_finding(distribution, "missing", f"install it: pip install {distribution}"))
        else:
            findings.append(_finding(distribution, "ok", _version(distribution)))
    for name, (module, instead) in _OPTIONAL.items():
        present = importlib.util.find_spec(module) is not None
        findings.append(_finding(name, "ok", _version(name)) if present else _finding(name, "absent", instead))
    findings.append(_gpu())
    for tool, instead in (
        ("pdflatex", "report.tex is written, no PDF is built"),
        ("dot", "the graph is drawn without graphviz"),
        ("coqc", "the Coq export is written, not compiled"),
    ):
        path = shutil.which(tool)
        findings.append(_finding(tool, "ok", path) if path else _finding(tool, "absent", f"so {instead}"))
    if not Path("/proc/self/statm").exists():
        findings.append(_finding("memory watch", "absent", "so workers are bounded by time only (no /proc here)"))
    return findings


def require_gpu() -> None:
    """Raise ``InputError`` with the reason when no GPU can be used."""
    found = _gpu()
    if found["status"] != "ok":
        raise InputError(f"a GPU is required, but {found['text']}")


def _gpu() -> dict[str, str]:
    try:
        from numeric.backend import select

        backend = select("auto")
    except Exception as error:  # a broken CUDA installation can raise anything
        return _finding("GPU", "absent", f"the probe failed ({type(error).__name__}: {error})")
    status = "ok" if backend.name == "gpu" else "absent"
    return _finding("GPU", status, f"{backend.device}: {backend.reason}")


def _shadow() -> dict[str, str]:
    """Say whether the current folder holds another ``verify`` that ``python -m`` would prefer."""
    ours = Path(__file__).resolve().parent
    for candidate in (Path.cwd() / "verify", Path.cwd() / "verify.py"):
        if candidate.exists() and candidate.resolve() != ours:
            text = (
                f"{candidate} shadows this package for `python -m verify` in this folder; "
                "use the command `theorem-verify`"
            )
            return _finding("other verify", "note", text)
    return _finding("other verify", "ok", "none in the current folder")


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "version unknown"


def _finding(name: str, status: str, text: str) -> dict[str, str]:
    return {"name": name, "status": status, "text": text}
