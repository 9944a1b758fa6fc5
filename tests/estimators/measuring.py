"""Many independent estimates, and assertions on their means with a computed false-alarm rate."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from evo.oracles import child
from tests.statistical import FALSE_ALARM

#: means of batches, of which Student's law is taken
BATCHES = 64


def estimates(estimator, loss, params, count, batch=None, seed=0, state=None):
    """The ravelled estimates [count, D] under `count` keys, and their common `info`, one entry per key."""
    root = jax.random.key(seed)
    state = estimator.init(root, loss, params, batch) if state is None else state

    @jax.jit
    def one(index):
        found, _ = estimator.estimate(child(root, "call", index), loss, params, batch, state)
        return jax.flatten_util.ravel_pytree(found.grads)[0], found.info

    found, info = jax.lax.map(one, jnp.arange(count), batch_size=min(count, 256))
    return np.asarray(found, np.float64), jax.tree.map(np.asarray, info)


def once(estimator, loss, params, key, batch=None, state=None):
    """The estimate and state of one call, not compiled: small operations are compiled once for all tests."""
    state = estimator.init(key, loss, params, batch) if state is None else state
    return estimator.estimate(key, loss, params, batch, state)


def refuses(call, error, *pieces):
    """The call is refused, and the message holds the four pieces: argument, what came, what is allowed, what to do."""
    assert len(pieces) == 4
    with pytest.raises(error) as caught:
        call()
    assert [piece for piece in pieces if piece not in str(caught.value)] == [], str(caught.value)


def radii(samples, cells):
    """How far the mean of each column may be from its expectation, by Student's law of the means of batches."""
    means = samples.reshape(BATCHES, -1, samples.shape[1]).mean(axis=1)
    return scipy.stats.t(BATCHES - 1).isf(FALSE_ALARM / (2 * cells)) * means.std(axis=0, ddof=1) / np.sqrt(BATCHES)


def means_agree(samples, expected):
    """The columns have these expectations; the truth is refused with probability at most `FALSE_ALARM` in all."""
    samples = np.asarray(samples).reshape(len(samples), -1)
    expected = np.broadcast_to(expected, samples.shape[1:])
    away, allowed = np.abs(samples.mean(axis=0) - expected), radii(samples, samples.shape[1])
    allowed = allowed + 1e-12 * np.abs(expected)  # rounding, where a column is constant
    wrong = np.flatnonzero(~(away <= allowed))
    assert wrong.size == 0, (
        f"columns {wrong[:5]}: {away[wrong[:5]]} from {expected[wrong[:5]]}, {allowed[wrong[:5]]} allowed"
    )


def means_rejected(samples, expected, defect):
    """`means_agree` refuses the expectations of a defect, and was bound to: they are beyond two radii of the truth."""
    samples = np.asarray(samples).reshape(len(samples), -1)
    allowed = radii(samples, samples.shape[1])
    far = np.abs(np.broadcast_to(defect, samples.shape[1:]) - expected) > 2 * allowed
    assert far.any(), "power: the defect is too close to the truth"
    assert (np.abs(samples.mean(axis=0) - defect) > allowed).any()
