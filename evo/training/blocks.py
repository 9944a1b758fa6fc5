"""Many steps of training as one compiled loop of any length."""

from __future__ import annotations

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from evo.training.steps import DescentState, RunKeys, update

#: the most steps of a block
LENGTH = 1024


class Bounds(NamedTuple):
    """When a block ends."""

    #: how many steps at most, no more than LENGTH
    steps: Int[Array, ""]
    #: a value this small ends it; -inf for none
    goal: Float[Array, ""]
    #: so many steps without improvement end it
    stagnation: Int[Array, ""]
    #: the step of the last improvement before the block
    improvement: Int[Array, ""]
    #: whether an improvement ends it
    at_improvements: Bool[Array, ""]


class Block(NamedTuple):
    """What a block did; entries from `steps` on are void."""

    state: DescentState
    steps: Int[Array, ""]
    improvement: Int[Array, ""]
    hit: Bool[Array, ""]
    finite: Bool[Array, ""]
    over: Bool[Array, ""]
    #: per step: the value, whether it was an improvement, what the estimator reported
    values: Float[Array, " L"]
    improved: Bool[Array, " L"]
    info: dict[str, Float[Array, " L"]]


def block(keys: RunKeys, estimator: Any, transformation: Any, task: Any, state: DescentState, bounds: Bounds) -> Block:
    """Steps until a bound is met.

    The number of steps is data: one program serves all lengths, and cannot round differently at another length.
    """
    arrays, static = eqx.partition(state, eqx.is_array)
    false = jnp.zeros((), bool)
    empty = Block(
        state=arrays,
        steps=jnp.zeros((), jnp.int32),
        improvement=bounds.improvement,
        hit=false,
        finite=~false,
        over=bounds.steps <= 0,
        values=jnp.zeros(LENGTH, state.value.dtype),
        improved=jnp.zeros(LENGTH, bool),
        info={name: jnp.zeros(LENGTH, item.dtype) for name, item in state.info.items()},
    )

    def one(so_far: Block) -> Block:
        state = eqx.combine(so_far.state, static)
        after, outcome = update(keys, estimator, transformation, task, state)
        place, steps = so_far.steps, so_far.steps + 1
        improvement = jnp.where(outcome.improved, after.step, so_far.improvement)
        hit = outcome.finite & (after.value <= bounds.goal)
        stagnant = after.step - improvement >= bounds.stagnation
        ended = ~outcome.finite | hit | stagnant | (bounds.at_improvements & outcome.improved)
        return Block(
            state=eqx.filter(after, eqx.is_array),
            steps=steps,
            improvement=improvement,
            hit=hit,
            finite=outcome.finite,
            over=ended | (steps >= bounds.steps),
            values=so_far.values.at[place].set(after.value),
            improved=so_far.improved.at[place].set(outcome.improved),
            info={name: column.at[place].set(after.info[name]) for name, column in so_far.info.items()},
        )

    done = jax.lax.while_loop(lambda so_far: ~so_far.over, one, empty)
    return done._replace(state=eqx.combine(done.state, static))


def bounds(
    like: DescentState, steps: int, goal: float, stagnation: int, improvement: int, at_improvements: bool
) -> Bounds:
    """The bounds as arrays; numbers beyond the range of int32 are cut to it."""
    most = np.iinfo(np.int32).max
    return Bounds(
        steps=jnp.asarray(min(steps, LENGTH), jnp.int32),
        goal=jnp.asarray(rounded_down(goal, like.value.dtype)),
        stagnation=jnp.asarray(min(stagnation, most), jnp.int32),
        improvement=jnp.asarray(improvement, jnp.int32),
        at_improvements=jnp.asarray(at_improvements),
    )


def rounded_down(goal: float, dtype: Any) -> Any:
    """The largest number of a dtype that is not above the goal, so that comparing in that dtype is exact."""
    if np.isnan(goal):
        return np.asarray(-np.inf, dtype)[()]
    with np.errstate(over="ignore"):
        near = np.asarray(goal, dtype)[()]
    return near if float(near) <= goal else np.nextafter(near, np.asarray(-np.inf, dtype)[()])


run_block = eqx.filter_jit(block)
