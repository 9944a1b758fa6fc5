"""What is run: the function of the sheet, strengths and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class LenglerBenchmarkSheetConfig:
    """The (1+1)-EA with standard bit mutation of strength c (rate c/n) on the deceptive monotone function."""

    n: int = 10_000
    """Bits."""

    levels: int = 40
    """Levels, numbered from 0."""

    alpha: float = 0.5
    """Size of a hot topic as a fraction of n."""

    beta: float = 0.1
    """Size of a core as a fraction of n."""

    eps: float = 0.05
    """Fraction of zero-bits up to which a core counts as optimised."""

    steps: int = 200_000
    """Length of a run; it ends earlier at the optimum."""

    strengths: tuple[float, ...] = (0.5, 0.9, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0)
    """Strengths c."""

    runs: int = 200
    """Runs per strength, each on its own random function."""

    trace_strengths: tuple[float, ...] = (0.9, 4.0)
    """Strengths c whose runs are followed in time."""

    trace_runs: int = 40
    """Runs followed per strength."""

    trace_points: int = 100
    """Points in time, evenly spaced after the start; an even number."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("n", self.n, 100, "Pass the number of bits, for example 10000.", high=10**7)
        checks.integer("levels", self.levels, 2, "Pass the number of levels, for example 40.")
        action = "Pass fractions with 0 < beta <= alpha < 1, for example --alpha 0.5 --beta 0.1."
        checks.real("alpha", self.alpha, 0, 1, action, open_low=True, open_high=True)
        checks.real("beta", self.beta, 0, self.alpha, action, open_low=True)
        action = "Pass a fraction of zero-bits, for example --eps 0.05."
        checks.real("eps", self.eps, 0, 0.5, action, open_low=True, open_high=True)
        for name in ("strengths", "trace_strengths"):
            values = getattr(self, name)
            for value in values:
                checks.real(name, value, 0, 20, "Pass strengths, for example 0.9 4.0.", open_low=True)
            if not values or len(set(values)) < len(values):
                raise checks.bad_value(name, values, "hold different values, one at least", "Name each once.")
        for name in ("runs", "trace_runs"):
            checks.integer(name, getattr(self, name), 1, "Pass a number of runs, for example 20.")
        checks.integer("trace_points", self.trace_points, 2, "Pass an even number of points in time.")
        checks.integer("steps", self.steps, self.trace_points, "Pass the length of a run, for example 200000.")
        if self.trace_points % 2 or self.steps % self.trace_points:
            action = "Pass for example --steps 200000 --trace-points 100."
            raise checks.bad_value("trace_points", self.trace_points, f"be even and divide {self.steps:,}", action)
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = LenglerBenchmarkSheetConfig()
_SMOKE = replace(_LAPTOP, strengths=(0.5, 0.9, 2.0, 3.0, 4.0, 5.0), runs=8, trace_runs=4, trace_points=50)
_LARGE = replace(_LAPTOP, runs=20_000, trace_runs=1000)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
