"""Sharded runs: the same bits for any workers, order, interruption; lost workers; impure tasks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from numeric import campaign, tasks
from numeric.campaign import Journal, Local, Serial, WorkerLost
from numeric.philox import generator, job_digest
from numeric.statistics import Verdict, declare_mean

JOB = {"size": 1000, "seed": 1}


def normal_task(job, shard):
    """Sum and sum of squares of normals."""
    x = generator(job_digest(job), shard).standard_normal(job["size"])
    return x.sum(), (x * x).sum()


def failing_task(job, shard):
    """Fails on purpose."""
    raise ArithmeticError("planted")


def suicidal_task(job, shard):
    """Kills its own process the first time it is run in a folder."""
    mark = Path(job["folder"]) / "died"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return (generator(job_digest(job), shard).random(),)


def doomed_task(job, shard):
    """Kills its process every time."""
    os.kill(os.getpid(), signal.SIGKILL)
    return ()


def slow_task(job, shard):
    """One number after a pause."""
    time.sleep(0.02)
    return (generator(job_digest(job), shard).random(),)


def test_rows_are_a_function_of_job_and_shard():
    one, two = (campaign.run(normal_task, JOB, 5) for _ in range(2))
    assert one == two and len({row for row in one.values()}) == 5
    assert campaign.run(normal_task, {**JOB, "seed": 2}, 5)[0] != one[0]


def test_any_number_of_workers_gives_the_same_bits():
    serial = campaign.run(normal_task, JOB, 7)
    executor = Local(2)
    try:
        parallel = campaign.run(normal_task, JOB, 7, executor)
    finally:
        executor.close()
    assert parallel == serial and campaign.merge(parallel) == campaign.merge(serial)


def test_matrix_products_are_the_same_bits_in_workers():
    """Workers run with one thread of the linear-algebra library, this process with its default."""
    declared = declare_mean("loss", 1.0, 1.0, size=8000)
    v = [[0.4 if i == j else 0.01 * (i - j) for j in range(9)] for i in range(9)]
    job = tasks.job_for(declared, "loss-matrix", {"v": v, "n": 30, "layers": 3}, shards=2)
    executor = Local(1)
    try:
        assert campaign.run(tasks.mean_task, job, 2, executor) == campaign.run(
            tasks.mean_task, job, 2
        )
    finally:
        executor.close()


def test_finished_shards_are_not_run_again(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    first = campaign.run(normal_task, JOB, 3, journal=journal)
    seen = []
    second = campaign.run(
        normal_task, JOB, 5, journal=journal, progress=lambda done, _: seen.append(done)
    )
    assert seen == [4, 5] and all(second[k] == first[k] for k in first)
    assert second == campaign.run(normal_task, JOB, 5)
    journal.close()


def test_a_changed_result_is_an_error_not_a_row(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    journal.add("job", 0, (1.0,), 0.0)
    journal.add("job", 0, (1.0,), 0.0)
    with pytest.raises(RuntimeError, match="not pure"):
        journal.add("job", 0, (2.0,), 0.0)
    journal.close()


def test_errors_of_the_task_come_through():
    with pytest.raises(ArithmeticError, match="planted"):
        campaign.run(failing_task, JOB, 2)


def test_a_killed_worker_costs_nothing(tmp_path):
    journal, executor = Journal(tmp_path / "journal.sqlite"), Local(2)
    job = {"folder": str(tmp_path)}
    try:
        rows = campaign.run(suicidal_task, job, 4, executor, journal)
    finally:
        executor.close()
    assert rows == campaign.run(suicidal_task, job, 4, Serial())
    notes = journal.notes(campaign.identity(suicidal_task, job))
    assert notes and "worker lost" in notes[0]
    journal.close()


def test_a_task_that_always_kills_gives_up():
    executor = Local(1)
    try:
        with pytest.raises(WorkerLost, match="2 times"):
            campaign.run(doomed_task, {}, 1, executor, losses_allowed=1)
    finally:
        executor.close()


def test_resumes_after_kill_nine(tmp_path):
    path = tmp_path / "journal.sqlite"
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); import test_numeric_campaign as t;"
        "from numeric import campaign;"
        "campaign.run(t.slow_task, {'x': 1}, 2000, journal=campaign.Journal(sys.argv[1]))"
    )
    here = str(Path(__file__).parent)
    root = str(Path(__file__).parent.parent)
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path), here], env={**os.environ, "PYTHONPATH": root}
    )
    sys.path.insert(0, here)
    import test_numeric_campaign as same

    name = campaign.identity(same.slow_task, {"x": 1})
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if path.exists():
            try:
                if len(Journal(path).rows(name)) >= 3:
                    break
            except Exception:
                pass
        time.sleep(0.02)
    process.kill()
    process.wait()
    journal = Journal(path)
    before = journal.rows(name)
    assert 3 <= len(before) < 2000
    ran = []
    rows = campaign.run(
        same.slow_task,
        {"x": 1},
        len(before) + 8,
        journal=journal,
        progress=lambda done, _: ran.append(done),
    )
    assert len(ran) == 8 and {k: rows[k] for k in before} == before
    assert rows == campaign.run(same.slow_task, {"x": 1}, len(before) + 8)
    journal.close()


def test_declared_mean_through_shards():
    """Log variance after ten fits of size 3: E log chi^2_2/2 = -gamma each, variance pi^2/6."""
    mean, variance = -10 * 0.5772156649015329, 10 * 1.6449340668482264
    declared = declare_mean("log variance", mean, variance, size=60_000, mutants=(mean * 1.1,))
    parameters = {"sizes": [3] * 10, "regime": "replace", "estimator": "unbiased"}
    job = tasks.job_for(declared, "gaussian-log", parameters, shards=4)
    rows = campaign.run(tasks.mean_task, job, 4)
    result = tasks.judge_rows(declared, rows)
    assert result.verdict is Verdict.CONFIRMED and result.powerful
    assert result.count == 60_000
    with pytest.raises(ValueError, match="declared"):
        tasks.judge_rows(declared, {0: rows[0]})


def test_histogram_rows_count_every_chain():
    job = {
        "sizes": [5] * 4, "chains": 500, "regime": "accumulate", "estimator": "mle",
        "checkpoints": [2, 4], "ranges": [[-3, 1], [-3, 1]], "bins": 8,
    }
    total = campaign.merge(campaign.run(tasks.gaussian_task, job, 3))
    assert len(total) == 2 * 14 and total[0] == 1500 and sum(total[6:14]) == 1500


def test_unknown_observable_is_refused():
    with pytest.raises(ValueError, match="choose one of"):
        tasks.job_for(declare_mean("x", 0, 1, tolerance=1), "nonsense", {}, 1)


@pytest.mark.slow
def test_dask_cluster_with_a_killed_worker(tmp_path):
    distributed = pytest.importorskip("distributed")
    from numeric.cluster import Cluster

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as local:
        executor = Cluster(local.scheduler_address)
        victim = next(iter(local.workers.values())).pid

        def progress(done, _total):
            if done == 5:
                os.kill(victim, signal.SIGKILL)

        try:
            rows = campaign.run(slow_task, {"x": 2}, 40, executor, progress=progress)
        finally:
            executor.close()
    assert rows == campaign.run(slow_task, {"x": 2}, 40)
