"""What is run: functions, sizes, multipliers and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks
from evo.core.problems import AbstractProblem

_FUNCTIONS = {"onemax": "OneMax", "uniform": "uniform weights", "binval": "BinVal"}
#: the multipliers of an earlier measurement; 1.545 stands for the best one in the limit
EARLIER_N = 10_000


@final
@dataclass(frozen=True, kw_only=True)
class ScheduleMultiplierConfig:
    """The (1+1)-EA with rate min(1/2, c ln(t) / t) in step t, and 1/2 for t < 3."""

    functions: tuple[str, ...] = ("onemax", "binval")
    """Of onemax, uniform and binval; one panel of run times per entry."""

    n: tuple[int, ...] = (100, 1000, 10_000)
    """Relevant bits; one series per entry."""

    multipliers: tuple[float, ...] = (0.6, 0.8, 1.0, 1.2, 1.545, 2.0, 2.5, 3.0, 3.5, 4.0)
    """Values of c; the best one in the limit is 1.5447."""

    runs: tuple[int, ...] = (3000, 1500, 150)
    """Runs at each c, one entry for each n."""

    cap: float = 200.0
    """A run is cut off after cap * n ln n steps."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        action = f"Take some of {', '.join(_FUNCTIONS)}, each once."
        names = self.functions
        if not names or len(set(names)) < len(names) or not {*names} <= {*_FUNCTIONS}:
            raise checks.bad_value("functions", names, "hold different functions", action)
        for value in self.n:
            checks.integer("n", value, 10, "Pass numbers of bits, for example 100 1000.", high=10**7)
        for value in self.multipliers:
            checks.real("multipliers", value, 0.3, 20, "Pass values of c, for example 1.0 1.545 3.0.")
        for name, least in (("n", 1), ("multipliers", 2)):
            values = getattr(self, name)
            if len(set(values)) < len(values) or len(values) < least:
                raise checks.bad_value(name, values, f"hold different values, {least} at least", "Name each once.")
        if len(self.n) > 4:
            raise checks.bad_value("n", self.n, "hold at most four values", "Run the others into another folder.")
        if len(self.runs) != len(self.n):
            raise checks.bad_value("runs", self.runs, f"have one entry for each n, {len(self.n)}", "Pass as many.")
        for value in self.runs:
            checks.integer("runs", value, 1, "Pass numbers of runs, for example 100.")
        checks.real("cap", self.cap, 1, 1e6, "Pass the cap in units of n ln n steps, for example 200.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


def shown(function: str) -> str:
    """The name of a function in texts."""
    return _FUNCTIONS[function]


def problem(function: str, n: int) -> AbstractProblem:
    """The function itself; random weights are drawn anew for each run."""
    from evo import discrete as d

    return {"onemax": d.OneMax, "uniform": d.RandomLinear, "binval": d.BinVal}[function](n)


_LAPTOP = ScheduleMultiplierConfig()
_SMOKE = replace(_LAPTOP, n=(50, 300), multipliers=(0.8, 1.2, 1.545, 2.5, 4.0), runs=(400, 100))
_LARGE = replace(_LAPTOP, n=(100, 1000, 10_000, 100_000), runs=(20_000, 10_000, 2000, 200))

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
