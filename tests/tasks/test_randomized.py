"""The relaxed risk, how seeds are dealt, and recall with too little memory."""

from __future__ import annotations

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo import Key
from evo import models as m
from evo import tasks as t


def memory(params, values, seed):
    """Stores the values of the keys that the first sign of the seed names: 0 and 1, or 2 and 3."""
    del params
    stored = jnp.where(seed[0] > 0, jnp.array([1.0, 1.0, 0.0, 0.0]), jnp.array([0.0, 0.0, 1.0, 1.0]))
    return stored[:, None] * values


def whole(pairs):
    """A memory with room for all."""
    return t.RandomizedRecall(lambda key: jnp.zeros(1), lambda p, v, s: v, pairs=pairs, seed_bits=1, inputs=None)


def recall(**settings):
    return t.RandomizedRecall(lambda key: jnp.zeros(1), memory, **{"pairs": 4, "seed_bits": 2, **settings})


@pytest.mark.parametrize("q", [1.0, 1.5, 2.0, 8.0, 40.0, math.inf])
def test_relaxed_risk_is_the_power_mean_of_risks(q):
    losses = np.random.default_rng(1).exponential(size=(7, 5))
    with jax.enable_x64():
        value, slope = jax.value_and_grad(lambda x: t.relaxed_risk(x, q))(jnp.asarray(losses))
    risks = losses.mean(axis=1)
    expected = risks.max() if math.isinf(q) else np.mean(risks**q) ** (1 / q)
    weights = np.eye(7)[risks.argmax()] if math.isinf(q) else (risks / expected) ** (q - 1) / 7
    # a few roundings of float64, q times as large within the power
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    np.testing.assert_allclose(slope, np.repeat(weights[:, None] / 5, 5, axis=1), rtol=1e-11)
    assert not np.isclose(value, np.mean(losses**q) ** (1 / min(q, 1e9)), rtol=1e-3) or q == 1  # not of single losses


@pytest.mark.parametrize("q", [1e30, 1e39, 1e300])
def test_exponents_that_are_infinite_in_single_precision(q):
    value, slope = jax.value_and_grad(lambda x: t.relaxed_risk(x, q))(jnp.array([[1.0, 2.0], [0.0, 0.0]], jnp.float32))
    assert float(value) == 1.5
    np.testing.assert_allclose(slope, [[0.5, 0.5], [0.0, 0.0]], rtol=1e-6)


def test_relaxed_risk_lies_between_mean_and_maximum_and_rises():
    losses = jnp.asarray(np.random.default_rng(2).random((20, 4)))
    values = [float(t.relaxed_risk(losses, q)) for q in (1, 2, 4, 16, 100, 1000, math.inf)]
    assert all(a < b + 1e-6 for a, b in itertools.pairwise(values))
    risks = losses.mean(axis=1)
    assert values[0] == pytest.approx(float(risks.mean())) and values[-1] == float(risks.max())


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_no_power_overflows_at_exponent_100(scale):
    losses = jnp.array([[0.0, 0.0], [1.0, 0.5], [0.1, 0.2]]) * scale
    value, slope = jax.value_and_grad(lambda x: t.relaxed_risk(x, 100.0))(losses)
    assert float(value) == pytest.approx(0.75 * scale * 3 ** (-1 / 100), rel=1e-4)
    assert np.isfinite(slope).all() and float(slope[1].sum()) > 0.9


def test_risk_zero_has_value_and_slope_zero():
    value, slope = jax.value_and_grad(lambda x: t.relaxed_risk(x, 8.0))(jnp.zeros((3, 2)))
    assert value == 0.0 and not slope.any()


def test_a_loss_that_is_not_a_number_is_not_hidden():
    losses = jnp.ones((3, 2)).at[1, 1].set(jnp.nan)
    assert all(not np.isfinite(t.relaxed_risk(losses, q)) for q in (1, 8.0, math.inf))


def test_seeds_are_dealt_as_said():
    draw = lambda key: jax.random.normal(key, (3,))  # noqa: E731
    key, other = jax.random.key(0), jax.random.key(1)
    shared, own, constant = (part(key, draw, 4, 5) for part in (t.SharedSeeds(), t.OwnSeeds(), t.ConstantSeed()))
    assert (shared.shape, own.shape, constant.shape) == ((1, 5, 3), (4, 5, 3), (1, 1, 3))
    for dealt in (shared, own):
        assert len(np.unique(np.asarray(dealt))) == dealt.size
    assert not np.array_equal(shared, t.SharedSeeds()(other, draw, 4, 5))
    assert np.array_equal(constant, t.ConstantSeed()(other, draw, 9, 2))


def test_steps_see_fresh_inputs_and_seeds_and_candidates_the_same():
    task, key = recall(inputs=6, trials=3), jax.random.key(5)
    one, again, other = task.batch(key, 1), task.batch(key, 1), task.batch(key, 2)
    assert np.array_equal(one.seeds, again.seeds) and np.array_equal(one.inputs.values, again.inputs.values)
    assert not np.array_equal(one.inputs.values, other.inputs.values)
    everything = recall(inputs=None).batch(key, 1)
    assert len(everything.inputs.query) == recall().count == 64


def test_all_inputs_are_listed_once_and_every_string_is_one():
    task = t.RandomizedRecall(
        lambda key: jnp.zeros(1), lambda p, v, s: v, pairs=3, value_bits=2, seed_bits=1, inputs=None
    )
    listed = task.listed()
    rows = {(*v.ravel().tolist(), int(k)) for v, k in zip(*map(np.asarray, listed), strict=True)}
    assert len(rows) == task.count == 3 * 2**6
    strings = np.array(list(itertools.product([0, 1], repeat=task.bits)), np.uint8)
    values, query = jax.vmap(task.decoded)(jnp.asarray(strings))
    found = {(*v.ravel().tolist(), int(k)) for v, k in zip(np.asarray(values), np.asarray(query), strict=True)}
    assert found == rows


def test_a_random_half_has_the_risk_and_the_error_of_theory_on_every_input():
    task = recall()
    seeds = jnp.array([[[1.0, 1.0], [-1.0, 1.0]]])  # both halves, equally likely
    trials = t.Trials(task.listed(), seeds)
    np.testing.assert_allclose(task.losses(0, trials).mean(axis=1), 1 - 2 / 4)  # 1 - M/N
    np.testing.assert_allclose(task.errors(0, trials).mean(axis=1), (1 - 2 / 4) / 2)
    np.testing.assert_allclose(task.votes(0, trials, 2), 0.0)  # one half answers nothing, the other rightly
    fixed = t.Trials(task.listed(), seeds[:, :1])
    assert float(task.losses(0, fixed).max()) == 1.0 and float(task.errors(0, fixed).max()) == 0.5


def test_the_memory_is_linear_attention():
    network = m.SeededMemory(5, 3, 4, key=jax.random.key(0))
    values, seed = jnp.asarray(np.random.default_rng(0).normal(size=(5, 2)), jnp.float32), jnp.ones(4)
    keys, queries = map(np.asarray, jax.jit(lambda s: network.features(s))(seed))
    state = np.zeros((2, 3), np.float32)
    for k in range(5):
        state, _ = m.LinearAttention().step(state, queries[k], keys[k], np.asarray(values[k]))
    np.testing.assert_allclose(network(values, seed), queries @ state.T, atol=1e-5)  # float32 sums of 5 terms
    assert np.linalg.matrix_rank(np.asarray(network.matrix(seed), np.float64), tol=1e-5) == 3
    assert not np.allclose(network.matrix(seed), network.matrix(-seed), atol=0.01)


@pytest.mark.parametrize("start", range(2))
def test_too_little_memory_errs_on_some_input_whatever_its_weights(start):
    build = lambda M: lambda key: m.SeededMemory(6, M, 2, key=key)  # noqa: E731
    short = t.RandomizedRecall(build(5), pairs=6, seed_bits=2, seeding=t.ConstantSeed())
    trials = short.tried(short.listed(), Key(0), 1)
    assert float(short.errors(short.start(Key(start)), trials).max()) == 1.0
    assert float(whole(6).errors(0, trials._replace(seeds=jnp.ones((1, 1, 1)))).max()) == 0.0


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: recall(q=0.5), ["`q`", "0.5", "[1, inf)", "math.inf"]),
        (lambda: recall(q=math.nan), ["`q`", "nan", "[1, inf)"]),
        (lambda: recall(trials=0), ["`trials`", "0", ">= 1"]),
        (lambda: recall(inputs=0), ["`inputs`", "0", ">= 1"]),
        (lambda: recall(seeding="shared"), ["`seeding`", "AbstractSeeding", "'shared'", "SharedSeeds()"]),
        (lambda: t.RandomizedRecall(lambda key: m.SeededMemory(4, 2, 8, key=key)), ["`values`", "(4,", "(8, 1)"]),
        (
            lambda: t.RandomizedRecall(m.SeededMemory(8, 4, 8, key=jax.random.key(0))),
            ["`model`", "not a network", "lambda"],
        ),
        (lambda: whole(20).batch(jax.random.key(0), 0), ["`inputs`", "20,971,520", "inputs=256"]),
        (lambda: t.relaxed_risk(jnp.zeros(3), 2), ["`losses`", "(3,)", "(inputs, seeds)"]),
        (lambda: recall().votes(0, recall().batch(jax.random.key(0), 0), 17), ["`repetitions`", "17", "[1, 16]"]),
    ],
)
def test_refusals(make, parts):
    with pytest.raises((ValueError, TypeError)) as caught:
        make()
    assert all(part in str(caught.value) for part in parts), str(caught.value)


def test_answers_that_are_no_numbers_are_wrong():
    task = recall(value_bits=2)
    x = task.numbered(0)
    answer = x.values[x.query] * jnp.array([jnp.nan, 1.0])
    assert float(task.error(answer, x)) == float(task.repeated(jnp.stack([answer] * 3), x)) == 0.5


@pytest.mark.parametrize(("seeds", "error"), [(0, ValueError), (2.5, TypeError)])
def test_no_seeds_and_parts_of_them_are_refused(seeds, error):
    task = recall()
    with pytest.raises(error, match="`seeds` must be an integer >= 1"):
        task.tried(task.listed(), Key(0), seeds)


def test_the_number_of_inputs_may_have_thousands_of_digits():
    with pytest.raises(ValueError, match=r"more than 10\^12 inputs"):
        whole(15_000).listed()


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (3,)])
def test_the_risk_of_nothing_is_refused(shape):
    with pytest.raises(ValueError, match=r"`losses` must have shape \(inputs, seeds\)"):
        t.relaxed_risk(jnp.zeros(shape), 2.0)
