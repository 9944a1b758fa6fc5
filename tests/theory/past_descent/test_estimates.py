"""Every law against estimates with whole vectors, and against planted defects."""

import itertools
import math

import numpy as np
import pytest

from tests.theory.past_descent.drawn import (
    RUNS,
    agree,
    mean_rejected,
    means_agree,
    projected,
    rejected,
    rotated,
    squared_cosine,
    start,
)
from theory import past_descent
from theory.past_descent import CosineLaw


def test_orthonormal_directions():
    rng, g = start(RUNS, 12, seed=1)
    x = squared_cosine(projected(rng, g, 4), g)
    law = past_descent.orthonormal(12, 4)
    agree(x, law)
    rejected(x, law, past_descent.orthonormal(12, 5))


def test_gaussian_directions():
    rng, g = start(RUNS, 12, seed=2)
    e = rng.normal(size=(RUNS, 12, 6))
    x = squared_cosine(np.einsum("rnp,rp->rn", e, e[:, 0]), g)
    law = past_descent.gaussian(12, 6)
    agree(x, law)
    assert law.mean == pytest.approx(6 / 17, rel=1e-14)
    # the quotient of expectations P / (n + P + 1) is the mean of another law
    quotient = CosineLaw([(6.5, 3.0, 1)], source="a quotient of expectations")
    assert quotient.mean == pytest.approx(6 / 19)
    rejected(x, law, quotient)


def test_a_surrogate_of_either_sign_and_any_length():
    rng, g = start(RUNS, 12, seed=3)
    z = -5.0 * rotated(rng, g, 0.6)
    x = squared_cosine(projected(rng, g, 3, past=z), g)
    law = past_descent.surrogate(12, 4, quality=0.36)
    agree(x, law)
    assert x.min() >= 0.36 - 1e-12
    rejected(x, law, past_descent.surrogate(12, 3, quality=0.36))


def past_run(rng, g, pairs, generations, cosine=1.0, noise=0.0):
    estimate, found = projected(rng, g, pairs, noise=noise), []
    found.append(squared_cosine(estimate, g))
    for _ in range(generations - 1):
        g = rotated(rng, g, cosine) if cosine < 1.0 else g
        estimate = projected(rng, g, pairs - 1, past=estimate, noise=noise)
        found.append(squared_cosine(estimate, g))
    return found


def test_past_directions_on_a_linear_function():
    rng, g = start(RUNS, 12, seed=4)
    found = past_run(rng, g, 3, 5)
    for t in (1, 2, 5):
        agree(found[t - 1], past_descent.past(12, 3, t))
    rejected(found[4], past_descent.past(12, 3, 5), past_descent.past(12, 3, 1))  # the past is forgotten
    rejected(found[4], past_descent.past(12, 3, 5), past_descent.past(12, 3, 4))  # one generation off
    means_agree(np.sqrt(found[4]), past_descent.past(12, 3, 5).mean_cosine)


def test_the_second_last_estimate_adds_nothing():
    rng, g = start(200, 12, seed=5)
    first = projected(rng, g, 3)
    second = projected(rng, g, 2, past=first)
    across = first - np.sum(first * second, axis=1, keepdims=True) / np.sum(second**2, axis=1, keepdims=True) * second
    np.testing.assert_allclose(np.sum(across * g, axis=1), 0.0, atol=1e-12)


def test_generations_until_little_is_missing():
    rng = np.random.default_rng(6)
    missing = rng.beta((30 - 5) / 2, 5 / 2, size=RUNS)
    times = np.ones(RUNS)
    for _ in range(200):
        times += missing > 0.2
        missing *= rng.beta((30 - 5) / 2, 4 / 2, size=RUNS)
    law = past_descent.generations_to(30, 5, missing=0.2)

    class Of:  # on the integers, where both distribution functions jump
        def __init__(self, shift):
            self.cdf = lambda t: law.cdf(np.asarray(t) - shift)

    from tests.statistical import agree as steps_agree
    from tests.statistical import rejected as steps_rejected

    steps_agree(times, law)
    steps_rejected(times, law, Of(1), horizon=100)
    assert law.pmf(0) == 0.0 and law.defect < 1e-8
    assert law.cdf(7) == pytest.approx(1.0 - past_descent.past(30, 5, 7).cdf(0.8), abs=1e-12)


def test_first_generation_that_is_good_enough_in_the_mean():
    evaluations = float(past_descent.evaluations_to(200, 8, missing=0.03))
    t = round(evaluations / 16)
    assert past_descent.past(200, 8, t).missing <= 0.03 < past_descent.past(200, 8, t - 1).missing
    about = 2 * 199 * (1 + 1 / 7) * math.log(1 / 0.03)
    assert evaluations == pytest.approx(about, rel=0.03)  # -ln(1 - r) exceeds r by r / 2, r = 7 / 199
    assert float(past_descent.evaluations_to(10, 9, missing=0.5)) == 18.0
    assert past_descent.generations_to(10, 10, missing=0.5).mean == 1.0


def test_almost_sure_rate():
    rate = float(past_descent.past_rate(100, 4))
    logs = np.log(np.random.default_rng(7).beta(48.0, 1.5, size=400_000))
    error = 6.2 * logs.std() / math.sqrt(logs.size)  # 6e-10 by the normal law
    assert abs(logs.mean() - rate) <= error
    assert abs(logs.mean() - math.log1p(-3 / 99)) > error  # the rate of the mean is another one
    assert rate < math.log1p(-3 / 99) < -3 / 99
    assert float(past_descent.past_rate(10, 10)) == -math.inf


def test_running_mean():
    rng, g = start(RUNS, 12, seed=8)
    e = rng.normal(size=(RUNS, 12, 6))  # three generations of two pairs
    means = sum(np.einsum("rnp,rp->rn", e[:, :, i : i + 2], e[:, 0, i : i + 2]) for i in (0, 2, 4))
    agree(squared_cosine(means, g), past_descent.running_mean(12, 2, 3))


@pytest.mark.parametrize(("generations", "tolerance"), [(1, 0.0), (3, 0.01), (40, 0.01)])
def test_moving_average(generations, tolerance):
    rng, g = start(4000, 40, seed=9)
    average = np.zeros_like(g)
    for _ in range(generations):
        e = rng.normal(size=(4000, 40, 8))
        average = 0.8 * average + 0.2 * np.einsum("rnp,rp->rn", e, e[:, 0]) / 8
    x = squared_cosine(average, g)
    value = float(past_descent.moving_average(40, 8, decay=0.8, generations=generations))
    error = 6.2 * x.std() / math.sqrt(x.size)
    assert abs(x.mean() - value) <= error + tolerance  # heuristic: 1 / (W P) of the value at most, W P >= 8
    assert abs(x.mean() - float(past_descent.moving_average(40, 16, decay=0.8, generations=generations))) > 0.1


def test_a_gradient_that_turns():
    rng, g = start(2 * RUNS, 8, seed=10)
    found = past_run(rng, g, 3, 6, cosine=0.7)
    for t, x in enumerate(found, start=1):
        mean = float(past_descent.drifting(8, 3, cosine=0.7, generations=t))
        variance = float(past_descent.drifting_variance(8, 3, cosine=0.7, generations=t))
        means_agree(x, mean)
        means_agree(x**2, variance + mean**2)
    limit = past_descent.drifting(8, 3, cosine=0.7)
    means_agree(found[-1], limit)
    mean_rejected(found[-1], limit, (2 / 7) / (2 / 7 + 1 - 0.49))  # the approximation, at this small n
    mean_rejected(found[-1], limit, past_descent.drifting(8, 3, cosine=0.49))  # a for a^2


def test_limits_of_the_turning_gradient():
    for n, pairs in ((400, 33), (3, 2), (10, 10)):
        for cosine in (0.0, 0.5, 0.999, -0.7):
            mean = float(past_descent.drifting(n, pairs, cosine=cosine))
            assert mean == pytest.approx(
                float(past_descent.drifting(n, pairs, cosine=cosine, generations=10**5)), rel=1e-9
            )
            variance = float(past_descent.drifting_variance(n, pairs, cosine=cosine))
            after = float(past_descent.drifting_variance(n, pairs, cosine=cosine, generations=10**5))
            assert variance == pytest.approx(after, rel=1e-6, abs=1e-12)
    stays = past_descent.past(50, 4, 9)
    assert float(past_descent.drifting(50, 4, cosine=1.0, generations=9)) == pytest.approx(stays.mean, rel=1e-12)
    assert float(past_descent.drifting_variance(50, 4, cosine=1.0, generations=9)) == pytest.approx(stays.variance)
    assert float(past_descent.drifting(50, 4, cosine=1.0)) == 1.0
    # a new gradient each time, across the old one: one pair of 50 is spent on a direction that is nearly random
    assert float(past_descent.drifting(50, 4, cosine=0.0)) == pytest.approx(4 / 50, rel=0.02)


def test_noise_without_a_past():
    rng, g = start(2 * RUNS, 10, seed=11)
    for noise in (0.1, 0.5, 20.0):
        x = squared_cosine(projected(rng, g, 4, noise=noise), g)
        means_agree(x, past_descent.noisy_orthonormal(10, 4, noise=noise))
    mean_rejected(x, past_descent.noisy_orthonormal(10, 4, noise=20.0), 0.16 / (0.4 + 4 * 20.0**2))  # S^2 / (S + P v^2)
    assert float(past_descent.noisy_orthonormal(10, 4, noise=1e9)) == pytest.approx(0.1)
    assert float(past_descent.noisy_orthonormal(10, 1, noise=3.0)) == pytest.approx(
        0.1
    )  # one direction keeps its angle


@pytest.mark.parametrize(("noise", "tolerance"), [(0.05, 0.004), (0.1, 0.004)])
def test_noise_with_a_past(noise, tolerance):
    rng, g = start(1500, 40, seed=12)
    x = past_run(rng, g, 6, 30, cosine=math.sqrt(0.95), noise=noise)[-1]
    value = float(past_descent.noisy(40, 6, cosine=math.sqrt(0.95), noise=noise, generations=30))
    error = 6.2 * x.std() / math.sqrt(x.size)
    assert abs(x.mean() - value) <= error + tolerance  # heuristic: the tolerance is what the spread of S costs here
    assert abs(x.mean() - float(past_descent.drifting(40, 6, cosine=math.sqrt(0.95)))) > error + tolerance
    assert float(past_descent.noisy(40, 6, cosine=0.9, noise=1e-9)) == pytest.approx(
        float(past_descent.drifting(40, 6, cosine=0.9)), rel=1e-9
    )


def test_shrunk_weights():
    quiet = float(past_descent.noisy_shrunk(40, 6, cosine=0.9, noise=1e-7))
    assert quiet == pytest.approx(float(past_descent.drifting(40, 6, cosine=0.9)), rel=1e-9)
    for noise in (0.01, 0.05, 0.1):
        shrunk = float(past_descent.noisy_shrunk(400, 33, cosine=0.99**0.5, noise=noise))
        assert shrunk > float(past_descent.noisy(400, 33, cosine=0.99**0.5, noise=noise))
    # the best weights at given squares: c_z = X' / (X' + v^2) maximises the cosine over a grid of weights
    past, fresh, v = 0.3, 0.05, 0.2
    best = past**2 / (past + v * v) + 4 * fresh**2 / (fresh + v * v)
    w = np.linspace(0.0, 1.0, 2001)
    cosines = (past + 4 * w * fresh) ** 2 / (past + v * v + 4 * w * w * (fresh + v * v))
    assert cosines.max() == pytest.approx(best, rel=1e-6)


def test_gain():
    n, pairs = 400, 33
    for cosine in (0.0, 0.7, 0.99):
        value = past_descent.gain(n, pairs, cosine=cosine)
        mean = float(past_descent.drifting(n, pairs, cosine=cosine))
        assert float(value) == pytest.approx(mean * n / pairs, rel=1e-12)
        assert float(value) <= 1.0 / (1.0 - cosine**2)
        assert float(value) == pytest.approx(1.0 / ((pairs - 1) / (n - 1) + 1 - cosine**2), rel=0.15)
    assert float(past_descent.gain(n, pairs, cosine=1.0)) == pytest.approx(n / pairs)
    assert float(past_descent.gain(n, pairs, cosine=0.0)) < 1.0
    assert float(past_descent.gain(n, pairs, cosine=0.99, noise=1e-9)) == pytest.approx(
        float(past_descent.gain(n, pairs, cosine=0.99)), rel=1e-6
    )
    assert float(past_descent.gain(n, pairs, cosine=0.99, noise=10.0)) == pytest.approx(1.0, rel=0.02)
    assert float(past_descent.gain_shrunk(n, pairs, cosine=0.995, noise=0.05)) > 10.0


def scale_by_enumeration(points, weights, n, pairs):
    """E <h, g> / E |h|^2 over all entries on a grid, for a gradient that is no coordinate axis."""
    g = np.arange(1.0, n + 1.0)
    g /= np.linalg.norm(g)
    first = second = 0.0
    for index in itertools.product(range(len(points)), repeat=n * pairs):
        e, mass = points[list(index)].reshape(n, pairs), math.prod(weights[i] for i in index)
        h = e @ (e.T @ g) / pairs
        first, second = first + mass * float(h @ g), second + mass * float(h @ h)
    assert first == pytest.approx(1.0, rel=1e-12)  # unbiased
    return first / second


def test_least_squares_scale_of_signs_by_enumeration():
    signs = scale_by_enumeration(np.array([-1.0, 1.0]), [0.5, 0.5], 3, 3)
    assert float(past_descent.least_squares_scale(3, 3, kurtosis=1.0)) == pytest.approx(signs, rel=1e-12)
    assert float(past_descent.least_squares_scale(3, 3)) != pytest.approx(signs, rel=0.1)


def test_least_squares_scale_of_normal_entries_by_exact_quadrature():
    points, weights = np.polynomial.hermite_e.hermegauss(3)  # exact to degree 5 in each entry; 4 is needed
    found = scale_by_enumeration(points, weights / weights.sum(), 2, 3)
    assert float(past_descent.least_squares_scale(2, 3)) == pytest.approx(found, rel=1e-12)


def test_orthonormal_scale_makes_the_projection():
    rng, g = start(RUNS, 12, seed=13)
    h = projected(rng, g, 5) * 12 / 5
    means_agree(np.sum(h * g, axis=1) * 5 / 12, past_descent.orthonormal_scale(12, 5))
    np.testing.assert_allclose(np.sum(h * g, axis=1) / np.sum(h * h, axis=1), 5 / 12)


def test_streaming_with_a_past():
    n, pairs, runs = 200, 21, 60
    rng, g = start(runs, n, seed=15)
    estimate = projected(rng, g, pairs)
    for _ in range(24):
        g = rotated(rng, g, 0.99)
        z = estimate / np.linalg.norm(estimate, axis=1, keepdims=True)
        e = rng.normal(size=(runs, n, pairs - 1))
        u = e - z[:, :, None] * np.einsum("rn,rnp->rp", z, e)[:, None, :]
        u = np.concatenate([z[:, :, None], u / np.linalg.norm(u, axis=1, keepdims=True)], axis=2)
        estimate = np.einsum("rnp,rp->rn", u, np.einsum("rnp,rn->rp", u, g))
    x = squared_cosine(estimate, g)
    error = 6.2 * x.std() / math.sqrt(runs)
    value = float(past_descent.streamed_past(n, pairs, cosine=0.99, generations=25))
    assert abs(x.mean() - value) <= error + 1.0 / n
    assert value < float(past_descent.drifting(n, pairs, cosine=0.99, generations=25)) - 0.01
    limit = float(past_descent.streamed_past(n, pairs, cosine=0.99))
    assert limit == pytest.approx(float(past_descent.streamed_past(n, pairs, cosine=0.99, generations=500)), rel=1e-9)


@pytest.mark.parametrize("pairs", [30, 100])
def test_streaming_loses_what_is_predicted(pairs):
    n, runs = 300, 60
    rng, g = start(runs, n, seed=14)
    z = rotated(rng, g, 0.5)
    e = rng.normal(size=(runs, n, pairs))
    across = e - z[:, :, None] * np.einsum("rn,rnp->rp", z, e)[:, None, :]
    for u, value in (
        (across, past_descent.streamed(n, pairs + 1, quality=0.25)),
        (e, past_descent.streamed_unprojected(n, pairs + 1, quality=0.25)),
    ):
        u = u / np.linalg.norm(u, axis=1, keepdims=True)
        u = np.concatenate([z[:, :, None], u], axis=2)
        x = squared_cosine(np.einsum("rnp,rp->rn", u, np.einsum("rnp,rn->rp", u, g)), g)
        error = 6.2 * x.std() / math.sqrt(runs)
        assert abs(x.mean() - float(value)) <= error + 1.0 / n  # quotient of expectations: terms of the order 1 / n
        assert x.mean() < past_descent.surrogate(n, pairs + 1, quality=0.25).mean - 0.005
