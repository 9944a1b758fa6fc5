"""The task with all its sequences, and the arms."""

from __future__ import annotations

import functools
import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from evo.experiments.es_transformer.names import BACKPROP, FULL, LOW_RANK, OPEN_ES, PLAIN, SURROGATE
from evo.experiments.training_arms import Ingredients

if TYPE_CHECKING:
    from evo.experiments.es_transformer.config import EsTransformerConfig


@functools.lru_cache(maxsize=64)
def ingredients(config: EsTransformerConfig, setting: str, arm: str) -> Ingredients:
    """The arm, what it trains on, and the whole objective; equal arguments give the same objects."""
    objective, minibatches = _tasks(config, flat=arm != LOW_RANK)
    return Ingredients(_arm(config, arm), objective if setting == FULL else minibatches, objective)


@functools.lru_cache(maxsize=16)
def _tasks(config: EsTransformerConfig, *, flat: bool) -> tuple[Any, Any]:
    """The whole objective, and the same by minibatches; the parameters as one vector, or as matrices."""
    import jax

    from evo.experiments.training_arms.one_leaf import one_leaf
    from evo.models import Transformer, Vectors
    from evo.tasks import AssociativeRecall, Custom, Minibatches

    N, V = config.pairs_to_recall, config.values

    def model(key: Any) -> Any:
        return Transformer(Vectors(N + V), config.width, layers=1, heads=2, readout=V, key=key)

    recall = AssociativeRecall(one_leaf(model) if flat else model, pairs=N, values=V)
    training, held_out = listed(config, recall)

    def metrics(params: Any, key: Any) -> dict[str, Any]:
        outputs = jax.vmap(lambda x: recall.apply(params, x)[-1])(held_out.inputs)
        right = jax.numpy.argmax(outputs, axis=-1) == held_out.targets
        return {"loss": recall.loss(params, held_out, key), "accuracy": jax.numpy.mean(right)}

    whole = Custom(recall.loss, start=recall.model, batch=training, metrics=metrics)
    return whole, Custom(recall.loss, start=recall.model, batch=Minibatches(training, config.minibatch))


def listed_sizes(config: EsTransformerConfig) -> tuple[int, int]:
    """How many sequences are trained on, and how many are held out."""
    N = config.pairs_to_recall
    every = math.factorial(N) * config.values**N * N
    kept = round((1.0 - config.held_out) * every)
    return kept, every - kept


def listed(config: EsTransformerConfig, recall: Any) -> tuple[Any, Any]:
    """All sequences of the task, in an order that only the seed decides: those to train on and those held out."""
    import jax
    import jax.numpy as jnp

    from evo.core.keys import Key
    from evo.tasks.associative_recall import Recalls

    N, V = config.pairs_to_recall, config.values
    every = itertools.product(itertools.permutations(range(N)), itertools.product(range(V), repeat=N), range(N))
    keys, values, asked = (np.array(column) for column in zip(*every, strict=True))
    order = Key(config.seed).child("split").numpy().permutation(len(asked))
    keys, values, asked = keys[order], values[order], asked[order]
    places = np.arange(len(asked))
    inputs = jax.vmap(lambda k, v, q: recall.encoding(k, v, q, N, V))(keys, values, keys[places, asked])
    targets = jnp.asarray(values[places, asked], jnp.int32)
    kept = listed_sizes(config)[0]
    return Recalls(inputs[:kept], targets[:kept]), Recalls(inputs[kept:], targets[kept:])


def _arm(config: EsTransformerConfig, name: str) -> Any:
    from evo.estimators import AntitheticEs, Backprop, LowRankEs, SurrogateEs
    from evo.experiments.training_arms.arms import EstimatorArm, OpenEs

    P, sigma = config.pairs, config.sigma
    made = {
        SURROGATE: lambda: EstimatorArm(SurrogateEs(P, sigma, surrogate_sigma=config.surrogate_sigma)),
        PLAIN: lambda: EstimatorArm(AntitheticEs(P, sigma)),
        LOW_RANK: lambda: EstimatorArm(LowRankEs(P, sigma)),
        OPEN_ES: lambda: OpenEs(P, sigma),
        BACKPROP: lambda: EstimatorArm(Backprop()),
    }
    return made[name]()
