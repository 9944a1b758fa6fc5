"""A plain function as a task."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import equinox as eqx
from jaxtyping import PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles.base import AbstractTask


class Loss(AbstractTask):
    """A function `loss(params, batch, key)` where a task is expected; it knows neither a start nor data.

    Args:
        function: returns a scalar, or a pair (scalar, auxiliary output).

    Example:
        >>> from evo.oracles import Loss
        >>> Loss(lambda params, batch, key: (params - batch) ** 2).loss(3.0, 1.0, None)
        4.0
    """

    function: Callable[[Any, Any, PRNGKeyArray], Any] = eqx.field(static=True)

    def start(self, key: Key) -> Any:
        """Refused: a function has no start."""
        raise ValueError(f"`start` is needed: {self!r} has none of its own. Use evo.tasks.Custom(loss, start=...).")

    def batch(self, key: PRNGKeyArray, step: Any) -> Any:
        """Refused: a function has no data."""
        raise ValueError(f"`batch` is needed: {self!r} has none of its own. Use evo.tasks.Custom(loss, batch=...).")

    def loss(self, params: Any, batch: Any, key: PRNGKeyArray) -> Any:
        """What the function returns."""
        return self.function(params, batch, key)


def as_task(task: Any) -> AbstractTask:
    """The task itself, or a function `loss(params, batch, key)` as a task.

    Raises:
        TypeError: for anything else.

    Example:
        >>> from evo.oracles import as_task
        >>> as_task(lambda params, batch, key: params)
        Loss(function=<lambda>)
    """
    if isinstance(task, AbstractTask):
        return task
    if callable(task):
        _takes_three(task)
        return Loss(task)
    action = "Pass a function loss(params, batch, key) that returns a scalar, or a task of evo.tasks."
    raise checks.bad_type("task", task, "be a task or a function", action)


def _takes_three(function: Callable[..., Any]) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # not every callable tells its arguments
        return
    try:
        signature.bind(None, None, None)
    except TypeError:
        name = getattr(function, "__name__", "loss")
        action = "Wrap it, for example as lambda params, batch, key: loss(params, batch)."
        raise TypeError(f"`loss` must take (params, batch, key); got {name}{signature}. {action}") from None
