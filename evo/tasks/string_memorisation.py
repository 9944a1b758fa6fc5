"""Memorisation of bit strings whose length grows with success."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from evo.core import checks
from evo.oracles import Window, child, unroll
from evo.tasks import _doors
from evo.tasks._tokens import AbstractTokenTask, checked_delays, checked_network, stream, whole

_BEGIN, _WAIT = 2, 3


class StringMemorisation(AbstractTokenTask):
    """Streams of bit strings to be memorised: read n bits, then say them in their order.

    A sequence of n bits: inputs [2, bits, 3 x (n + 1)], targets [3 x (n + 1), 2, bits]. Each sequence has
    n = max(1, length - j) with j uniform on 0 to spread - 1.

    Args:
        model: a function of a JAX key that makes a recurrent network with 4 inputs and 4 logits.
        length: the longest string now. It is an array: `eqx.tree_at(lambda task: task.length, task, new)` is the task
            of another length, for which nothing is compiled again; see `Curriculum`.
        longest: no length is above.
        spread: how many lengths there are.
        lanes: streams side by side.
        window: steps per batch.
        delays: how many steps earlier than the first lane each one ends its first sequence, modulo its length; zeros,
            for lanes in step, if None.

    The loss is the mean over all steps in nats. `chance` is that of the best predictor which only knows the time since
    the sequence began; `best` is 0.

    Departs from the paper: shorter strings are followed by steps of 3 -> 3, so that all sequences have
    2 length + 2 steps and a window is a function of its number.

    Reference: Benzing, Gauy, Mujika, Martinsson and Steger, Optimal Kronecker-sum approximation of real time recurrent
    learning, ICML 2019, section 4.1.

    Example:
        >>> import jax
        >>> from evo.models import Gru, WithReadout
        >>> from evo.tasks import StringMemorisation
        >>> model = lambda key: WithReadout(Gru(4, 8, key=key), 4, key=key)
        >>> task = StringMemorisation(model, length=1, longest=9, window=4, lanes=1)
        >>> round(task.chance, 4)  # ln 2 / 4
        0.1733
    """

    model: Callable[[PRNGKeyArray], Any] = eqx.field(static=True)
    length: Int[Array, ""]
    longest: int = eqx.field(static=True)
    spread: int = eqx.field(static=True)
    lanes: int = eqx.field(static=True)
    window: int = eqx.field(static=True)
    delays: tuple[int, ...] = eqx.field(static=True)
    vocabulary: int = eqx.field(static=True)

    def __init__(
        self,
        model: Callable[[PRNGKeyArray], Any],
        *,
        length: int = 1,
        longest: int = 64,
        spread: int = 5,
        lanes: int = 16,
        window: int = 1,
        delays: Any = None,
    ) -> None:
        self.longest = _doors.count("longest", longest, of="the longest string of all")
        action = "Strings have between 1 and longest bits."
        self.length = jnp.asarray(checks.integer("length", length, 1, action, high=self.longest), jnp.int32)
        self.spread = _doors.count("spread", spread, of="how many lengths there are")
        self.lanes = _doors.count("lanes", lanes, of="the streams side by side")
        self.window = _doors.count("window", window, of="the steps per batch")
        self.delays = checked_delays(delays, self.lanes)
        self.vocabulary = 4
        self.model = checked_network(model, 4)

    @property
    def best(self) -> float:
        """Zero."""
        return 0.0

    @property
    def chance(self) -> float:
        """The mean entropy of the target, given the time since the sequence began."""
        length = int(self.length)
        sizes = [max(1, length - j) for j in range(self.spread)]
        entropies = []
        for phase in range(2 * length + 2):
            weights = Counter[int]()
            for n in sizes:
                bits = n + 1 < phase <= 2 * n + 1
                for token in (0, 1) if bits else (_BEGIN,) * 2 if phase == n + 1 else (_WAIT,) * 2:
                    weights[token] += 1
            p = np.array(list(weights.values())) / (2 * len(sizes))
            entropies.append(float(-np.sum(p * np.log(p))))
        return math.fsum(entropies) / len(entropies)

    def batch(self, key: PRNGKeyArray, step: Any) -> Window:
        """The next part of the streams."""
        sizes = {"delays": self.delays, "window": self.window, "length": 2 * self.length + 2, "shortest": 4}
        return stream(self._sequence, key, step, **sizes)

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """The loss on whole sequences drawn from this key."""
        steps = 2 * self.longest + 2
        window = whole(self._sequence, child(key, "held out"), 0, lanes=self.lanes, length=steps)
        losses = unroll(self, params, self.initial(params, self.lanes, key), window, key)[1]
        counted = jnp.arange(steps, dtype=jnp.int32)[:, None] < 2 * self.length + 2
        return {"loss": jnp.mean(losses, where=jnp.broadcast_to(counted, losses.shape))}

    def _sequence(self, key: PRNGKeyArray) -> tuple[Int[Array, " S"], Int[Array, " S"]]:
        short = jax.random.randint(child(key, "length"), (), 0, self.spread, jnp.int32)
        n = jnp.maximum(1, self.length - short)
        bits = jax.random.randint(child(key, "bits"), (self.longest,), 0, 2, jnp.int32)
        phase = jnp.arange(2 * self.longest + 2, dtype=jnp.int32)
        read = jnp.where((phase >= 1) & (phase <= n), bits[jnp.clip(phase - 1, 0, self.longest - 1)], _WAIT)
        said = bits[jnp.clip(phase - n - 2, 0, self.longest - 1)]
        targets = jnp.where((phase >= n + 2) & (phase <= 2 * n + 1), said, _WAIT)
        return jnp.where(phase == 0, _BEGIN, read), jnp.where(phase == n + 1, _BEGIN, targets)


class Curriculum(NamedTuple):
    """The length of strings as it grows: one more whenever the running loss falls below 0.15 bits.

    The running average forgets with factor 0.999 per time step, begins at 1 bit, and is set to 0.3 at each promotion.

    Reference: Benzing et al., ICML 2019, section 4.1 and the authors' code.

    Example:
        >>> from evo.tasks import Curriculum
        >>> Curriculum().updated(0.0, steps=2000).length
        2
    """

    length: Any = 1
    #: bits per step
    average: Any = 1.0

    def updated(self, loss: float | Float[Array, ""], *, steps: int) -> Curriculum:
        """After a window of this many steps with this mean loss in nats."""
        keep = 0.999**steps
        average = keep * self.average + (1.0 - keep) * loss / math.log(2.0)
        promoted = average < 0.15
        return Curriculum(self.length + promoted, promoted * 0.3 + (1 - promoted) * average)
