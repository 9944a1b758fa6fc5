"""The partially ordered process: strings that are not comparable are judged by a pessimist."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from evo.core import checks
from evo.core.keys import Key
from evo.core.problems import Values
from evo.discrete.engines.events.states.counts import Counts
from evo.discrete.engines.events.states.strings import Strings
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.streams import position_uniform, seed_stream
from evo.discrete.parts import AbstractFunction, bit_strings, length, part
from evo.discrete.problems.flips import ups_and_downs


@part
class PartiallyOrdered(AbstractFunction):
    """The (1+1) process on the partial order of bit strings (PO-EA), as a dynamic problem.

    An offspring with all one-bits of its parent, and more, is better; one that only lost one-bits is worse. Where
    neither holds, the one with *fewer* one-bits wins in a fraction `pessimism` of the steps, and the one with more in
    the others; of equally many, they tie (sign 0), so that `Elitist` takes the offspring and `Strict` does not.

    Args:
        n: string length, at least 1.
        pessimism: the probability, drawn anew in every step, that the string with fewer one-bits wins, in [0, 1].

    No function of the string: f_t only says how an offspring compares with its parent. `evaluate` takes the parent as
    the first candidate; with a bits gained and b lost the value is n + a for b = 0 < a, -n - b for a = 0 < b, and
    else b - a in pessimistic steps and a - b in the others.

    Departs from the paper: the rule is recalled from the literature, and the parametrisation of the pessimism is ours.

    Reference: Jansen, On the brittleness of evolutionary algorithms, FOGA 2007; Colin, Doerr and Férey, Monotonic
    functions in EC: anything but monotone, GECCO 2014, for degrees of pessimism.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.OnePlusOne(rate=d.Static(strength=0.5)), d.PartiallyOrdered(30), seed=0).value
        0.0
    """

    n: int
    pessimism: float = 1.0
    values = Values.ORDER
    dynamic = True
    monotone = True
    relative = True
    pairwise = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", length(self.n))
        action = "Pass the probability that the string with fewer one-bits wins, for example pessimism=1.0."
        object.__setattr__(self, "pessimism", checks.real("pessimism", self.pessimism, 0, 1, action))

    def event_state(self, *, exchangeable: bool) -> Any:
        """The number of zero-bits, as long as strings with equally many are equally likely."""
        return Counts if exchangeable else Strings

    def lower(self, n: int) -> LoweredPartiallyOrdered:
        """The named tuple that kernels see."""
        return LoweredPartiallyOrdered(n, self.pessimism)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The values with regard to the parent `candidates[0]` in this step, Python integers."""
        strings = bit_strings(candidates, self.n)
        stream = np.empty(4, dtype=np.uint64)
        word0, word1 = key.child("function").words()
        seed_stream(stream, word0, word1, step)
        lowered, values = self.lower(self.n), np.empty(len(strings), dtype=object)
        for place, x in enumerate(strings):
            gained = int(np.count_nonzero(x > strings[0]))
            values[place] = int(_rank(lowered, gained, int(np.count_nonzero(x != strings[0])) - gained, stream))
        return values


class LoweredPartiallyOrdered(NamedTuple):
    """`PartiallyOrdered` as kernels see it."""

    n: int
    pessimism: float


@register_jitable
def _rank(problem, ups, downs, stream):
    """The value with regard to the parent of an offspring with so many bits gained and lost."""
    if ups == 0 or downs == 0:
        return np.int64(0 if ups == downs else (problem.n + ups if ups > 0 else -problem.n - downs))
    pessimistic = position_uniform(stream, 0) < problem.pessimism  # the coin of the step, whoever asks
    return np.int64(downs - ups if pessimistic else ups - downs)


@implements_lowered(LoweredPartiallyOrdered)
def value(problem, cache, x):
    """The number of zero-bits, as reported."""
    zeros = np.int64(0)
    for bit in x:
        zeros += 1 - np.int64(bit)
    return zeros


@implements_lowered(LoweredPartiallyOrdered)
def gain(problem, cache, x, flips, count, stream):
    """The sign of the value; it is 0 for the parent."""
    ups, downs = ups_and_downs(x, flips, count)
    rank = _rank(problem, ups, downs, stream)
    sign = 1 if rank > 0 else (-1 if rank < 0 else 0)
    return sign, float(sign)


@implements_lowered(LoweredPartiallyOrdered)
def contest(problem, cache, x, first, first_count, second, second_count, stream):
    """Compares the values with regard to the parent x."""
    ups, downs = ups_and_downs(x, first, first_count)
    other_ups, other_downs = ups_and_downs(x, second, second_count)
    change = _rank(problem, ups, downs, stream) - _rank(problem, other_ups, other_downs, stream)
    return 1 if change > 0 else (-1 if change < 0 else 0)


@implements_lowered(LoweredPartiallyOrdered)
def order(problem, first, second, stream):
    """Compares with regard to `first` as the parent."""
    ups, downs = 0, 0
    for position in range(first.shape[0]):
        if second[position] > first[position]:
            ups += 1
        elif second[position] < first[position]:
            downs += 1
    rank = _rank(problem, ups, downs, stream)
    return -1 if rank > 0 else (1 if rank < 0 else 0)


@implements_lowered(LoweredPartiallyOrdered)
def scored(problem):
    """Values are only ordered."""
    return False


@implements_lowered(LoweredPartiallyOrdered)
def redrawn(problem):
    """Every step has its own function."""
    return True


@implements_lowered(LoweredPartiallyOrdered)
def outcome(problem, zeros, ups, downs):
    """Better if nothing is lost; else as the coin of the step says, with ties."""
    if downs == 0:
        return 1.0, 0.0
    if ups == downs:
        return 0.0, 1.0
    return (problem.pessimism if downs > ups else 1.0 - problem.pessimism), 0.0
