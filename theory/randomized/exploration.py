"""Search for a hidden cell of a grid in T moves, in one episode or in two with the same target.

A policy of one episode is a walk: until the target is found nothing is learned, and afterwards nothing matters. Moves
lead to the four neighbours; a move into a wall stays. The adversary hides the target in any cell but the start.

A deterministic walk visits at most T cells besides the start: if it leaves one out, its worst case is 0. A mixture
finds every target with probability v <= T / (cells - 1), less where geometry forbids it. In two episodes a
deterministic pair of walks scores 0 in the worst case, or 1/2 if together they visit all cells; mixtures guarantee at
least (v + 1 - (1 - v)^2) / 2, by two independent walks, and at most 3 v / 2, by the targets that are hardest in one
episode.

Symmetries of the grid that keep the start let every mixed policy be averaged over them without loss in the worst case:
then all targets of an orbit count alike, and the linear program needs one column per orbit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.randomized.games import minimax
from theory.results import Value

__all__ = ["ExplorationGame", "exploration_game", "exploration_value", "two_episode_game", "two_episode_value"]

_MOST_STATES = 20_000
_MOST_PAIRS = 2_000_000
_MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))


class ExplorationGame(NamedTuple):
    """Policies that no other policy dominates, against hidden targets.

    Args:
        payoff: float64[policies, targets], the score of each policy for each target.
        targets: int64[targets, 2], row and column of each target.
        walks: int64[policies, episodes, T + 1, 2], row and column after every move, the start first; the walk of the
            second episode is for a target that the first one missed.
    """

    payoff: NDArray[np.float64]
    targets: NDArray[np.int64]
    walks: NDArray[np.int64]


def exploration_game(rows: int, columns: int, horizon: int, start: tuple[int, int]) -> ExplorationGame:
    """One episode: 1 if the walk visits the target.

    One walk for every set of visited cells that is not part of another one.

    Args:
        rows: of the grid; at most 62 cells.
        columns: of the grid.
        horizon: T, moves of an episode, at least 1.
        start: row and column of the first cell, counted from 0.

    Returns:
        The game; solve it with `minimax(game.payoff)`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or too many walks.

    Source: elementary.

    Example:
        >>> game = exploration_game(1, 3, 2, start=(0, 1))
        >>> game.targets.tolist(), game.payoff.tolist()
        ([[0, 0], [0, 2]], [[1.0, 0.0], [0.0, 1.0]])
    """
    rows, columns, horizon, first = _grid(rows, columns, horizon, start)
    masks, walks = _walks(rows, columns, horizon, first)
    targets = _targets(rows, columns, first)
    places = np.stack([targets // columns, targets % columns], axis=1)
    return ExplorationGame(_visited(masks, targets), places, _places(walks, columns)[:, None])


def exploration_value(rows: int, columns: int, horizon: int, start: tuple[int, int]) -> Value:
    """The largest probability with which a mixture of walks finds the target wherever it hides, in one episode.

    Args:
        rows: of the grid; at most 62 cells.
        columns: of the grid.
        horizon: T, moves of an episode, at least 1.
        start: row and column of the first cell, counted from 0.

    Returns:
        An exact value with bounds by a policy and by a distribution of targets.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or too many walks.

    Source: von Neumann (1928); Yao (1977).

    Example:
        >>> float(exploration_value(3, 3, 3, start=(1, 1)))
        0.25
    """
    rows, columns, horizon, first = _grid(rows, columns, horizon, start)
    masks, _ = _walks(rows, columns, horizon, first)
    return _folded(_visited(masks, _targets(rows, columns, first)), rows, columns, first)


def two_episode_game(rows: int, columns: int, horizon: int, start: tuple[int, int]) -> ExplorationGame:
    """Two episodes with the same target: the mean of their successes.

    If the first episode finds the target, the second one takes a shortest path and succeeds, since what was reached in
    T moves is not farther away. Otherwise it walks again, over other cells. Score: 1 if the first walk visits the
    target, 1/2 if only the second one does, 0 otherwise. A pair is kept unless another one scores as much everywhere.

    Args:
        rows: of the grid; at most 62 cells.
        columns: of the grid.
        horizon: T, moves of an episode, at least 1.
        start: row and column of the first cell, counted from 0.

    Returns:
        The game; solve it with `minimax(game.payoff)`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or too many walks.

    Source: elementary.

    Example:
        >>> game = two_episode_game(1, 3, 2, start=(0, 1))
        >>> game.payoff.tolist()
        [[1.0, 0.5], [0.5, 1.0]]
    """
    rows, columns, horizon, first = _grid(rows, columns, horizon, start)
    masks, walks = _walks(rows, columns, horizon, first)
    one, two = _pairs(masks)
    targets = _targets(rows, columns, first)
    seen = _visited(masks, targets)
    payoff = 0.5 * (seen[one] + np.maximum(seen[one], seen[two]))
    places = np.stack([targets // columns, targets % columns], axis=1)
    both = np.stack([walks[one], walks[two]], axis=1)
    return ExplorationGame(payoff, places, _places(both, columns))


def two_episode_value(rows: int, columns: int, horizon: int, start: tuple[int, int]) -> Value:
    """The largest score of two episodes that a mixture guarantees wherever the target hides.

    Args:
        rows: of the grid; at most 62 cells.
        columns: of the grid.
        horizon: T, moves of an episode, at least 1.
        start: row and column of the first cell, counted from 0.

    Returns:
        An exact value with bounds by a policy and by a distribution of targets.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or too many walks.

    Source: von Neumann (1928); Yao (1977).

    Example:
        >>> float(two_episode_value(3, 3, 3, start=(1, 1)))
        0.375
    """
    rows, columns, horizon, first = _grid(rows, columns, horizon, start)
    masks, _ = _walks(rows, columns, horizon, first)
    one, two = _pairs(masks)
    seen = _visited(masks, _targets(rows, columns, first))
    return _folded(0.5 * (seen[one] + np.maximum(seen[one], seen[two])), rows, columns, first)


def _grid(rows: Any, columns: Any, horizon: Any, start: Any) -> tuple[int, int, int, int]:
    rows = _check.integer("rows", rows, low=1, high=62, unit="rows of the grid", advice="Pass 3, for example.")
    columns = _check.integer(
        "columns", columns, low=1, high=62, unit="columns of the grid", advice="Pass 3, for example."
    )
    if not 2 <= rows * columns <= 62:
        raise ValueError(
            f"`rows` times `columns` must lie in [2, 62] (cells); got {rows} * {columns}. Pass 4 and 4, for example."
        )
    horizon = _check.integer("horizon", horizon, low=1, high=1000, unit="moves of an episode", advice="Pass 3.")
    try:
        row, column = start
    except (TypeError, ValueError):
        raise TypeError(f"`start` must be (row, column) of a cell; got {start!r}. Pass (0, 0) for a corner.") from None
    unit, advice = f"cell of a grid of {rows} times {columns}", "Pass (0, 0) for a corner."
    row = _check.integer("start[0]", row, low=0, high=rows - 1, unit=f"row of a {unit}", advice=advice)
    column = _check.integer("start[1]", column, low=0, high=columns - 1, unit=f"column of a {unit}", advice=advice)
    return rows, columns, horizon, row * columns + column


def _neighbours(rows: int, columns: int) -> list[tuple[int, ...]]:
    """Where the four moves lead. Staying at a wall is left out: any other move in its place visits no fewer cells."""
    found = []
    for row in range(rows):
        for column in range(columns):
            ends = [(row + up, column + right) for up, right in _MOVES]
            found.append(tuple(r * columns + c for r, c in ends if 0 <= r < rows and 0 <= c < columns))
    return found


def _walks(rows: int, columns: int, horizon: int, first: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Visited sets as bit masks, none of them part of another, and a walk for each.

    Walks that end in one cell have the same future: those whose cells are part of another's are dropped at once.
    """
    near = _neighbours(rows, columns)
    found: dict[int, dict[int, tuple[int, ...]]] = {first: {1 << first: (first,)}}
    for _ in range(horizon):
        after: dict[int, dict[int, tuple[int, ...]]] = {}
        for cell, sets in found.items():
            for mask, walk in sets.items():
                for end in near[cell]:
                    after.setdefault(end, {}).setdefault(mask | 1 << end, (*walk, end))
        if sum(map(len, after.values())) > _MOST_STATES:
            raise ValueError(
                f"`horizon` must keep the number of different walks at most {_MOST_STATES}; got {horizon} on a grid of "
                f"{rows} times {columns}. Pass a smaller horizon or grid."
            )
        found = {cell: {int(mask): sets[int(mask)] for mask in _maximal(sets)} for cell, sets in after.items()}
    ended: dict[int, tuple[int, ...]] = {}
    for sets in found.values():
        for mask, walk in sets.items():
            ended.setdefault(mask, walk)
    masks = np.sort(_maximal(ended))
    return masks, np.array([ended[int(mask)] for mask in masks], dtype=np.int64)


def _maximal(sets: Any) -> NDArray[np.int64]:
    """Those bit masks that are not part of another one."""
    masks = np.unique(np.fromiter(sets, dtype=np.int64))
    masks = masks[np.argsort(-np.bitwise_count(masks).astype(np.int64), kind="stable")]
    kept = np.empty_like(masks)
    count = 0
    for mask in masks:
        if not bool(np.any(kept[:count] & mask == mask)):
            kept[count] = mask
            count += 1
    return kept[:count]


def _pairs(masks: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of first and second walks; no pair with the same first one covers less than another.

    First walks need no comparison: the cells that score 1 are the visited set, and none of these is part of another.
    """
    one, two = [], []
    pairs = 0
    for index, mask in enumerate(masks):
        union, second = np.unique(mask | masks, return_index=True)
        kept = second[np.isin(union, _maximal(union))]
        pairs += kept.size
        if pairs > _MOST_PAIRS:
            raise ValueError(
                f"`horizon` must keep the number of different pairs of walks at most {_MOST_PAIRS}; got {masks.size} "
                "walks. Pass a smaller horizon or grid."
            )
        one.append(np.full(kept.size, index))
        two.append(kept)
    return np.concatenate(one), np.concatenate(two)


def _targets(rows: int, columns: int, first: int) -> NDArray[np.int64]:
    cells = np.arange(rows * columns)
    return cells[cells != first]


def _visited(masks: NDArray[np.int64], targets: NDArray[np.int64]) -> NDArray[np.float64]:
    return ((masks[:, None] >> targets) & 1).astype(np.float64)


def _places(cells: NDArray[np.int64], columns: int) -> NDArray[np.int64]:
    return np.stack([cells // columns, cells % columns], axis=-1)


def _folded(payoff: NDArray[np.float64], rows: int, columns: int, first: int) -> Value:
    """The value by the game of orbits: column means of the payoff over the targets of an orbit."""
    orbits = _orbits(rows, columns, first)
    labels, index = np.unique(orbits[_targets(rows, columns, first)], return_inverse=True)
    means = np.stack([payoff[:, index == k].mean(axis=1) for k in range(labels.size)], axis=1)
    return minimax(np.unique(means, axis=0)).value


def _orbits(rows: int, columns: int, first: int) -> NDArray[np.int64]:
    """For every cell the smallest cell that symmetries which keep the start lead to."""
    cells = np.arange(rows * columns).reshape(rows, columns)
    turned = [cells, cells.T] if rows == columns else [cells]
    images = [image[::a, ::b].ravel() for image in turned for a in (1, -1) for b in (1, -1)]
    return np.min([image for image in images if image[first] == first], axis=0)
