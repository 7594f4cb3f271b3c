"""Random and hostile input to every reader: a message or an answer, never a traceback, never a wait.

The slow run gives more than 10 000 inputs to the readers of books, audits, expressions, certificates
and journals; nothing may take longer than a second or leave a file outside its folder.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sqlite3
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from verify import recheck
from verify.auditfile import claims_of_text
from verify.cli import main
from verify.errors import InputError
from verify.expression import ExpressionError, decide
from verify.journal import Journal
from verify.loader import load_book
from verify.selftest.corpus import Group, read_corpus, sealed
from verify.selftest.tamper import changes, rehashed

LIMIT = 1.0  # seconds of processor time for one input

TOKENS = """1 2 15 0 0.5 1/3 10**9 99999999999999999999 1e5 pi never true false x t a.b icl.loss
gauss.variance("replace","mle",t=3,n=4) ols.risk("replace",t=1,d=2,n=10) wishart.moment([2],d=2,n=3)
gauss.collapses("t*log(t)") ( ) [ ] , + - * / ** == != < <= > >= ~= and or not abs sqrt exp log sin cos
floor ceil round percent min max " ' \\ \u202e р __import__ lambda : ; = { } \n \t \0 é 🙂 % # @""".split()
expressions = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(TOKENS), max_size=14).map(" ".join),
    st.tuples(st.sampled_from(["(", "-", "not ", "1+", "sqrt(", "2**", "[", "((1)"]), st.integers(1, 3000)).map(
        lambda pair: pair[0] * pair[1] + "1"
    ),
    st.integers(0, 10**400).map(lambda n: f"{n} == {n}"),
    st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)).map(lambda p: f"{p[0]}**{p[1]} > 0"),
    st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9)).map(
        lambda p: f"({p[0]})**({p[1]})/({p[2]}) <= sqrt({p[0]}) + exp({p[1]})"
    ),
)
keys = st.sampled_from(
    ["id", "test", "title", "statement", "kind", "floor", "expect", "uses", "states", "check", "params", "mutants",
     "hypotheses", "proves", "origin", "source", "reported", "not_checkable", "notes", "profile", "exec", "Id"]
)  # fmt: skip
values = st.one_of(
    st.sampled_from(['"a"', '"1 == 1"', '"exact"', '"cited"', '["a"]', "[]", "{}", "1", "1.5", "nan", "true", "[[1]]",
                     '"icl.skew_threshold"', "{threshold = 15}", "1979-05-27", '"\\u202e"', '"../../x"', '"a\\nb"',
                     "'\\input{/etc/passwd}'", "'<script>'", "0x1_0", "9" * 30, '"$\\\\def\\\\x$"']),
    expressions.map(json.dumps),
)  # fmt: skip
tables = st.lists(
    st.lists(st.tuples(keys, values), max_size=7).map(
        lambda pairs: "[[claim]]\n" + "\n".join(f"{k} = {v}" for k, v in pairs)
    ),
    max_size=4,
).map("\n".join)
texts = st.one_of(
    tables,
    st.text(max_size=200),
    tables.map(lambda t: f"# T\n```verify\n{t}\n```\n"),
    tables.map(lambda t: "\\begin{verifyclaims}\n" + t + "\n\\end{verifyclaims}"),
    tables.map(lambda t: "\n".join("% verify: " + line for line in t.split("\n"))),
    st.integers(1, 4000).map(lambda n: "a = " + "[" * n),
    st.integers(1, 200).map(lambda n: "[[claim]]\nid = 'a'\n" + "params." + "a." * n + "b = 1"),
)


def examples(count: int):
    """Settings for a quick and a slow run: the slow one by the environment of the marked test."""
    return settings(max_examples=count, deadline=None, database=None, derandomize=True,
                    suppress_health_check=list(HealthCheck))  # fmt: skip


@contextlib.contextmanager
def quickly():
    started, wall = time.process_time(), time.monotonic()
    yield
    assert time.process_time() - started < LIMIT
    assert time.monotonic() - wall < 20 * LIMIT  # a busy machine or a slow disk is no hang


def try_expression(text):
    with quickly(), contextlib.suppress(ExpressionError):
        decide(text)


def try_audit(text):
    for kind in ("toml", "markdown", "latex"):
        with quickly(), contextlib.suppress(InputError):
            claims_of_text(text, kind)


def try_book(text, folder):
    (folder / "book.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    with quickly(), contextlib.suppress(InputError):
        load_book(folder)


SAMPLES = [i.data for i in read_corpus() if i.group is Group.CORRECT and "steps" in i.data and "other" not in i.data]
SEALED = [sealed("forged", data, {}) for data in SAMPLES]


def try_certificate(choice, folder):
    which, where, form, noise, hashed = choice
    data = SEALED[which % len(SEALED)]
    every = list(changes(data))
    changed = every[where % len(every)].data
    again = list(changes(changed)) if form % 3 == 1 else []
    changed = again[where // 7 % len(again)].data if again else changed
    changed = rehashed(changed) if hashed else changed
    raw = bytearray(json.dumps(changed).encode())
    if form % 3 == 2:
        place = where % (len(raw) + 1)
        raw[place : place + form % 5] = noise
    (folder / "forged.json").write_bytes(bytes(raw))
    with quickly():
        ((_, accepted, message),) = recheck.check_folder(str(folder), seconds=LIMIT)
    assert message and "\n" not in message and isinstance(accepted, bool)


def try_journal(choice, folder):
    start, noise, version = choice
    path = folder / "journal.sqlite"
    for old in folder.iterdir():
        old.unlink()
    with Journal(path) as journal:
        journal.put("a", "k", {"verdict": "confirmed"}, "x" * 100)
    if version != 1:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
            connection.commit()
    raw = bytearray(path.read_bytes())
    raw[start % len(raw) : start % len(raw) + len(noise)] = noise
    path.write_bytes(bytes(raw))
    with quickly():
        with Journal(path, read_only=True) as journal:
            journal.latest("a")
        with Journal(path) as journal:
            stored = journal.latest("a")
            journal.put("b", "k", {"verdict": "confirmed"}, None)
    assert stored is None or stored.result == {"verdict": "confirmed"}


choices = st.tuples(
    st.integers(0, 10**6), st.integers(0, 10**9), st.integers(0, 10**6), st.binary(max_size=8), st.booleans()
)
journals = st.tuples(st.integers(0, 10**6), st.binary(max_size=64), st.sampled_from([0, 1, 1, 1, 2, 99]))
READERS = [
    (expressions, try_expression, False, 4000),
    (texts, try_audit, False, 1500),
    (texts, try_book, True, 1000),
    (choices, try_certificate, True, 3500),
    (journals, try_journal, True, 600),
]
NAMES = ["expressions", "audits", "books", "certificates", "journals"]


def fuzz(strategy, target, needs_folder, count, folder):
    inside, here = folder / "input", folder / "here"
    inside.mkdir()
    here.mkdir()
    before, home = set(folder.parent.iterdir()), Path.cwd()
    os.chdir(here)

    @seed(20260101)
    @examples(count)
    @given(strategy)
    def check(data):
        target(data, inside) if needs_folder else target(data)

    try:
        check()
    finally:
        os.chdir(home)
    assert set(folder.parent.iterdir()) == before
    assert set(folder.iterdir()) == {inside, here}
    assert {p.name for p in here.iterdir()} <= {".hypothesis"}


@pytest.mark.parametrize(("strategy", "target", "needs_folder", "count"), READERS, ids=NAMES)
def test_a_few_inputs(strategy, target, needs_folder, count, tmp_path):
    fuzz(strategy, target, needs_folder, count // 50, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("strategy", "target", "needs_folder", "count"), READERS, ids=NAMES)
def test_more_than_ten_thousand_inputs(strategy, target, needs_folder, count, tmp_path):
    assert sum(reader[3] for reader in READERS) >= 10_000
    fuzz(strategy, target, needs_folder, count, tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"[[claim]]\nid = 'a'\ntest = '1 == 1'\nid = 'b'",
        b"[[claim]]\nid = '../../../tmp/x'\ntest = '1 == 1'",
        b"[[claim]]\nid = 'a'\ntest = '" + b"(" * 20000 + b"'",
        b"[[claim]]\nid = 'a'\ntest = '" + b"9" * 100000 + b" > 1'",
        b"[[claim]]\nid = 'a'\ntitle = '\\\\input{/etc/passwd} <script>x</script>'\ntest = '1 == 1'",
        b"[[claim]]\nid = 'a'\ntest = 1\n",
        b"",
    ],
)
def test_the_audit_command_on_hostile_files(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "claims.toml").write_bytes(content)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["audit", "claims.toml", "--json"])
    assert code in (0, 1, 2, 3, 5)
    assert "Traceback" not in err.getvalue()
    json.loads(out.getvalue())
    assert os.listdir(tmp_path) == ["claims.toml"]
