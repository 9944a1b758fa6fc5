"""What is run: data, network, learning rates and numbers of runs, per preset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from evo.core import checks


@final
@dataclass(frozen=True, kw_only=True)
class PastDescentDigitsConfig:
    """Training of a network with one hidden layer of tanh units by plain gradient descent."""

    data: str | None = None
    """An .npz file with images and labels; without it the digits that come with scikit-learn."""

    examples: int = 256
    """Training examples: the full batch."""

    batch: int = 32
    """Examples of a minibatch."""

    hidden: int = 64
    """Hidden units."""

    pairs: int = 33
    """Pairs of evaluations per step; of past directions one pair is the past."""

    sigma: float = 0.002
    """Root mean square of the perturbation of a parameter."""

    rates: tuple[float, ...] = (0.1, 1.0, 3.0, 10.0, 20.0, 30.0, 50.0, 100.0, 300.0)
    """Learning rates of both evolution strategies."""

    backprop_rates: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0)
    """Learning rates of backprop."""

    steps: tuple[int, ...] = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 140, 200)
    """Steps after which the loss is kept."""

    runs: int = 8
    """Runs of each arm at each learning rate."""

    seed: int = 1
    """Seed of all rows."""

    def __post_init__(self) -> None:
        checks.integer("examples", self.examples, 10, "Pass a number of training examples, for example 256.")
        checks.integer("batch", self.batch, 1, "Pass a number of examples, for example 32.", high=self.examples)
        checks.integer("hidden", self.hidden, 1, "Pass a number of hidden units, for example 64.", high=10_000)
        checks.integer("pairs", self.pairs, 2, "Pass a number of pairs, for example 33.")
        checks.real("sigma", self.sigma, 1e-5, 1.0, "Pass the size of a perturbation, for example 0.002.")
        for name in ("rates", "backprop_rates"):
            for value in getattr(self, name):
                checks.real(name, value, 0, 1e6, "Pass learning rates, for example 1 10 100.", open_low=True)
        for value in self.steps:
            checks.integer("steps", value, 1, "Pass steps, for example 10 100.", high=10**6)
        for name in ("rates", "backprop_rates", "steps"):
            values = getattr(self, name)
            if not values or list(values) != sorted(set(values)):
                raise checks.bad_value(name, values, "hold rising values, one at least", "Sort them, name each once.")
        if self.steps[-1] < 4:
            raise checks.bad_value("steps", self.steps, "end at 4 at least", "The second half of a run is judged.")
        checks.integer("runs", self.runs, 1, "Pass a number of runs.")
        checks.integer("seed", self.seed, 0, "Pass a non-negative integer.")


_LAPTOP = PastDescentDigitsConfig()
_SMOKE = replace(
    _LAPTOP,
    examples=64,
    batch=16,
    hidden=8,
    pairs=9,
    rates=(1.0, 10.0),
    backprop_rates=(1.0,),
    steps=(1, 3, 10, 20, 40),
    runs=4,
)
_LARGE = replace(
    _LAPTOP,
    rates=(0.1, 0.3, 1.0, 3.0, 10.0, 15.0, 20.0, 30.0, 50.0, 70.0, 100.0, 150.0, 200.0, 300.0),
    backprop_rates=(0.1, 0.3, 0.5, 1.0, 2.0, 3.0),
    steps=(*_LAPTOP.steps, 300, 500, 700, 1000),
    runs=24,
)

CONFIGS = {"smoke": _SMOKE, "laptop": _LAPTOP, "large": _LARGE}
