"""What is run: the function, the strengths of each algorithm and numbers of runs, per preset."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import final

from evo.core import checks

_SERIES = ("strengths", "brood_strengths", "crossover_strengths", "jump_ratios", "exponents", "rate_exponents")


@final
@dataclass(frozen=True, kw_only=True)
class HotTopicPoliciesConfig:
    """Algorithms on HotTopic, each at several values of the parameter r that theory names for it."""

    n: int = 10_000
    """Bits."""

    levels: int = 100
    """Levels L."""

    alpha: float = 0.25
    """Size of a hot topic as a fraction of n."""

    beta: float = 0.2
    """Size of a core as a fraction of n."""

    eps: float = 0.05
    """Fraction of zero-bits up to which a core counts as optimised."""

    strengths: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0, 2.2, 2.4, 2.6, 2.7, 2.8, 2.9, 3.0, 3.2, 3.4)
    """Strengths c of the (1+1)-EA; r = c."""

    offspring: int = 5
    """Offspring lambda of the (1+lambda)-EA and of the (1+(lambda,lambda))-GA."""

    brood_strengths: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0, 2.4, 2.6, 2.8, 3.0, 3.4)
    """Strengths c of the (1+lambda)-EA; r = c. May be empty."""

    crossover_strengths: tuple[float, ...] = (0.5, 1.0, 2.0, 2.4, 3.0)
    """Values of c gamma of the (1+(lambda,lambda))-GA; r = c gamma. May be empty."""

    biases: tuple[float, ...] = (0.2, 0.5)
    """Biases gamma of the (1+(lambda,lambda))-GA; one series each, c = r / gamma."""

    jump: int = 5
    """The (1+1)-EA that flips either 1 bit or this many."""

    jump_ratios: tuple[float, ...] = (0.5, 1.0, 2.0, 2.75, 3.0, 3.25, 3.5, 3.75)
    """Values r = m2 / m1 of that law."""

    exponents: tuple[float, ...] = (4.5, 3.5, 3.0, 2.5, 2.0, 1.5, 1.25)
    """Exponents of power laws of the number of flips; r = m2 / m1 at this n. May be empty."""

    rate_exponents: tuple[float, ...] = (4.5, 3.5, 3.0, 2.5, 2.0, 1.5)
    """Exponents of power laws of the strength; r = m2 / m1 at this n. May be empty."""

    success_s: tuple[float, ...] = (math.e - 1.0, 4.0, 10.0)
    """Success rules: how many failures make up for one success. May be empty."""

    factor: float = 1.1
    """Factor of the self-adjusting rates."""

    runs: int = 14
    """Runs per point, each on its own random function."""

    cap: float = 25.0
    """A run is cut off after about cap * n * ln(n) evaluations."""

    drift_samples: int = 2_000_000
    """Steps sampled per point for the drift at a frozen level; whole batches of 500,000."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("n", self.n, 200, "Pass a number of bits, for example 10000.", high=10**6)
        checks.integer("levels", self.levels, 2, "Pass a number of levels, for example 100.")
        action = "Pass fractions with 0 < beta <= alpha < 1, for example --alpha 0.25 --beta 0.2."
        checks.real("alpha", self.alpha, 0, 1, action, open_low=True, open_high=True)
        checks.real("beta", self.beta, 0, self.alpha, action, open_low=True)
        checks.real("eps", self.eps, 0, 0.1, "Pass a fraction of zero-bits, for example --eps 0.05.", open_low=True)
        checks.integer("offspring", self.offspring, 2, "Pass a number of offspring, for example 5.", high=1000)
        checks.integer("jump", self.jump, 2, "Pass a number of flips, for example 5.", high=100)
        for name in (*_SERIES, "biases", "success_s"):
            values = getattr(self, name)
            for value in values:
                checks.real(name, value, 0, 50, "Pass positive numbers.", open_low=True)
            if len(set(values)) < len(values):
                raise checks.bad_value(name, values, "hold different values", "Name each once.")
        for value in self.biases:
            checks.real("biases", value, 0, 1, "Pass probabilities, for example 0.2 0.5.", open_low=True)
        for value in self.jump_ratios:
            action = f"1 or {self.jump} flips have m2 / m1 below {self.jump - 1}."
            checks.real("jump_ratios", value, 0, self.jump - 1, action, open_low=True, open_high=True)
        if len(self.strengths) < 2 or len(self.jump_ratios) < 3:
            action = "Pass two strengths and three jump-ratios at least."
            raise checks.bad_value("config", self, "have something for each panel", action)
        checks.real("factor", self.factor, 1, 2, "Pass a factor above 1, for example 1.1.", open_low=True)
        checks.integer("runs", self.runs, 1, "Pass the number of runs per point, for example 14.")
        checks.real("cap", self.cap, 1, 1e6, "Pass the cap in units of n ln n, for example 25.")
        checks.integer("drift_samples", self.drift_samples, 1, "Pass a number of steps, for example 2000000.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = HotTopicPoliciesConfig()
#: without the algorithms that have kernels of their own, whose compilation would take longer than the runs
_SMOKE = replace(
    _LAPTOP,
    n=1000,
    levels=50,
    strengths=(0.5, 1.0, 2.0, 3.0, 4.0),
    brood_strengths=(),
    crossover_strengths=(),
    jump_ratios=(0.5, 1.0, 2.0, 3.0, 3.5),
    exponents=(4.5, 3.0, 2.0, 1.5),
    rate_exponents=(),
    success_s=(),
    runs=4,
    drift_samples=500_000,
)
_LARGE = replace(
    _LAPTOP, n=50_000, levels=200, offspring=10, biases=(0.1, 0.5), runs=40, cap=100.0, drift_samples=50_000_000
)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
