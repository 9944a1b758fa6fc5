"""Perturbations of rank one against dense ones: what they say of the gradient, and what they need."""

from evo.experiments.es_hyperscale.config import EsHyperscaleConfig
from evo.experiments.es_hyperscale.experiment import EsHyperscale

__all__ = ["EsHyperscale", "EsHyperscaleConfig"]
