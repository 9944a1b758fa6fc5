"""What a training is made of."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from evo.experiments.randomized_arms import Ingredients
from evo.experiments.randomized_grid_world.names import CONSTANT, PAST, SINGLE

if TYPE_CHECKING:
    from evo.experiments.randomized_grid_world.config import RandomizedGridWorldConfig

__all__ = ["ingredients"]


def ingredients(config: RandomizedGridWorldConfig, kind: str, q: float) -> Ingredients:
    """The task of a kind of policy at an exponent, what judges it, and what trains it."""
    trials = 1 if kind == SINGLE else config.trials
    constant = kind == CONSTANT
    return Ingredients(
        task=_world(config, q, trials, constant=constant),
        judge=_world(config, 1.0, config.trials, constant=constant),
        optimizer=_optimizer(config, past=kind == PAST),
        steps=config.steps,
    )


@lru_cache(maxsize=64)
def _world(config: RandomizedGridWorldConfig, q: float, trials: int, *, constant: bool) -> Any:
    from evo.tasks import ConstantSeed, RandomizedGridWorld, SharedSeeds

    return RandomizedGridWorld(
        _policy(config),
        rows=config.rows,
        columns=config.columns,
        start=(config.row, config.column),
        horizon=config.horizon,
        seed_bits=config.seed_bits,
        q=q,
        trials=trials,
        seeding=ConstantSeed() if constant else SharedSeeds(),
    )


@lru_cache(maxsize=8)
def _policy(config: RandomizedGridWorldConfig) -> Any:
    """The function that makes a gated recurrent unit with four scores, its parameters in one vector.

    At the start a one-hot entry weighs `gain` times as much as a sign of the seed: one entry of many is on, all signs
    are. Otherwise all cells look alike beside the seed.
    """
    import equinox as eqx
    import numpy as np

    from evo.experiments.training_arms.one_leaf import one_leaf
    from evo.models import Gru, WithReadout
    from evo.oracles import child

    seen = config.rows * config.columns + config.horizon + 2
    size = seen + config.seed_bits
    gains = np.where(np.arange(size + 1) < seen, config.gain, 1.0).astype(np.float32)[:, None]

    def make(key: Any) -> Any:
        cell = Gru(size, config.hidden, key=child(key, "cell"))
        cell = eqx.tree_at(lambda cell: cell.candidate_x, cell, cell.candidate_x * gains)
        return WithReadout(cell, 4, key=child(key, "readout"))

    return one_leaf(make)


@lru_cache(maxsize=16)
def _optimizer(config: RandomizedGridWorldConfig, *, past: bool) -> Any:
    import optax

    from evo.estimators import AntitheticEs, CentredRanks, SurrogateEs
    from evo.training import GradientDescent

    if past:
        estimator = SurrogateEs(config.pairs, config.sigma)
    else:
        estimator = AntitheticEs(config.pairs, config.sigma, shaping=CentredRanks())
    return GradientDescent(estimator, optax.adam(optax.cosine_decay_schedule(config.rate, config.steps)))
