"""A pool of worker processes with a time limit and a watch on memory.

Workers are separate interpreters (never forks), each busy with one claim.  A worker that crashes,
hangs, leaks or is killed is replaced; its claim gets a result that says so, and no other claim is
affected.  When a mutant, not the claim, was at fault, the claim's outcome stands, that mutant is
void, and the remaining mutants go on in a new worker.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verify.status import RunState, Tier, Verdict

__all__ = ["Finished", "Pool", "resident_bytes"]

_POLL = 0.05  # seconds between two looks at the memory of the workers
_START_LIMIT = 120.0  # seconds that a new worker may take to start
_PROGRAM = "import sys; sys.path[:] = {path!r}; from verify.worker import main; main({descriptor})"


@dataclass(frozen=True)
class Finished:
    """A finished claim: its result, the text of its certificate, and the fate of each mutant."""

    id: str
    result: dict[str, Any]
    certificate: str | None
    mutants: list[dict[str, Any]]


@dataclass(eq=False)
class _Job:
    task: dict[str, Any]
    stage: int = 0  # 0: the claim itself; k: its k-th mutant
    result: dict[str, Any] | None = None
    certificate: str | None = None
    mutants: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.task["claim"]["id"]

    def finished(self) -> Finished:
        assert self.result is not None
        return Finished(self.id, self.result, self.certificate, self.mutants)


class Pool:
    """Runs tasks in at most ``jobs`` worker processes; use it as a context manager.

    Args:
        jobs: number of processes.
        timeout: seconds for a claim, and again for each of its mutants.
        memory: bytes of resident memory that one worker may hold.
    """

    def __init__(self, jobs: int, timeout: float, memory: int):
        self.jobs, self.timeout, self.memory = jobs, timeout, memory
        self._queue: deque[_Job] = deque()
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in list(self._workers):
            self._drop(worker)
        self._selector.close()

    @property
    def running(self) -> list[tuple[str, float]]:
        """The claims in work, and the seconds that each has taken."""
        now = time.monotonic()
        return [(w.job.id, now - w.since) for w in self._workers if w.job is not None]

    def submit(self, task: dict[str, Any]) -> None:
        """Queue a task (see ``verify.worker``)."""
        self._queue.append(_Job(task))

    def wait(self, seconds: float) -> Iterator[Finished]:
        """Let the workers work for at most some seconds; yield what finished in that time."""
        self._assign()
        yield from self._overdue()
        for key, _ in self._selector.select(min(seconds, _POLL) if self._workers else 0):
            worker, channel = key.data
            if worker not in self._workers:
                continue
            if channel == "log":
                worker.read_log()
                continue
            messages, alive = worker.read_answers()
            for message in messages:
                finished = self._handle(worker, message)
                if finished is not None:
                    yield finished
                if worker not in self._workers:
                    break  # dropped: what it still said is of no interest
            if not alive and worker in self._workers:
                finished = self._lost(worker)
                if finished is not None:
                    yield finished
        self._assign()

    def _assign(self) -> None:
        idle = [w for w in self._workers if w.job is None]
        while self._queue and (idle or len(self._workers) < self.jobs):
            job = self._next_job()
            if job is None:
                return
            if not idle:
                worker = _Worker()
                self._workers.append(worker)
                self._selector.register(worker.answers, selectors.EVENT_READ, (worker, "answers"))
                self._selector.register(worker.log, selectors.EVENT_READ, (worker, "log"))
                idle.append(worker)
            idle.pop().take(job)

    def _next_job(self) -> _Job | None:
        """Take a job from the queue; of those marked ``alone`` only one runs at a time."""
        taken = any(w.job is not None and w.job.task.get("alone") for w in self._workers)
        for job in self._queue:
            if not (taken and job.task.get("alone")):
                self._queue.remove(job)
                return job
        return None

    def _handle(self, worker: _Worker, message: dict[str, Any]) -> Finished | None:
        job, event = worker.job, message["event"]
        worker.since = time.monotonic()
        if event == "ready":
            worker.ready = True
        if job is None:
            return None
        if event == "claim":
            job.result, job.certificate = message["result"], message["certificate"]
            if job.result is not None and job.result["run"] != RunState.OK:
                job.mutants = _void(job.task, "the claim itself did not run")
                self._drop(worker)  # whatever its check left behind ends with it
                return job.finished()
        elif event == "mutant-begins":
            job.stage = message["index"] + 1
        elif event == "mutant":
            job.mutants.append(message["detail"])
        elif event == "done":
            worker.job = None
            if resident_bytes(worker.process.pid) > self.memory // 2:
                self._drop(worker)  # what earlier checks keep must not count against the next
            return job.finished()
        return None

    def _overdue(self) -> Iterator[Finished]:
        now = time.monotonic()
        for worker in list(self._workers):
            if worker.job is None:
                continue
            limit = self.timeout if worker.ready else _START_LIMIT + self.timeout
            size = resident_bytes(worker.process.pid)
            if size > self.memory:
                text = f"needed more than {self.memory >> 20} MiB of memory"
                finished = self._fail(worker, RunState.ERROR, "memory", text)
            elif now - worker.since > limit:
                text = f"took longer than {self.timeout:g} s; give it more with --timeout"
                finished = self._fail(worker, RunState.TIMEOUT, "timeout", text)
            else:
                continue
            if finished is not None:
                yield finished

    def _lost(self, worker: _Worker) -> Finished | None:
        code = worker.process.wait()
        worker.read_log()
        if worker.job is None:
            self._drop(worker)
            return None
        how = f"ended with code {code}"
        if code < 0:
            how = f"was ended by {signal.Signals(-code).name}"
        tail = worker.log_tail.decode("utf-8", "replace").strip().splitlines()
        last = f"; its last words: {tail[-1][:300]}" if tail else ""
        return self._fail(worker, RunState.ERROR, "crash", f"its process {how}{last}")

    def _fail(self, worker: _Worker, state: RunState, failure: str, reason: str) -> Finished | None:
        job = worker.job
        assert job is not None
        self._drop(worker)
        if job.stage == 0 and job.result is None:
            job.result = {
                "verdict": Verdict.UNDECIDED.value,
                "tier": Tier.NONE.value,
                "run": state.value,
                "run_reason": reason,
                "reason": reason,
                "failure": failure,
                "seconds": round(time.monotonic() - worker.since, 3),
            }
            job.mutants = _void(job.task, "the claim itself did not run")
            return job.finished()
        done = len(job.mutants)
        if done < len(job.task["claim"]["mutants"]):
            job.mutants.append({"verdict": "void", "reason": reason, "transient": True})
            done += 1
        if done >= len(job.task["claim"]["mutants"]):
            return job.finished()
        job.stage = done + 1
        job.task = {**job.task, "start": done + 1}
        self._queue.appendleft(job)
        return None

    def _drop(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        self._selector.unregister(worker.answers)
        self._selector.unregister(worker.log)
        worker.end()


class _Worker:
    """One process and its pipes."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        program = _PROGRAM.format(path=[p or os.getcwd() for p in sys.path], descriptor=writing)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(writing,),
                start_new_session=True,  # Ctrl-C reaches the parent only, which ends its workers
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self.answers = reading
        assert self.process.stdout is not None
        self.log = self.process.stdout
        os.set_blocking(self.answers, False)
        os.set_blocking(self.log.fileno(), False)
        self.log_tail = b""
        self.ready = False
        self.since = time.monotonic()
        self.job: _Job | None = None
        self._buffer = bytearray()

    def take(self, job: _Job) -> None:
        """Send a job; a worker that is already dead is noticed by the end of its answers."""
        self.job, self.since, self.log_tail = job, time.monotonic(), b""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(job.task).encode() + b"\n")
            self.process.stdin.flush()
        except (BrokenPipeError, OSError):
            self.process.kill()

    def read_answers(self) -> tuple[list[dict[str, Any]], bool]:
        """Return the messages that are complete, and whether more can come."""
        alive = True
        while True:
            try:
                block = os.read(self.answers, 1 << 16)
            except BlockingIOError:
                break
            if not block:
                alive = False
                break
            self._buffer += block
        *lines, rest = bytes(self._buffer).split(b"\n")
        self._buffer = bytearray(rest)
        return [json.loads(line) for line in lines if line], alive

    def read_log(self) -> None:
        """Keep the end of what the process printed."""
        try:
            block = os.read(self.log.fileno(), 1 << 16)
        except (BlockingIOError, ValueError):
            return
        self.log_tail = (self.log_tail + block)[-4000:]

    def end(self) -> None:
        """Kill the process with what it started, and close the pipes."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self.process.kill()
        self.process.wait()
        os.close(self.answers)
        self.log.close()
        try:
            if self.process.stdin is not None:
                self.process.stdin.close()
        except OSError:
            pass  # the rest of a task for a process that is gone


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process, 0 where the system does not tell (not Linux)."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _void(task: dict[str, Any], reason: str) -> list[dict[str, Any]]:
    return [{"verdict": "void", "reason": reason} for _ in task["claim"]["mutants"]]
