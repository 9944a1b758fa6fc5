"""A recurrent network trained from function values: whole sequences, windows, and the bias of truncation."""

from evo.experiments.es_rnn.config import EsRnnConfig
from evo.experiments.es_rnn.experiment import EsRnn

__all__ = ["EsRnn", "EsRnnConfig"]
