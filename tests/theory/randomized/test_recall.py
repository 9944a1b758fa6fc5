"""Recall by random subsets, against simulation; the game of subsets and keys, against its value."""

import math

import numpy as np
import pytest

from tests.statistical import FALSE_ALARM
from theory.randomized import minimax, recall_accuracy, recall_game, recall_squared_error

SEEDS = (1, 3, 9, 33)
SIMULATED = {(8, 4): (0.749, 0.843, 0.949, 0.999), (20, 5): (0.626, 0.685, 0.784, 0.930)}


def radius(runs):
    """Hoeffding's, for the mean of numbers in [0, 1]."""
    return math.sqrt(math.log(2.0 / FALSE_ALARM) / (2.0 * runs))


@pytest.mark.parametrize(("N", "M"), SIMULATED)
def test_numbers_that_were_simulated_elsewhere(N, M):
    for S, simulated in zip(SEEDS, SIMULATED[N, M]):
        assert abs(float(recall_accuracy(N, M, S)) - simulated) < 0.004


def simulated(rng, runs, N, M, S):
    """Is the first key's bit right by the vote? One subset per seed, a fair coin for what it leaves out."""
    stored = np.argsort(rng.random((runs, S, N)), axis=2).argsort(axis=2)[:, :, 0] < M
    right = np.where(stored, 1, rng.integers(0, 2, (runs, S))).sum(axis=1)
    return np.where(2 * right == S, 0.5, 2 * right > S)


@pytest.mark.parametrize(("N", "M", "S"), [(8, 4, 1), (8, 4, 3), (8, 4, 4), (20, 5, 9)])
def test_simulated(N, M, S):
    runs = 20_000
    found = simulated(np.random.default_rng(N + S), runs, N, M, S).mean()
    truth = float(recall_accuracy(N, M, S))
    assert abs(found - truth) <= radius(runs)
    defect = float(recall_accuracy(N, M + 2, S))  # two values too many
    assert abs(truth - defect) > 2.0 * radius(runs) and abs(found - defect) > radius(runs)


def test_ends():
    assert float(recall_accuracy(5, 5)) == 1.0 and float(recall_accuracy(5, 0, 7)) == pytest.approx(0.5)
    assert (float(recall_squared_error(5, 5)), float(recall_squared_error(5, 0))) == (0.0, 1.0)


@pytest.mark.parametrize(("N", "M"), [(3, 1), (5, 2), (8, 4), (6, 6), (4, 0)])
def test_the_game_of_subsets_and_keys(N, M):
    found = minimax(recall_game(N, M))
    assert abs(found.gap) < 1e-9 and float(found.value) == pytest.approx(M / N, abs=1e-9)
    assert recall_game(N, M).sum(axis=1).tolist() == [M] * math.comb(N, M)


def test_messages():
    for call, words in (
        (lambda: recall_accuracy(4, 5), r"`M` must be an integer in \[0, 4\] \(dim.*N=4\); got 5. Pass N for a"),
        (lambda: recall_accuracy(4, 2, 0), r"`S` must be an integer .*got 0. Pass 1"),
        (lambda: recall_squared_error(0, 0), r"`N` must be an integer .*got 0. Pass 8"),
        (lambda: recall_game(40, 20), r"`N` over `M` must be at most 200000 \(subsets\); got N=40, M=20. Pass smaller"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
