"""What is run: the memory, its training and how it is judged, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks
from evo.experiments.randomized_arms import check_solvers
from evo.experiments.randomized_recall.names import CONSTANT, EXTRA, GRID, SEEDED


@final
@dataclass(frozen=True, kw_only=True)
class RandomizedRecallConfig:
    """A linear-attention memory for M of N one-bit values; all inputs are listed for the evaluation."""

    pairs: int = 8
    """N, pairs of a key and a value."""

    memory: int = 4
    """M, the dimension of keys in the memory."""

    seed_bits: int = 12
    """Random signs in a seed."""

    hidden: int = 24
    """Hidden units of the features of keys."""

    kinds: tuple[str, ...] = (*GRID, *EXTRA)
    """Which kinds of solvers, by name."""

    exponents: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0)
    """Exponents q of the relaxed risk."""

    trials: int = 32
    """m, seeds per input in a step."""

    inputs: int = 512
    """Inputs per step."""

    steps: int = 3000
    """Steps of Adam on gradients, along a cosine schedule."""

    rate: float = 0.005
    """First learning rate of Adam on gradients."""

    es_pairs: int = 256
    """Antithetic pairs of a generation of the evolution strategy, which ranks losses."""

    es_sigma: float = 0.01
    """Root mean square of its perturbation of a parameter."""

    es_inputs: int = 128
    """Inputs of its generations."""

    es_steps: int = 2000
    """Its generations."""

    es_rate: float = 0.01
    """First learning rate of Adam on its estimates."""

    seeds: int = 1024
    """Seeds per input of the evaluation."""

    groups: int = 16
    """Groups of seeds that answer together, per input."""

    repetitions: tuple[int, ...] = (1, 3, 9, 33)
    """Numbers of seeds that answer together."""

    search: int = 1000
    """Evaluations of each search for a bad input; 0 for none."""

    runs: int = 8
    """Trainings of each kind at each exponent."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("pairs", self.pairs, 2, "Pass 2 to 12: all inputs are listed.", high=12)
        action = "Pass less memory than pairs, for example half."
        checks.integer("memory", self.memory, 1, action, high=self.pairs - 1)
        for name in ("seed_bits", "hidden", "inputs", "es_pairs", "es_inputs", "es_steps"):
            checks.integer(name, getattr(self, name), 1, f"Pass a positive integer as {name}.")
        for name in ("rate", "es_rate", "es_sigma"):
            checks.real(name, getattr(self, name), 0, 10, f"Pass a small positive number as {name}.", open_low=True)
        check_solvers(self, (*GRID, *EXTRA))

    @property
    def count(self) -> int:
        """All inputs."""
        return self.pairs * 2**self.pairs


_LAPTOP = RandomizedRecallConfig()
_SMOKE = replace(
    _LAPTOP, pairs=4, memory=2, seed_bits=8, hidden=8, kinds=(SEEDED, CONSTANT), exponents=(8.0,), inputs=64, steps=500,
    seeds=64, groups=4, repetitions=(1, 9), search=50, runs=2,
)  # fmt: skip
_LARGE = replace(
    _LAPTOP, pairs=12, memory=4, hidden=32, seed_bits=16, exponents=(1.0, 2.0, 4.0, 8.0, 16.0, 32.0), trials=32,
    steps=10_000, es_steps=10_000, runs=12,
)  # fmt: skip

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
