"""What is run: the grid, the network, the population, the objectives and the trainings, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks
from evo.experiments.randomized_arms import check_solvers
from evo.experiments.randomized_grid_world.names import KINDS, SEEDED


@final
@dataclass(frozen=True, kw_only=True)
class RandomizedGridWorldConfig:
    """A recurrent policy that looks for a hidden target in two episodes, trained by an evolution strategy."""

    rows: int = 3
    """Rows of the grid."""

    columns: int = 3
    """Columns of the grid."""

    row: int = 1
    """Row of the start, from 0."""

    column: int = 1
    """Column of the start, from 0."""

    horizon: int = 3
    """Steps of an episode."""

    seed_bits: int = 8
    """Random signs in a seed."""

    hidden: int = 16
    """Units of the policy, a gated recurrent unit with four scores."""

    gain: float = 3.0
    """Weight of a one-hot input over that of a sign of the seed, at the start."""

    pairs: int = 64
    """Antithetic pairs of a generation."""

    sigma: float = 0.1
    """Root mean square of the perturbation of a parameter."""

    rate: float = 0.03
    """Learning rate of Adam, which falls to 0 as a cosine."""

    exponents: tuple[float, ...] = (1.0, 2.0, 8.0)
    """Exponents q of the relaxed risk."""

    trials: int = 16
    """Seeds of a generation, the same for all members and targets."""

    steps: int = 600
    """Generations of a training."""

    kinds: tuple[str, ...] = KINDS
    """Which kinds of policies, by name."""

    seeds: int = 4096
    """Seeds under which a trained policy is judged."""

    repetitions: tuple[int, ...] = (1, 2, 4, 8)
    """How many repetitions S look for the target together."""

    groups: int = 512
    """Groups of S seeds in the evaluation."""

    search: int = 0
    """Evaluations of a search for bad targets; none, for all targets are listed."""

    runs: int = 8
    """Trainings per kind and exponent, each with its own start."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        check_solvers(self, KINDS)
        for name, advice in _SIZES.items():
            checks.integer(name, getattr(self, name), 1, advice)
        for name, high in (("row", self.rows - 1), ("column", self.columns - 1)):
            checks.integer(name, getattr(self, name), 0, "Pass the place of the start, from 0.", high=high)
        if self.rows * self.columns < 2:
            raise checks.bad_value("rows", self.rows, "leave room for a target", "Pass for example 3 rows, 3 columns.")
        checks.real("sigma", self.sigma, 0, 10, "Pass the size of a perturbation, for example 0.1.", open_low=True)
        checks.real("gain", self.gain, 0, 100, "Pass the weight of a one-hot input, for example 3.", open_low=True)
        checks.real("rate", self.rate, 0, 1, "Pass the learning rate of Adam, for example 0.03.", open_low=True)


_SIZES = {
    "rows": "Pass the rows of the grid, for example 3.",
    "columns": "Pass the columns of the grid, for example 3.",
    "horizon": "Pass the steps of an episode, for example 3.",
    "seed_bits": "Pass the signs of a seed, for example 8.",
    "hidden": "Pass the units of the policy, for example 16.",
    "pairs": "Pass the pairs of a generation, for example 64.",
}
_LAPTOP = RandomizedGridWorldConfig()
_SMOKE = replace(
    _LAPTOP,
    rows=2,
    row=0,
    horizon=2,
    seed_bits=4,
    hidden=6,
    pairs=16,
    exponents=(8.0,),
    trials=8,
    steps=200,
    kinds=(SEEDED,),
    seeds=256,
    repetitions=(2,),
    groups=64,
    runs=2,
)
_LARGE = replace(
    _LAPTOP, rows=4, columns=4, row=0, column=0, horizon=6, hidden=24, pairs=128, trials=32, steps=3000, runs=8
)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
