"""The grid world against a slow simulator that plays every target, policies written by hand, and its bounds."""

from __future__ import annotations

import itertools

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo import models as m
from evo import tasks as t
from tests.models.cases import quick
from theory import randomized

MOVES = {0: (-1, 0), 1: (0, 1), 2: (1, 0), 3: (0, -1)}


class Clockwork(eqx.Module):
    """A recurrent network of whole numbers, which all machines add alike: any input changes all that follows."""

    reads: jax.Array
    mixes: jax.Array
    scores: jax.Array

    def initial(self):
        return jnp.zeros(5)

    def __call__(self, carry, x):
        carry = (self.reads.astype(x.dtype) @ x + self.mixes.astype(x.dtype) @ carry) % 101.0
        return carry, (self.scores.astype(x.dtype) @ carry) % 17.0


def clockwork(seed, size):
    rng = np.random.default_rng(seed)
    draw = lambda *shape: rng.integers(-9, 10, shape).astype(np.float32)  # noqa: E731
    return Clockwork(draw(5, size), draw(5, 5), draw(4, 5))


def played(network, seed, target, *, rows, columns, start, horizon, forgets=False, silent=False, stays=False):
    """(step at which the target is found or 0) in both episodes, by playing them with the target in its place.

    Planted defects: the network forgets after the first episode; the reward is not shown; an episode goes on when the
    target is found.
    """
    reads, mixes, scores = (np.asarray(leaf, np.float64) for leaf in (network.reads, network.mixes, network.scores))
    carry, reward, found = np.zeros(5), 0.0, [0, 0]
    for episode in range(2):
        if episode and forgets:
            carry = np.zeros(5)
        row, column = start
        for time in range(horizon):
            x = [float(row == i and column == j) for i in range(rows) for j in range(columns)]
            x += [float(time == other) for other in range(horizon)]
            x += [0.0 if silent else reward, float(episode), *seed]
            carry = (reads @ x + mixes @ carry) % 101.0
            reward = 0.0
            best = max(range(4), key=lambda a: ((scores @ carry) % 17.0)[a])
            row = min(max(row + MOVES[best][0], 0), rows - 1)
            column = min(max(column + MOVES[best][1], 0), columns - 1)
            if (row, column) == divmod(int(target), columns) and not found[episode]:
                found[episode], reward = time + 1, 1.0
                if not stays:
                    break
    return found


@pytest.mark.parametrize(
    ("rows", "columns", "start", "horizon"), [(3, 3, None, 3), (2, 4, (0, 1), 5), (1, 2, (0, 1), 1)]
)
def test_all_targets_at_once_as_played_one_by_one(rows, columns, start, horizon):
    sizes = {"rows": rows, "columns": columns, "horizon": horizon}
    make = lambda key: clockwork(0, rows * columns + horizon + 2 + 3)  # noqa: E731
    task = t.RandomizedGridWorld(make, start=start, seed_bits=3, trials=6, **sizes)
    batch = task.batch(jax.random.key(1), 2)
    networks = [clockwork(seed, task.size) for seed in range(12)]
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *networks)
    times = quick(jax.vmap(lambda network: task.each(network, batch, lambda output, x: jnp.stack(output))))(stacked)
    here = (rows // 2, columns // 2) if start is None else start
    seeds, targets = np.asarray(batch.seeds)[0], np.asarray(batch.inputs)
    assert sorted(targets) == [cell for cell in range(rows * columns) if divmod(cell, columns) != here]

    def slow(**defect):
        return [
            [[played(network, seed, x, start=here, **sizes, **defect) for seed in seeds] for x in targets]
            for network in networks
        ]

    np.testing.assert_array_equal(times, slow())
    if horizon > 1:
        assert all(np.any(times != np.array(slow(**{name: True}))) for name in ("forgets", "silent", "stays"))


def test_a_policy_without_randomness_misses_targets():
    """At most T targets in an episode and 2 T in both, for any parameters; the bound is met on the 3 x 3 grid."""
    task = t.RandomizedGridWorld(lambda key: clockwork(0, 17), seed_bits=3)
    batch = t.Trials(task.listed(), task.batch(jax.random.key(0), 0).seeds[:, :8])
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *(clockwork(seed, 17) for seed in range(40)))
    judges = (task.error_first, task.error, task.error_either)
    missed = quick(jax.vmap(lambda network: jnp.stack([task.each(network, batch, judge) for judge in judges])))(stacked)
    found = 8 - np.asarray(missed).sum(axis=2)  # [networks, judges, seeds]
    assert found[:, 0].max() <= 3 and found[:, 1:].max() <= 6
    assert np.array_equal(np.asarray(missed[:, 2]), np.minimum(missed[:, 0], missed[:, 1]))
    seen = set()
    for moves in itertools.product(range(4), repeat=3):
        row, column, cells = 1, 1, set()
        for a in moves:
            row, column = min(max(row + MOVES[a][0], 0), 2), min(max(column + MOVES[a][1], 0), 2)
            cells.add((row, column))
        seen.add(frozenset(cells - {(1, 1)}))
    corners = {(0, 0), (0, 2), (2, 0), (2, 2)}
    pairs = [one | other for one in seen for other in seen]
    assert max(map(len, seen)) == 3 and max(map(len, pairs)) == 6
    assert max(len(cells & corners) for cells in seen) == 1 and max(len(cells & corners) for cells in pairs) == 2


class Turning(eqx.Module):
    """Round a corner and, if nothing was found, round the opposite one; two signs of the seed turn it all."""

    cells: int = eqx.field(static=True)
    horizon: int = eqx.field(static=True)

    def initial(self):
        return jnp.zeros(())

    def __call__(self, found, x):
        clock = x[self.cells : self.cells + self.horizon]
        reward, second, seed = x[-4], x[-3], x[-2:]
        found = jnp.maximum(found, reward)
        searching_on = second * (1.0 - found)
        move = clock @ jnp.array([0.0, 1.0, 2.0]) + 2.0 * searching_on + (seed[0] + 1.0) + (seed[1] + 1.0) / 2.0
        return found, -((jnp.arange(4.0) - move % 4.0) ** 2)


SEEDS = np.array(list(itertools.product([-1.0, 1.0], repeat=2)), np.float32)[None]


def test_a_walk_by_hand_has_the_best_worst_case():
    task = t.RandomizedGridWorld(lambda key: Turning(9, 3), seed_bits=2)
    policy = Turning(9, 3)

    @quick
    def judged(seeds):
        batch = t.Trials(task.listed(), seeds)
        judges = (task.error_first, task.error, task.error_either)
        means = jnp.stack([1.0 - jnp.mean(task.each(policy, batch, judge), axis=1) for judge in judges])
        return means, task.votes(policy, batch, 4), task.votes(policy, batch, 2), task.loss(policy, batch, None)

    (first, second, either), all_four, two, loss = judged(SEEDS)
    corner, edge = np.array([0, 2, 5, 7]), np.array([1, 3, 4, 6])
    assert set(first[corner].tolist()) == {0.25} and set(first[edge].tolist()) == {0.5}
    assert set(second[corner].tolist()) == {0.5} and set(second[edge].tolist()) == {1.0}
    np.testing.assert_array_equal(either, second)
    assert float(min(first)) == pytest.approx(float(randomized.exploration_value(3, 3, 3, (1, 1))))
    assert float(min(first + second)) / 2 == pytest.approx(float(randomized.two_episode_value(3, 3, 3, (1, 1))))
    np.testing.assert_array_equal(all_four, np.zeros((8, 1)))
    assert two.shape == (8, 2)
    assert abs(float(loss) - (0.5 * 0.5**8) ** (1 / 8)) < 1e-6


def test_costs_by_hand():
    """Corners are found at step 2 or never. Edges have two seeds per walk: found at step 1, or at step 3."""
    task = t.RandomizedGridWorld(lambda key: Turning(9, 3), seed_bits=2, first=0.25, discount=0.5, q=1)
    losses = quick(lambda seeds: task.losses(Turning(9, 3), t.Trials(task.listed(), seeds)))(SEEDS)
    costs = np.asarray(losses).mean(axis=1)
    corner = 1.0 - 0.25 * (0.5 / 4) - 0.75 * (2 * 0.5 / 4)
    edge = 1.0 - 0.25 * (1.0 + 0.25) / 4 - 0.75 * 2 * (1.0 + 0.25) / 4
    np.testing.assert_allclose(costs, [corner, edge, corner, edge, edge, corner, edge, corner], rtol=1e-6)


def test_there_is_no_gradient_for_backprop():
    task = t.RandomizedGridWorld(lambda key: clockwork(0, 7), rows=1, columns=2, horizon=1, seed_bits=2, discount=0.5)
    slope = quick(jax.grad(lambda p, key: task.loss(p, task.batch(key, 0), key)))(clockwork(0, 7), jax.random.key(1))
    assert all(not np.any(leaf) for leaf in jax.tree.leaves(slope))


def test_targets_by_number_and_by_bits():
    task = t.RandomizedGridWorld(lambda key: clockwork(0, 20), rows=2, columns=6, start=(1, 0), horizon=4, seed_bits=2)
    assert (task.cells, task.count, task.size, task.bits) == (12, 11, 20, 4)
    every = {int(task.decoded(np.array(bits, np.uint8))) for bits in itertools.product((0, 1), repeat=4)}
    assert every == set(np.asarray(task.listed()).tolist()) == set(range(12)) - {6}
    drawn = quick(lambda key: task.sample(key, 64))(jax.random.key(0))
    assert set(np.asarray(drawn).tolist()) <= every


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ({"rows": 0}, ["`rows`", "0", ">= 1", "Say"]),
        ({"rows": 1, "columns": 1}, ["`rows`", "1", "room", "rows=3"]),
        ({"start": (3, 0)}, ["`start`", "3", "[0, 2]", "None for the centre"]),
        ({"start": 4}, ["`start`", "4", "pair", "start=(0, 0)"]),
        ({"horizon": 0}, ["`horizon`", "0", ">= 1", "Say"]),
        ({"seed_bits": 0}, ["`seed_bits`", "0", ">= 1", "Say"]),
        ({"first": 1.5}, ["`first`", "1.5", "[0, 1]", "weight"]),
        ({"discount": 0.0}, ["`discount`", "0.0", "(0, 1]", "Pass 1"]),
        ({"q": 0.5}, ["`q`", "0.5", "[1, inf)", "Pass 1"]),
    ],
)
def test_refusals(settings, parts):
    with pytest.raises((ValueError, TypeError)) as error:
        t.RandomizedGridWorld(lambda key: clockwork(0, 17), **({"seed_bits": 3} | settings))
    assert all(part in str(error.value) for part in parts), str(error.value)


def test_refused_policies():
    with pytest.raises(TypeError, match="`policy` must be a function; got 3"):
        t.RandomizedGridWorld(3)
    wrong = lambda key: m.Gru(22, 5, key=key)  # noqa: E731
    with pytest.raises(ValueError, match=r"`policy` must make networks with outputs \(4,\); got \(5,\).*size 22"):
        t.RandomizedGridWorld(wrong)
