"""The (mu+1)-EA on HotTopic: larger populations are slower."""

from evo.experiments.population_slowdown.config import PopulationSlowdownConfig
from evo.experiments.population_slowdown.experiment import PopulationSlowdown

__all__ = ["PopulationSlowdown", "PopulationSlowdownConfig"]
