"""Candidates that are valued elsewhere give the estimate of a loss in JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo.estimators import AntitheticEs, AugmentedRandomSearch, GuidedEs, HalfBatches, SurrogateEs

PARAMS = {"w": jnp.linspace(-1.0, 1.0, 12).reshape(3, 4), "b": jnp.ones(5), "n": 3}
KEY = jax.random.key(1)


def loss(params, batch, key):
    del batch, key
    return jnp.sum(jnp.sin(params["w"])) + jnp.sum(params["b"] ** 3)


ESTIMATORS = [AntitheticEs(6, 0.1), SurrogateEs(6, 0.1), GuidedEs(6, 0.1), AugmentedRandomSearch(6, 0.1, best=3)]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda item: type(item).__name__)
def test_told_is_estimated(estimator):
    state = estimator.begin(PARAMS)
    for call in range(2):  # the second one with a past
        key = jax.random.fold_in(KEY, call)
        expected, wanted = estimator.estimate(key, loss, PARAMS, None, state)
        candidates = estimator.ask(key, PARAMS, state)
        losses = [float(loss(candidate, None, None)) for candidate in candidates]
        found, after = estimator.tell(candidates, losses)
        # losses of size 5 in float32, divided by sigma
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=2e-4), found.grads, expected.grads)
        np.testing.assert_allclose(found.value, expected.value, rtol=1e-6)
        assert found.evaluations == expected.evaluations == len(candidates) == 12
        assert jax.tree.structure(after) == jax.tree.structure(wanted)
        state = after


def test_members_of_a_pair_lie_opposite():
    candidates = AntitheticEs(3, 0.1).ask(KEY, PARAMS, None)
    assert "6 members" in repr(candidates)
    for pair in range(3):
        up, down = candidates.materialise(2 * pair), candidates[2 * pair + 1]
        assert up["n"] == 3
        np.testing.assert_allclose(up["w"] + down["w"], 2 * PARAMS["w"], atol=1e-6)
        assert np.abs(up["w"] - down["w"]).max() > 0.05


def test_a_failed_member_costs_its_pair():
    estimator = AntitheticEs(4, 0.1)
    candidates = estimator.ask(KEY, PARAMS, estimator.begin(PARAMS))
    losses = np.arange(8.0)
    losses[2] = np.nan
    found, _ = estimator.tell(candidates, losses)
    assert int(found.info["dropped"]) == 1
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(found.grads))


def test_what_does_not_fit_is_refused():
    estimator = AntitheticEs(4, 0.1)
    candidates = estimator.ask(KEY, PARAMS, estimator.begin(PARAMS))
    with pytest.raises(ValueError, match=r"`losses` must have the shape \(2 pairs,\) = \(8,\)"):
        estimator.tell(candidates, [1.0, 2.0])
    with pytest.raises(TypeError, match="`losses` must hold real numbers"):
        estimator.tell(candidates, ["a"] * 8)
    with pytest.raises(TypeError, match="`candidates` must be Candidates"):
        estimator.tell(PARAMS, [1.0] * 8)
    with pytest.raises(ValueError, match="`index`"):
        candidates.materialise(8)
    with pytest.raises(ValueError, match="need one loss per candidate"):
        SurrogateEs(4, 0.1, trust=HalfBatches()).ask(KEY, PARAMS, None, jnp.ones((4, 2)))
