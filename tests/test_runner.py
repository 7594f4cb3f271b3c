"""The runner: what is run, what is reused, what is stale, and what faults cost."""

from __future__ import annotations

import io
import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from verify import worker
from verify.errors import InputError
from verify.loader import load_book
from verify.pool import Pool
from verify.progress import Progress
from verify.runner import Settings, known_state, run
from verify.status import Profile

EXAMPLE = Path(__file__).parent / "example_book"
CHECKS = ("example_checks",)

FAULT = """\
[[claim]]
id = "{id}"
kind = "lemma"
title = "T"
statement = "S"
floor = "certified"
check = "example.fault"
params = {params}
mutants = {mutants}
"""


def write_book(folder: Path, *claims: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "part.toml").write_text("\n".join(claims), encoding="utf-8")
    return folder


def fault(name: str, params: str, mutants: str = '[{kind = "refute"}]', more: str = "") -> str:
    return FAULT.format(id=name, params=params, mutants=mutants) + more


class Runner:
    """Runs a book into one directory and remembers what was told."""

    def __init__(self, out: Path, book: Path, **settings):
        self.settings = Settings(out, jobs=2, formats=("markdown", "json"), **settings)
        self.book = book
        self.told = ""

    def __call__(self, patterns=None, **changes):
        stream = io.StringIO()
        settings = replace(self.settings, **changes)
        try:
            report, self.changed = run(load_book(self.book, CHECKS), settings, patterns, Progress(stream=stream))
        finally:
            self.told = stream.getvalue()
        on_disk = json.loads((settings.out / "report.json").read_text(encoding="utf-8"))
        assert on_disk == report
        self.report = report
        return {claim["id"]: claim for claim in report["claims"]}

    @property
    def checked(self) -> set[str]:
        """The claims that a worker checked in the last run."""
        return {line.split("  ")[1] for line in self.told.splitlines() if line.startswith("[")}


@pytest.fixture
def example(tmp_path):
    return Runner(tmp_path / "out", EXAMPLE)


def test_an_empty_book_selects_nothing(tmp_path):
    runner = Runner(tmp_path / "out", write_book(tmp_path / "book", ""))
    assert runner() == {}
    assert runner.report["exit_code"] == 5


def test_the_example_book_is_confirmed_and_then_known(example):
    claims = example()
    assert example.report["exit_code"] == 0
    assert example.checked == {"sum.direct", "sum.again", "sum.sampled"}
    again = claims["sum.again"]
    assert again["verdict"] == "confirmed" and again["effective_tier"] == "exact"
    assert again["assumptions"] == ["argued:sum.direct", "cited:peano"]
    assert again["recheck"] == "checked modulo argued:sum.direct"
    assert again["mutants"]["rejected"] == again["mutants"]["total"] == 1
    assert claims["peano"]["verdict"] == "assumed"
    assert claims["sum.sampled"]["effective_tier"] == "statistical"
    assert (example.settings.out / again["certificate"]).is_file()
    summary = example.report["summary"]
    assert summary["certificates"] == {"written": 2, "accepted": 2}
    assert summary["as_expected"] == {"PASS": 5, "FAIL": 0, "OPEN": 0}

    before = (example.settings.out / "report.json").stat().st_mtime_ns
    assert example() == claims
    assert example.checked == set() and not example.changed
    assert (example.settings.out / "report.json").stat().st_mtime_ns == before

    example(fresh=True)
    assert len(example.checked) == 3


def test_the_seed_is_part_of_sampled_results_only(example):
    example()
    claims = example(seed=2)
    assert example.checked == {"sum.sampled"}
    assert claims["sum.sampled"]["reason"] == "seed 2 on auto"
    example(seed=1)
    assert example.checked == set()


def test_the_profile_selects_and_says_so(example):
    claims = example(profile=Profile.QUICK)
    assert example.report["exit_code"] == 0
    assert claims["sum.sampled"]["run"] == "not-selected"
    assert "standard" in claims["sum.sampled"]["run_reason"]
    assert claims["sum.sampled"]["verdict"] == "undecided"
    assert example.report["summary"]["as_expected"]["PASS"] == 4


def test_run_keeps_the_results_of_the_others(example):
    claims = example(["sum.direct"])
    assert claims["sum.again"]["run"] == "not-selected"
    example()
    claims = example(["sum.direct"])
    assert claims["sum.sampled"]["run"] == "ok" and example.checked == set()
    with pytest.raises(InputError, match="no claim"):
        example(["sum.nothing"])
    example(["nothing.*"])
    assert example.report["exit_code"] == 5


def test_a_change_makes_old_results_stale_and_is_run_again(tmp_path):
    book = tmp_path / "book"
    book.mkdir()
    text = (EXAMPLE / "arithmetic.toml").read_text(encoding="utf-8")
    (book / "part.toml").write_text(text, encoding="utf-8")
    runner = Runner(tmp_path / "out", book)
    runner()
    changed = text.replace('title = "A sum"', 'title = "A sum of three"')
    (book / "part.toml").write_text(changed, encoding="utf-8")
    state = known_state(load_book(book, CHECKS), runner.settings)
    assert state.results["sum.direct"]["run"] == "stale"
    claims = runner(["peano"])
    assert claims["sum.direct"]["run"] == "stale" and claims["sum.again"]["run"] == "stale"
    assert claims["sum.direct"]["effective_tier"] == "none"
    assert claims["sum.direct"]["certificate"] is None
    assert claims["sum.direct"]["as_expected"] == "OPEN"
    runner()
    # the certificate of the lemma changed, so what depends on it is proved again; and so on
    assert {"sum.direct", "sum.again"} <= runner.checked


def test_faults_are_reported_on_their_claim_and_lose_nothing_else(tmp_path):
    book = write_book(
        tmp_path / "book",
        fault("good", '{kind = "none"}'),
        fault("crash", '{kind = "crash"}'),
        fault("exit", '{kind = "exit"}'),
        fault("raise", '{kind = "raise"}'),
        fault("disagree", '{kind = "disagree"}'),
        fault("absent", '{kind = "absent"}'),
        fault("user", '{kind = "none", after = 0}', more='uses = ["raise"]\n'),
    )
    runner = Runner(tmp_path / "out", book)
    claims = runner()
    assert claims["good"]["run"] == "ok" and claims["good"]["verdict"] == "confirmed"
    assert claims["crash"]["run"] == "error" and "SIGABRT" in claims["crash"]["reason"]
    assert "the end is near" in claims["crash"]["reason"]
    assert claims["exit"]["run"] == "error" and "code 7" in claims["exit"]["reason"]
    assert "ZeroDivisionError: one over nothing" in claims["raise"]["reason"]
    assert claims["disagree"]["reason"] == "two routes disagree: 2 and 3"
    assert claims["absent"]["run"] == "not-selected"
    assert claims["user"]["run"] == "ok" and claims["user"]["effective_tier"] == "none"
    assert runner.report["exit_code"] == 4
    for name in ("crash", "raise", "disagree"):
        assert claims[name]["as_expected"] == "OPEN" and claims[name]["verdict"] == "undecided"
    # what could not run is tried again, the rest is known
    runner()
    assert "good" not in runner.checked
    assert {"crash", "exit", "raise", "disagree", "absent"} <= runner.checked


def test_time_and_memory_are_bounded(tmp_path):
    book = write_book(
        tmp_path / "book",
        fault("hang", '{kind = "hang"}'),
        fault("leak", '{kind = "leak"}'),
        fault("good", '{kind = "none"}'),
    )
    runner = Runner(tmp_path / "out", book)
    begin = time.monotonic()
    claims = runner(timeout=1.5, memory=200 << 20)
    assert time.monotonic() - begin < 15
    assert claims["hang"]["run"] == "timeout" and "--timeout" in claims["hang"]["reason"]
    assert claims["leak"]["run"] == "error" and "200 MiB" in claims["leak"]["reason"]
    assert claims["good"]["run"] == "ok"
    assert runner.report["exit_code"] == 3


def test_a_mutant_that_cannot_run_is_void_and_costs_only_itself(tmp_path):
    mutants = '[{kind = "crash"}, {kind = "refute"}, {kind = "raise"}, {kind = "hang"}]'
    book = write_book(tmp_path / "book", fault("a", '{kind = "none"}', mutants))
    claims = Runner(tmp_path / "out", book)(timeout=1.0)
    assert claims["a"]["verdict"] == "confirmed"
    verdicts = [detail["verdict"] for detail in claims["a"]["mutants"]["details"]]
    assert verdicts == ["void", "refuted", "void", "void"]
    assert claims["a"]["mutants"]["rejected"] == 1 and claims["a"]["mutants"]["void"] == 3
    assert claims["a"]["mutants"]["details"][0]["change"] == "kind = 'crash' instead of 'none'"


def test_a_mutant_that_is_confirmed_is_an_alarm(tmp_path):
    book = write_book(tmp_path / "book", fault("a", '{kind = "none"}', '[{kind = "fine"}]'))
    runner = Runner(tmp_path / "out", book)
    assert runner()["a"]["mutants"]["accepted"] == 1
    assert runner.report["exit_code"] == 4


def test_no_mutant_that_ran_leaves_the_claim_open(tmp_path):
    book = write_book(tmp_path / "book", fault("a", '{kind = "none"}', '[{kind = "raise"}]'))
    runner = Runner(tmp_path / "out", book)
    runner()
    assert runner.report["exit_code"] == 3


@pytest.mark.parametrize(
    ("params", "more", "code"),
    [
        ('{kind = "refute"}', "", 1),
        ('{kind = "refute"}', 'expect = "refuted"\n', 0),
        ('{kind = "none"}', 'expect = "refuted"\n', 1),
        ('{kind = "none"}', 'profile = "full"\n', 5),
    ],
)
def test_exit_codes(tmp_path, params, more, code):
    mutants = '[{kind = "refute", after = 0}]' if "none" in params else '[{kind = "absent"}]'
    if "refute" in params:
        mutants = '[{kind = "refute", after = 1}]'
    book = write_book(tmp_path / "book", fault("a", params, mutants, more))
    runner = Runner(tmp_path / "out", book)
    runner()
    assert runner.report["exit_code"] == code


def test_below_the_floor_is_open(tmp_path):
    text = fault("a", '{kind = "none"}').replace('floor = "certified"\n', "")
    runner = Runner(tmp_path / "out", write_book(tmp_path / "book", text))
    claims = runner()
    assert claims["a"]["as_expected"] == "PASS" and runner.report["exit_code"] == 3


def test_not_checkable_is_open_unless_expected(tmp_path):
    text = '[[claim]]\nid = "a"\nkind = "number"\ntitle = "T"\nstatement = "S"\n'
    text += 'not_checkable = "a forecast"\n'
    runner = Runner(tmp_path / "out", write_book(tmp_path / "book", text))
    assert runner()["a"]["verdict"] == "not-checkable" and runner.report["exit_code"] == 3
    write_book(tmp_path / "book", text + 'expect = "not-checkable"\n')
    runner()
    assert runner.report["exit_code"] == 0


def test_a_certificate_that_proves_something_else_is_rejected(tmp_path):
    text = (EXAMPLE / "arithmetic.toml").read_text(encoding="utf-8").split("[[claim]]\n")
    forged = text[3].replace("{total = 6, argue = true}", "{total = 7, forge = true}")
    forged = forged.replace("{total = 7}]", "{total = 8}]")
    book = write_book(tmp_path / "book", "[[claim]]\n".join(["", *text[1:3], forged]))
    runner = Runner(tmp_path / "out", book)
    claims = runner()
    assert claims["sum.direct"]["run"] == "error"
    assert claims["sum.direct"]["recheck"].startswith("rejected")
    assert claims["sum.direct"]["certificate"] is None
    assert runner.report["exit_code"] == 1


def test_a_wrong_expression_in_the_book_is_bad_input(tmp_path):
    text = '[[claim]]\nid = "a"\nkind = "number"\ntitle = "T"\nstatement = "S"\n'
    text += 'test = "1 +* 2"\nmutants = ["1 == 2"]\n'
    runner = Runner(tmp_path / "out", write_book(tmp_path / "book", text))
    assert runner()["a"]["run"] == "error"
    assert runner.report["exit_code"] == 2


def test_an_expression_is_decided_and_certified(tmp_path):
    text = '[[claim]]\nid = "a"\nkind = "number"\ntitle = "T"\nstatement = "S"\n'
    text += 'test = "1/3 + 1/6 == 1/2"\nmutants = ["1/3 + 1/6 == 1/3"]\n'
    runner = Runner(tmp_path / "out", write_book(tmp_path / "book", text))
    claim = runner()["a"]
    assert claim["verdict"] == "confirmed" and claim["tier"] == "exact"
    assert claim["mutants"]["rejected"] == 1 and claim["recheck"].startswith("checked")


def test_a_folder_that_is_no_report_is_refused(tmp_path):
    (tmp_path / "precious.txt").write_text("data")
    runner = Runner(tmp_path, EXAMPLE)
    with pytest.raises(InputError, match="not empty and not a report"):
        runner()
    (tmp_path / "precious.txt").unlink()
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(InputError, match="not a report of this program"):
        runner()


def test_what_an_older_report_left_is_removed(example):
    example()
    out = example.settings.out
    (out / "certificates" / "gone.json").write_text("{}")
    (out / "certificates" / "sum.direct.json").write_text("{}")
    (out / "notes.txt").write_text("mine")
    example()
    assert example.changed
    assert not (out / "certificates" / "gone.json").exists()
    assert "steps" in (out / "certificates" / "sum.direct.json").read_text()
    assert (out / "notes.txt").read_text() == "mine"


def test_an_interrupted_replacement_is_completed(example):
    from verify.directory import complete_publication

    example()
    out = example.settings.out
    staged = out / ".new"
    (staged / "claims").mkdir(parents=True)
    new = (out / "report.json").read_text().replace('"seed": 1', '"seed": 77')
    (staged / "report.json").write_text(new)
    complete_publication(out)
    assert '"seed": 1' in (out / "report.json").read_text()  # not complete: the old report stays
    (staged / "COMPLETE").write_text("report.json\nindex.md")
    complete_publication(out)
    assert '"seed": 77' in (out / "report.json").read_text()
    assert not staged.exists()


def test_two_runs_on_one_directory_take_turns(example):
    second = Runner(example.settings.out, EXAMPLE)
    threads = [threading.Thread(target=runner) for runner in (example, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert example.report == second.report
    assert len(example.checked) + len(second.checked) == 3
    assert "waiting: another run" in example.told + second.told


def test_tasks_that_must_run_alone_do(tmp_path):
    book = load_book(write_book(tmp_path / "book", fault("a", '{kind = "none"}')), CHECKS)
    entry = book.checks["example.slow"]
    check = {"module": entry.module, "function": entry.function, "sampled": False}
    most = finished = 0
    with Pool(3, timeout=60, memory=2 << 30) as pool:
        for number in range(4):
            data = worker.claim_data(book.claims["a"])
            data |= {"id": f"c{number}", "mutants": [], "params": {"seconds": 0, "milliseconds": 99}}
            task = {"claim": data, "check": check, "start": 0, "folder": str(tmp_path)}
            pool.submit({**task, "seed": 1, "device": "gpu", "alone": number != 3})
        while finished < 4:
            finished += len(list(pool.wait(0.02)))
            most = max(most, sum(name != "c3" for name, _ in pool.running))
    assert most == 1


def test_a_worker_that_is_killed_from_outside_is_replaced(tmp_path):
    import os
    import signal

    book = load_book(
        write_book(tmp_path / "book", fault("a", '{kind = "hang"}'), fault("b", '{kind = "none"}')),
        CHECKS,
    )
    done = {}
    with Pool(1, timeout=60, memory=2 << 30) as pool:
        for name in ("a", "b"):
            entry = book.checks["example.fault"]
            check = {"module": entry.module, "function": entry.function, "sampled": False}
            task = {"claim": worker.claim_data(book.claims[name]), "check": check, "start": 0}
            pool.submit({**task, "seed": 1, "device": "cpu", "folder": str(tmp_path)})
        begin = time.monotonic()
        while len(done) < 2 and time.monotonic() - begin < 30:
            for finished in pool.wait(0.1):
                done[finished.id] = finished.result
            running = pool._workers
            if running and running[0].job and running[0].job.id == "a" and running[0].ready:
                os.kill(running[0].process.pid, signal.SIGKILL)
    assert "SIGKILL" in done["a"]["reason"]
    assert done["b"]["verdict"] == "confirmed"
