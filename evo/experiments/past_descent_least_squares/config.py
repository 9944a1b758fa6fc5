"""What is run: the size of the problem, iterations and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks
from evo.experiments.past_descent_least_squares.arms import ARMS, BOTH, HINTED, ORTHOGONAL, PAST


@final
@dataclass(frozen=True, kw_only=True)
class PastDescentLeastSquaresConfig:
    """|A x - b|^2 / (2 m) with normal entries, and its gradient with a fixed bias of its own length."""

    n: int = 1000
    """Number of parameters."""

    m: int = 2000
    """Number of equations, at least n."""

    arms: tuple[str, ...] = tuple(arm.name for arm in ARMS)
    """Of the eight arms, by name; claims need the two projections on one surrogate and the one on both."""

    iterations: tuple[int, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 350, 500, 700, 1000, 1400, 2000, 2800, 4000)
    """Iterations after which the loss is kept."""

    runs: int = 8
    """Runs of each arm on the same problem."""

    seed: int = 1
    """Seed of all rows; the problem itself is that of seed 0 of numpy's older generator."""

    def __post_init__(self) -> None:
        checks.integer("n", self.n, 10, "Pass a number of parameters, for example 1000.", high=5000)
        checks.integer("m", self.m, self.n, "Pass a number of equations, for example 2000.", high=20_000)
        known = [arm.name for arm in ARMS]
        if len(set(self.arms)) < len(self.arms) or not {*self.arms} <= {*known} or not self.arms:
            raise checks.bad_value("arms", self.arms, "hold different arms", f"Take some of {', '.join(known)}.")
        for value in self.iterations:
            checks.integer("iterations", value, 1, "Pass iterations, for example 100 1000.", high=10**6)
        values = self.iterations
        if not values or list(values) != sorted(set(values)):
            action = "Sort them, name each once."
            raise checks.bad_value("iterations", values, "hold rising values, one at least", action)
        checks.integer("runs", self.runs, 1, "Pass a number of runs.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = PastDescentLeastSquaresConfig()
_SMOKE = replace(
    _LAPTOP,
    n=100,
    m=200,
    arms=tuple(arm.name for arm in (BOTH, ORTHOGONAL, PAST, HINTED)),
    iterations=(1, 2, 5, 10, 20, 50, 100, 200, 300),
    runs=4,
)
_LARGE = replace(_LAPTOP, iterations=(*_LAPTOP.iterations, 5600, 8000, 10_000), runs=64)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
