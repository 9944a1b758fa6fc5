"""Augmented random search against its published formula, and the estimators from one pair."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo.estimators import AugmentedRandomSearch, BestPairs, Factor, Gaussian, Rademacher, Unbiased, mezo, spsa
from evo.oracles import child
from tests.estimators.measuring import once, refuses

PAIRS, BEST, SIGMA = 7, 3, 0.1
POINT = np.array([0.4, -0.2, 1.0, 0.0])


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


def loss(params, batch, key):
    return jnp.sum(jnp.cosh(params)) + jnp.prod(params)


def published(losses, directions, best):
    """(1 / (b std)) sum over the best b of (f(+) - f(-)) z, as in algorithm 2, for minimisation."""
    order = np.argsort(losses.min(axis=1), kind="stable")[:best]
    return np.mean((losses[order, 0] - losses[order, 1])[:, None] * directions[order], axis=0) / losses[order].std()


@pytest.mark.parametrize("best", [BEST, None])
def test_it_is_the_published_step(best):
    es = AugmentedRandomSearch(PAIRS, SIGMA, best=best, scale=Factor(2 * SIGMA))
    key, params = jax.random.key(4), jnp.asarray(POINT)
    found, _ = once(es, loss, params, key)
    z = np.stack([Gaussian().direction(child(key, "directions"), j, params) for j in range(PAIRS)])
    losses = np.array([[loss(POINT + sign * SIGMA * row, None, None) for sign in (1, -1)] for row in z])
    np.testing.assert_allclose(found.grads, published(losses, z, best or PAIRS), rtol=1e-9)
    defect = published(-losses, z, best or PAIRS)  # the worst directions, upwards
    assert not np.allclose(found.grads, defect, rtol=1e-3)


def test_bad_pairs_are_never_kept():
    losses = jnp.array([[3.0, 1.0], [0.0, 0.0], [2.0, 5.0], [4.0, 4.5]])
    good = jnp.array([True, False, True, True])
    found = BestPairs(2).differences(losses, good)
    kept = np.array([3.0, 1.0, 2.0, 5.0])
    np.testing.assert_allclose(found, 2 * np.array([2.0, 0.0, -3.0, 0.0]) / kept.std(), rtol=1e-12)
    np.testing.assert_array_equal(BestPairs(2).differences(jnp.full((4, 2), 7.0), good), np.zeros(4))
    np.testing.assert_array_equal(BestPairs(2).differences(losses, jnp.zeros(4, bool)), np.zeros(4))


@pytest.mark.parametrize(("es", "noise"), [(mezo(), Gaussian()), (spsa(1e-3), Rademacher())])
def test_one_pair(es, noise):
    key, params = jax.random.key(9), jnp.asarray(POINT)
    found, _ = once(es, loss, params, key)
    z = np.asarray(noise.direction(child(key, "directions"), 0, params))
    slope = np.asarray(jax.grad(loss)(params, None, None)) @ z
    np.testing.assert_allclose(found.grads, slope * z, rtol=1e-5)  # third derivatives: sigma^2 |z|^3 / 6
    assert (found.evaluations, float(found.info["scale"]), es.scale) == (2, 1.0, Unbiased())


REFUSALS = [
    (
        lambda: AugmentedRandomSearch(4, 0.1, best=5),
        ValueError,
        "`best`",
        "got 5",
        "integer in [1, 4]",
        "pairs are kept",
    ),
    (
        lambda: AugmentedRandomSearch(4, 0.1, best=0),
        ValueError,
        "`best`",
        "got 0",
        "integer in [1, 4]",
        "pairs are kept",
    ),
    (lambda: BestPairs(0), ValueError, "`count`", "got 0", "be an integer >= 1", "how many pairs are kept"),
    (
        lambda: BestPairs(5).differences(jnp.zeros((4, 2)), jnp.ones(4, bool)),
        ValueError,
        "`count`",
        "got 5",
        "be at most pairs = 4",
        "Keep fewer",
    ),
    (lambda: mezo(0.0), ValueError, "`sigma`", "got 0", "be a number in (0, inf)", "for example sigma=0.02"),
    (lambda: spsa(True), TypeError, "`sigma`", "got True", "be a number in (0, inf)", "for example sigma=0.02"),
    (lambda: Factor(-1.0), ValueError, "`c`", "got -1.0", "be a number in (0, inf)", "Unbiased()"),
]


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(case):
    refuses(*case)
