"""Faults: what a kill, a full disk, a damaged journal or Ctrl-C may cost, which is never a result.

The slow tests kill real runs of ``verify all`` on the example book at random moments.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CLAIM = """\
[[claim]]
id = "c{number}"
kind = "lemma"
title = "Waiting {number}"
statement = "S"
floor = "certified"
check = "example.slow"
params = {{seconds = 0, milliseconds = {milliseconds}}}
mutants = [{{seconds = -1}}]
"""
SUM = (HERE / "example_book" / "arithmetic.toml").read_text(encoding="utf-8")


def arguments(book: Path, out: Path, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "verify", "all", "--book", str(book), "--checks", "example_checks",
        "--out", str(out), "--formats", "markdown,json,junit,graph", "--jobs", "2", *more,
    ]  # fmt: skip


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}


def call(book: Path, out: Path, *more: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        arguments(book, out, *more),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def start(book: Path, out: Path) -> subprocess.Popen:
    return subprocess.Popen(
        arguments(book, out),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def book(tmp_path):
    """A book of claims that each take a moment, and of some with certificates."""
    folder = tmp_path / "book"
    folder.mkdir()
    claims = [CLAIM.format(number=k, milliseconds=40) for k in range(12)]
    (folder / "slow.toml").write_text("\n".join(claims), encoding="utf-8")
    (folder / "sum.toml").write_text(SUM, encoding="utf-8")
    return folder


def stored(out: Path) -> set[str]:
    """Return the claims with a result in the journal."""
    try:
        connection = sqlite3.connect(f"file:{out / 'journal.sqlite'}?mode=ro", uri=True)
        with connection:
            rows = connection.execute("SELECT claim FROM results WHERE key NOT LIKE 'failed%'")
            found = {name for (name,) in rows}
        connection.close()
    except sqlite3.OperationalError:
        return set()
    return found


def checked(stderr: str) -> set[str]:
    return {line.split("  ")[1] for line in stderr.splitlines() if line.startswith("[")}


def assert_sound(out: Path, seed: int | None = None) -> None:
    """Every file of a report is whole."""
    path = out / "report.json"
    if path.exists():
        report = json.loads(path.read_text(encoding="utf-8"))
        assert len(report["claims"]) == 17
        if seed is not None:
            assert report["seed"] in (1, seed)
        for claim in report["claims"]:
            if claim["certificate"]:
                json.loads((out / claim["certificate"]).read_text(encoding="utf-8"))


def test_a_killed_run_is_resumed(tmp_path, book):
    out = tmp_path / "out"
    process = start(book, out)
    while len(stored(out)) < 3 and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    done = stored(out)
    assert 3 <= len(done) < 15
    assert_sound(out)
    again = call(book, out)
    assert again.returncode == 0
    assert not checked(again.stderr) & done  # nothing that was finished is done again
    assert len(checked(again.stderr) | done) == 15
    assert_sound(out)


def test_ctrl_c_keeps_what_is_finished(tmp_path, book):
    out = tmp_path / "out"
    process = start(book, out)
    while len(stored(out)) < 2 and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "the same command goes on from them" in stderr and "Traceback" not in stderr
    assert len(stored(out)) >= 2 and not (out / "report.json").exists()
    assert call(book, out).returncode == 0


def test_a_directory_that_cannot_be_made_or_written(tmp_path, book):
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file" / "out", Path("/proc/nothing/out")):
        done = call(book, out)
        assert done.returncode == 2 and "--out" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    if os.getuid():
        out = tmp_path / "closed"
        out.mkdir(mode=0o500)
        done = call(book, out)
        assert done.returncode == 2 and "--out" in done.stderr


@pytest.mark.slow
def test_a_read_only_report_can_be_listed(tmp_path, book):
    out = tmp_path / "out"
    assert call(book, out).returncode == 0
    for path in (*out.rglob("*"), out):
        path.chmod(0o500 if path.is_dir() else 0o400)
    command = [sys.executable, "-m", "verify", "list", "--book", str(book), "--checks",
               "example_checks", "--out", str(out)]  # fmt: skip
    done = subprocess.run(command, env=environment(), capture_output=True, text=True)
    for path in (out, *out.rglob("*")):
        path.chmod(0o700)
    assert done.returncode == 0 and done.stdout.count("PASS") == 17


@pytest.mark.slow
@pytest.mark.parametrize("limit", [1 << 12, 1 << 14, 1 << 16])
def test_files_that_may_not_grow_are_named(tmp_path, book, limit):
    """A limit on the size of files acts as a full disk does, at another place each."""
    out = tmp_path / "out"
    old = call(book, out, "--profile", "quick")
    assert old.returncode == 0
    before = (out / "report.json").read_bytes()

    def bound():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = call(book, out, "--fresh", "--seed", "9", preexec_fn=bound)
    if done.returncode != 0:
        assert done.returncode == 2 and "Traceback" not in done.stderr
        assert "cannot be written" in done.stderr and "--out" in done.stderr
        assert (out / "report.json").read_bytes() == before
    assert_sound(out, 9)
    assert call(book, out).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("size", [64, 160, 320, 640])
def test_a_full_disk_loses_nothing(tmp_path, book, size):
    """Run on a small file system of its own; needs the right to mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no right to mount a small file system")
    try:
        out = disk / "out"
        done = call(book, out)
        assert done.returncode in (0, 2) and "Traceback" not in done.stderr
        if done.returncode == 2:
            assert "cannot be written" in done.stderr
            assert not (out / "report.json").exists()
        kept = stored(out)
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        again = call(book, out)
        assert again.returncode == 0
        assert not checked(again.stderr) & kept
        assert_sound(out)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.slow
def test_a_damaged_or_older_journal_costs_time_only(tmp_path, book):
    out = tmp_path / "out"
    assert call(book, out).returncode == 0
    for spoil in (b"no database at all " * 200, None):
        if spoil is None:
            with sqlite3.connect(out / "journal.sqlite") as connection:
                connection.execute("PRAGMA user_version = 999")
            connection.close()
        else:
            for path in out.glob("journal.sqlite*"):
                path.unlink()
            (out / "journal.sqlite").write_bytes(spoil)
        done = call(book, out)
        assert done.returncode == 0 and "it was kept as journal.unusable-" in done.stderr
        assert len(checked(done.stderr)) == 15


@pytest.mark.slow
def test_a_clock_that_goes_back_changes_nothing(tmp_path, book):
    out = tmp_path / "out"
    assert call(book, out).returncode == 0
    for path in out.rglob("*"):
        os.utime(path, (10**10, 10**10))  # as if written in the far future
    done = call(book, out)
    assert done.returncode == 0 and not checked(done.stderr)


@pytest.mark.slow
def test_two_runs_at_once_agree(tmp_path, book):
    out = tmp_path / "out"
    processes = [start(book, out) for _ in range(3)]
    texts = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sum(len(checked(stderr)) for _, stderr in texts) == 15
    assert any("waiting: another run" in stderr for _, stderr in texts)
    assert_sound(out)


@pytest.mark.slow
def test_kills_at_a_hundred_random_moments(tmp_path, book):
    """Whatever the moment: finished results stay, no file is half-written, the next run goes on.

    A run of this book takes one to two seconds, from the start of Python to the last file.
    """
    draw = random.Random(20)
    kills = resumed = 0
    while kills < 100:
        out = tmp_path / f"out{kills}"
        before: set[str] = set()
        while True:
            process = start(book, out)
            time.sleep(draw.uniform(0.1, 1.6))
            finished = process.poll() is not None
            process.kill()
            _, stderr = process.communicate()
            assert not checked(stderr) & before
            assert_sound(out)
            now = stored(out)
            assert before <= now
            resumed += bool(before)
            before = now
            if finished:
                assert process.returncode == 0
                break
            kills += 1
        last = call(book, out)
        assert last.returncode == 0 and not checked(last.stderr)
        assert_sound(out)
        assert not (out / ".new").exists()
        shutil.rmtree(out)
    assert kills >= 100 and resumed > 20


@pytest.mark.slow
def test_a_killed_run_leaves_no_worker(tmp_path, book):
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    text = CLAIM.format(number=99, milliseconds=30_000)
    (book / "long.toml").write_text(text, encoding="utf-8")
    process = start(book, tmp_path / "out")
    begin = time.monotonic()
    while len(stored(tmp_path / "out")) < 5 and time.monotonic() - begin < 20:
        time.sleep(0.05)
    tasks = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    children = [int(number) for number in tasks.split()]
    assert children
    process.kill()
    process.communicate()
    begin = time.monotonic()
    while any(_alive(pid) for pid in children) and time.monotonic() - begin < 5:
        time.sleep(0.05)
    assert not any(_alive(pid) for pid in children)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False
