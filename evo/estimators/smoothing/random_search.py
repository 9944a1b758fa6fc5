"""Augmented random search: only the best directions, in units of the standard deviation of their losses."""

from __future__ import annotations

from typing import Any, ClassVar

import equinox as eqx
import jax.numpy as jnp
from jax.sharding import Mesh
from jaxtyping import Array, Float

from evo.core import checks
from evo.estimators.smoothing.antithetic import AntitheticEs
from evo.estimators.smoothing.checks import pair_count
from evo.estimators.smoothing.noise import AbstractNoise, Gaussian
from evo.estimators.smoothing.randomness import AbstractRandomness, Common
from evo.estimators.smoothing.scale import AbstractScale, LeastSquares
from evo.estimators.smoothing.shaping import AbstractShaping, spread


class BestPairs(AbstractShaping):
    """(P / b) (f(+) - f(-)) / std for the b pairs with the smallest loss at either end, 0 for the others.

    The standard deviation is that of the 2 b losses kept; 0 for all if these are equal.

    Args:
        count: b, at least 1.

    Reference: Mania, Guy and Recht, Simple random search of static linear policies is competitive for reinforcement
    learning, NeurIPS 2018, algorithm 2.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.estimators import BestPairs
        >>> losses, good = jnp.array([[3.0, 1.0], [0.0, 8.0]]), jnp.ones(2, bool)
        >>> BestPairs(1).differences(losses, good).tolist()
        [0.0, -4.0]
    """

    count: int = eqx.field(static=True)

    def __init__(self, count: int) -> None:
        self.count = checks.integer("count", count, 1, "Pass how many pairs are kept.")

    def differences(self, losses: Float[Array, "P 2"], good: Array) -> Float[Array, " P"]:
        """The scaled differences of the pairs that are kept."""
        pairs = len(losses)
        if self.count > pairs:
            raise checks.bad_value(
                "count", self.count, f"be at most pairs = {pairs}", "Keep fewer, or pass more pairs."
            )
        order = jnp.argsort(jnp.where(good, jnp.min(losses, axis=1), jnp.inf))
        kept = jnp.zeros(pairs, bool).at[order[: self.count]].set(True) & good
        deviation = spread(losses, jnp.broadcast_to(kept[:, None], losses.shape))
        unit = jnp.where(deviation > 0, deviation, 1)
        return jnp.where(kept & (deviation > 0), (losses[:, 0] - losses[:, 1]) / unit * (pairs / self.count), 0)


class AugmentedRandomSearch(AntitheticEs):
    """Augmented random search: `AntitheticEs` on the best b of P pairs, divided by the deviation of their losses.

        grads = (c / b) sum over the best b of (f(x + s z_j) - f(x - s z_j)) / (2 s std) z_j,

    with normal z_j and the standard deviation of the 2 b losses. The published step, a step size times
    (1 / b) sum (f(+) - f(-)) / std z_j, is 2 s / c times this one; `scale=Factor(2 * sigma)` gives it itself.
    Versions V2 differ by normalised observations, which are a part of the task and not of the estimator.

    Args:
        pairs: P, at least 1.
        sigma: root mean square of the perturbation of a parameter, positive.
        best: b, in [1, P]; None for all (V1).
        noise: as in `AntitheticEs`.
        scale: as in `AntitheticEs`.
        randomness: as in `AntitheticEs`.
        trainable: as in `AntitheticEs`.
        chunk: as in `AntitheticEs`.
        mesh: as in `AntitheticEs`.

    Departs from the paper: the scale. Exactly b pairs are kept, the first ones among equals; the published code keeps
    all that are equal to the last.

    Reference: Mania, Guy and Recht, Simple random search of static linear policies is competitive for reinforcement
    learning, NeurIPS 2018.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.estimators import AugmentedRandomSearch
        >>> loss = lambda params, batch, key: jnp.sum(params**2)
        >>> es, params, key = AugmentedRandomSearch(pairs=8, sigma=0.03, best=4), jnp.ones(5), jax.random.key(0)
        >>> state = es.init(key, loss, params, None)
        >>> value, grads, state = es.value_and_grad(loss)(state, key, params, None)
        >>> bool(jnp.vdot(grads, params) > 0)
        True
    """

    reference: ClassVar[tuple[str, ...]] = ("ManiaGuyRecht2018Random",)

    def __init__(
        self,
        pairs: int,
        sigma: float,
        *,
        best: int | None = None,
        noise: AbstractNoise = Gaussian(),  # noqa: B008 (immutable)
        scale: AbstractScale = LeastSquares(),  # noqa: B008
        randomness: AbstractRandomness = Common(),  # noqa: B008
        trainable: Any = None,
        chunk: int | None = None,
        mesh: Mesh | None = None,
    ) -> None:
        high = pair_count(pairs)
        kept = high if best is None else checks.integer("best", best, 1, "Pass how many pairs are kept.", high=high)
        super().__init__(
            pairs,
            sigma,
            noise=noise,
            shaping=BestPairs(kept),
            scale=scale,
            randomness=randomness,
            trainable=trainable,
            chunk=chunk,
            mesh=mesh,
        )
