"""The (1+1)-EA on linear functions against (e^c / c) n ln n."""

from evo.experiments.witt_scaling.config import WittScalingConfig
from evo.experiments.witt_scaling.experiment import WittScaling

__all__ = ["WittScaling", "WittScalingConfig"]
