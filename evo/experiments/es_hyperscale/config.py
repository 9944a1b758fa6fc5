"""What is run: widths of the network, populations and numbers of repeats, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class EsHyperscaleConfig:
    """Gradient estimates for networks of rectified units with w inputs, layers of w and w / 2 units, and 10 classes."""

    widths: tuple[int, ...] = (64, 128, 256)
    """Widths w, even."""

    populations: tuple[int, ...] = (64, 256, 1024)
    """Members of a population, two for each pair."""

    repeats: tuple[int, ...] = (96, 32, 16)
    """Estimates per width, one entry for each population; each with a network and examples of its own."""

    examples: int = 32
    """Random examples."""

    sigma: float = 0.002
    """Root mean square of the perturbation of a parameter."""

    chunk: int = 8
    """Pairs evaluated at once."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        for value in self.widths:
            checks.integer("widths", value, 2, "Pass widths, for example 64 256.", high=10_000)
            if value % 2:
                raise checks.bad_value("widths", self.widths, "hold even numbers", "The second layer has half of it.")
        for value in self.populations:
            checks.integer("populations", value, 4, "Pass members, for example 64 256.", high=10**6)
            if value % 2:
                raise checks.bad_value("populations", self.populations, "hold even numbers", "Members come in pairs.")
        for name in ("widths", "populations"):
            values = getattr(self, name)
            if not values or list(values) != sorted(set(values)):
                raise checks.bad_value(name, values, "hold rising values, one at least", "Sort them, name each once.")
        if len(self.populations) < 2:
            raise checks.bad_value("populations", self.populations, "hold two values", "Pass for example 64 256.")
        if len(self.repeats) != len(self.populations):
            action = "Pass as many."
            raise checks.bad_value("repeats", self.repeats, f"have one entry for each of {self.populations}", action)
        for value in self.repeats:
            checks.integer("repeats", value, 1, "Pass numbers of estimates, for example 32.")
        checks.integer("examples", self.examples, 1, "Pass a number of examples, for example 32.")
        checks.real("sigma", self.sigma, 1e-5, 1.0, "Pass the size of a perturbation, for example 0.002.")
        checks.integer("chunk", self.chunk, 1, "Pass a number of pairs, for example 8.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = EsHyperscaleConfig()
_SMOKE = replace(_LAPTOP, widths=(64,), populations=(64, 256), repeats=(64, 32))
_LARGE = replace(_LAPTOP, widths=(64, 128, 256, 512), populations=(64, 256, 1024, 4096), repeats=(800, 200, 96, 32))

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
