"""Checks of what estimators from function values are made with."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, Mesh
from jaxtyping import Array

from evo.core import checks


def positive(argument: str, value: Any, action: str) -> Array:
    """A positive finite number as an array; numbers that are traced pass unchecked."""
    if isinstance(value, jax.core.Tracer):
        return jnp.asarray(value)
    if isinstance(value, jax.Array | np.ndarray):
        if value.dtype.kind not in "iuf":
            raise checks.bad_type(argument, value, "be a positive number", action)
        if value.ndim:  # one entry per run of a sweep
            if not (np.all(np.isfinite(value)) and np.all(np.asarray(value) > 0)):
                raise checks.bad_value(argument, value, "hold positive numbers", action)
            return jnp.asarray(value, float)
        value = value.item()
    number = checks.real(argument, value, 0.0, math.inf, action, open_low=True)
    limits = jnp.finfo(jnp.result_type(float))
    if not float(limits.tiny) <= number <= float(limits.max):
        allowed = f"be in [{limits.tiny:.2g}, {limits.max:.2g}], the range of {limits.dtype}"
        raise checks.bad_value(argument, value, allowed, action)
    return jnp.asarray(number, float)


def pair_count(pairs: Any) -> int:
    """P, at least 1."""
    action = "A pair is two evaluations; pass for example pairs=32 for a population of 64."
    return checks.integer("pairs", pairs, 1, action, high=2**31 - 1)


def chunk_size(chunk: Any) -> int | None:
    """How many pairs at once, or None."""
    if chunk is None:
        return None
    action = "Pass how many pairs are evaluated at once, or None for a size that bounds memory."
    return checks.integer("chunk", chunk, 1, action)


def device_mesh(mesh: Any) -> Mesh | None:
    """A mesh whose devices share the pairs, or None.

    Its axes are made automatic: the parameters of a loss need not tell how they are sharded.
    """
    if mesh is None:
        return None
    if not isinstance(mesh, Mesh):
        action = 'Pass jax.make_mesh((jax.device_count(),), ("pairs",)), or None for one device.'
        raise checks.bad_type("mesh", mesh, "be a jax.sharding.Mesh", action)
    # jax.make_mesh gives axes whose shardings are typed; here the compiler may place what the pairs share.
    return Mesh(mesh.devices, mesh.axis_names, axis_types=(AxisType.Auto,) * len(mesh.axis_names))


def fraction(argument: str, value: Any, action: str) -> Array:
    """A number in [0, 1] as an array; numbers that are traced pass unchecked."""
    if isinstance(value, jax.core.Tracer):
        return jnp.asarray(value)
    if isinstance(value, jax.Array | np.ndarray):
        if value.dtype.kind not in "iuf":
            raise checks.bad_type(argument, value, "be a number in [0, 1]", action)
        if value.ndim:  # one entry per run of a sweep
            if not np.all((np.asarray(value) >= 0) & (np.asarray(value) <= 1)):
                raise checks.bad_value(argument, value, "hold numbers in [0, 1]", action)
            return jnp.asarray(value, float)
        value = value.item()
    return jnp.asarray(checks.real(argument, value, 0.0, 1.0, action), float)
