"""What is run: functions, sizes, strengths and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class MonotoneZooConfig:
    """The (1+1)-EA at strength c (rate c/n) on OneMax, U(0, 1) weights, BinVal and several HotTopic functions."""

    n: tuple[int, ...] = (300, 1000, 3000, 10_000)
    """Bits."""

    strengths: tuple[float, ...] = (0.5, 0.75, 1.0, 1.1, 1.2, 1.4, 1.6)
    """Strengths c, with 1."""

    above: float = 1.2
    """The strength c slightly above 1, one of them."""

    topics: tuple[tuple[float, float, float], ...] = (
        (0.25, 0.2, 0.05),
        (0.25, 0.05, 0.05),
        (0.5, 0.1, 0.05),
        (0.25, 0.2, 0.01),
    )
    """HotTopic: (alpha, beta, eps), sizes of hot topic and core over n, and the share of zero-bits a core may keep."""

    levels: int = 100
    """HotTopic: number of levels."""

    runs: int = 300
    """Runs of a point."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        for value in self.n:
            checks.integer("n", value, 50, "Pass numbers of bits, for example 300 1000.", high=10**6)
        for value in self.strengths:
            checks.real("strengths", value, 0, 8, "Pass expected flips per step.", open_low=True)
        for name, least in (("n", 2), ("strengths", 1)):
            values = getattr(self, name)
            if len(values) < least or list(values) != sorted(set(values)):
                raise checks.bad_value(name, values, f"hold rising values, {least} at least", "Sort them.")
        if not {1.0, self.above} <= set(self.strengths) or self.above <= 1.0:
            action = "Name it and 1 among the strengths."
            raise checks.bad_value("above", self.above, "be above 1 and one of strengths, which hold 1", action)
        checks.integer("levels", self.levels, 1, "Pass a number of levels.")
        checks.integer("runs", self.runs, 2, "Pass a number of runs.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")
        if not self.topics or len(set(self.topics)) < len(self.topics):
            action = "Name each once, one at least."
            raise checks.bad_value("topics", self.topics, "hold different settings (alpha, beta, eps)", action)


_LAPTOP = MonotoneZooConfig()
_SMOKE = replace(
    _LAPTOP, n=(100, 300, 1000), strengths=(0.5, 1.0, 1.2, 1.6), topics=((0.25, 0.2, 0.05), (0.5, 0.1, 0.05)), runs=300
)
_LARGE = replace(_LAPTOP, n=(300, 1000, 3000, 10_000, 30_000, 100_000), runs=3000)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
