"""The published statements on recursive training that are decided exactly, by name.

"confirmed": holds as worded; "qualified": only under a hypothesis that it does not state, with a
witness that the hypothesis is needed; "refuted": a counterexample to its content; "undecided": its
formulas are not available.  The wording of the statements is ours.
"""

from __future__ import annotations

from collections.abc import Callable

from symbolic import literature_gaussian, literature_regression
from symbolic.literature_verdict import LiteratureVerdict

__all__ = ["LITERATURE"]

LITERATURE: dict[str, Callable[[], LiteratureVerdict]] = {
    "gerstgrasser.linear-growth": literature_regression.linear_growth,
    "gerstgrasser.accumulation-bound": literature_regression.accumulation_bound,
    "dohmatob.two-sample-sizes": literature_regression.two_sample_sizes,
    "dohmatob.overparametrised": literature_regression.overparametrised_decay,
    "kazdan.sine-product": literature_gaussian.pooled_sine_product,
    "shumailov.first-order": literature_gaussian.first_order_distance,
    "shumailov.divergence": literature_gaussian.distance_diverges,
    "alemohammad.proposition": literature_gaussian.biased_sampling_collapse,
    "alemohammad.supermartingale": literature_gaussian.trace_supermartingale,
    "alemohammad.drift": literature_gaussian.mean_drift,
    "suresh.discrete": literature_gaussian.discrete_survival,
    "suresh.gaussian": literature_gaussian.gaussian_deviation,
    "xu.superlinear": literature_regression.superlinear_growth,
    "xu.synthetic-beats-real": literature_regression.synthetic_beats_real,
    "barzilai-shamir.scope": literature_gaussian.accumulation_theorem_scope,
    "barzilai-shamir.counterexamples": literature_gaussian.accumulation_counterexamples,
    "dey-donoho.efficiency": literature_regression.relative_efficiency,
    "he.golden-weight": literature_regression.golden_weight,
}
"""The statements by name; call one to decide it."""
