"""What is run: sizes, strengths and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class WittScalingConfig:
    """The (1+1)-EA at strength c (rate c/n) on OneMax, on weights from U(0, 1) and on BinVal."""

    n: int = 1000
    """Bits, where strengths are compared."""

    strengths: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0)
    """Strengths c."""

    sizes: tuple[int, ...] = (100, 300, 1000, 3000, 10_000, 30_000, 100_000)
    """Bits, at strength 1."""

    bits: float = 2e7
    """Runs of a point times n, within the two numbers of runs."""

    least_runs: int = 2000
    """Runs of a point, at least."""

    most_runs: int = 10_000
    """Runs of a point, at most."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("n", self.n, 10, "Pass a number of bits, for example 1000.", high=10**6)
        for value in self.sizes:
            checks.integer("sizes", value, 10, "Pass numbers of bits, for example 100 1000.", high=10**6)
        for value in self.strengths:
            checks.real("strengths", value, 0, 8, "Pass expected flips per step.", open_low=True)
        for name, least in (("strengths", 1), ("sizes", 2)):
            values = getattr(self, name)
            if len(values) < least or list(values) != sorted(set(values)):
                raise checks.bad_value(
                    name, values, f"hold rising values, {least} at least", "Sort them, name each once."
                )
        checks.real("bits", self.bits, 1, 1e15, "Pass a number of bits, for example 1e7.")
        checks.integer("least_runs", self.least_runs, 2, "Pass the smallest number of runs of a point.")
        checks.integer("most_runs", self.most_runs, self.least_runs, "Pass the largest number of runs of a point.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")

    def runs(self, n: int) -> int:
        """Runs of a point of n bits."""
        return max(self.least_runs, min(self.most_runs, int(self.bits / n)))


_LAPTOP = WittScalingConfig()
_SMOKE = replace(
    _LAPTOP,
    n=300,
    strengths=(0.5, 1.0, 2.0, 3.0),
    sizes=(100, 300, 1000),
    bits=3e5,
    least_runs=300,
    most_runs=1000,
)
_LARGE = replace(
    _LAPTOP,
    sizes=(100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000),
    bits=1e9,
    least_runs=2000,
    most_runs=200_000,
)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
