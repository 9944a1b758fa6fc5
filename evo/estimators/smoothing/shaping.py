"""Shaping: what of a pair's two losses becomes its weight."""

from __future__ import annotations

from abc import abstractmethod

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from evo.estimators.smoothing.checks import positive


class AbstractShaping(eqx.Module):
    """The map from the losses of the pairs to their differences d_j, from which the estimate is a weighted sum.

    A pair with a loss that is not finite has weight 0 and does not touch the others.
    """

    @abstractmethod
    def differences(self, losses: Float[Array, "P 2"], good: Array) -> Float[Array, " P"]:
        """One difference per pair, of the loss at + minus the loss at -, shaped.

        Args:
            losses: finite numbers, also where a pair is not good.
            good: which pairs are to be used, bool[P].
        """


class Raw(AbstractShaping):
    """The plain difference f(+) - f(-): the only one that estimates the gradient of the loss itself.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.estimators import Raw
        >>> losses, good = jnp.array([[3.0, 1.0], [0.0, 8.0]]), jnp.ones(2, bool)
        >>> Raw().differences(losses, good).tolist()
        [2.0, -8.0]
    """

    def differences(self, losses: Float[Array, "P 2"], good: Array) -> Float[Array, " P"]:
        """f(+) - f(-)."""
        return jnp.where(good, losses[:, 0] - losses[:, 1], 0)


class ZScore(AbstractShaping):
    """The difference divided by the standard deviation of all losses; 0 where they are all equal.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.estimators import ZScore
        >>> losses, good = jnp.array([[3.0, 1.0], [0.0, 8.0]]), jnp.ones(2, bool)
        >>> [round(float(d), 2) for d in ZScore().differences(losses, good)]
        [0.65, -2.6]
    """

    def differences(self, losses: Float[Array, "P 2"], good: Array) -> Float[Array, " P"]:
        """(f(+) - f(-)) / std(f)."""
        deviation = spread(losses, jnp.broadcast_to(good[:, None], losses.shape))
        unit = jnp.where(deviation > 0, deviation, 1)
        return jnp.where(good & (deviation > 0), (losses[:, 0] - losses[:, 1]) / unit, 0)


class CentredRanks(AbstractShaping):
    """The difference of the ranks among all 2P losses, scaled to [-1/2, 1/2]; equal losses share their mean rank.

    Reference: Salimans, Ho, Chen, Sidor and Sutskever, arXiv 1703.03864, 2017, section 2.1, as in their published code.
    Departs from the paper: equal losses share a rank, so that a constant loss gives a zero estimate.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.estimators import CentredRanks
        >>> losses, good = jnp.array([[3.0, 1.0], [0.0, 8.0]]), jnp.ones(2, bool)
        >>> [round(float(d), 2) for d in CentredRanks().differences(losses, good)]
        [0.33, -1.0]
    """

    def differences(self, losses: Float[Array, "P 2"], good: Array) -> Float[Array, " P"]:
        """rank(+) / (N - 1) - rank(-) / (N - 1) among the N losses of good pairs."""
        flat = losses.reshape(-1)
        used = jnp.repeat(good, 2)
        flat = jnp.where(used, flat, jnp.inf)  # behind all good ones
        ordered = jnp.sort(flat)
        low = jnp.searchsorted(ordered, flat, side="left")
        high = jnp.searchsorted(ordered, flat, side="right")
        ranks = (low + high - 1).astype(losses.dtype) / 2
        count = jnp.maximum(jnp.sum(used, dtype=losses.dtype) - 1, 1)
        placed = ranks.reshape(-1, 2)
        # Subtracted first: the compiler may contract a / n - b / n so that equal ranks differ by a rounding error.
        return jnp.where(good, (placed[:, 0] - placed[:, 1]) / count, 0)


class Clipped(AbstractShaping):
    """The difference, cut to [-limit, limit]: one wild pair cannot throw the parameters away.

    Args:
        limit: largest size of a difference of losses, positive.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.estimators import Clipped
        >>> losses, good = jnp.array([[3.0, 1.0], [0.0, 8.0]]), jnp.ones(2, bool)
        >>> Clipped(5.0).differences(losses, good).tolist()
        [2.0, -5.0]
    """

    limit: Array

    def __init__(self, limit: float) -> None:
        self.limit = positive("limit", limit, "Pass a difference of losses that would be suspicious, such as 10.")

    def differences(self, losses: Float[Array, "P 2"], good: Array) -> Float[Array, " P"]:
        """max(-limit, min(limit, f(+) - f(-)))."""
        limit = self.limit.astype(losses.dtype)
        return jnp.where(good, jnp.clip(losses[:, 0] - losses[:, 1], -limit, limit), 0)


def spread(values: Array, good: Array) -> Array:
    """The standard deviation of the good values, by two passes: no cancellation; squares cannot overflow."""
    count = jnp.maximum(jnp.sum(good, dtype=values.dtype), 1)
    mean = jnp.sum(jnp.where(good, values, 0)) / count
    gaps = jnp.where(good, values - mean, 0)
    largest = jnp.max(jnp.abs(gaps))
    unit = jnp.where(largest > 0, largest, 1)
    return unit * jnp.sqrt(jnp.sum((gaps / unit) ** 2) / count)
