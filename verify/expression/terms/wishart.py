"""Vocabulary ``wishart.*``: moments of traces of a real Wishart matrix."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from verify.expression.terms import agreed, whole
from verify.registry import term

__all__ = ["moment"]

_MOST_PAIRED = 6  # with more factors W the sum over pairings has too many terms


@term(
    "wishart.moment",
    arguments={
        "powers": "list of integers k1, k2, ... >= 0, with sum at most 40",
        "d": "dimension, 1 to 10^6",
        "n": "samples, 1 to 10^6",
    },
    result="an integer",
    example="wishart.moment([1, 1], d=2, n=3) == 48",
)
def moment(*, powers: Any, d: Any, n: Any) -> Any:
    """E of the product of tr W^k over the list, W = X X^T not divided by n, X standard normal."""
    from symbolic.wishart import power_trace_moment, wishart_moment

    if not isinstance(powers, list) or not powers:
        raise ValueError("give the powers as a list such as [2, 1]")
    parts = [whole("a power", k, 0, 40) for k in powers]
    if sum(parts) > 40:
        raise ValueError(f"the powers may add up to at most 40, not {sum(parts)}")
    d, n = whole("d", d, 1, 10**6), whole("n", n, 1, 10**6)
    value = wishart_moment(parts, d, n)
    stein = ("Gaussian integration by parts", value)
    positive = [k for k in parts if k]
    zeros = len(parts) - len(positive)
    if sum(positive) <= _MOST_PAIRED:
        pairs = ("sum over pairings", lambda: _by_pairings(positive, d, n) * d**zeros)
        return agreed("wishart.moment", stein, pairs)
    if d == 1:
        chi = ("moments of chi-square", lambda: prod(n + 2 * i for i in range(sum(positive))))
        return agreed("wishart.moment", stein, chi)
    if len(positive) == 1:
        zonal = (
            "expansion in zonal polynomials",
            lambda: int(power_trace_moment(positive[0])(n, d)) * d**zeros,
        )
        return agreed("wishart.moment", stein, zonal)
    return value


def _by_pairings(parts: list[int], d: int, n: int) -> int:
    """Return the moment as the sum of n**loops * d**loops over all pairings of the factors X.

    Factor i of the word, W_i = X X^T, has a left end 2i and a right end 2i + 1, joined by an index
    of n values; the index of d values joins the right end of W_i to the left end of the next factor
    of its trace.
    """
    count = sum(parts)
    inner = {end: end ^ 1 for end in range(2 * count)}
    outer: dict[int, int] = {}
    first = 0
    for k in parts:
        for i in range(k):
            right, left = 2 * (first + i) + 1, 2 * (first + (i + 1) % k)
            outer[right], outer[left] = left, right
        first += k
    total = 0
    for mate in _pairings(list(range(2 * count))):
        total += n ** _cycles(inner, mate) * d ** _cycles(outer, mate)
    return total


def _pairings(ends: list[int]) -> Iterator[dict[int, int]]:
    if not ends:
        yield {}
        return
    first = ends[0]
    for i in range(1, len(ends)):
        for rest in _pairings(ends[1:i] + ends[i + 1 :]):
            yield {**rest, first: ends[i], ends[i]: first}


def _cycles(links: dict[int, int], mate: dict[int, int]) -> int:
    seen: set[int] = set()
    count = 0
    for start in links:
        if start in seen:
            continue
        count += 1
        end = start
        while end not in seen:
            seen.update((end, links[end]))
            end = mate[links[end]]
    return count
