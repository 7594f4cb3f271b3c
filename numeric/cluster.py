"""Shards on a Dask cluster, behind the interface of ``campaign`` (needs ``dask[distributed]``).

The scheduler moves shards of a lost worker to others by itself; what it gives up on (a shard
that was on several lost workers in a row) comes back as ``WorkerLost`` and is submitted again.
Rows are recorded on the client's side only, so workers need no shared disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from numeric.campaign import Row, Task, WorkerLost, execute

__all__ = ["Cluster"]


class Cluster:
    """An executor on the Dask scheduler at ``address`` (or a client's own cluster object)."""

    def __init__(self, address: Any) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise RuntimeError(
                "a cluster needs Dask: install the extra 'cluster' (dask[distributed])"
            ) from error
        self._client = Client(address, timeout="20s")

    def submit(self, task: Task, job: Mapping[str, Any], shard: int) -> Future[Row]:
        """A future that is completed when the scheduler reports the shard."""
        future: Future[Row] = Future()
        remote = self._client.submit(execute, task, dict(job), shard, pure=False)

        def finish(done: Any) -> None:
            from distributed import KilledWorker

            try:
                if done.status == "cancelled":
                    raise WorkerLost("the scheduler cancelled a shard")
                future.set_result(tuple(done.result()))
            except (KilledWorker, WorkerLost) as error:
                future.set_exception(WorkerLost(str(error)))
            except Exception as error:
                future.set_exception(error)

        remote.add_done_callback(finish)
        return future

    def restart(self) -> None:
        """Waits until at least one worker is there again."""
        self._client.wait_for_workers(1, timeout=60)

    def close(self) -> None:
        """Leaves the cluster, which keeps running."""
        self._client.close()
