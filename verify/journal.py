"""The journal: finished results in SQLite, so that an interrupted run loses none of them.

A row is written and committed as soon as a claim is finished.  Rows are ordered by a counter, not
by the clock, and carry a hash of their text: a damaged row counts as absent.  A file that is not a
sound journal of this format is set aside under another name, and a new one begins.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from verify.errors import InputError

__all__ = ["FORMAT", "NAME", "Journal", "Stored"]

NAME = "journal.sqlite"
FORMAT = 1
"""Version of the tables; another version is set aside."""

_TABLES = """
CREATE TABLE IF NOT EXISTS results (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    claim TEXT NOT NULL,
    key TEXT NOT NULL,
    result TEXT NOT NULL,
    certificate TEXT,
    sha256 TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS by_key ON results (claim, key);
"""
_KEPT = 8  # results kept for one claim


@dataclass(frozen=True)
class Stored:
    """One stored result: plain data, and the text of its certificate."""

    key: str
    result: dict[str, Any]
    certificate: str | None


class Journal:
    """The results stored in one output directory.

    Args:
        path: the SQLite file; it is created, or set aside and created when it is unusable.
        tell: called with a sentence when a file had to be set aside.
        read_only: open an existing journal without writing; an unusable one counts as empty.
    """

    def __init__(self, path: Path, tell: Callable[[str], None] = lambda _: None, *, read_only: bool = False):
        self.path = path
        self._connection: sqlite3.Connection | None = None
        if read_only:
            if path.is_file():
                # in a directory without write access, only a file declared immutable opens
                for mode in ("mode=ro", "mode=ro&immutable=1"):
                    try:
                        self._connection = self._open(f"file:{_quoted(path)}?{mode}")
                        break
                    except (sqlite3.Error, _Unusable):
                        continue
            return
        try:
            self._connection = self._open_or_replace(tell)
        except (sqlite3.Error, OSError) as error:
            raise _unwritable(path, error) from None

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was put is already on disk."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, claim: str, key: str) -> Stored | None:
        """Return the result stored for a claim under exactly this key, or None."""
        return self._first("claim = ? AND key = ?", (claim, key))

    def latest(self, claim: str) -> Stored | None:
        """Return the last result stored for a claim under any key, or None."""
        return self._first("claim = ?", (claim,))

    def put(self, claim: str, key: str, result: dict[str, Any], certificate: str | None) -> None:
        """Store a finished result durably; it becomes the latest of its claim.

        Raises:
            InputError: the disk is full or not writable.
        """
        text = json.dumps(result, ensure_ascii=True)
        row = (claim, key, text, certificate, _row_hash(claim, key, text, certificate))
        assert self._connection is not None
        try:
            with self._connection:
                self._connection.execute("DELETE FROM results WHERE claim = ? AND key = ?", (claim, key))
                self._connection.execute(
                    "INSERT INTO results (claim, key, result, certificate, sha256) VALUES (?, ?, ?, ?, ?)",
                    row,
                )
                self._connection.execute(
                    "DELETE FROM results WHERE claim = ? AND place NOT IN "
                    "(SELECT place FROM results WHERE claim = ? ORDER BY place DESC LIMIT ?)",
                    (claim, claim, _KEPT),
                )
        except (sqlite3.Error, OSError) as error:
            raise _unwritable(self.path, error) from None

    def make_latest(self, claim: str, stored: Stored) -> None:
        """Make an older stored result the latest of its claim, when it is not already."""
        newest = self.latest(claim)
        if newest is None or newest.key != stored.key:
            self.put(claim, stored.key, stored.result, stored.certificate)

    def _first(self, condition: str, values: tuple[str, ...]) -> Stored | None:
        if self._connection is None:
            return None
        try:
            rows = self._connection.execute(
                f"SELECT claim, key, result, certificate, sha256 FROM results WHERE {condition} ORDER BY place DESC",
                values,
            )
            for claim, key, text, certificate, digest in rows:
                if _row_hash(claim, key, text, certificate) == digest:
                    return Stored(key, json.loads(text), certificate)
        except (sqlite3.Error, ValueError, TypeError, AttributeError):
            return None  # damaged since it was opened: as if it had not been stored
        return None

    def _open_or_replace(self, tell: Callable[[str], None]) -> sqlite3.Connection:
        if self.path.is_file():
            try:
                return self._open(str(self.path))
            except (_Unusable, sqlite3.DatabaseError) as error:
                if isinstance(error, sqlite3.OperationalError) and not self._damaged(error):
                    raise
                aside = self._free_name()
                for suffix in ("-wal", "-shm"):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
                self.path.rename(aside)
                tell(
                    f"{self.path} is not usable ({error}); it was kept as {aside.name}, and every "
                    "claim is checked again"
                )
        return self._open(str(self.path))

    def _damaged(self, error: sqlite3.OperationalError) -> bool:
        text = str(error).lower()
        return not any(word in text for word in ("readonly", "full", "locked", "unable to open"))

    def _free_name(self) -> Path:
        number = 1
        while (path := self.path.with_name(f"journal.unusable-{number}.sqlite")).exists():
            number += 1
        return path

    def _open(self, name: str) -> sqlite3.Connection:
        uri = name.startswith("file:")
        connection = sqlite3.connect(name, timeout=30, uri=uri)
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables and version != FORMAT:
                raise _Unusable(f"its format is {version}, this program writes format {FORMAT}")
            if tables and connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise _Unusable("it is damaged")
            if not uri:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                if not tables:
                    connection.executescript(_TABLES)
                    connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.execute("SELECT place, claim, key, result, certificate, sha256 FROM results LIMIT 1").fetchall()
        except BaseException as problem:
            connection.close()
            if isinstance(problem, UnicodeDecodeError):  # of a damaged name inside SQLite's own message
                raise _Unusable("it is damaged") from None
            raise
        return connection


class _Unusable(Exception):
    """The file is not a sound journal of this format."""


def _unwritable(path: Path, error: Exception) -> InputError:
    return InputError(
        f"cannot be written ({error}); free some space or choose another directory with --out. "
        "Results finished before this are kept, and the next run goes on from them",
        path,
    )


def _row_hash(claim: str, key: str, text: str, certificate: str | None) -> str:
    parts = "\0".join((claim, key, text, certificate or ""))
    return hashlib.sha256(parts.encode()).hexdigest()


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(str(path.resolve()))
