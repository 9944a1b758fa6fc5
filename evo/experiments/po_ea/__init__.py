"""The partially ordered EA and its dynamic relatives: n log n, n^(3/2) and exponential run times around strength 1."""

from evo.experiments.po_ea.config import PoEaConfig
from evo.experiments.po_ea.experiment import PoEa

__all__ = ["PoEa", "PoEaConfig"]
