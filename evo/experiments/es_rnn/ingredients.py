"""The task with all its strings, and the arms."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from evo.experiments.es_rnn import names
from evo.experiments.training_arms import Ingredients

if TYPE_CHECKING:
    from evo.experiments.es_rnn.config import EsRnnConfig


@functools.lru_cache(maxsize=64)
def ingredients(config: EsRnnConfig, setting: str, arm: str) -> Ingredients:
    """The arm, what it trains on, and the whole objective; equal arguments give the same objects."""
    objective, windows = _tasks(config, flat=arm != names.LOW_RANK)
    task = objective if setting == names.WHOLE else windows
    return Ingredients(_arm(config, arm, task), task, objective)


@functools.lru_cache(maxsize=16)
def _tasks(config: EsRnnConfig, *, flat: bool) -> tuple[Any, Any]:
    """The objective as whole sequences and by windows; the parameters as one vector, or as matrices."""
    from evo.experiments.es_rnn.task import ListedCopying
    from evo.experiments.training_arms.one_leaf import one_leaf
    from evo.models import Gru, WithReadout
    from evo.oracles import child
    from evo.tasks import Copying

    def model(key: Any) -> Any:
        return WithReadout(Gru(4, config.hidden, key=child(key, "cell")), 4, key=child(key, "readout"))

    network = one_leaf(model) if flat else model
    copying = Copying(network, delay=config.delay, symbols=config.symbols, alphabet=2)
    training, held_out = listed(config)
    whole, windows = (ListedCopying(copying, training, held_out, K) for K in (config.length, config.window))
    return whole, windows


def listed(config: EsRnnConfig) -> tuple[Any, Any]:
    """All strings, in an order that only the seed decides: those to train on and those held out."""
    import jax.numpy as jnp

    from evo.core.keys import Key
    from evo.oracles import Window

    S, T = config.symbols, config.length
    said = np.array(list(itertools.product(range(2), repeat=S)), np.int32)
    said = said[Key(config.seed).child("split").numpy().permutation(len(said))]
    inputs = np.full((T, len(said)), 2, np.int32)
    targets = inputs.copy()
    inputs[:S], inputs[S + config.delay - 1], targets[-S:] = said.T, 3, said.T
    reset = np.zeros(inputs.shape, np.bool_)
    reset[0] = True
    kept = round((1.0 - config.held_out) * len(said))
    parts = slice(None, kept), slice(kept, None)
    training, held_out = (Window(*(jnp.asarray(x[:, part]) for x in (inputs, targets, reset))) for part in parts)
    return training, held_out


def _arm(config: EsRnnConfig, name: str, task: Any) -> Any:
    from evo import estimators as e
    from evo.experiments.es_rnn.task import truncated_gradient
    from evo.experiments.training_arms.arms import EstimatorArm, OpenEs

    P, sigma, small = config.pairs, config.sigma, config.surrogate_sigma
    share = config.window / config.length
    persistent, reused, truncated = (cast("Any", kind) for kind in (e.PersistentEs, e.NoiseReuseEs, e.TruncatedEs))
    hint = truncated_gradient(task, config.window)
    made = {
        names.SURROGATE: lambda: EstimatorArm(e.SurrogateEs(P, sigma, surrogate_sigma=small)),
        names.HELPED: lambda: EstimatorArm(e.SurrogateEs(P, sigma, surrogates=hint, surrogate_sigma=small), extra=3.0),
        names.PLAIN: lambda: EstimatorArm(e.AntitheticEs(P, sigma)),
        names.LOW_RANK: lambda: EstimatorArm(e.LowRankEs(P, sigma)),
        names.OPEN_ES: lambda: OpenEs(P, sigma),
        names.BACKPROP: lambda: EstimatorArm(e.Backprop()),
        names.PERSISTENT: lambda: EstimatorArm(persistent(P, sigma), share=share),
        names.NOISE_REUSE: lambda: EstimatorArm(reused(P, sigma), share=share),
        names.TRUNCATED: lambda: EstimatorArm(truncated(P, sigma), share=share),
        names.TRUNCATED_BACKPROP: lambda: EstimatorArm(e.TruncatedBackprop(), share=share),
    }
    return made[name]()
