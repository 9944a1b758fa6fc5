"""What is run: sizes, strengths and numbers of runs, per preset and variant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks

_FINE = (2.4, 2.5, 2.55, 2.6, 2.65, 2.7, 2.8, 2.85, 2.9, 2.95, 3.0, 3.1, 3.2, 3.5)


def _distinct(name: str, values: tuple[float, ...]) -> None:
    if len(set(values)) < len(values):
        raise checks.bad_value(name, values, "hold different values", "Name each once.")


@final
@dataclass(frozen=True, kw_only=True)
class HotTopicTransitionConfig:
    """The (1+1)-EA with standard bit mutation of strength c (rate c/n) on HotTopic."""

    alpha: float = 0.25
    """Size of a hot topic as a fraction of n."""

    beta: float = 0.2
    """Size of a core as a fraction of n."""

    eps: float = 0.05
    """Fraction of zero-bits up to which a core counts as optimised."""

    n: tuple[int, ...] = (10_000, 50_000)
    """Bits, for whole runs; one series per entry."""

    levels: tuple[int, ...] = (1000, 200)
    """Levels L, one entry for each n."""

    strengths: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0, 2.2, 2.3, *_FINE)
    """Strengths c of whole runs."""

    runs: int = 20
    """Runs per strength, each on its own random function."""

    cap: float = 400.0
    """A run is cut off after cap * n * ln(n) steps."""

    drift_n: tuple[int, ...] = (1000, 10_000)
    """Bits, for the drift at a frozen level."""

    drift_strengths: tuple[float, ...] = (2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.8, 3.0)
    """Strengths c at which the drift is measured."""

    drift_samples: int = 16_000_000
    """Steps sampled per strength; whole batches of 500,000."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        action = "Pass fractions with 0 < beta <= alpha < 1, for example --alpha 0.25 --beta 0.2."
        checks.real("alpha", self.alpha, 0, 1, action, open_low=True, open_high=True)
        checks.real("beta", self.beta, 0, self.alpha, action, open_low=True)
        action = "Pass a fraction of zero-bits, for example --eps 0.05."
        checks.real("eps", self.eps, 0, 0.5, action, open_low=True, open_high=True)
        for name in ("n", "drift_n"):
            for value in getattr(self, name):
                checks.integer(name, value, 100, "Pass numbers of bits, for example 1000 10000.", high=10**7)
            _distinct(name, getattr(self, name))
        if len(self.levels) != len(self.n):
            action = "Pass as many levels as sizes, for example --n 10000 50000 --levels 1000 200."
            raise checks.bad_value("levels", self.levels, f"have one entry for each n, {len(self.n)}", action)
        for value in self.levels:
            checks.integer("levels", value, 2, "Pass numbers of levels, for example 1000.")
        for name in ("strengths", "drift_strengths"):
            for value in getattr(self, name):
                checks.real(name, value, 0, 20, "Pass strengths, for example 1.0 2.4 3.0.", open_low=True)
            _distinct(name, getattr(self, name))
        if not self.n or not self.drift_n or len(self.strengths) < 2 or len(self.drift_strengths) < 3:
            action = "Pass one n, two strengths, one drift-n and three drift-strengths at least."
            raise checks.bad_value("config", self, "have something for each panel", action)
        checks.integer("runs", self.runs, 1, "Pass the number of runs per strength, for example 20.")
        checks.real("cap", self.cap, 1, 1e6, "Pass the cap in units of n ln n, for example 400.")
        checks.integer("drift_samples", self.drift_samples, 1, "Pass a number of steps, for example 16000000.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


#: L = 100 and small cores, as in the author's published experiments
AUTHOR = "author"

_LAPTOP = HotTopicTransitionConfig()
_AUTHOR = replace(
    _LAPTOP,
    beta=0.05,
    n=(10_000,),
    levels=(100,),
    strengths=(0.5, 1.0, 1.5, 2.0, 2.2, 2.4, 2.6, 2.8, 2.9, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.75, 4.0),
    runs=160,
)
_SMOKE = replace(
    _LAPTOP,
    n=(1000,),
    levels=(50,),
    strengths=(0.5, 1.0, 2.0, 2.5, 3.0, 3.5, 4.0),
    runs=4,
    drift_n=(1000,),
    drift_strengths=(2.0, 2.2, 2.4, 2.6, 3.0),
    drift_samples=2_000_000,
)
_LARGE = replace(_LAPTOP, n=(10_000, 50_000, 200_000), levels=(1000, 200, 1000), runs=40, drift_samples=200_000_000)

CONFIGS = {
    (None, "smoke"): _SMOKE,
    (None, "laptop"): _LAPTOP,
    (None, "large"): _LARGE,
    (AUTHOR, "smoke"): replace(_SMOKE, beta=0.05),
    (AUTHOR, "laptop"): _AUTHOR,
    (AUTHOR, "large"): replace(_AUTHOR, n=(10_000, 50_000), levels=(100, 100), runs=400, drift_samples=200_000_000),
}
