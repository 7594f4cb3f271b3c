"""Exact risks of models that are trained on their own output.

Run with ``python examples/exact_risks.py``; it prints::

    risk of least squares, d = 2, 6 samples a generation, noise variance 1
     t   replacing   accumulating
     1         2/3            2/3
     2         4/3            7/9
     5        10/3      1627/1890
    10        20/3 ...
    accumulating, in the limit: (2/3)\\left(\\psi(1)-\\psi(1/2)\\right) = 0.9241962407
    one fit to 3 samples in 2 dimensions: never
    variance left after 10 maximum-likelihood fits to 10 samples: (9/10)^10 = 0.3486784401
    exponential rate at which it vanishes almost surely: -0.22056699
    t collapses: True; t*log(t) collapses: True; t*log(t)**2 collapses: False
"""

from symbolic.gaussian import log_rate, variance
from symbolic.regression import risk, risk_limit
from symbolic.schedule import collapses
from symbolic.values import enclose


def main() -> None:
    """Print the table and the numbers."""
    print("risk of least squares, d = 2, 6 samples a generation, noise variance 1")
    print(" t   replacing   accumulating")
    for t in (1, 2, 5, 10):
        print(f"{t:2} {risk('replace', t, 2, 6)!s:>11} {risk('accumulate', t, 2, 6)!s:>14}")
    limit = risk_limit("accumulate", 2, 6)
    print(f"accumulating, in the limit: {limit.text} = {enclose(limit).str(10, radius=False)}")
    print(f"one fit to 3 samples in 2 dimensions: {risk('replace', 1, 2, 3)!r}")
    left = variance("replace", "mle", 10, 10)
    print(f"variance left after 10 maximum-likelihood fits to 10 samples: (9/10)^10 = {float(left)}")
    rate = enclose(log_rate(10, "mle")).str(8, radius=False)
    print(f"exponential rate at which it vanishes almost surely: {rate}")
    schedules = ("t", "t*log(t)", "t*log(t)**2")
    print("; ".join(f"{formula} collapses: {collapses(formula)}" for formula in schedules))


if __name__ == "__main__":
    main()
