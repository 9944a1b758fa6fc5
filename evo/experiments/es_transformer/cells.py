"""The cells: every arm in both settings at every learning rate."""

from __future__ import annotations

from evo.experiments.es_transformer.config import EsTransformerConfig
from evo.experiments.es_transformer.ingredients import ingredients
from evo.experiments.training_arms import TrainingCell, training_cells


def run_cells(config: EsTransformerConfig) -> list[TrainingCell]:
    """All cells, the first learning rate of every arm first."""
    series = [(setting, arm) for setting in config.settings for arm in config.arms]
    return training_cells(config, ingredients, series)
