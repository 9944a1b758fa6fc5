"""A rate for every number of zero-bits, or for every level."""

from __future__ import annotations

import enum
import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.waiting import Waiting
from evo.discrete.parts import AbstractRate, frozen, part


class By(enum.Enum):
    """What the rate of `FitnessDependent` depends on."""

    ZEROS = "the number of zero-bits of the current string"
    LEVEL = "the problem's level of the current string"

    def __repr__(self) -> str:
        return f"By.{self.name}"


@part
class FitnessDependent(AbstractRate):
    """The rate p_k, where k is the number of zero-bits, or the level, of the current string.

    Args:
        table: the rates, in [0, 1]. By zero-bits: shape (n + 1,), entry k for k zero-bits; entry 0 is never used and
            may be anything. By level: shape (levels,), where the level of the solved string may be left out. Or a
            function that gives p_k, called once for every k = 1, ..., n (by zero-bits) or k = 0, ..., n - 1 (by level).
        by: `By.ZEROS`, or `By.LEVEL`.

    Two parts with functions are equal if the functions are the same object.

    Reference: Böttcher, Doerr and Neumann, Optimal fixed and adaptive mutation rates for the LeadingOnes problem,
    PPSN 2010: there 1 / (k + 1) at level k is optimal.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> best = d.FitnessDependent(lambda k: 1 / (k + 1), by=d.By.LEVEL)
        >>> evo.run(d.OnePlusOne(rate=best), d.LeadingOnes(30), seed=1).reached
        True
    """

    table: np.ndarray | Callable[[int], float]
    by: By = By.ZEROS

    @property
    def waiting(self) -> Waiting:
        """The rate changes with the string alone."""
        return Waiting.CONSTANT

    def __post_init__(self) -> None:
        checks.instance_of("by", self.by, By, "Pass d.By.ZEROS or d.By.LEVEL.")
        if callable(self.table):
            return
        try:
            array = np.asarray(self.table)
        except ValueError:  # of unequal lengths, such as rates next to the value they achieve
            array = np.empty((), dtype=object)
        if array.dtype.kind not in "iuf" or array.ndim != 1 or array.size == 0:
            action = "Pass an array of rates, entry k for k zero-bits or level k, or a function of k."
            if hasattr(self.table, "rates"):
                action = "Pass its .rates."
            raise checks.bad_type("table", self.table, "be numbers of shape (entries,), or a function", action)
        array = array.astype(np.float64)
        if self.by is By.ZEROS:
            array[0] = 0.0  # nothing of the unused entry is kept, so that equal policies compare equal
        wrong = np.flatnonzero(~((array >= 0.0) & (array <= 1.0)))
        if wrong.size:
            action = "Rates are probabilities per bit; cap them, for example by min(1, ...)."
            raise checks.bad_value(f"table[{wrong[0]}]", float(array[wrong[0]]), "be a number in [0, 1]", action)
        object.__setattr__(self, "table", frozen(array))

    @property
    def sees(self) -> frozenset[str]:
        """What it is called after."""
        return frozenset({"zeros"} if self.by is By.ZEROS else {"level"})

    def check(self, n: int) -> None:
        """Refuse a table that does not have an entry for every number of zero-bits."""
        if not callable(self.table) and self.by is By.ZEROS and len(self.table) != n + 1:
            action = "Pass entry k for k zero-bits, k = 0, ..., n; entry 0 is not used."
            if len(self.table) == n:
                action += " Rates by level need by=d.By.LEVEL."
            raise checks.bad_value("table", self.table, f"have shape (n + 1,) = ({n + 1},)", action)

    def suits(self, problem: Any, n: int, offspring: int) -> None:
        """Refuse a table that does not fit the problem."""
        self.check(n)
        if self.by is By.ZEROS:
            return
        levels = problem.level_count() if hasattr(problem, "level_count") else 1
        if levels == 1:
            action = "Take by=d.By.ZEROS, or a problem with levels such as d.LeadingOnes."
            raise checks.bad_value("by", self.by, f"be By.ZEROS on {problem!r}, which has no levels", action)
        if callable(self.table):
            if levels > n + 1:
                action = f"Pass a table of {levels} rates instead of a function."
                raise checks.bad_value("table", self.table, f"have an entry for {levels} levels", action)
        elif len(self.table) != levels and not (len(self.table) == levels - 1 == n):
            action = "Pass one rate per level; of n + 1 levels that of the solved string may be left out."
            raise checks.bad_value("table", self.table, f"have shape (levels,) = ({levels},)", action)

    def lower(self, n: int) -> LoweredFitnessDependent:
        """The named tuple that kernels see; the entry of the solved string is nan, which would end a run."""
        self.check(n)
        if self.by is By.ZEROS:
            used = _tabulated(self.table, 1, n + 1) if callable(self.table) else self.table[1:]
            return LoweredFitnessDependent(np.append(math.nan, used), 0)
        used = _tabulated(self.table, 0, n) if callable(self.table) else self.table
        return LoweredFitnessDependent(np.append(used, math.nan), 1)

    def __repr__(self) -> str:
        text = getattr(self.table, "__name__", self.table) if callable(self.table) else checks.shown(self.table)
        return f"FitnessDependent({text}, by={self.by!r})"


@functools.lru_cache(maxsize=8)
def _tabulated(function: Callable[[int], float], first: int, end: int) -> np.ndarray:
    action = "Return a probability per bit, for example min(1, 1 / k)."
    return frozen(np.array([checks.real(f"table({k})", function(k), 0, 1, action) for k in range(first, end)]))


class LoweredFitnessDependent(NamedTuple):
    """`FitnessDependent` as kernels see it."""

    table: np.ndarray
    #: 0 by zero-bits, 1 by level
    by: int


@implements_lowered(LoweredFitnessDependent)
def start(policy, n):
    """No state to speak of."""
    return (0.0,)


@implements_lowered(LoweredFitnessDependent)
def draw(policy, state, view, n, stream):
    """A look into the table."""
    place = view.zeros if policy.by == 0 else view.level
    return policy.table[min(place, policy.table.shape[0] - 1)]
