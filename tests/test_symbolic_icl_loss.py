"""The loss for every d: words against matchings, entries, the plane and the scalar routes."""

from __future__ import annotations

from fractions import Fraction as Q
from itertools import product
from math import factorial, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.loss import (
    loss_at,
    loss_family,
    loss_invariants,
    loss_polynomial,
    transpose_defect,
)
from symbolic.plane import plane_loss_at
from symbolic.scalar import hessian_at_scalar, scalar_loss_at, variation_at_scalar
from symbolic.words import WordMoments, matching_moment


def bartlett_loss(matrix, layers, n):
    """E ||(I - VS)^L||^2 for a 2x2 matrix by Bartlett's W = T T^T, in plain fractions."""

    def times(p, q):
        out = {}
        for (e, c), (f, k) in product(p.items(), q.items()):
            key = tuple(x + y for x, y in zip(e, f, strict=True))
            out[key] = out.get(key, Q(0)) + c * k
        return out

    def plus(*terms):
        out = {}
        for term in terms:
            for e, c in term.items():
                out[e] = out.get(e, Q(0)) + c
        return out

    # t1^2 ~ chi2_n, t2^2 ~ chi2_(n-1), x ~ N(0, 1): W = [[t1^2, t1 x], [t1 x, x^2 + t2^2]].
    w = [[{(2, 0, 0): Q(1, n)}, {(1, 0, 1): Q(1, n)}]]
    w.append([w[0][1], {(0, 0, 2): Q(1, n), (0, 2, 0): Q(1, n)}])
    step = [
        [
            plus(
                {(0, 0, 0): Q(int(i == j))},
                *({e: -Q(matrix[i][k]) * c for e, c in w[k][j].items()} for k in (0, 1)),
            )
            for j in (0, 1)
        ]
        for i in (0, 1)
    ]
    power = step
    for _ in range(layers - 1):
        power = [
            [plus(*(times(power[i][k], step[k][j]) for k in (0, 1))) for j in (0, 1)]
            for i in (0, 1)
        ]
    total = Q(0)
    for i, j in product((0, 1), repeat=2):
        for (p, q, r), c in times(power[i][j], power[i][j]).items():
            if p % 2 or q % 2 or r % 2:
                continue
            chi = prod(n + 2 * k for k in range(p // 2)) * prod(n - 1 + 2 * k for k in range(q // 2))
            total += c * chi * (factorial(r) // (2 ** (r // 2) * factorial(r // 2)))
    return total


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 2, 9])
def test_four_routes_agree_at_d2(layers, n):
    a, b, r = Q(2, 3), Q(1, 5), Q(-1, 7)
    matrix = [[a + r, -b], [b, a - r]]
    value = bartlett_loss(matrix, layers, n)
    assert value == plane_loss_at(layers, n, a, b, r)
    assert value == loss_invariants(layers).at(matrix, n)
    assert value == loss_at(a, 2, layers, n, b=b, r=r)


def test_a_rotated_matrix_has_the_same_loss_by_bartlett():
    # (a, b, r) with R turned: R = r (3/5 diag(1,-1) + 4/5 offdiag).
    a, b, r = Q(1, 2), Q(1, 3), Q(1, 4)
    turned = [[a + r * Q(3, 5), r * Q(4, 5) - b], [r * Q(4, 5) + b, a - r * Q(3, 5)]]
    assert bartlett_loss(turned, 2, 5) == plane_loss_at(2, 5, a, b, r)


@given(st.lists(st.sampled_from(["", "v", "t", "tv", "vv"]), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_words_agree_with_the_sum_over_matchings(blocks):
    moments = WordMoments(len(blocks))
    moments.add(blocks, 1)
    assert moments.forward() == matching_moment(blocks)


@pytest.mark.parametrize(("d", "layers", "n"), [(1, 2, 3), (3, 2, 1), (3, 3, 4), (5, 2, 7)])
def test_scalar_matrices_agree_with_zonal_moments(d, layers, n):
    a = Q(3, 7)
    matrix = [[a if i == j else 0 for j in range(d)] for i in range(d)]
    assert loss_invariants(layers).at(matrix, n) == scalar_loss_at(a, d, layers, n)


def test_zero_matrix_and_one_layer_by_hand():
    assert loss_at(0, 4, 3, 5) == 4
    # E ||I - aS||^2 = d (1 - 2a + a^2 (n + d + 1)/n).
    assert loss_at(Q(1, 2), 3, 1, 6) == 3 * (1 - 1 + Q(1, 4) * Q(10, 6))


def test_the_second_variation_is_the_derivative_of_the_loss():
    a, n, e = Q(2, 5), 6, Q(1, 1000)
    for d, layers in ((3, 2), (4, 2), (3, 3)):
        loss = loss_invariants(layers)
        for kind in ("skew", "symmetric"):
            sign = -1 if kind == "skew" else 1

            def at(t, d=d, sign=sign, loss=loss):
                matrix = [[a if i == j else Q(0) for j in range(d)] for i in range(d)]
                matrix[0][1], matrix[1][0] = t, sign * t
                return loss.at(matrix, n)

            # f(aI + tH) is a polynomial in t; ||H||^2 = 2.  Fourth-order difference, then limit.
            second = (at(e) + at(-e) - 2 * at(Q(0))) / e**2 / 2
            exact = 2 * variation_at_scalar(a, d, layers, n, kind)
            assert abs(second - exact) < Q(1, 1000)
    assert set(hessian_at_scalar(a, 1, 2, 3)) == {"scalar"}


def test_transpose_symmetry_holds_exactly_where_stated():
    assert transpose_defect(1) == {} and transpose_defect(2) == {}
    assert transpose_defect(3) != {}
    matrix = [[Q(1), Q(2), Q(0)], [Q(0), Q(1, 2), Q(3)], [Q(1, 3), Q(0), Q(-1)]]
    turned = [list(column) for column in zip(*matrix, strict=True)]
    assert loss_invariants(2).at(matrix, 5) == loss_invariants(2).at(turned, 5)
    assert loss_invariants(3).at(matrix, 5) != loss_invariants(3).at(turned, 5)


def test_entry_polynomial_gradient_hessian_and_restriction():
    loss = loss_polynomial(2, 2)
    values = {"v11": Q(1, 2), "v12": Q(1, 3), "v21": -1, "v22": Q(2, 5)}
    matrix = [[values["v11"], values["v12"]], [values["v21"], values["v22"]]]
    assert loss.at(4, values) == loss_invariants(2).at(matrix, 4)
    diagonal = loss.restrict({"v12": 0, "v21": 0})
    assert diagonal.names == ("v11", "v22")
    assert diagonal.at(3, {"v11": 1, "v22": 1}) == loss_at(1, 2, 2, 3)
    hessian = loss.hessian()
    assert hessian[0][1] == hessian[1][0] == loss.gradient()[0].derivative("v12")
    assert loss.to_sympy().total_degree() == 4 + 4


def test_family_with_a_base_point():
    shifted = loss_family(2, ("t",), ([[0, -1], [1, 0]],), base=[[1, 0], [0, 1]])
    assert shifted.at(15, {"t": Q(1, 9)}) == loss_at(1, 2, 2, 15, b=Q(1, 9))


def test_must_fail():
    with pytest.raises(ValueError):
        loss_at(1, 3, 2, 5, b=1)
    with pytest.raises(ValueError):
        loss_at(1, 2, 0, 5)
    with pytest.raises(ValueError):
        loss_invariants(7)
    with pytest.raises(ValueError):
        loss_polynomial(2, 1).at(3, {"v11": 1})
    assert loss_at(1, 2, 2, 15, b=Q(1, 10)) != loss_at(1, 2, 2, 15, r=Q(1, 10))


@pytest.mark.slow
def test_five_layers_agree_at_d2():
    a, b, r = Q(2, 3), Q(1, 5), Q(1, 7)
    matrix = [[a + r, -b], [b, a - r]]
    assert loss_invariants(5).at(matrix, 4) == plane_loss_at(5, 4, a, b, r)
