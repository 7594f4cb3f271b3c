"""Prints the CPU ratios of ``numeric.benchmark`` as JSON: ``python benchmarks/numeric.py``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from numeric import benchmark

if __name__ == "__main__":
    print(json.dumps({"benchmarks": benchmark.cpu()}, indent=2))
