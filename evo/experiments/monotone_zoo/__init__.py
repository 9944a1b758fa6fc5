"""The (1+1)-EA on a zoo of monotone functions at strengths around 1, and the partially ordered EA for contrast."""

from evo.experiments.monotone_zoo.config import MonotoneZooConfig
from evo.experiments.monotone_zoo.experiment import MonotoneZoo

__all__ = ["MonotoneZoo", "MonotoneZooConfig"]
