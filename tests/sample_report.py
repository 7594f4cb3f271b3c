"""A small but complete report, as a run would assemble it, for the tests of the report writers."""

from __future__ import annotations

from typing import Any

__all__ = ["claim", "report"]

_LOSS = (
    r"f(a,b,r) = 2 - 8a + \frac{12\left(n+3\right)}{n}\left(a^{2}+r^{2}\right) - \frac{4(n-1)}{n}"
    r"b^{2} - \frac{8}{n^{2}}\left(n^{2}+9n+14\right)a\left(a^{2}+3r^{2}\right)"
    r" + \frac{8(n-1)(n+2)}{n^{2}}ab^{2}"
    r" + \frac{2}{n^{3}}\left(n^{3}+18n^{2}+83n+90\right)\left(a^{4}+6a^{2}r^{2}+r^{4}\right)"
    r" - \frac{4(n-1)(n+2)(n+3)}{n^{3}}a^{2}b^{2} + \frac{2(n-1)(n+1)(n+2)}{n^{3}}b^{4}"
)
_RESULTANT = " + ".join(f"{(7 * k * k + 3) * 17 ** (11 - k)}n^{{{k}}}" for k in range(14)) + " = 0"


def claim(claim_id: str, **given: Any) -> dict[str, Any]:
    """Return a claim as in report.json, with defaults for everything not given."""
    base: dict[str, Any] = {
        "id": claim_id, "kind": "lemma", "title": claim_id.replace(".", " ").replace("-", " "),
        "origin": "own", "source": "", "reported": "", "statement": "A statement on $n \\ge 1$.",
        "hypotheses": [], "states": [], "uses": [], "check": "some.check", "params": {},
        "test": None, "floor": "exact", "expect": "confirmed", "profile": "quick", "notes": "",
        "file": "book/icl.toml", "line": 10, "verdict": "confirmed", "tier": "exact",
        "effective_tier": "exact", "run": "ok", "run_reason": None, "as_expected": "PASS",
        "reason": "every step holds", "value": None, "value_bounds": None, "qualification": None,
        "witness": None, "assumptions": [],
        "steps": {"checked": 0, "computed": 0, "cited": 0, "argued": 0}, "proof": [],
        "mutants": {"rejected": 0, "total": 0, "void": 0, "details": []}, "instances": [],
        "necessity": [], "routes": [], "certificate": None, "recheck": None, "statistics": None,
        "figures": [], "table": None, "seconds": 0.25,
    }  # fmt: skip
    return base | given


def _step(status: str, sentence: str, text: str = "", latex: str = "", reference: str = "",
          routes: tuple[str, ...] = ()) -> dict[str, Any]:  # fmt: skip
    return {"status": status, "sentence": sentence, "text": text, "latex": latex,
            "reference": reference, "routes": list(routes)}  # fmt: skip


def _claims() -> list[dict[str, Any]]:
    return [
        claim("icl.model", kind="definition", title="The weight-tied linear transformer",
              statement=r"$Z_{l+1} = Z_l + \frac1n P Z_l M Z_l^{\top} Q Z_l$ with "
              r"$P = \begin{pmatrix} 0 & 0 \\ 0 & 1\end{pmatrix}$ and the same weights in all "
              r"$L$ layers.", verdict="stated", tier="none", check=None, reason="a definition"),
        claim("cited.sturm", kind="cited", title="Sturm's theorem", origin="literature",
              source="C. Sturm, Mémoire sur la résolution des équations numériques, 1829",
              statement="The number of distinct real zeros of a squarefree polynomial in $(a, b]$ "
              "is the loss of sign changes of its Sturm sequence.", verdict="assumed", tier="none",
              hypotheses=["the polynomial is squarefree", "$a < b$"], check=None,
              reason="a classical theorem"),
        claim("icl.loss-d2-l2", title="The loss polynomial for d = L = 2", states=["icl.model"],
              hypotheses=["d = L = 2", "n >= 1"],
              statement=r"For $V = aI + bJ + R$ with $\|R\|_F^2 = 2r^2$, $$" + _LOSS + "$$",
              steps={"checked": 4, "computed": 0, "cited": 0, "argued": 0},
              proof=[_step("checked", "E tr W**2 == n*d*(n+d+1)", "Gaussian integration by parts.",
                           r"\mathbb{E}\operatorname{tr} W^2 = nd(n+d+1)"),
                     _step("checked", "loss_poly == 2 - 8*a + 3*n", "The expansion.", _LOSS)],
              certificate="certificates/icl.loss-d2-l2.json", recheck="checked",
              mutants={"rejected": 2, "total": 2, "void": 0, "details": [
                  {"change": "coefficient = 13", "verdict": "refuted", "reason": "n = 1 differs"},
                  {"change": "sign = -1", "verdict": "refuted", "reason": "n = 2 differs"}]},
              instances=["n = 1: 2 - 8a + 48a^2 ... agrees with the direct sum"],
              routes=["trace recursion", "Bartlett decomposition"]),
        claim("icl.skew-threshold", kind="theorem", origin="thesis",
              title="Skew part of the global minimiser, d = L = 2",
              source="arXiv:2601.00923, Theorem 2.5.7, as reported in summaries",
              reported="the optimum has a skew part iff the context length is at least 15; the "
              "summary writes `L=M=2` for $d = L = 2$ and does not say over which matrices.",
              statement="For every $n \\ge 1$ the loss over all real $2\\times 2$ matrices $V$ has "
              "a global minimiser; it is unique and scalar for $n \\le 14$, and for $n \\ge 15$ "
              "there are exactly two, $aI \\pm bJ$ with $b > 0$.",
              hypotheses=["d = L = 2", "n >= 1"], states=["icl.model"],
              uses=["icl.loss-d2-l2", "cited.sturm"], params={"threshold": 15},
              assumptions=["cited:cited.sturm", "argued:icl.skew-threshold"],
              steps={"checked": 11, "computed": 0, "cited": 1, "argued": 1},
              proof=[_step("checked", "derived d2f/db2 == 4*n*b**2 - 3", "Convexity in $b^2$ holds "
                           "once $n \\ge 4$.", r"\frac{\partial^2 f}{\partial (b^2)^2} = "
                           r"\frac{4(n-1)(n+1)(n+2)}{n^3} > 0"),
                     _step("checked", "resultant == 0", "The resultant in $a$ of the two "
                           "conditions.", r"\operatorname{res}_a(g, h) = " + _RESULTANT),
                     _step("checked", "14 < root < 15", "One real root right of 1, in the "
                           "isolating interval.", r"n_0 \in \left(\frac{1857}{128}, "
                           r"\frac{3715}{256}\right)"),
                     _step("checked", "n**3 - 14*n**2 - 3 > 0", "A sign condition."),
                     _step("cited", "", "Sturm's theorem counts the roots.", "", "cited.sturm"),
                     _step("argued", "", "The loss is coercive: on $\\|V\\|_F = 1$ its top part is "
                           "continuous and positive, so a minimiser exists.", "", "coercivity")],
              certificate="certificates/icl.skew-threshold.json",
              recheck="checked modulo argued:icl.skew-threshold",
              mutants={"rejected": 3, "total": 3, "void": 0, "details": [
                  {"change": "threshold = 14", "verdict": "refuted", "reason": "at n = 14 b = 0"},
                  {"change": "threshold = 16", "verdict": "refuted", "reason": "at n = 15 b > 0"},
                  {"change": 'family = "symmetric"', "verdict": "refuted", "reason": "no b"}]},
              instances=["n = 14: one minimiser", "n = 15: two minimisers, $b^2 \\approx 0.0021$"],
              necessity=[{"hypothesis": "d = 2", "status": "needed",
                          "because": "fails at d = 1: there is no skew part"},
                         {"hypothesis": "n >= 1", "status": "not needed", "because": "n = 0 is "
                          "excluded by the model already"}],
              routes=["resultant and Sturm", "Hessian at the best scalar matrix"],
              figures=["phase", "landscape"], value="15"),
        claim("icl.untied-never", title="Untied weights never gain", uses=["icl.loss-d2-l2"],
              verdict="refuted", as_expected="FAIL", witness={"n": "3", "V_1": "[[1, 0], [0, 1/2]]"},
              reason="at n = 3 the untied loss is smaller: 17/31 < 5/9"),
        claim("ols.divergence", kind="theorem", origin="thesis", title="Divergence when replacing",
              source="arXiv:2601.00923, Theorem 3.3.2, as reported in summaries",
              reported="$\\|\\theta_t - \\theta^*\\| \\to \\infty$ almost surely, without a "
              "condition on the dimension",
              statement=r"$\|\theta_t - \theta^*\| \to \infty$ almost surely iff $d \ge 3$ or "
              r"$n = d$.", verdict="qualified", qualification="d >= 3, or n = d",
              witness={"d": "1", "n": "4"}, expect="qualified",
              reason="recurrent for d = 1, n >= 4", assumptions=["argued:ols.divergence"],
              steps={"checked": 3, "computed": 1, "cited": 0, "argued": 2},
              proof=[_step("computed", "the tail integral diverges", "Too long to redo.", "",
                           "tail", ("series", "ball arithmetic"))]),
        claim("gauss.sampled-rate", kind="number", title="Rate of collapse, sampled",
              uses=["ols.divergence"], verdict="confirmed", tier="statistical",
              effective_tier="statistical", floor="statistical",
              statistics={"sample_size": 100000, "alpha": "1/1000", "tolerance": "0.01"},
              value="-0.27", value_bounds=["-0.281", "-0.263"], figures=["chains"],
              reason="the interval contains the value and is narrower than the tolerance"),
        claim("press.weights-identical", kind="remark", origin="press",
              title="All weight matrices are identical", source="ByteTrending, seed 001",
              reported="weight tying means that all weight matrices within the model are equal",
              statement="Tied layers share one set of weights; the matrices $P$ and $Q$ of a "
              "layer differ.", states=["icl.model"], verdict="refuted", expect="refuted",
              witness={"P": "diag(0, 1)", "Q": "diag(-V, 0)"}, reason="P and Q differ"),
        claim("press.forecast", kind="remark", origin="press", title="A forecast of the market",
              statement="The market doubles by 2030.", verdict="not-checkable", tier="none",
              effective_tier="none", expect="not-checkable", check=None,
              source="a blog post <b>with</b> markup & 100% \\input{/etc/passwd}",
              reason="a «forecast» has no \"mathematical\" content"),
        claim("train.self-collapse", kind="number", origin="own", title="Self-training, row 1",
              verdict="undecided", tier="none", effective_tier="none", as_expected="OPEN",
              run="timeout", run_reason="stopped after 60 s", reason="no result in time",
              statement=r"An unsafe formula $\href{http://x}{y}$ and a hidden " + "\u202e mark.",
              table={"columns": ["model", "regime", "holds"], "caption": "Exact values.",
                     "rows": [["regression", "replace", "$\\sigma^2 d t/(n-d-1)$"],
                              ["Gaussian", "accumulate", "1/2"]]}),
    ]  # fmt: skip


def _figures() -> dict[str, Any]:
    ns = list(range(5, 31))
    axis = [k / 4 for k in range(-4, 5)]
    return {
        "phase": {
            "title": "Critical context length", "caption": "Steps: exact values for $d = 2$. "
            "Line: the reported fit.", "x_label": "layers $L$", "y_label": "n", "x_log": False,
            "y_log": False, "series": [
                {"label": "exact", "style": "steps", "x": [2, 3, 4, 5], "y": [15, 9, 7, 6]},
                {"label": "fit", "style": "line", "x": [2, 3, 4, 5], "y": [14.2, 10.1, 8.9, 8.3]}],
        },
        "landscape": {
            "title": "Loss at n = 20", "caption": "Exact loss on the plane $aI + bJ$.",
            "x_label": "a", "y_label": "b", "x_log": False, "y_log": False, "series": [
                {"label": "loss", "style": "image", "x": axis, "y": axis,
                 "z": [[(a - 0.6) ** 2 + (b * b - 0.2) ** 2 for a in axis] for b in axis]}],
        },
        "chains": {
            "title": "Fitted variance", "caption": "Line: exact expectation. Points: median of "
            "1000 sampled chains; band: their quartiles.", "x_label": "fits t", "y_label": "c",
            "x_log": False, "y_log": True, "series": [
                {"label": "exact", "style": "line", "x": ns, "y": [0.9**t for t in ns]},
                {"label": "quartiles", "style": "band", "x": ns, "low": [0.7**t for t in ns],
                 "high": [0.95**t for t in ns]},
                {"label": "median", "style": "points", "x": ns, "y": [0.85**t for t in ns]}],
        },
    }  # fmt: skip


def report(extra: int = 0) -> dict[str, Any]:
    """Return the sample report; ``extra`` adds that many linked lemmas of a large part."""
    claims = _claims()
    for k in range(extra):
        uses = [f"bulk.lemma-{j}" for j in {k // 2, k // 3} if j < k]
        claims.append(claim(f"bulk.lemma-{k}", uses=uses))
    verdicts: dict[str, int] = {}
    expected = {"PASS": 0, "FAIL": 0, "OPEN": 0}
    tiers: dict[str, int] = {}
    run: dict[str, int] = {}
    for entry in claims:
        verdicts[entry["verdict"]] = verdicts.get(entry["verdict"], 0) + 1
        expected[entry["as_expected"]] += 1
        tiers[entry["effective_tier"]] = tiers.get(entry["effective_tier"], 0) + 1
        run[entry["run"]] = run.get(entry["run"], 0) + 1
    return {
        "schema_version": "1",
        "tool": {"name": "theorem-verify", "version": "1.0.0"},
        "environment": {"python": "3.12.1", "platform": "Linux", "python-flint": "0.9.0",
                        "gpu": "none"},
        "profile": "standard", "seed": 20260100923, "exit_code": 1,
        "summary": {
            "claims": len(claims), "verdicts": verdicts, "as_expected": expected, "run": run,
            "tiers": tiers, "reported": {"decided": 3, "total": 5},
            "mutants": {"rejected": 5, "total": 5},
            "steps": {"checked": 18, "computed": 1, "cited": 1, "argued": 3},
            "certificates": {"written": 2, "accepted": 2},
            "assumptions": [
                {"id": "cited:cited.sturm", "reach": 1, "fraction": f"1/{len(claims)}"},
                {"id": "argued:ols.divergence", "reach": 2, "fraction": f"2/{len(claims)}"}],
        },
        "claims": claims,
        "figures": _figures(),
    }  # fmt: skip
