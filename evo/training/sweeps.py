"""Sweeps: every combination of some numbers, with several seeds each, trained side by side in one program."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from evo.core import checks
from evo.core.keys import Key
from evo.core.records import Recorder
from evo.core.stops import Limits, Stop, resolve
from evo.training.gradient_descent import trainable_task
from evo.training.lanes import Make
from evo.training.side_by_side import TAKEN, Sweep, Sweeping


def sweep(
    make: Make, task: Any, *, seeds: Iterable[int], stop: Stop, record: Recorder | None = None, **grid: Any
) -> Sweep:
    """Train with every combination of numbers and every seed, all at once in one compiled program.

    Each run equals `evo.run(make(**numbers), task, seed=seed, ...)` up to rounding; every one ends by its own stop.
    Other numbers do not compile again, as long as `make` is the same function and there are as many runs.

    Args:
        make: a function of the grid's numbers to an `evo.GradientDescent`. It sees traced numbers: no sizes.
        task: as in `evo.run`.
        seeds: non-negative integers.
        stop: as in `evo.run`, without `WallClock`.
        record: when rows are written, of `evo.value`, `evo.best_value`, `Metric` and `Info`.
        grid: name -> number, or a sequence of numbers.

    All runs are in memory together: their number times what one needs.

    Example:
        >>> import evo, optax
        >>> from evo.estimators import AntitheticEs
        >>> from evo.training import sweep
        >>> def make(rate, sigma):
        ...     return evo.GradientDescent(AntitheticEs(pairs=4, sigma=sigma), optax.sgd(rate))
        >>> found = sweep(make, evo.tasks.Quadratic(3), seeds=range(2), stop=evo.Steps(50), rate=[0.1, 0.3], sigma=0.01)
        >>> found.to_frame().select("rate", "seed", "steps").rows()[:3]
        [(0.1, 0, 50), (0.1, 1, 50), (0.3, 0, 50)]
    """
    if not callable(make):
        raise checks.bad_type("make", make, "be a function to an evo.GradientDescent", "Pass for example a lambda.")
    task = trainable_task(task)
    numbers, chosen = _lanes(grid, seeds)
    limits = _limits(resolve(stop, task.budget(), repr(task)))
    return Sweeping(make, task, numbers, chosen, limits, record).result()


def _lanes(grid: dict[str, Any], seeds: Iterable[int]) -> tuple[dict[str, np.ndarray], list[int]]:
    """The numbers and the seed of each lane."""
    columns: list[Sequence[float]] = []
    action = "Pass numbers, or sequences of numbers, for example rate=[0.01, 0.1]."
    for name, given in grid.items():
        array = np.atleast_1d(np.asarray(given))
        if name in TAKEN:
            raise checks.bad_value(name, given, f"be called otherwise than {', '.join(TAKEN)}", "Rename the number.")
        if array.ndim != 1 or not array.size or array.dtype.kind not in "iuf" or not np.isfinite(array).all():
            raise checks.bad_value(name, given, "hold finite numbers", action)
        columns.append(array.astype(float).tolist())
    if isinstance(seeds, int | np.integer | Key):
        raise checks.bad_type("seeds", seeds, "be several integers", "Pass for example seeds=range(5) or seeds=[0].")
    known = [checks.integer("seeds", seed, 0, "Pass for example seeds=range(5).") for seed in seeds]
    if not known or len(set(known)) < len(known):
        raise checks.bad_value("seeds", known, "be different integers, at least one", "Pass for example range(5).")
    rows = list(itertools.product(*columns, known))
    return {name: np.array([row[i] for row in rows]) for i, name in enumerate(grid)}, [int(row[-1]) for row in rows]


def _limits(stop: Stop) -> Limits:
    limits = stop.limits()
    if math.isfinite(limits.seconds):
        action = "Use evo.Steps or evo.Evaluations."
        raise checks.bad_value("stop", stop, "not depend on the clock: runs side by side share it", action)
    return limits
