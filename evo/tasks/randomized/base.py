"""Tasks whose solver is given random seeds: the risk of an input is its mean loss over seeds."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray, Shaped, UInt8

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import AbstractTask, child, jax_key
from evo.tasks import _doors
from evo.tasks.randomized.risk import exponent, relaxed_risk
from evo.tasks.randomized.seeding import AbstractSeeding, SharedSeeds

__all__ = ["AbstractRandomizedTask", "Trials"]

#: inputs are listed up to this many
LISTED = 100_000


class Trials(NamedTuple):
    """Inputs, and the seeds under which each is tried."""

    #: a tree of arrays with a leading axis [B]
    inputs: Any
    #: [B, m, ...], or [1, m, ...] where all inputs meet the same seeds
    seeds: Array


class AbstractRandomizedTask(AbstractTask):
    """The relaxed risk of a solver A(input, seed): ((1/B) sum_x ((1/m) sum_s loss(A(x, s)))^q)^(1/q).

    An oblivious adversary knows the parameters and chooses the input, not the seed. With q = 1 the loss is the expected
    one, for which some fixed seed is always as good as random ones; with large q it nears the risk of the worst input,
    and with m > 1 randomness pays.

    A task says what inputs and seeds are and how an output is judged. Its fields are

    Args:
        q: in [1, inf].
        trials: m, seeds per input in a step.
        inputs: B, inputs per step drawn anew; None for all of them, where they can be listed.
        seeding: `SharedSeeds()`, `OwnSeeds()` or `ConstantSeed()`.
    """

    q: eqx.AbstractVar[float]
    trials: eqx.AbstractVar[int]
    inputs: eqx.AbstractVar[int | None]
    seeding: eqx.AbstractVar[AbstractSeeding]

    # what inputs are

    @abstractmethod
    def drawn(self, key: PRNGKeyArray) -> Any:
        """An input, from the distribution that is trained on."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many inputs there are."""

    @abstractmethod
    def numbered(self, index: Any) -> Any:
        """Input number `index`, from 0, of all inputs; pure JAX. Needed only where `count` is at most 10^5."""

    @property
    @abstractmethod
    def bits(self) -> int:
        """The length of bit strings that stand for inputs, for a search among them."""

    @abstractmethod
    def decoded(self, bits: UInt8[Array, " n"]) -> Any:
        """The input of a bit string; every string is one, and every input has one. Pure JAX."""

    # how it is solved

    @abstractmethod
    def seed(self, key: PRNGKeyArray) -> Array:
        """A fresh seed."""

    @abstractmethod
    def output(self, params: Any, x: Any, seed: Array) -> Any:
        """What the solver answers to one input under one seed: an array or a tree of them."""

    @abstractmethod
    def cost(self, output: Any, x: Any) -> Float[Array, ""]:
        """The training loss of an answer, at least 0."""

    @abstractmethod
    def error(self, output: Any, x: Any) -> Float[Array, ""]:
        """1 minus the success of an answer, in [0, 1]: what an evaluation reports."""

    @abstractmethod
    def repeated(self, outputs: Any, x: Any) -> Float[Array, ""]:
        """The error of what S answers to one input say together; `outputs` has a leading axis [S]."""

    # what follows

    def batch(self, key: PRNGKeyArray, step: Any) -> Trials:
        """Inputs and seeds of a step."""
        seeds = child(key, "seeds", step)
        if self.inputs is None:
            return Trials(self.listed(), self.seeding(seeds, self.seed, self.count, self.trials))
        inputs = self.sample(child(key, "inputs", step), self.inputs)
        return Trials(inputs, self.seeding(seeds, self.seed, self.inputs, self.trials))

    def loss(self, params: Any, batch: Trials, key: PRNGKeyArray) -> Float[Array, ""]:
        """The relaxed risk."""
        del key
        return relaxed_risk(self.losses(params, batch), self.q)

    def losses(self, params: Any, batch: Trials) -> Float[Array, "B m"]:
        """The training loss of each input under each of its seeds."""
        return self.each(params, batch, lambda output, x: self.cost(output, x))

    def errors(self, params: Any, batch: Trials) -> Float[Array, "B m"]:
        """The error of each input under each of its seeds."""
        return self.each(params, batch, lambda output, x: self.error(output, x))

    def votes(self, params: Any, batch: Trials, repetitions: int) -> Float[Array, "B groups"]:
        """The error of groups of `repetitions` seeds that answer together; left-over seeds are not used."""
        m = batch.seeds.shape[1]
        action = "Pass more seeds, or fewer repetitions."
        S = checks.integer("repetitions", repetitions, 1, action, high=m)
        groups = m // S
        seeds = batch.seeds[:, : groups * S]
        seeds = seeds.reshape((seeds.shape[0], groups, S, *seeds.shape[2:]))

        def one(x: Any, group: Array) -> Array:
            return self.repeated(jax.vmap(lambda seed: self.output(params, x, seed))(group), x)

        return _over(one, batch.inputs, seeds)

    def each(self, params: Any, batch: Trials, judge: Any) -> Shaped[Array, "B m"]:
        """`judge(output, x)` of each input under each of its seeds."""
        return _over(lambda x, seed: judge(self.output(params, x, seed), x), batch.inputs, batch.seeds)

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """Of listed inputs (or 1,024 drawn ones) under 64 fresh seeds: the relaxed risk, and errors over inputs."""
        inputs = self.listed() if self.count <= 4096 else self.sample(child(key, "held out"), 1024)
        B = len(jax.tree.leaves(inputs)[0])
        batch = Trials(inputs, self.seeding(child(key, "held out seeds"), self.seed, B, 64))
        errors = jnp.mean(self.errors(params, batch), axis=1)
        return {
            "loss": self.loss(params, batch, key),
            "error": jnp.mean(errors),
            "error_95": jnp.percentile(errors, 95.0),
            "error_worst": jnp.max(errors),
        }

    def sample(self, key: PRNGKeyArray, count: int) -> Any:
        """Independent inputs, stacked."""
        return jax.vmap(lambda index: self.drawn(child(key, "input", index)))(jnp.arange(count))

    def listed(self) -> Any:
        """All inputs, stacked.

        Raises:
            ValueError: if there are more than 10^5.
        """
        if self.count > LISTED:
            action = "Say how many to draw, for example inputs=256."
            many = f"{self.count:,}" if self.count < 10**12 else "more than 10^12"  # Python prints no huge numbers
            raise checks.bad_value("inputs", None, f"be a number where there are {many} inputs", action)
        return jax.vmap(self.numbered)(jnp.arange(self.count))

    def tried(self, inputs: Any, key: Key | PRNGKeyArray, seeds: int) -> Trials:
        """These inputs under this many seeds, dealt as in training."""
        B, m = len(jax.tree.leaves(inputs)[0]), _doors.count("seeds", seeds, of="the seeds per input")
        return Trials(inputs, self.seeding(child(jax_key(key), "seeds"), self.seed, B, m))


def settings(q: Any, trials: Any, inputs: Any, seeding: Any) -> tuple[float, int, int | None, AbstractSeeding]:
    """The common fields of these tasks, checked."""
    many = None if inputs is None else _doors.count("inputs", inputs, of="the inputs per step, or None for all")
    dealt = SharedSeeds() if seeding is None else seeding
    checks.instance_of("seeding", dealt, AbstractSeeding, "Pass SharedSeeds(), OwnSeeds() or ConstantSeed().")
    return exponent(q), _doors.count("trials", trials, of="the seeds per input"), many, dealt


def signs(bits: Any) -> Float[Array, ...]:
    """-1 and 1 for 0 and 1."""
    return 2.0 * jnp.asarray(bits, float) - 1.0


def random_signs(key: PRNGKeyArray, shape: tuple[int, ...]) -> Float[Array, ...]:
    """Independent fair signs."""
    return jax.random.rademacher(key, shape, dtype=float)


def binary(index: Any, places: int) -> UInt8[Array, " places"]:
    """The last binary digits of an integer, the least first."""
    return ((jnp.asarray(index, jnp.uint32) >> np.arange(places, dtype=np.uint32)) & 1).astype(jnp.uint8)


def binary_number(bits: Any) -> Int[Array, ""]:
    """The integer with these binary digits, the least first."""
    digits = jnp.asarray(bits, jnp.int32)
    return jnp.sum(digits * 2 ** np.arange(len(digits), dtype=np.int32), dtype=jnp.int32)


def _over(function: Any, inputs: Any, seeds: Array) -> Array:
    """`function(x, seed)` over inputs and their seeds; shared seeds stay unbatched over inputs."""
    if seeds.shape[0] == 1:
        return jax.vmap(lambda x: jax.vmap(lambda seed: function(x, seed))(seeds[0]))(inputs)
    return jax.vmap(lambda x, own: jax.vmap(lambda seed: function(x, seed))(own))(inputs, seeds)
