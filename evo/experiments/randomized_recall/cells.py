"""The cells: every kind of solver at every exponent, and what they are made of."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from evo.experiments.randomized_arms import Ingredients, SolverCell
from evo.experiments.randomized_recall.config import RandomizedRecallConfig
from evo.experiments.randomized_recall.names import CONSTANT, EVOLVED, GRID, ROOMY, SINGLE


def solver_cells(config: RandomizedRecallConfig) -> list[SolverCell]:
    """All cells, the largest exponent first."""
    last = config.exponents[-1]
    series = [(kind, q) for q in reversed(config.exponents) for kind in config.kinds if kind in GRID or q == last]
    return [
        SolverCell(
            label=f"{kind}, q={q:g}",
            series=kind,
            x=q,
            make=ingredients,
            config=config,
            inputs=config.count,
            runs=config.runs,
            seed=config.seed,
        )
        for kind, q in series
    ]


def ingredients(config: RandomizedRecallConfig, kind: str, q: float) -> Ingredients:
    """The memory, its objective and what trains it."""
    import optax

    from evo.estimators import AntitheticEs, Backprop, CentredRanks
    from evo.training import GradientDescent

    evolved = kind == EVOLVED
    steps, rate = (config.es_steps, config.es_rate) if evolved else (config.steps, config.rate)
    # ranks, because single generations have risks many times as large as others
    strategy = AntitheticEs(config.es_pairs, config.es_sigma, shaping=CentredRanks())
    estimator = strategy if evolved else Backprop()
    optimizer = GradientDescent(estimator, optax.adam(optax.cosine_decay_schedule(rate, steps)))
    memory = config.pairs if kind == ROOMY else config.memory
    trials = 1 if kind == SINGLE else config.trials
    inputs = config.es_inputs if evolved else config.inputs
    task = _task(config.pairs, memory, config.seed_bits, config.hidden, kind == CONSTANT, q, trials, inputs)
    judge = _task(config.pairs, memory, config.seed_bits, config.hidden, kind == CONSTANT, 1.0, 1, 1)
    return Ingredients(task, judge, optimizer, steps)


@lru_cache(maxsize=64)
def _task(N: int, M: int, bits: int, hidden: int, constant: bool, q: float, trials: int, inputs: int) -> Any:
    from evo.tasks import ConstantSeed, RandomizedRecall, SharedSeeds

    seeding = ConstantSeed() if constant else SharedSeeds()
    model = _model(N, M, bits, hidden)
    return RandomizedRecall(model, pairs=N, seed_bits=bits, q=q, trials=trials, inputs=inputs, seeding=seeding)


@lru_cache(maxsize=64)
def _model(N: int, M: int, bits: int, hidden: int) -> Any:
    from evo.models import SeededMemory

    return lambda key: SeededMemory(N, M, bits, hidden=hidden, key=key)
