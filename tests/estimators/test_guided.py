"""Guided evolution strategies: closed forms on linear losses, and plain ones as a special case."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo.estimators import AntitheticEs, ByteSum, Factor, Gaussian, GuidedEs, Rademacher, Unbiased
from evo.estimators.smoothing.guided import GuidedState
from tests.estimators.measuring import estimates, means_agree, means_rejected, once, refuses

D, PAIRS, ALPHA = 6, 3, 0.3
SLOPE = np.array([1.0, -2.0, 0.5, 0.0, 3.0, 1.5])
HINTS = np.array([[1.0, 1.0, 0.0, 0.0, 2.0, 0.0], [0.0, 1.0, 0.0, -1.0, 0.0, 1.0]])
POINT = np.full(D, 0.3)


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


def linear(params, batch, key):
    return jnp.vdot(jnp.asarray(SLOPE), params)


def hints(params, batch, key):
    return tuple(jnp.asarray(HINTS))


def covariance(alpha, rows):
    """C, written down anew."""
    basis = np.linalg.qr(np.asarray(rows).T)[0]
    return alpha * np.eye(D) + (1 - alpha) * D / basis.shape[1] * basis @ basis.T


def second_moment(C, alpha, kurtosis, slope, rank, basis):
    """E |z|^2 <g, z>^2."""
    b = (1 - alpha) * D / rank
    fourth = (kurtosis - 3) * (alpha**2 * slope @ slope + b**2 * np.sum((basis.T @ slope) ** 2))
    return np.trace(C) * slope @ C @ slope + 2 * np.sum((C @ slope) ** 2) + fourth


def check_moments(noise, scale=None):
    es = GuidedEs(
        PAIRS, 0.1, alpha=ALPHA, surrogates=hints, past=2, noise=noise, **({} if scale is None else {"scale": scale})
    )
    found, info = estimates(es, linear, jnp.asarray(POINT), 8192)
    basis = np.linalg.qr(HINTS.T)[0]
    C = covariance(ALPHA, HINTS)
    c = info["scale"][0]
    mean = c * C @ SLOPE
    means_agree(found, mean)
    for defect in (-mean, PAIRS * mean, 2 * mean, c * SLOPE):
        means_rejected(found, mean, defect)
    square = c**2 * (
        second_moment(C, ALPHA, noise.kurtosis, SLOPE, 2, basis) / PAIRS + (1 - 1 / PAIRS) * np.sum((C @ SLOPE) ** 2)
    )
    squares = np.sum(found**2, axis=1, keepdims=True)
    means_agree(squares, square)
    means_rejected(squares, square, np.sum(mean**2))
    return c, C


def test_mean_and_mean_square_on_a_linear_loss():
    c, C = check_moments(ByteSum())
    # the largest factor that no gradient makes too long, found on a grid of gradients
    basis = np.linalg.qr(HINTS.T)[0]
    largest = np.inf
    for share in np.linspace(0, 1, 101):
        across = np.linalg.svd(basis.T)[2][-1]
        g = np.sqrt(share) * basis[:, 0] + np.sqrt(1 - share) * across
        square = second_moment(C, ALPHA, ByteSum.kurtosis, g, 2, basis) / PAIRS + (1 - 1 / PAIRS) * np.sum((C @ g) ** 2)
        largest = min(largest, g @ C @ g / square)
    assert c == pytest.approx(largest, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(("noise", "scale"), [(Gaussian(), None), (Rademacher(), None), (ByteSum(), Unbiased())])
def test_mean_and_mean_square_for_other_laws(noise, scale):
    c, _ = check_moments(noise, scale)
    assert scale is None or c == 1


def test_the_published_estimate_is_one_factor():
    total, beta = 0.1, 2.0
    es = GuidedEs(
        PAIRS, total / np.sqrt(D), alpha=0.5, surrogates=hints, past=2, noise=Gaussian(), scale=Factor(beta / D)
    )
    params, key = jnp.asarray(POINT), jax.random.key(5)
    steps = []

    def watched(params, batch, key):
        jax.debug.callback(lambda x: steps.append(np.asarray(x) - POINT), params)
        return jnp.sum(jnp.sin(params) * jnp.asarray(SLOPE))

    found, _ = once(es, watched, params, key)
    jax.effects_barrier()

    def f(x):
        return np.sum(np.sin(x) * SLOPE)

    distinct = {tuple(np.round(step, 12)): step for step in steps}.values()
    assert len(distinct) == 2 * PAIRS
    published = beta / (2 * total**2 * PAIRS) * sum(step * f(POINT + step) for step in distinct)
    np.testing.assert_allclose(found.grads, published, rtol=1e-10)


@pytest.mark.parametrize("options", [{"past": 0}, {"alpha": 1.0, "surrogates": hints, "past": 2}, {"past": 2}])
def test_without_subspace_it_is_the_plain_strategy(options):
    def loss(params, batch, key):
        return jnp.sum(jnp.cos(params) * jnp.asarray(SLOPE))

    params, key = jnp.asarray(POINT), jax.random.key(2)
    es, plain = GuidedEs(PAIRS, 0.1, **options), AntitheticEs(PAIRS, 0.1)
    one, state = once(es, loss, params, key)
    other, _ = once(plain, loss, params, key)
    np.testing.assert_allclose(one.grads, other.grads, rtol=1e-12)
    np.testing.assert_allclose(one.value, other.value, rtol=1e-12)
    assert one.info["scale"] == pytest.approx(float(other.info["scale"]), rel=1e-12)
    if "surrogates" not in options and options["past"]:  # the next call is guided by this one
        np.testing.assert_array_equal(state.past[0], one.grads)
        second, state = once(es, loss, params, key, state=state)
        assert int(second.info["surrogates_used"]) == 1
        np.testing.assert_array_equal(state.past, np.stack([second.grads, one.grads]))


@pytest.mark.slow
def test_surrogates_that_do_not_count_are_left_out():
    params, key = jnp.asarray(POINT), jax.random.key(3)
    bad = np.full(D, np.nan)
    alone = GuidedEs(PAIRS, 0.1, surrogates=lambda *_: jnp.asarray(HINTS[0]), past=1)
    expected, _ = once(alone, linear, params, key)
    rows = jnp.asarray(np.stack([np.zeros(D), HINTS[0], -3 * HINTS[0], bad]))
    es = GuidedEs(PAIRS, 0.1, past=4)
    found, _ = once(es, linear, params, key, state=GuidedState(rows))
    assert int(found.info["surrogates_used"]) == 1
    assert float(found.info["scale"]) == pytest.approx(float(expected.info["scale"]), rel=1e-12)
    # the same subspace: all that the covariance adds lies along the one surrogate
    assert np.isfinite(found.grads).all()


def test_the_latest_surrogates_are_kept():
    def given(params, batch, key):
        return jnp.full(D, batch)

    es, params, key = GuidedEs(PAIRS, 0.1, surrogates=given, past=2), jnp.asarray(POINT), jax.random.key(0)
    state = es.init(key, linear, params, 1.0)
    for value in (1.0, 2.0, 3.0):
        _, state = once(es, linear, params, key, value, state)
    np.testing.assert_array_equal(state.past, np.stack([np.full(D, 3.0), np.full(D, 2.0)]))


REFUSALS = [
    (lambda: GuidedEs(4, 0.1, alpha=1.5), ValueError, "`alpha`", "got 1.5", "be a number in [0, 1]", "alpha=0.5"),
    (lambda: GuidedEs(4, 0.1, alpha="half"), TypeError, "`alpha`", "'half' of type str", "in [0, 1]", "alpha=0.5"),
    (
        lambda: GuidedEs(4, 0.1, surrogates=3),
        TypeError,
        "`surrogates`",
        "got 3",
        "be a function or None",
        "Pass a func",
    ),
    (lambda: GuidedEs(4, 0.1, past=-1), ValueError, "`past`", "got -1", "be an integer >= 0", "for example past=1"),
    (
        lambda: GuidedEs(4, 0.1, surrogates=hints, past=1).init(jax.random.key(0), linear, jnp.asarray(POINT), None),
        ValueError,
        "`past`",
        "got 1",
        "be at least 2",
        "Pass past=2",
    ),
]


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(case):
    refuses(*case)
