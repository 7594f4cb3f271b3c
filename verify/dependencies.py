"""Certificates of claims on demand: where a proof finds the claims that it depends on.

A worker of a run points ``verify.proof.dependency_source`` at the folder of the run; everywhere else
(tests, the library user) the dependency's own check is run, once per process.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from verify.certificate import seal

__all__ = ["certificate_of"]


@cache
def _book():  # the book, loaded once
    from verify.loader import load_book

    return load_book()


@cache
def certificate_of(claim_id: str) -> dict[str, Any]:
    """Return the sealed certificate of a claim of the book, by running its check.

    Raises:
        ValueError: the book has no such claim, or its check leaves no certificate.
    """
    from verify.registry import checks

    claim = _book().claims.get(claim_id)
    if claim is None or claim.check is None:
        raise ValueError(f"the book has no claim {claim_id!r} with a check")
    outcome = checks()[claim.check].function(**claim.params)
    if outcome.certificate is None:
        raise ValueError(f"the check of {claim_id!r} leaves no certificate: {outcome.reason}")
    needed = {step["id"] for step in outcome.certificate["steps"] if step["kind"] == "depends"}
    return seal(claim, outcome.certificate, {name: certificate_of(name) for name in needed})
