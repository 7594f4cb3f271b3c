"""Everything that needs a GPU, in one command: ``python benchmarks/gpu.py``.

Runs the tests marked ``gpu``, measures the rates, runs the full campaign on the device (signs of
the skew curvature, a loss, recursive Gaussian fitting, double-double quadrature, training with
fresh prompts; journalled in ``build/``, so that an interrupted run resumes), and writes
``benchmarks/results/<device>.json`` with the device, the versions and every number.  Needs
NumPy, CuPy for the installed CUDA (``pip install cupy-cuda13x[ctk]``) and pytest; about ten
minutes on an H200.  Exit status 0 when the tests pass and the campaign confirms what it
declared, 1 otherwise, 2 without a usable device.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 (the path above comes first)

from numeric import backend, benchmark, campaign, gpu_campaign  # noqa: E402


def main() -> int:
    """Parses the command line, runs the parts, writes the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="factor on the campaign's sizes")
    parser.add_argument("--skip-tests", action="store_true")
    arguments = parser.parse_args()
    try:
        chosen = backend.select("gpu")
    except backend.BackendUnavailable as error:
        print(error, file=sys.stderr)
        return 2
    tests = 0
    if not arguments.skip_tests:
        command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "tests/test_numeric_cuda.py"]
        tests = subprocess.run(command, cwd=ROOT, check=False).returncode
    begin = time.time()
    rates = benchmark.gpu()
    folder = ROOT / "benchmarks" / "results"
    folder.mkdir(exist_ok=True)
    (ROOT / "build").mkdir(exist_ok=True)
    journal = campaign.Journal(ROOT / "build" / "gpu-campaign.sqlite")
    experiments = gpu_campaign.run(arguments.scale, journal)
    journal.close()
    result = {
        **chosen.describe(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "tests": "passed" if tests == 0 else f"exit status {tests}",
        "benchmarks": rates,
        "campaign": experiments,
        "seconds": round(time.time() - begin, 1),
    }
    name = re.sub(r"[^a-z0-9]+", "-", chosen.device.lower()).strip("-")
    path = folder / f"{name}.json"
    path.write_text(json.dumps(result, indent=2) + "\n")
    print(path)
    return int(tests != 0 or not all(entry["as_declared"] for entry in experiments))


if __name__ == "__main__":
    sys.exit(main())
