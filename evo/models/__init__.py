"""Networks as immutable Equinox modules, one architecture per file."""

from __future__ import annotations

from evo.models.attention import AbstractAttention, LinearAttention, SoftmaxAttention
from evo.models.gated_linear_rnn import GatedLinearRnn
from evo.models.graph_transformer import GraphTransformer
from evo.models.gru import Gru
from evo.models.lru import Lru
from evo.models.lstm import Lstm
from evo.models.mlp import Mlp
from evo.models.reading import Tokens, Vectors
from evo.models.recurrent import AbstractRecurrent, Unrolled, WithReadout
from evo.models.rereading import Rereading
from evo.models.seeded_memory import SeededMemory
from evo.models.transformer import Transformer

__all__ = [
    "Mlp",
    "Transformer", "GraphTransformer", "Tokens", "Vectors", "AbstractAttention", "SoftmaxAttention", "LinearAttention",
    "AbstractRecurrent", "Lstm", "Gru", "Lru", "GatedLinearRnn", "WithReadout", "Unrolled",
    "Rereading",
    "SeededMemory",
]  # fmt: skip
