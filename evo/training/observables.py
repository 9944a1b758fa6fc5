"""What can be recorded of training: held-out metrics, and what the estimator reports."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import equinox as eqx
import jax

from evo.core import checks
from evo.core.keys import Key
from evo.core.records import AbstractObservable, View
from evo.oracles import AbstractTask


@final
@dataclass(frozen=True)
class Metric(AbstractObservable):
    """A number of the task's held-out evaluation, `task.metrics(params, key)`, at the current parameters.

    It is computed for due rows only, with one key for the whole run, so that rows differ by the parameters alone.

    Args:
        metric: its name, "accuracy" for example; also the name of the column, with "held_out_" before it where the
            name is that of another column, such as "value".

    Example:
        >>> from evo.training import Metric
        >>> Metric("accuracy").name
        'accuracy'
    """

    metric: str

    def __post_init__(self) -> None:
        checks.instance_of("metric", self.metric, str, 'Pass a name such as Metric("accuracy").')

    @property
    def name(self) -> str:
        """The column name."""
        return f"held_out_{self.metric}" if self.metric in _TAKEN else self.metric

    def refusal(self, problem: Any) -> str | None:
        """Refuses problems that have no metrics."""
        if not isinstance(problem, AbstractTask):
            return f"{checks.shown(problem)} is no task, and has no held-out metrics"
        if type(problem).metrics is AbstractTask.metrics:
            return f"{type(problem).__name__} defines no metrics"
        return None

    def begin(self, view: View) -> None:
        """Nothing, after the name was checked."""
        names = eqx.filter_eval_shape(view.problem.metrics, view.candidate, metrics_key(view.key))
        check_metric(self.metric, view.problem, names)

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        del memory
        return float(_measured(view.problem, view.candidate, view.key)[self.metric])


@final
@dataclass(frozen=True)
class Info(AbstractObservable):
    """A number that the estimator reports of the last step, `Estimate.info[name]`; nan at the start.

    Args:
        entry: its name, "norm" for example; also the name of the column.

    Example:
        >>> from evo.training import Info
        >>> Info("norm").name
        'norm'
    """

    entry: str

    def __post_init__(self) -> None:
        checks.instance_of("entry", self.entry, str, 'Pass a name such as Info("norm").')

    @property
    def name(self) -> str:
        """The column name."""
        return f"info_{self.entry}" if self.entry in _TAKEN else self.entry

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        del memory
        if view.detail is None:
            return float("nan")
        if not isinstance(view.detail, Mapping):
            raise TypeError(f"`Info` reads what a gradient estimator reports; the optimizer reports {view.detail!r}.")
        check_info(self.entry, view.detail)
        return float(view.detail[self.entry])


_TAKEN = ("value", "best_value", "step", "steps", "evaluations", "run", "seed")


def metrics_key(key: Key) -> Any:
    """The key of all held-out evaluations of a run."""
    return key.child("metrics").jax()


def check_metric(name: str, problem: Any, known: Any) -> None:
    """Refuses a metric that the task does not have."""
    if not isinstance(known, Mapping) or name not in known:
        names = list(known) if isinstance(known, Mapping) else []
        has = f"be one of its metrics {names}" if names else "be one of its metrics, of which it has none"
        hint = checks.nearest(name, names) if names else "Define `metrics` in the task."
        raise checks.bad_value("metric", name, f"{has} ({type(problem).__name__})", hint)


def check_info(name: str, known: Mapping[str, Any]) -> None:
    """Refuses an entry that the estimator does not report."""
    if name not in known:
        has = f"be one of what the estimator reports, {sorted(known)}"
        raise checks.bad_value("entry", name, has, checks.nearest(name, known))


@eqx.filter_jit
def _metrics(task: AbstractTask, params: Any, key: Any) -> dict[str, Any]:
    return task.metrics(params, key)


class _Latest(NamedTuple):
    """The metrics of the parameters that were measured last: several columns of a row cost one evaluation."""

    task: Callable[[], Any]
    key: Any
    leaves: tuple[Callable[[], Any], ...]
    values: Mapping[str, float]


#: replaced as a whole, so that threads see one or the other
_LATEST: list[_Latest] = [_Latest(lambda: None, None, (), {})]


def _measured(task: AbstractTask, params: Any, key: Key) -> Mapping[str, float]:
    leaves = [leaf for leaf in jax.tree.leaves(params) if isinstance(leaf, jax.Array)]
    latest = _LATEST[0]
    if latest.task() is task and latest.key == key and len(leaves) == len(latest.leaves):
        known = all(held() is leaf for held, leaf in zip(latest.leaves, leaves, strict=True))
        if known:
            return latest.values
    values = {name: float(item) for name, item in _metrics(task, params, metrics_key(key)).items()}
    _LATEST[0] = _Latest(weakref.ref(task), key, tuple(weakref.ref(leaf) for leaf in leaves), values)
    return values
