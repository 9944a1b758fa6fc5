"""Randomized algorithms that were learned: how they are judged, and the adversary who knows their parameters."""

from __future__ import annotations

from evo.randomized.adversary import Worst, worst_input
from evo.randomized.evaluation import Evaluation, evaluated
from evo.randomized.problem import AdversaryProblem

__all__ = ["Evaluation", "evaluated", "AdversaryProblem", "Worst", "worst_input"]
