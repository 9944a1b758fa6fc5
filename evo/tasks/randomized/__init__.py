"""Tasks whose solver is given random seeds, and the objective between expected and adversarial risk."""

from __future__ import annotations

from evo.tasks.randomized.base import AbstractRandomizedTask, Trials
from evo.tasks.randomized.colouring import NamedGraph, RandomizedColouring
from evo.tasks.randomized.graphs import AbstractGraphs, Cycle, RegularGraphs
from evo.tasks.randomized.grid_world import RandomizedGridWorld
from evo.tasks.randomized.identifiers import AbstractIdentifiers, Anonymous, Identifiers
from evo.tasks.randomized.recall import RandomizedRecall, Recall
from evo.tasks.randomized.risk import relaxed_risk
from evo.tasks.randomized.seeding import AbstractSeeding, ConstantSeed, OwnSeeds, SharedSeeds

__all__ = [
    "AbstractRandomizedTask", "Trials", "relaxed_risk",
    "AbstractSeeding", "SharedSeeds", "OwnSeeds", "ConstantSeed",
    "RandomizedRecall", "Recall",
    "RandomizedColouring", "NamedGraph", "AbstractGraphs", "Cycle", "RegularGraphs",
    "AbstractIdentifiers", "Anonymous", "Identifiers",
    "RandomizedGridWorld",
]  # fmt: skip
