"""Character language models that read a text as a stream."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, PRNGKeyArray

from evo.core import checks
from evo.oracles import Window, child, unroll
from evo.tasks import _doors
from evo.tasks._cross_entropy import entropy
from evo.tasks._tokens import AbstractTokenTask, checked_network
from evo.tasks.corpus import Corpus, read_corpus


class CharLm(AbstractTokenTask):
    """The next character of a text, read as a stream by a recurrent network.

    The lanes begin at evenly spaced places of the training text, all shifted by a random offset of the run, and advance
    by `window` characters per step. At the end of the text a lane goes on at its beginning, with a reset of this lane
    alone: `PersistentEs` and `NoiseReuseEs` then want `lanes=Dealt()`, with as many pairs as lanes.

    Args:
        text: the text, a `pathlib.Path` of a file (.gz too), or a `Corpus`; 90 : 5 : 5 to train, validate and test.
        model: a function `model(V, key)` that makes a recurrent network with V inputs and V logits, where V is the
            number of different characters.
        lanes: places read at a time.
        window: steps per batch, at most the training text.
        reset_every: also reset all lanes whenever they have read so many characters; None to keep the carry.
        held_out: steps per lane of the evaluation, at most.

    The loss is in nats per character. `metrics` are "loss" and "bits" per character of the validation text, which
    `lanes` lanes read from evenly spaced places. `chance` is the entropy of the character frequencies.

    Example:
        >>> import jax
        >>> from evo.models import Gru, WithReadout
        >>> from evo.tasks import CharLm
        >>> model = lambda V, key: WithReadout(Gru(V, 8, key=key), V, key=key)
        >>> task = CharLm("so much depends upon a red wheel barrow " * 9, model, lanes=4, window=5)
        >>> task.vocabulary, jax.eval_shape(task.batch, jax.random.key(0), 0).inputs.shape
        (16, (5, 4))
    """

    model: Callable[[PRNGKeyArray], Any] = eqx.field(static=True)
    train: Int[Array, " n"]
    validation: Int[Array, " k"]
    test: Int[Array, " k"]
    alphabet: tuple[str, ...] = eqx.field(static=True)
    vocabulary: int = eqx.field(static=True)
    lanes: int = eqx.field(static=True)
    window: int = eqx.field(static=True)
    reset_every: int | None = eqx.field(static=True)
    held_out: int = eqx.field(static=True)
    constant: float = eqx.field(static=True)

    def __init__(
        self,
        text: str | Path | Corpus,
        model: Callable[[int, PRNGKeyArray], Any],
        *,
        lanes: int = 32,
        window: int = 25,
        reset_every: int | None = None,
        held_out: int = 1000,
    ) -> None:
        corpus = read_corpus(text)
        V = corpus.vocabulary
        self.model = functools.partial(checked_network(model, V, V), V)
        self.lanes = _doors.count("lanes", lanes, high=len(corpus.train) - 1, of="how many places are read at a time")
        action = f"The training text has {len(corpus.train)} characters."
        self.window = checks.integer("window", window, 1, action, high=len(corpus.train) - 1)
        every = None if reset_every is None else _doors.count("reset_every", reset_every, of="after how many steps")
        self.reset_every, self.held_out = every, _doors.count("held_out", held_out, of="the steps per lane")
        self.train, self.validation, self.test = map(jnp.asarray, (corpus.train, corpus.validation, corpus.test))
        self.alphabet, self.vocabulary, self.constant = corpus.alphabet, V, entropy(corpus.train)

    @property
    def chance(self) -> float:
        """The entropy of the character frequencies of the training text, in nats."""
        return self.constant

    def batch(self, key: PRNGKeyArray, step: Any) -> Window:
        """The next `window` characters of every lane."""
        n = len(self.train) - 1
        offset = jax.random.randint(child(key, "offset"), (), 0, n, jnp.int32)
        advanced = _product(step, self.window, n)
        begin = (offset + jnp.asarray(np.linspace(0, n, self.lanes, endpoint=False).astype(np.int32))) % n
        steps = jnp.arange(self.window, dtype=jnp.int32)[:, None]
        place = ((begin + advanced)[None, :] % n + steps) % n
        reset = (place == 0) | ((jnp.asarray(step) == 0) & (steps == 0))
        if self.reset_every is not None:
            every = self.reset_every
            reset = reset | ((_product(step, self.window, every) + steps) % every == 0)
        return Window(self.train[place], self.train[place + 1], reset)

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """Nats and bits per character of the validation text."""
        return self._read(params, self.validation, key)

    def test_metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """The same on the test text: to be looked at once, after all choices."""
        return self._read(params, self.test, key)

    def _read(self, params: Any, text: Int[Array, " k"], key: PRNGKeyArray) -> dict[str, Array]:
        lanes = min(self.lanes, len(text) - 1)
        each = (len(text) - 1) // lanes
        place = jnp.arange(min(self.held_out, each))[:, None] + each * jnp.arange(lanes)[None, :]
        window = Window(text[place], text[place + 1], jnp.zeros(place.shape, bool))
        loss = jnp.mean(unroll(self, params, self.initial(params, lanes, key), window, key)[1])
        return {"loss": loss, "bits": loss / math.log(2.0)}


def _product(step: Any, window: int, n: int) -> Int[Array, ""]:
    """The remainder of step * window by n, by doubling: no number above 3 n, where the product may exceed int32."""
    step = jnp.asarray(step, jnp.int32) % n
    product = jnp.zeros_like(step)
    for digit in f"{window % n:b}":
        product = (2 * product + int(digit) * step) % n
    return product
