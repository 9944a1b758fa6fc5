"""Bias and mean squared errors of evolution strategies over windows: a linear system whose moments are exact."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import theory
from evo.estimators import Dealt, Gaussian, NoiseReuseEs, PersistentEs, TruncatedEs, Unbiased
from evo.estimators.accuracy import episodes
from evo.oracles import staggered
from evo.tasks import LeakyTracking
from tests.estimators.measuring import BATCHES, means_agree, means_rejected

KINDS = {
    TruncatedEs: theory.unrolled.truncated,
    PersistentEs: theory.unrolled.persistent,
    NoiseReuseEs: theory.unrolled.noise_reuse,
}
POINT = np.zeros(5)


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64():
        yield


def system(window, delays=None):
    return LeakyTracking(np.ones(5), length=100, window=window, delays=delays)


def samples(kind, window, repeats, **settings):
    """Per episode of one pair: the mean estimate [5] over |g|, and both squared errors over |g|^2."""
    task, params = system(window), jnp.asarray(POINT)
    gradient = task.gradient(params)
    es = kind(pairs=1, sigma=0.1, noise=Gaussian(), scale=Unbiased(), **settings)
    found, by_window = episodes(es, task, params, gradient, 100 // window, repeats, jax.random.key(1))
    unit = np.linalg.norm(gradient)
    by_episode = np.sum((found - gradient) ** 2, axis=1) / unit**2
    return np.column_stack([found / unit, by_window, by_episode])


def expected(kind, window):
    """The exact means of the columns of `samples`."""
    by_window = np.asarray(system(window).window_gradients(POINT))
    true = by_window.sum(axis=1).mean(axis=0)
    mean = np.einsum("wwd->wd", by_window).mean(axis=0) if kind is TruncatedEs else true
    errors = KINDS[kind](by_window)
    assert float(errors.bias) == pytest.approx(np.linalg.norm(mean - true) / np.linalg.norm(true), abs=1e-12)
    return np.array([*(mean / np.linalg.norm(true)), float(errors.window), float(errors.episode)])


@pytest.mark.parametrize("kind", [PersistentEs, NoiseReuseEs])
def test_moments_are_exact(kind):
    found = samples(kind, 10, 64 * BATCHES)
    means_agree(found, expected(kind, 10))
    means_rejected(found, expected(kind, 10), expected(TruncatedEs, 10))  # what is forgotten at the end of a window


@pytest.mark.slow
@pytest.mark.parametrize("window", [1, 10, 50, 100])
@pytest.mark.parametrize("kind", KINDS)
def test_moments_are_exact_for_all_windows(kind, window):
    found = samples(kind, window, 313 * BATCHES)
    means_agree(found, expected(kind, window))
    if window <= 10:
        for other in set(KINDS) - {kind}:
            means_rejected(found, expected(kind, window), expected(other, window))


@pytest.mark.parametrize(
    ("window", "truncated", "persistent", "reused"),
    [
        (1, 0.9567, (8.875, 3.091), (6.936, 6.0)),
        (10, 0.7818, (8.287, 3.405), (6.918, 6.0)),
        (50, 0.2857, (6.622, 4.495), (6.571, 6.0)),
        (100, 0.0, (6.0, 6.0), (6.0, 6.0)),
    ],
)
def test_the_table(window, truncated, persistent, reused):
    gradients = np.asarray(system(window).window_gradients(POINT))
    assert float(theory.unrolled.truncated(gradients).bias) == pytest.approx(truncated, abs=5e-5)
    for function, errors in ((theory.unrolled.persistent, persistent), (theory.unrolled.noise_reuse, reused)):
        found = function(gradients)
        assert float(found.bias) < 1e-12
        assert (float(found.window), float(found.episode)) == pytest.approx(errors, abs=5e-4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [PersistentEs, NoiseReuseEs])
def test_lanes_apart_are_unbiased_in_every_window(kind):
    # Five pairs at five points of episodes of ten windows: each estimate is unbiased for what its lanes then play.
    task, params, pairs = system(10, staggered(5, 10)), jnp.asarray(POINT), 5
    es = kind(pairs=pairs, sigma=0.1, noise=Gaussian(), scale=Unbiased(), lanes=Dealt())
    by_window = np.asarray(jnp.sum(task.window_gradients(params), axis=1))
    n = 20
    positions = np.array([[(t if t + d < 10 else (t + d) % 10) for d in task.delays] for t in range(n)])
    gradient = jnp.asarray(by_window[positions].mean(axis=(0, 1)))
    found, _ = episodes(es, task, params, gradient, n, 64 * BATCHES, jax.random.key(2))
    means_agree(np.asarray(found), np.asarray(gradient))
    means_rejected(np.asarray(found), np.asarray(gradient), np.asarray(gradient) * 0.5)
