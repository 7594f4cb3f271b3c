"""Claim files: TOML, Markdown and LaTeX, with lines, and kind errors for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.audit import collect
from verify.auditfile import claims_of_text, read_claims
from verify.errors import InputError

ONE = '[[claim]]\nid = "a.b"\ntest = "1 < 2"\n'


def test_the_least_claim() -> None:
    (claim,) = claims_of_text(ONE, "toml")
    assert (claim.id, claim.test, claim.kind, claim.floor, claim.line) == (
        "a.b", "1 < 2", "number", "exact", 1,
    )  # fmt: skip
    assert claim.mutants == () and claim.expect == "confirmed"


def test_an_empty_file_has_no_claims() -> None:
    assert claims_of_text("", "toml") == claims_of_text("# Title\n", "markdown") == []


@pytest.mark.parametrize(
    ("kind", "text", "lines"),
    [
        ("toml", "\n" + ONE + ONE.replace("a.b", "c"), [2, 5]),
        ("toml", ONE.replace("\n", "\r\n"), [1]),
        ("markdown", f"Hi\n\n```verify\n{ONE}```\n\n~~~verify x=1\n{ONE.replace('a.b', 'c')}~~~", [4, 10]),
        ("markdown", f"````md\n```verify\n{ONE}```\n````\n", []),
        ("markdown", f"```python\n{ONE}```\n", []),
        ("markdown", f"```verify\n{ONE}", [2]),
        ("latex", f"\\section{{A}}\n\\begin{{verifyclaims}}\n{ONE}\\end{{verifyclaims}}\n", [3]),
        ("latex", "x\n" + "".join(f"% verify: {line}\n" for line in ONE.splitlines()), [2]),
        ("latex", f"\\begin{{verbatim}}\n\\begin{{verifyclaims}}\n{ONE}\\end{{verifyclaims}}\n\\end{{verbatim}}", []),
    ],
)  # fmt: skip
def test_claims_and_their_lines(kind: str, text: str, lines: list[int]) -> None:
    assert [claim.line for claim in claims_of_text(text, kind)] == lines


@pytest.mark.parametrize(
    ("text", "advice", "line"),
    [
        ("[[claim]\n", "not valid TOML", 1),
        ('id = "a"\ntest = "1 < 2"\n', "write [[claim]]", 1),
        ('[[claim]]\ntest = "1 < 2"\n', "no 'id'", 1),
        (ONE + 'check = "x"\n', "book only", 4),
        (ONE + "params = {a = 1}\n", "book only", 4),
        (ONE + 'tset = "x"\n', "did you mean 'test'", 4),
        (ONE + 'not_checkable = "x"\n', "not both", 4),
        (ONE.replace('"1 < 2"', "3"), "text in quotes", 3),
        (ONE.replace('"1 < 2"', '""'), "empty", 3),
        (ONE.replace("a.b", "A b"), "lower-case", 2),
        (ONE + 'floor = "exakt"\n', "did you mean 'exact'", 4),
        (ONE + 'expect = "maybe"\n', "one of", 4),
        (ONE + '[other]\nx = 1\n', "'other'", 4),
    ],
)
def test_errors_name_line_and_remedy(text: str, advice: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        claims_of_text(text, "toml", "f.toml")
    assert advice in str(caught.value) and caught.value.line == line


def test_a_markdown_error_names_the_line_of_the_article() -> None:
    with pytest.raises(InputError) as caught:
        claims_of_text('# A\n\n```verify\n[[claim]]\nid = "a"\ntests = "1"\n```\n', "markdown")
    assert caught.value.line == 6


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbf" + ONE.encode())
    assert read_claims(path)[0].file == str(path)
    path.write_bytes(b"\xff\xfe" + ONE.encode())
    with pytest.raises(InputError, match="UTF-8"):
        read_claims(path)
    with pytest.raises(InputError, match="No such file"):
        read_claims(tmp_path / "none.toml")
    (tmp_path / "a.pdf").write_text(ONE)
    with pytest.raises(InputError, match=r"use \.toml, \.md or \.tex"):
        read_claims(tmp_path / "a.pdf")


def test_ids_are_unique_over_all_files(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(ONE)
    with pytest.raises(InputError, match=r"used twice, first at .*a\.toml:1"):
        collect([tmp_path / "a.toml", tmp_path / "b.toml"])


def test_references_lead_back(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(ONE + 'uses = ["c"]\n')
    with pytest.raises(InputError, match="does not stand before"):
        collect([path])
