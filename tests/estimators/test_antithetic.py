"""What plain evolution strategies do with bad members, chunks, shapings, dtypes and odd trees."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import scipy.stats
from jax.sharding import PartitionSpec

from evo.estimators import (
    AntitheticEs,
    Backprop,
    ByteSum,
    CentredRanks,
    Clipped,
    GuidedEs,
    Orthogonal,
    Raw,
    SurrogateEs,
    ZScore,
)
from evo.estimators.smoothing.population import population
from evo.estimators.smoothing.shaping import spread
from evo.oracles import child
from tests.estimators.measuring import once, refuses

KEY, SIGMA, PAIRS = jax.random.key(6), 0.1, 5
POINT = jnp.array([0.3, -1.0, 2.0, 0.5, 0.1, -0.4])
SHAPINGS = [Raw(), ZScore(), CentredRanks(), Clipped(0.2)]


def smooth(params, batch, key):
    return jnp.sum(jnp.cos(params))


def at_ends(pair, value, signs):
    """The smooth loss, with another value at the given ends of one pair."""
    z = ByteSum().direction(child(KEY, "directions"), pair, POINT)

    def loss(params, batch, key):
        hit = jnp.stack([jnp.all(jnp.abs(params - POINT - sign * SIGMA * z) < 1e-4) for sign in signs])
        return jnp.where(jnp.any(hit), value, smooth(params, batch, key))

    return loss


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_bad_member_changes_its_pair_alone(bad):
    es = AntitheticEs(PAIRS, SIGMA)
    broken, _ = once(es, at_ends(2, bad, (1,)), POINT, KEY)
    equal, _ = once(es, at_ends(2, 0.0, (1, -1)), POINT, KEY)  # the same sum with the weight 0 where the pair is
    whole, _ = once(es, smooth, POINT, KEY)
    np.testing.assert_array_equal(broken.grads, equal.grads)
    assert not np.array_equal(broken.grads, whole.grads)
    assert int(broken.info["dropped"]) == 1 and int(whole.info["dropped"]) == 0
    assert np.isfinite(broken.value) and abs(broken.value - whole.value) < 0.2


@pytest.mark.parametrize("shaping", SHAPINGS, ids=lambda shaping: type(shaping).__name__)
def test_bad_pairs_do_not_touch_others(shaping):
    losses = np.random.default_rng(0).normal(size=(7, 2)).astype(np.float32)
    good = np.array([True, False, True, True, True, False, True])
    found = shaping.differences(jnp.asarray(losses), jnp.asarray(good))
    alone = shaping.differences(jnp.asarray(losses[good]), jnp.ones(good.sum(), bool))
    np.testing.assert_allclose(found[good], alone, rtol=1e-6)
    assert (np.asarray(found)[~good] == 0).all()
    for constant in (0.0, 150.3):
        assert (np.asarray(shaping.differences(jnp.full((7, 2), constant), jnp.asarray(good))) == 0).all()
    assert (np.asarray(shaping.differences(jnp.zeros((7, 2)), jnp.zeros(7, bool))) == 0).all()


@pytest.mark.parametrize(
    "make",
    [lambda: AntitheticEs(PAIRS, SIGMA), pytest.param(lambda: SurrogateEs(PAIRS, SIGMA), marks=pytest.mark.slow)],
)
def test_no_good_member_at_all(make):
    found, state = once(make(), lambda p, b, k: jnp.sum(p) * jnp.nan, POINT, KEY)
    assert (np.asarray(found.grads) == 0).all() and np.isnan(found.value)
    assert int(found.info["dropped"]) == PAIRS
    found, _ = once(make(), smooth, POINT, KEY, state=state)  # and nothing is lost
    assert np.isfinite(found.grads).all() and np.abs(found.grads).max() > 0


@pytest.mark.parametrize("shaping", SHAPINGS)
def test_a_finite_loss_whose_slope_would_overflow_drops_its_pair(shaping):
    es = AntitheticEs(PAIRS, SIGMA, shaping=shaping)
    wild, _ = once(es, at_ends(2, 3e38, (1,)), POINT, KEY)
    broken, _ = once(es, at_ends(2, np.inf, (1,)), POINT, KEY)
    np.testing.assert_array_equal(wild.grads, broken.grads)
    np.testing.assert_array_equal([wild.value, wild.info["dropped"]], [broken.value, 1])


@pytest.mark.parametrize("size", [1e-30, 1e25])
def test_the_deviation_of_losses_whose_squares_leave_the_range(size):
    values = jnp.array([1.0, 3.0, 5.0])
    np.testing.assert_allclose(spread(size * values, values > 0), size * np.std(values), rtol=1e-6)


def test_a_constant_loss_gives_zero():
    found, _ = once(AntitheticEs(PAIRS, SIGMA), lambda p, b, k: 0 * jnp.sum(p) + 150.3, POINT, KEY)
    assert (np.asarray(found.grads) == 0).all()


@pytest.mark.parametrize("chunk", [1, 2, 8, None])
def test_chunks_change_nothing_but_rounding(chunk):
    def rows(chunk):
        members = population(PAIRS, POINT.size, chunk, None)
        drawn = child(KEY, "directions")
        return np.asarray(members.map(lambda pair: ByteSum().direction(drawn, pair, POINT)))

    np.testing.assert_array_equal(rows(chunk), rows(PAIRS))
    found, _ = once(AntitheticEs(PAIRS, SIGMA, chunk=chunk), smooth, POINT, KEY)
    expected, _ = once(AntitheticEs(PAIRS, SIGMA, chunk=PAIRS), smooth, POINT, KEY)
    # losses near 3 with an error of 2^-23 each, divided by 2 sigma, times |z| <= 3.5
    np.testing.assert_allclose(found.grads, expected.grads, rtol=0, atol=4 * 2.0**-23 * 3 / (2 * SIGMA) * 3.5)


def test_ranks_with_ties():
    losses = np.array([[3.0, 1.0], [1.0, 1.0], [7.0, -2.0], [3.0, 3.0]], np.float32)
    ranks = (scipy.stats.rankdata(losses.ravel()) - 1).reshape(4, 2) / 7
    found = CentredRanks().differences(jnp.asarray(losses), jnp.ones(4, bool))
    np.testing.assert_allclose(found, ranks[:, 0] - ranks[:, 1], rtol=1e-6)


def test_z_scores_of_large_losses():
    """A mean that is wrong by d makes the deviation s wrong by d^2 / (2 s): d < 150 * 2^-24 * 16, s = 0.01."""
    losses = (150 + 0.01 * np.random.default_rng(1).normal(size=(256, 2))).astype(np.float32)
    exact = losses.astype(np.float64).std()
    found = float(spread(jnp.asarray(losses), jnp.ones((256, 2), bool)))
    assert found == pytest.approx(exact, rel=1e-4)
    with np.errstate(invalid="ignore"):
        careless = np.sqrt(np.mean(losses**2) - np.mean(losses) ** 2)
    assert abs(careless / exact - 1) > 0.01 or np.isnan(careless)  # what cancellation does
    scores = ZScore().differences(jnp.asarray(losses), jnp.ones(256, bool))
    np.testing.assert_allclose(scores, (losses[:, 0] - losses[:, 1]) / exact, rtol=1e-4)


def test_clipped_differences():
    losses = jnp.array([[1.0, 0.0], [0.0, 0.1], [5.0, 6.0]])
    np.testing.assert_allclose(Clipped(0.2).differences(losses, jnp.ones(3, bool)), [0.2, -0.1, -0.2], rtol=1e-6)


@pytest.mark.slow
def test_half_precision_keeps_a_float32_centre():
    params = {"w": POINT.astype(jnp.bfloat16)}

    def loss(params, batch, key):
        assert params["w"].dtype == jnp.bfloat16
        return jnp.sum(params["w"].astype(jnp.float32) ** 2)

    for es in (AntitheticEs(PAIRS, SIGMA), SurrogateEs(PAIRS, SIGMA), GuidedEs(PAIRS, SIGMA)):
        found, state = once(es, loss, params, KEY)
        assert found.grads["w"].dtype == jnp.float32 and found.value.dtype == jnp.float32
        assert all(x.dtype != jnp.bfloat16 for x in jax.tree.leaves(state))


def mixed():
    return {
        "w": POINT,
        "b": jnp.ones(2),
        "steps": jnp.arange(3),
        "key": jax.random.key(0),
        "act": jnp.tanh,
        "none": None,
    }


def whole_loss(params, batch, key):
    return jnp.sum(params["act"](params["w"])) + jnp.sum(params["b"] ** 2) + params["steps"][0]


@pytest.mark.parametrize(
    ("trainable", "trained"),
    [
        (None, {"w", "b"}),
        (lambda path, leaf: "'b'" in path, {"b"}),
        ({"w": True, "b": False, "steps": True, "key": True, "act": True, "none": None}, {"w"}),
    ],
)
def test_other_leaves_pass_through(trainable, trained):
    params = mixed()
    for es in (AntitheticEs(PAIRS, SIGMA, trainable=trainable), Backprop(trainable=trainable)):
        found, _ = once(es, whole_loss, params, KEY)
        assert {name for name, leaf in found.grads.items() if leaf is not None} == trained
        assert all(found.grads[name].shape == params[name].shape for name in trained)
    expected = jax.grad(lambda b: whole_loss(params | {"b": b}, None, None))(params["b"])
    if "b" in trained:
        np.testing.assert_allclose(found.grads["b"], expected)


def test_a_frozen_leaf_does_not_change_the_others_dimension():
    found, _ = once(AntitheticEs(PAIRS, SIGMA, trainable=lambda path, leaf: "'b'" in path), whole_loss, mixed(), KEY)
    assert float(found.info["scale"]) == pytest.approx(PAIRS / (PAIRS + 2 + ByteSum.kurtosis - 2), rel=1e-6)


def test_frozen_leaves_in_a_loop_with_optax():
    """What the transformation begins with has None where `grads` have it."""
    params = mixed()
    for es in (
        AntitheticEs(PAIRS, SIGMA, trainable=lambda path, leaf: "'b'" in path),
        Backprop(trainable={"b": True} | dict.fromkeys(("w", "steps", "key", "act", "none"), False)),
    ):
        adam = optax.adamw(0.1)
        opt_state = adam.init(es.trained(params))
        found, _ = once(es, whole_loss, params, KEY)
        updates, _ = adam.update(found.grads, opt_state, es.trained(params))
        moved = eqx.apply_updates(params, updates)
        assert jnp.all(moved["b"] < params["b"]) and moved["w"] is params["w"] and moved["act"] is jnp.tanh
    half = jnp.ones(3, jnp.bfloat16)
    assert AntitheticEs(PAIRS, SIGMA).trained(half) is half


@pytest.mark.filterwarnings("error")
def test_numpy_parameters_of_float64_are_trained_in_float32():
    params = {"w": np.linspace(0, 1, 4)}
    found, _ = once(AntitheticEs(PAIRS, SIGMA), lambda params, batch, key: jnp.sum(params["w"] ** 2), params, KEY)
    assert found.grads["w"].dtype == jnp.float32


def test_a_state_of_another_kind():
    es = SurrogateEs(2, SIGMA)
    step = es.value_and_grad(smooth)
    others = {
        "None": None,
        "NoState": AntitheticEs(2, SIGMA).init(KEY, smooth, POINT, None),
        "SurrogateState": es.init(KEY, smooth, jnp.ones(4), None),
    }
    for shown, state in others.items():
        case = (f"got {shown}", "be that of this estimator for these parameters", "estimator.init(key, loss, params")
        refuses(lambda state=state: step(state, KEY, POINT, None), TypeError, "`state`", *case)
    with pytest.raises(ZeroDivisionError):
        es.value_and_grad(lambda params, batch, key: 1 / 0)(None, KEY, POINT, None)


def begin(loss=smooth, params=POINT, es=None):
    return (AntitheticEs(4, 0.1) if es is None else es).init(jax.random.key(0), loss, params, None)


def vector(params, batch, key):
    return jnp.cos(params)


REFUSALS = [
    (lambda: AntitheticEs(0, 0.1), ValueError, "`pairs`", "got 0", "be an integer in [1, 2147", "pairs=32"),
    (lambda: AntitheticEs(2.5, 0.1), TypeError, "`pairs`", "got 2.5 of type float", "be an integer", "pairs=32"),
    (lambda: AntitheticEs(True, 0.1), TypeError, "`pairs`", "got True of type bool", "be an integer", "pairs=32"),
    (lambda: AntitheticEs(4, 0), ValueError, "`sigma`", "got 0", "be a number in (0, inf)", "sigma=0.02"),
    (lambda: AntitheticEs(4, -1.0), ValueError, "`sigma`", "got -1.0", "be a number in (0, inf)", "sigma=0.02"),
    (lambda: AntitheticEs(4, np.nan), ValueError, "`sigma`", "got nan", "be a number in (0, inf)", "sigma=0.02"),
    (lambda: AntitheticEs(4, "s"), TypeError, "`sigma`", "got 's' of type str", "be a number", "sigma=0.02"),
    (lambda: AntitheticEs(4, np.zeros(2)), ValueError, "`sigma`", "shape (2,)", "hold positive numbers", "sigma=0.02"),
    (lambda: AntitheticEs(4, 0.1, noise="sum"), TypeError, "`noise`", "got 'sum'", "be AbstractNoise", "ByteSum()"),
    (lambda: AntitheticEs(4, 0.1, noise=ByteSum), TypeError, "`noise`", "ByteSum", "be AbstractNoise", "ByteSum()"),
    (lambda: AntitheticEs(4, 0.1, shaping=len), TypeError, "`shaping`", "got <built", "be AbstractShaping", "ZScore()"),
    (lambda: AntitheticEs(4, 0.1, scale=1), TypeError, "`scale`", "got 1", "be AbstractScale", "Unbiased()"),
    (lambda: AntitheticEs(4, 0.1, chunk=0), ValueError, "`chunk`", "got 0", "be an integer >= 1", "bounds memory"),
    (
        lambda: AntitheticEs(4, 0.1, mesh=PartitionSpec("x")),
        TypeError,
        "`mesh`",
        "got P('x',)",
        "be a jax.sharding.Mesh",
        "jax.make_mesh",
    ),
    (lambda: Clipped(0), ValueError, "`limit`", "got 0", "be a number in (0, inf)", "suspicious"),
    (
        lambda: begin(es=AntitheticEs(7, 0.1, directions=Orthogonal())),
        ValueError,
        "`pairs`",
        "got 7",
        "be at most D = 6",
        "pass pairs=6",
    ),
    (lambda: begin(loss=vector), TypeError, "`loss`", "array of shape (6,)", "return one real number", "with a mean"),
    (lambda: begin(loss=lambda p, b, k: 1j * jnp.sum(p)), TypeError, "`loss`", "complex64", "one real number", "mean"),
    (
        lambda: begin(loss=lambda params: jnp.sum(params)),
        TypeError,
        "`loss`",
        "got <lambda>(params)",
        "take (params, batch, key)",
        "lambda params, batch, key: loss",
    ),
    (
        lambda: begin(es=AntitheticEs(4, 0.1, trainable=lambda path, leaf: path == "w"), params={"w": POINT}),
        ValueError,
        "`trainable`",
        "got none of ['w']",
        "choose leaves",
        "paths as strings",
    ),
    (lambda: begin(loss=3), TypeError, "`task`", "got 3 of type int", "be a task or a function", "loss(params, batch"),
    (lambda: begin(params=jnp.arange(3)), ValueError, "`params`", "dtype int32", "one floating-point", "jnp.asarray(x"),
    (lambda: begin(params={}), ValueError, "`params`", "got no leaves", "one floating-point array", "jnp.asarray(x"),
    (
        lambda: begin(params=[1.0, 2.0]),
        ValueError,
        "`params`",
        "got float",
        "one floating-point array",
        "jnp.asarray(x",
    ),
    (
        lambda: begin(params={"z": POINT + 1j}),
        TypeError,
        "`['z']`",
        "dtype complex64",
        "be real to be trained",
        "real and imaginary parts",
    ),
    (
        lambda: begin(es=AntitheticEs(4, 0.1, trainable={"w": True}), params=[POINT]),
        TypeError,
        "`trainable`",
        "{'w': True}",
        "fit the parameters",
        "Pass a predicate",
    ),
    (
        lambda: begin(es=AntitheticEs(4, 0.1, trainable=[1.0]), params=[POINT]),
        TypeError,
        "`trainable`",
        "[1.0]",
        "hold bools",
        "Pass a predicate",
    ),
    (
        lambda: AntitheticEs(4, 0.1).init(0, smooth, POINT, None),
        TypeError,
        "`key`",
        "got 0 of type int",
        "be a JAX key",
        "jax.random.key(seed)",
    ),
]


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(case):
    refuses(*case)
