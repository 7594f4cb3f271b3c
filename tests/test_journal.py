"""The journal: what was put is there again, and a damaged file costs results, never the run."""

from __future__ import annotations

import os
import sqlite3

import pytest

from verify.errors import InputError
from verify.journal import FORMAT, Journal

RESULT = {"verdict": "confirmed", "tier": "exact", "run": "ok"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


def test_a_new_journal_is_empty(path):
    with Journal(path) as journal:
        assert journal.get("a", "k") is None
        assert journal.latest("a") is None


def test_a_missing_journal_opened_for_reading_is_empty_and_not_created(path):
    with Journal(path, read_only=True) as journal:
        assert journal.latest("a") is None
    assert not path.exists()


def test_what_was_put_is_there_again(path):
    with Journal(path) as journal:
        journal.put("a", "k", RESULT, "certificate")
        journal.put("b", "k", RESULT, None)
    for read_only in (False, True):
        with Journal(path, read_only=read_only) as journal:
            stored = journal.get("a", "k")
            assert stored.result == RESULT and stored.certificate == "certificate"
            assert journal.get("b", "k").certificate is None
            assert journal.get("a", "other") is None


def test_the_latest_is_the_last_put_whatever_the_clock_says(path, monkeypatch):
    import time

    with Journal(path) as journal:
        journal.put("a", "k1", RESULT, None)
        monkeypatch.setattr(time, "time", lambda: 0.0)
        journal.put("a", "k2", RESULT, None)
        assert journal.latest("a").key == "k2"
        journal.make_latest("a", journal.get("a", "k1"))
        assert journal.latest("a").key == "k1"
        journal.put("a", "k2", {**RESULT, "verdict": "refuted"}, None)
        assert journal.latest("a").result["verdict"] == "refuted"


def test_old_results_of_a_claim_are_dropped(path):
    with Journal(path) as journal:
        for number in range(30):
            journal.put("a", f"k{number}", RESULT, None)
        assert journal.get("a", "k0") is None
        assert journal.get("a", "k29") is not None


def test_two_processes_may_write(path):
    with Journal(path) as one, Journal(path) as two:
        one.put("a", "k", RESULT, None)
        two.put("b", "k", RESULT, None)
        assert one.get("b", "k") is not None and two.get("a", "k") is not None


@pytest.mark.parametrize(
    "content", [b"", b"nonsense" * 1000, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_file_that_is_no_journal_is_set_aside(path, content):
    path.write_bytes(content)
    told = []
    with Journal(path, told.append) as journal:
        journal.put("a", "k", RESULT, None)
        assert journal.get("a", "k") is not None
    if content:
        assert len(told) == 1 and "every claim is checked again" in told[0]
        aside = path.with_name("journal.unusable-1.sqlite")
        assert aside.read_bytes() == content


def test_reading_a_file_that_is_no_journal_finds_nothing(path):
    path.write_bytes(b"nonsense" * 1000)
    with Journal(path, read_only=True) as journal:
        assert journal.latest("a") is None
    assert path.read_bytes() == b"nonsense" * 1000


def test_a_journal_of_another_format_is_set_aside(path):
    with Journal(path) as journal:
        journal.put("a", "k", RESULT, None)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    told = []
    with Journal(path, told.append) as journal:
        assert journal.latest("a") is None
    assert "format" in told[0]


def test_a_row_that_was_changed_counts_as_absent(path):
    with Journal(path) as journal:
        journal.put("a", "k", RESULT, None)
        journal.put("b", "k", RESULT, None)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE results SET result = replace(result, 'exact', 'none') "
                           "WHERE claim = 'a'")  # fmt: skip
    connection.close()
    with Journal(path) as journal:
        assert journal.get("a", "k") is None and journal.latest("a") is None
        assert journal.get("b", "k") is not None


def test_every_single_damaged_block_leaves_a_journal_that_works(path):
    with Journal(path) as journal:
        for number in range(40):
            journal.put(f"c{number}", "k", RESULT, "x" * 300)
    whole = path.read_bytes()
    for start in range(0, len(whole), 1024):
        path.write_bytes(whole[:start] + os.urandom(256) + whole[start + 256 :])
        with Journal(path) as journal:
            for number in range(40):
                stored = journal.get(f"c{number}", "k")
                assert stored is None or stored.result == RESULT
            journal.put("new", "k", RESULT, None)
            assert journal.get("new", "k") is not None
        for other in path.parent.glob("journal.unusable-*"):
            other.unlink()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(InputError, match="--out"):
        Journal(tmp_path / "missing" / "journal.sqlite")
