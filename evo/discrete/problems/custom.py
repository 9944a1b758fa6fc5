"""A Python callable on bit strings as a problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from evo.core import checks
from evo.core.keys import Key
from evo.core.problems import AbstractProblem, Sense, scalar_values
from evo.core.stops import Stop
from evo.discrete.calling import called
from evo.discrete.parts import bit_strings, length


class Custom(AbstractProblem):
    """A function of bit strings that is known only by its values.

    Args:
        function: takes one string `uint8[n]` and returns a number.
        n: string length.
        sense: `evo.Sense.MAXIMISE` or `evo.Sense.MINIMISE`; there is no default.
        optimum: the best possible value, if known; a run ends when it is reached.
        budget: the stop of a run for which the user names none.

    It runs in the Python driver, one call per string and step. For compiled speed write a part, see `d.implements`.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> f = d.Custom(lambda x: abs(int(x.sum()) - 5), n=10, sense=evo.Sense.MINIMISE, optimum=0)
        >>> evo.run(d.OnePlusOne(rate=d.Static(strength=1.0)), f, seed=0, stop=evo.Steps(1000)).value
        0.0
    """

    def __init__(
        self,
        function: Callable[[np.ndarray], float],
        *,
        n: int,
        sense: Sense,
        optimum: float | None = None,
        budget: Stop | None = None,
    ) -> None:
        if not callable(function):
            raise checks.bad_type("function", function, "be callable", "Pass a function of one string uint8[n].")
        action = "Say evo.Sense.MINIMISE or evo.Sense.MAXIMISE: a callable does not tell."
        self.sense = checks.instance_of("sense", sense, Sense, action)
        self.n = length(n)
        self.function = function
        self._optimum = optimum
        self._budget = budget

    def start(self, key: Key) -> np.ndarray:
        """A uniformly random string, for optimizers that do not choose their own start."""
        return key.child("start").numpy().integers(0, 2, self.n, dtype=np.uint8)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The function's values, one call per string."""
        del step, key
        return scalar_values(self.function, bit_strings(candidates, self.n).copy())

    def __call__(self, x: Any) -> int | float:
        """The value of one string, a list or array of n zeros and ones, as a plain number."""
        return called(self, x)

    def optimum(self) -> float | None:
        """The best possible value, if it was given."""
        return self._optimum

    def budget(self) -> Stop | None:
        """The given budget."""
        return self._budget

    def __repr__(self) -> str:
        name = getattr(self.function, "__name__", type(self.function).__name__)
        return f"Custom({name}, n={self.n}, {self.sense.name.lower()})"
