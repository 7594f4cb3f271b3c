"""A declared statistical test as a resumable campaign on two processes.

Run with ``python examples/sharded_campaign.py``; it prints::

    declared: 20000 samples, the mean is -2.886 within 0.219
    first run: confirmed; the claim -2 is rejected by the same data: True
    second run: 8 of 8 shards from the journal, the same bits: True

For a Dask cluster, replace ``Local(2)`` by ``numeric.cluster.Cluster("tcp://scheduler:8786")``; for a
GPU, pass ``device="gpu"`` to ``decide``.
"""

import math
import tempfile
from pathlib import Path

from numeric import tasks
from numeric.campaign import Journal, Local, identity
from numeric.experiments import decide
from numeric.statistics import declare_mean


def main() -> None:
    """Declare, run twice, compare."""
    # Five unbiased fits to 3 samples: the mean of the log variance is 5 (psi(1) - log 1) = -5 gamma.
    target, spread = -5 * 0.5772156649015329, 5 * math.pi**2 / 6
    declared = declare_mean("log variance", target, spread, size=20_000, mutants=(-2.0,))
    chain = {"sizes": [3] * 5, "regime": "replace", "estimator": "unbiased"}
    print(f"declared: {declared.size} samples, the mean is {target:.3f} within {declared.tolerance:.3f}")
    with tempfile.TemporaryDirectory() as folder:
        journal, workers = Journal(Path(folder) / "campaign.sqlite"), Local(2)
        first = decide(declared, "gaussian-log", chain, executor=workers, journal=journal)
        print(f"first run: {first.verdict.value}; the claim -2 is rejected by the same data: {first.powerful}")
        job = {**tasks.job_for(declared, "gaussian-log", chain, 8), "seed": 0}
        stored = len(journal.rows(identity(tasks.mean_task, job)))
        again = decide(declared, "gaussian-log", chain, journal=journal)
        print(f"second run: {stored} of 8 shards from the journal, the same bits: {again == first}")
        workers.close()
        journal.close()


if __name__ == "__main__":
    main()
