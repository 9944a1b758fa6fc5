"""Search on a grid, against all 4^T sequences of moves with walls that keep the walker."""

import itertools

import numpy as np
import pytest

from theory.randomized import (
    exploration_game,
    exploration_value,
    minimax,
    two_episode_game,
    two_episode_value,
)

SMALL = [
    (3, 3, 2, (1, 1)),
    (3, 3, 3, (1, 1)),
    (3, 3, 4, (1, 1)),
    (2, 3, 3, (0, 1)),
    (3, 3, 4, (0, 0)),
    (1, 4, 3, (0, 1)),
]


def every_walk(rows, columns, horizon, start):
    """bool[walks, cells]: which cells each sequence of moves visits."""
    found = []
    for moves in itertools.product(((-1, 0), (0, 1), (1, 0), (0, -1)), repeat=horizon):
        (row, column), seen = start, np.zeros((rows, columns), bool)
        seen[start] = True
        for up, right in moves:
            row, column = min(max(row + up, 0), rows - 1), min(max(column + right, 0), columns - 1)
            seen[row, column] = True
        found.append(seen.ravel())
    return np.array(found)


def every_payoff(rows, columns, horizon, start):
    seen = every_walk(rows, columns, horizon, start)
    seen = np.unique(np.delete(seen, start[0] * columns + start[1], axis=1), axis=0)
    one, two = seen[:, None], seen[None]
    both = np.where(one, 1.0, np.where(two, 0.5, 0.0)).reshape(-1, seen.shape[1])
    return seen.astype(float), np.unique(both, axis=0)


@pytest.mark.parametrize("grid", SMALL)
def test_values_are_those_of_all_sequences_of_moves(grid):
    one, two = every_payoff(*grid)
    for payoff, game, value in (
        (one, exploration_game(*grid), exploration_value(*grid)),
        (two, two_episode_game(*grid), two_episode_value(*grid)),
    ):
        truth, full = minimax(payoff), minimax(game.payoff)
        assert max(abs(truth.gap), abs(full.gap)) < 1e-9  # Yao's principle
        assert float(truth.value) == pytest.approx(float(value), abs=1e-9)
        assert float(full.value) == pytest.approx(float(value), abs=1e-9)
        assert value.upper - value.lower < 1e-9


@pytest.mark.parametrize("grid", SMALL)
def test_no_policy_dominates_another_and_every_one_is_dominated(grid):
    for payoff, game in zip(every_payoff(*grid), (exploration_game(*grid), two_episode_game(*grid))):
        kept = game.payoff
        worse = np.all(kept[:, None] <= kept[None], axis=2)
        assert np.array_equal(worse, np.eye(len(kept), dtype=bool))
        assert np.all(np.any(np.all(payoff[:, None] <= kept[None], axis=2), axis=1))
        rows = {tuple(row) for row in payoff}
        assert all(tuple(row) in rows for row in kept)


@pytest.mark.parametrize("grid", SMALL)
def test_walks_are_walks_and_score_what_they_visit(grid):
    horizon, start = grid[2:]
    for game in (exploration_game(*grid), two_episode_game(*grid)):
        policies, episodes = game.walks.shape[:2]
        assert game.walks.shape == (policies, episodes, horizon + 1, 2)
        assert np.all(game.walks[:, :, 0] == start)
        assert np.all(np.abs(np.diff(game.walks, axis=2)).sum(axis=3) == 1)
        visits = np.any(np.all(game.walks[:, :, :, None] == game.targets, axis=4), axis=2)
        first, last = visits[:, 0], np.any(visits, axis=1)
        np.testing.assert_array_equal(game.payoff, first if episodes == 1 else 0.5 * first + 0.5 * last)


def test_known_values():
    centre, corner = (3, 3, 3, (1, 1)), (4, 4, 6, (0, 0))
    assert float(exploration_value(*centre)) == pytest.approx(1 / 4, abs=1e-9)  # of four corners a walk visits one
    assert float(two_episode_value(*centre)) == pytest.approx(3 / 8, abs=1e-9)
    assert float(exploration_value(*corner)) == pytest.approx(1 / 3, abs=1e-9)
    assert float(two_episode_value(*corner)) == pytest.approx(1 / 2, abs=1e-9)


def test_a_line_by_hand():
    """From the second of four cells in two moves: one move left, or two right; the far end counts 1 half the time."""
    assert float(exploration_value(1, 4, 2, (0, 1))) == pytest.approx(0.5)
    assert float(two_episode_value(1, 4, 2, (0, 1))) == pytest.approx(0.75)
    assert float(exploration_value(1, 4, 4, (0, 1))) == pytest.approx(1.0)


@pytest.mark.parametrize("grid", [*SMALL, (4, 4, 6, (0, 0))])
def test_deterministic_policies_and_bounds_by_one_episode(grid):
    rows, columns, horizon, _ = grid
    game, pairs = exploration_game(*grid), two_episode_game(*grid)
    once, twice = float(exploration_value(*grid)), float(two_episode_value(*grid))
    assert 0.0 < once <= min(1.0, horizon / (rows * columns - 1)) + 1e-9
    whole = pairs.payoff.min(axis=1) > 0.0  # pairs that visit all cells
    assert game.payoff.min(axis=1).max() == 0.0 and set(pairs.payoff[whole].min(axis=1)) <= {0.5}
    assert (once + 1.0 - (1.0 - once) ** 2) / 2.0 - 1e-9 <= twice <= 1.5 * once + 1e-9


def test_cells_out_of_reach_make_every_mixture_fail():
    assert float(exploration_value(4, 4, 4, (0, 0))) == 0.0 and float(two_episode_value(4, 4, 4, (0, 0))) == 0.0


def test_messages():
    for call, words in (
        (lambda: exploration_game(0, 3, 3, (0, 0)), r"`rows` must be an integer in \[1, 62\].*got 0. Pass 3"),
        (
            lambda: exploration_game(9, 9, 3, (0, 0)),
            r"`rows` times `columns` must lie in \[2, 62\].*got 9 \* 9. Pass 4",
        ),
        (lambda: exploration_value(3, 3, 0, (0, 0)), r"`horizon` must be .*moves of an episode.*got 0. Pass 3"),
        (
            lambda: two_episode_game(3, 3, 3, (0, 3)),
            r"`start\[1\]` must be .*in \[0, 2\] \(column.*got 3. Pass \(0, 0\)",
        ),
        (
            lambda: exploration_value(7, 7, 24, (3, 3)),
            r"`horizon` must keep .* at most 20000; got 24 .* Pass a smaller",
        ),
    ):
        with pytest.raises(ValueError, match=words):
            call()
    with pytest.raises(TypeError, match=r"`start` must be \(row, column\) of a cell; got 4. Pass \(0, 0\)"):
        exploration_game(3, 3, 3, 4)
