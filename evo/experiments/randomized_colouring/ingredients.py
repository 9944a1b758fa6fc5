"""The task of each solver, and what trains it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from evo.experiments.randomized_arms import Ingredients
from evo.experiments.randomized_colouring.names import (
    CONSTANT,
    CUBIC,
    CYCLE,
    EVOLVED,
    NAMED,
    SEEDS,
    SINGLE,
    SOLVERS,
    Solver,
)

if TYPE_CHECKING:
    from evo.experiments.randomized_colouring.config import RandomizedColouringConfig


def ingredients(config: RandomizedColouringConfig, kind: str, q: float) -> Ingredients:
    """The task at this exponent, the judge, and Adam on the gradient or on its estimate."""
    import optax

    from evo.estimators import AntitheticEs, Backprop
    from evo.training import GradientDescent

    solver = SOLVERS[kind]
    evolved = solver.arm == EVOLVED
    steps, rate = (config.es_steps, config.es_rate) if evolved else (config.steps, config.rate)
    estimator = AntitheticEs(config.es_pairs, config.es_sigma) if evolved else Backprop()
    descent = GradientDescent(estimator, optax.adam(optax.cosine_decay_schedule(rate, steps)))
    return Ingredients(task_of(config, solver, q), _judge(config, solver), descent, steps)


@lru_cache(maxsize=64)
def task_of(config: RandomizedColouringConfig, solver: Solver, q: float = 1.0) -> Any:
    """The task; equal arguments give the same object."""
    from evo.models import GraphTransformer
    from evo.tasks import Anonymous, ConstantSeed, Cycle, Identifiers, RandomizedColouring, RegularGraphs, SharedSeeds

    graphs = {
        CYCLE: lambda: Cycle(config.nodes),
        CUBIC: lambda: RegularGraphs(config.cubic_nodes, 3),
        NAMED: lambda: Cycle(config.named_nodes),
    }[solver.setting]()
    identifiers = Identifiers() if solver.setting == NAMED else Anonymous()
    features = identifiers.size(graphs.nodes) + config.seed_bits

    def model(key: Any) -> Any:
        return GraphTransformer(
            features, config.width, layers=solver.rounds, heads=2, readout=graphs.degree + 1, key=key
        )

    return RandomizedColouring(
        model,
        graphs=graphs,
        identifiers=identifiers,
        seed_bits=config.seed_bits,
        q=q,
        trials=1 if solver.arm in (SINGLE, CONSTANT) else config.trials,
        inputs=config.inputs if solver.setting == NAMED else None,
        seeding=ConstantSeed() if solver.arm == CONSTANT else SharedSeeds(),
    )


def _judge(config: RandomizedColouringConfig, solver: Solver) -> Any:
    """The task by which a solver is judged, the same for all that have seeds."""
    return task_of(config, solver if solver.arm == CONSTANT else solver._replace(arm=SEEDS))


def judged(config: RandomizedColouringConfig, solver: Solver) -> int:
    """How many inputs there are: all are judged."""
    return _judge(config, solver).count
