"""Functions, loops and branches with perturbed weights among their operands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jax import lax
from jaxtyping import Array

from evo.estimators.smoothing.low_rank.perturbed import Perturbed

#: runs a closed jaxpr on values, weights as they are
Run = Callable[[Any, list[Any]], list[Any]]
#: writes out whatever is a perturbed weight
Plain = Callable[[list[Any]], list[Array]]


def scan(params: dict[str, Any], values: list[Any], run: Run, plain: Plain) -> list[Array]:
    """A scan: weights among the constants stay shared by all steps, stacked ones are cut layer by layer."""
    constants = params["num_consts"]
    carries = constants + params["num_carry"]
    fixed, start, stacked = values[:constants], plain(values[constants:carries]), values[carries:]
    parts = [_parts(value) for value in stacked]

    def step(carry: list[Array], now: list[Any]) -> tuple[list[Array], list[Array]]:
        layers = [_layer(value, part) for value, part in zip(stacked, now)]
        found = plain(run(params["jaxpr"], [*fixed, *carry, *layers]))
        return found[: len(carry)], found[len(carry) :]

    settings = {"length": params["length"], "reverse": params["reverse"], "unroll": params["unroll"]}
    carry, outputs = lax.scan(step, start, parts, **settings)
    return [*carry, *outputs]


def _parts(value: Any) -> Any:
    """What a scan cuts: for a weight its base, and the factors that carry the first axis."""
    if not isinstance(value, Perturbed):
        return value
    return value.base, [factor if value.carries(factor, 0) else None for factor in value.factors]


def _layer(value: Any, part: Any) -> Any:
    if not isinstance(value, Perturbed):
        return part
    base, cut = part
    return value.changed(
        base, [lax.squeeze(whole, (0,)) if one is None else one for whole, one in zip(value.factors, cut)]
    )


def while_loop(params: dict[str, Any], values: list[Any], run: Run, plain: Plain) -> list[Array]:
    """A while loop whose constants may be weights."""
    first = params["cond_nconsts"]
    second = first + params["body_nconsts"]
    of_test, of_body, start = values[:first], values[first:second], plain(values[second:])
    return lax.while_loop(
        lambda carry: plain(run(params["cond_jaxpr"], [*of_test, *carry]))[0],
        lambda carry: plain(run(params["body_jaxpr"], [*of_body, *carry])),
        start,
    )


def cond(params: dict[str, Any], values: list[Any], run: Run, plain: Plain) -> list[Array]:
    """A choice between branches that may use weights."""
    index, operands = plain(values[:1])[0], values[1:]
    branches = [lambda branch=branch: plain(run(branch, operands)) for branch in params["branches"]]
    return lax.switch(index.astype("int32"), branches)


#: by the name of the primitive
CONTROL: dict[str, Callable[[dict[str, Any], list[Any], Run, Plain], list[Array]]] = {
    "scan": scan,
    "while": while_loop,
    "cond": cond,
}

#: primitives that call one function, and the parameter that holds it
CALLS = {
    "jit": "jaxpr",
    "pjit": "jaxpr",
    "remat": "jaxpr",
    "remat2": "jaxpr",
    "checkpoint": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "custom_vjp_call_jaxpr": "call_jaxpr",
}
