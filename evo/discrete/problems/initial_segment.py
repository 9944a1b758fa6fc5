"""Initial segments: a function of the first bits of a longer string."""

from __future__ import annotations

import numpy as np

from evo.core.keys import Key
from evo.discrete.parts import AbstractFunction, frozen, part
from evo.discrete.problems.relevant_bits import AbstractRelevantBits, Subset, follow


@part
class InitialSegment(AbstractRelevantBits):
    """A function of the first n bits of a longer string: f(x) = problem(x_1, ..., x_n).

    Args:
        problem: any function of n bits, random, dynamic and user-defined ones included.
        length: the length of the string, at least n; the bits behind the first n are neutral.

    The number of zero-bits that a recorder shows is that of the whole string.

    Reference: Cathabard, Lehre and Yao, Non-uniform mutation rates for problems with unknown solution lengths, FOGA
    2011.

    Example:
        >>> from evo import discrete as d
        >>> d.InitialSegment(d.OneMax(2), 4).evaluate([[1, 0, 1, 1]], 0, None)
        array([1])
    """

    problem: AbstractFunction
    length: int

    def __post_init__(self) -> None:
        follow(self)

    def subset(self) -> Subset:
        """The lowered set of the first positions."""
        places = np.arange(self.length)
        places[self.problem.n :] = -1
        return Subset(frozen(np.arange(self.problem.n)), frozen(places))

    def positions(self, key: Key | None = None) -> np.ndarray:
        """The first positions, 0, ..., n - 1."""
        del key
        return np.arange(self.problem.n)
