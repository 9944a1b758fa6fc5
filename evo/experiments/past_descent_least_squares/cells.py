"""Cells of descents: one row per run, with the loss above its minimum after some iterations."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from importlib.metadata import version
from typing import final

import numpy as np

from evo.core.keys import Key
from evo.experiments.grids import AbstractBatchCell
from evo.experiments.past_descent import ALONE, keys_of
from evo.experiments.past_descent_least_squares.arms import ARMS, RADIUS, Arm
from evo.experiments.past_descent_least_squares.config import PastDescentLeastSquaresConfig
from evo.experiments.past_descent_least_squares.problem import problem
from evo.studies import Columns

#: what the rows mean; another number makes stored cells other ones
VERSION = 1


@final
@dataclass(frozen=True, kw_only=True)
class DescentCell(AbstractBatchCell):
    """Losses of one arm; its rows are runs, with the columns `t=1`, `t=2`, ... for the iterations that are kept.

    Args:
        label: the name of the cell in the rows, from which its key is derived.
        series: the arm.
        x: its place in the figure.
        axis: the name of x in texts.
        arm: what descends.
        n: number of parameters.
        m: number of equations.
        kept: iterations that become columns, rising; the last one is the end.
        runs: how many.
        per_block: runs per block, which are computed at once.
    """

    label: str
    series: Hashable
    x: float
    axis: str = "arm"
    arm: Arm
    n: int
    m: int
    kept: tuple[int, ...]
    runs: int
    per_block: int = 4

    def described(self) -> str:
        """All numbers, and the versions on which the rows depend to the last bit."""
        arm = f"{self.arm.kind.__name__}(pairs={self.arm.pairs}, radius={RADIUS}), rate={self.arm.rate!r}"
        sizes = f"n={self.n}, m={self.m}, iterations={list(self.kept)}"
        return f"descent {VERSION} on JAX {version('jax')}: {arm}, {sizes}, {self.per_block} runs at once"

    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows of some runs."""
        import jax.numpy as jnp

        from evo.experiments.past_descent_least_squares import descents

        given = problem(self.n, self.m)
        with ALONE:
            found = descents.gaps(
                self.arm.estimator(self.n),
                keys_of(key, first, self.width),
                jnp.asarray(self.arm.rate, jnp.float32),
                jnp.asarray(given.start, jnp.float32),
                (jnp.asarray(given.curvature, jnp.float32), jnp.asarray(given.bias, jnp.float32)),
                self.kept[-1],
            )
            found = np.asarray(found, dtype=np.float64)[:count]
        return {f"t={t}": found[:, t - 1] for t in self.kept}


def descent_cells(config: PastDescentLeastSquaresConfig) -> list[DescentCell]:
    """One cell per arm that is run."""
    return [
        DescentCell(
            label=arm.name,
            series=arm,
            x=place,
            arm=arm,
            n=config.n,
            m=config.m,
            kept=config.iterations,
            runs=config.runs,
        )
        for place, arm in enumerate(ARMS)
        if arm.name in config.arms
    ]
