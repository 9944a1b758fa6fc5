"""What is run: sizes, strengths and how many steps they may take, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class PoEaConfig:
    """The (1+1)-EA with standard bit mutation of strength c (rate c/n) on three pessimistic processes."""

    n: tuple[int, ...] = (100, 200, 400, 800)
    """Bits, at the strengths below and above 1."""

    critical_n: tuple[int, ...] = (100, 200, 400, 800, 1600, 3200)
    """Bits, at strength 1."""

    below: tuple[float, ...] = (0.5, 0.9)
    """Strengths c below 1."""

    above: tuple[float, ...] = (1.1, 1.2)
    """Strengths c above 1."""

    longest: float = 1e7
    """Only exact expectations, no runs, where a run takes more steps than this on average."""

    steps: float = 2.5e8
    """Runs of a point take about so many steps together, within the two numbers of runs."""

    least_runs: int = 100
    """Runs of a point, at least."""

    most_runs: int = 1000
    """Runs of a point, at most."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        for name in ("n", "critical_n"):
            for value in getattr(self, name):
                checks.integer(name, value, 10, "Pass numbers of bits, for example 100 200 400.", high=10**5)
        for name, low, high in (("below", 0, 1), ("above", 1, 3)):
            for value in getattr(self, name):
                action = "Pass strengths on this side of 1."
                checks.real(name, value, low, high, action, open_low=True, open_high=True)
        for name in ("n", "critical_n", "below", "above"):
            values = getattr(self, name)
            if not values or list(values) != sorted(set(values)):
                raise checks.bad_value(name, values, "hold rising values, one at least", "Sort them, name each once.")
        if len(self.critical_n) < 2:
            raise checks.bad_value("critical_n", self.critical_n, "hold two sizes", "Pass one more size.")
        checks.real("longest", self.longest, 1, 1e12, "Pass a number of steps, for example 1e7.")
        checks.real("steps", self.steps, 1, 1e15, "Pass a number of steps, for example 2e8.")
        checks.integer("least_runs", self.least_runs, 1, "Pass the smallest number of runs of a point.")
        checks.integer("most_runs", self.most_runs, self.least_runs, "Pass the largest number of runs of a point.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = PoEaConfig()
_SMOKE = replace(
    _LAPTOP,
    n=(50, 100, 200),
    critical_n=(50, 100, 200, 400),
    longest=3e4,
    steps=2e6,
    least_runs=60,
    most_runs=400,
)
_LARGE = replace(
    _LAPTOP,
    critical_n=(100, 200, 400, 800, 1600, 3200, 6400, 12_800),
    longest=1e8,
    steps=2e10,
    most_runs=20_000,
)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
