"""What a drift theorem returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.bounds.drift.process import short
from theory.results import Value

__all__ = ["DriftBound"]


@final
@dataclass(frozen=True, eq=False, repr=False)
class DriftBound:
    """A bound on the expected hitting time and on its tail.

    Args:
        expected: E[T] lies in [.lower, .upper], in steps.
        delta: the drift that the bound rests on: one number, one per state, or one per step.
        survival: whole numbers t -> upper bounds on P(T > t), before they are cut at 1.

    Example:
        >>> from theory import drift
        >>> coin = drift.Process.from_drift([0.0, 1.0], [0.0, 0.5])
        >>> bound = drift.multiplicative_upper(coin, 1.0)
        >>> bound.expected.upper, bound.delta, bound.tail([0, 1, 2]).tolist()
        (2.0, 0.5, [1.0, 0.5, 0.25])
    """

    expected: Value
    delta: float | NDArray[np.float64]
    survival: Callable[[NDArray[np.float64]], NDArray[np.float64]]

    def __repr__(self) -> str:
        delta = short(self.delta) if isinstance(self.delta, np.ndarray) else f"{self.delta:.12g}"
        return f"DriftBound(expected={self.expected!r}, delta={delta})"

    @property
    def source(self) -> str:
        """The theorem behind the bound."""
        return self.expected.source

    def tail(self, t: ArrayLike) -> Any:
        """An upper bound on P(T > t), for one t or an array; 1 where the theorem says nothing."""
        times = np.asarray(t, dtype=np.float64)
        if bool(np.any(np.isnan(times))):
            raise ValueError(f"`t` must be a number of steps; got NaN in {t!r}. Remove it.")
        whole = np.maximum(0.0, np.floor(times))
        bounds = np.where(times < 0.0, 1.0, np.clip(self.survival(whole), 0.0, 1.0))
        return float(bounds) if np.ndim(t) == 0 else bounds
