"""The book: what loads, and what each mistake is called, with file and line."""

from __future__ import annotations

import re
import textwrap
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.catalogue import catalogue
from verify.errors import InputError
from verify.loader import KEYS, load_book
from verify.places import find_tables
from verify.status import Profile

EXAMPLE = Path(__file__).parent / "example_book"
CHECKS = ("example_checks",)

GOOD = """\
[[claim]]
id = "a.b"
kind = "lemma"
title = "T"
statement = '''
S with {{total}}'''
check = "example.sum"
params = {total = 6}
mutants = [{total = 5}]
proves = ["1 + 2 + 3 == {{total}}"]
"""


def load(tmp_path: Path, text: str):
    """Load a book of one file."""
    (tmp_path / "part.toml").write_text(textwrap.dedent(text), encoding="utf-8")
    return load_book(tmp_path, CHECKS)


def problem(tmp_path: Path, text: str) -> str:
    """Return the error of a book, without the folder's name."""
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert "\n" not in message and len(message) < 500
    return message.replace(str(tmp_path) + "/", "")


def test_an_empty_book_has_no_claims(tmp_path):
    assert load(tmp_path, "").claims == {}
    assert load(tmp_path, "# only a comment\n").claims == {}


def test_the_example_book_loads_in_dependency_order():
    book = load_book(EXAMPLE, CHECKS)
    order = list(book.claims)
    for claim in book.claims.values():
        for other in (*claim.uses, *claim.states):
            assert order.index(other) < order.index(claim.id)
    direct = book.claims["sum.direct"]
    assert direct.line == 13 and direct.file.endswith("arithmetic.toml")
    assert direct.statement_text == "$1 + 2 + 3 = 6$"


def test_the_book_of_the_package_loads():
    book = load_book()
    for claim in book.claims.values():
        assert claim.line > 0


def test_texts_are_kept_as_they_are_written(tmp_path):
    book = load(tmp_path, GOOD)
    assert book.claims["a.b"].statement == "S with {{total}}"
    assert book.claims["a.b"].sentences == ("1 + 2 + 3 == 6",)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('title = "T"', 'titel = "T"', 4, "unknown key 'titel' in a claim; did you mean 'title'"),
        ('title = "T"', "", 1, "has no 'title'"),
        ('title = "T"', "title = 3", 4, "'title' must be a text"),
        ('title = "T"', 'title = "  "', 4, "'title' is empty"),
        ('title = "T"', 'title = "T"\ntitle = "U"', 5, "not valid TOML"),
        ('title = "T"', "title = T", 4, "not valid TOML"),
        ('id = "a.b"', 'id = "A b"', 2, "lower-case letters"),
        ('id = "a.b"', f'id = "{"a" * 81}"', 2, "at most 80 characters"),
        ('kind = "lemma"', 'kind = "lemmma"', 3, "did you mean 'lemma'"),
        ('kind = "lemma"', 'kind = "remark"', 7, "nothing to decide"),
        ('check = "example.sum"', "", 2, "exactly one of"),
        ('check = "example.sum"', 'check = "example.sun"', 7, "did you mean 'example.sum'"),
        ('check = "example.sum"', 'check = "example.sum"\ntest = "1 < 2"', 8, "exactly one of"),
        ("{total = 6}", "{totl = 6}", 8, "'totl'"),
        ("{total = 6}", "{total = 6, more = 1}", 8, "no parameter 'more'"),
        ("{total = 6}", "{total = 6.0}", 8, "decimal 6.0"),
        ("{total = 6}", "{total = 1979-05-27}", 8, "only integers, texts"),
        ("{{total}}'''", "{{threshold}}'''", 5, "{{threshold}} stands in 'statement'"),
        ("== {{total}}", "== {{sum}}", 10, "{{sum}} stands in 'proves'"),
        ("[{total = 5}]", "[]", 7, "no vacuous pass"),
        ("[{total = 5}]", "[{total = 6}]", 9, "is the claim itself"),
        ("[{total = 5}]", "[{totale = 5}]", 9, "did you mean 'total'"),
        ("[{total = 5}]", '["1 == 2"]', 9, "are tables"),
        ("[{total = 5}]", "{total = 5}", 9, "must be a list"),
        ("mutants", 'uses = ["a.c"]\nmutants', 9, "'a.c', which is not in the book; did you"),
        ("mutants", 'states = ["a.b"]\nmutants', 1, "cycle: a.b -> a.b"),
        ("mutants", 'uses = "a.b"\nmutants', 9, "must be a list of texts"),
        ("mutants", 'floor = "exactly"\nmutants', 9, "did you mean 'exact'"),
        ("mutants", "line = 4\nmutants", 9, "unknown key 'line'"),
        ("[[claim]]", "[claim]", 1, "its own table [[claim]]"),
        ("[[claim]]", "[[claims]]", 1, "unknown table or key 'claims'"),
        ("[[claim]]", 'part = "I"\n[[claim]]', 1, "unknown table or key 'part'"),
    ],
)
def test_each_mistake_is_named_with_its_line(tmp_path, old, new, line, words):
    assert old in GOOD
    message = problem(tmp_path, GOOD.replace(old, new, 1))
    assert message.startswith(f"part.toml:{line}: "), message
    assert words in message


def test_parameters_must_be_complete(tmp_path):
    text = GOOD.replace("{total = 6}", "{argue = true}").replace("{{total}}", "6")
    assert "needs the parameter 'total'" in problem(tmp_path, text)


def test_the_seed_of_a_sampled_check_cannot_be_set(tmp_path):
    text = GOOD.replace("example.sum", "example.sampled").replace("{{total}}", "6")
    text = text.replace("{total = 6}", "{mean = 0, seed = 3}").replace("{total = 5}", "{mean = 1}")
    assert "no parameter 'seed'" in problem(tmp_path, text)


def test_an_id_that_is_used_twice_names_both_places(tmp_path):
    message = problem(tmp_path, GOOD + GOOD)
    assert message.startswith("part.toml:12: ") and "first at" in message
    assert message.endswith("part.toml:1")


def test_a_cycle_is_named_with_its_path(tmp_path):
    parts = []
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        parts.append(GOOD.replace('"a.b"', f'"{name}"') + f'uses = ["{other}"]\n')
    message = problem(tmp_path, "".join(parts))
    path = re.search(r"cycle: (.*?);", message)[1].split(" -> ")
    assert path[0] == path[-1] and sorted(path[1:]) == ["a", "b", "c"]
    assert {("a", "b"), ("b", "c"), ("c", "a")} == set(pairwise(path))


def test_files_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "part.toml").write_bytes(b'[[claim]]\nid = "\xff"\n')
    with pytest.raises(InputError, match=r"part.toml:2: not UTF-8"):
        load_book(tmp_path)
    (tmp_path / "part.toml").write_bytes(b"x" * (5 << 20))
    with pytest.raises(InputError, match="larger than"):
        load_book(tmp_path)
    (tmp_path / "part.toml").write_text("a = " + "[" * 5000 + "]" * 5000)
    with pytest.raises(InputError, match="nested too deeply"):
        load_book(tmp_path)
    (tmp_path / "part.toml").write_text("a = " + "9" * 10000)
    with pytest.raises(InputError, match="not valid TOML"):
        load_book(tmp_path)
    with pytest.raises(InputError, match="no such book"):
        load_book(tmp_path / "nothing")


def test_selection(tmp_path):
    book = load_book(EXAMPLE, CHECKS)
    assert book.select(["sum.*"]) == [n for n in book.claims if n.startswith("sum.")]
    assert book.select(["nothing.*"]) == []
    with pytest.raises(InputError, match=r"did you mean 'sum\.direct'"):
        book.select(["sum.dirct"])
    assert book.with_dependencies(["sum.again"]) == ["peano", "sum.direct", "sum.again"]


def test_the_profile_of_a_claim_is_that_of_what_it_uses(tmp_path):
    book = load_book(EXAMPLE, CHECKS)
    assert book.profile_of("sum.again") == (Profile.QUICK, "sum.again")
    assert book.profile_of("sum.sampled") == (Profile.STANDARD, "sum.sampled")


def test_the_catalogue_read_from_source_is_the_register():
    from verify.registry import checks

    registered = {name: c for name, c in checks().items() if not name.startswith("example.")}
    read = catalogue()
    assert set(read) == set(registered)
    for name, entry in read.items():
        hidden = {"seed", "device"} if entry.sampled else set()
        assert entry.parameters == set(registered[name].parameters) - hidden
        assert entry.sampled == registered[name].sampled
        assert entry.profile == registered[name].profile


@pytest.mark.slow
def test_no_damage_to_a_book_breaks_the_reader(tmp_path):
    """Ten thousand random changes of a valid book: a book or one line of error, and quickly."""
    import random
    import time

    draw = random.Random(7)
    whole = (EXAMPLE / "arithmetic.toml").read_bytes()
    pieces = [b"[", b"]", b"{", b"}", b'"', b"'" * 3, b"\\", b"\n", b"=", b"\xff", b"\0", b"9" * 5000,
              b"[[claim]]", b"id", b"uses", b"{{x}}", b"\xe2\x80\xae", b"#", b",", b"1e999", b"-"]  # fmt: skip
    loaded = 0
    for _ in range(10_000):
        text = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            start = draw.randrange(len(text))
            end = start + draw.choice((0, 1, 5, 60))
            text[start:end] = draw.choice((b"", draw.choice(pieces), draw.randbytes(3)))
        (tmp_path / "part.toml").write_bytes(text)
        begin = time.monotonic()
        try:
            load_book(tmp_path, CHECKS)
            loaded += 1
        except InputError as error:
            assert "\n" not in str(error) and len(str(error)) < 1000, text
        assert time.monotonic() - begin < 1
    assert 0 < loaded < 5000


@given(st.text(alphabet="ab=[]{}#'\"\\\n.cilm ", max_size=80))
def test_the_scanner_of_places_never_fails(text):
    for table in find_tables(text):
        assert 1 <= table.line <= text.count("\n") + 1


def test_places_ignore_what_is_inside_strings():
    text = 'x = \'\'\'\n[[claim]]\n\'\'\'\n[[claim]]\ny = """a \\"""\n[[claim]]\n"""\nz = [\n[1],\n]\n'
    tables = find_tables(text)
    assert [(t.name, t.line) for t in tables] == [("", 1), ("claim", 4)]
    assert tables[1].keys == {"y": 5, "z": 8}


def test_the_keys_are_those_of_a_claim():
    assert {"id", "kind", "statement", "uses", "mutants", "proves"} <= KEYS
    assert not KEYS & {"file", "line"}


def test_a_check_that_ignores_a_parameter_is_an_error(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "careless_checks.py").write_text(
        "from verify.registry import check\n\n\n"
        '@check("careless")\ndef careless(*, total, bound=1):\n    return total\n'
    )
    with pytest.raises(InputError, match=r":5: the check 'careless' ignores .* 'bound'"):
        catalogue(("careless_checks",))
