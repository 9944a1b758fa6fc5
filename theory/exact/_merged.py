"""States that differ by rounding are one."""

import math
from collections.abc import Hashable
from typing import Any

import numpy as np

_SAME = 1e-9  # relative difference up to which two numbers are one


class Merged:
    """Maps a state to the first one met that agrees with it: floats to a relative 1e-9, tuples part by part."""

    def __init__(self) -> None:
        self._buckets: dict[int, float] = {}

    def __call__(self, state: Hashable) -> Any:
        """The representative of a state."""
        if isinstance(state, tuple):
            return tuple(self(part) for part in state)
        if not isinstance(state, (float, np.floating)) or state == 0.0 or not math.isfinite(state):
            return state
        value = float(state)
        bucket = math.floor(math.log(abs(value)) / _SAME)
        for near in (bucket, bucket - 1, bucket + 1):
            known = self._buckets.get(near)
            if known is not None and abs(known - value) <= _SAME * abs(value):
                return known
        self._buckets[bucket] = value
        return value
