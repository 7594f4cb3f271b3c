"""The formula that a step of a proof is shown with."""

from __future__ import annotations

from verify.formula import expression_latex
from verify.report.steps import step_formula


def _step(sentence: str, latex: str = "", status: str = "checked") -> dict[str, str]:
    return {"status": status, "sentence": sentence, "latex": latex}


def test_a_step_without_any_formula_has_none() -> None:
    assert step_formula({}) == ""
    assert step_formula(_step("argued: coercive", status="argued")) == ""


def test_a_derived_value_follows_its_definition() -> None:
    for sentence, start in (
        ("c3 := E X^3, X ~ chi2(k)", r"c_{3}\mathrel{:=}\mathbb{E}X^{3}=k (k + 2)"),
        ("E2 := E prod tr W^k, k = 2, d=d, n=n", r"E_{2}\mathrel{:=}\mathbb{E}[\operatorname{tr}W^{2}]=k (k + 2)"),
    ):
        written = expression_latex(sentence, "k*(k + 2)")
        assert step_formula(_step(sentence, written)).startswith(start)


def test_a_formula_of_the_check_is_used_where_the_sentence_is_not_known() -> None:
    assert step_formula(_step("words only", "$x > 0$")) == "x > 0"
    assert step_formula(_step("words only", r"\input{x}")) == ""


def test_a_power_of_a_fraction_in_a_value_has_brackets() -> None:
    sentence = "c3 := E X^3, X ~ chi2(k)"
    head, tail = expression_latex(sentence).split(r",\quad", 1)
    written = rf"{head} = 2 \frac{{a}}{{n}}^{{2}},\quad{tail}"
    assert r"\left(\frac{a}{n}\right)^{2}" in step_formula(_step(sentence, written))
