"""Convolutions with a perturbed kernel: r filters first, then their outputs spread over the channels."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array

from evo.estimators.smoothing.low_rank.perturbed import Perturbed


def convolve(x: Array, weight: Perturbed, params: dict[str, Any], dtype: Any) -> tuple[Array, int] | None:
    """An ungrouped convolution whose kernel is split into the output channels and all other axes.

    Returns:
        The output and the multiplications per member that the factors cost; None if the kernel is split otherwise.
    """
    spec = params["dimension_numbers"]
    out = spec.rhs_spec[0]
    if params["feature_group_count"] != 1 or params["batch_group_count"] != 1:
        return None
    others = [axis for axis in range(len(weight.shape)) if axis != out]
    for inner, outer in (weight.factors, weight.factors[::-1]):
        filters = inner.shape[out] == 1 and all(weight.carries(inner, axis) for axis in others)
        if filters and weight.carries(outer, out) and all(outer.shape[axis] == 1 for axis in others):
            break
    else:
        return None
    wide = np.promote_types(dtype, weight.left.dtype)
    settings = {
        "window_strides": params["window_strides"],
        "padding": params["padding"],
        "lhs_dilation": params["lhs_dilation"],
        "rhs_dilation": params["rhs_dilation"],
        "dimension_numbers": spec,
        "precision": params["precision"],
        "preferred_element_type": wide,
    }
    slim = jnp.moveaxis(lax.squeeze(inner, (out,)), -1, out)
    channels = outer.reshape(outer.shape[out], -1).astype(wide)
    place = spec.out_spec[1]
    base = lax.conv_general_dilated(x.astype(wide), weight.base.astype(wide), **settings)
    through = lax.conv_general_dilated(x.astype(wide), slim.astype(wide), **settings)
    delta = jnp.moveaxis(jnp.moveaxis(through, place, -1) @ channels.T, -1, place)
    cost = through.size * math.prod(inner.shape[:-1]) + through.size * channels.shape[0]
    return (base + weight.scale.astype(wide) * delta).astype(dtype), cost
