"""Mutation rates on LeadingOnes: static, by level, resampled, and adjusted by success, judged by exact laws."""

from evo.experiments.leadingones_rates.config import LeadingOnesRatesConfig
from evo.experiments.leadingones_rates.experiment import LeadingOnesRates

__all__ = ["LeadingOnesRates", "LeadingOnesRatesConfig"]
