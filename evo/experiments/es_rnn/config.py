"""What is run: the task, the network, the population, learning rates, runs, and the system with a known bias."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks
from evo.experiments.es_rnn.names import ARMS, BACKPROP, SETTINGS, SURROGATE, WHOLE
from evo.experiments.training_arms import check_training


@final
@dataclass(frozen=True, kw_only=True)
class EsRnnConfig:
    """A GRU that copies all strings of a length, trained by Adam; and one-step errors on a linear system."""

    symbols: int = 4
    """Bits of a string; all strings are listed."""

    delay: int = 4
    """Steps from the last bit to the cue."""

    held_out: float = 0.25
    """Share of the strings that no run sees."""

    hidden: int = 20
    """Units of the GRU."""

    pairs: int = 32
    """Antithetic pairs of a generation."""

    sigma: float = 0.1
    """Root mean square of the perturbation of a parameter."""

    surrogate_sigma: float = 0.005
    """The same along surrogates, where losses bend more."""

    window: int = 3
    """Steps of a window, and of truncated backpropagation; divides the steps of a sequence, delay + 2 symbols."""

    rates: tuple[float, ...] = (0.003, 0.01, 0.03, 0.1)
    """Learning rates of Adam, the same grid for all arms."""

    generations: int = 1600
    """Generations of a run on whole sequences; on windows as many times more as there are windows in a sequence."""

    looks: int = 40
    """How often a run is looked at after its start; divides the generations."""

    runs: int = 5
    """Runs per arm and learning rate, each with its own start."""

    settings: tuple[str, ...] = SETTINGS
    """Which of: whole sequences, windows."""

    arms: tuple[str, ...] = ARMS
    """Which arms, by name."""

    lengths: tuple[int, ...] = (1, 10, 50, 100)
    """Windows K at which errors are measured on the linear system, divisors of its 100 steps."""

    episodes: int = 20_000
    """Episodes for each error."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("symbols", self.symbols, 2, "Pass 2 to 8: all strings are listed.", high=8)
        checks.integer("delay", self.delay, 1, "Pass the steps to the cue, for example 4.")
        checks.real("held_out", self.held_out, 0.05, 0.5, "Pass the share of held-out strings, for example 0.25.")
        checks.integer("hidden", self.hidden, 1, "Pass the number of units, for example 20.")
        action = "Pass the size of a perturbation along a surrogate, for example 0.005."
        checks.real("surrogate_sigma", self.surrogate_sigma, 0, 10, action, open_low=True)
        checks.integer("window", self.window, 1, "Pass the steps of a window, for example 3.")
        if self.length % self.window:
            allowed = f"divide delay + 2 symbols = {self.length}"
            raise checks.bad_value("window", self.window, allowed, "Pass for example 1.")
        check_training(self, SETTINGS, ARMS)
        for length in self.lengths:
            checks.integer("lengths", length, 1, "Pass divisors of 100, for example 1 10 50 100.", high=100)
            if 100 % length:
                raise checks.bad_value("lengths", length, "divide the 100 steps of the system", "Pass for example 10.")
        if list(self.lengths) != sorted(set(self.lengths)):
            raise checks.bad_value("lengths", self.lengths, "hold rising values", "Sort them, name each once.")
        checks.integer("episodes", self.episodes, 200, "Pass a multiple of 100, for example 20000.")
        if self.episodes % 100:
            raise checks.bad_value("episodes", self.episodes, "be a multiple of 100", "Pass for example 20000.")

    @property
    def length(self) -> int:
        """The steps of a sequence."""
        return self.delay + 2 * self.symbols


_LAPTOP = EsRnnConfig()
_SMOKE = replace(
    _LAPTOP,
    symbols=2,
    delay=2,
    hidden=4,
    pairs=8,
    rates=(0.03,),
    generations=20,
    looks=2,
    runs=2,
    settings=(WHOLE,),
    arms=(SURROGATE, BACKPROP),
    lengths=(50,),
    episodes=10_000,
)
_LARGE = replace(
    _LAPTOP, symbols=6, delay=8, window=5, hidden=48, pairs=128, generations=8000, runs=12, episodes=200_000
)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
