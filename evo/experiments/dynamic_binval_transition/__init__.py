"""The mutation strength from which the (1+1)-EA stagnates on Dynamic BinVal."""

from evo.experiments.dynamic_binval_transition.config import DynamicBinValTransitionConfig
from evo.experiments.dynamic_binval_transition.experiment import DynamicBinValTransition

__all__ = ["DynamicBinValTransition", "DynamicBinValTransitionConfig"]
