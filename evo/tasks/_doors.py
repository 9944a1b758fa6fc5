"""What the constructors of tasks check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
from jaxtyping import PRNGKeyArray

from evo.core import checks
from evo.oracles import child, jax_key


def count(argument: str, value: Any, low: int = 1, high: int | None = None, of: str = "how many") -> int:
    """A number of things, at least `low`."""
    return checks.integer(
        argument, value, low, f"Say {of}, for example {argument}={low if high else max(low, 8)}.", high
    )


def function(argument: str, value: Any, example: str) -> Callable[..., Any]:
    """The value itself if it can be called."""
    if not callable(value):
        raise checks.bad_type(argument, value, "be a function", f"Pass for example {argument}={example}.")
    return value


def maker(argument: str, value: Any, example: str) -> Callable[..., Any]:
    """The value itself if it can be called and is not a network, whose parameters a task makes anew in every run."""
    made = function(argument, value, example)
    if any(eqx.is_inexact_array(leaf) for leaf in jax.tree.leaves(value)):
        allowed = "be a function that makes a network from a key, not a network"
        raise checks.bad_type(argument, value, allowed, f"Pass for example {argument}={example}.")
    return made


def call(params: Any, *inputs: Any) -> Any:
    """The output of a network that is itself a function, as Equinox modules are."""
    return params(*inputs)


def start(model: Callable[..., Any], key: Any, *sizes: int) -> Any:
    """The parameters that `model` makes of the child "start" of the key of a run."""
    return model(*sizes, child(jax_key(key), "start"))


def output(argument: str, run: Callable[[PRNGKeyArray], Any], shape: tuple[int, ...], action: str) -> None:
    """Refuse a model whose output, found without computing, does not end in this shape."""
    got = eqx.filter_eval_shape(run, jax.random.key(0))
    if not hasattr(got, "shape") or got.shape != shape:
        raise checks.bad_value(argument, getattr(got, "shape", got), f"make networks with outputs {shape}", action)
