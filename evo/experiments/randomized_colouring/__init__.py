"""Colouring graphs with learned algorithms: with and without seeds, against an adversary who gives identifiers."""

from evo.experiments.randomized_colouring.config import RandomizedColouringConfig
from evo.experiments.randomized_colouring.experiment import RandomizedColouring

__all__ = ["RandomizedColouring", "RandomizedColouringConfig"]
