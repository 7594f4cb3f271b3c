"""The runner: claims in dependency order, results from the journal where their keys still hold.

A claim is looked at when everything that its proof uses is settled, because its key contains the
results of those.  If the journal has a result under that key, it is taken; otherwise the claim goes
to a worker.  What could not run (an error, a timeout) is remembered for the report and tried again
by the next run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.claim import Claim
from verify.directory import complete_publication, locked, open_directory, staging, unwritable
from verify.fingerprint import result_digest, result_key
from verify.journal import NAME as JOURNAL
from verify.journal import Journal, Stored
from verify.loader import Book
from verify.pool import Finished, Pool
from verify.progress import Progress
from verify.report import FORMATS
from verify.results import complete, from_worker, without_check
from verify.status import Profile, RunState
from verify.worker import claim_data

__all__ = ["Settings", "State", "default_jobs", "known_state", "run"]

DEFAULT_TIMEOUT = {Profile.QUICK: 30.0, Profile.STANDARD: 120.0, Profile.FULL: 1800.0}
"""Seconds for one claim, and for each of its mutants, unless ``--timeout`` says otherwise."""

MEMORY = 2 << 30
"""Bytes of resident memory for one worker."""

_FAILED = "failed "  # before the key of a result that is only remembered, never reused


@dataclass(frozen=True)
class Settings:
    """What a run is asked to do."""

    out: Path
    profile: Profile = Profile.STANDARD
    jobs: int | None = None
    seed: int = 1
    device: str = "auto"
    timeout: float | None = None
    memory: int = MEMORY
    fresh: bool = False
    formats: tuple[str, ...] = FORMATS


@dataclass(frozen=True)
class State:
    """Where a run, or a look at an earlier one, left the book.

    ``results`` has every claim's result as plain data (see ``verify.report.model``),
    ``certificates`` the texts of those that have one, ``selected`` the ids that count for the
    exit code.
    """

    results: dict[str, dict[str, Any]]
    certificates: dict[str, str]
    selected: tuple[str, ...]


def run(
    book: Book, settings: Settings, patterns: Sequence[str] | None, progress: Progress
) -> tuple[dict[str, Any], bool]:
    """Run the book, or the claims that match some patterns with what they use; write the report.

    Returns:
        the report (its ``exit_code`` is that of the process), and whether it was rewritten.

    Raises:
        InputError: a pattern names nothing, or the directory cannot be used.
    """
    from verify.report.model import assemble
    from verify.report.publication import write_report
    from verify.selftest.record import read

    wanted = tuple(book.claims) if patterns is None else tuple(book.select(patterns))
    out = open_directory(settings.out)
    with locked(out, progress.say):
        complete_publication(out)
        with Journal(out / JOURNAL, progress.say) as journal:
            state = _Run(book, settings, wanted, patterns is None, journal, progress).execute()
        report = assemble(book, state, settings)
        trust = read(out)
        if trust:
            report["trust"] = trust
        changed = write_report(report, state.certificates, out, settings.formats, progress.note)
    return report, changed


def known_state(book: Book, settings: Settings) -> State:
    """Return what the journal of an output directory knows, without running anything."""
    with Journal(settings.out / JOURNAL, read_only=True) as journal:
        return _Run(book, settings, (), False, journal, Progress(quiet=True)).look()


def default_jobs(memory: int = MEMORY, wanted: int | None = None) -> int:
    """Return the number of workers: those wanted, or one a processor, as far as memory allows.

    Args:
        memory: bytes that each may hold.
    """
    if wanted is None:
        try:
            wanted = len(os.sched_getaffinity(0))
        except AttributeError:
            wanted = os.cpu_count() or 1
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return wanted
    return max(1, min(wanted, total // memory))


def _gpu_present() -> bool:
    """Return whether the system shows an NVIDIA device; whether it works is for the checks."""
    return any(Path("/dev").glob("nvidia[0-9]*"))


class _Run:
    """One pass over the book."""

    def __init__(
        self,
        book: Book,
        settings: Settings,
        wanted: Iterable[str],
        whole: bool,
        journal: Journal,
        progress: Progress,
    ):
        self.book, self.settings, self.whole = book, settings, whole
        self.journal, self.progress = journal, progress
        self.wanted = tuple(wanted)
        self.device = "cpu" if settings.device == "cpu" or not _gpu_present() else "gpu"
        self.results: dict[str, dict[str, Any]] = {}
        self.certificates: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.folder: Path | None = None
        self.written: set[str] = set()
        self.reused = 0

    def execute(self) -> State:
        """Settle every claim, running what must be run."""
        work = [name for name in self.wanted if self._in_profile(name)]
        pending = self.book.with_dependencies(work)
        queued: set[str] = set()
        pending = self._settle_known(pending, queued)
        if queued:
            self.progress.begin(len(pending), self.reused)
            try:
                self._work(pending, queued)
            finally:
                self.progress.end()
        self.look()
        return State(self.results, self.certificates, tuple(self.book.with_dependencies(work)))

    def look(self) -> State:
        """Settle the claims that are not settled yet from the journal, running nothing."""
        for name in self.book.claims:
            if name not in self.results:
                self._look_up(name)
        in_order = {name: self.results[name] for name in self.book.claims}
        self.results = in_order
        return State(in_order, self.certificates, ())

    def _in_profile(self, name: str) -> bool:
        order = list(Profile)
        needed, because = self.book.profile_of(name)
        if order.index(needed) <= order.index(self.settings.profile):
            return True
        owner = "" if because == name else f" because {because} does, which it uses,"
        if self.whole:
            self.results[name] = complete(
                self.book.claims[name],
                run=RunState.NOT_SELECTED,
                run_reason=f"needs{owner} the profile {needed}, not {self.settings.profile}",
            )
        else:
            self.progress.say(f"{name} needs{owner} --profile {needed}")
        return False

    def _settle_known(self, pending: list[str], queued: set[str]) -> list[str]:
        """Settle what can be settled without a worker; mark as queued what a worker must do."""
        open_claims = []
        for name in pending:
            claim = self.book.claims[name]
            if any(other not in self.results for other in claim.uses):
                open_claims.append(name)
                continue
            key = self._key(claim)
            stored = None if self.settings.fresh else self.journal.get(name, key)
            if claim.check is None and claim.test is None:
                self.results[name] = without_check(claim)
            elif stored is not None:
                self.journal.make_latest(name, stored)
                self._settle(name, stored)
                self.reused += 1
            else:
                open_claims.append(name)
                queued.add(name)
        return open_claims

    def _work(self, pending: list[str], queued: set[str]) -> None:
        settings = self.settings
        jobs = default_jobs(settings.memory, settings.jobs)
        if settings.jobs and jobs < settings.jobs:
            self.progress.note(f"memory allows {jobs} of {settings.jobs} workers (see --memory)")
        timeout = settings.timeout or DEFAULT_TIMEOUT[settings.profile]
        self.folder = staging(settings.out) / "certificates"
        submitted: set[str] = set()
        with Pool(min(jobs, len(pending)), timeout, settings.memory) as pool:
            while pending:
                for name in pending:
                    if name in queued and name not in submitted:
                        submitted.add(name)
                        pool.submit(self._task(self.book.claims[name]))
                news = list(pool.wait(0.1))
                for finished in news:
                    self._finish(finished)
                self.progress.running(pool.running)
                if news:
                    pending = [name for name in pending if name not in self.results]
                    ready = [name for name in pending if name not in submitted]
                    reused = self.reused
                    still = self._settle_known(ready, queued)
                    self.progress.fewer(self.reused - reused)
                    pending = [n for n in pending if n in submitted or n in still]

    def _task(self, claim: Claim) -> dict[str, Any]:
        entry = self.book.checks.get(claim.check or "")
        assert self.folder is not None
        for name in self.book.with_dependencies(claim.uses):
            if name in self.certificates and name not in self.written:
                self._write_certificate(name)
        return {
            "claim": claim_data(claim),
            "check": entry and {"module": entry.module, "function": entry.function, "sampled": entry.sampled},
            "seed": self.settings.seed,
            "device": self.settings.device,
            "folder": str(self.folder),
            "start": 0,
            "alone": self.device == "gpu" and entry is not None and entry.sampled,
        }

    def _write_certificate(self, name: str) -> None:
        assert self.folder is not None
        path = self.folder / f"{name}.json"
        partial = self.folder / f".{name}.part"
        try:
            partial.write_text(self.certificates[name], encoding="utf-8")
            partial.replace(path)  # a worker may be reading the folder
        except OSError as error:
            raise unwritable(path, error) from None
        self.written.add(name)

    def _finish(self, finished: Finished) -> None:
        """Store the result of a worker and settle its claim."""
        claim = self.book.claims[finished.id]
        result, sound = from_worker(claim, finished)
        key = self.keys[claim.id]
        stored = Stored(key if sound else _FAILED + key, result, finished.certificate)
        self.journal.put(claim.id, stored.key, stored.result, stored.certificate)
        if finished.certificate:
            self.written.add(claim.id)  # by the worker
        self._settle(claim.id, stored)
        self.progress.finished(claim.id, self.results[claim.id])

    def _settle(self, name: str, stored: Stored, **changes: Any) -> None:
        self.results[name] = complete(self.book.claims[name], **{**stored.result, **changes})
        if stored.certificate and self.results[name]["run"] == RunState.OK:
            self.certificates[name] = stored.certificate

    def _look_up(self, name: str) -> None:
        claim = self.book.claims[name]
        if claim.check is None and claim.test is None:
            self.results[name] = without_check(claim)
            self._key(claim)
            return
        key = self._key(claim)
        newest = self.journal.latest(name)
        exact = self.journal.get(name, key)
        if newest is not None and newest.key == _FAILED + key:
            self._settle(name, newest)
        elif exact is not None:
            self._settle(name, exact)
        elif newest is not None:
            self._settle(
                name,
                newest,
                run=RunState.STALE,
                run_reason="an earlier result; something that it depends on has changed since",
            )
        else:
            self.results[name] = complete(self.book.claims[name], run=RunState.NOT_SELECTED, run_reason="not run yet")

    def _key(self, claim: Claim) -> str:
        dependencies = {other: result_digest(self.results[other], self.certificates.get(other)) for other in claim.uses}
        for other in claim.states:
            dependencies.setdefault(other, self.book.claims[other].digest())
        entry = self.book.checks.get(claim.check or "")
        key = result_key(claim, entry, dependencies, self.settings.seed, self.device)
        self.keys[claim.id] = key
        return key
