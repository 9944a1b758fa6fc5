"""The states of a rate policy, numbered as they are met."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from theory.exact._merged import Merged
from theory.exact.enumeration._model import Model
from theory.exact.enumeration.policies import RatePolicy


class States:
    """Numbers of policy states, where floats that agree to a relative 1e-9 are one."""

    def __init__(self, limit: int, policy: RatePolicy) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._merged = Merged()
        self._limit = limit
        self._policy = policy
        self._states: list[Hashable] = []
        self._known = 0  # rows of the two tables in use
        self._place: dict[int, int] = {}
        self._follow = np.zeros((0, 4), np.int64)
        self._masks = np.zeros((0, 0, 0))

    def step(self, model: Model, active: NDArray[np.int64], t: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """What the active states do in step t.

        Returns:
            int64[active, 4]: the states after a better, an equal, an empty and a worse offspring.
            float64[active, 1 or 2^n, 2^n]: the law of the flipped positions, one or one for each parent.
        """
        if not model.homogeneous:
            self._known = 0
            fresh = active.tolist()
        else:
            fresh = [number for number in active.tolist() if number not in self._place]
        for number in fresh:
            state, update = self._states[number], self._policy.update
            better, equal = self.number(update(state, 1, False, t)), self.number(update(state, 0, False, t))
            idle, worse = self.number(update(state, 0, True, t)), self.number(update(state, -1, False, t))
            masks = model.masks(model.rate(state, t))
            self._grow(masks)
            self._follow[self._known] = better, equal, idle, worse
            self._masks[self._known] = masks
            self._place[number] = self._known
            self._known += 1
        places = np.array([self._place[number] for number in active.tolist()])
        return self._follow[places], self._masks[places]

    def _grow(self, masks: NDArray[np.float64]) -> None:
        if self._known == self._follow.shape[0]:
            more = max(16 if masks.shape[0] == 1 else 1, self._known)
            self._follow = np.concatenate([self._follow, np.zeros((more, 4), np.int64)])
            self._masks = np.concatenate([self._masks.reshape(-1, *masks.shape), np.zeros((more, *masks.shape))])

    def number(self, state: Hashable) -> int:
        """The number of a state, a new one where it is met for the first time."""
        state = self._merged(state)
        found = self._numbers.get(state)
        if found is None:
            found = len(self._states)
            if found >= self._limit:
                raise ValueError(
                    f"`policy` must have at most {self._limit} states at this n; {self._policy!r} reaches more within "
                    "the horizon. Choose numbers whose steps meet again (an integer s, a constant factor), or a "
                    "smaller n."
                )
            self._numbers[state] = found
            self._states.append(state)
        return found
