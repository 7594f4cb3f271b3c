"""Family-wise error over a whole run: e-values, Holm's procedure, shares of alpha."""

from __future__ import annotations

import math

__all__ = ["Ledger", "e_holm"]


def e_holm(log_e: dict[str, float], alpha: float) -> set[str]:
    """The claims rejected with family-wise error at most ``alpha``, from their log e-values.

    1/E is a p-value (Markov), and Holm's step-down procedure on p-values controls the
    family-wise error under any dependence.

    >>> sorted(e_holm({"x": 20.0, "y": 8.0, "z": 1.0}, 1e-3))
    ['x', 'y']
    """
    if not 0 < alpha < 1:
        raise ValueError("alpha lies strictly between 0 and 1")
    rejected: set[str] = set()
    for rank, (name, value) in enumerate(sorted(log_e.items(), key=lambda item: -item[1])):
        if value < math.log((len(log_e) - rank) / alpha):
            break
        rejected.add(name)
    return rejected


class Ledger:
    """Family-wise error over a whole run: claims register, then spend their share of alpha.

    ``share`` is alpha divided by the number of claims announced (Bonferroni); the e-values of
    independent runs of one claim multiply.
    """

    def __init__(self, alpha: float, claims: int) -> None:
        if not 0 < alpha < 1:
            raise ValueError("alpha lies strictly between 0 and 1")
        if claims < 1:
            raise ValueError("announce at least one claim")
        self.alpha, self.claims = alpha, claims
        self._log_e: dict[str, float] = {}

    @property
    def share(self) -> float:
        """The false-fail rate that each claim may declare."""
        return self.alpha / self.claims

    def add(self, name: str, log_e: float) -> None:
        """Records evidence against a claim; a second run of the same claim adds to it."""
        if name not in self._log_e and len(self._log_e) == self.claims:
            raise ValueError(f"{self.claims} claims were announced; {name!r} is one more")
        self._log_e[name] = self._log_e.get(name, 0.0) + log_e

    def rejected(self) -> set[str]:
        """The claims excluded at the family-wise level (e-Holm)."""
        padded = dict(self._log_e)
        for k in range(self.claims - len(padded)):
            padded[f"(announced, not run {k})"] = -math.inf
        return e_holm(padded, self.alpha) & set(self._log_e)
