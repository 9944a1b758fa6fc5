"""The problem: what is optimised, in which sense, where a run starts and when it is solved."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from evo.core import checks
from evo.core.keys import Key
from evo.core.stops import Stop


class Sense(enum.Enum):
    """Whether large or small values are good."""

    MINIMISE = 1
    MAXIMISE = -1

    def losses(self, values: np.ndarray) -> np.ndarray:
        """The values as losses to be minimised: the only place where the sign is flipped."""
        return values if self is Sense.MINIMISE else -values

    def __repr__(self) -> str:
        return f"Sense.{self.name}"


class Values(enum.Enum):
    """What the values of a problem are."""

    INT64 = "exact integers"
    FLOAT64 = "floating-point numbers"
    ORDER = "known only up to their order: exact Python integers in ask-tell, the number of zero-bits as reported value"

    def __repr__(self) -> str:
        return f"Values.{self.name}"


class AbstractProblem(ABC):
    """A function to optimise, with its sense, start, optimum and budget.

    `evaluate` gets the run's key and the step number, so that a dynamic function f_t, a random instance or a
    minibatch is a pure function of them.
    """

    sense: Sense
    values: Values = Values.FLOAT64
    #: True if the value of one candidate changes from step to step, so that parents are evaluated again.
    dynamic: bool = False

    @abstractmethod
    def start(self, key: Key) -> Any:
        """The start of the run with this key, where the optimizer does not choose its own."""

    @abstractmethod
    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """One value per candidate.

        Args:
            candidates: stacked along the first axis, of shape (k, ...).
            step: the step number, 0 for the start.
            key: the key of the run.
        """

    def solved(self, candidate: Any) -> bool | None:
        """Whether the candidate is optimal; None where the optimum is not known."""
        del candidate
        return None

    def solved_in(self, candidate: Any, key: Key) -> bool | None:
        """Whether the candidate is optimal in the run with this key; differs from `solved` for random instances."""
        del key
        return self.solved(candidate)

    def optimum(self) -> float | None:
        """The best possible value, where it is known; a value as good solves the problem if `solved` says None."""
        return None

    def budget(self) -> Stop | None:
        """The stop of a run for which the user names none; None if there is no sensible one."""
        return None

    def reported(self, candidate: Any, value: Any) -> float:
        """The value as results and records show it."""
        del candidate
        return float(value)

    def reported_in(self, candidate: Any, value: Any, key: Key) -> float:
        """The value as shown in the run with this key; differs from `reported` where the run knows more."""
        del key
        return self.reported(candidate, value)


class BlackBox(AbstractProblem):
    """A plain Python callable as a problem.

    Args:
        function: takes one candidate and returns a number.
        sense: `Sense.MINIMISE` or `Sense.MAXIMISE`; there is no default.
        start: the first candidate, a number or an array of any shape, or a function from a key to one.
        optimum: the best possible value, if known; reaching it (or better) solves the problem.
        budget: the stop of a run for which the user names none.

    Values are requested one candidate at a time, in the order of the candidates.
    """

    def __init__(
        self,
        function: Callable[[Any], float],
        *,
        sense: Sense,
        start: Any,
        optimum: float | None = None,
        budget: Stop | None = None,
    ) -> None:
        if not callable(function):
            raise checks.bad_type("function", function, "be callable", "Pass a function of one candidate.")
        action = "Say evo.Sense.MINIMISE or evo.Sense.MAXIMISE: a callable does not tell."
        self.sense = checks.instance_of("sense", sense, Sense, action)
        self.function = function
        self._start = start
        self._optimum = optimum
        self._budget = budget

    def start(self, key: Key) -> np.ndarray:
        """The given first candidate, or the one that the given function makes of a key."""
        value = self._start(key.child("start")) if callable(self._start) else self._start
        return np.array(value)

    def evaluate(self, candidates: Sequence[Any] | np.ndarray, step: int, key: Key) -> np.ndarray:
        """The function's values, one call per candidate."""
        del step, key
        given = candidates.copy() if isinstance(candidates, np.ndarray) else candidates
        return scalar_values(self.function, given)

    def optimum(self) -> float | None:
        """The best possible value, if it was given."""
        return self._optimum

    def budget(self) -> Stop | None:
        """The given budget."""
        return self._budget

    def __repr__(self) -> str:
        name = getattr(self.function, "__name__", type(self.function).__name__)
        return f"BlackBox({name}, {self.sense.name.lower()})"


def scalar_values(function: Callable[[Any], Any], candidates: Any) -> np.ndarray:
    """The values of a user's function, one call per candidate, each checked to be one real number."""
    values = np.empty(len(candidates), dtype=np.float64)
    for index, candidate in enumerate(candidates):
        value = function(candidate)
        number = np.asarray(value)
        if number.size != 1 or number.dtype.kind not in "buif":
            action = "Return one number per candidate; reduce arrays yourself, for example with a mean."
            raise checks.bad_type("function", value, "return one real number", action)
        values[index] = number.reshape(()).item()
    return values
