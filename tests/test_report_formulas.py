"""Formulas in reports: what passes, what is shown as source, and how it is set."""

from __future__ import annotations

import re
import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.report import mathml
from verify.report.escape import clean, file_name, html_text, latex_text, markdown_text
from verify.report.formula import breakable, flatten, latex, plain, width
from verify.report.mathtext import MathError, parse
from verify.report.prose import formula, html, markdown, split, tex
from verify.report.sentence import Unrecognised, sentence

HOSTILE = [
    r"\def\x{1}", r"\csname input\endcsname", r"\input{/etc/passwd}", r"\href{http://x}{y}", "^^41",
    r"\write18{ls}", r"\catcode`\%=12", r"\begin{verbatim}x\end{verbatim}", r"\special{x}",
    r"\text{\input{x}}", r"\operatorname{\def}", r"\left(", r"x_1_2", "}", "{", "a & b", "100%", "#1",
    r"\includegraphics{x}", r"\url{x}", r"\class{a}{b}", r"\require{x}", "\\frac{1}",
]  # fmt: skip


def test_an_empty_formula_is_an_empty_row() -> None:
    assert latex(parse("")) == ""
    assert flatten(parse("")) == []


@pytest.mark.parametrize("source", HOSTILE)
def test_what_is_outside_the_list_is_refused_and_shown_as_source(source: str) -> None:
    with pytest.raises(MathError):
        parse(source)
    text = f"before ${source}$ after"
    assert "shown as source" in html(text) or "$" in source or source in ("100%", "#1")
    for command in re.findall(r"\\(input|def|csname|href|write|url|special|catcode)\b", tex(text)):
        raise AssertionError(f"\\{command} reached LaTeX")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"\frac12", r"\frac{1}{2}"),
        ("x^12", "x^{1}2"),
        (r"\sqrt[3]{x}", r"\sqrt[{3}]{x}"),
        ("f''^2", r"f^{\prime\prime2}"),
        ("n ≥ 1", r"n\ge1"),
        (r"\left\{a\right.", r"\left\{a\right."),
        (r"\begin{pmatrix}a&b\\c&d\\\end{pmatrix}", r"\begin{pmatrix} a & b\\ c & d \end{pmatrix}"),
    ],
)
def test_latex_is_written_from_the_tree_as_tex_reads_it(source: str, expected: str) -> None:
    assert latex(parse(source)) == expected


def test_markdown_meets_no_character_of_its_own_inside_formulas() -> None:
    written = latex(parse(r"a<b>c * \|x\| | \{y\}"), markdown=True)
    assert not set(written) & set("<>*|")


PARTS = [*r"\{}^_$&%#~ ab12<>()|é=+*-", r"\frac", r"\def", r"\(", "$$", "`", " = ", "x_1", "a*"]


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_balanced_latex_and_well_formed_html(text: str) -> None:
    ElementTree.fromstring(f"<p>{html(text)}</p>")
    written = tex(text)
    depth = 0
    for token in re.findall(r"\\.|[{}]", written, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(token, 0)
        assert depth >= 0
    assert depth == 0
    assert not re.search(r"\\def\b", written)
    markdown(text)


def test_hidden_characters_are_spelled_out_in_every_format() -> None:
    text = "a\u202eb\u0007\u200bc"
    assert clean(text) == "a[U+202E]b[U+0007][U+200B]c"
    for written in (html_text(text), latex_text(text), markdown_text(text)):
        assert not re.search("[\u202e\u0007\u200b]", written)


def test_text_is_escaped_for_each_format() -> None:
    text = '<script>a & "b"</script> 100% \\input{x} [l](javascript:x) https://x.y'
    assert "<script" not in html_text(text)
    assert "<script" not in markdown_text(text).replace("\\<", "")
    assert "\\](" in markdown_text(text)
    assert "://" not in markdown_text(text)
    assert r"\input" not in latex_text(text)
    assert file_name("../../x y") == "x-y"


def test_mathml_is_well_formed_and_names_no_foreign_thing() -> None:
    source = r"\sum_{k=1}^n \binom{n}{k} \hat{x}_k \left(\frac{1}{2}\right)^{k} \mathbb{E}\|X\|_F^2 \to \mathcal{O}(1)"
    for written in (mathml.inline(source), mathml.block(source)):
        ElementTree.fromstring(written)
        assert "𝔼" in written


def test_a_long_polynomial_breaks_before_its_signs_and_inside_numbers() -> None:
    source = " + ".join(f"{10**k}n^{{{k}}}" for k in range(1, 20)) + "-" + "7" * 60
    tree = parse(source)
    assert width(tree) > 100
    assert latex(tree, breaks=True).count("\\allowbreak") >= 19 + 3
    pieces = flatten(tree)
    assert "".join(map(latex, pieces)) == latex(tree)
    assert "verifylong" in tex(f"$${source}$$")
    assert mathml.block(source).count("<math") == len(pieces)


def test_wide_brackets_and_fractions_become_breakable() -> None:
    inner = " + ".join(f"{k}n^{{{k}}}a" for k in range(30))
    tree = breakable(parse(rf"\frac{{{inner}}}{{n^3}}\left({inner}\right)"))
    assert r"\frac" not in latex(tree)
    assert r"\left" not in latex(tree)
    assert len(flatten(tree)) > 50


@pytest.mark.parametrize(
    ("text", "expected"),
    [("n >= 1", r"n\ge 1"), ("d = L = 2", "d=L=2"), ("2*a**2 != 0", r"2a^{2}\ne 0"),
     ("a function", None), ("", None), ("f(x)", None)],
)  # fmt: skip
def test_plain_expressions_are_set_only_when_the_whole_is_one(text: str, expected: str | None) -> None:
    assert plain(text) == expected
    assert formula(text) == (f"${expected}$" if expected else text)


def test_mathematics_in_words() -> None:
    kinds = [(p.kind, p.text) for p in split("so M_t >= 0 at n = 15, icl.loss-d2 and x_{l+1}")]
    assert ("math", "M_{t} ≥ 0") in kinds
    assert ("math", "n = 15") in kinds
    assert ("math", "x_{l+1}") in kinds
    assert any("icl.loss-d2" in text for kind, text in kinds if kind == "text")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f4 == 2*n**3 - 4", "f_{4}=2n^{3} - 4"),
        ("(1*M0 + -2*M1)/4 == m", r"\frac{M_{0} - 2M_{1}}{4}=m"),
        ("subs(subs(f, a, 0), b, 1) < 0 for n in [15, oo)", r"f|_{a=0,\,b=1}<0\qquad(n\ge 15)"),
        ("g2 > 0 for a in (-oo, oo), n in [1, 9]", r"g_{2}>0\qquad(a\in\mathbb{R},\ 1\le n\le 9)"),
        ("R has 0 real roots for n in [1, oo): none", r"R\ \text{has no real root}\qquad(n\ge 1)"),
        ("for n = 2..4: h > 0 at the real roots of c, a in (-oo, oo)",
         r"h>0\quad\text{where }c=0\qquad(a\in\mathbb{R})\quad\text{for }n=2,\ldots,4"),
        ("c := E X^1, X ~ chi2(k)", r"c\mathrel{:=}\mathbb{E}X,\quad X\sim\chi^{2}_{k}"),
        ("F := loss(layers=2, V=aI+sK, K skew of norm 1, d=3) + O(s^3)",
         r"F\mathrel{:=}\mathbb{E}\|(I-VS)^{2}\|_F^{2}+O(s^{3}),\quad V=aI+sK,\ "
         r"K\text{ skew},\ \|K\|_F=1,\ d=3"),
        ("f := loss(layers=3, V=[a, -b; b, a])",
         r"f\mathrel{:=}\mathbb{E}\|(I-VS)^{3}\|_F^{2},\quad V=\begin{pmatrix} a & -b \\ b & a \end{pmatrix}"),
        ("a - (b - c) == -(a*b)", "a - (b - c)=-ab"),
        ("(a + b)*(a - b)/2 == -x**2", r"\frac{(a + b)(a - b)}{2}=-x^{2}"),
        ("m > 0 for ", "m>0"),
        ("percent((3.5 - 1)/3.5) ~= 71.4", r"\operatorname{percent}\left(\frac{3.5 - 1}{3.5}\right)\approx 71.4"),
        ("min(sqrt(x), abs(y)) < floor(z)", r"\min(\sqrt{x},\,|y|)<\lfloor z\rfloor"),
    ],
)  # fmt: skip
def test_sentences_of_the_checker(text: str, expected: str) -> None:
    assert sentence(text) == expected
    parse(expected)


@pytest.mark.parametrize("text", ["argued: coercive", "a b", "f(x) == 1", "x for y", "x == ", "(" * 300])
def test_other_sentences_are_left_alone(text: str) -> None:
    with pytest.raises(Unrecognised):
        sentence(text)


SILLY = ["a ", "a + ", "a = ", "x_1 ", "$", "$$", r"\(", "`", r"\begin{align}", r"\emph{", "{", "^"]


@pytest.mark.parametrize("part", SILLY)
def test_long_silly_text_is_read_in_a_moment(part: str) -> None:
    start = time.perf_counter()
    split(part * 1500)
    assert time.perf_counter() - start < 2.0
