"""Small transformers trained from function values: evolution strategies against backprop."""

from evo.experiments.es_transformer.config import EsTransformerConfig
from evo.experiments.es_transformer.experiment import EsTransformer

__all__ = ["EsTransformer", "EsTransformerConfig"]
