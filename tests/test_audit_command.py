"""``verify audit``: verdicts, exit codes, formats, and behaviour on hostile files."""

from __future__ import annotations

import json
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from verify.cli import main


def claim(name: str, **keys: str) -> str:
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    return f'[[claim]]\nid = "{name}"\n{lines}'


def write(folder: Path, *claims: str) -> str:
    path = folder / "claims.toml"
    path.write_text("\n".join(claims), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ([], 5),
        ([claim("a", test="1 == 1")], 0),
        ([claim("a", test="1 == 2")], 1),
        ([claim("a", test="1 == 2", expect="refuted")], 0),
        ([claim("a", test="exp(1) < 3")], 3),
        ([claim("a", test="exp(1) < 3", floor="certified")], 0),
        ([claim("a", test="sin(pi) == 0")], 3),
        ([claim("a", test="sin(pi) == 0", expect="undecided")], 0),
        ([claim("a")], 3),
        ([claim("a", not_checkable="a forecast")], 3),
        ([claim("a", not_checkable="a forecast", expect="not-checkable")], 0),
        ([claim("a", test="10**10**10 > 1")], 2),
        ([claim("a", test="((")], 2),
        ([claim("a", test="1 == 1"), claim("b", test="1 == 2"), claim("c")], 1),
        ([claim("a", test="1 == 2"), claim("b", test="x == 1")], 2),
    ],
)
def test_exit_codes(tmp_path: Path, capsys, claims: list[str], code: int) -> None:
    assert main(["audit", write(tmp_path, *claims), "--json"]) == code
    report = json.loads(capsys.readouterr().out)
    assert report["exit_code"] == code and len(report["claims"]) == len(claims)


@pytest.mark.parametrize("kind", ["definition", "remark"])
def test_what_has_a_test_is_decided_whatever_it_is_called(tmp_path: Path, capsys, kind: str) -> None:
    path = write(tmp_path, claim("a", kind=kind, test="1 == 2"), claim("b", kind=kind))
    assert main(["audit", path, "--json"]) == 1
    first, second = json.loads(capsys.readouterr().out)["claims"]
    assert (first["verdict"], second["verdict"]) == ("refuted", "stated")


def test_nothing_is_assumed(tmp_path: Path, capsys) -> None:
    assert main(["audit", write(tmp_path, claim("a", kind="cited", test="1 == 2"))]) == 2
    assert "'cited' is for the book only" in capsys.readouterr().err


def test_an_accepted_mutant_is_said(tmp_path: Path, capsys) -> None:
    path = tmp_path / "claims.toml"
    path.write_text('[[claim]]\nid = "a"\ntest = "1 < 2"\nmutants = ["1 < 3", "2 < 1"]\n')
    assert main(["audit", str(path), "--quiet"]) == 1
    assert "a mutant, which must not hold, is confirmed: 1 < 3" in capsys.readouterr().out


def test_json_fields_and_lines(tmp_path: Path, capsys) -> None:
    path = write(tmp_path, claim("a", test="1/3 ~= 0.33"), claim("b", test="percent(1/8) == 12.5"))
    main(["audit", path, "--json"])
    report = json.loads(capsys.readouterr().out)
    first, second = report["claims"]
    assert first["verdict"] == "confirmed" and first["tier"] == first["effective_tier"] == "exact"
    assert first["run"] == "ok" and first["as_expected"] == "PASS" and first["assumptions"] == []
    assert first["value"] == "1/3" and first["value_bounds"] == ["0.333333333333", "0.333333333334"]
    assert first["file"] == path and (first["line"], second["line"]) == (1, 5)
    assert first["recheck"] == "checked"
    assert report["summary"]["claims"] == 2


def test_text_on_standard_output(tmp_path: Path, capsys) -> None:
    main(["audit", write(tmp_path, claim("a", test="1 == 2", title="x\x1b[31m")), "--quiet"])
    out = capsys.readouterr().out
    assert "FAIL  refuted" in out and "1 is not 2" in out and "\x1b" not in out


def test_a_bad_file_is_one_json_error(tmp_path: Path, capsys) -> None:
    path = tmp_path / "a.toml"
    path.write_text("[[claim]]\nid = 3\n")
    assert main(["audit", str(path), "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["file"] == str(path) and error["line"] == 2


def test_nothing_asked_is_a_usage_error(capsys) -> None:
    assert main(["audit"]) == 2
    assert "--new" in capsys.readouterr().err


def test_starter(tmp_path: Path, capsys) -> None:
    path = tmp_path / "mine.toml"
    assert main(["audit", "--new", str(path)]) == 0
    assert main(["audit", "--new", str(path)]) == 2
    assert main(["audit", "--new", str(tmp_path / "mine.md")]) == 2
    capsys.readouterr()
    assert main(["audit", str(path), "--json"]) == 0
    verdicts = {c["id"]: c["verdict"] for c in json.loads(capsys.readouterr().out)["claims"]}
    assert verdicts["example.relative-drop"] == verdicts["example.exact"] == "confirmed"
    assert verdicts["example.expected-to-fail"] == "refuted"
    assert verdicts["example.forecast"] == "not-checkable"


def test_vocabulary(capsys) -> None:
    assert main(["audit", "--vocabulary"]) == 0
    text = capsys.readouterr().out
    assert 'ols.risk(regime="replace", t, d, n, noise=1, design="fresh", theta2=0)' in text
    assert main(["audit", "--vocabulary", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert "gauss.collapses" in {entry["name"] for entry in data["names"]}


def test_hostile_claims_are_refused_at_once(tmp_path: Path, capsys) -> None:
    hostile = ["10**10**10 > 1", "(" * 900, "9" * 3000 + " > 1", "exp(exp(exp(99))) > 1"]
    path = write(tmp_path, *(claim(f"h{i}", test=text) for i, text in enumerate(hostile)))
    begin = time.perf_counter()
    assert main(["audit", path, "--json", "--jobs", "1"]) == 2
    assert time.perf_counter() - begin < 5.0
    for entry in json.loads(capsys.readouterr().out)["claims"]:
        assert entry["run"] == "error" and entry["verdict"] == "undecided" and entry["reason"]


def test_a_slow_claim_is_stopped_and_the_others_are_decided(tmp_path: Path, capsys) -> None:
    path = write(tmp_path, claim("slow", test="icl.onset(12, 8) > 1"), claim("b", test="1 == 1"))
    assert main(["audit", path, "--json", "--timeout", "1", "--jobs", "1"]) == 3
    slow, quick = json.loads(capsys.readouterr().out)["claims"]
    assert (slow["run"], slow["verdict"], quick["verdict"]) == ("timeout", "undecided", "confirmed")
    assert "--timeout" in slow["reason"]


def test_a_mutant_that_holds_contradicts_its_claim(tmp_path: Path, capsys) -> None:
    text = claim("a", test="1/3 ~= 0.33") + 'mutants = ["1/3 ~= 0.3"]\n'
    assert main(["audit", write(tmp_path, text), "--quiet"]) == 1
    text = claim("a", test="1/3 ~= 0.33") + 'mutants = ["1/3 ~= 0.34"]\n'
    assert main(["audit", write(tmp_path, text), "--quiet"]) == 0


def test_nothing_is_executed(tmp_path: Path, capsys) -> None:
    marker = tmp_path / "marker"
    texts = [f"__import__('pathlib').Path('{marker}').touch()", f"open('{marker}', 'w') == 1"]
    texts.append(f"gauss.collapses(\"open('{marker}','w')\")")
    path = write(tmp_path, *(claim(f"x{i}", test=text) for i, text in enumerate(texts)))
    assert main(["audit", path, "--json"]) == 2
    assert not marker.exists()


def test_sarif_and_junit(tmp_path: Path, capsys) -> None:
    path = write(
        tmp_path,
        claim("a", test="1 == 1"),
        claim("b", test="1 == 2"),
        claim("c"),
        claim("d", not_checkable="a forecast"),
    )
    sarif, junit = tmp_path / "a.sarif", tmp_path / "a.xml"
    main(["audit", path, "--quiet", "--sarif", str(sarif), "--junit", str(junit)])
    (run,) = json.loads(sarif.read_text())["runs"]
    assert [r["kind"] for r in run["results"]] == ["pass", "fail", "open", "notApplicable"]
    assert [r.get("level") for r in run["results"]] == [None, "error", None, None]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (place,) = result["locations"]
        assert place["physicalLocation"]["region"]["startLine"] >= 1
    assert len(run["artifacts"][0]["hashes"]["sha-256"]) == 64
    cases = {c.get("name"): c for c in ElementTree.parse(junit).getroot().iter("testcase")}
    assert cases["b"].find("failure") is not None and cases["c"].find("skipped") is not None


def test_nothing_is_written_unless_asked(tmp_path: Path, monkeypatch, capsys) -> None:
    path = write(tmp_path, claim("a", test="1 == 1"))
    monkeypatch.chdir(tmp_path)
    assert main(["audit", path, "--quiet"]) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["claims.toml"]


def test_a_report_on_request(tmp_path: Path, capsys) -> None:
    out = tmp_path / "report"
    path = write(tmp_path, claim("a", test="1 == 1"))
    assert main(["audit", path, "--quiet", "--out", str(out)]) == 0
    assert json.loads((out / "report.json").read_text())["claims"][0]["id"] == "a"
    assert (out / "certificates" / "a.json").is_file() and (out / "audit.sarif").is_file()
    assert main(["audit", path, "--quiet", "--out", str(tmp_path)]) == 2
    assert "not a report" in capsys.readouterr().err
