"""What is run: functions, policies, sizes and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, final

from evo.core import checks
from evo.core.problems import AbstractProblem

_FUNCTIONS = {"onemax": "OneMax", "uniform": "uniform weights", "binval": "BinVal"}
#: policies in the order of the figure, with their names in texts
POLICIES = {"known": "known n", "adaptive": "adaptive", "schedule": "schedule", "static": "static law"}


@final
@dataclass(frozen=True, kw_only=True)
class HiddenSubsetConfig:
    """The (1+1)-EA on linear functions of n relevant bits, with rates that know n, and with rates that do not."""

    functions: tuple[str, ...] = tuple(_FUNCTIONS)
    """Of onemax, uniform and binval; all but the static law run on each of them."""

    n: tuple[int, ...] = (100, 300, 1000, 3000, 10_000, 30_000, 100_000)
    """Relevant bits."""

    runs: tuple[int, ...] = (1000, 1000, 1000, 500, 300, 120, 80)
    """Runs of each policy on each function, one entry for each n."""

    static_runs: tuple[int, ...] = (300, 200, 100, 40, 10, 0, 0)
    """Runs of the static law, on the first function only, one entry for each n; 0 for none."""

    eps: float = 0.5
    """Exponent of the static law: u = ln(1/p) has a density in proportion to u^-(1 + eps)."""

    cap: float = 2000.0
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
        if len(self.n) < 2 or list(self.n) != sorted(set(self.n)):
            raise checks.bad_value("n", self.n, "rise, two values at least", "Pass 100 1000, for example.")
        for name, least in (("runs", 1), ("static_runs", 0)):
            values = getattr(self, name)
            if len(values) != len(self.n):
                raise checks.bad_value(name, values, f"have one entry for each n, {len(self.n)}", "Pass as many.")
            for value in values:
                checks.integer(name, value, least, "Pass numbers of runs, for example 100.")
        checks.real("eps", self.eps, 0.05, 20, "Pass an exponent, for example 0.5.")
        checks.real("cap", self.cap, 1, 1e6, "Pass the cap in units of n ln n steps, for example 2000.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


def shown(function: str) -> str:
    """The name of a function in texts."""
    return _FUNCTIONS[function]


def problem(function: str, n: int) -> AbstractProblem:
    """The function itself; random weights are drawn anew for each run."""
    from evo import discrete as d

    return {"onemax": d.OneMax, "uniform": d.RandomLinear, "binval": d.BinVal}[function](n)


def rate(policy: str, config: HiddenSubsetConfig) -> Any:
    """The rates of a policy."""
    from evo import discrete as d

    return {
        "known": d.Static(strength=1.0),
        "adaptive": d.EqualFitnessRule(factor=2.0, decay=0.5),
        "schedule": d.LogSchedule(),
        "static": d.PowerLawStatic(config.eps),
    }[policy]


_LAPTOP = HiddenSubsetConfig()
_SMOKE = replace(_LAPTOP, n=(30, 150, 1000), runs=(300, 200, 100), static_runs=(200, 100, 0))
_LARGE = replace(
    _LAPTOP,
    n=(100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000),
    runs=(20_000, 10_000, 10_000, 4000, 2000, 1000, 400, 150, 60),
    static_runs=(4000, 2000, 1000, 400, 100, 20, 0, 0, 0),
)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
