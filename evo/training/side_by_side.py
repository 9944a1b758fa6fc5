"""A sweep in progress: blocks of all runs that are not over, their rows, and the tables at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evo.core import checks
from evo.core.keys import Key
from evo.core.records import AbstractObservable, BestValue, Improvements, Recorder, Value
from evo.core.stops import Limits, Reason
from evo.training.blocks import LENGTH, Bounds, rounded_down
from evo.training.driver import goal_of
from evo.training.lanes import Make, begin_lanes, measure_lanes, run_lanes
from evo.training.observables import Info, Metric, check_info, check_metric, metrics_key
from evo.training.steps import own, run_keys

_SECONDS = 0.2
#: what a number of the grid cannot be called
TAKEN = ("make", "task", "seeds", "stop", "record", "seed", "step", "steps", "evaluations", "value", "reason")


@final
@dataclass(frozen=True, eq=False)
class Sweep:
    """The runs of a sweep, in the order of `itertools.product(*grid, seeds)`."""

    #: one entry per run: the numbers, seed, steps, evaluations, value, reason
    runs: dict[str, np.ndarray]
    #: one entry per recorded row: the numbers, seed, step, evaluations and the observables
    records: dict[str, np.ndarray]
    #: the last parameters, arrays with a leading axis of the runs
    params: Any

    def __len__(self) -> int:
        return len(self.runs["seed"])

    def candidate(self, i: int) -> Any:
        """The last parameters of run i."""
        place = checks.integer("i", i, 0, "Count the runs from 0.", high=len(self) - 1)
        return jax.tree.map(lambda leaf: leaf[place] if eqx.is_array(leaf) else leaf, self.params)

    def to_frame(self) -> Any:
        """One row per run, as a polars data frame."""
        import polars

        return polars.DataFrame(self.runs)

    def records_frame(self) -> Any:
        """One row per recorded row, as a polars data frame."""
        import polars

        return polars.DataFrame(self.records)

    def __repr__(self) -> str:
        return f"Sweep({len(self)} runs over {', '.join(name for name in self.runs if name not in TAKEN)})"


@final
class Sweeping:
    """A sweep in progress; mutable only here. Arrays have one entry per lane."""

    def __init__(
        self,
        make: Make,
        task: Any,
        numbers: dict[str, np.ndarray],
        seeds: list[int],
        limits: Limits,
        record: Recorder | None,
    ) -> None:
        self.make, self.task, self.columns, self.seeds, self.limits = make, task, numbers, seeds, limits
        self.numbers = {name: jnp.asarray(column, float) for name, column in numbers.items()}
        keys = {seed: Key(seed) for seed in seeds}
        self.keys = jax.tree.map(lambda *items: jnp.stack(items), *(run_keys(keys[seed]) for seed in seeds))
        starts = {seed: own(task.start(key)) for seed, key in keys.items()}
        params = jax.tree.map(_stacked, *(starts[seed] for seed in seeds))
        self.record = record
        self.observables = _checked(record, task)
        if any(isinstance(item, Metric) for item in self.observables):
            self.metric_keys = jnp.stack([metrics_key(keys[seed]) for seed in seeds])
            names = eqx.filter_eval_shape(task.metrics, starts[seeds[0]], self.metric_keys[0])
            for item in self.observables:
                if isinstance(item, Metric):
                    check_metric(item.metric, task, names)
        self.state, outcome = begin_lanes(make, task, self.numbers, self.keys, params)
        for item in self.observables:
            if isinstance(item, Info):
                check_info(item.entry, self.state.info)
        self.cost = int(self.state.cost[0])
        lanes = len(seeds)
        self.goal = float(rounded_down(goal_of(task, limits), self.state.value.dtype))
        self.steps, self.improvement = np.zeros(lanes, np.int64), np.zeros(lanes, np.int64)
        self.reason, self.last_row = np.zeros(lanes, np.int64), np.full(lanes, -1)
        self.rows: list[tuple[float, ...]] = []
        self.length = 1
        values, finite = np.asarray(self.state.value), np.asarray(outcome.finite)
        self._judge(values <= self.goal, finite)
        if record is not None and record.due(0, True):
            blank = {name: np.full(lanes, np.nan) for name in self.state.info}
            self._write(np.arange(lanes), self.steps, values, blank)

    def advance(self) -> bool:
        """A block of all lanes that still run; False if there are none."""
        active = self.reason == 0
        if not active.any():
            return False
        now = int(self.steps[active][0])  # lanes that still run are at one step
        most = min(self.limits.steps, (self.limits.evaluations - 1) // self.cost)
        steps = min(self.length, LENGTH, most - now)
        if any(isinstance(item, Metric) for item in self.observables) and self.record is not None:
            steps = next((n for n in range(1, steps) if self.record.due(now + n, False)), steps)
        lanes = len(self.seeds)
        bounds = Bounds(
            steps=jnp.asarray(np.where(active, steps, 0), jnp.int32),
            goal=jnp.full(lanes, self.goal, self.state.value.dtype),
            stagnation=jnp.full(lanes, min(self.limits.stagnation, 2**31 - 1), jnp.int32),
            improvement=jnp.asarray(self.improvement, jnp.int32),
            at_improvements=jnp.zeros(lanes, bool),
        )
        began = time.monotonic()
        found = run_lanes(self.make, self.task, self.numbers, self.keys, self.state, bounds)
        self.state = found.state
        made = jax.device_get(found._replace(state=None))
        seconds = max(time.monotonic() - began, 1e-9)
        self.length = max(1, min(LENGTH, int(steps * _SECONDS / seconds), 8 * self.length))
        count = np.asarray(made.steps, np.int64)
        self.improvement = np.asarray(made.improvement, np.int64)
        for n in range(1, int(count.max()) + 1):
            due = np.array([self._due(now + n, bool(flag)) for flag in made.improved[:, n - 1]]) & (count >= n)
            if due.any():
                info = {name: column[:, n - 1] for name, column in made.info.items()}
                self._write(np.flatnonzero(due), np.full(lanes, now + n), made.values[:, n - 1], info)
        self.steps = self.steps + count
        self._judge(made.hit & active, made.finite | ~active)
        return True

    def _due(self, step: int, improved: bool) -> bool:
        return self.record is not None and self.record.due(step, improved)

    def _judge(self, hit: np.ndarray, finite: np.ndarray) -> None:
        """Why lanes ended that had not, in the order in which `evo.run` asks."""
        limits = self.limits
        spent = 1 + self.steps * self.cost
        for reason, over in (
            (Reason.NON_FINITE, ~np.asarray(finite)),
            (Reason.TARGET, np.asarray(hit)),
            (Reason.STEPS, self.steps >= limits.steps),
            (Reason.STAGNATION, self.steps - self.improvement >= limits.stagnation),
            (Reason.EVALUATIONS, spent + self.cost > limits.evaluations),
        ):
            self.reason = np.where((self.reason == 0) & over, reason.code, self.reason)

    def _write(self, lanes: np.ndarray, steps: np.ndarray, values: np.ndarray, info: dict[str, np.ndarray]) -> None:
        """Rows of some lanes; metrics are those of the present parameters."""
        metrics: dict[str, np.ndarray] = {}
        if any(isinstance(item, Metric) for item in self.observables):
            metrics = jax.device_get(measure_lanes(self.task, self.state.params, self.metric_keys))
        for lane in lanes.tolist():
            seen = [_read(item, lane, values, info, metrics) for item in self.observables]
            step = int(steps[lane])
            self.rows.append((lane, step, 1 + step * self.cost, *seen))
            self.last_row[lane] = step

    def result(self) -> Sweep:
        """The tables, after all lanes ran to their ends and the last row of every run was written."""
        more = True
        while more:
            more = self.advance()
        values = np.asarray(self.state.value, np.float64)
        if self.record is not None:
            info = {name: np.asarray(column) for name, column in self.state.info.items()}
            self._write(np.flatnonzero(self.last_row != self.steps), self.steps, values, info)
        seeds = np.array(self.seeds)
        names = np.array([item.name.lower() for item in Reason])
        runs = {
            **self.columns,
            "seed": seeds,
            "steps": self.steps,
            "evaluations": 1 + self.steps * self.cost,
            "value": values,
            "reason": names[self.reason - 1],
        }
        table = np.array(self.rows, np.float64).reshape(len(self.rows), 3 + len(self.observables))
        table = table[np.argsort(table[:, 0], kind="stable")]
        lane = table[:, 0].astype(np.int64)
        records = {name: column[lane] for name, column in self.columns.items()} | {"seed": seeds[lane]}
        records |= {"step": table[:, 1].astype(np.int64), "evaluations": table[:, 2].astype(np.int64)}
        records |= {item.name: table[:, 3 + place].copy() for place, item in enumerate(self.observables)}
        return Sweep(runs, records if self.record is not None else {}, self.state.params)


def _checked(record: Recorder | None, task: Any) -> tuple[AbstractObservable, ...]:
    if record is None:
        return ()
    checks.instance_of("record", record, Recorder, "Pass a recorder, for example evo.Every(100, evo.value).")
    for item in record.observables:
        checks.instance_of("record", item, (Value, BestValue, Info, Metric), "Leave others out; evo.run takes them.")
        reason = item.refusal(task)
        if reason is not None:
            raise checks.bad_value("record", item, f"read what the task has, but {reason}", "Leave it out.")
        if isinstance(item, Metric) and isinstance(record, Improvements):
            action = "Use evo.Every or evo.LogGrid: runs side by side improve at different steps."
            raise checks.bad_value("record", record, "not measure at improvements", action)
    return record.observables


def _read(item: Any, lane: int, values: Any, info: dict[str, Any], metrics: dict[str, Any]) -> float:
    if isinstance(item, Metric):
        return float(metrics[item.metric][lane])
    return float(info[item.entry][lane] if isinstance(item, Info) else values[lane])


def _stacked(*leaves: Any) -> Any:
    if eqx.is_array(leaves[0]):
        return jnp.stack(leaves)
    if isinstance(leaves[0], bool | int | float | complex | str) and len(set(leaves)) > 1:
        action = "Make them arrays, or run the seeds one by one with evo.run."
        raise checks.bad_value("task", sorted(set(map(repr, leaves))), "start with the same plain values", action)
    return leaves[0]
