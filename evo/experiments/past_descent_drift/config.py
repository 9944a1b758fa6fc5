"""What is run: dimension, pairs, how fast the gradient turns, and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class PastDescentDriftConfig:
    """Estimates of a gradient that turns by a fixed angle per generation, in a direction that is random each time."""

    n: int = 400
    """Number of parameters."""

    pairs: tuple[int, ...] = (9, 33)
    """Pairs of evaluations per generation; of past directions one pair is the past."""

    turns: tuple[float, ...] = (0.001, 0.003, 0.01, 0.03, 0.1, 0.5, 1.0)
    """1 - a^2, a the cosine between successive gradients: the squared sine of the angle."""

    generations: int = 400
    """Generations of a run; the mean over the second half is judged."""

    runs: int = 32
    """Runs of each arm at each point."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("n", self.n, 10, "Pass a number of parameters, for example 400.", high=10**6)
        for value in self.pairs:
            checks.integer("pairs", value, 2, "Pass numbers of pairs, for example 9 33.", high=self.n - 1)
        for value in self.turns:
            checks.real("turns", value, 0, 1, "Pass squared sines, for example 0.01 0.1.", open_low=True)
        for name in ("pairs", "turns"):
            values = getattr(self, name)
            if not values or list(values) != sorted(set(values)):
                raise checks.bad_value(name, values, "hold rising values, one at least", "Sort them, name each once.")
        checks.integer("generations", self.generations, 4, "Pass a number of generations.", high=10**5)
        checks.integer("runs", self.runs, 1, "Pass a number of runs.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")

    @property
    def kept(self) -> tuple[int, ...]:
        """The generations that become columns."""
        return tuple(t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500) if t < self.generations) + (self.generations,)


_LAPTOP = PastDescentDriftConfig()
_SMOKE = replace(_LAPTOP, n=100, pairs=(11,), turns=(0.01, 0.1, 1.0), generations=60, runs=16)
_LARGE = replace(_LAPTOP, n=2000, pairs=(9, 33, 129), generations=1000, runs=64)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
