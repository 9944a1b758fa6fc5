"""Attention, as parts of transformers: causal, or among positions that are given."""

from __future__ import annotations

from abc import abstractmethod

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float


class AbstractAttention(eqx.Module):
    """How values are mixed, one head: y_t depends on the positions S_t that t sees, by default s <= t."""

    @abstractmethod
    def __call__(
        self,
        queries: Float[Array, "T K"],
        keys: Float[Array, "T K"],
        values: Float[Array, "T M"],
        seen: Bool[Array, "T T"] | None = None,
    ) -> Float[Array, "T M"]:
        """The outputs at all positions; the queries come divided by sqrt(K).

        With `seen`, position t sees s where seen[t, s], itself at least; without, itself and earlier positions.
        """


class SoftmaxAttention(AbstractAttention):
    """y_t = sum_{s in S_t} a_ts v_s, where a_t is the softmax of (q_t . k_s) over S_t, by default all s <= t.

    Reference: Vaswani et al., Attention is all you need, NeurIPS 2017, eq. (1).

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.models import SoftmaxAttention
        >>> one = jnp.ones((2, 1))
        >>> SoftmaxAttention()(one, one, jnp.array([[0.0], [1.0]])).tolist()
        [[0.0], [0.5]]
    """

    def __call__(
        self,
        queries: Float[Array, "T K"],
        keys: Float[Array, "T K"],
        values: Float[Array, "T M"],
        seen: Bool[Array, "T T"] | None = None,
    ) -> Float[Array, "T M"]:
        """The outputs at all positions."""
        scores = jnp.where(_past(len(keys)) if seen is None else seen, queries @ keys.T, -jnp.inf)
        return jax.nn.softmax(scores, axis=-1) @ values


class LinearAttention(AbstractAttention):
    """y_t = (sum_{s in S_t} v_s k_s^T) q_t, by default over all s <= t: neither softmax nor normalisation.

    Over s <= t the same numbers come from a recurrence, S_t = S_{t-1} + v_t k_t^T and y_t = S_t q_t: `initial` and
    `step`.

    Reference: Katharopoulos et al., Transformers are RNNs, ICML 2020, section 3.4, with the identity as feature map and
    without the denominator.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.models import LinearAttention
        >>> one = jnp.ones((2, 1))
        >>> LinearAttention()(one, one, jnp.array([[2.0], [3.0]])).tolist()
        [[2.0], [5.0]]
    """

    def __call__(
        self,
        queries: Float[Array, "T K"],
        keys: Float[Array, "T K"],
        values: Float[Array, "T M"],
        seen: Bool[Array, "T T"] | None = None,
    ) -> Float[Array, "T M"]:
        """The outputs at all positions, in parallel."""
        scores = queries @ keys.T
        return jnp.where(_past(len(keys)) if seen is None else seen, scores, jnp.zeros_like(scores)) @ values

    def initial(self, keys: int, values: int) -> Float[Array, "M K"]:
        """The state before the first position."""
        return jnp.zeros((values, keys))

    def step(
        self, state: Float[Array, "M K"], query: Float[Array, " K"], key: Float[Array, " K"], value: Float[Array, " M"]
    ) -> tuple[Float[Array, "M K"], Float[Array, " M"]]:
        """The state after one position, and its output."""
        state = state + jnp.outer(value, key)
        return state, state @ query


def _past(T: int) -> Array:
    return jnp.tril(jnp.ones((T, T), dtype=bool))
