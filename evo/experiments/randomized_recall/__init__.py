"""Recall with too little memory, learned with random seeds: success on the worst input."""

from evo.experiments.randomized_recall.config import RandomizedRecallConfig
from evo.experiments.randomized_recall.experiment import RandomizedRecall

__all__ = ["RandomizedRecall", "RandomizedRecallConfig"]
