"""Past directions in the training of a small network, on full batches and on fresh minibatches."""

from evo.experiments.past_descent_digits.config import PastDescentDigitsConfig
from evo.experiments.past_descent_digits.experiment import PastDescentDigits

__all__ = ["PastDescentDigits", "PastDescentDigitsConfig"]
