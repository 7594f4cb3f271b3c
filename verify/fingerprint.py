"""Keys of results: equal keys mean that the stored result still holds.

A key hashes the claim, the source of ``symbolic/`` (and of ``numeric/`` for sampled claims), the
check's module with every module of ``verify`` that it imports, the trusted core, the results of the
dependencies, and the library versions.  It is coarse on purpose: any edit of a file that could
matter re-runs the claim.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from verify.catalogue import CheckEntry, imports_of, module_file
from verify.claim import Claim, canonical_json

__all__ = ["LIBRARIES", "library_versions", "package_digest", "result_digest", "result_key"]

LIBRARIES = ("python-flint", "sympy", "mpmath", "numpy")
"""The libraries whose versions are part of every key."""

_CORE = (
    "verify.claim",
    "verify.outcome",
    "verify.status",
    "verify.worker",
    "verify.proof",
    "verify.certificate",
    "verify.recheck",
)


def result_key(
    claim: Claim,
    entry: CheckEntry | None,
    dependencies: Mapping[str, str],
    seed: int,
    device: str,
) -> str:
    """Return the key (SHA-256) under which a result of this claim is valid.

    Args:
        entry: the check of the claim; None when it has no check.
        dependencies: for each id in ``uses`` its ``result_digest``, for each in ``states`` the
            digest of its claim.
        seed, device: of the run; they count for sampled checks only.
    """
    if entry is not None:
        modules: tuple[str, ...] = (entry.module,)
    elif claim.test is not None:
        modules = _expression_modules()
    else:
        modules = ()
    sampled = entry is not None and entry.sampled
    data = {
        "claim": claim.digest(),
        "dependencies": dict(dependencies),
        "sources": _source_digest(modules, sampled) if modules else "",
        "libraries": library_versions() if modules else {},
        "sampling": [seed, device] if sampled else None,
    }
    return _sha256(canonical_json(data).encode())


def result_digest(result: Mapping[str, Any], certificate: str | None) -> str:
    """Return the hash of what a dependent claim relies on in a result."""
    relied = [result["verdict"], result["tier"], result["run"], result.get("claim_digest", "")]
    proof = _sha256(certificate.encode()) if certificate else ""
    return _sha256(canonical_json([*relied, proof]).encode())


@cache
def library_versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that exact results depend on."""
    versions = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "absent"
    return versions


@cache
def package_digest(package: str) -> str:
    """Return the hash of all Python files (and templates) of a package, or "absent"."""
    if package.split(".")[0] == "verify":
        folders = [Path(__file__).parent.joinpath(*package.split(".")[1:])]
    else:
        spec = importlib.util.find_spec(package)
        folders = [Path(p) for p in (spec.submodule_search_locations or [])] if spec else []
    digest = hashlib.sha256()
    count = 0
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
                count += 1
    return digest.hexdigest() if count else "absent"


@cache
def _source_digest(modules: tuple[str, ...], sampled: bool) -> str:
    files, packages = _closure(modules)
    core = {name: module_file(name) for name in _CORE}
    files |= {name: path for name, path in core.items() if path is not None}
    if sampled:
        packages |= {"numeric"}
    digests = {package: package_digest(package) for package in {"symbolic", *packages}}
    for name, path in files.items():
        digests[name] = _sha256(path.read_bytes())
    return _sha256(canonical_json(digests).encode())


def _closure(modules: Iterable[str]) -> tuple[dict[str, Path], set[str]]:
    """Return the modules of ``verify`` reachable by imports, and the other packages they import."""
    files: dict[str, Path] = {}
    packages: set[str] = set()
    stack = list(modules)
    while stack:
        name = stack.pop()
        if name in files:
            continue
        path = module_file(name)
        if path is None:  # a name imported from a module
            continue
        files[name] = path
        for other in imports_of(path):
            root = other.split(".")[0]
            if root == "verify":
                stack.append(other)
            elif root in ("symbolic", "numeric"):
                packages.add(root)
    return files, packages


@cache
def _expression_modules() -> tuple[str, ...]:
    folder = Path(__file__).parent / "expression"
    names = [
        "verify." + path.relative_to(folder.parent).with_suffix("").as_posix().replace("/", ".")
        for path in sorted(folder.rglob("*.py"))
        if path.stem != "__init__"
    ]
    return ("verify.expression", *names)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
