"""Keys: what changes them, and what does not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from verify.catalogue import imports_of
from verify.claim import Claim
from verify.fingerprint import result_digest, result_key
from verify.loader import load_book
from verify.status import Kind

ROOT = Path(__file__).parent.parent
CHECKS = load_book(Path(__file__).parent / "example_book", ("example_checks",)).checks
PROGRAM = """
from verify.claim import Claim
from verify.fingerprint import result_key
from verify.loader import load_book
from verify.status import Kind
book = load_book(None, ("example_checks",))
for name in ("example.sum", "example.sampled"):
    claim = Claim("a", Kind.LEMMA, "T", "S", check=name)
    print(result_key(claim, book.checks[name], {}, 1, "cpu"))
print(result_key(Claim("a", Kind.LEMMA, "T", "S", test="1 < 2"), None, {}, 1, "cpu"))
"""


def key(name: str = "example.sum", dependencies=None, seed: int = 1, device: str = "cpu", **more):
    claim = Claim("a", Kind.LEMMA, "T", "S", check=name, **more)
    return result_key(claim, CHECKS[name], dependencies or {}, seed, device)


def test_imports_are_found_in_the_text(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        "import a\nimport b.c, d as e  # words\nfrom f import g\nfrom h.i import (\n    j,  # why\n"
        "    k as l,\n)\ndef function():\n    from m import n\n    important = 3\n"
    )
    assert imports_of(path) == {"a", "b.c", "d", "f", "f.g", "h.i", "h.i.j", "h.i.k", "m", "m.n"}


def test_the_claim_and_its_dependencies_count():
    assert key() == key()
    assert key() != key(params={"total": 6})
    assert key() != key(mutants=({"total": 5},))
    assert key() != key(dependencies={"b": "1"})
    assert key(dependencies={"b": "1"}) != key(dependencies={"b": "2"})


def test_the_place_in_a_file_does_not_count():
    assert key() == key(file="x.toml", line=9)


def test_seed_and_device_count_for_sampled_checks_only():
    assert key() == key(seed=2, device="gpu")
    assert key("example.sampled") != key("example.sampled", seed=2)
    assert key("example.sampled") != key("example.sampled", device="gpu")


def test_dependents_rely_on_verdict_and_certificate():
    result = {"verdict": "confirmed", "tier": "exact", "run": "ok", "claim_digest": "c"}
    base = result_digest(result, "text")
    assert base == result_digest({**result, "seconds": 3.5, "reason": "other words"}, "text")
    assert base != result_digest(result, "other text")
    for change in ({"verdict": "refuted"}, {"run": "stale"}, {"claim_digest": "d"}):
        assert base != result_digest({**result, **change}, "text")


def keys_of(tree: Path) -> list[str]:
    """Return the keys that a copy of the sources gives: exact, sampled, expression."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM],
        env={"PYTHONPATH": f"{tree}:{tree / 'tests'}"},
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.slow
def test_which_sources_count(tmp_path):
    for name in ("symbolic", "numeric", "verify"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "example_checks.py", tmp_path / "tests")
    before = keys_of(tmp_path)
    for file, changed in (
        ("verify/cli.py", [False, False, False]),
        ("verify/report/markdown.py", [False, False, False]),
        ("numeric/philox.py", [False, True, False]),
        ("tests/example_checks.py", [True, True, False]),
        ("verify/expression/parser.py", [False, False, True]),
        ("symbolic/wishart.py", [True, True, True]),
        ("verify/recheck.py", [True, True, True]),
    ):
        with open(tmp_path / file, "a", encoding="utf-8") as text:
            text.write("\n# changed\n")
        after = keys_of(tmp_path)
        found = [a != b for a, b in zip(after, before, strict=True)]
        if file == "numeric/philox.py":
            found[2] = False  # the vocabulary may evaluate numerically
        assert found == changed, file
        before = after
