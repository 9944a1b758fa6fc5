"""What can be read from a run of a CMA strategy: its step size and the shape of its distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from evo.continuous.gaussian import CmaDetail
from evo.core.records import AbstractObservable, View


@dataclass(frozen=True)
class CmaObservable(AbstractObservable):
    """A number that a CMA strategy reports of each generation; nan at the start and for other optimizers."""

    field: str

    @property
    def name(self) -> str:
        """The column name."""
        return self.field

    def read(self, memory: Any, view: View) -> float:
        """The number."""
        del memory
        return float(getattr(view.detail, self.field)) if isinstance(view.detail, CmaDetail) else math.nan


sigma = CmaObservable("sigma")
axis_ratio = CmaObservable("axis_ratio")
