"""Votes and repetition against sums of binomial probabilities."""

import math

import numpy as np
import pytest
import scipy.stats

from theory.randomized import amplified, majority


@pytest.mark.parametrize("p", [0.0, 1e-3, 0.3, 0.5, 0.625, 0.75, 0.999, 1.0])
@pytest.mark.parametrize("S", [1, 2, 3, 4, 9, 10, 33, 200])
def test_the_vote_is_a_sum_of_binomial_probabilities(p, S):
    masses, counts = scipy.stats.binom.pmf(range(S + 1), S, p), np.arange(S + 1)
    ties = masses[counts * 2 == S].sum()
    assert float(majority(p, S)) == pytest.approx(masses[2 * counts > S].sum() + ties / 2, abs=1e-12)


@pytest.mark.parametrize("S", [2, 4, 10])
def test_ties_are_not_won(S):
    masses, counts = scipy.stats.binom.pmf(range(S + 1), S, 0.625), np.arange(S + 1)
    assert masses[2 * counts >= S].sum() - float(majority(0.625, S)) > 0.05
    assert float(majority(0.625, S)) == float(majority(0.625, S - 1))


def test_votes_amplify_what_is_better_than_chance():
    found = [float(majority(0.6, S)) for S in (1, 3, 9, 33, 101, 1001)]
    assert all(np.diff(found) > 0) and found[-1] > 1 - 1e-9
    assert [float(majority(0.5, S)) for S in (1, 8, 33)] == [0.5] * 3
    assert float(majority(0.6, 33)) + float(majority(0.4, 33)) == pytest.approx(1.0, abs=1e-14)


def test_best_of_several():
    assert float(amplified(0.25, 3)) == pytest.approx(1 - 0.75**3, rel=1e-15)
    assert float(amplified(1e-12, 10)) == pytest.approx(1e-11, rel=1e-9)
    assert (float(amplified(0.0, 5)), float(amplified(1.0, 1))) == (0.0, 1.0)


def test_messages():
    for call, words in (
        (lambda: majority(1.5, 3), r"`p` must lie in \[0, 1\] \(probability of one right answer\); got 1.5. Pass 0.5"),
        (lambda: majority(0.5, 0), r"`S` must be an integer .*independent seeds.*got 0. Pass 1"),
        (lambda: amplified(math.nan, 3), r"`p` must lie in \[0, 1\].*got nan. Pass 0.5"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
