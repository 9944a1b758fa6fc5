"""What is run: the task, the network, the population, learning rates and runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks
from evo.experiments.es_transformer.names import ARMS, FULL, SETTINGS
from evo.experiments.training_arms import check_training


@final
@dataclass(frozen=True, kw_only=True)
class EsTransformerConfig:
    """A decoder-only transformer on associative recall with all inputs listed, trained by Adam."""

    pairs_to_recall: int = 3
    """Pairs of a key and a value in a sequence, as many as there are keys; all sequences are listed."""

    values: int = 2
    """Possible values."""

    held_out: float = 0.25
    """Share of the sequences that no run sees."""

    width: int = 16
    """Width of the transformer, of one block with two heads."""

    pairs: int = 16
    """Antithetic pairs of a generation."""

    sigma: float = 0.05
    """Root mean square of the perturbation of a parameter."""

    surrogate_sigma: float = 0.005
    """The same along past directions, where losses bend more."""

    minibatch: int = 8
    """Sequences of a fresh minibatch, in the second setting."""

    rates: tuple[float, ...] = (0.001, 0.01, 0.03, 0.1)
    """Learning rates of Adam, the same grid for all arms."""

    generations: int = 400
    """Generations of a run."""

    looks: int = 80
    """How often a run is looked at after its start; divides the generations."""

    runs: int = 6
    """Runs per arm and learning rate, each with its own start."""

    settings: tuple[str, ...] = SETTINGS
    """Which of: full batch, fresh minibatches."""

    arms: tuple[str, ...] = ARMS
    """Which arms, by name."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("pairs_to_recall", self.pairs_to_recall, 2, "Pass 2 to 4: all sequences are listed.", high=4)
        checks.integer("values", self.values, 2, "Pass 2 or 3: all sequences are listed.", high=3)
        checks.real("held_out", self.held_out, 0.05, 0.5, "Pass the share of held-out sequences, for example 0.25.")
        checks.integer("width", self.width, 2, "Pass an even number, for example 16.")
        if self.width % 2:
            raise checks.bad_value("width", self.width, "be even, for two heads", "Pass for example 16.")
        action = "Pass the size of a perturbation along a surrogate, for example 0.005."
        checks.real("surrogate_sigma", self.surrogate_sigma, 0, 10, action, open_low=True)
        checks.integer("minibatch", self.minibatch, 1, "Pass the sequences of a minibatch, for example 8.", high=64)
        check_training(self, SETTINGS, ARMS)


_LAPTOP = EsTransformerConfig()
_SMOKE = replace(
    _LAPTOP,
    pairs_to_recall=2,
    width=4,
    pairs=8,
    minibatch=4,
    rates=(0.03,),
    generations=40,
    looks=4,
    runs=2,
    settings=(FULL,),
    arms=("SurrogateEs", "backprop"),
)
_LARGE = replace(_LAPTOP, pairs_to_recall=4, width=32, pairs=64, generations=2000, runs=12, minibatch=32)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
