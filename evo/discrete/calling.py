"""A problem on bit strings as a plain function of one string, for other libraries."""

from __future__ import annotations

from typing import Any

from evo.core import checks
from evo.core.keys import Key
from evo.core.problems import AbstractProblem, Values
from evo.discrete.engines.generic import has

#: what a value asks for that does not depend on a run
NO_RUN = Key(0)


def called(problem: AbstractProblem, x: Any, lowered: type | None = None) -> int | float:
    """The value of one string, outside any run.

    Args:
        problem: a problem on bit strings with a field `n`.
        x: a list, tuple or array of n zeros and ones.
        lowered: the lowered type of the problem, which tells whether every run draws its own function.

    Returns:
        A plain `int` or `float`, exact. Libraries that keep values as `float64` round integers above 2^53.

    Raises:
        TypeError: if `x` holds no numbers.
        ValueError: if `x` is not a string of n bits, and for problems that have no such value: dynamic functions,
            functions that every run draws afresh, and functions whose values are only ordered. Other libraries keep
            values as `float64`, which would turn near-ties of the latter into ties and run another algorithm.
    """
    name = type(problem).__name__
    if problem.dynamic:
        action = "Use problem.evaluate([x], step, key), which says the step and the run."
        raise checks.bad_value("problem", problem, "have one value per string, not a new function per step", action)
    if lowered is not None and has("instance", lowered):
        action = f"Pass instance=d.Fixed(seed=1) to {name}, or use problem.evaluate([x], 0, key) with the key of a run."
        raise checks.bad_value("problem", problem, "be one function, not a random one of every run", action)
    if problem.values is Values.ORDER:
        raise _only_ordered(problem)
    string = checks.bits("x", x, getattr(problem, "n", None), "Pass one string of zeros and ones.")
    values = problem.evaluate(string[None], 0, NO_RUN)
    if values.dtype == object:
        raise _only_ordered(problem)
    return values[0].item()


def _only_ordered(problem: AbstractProblem) -> ValueError:
    action = "Use problem.evaluate([x], 0, None), which gives exact Python numbers."
    return checks.bad_value(
        "problem", problem, "have values that 64 bits hold, not values that are only ordered", action
    )
