"""What is run: sizes, strengths, success rules and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class LeadingOnesRatesConfig:
    """The (1+1)-EA on LeadingOnes under static rates c/n, success rules (s, F) and rates by level."""

    n: int = 1000
    """Bits, for static rates and success rules."""

    strengths: tuple[float, ...] = (0.5, 0.75, 1.0, 1.25, 1.59, 2.0, 2.5, 3.0)
    """Static strengths c."""

    s: tuple[float, ...] = (0.5, 1.0, 1.75, 2.0, 3.0, 4.0, 6.0, 8.0)
    """Exponents s of the success rule, multiples of 1/64."""

    factors: tuple[float, ...] = (1.01, 1.2)
    """Factors F of the success rule."""

    sizes: tuple[int, ...] = (25, 50, 100, 200, 400, 800)
    """Bits, where methods are compared."""

    method_s: float = 1.75
    """The success rule that is compared: its s, next to e - 1."""

    method_factor: float = 1.02
    """And its F."""

    runs: int = 1000
    """Runs of a point, without a success rule."""

    success_runs: int = 100
    """Runs of a point, with a success rule at n bits or more."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("n", self.n, 10, "Pass a number of bits, for example 1000.", high=10**4)
        for value in self.sizes:
            checks.integer("sizes", value, 10, "Pass numbers of bits, for example 50 100 200.", high=10**4)
        for value in self.strengths:
            checks.real("strengths", value, 0, 10, "Pass expected flips per step.", open_low=True)
        for value in (*self.s, self.method_s):
            checks.real("s", value, 0, 64, "Pass exponents, for example 1 4.", open_low=True)
            if value * 64 != int(value * 64):
                action = "Between others the rates fill an interval, and no exact chain judges them."
                raise checks.bad_value("s", value, "be a multiple of 1/64", action)
        for value in (*self.factors, self.method_factor):
            checks.real("factors", value, 1, 10, "Pass factors above 1, for example 1.01 1.2.", open_low=True)
        for name in ("strengths", "s", "factors", "sizes"):
            values = getattr(self, name)
            if not values or list(values) != sorted(set(values)):
                raise checks.bad_value(name, values, "hold rising values, one at least", "Sort them, name each once.")
        checks.integer("runs", self.runs, 1, "Pass a number of runs.")
        checks.integer("success_runs", self.success_runs, 1, "Pass a number of runs.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = LeadingOnesRatesConfig()
_SMOKE = replace(
    _LAPTOP,
    n=200,
    strengths=(0.5, 1.0, 1.59, 2.5),
    s=(0.5, 1.0, 2.0, 4.0, 8.0),
    factors=(1.02, 1.2),
    sizes=(25, 50, 100),
    runs=400,
    success_runs=100,
)
_LARGE = replace(
    _LAPTOP,
    n=2000,
    sizes=(25, 50, 100, 200, 400, 800, 1600, 3200),
    runs=20_000,
    success_runs=4000,
)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
