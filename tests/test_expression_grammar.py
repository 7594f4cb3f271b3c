"""The grammar: precedence, limits, and what is refused with which advice."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.expression.limits import MAX_DEPTH, MAX_LENGTH, ExpressionError
from verify.expression.parser import parse
from verify.expression.syntax import calls, render


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("1", "1"),
        ("( ( 1 ) )", "1"),
        ("-2**2", "-2**2"),
        ("(-2)**2", "(-2)**2"),
        ("2**3**2", "2**(3**2)"),
        ("2**-1", "2**(-1)"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("6/3/2", "6/3/2"),
        ("not a == b or c and d", "not a == b or (c and d)"),
        ("1<2<=3!=4", "1 < 2 <= 3 != 4"),
        ("f.x( [1,2],kind='local' , n = 3)", 'f.x([1, 2], kind="local", n=3)'),
        ("x ~= -3.50", "x ~= -3.50"),
        ("infinite", "never"),
    ],
)
def test_normalised_text(text: str, normal: str) -> None:
    assert render(parse(text)) == normal
    assert render(parse(normal)) == normal


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("1 +", "ends where"),
        ("(1", "ends where"),
        ("1)", "stands where"),
        ("a = 3", "write =="),
        ("3x", "3*x"),
        ("1.", "digit on both sides"),
        ("007 == 7", "leading zero"),
        ("10^2 == 100", "write **"),
        ("50% == 1/2", "percent"),
        ("1 ≤ 2", "write <="),
        ("3 − 2 == 1", "ASCII minus"),
        ("2 × 3 == 6", "write *"),
        ("аbs(1) == 1", "CYRILLIC SMALL LETTER A"),
        ("x ~= 3 + 1", "as printed"),
        ("x ~= 1e3", "as printed"),
        ("x ~= y", "as printed"),
        ('"abc" == 1', "arguments only"),
        ("[1, 2] == 1", "arguments only"),
        ("f('abc", "not closed"),
        ("f(n=1, n=2) == 1", "given twice"),
        ("f(n=1, 2) == 1", "cannot follow"),
        ("+1 == 1", "leave out the sign"),
        ("true(1)", "takes no arguments"),
        ("a\\b", "plain text"),
        ("__import__('os').system('ls')", "digit on both sides"),
        ("x; y", "one expression"),
        ("1,500 == 1500", "without it"),
        ("1_000 == 1000", "leave out the _"),
    ],
)
def test_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(ExpressionError, match=None) as caught:
        parse(text)
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500 + "1" + ")" * 500,
        "-" * 500 + "1 == 1",
        "not " * 500 + "true",
        "2" + "**2" * 500,
        "f(" * 500,
        "f([" + "1," * 500 + "1])",
        "9" * 1000 + " == 1",
        "1e999999999 == 1",
        "1 + " * 2000 + "1 == 1",
        "x" * (MAX_LENGTH + 1),
    ],
)
def test_limits_are_quick(text: str) -> None:
    begin = time.perf_counter()
    with pytest.raises(ExpressionError):
        parse(text)
    assert time.perf_counter() - begin < 0.5


def test_depth_at_the_limit() -> None:
    assert render(parse("(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH)) == "1"
    with pytest.raises(ExpressionError, match="nested"):
        parse("(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1))


def test_a_long_sum_is_not_a_deep_tree() -> None:
    assert len(render(parse(" + ".join(["1"] * 700) + " == 700"))) > 2000


def test_calls_with_their_place() -> None:
    text = "1 + f.a(2, g(3)) == h()"
    found = [text[c.column - 1 : c.end] for c in calls(parse(text))]
    assert found == ["f.a(2, g(3))", "g(3)", "h()"]


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        tree = parse(text)
    except ExpressionError as error:
        assert error.message
    else:
        assert render(parse(render(tree))) == render(tree)
