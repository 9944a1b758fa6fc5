"""Perturbations of low rank: the estimate against its definition, its mean and its scale in closed form."""

import itertools
import math
from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo.estimators import (
    AbstractNoise,
    AntitheticEs,
    ByteSum,
    CentredRanks,
    LowRankEs,
    PerPair,
    Rademacher,
    Unbiased,
)
from evo.estimators.smoothing.low_rank.splits import Split, candidates
from evo.oracles import child

KEY = jax.random.key(7)
#: each is run once: not worth optimising
QUICK = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}


@pytest.fixture
def float64():
    with jax.enable_x64(True):
        yield


class Listed(AbstractNoise):
    """Pair j gets the j-th of all sign vectors."""

    kurtosis: ClassVar[float] = 1.0

    def entries(self, key, shape, dtype):
        raise NotImplementedError

    def direction(self, key, pair, like):
        leaves, structure = jax.tree.flatten(like)
        found, first = [], 0
        for leaf in leaves:
            bits = (pair >> jnp.arange(first, first + math.prod(leaf.shape))) & 1
            found.append((2.0 * bits - 1.0).reshape(leaf.shape).astype(leaf.dtype))
            first += math.prod(leaf.shape)
        return structure.unflatten(found)


class Fixed(AbstractNoise):
    """Given factors of all pairs, a list as the estimator wants it."""

    stacked: list
    kurtosis: ClassVar[float] = 3.0

    def entries(self, key, shape, dtype):
        raise NotImplementedError

    def direction(self, key, pair, like):
        return jax.tree.map(lambda x: x[pair], self.stacked)


def run(es, loss, params, batch=None, key=KEY):
    state = es.init(key, loss, params, batch)
    estimate = jax.jit(lambda params: es.estimate(key, loss, params, batch, state)[0], compiler_options=QUICK)
    return estimate(params)


def mean_of_list(loss, params, bits, **settings):
    return run(LowRankEs(2**bits, 0.3, noise=Listed(), **settings), loss, params)


def quadratic(seed=0, m=3, n=2):
    random = np.random.default_rng(seed)
    curvature, slope = random.normal(size=(m * n + n, m * n + n)), random.normal(size=m * n + n)

    def loss(params, batch, key):
        x = jnp.concatenate([params["w"].reshape(-1), params["b"]])
        return x @ (curvature + curvature.T) @ x / 4 + slope @ x

    params = {"w": jnp.asarray(random.normal(size=(m, n))), "b": jnp.asarray(random.normal(size=n))}
    return loss, params


def test_the_mean_is_the_gradient_on_a_quadratic(float64):
    """All 2^7 noises of a 3 x 2 matrix and a vector of 2, so the mean is exact, to rounding."""
    loss, params = quadratic()
    found = mean_of_list(loss, params, 7, scale=Unbiased())
    expected = jax.grad(loss)(params, None, KEY)
    for name in params:
        np.testing.assert_allclose(found.grads[name], expected[name], rtol=1e-12, atol=1e-12)
    assert float(found.info["scale"]) == 1.0


def excess_by_listing(m, n, slope):
    total = 0.0
    for signs in itertools.product((-1.0, 1.0), repeat=m + n):
        direction = np.outer(signs[:m], signs[m:])
        total += np.sum(direction * slope) ** 2 * np.sum(direction**2)
    return total / 2 ** (m + n) / np.sum(slope**2) - m * n


def test_the_excess_by_listing_all_signs():
    slope = np.random.default_rng(0).normal(size=(4, 3))
    assert abs(excess_by_listing(4, 3, slope) - Split((4, 3), (0,), (1,), 1).excess(1.0)) < 1e-12


@pytest.mark.parametrize("noise", [ByteSum(), Rademacher()])
@pytest.mark.parametrize("rank", [1, 3])
def test_the_excess_by_sampling(noise, rank):
    """K = E <G, E>^2 |E|^2 / |G|^2; the mean of 2^15 has a standard error, of which 6.11 are allowed (1e-9)."""
    m, n, count = 6, 5, 2**15
    slope = np.random.default_rng(1).normal(size=(m, n))
    slope /= np.linalg.norm(slope)
    shapes = [jax.ShapeDtypeStruct((m, rank), jnp.float32), jax.ShapeDtypeStruct((n, rank), jnp.float32)]
    left, right = jax.jit(jax.vmap(lambda j: noise.direction(KEY, j, shapes)))(jnp.arange(count))
    directions = np.einsum("jmr,jnr->jmn", np.asarray(left, float), np.asarray(right, float)) / math.sqrt(rank)
    sample = np.sum(directions * slope, (1, 2)) ** 2 * np.sum(directions**2, (1, 2))
    error = 6.11 * sample.std() / math.sqrt(count)
    excess = {r: Split((m, n), (0,), (1,), r).excess(noise.kurtosis) for r in (1, 2, 3)}
    assert abs(sample.mean() - m * n - excess[rank]) < error
    dense = m * n + noise.kurtosis - 1.0  # a formula for dense noise is refused, where it differs
    if abs(excess[rank] + m * n - dense) > 2 * error:
        assert abs(sample.mean() - dense) > error
    else:
        assert rank == 3 or noise.kurtosis == 1.0


def test_the_scale_is_that_of_least_squares(float64):
    """E <c ghat, g> = E |c ghat|^2 over all noises, for one matrix: P = 1 by listing."""
    slope = np.random.default_rng(0).normal(size=(4, 3))

    def loss(w, batch, key):
        return jnp.sum(w * slope)

    es = LowRankEs(1, 0.1, noise=Listed())
    factor = float(run(es, loss, jnp.zeros((4, 3))).info["scale"])
    along = square = 0.0
    for signs in itertools.product((-1.0, 1.0), repeat=7):
        estimate = factor * np.outer(signs[:4], signs[4:]) * (np.array(signs[:4]) @ slope @ np.array(signs[4:]))
        along, square = along + np.sum(estimate * slope), square + np.sum(estimate**2)
    assert abs(along - square) < 1e-10 * square


def network(seed=0):
    random = np.random.default_rng(seed)
    params = {"a": random.normal(size=(6, 6)), "b": random.normal(size=6), "c": random.normal(size=(6, 7))}
    x = jnp.asarray(random.normal(size=(3, 6)))

    def loss(p, x, key):
        return jnp.mean((jnp.tanh(x @ p["a"] + p["b"]) @ p["c"]) ** 2)

    return loss, jax.tree.map(jnp.asarray, params), x


def factors(seed, pairs, rank):
    random = np.random.default_rng(seed)
    shapes = [((6, 1, rank), (1, 6, rank)), (6,), ((6, 1, rank), (1, 7, rank))]
    return jax.tree.map(
        lambda shape: jnp.asarray(random.normal(size=(pairs, *shape))), shapes, is_leaf=lambda s: isinstance(s[0], int)
    )


def defined(loss, params, x, drawn, sigma, weight=None, matrix=None):
    """The estimate by its definition, with written-out matrices; `matrix` makes E of A and B."""
    matrix = matrix or (lambda left, right: np.sum(left * right, -1) / math.sqrt(left.shape[-1]))
    pairs = len(drawn[1])
    total = jax.tree.map(np.zeros_like, params)
    value = jax.jit(loss)
    for j in range(pairs):
        own = [np.asarray(d[j]) if not isinstance(d, tuple) else matrix(*(np.asarray(f[j]) for f in d)) for d in drawn]
        step = dict(zip("abc", own))
        plus, minus = (value({k: params[k] + s * sigma * step[k] for k in step}, x, KEY) for s in (1, -1))
        size = float(plus - minus) / (2 * sigma) / pairs * (1.0 if weight is None else weight[j])
        total = {k: total[k] + size * step[k] for k in step}
    return total


def distance(found, expected):
    return max(float(np.max(np.abs(found[k] - expected[k]))) / float(np.max(np.abs(expected[k]))) for k in expected)


@pytest.mark.parametrize("chunk", [1, 3, 8])
def test_the_estimate_is_what_its_definition_says(float64, chunk):
    """In float64 to rounding, whatever the chunks; and planted defects are far off."""
    loss, params, x = network()
    drawn = factors(1, 8, 2)
    es = LowRankEs(8, 0.2, rank=2, noise=Fixed(drawn), scale=Unbiased(), chunk=chunk)
    found = run(es, loss, params, x).grads
    expected = defined(loss, params, x, drawn, 0.2)
    assert distance(found, expected) < 1e-11
    if chunk == 8:
        defects = {
            "wrong sign": jax.tree.map(lambda g: -g, expected),
            "no 1 / sqrt(r)": defined(loss, params, x, drawn, 0.2, matrix=lambda a, b: np.sum(a * b, -1)),
            "A and B swapped": defined(
                loss, params, x, [tuple(jnp.swapaxes(f, 1, 2) for f in drawn[0][::-1]), *drawn[1:]], 0.2
            ),
        }
        for name, defect in defects.items():
            assert distance(found, defect) > 1e-2, name


def single(p, x, key):
    """One matrix: drawing the noise of every leaf is what takes long to compile."""
    return jnp.mean(jnp.tanh(x @ p["a"]) ** 2)


def test_noise_is_the_same_for_all_chunks_and_differs_between_calls(float64):
    _, params, x = network()
    params = {"a": params["a"]}
    found = [run(LowRankEs(16, 0.2, chunk=chunk), single, params, x).grads for chunk in (1, 8, 16)]
    for other in found[1:]:
        assert distance(found[0], other) < 1e-12
    assert distance(found[0], run(LowRankEs(16, 0.2, chunk=1), single, params, x, child(KEY, "other")).grads) > 1e-2


def test_one_bad_member_drops_its_pair_alone(float64):
    loss, params, x = network()
    drawn = factors(1, 6, 1)

    def failing(p, x, key):
        largest = 0.2 * jnp.max(jnp.abs(drawn[1]))
        return jnp.where(jnp.max(p["b"] - params["b"]) >= largest * (1 - 1e-9), jnp.nan, loss(p, x, key))

    bad = int(np.argmax(np.max(np.abs(drawn[1]), 1)))
    es = LowRankEs(6, 0.2, noise=Fixed(drawn), scale=Unbiased())
    found = run(es, failing, params, x)
    expected = defined(loss, params, x, drawn, 0.2, weight=[float(j != bad) for j in range(6)])
    assert int(found.info["dropped"]) == 1 and np.isfinite(found.value)
    assert distance(found.grads, expected) < 1e-11
    nothing = run(es, lambda p, x, key: loss(p, x, key) * jnp.nan, params, x)
    assert np.isnan(nothing.value) and all(not np.any(leaf) for leaf in jax.tree.leaves(nothing.grads))


def test_a_constant_loss_and_ranks(float64):
    _, params, x = network()
    constant = run(LowRankEs(4, 0.2, shaping=CentredRanks()), lambda p, x, key: 3.0 + 0 * jnp.sum(p["a"]), params, x)
    assert all(not np.any(leaf) for leaf in jax.tree.leaves(constant.grads))
    assert int(constant.info["written_out"]) == 1


def test_half_precision_keeps_factors_and_sums_in_float32():
    model = jax.tree.map(lambda x: jnp.asarray(x, jnp.bfloat16), {"w": np.eye(8), "b": np.zeros(8)})
    x = jnp.ones((2, 8), jnp.bfloat16)

    def loss(p, x, key):
        return jnp.mean(jnp.dot(x, p["w"], preferred_element_type=jnp.float32) + p["b"])

    found = run(LowRankEs(512, 1e-4, scale=Unbiased()), loss, model, x)
    assert found.grads["w"].dtype == jnp.float32
    # A perturbation of 1e-4 is lost in bfloat16 next to 1; through the factors it counts, and the slope is seen.
    along = float(jnp.sum(found.grads["w"]) / 8.0)  # the gradient is 1/8 everywhere; E of this is 1
    assert abs(along - 1.0) < 6.11 * math.sqrt((64 + 2 * 17.0) / 512)


def test_only_trained_leaves_are_perturbed_and_what_is_counted(float64):
    loss, params, x = network()
    params = params | {"count": jnp.arange(3), "name": None}
    es = LowRankEs(4, 0.1, trainable=lambda path, leaf: "b" not in path, randomness=PerPair())

    def with_aux(p, x, key):
        return loss(p, x, key) + jax.random.normal(key), {"sum": jnp.sum(p["count"])}

    found = run(es, with_aux, params, x)
    assert found.grads["b"] is None and found.grads["count"] is None and found.grads["a"].shape == (6, 6)
    assert int(found.evaluations) == 9 and int(found.aux["sum"]) == 3
    assert set(found.info) >= {"norm", "scale", "written_out", "dropped", "best", "std"}
    assert "count" not in es.explain(with_aux, params, x)


def arrays(jaxpr):
    for equation in jaxpr.eqns:
        yield from (math.prod(variable.aval.shape) for variable in equation.outvars)
        for inner in jax.extend.core.jaxprs_in_params(equation.params):
            yield from arrays(inner)


def test_memory_does_not_hold_the_population():
    """Nothing is larger than the factors of all pairs, or than a chunk of activations or of written-out matrices."""
    params, x, pairs = {"w": jnp.zeros((64, 64)), "v": jnp.zeros((64, 64))}, jnp.zeros((4, 64)), 1024

    def loss(p, x, key):
        return jnp.sum(x @ p["w"] @ p["v"]) + jnp.sum(p["v"] ** 2)

    def largest(es):
        state = es.init(KEY, loss, params, x)
        found = jax.make_jaxpr(lambda key: es.estimate(key, loss, params, x, state)[0].grads)(KEY)
        return max(arrays(found.jaxpr))

    assert largest(LowRankEs(pairs, 0.1, chunk=8)) <= pairs * 64
    assert largest(LowRankEs(pairs, 0.1)) <= 2**18
    assert largest(AntitheticEs(pairs, 0.1, chunk=pairs)) >= pairs * 64 * 64  # what the count would notice


def test_a_sweep_over_sigma_is_one_vmap(float64):
    _, params, x = network()
    params = {"a": params["a"]}
    state = LowRankEs(4, 0.4).init(KEY, single, params, x)

    def grads(sigma):
        return LowRankEs(4, sigma).estimate(KEY, single, params, x, state)[0].grads

    both = jax.jit(jax.vmap(grads), compiler_options=QUICK)(jnp.array([0.1, 0.4]))
    alone = run(LowRankEs(4, 0.4), single, params, x).grads
    assert distance({"a": both["a"][1]}, alone) < 1e-6  # sigma may be in single precision
    assert distance({"a": both["a"][0]}, alone) > 1e-3


def test_the_axes_are_divided_only_where_it_saves():
    assert candidates((5,), 1) == [] and candidates((1, 9), 1) == [] and candidates((2, 2), 1) == []
    assert [split.sides for split in candidates((6, 7), 1)] == [(6, 7, 1)]
    assert candidates((6, 7), 4) == []
    assert len(candidates((4, 5, 6), 1)) == 4 and len(candidates((4, 5, 6, 7), 1)) == 10


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"`rank` must be an integer >= 1; got 0\. Pass the rank .*; 1 is usual"):
        LowRankEs(4, 0.1, rank=0)
    with pytest.raises(ValueError, match="`sigma`"):
        LowRankEs(4, -1.0)
    with pytest.raises(TypeError, match="`noise`"):
        LowRankEs(4, 0.1, noise="gaussian")
    with pytest.raises(ValueError, match="at least one floating-point array"):
        LowRankEs(4, 0.1).init(KEY, lambda p, b, k: 0.0, {"a": 1}, None)


@pytest.mark.slow
def test_rank_one_is_as_good_as_full_rank_on_a_network():
    """The ratio of mean cosines, 12 repeats; its standard deviation is below 2 %, and 15 % are more than 7 of them."""
    model = eqx.nn.MLP(64, 10, 96, 2, key=jax.random.key(0))
    params, static = eqx.partition(model, eqx.is_inexact_array)
    x, target = jax.random.normal(KEY, (32, 64)), jnp.arange(32) % 10

    def loss(p, batch, key):
        found = jax.nn.log_softmax(jax.vmap(eqx.combine(p, static))(x))
        return -jnp.mean(found[jnp.arange(32), target])

    true = jnp.concatenate([g.ravel() for g in jax.tree.leaves(jax.grad(loss)(params, None, KEY))])

    def cosines(es):
        @jax.jit
        def cosine(key):
            found = es.estimate(key, loss, params, None, es.init(key, loss, params, None))[0].grads
            flat = jnp.concatenate([g.ravel() for g in jax.tree.leaves(found)])
            return jnp.vdot(flat, true) / jnp.linalg.norm(flat) / jnp.linalg.norm(true)

        return np.array([float(cosine(child(KEY, "repeat", i))) for i in range(12)])

    low, full = cosines(LowRankEs(256, 1e-2)), cosines(AntitheticEs(256, 1e-2))
    expected = math.sqrt(256 / (len(true) + 257))
    assert abs(low.mean() / full.mean() - 1.0) < 0.15
    assert abs(full.mean() / expected - 1.0) < 0.15 and abs(low.mean() / expected - 1.0) < 0.15

    class Same(ByteSum):  # a planted defect: all pairs share the left factors
        def direction(self, key, pair, like):
            own, fixed = super().direction(key, pair, like), super().direction(key, 0, like)
            return [(f[0], o[1]) if isinstance(o, tuple) else o for o, f in zip(own, fixed)]

    assert abs(cosines(LowRankEs(256, 1e-2, noise=Same())).mean() / full.mean() - 1.0) > 0.15
