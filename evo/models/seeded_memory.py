"""A linear-attention memory whose keys and queries depend on a random seed."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.models import _doors
from evo.models._linear import Linear, as_type_of, normal
from evo.oracles import child, jax_key

__all__ = ["SeededMemory"]


class SeededMemory(eqx.Module):
    """Linear attention with M-dimensional keys over N pairs (k, v_k), whose features know a random seed s.

        S = sum_k v_k phi(k, s)^T,    answer to k = S psi(k, s),

    phi and psi are two heads of a network with two layers: h = gelu(E_k + A s + b), h + gelu(W h + c). Values pass
    unchanged and the readout is linear, so the answers are G_s v with a matrix of rank at most M: with M < N no G_s
    recalls the signs of all values (`theory.randomized`), whatever the features are. With h units there are
    h (N + d_s + h + 2 + 2 M) parameters.

    Args:
        keys: N, number of pairs; the keys are 0, ..., N - 1.
        memory: M, the dimension of keys and queries; the state is d_v x M.
        seed_bits: d_s, the size of a seed.
        hidden: h.
        key: a JAX key.

    Takes the values, of shape (N, d_v), and a seed, of shape (d_s,), and returns the answers to all N queries, of shape
    (N, d_v). At the start embeddings are N(0, 1), the matrices of phi and psi N(0, 1 / (4 h M)), which makes first
    answers smaller than values, others N(0, 1 / inputs), biases 0.

    Reference: Katharopoulos et al., Transformers are RNNs, ICML 2020, section 3.4, without the denominator; von Oswald,
    Kobayashi, Akram and Steger, Learning randomized algorithms with transformers, arXiv 2408.10818, 2024 (sizes and
    features are ours).

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from evo.models import SeededMemory
        >>> memory = SeededMemory(keys=8, memory=4, seed_bits=8, key=jax.random.key(0))
        >>> memory(jnp.ones((8, 1)), jnp.ones(8)).shape
        (8, 1)
    """

    embedding: Float[Array, "N h"]
    seed: Float[Array, "h bits"]
    bias: Float[Array, " h"]
    second: Linear
    key: Float[Array, "M h"]
    query: Float[Array, "M h"]

    def __init__(self, keys: int, memory: int, seed_bits: int, *, hidden: int = 32, key: PRNGKeyArray) -> None:
        key = jax_key(key)
        N, M = _doors.size("keys", keys), _doors.size("memory", memory)
        h, bits = _doors.size("hidden", hidden), _doors.size("seed_bits", seed_bits)
        self.embedding = normal(child(key, "embedding"), (N, h), 1.0)
        self.seed = normal(child(key, "seed"), (h, bits), bits**-0.5)
        self.bias = jnp.zeros(h)
        self.second = Linear(h, h, key=child(key, "second"))
        self.key, self.query = (normal(child(key, label), (M, h), 0.5 * (h * M) ** -0.5) for label in ("key", "query"))

    def __call__(self, values: Float[Array, "N v"], seed: Float[Array, " bits"]) -> Float[Array, "N v"]:
        """The answers to all queries."""
        N = len(self.embedding)
        if values.ndim != 2 or len(values) != N:
            action = "This memory reads one list of values; map it over a batch with jax.vmap."
            raise checks.bad_value("values", f"shape {values.shape}", f"have shape ({N}, bits of a value)", action)
        matrix = self.matrix(seed)
        return matrix @ as_type_of(matrix, values)  # by the matrix, which all inputs under a seed share

    def features(self, seed: Float[Array, " bits"]) -> tuple[Float[Array, "N M"], Float[Array, "N M"]]:
        """Phi and psi of all keys under a seed."""
        _doors.length("seed", seed, self.seed.shape[1])
        h = jax.nn.gelu(self.embedding + (self.seed @ as_type_of(self.seed, seed) + self.bias)[None])
        h = h + jax.nn.gelu(jax.vmap(self.second)(h))
        return h @ self.key.T, h @ self.query.T

    def matrix(self, seed: Any) -> Float[Array, "N N"]:
        """G_s: row k is how the answer to k depends on the values."""
        keys, queries = self.features(seed)
        return queries @ keys.T
