"""The cells: every arm at every learning rate, and the methods over windows on the linear system."""

from __future__ import annotations

from dataclasses import replace

from evo.experiments.es_rnn.bias import BiasCell, bias_cells
from evo.experiments.es_rnn.config import EsRnnConfig
from evo.experiments.es_rnn.ingredients import ingredients
from evo.experiments.es_rnn.names import SERIES, WINDOWS
from evo.experiments.training_arms import TrainingCell, training_cells


def run_cells(config: EsRnnConfig) -> list[TrainingCell]:
    """All runs, the first learning rate of every arm first; on windows with equal evaluations."""
    series = [(setting, arm) for setting in config.settings for arm in SERIES[setting] if arm in config.arms]
    cells = training_cells(config, ingredients, series)
    more = config.length // config.window
    return [replace(cell, generations=more * cell.generations) if cell.series[0] == WINDOWS else cell for cell in cells]


def error_cells(config: EsRnnConfig) -> list[BiasCell]:
    """All measurements on the linear system."""
    return bias_cells(config.lengths, config.episodes)
