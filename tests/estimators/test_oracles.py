"""Every estimator from function values against the true gradient, in float64."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evo.estimators import (
    AntitheticEs,
    Backprop,
    ByteSum,
    Gaussian,
    GuidedEs,
    Independent,
    Orthogonal,
    Popcount,
    Rademacher,
    SurrogateEs,
    Unbiased,
)
from tests.estimators.measuring import estimates, means_agree, means_rejected, once

D, PAIRS, COUNT = 12, 4, 8192
RANDOM = np.random.default_rng(3)
HESSIAN = (lambda a: a @ a.T)(RANDOM.normal(size=(D, D)))
POINT, LINEAR = RANDOM.normal(size=D), RANDOM.normal(size=D)
GRADIENT = HESSIAN @ POINT + LINEAR


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


def quadratic(params, batch, key):
    return params @ jnp.asarray(HESSIAN) @ params / 2 + jnp.asarray(LINEAR) @ params


def curved(params, batch, key):
    """Its third derivatives do not vanish: cubic, transcendental, and mixed."""
    return jnp.sum(jnp.exp(params / 2)) + params[0] * params[1] * params[2] + params[3] ** 3


ROWS = {
    "ByteSum": AntitheticEs(PAIRS, 0.3),
    "Gaussian": AntitheticEs(PAIRS, 0.3, noise=Gaussian()),
    "Popcount": AntitheticEs(PAIRS, 0.3, noise=Popcount()),
    "Rademacher": AntitheticEs(PAIRS, 0.3, noise=Rademacher()),
    "unbiased": AntitheticEs(PAIRS, 0.3, scale=Unbiased()),
    "orthogonal, Gaussian": AntitheticEs(PAIRS, 0.3, noise=Gaussian(), directions=Orthogonal()),
    "orthogonal, ByteSum": AntitheticEs(PAIRS, 0.3, directions=Orthogonal()),
}
FAST = {"ByteSum", "orthogonal, ByteSum"}


@pytest.mark.parametrize(
    "name", [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in ROWS]
)
def test_mean_and_variance_on_a_quadratic(name):
    """On a quadratic (f(x + s z) - f(x - s z)) / (2 s) = <g, z> exactly, so that moments of z give all below.

    Independent: Cov((1/P) sum <g, z> z) = (|g|^2 I + g g^T + (kurtosis - 3) diag(g^2)) / P.
    Orthogonal: the projection of g on a space of dimension P, E|grads|^2 = (P / D) |g|^2.
    """
    es = ROWS[name]
    found, info = estimates(es, quadratic, jnp.asarray(POINT), COUNT)
    g, square = GRADIENT, GRADIENT @ GRADIENT
    c = info["scale"][0]
    means_agree(found, c * g)
    defects = {"wrong sign": -1, "sum instead of mean": PAIRS, "missing 1/2": 2}
    for factor in defects.values():
        means_rejected(found, c * g, factor * c * g)
    if isinstance(es.directions, Independent):
        kurtosis = es.noise.kurtosis
        variance = c**2 / PAIRS * (square + g**2 + (kurtosis - 3) * g**2)
        means_agree((found - c * g) ** 2, variance)
        means_rejected((found - c * g) ** 2, variance, variance * PAIRS)
        if not isinstance(es.scale, Unbiased):
            assert c == pytest.approx(PAIRS / (PAIRS + D + kurtosis - 2), rel=1e-12)
    else:
        assert c == pytest.approx(PAIRS / D, rel=1e-12)
        np.testing.assert_allclose(found @ g, np.sum(found**2, axis=1), rtol=1e-9)  # a projection
        means_agree(np.sum(found**2, axis=1), c * square)
    if isinstance(es.directions, Independent) and not isinstance(es.scale, Unbiased):
        gap = found @ g - np.sum(found**2, axis=1)  # the scale of least squares: E<grads, g> = E|grads|^2
        means_agree(gap, 0.0)
        means_rejected(gap, 0.0, -2 * c * square)  # that of twice the estimate


def slope_of_error(make, reference):
    """The exponent of sigma in the error, between two sizes that are free of rounding and of fifth derivatives."""
    params, key, sigmas = jnp.asarray(POINT / 4), jax.random.key(8), (4e-2, 1e-2)
    errors = []
    for sigma in sigmas:
        found, _ = once(make(sigma), curved, params, key)
        errors.append(np.linalg.norm(np.asarray(found.grads) - reference(key, params)))
    return np.log(errors[0] / errors[1]) / np.log(sigmas[0] / sigmas[1])


def test_the_error_falls_as_the_square_of_sigma():
    """With D orthogonal pairs only the third derivatives are left: the projection on all directions is the gradient."""

    def gradient(key, params):
        return np.asarray(jax.grad(curved)(params, None, None))

    makers = {
        "orthogonal": lambda sigma: AntitheticEs(D, sigma, directions=Orthogonal()),
        "surrogate": lambda sigma: SurrogateEs(D, sigma),
    }
    for make in makers.values():  # the next term is sigma^2 times smaller: 0.02 in the exponent
        assert slope_of_error(make, gradient) == pytest.approx(2, abs=0.02)

    def doubled(key, params):
        return 2 * gradient(key, params)

    assert abs(slope_of_error(makers["orthogonal"], doubled)) < 0.1  # a wrong factor leaves a constant error


@pytest.mark.slow
def test_the_error_of_independent_directions_falls_as_the_square_of_sigma():
    def limit(es):
        def of(key, params):
            g = np.asarray(jax.grad(curved)(params, None, None))
            linear, _ = once(es, lambda x, batch, key: jnp.vdot(jnp.asarray(g), x), params, key)
            return np.asarray(linear.grads)

        return of

    for noise in (ByteSum(), Rademacher(), Gaussian()):
        one = AntitheticEs(PAIRS, 1.0, noise=noise)
        slope = slope_of_error(lambda sigma, noise=noise: AntitheticEs(PAIRS, sigma, noise=noise), limit(one))
        assert slope == pytest.approx(2, abs=0.05)
    guided = GuidedEs(PAIRS, 1.0)
    assert slope_of_error(lambda sigma: GuidedEs(PAIRS, sigma), limit(guided)) == pytest.approx(2, abs=0.05)


def test_backprop_is_the_directional_derivative():
    """Central differences along random directions: an error of h^2 / 6 times third derivatives, below 1e-9 here."""
    found, _ = once(Backprop(), curved, jnp.asarray(POINT), jax.random.key(0))
    for direction in np.random.default_rng(1).normal(size=(3, D)):
        h = 1e-5
        up, down = (float(curved(jnp.asarray(POINT + sign * h * direction), None, None)) for sign in (1, -1))
        assert np.asarray(found.grads) @ direction == pytest.approx((up - down) / (2 * h), rel=1e-7, abs=1e-8)


@pytest.mark.slow
def test_surrogates_that_point_nowhere_leave_an_orthogonal_strategy():
    """A zero surrogate is replaced by a random direction: E|grads|^2 = (P / D)|g|^2 in the first call, exactly."""
    found, _ = estimates(SurrogateEs(PAIRS, 0.3, noise=Gaussian()), quadratic, jnp.asarray(POINT), COUNT)
    square = GRADIENT @ GRADIENT
    np.testing.assert_allclose(found @ GRADIENT, np.sum(found**2, axis=1), rtol=1e-9)
    means_agree(np.sum(found**2, axis=1), PAIRS / D * square)
    means_agree(found, PAIRS / D * GRADIENT)
    means_rejected(found, PAIRS / D * GRADIENT, GRADIENT)
