"""Windows of sequence tasks: what estimators that carry a state from one to the next check at the door."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PRNGKeyArray

from evo.core import checks
from evo.estimators.parameters import working
from evo.oracles import AbstractSequenceTask, Window, unroll


def sequence(task: Any, batch: Any) -> tuple[AbstractSequenceTask, Window]:
    """The task and the window, if they are what their names say.

    Raises:
        TypeError: if the task does not unfold in time, or the batch is no window.
        ValueError: if the parts of the window differ in their numbers of steps or lanes.
    """
    if not isinstance(task, AbstractSequenceTask):
        action = "Derive it from evo.oracles.AbstractSequenceTask, with `initial` and `advance`."
        raise checks.bad_type("task", task, "be a sequence task", action)
    if not isinstance(batch, Window):
        action = "Pass Window(inputs, targets, reset), time steps first, then lanes."
        raise checks.bad_type("batch", type(batch).__name__, "be an evo.oracles.Window", action)
    reset = batch.reset
    action = "Pass a bool for every time step and lane, at least one of each; a lane begins anew where it is True."
    if not isinstance(reset, jax.Array | np.ndarray) or reset.dtype != np.bool_:
        if isinstance(reset, jax.Array | np.ndarray):
            reset = np.empty(reset.shape, reset.dtype)  # to be shown by its shape
        raise checks.bad_type("batch.reset", reset, "be an array of bools of shape [T, B]", action)
    if reset.ndim != 2 or not reset.size:
        raise checks.bad_value("batch.reset", np.empty(reset.shape, bool), "have shape [T, B] without zeros", action)
    for name, part in (("inputs", batch.inputs), ("targets", batch.targets)):
        for leaf in jax.tree.leaves(part):
            if jnp.shape(leaf)[:2] != reset.shape:
                allowed = f"begin with the axes of `reset`, {reset.shape}"
                raise ValueError(
                    f"`batch.{name}` must {allowed}; got shape {jnp.shape(leaf)}. Put time first, then lanes."
                )
    return task, Window(batch.inputs, batch.targets, jnp.asarray(reset))


def first_carry(task: AbstractSequenceTask, params: Any, window: Window, key: PRNGKeyArray) -> Any:
    """The initial carry of all lanes, after one window was followed without computing it.

    Raises:
        TypeError: if the loss of a time step is not one real number per lane.
    """
    lanes = window.reset.shape[1]
    carry = task.initial(params, lanes, key)
    for leaf in jax.tree.leaves(carry):
        if jnp.shape(leaf)[:1] != (lanes,):
            action = f"Begin the leaves of the carry with an axis of {lanes} lanes."
            raise ValueError(
                f"`initial` must return arrays [B, ...]; got an array of shape {jnp.shape(leaf)}. {action}"
            )
    losses = eqx.filter_eval_shape(lambda params: unroll(task, params, carry, window, key)[1], params)
    if losses.shape != window.reset.shape or not jnp.issubdtype(losses.dtype, jnp.floating):
        got = f"shape {losses.shape[1:]} and dtype {losses.dtype}"
        action = "Take the mean over everything but the lanes."
        raise TypeError(f"`advance` must return one real loss per lane, shape ({lanes},); got {got}. {action}")
    return carry


def begun(window: Window, calls: Any) -> Window:
    """The window with a reset of all lanes at its first step if it is the first one, whatever its data say."""
    return window._replace(reset=window.reset.at[0].set(window.reset[0] | (calls == 0)))


def mean_loss(losses: Array) -> Array:
    """The mean over time and lanes, in at least float32."""
    return jnp.mean(losses.astype(working(losses.dtype)))


def known(array: Any) -> bool:
    """Whether the numbers of an array are known now, and not only when compiled code runs."""
    return not isinstance(array, jax.core.Tracer)
