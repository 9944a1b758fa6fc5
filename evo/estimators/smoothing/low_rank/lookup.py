"""Rows taken from a perturbed table: E[i] + scale A[i] B^T."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jax import lax
from jaxtyping import Array

from evo.estimators.smoothing.low_rank.perturbed import Perturbed


def gather(weight: Perturbed, indices: Array, params: dict[str, Any]) -> Perturbed | None:
    """A `gather` whose indexed axes are all carried by one factor and not by the other; None for any other.

    Out of range, the factor that is indexed yields 0 where the base is filled.
    """
    numbers, sizes, shape = params["dimension_numbers"], params["slice_sizes"], weight.shape
    indexed = numbers.start_index_map
    whole = all(sizes[axis] == shape[axis] for axis in range(len(shape)) if axis not in indexed)
    if params["mode"] is not lax.GatherScatterMode.FILL_OR_DROP:  # an index into an axis that is taken whole acts as 0
        indexed = [axis for axis in indexed if sizes[axis] < shape[axis]]
    if numbers.operand_batching_dims or not whole:
        return None
    rows = [all(weight.carries(factor, axis) for axis in indexed) for factor in weight.factors]
    apart = [all(factor.shape[axis] == 1 for axis in indexed) for factor in weight.factors]
    settings = {
        "unique_indices": params["unique_indices"],
        "indices_are_sorted": params["indices_are_sorted"],
        "mode": params["mode"],
    }
    base = lax.gather(weight.base, indices, numbers, sizes, fill_value=params["fill_value"], **settings)
    factors = []
    for factor, is_row, is_apart in zip(weight.factors, rows, apart):
        if is_row:
            own = numbers._replace(offset_dims=(*numbers.offset_dims, base.ndim))
            factors.append(lax.gather(factor, indices, own, _own_sizes(factor, sizes), fill_value=0, **settings))
        elif is_apart:
            factors.append(_spread(factor, numbers, base.ndim))
        else:
            return None
    if not any(rows):
        return None
    return weight.changed(base, factors, looked_up=True)


def _own_sizes(factor: Array, sizes: Sequence[int]) -> tuple[int, ...]:
    return (*(min(size, own) for size, own in zip(sizes, factor.shape)), factor.shape[-1])


def _spread(factor: Array, numbers: Any, ndim: int) -> Array:
    """A factor that no index touches, in the axes of the result."""
    sizes = [1] * ndim
    offsets = [axis for axis in range(factor.ndim - 1) if axis not in numbers.collapsed_slice_dims]
    for place, axis in zip(numbers.offset_dims, offsets):
        sizes[place] = factor.shape[axis]
    return factor.reshape(*sizes, factor.shape[-1])


def dynamic_slice(weight: Perturbed, starts: Sequence[Array], params: dict[str, Any]) -> Perturbed:
    """A slice at traced positions, such as one row of a table."""
    sizes = params["slice_sizes"]
    factors = []
    for factor in weight.factors:
        carried = [weight.carries(factor, axis) for axis in range(len(sizes))]
        zero = starts[0] * 0
        own = [start if mine else zero for start, mine in zip(starts, carried)]
        lengths = [size if mine else 1 for size, mine in zip(sizes, carried)]
        factors.append(lax.dynamic_slice(factor, [*own, zero], [*lengths, factor.shape[-1]]))
    return weight.changed(lax.dynamic_slice(weight.base, starts, sizes), factors, looked_up=True)
