"""Classification of small images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from evo.core import checks
from evo.core.keys import Key
from evo.oracles import AbstractTask
from evo.tasks import _doors
from evo.tasks._cross_entropy import cross_entropy, entropy, scores
from evo.tasks.images import LabelledImages, Part, small_digits
from evo.tasks.minibatches import Minibatches


class Digits(AbstractTask):
    """The mean cross-entropy in nats of a classifier of digits, or of any labelled images.

    Args:
        model: a function of a JAX key that makes the parameters, for example an Equinox module.
        apply: a function of the parameters and one image that returns one logit per class; by default the parameters
            are a network and called with the image. Flax: `lambda params, x: net.apply(params, x)`.
        data: `small_digits()` by default, `mnist_1d()`, `from_npz(path)`, or `split(images, labels)`.
        batch: examples per step; None for all training examples, a deterministic task.

    `metrics` are "loss" and "accuracy" on the validation examples, `test_metrics` those on the test examples. `chance`
    is the entropy of the label frequencies of the training examples.

    Example:
        >>> import jax
        >>> from evo.tasks import Digits
        >>> from evo.models import Mlp
        >>> task = Digits(lambda key: Mlp((64, 32, 10), key=key), batch=32)
        >>> task.examples.size, round(task.chance, 3)  # about ln 10
        (32, 2.302)
    """

    model: Callable[[PRNGKeyArray], Any] = eqx.field(static=True)
    apply: Callable[[Any, Array], Array] = eqx.field(static=True)
    examples: Part | Minibatches
    validation: Part
    test: Part
    dynamic: bool = eqx.field(static=True)
    constant: float = eqx.field(static=True)

    def __init__(
        self,
        model: Callable[[PRNGKeyArray], Any],
        apply: Callable[[Any, Array], Array] | None = None,
        *,
        data: LabelledImages | None = None,
        batch: int | None = None,
    ) -> None:
        self.model = _doors.maker("model", model, "lambda key: Mlp((64, 32, 10), key=key)")
        self.apply = _doors.call if apply is None else _doors.function("apply", apply, "lambda params, x: params @ x")
        data = small_digits() if data is None else data
        checks.instance_of("data", data, LabelledImages, "Pass for example from_npz(path) of evo.tasks.")
        train, self.validation, self.test = (Part(*map(jnp.asarray, part)) for part in data)
        self.constant = entropy(data.train.labels)
        self.dynamic = batch is not None
        self.examples = train if batch is None else Minibatches(train, batch)
        classes = int(np.max(data.train.labels)) + 1
        action = f"The images have shape {train.images.shape[1:]} and there are {classes} classes."
        _doors.output("model", lambda key: self.apply(model(key), train.images[0]), (classes,), action)

    @property
    def chance(self) -> float:
        """The entropy of the label frequencies of the training examples, in nats."""
        return self.constant

    def start(self, key: Key | PRNGKeyArray) -> Any:
        """What `model` makes of the child "start" of the key."""
        return _doors.start(self.model, key)

    def batch(self, key: PRNGKeyArray, step: Any) -> Part:
        """The examples of a step."""
        return self.examples(key, step) if isinstance(self.examples, Minibatches) else self.examples

    def loss(self, params: Any, batch: Part, key: PRNGKeyArray) -> Float[Array, ""]:
        """The mean cross-entropy over the batch."""
        del key
        return jnp.mean(cross_entropy(self._logits(params, batch), batch.labels))

    def metrics(self, params: Any, key: PRNGKeyArray) -> dict[str, Array]:
        """The mean cross-entropy and the accuracy on the validation examples."""
        del key
        return scores(self._logits(params, self.validation), self.validation.labels)

    def test_metrics(self, params: Any) -> dict[str, Array]:
        """The same on the test examples: to be looked at once, after all choices."""
        return scores(self._logits(params, self.test), self.test.labels)

    def _logits(self, params: Any, part: Part) -> Float[Array, "B V"]:
        return jax.vmap(lambda image: self.apply(params, image))(part.images)
