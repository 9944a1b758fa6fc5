"""Cells: an arm at a learning rate; a block is one run, its rows are the looks at it."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib.metadata
import inspect
import threading
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, final

import numpy as np

from evo.core.keys import Key
from evo.experiments.grids import AbstractCell
from evo.studies import Columns

__all__ = ["Ingredients", "TrainingCell"]

_PACKAGES = ("jax", "equinox", "optax", "evosax")
_locks: defaultdict[Hashable, threading.Lock] = defaultdict(threading.Lock)


class Ingredients(NamedTuple):
    """What a run is made of."""

    #: how it is trained
    arm: Any
    #: on what
    task: Any
    #: by what it is judged; it also makes the start
    objective: Any


@final
@dataclass(frozen=True, kw_only=True)
class TrainingCell(AbstractCell):
    """Runs of one arm at one learning rate; run i of all cells has the same start and the same data.

    Rows: `seed` (i), `generation`, `evaluations` so far, `loss` on the training objective, `cosine` of the arm's
    direction with the true gradient, and `held_out_...`, from the start to the end of run 0, then of run 1, and so on.

    Args:
        label: the name of the cell in the rows.
        series: (setting, arm).
        x: the learning rate of Adam.
        axis: its name.
        make: a pure function of (config, setting, arm) that gives the ingredients.
        config: of the experiment, as `make` needs it; equal ones compile once.
        generations: of a run.
        looks: rows of a run after its first, a divisor of `generations`.
        runs: how many.
        seed: of the experiment.
    """

    label: str
    series: Any
    x: float
    axis: str = "learning rate"
    make: Callable[[Any, str, str], Ingredients]
    config: Any
    generations: int
    looks: int
    runs: int
    seed: int

    @property
    def total(self) -> int:
        """Looks at all runs."""
        return self.runs * self.width

    @property
    def width(self) -> int:
        """Looks at one run."""
        return self.looks + 1

    def ends(self) -> list[int]:
        """Whole runs."""
        return [self.width * (run + 1) for run in range(self.runs)]

    def described(self) -> str:
        """The arm, the sizes, the code that computes the rows, and the packages whose versions show in them."""
        files = [str(Path(__file__).with_name(name)) for name in ("arms.py", "runs.py", "cells.py")]
        digest = hashlib.blake2b(digest_size=8)
        for file in (*files, inspect.getsourcefile(inspect.unwrap(self.make))):
            digest.update(Path(str(file)).read_bytes())
        versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
        sizes = f"{self.generations} generations, {self.looks} looks, rate {self.x!r}"
        text = f"{self.series[1]} in {self.series[0]!r} of {self._alone()!r}: {sizes}"
        return f"{text}; code {digest.hexdigest()}, {versions}"

    def _alone(self) -> Any:
        """The configuration as if this were the only cell: what others do does not change these rows."""
        setting, arm = self.series
        return dataclasses.replace(self.config, runs=1, rates=(self.x,), settings=(setting,), arms=(arm,), seed=0)

    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows of some whole runs."""
        del key  # run i is the same start for all cells
        runs = range(first // self.width, (first + count) // self.width)
        found: list[dict[str, np.ndarray]] = [self._run(run) for run in runs]
        return {name: np.concatenate([item[name] for item in found]) for name in found[0]}

    def _run(self, run: int) -> dict[str, np.ndarray]:
        import jax

        own = Key(self.seed).child("run", run)
        signature = (self.make, self.config, self.series, self.generations, self.looks)
        with _locks[signature]:  # the first compiles, the others wait for it
            compiled = _compiled(*signature)
        made = self.make(self.config, *self.series)
        start = made.objective.start(own)
        seen = compiled(start, np.float32(self.x), jax.random.key_data(own.child("train").jax()))
        columns: dict[str, np.ndarray] = {name: np.asarray(value, np.float64) for name, value in sorted(seen.items())}
        steps = np.arange(self.width, dtype=np.int64) * (self.generations // self.looks)
        return {"seed": np.full(self.width, run, np.int64), "generation": steps} | columns


@functools.lru_cache(maxsize=256)
def _compiled(make: Any, config: Any, series: tuple[str, str], generations: int, looks: int) -> Callable[..., Any]:
    """A function of (start, learning rate, words of a key) to the columns of a run, compiled for these shapes."""
    import equinox as eqx
    import jax

    from evo.experiments.training_arms.runs import trained

    made = make(config, *series)
    params = jax.tree.map(np.asarray, made.objective.start(Key(0)))

    def run(start: Any, rate: Any, words: Any) -> Any:
        key = jax.random.wrap_key_data(words, impl="threefry2x32")
        every = generations // looks
        return trained(made.arm, made.task, made.objective, start, rate, key, generations=generations, every=every)

    words = jax.random.key_data(jax.random.key(0))
    shapes = eqx.filter_eval_shape(lambda: (params, np.float32(0), words))
    return jax.jit(run).lower(*shapes).compile()
