"""xNES and SNES against their formulas written a second time, and on what each of them can learn."""

import numpy as np
import pytest
import scipy.linalg

import evo
from evo.continuous import Snes, Xnes, axis_ratio
from evo.continuous.nes import utilities
from evo.continuous.xnes import Factor
from tests.continuous.functions import ellipsoid, problem, rosenbrock, rotation, steps


def twin(mean, A, f, Z, eta, exponential):
    """One generation on m and A = sigma B, sample by sample (JMLR 15, 2014, algorithms 5 and 6)."""
    X = [mean + A @ z for z in Z]
    order = sorted(range(len(Z)), key=lambda k: f(X[k]))
    raw = [max(0.0, np.log(len(Z) / 2 + 1) - np.log(rank)) for rank in range(1, len(Z) + 1)]
    move, G = np.zeros(len(mean)), np.zeros_like(A)
    for place, k in enumerate(order):
        u = raw[place] / sum(raw) - 1 / len(Z)
        move += u * Z[k]
        G += u * (np.outer(Z[k], Z[k]) - np.eye(len(mean)))
    return mean + A @ move, A @ exponential(eta / 2 * G)


@pytest.mark.parametrize(
    ("strategy", "eta", "exponential"),
    [
        (Xnes, (9 + 3 * np.log(5)) / (5 * 5**1.5), scipy.linalg.expm),
        (Snes, (3 + np.log(5)) / (5 * 5**0.5), lambda G: np.diag(np.exp(np.diag(G)))),
    ],
)
def test_twin(strategy, eta, exponential):
    key, mean, A = evo.Key(3), np.array([-1.0, 1.5, 0.5, 2.0, -0.5]), 0.4 * np.eye(5)
    optimizer = strategy(sigma=0.4)
    states = steps(optimizer, problem(rosenbrock, mean), 40, key)
    for step in range(1, 41):
        Z = key.child("noise", step).numpy().standard_normal((8, 5))
        mean, A = twin(mean, A, rosenbrock, Z, eta, exponential)
        ours = states[step]
        np.testing.assert_allclose(ours.mean, mean, rtol=1e-9, atol=1e-11)
        factor = ours.sigma * optimizer.stretched(ours.covariance, np.eye(5)).T
        np.testing.assert_allclose(factor, A, rtol=1e-9, atol=1e-11)
        assert abs(np.linalg.det(factor / ours.sigma)) == pytest.approx(1.0)


def elementwise(self, covariance, rate, utilities, z):
    """The defect: an exponential entry by entry, which never leaves the diagonal."""
    G = (utilities[:, None] * z).T @ z
    return Factor(covariance.B * np.exp(rate / 2 * (G - np.trace(G) / len(G) * np.eye(len(G)))))


def test_xnes_learns_correlations(monkeypatch):
    Q = rotation(10)
    task = problem(lambda x: ellipsoid(1e4)(Q @ x), np.ones(10))

    def reached():
        stop = evo.Target(1e-8) | evo.Steps(1500)
        return evo.run(Xnes(1.0), task, seed=0, stop=stop, record=evo.Final(axis_ratio))

    result = reached()
    B = result.state.state.inner.covariance.B
    assert result.reached and np.abs(B - np.diag(np.diag(B))).max() > 0.1
    assert 30 < result.trace["axis_ratio"][-1] < 300  # the axes of the function have ratio 100
    monkeypatch.setattr(Xnes, "turned", elementwise)
    assert not reached().reached


def test_snes_learns_scales_but_no_correlations():
    Q, stop = rotation(8), evo.Target(1e-8) | evo.Evaluations(12_000)
    assert evo.run(Snes(0.5), problem(ellipsoid(1e4), np.ones(8)), seed=0, stop=stop).reached
    rotated = problem(lambda x: ellipsoid(1e4)(Q @ x), Q.T @ np.ones(8))
    assert not evo.run(Snes(0.5), rotated, seed=0, stop=stop).reached


@pytest.mark.parametrize("population", [2, 3, 10, 51])
def test_utilities(population):
    u = utilities(population)
    assert u.sum() == pytest.approx(0.0, abs=1e-14) and (np.diff(u) <= 0).all()
    assert (u[(population + 1) // 2 :] == u[-1]).all() and u[-1] == pytest.approx(-1 / population)


@pytest.mark.parametrize("strategy", [Xnes, Snes])
def test_messages(strategy):
    with pytest.raises(ValueError, match=r"`sigma` must be a number in \(0, inf\); got 0.0"):
        strategy(sigma=0.0)
    with pytest.raises(ValueError, match="`population` must be an integer >= 2; got 1"):
        strategy(0.5, population=1)
    assert strategy(1) == strategy(1.0) and hash(strategy(1)) == hash(strategy(1.0))


@pytest.mark.parametrize(("strategy", "steps"), [(Xnes, 4000), (Snes, 9000)])
def test_axes_end_where_rounding_begins(strategy, steps):
    """On a plateau the axis ratio grows exponentially; it stays at its limit, and B of determinant 1."""
    task = problem(lambda x: 0.0, np.ones(3 if strategy is Xnes else 10))
    result = evo.run(
        strategy(0.5, population=6), task, seed=0, stop=evo.Steps(steps), record=evo.Every(100, axis_ratio)
    )
    axes = strategy(0.5).axes(result.state.state.inner.covariance)
    assert abs(np.log(axes).sum()) < 0.1 and np.isfinite(result.state.state.inner.mean).all()
    ratios = result.trace["axis_ratio"][1:]
    assert np.isfinite(ratios).all() and 1e8 < ratios.max() < 1.1e14


@pytest.mark.parametrize("strategy", [Xnes, Snes])
def test_axes_are_raised_and_their_scale_kept(strategy):
    """sigma B is the same but for the axis that was too short."""
    optimizer, lengths = strategy(1.0), np.array([1e-10, 1.0, 1e7])
    model = optimizer.isotropic(3)._replace(**{optimizer.isotropic(3)._fields[0]: lengths})
    if strategy is Xnes:
        left, right = (np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))[0] for seed in (0, 1))
        model = model._replace(B=left @ np.diag(lengths) @ right)
    lifted, scale = optimizer.lifted(model)
    found = np.sort(optimizer.axes(lifted))
    np.testing.assert_allclose(found * scale, [1e-7, 1.0, 1e7], rtol=0.05)
    assert scale == pytest.approx((1e-7 * 1.0 * 1e7) ** (1 / 3))
