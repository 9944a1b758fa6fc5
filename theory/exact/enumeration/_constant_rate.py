"""Mean and variance at a rate that never changes, solved block by block instead of pushed forward."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory.exact import chain
from theory.exact.enumeration._model import Model


def moments(model: Model) -> tuple[float, float]:
    """Mean and variance at a rate that never changes."""
    masks = model.masks(model.rate(model.policy.start(model.n), 1))
    mean, second = np.zeros(model.size), np.zeros(model.size)
    for first, last in blocks(model):
        rows = np.flatnonzero(~model.solved[first:last]) + first
        if rows.size == 0:
            continue
        move = transitions(model, masks, rows)
        outside = np.ones(model.size, dtype=np.bool_)
        outside[rows] = False
        leave = move[:, outside].sum(axis=1)
        once = 1.0 + _product(move[:, outside], mean[outside])
        mean[rows] = chain.solve(move[:, rows], leave.copy(), once)
        twice = 2.0 * (mean[rows] - 1.0) + _product(move[:, outside], second[outside])
        second[rows] = chain.solve(move[:, rows], leave.copy(), twice)
    with np.errstate(over="ignore", invalid="ignore"):
        variance = np.maximum(0.0, second + mean - mean**2)
    return chain.mixed(mean, variance, model.start)


def blocks(model: Model) -> list[tuple[int, int]]:
    """Ranges of sorted strings that are solved together, from the best to the worst."""
    if model.beats is not None or model.worse_kept is not None:
        return [(0, model.size)]
    ends = np.unique(model.last)[::-1]
    return [(int(model.first[end - 1]), int(end)) for end in ends]


def transitions(model: Model, masks: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """P(x -> y) for the sorted strings x in `rows` and all sorted strings y != x; what is missing stays."""
    parents = model.order[rows][:, None]
    move = masks[parents % masks.shape[0], parents ^ model.order[None, :]] * _accepted(model, rows)
    move[np.arange(rows.size), rows] = 0.0
    return move


def _accepted(model: Model, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    places = np.arange(model.size)[None, :]
    if model.beats is not None:
        better = model.beats[model.order[rows][:, None], model.order[None, :]]
    else:
        better = (places >= model.last[rows][:, None]).astype(np.float64)
        if model.acceptance.keeps_equal:
            better += (places >= model.first[rows][:, None]) & (places < model.last[rows][:, None])
    if model.worse_kept is not None:
        better += np.where(places < model.first[rows][:, None], model.worse_kept[rows], 0.0)
    return better


def _product(matrix: NDArray[np.float64], vector: NDArray[np.float64]) -> NDArray[np.float64]:
    infinite = ~np.isfinite(vector)
    result = matrix @ np.where(infinite, 0.0, vector)
    result[matrix[:, infinite].any(axis=1)] = math.inf
    return result
