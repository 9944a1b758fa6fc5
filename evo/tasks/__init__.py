"""Tasks: data, loss, metrics, and the best or chance level where it is known."""

from __future__ import annotations

from evo.tasks.associative_recall import AssociativeRecall, TokenPairs, VectorPairs
from evo.tasks.biased_least_squares import BiasedLeastSquares
from evo.tasks.char_lm import CharLm
from evo.tasks.char_lm_crops import CharLmCrops
from evo.tasks.copying import Copying
from evo.tasks.corpus import Corpus, read_corpus
from evo.tasks.custom import Custom
from evo.tasks.digits import Digits
from evo.tasks.gymnax_control import GymnaxControl
from evo.tasks.images import LabelledImages, from_npz, mnist_1d, small_digits, split
from evo.tasks.in_context_regression import InContextRegression
from evo.tasks.leaky_tracking import LeakyTracking
from evo.tasks.minibatches import Minibatches
from evo.tasks.quadratic import Quadratic
from evo.tasks.randomized import (
    AbstractGraphs,
    AbstractIdentifiers,
    AbstractRandomizedTask,
    AbstractSeeding,
    Anonymous,
    ConstantSeed,
    Cycle,
    Identifiers,
    NamedGraph,
    OwnSeeds,
    RandomizedColouring,
    RandomizedGridWorld,
    RandomizedRecall,
    Recall,
    RegularGraphs,
    SharedSeeds,
    Trials,
    relaxed_risk,
)
from evo.tasks.string_memorisation import Curriculum, StringMemorisation

__all__ = [
    "Custom", "Minibatches",
    "Quadratic", "BiasedLeastSquares",
    "Digits", "LabelledImages", "small_digits", "mnist_1d", "from_npz", "split",
    "InContextRegression",
    "AssociativeRecall", "VectorPairs", "TokenPairs",
    "Copying", "StringMemorisation", "Curriculum",
    "CharLm", "CharLmCrops", "Corpus", "read_corpus",
    "GymnaxControl",
    "LeakyTracking",
    "AbstractRandomizedTask", "Trials", "relaxed_risk", "AbstractSeeding", "SharedSeeds", "OwnSeeds", "ConstantSeed",
    "RandomizedRecall", "Recall",
    "RandomizedColouring", "NamedGraph", "AbstractGraphs", "Cycle", "RegularGraphs",
    "AbstractIdentifiers", "Anonymous", "Identifiers",
    "RandomizedGridWorld",
]  # fmt: skip
