"""Wishart trace moments: degenerate cases, hand values, two routes, must-fail arguments."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.wishart import power_trace_moment, trace_moment, wishart_moment


def test_no_factor_is_one_and_power_zero_is_d():
    assert wishart_moment([], 3, 4) == 1
    assert wishart_moment([0, 0], 3, 4) == 9


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_dimension_one_is_a_chi_square_moment(n, k):
    assert wishart_moment([k], 1, n) == prod(n + 2 * j for j in range(k))


@pytest.mark.parametrize("d", [1, 2, 5])
def test_one_sample_has_rank_one(d):
    assert wishart_moment([2, 1], d, 1) == wishart_moment([3], d, 1)
    assert wishart_moment([3], d, 1) == wishart_moment([1, 1, 1], d, 1)


def test_second_moment_by_hand():
    # E tr W^2 = nd(n + d + 1), E (tr W)^2 = nd(nd + 2).
    assert wishart_moment([2], 3, 4) == 12 * 8
    assert wishart_moment([1, 1], 3, 4) == 12 * 14


@pytest.mark.parametrize("k", range(1, 13))
def test_the_zonal_route_agrees_with_the_recursion(k):
    assert power_trace_moment(k) == trace_moment((k,))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 6), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_symmetry_and_specialisation(parts, d, n):
    value = wishart_moment(parts, d, n)
    assert value == wishart_moment(parts, n, d)
    assert value == int(trace_moment(tuple(parts))(n, d))


@pytest.mark.parametrize("bad", [([-1], 2, 2), ([1], 0, 2), ([1], 2, 0), ([30, 30], 2, 2)])
def test_arguments_outside_the_range_are_refused(bad):
    with pytest.raises(ValueError):
        wishart_moment(*bad)
