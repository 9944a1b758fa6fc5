"""Statistical assertions with a computed false-alarm rate, and the same assertions against planted defects.

Every assertion refuses the truth with probability at most `FALSE_ALARM`. A planted defect is another law that is
demonstrably far enough from the truth: the helpers compute the power of the assertion, demand that it is at least
1 - `FALSE_ALARM`, and then that the defect is in fact refused.
"""

from __future__ import annotations

import math

import numpy as np
import scipy.stats

from evo.statistics import compare_with_law, dkw_radius

FALSE_ALARM = 1e-9


class Shape:
    """The distribution function of a law, without its moments (they are unknown where runs are capped)."""

    mean = math.inf
    variance = math.inf

    def __init__(self, cdf):
        self.cdf = cdf


def agree(sample, law, horizon=None):
    """The run times have this law, by the distribution function and, without a horizon, by the mean."""
    judged = law if horizon is None else Shape(law.cdf)
    comparison = compare_with_law(sample, judged, FALSE_ALARM, horizon=horizon)
    assert comparison.distance is not None, str(comparison)
    assert comparison.ok, str(comparison)


def gap(law, other, horizon):
    """The sup distance of two laws on 0, 1, ..., horizon."""
    times = np.arange(horizon + 1)
    return float(np.abs(law.cdf(times) - other.cdf(times)).max())


def rejected(sample, truth, defect, horizon):
    """The same assertion refuses the defect, with certainty up to `FALSE_ALARM`.

    The sample stays within one radius of the truth and the defect must stay within one radius of the sample: beyond
    two radii both cannot be.
    """
    distance, radius = gap(truth, defect, horizon), dkw_radius(len(sample), alpha=FALSE_ALARM)
    assert distance > 2.0 * radius, f"power: the defect is {distance:.3g} away, and must be beyond {2 * radius:.3g}"
    comparison = compare_with_law(sample, Shape(defect.cdf), FALSE_ALARM, horizon=horizon)
    assert comparison.distance_ok is False, str(comparison)


class Shifted:
    """The law of T + 1."""

    def __init__(self, law):
        self.law = law

    def cdf(self, t):
        return self.law.cdf(np.asarray(t) - 1)


def count_limits(trials, probability, cells=1):
    """The counts (low, high) that a binomial number leaves with probability at most `FALSE_ALARM` in any of `cells`."""
    share = FALSE_ALARM / (2.0 * cells)
    law = scipy.stats.binom(trials, probability)
    return law.ppf(share), law.isf(share)


def counts_agree(counts, probabilities, trials=None):
    """All counts are plausible, each by its own exact binomial law (union bound over the cells).

    `trials` is the sum of the counts unless given: cells may overlap.
    """
    counts, probabilities = np.ravel(counts), np.ravel(np.broadcast_to(probabilities, np.shape(counts)))
    low, high = count_limits(counts.sum() if trials is None else trials, probabilities, counts.size)
    wrong = np.flatnonzero((counts < low) | (counts > high))
    assert wrong.size == 0, f"cells {wrong[:5]}: {counts[wrong[:5]]} outside {low[wrong[:5]]} to {high[wrong[:5]]}"


def counts_rejected(counts, truth, defect, trials=None):
    """`counts_agree` refuses the probabilities of a defect, and was bound to.

    In some cell the acceptance ranges of truth and defect are disjoint.
    """
    shape = np.shape(counts)
    counts, truth, defect = np.ravel(counts), np.ravel(np.broadcast_to(truth, shape)), np.ravel(defect)
    trials = counts.sum() if trials is None else trials
    low, high = count_limits(trials, truth, counts.size)
    other_low, other_high = count_limits(trials, defect, counts.size)
    assert ((high < other_low) | (other_high < low)).any(), "power: the defect is too close to the truth"
    assert ((counts < other_low) | (counts > other_high)).any()
