"""Evolution strategies over windows against their definitions written out, and against what they must reduce to."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo.estimators import AntitheticEs, Dealt, NoiseReuseEs, PerPair, PersistentEs, Shared, TruncatedEs
from evo.estimators.backprop import NoState
from evo.estimators.smoothing.unrolled import play
from evo.oracles import AbstractSequenceTask, Window, child, unroll
from tests.estimators.windows import (
    Recurrent,
    distance,
    estimate,
    followed,
    init,
    persistent,
    reused,
    stream,
    truncated,
    written_out,
)

ALL = [(TruncatedEs, truncated), (PersistentEs, persistent), (NoiseReuseEs, reused)]
#: float64, sums of some hundred numbers of order 1 divided by sigma = 0.1
ROUNDING = 1e-12


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64():
        yield


def shared():
    """Every pair plays all lanes."""
    return TruncatedEs(pairs=2, sigma=0.1, randomness=PerPair())


def dealt(kind):
    """Two pairs of two lanes each, one pair at a time for one of the kinds."""
    return kind(pairs=2, sigma=0.1, lanes=Dealt(), chunk=1 if kind is PersistentEs else None)


@pytest.mark.parametrize(("kind", "weight"), ALL)
def test_is_the_definition_written_out(kind, weight):
    es, params = dealt(kind), Recurrent().start(None)
    # Pair 0 begins anew with window 2, pair 1 within windows 1 (twice) and 3.
    windows = stream(4, 3, 4, [(6, 0), (6, 1), (4, 2), (4, 3), (5, 2), (5, 3), (10, 2), (10, 3)])
    found, _ = followed(es, Recurrent(), params, windows)
    grads = [one.grads for one in found]
    assert distance(grads, written_out(es, params, windows, weight)) < ROUNDING
    for other in {truncated, persistent, reused} - {weight}:  # each is a defect of the others
        assert distance(grads, written_out(es, params, windows, other)) > 1e-3
    forgotten = [window._replace(reset=np.zeros_like(window.reset)) for window in windows]
    assert distance(grads, written_out(es, params, forgotten, weight)) > 1e-3
    assert [one.evaluations for one in found] == [2] * 4


@pytest.mark.parametrize(("kind", "weight"), ALL)
def test_a_lost_pair_does_not_count_until_it_begins_anew(kind, weight):
    es, params = dealt(kind), Recurrent().start(None)
    # Pair 1 sees a nan in window 1 and begins anew with window 3; then one before the reset within window 4.
    windows = stream(6, 3, 4, [(9, 2), (9, 3), (14, 2), (14, 3)])
    windows[1].targets[1, 2] = np.nan
    windows[4].targets[0, 3] = np.inf
    found, _ = followed(es, Recurrent(), params, windows)
    expected = written_out(es, params, windows, weight, lost={(1, 1), (2, 1), (4, 1)})
    assert [int(one.info["dropped"]) for one in found] == [0, 1, 1, 0, 1, 0]
    assert distance([one.grads for one in found], expected) < ROUNDING
    assert all(np.isfinite(one.value) for one in found)


@pytest.mark.parametrize("kind", [PersistentEs, NoiseReuseEs])
def test_a_pair_whose_lanes_part_does_not_count_until_they_meet(kind):
    task, key, params, es = Recurrent(), jax.random.key(0), Recurrent().start(None), dealt(kind)
    windows = stream(5, 3, 4, [(3, 2), (12, None)])
    found, _ = followed(es, task, params, windows)
    assert [int(one.info["dropped"]) for one in found] == [0, 1, 1, 1, 0]
    with pytest.raises(ValueError, match=r"`batch.reset` must be equal .*; got lanes that begin .*staggered"):
        es.init(key, task, params, windows[1])
    with pytest.raises(ValueError, match=r"`batch.reset` must be equal"):
        es.estimate(key, task, params, windows[1], init(es, key, task, params, windows[0]))
    with pytest.raises(ValueError, match=r"`batch.reset` must be equal .*lanes=Dealt"):
        kind(pairs=2, sigma=0.1, lanes=Shared()).init(key, task, params, windows[1])


def test_first_windows_are_those_of_the_antithetic_estimator():
    task, params, window = Recurrent(), Recurrent().start(None), stream(1, 3, 4, [])
    (found,), _ = followed(shared(), task, params, window)
    (expected,), _ = followed(AntitheticEs(pairs=2, sigma=0.1, randomness=PerPair()), task, params, window)
    assert distance(found.grads, expected.grads) < ROUNDING
    assert float(found.value) == pytest.approx(float(expected.value), rel=ROUNDING)
    assert found.evaluations == expected.evaluations == 4
    assert float(found.info["scale"]) == float(expected.info["scale"])
    first = [followed(dealt(kind), task, params, window)[0][0].grads for kind, _ in ALL]
    assert max(distance(first[0], one) for one in first[1:]) < ROUNDING


def test_truncated_is_the_antithetic_estimator_from_a_given_carry():
    task, key, params = Recurrent(), jax.random.key(7), Recurrent().start(None)
    window = stream(1, 3, 4, [])[0]
    carry = jnp.asarray(np.random.default_rng(2).normal(size=(4, 3)))
    es, plain = shared(), AntitheticEs(2, 0.1, randomness=PerPair())
    state = init(es, key, task, params, window)
    same = state.standing._replace(carry=jnp.broadcast_to(carry, (2, 2, 4, 3)))
    found, _ = estimate(es, key, task, params, window, state._replace(standing=same, calls=jnp.int32(1)))

    def loss(params, window, key):
        return jnp.mean(unroll(task, params, carry, window, key)[1])

    expected, _ = estimate(plain, key, loss, params, window, NoState())
    assert distance(found.grads, expected.grads) < ROUNDING


def _number(key):
    return jax.random.key_data(key)[1].astype(float) / 2**32


class Noisy(AbstractSequenceTask):
    """The loss is noise that has nothing to do with the parameters; so is the initial state."""

    def start(self, key):
        return jnp.zeros(2)

    def batch(self, key, step):
        raise NotImplementedError

    def initial(self, params, lanes, key):
        return _number(child(key, "state")) * jnp.ones(lanes)

    def advance(self, params, carry, x, y, key):
        return carry, carry + _number(child(key, "loss")) + 0 * params[0]


def test_partners_share_data_and_keys(monkeypatch):
    task, key = Noisy(), jax.random.key(0)
    window = Window(np.zeros((2, 3, 0)), np.zeros((2, 3, 0)), np.zeros((2, 3), bool))
    es, params = TruncatedEs(pairs=2, sigma=0.1, randomness=PerPair()), jnp.zeros(2)
    state = init(es, key, task, params, window)
    assert not np.any(estimate(es, key, task, params, window, state)[0].grads)

    def apart(task, params, carry, window, key):  # the defect: a key of its own for each partner
        return unroll(task, params, carry, window, child(key, "member", (params[0] > 0).astype(int)))

    monkeypatch.setattr(play, "unroll", apart)
    wrong = jax.jit(lambda state: es.estimate(key, task, params, window, state)[0].grads)(state)
    assert np.all(np.abs(wrong) > 1e-3)


def test_untrained_leaves_and_low_precision():
    task, key, window = Recurrent(), jax.random.key(0), stream(1, 3, 4, [])[0]
    params = jax.tree.map(lambda x: x.astype(jnp.bfloat16), task.start(None))
    window = window._replace(inputs=window.inputs.astype(jnp.bfloat16), targets=window.targets.astype(jnp.bfloat16))
    es = PersistentEs(pairs=2, sigma=0.1, trainable=lambda path, leaf: "w" in path)
    state = jax.eval_shape(lambda key: es.init(key, task, params, window), key)
    found, after = jax.eval_shape(lambda key, state: es.estimate(key, task, params, window, state), key, state)
    assert found.grads["x"] is None and found.grads["w"].dtype == jnp.float32 == found.value.dtype
    assert state.memory["w"].shape == (2, 3, 3) and state.memory["w"].dtype == jnp.float32
    assert jax.tree.map(lambda x: (x.shape, x.dtype), state) == jax.tree.map(lambda x: (x.shape, x.dtype), after)
    reuse = jax.eval_shape(lambda key: NoiseReuseEs(2, 0.1).init(key, task, params, window), key)
    assert reuse.memory.shape == (2, 2)  # nothing of the size of the parameters


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"task": lambda p, b, k: 0.0}, TypeError, r"`task` must be a sequence task; got .*AbstractSequenceTask"),
        ({"batch": (1, 2)}, TypeError, r"`batch` must be an evo.oracles.Window; got 'tuple'.*Pass Window"),
        ({"lanes": 3}, ValueError, r"`lanes` must be a multiple of `pairs` to be dealt; got 3 and 2.*Shared"),
        ({"reset": jnp.zeros((2, 4))}, TypeError, r"`batch.reset` must be an array of bools.*Pass a bool"),
        ({"reset": jnp.zeros((0, 4), bool)}, ValueError, r"`batch.reset` must have shape.*\(0, 4\).*Pass a bool"),
        (
            {"reset": jnp.zeros((3, 4), bool)},
            ValueError,
            r"`batch.inputs` must begin .*\(3, 4\).*got shape \(2, 4, 2\)",
        ),
        ({"targets": jnp.zeros((2, 4, 1))}, TypeError, r"`advance` must return one real loss per lane.*Take the mean"),
    ],
)
def test_refusals(change, error, message):
    window = stream(1, 2, change.pop("lanes", 4), [])[0]
    task, batch = change.pop("task", Recurrent()), change.pop("batch", None)
    es = NoiseReuseEs(pairs=2, sigma=0.1, lanes=Dealt())
    with pytest.raises(error, match=message):
        es.init(jax.random.key(0), task, Recurrent().start(None), batch or window._replace(**change))


def test_lanes_are_a_part():
    with pytest.raises(TypeError, match=r"`lanes` must be AbstractLanes; got 'all'.*Pass Shared\(\) or Dealt\(\)"):
        TruncatedEs(2, 0.1, lanes="all")
    window = Window(np.arange(12).reshape(2, 6), np.arange(12).reshape(2, 6), np.zeros((2, 6), bool))
    assert Dealt().window(window, 3, 1).inputs.tolist() == [[2, 3], [8, 9]]
