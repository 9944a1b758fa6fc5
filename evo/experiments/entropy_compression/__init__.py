"""Entropy compression: what the backward encoding of the (1+1)-EA gains on monotone functions."""

from evo.experiments.entropy_compression.config import EntropyCompressionConfig
from evo.experiments.entropy_compression.experiment import EntropyCompression

__all__ = ["EntropyCompression", "EntropyCompressionConfig"]
