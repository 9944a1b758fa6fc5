"""The task: a loss over parameters, data by step, and what a reader wants to know of trained parameters."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jaxtyping import Array, PRNGKeyArray

from evo.core.keys import Key
from evo.core.problems import AbstractProblem, Sense
from evo.core.stops import Stop
from evo.oracles.keys import child
from evo.oracles.showing import one_line


class AbstractTask(eqx.Module, AbstractProblem):
    """A loss to be minimised over a tree of parameters, with its data.

    A task is an Equinox module: declare arrays (a data set) and settings as fields. `loss` is the mean over the
    examples of a batch, written in JAX; everything random in it comes from `key`.
    """

    sense = Sense.MINIMISE
    #: False for a task whose batch and loss do not depend on step or key: its best candidate is then the best so far
    dynamic = True

    @abstractmethod
    def start(self, key: Key) -> Any:
        """The initial parameters of the run with this key: any tree of arrays."""

    @abstractmethod
    def batch(self, key: PRNGKeyArray, step: Any) -> Any:
        """The data of a step: a pure function of the run's data key and the step, which may be traced.

        Mix the step in where numbers are drawn: `child(key, "examples", step)`.
        """

    @abstractmethod
    def loss(self, params: Any, batch: Any, key: PRNGKeyArray) -> Any:
        """The mean loss over a batch, or a pair (loss, auxiliary output)."""

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """Named numbers of an evaluation on held-out data, for example "loss" and "accuracy"."""
        del params, key
        return {}

    @property
    def best(self) -> float | None:
        """The best attainable loss, where it is known."""
        return None

    @property
    def chance(self) -> float | None:
        """The loss of the best predictor that ignores its input, where it is known."""
        return None

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The losses of trees of parameters on the data of a step, one by one."""
        batch, loss_key = step_data(self, data_key(key), step)
        values = [_first(self.loss(params, batch, loss_key)) for params in candidates]
        return np.array([float(value) for value in values])

    def budget(self) -> Stop | None:
        """None: how long to train is the user's choice."""
        return None

    def __repr__(self) -> str:
        return one_line(self)


def data_key(key: Key) -> PRNGKeyArray:
    """The key from which the data of a run are drawn, the same for every optimizer.

    Example:
        >>> import evo
        >>> from evo.oracles import data_key
        >>> bool(data_key(evo.Key(0)) == evo.Key(0).child("data").jax())
        True
    """
    return key.child("data").jax()


def step_data(task: AbstractTask, key: PRNGKeyArray, step: Any) -> tuple[Any, PRNGKeyArray]:
    """The batch of a step and the key of its losses, from the run's data key.

    Example:
        >>> import evo
        >>> from evo.oracles import data_key, step_data
        >>> task = evo.tasks.Custom(lambda p, b, k: 0.0, start=1.0, batch=lambda key, step: 2 * step)
        >>> step_data(task, data_key(evo.Key(0)), 7)[0]
        14
    """
    return task.batch(key, step), child(key, "loss", step)


def _first(returned: Any) -> jax.Array:
    return returned[0] if isinstance(returned, tuple) else returned
