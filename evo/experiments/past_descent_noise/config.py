"""What is run: dimension, pairs, angle, noise and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class PastDescentNoiseConfig:
    """Estimates of a gradient that turns, from evaluations with independent normal errors."""

    n: int = 400
    """Number of parameters."""

    pairs: int = 33
    """Pairs of evaluations per generation; of past directions one pair is the past."""

    turn: float = 0.01
    """1 - a^2, a the cosine between successive gradients."""

    noise: tuple[float, ...] = (0.0, 0.01, 0.02, 0.035, 0.05, 0.07, 0.1, 0.2)
    """Standard deviations of a directional derivative, in lengths of the gradient."""

    generations: int = 300
    """Generations of a run; the mean over the second half is judged."""

    runs: int = 32
    """Runs of each arm at each point."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("n", self.n, 10, "Pass a number of parameters, for example 400.", high=10**6)
        checks.integer("pairs", self.pairs, 2, "Pass a number of pairs, for example 33.", high=self.n - 1)
        checks.real("turn", self.turn, 0, 1, "Pass a squared sine, for example 0.01.")
        for value in self.noise:
            checks.real("noise", value, 0, 10, "Pass standard deviations, for example 0.0 0.05.")
        if not self.noise or list(self.noise) != sorted(set(self.noise)):
            action = "Sort them, name each once."
            raise checks.bad_value("noise", self.noise, "hold rising values, one at least", action)
        checks.integer("generations", self.generations, 4, "Pass a number of generations.", high=10**5)
        checks.integer("runs", self.runs, 1, "Pass a number of runs.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = PastDescentNoiseConfig()
_SMOKE = replace(_LAPTOP, noise=(0.0, 0.05, 0.1), generations=60, runs=8)
_LARGE = replace(_LAPTOP, n=2000, pairs=129, generations=600, runs=64)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
