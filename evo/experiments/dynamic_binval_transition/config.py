"""What is run: sizes, strengths and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks

_FINE = (1.5, 1.55, 1.6, 1.65, 1.7, 1.75, 1.8, 1.85, 1.9, 2.0)
_NEAR = (1.45, 1.5, 1.525, 1.55, 1.575, 1.6, 1.625, 1.65, 1.675, 1.7, 1.75)


@final
@dataclass(frozen=True, kw_only=True)
class DynamicBinValTransitionConfig:
    """The (1+1)-EA with standard bit mutation of strength c (rate c/n) on Dynamic BinVal."""

    n: tuple[int, ...] = (300, 1000, 10_000)
    """Bits, for whole runs; one series per entry."""

    strengths: tuple[float, ...] = (0.4, 0.55, 0.7, 0.85, 1.0, 1.15, 1.3, 1.4, *_FINE)
    """Strengths c of whole runs."""

    runs: tuple[int, ...] = (400, 200, 100)
    """Runs at each strength up to the threshold 1.594, one entry for each n."""

    runs_above: tuple[int, ...] = (400, 200, 20)
    """Runs at each strength above it, where most of them last until the cap; one entry for each n."""

    cap: float = 200.0
    """A run is cut off after cap * n * ln(n) steps."""

    density_n: int = 10_000
    """Bits, for the density of zero-bits in stagnation."""

    density_strengths: tuple[float, ...] = (1.7, 1.75, 1.8, 1.9, 2.0, 2.25, 2.5, 2.75, 3.0)
    """Strengths c at which that density is measured."""

    density_runs: int = 40
    """Runs per strength for that density."""

    density_budget: float = 40.0
    """Their length in units of n ln(n) steps; the density is the mean over the second half."""

    drift_n: int = 10_000
    """Bits, for the drift next to the optimum."""

    drift_zeros: int = 20
    """Zero-bits of the string at which the drift is measured."""

    drift_strengths: tuple[float, ...] = _NEAR
    """Strengths c at which the drift is measured."""

    drift_samples: int = 32_000_000
    """Steps sampled per strength; whole batches of 500,000."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        for name, values in (("n", self.n), ("density_n", (self.density_n,)), ("drift_n", (self.drift_n,))):
            for value in values:
                checks.integer(name, value, 50, "Pass numbers of bits, for example 300 1000.", high=10**5)
        for name in ("n", "strengths", "density_strengths", "drift_strengths"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise checks.bad_value(name, values, "hold different values", "Name each once.")
        for name in ("runs", "runs_above"):
            if len(getattr(self, name)) != len(self.n):
                action = "Pass as many as sizes, for example --n 300 1000 --runs 400 200 --runs-above 400 200."
                raise checks.bad_value(name, getattr(self, name), f"have one entry for each n, {len(self.n)}", action)
            for value in getattr(self, name):
                checks.integer(name, value, 1, "Pass numbers of runs, for example 20.")
        for name in ("strengths", "density_strengths", "drift_strengths"):
            for value in getattr(self, name):
                checks.real(name, value, 0, 10, "Pass strengths, for example 1.0 1.6 2.0.", open_low=True)
        if not self.n or len(self.strengths) < 2 or not self.density_strengths or len(self.drift_strengths) < 3:
            action = "Pass one n, two strengths, one of density-strengths and three of drift-strengths at least."
            raise checks.bad_value("config", self, "have something for each panel", action)
        checks.real("cap", self.cap, 1, 1e6, "Pass the cap in units of n ln n, for example 200.")
        checks.integer("density_runs", self.density_runs, 1, "Pass the number of runs per strength, for example 20.")
        checks.real("density_budget", self.density_budget, 1, 1e6, "Pass the length in units of n ln n.")
        action = "Pass a number of zero-bits, for example 20."
        checks.integer("drift_zeros", self.drift_zeros, 1, action, high=self.drift_n)
        checks.integer("drift_samples", self.drift_samples, 1, "Pass a number of steps, for example 32000000.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = DynamicBinValTransitionConfig()
_SMOKE = replace(
    _LAPTOP,
    n=(300,),
    strengths=(0.7, 1.0, 1.3, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.1),
    runs=(60,),
    runs_above=(40,),
    density_n=1000,
    density_strengths=(2.0, 2.25, 2.5, 3.0),
    density_runs=10,
    drift_n=1000,
    drift_zeros=10,
    drift_strengths=(1.4, 1.5, 1.6, 1.7, 1.8),
    drift_samples=4_000_000,
)
_LARGE = replace(
    _LAPTOP,
    n=(300, 1000, 10_000, 30_000),
    runs=(4000, 2000, 1000, 200),
    runs_above=(4000, 2000, 200, 40),
    density_n=100_000,
    density_runs=80,
    drift_samples=400_000_000,
)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
