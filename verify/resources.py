"""What a run lends to its sampled checks: a cluster for large samplings, and a journal of shards.

The checks run in worker processes, which inherit the environment.  Neither changes a result: shards
are pure functions of the job and of their index.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["NAME", "cluster_address", "lend", "shard_journal"]

NAME = "journal-shards.sqlite"
"""The journal's file in the output directory."""

_CLUSTER = "THEOREM_VERIFIER_CLUSTER"
_JOURNAL = "THEOREM_VERIFIER_SHARDS"


def lend(cluster: str | None, folder: Path | None) -> None:
    """Set the address of a Dask scheduler and the output directory for this run's processes."""
    for name, value in ((_CLUSTER, cluster), (_JOURNAL, str((folder / NAME).resolve()) if folder else None)):
        if value:
            os.environ[name] = value
        else:
            os.environ.pop(name, None)


def cluster_address() -> str | None:
    """Return the address of the scheduler, or None."""
    return os.environ.get(_CLUSTER)


def shard_journal() -> Path | None:
    """Return the journal's path when its folder exists, or None."""
    path = os.environ.get(_JOURNAL)
    return Path(path) if path and Path(path).parent.is_dir() else None
