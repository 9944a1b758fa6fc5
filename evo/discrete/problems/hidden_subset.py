"""Hidden subsets: a function of a random subset of the bits."""

from __future__ import annotations

import numpy as np

from evo.core import checks
from evo.core.keys import Key
from evo.discrete.engines.instances import instance_of
from evo.discrete.parts import AbstractFunction, part
from evo.discrete.problems.instances import Fixed, Instance, PerRun, checked
from evo.discrete.problems.relevant_bits import AbstractRelevantBits, LoweredSubset, Subset, depth, follow


@part
class HiddenSubset(AbstractRelevantBits):
    """A function of n bits, hidden in a longer string: f(x) = problem(x restricted to I).

    I is a uniformly random set of n positions, kept in ascending order; the other bits are neutral.

    Args:
        problem: any function of n bits, random, dynamic and user-defined ones included.
        length: the length of the string, at least n; with n it is the problem itself, bit for bit.
        instance: `PerRun()` (default): every run draws its own subset; `Fixed(seed)`: all runs share it. The problem's
            own instance is its own affair.

    An algorithm that treats all positions alike and flips each bit at a rate that does not depend on the length has
    the same run time on the problem alone. The number of zero-bits that a recorder shows is that of the whole string.

    Reference: Cathabard, Lehre and Yao, Non-uniform mutation rates for problems with unknown solution lengths, FOGA
    2011; Doerr, Doerr and Kötzing, Solving problems with unknown solution length at almost no extra cost, GECCO 2015.

    Example:
        >>> from evo import discrete as d
        >>> hidden = d.HiddenSubset(d.OneMax(2), 5, instance=d.Fixed(seed=1))
        >>> len(hidden.positions())
        2
    """

    problem: AbstractFunction
    length: int
    instance: Instance = PerRun()

    def __post_init__(self) -> None:
        follow(self)
        checked(self.instance)

    def subset(self) -> LoweredSubset | Subset:
        """The lowered set: its sizes, or a fixed one."""
        drawn = LoweredSubset(self.problem.n, self.length, depth(self.problem))
        return instance_of(drawn, self.instance.key()) if isinstance(self.instance, Fixed) else drawn

    def positions(self, key: Key | None = None) -> np.ndarray:
        """The relevant positions `int64[problem.n]`, ascending: the fixed ones, or those of the run with this key."""
        subset = self.subset()
        if isinstance(subset, LoweredSubset):
            if key is None:
                action = "Pass the key of the run, evo.Key(seed) for evo.run(seed=seed), or use instance=d.Fixed(seed)."
                raise checks.bad_value("key", key, "be a key: every run draws its own subset", action)
            subset = instance_of(subset, key.child("instance"))
        return subset.positions
