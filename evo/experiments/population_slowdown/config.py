"""What is run: size, function, populations and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class PopulationSlowdownConfig:
    """The (mu+1)-EA with standard bit mutation on HotTopic, and the (mu+1)-GA beside it."""

    n: int = 10_000
    """Bits."""

    levels: int = 100
    """Levels of HotTopic."""

    alpha: float = 0.25
    """Size of a hot topic as a fraction of n."""

    beta: float = 0.05
    """Size of a core as a fraction of n."""

    eps: float = 0.05
    """Fraction of zero-bits up to which a core counts as optimised."""

    strength: float = 1.0
    """Mutation strength c; the rate is c/n."""

    population: tuple[int, ...] = (1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
    """Mu of the (mu+1)-EA."""

    runs: int = 10
    """Runs of the (mu+1)-EA at each mu."""

    crossover: float = 0.5
    """The probability of crossover in the (mu+1)-GA."""

    crossover_population: tuple[int, ...] = (10, 100)
    """Mu of the (mu+1)-GA."""

    crossover_runs: int = 10
    """Runs of the (mu+1)-GA at each mu."""

    cap: float = 120.0
    """A run is cut off after cap * n * ln(n) steps."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("n", self.n, 100, "Pass the number of bits, for example 10000.", high=10**6)
        checks.integer("levels", self.levels, 2, "Pass the number of levels, for example 100.")
        action = "Pass fractions with 0 < beta <= alpha < 1, for example --alpha 0.25 --beta 0.05."
        checks.real("alpha", self.alpha, 0, 1, action, open_low=True, open_high=True)
        checks.real("beta", self.beta, 1 / self.n, self.alpha, action)
        checks.real("eps", self.eps, 0, 1, "Pass a fraction of zero-bits, for example --eps 0.05.", open_high=True)
        checks.real("strength", self.strength, 0, 10, "Pass the strength, for example 1.0.", open_low=True)
        for name in ("population", "crossover_population"):
            values, least = getattr(self, name), 2 if name == "population" else 1
            for value in values:
                checks.integer(name, value, 1, "Pass numbers of strings, for example 1 10 100.", high=10**5)
            if len(set(values)) < len(values) or len(values) < least:
                raise checks.bad_value(name, values, f"hold different values, {least} at least", "Name each once.")
        for name in ("runs", "crossover_runs"):
            checks.integer(name, getattr(self, name), 1, "Pass the number of runs per mu, for example 10.")
        action = "Pass a probability, for example 0.5."
        checks.real("crossover", self.crossover, 0, 1, action, open_low=True)
        checks.real("cap", self.cap, 1, 1e6, "Pass the cap in units of n ln n, for example 120.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = PopulationSlowdownConfig()
_SMOKE = replace(_LAPTOP, n=1000, population=(1, 20, 60, 100), crossover_population=(10, 100))
_LARGE = replace(
    _LAPTOP,
    population=(1, *range(5, 121, 5)),
    runs=40,
    crossover_population=(1, 10, 25, 50, 75, 100),
    crossover_runs=40,
    cap=400.0,
)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
