"""Errors of evolution strategies on unrolled graphs against quadrature that is exact for them."""

import itertools
import math

import numpy as np
import pytest

from theory import unrolled


def _quadrature(gradients, weights_of, normals):
    """(bias, window, episode) by three Gauss-Hermite nodes for each normal number: exact up to fifth powers of each."""
    n, _, d = gradients.shape
    true = gradients.sum(axis=1).mean(axis=0)
    nodes, shares = (-math.sqrt(3.0), 0.0, math.sqrt(3.0)), (1 / 6, 2 / 3, 1 / 6)
    mean, window, episode = np.zeros(d), 0.0, 0.0
    for index in itertools.product(range(3), repeat=normals):
        share = math.prod(shares[i] for i in index)
        z = np.array([nodes[i] for i in index]).reshape(-1, d)
        played, used = weights_of(z, n)
        x = np.array([used[w] * sum(gradients[w, k] @ played[k] for k in range(n)) for w in range(n)])
        mean += share * x.mean(axis=0)
        window += share * np.mean(np.sum((x - true) ** 2, axis=1))
        episode += share * np.sum((x.mean(axis=0) - true) ** 2)
    unit = true @ true
    return math.sqrt(np.sum((mean - true) ** 2) / unit), window / unit, episode / unit


SCHEMES = {
    "truncated": (unrolled.truncated, lambda z, n: (z, z), 1),
    "persistent": (unrolled.persistent, lambda z, n: (z, np.cumsum(z, axis=0)), 1),
    "noise reuse": (unrolled.noise_reuse, lambda z, n: ([z[0]] * n, [z[0]] * n), 0),
}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("n", "d"), [(1, 3), (3, 1), (3, 2)])
def test_is_exact(scheme, n, d):
    function, weights, fresh = SCHEMES[scheme]
    gradients = np.random.default_rng(n + d).normal(size=(n, n, d)) * np.tril(np.ones((n, n)))[:, :, None]
    expected = _quadrature(gradients, weights, n * d if fresh else d)
    assert [float(x) for x in function(gradients)] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("function", [unrolled.truncated, unrolled.persistent, unrolled.noise_reuse])
def test_pairs_are_independent(function):
    gradients = np.random.default_rng(0).normal(size=(3, 3, 2)) * np.tril(np.ones((3, 3)))[:, :, None]
    one, four, many = (function(gradients, pairs) for pairs in (1, 4, 10**9))
    assert float(one.bias) == float(four.bias) == float(many.bias)
    assert float(many.episode) == pytest.approx(float(one.bias) ** 2, abs=1e-7)
    assert float(four.episode) - float(one.bias) ** 2 == pytest.approx((float(one.episode) - float(one.bias) ** 2) / 4)


@pytest.mark.parametrize(
    ("gradients", "message"),
    [
        (np.zeros((2, 3, 1)), r"`gradients` must be finite numbers of shape \[n, n, d\]; got shape \(2, 3, 1\). Pass"),
        (np.ones((2, 2, 1)), r"`gradients` must be zero where k > w; got others. Pass"),
        (np.zeros((2, 2, 1)), r"`gradients` must not sum to zero; got .* Pass"),
    ],
)
def test_refusals(gradients, message):
    with pytest.raises(ValueError, match=message):
        unrolled.persistent(gradients)
    with pytest.raises(ValueError, match=r"`pairs` must be an integer >= 1 .*; got 0. Pass"):
        unrolled.persistent(np.ones((1, 1, 1)), pairs=0)
