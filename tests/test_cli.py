"""The command line: options, exit codes, errors of one or two lines, and JSON on errors too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from verify.cli import EXIT_CODES, build_parser, main
from verify.status import ExitCode

HERE = Path(__file__).parent
EXAMPLE = ["--book", str(HERE / "example_book"), "--checks", "example_checks"]
FORMATS = ["--formats", "markdown,json", "--jobs", "1"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return the directory of a finished run of the example book."""
    out = tmp_path_factory.mktemp("cli") / "out"
    assert main(["all", *EXAMPLE, *FORMATS, "--quiet", "--out", str(out)]) == 0
    return out


def test_help_prints_the_exit_codes(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert EXIT_CODES in text
    for code in ExitCode:
        assert f"\n{int(code):5d}  " in text
    for command in ("all", "run", "list", "show", "graph", "axioms", "audit", "recheck", "doctor"):
        assert f"\n    {command} " in text


def test_every_command_has_help(capsys):
    choices = build_parser()._subparsers._group_actions[0].choices
    for name in choices:
        with pytest.raises(SystemExit):
            main([name, "--help"])
        assert "usage: verify" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["al"], "invalid choice"),
        (["all", "--profile", "huge"], "is not quick, standard or full"),
        (["all", "--jobs", "0"], "at least 1"),
        (["all", "--seed", "-1"], "--seed"),
        (["all", "--timeout", "nan"], "not a number of seconds"),
        (["all", "--resume", "--fresh"], "not allowed with"),
        (["all", "--formats", "word"], "is not one of"),
        (["all", "--book", "nowhere"], "no such book"),
        (["all", "--checks", "no_such_module"], "no module 'no_such_module'"),
        (["run"], "ID"),
        (["run", "no.such", *EXAMPLE, "--out", "unused"], "there is no claim 'no.such'"),
        (["show", "sum.dirct", *EXAMPLE], "did you mean 'sum.direct'"),
        (["graph", "--format", "png", *EXAMPLE], "not mermaid"),
        (["recheck", "nowhere"], "no such folder"),
        (["list", "--out", str(HERE / "nowhere" / "x"), "--device", "tpu"], "--device"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(capsys, monkeypatch, tmp_path, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and words in captured.err
    assert len(captured.err.splitlines()) <= 2 and "Traceback" not in captured.err
    if arguments:
        assert main([*arguments, "--json"]) == 2
        error = json.loads(capsys.readouterr().out)["error"]
        assert words in error["message"] and error["exit_code"] == 2


def test_a_malformed_book_names_file_and_line(capsys, tmp_path):
    (tmp_path / "part.toml").write_text('[[claim]]\nid = "a"\nkindd = "lemma"\n')
    assert main(["list", "--book", str(tmp_path), "--json"]) == 2
    captured = capsys.readouterr()
    error = json.loads(captured.out)["error"]
    assert error["line"] == 3 and error["file"].endswith("part.toml")
    assert "did you mean 'kind'" in error["message"]


def test_list(capsys, finished):
    assert main(["list", *EXAMPLE, "--out", str(finished)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "5 claims"
    assert any(line.split() == ["sum.direct", "lemma", "PASS", "confirmed", "(exact)"]
               for line in lines)  # fmt: skip
    assert main(["list", "no.*", *EXAMPLE, "--out", str(finished)]) == 5
    capsys.readouterr()
    assert main(["list", *EXAMPLE, "--json", "--out", str(finished)]) == 0
    assert len(json.loads(capsys.readouterr().out)["claims"]) == 5


def test_list_before_any_run(capsys, tmp_path):
    assert main(["list", *EXAMPLE, "--out", str(tmp_path / "none")]) == 0
    assert "not-selected: not run yet" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_a_copied_report_without_its_journal_is_shown(capsys, finished, tmp_path):
    (tmp_path / "report.json").write_bytes((finished / "report.json").read_bytes())
    assert main(["list", *EXAMPLE, "--out", str(tmp_path)]) == 0
    assert "PASS confirmed (exact)" in capsys.readouterr().out


def test_show(capsys, finished):
    assert main(["show", "sum.again", *EXAMPLE, "--out", str(finished)]) == 0
    text = capsys.readouterr().out
    for words in ("$1 + 2 + 3 = 6$", "rests on:      argued:sum.direct, cited:peano",
                  "example.sum(total=6, depends='sum.direct')", "refuted: total = 5 instead of 6",
                  "arithmetic.toml:25"):  # fmt: skip
        assert words in text


def test_axioms(capsys, finished):
    assert main(["axioms", "sum.again", *EXAMPLE, "--json", "--out", str(finished)]) == 0
    (claim,) = json.loads(capsys.readouterr().out)["claims"]
    assert [(a["id"], a["fraction"]) for a in claim["assumptions"]] == [
        ("argued:sum.direct", "3/3"),
        ("cited:peano", "3/3"),
    ]


def test_graph(capsys, finished):
    options = [*EXAMPLE, "--out", str(finished)]
    assert main(["graph", "--format", "mermaid,dot", *options]) == 0
    text = capsys.readouterr().out
    assert "digraph" in text and "sum.direct" in text
    assert main(["graph", "--focus", "sum.integers", "--depth", "0", *options]) == 0
    assert "sum.direct" not in capsys.readouterr().out


def test_recheck(capsys, finished, tmp_path):
    arguments = ["recheck", str(finished), *EXAMPLE]
    assert main(arguments) == 0
    assert "2 accepted, 0 refused" in capsys.readouterr().out
    folder = tmp_path / "certificates"
    folder.mkdir()
    for path in (finished / "certificates").iterdir():
        text = path.read_text().replace("1 + 2 + 3 == 6", "1 + 2 + 3 == 7")
        (folder / path.name).write_text(text)
    assert main(["recheck", str(tmp_path), *EXAMPLE, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["exit_code"] == 1
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["recheck", str(empty), *EXAMPLE]) == 5


def test_a_report_without_certificates_is_no_certificate(capsys, tmp_path):
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    assert main(["recheck", str(tmp_path)]) == 5
    assert capsys.readouterr().out == "0 accepted, 0 refused\n"


def test_all_with_json_prints_one_document(capsys, finished):
    assert main(["all", *EXAMPLE, *FORMATS, "--json", "--out", str(finished)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["exit_code"] == 0 and len(report["claims"]) == 5


def test_a_report_agrees_with_the_published_schema(finished):
    jsonschema = pytest.importorskip("jsonschema")
    from verify.report import schema

    jsonschema.validate(json.loads((finished / "report.json").read_text()), schema())


def test_a_gpu_that_is_required_and_absent_is_named(capsys, monkeypatch, tmp_path):
    import verify.doctor

    absent = {"name": "GPU", "status": "absent", "text": "no GPU: none"}
    monkeypatch.setattr(verify.doctor, "_gpu", lambda: absent)
    arguments = ["all", "--require", "gpu", *EXAMPLE, "--out", str(tmp_path / "out")]
    assert main(arguments) == 2
    assert "a GPU is required, but no GPU: none" in capsys.readouterr().err


def test_doctor(capsys):
    code = main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    names = {finding["name"]: finding["status"] for finding in findings}
    assert names["verify"] == "ok" and "GPU" in names and "pdflatex" in names
    assert (code == 0) == ("missing" not in names.values())


def test_doctor_sees_another_package_of_the_name(capsys, monkeypatch, tmp_path):
    (tmp_path / "verify").mkdir()
    monkeypatch.chdir(tmp_path)
    main(["doctor"])
    assert "theorem-verify" in capsys.readouterr().out


def test_an_internal_error_is_code_4(capsys, monkeypatch):
    import verify.commands._running

    def fail(*_):
        raise RuntimeError("something impossible")

    monkeypatch.setattr(verify.commands._running, "load_book", fail)
    assert main(["list", "--json"]) == 4
    captured = capsys.readouterr()
    assert "something impossible" in json.loads(captured.out)["error"]["message"]


def run_verify(*arguments: str, **more) -> subprocess.CompletedProcess:
    path = os.pathsep.join([str(HERE.parent), str(HERE)])
    return subprocess.run(
        [sys.executable, "-m", "verify", *arguments],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        **more,
    )


def test_progress_goes_to_standard_error(tmp_path):
    done = run_verify("all", *EXAMPLE, *FORMATS, "--out", str(tmp_path / "out"))
    assert done.returncode == 0
    assert "[3/3]" in done.stderr and "\x1b" not in done.stderr
    assert "[" not in done.stdout and "5 claims" in done.stdout


def test_a_reader_that_leaves_early_is_no_error(finished):
    command = f"{sys.executable} -m verify list {' '.join(EXAMPLE)} --out {finished} | head -n 1"
    path = os.pathsep.join([str(HERE.parent), str(HERE)])
    done = subprocess.run(
        ["bash", "-c", command], env={**os.environ, "PYTHONPATH": path}, capture_output=True
    )
    assert done.stderr == b""


def test_looking_and_running_unchanged_are_quick(finished):
    heavy = {"sympy", "flint", "matplotlib", "networkx", "numpy", "jinja2"}
    code = (
        "import sys; from verify.cli import main; code = main(sys.argv[1:]); "
        f"print(sorted({heavy!r} & set(sys.modules))); sys.exit(code)"
    )
    path = os.pathsep.join([str(HERE.parent), str(HERE)])
    for arguments in (["list", *EXAMPLE], ["all", *EXAMPLE, *FORMATS]):
        begin = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments, "--out", str(finished)],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0 and done.stdout.splitlines()[-1] == "[]", done.stdout
        assert time.monotonic() - begin < 3
