"""Associative recall."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import AbstractTask, child
from evo.tasks import _doors
from evo.tasks._cross_entropy import cross_entropy, scores


class Recalls(NamedTuple):
    """Sequences of pairs with a query, and the values asked for."""

    #: [B, S] or [B, S, size]
    inputs: Array
    #: [B]
    targets: Int[Array, " B"]


class AbstractEncoding(eqx.Module):
    """How pairs and the query are written as a sequence."""

    @abstractmethod
    def __call__(
        self, keys: Int[Array, " N"], values: Int[Array, " N"], query: Int[Array, ""], K: int, V: int
    ) -> Array:
        """The sequence, of K possible keys and V possible values."""


class VectorPairs(AbstractEncoding):
    """N + 1 vectors of size K + V: the key and the value of a pair, each one-hot; the query has no value.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.tasks import VectorPairs
        >>> VectorPairs()(jnp.array([1]), jnp.array([0]), jnp.array(1), 2, 2).tolist()
        [[0.0, 1.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]]
    """

    def __call__(
        self, keys: Int[Array, " N"], values: Int[Array, " N"], query: Int[Array, ""], K: int, V: int
    ) -> Float[Array, "S size"]:
        """The vectors."""
        first = jax.nn.one_hot(jnp.append(keys, query), K)
        second = jnp.concatenate([jax.nn.one_hot(values, V), jnp.zeros((1, V))])
        return jnp.concatenate([first, second], axis=1)


class TokenPairs(AbstractEncoding):
    """2 N + 1 tokens: key, value, key, value, ..., query. Keys are 0 to K - 1, values K to K + V - 1.

    Example:
        >>> import jax.numpy as jnp
        >>> from evo.tasks import TokenPairs
        >>> TokenPairs()(jnp.array([1]), jnp.array([0]), jnp.array(1), 2, 2).tolist()
        [1, 2, 1]
    """

    def __call__(
        self, keys: Int[Array, " N"], values: Int[Array, " N"], query: Int[Array, ""], K: int, V: int
    ) -> Int[Array, " S"]:
        """The tokens."""
        return jnp.append(jnp.stack([keys, values + K], axis=1).reshape(-1), query)


class AssociativeRecall(AbstractTask):
    """The cross-entropy in nats of a network that reads pairs of keys and values and is asked for one of the values.

    Each sequence has N different keys of K, uniformly, with independent uniform values of V; one of its keys is the
    query. The logits of the value are the outputs at the last position.

    Args:
        model: a function of a JAX key that makes the parameters of a network of sequences whose outputs are V logits
            at each position.
        apply: a function of the parameters and one sequence; by default the parameters are the network.
        pairs: N.
        keys: K, at least N; N if None.
        values: V, at least 2; two values are one bit.
        batch: sequences per step, drawn anew.
        encoding: `VectorPairs()` by default, or `TokenPairs()`.

    `chance` is ln V and `best` 0: exact recall is possible.

    Reference: Ba, Hinton, Mnih, Leibo and Ionescu, Using fast weights to attend to the recent past, NeurIPS 2016,
    section 4.1.

    Example:
        >>> import jax
        >>> from evo.models import Tokens, Transformer
        >>> from evo.tasks import AssociativeRecall, TokenPairs
        >>> model = lambda key: Transformer(Tokens(6), 8, readout=2, key=key)
        >>> task = AssociativeRecall(model, pairs=4, values=2, batch=16, encoding=TokenPairs())
        >>> jax.eval_shape(task.batch, jax.random.key(0), 0).inputs.shape
        (16, 9)
    """

    model: Callable[[PRNGKeyArray], Any] = eqx.field(static=True)
    apply: Callable[[Any, Array], Array] = eqx.field(static=True)
    pairs: int = eqx.field(static=True)
    keys: int = eqx.field(static=True)
    values_: int = eqx.field(static=True)
    sequences: int = eqx.field(static=True)
    encoding: AbstractEncoding

    def __init__(
        self,
        model: Callable[[PRNGKeyArray], Any],
        apply: Callable[[Any, Array], Array] | None = None,
        *,
        pairs: int = 8,
        keys: int | None = None,
        values: int = 2,
        batch: int = 64,
        encoding: AbstractEncoding | None = None,
    ) -> None:
        self.model = _doors.maker("model", model, "lambda key: Transformer(Vectors(10), readout=2, key=key)")
        self.apply = _doors.call if apply is None else _doors.function("apply", apply, "lambda params, x: params(x)")
        self.pairs = _doors.count("pairs", pairs, of="the pairs of a sequence")
        action = f"Each of the {self.pairs} pairs has its own key."
        self.keys = self.pairs if keys is None else checks.integer("keys", keys, self.pairs, action)
        self.values_ = checks.integer("values", values, 2, "With one value there is nothing to recall.")
        self.sequences = _doors.count("batch", batch, of="the sequences per step")
        encoding = VectorPairs() if encoding is None else encoding
        self.encoding = checks.instance_of(
            "encoding", encoding, AbstractEncoding, "Pass VectorPairs() or TokenPairs()."
        )
        shape = jax.eval_shape(lambda key: self._drawn(key).inputs[0], jax.random.key(0))
        action = f"It must map sequences of shape {shape.shape} to (positions, {self.values_})."
        run = lambda key: self.apply(model(key), jnp.zeros(shape.shape, shape.dtype))[-1]  # noqa: E731
        _doors.output("model", run, (self.values_,), action)

    @property
    def best(self) -> float:
        """Zero."""
        return 0.0

    @property
    def chance(self) -> float:
        """Ln V."""
        return math.log(self.values_)

    def start(self, key: Key | PRNGKeyArray) -> Any:
        """What `model` makes of the child "start" of the key."""
        return _doors.start(self.model, key)

    def batch(self, key: PRNGKeyArray, step: Any) -> Recalls:
        """Fresh sequences at every step."""
        return self._drawn(child(key, "sequences", step))

    def loss(self, params: Any, batch: Recalls, key: PRNGKeyArray) -> Float[Array, ""]:
        """The mean cross-entropy of the value asked for."""
        del key
        return jnp.mean(cross_entropy(self._logits(params, batch), batch.targets))

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """The cross-entropy and the accuracy on sequences drawn from this key."""
        held_out = self._drawn(child(key, "held out"))
        return scores(self._logits(params, held_out), held_out.targets)

    def _logits(self, params: Any, batch: Recalls) -> Float[Array, "B V"]:
        return jax.vmap(lambda x: self.apply(params, x)[-1])(batch.inputs)

    def _drawn(self, key: PRNGKeyArray) -> Recalls:
        def one(key: PRNGKeyArray) -> Recalls:
            keys = jax.random.permutation(child(key, "keys"), self.keys)[: self.pairs]
            values = jax.random.randint(child(key, "values"), (self.pairs,), 0, self.values_)
            asked = jax.random.randint(child(key, "query"), (), 0, self.pairs)
            return Recalls(self.encoding(keys, values, keys[asked], self.keys, self.values_), values[asked])

        return jax.vmap(lambda index: one(child(key, "sequence", index)))(jnp.arange(self.sequences))
