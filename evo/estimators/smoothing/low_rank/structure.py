"""Operations that move, cut or convert axes, and leave a perturbed weight a perturbed weight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array

from evo.estimators.smoothing.low_rank.perturbed import Perturbed


def transpose(weight: Perturbed, params: dict[str, Any]) -> list[Perturbed]:
    """Permuted axes; the axis of the rank stays last."""
    order = params["permutation"]
    factors = [lax.transpose(factor, (*order, len(order))) for factor in weight.factors]
    return [weight.changed(lax.transpose(weight.base, order), factors)]


def squeeze(weight: Perturbed, params: dict[str, Any]) -> list[Perturbed]:
    """Axes of size 1 removed."""
    axes = params["dimensions"]
    return [weight.changed(lax.squeeze(weight.base, axes), [lax.squeeze(factor, axes) for factor in weight.factors])]


def broadcast_in_dim(weight: Perturbed, params: dict[str, Any]) -> list[Perturbed]:
    """New or widened axes, which no factor carries."""
    shape, places = params["shape"], params["broadcast_dimensions"]
    factors = []
    for factor in weight.factors:
        sizes = [1] * len(shape)
        for axis, place in enumerate(places):
            sizes[place] = factor.shape[axis]
        factors.append(lax.reshape(factor, (*sizes, factor.shape[-1])))
    return [weight.changed(lax.broadcast_in_dim(weight.base, shape, places), factors)]


def reshape(weight: Perturbed, params: dict[str, Any]) -> list[Perturbed] | None:
    """Merged or split axes, where no merge joins an axis that a factor carries with one that it does not."""
    old, new = weight.shape, params["new_sizes"]
    if params.get("dimensions") is not None or 0 in old:
        return None
    factors = []
    for factor in weight.factors:
        sizes: list[int] = []
        for axes, pieces in _groups(old, new):
            long = [axis for axis in axes if old[axis] > 1]
            if all(weight.carries(factor, axis) for axis in long):
                sizes += pieces
            elif not any(weight.carries(factor, axis) for axis in long):
                sizes += [1] * len(pieces)
            else:
                return None
        factors.append(lax.reshape(factor, (*sizes, factor.shape[-1])))
    return [weight.changed(lax.reshape(weight.base, new), factors)]


def _groups(old: tuple[int, ...], new: tuple[int, ...]) -> Iterator[tuple[range, list[int]]]:
    """The smallest runs of old axes that become runs of new ones with the same number of elements."""
    i = j = 0
    while i < len(old) or j < len(new):
        first, pieces, have, want = i, list(new[j : j + 1]), 1, 1
        if i < len(old):
            have, i = old[i], i + 1
        if j < len(new):
            want, j = new[j], j + 1
        while have != want:
            if have < want:
                have, i = have * old[i], i + 1
            else:
                want, j = want * new[j], j + 1
                pieces.append(new[j - 1])
        yield range(first, i), pieces


def cut(weight: Perturbed, params: dict[str, Any]) -> list[Perturbed]:
    """A fixed slice; a factor is cut along the axes that it carries."""
    starts, limits = params["start_indices"], params["limit_indices"]
    strides = params["strides"] or (1,) * len(starts)
    factors = []
    for factor in weight.factors:
        bounds = [
            (low, high, stride) if weight.carries(factor, axis) else (0, 1, 1)
            for axis, (low, high, stride) in enumerate(zip(starts, limits, strides))
        ]
        low, high, stride = zip(*bounds, (0, factor.shape[-1], 1))
        factors.append(lax.slice(factor, low, high, stride))
    return [weight.changed(lax.slice(weight.base, starts, limits, strides), factors)]


def split(weight: Perturbed, params: dict[str, Any]) -> list[Perturbed]:
    """Consecutive pieces along one axis."""
    axis, sizes = params["axis"], params["sizes"]
    bases = lax.split(weight.base, sizes, axis)
    factors = [
        lax.split(factor, sizes, axis) if weight.carries(factor, axis) else [factor] * len(sizes)
        for factor in weight.factors
    ]
    return [weight.changed(base, pieces) for base, *pieces in zip(bases, *factors)]


def rev(weight: Perturbed, params: dict[str, Any]) -> list[Perturbed]:
    """Axes read backwards; along an axis that it does not carry, a factor stays as it is."""
    axes = params["dimensions"]
    return [weight.changed(lax.rev(weight.base, axes), [lax.rev(factor, axes) for factor in weight.factors])]


def convert(weight: Perturbed, params: dict[str, Any]) -> list[Perturbed] | None:
    """Another precision of the base; the factors keep theirs, or gain."""
    dtype = params["new_dtype"]
    if not jnp.issubdtype(dtype, jnp.floating):
        return None
    wide = np.promote_types(dtype, weight.left.dtype)
    return [weight.changed(weight.base.astype(dtype), [factor.astype(wide) for factor in weight.factors])]


def negative(weight: Perturbed, params: dict[str, Any]) -> list[Perturbed]:
    """The opposite weight."""
    del params
    return [weight.changed(-weight.base, (-weight.left, weight.right))]


def same(weight: Perturbed, params: dict[str, Any]) -> list[Perturbed]:
    """Operations that concern differentiation or memory, not values."""
    del params
    return [weight]


def scaled(weight: Perturbed, by: Array, *, divide: bool = False) -> Perturbed:
    """A weight times a scalar, or divided by it."""

    def change(x: Array) -> Array:
        factor = jnp.asarray(by).astype(x.dtype)
        return x / factor if divide else x * factor

    return weight.changed(change(weight.base), (change(weight.left), weight.right))


#: by the name of the primitive; None as a result means: not of this form, write it out
STRUCTURE: dict[str, Callable[[Perturbed, dict[str, Any]], list[Perturbed] | None]] = {
    "transpose": transpose,
    "squeeze": squeeze,
    "broadcast_in_dim": broadcast_in_dim,
    "reshape": reshape,
    "slice": cut,
    "split": split,
    "rev": rev,
    "convert_element_type": convert,
    "neg": negative,
    "stop_gradient": same,
    "copy": same,
    "copy_p": same,
}
