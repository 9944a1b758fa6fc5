"""Copying after a delay."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, PRNGKeyArray

from evo.core import checks
from evo.oracles import Window, child
from evo.tasks import _doors
from evo.tasks._tokens import AbstractTokenTask, checked_delays, checked_network, stream, whole


class Copying(AbstractTokenTask):
    """The copy memory task: read S symbols, wait, and say them in their order after the cue.

    With K symbols 0 to K - 1, blank K and cue K + 1 a sequence has delay + 2 S steps:
    inputs s_1 ... s_S, blank x (delay - 1), cue, blank x S; targets blank x (delay + S), s_1 ... s_S.

    Args:
        model: a function of a JAX key that makes a recurrent network with K + 2 inputs and K + 2 logits.
        delay: steps from the last symbol to the cue, at least 1.
        symbols: S, the symbols of a sequence.
        alphabet: K, at least 2.
        lanes: sequences side by side.
        window: steps per batch; None for whole sequences. With a number the lanes are endless streams of sequences.
        delays: with a window, how many steps earlier than the first lane each one ends its first sequence: zeros for
            lanes in step, `evo.oracles.staggered(lanes, length)` for lanes at all phases.

    The loss is the mean over all steps in nats. `chance` is S ln K / (delay + 2 S), reached without memory by whoever
    knows the time; `best` is 0.

    Reference: Hochreiter and Schmidhuber, Long short-term memory, 1997; in this form Arjovsky, Shah and Bengio, Unitary
    evolution recurrent neural networks, ICML 2016, section 4.1.

    Example:
        >>> import jax
        >>> from evo.models import Gru, WithReadout
        >>> from evo.tasks import Copying
        >>> task = Copying(lambda key: WithReadout(Gru(4, 8, key=key), 4, key=key), delay=2, symbols=2, alphabet=2)
        >>> jax.eval_shape(task.batch, jax.random.key(0), 0).inputs.shape, round(task.chance, 4)
        ((6, 32), 0.231)
    """

    model: Callable[[PRNGKeyArray], Any] = eqx.field(static=True)
    delay: int = eqx.field(static=True)
    symbols: int = eqx.field(static=True)
    alphabet: int = eqx.field(static=True)
    lanes: int = eqx.field(static=True)
    window: int | None = eqx.field(static=True)
    delays: tuple[int, ...] = eqx.field(static=True)
    vocabulary: int = eqx.field(static=True)

    def __init__(
        self,
        model: Callable[[PRNGKeyArray], Any],
        *,
        delay: int,
        symbols: int = 10,
        alphabet: int = 8,
        lanes: int = 32,
        window: int | None = None,
        delays: Any = None,
    ) -> None:
        self.delay = _doors.count("delay", delay, of="the steps to the cue")
        self.symbols = _doors.count("symbols", symbols, of="the symbols of a sequence")
        self.alphabet = _doors.count("alphabet", alphabet, 2, of="how many symbols there are")
        self.lanes = _doors.count("lanes", lanes, of="the sequences side by side")
        self.window = None if window is None else _doors.count("window", window, of="the steps per batch")
        if window is None and delays is not None:
            raise checks.bad_value("delays", delays, "be None for whole sequences", "Say how long a window is.")
        self.delays = checked_delays(delays, self.lanes)
        self.vocabulary = self.alphabet + 2
        self.model = checked_network(model, self.vocabulary)

    @property
    def length(self) -> int:
        """The steps of a sequence, delay + 2 S."""
        return self.delay + 2 * self.symbols

    @property
    def best(self) -> float:
        """Zero."""
        return 0.0

    @property
    def chance(self) -> float:
        """S ln K / (delay + 2 S)."""
        return self.symbols * math.log(self.alphabet) / self.length

    def batch(self, key: PRNGKeyArray, step: Any) -> Window:
        """Fresh sequences, or the next part of the streams."""
        if self.window is None:
            return whole(self._sequence, key, step, lanes=self.lanes, length=self.length)
        sizes = {"delays": self.delays, "window": self.window, "length": self.length, "shortest": self.length}
        return stream(self._sequence, key, step, **sizes)

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """The loss on whole sequences drawn from this key."""
        window = whole(self._sequence, child(key, "held out"), 0, lanes=self.lanes, length=self.length)
        return {"loss": self.loss(params, window, key)}

    def _sequence(self, key: PRNGKeyArray) -> tuple[Int[Array, " T"], Int[Array, " T"]]:
        said = jax.random.randint(key, (self.symbols,), 0, self.alphabet, jnp.int32)
        blank = jnp.full(self.length, self.alphabet, said.dtype)
        inputs = blank.at[: self.symbols].set(said).at[self.symbols + self.delay - 1].set(self.alphabet + 1)
        return inputs, blank.at[-self.symbols :].set(said)
