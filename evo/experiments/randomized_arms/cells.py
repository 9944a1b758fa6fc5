"""Cells: a kind of solver at an exponent q; a block is one training, its rows are the inputs it is judged on."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, final

import numpy as np

from evo.core.keys import Key
from evo.experiments.grids import AbstractCell
from evo.studies import Columns

__all__ = ["Ingredients", "SolverCell"]

_PACKAGES = ("jax", "equinox", "optax")
#: packages of the library that compute the rows; the training itself keeps its rows from version to version
_CODE = ("tasks/randomized", "models", "randomized")
#: groups of seeds that answer the worst input together
_GROUPS = 2048


class Ingredients(NamedTuple):
    """What a training is made of."""

    #: what is trained on
    task: Any
    #: by what it is judged: the same solver; equal ones for all exponents compile once
    judge: Any
    #: what trains
    optimizer: Any
    #: how long
    steps: int


@final
@dataclass(frozen=True, kw_only=True)
class SolverCell(AbstractCell):
    """Trainings of one kind of solver at one exponent; run i of all cells has the same start and data.

    Rows: `seed` (i), `input` (its place), `error` (mean over seeds) and `spread` (standard deviation over seeds) on it,
    `together S` for each number of repetitions S; and, the same in all rows of a run: `loss` (last value of the
    training), `confirmed` (error of the worst of these inputs under fresh seeds), `found` (of the worst that a search
    found, nan without), `worst S` (error of S repetitions on the worst of these inputs).

    Args:
        label: the name of the cell in the rows.
        series: the kind of solver.
        x: q.
        axis: its name.
        make: a pure function of (config, kind, q) that gives the ingredients.
        config: of the experiment.
        inputs: how many a run is judged on.
        runs: how many.
        seed: of the experiment.
    """

    label: str
    series: Any
    x: float
    axis: str = "q"
    make: Callable[[Any, str, float], Ingredients]
    config: Any
    inputs: int
    runs: int
    seed: int

    @property
    def total(self) -> int:
        """Inputs of all runs."""
        return self.runs * self.inputs

    @property
    def width(self) -> int:
        """Inputs of a run."""
        return self.inputs

    def ends(self) -> list[int]:
        """Whole runs."""
        return [self.inputs * (run + 1) for run in range(self.runs)]

    def described(self) -> str:
        """The kind, the sizes, the code that makes the ingredients, and the packages whose versions show in rows."""
        own = Path(str(inspect.getsourcefile(inspect.unwrap(self.make))))
        root = Path(__file__).parents[2]
        files = [Path(__file__), own, *(file for part in _CODE for file in sorted((root / part).glob("*.py")))]
        digest = hashlib.blake2b(digest_size=8)
        for file in files:
            digest.update(file.read_bytes())
        versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
        text = f"{self.series} at q = {self.x!r} on {self.inputs} inputs of {self._alone()!r}"
        return f"{text}; code {digest.hexdigest()}, {versions}"

    def _alone(self) -> Any:
        """The configuration as if this were the only cell: what others do does not change these rows."""
        return dataclasses.replace(self.config, kinds=(self.series,), exponents=(self.x,), runs=1, seed=0)

    def columns(self, key: Key, first: int, count: int) -> Columns:
        """The rows of some whole runs."""
        del key  # run i is the same start for all cells
        runs = range(first // self.inputs, (first + count) // self.inputs)
        found: list[dict[str, np.ndarray]] = [self._run(run) for run in runs]
        return {name: np.concatenate([item[name] for item in found]) for name in found[0]}

    def _run(self, run: int) -> dict[str, np.ndarray]:
        from evo.core import api
        from evo.core.stops import Steps

        own = Key(self.seed).child("training", run)
        made = _made(self.make, self.config, self.series, self.x)
        trained = api.run(made.optimizer, made.task, seed=own.child("train"), stop=Steps(made.steps))
        seen = self._judged(made.judge, trained.candidate, own.child("judge"))
        same = {"loss": float(trained.value)} | {name: value for name, value in seen.items() if np.ndim(value) == 0}
        each = {name: np.asarray(value, np.float64) for name, value in seen.items() if np.ndim(value)}
        places = np.arange(self.inputs, dtype=np.int64)
        columns = {"seed": np.full(self.inputs, run, np.int64), "input": places} | each
        return columns | {name: np.full(self.inputs, value) for name, value in same.items()}

    def _judged(self, judge: Any, params: Any, key: Key) -> dict[str, Any]:
        import jax

        from evo.randomized import evaluated, worst_input
        from evo.randomized.evaluation import votes_of

        now = self.config
        found = evaluated(
            judge, params, key.child("evaluated"),
            inputs=self.inputs, seeds=now.seeds, repetitions=now.repetitions, groups=now.groups,
        )  # fmt: skip
        worst = jax.tree.map(lambda leaf: leaf[found.worst][None], found.inputs)
        again = {
            f"worst {S}": float(votes_of(judge, params, worst, key.child("worst", S).jax(), S, _GROUPS)[0])
            for S in now.repetitions
        }
        searched = float("nan")
        if now.search:
            searched = worst_input(judge, params, key.child("search"), evaluations=now.search, restarts=2).confirmed
        together = {f"together {S}": values for S, values in found.repeated.items()}
        columns = {"error": found.errors, "spread": found.spread} | together
        return columns | {"confirmed": found.confirmed, "found": searched} | again


@lru_cache(maxsize=256)
def _made(make: Any, config: Any, kind: str, q: float) -> Ingredients:
    return make(config, kind, q)
