"""What is run: sizes, strengths and numbers of runs and samples, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class EntropyCompressionConfig:
    """The (1+1)-EA with strict acceptance: stagnating on HotTopic, progressing on BinVal and linear functions."""

    n: int = 4000
    """Bits."""

    levels: int = 1000
    """Levels of HotTopic."""

    alpha: float = 0.25
    """Size of a hot topic as a fraction of n."""

    beta: float = 0.2
    """Size of a core as a fraction of n."""

    eps: float = 0.05
    """Fraction of zero-bits up to which a core counts as optimised."""

    stagnating: tuple[float, ...] = (3.5, 4.0, 4.5, 5.0)
    """Strengths c on HotTopic, large enough for stagnation."""

    progressing: tuple[float, ...] = (0.5, 1.0, 1.25, 1.5)
    """Strengths c on BinVal and on linear functions with uniform weights."""

    density: float = 0.15
    """Share of zero-bits at the start on HotTopic; elsewhere the start is uniform, and sampling begins here."""

    until: float = 0.001
    """Share of zero-bits below which a run on BinVal or a linear function ends."""

    burn_in: int = 20
    """Steps before the first sample on HotTopic, in units of n."""

    moves: int = 300
    """Sampled accepted steps of a run on HotTopic."""

    spacing: int = 20
    """Accepted steps on HotTopic from one sampled one to the next; a fourth of it elsewhere."""

    samples: int = 1000
    """Samples of each quantity after a sampled step."""

    runs: int = 20
    """Runs per function and strength."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("n", self.n, 100, "Pass the number of bits, for example 4000.", high=10**6)
        checks.integer("levels", self.levels, 2, "Pass the number of levels, for example 1000.")
        action = "Pass fractions with 0 < beta <= alpha < 1, for example --alpha 0.25 --beta 0.2."
        checks.real("alpha", self.alpha, 0, 1, action, open_low=True, open_high=True)
        checks.real("beta", self.beta, 1 / self.n, self.alpha, action)
        checks.real("eps", self.eps, 0, 0.5, "Pass a fraction of zero-bits, for example --eps 0.05.", open_high=True)
        for name in ("stagnating", "progressing"):
            values = getattr(self, name)
            for value in values:
                checks.real(name, value, 0, 20, "Pass strengths, for example 1.0 1.5.", open_low=True)
            if not values or list(values) != sorted(set(values)):
                raise checks.bad_value(name, values, "hold rising values, one at least", "Sort them, name each once.")
        action = "Pass a share of zero-bits, for example --density 0.15 --until 0.02."
        checks.real("density", self.density, 0, 0.5, action, open_low=True)
        checks.real("until", self.until, 2 / self.n, self.density, action, open_high=True)
        checks.integer("burn_in", self.burn_in, 0, "Pass a time in units of n steps, for example 20.")
        checks.integer("moves", self.moves, 10, "Pass a number of accepted steps, for example 300.")
        checks.integer("spacing", self.spacing, 4, "Pass a number of accepted steps, for example 20.")
        checks.integer("samples", self.samples, 100, "Pass a number of samples, for example 1000.")
        checks.integer("runs", self.runs, 1, "Pass a number of runs, for example 20.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = EntropyCompressionConfig()
_SMOKE = replace(_LAPTOP, stagnating=(3.5, 4.0), progressing=(1.0, 1.5), moves=50, samples=400, runs=6)
_LARGE = replace(_LAPTOP, moves=1000, samples=4000, runs=100)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
