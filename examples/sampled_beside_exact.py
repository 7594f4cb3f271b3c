"""Chains of Gaussian fits and trained weights, beside what is exact.

Run with ``python examples/sampled_beside_exact.py`` (a few seconds); it prints::

    replacing, maximum likelihood, 10 samples a generation, 40000 chains
     t   mean variance   exact      median of log variance
     1   0.9...          0.900000   ...
    10   0.3...          0.348678   ...
    50   0.0...          0.005154   ...
    The mean is carried by few chains: after 50 generations half of them are below ... of the truth.
    trained weights, d = L = 2: |skew part|
    n = 14: 0.00000
    n = 15: 0.01706
    n = 20: 0.10194

The exact numbers come from ``symbolic`` and are handed to the figures by the caller: ``numeric``
knows no theorem.
"""

import math

from numeric.experiments import bifurcation, gaussian_curves
from symbolic.gaussian import variance


def main() -> None:
    """Print both tables."""
    chains, checkpoints = 40_000, [1, 10, 50]
    found = gaussian_curves([10] * 50, chains, checkpoints, regime="replace", estimator="mle", seed=1)
    print(f"replacing, maximum likelihood, 10 samples a generation, {chains} chains")
    print(" t   mean variance   exact      median of log variance")
    for k, t in enumerate(checkpoints):
        exact = float(variance("replace", "mle", t, 10))
        print(f"{t:2}   {found['mean_variance'][k]:<13.6f}   {exact:.6f}   {found['median_log'][k]:.4f}")
    half = math.exp(found["median_log"][-1])
    print(f"The mean is carried by few chains: after 50 generations half of them are below {half:.2g} of the truth.")
    print("trained weights, d = L = 2: |skew part|")
    trained = bifurcation([14, 15, 20])
    for n, b in zip(trained["n"], trained["b"], strict=True):
        print(f"n = {n}: {b:.5f}")


if __name__ == "__main__":
    main()
