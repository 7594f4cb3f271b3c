"""A campaign killed with SIGKILL at a hundred random moments loses no shard and changes no bit."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from numeric import campaign
from numeric.campaign import Journal
from numeric.philox import generator, job_digest

JOB, SHARDS, KILLS = {"size": 4000, "seed": 7}, 50_000, 100
START = (
    "import sys; sys.path.insert(0, sys.argv[2]); import test_numeric_campaign_kills as t;"
    "from numeric import campaign; open(sys.argv[3], 'w').close();"
    "campaign.run(t.short_task, t.JOB, t.SHARDS, journal=campaign.Journal(sys.argv[1]))"
)


def short_task(job, shard):
    """Two sums of a few thousand normals, some milliseconds of work."""
    time.sleep(0.004)
    x = generator(job_digest(job), shard).standard_normal(job["size"])
    return x.sum(), (x * x).sum()


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing(tmp_path):
    here, root = str(Path(__file__).parent), str(Path(__file__).parents[1])
    sys.path.insert(0, here)
    import test_numeric_campaign_kills as same

    path, chance = tmp_path / "journal.sqlite", random.Random(20)
    name = campaign.identity(same.short_task, JOB)
    known: dict[int, tuple[float, ...]] = {}
    for kill in range(KILLS):
        ready = tmp_path / f"ready{kill}"
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(path), here, str(ready)], env={**os.environ, "PYTHONPATH": root}
        )
        while not ready.exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.4))
        process.kill()
        process.wait()
        journal = Journal(path)
        now = journal.rows(name)
        journal.close()
        assert {shard: now[shard] for shard in known} == known, "a finished shard was lost or changed"
        known = now
    assert 0 < len(known) < SHARDS, "the kills must fall into the run"
    journal = Journal(path)
    rows = campaign.run(same.short_task, JOB, len(known) + 5, journal=journal)
    journal.close()
    assert rows == campaign.run(same.short_task, JOB, len(known) + 5)
