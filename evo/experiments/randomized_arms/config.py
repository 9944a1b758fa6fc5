"""What the configurations of these experiments share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from evo.core import checks

__all__ = ["SolverConfig", "check_solvers"]


class SolverConfig(Protocol):
    """The fields of a configuration that say how much is trained, and how solvers are judged."""

    @property
    def kinds(self) -> tuple[str, ...]: ...
    @property
    def exponents(self) -> tuple[float, ...]: ...
    @property
    def trials(self) -> int: ...
    @property
    def steps(self) -> int: ...
    @property
    def seeds(self) -> int: ...
    @property
    def groups(self) -> int: ...
    @property
    def repetitions(self) -> tuple[int, ...]: ...
    @property
    def search(self) -> int: ...
    @property
    def runs(self) -> int: ...
    @property
    def seed(self) -> int: ...


def check_solvers(config: SolverConfig, kinds: Sequence[str]) -> None:
    """Refuse wrong fields, with what is allowed; kinds of solvers are chosen from those given.

    Raises:
        TypeError, ValueError: for the first of them.
    """
    for kind in config.kinds:
        if kind not in kinds:
            raise checks.bad_value("kinds", kind, f"be among {', '.join(kinds)}", checks.nearest(kind, kinds))
    for q in config.exponents:
        if q != math.inf:
            checks.real("exponents", q, 1, math.inf, "Pass exponents of the relaxed risk, for example 1 8.")
    if not config.exponents or list(config.exponents) != sorted(set(config.exponents)):
        action = "Sort them, name each once."
        raise checks.bad_value("exponents", config.exponents, "hold rising values, one at least", action)
    checks.integer("trials", config.trials, 2, "Pass the seeds per input in a step, for example 16.")
    checks.integer("steps", config.steps, 1, "Pass the length of a training, for example 2000.")
    checks.integer("seeds", config.seeds, 2, "Pass the seeds per input of the evaluation, for example 256.")
    checks.integer("groups", config.groups, 1, "Pass the groups of seeds per input, for example 16.")
    if not config.kinds or len(set(config.kinds)) < len(config.kinds):
        action = f"Name each once, among {', '.join(kinds)}."
        raise checks.bad_value("kinds", config.kinds, "hold one kind at least, each once", action)
    action = "Pass for example 1 3 9 33."
    whole = all(isinstance(S, int) and S >= 1 for S in config.repetitions)  # their names are columns: no floats
    if not config.repetitions or not whole or list(config.repetitions) != sorted(set(config.repetitions)):
        raise checks.bad_value("repetitions", config.repetitions, "hold rising positive integers, one at least", action)
    checks.integer("search", config.search, 0, "Pass the evaluations of each search for a bad input; 0 for none.")
    checks.integer("runs", config.runs, 1, "Pass a number of runs, for example 5.")
    checks.integer("seed", config.seed, 0, "Pass a non-negative integer.")
