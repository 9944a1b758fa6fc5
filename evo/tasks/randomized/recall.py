"""Associative recall with too little memory: an adversary chooses the values and the key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, UInt8

from evo.core.keys import Key
from evo.oracles import child
from evo.tasks import _doors
from evo.tasks.randomized.base import AbstractRandomizedTask, binary, binary_number, random_signs, settings, signs
from evo.tasks.randomized.seeding import AbstractSeeding

__all__ = ["RandomizedRecall", "Recall"]


class Recall(NamedTuple):
    """The values of all keys, and the key that is asked for."""

    #: -1 and 1, [N, bits of a value]
    values: Float[Array, "N v"]
    #: in [0, N)
    query: Int[Array, ""]


class RandomizedRecall(AbstractRandomizedTask):
    """The relaxed risk of recalling the value of a key, from a memory that is given a random seed.

    An input holds the values of N keys, each of b signs, and the key that is asked for. The cost of an answer y is the
    squared error mean_b (y - v)^2, its error the share of wrong signs. An adversary who knows the network chooses the
    values and the key. Answers of several seeds are put together by majority.

    A memory that keeps M of N values has some values and a key on which it errs. Storing a random part of them, or a
    random superposition, has squared risk 1 - M/N on every input; a random part answers M/N + (1 - M/N)/2 of the signs
    rightly (`theory.randomized.recall_accuracy`), a random superposition more (`superposition_accuracy`).

    Args:
        model: a function of a JAX key that makes the parameters of a memory.
        apply: a function of the parameters, the values of shape (N, b) and a seed of shape (seed_bits,) to the answers
            to all N keys, of shape (N, b); by default the parameters are the memory, as `evo.models.SeededMemory` is.
        pairs: N.
        value_bits: b.
        seed_bits: fair random signs in a seed.
        q: exponent of the relaxed risk, in [1, inf].
        trials: m, seeds per input in a step.
        inputs: inputs per step, drawn uniformly; None for all N 2^(N b).
        seeding: `SharedSeeds()` by default.

    Reference: von Oswald, Kobayashi, Akram and Steger, Learning randomized algorithms with transformers,
    arXiv 2408.10818, 2024 (task in outline; sizes are ours).

    Example:
        >>> from evo.models import SeededMemory
        >>> from evo.tasks import RandomizedRecall
        >>> task = RandomizedRecall(lambda key: SeededMemory(8, 4, 8, key=key))
        >>> task.count, task.bits
        (2048, 11)
    """

    model: Callable[[PRNGKeyArray], Any] = eqx.field(static=True)
    apply: Callable[[Any, Array, Array], Array] = eqx.field(static=True)
    pairs: int = eqx.field(static=True)
    value_bits: int = eqx.field(static=True)
    seed_bits: int = eqx.field(static=True)
    q: float = eqx.field(static=True)
    trials: int = eqx.field(static=True)
    inputs: int | None = eqx.field(static=True)
    seeding: AbstractSeeding

    def __init__(
        self,
        model: Callable[[PRNGKeyArray], Any],
        apply: Callable[[Any, Array, Array], Array] | None = None,
        *,
        pairs: int = 8,
        value_bits: int = 1,
        seed_bits: int = 8,
        q: float = 8.0,
        trials: int = 16,
        inputs: int | None = 256,
        seeding: AbstractSeeding | None = None,
    ) -> None:
        self.model = _doors.maker("model", model, "lambda key: SeededMemory(8, 4, 8, key=key)")
        self.apply = (
            _doors.call if apply is None else _doors.function("apply", apply, "lambda params, values, seed: ...")
        )
        self.pairs = _doors.count("pairs", pairs, of="the pairs of an input")
        self.value_bits = _doors.count("value_bits", value_bits, of="the bits of a value")
        self.seed_bits = _doors.count("seed_bits", seed_bits, of="the bits of a seed")
        self.q, self.trials, self.inputs, self.seeding = settings(q, trials, inputs, seeding)
        shape = (self.pairs, self.value_bits)
        run = lambda key: self.apply(model(key), jnp.ones(shape), jnp.ones(self.seed_bits))  # noqa: E731
        _doors.output("model", run, shape, "It answers all keys at once: one row per key.")

    @property
    def count(self) -> int:
        """N 2^(N b)."""
        return self.pairs * 2 ** (self.pairs * self.value_bits)

    @property
    def bits(self) -> int:
        """N b for the values, and enough to count the keys."""
        return self.pairs * self.value_bits + max(self.pairs - 1, 0).bit_length()

    @property
    def best(self) -> float | None:
        """None: it depends on the memory."""
        return None

    @property
    def chance(self) -> float:
        """1, of the answer 0."""
        return 1.0

    def start(self, key: Key | PRNGKeyArray) -> Any:
        """What `model` makes of the child "start" of the key."""
        return _doors.start(self.model, key)

    def drawn(self, key: PRNGKeyArray) -> Recall:
        """Uniform values and a uniform key."""
        values = random_signs(child(key, "values"), (self.pairs, self.value_bits))
        return Recall(values, jax.random.randint(child(key, "query"), (), 0, self.pairs))

    def numbered(self, index: Any) -> Recall:
        """The key counts first, then the values in binary."""
        n = self.pairs * self.value_bits
        index = jnp.asarray(index, jnp.int32)
        values = signs(binary(index // self.pairs, n)).reshape(self.pairs, self.value_bits)
        return Recall(values, index % self.pairs)

    def decoded(self, bits: UInt8[Array, " n"]) -> Recall:
        """The first N b bits are the values, the others the key in binary, modulo N."""
        n = self.pairs * self.value_bits
        query = binary_number(bits[n:]) % self.pairs
        return Recall(signs(bits[:n]).reshape(self.pairs, self.value_bits), query)

    def seed(self, key: PRNGKeyArray) -> Float[Array, " bits"]:
        """Fair signs."""
        return random_signs(key, (self.seed_bits,))

    def output(self, params: Any, x: Recall, seed: Array) -> Float[Array, " v"]:
        """The answer to the key that is asked for."""
        return self.apply(params, x.values, seed)[x.query]

    def cost(self, output: Float[Array, " v"], x: Recall) -> Float[Array, ""]:
        """The squared error, mean over the bits of the value."""
        return jnp.mean((output - x.values[x.query]) ** 2)

    def error(self, output: Float[Array, " v"], x: Recall) -> Float[Array, ""]:
        """The share of wrong signs; 0 counts half, and what is not a number is wrong."""
        return _wrong(jnp.sign(output), x)

    def repeated(self, outputs: Float[Array, "S v"], x: Recall) -> Float[Array, ""]:
        """The share of wrong signs of the majority; a tie counts half."""
        return _wrong(jnp.sign(jnp.sum(jnp.sign(outputs), axis=0)), x)


def _wrong(answer: Float[Array, " v"], x: Recall) -> Float[Array, ""]:
    return jnp.mean(jnp.where(jnp.isnan(answer), 1.0, 0.5 - 0.5 * answer * x.values[x.query]))
