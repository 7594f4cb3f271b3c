"""The independent checker: its kinds, its refusals, its limits, and running it alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from fractions import Fraction
from math import inf
from pathlib import Path

import pytest

from verify import recheck
from verify.selftest.corpus import Group, Result, answer, read_corpus, sealed

CORPUS = [item for item in read_corpus() if {"steps", "raw", "bytes"} & item.data.keys()]


@pytest.mark.parametrize("item", CORPUS, ids=lambda item: f"{item.group}-{item.name}")
def test_corpus_certificate(item):
    started = time.monotonic()
    result = answer(item)
    assert result.result is Result.RIGHT, result.message
    assert "\n" not in result.message and "Traceback" not in result.message
    assert time.monotonic() - started < 15


def test_every_kind_is_in_the_table_and_has_examples():
    table = recheck.__doc__.partition("kind   ")[2]
    listed = set(re.findall(r"^([a-z]+) +\S", table, re.M)) & recheck.KINDS
    assert listed == recheck.KINDS
    for group in (Group.CORRECT, Group.INCORRECT):
        text = json.dumps([i.data.get("steps", []) for i in CORPUS if i.group is group])
        missing = {kind for kind in recheck.KINDS if f'"kind": "{kind}"' not in text}
        assert not missing, (group, missing)


def test_the_checker_is_one_file_of_the_standard_library():
    text = Path(recheck.__file__).read_text()
    imports = set(re.findall(r"^\s*(?:import|from) (\w+)", text, re.M))
    assert imports <= set(sys.stdlib_module_names)
    assert "float(" not in text.replace("int() | float()", "").replace("type=float", "")


@pytest.mark.parametrize(
    ("coefficients", "low", "high", "count"),
    [
        ([5], -inf, inf, 0),
        ([0, 1], -inf, inf, 1),
        ([-2, 0, 1], -inf, inf, 2),
        ([-2, 0, 1], Fraction(0), inf, 1),
        ([1, 0, 1], -inf, inf, 0),
        ([1, -2, 1], -inf, inf, 1),
        ([0, -1, 0, 1], Fraction(-1, 2), Fraction(1, 2), 1),
    ],
)
def test_root_counts(coefficients, low, high, count):
    assert recheck.count_roots(coefficients, low, high) == count


def test_root_counts_refuse_roots_at_ends():
    with pytest.raises(recheck.Refused, match="end of an interval"):
        recheck.count_roots([0, 1], Fraction(0), Fraction(1))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2**3**2", 512),
        ("-2**2", -4),
        ("0.1 + 0.2 == 0.3", True),
        ("1 < 2 < 2", False),
        ("0.125 ~= 0.13 and 0.125 ~= 0.12", True),
        ("0.1251 ~= 0.12", False),
        ("x == 1", None),
        ("2~=2.0", True),
        ("1 in 2", None),
        ("1e5 == 100000", None),
        ("0x10 == 16", None),
        ("1_0 == 10", None),
        ("true or 1/0 == 1", None),
        ("1 + (1 == 1)", None),
        ("", None),
        ("max(1, 2, 3) == 3 and min(1, 2) == 1", True),
        ("round(-2.5) == -3 and round(2.675, 2) == 2.68", True),
        ("abs(1, 2) == 1", None),
        ("floor(-1/2) == -1 and ceil(-1/2) == 0", True),
    ],
)
def test_expressions(text, value):
    if value is None:
        with pytest.raises(recheck.Refused):
            recheck.Expression(text, recheck.Ring([]))
        return
    result = recheck.Expression(text, recheck.Ring([])).result
    assert (result if isinstance(value, bool) else result.number()) == value


def good(name="good", **more):
    data = {
        "why": "x",
        "variables": ["x"],
        "steps": [{"kind": "identity", "left": "x", "right": "x"}],
        "proves": ["x == x"],
    }
    return sealed(name, {**data, **more}, {})


def run_alone(folder, *options):
    command = [sys.executable, "-I", recheck.__file__, str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_alone_accepts_refuses_and_says_what_was_not_compared(tmp_path):
    (tmp_path / "good.json").write_text(json.dumps(good()))
    done = run_alone(tmp_path)
    assert done.returncode == 0 and "not compared with a book" in done.stdout
    (tmp_path / "bad.json").write_text(json.dumps(good("bad", proves=["x == 2"])))
    done = run_alone(tmp_path)
    assert done.returncode == 1 and "1 accepted, 1 refused" in done.stdout


def test_alone_with_a_book(tmp_path):
    book, folder = tmp_path / "book", tmp_path / "certificates"
    book.mkdir()
    folder.mkdir()
    (book / "b.toml").write_text('[[claim]]\nid = "good"\nproves = ["x == x"]\n')
    claim = recheck.read_book(str(book))["good"]
    certificate = good()
    certificate["claim"] = claim
    certificate["sha256"]["claim"] = recheck.digest(claim)
    (folder / "good.json").write_text(json.dumps(certificate))
    assert run_alone(folder, "--book", str(book)).returncode == 0
    (book / "b.toml").write_text('[[claim]]\nid = "good"\nproves = ["x == x", "x == 2"]\n')
    done = run_alone(folder, "--book", str(book))
    assert done.returncode == 1 and "not the one in the book" in done.stdout


@pytest.mark.parametrize("options", [[], ["--limit", "soon"], ["--book", "/nowhere/at/all"]])
def test_alone_bad_usage(tmp_path, options):
    folder = tmp_path / "absent" if not options else tmp_path
    done = run_alone(folder, *options)
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_alone_on_an_empty_folder(tmp_path):
    assert run_alone(tmp_path).returncode == 5


def test_links_and_odd_names_are_refused(tmp_path):
    outside = tmp_path / "outside.json"
    outside.write_text(json.dumps(good("outside")))
    folder = tmp_path / "certificates"
    folder.mkdir()
    (folder / "outside.json").symlink_to(outside)
    (folder / "a\nb.json").write_text("{}")
    (folder / "dir.json").mkdir()
    answers = {name: ok for name, ok, _ in recheck.check_folder(str(folder))}
    assert answers == {"outside": False, "a\nb": False, "dir": False}
    assert len(run_alone(folder).stdout.splitlines()) == 4


def test_true_is_not_one_in_the_book():
    certificate = good(params={"k": True})
    book = {"good": {**certificate["claim"], "params": {"k": 1}}}
    with pytest.raises(recheck.Refused, match="not the one in the book"):
        recheck.Store({"good": certificate}, book).get("good")


def test_the_time_limit_is_kept_and_then_lifted(tmp_path):
    step = {"kind": "identity", "left": "(x + 1)**400*(x + 2)**400*(x + 3)**400", "right": "x"}
    (tmp_path / "slow.json").write_text(json.dumps(good("slow", steps=[step])))
    started = time.monotonic()
    ((_, accepted, message),) = recheck.check_folder(str(tmp_path), seconds=0.1)
    assert not accepted and "time limit" in message and time.monotonic() - started < 2
    assert recheck.Refused.deadline == inf


def test_large_files_are_refused(tmp_path):
    (tmp_path / "large.json").write_bytes(b" " * (recheck.MAX_BYTES + 1))
    ((_, accepted, message),) = recheck.check_folder(str(tmp_path))
    assert not accepted and "8 MB" in message


def test_a_circle_of_dependencies_is_named():
    claims = {}
    for name, other in (("a", "b"), ("b", "a")):
        step = {"kind": "depends", "id": other, "sentences": ["x == x"], "sha256": ""}
        claims[name] = good(name, steps=[step], uses=[other])
    with pytest.raises(recheck.Refused, match="a -> b -> a"):
        recheck.Store(claims).get("a")
