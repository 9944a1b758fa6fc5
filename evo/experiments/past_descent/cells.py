"""Cells of walks: one row per run, with the squared cosine in some generations."""

from __future__ import annotations

import math
import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, final

import numpy as np

from evo.core.keys import Key
from evo.experiments.grids import AbstractBatchCell
from evo.experiments.past_descent.arms import AbstractArm
from evo.studies import Columns

if TYPE_CHECKING:
    import polars as pl

#: held while a compiled scan runs, which uses all cores by itself
ALONE = threading.Lock()
#: what the rows of a walk mean; another number makes stored cells other ones
VERSION = 1
LATE = "late"


@final
@dataclass(frozen=True, kw_only=True)
class WalkCell(AbstractBatchCell):
    """Squared cosines of one arm; its rows are runs.

    The columns are `t=1`, `t=2`, ... for the generations that are kept, and `late`, the mean of the second half.

    Args:
        label: the name of the cell in the rows, from which its key is derived.
        series: any hashable.
        x: where on the axis.
        axis: the name of x in texts.
        arm: what estimates.
        n: number of parameters.
        kept: generations that become columns, rising; the last one is the end.
        runs: how many.
        cosine: between successive gradients.
        noise: standard deviation of a directional derivative, in lengths of the gradient.
        per_block: runs per block, which are computed at once.
    """

    label: str
    series: Hashable
    x: float
    axis: str = "pairs"
    arm: AbstractArm
    n: int
    kept: tuple[int, ...]
    runs: int
    cosine: float = 1.0
    noise: float = 0.0
    per_block: int = 8

    def described(self) -> str:
        """All numbers, and the versions on which the rows depend to the last bit."""
        numbers = f"n={self.n}, cosine={self.cosine!r}, noise={self.noise!r}, generations={list(self.kept)}"
        how = f"walk {VERSION} on JAX {version('jax')}, {self.per_block} runs at once"
        return f"{how}: {self.arm!r}, memory={self.arm.memory!r}, {numbers}"

    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows of some runs."""
        import jax.numpy as jnp

        from evo.experiments.past_descent import walks

        with ALONE:
            found = walks.squared_cosines(
                self.arm.estimator(self.n),
                keys_of(key, first, self.width),
                jnp.asarray(self.cosine, jnp.float32),
                jnp.asarray(deviation_of(self.noise), jnp.float32),
                jnp.asarray(self.arm.memory, jnp.float32),
                self.n,
                self.kept[-1],
                walks.noisy if self.noise else walks.linear,
            )
            found = np.asarray(found, dtype=np.float64)[:count]
        late = found[:, self.kept[-1] // 2 :].mean(axis=1)
        return {f"t={t}": found[:, t - 1] for t in self.kept} | {LATE: late}


def keys_of(key: Key, first: int, count: int) -> Any:
    """One typed JAX key per run."""
    import jax.numpy as jnp

    return jnp.stack([key.child("run", run).jax() for run in range(first, first + count)])


def deviation_of(noise: float) -> float:
    """The error of one evaluation that gives a directional derivative at radius 1 this one: nu = tau / sqrt(2)."""
    return noise * math.sqrt(2.0)


def rows_of(table: pl.DataFrame) -> dict[str, dict[str, np.ndarray]]:
    """The columns of each cell that has rows."""
    parts = table.partition_by("cell", as_dict=True, maintain_order=True)
    return {
        str(name): {column.name: column.to_numpy() for column in part if column.null_count() == 0}
        for (name,), part in parts.items()
    }


def late_generations(kept: Sequence[int]) -> range:
    """The generations whose mean is `late`."""
    return range(kept[-1] // 2 + 1, kept[-1] + 1)
