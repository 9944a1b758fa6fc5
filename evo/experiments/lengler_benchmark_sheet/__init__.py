"""The benchmark sheet on which HotTopic was published as a test function: ones after 200,000 steps."""

from evo.experiments.lengler_benchmark_sheet.config import LenglerBenchmarkSheetConfig
from evo.experiments.lengler_benchmark_sheet.experiment import LenglerBenchmarkSheet

__all__ = ["LenglerBenchmarkSheet", "LenglerBenchmarkSheetConfig"]
