"""The projection estimator against its two theorems, drift, noise, and whatever users hand it as surrogates."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo.estimators import Exact, HalfBatches, KnownNoise, PerPair, SurrogateEs


def cosine(a, b):
    return jnp.vdot(a, b) / jnp.linalg.norm(a) / jnp.linalg.norm(b)


def slope(params, batch, key):
    """A linear loss whose gradient is the batch."""
    del key
    return jnp.vdot(batch, params)


def squared_cosines(estimator, key, n, steps, *, turn=1.0, noise=0.0):
    """X_t of successive calls on a linear loss whose gradient turns in every step; noise per direction, |g| = 1."""

    def loss(params, batch, key):
        return jnp.vdot(batch + noise * jax.random.normal(key, (n,)), params) if noise else jnp.vdot(batch, params)

    def turned(g, key):
        v = jax.random.normal(key, (n,))
        v = v - jnp.vdot(v, g) * g
        return math.sqrt(turn) * g + math.sqrt(1 - turn) * v / jnp.linalg.norm(v)

    params = jnp.zeros(n)
    g = jax.random.normal(jax.random.fold_in(key, 0), (n,))
    g = g / jnp.linalg.norm(g)
    state = estimator.init(key, loss, params, g)

    def step(carry, t):
        g, state = carry
        now = jax.random.fold_in(key, t)
        g = turned(g, jax.random.fold_in(now, 1)) if turn < 1 else g
        _, grads, state = estimator.value_and_grad(loss)(state, now, params, g)
        return (g, state), cosine(grads, g) ** 2

    return jax.lax.scan(step, (g, state), jnp.arange(1, steps + 1))[1]


def repeated(estimator, runs, n, steps, **settings):
    keys = jax.random.split(jax.random.key(7), runs)
    return np.asarray(jax.vmap(lambda key: squared_cosines(estimator, key, n, steps, **settings))(keys))


def test_theorem_2_on_a_linear_function():
    found = repeated(SurrogateEs(33, 0.1), 5, 1000, 200)
    for t, value in {1: 0.033, 50: 0.8038, 200: 0.9985}.items():
        assert abs(found[:, t - 1].mean() - value) < 0.03


def test_without_past_nothing_is_learned():
    """X stays at P / n = 0.033; Beta(33/2, 967/2) has standard deviation 0.008, here the mean of 1000."""
    found = repeated(SurrogateEs(33, 0.1, past=0), 5, 1000, 200)
    assert abs(found.mean() - 0.033) < 6.2 * 0.008 / math.sqrt(found.size)


@pytest.mark.slow
@pytest.mark.parametrize(("turn", "expected", "tolerance"), [(0.99, 0.897, 0.03), (0.9, 0.467, 0.04)])
def test_the_fixed_point_under_drift(turn, expected, tolerance):
    found = repeated(SurrogateEs(33, 0.1), 4, 400, 200, turn=turn)
    assert abs(found[:, 100:].mean() - expected) < tolerance


@pytest.mark.slow
def test_noise_aware_weights_save_the_gain():
    nu, sigma, n = 0.05, 0.1, 400
    deviation = nu * math.sqrt(2.0) * sigma * math.sqrt(n)
    plain = repeated(SurrogateEs(33, sigma, randomness=PerPair()), 4, n, 200, turn=0.99, noise=nu)
    # the noise is one of slopes here: with equal lengths it is that of evaluations with this deviation
    aware = SurrogateEs(33, sigma, surrogate_sigma=sigma, randomness=PerPair(), trust=KnownNoise(deviation))
    assert plain[:, 100:].mean() <= 0.35
    assert repeated(aware, 4, n, 200, turn=0.99, noise=nu)[:, 100:].mean() >= 0.5


def test_noise_of_a_slope_is_that_of_its_own_length():
    """The slope along the surrogate has variance tau^2 / (2 r^2) at the surrogate's r, and is shrunk by just that."""
    n, tau, runs = 100, 0.3, 2000
    past = jnp.ones((1, n)) / math.sqrt(n)

    def loss(params, batch, key):
        del batch
        flips = jax.lax.bitcast_convert_type(params[0], jnp.uint32)  # another error at every point
        return tau * jax.random.normal(jax.random.fold_in(key, flips))

    def along(trust, **settings):
        estimator = SurrogateEs(5, 0.1, trust=trust, **settings)
        state = estimator.init(jax.random.key(0), loss, jnp.zeros(n), None)._replace(past=past)
        keys = jax.random.split(jax.random.key(9), runs)
        grads = jax.vmap(lambda key: estimator.estimate(key, loss, jnp.zeros(n), None, state)[0].grads)(keys)
        return np.asarray(grads, np.float64) @ np.asarray(past[0])

    bound = 6.2 * math.sqrt(2 / runs)  # six standard errors of a mean of squares of normal numbers
    for settings, length in (({}, 0.1), ({"surrogate_sigma": 0.1}, 1.0), ({"surrogate_sigma": 0.02}, 0.2)):
        variance = tau**2 / (2 * length**2)
        exact = along(Exact(), **settings)
        assert abs(np.mean(exact**2) / variance - 1) < bound
        shrunk = np.where(exact**2 > variance, exact - variance / exact, 0)
        np.testing.assert_allclose(along(KnownNoise(tau), **settings), shrunk, atol=1e-3 * math.sqrt(variance))
    assert abs(np.mean(exact**2) / (tau**2 / 2) - 1) > bound  # as if its length were that of random directions


def test_by_default_the_slope_along_a_surrogate_is_that_at_the_point():
    """f = sin(2 u.x) has the slope 2; a step of length 2 along u sees sin(4) / 2 < 0, one of 0.2 sin(0.4) / 0.2."""
    n, key = 400, jax.random.key(11)
    u = jnp.ones(n) / math.sqrt(n)
    loss = lambda p, b, k: jnp.sin(2 * jnp.vdot(u, p))  # noqa: E731
    for settings, slope in (({}, math.sin(0.4) / 0.2), ({"surrogate_sigma": 0.1}, math.sin(4.0) / 2)):
        estimator = SurrogateEs(2, 0.1, past=0, surrogates=lambda p, b, k: u, **settings)
        found = _estimated(estimator, loss, jnp.zeros(n), None, key)
        assert abs(float(jnp.vdot(found.grads, u)) - slope) < 1e-4


@pytest.mark.parametrize("D", [60, 300])  # all directions stored, and streamed
def test_theorem_1_whatever_the_surrogates(D):
    with jax.enable_x64(True):
        key = jax.random.key(D)
        # None, that is an array of zeros, is the ninth
        make = jax.jit(lambda surrogates, g, H, key: _estimate(surrogates, g, H, key))
        for run in range(12):
            a, b, c, d = (jax.random.normal(jax.random.fold_in(key, 4 * run + i), (D,)) for i in range(4))
            A = jax.random.normal(jax.random.fold_in(key, 1000 + run), (D, D))
            H, g = A @ A.T / D, a
            for surrogates in ((g, b), (-g, b), (0 * g, b), (b, b), (b, -2 * b), (b, c), (g + b, d), (jnp.nan * g, b)):
                estimate = make(surrogates, g, H, jax.random.fold_in(key, 5000 + run))
                good = [z for z in surrogates if bool(jnp.any(z != 0) & jnp.all(jnp.isfinite(z)))]
                best = max((abs(float(cosine(z, g))) for z in good), default=0.0)
                assert float(cosine(estimate, g)) >= best - 1e-12
                assert float(jnp.vdot(estimate, g)) >= 0
                # with orthonormal directions exactly; streamed ones are nearly so
                tolerance = 1e-12 if D == 60 else 0.3
                assert abs(float(jnp.vdot(estimate, g) / jnp.vdot(estimate, estimate)) - 1) < tolerance


def _estimate(surrogates, g, H, key):
    def loss(params, batch, key):
        return jnp.vdot(g, params["w"]) + 0.5 * params["w"] @ (H @ params["w"])

    estimator = SurrogateEs(6, 0.1, past=0, surrogates=lambda params, batch, key: tuple({"w": z} for z in surrogates))
    params = {"w": jnp.zeros(len(g))}
    state = estimator.init(key, loss, params, None)
    return estimator.value_and_grad(loss)(state, key, params, None)[1]["w"]


def test_all_pairs_of_a_small_space_give_the_gradient():
    with jax.enable_x64(True):
        g = jnp.arange(1.0, 8.0)
        estimator, params = SurrogateEs(7, 0.1), jnp.zeros(7)
        state = estimator.init(jax.random.key(0), slope, params, g)
        _, grads, _ = jax.jit(estimator.value_and_grad(slope))(state, jax.random.key(1), params, g)
        np.testing.assert_allclose(grads, g, rtol=1e-12)


def test_a_dropped_surrogate_is_a_random_direction():
    """Without a past the first call equals that of an estimator without surrogates in law: E X = P / n."""
    keys = jax.random.split(jax.random.key(3), 400)
    g = jnp.ones(200) / math.sqrt(200)

    def first(key):
        estimator = SurrogateEs(8, 0.1)
        state = estimator.init(key, slope, jnp.zeros(200), g)
        return cosine(jax.jit(estimator.value_and_grad(slope))(state, key, jnp.zeros(200), g)[1], g) ** 2

    found = np.asarray(jax.vmap(first)(keys))
    deviation = math.sqrt(2 * 8 * 192 / (200**2 * 202))  # of Beta(4, 96)
    assert abs(found.mean() - 8 / 200) < 6.2 * deviation / math.sqrt(400)
    assert found.mean() - 7 / 200 > 2 * deviation / math.sqrt(400)  # a lost direction would show


def test_a_pair_that_fails_does_not_touch_the_others():
    g, n = jnp.linspace(1.0, 2.0, 500), 500
    estimator = SurrogateEs(5, 0.1, past=0)
    params, key = jnp.zeros(n), jax.random.key(4)

    def broken(params, batch, key):
        value = jnp.vdot(batch, params)
        return jnp.where(params[0] > 0.1, jnp.nan, value)  # one pair steps that far

    losses = (slope, broken)
    found = [estimator.estimate(key, loss, params, g, estimator.init(key, loss, params, g))[0] for loss in losses]
    count = int(found[1].info["dropped"])
    assert 0 < count < 5
    assert np.isfinite(np.asarray(found[1].grads)).all()
    assert float(jnp.vdot(found[1].grads, g)) > 0
    difference = np.asarray(found[0].grads - found[1].grads)
    assert np.linalg.norm(difference) > 0


def _estimated(estimator, loss, params, batch, key):
    state = estimator.init(key, loss, params, batch)
    return jax.jit(lambda key, params, batch: estimator.estimate(key, loss, params, batch, state)[0])(
        key, params, batch
    )


def test_without_any_finite_pair_the_past_is_kept():
    g, n = jnp.ones(300), 300
    estimator = SurrogateEs(4, 0.1)
    params, key = jnp.zeros(n), jax.random.key(5)
    state = estimator.init(key, slope, params, g)
    _, _, state = jax.jit(estimator.value_and_grad(slope))(state, key, params, g)
    value, grads, after = jax.jit(estimator.value_and_grad(lambda p, b, k: jnp.nan * p[0]))(state, key, params, g)
    assert math.isnan(value) and not np.asarray(grads).any()
    np.testing.assert_array_equal(after.past, state.past)


def test_a_constant_loss_gives_zero():
    estimator, params, key = SurrogateEs(4, 0.1), jnp.ones(300), jax.random.key(6)
    loss = lambda p, b, k: 3.0 + 0 * p[0]  # noqa: E731
    _, grads, _ = jax.jit(estimator.value_and_grad(loss))(estimator.init(key, loss, params, None), key, params, None)
    assert not np.asarray(grads).any()


def test_half_batches_measure_the_noise_of_a_batch():
    """Examples g + noise: a slope that is the mean of 64 has standard deviation 1 / 8."""
    n, key = 2000, jax.random.key(8)
    batch = 1 / math.sqrt(n) + jax.random.normal(key, (64, n))
    loss = lambda p, b, k: jnp.mean(b @ p)  # noqa: E731
    estimator, params = SurrogateEs(50, 0.1, trust=HalfBatches(), past=0), jnp.zeros(n)
    found = _estimated(estimator, loss, params, batch, key)
    # the mean of 50 squares of normal numbers: relative deviation sqrt(2 / 50) = 0.2 of the variance
    assert abs(float(found.info["noise"]) ** 2 * 64 - 1) < 6.2 * 0.2
    exact = SurrogateEs(50, 0.1, past=0)
    plain = _estimated(exact, loss, params, batch, key)
    assert float(found.info["norm"]) < float(plain.info["norm"])
    np.testing.assert_allclose(found.value, plain.value, atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"pairs": 0}, r"`pairs` must be an integer in \[1"),
        ({"sigma": 0.0}, r"`sigma` must be a number in \(0"),
        ({"sigma": -1.0}, r"`sigma`"),
        ({"sigma": math.nan}, r"`sigma`"),
        ({"surrogates": jnp.ones(3)}, r"`surrogates` must be a function or None"),
        ({"past": 9}, r"`past` must be an integer in \[0, 4\]"),
        ({"pairs": 1}, r"`past` must be less than `pairs` = 1 .*past=0"),
        ({"sigma": 1e-50}, r"`sigma` must be in \[1.2e-38, 3.4e\+38\], the range of float32; got 1e-50"),
        ({"sigma": 1e300}, r"`sigma` must be in"),
        ({"surrogate_sigma": 0.0}, r"`surrogate_sigma`"),
        ({"trust": 0.1}, r"`trust` must be AbstractTrust.*KnownNoise"),
    ],
)
def test_bad_settings(settings, match):
    with pytest.raises((TypeError, ValueError), match=match):
        SurrogateEs(**{"pairs": 4, "sigma": 0.1, **settings})


def test_what_cannot_fit_is_refused_at_the_start():
    key, params = jax.random.key(0), {"w": jnp.zeros(3)}
    loss = lambda p, b, k: jnp.sum(p["w"])  # noqa: E731
    with pytest.raises(ValueError, match="`pairs` must be at most D = 3"):
        SurrogateEs(4, 0.1).init(key, loss, params, None)
    two = SurrogateEs(2, 0.1, surrogates=lambda p, b, k: (p, p))
    with pytest.raises(ValueError, match="`pairs` must be at least the number of surrogates, 3"):
        two.init(key, loss, params, None)
    wrong = SurrogateEs(2, 0.1, surrogates=lambda p, b, k: {"v": p["w"]})
    with pytest.raises(ValueError, match="`surrogates` must fit the parameters"):
        wrong.init(key, loss, params, None)
    shape = SurrogateEs(2, 0.1, surrogates=lambda p, b, k: {"w": jnp.zeros(2)})
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        shape.init(key, loss, params, None)
    with pytest.raises(ValueError, match="even number of examples"):
        SurrogateEs(2, 0.1, trust=HalfBatches()).init(key, loss, params, jnp.zeros((3, 2)))


def test_trust_that_is_exact_is_the_default():
    assert SurrogateEs(4, 0.1).trust == Exact()


def test_the_first_call_has_no_share_of_surrogates():
    loss, params, key = lambda p, batch, key: jnp.sum(p), jnp.zeros(12), jax.random.key(0)
    estimator = SurrogateEs(4, 0.1)
    state = estimator.init(key, loss, params, None)
    first, state = estimator.estimate(key, loss, params, None, state)
    second, _ = estimator.estimate(jax.random.key(1), loss, params, None, state)
    assert first.info["surrogate_share"] == 0.0 < second.info["surrogate_share"] <= 1.0
