"""The deceptive monotone function: HotTopic whose last hot topic stays."""

from __future__ import annotations

from evo.core.problems import Values
from evo.discrete.engines.instances import instance_of
from evo.discrete.parts import AbstractFunction, part
from evo.discrete.problems.hot_topic import check_sizes, whole
from evo.discrete.problems.hot_topic_levels import HotTopicInstance, LoweredHotTopic
from evo.discrete.problems.instances import Fixed, Instance, PerRun


@part
class DeceptiveMonotone(AbstractFunction):
    """HotTopic with a hot topic at the top level, too: f(x) = n^2 l(x) + n |x in A_(l+1)| + |x|.

    For each level l = 0..levels-1 a uniformly random hot topic A_(l+1) of floor(alpha n) positions is drawn; those of
    the levels below the top hold a random core B_(l+1) of floor(beta n) positions. l(x) is the largest l >= 1 such that
    at most floor(eps |B_l|) bits of B_l are zero, and 0 if there is none.

    Args:
        n: string length.
        levels: number of levels, numbered from 0; one level makes a linear function.
        alpha: size of a hot topic as a fraction of n, in (0, 1).
        beta: size of a core as a fraction of n, in (0, alpha].
        eps: the fraction of zero-bits up to which a core counts as optimised, in [0, 1).
        instance: `PerRun()` (default): every run draws its own sets; `Fixed(seed)`: all runs and threads share them.

    Departs from `HotTopic`: a one-bit in the hot topic is worth n + 1 instead of n, which leaves the order of all
    strings of one level as it is, and at the top level the function is no OneMax. Memory as for `HotTopic`.

    Reference: Lengler, A general dichotomy of evolutionary algorithms on monotone functions, PPSN 2018, for the
    construction; this variant and its default sizes, with n = 10000, are those of a benchmark sheet of its author.

    Example:
        >>> from evo import discrete as d
        >>> d.DeceptiveMonotone(100).level_count()
        40
    """

    n: int
    levels: int = 40
    alpha: float = 0.5
    beta: float = 0.1
    eps: float = 0.05
    instance: Instance = PerRun()
    values = Values.INT64
    monotone = True

    def __post_init__(self) -> None:
        check_sizes(self)

    def lower(self, n: int) -> LoweredHotTopic | HotTopicInstance:
        """The named tuple that kernels see: the sizes, or the sets of a fixed instance."""
        hot, core = whole(self.alpha, n), whole(self.beta, n)
        allowed = whole(self.eps, core)
        drawn = LoweredHotTopic(n, self.levels - 1, hot, core, allowed, topics=self.levels, hot_value=n + 1)
        return instance_of(drawn, self.instance.key()) if isinstance(self.instance, Fixed) else drawn
