"""Large runs as shards: pure functions of (job, shard index), journalled, resumable.

A job is a plain dictionary that names a task and its parameters; a shard returns a plain tuple
of numbers.  Results are merged in shard order with exactly rounded sums, so they are the same
bits for any number of workers, any order of completion and any interruption (on one machine and
library set).  The journal is SQLite in WAL mode, one row a finished shard, keyed by the SHA-256
of the job with the versions of the libraries and of the task's source: after ``kill -9`` the
next run continues, and a changed program starts afresh.

Executors share one interface, ``submit(function, job, shard) -> Future``: ``Serial`` here,
``Local`` for spawned processes, ``cluster.Cluster`` for Dask.  A worker that dies breaks the
whole local pool; the pool is then rebuilt and the shards without a result are submitted again, a
bounded number of times.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import multiprocessing
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from numeric.philox import job_digest

__all__ = ["Executor", "Journal", "Local", "Serial", "WorkerLost", "identity", "merge", "run"]

Task = Callable[[Mapping[str, Any], int], Sequence[float]]
Row = tuple[float, ...]


class WorkerLost(RuntimeError):
    """A worker died while it held shards; they can be submitted again."""


class Executor(Protocol):
    """Where shards run."""

    def submit(self, task: Task, job: Mapping[str, Any], shard: int) -> Future[Row]:
        """A future of the shard's row of numbers."""
        ...

    def restart(self) -> None:
        """Replaces lost workers."""
        ...

    def close(self) -> None:
        """Ends the workers."""
        ...


def execute(task: Task, job: Mapping[str, Any], shard: int) -> Row:
    """One shard as a row of floats.  Runs in the worker."""
    return tuple(float(x) for x in task(job, shard))


class Serial:
    """Runs each shard at once, in this process."""

    def submit(self, task: Task, job: Mapping[str, Any], shard: int) -> Future[Row]:
        future: Future[Row] = Future()
        try:
            future.set_result(execute(task, job, shard))
        except Exception as error:
            future.set_exception(error)
        return future

    def restart(self) -> None:
        """Nothing can be lost."""

    def close(self) -> None:
        """Nothing to end."""


class Local:
    """Spawned processes on this machine, one NumPy thread each."""

    def __init__(self, workers: int) -> None:
        if workers < 1:
            raise ValueError(f"at least one worker is needed, not {workers}")
        self.workers = workers
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, multiprocessing.get_context("spawn"))

    def submit(self, task: Task, job: Mapping[str, Any], shard: int) -> Future[Row]:
        try:
            with _one_thread():
                return self._pool.submit(execute, task, job, shard)
        except BrokenProcessPool as error:
            raise WorkerLost("a worker process died") from error

    def restart(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._start()

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Children inherit one BLAS thread: shards are the parallelism."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def identity(task: Task, job: Mapping[str, Any]) -> str:
    """SHA-256 that names a job in the journal: task, its module's source, versions, parameters."""
    module = inspect.getmodule(task)
    source = inspect.getsource(module) if module is not None else ""
    return job_digest(
        {
            "task": f"{task.__module__}.{task.__qualname__}",
            "source": hashlib.sha256(source.encode()).hexdigest(),
            "package": _package_digest(),
            "numpy": np.__version__,
            "job": dict(job),
        }
    )


def _package_digest() -> str:
    """SHA-256 of the sources of this package, the kernels among them."""
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".py", ".cu", ".cuh"):
            total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


class Journal:
    """Finished shards in one SQLite file; several processes may write to it."""

    def __init__(self, path: str | Path) -> None:
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS shard (job TEXT, shard INTEGER, row TEXT, seconds REAL,"
            " PRIMARY KEY (job, shard)) WITHOUT ROWID"
        )
        self._db.execute("CREATE TABLE IF NOT EXISTS event (time REAL, job TEXT, text TEXT)")

    def rows(self, job: str) -> dict[int, Row]:
        """The finished shards of a job."""
        found = self._db.execute("SELECT shard, row FROM shard WHERE job = ?", (job,))
        return {shard: tuple(float.fromhex(x) for x in json.loads(row)) for shard, row in found}

    def add(self, job: str, shard: int, row: Row, seconds: float) -> None:
        """Records a shard; a second record of one shard must be the same bits."""
        text = json.dumps([x.hex() for x in row])
        self._db.execute(
            "INSERT OR IGNORE INTO shard VALUES (?, ?, ?, ?)", (job, shard, text, seconds)
        )
        stored = self._db.execute(
            "SELECT row FROM shard WHERE job = ? AND shard = ?", (job, shard)
        ).fetchone()[0]
        if stored != text:
            raise RuntimeError(f"shard {shard} gave two different results: it is not pure")

    def note(self, job: str, text: str) -> None:
        """Records a lost worker or a restart: nothing is repeated in silence."""
        self._db.execute("INSERT INTO event VALUES (?, ?, ?)", (time.time(), job, text))

    def notes(self, job: str) -> list[str]:
        """The recorded events of a job, oldest first."""
        found = self._db.execute("SELECT text FROM event WHERE job = ? ORDER BY rowid", (job,))
        return [text for (text,) in found]

    def close(self) -> None:
        """Closes the file."""
        self._db.close()


def merge(rows: Mapping[int, Row]) -> Row:
    """Column sums in shard order, each correctly rounded.

    >>> merge({1: (1e16, 1.0), 0: (1.0, 2.0), 2: (-1e16, 3.0)})
    (1.0, 6.0)
    """
    return tuple(
        math.fsum(column) for column in zip(*(rows[k] for k in sorted(rows)), strict=True)
    )


def run(
    task: Task,
    job: Mapping[str, Any],
    shards: int,
    executor: Executor | None = None,
    journal: Journal | None = None,
    progress: Callable[[int, int], None] | None = None,
    losses_allowed: int = 5,
) -> dict[int, Row]:
    """The rows of shards 0, ..., shards - 1, from the journal where it has them.

    ``task(job, shard)`` must be importable (a function at the top of a module) and pure; it
    takes its random numbers from ``philox.generator`` or ``philox.Stream``.  Raises
    the task's own error when a shard fails, ``WorkerLost`` after ``losses_allowed`` restarts.
    """
    executor = executor or Serial()
    name = identity(task, job)
    rows = journal.rows(name) if journal else {}
    rows = {shard: row for shard, row in rows.items() if shard < shards}
    todo = [shard for shard in range(shards) if shard not in rows]
    losses = 0
    while todo:
        lost = _pass(task, job, todo, executor, journal, name, rows, shards, progress)
        todo = [shard for shard in range(shards) if shard not in rows]
        if lost is not None:
            losses += 1
            if journal:
                journal.note(name, f"worker lost, {len(todo)} shards to do: {lost}")
            if losses > losses_allowed:
                raise WorkerLost(f"workers were lost {losses} times; last: {lost}")
            executor.restart()
    return rows


def _pass(
    task: Task,
    job: Mapping[str, Any],
    todo: Sequence[int],
    executor: Executor,
    journal: Journal | None,
    name: str,
    rows: dict[int, Row],
    shards: int,
    progress: Callable[[int, int], None] | None,
) -> Exception | None:
    """Submits shards with a bounded number in flight; the loss of a worker ends the pass."""
    pending: dict[Future[Row], tuple[int, float]] = {}
    waiting = iter(todo)
    exhausted = False
    lost: Exception | None = None
    while pending or not exhausted:
        while not exhausted and lost is None and len(pending) < 64:
            shard = next(waiting, None)
            if shard is None:
                exhausted = True
                break
            try:
                pending[executor.submit(task, job, shard)] = (shard, time.monotonic())
            except WorkerLost as error:
                lost = error
        if lost is not None:
            exhausted = True
        if not pending:
            break
        done, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            shard, began = pending.pop(future)
            try:
                row = future.result()
            except (BrokenProcessPool, WorkerLost) as error:
                lost = error
                continue
            rows[shard] = row
            if journal:
                journal.add(name, shard, row, time.monotonic() - began)
            if progress:
                progress(len(rows), shards)
    return lost
