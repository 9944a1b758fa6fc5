"""What the configurations of training experiments share, and the cells they ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from evo.core import checks
from evo.experiments.training_arms.cells import Ingredients, TrainingCell

__all__ = ["TrainingConfig", "check_training", "training_cells"]


class TrainingConfig(Protocol):
    """The fields of a configuration that say how much is trained."""

    @property
    def pairs(self) -> int: ...
    @property
    def sigma(self) -> float: ...
    @property
    def rates(self) -> tuple[float, ...]: ...
    @property
    def generations(self) -> int: ...
    @property
    def looks(self) -> int: ...
    @property
    def runs(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def settings(self) -> tuple[str, ...]: ...
    @property
    def arms(self) -> tuple[str, ...]: ...


def check_training(config: TrainingConfig, settings: Sequence[str], arms: Sequence[str]) -> None:
    """Refuse wrong fields, with what is allowed; settings and arms are chosen from those given.

    Raises:
        TypeError, ValueError: for the first of them.
    """
    checks.integer("pairs", config.pairs, 1, "Pass how many antithetic pairs a generation has, for example 16.")
    checks.real("sigma", config.sigma, 0, 10, "Pass the size of a perturbation, for example 0.05.", open_low=True)
    for rate in config.rates:
        checks.real("rates", rate, 0, 10, "Pass learning rates of Adam, for example 0.003 0.01.", open_low=True)
    if not config.rates or list(config.rates) != sorted(set(config.rates)):
        raise checks.bad_value("rates", config.rates, "hold rising values, one at least", "Sort them, name each once.")
    checks.integer("generations", config.generations, 1, "Pass the length of a run, for example 400.")
    checks.integer("looks", config.looks, 1, "Pass how often a run is looked at, for example 40.")
    if config.generations % config.looks:
        allowed = f"divide the generations, {config.generations}"
        raise checks.bad_value("looks", config.looks, allowed, "Pass for example 40 looks at 400 generations.")
    for name, chosen, known in (("settings", config.settings, settings), ("arms", config.arms, arms)):
        for item in chosen:
            if item not in known:
                raise checks.bad_value(name, item, f"be among {', '.join(known)}", checks.nearest(item, known))
    checks.integer("runs", config.runs, 1, "Pass a number of runs, for example 6.")
    checks.integer("seed", config.seed, 0, "Pass a non-negative integer.")


def training_cells(
    config: TrainingConfig, make: Callable[[Any, str, str], Ingredients], series: Sequence[tuple[str, str]]
) -> list[TrainingCell]:
    """A cell for each series (setting, arm) and each learning rate, the first learning rate of all series first."""
    return [
        TrainingCell(
            label=f"{arm}, {setting}, rate {rate:g}",
            series=(setting, arm),
            x=rate,
            make=make,
            config=config,
            generations=config.generations,
            looks=config.looks,
            runs=config.runs,
            seed=config.seed,
        )
        for rate in config.rates
        for setting, arm in series
    ]
