"""Many runs side by side in one program: their numbers, keys and parameters are batched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax

from evo.core import checks
from evo.oracles import AbstractTask
from evo.training.blocks import Block, Bounds, block
from evo.training.gradient_descent import GradientDescent
from evo.training.steps import DescentState, Outcome, RunKeys, begin, value_start

Make = Callable[..., GradientDescent]


@eqx.filter_jit
def begin_lanes(
    make: Make, task: AbstractTask, numbers: dict[str, Any], keys: RunKeys, params: Any
) -> tuple[DescentState, Outcome]:
    """The valued starts of all lanes."""

    def one(numbers: dict[str, Any], keys: RunKeys, params: Any) -> tuple[DescentState, Outcome]:
        descent = made(make, numbers)
        return value_start(keys, task, begin(keys, descent.estimator, descent.transformation, task, params))

    return _lanewise(one, numbers, keys, params)


@eqx.filter_jit
def run_lanes(
    make: Make, task: AbstractTask, numbers: dict[str, Any], keys: RunKeys, state: DescentState, bounds: Bounds
) -> Block:
    """A block of all lanes; each ends by its own bounds and then stays as it is."""

    def one(numbers: dict[str, Any], keys: RunKeys, state: DescentState, bounds: Bounds) -> Block:
        descent = made(make, numbers)
        return block(keys, descent.estimator, descent.transformation, task, state, bounds)

    return _lanewise(one, numbers, keys, state, bounds)


@eqx.filter_jit
def measure_lanes(task: AbstractTask, params: Any, keys: Any) -> dict[str, Any]:
    """The metrics of all lanes."""
    return _lanewise(task.metrics, params, keys)


def made(make: Make, numbers: dict[str, Any]) -> GradientDescent:
    """What `make` makes of traced numbers."""
    try:
        found = make(**numbers)
    except Exception as error:
        error.add_note(
            "The numbers of a sweep are traced: one program serves all of them. Sizes such as `pairs` cannot be; vary "
            "them with evo.study."
        )
        raise
    action = "Return evo.GradientDescent(estimator, transformation)."
    return checks.instance_of("make", found, GradientDescent, action)


def _lanewise(function: Callable[..., Any], *trees: Any) -> Any:
    """The function over the first axis of all arrays; what is no array is the same in all lanes."""
    arrays, static = eqx.partition(trees, eqx.is_array)
    rest: list[Any] = []

    def one(arrays: Any) -> Any:
        found, other = eqx.partition(function(*eqx.combine(arrays, static)), eqx.is_array)
        rest.append(other)
        return found

    stacked = jax.vmap(one)(arrays)
    return eqx.combine(stacked, rest[0])
