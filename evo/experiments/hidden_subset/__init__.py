"""What it costs not to know the number of relevant bits, on linear functions."""

from evo.experiments.hidden_subset.config import HiddenSubsetConfig
from evo.experiments.hidden_subset.experiment import HiddenSubset

__all__ = ["HiddenSubset", "HiddenSubsetConfig"]
