"""The output directory: who may write it, one run at a time, and how a report replaces another.

A report is first written whole into ``.new`` beside the old one.  A marker is then put there, and
the files are moved into place one by one, ``report.json`` last.  A run that is killed before the
marker leaves the old report; one that is killed after it is completed by the next command that
opens the directory.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from verify.errors import InputError
from verify.journal import NAME as JOURNAL
from verify.selftest.record import FOLDER as TRUST

__all__ = [
    "complete_publication",
    "locked",
    "open_directory",
    "publish",
    "read_report",
    "staging",
    "unwritable",
]

REPORT = "report.json"
_STAGING = ".new"
_MARKER = "COMPLETE"
_LOCK = ".lock"
_FOLDERS = ("claims", "certificates", "figures")


def open_directory(out: Path) -> Path:
    """Create the output directory, or accept an existing one that is empty or holds a report.

    Raises:
        InputError: it cannot be created or written, or it holds other things.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        names = set(os.listdir(out))
    except OSError as error:
        raise unwritable(out, error) from None
    if names - {TRUST} and not names & {REPORT, JOURNAL, _LOCK, _STAGING}:
        raise InputError("this folder is not empty and not a report; choose another with --out", out)
    if REPORT in names and JOURNAL not in names:
        read_report(out)
    return out


def read_report(out: Path) -> dict[str, Any] | None:
    """Return the report of a directory, or None where there is none.

    Raises:
        InputError: ``report.json`` is there but is not one of ours.
    """
    path = out / REPORT
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"is not a report of this program ({error}); see --out", path) from None
    if not isinstance(data, dict) or "schema_version" not in data or "claims" not in data:
        raise InputError("is not a report of this program; choose another folder with --out", path)
    return data


@contextmanager
def locked(out: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold the directory for one run; a second run waits here, and says so."""
    import fcntl

    try:
        file = open(out / _LOCK, "a+", encoding="ascii")
    except OSError as error:
        raise unwritable(out, error) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"waiting: {_holder(file)} is writing {out} (Ctrl-C to stop)")
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        except OSError:
            pass  # a full disk: the number is a courtesy, the lock holds
        yield


def staging(out: Path) -> Path:
    """Return the empty folder in which the next report is prepared."""
    folder = out / _STAGING
    try:
        if folder.exists():
            shutil.rmtree(folder)
        (folder / "certificates").mkdir(parents=True)
    except OSError as error:
        raise unwritable(out, error) from None
    return folder


def publish(out: Path) -> None:
    """Put the report prepared in the staging folder in the place of the old one."""
    folder = out / _STAGING
    try:
        names = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
        partial = folder / f"{_MARKER}.part"
        partial.write_text("\n".join(sorted(names)), encoding="utf-8")
        partial.replace(folder / _MARKER)
    except OSError as error:
        raise unwritable(out, error) from None
    complete_publication(out)


def complete_publication(out: Path) -> None:
    """Finish a replacement that was interrupted, if there is one."""
    folder = out / _STAGING
    try:
        names = (folder / _MARKER).read_text(encoding="utf-8").split("\n")
    except OSError:
        return
    names.sort(key=lambda name: name == REPORT)
    try:
        for name in names:
            if (folder / name).exists():
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(folder / name, out / name)
        _remove_others(out, set(names))
        shutil.rmtree(folder)
    except OSError as error:
        raise unwritable(out, error) from None


def unwritable(path: Path, error: OSError) -> InputError:
    """Return the error for people when a directory cannot be written."""
    if error.errno == errno.ENOSPC:
        advice = "free some space"
    elif error.errno == errno.EFBIG:
        advice = "raise the limit on file sizes"
    else:
        advice = "choose another directory with --out"
    return InputError(
        f"cannot be written ({error.strerror}); {advice}. Finished results that were stored are "
        "kept, and the next run goes on from them",
        path,
    )


def _remove_others(out: Path, kept: set[str]) -> None:
    """Remove what an older report left and this one does not have."""
    folders = {name.split("/")[0] for name in kept if "/" in name} | set(_FOLDERS)
    old = [path for folder in folders for path in (out / folder).rglob("*")]
    for path in [*old, out / "report.pdf"]:
        if path.is_file() and path.relative_to(out).as_posix() not in kept:
            path.unlink()


def _holder(file: TextIO) -> str:
    file.seek(0)
    number = file.read(20).strip()
    return f"another run (process {number})" if number.isdigit() else "another run"
