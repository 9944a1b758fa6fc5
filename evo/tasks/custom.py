"""The user's own loss as a task."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
from jaxtyping import Array, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import AbstractTask, child
from evo.tasks import _doors
from evo.tasks.minibatches import Minibatches


class Custom(AbstractTask):
    """A loss of one's own with its start and its data.

    Args:
        loss: a function `loss(params, batch, key)` that returns the mean over the batch, or (mean, auxiliary output).
        start: the initial parameters, any tree of arrays, or a function that makes them of a JAX key.
        batch: the data of all steps, any tree; or `Minibatches(arrays, size)`; or a function `batch(key, step)`, pure
            JAX. Its key is a fresh one at every step; use `step` only where data depend on the time.
        metrics: a function `metrics(params, key)` to a dictionary of named numbers, for held-out data.
        dynamic: whether the loss of the same parameters changes from step to step; by default unless the data are
            fixed. Say True for fixed data where the loss itself draws from its key.

    Raises:
        TypeError: if `loss` or `metrics` is not a function, or `start` holds no array.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.tasks import Custom
        >>> def loss(params, batch, key):
        ...     return jnp.sum((params["x"] - batch) ** 2)
        >>> task = Custom(loss, start={"x": jnp.zeros(2)}, batch=jnp.array([1.0, 2.0]))
        >>> float(task.loss(task.start(0), task.batch(None, 0), None)), task.dynamic
        (5.0, False)
    """

    function: Callable[[Any, Any, PRNGKeyArray], Any] = eqx.field(static=True)
    first: Any
    data: Any
    measured: Callable[[Any, PRNGKeyArray], dict[str, Array]] | None = eqx.field(static=True)
    dynamic: bool = eqx.field(static=True)

    def __init__(
        self,
        loss: Callable[[Any, Any, PRNGKeyArray], Any],
        *,
        start: Any,
        batch: Any = None,
        metrics: Callable[[Any, PRNGKeyArray], dict[str, Array]] | None = None,
        dynamic: bool | None = None,
    ) -> None:
        self.function = _doors.function("loss", loss, "lambda params, batch, key: jnp.sum(params**2)")
        if not _is_function(start) and not _has_arrays(start):
            action = "Pass a tree of arrays, or a function of a JAX key, for example lambda key: Mlp((4, 2), key=key)."
            raise checks.bad_type("start", start, "be initial parameters", action)
        self.first = _Function(start) if _is_function(start) else start
        self.data = _Function(batch) if _is_function(batch) else batch
        if metrics is not None:
            _doors.function("metrics", metrics, "lambda params, key: {'accuracy': ...}")
        self.measured = metrics
        fixed = not isinstance(self.data, Minibatches | _Function)
        self.dynamic = (
            not fixed if dynamic is None else checks.instance_of("dynamic", dynamic, bool, "Say True or False.")
        )

    def start(self, key: Key | PRNGKeyArray) -> Any:
        """The given parameters, or those that the given function makes of the child "start" of the key."""
        return _doors.start(self.first, key) if isinstance(self.first, _Function) else self.first

    def batch(self, key: PRNGKeyArray, step: Any) -> Any:
        """The given data, or those of the step."""
        if isinstance(self.data, Minibatches):
            return self.data(key, step)
        return self.data(child(key, "batch", step), step) if isinstance(self.data, _Function) else self.data

    def loss(self, params: Any, batch: Any, key: PRNGKeyArray) -> Any:
        """What the given function returns."""
        return self.function(params, batch, key)

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """What the given function returns."""
        return {} if self.measured is None else self.measured(params, key)


class _Function(eqx.Module):
    """Tells a function that makes something from a network, which is itself a function."""

    function: Callable[..., Any] = eqx.field(static=True)

    def __call__(self, *arguments: Any) -> Any:
        return self.function(*arguments)


def _is_function(value: Any) -> bool:
    plain = inspect.isroutine(value) or inspect.isclass(value) or isinstance(value, functools.partial)
    return plain or (callable(value) and not _has_arrays(value) and not isinstance(value, Minibatches))


def _has_arrays(value: Any) -> bool:
    return any(eqx.is_array_like(leaf) for leaf in jax.tree.leaves(value))
