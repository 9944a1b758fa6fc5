"""Cross-entropy and what belongs to it, once for all tasks of classification."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int


def cross_entropy(logits: Float[Array, "... V"], labels: Int[Array, ...]) -> Float[Array, ...]:
    """-ln softmax(logits)[label] in nats, at least in float32."""
    if jnp.finfo(logits.dtype).bits < 32:
        logits = logits.astype(jnp.float32)
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits, axis=-1), labels[..., None].astype(jnp.int32), axis=-1)
    return -chosen[..., 0]


def accuracy(logits: Float[Array, "... V"], labels: Int[Array, ...]) -> Float[Array, ""]:
    """The fraction of labels with the largest logit."""
    return jnp.mean(jnp.argmax(logits, axis=-1).astype(jnp.int32) == labels.astype(jnp.int32))


def scores(logits: Float[Array, "... V"], labels: Int[Array, ...]) -> dict[str, Array]:
    """The metrics "loss" and "accuracy"."""
    return {"loss": jnp.mean(cross_entropy(logits, labels)), "accuracy": accuracy(logits, labels)}


def entropy(labels: Any) -> float:
    """The entropy of the frequencies of labels in nats: the loss of the best constant predictor."""
    frequencies = np.unique(np.asarray(labels), return_counts=True)[1] / np.size(labels)
    return math.fsum(-frequencies * np.log(frequencies))
