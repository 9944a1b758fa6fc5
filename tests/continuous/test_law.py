"""Candidates have the law N(m, sigma^2 C), and paths are standard normal under neutral selection."""

import numpy as np
import pytest
import scipy.stats

import evo
from evo.continuous import CmaEs, SepCmaEs, Snes, Xnes
from tests.continuous.functions import ellipsoid, problem, steps
from tests.statistical import FALSE_ALARM

STRATEGIES = [CmaEs, SepCmaEs]
ALL = [*STRATEGIES, Xnes, Snes]


def normal(z, mean_too=True):
    """Whether the rows of z may be independent N(0, I): exact chi-squared tests along the axes and their diagonals."""
    N, D = z.shape
    directions = list(np.eye(D))
    for i in range(D):
        for j in range(i):
            for sign in (1.0, -1.0):
                directions.append((np.eye(D)[i] + sign * np.eye(D)[j]) / np.sqrt(2.0))
    share = FALSE_ALARM / (4 * len(directions))
    low, high = scipy.stats.chi2(N).ppf(share), scipy.stats.chi2(N).isf(share)
    along = z @ np.array(directions).T
    squares = (along**2).sum(axis=0)
    centred = np.abs(along.sum(axis=0)) <= scipy.stats.norm.isf(share) * np.sqrt(N)
    return bool(((low < squares) & (squares < high)).all() and (centred.all() or not mean_too))


def covariance_of(inner):
    """The matrix that the model of the covariance stands for."""
    (name, array), *_ = inner.covariance._asdict().items()
    return {
        "C": lambda: array,
        "variances": lambda: np.diag(array),
        "B": lambda: array @ array.T,
        "scales": lambda: np.diag(array**2),
    }[name]()


@pytest.mark.parametrize("strategy", ALL)
def test_candidates(strategy):
    optimizer, D = strategy(sigma=0.7), 4
    inner = steps(optimizer, problem(ellipsoid(1e3), np.arange(1.0, 5.0)), 60, evo.Key(1))[-1]
    C = covariance_of(inner)
    assert np.linalg.cond(C) > 20
    candidates = np.concatenate([optimizer.propose(evo.Key(2), inner, step)[0] for step in range(1, 1501)])
    scale = np.linalg.cholesky(C) * inner.sigma
    assert normal(np.linalg.solve(scale, (candidates - inner.mean).T).T)
    for defect in (np.eye(D) * inner.sigma, scale @ scale / inner.sigma, scale * 1.1):  # C forgotten, C for its root
        assert not normal(np.linalg.solve(defect, (candidates - inner.mean).T).T)
    assert not normal(np.linalg.solve(scale, (candidates - inner.mean - 0.1 * scale.sum(axis=1)).T).T)


@pytest.mark.parametrize("strategy", ALL)
def test_candidates_are_functions_of_key_and_step(strategy):
    optimizer = strategy(sigma=1.0)
    inner = steps(optimizer, problem(ellipsoid(10.0), np.ones(3)), 3, evo.Key(1))[-1]
    first = optimizer.propose(evo.Key(2), inner, 4)[0]
    np.testing.assert_array_equal(first, optimizer.propose(evo.Key(2), inner, 4)[0])
    assert not np.isin(first, optimizer.propose(evo.Key(2), inner, 5)[0]).any()
    assert not np.isin(first, optimizer.propose(evo.Key(3), inner, 4)[0]).any()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_paths_under_neutral_selection(strategy):
    """With all losses equal, p_sigma' - (1 - c_sigma) p_sigma is N(0, c_sigma (2 - c_sigma) I) exactly."""
    optimizer, D = strategy(sigma=1.0), 5
    states = steps(optimizer, problem(lambda x: 0.0, np.zeros(D)), 1000, evo.Key(5))
    k = optimizer.constants(D, len(states[0].noise))
    paths = np.array([inner.p_sigma for inner in states])
    innovations = (paths[1:] - (1 - k.c_sigma) * paths[:-1]) / np.sqrt(k.c_sigma * (2 - k.c_sigma))
    assert normal(innovations)
    assert not normal(innovations / np.sqrt(k.mu_eff))  # without mu_eff
    assert not normal(innovations * np.sqrt((2 - k.c_sigma) / 1.0))  # without 2 - c_sigma


def test_covariance_is_unbiased_under_neutral_selection():
    """E[C'] = C for stationary p_c: the expectation over ranks of eq. (47) with E[n y y^T / |z|^2] = C."""
    optimizer, D = CmaEs(sigma=1.0), 4
    inner = steps(optimizer, problem(ellipsoid(1e2), np.ones(D)), 40, evo.Key(5))[-1]
    C = inner.covariance.root @ inner.covariance.root
    inner = inner._replace(covariance=inner.covariance._replace(C=C), p_sigma=np.zeros(D))
    generator = np.random.default_rng(0)
    draws = []
    for step in range(1000, 2500):
        path = inner.covariance.root @ generator.standard_normal(D)
        candidates, asked = optimizer.propose(evo.Key(9), inner._replace(p_c=path), step)
        after = optimizer.absorb(asked, step, candidates, np.zeros(len(candidates))).inner
        draws.append(after.covariance.C)
    draws = np.array(draws)
    error = draws.std(axis=0) / np.sqrt(len(draws))
    limit = scipy.stats.norm.isf(FALSE_ALARM / (2 * D * D))
    assert (np.abs(draws.mean(axis=0) - C) <= limit * error).all()
    weights = optimizer.constants(D, len(inner.noise)).weights
    forgotten = optimizer.constants(D, len(inner.noise)).c_mu * -weights[weights < 0].sum() * C  # no negative weights
    assert (np.abs(draws.mean(axis=0) - C - forgotten) > limit * error).any()
