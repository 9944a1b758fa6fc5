"""Matrix products with a perturbed weight, in the association that never forms the product of the factors."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array

from evo.estimators.smoothing.low_rank.perturbed import Perturbed


def contract(x: Array, weight: Perturbed, params: dict[str, Any], first: bool, dtype: Any) -> tuple[Array, int]:
    """The product of an input and a weight, x W + scale (x B) A^T for a matrix W.

    Any `dot_general` is served, whichever axes the factors carry: the input meets the factor that carries more of the
    contracted axes first, then the other one. All members share the product with the base.

    Args:
        x: the input.
        weight: the weight.
        params: of the `dot_general` whose operands these are.
        first: whether the weight is the left operand.
        dtype: of the result.

    Returns:
        The product, and the multiplications per member that the factors cost.
    """
    (lc, rc), (lb, rb) = params["dimension_numbers"]
    (wc, xc), (wb, xb) = ((lc, rc), (lb, rb)) if first else ((rc, lc), (rb, lb))
    wide = np.promote_types(dtype, weight.left.dtype)
    # The input stands left, so that members and examples become the rows of one large product.
    base = lax.dot_general(
        x, weight.base, ((xc, wc), (xb, wb)), precision=params["precision"], preferred_element_type=wide
    )
    letters = iter(string.ascii_lowercase.replace("k", "") + string.ascii_uppercase)
    of_weight = [next(letters) for _ in weight.shape]
    of_x = [next(letters) for _ in x.shape]
    for mine, its in zip((*xc, *xb), (*wc, *wb)):
        of_x[mine] = of_weight[its]
    kept = [of_weight[axis] for axis in wb]
    kept += [of_x[axis] for axis in range(x.ndim) if axis not in (*xc, *xb)]
    kept += [of_weight[axis] for axis in range(len(weight.shape)) if axis not in (*wc, *wb)]
    delta, cost = _through_factors(x.astype(wide), of_x, weight, of_weight, kept, params["precision"], wide)
    product = (base + weight.scale.astype(wide) * delta).astype(dtype)
    if first:
        product = _weight_axes_first(product, len(wb), x.ndim - len(xc) - len(xb))
    return product, cost


def _through_factors(
    x: Array, of_x: list[str], weight: Perturbed, of_weight: list[str], kept: list[str], precision: Any, wide: Any
) -> tuple[Array, int]:
    sizes = dict(zip(of_x, x.shape)) | dict(zip(of_weight, weight.shape)) | {"k": weight.left.shape[-1]}
    inner, outer = (_carried(weight, factor, of_weight) for factor in weight.factors)
    if _size(inner[1], sizes, kept) < _size(outer[1], sizes, kept):
        inner, outer = outer, inner
    middle = [c for c in dict.fromkeys([*of_x, *inner[1]]) if c in kept or c in outer[1]]
    final = [c for c in kept if c in middle or c in outer[1]]
    through = _einsum(x, of_x, inner[0], inner[1], middle, precision, wide)
    delta = _einsum(through, middle, outer[0], outer[1], final, precision, wide)
    delta = delta.reshape([sizes[c] if c in final else 1 for c in kept])
    cost = math.prod(sizes[c] for c in {*of_x, *inner[1]}) + math.prod(sizes[c] for c in {*middle, *outer[1]})
    return delta, cost


def _einsum(
    x: Array, of_x: Sequence[str], y: Array, of_y: Sequence[str], out: Sequence[str], precision: Any, wide: Any
):
    formula = f"{''.join(of_x)},{''.join(of_y)}->{''.join(out)}"
    return jnp.einsum(formula, x, y, precision=precision, preferred_element_type=wide)


def _carried(weight: Perturbed, factor: Array, of_weight: list[str]) -> tuple[Array, list[str]]:
    """A factor without the axes along which it is constant, and the letters of the others."""
    axes = [axis for axis in range(len(weight.shape)) if factor.shape[axis] > 1]
    squeezed = factor.reshape([factor.shape[axis] for axis in axes] + [factor.shape[-1]])
    return squeezed, [of_weight[axis] for axis in axes] + ["k"]


def _size(letters: list[str], sizes: dict[str, int], kept: list[str]) -> int:
    """The number of elements over which a product with this factor adds up."""
    return math.prod(sizes[letter] for letter in letters if letter not in kept and letter != "k")


def _weight_axes_first(product: Array, batch: int, of_x: int) -> Array:
    """From [batch, axes of the input, axes of the weight] to [batch, axes of the weight, axes of the input]."""
    order = [*range(batch), *range(batch + of_x, product.ndim), *range(batch, batch + of_x)]
    return lax.transpose(product, order)
