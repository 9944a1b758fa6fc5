"""The law of (string, policy state), pushed forward step by step."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theory._compile import kernel
from theory.exact.enumeration._model import Model
from theory.exact.enumeration._states import States
from theory.results import Masses

_SKIP = 1e-21  # strings with less mass in a policy state are dropped and counted in the defect
_CELLS = 2.5e7  # (policy state, string) pairs that fit into memory comfortably


def push_forward(model: Model, steps: int, tail: float) -> Masses:
    """P(T = t) for t = 0, 1, ... up to `steps`, or until less than `tail` is under way."""
    states = States(int(_CELLS // model.size), model.policy)
    active = np.array([states.number(model.policy.start(model.n))])  # policy states under way, one row of `now` each
    now = model.start[None, :].copy()
    pmf = [float(now[0, model.solved].sum())]
    now[0, model.solved] = 0.0
    places = model.order, model.first, model.last
    matrices = _sorted_matrices(model)
    lost, t, under_way = 0.0, 0, float(now.sum())
    while t < steps and under_way > tail:
        t += 1
        follow, masks = states.step(model, active, t)
        targets, rows = np.unique(follow, return_inverse=True)
        after = np.zeros((targets.size, model.size))
        lost += _push(now, after, masks, rows.reshape(-1, 4), places, matrices, model.acceptance.keeps_equal)
        pmf.append(float(after[:, model.solved].sum()))
        after[:, model.solved] = 0.0
        mass = after.sum(axis=1)
        kept = mass > _SKIP * model.size
        lost += float(mass[~kept].sum())
        now, active, under_way = after[kept], targets[kept], float(mass[kept].sum())
    rounding = abs(1.0 - (math.fsum(pmf) + under_way + lost))
    return Masses(np.array(pmf), under_way + lost + rounding)


def _sorted_matrices(model: Model) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    empty = np.zeros((0, 0))
    beats = empty if model.beats is None else model.beats[np.ix_(model.order, model.order)]
    return beats, empty if model.worse_kept is None else model.worse_kept


@kernel
def _push(
    now: NDArray[np.float64],
    after: NDArray[np.float64],
    masks: NDArray[np.float64],
    follow: NDArray[np.int64],
    places: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    matrices: tuple[NDArray[np.float64], NDArray[np.float64]],
    keeps_equal: bool,
) -> float:
    codes, first, last = places
    beats, worse = matrices
    size = codes.size
    lost = 0.0
    for a in range(now.shape[0]):
        better_state = follow[a, 0]
        equal_state = follow[a, 1]
        idle_state = follow[a, 2]
        worse_state = follow[a, 3]
        for x in range(size):
            mass = now[a, x]
            if mass == 0.0:
                continue
            if mass < _SKIP:
                lost += mass
                continue
            code = codes[x]
            flipped = masks[a, code % masks.shape[1]]  # one law, or one for each parent
            rest = mass - mass * flipped[0]
            after[idle_state, x] += mass * flipped[0]
            if beats.shape[0] > 0:
                for y in range(size):
                    if y != x:
                        move = mass * flipped[code ^ codes[y]] * beats[x, y]
                        after[better_state, y] += move
                        rest -= move
            else:
                for y in range(last[x], size):
                    move = mass * flipped[code ^ codes[y]]
                    after[better_state, y] += move
                    rest -= move
                for y in range(first[x], last[x]):
                    if y != x:
                        move = mass * flipped[code ^ codes[y]]
                        after[equal_state, y if keeps_equal else x] += move
                        rest -= move
                if worse.shape[0] > 0:
                    for y in range(first[x]):
                        move = mass * flipped[code ^ codes[y]] * worse[x, y]
                        after[worse_state, y] += move
                        rest -= move
            after[worse_state, x] += max(0.0, rest)
    return lost
