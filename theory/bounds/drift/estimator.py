"""The drift as measured: means of X_t - X_{t+1} over recorded trajectories, by value of X_t."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["DriftEstimate", "estimate"]


class DriftEstimate(NamedTuple):
    """One entry per bin that holds steps, from small X to large.

    Args:
        low: the smallest X_t in the bin.
        high: the largest.
        state: the mean of X_t.
        drift: the mean of X_t - X_{t+1}.
        error: its standard error; NaN where there is one step.
        steps: the number of steps.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    state: NDArray[np.float64]
    drift: NDArray[np.float64]
    error: NDArray[np.float64]
    steps: NDArray[np.int64]


def estimate(trajectories: ArrayLike | Sequence[ArrayLike], *, edges: ArrayLike | None = None) -> DriftEstimate:
    """Means of X_t - X_{t+1} with standard errors, in bins of X_t.

    Steps from X_t = 0 are left out. The standard error is sd / sqrt(steps): given X_t, what a step adds to its drift is
    uncorrelated with all that came before. In a bin of several values of X the drift is that of the values as visited.

    Args:
        trajectories: X_0, X_1, ... >= 0 of one run, or a sequence of such, of any lengths.
        edges: increasing; bin i holds edges[i] <= X_t < edges[i + 1], and steps outside all bins are left out. None for
            one bin per value of X.

    Returns:
        One entry per bin that holds steps. Compare with `Process.low` and `.high`, or with delta s of a theorem.

    Raises:
        ValueError: for trajectories that are empty, negative or not finite, and for edges that do not increase.

    Source: elementary.

    Example:
        >>> measured = estimate([[3, 2, 2, 0], [2, 1, 1, 0]])
        >>> measured.state.tolist(), measured.drift.tolist(), measured.steps.tolist()
        ([1.0, 2.0, 3.0], [0.5, 1.0, 1.0], [2, 3, 1])
    """
    listed = _listed(trajectories)
    here = np.concatenate([run[:-1] for run in listed])
    gone = np.concatenate([run[:-1] - run[1:] for run in listed])
    here, gone = here[here > 0.0], gone[here > 0.0]
    if edges is None:
        _, bins = np.unique(here, return_inverse=True)
    else:
        ends = np.asarray(edges, dtype=np.float64)
        if ends.ndim != 1 or ends.size < 2 or not bool(np.all(np.diff(ends) > 0.0)):
            raise ValueError(f"`edges` must hold at least two increasing numbers; got {edges!r}. Pass None for none.")
        bins = np.searchsorted(ends, here, side="right") - 1
        inside = (bins >= 0) & (bins < ends.size - 1)
        here, gone = here[inside], gone[inside]
        _, bins = np.unique(bins[inside], return_inverse=True)
    steps = np.bincount(bins)
    with np.errstate(invalid="ignore", divide="ignore"):
        state, drift = np.bincount(bins, here) / steps, np.bincount(bins, gone) / steps
        spread = np.bincount(bins, (gone - drift[bins]) ** 2) / (steps - 1.0)
        error = np.sqrt(spread / steps)
    low, high = np.full(steps.size, np.inf), np.full(steps.size, -np.inf)
    np.minimum.at(low, bins, here)
    np.maximum.at(high, bins, here)
    return DriftEstimate(low, high, state, drift, error, steps.astype(np.int64))


def _listed(trajectories: Any) -> list[NDArray[np.float64]]:
    runs = list(trajectories)
    if runs and np.ndim(runs[0]) == 0:
        runs = [runs]
    listed = [np.asarray(run, dtype=np.float64) for run in runs]
    if not listed or any(
        run.ndim != 1 or run.size == 0 or not bool(np.all((run >= 0.0) & (run < np.inf))) for run in listed
    ):
        raise ValueError(
            "`trajectories` must be X_0, X_1, ... of one run or of several, finite and >= 0; got an empty, negative or "
            "non-finite one. Pass one array per run."
        )
    return listed
