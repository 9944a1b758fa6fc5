"""What can be read from a run of a strategy with one normal distribution: its step size and its shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from evo.continuous.gaussian import GaussianDetail
from evo.core.records import AbstractObservable, View


@dataclass(frozen=True)
class GaussianObservable(AbstractObservable):
    """A number that the strategy reports of each generation; nan at the start and for other optimizers.

    Example:
        >>> import evo, numpy as np
        >>> from evo import continuous as c
        >>> sphere = evo.BlackBox(lambda x: float(x @ x), sense=evo.Sense.MINIMISE, start=np.ones(3))
        >>> record = evo.Every(10, c.sigma, c.axis_ratio)
        >>> evo.run(c.CmaEs(0.5), sphere, seed=0, stop=evo.Steps(20), record=record).trace
        Trace(3 rows of step, evaluations, sigma, axis_ratio)
    """

    field: str

    @property
    def name(self) -> str:
        """The column name."""
        return self.field

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        del memory
        return float(getattr(view.detail, self.field)) if isinstance(view.detail, GaussianDetail) else math.nan


sigma = GaussianObservable("sigma")
axis_ratio = GaussianObservable("axis_ratio")
