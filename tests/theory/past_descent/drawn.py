"""Estimates with whole vectors and linear algebra, and assertions on squared cosines with computed false alarms."""

import math

import numpy as np

from evo.statistics import dkw_radius
from tests.statistical import FALSE_ALARM

RUNS = 20_000


def rotated(rng, gradient, cosine):
    """Gradients of length 1 at a fixed angle, in directions that are uniformly random."""
    fresh = rng.normal(size=gradient.shape)
    fresh -= np.sum(fresh * gradient, axis=1, keepdims=True) * gradient
    fresh /= np.linalg.norm(fresh, axis=1, keepdims=True)
    return cosine * gradient + math.sqrt(1.0 - cosine**2) * fresh


def projected(rng, gradient, pairs, past=None, noise=0.0, across=True):
    """The estimates, float64[runs, n]: projections on past directions (if any) and random ones across them."""
    runs, n = gradient.shape
    columns = rng.normal(size=(runs, n, pairs))
    if past is not None:
        columns = np.concatenate([past[:, :, None], columns], axis=2) if across else columns
    basis = np.linalg.qr(columns)[0]
    d = np.einsum("rnp,rn->rp", basis, gradient)
    d += noise * rng.normal(size=d.shape)
    return np.einsum("rnp,rp->rn", basis, d)


def squared_cosine(estimate, gradient):
    """One per run."""
    products = np.sum(estimate * gradient, axis=1) ** 2
    return products / (np.sum(estimate**2, axis=1) * np.sum(gradient**2, axis=1))


def start(runs, n, seed):
    """A random number generator, and one unit gradient per run."""
    gradient = np.zeros((runs, n))
    gradient[:, 0] = 1.0
    return np.random.default_rng(seed), gradient


def _distance(sample, cdf):
    """The sup distance of the empirical distribution function from another."""
    x = np.sort(sample)
    values, steps = cdf(x), np.arange(x.size + 1) / x.size
    return float(max(np.max(np.abs(values - steps[1:])), np.max(np.abs(values - steps[:-1]))))


def agree(sample, law):
    """The sample has this law; refuses the truth with probability FALSE_ALARM at most, by the DKW inequality."""
    distance, radius = _distance(sample, law.cdf), dkw_radius(len(sample), alpha=FALSE_ALARM)
    assert distance <= radius, f"distance {distance:.4g} beyond {radius:.4g}"


def rejected(sample, truth, defect):
    """The same assertion refuses the defect, and was bound to: the two are more than two radii apart."""
    points = np.linspace(0.001, 0.999, 400)
    apart, radius = float(np.max(np.abs(truth.cdf(points) - defect.cdf(points)))), dkw_radius(len(sample), FALSE_ALARM)
    assert apart > 2.0 * radius, f"power: the defect is {apart:.3g} away, and must be beyond {2 * radius:.3g}"
    assert _distance(sample, defect.cdf) > radius


def radius_of_mean(runs):
    """Hoeffding's: the mean of `runs` numbers in [0, 1] is farther from its expectation with FALSE_ALARM at most."""
    return math.sqrt(math.log(2.0 / FALSE_ALARM) / (2.0 * runs))


def means_agree(sample, value):
    """The mean of numbers in [0, 1] is this one."""
    assert abs(np.mean(sample) - float(value)) <= radius_of_mean(len(sample))


def mean_rejected(sample, truth, defect):
    """The same assertion refuses the defect, and was bound to."""
    assert abs(float(truth) - float(defect)) > 2.0 * radius_of_mean(len(sample)), "power"
    assert abs(np.mean(sample) - float(defect)) > radius_of_mean(len(sample))
