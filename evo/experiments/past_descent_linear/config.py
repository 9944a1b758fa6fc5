"""What is run: dimension, pairs, generations and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class PastDescentLinearConfig:
    """Estimates of the gradient of a linear function, generation by generation."""

    n: int = 1000
    """Number of parameters."""

    pairs: tuple[int, ...] = (11, 33, 101)
    """Pairs of evaluations per generation, one panel each; of past directions one pair is the past."""

    generations: tuple[int, ...] = (1, 2, 5, 10, 20, 50, 100, 200)
    """Generations whose squared cosine is kept."""

    runs: tuple[int, ...] = (48, 32, 16)
    """Runs of each arm, one entry for each number of pairs."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("n", self.n, 10, "Pass a number of parameters, for example 1000.", high=10**6)
        for value in self.pairs:
            checks.integer("pairs", value, 2, "Pass numbers of pairs, for example 11 33.", high=self.n - 1)
        for value in self.generations:
            checks.integer("generations", value, 1, "Pass generations, for example 1 10 100.", high=10**5)
        for name in ("pairs", "generations"):
            values = getattr(self, name)
            if not values or list(values) != sorted(set(values)):
                raise checks.bad_value(name, values, "hold rising values, one at least", "Sort them, name each once.")
        if len(self.pairs) > 4:
            raise checks.bad_value("pairs", self.pairs, "hold at most four values", "Run the others elsewhere.")
        if len(self.runs) != len(self.pairs):
            raise checks.bad_value("runs", self.runs, f"have one entry for each of {self.pairs}", "Pass as many.")
        for value in self.runs:
            checks.integer("runs", value, 1, "Pass numbers of runs, for example 32.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = PastDescentLinearConfig()
_SMOKE = replace(_LAPTOP, n=100, pairs=(11,), generations=(1, 2, 5, 10, 20), runs=(32,))
_LARGE = replace(_LAPTOP, generations=(1, 2, 5, 10, 20, 50, 100, 200, 500), runs=(400, 240, 120))

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
