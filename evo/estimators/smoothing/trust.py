"""How far measured slopes are trusted, given the noise of evaluations."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from evo.core import checks
from evo.estimators.smoothing.checks import positive


class AbstractTrust(eqx.Module):
    """What becomes of the slopes d_j along orthonormal directions.

    With a variance nu^2 of a slope, the random block is multiplied by s / (s + nu^2), s = max(mean d_j^2 - nu^2, 0),
    and the coefficient of each surrogate by c / (c + nu^2), c = max(d^2 - nu^2, 0): the estimated optimal weights.
    """

    def batches(self, batch: Any) -> tuple[Any, ...]:
        """The parts of the batch on which the population is evaluated, of equal size."""
        return (batch,)

    @abstractmethod
    def variance(self, slopes: Float[Array, "parts P"], good: Array, radii: Float[Array, " P"]) -> Array:
        """nu^2 of each slope that is the mean over the parts, or one for all."""

    def weights(
        self, slopes: Float[Array, "parts P"], good: Array, radii: Float[Array, " P"], k: int
    ) -> tuple[Float[Array, " P"], Float[Array, ""]]:
        """The coefficients of the directions, the first k of them surrogates, and the root mean square of nu."""
        d = jnp.where(good, jnp.mean(slopes, axis=0), 0)
        variance = jnp.broadcast_to(self.variance(slopes, good, radii), d.shape).astype(d.dtype)
        square = d**2
        among = good[k:]
        count = jnp.maximum(jnp.sum(among, dtype=d.dtype), 1)
        block = jnp.sum(jnp.where(among, square[k:] - variance[k:], 0)) / count
        signal = jnp.concatenate([square[:k] - variance[:k], jnp.broadcast_to(block, square[k:].shape)])
        signal = jnp.maximum(signal, 0)
        total = signal + variance
        factor = jnp.where(variance > 0, signal / jnp.where(total > 0, total, 1), 1)
        return factor * d, jnp.sqrt(jnp.mean(variance))


class Exact(AbstractTrust):
    """Slopes are taken as they are: the projection itself.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.estimators import Exact
        >>> slopes, good = jnp.array([[5.0, 0.5, 3.0, -3.0]]), jnp.ones(4, bool)
        >>> radii = jnp.array([0.1, 0.1, 1.0, 1.0])  # of two surrogates and two random directions
        >>> Exact().weights(slopes, good, radii, k=2)[0].tolist()
        [5.0, 0.5, 3.0, -3.0]
    """

    def variance(self, slopes: Float[Array, "parts P"], good: Array, radii: Float[Array, " P"]) -> Array:
        """0."""
        del good, radii
        return jnp.zeros((), slopes.dtype)


class KnownNoise(AbstractTrust):
    """Evaluations carry independent noise of a known standard deviation tau: nu_j^2 = tau^2 / (2 r_j^2).

    The lengths are those of the estimator: with a short step along a surrogate its slope carries the more noise.

    Args:
        deviation: tau, positive, in the unit of the loss. With common random numbers only the part counts in which the
            two losses of a pair differ.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.estimators import KnownNoise
        >>> slopes, good = jnp.array([[5.0, 0.5, 3.0, -3.0]]), jnp.ones(4, bool)
        >>> radii = jnp.array([0.1, 0.1, 1.0, 1.0])  # of two surrogates and two random directions
        >>> weights, noise = KnownNoise(0.1).weights(slopes, good, radii, k=2)
        >>> [round(float(weight), 3) for weight in weights]
        [4.9, 0.0, 2.998, -2.998]
    """

    deviation: Array

    def __init__(self, deviation: float) -> None:
        self.deviation = positive("deviation", deviation, "Pass the standard deviation of one evaluation of the loss.")

    def variance(self, slopes: Float[Array, "parts P"], good: Array, radii: Float[Array, " P"]) -> Array:
        """tau^2 / (2 r_j^2)."""
        del good
        return (self.deviation.astype(slopes.dtype) / radii.astype(slopes.dtype)) ** 2 / 2


class HalfBatches(AbstractTrust):
    """The noise of a finite batch, from the two halves of the batch: nu^2 = mean_j (d_j' - d_j'')^2 / 4.

    The population is evaluated on either half, at the same cost; the loss must be a mean over the examples.

    Args:
        axis: of the examples, in every array of the batch; 1 for windows.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.estimators import HalfBatches
        >>> [part.tolist() for part in HalfBatches().batches(jnp.arange(4))]
        [[0, 1], [2, 3]]
    """

    axis: int = eqx.field(static=True)

    def __init__(self, axis: int = 0) -> None:
        self.axis = checks.integer("axis", axis, 0, "Pass the axis along which the examples of a batch lie.")

    def batches(self, batch: Any) -> tuple[Any, ...]:
        """The two halves.

        Raises:
            ValueError: unless every array has an even number of examples.
        """
        action = "HalfBatches() splits every array of the batch along its axis of examples; pass Exact() for others."
        leaves = jax.tree.leaves(batch)
        if not leaves:
            raise checks.bad_value("batch", batch, "hold examples", action)
        for leaf in leaves:
            count = leaf.shape[self.axis] if getattr(leaf, "ndim", 0) > self.axis else 0
            if count < 2 or count % 2:
                shape = getattr(leaf, "shape", type(leaf).__name__)
                raise checks.bad_value(
                    "batch", shape, f"have an even number of examples along axis {self.axis}", action
                )

        def half(part: int) -> Any:
            return jax.tree.map(lambda x: jnp.split(jnp.asarray(x), 2, self.axis)[part], batch)

        return half(0), half(1)

    def variance(self, slopes: Float[Array, "parts P"], good: Array, radii: Float[Array, " P"]) -> Array:
        """mean_j (d_j' - d_j'')^2 / 4 over the good pairs."""
        del radii
        square = jnp.where(good, (slopes[0] - slopes[1]) ** 2, 0)
        return jnp.sum(square) / jnp.maximum(jnp.sum(good, dtype=square.dtype), 1) / 4
