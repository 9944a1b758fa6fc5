"""Character language models that read random crops of a text."""

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
from jaxtyping import Array, Float, Int, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import AbstractTask, child
from evo.tasks import _doors
from evo.tasks._cross_entropy import cross_entropy, entropy
from evo.tasks.corpus import Corpus, read_corpus


class CharLmCrops(AbstractTask):
    """The next character of a text at every position of random crops, for networks of sequences such as transformers.

    Args:
        text: the text, a `pathlib.Path` of a file (.gz too), or a `Corpus`; 90 : 5 : 5 to train, validate and test.
        model: a function `model(V, key)` that makes the parameters of a causal network from (context,) tokens to
            (context, V) logits, where V is the number of different characters.
        apply: a function of the parameters and one crop; by default the parameters are the network.
        batch: crops per step.
        context: characters per crop, fewer than the training text has.

    The loss is in nats per character. `metrics` are "loss" and "bits" of `batch` crops, evenly spaced in the validation
    text. `chance` is the entropy of the character frequencies.

    Example:
        >>> import jax
        >>> from evo.models import Tokens, Transformer
        >>> from evo.tasks import CharLmCrops
        >>> model = lambda V, key: Transformer(Tokens(V), 8, context=5, key=key)
        >>> task = CharLmCrops("so much depends upon a red wheel barrow " * 9, model, batch=4, context=5)
        >>> jax.eval_shape(task.batch, jax.random.key(0), 0).shape
        (4, 6)
    """

    model: Callable[[PRNGKeyArray], Any] = eqx.field(static=True)
    apply: Callable[[Any, Array], Array] = eqx.field(static=True)
    train: Int[Array, " n"]
    validation: Int[Array, " k"]
    test: Int[Array, " k"]
    alphabet: tuple[str, ...] = eqx.field(static=True)
    crops: int = eqx.field(static=True)
    context: int = eqx.field(static=True)
    constant: float = eqx.field(static=True)

    def __init__(
        self,
        text: str | Path | Corpus,
        model: Callable[[int, PRNGKeyArray], Any],
        apply: Callable[[Any, Array], Array] | None = None,
        *,
        batch: int = 32,
        context: int = 64,
    ) -> None:
        corpus = read_corpus(text)
        V = corpus.vocabulary
        example = "lambda V, key: Transformer(Tokens(V), key=key)"
        self.model = functools.partial(_doors.maker("model", model, example), V)
        self.apply = _doors.call if apply is None else _doors.function("apply", apply, "lambda params, x: params(x)")
        self.crops = _doors.count("batch", batch, of="the crops per step")
        lengths = [len(part) for part in (corpus.train, corpus.validation, corpus.test)]
        action = f"The parts of the text have {lengths} characters."
        self.context = checks.integer("context", context, 1, action, high=min(lengths) - 1)
        self.train, self.validation, self.test = map(jnp.asarray, (corpus.train, corpus.validation, corpus.test))
        self.alphabet, self.constant = corpus.alphabet, entropy(corpus.train)
        action = f"The text has V={V} different characters and crops have {self.context}."
        crop = self.train[: self.context]
        _doors.output("model", lambda key: self.apply(model(V, key), crop), (self.context, V), action)

    @property
    def chance(self) -> float:
        """The entropy of the character frequencies of the training text, in nats."""
        return self.constant

    def start(self, key: Key | PRNGKeyArray) -> Any:
        """What `model` makes of the child "start" of the key."""
        return _doors.start(self.model, key)

    def batch(self, key: PRNGKeyArray, step: Any) -> Int[Array, "B S"]:
        """Random crops of context + 1 characters."""
        last = len(self.train) - self.context
        return self._cut(self.train, jax.random.randint(child(key, "crops", step), (self.crops,), 0, last, jnp.int32))

    def loss(self, params: Any, batch: Int[Array, "B S"], key: PRNGKeyArray) -> Float[Array, ""]:
        """The mean cross-entropy over all positions of all crops."""
        del key
        logits = jax.vmap(lambda crop: self.apply(params, crop))(batch[:, :-1])
        return jnp.mean(cross_entropy(logits, batch[:, 1:]))

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """Nats and bits per character of the validation text."""
        return self._read(params, self.validation, key)

    def test_metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """The same on the test text: to be looked at once, after all choices."""
        return self._read(params, self.test, key)

    def _read(self, params: Any, text: Int[Array, " k"], key: PRNGKeyArray) -> dict[str, Array]:
        last = len(text) - self.context - 1
        places = np.unique(np.linspace(0, last, self.crops).astype(np.int32))
        loss = self.loss(params, self._cut(text, jnp.asarray(places)), key)
        return {"loss": loss, "bits": loss / math.log(2.0)}

    def _cut(self, text: Int[Array, " k"], places: Int[Array, " B"]) -> Int[Array, "B S"]:
        return text[places[:, None] + jnp.arange(self.context + 1, dtype=jnp.int32)[None, :]]
