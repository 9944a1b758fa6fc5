"""What is run: functions, sizes, values of s and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks
from evo.core.problems import AbstractProblem

#: of HotTopic, as published
LEVELS, ALPHA, BETA, EPS = 100, 0.25, 0.05, 0.05
#: OneMax is inefficient from here on, by a theorem
INEFFICIENT = 18.0
#: settings of an earlier measurement
N, CAP, FACTOR = 1000, 500.0, 1.5

_PUBLISHED = tuple(round(0.2 * place, 1) for place in range(1, 26))
_ALSO = (0.5, 1.5, 1.7, 1.9, 2.1, 2.3, 2.5, 3.3, 3.5, 3.7)
_NAMES = {
    "onemax": "OneMax",
    "dynamic-binval": "Dynamic BinVal",
    "hottopic": "HotTopic",
    "binval": "BinVal",
}


@final
@dataclass(frozen=True, kw_only=True)
class SelfAdjustingLambdaConfig:
    """The self-adjusting (1,lambda)-EA with rate 1/n; lambda is divided by F at a success, else grows by F^(1/s)."""

    functions: tuple[str, ...] = tuple(_NAMES)
    """Of onemax, dynamic-binval, hottopic and binval; one series per entry."""

    n: tuple[int, ...] = (96, 1000)
    """Bits; one panel of run times per entry, the last one also with the zero-bits of capped runs."""

    s: tuple[float, ...] = tuple(sorted({*_PUBLISHED, *_ALSO}))
    """Failures that make up for one success."""

    runs: tuple[int, ...] = (100, 40)
    """Runs at each s, one entry for each n."""

    table_runs: int = 6000
    """Runs at each s for which an earlier measurement at n = 1000 is known, if that is among the sizes."""

    factor: float = 1.5
    """F."""

    cap: float = 500.0
    """A run is cut off after cap * n generations."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        action = f"Take some of {', '.join(_NAMES)}, each once."
        if not self.functions or len(set(self.functions)) < len(self.functions) or not {*self.functions} <= {*_NAMES}:
            raise checks.bad_value("functions", self.functions, "hold different functions", action)
        for value in self.n:
            checks.integer("n", value, 50, "Pass numbers of bits, for example 96 1000.", high=10**5)
        for value in self.s:
            checks.real("s", value, 0.1, 100, "Pass values of s, for example 1.0 2.0 3.4.")
        for name, least in (("n", 1), ("s", 2)):
            values = getattr(self, name)
            if len(set(values)) < len(values) or len(values) < least:
                raise checks.bad_value(name, values, f"hold different values, {least} at least", "Name each once.")
        if len(self.runs) != len(self.n):
            action = "Pass as many as sizes, for example --n 96 1000 --runs 100 40."
            raise checks.bad_value("runs", self.runs, f"have one entry for each n, {len(self.n)}", action)
        for value in self.runs:
            checks.integer("runs", value, 1, "Pass numbers of runs, for example 100.")
        checks.integer("table_runs", self.table_runs, 1, "Pass the number of runs, for example 6000.")
        checks.real("factor", self.factor, 1, 100, "Pass F, for example 1.5.", open_low=True)
        checks.real("cap", self.cap, 1, 1e6, "Pass the cap in units of n generations, for example 500.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


def shown(function: str) -> str:
    """The name of a function in texts."""
    return _NAMES[function]


def problem(function: str, n: int) -> AbstractProblem:
    """The function itself."""
    from evo import discrete as d

    if function == "hottopic":
        return d.HotTopic(n, LEVELS, ALPHA, BETA, EPS)
    return {"onemax": d.OneMax, "dynamic-binval": d.DynamicBinVal, "binval": d.BinVal}[function](n)


_LAPTOP = SelfAdjustingLambdaConfig()
_SMOKE = replace(
    _LAPTOP,
    functions=("onemax", "dynamic-binval"),
    n=(96,),
    s=(0.2, 0.6, 1.0, 1.4, 1.8, 2.2, 2.6, 3.0, 3.4, 3.8, 4.2, 4.6, 5.0),
    runs=(20,),
)
_LARGE = replace(_LAPTOP, n=(96, 1000, 10_000), runs=(1000, 400, 40), table_runs=20_000)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
