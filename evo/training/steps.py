"""The steps of gradient descent as pure functions of arrays: the start, its value, an update."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.estimators import AbstractEstimator
from evo.estimators.parameters import finite
from evo.oracles import AbstractTask, child, data_key, step_data


class DescentState(NamedTuple):
    """What gradient descent carries from step to step; all leaves of fixed shape and dtype."""

    #: -1 until the start was valued, then the number of updates
    step: Int[Array, ""]
    #: the whole tree, in its own dtypes
    params: Any
    #: the trained leaves in at least float32, where updates accumulate; None elsewhere
    centre: Any
    #: the state of the Optax transformation
    moments: Any
    #: the state of the estimator
    estimator: Any
    #: what the last step measured: of the parameters before its update
    value: Float[Array, ""]
    #: the smallest of all these values
    lowest: Float[Array, ""]
    #: what the estimator reported of the last step
    info: dict[str, Array]
    #: evaluations per step
    cost: Int[Array, ""]


class Outcome(NamedTuple):
    """What happened in one step."""

    value: Float[Array, ""]
    improved: Bool[Array, ""]
    finite: Bool[Array, ""]


class RunKeys(NamedTuple):
    """The keys of a run, from which those of its steps follow."""

    estimate: PRNGKeyArray
    data: PRNGKeyArray


@functools.lru_cache(maxsize=16)
def run_keys(key: Key) -> RunKeys:
    """The keys of a run."""
    with jax.ensure_compile_time_eval():
        return RunKeys(key.child("estimate").jax(), data_key(key))


def own(params: Any) -> Any:
    """A tree whose arrays are JAX's: they share no memory with what the user can change."""
    return jax.tree.map(lambda leaf: jnp.array(leaf) if isinstance(leaf, np.ndarray | np.generic) else leaf, params)


def begin(
    keys: RunKeys, estimator: AbstractEstimator, transformation: Any, task: AbstractTask, params: Any
) -> DescentState:
    """The state before the start was valued."""
    batch, _ = step_data(task, keys.data, 0)
    state = estimator.init(child(keys.estimate, "init"), task, params, batch)
    found, _ = eqx.filter_eval_shape(estimator.estimate, keys.estimate, task, params, batch, state)
    centre = jax.tree.map(_centre, found.grads, params, is_leaf=_is_none)
    cost = checks.integer("estimator", found.evaluations, 1, "Let its estimates state their evaluations as an int.")
    unknown = jnp.full((), jnp.nan, found.value.dtype)
    return DescentState(
        step=jnp.full((), -1, jnp.int32),
        params=jax.tree.map(_definite, params),
        centre=centre,
        moments=jax.tree.map(_definite, transformation.init(centre)),
        estimator=jax.tree.map(_definite, state),
        value=unknown,
        lowest=jnp.full((), jnp.inf, found.value.dtype),
        info={name: jnp.full((), jnp.nan, _real(item.dtype)) for name, item in sorted(found.info.items())},
        cost=jnp.full((), cost, jnp.int32),
    )


def value_start(keys: RunKeys, task: AbstractTask, state: DescentState) -> tuple[DescentState, Outcome]:
    """Step 0: one loss, on the batch of step 0."""
    batch, key = step_data(task, keys.data, 0)
    returned = task.loss(state.params, batch, key)
    value = jnp.asarray(returned[0] if isinstance(returned, tuple) else returned).astype(state.value.dtype)
    good = jnp.isfinite(value)
    lowest = jnp.where(good, value, state.lowest)
    after = state._replace(step=jnp.zeros_like(state.step), value=jnp.where(good, value, state.value), lowest=lowest)
    return after, Outcome(value, good, good)


def update(
    keys: RunKeys, estimator: AbstractEstimator, transformation: Any, task: AbstractTask, state: DescentState
) -> tuple[DescentState, Outcome]:
    """Step t >= 1: estimate, transform, add; undone if anything in it is not finite.

    The count stays, and what the estimator reported, which may tell why: all pairs dropped.
    """
    step = state.step + 1
    batch, _ = step_data(task, keys.data, step)
    found, estimator_state = estimator.estimate(
        child(keys.estimate, "step", step), task, state.params, batch, state.estimator
    )
    updates, moments = optax.with_extra_args_support(transformation).update(
        found.grads, state.moments, state.centre, value=found.value
    )
    centre = optax.apply_updates(state.centre, updates)
    params = jax.tree.map(_rounded, centre, state.params, is_leaf=_is_none)
    good = jnp.isfinite(found.value) & finite(eqx.filter(params, jax.tree.map(_is_trained, centre, is_leaf=_is_none)))
    value = found.value.astype(state.value.dtype)
    made = state._replace(
        params=params,
        centre=centre,
        moments=moments,
        estimator=estimator_state,
        value=value,
        lowest=jnp.minimum(state.lowest, value),
        info={name: found.info[name].astype(old.dtype) for name, old in state.info.items()},
    )
    kept = jax.tree.map(functools.partial(_chosen, good), made, state)
    return kept._replace(step=step, info=made.info), Outcome(value, good & (value < state.lowest), good)


compiled_begin = eqx.filter_jit(begin)
compiled_value_start = eqx.filter_jit(value_start)
compiled_update = eqx.filter_jit(update)


def _definite(leaf: Any) -> Any:
    """The leaf without JAX's weak type, which would change when it is updated."""
    if isinstance(leaf, jax.Array) and not jnp.issubdtype(leaf.dtype, jax.dtypes.extended):
        return jax.lax.convert_element_type(leaf, leaf.dtype)
    return leaf


def _centre(shape: Any, leaf: Any) -> Any:
    return None if shape is None else jnp.array(leaf, shape.dtype, copy=True)


def _rounded(trained: Any, leaf: Any) -> Any:
    return leaf if trained is None else trained.astype(leaf.dtype)


def _chosen(good: Array, new: Any, old: Any) -> Any:
    return jnp.where(good, new, old).astype(old.dtype) if eqx.is_array(old) else old


def _real(dtype: Any) -> Any:
    return dtype if jnp.issubdtype(dtype, jnp.floating) and dtype.itemsize >= 4 else np.dtype(np.float32)


def _is_trained(leaf: Any) -> bool:
    return leaf is not None


def _is_none(leaf: Any) -> bool:
    return leaf is None
