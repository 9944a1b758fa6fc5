"""HotTopic: the strictly monotone functions on which hillclimbers with a large mutation rate fail."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from evo.core import checks
from evo.core.problems import Values
from evo.discrete.engines.instances import instance_of
from evo.discrete.parts import AbstractFunction, length, part
from evo.discrete.problems.hot_topic_levels import HotTopicInstance, LoweredHotTopic
from evo.discrete.problems.instances import Fixed, Instance, PerRun, checked


@part
class HotTopic(AbstractFunction):
    """The HotTopic function: a hierarchy of random sets, of which one at a time has priority.

    For each level i = 1..L a uniformly random hot topic A_i of floor(alpha n) positions is drawn, and in it a random
    core B_i of floor(beta n) positions. The level l(x) is the largest i such that at most floor(eps |B_i|) bits of
    B_i are zero (0 if there is none), and f(x) = n^2 l(x) + n |x restricted to A_(l+1)| + |x elsewhere|, where
    A_(L+1) is empty.

    Args:
        n: string length.
        levels: number L of levels.
        alpha: size of a hot topic as a fraction of n, in (0, 1).
        beta: size of a core as a fraction of n, in (0, alpha].
        eps: the fraction of zero-bits up to which a core counts as optimised, in [0, 1).
        instance: `PerRun()` (default): every run draws its own sets; `Fixed(seed)`: all runs and threads share them.

    All levels are stored as bit sets and inverse lists: n L / 4 + 4 beta n L bytes, 110 MB for n = L = 10^4 and
    beta = 0.2.

    Reference: Lengler, A general dichotomy of evolutionary algorithms on monotone functions, PPSN 2018;
    the construction goes back to Lengler and Steger, Drift analysis and evolutionary algorithms revisited, 2018.

    Example:
        >>> from evo import discrete as d
        >>> d.HotTopic(1000, levels=100, alpha=0.25, beta=0.2, eps=0.05).level_count()
        101
    """

    n: int
    levels: int
    alpha: float
    beta: float
    eps: float
    instance: Instance = PerRun()
    values = Values.INT64
    monotone = True

    def __post_init__(self) -> None:
        check_sizes(self)

    @property
    def hot_size(self) -> int:
        """|A_i| = floor(alpha n)."""
        return whole(self.alpha, self.n)

    @property
    def core_size(self) -> int:
        """|B_i| = floor(beta n)."""
        return whole(self.beta, self.n)

    @property
    def allowed_zeros(self) -> int:
        """The number of zero-bits up to which a core counts as optimised, floor(eps |B_i|)."""
        return whole(self.eps, self.core_size)

    def lower(self, n: int) -> LoweredHotTopic | HotTopicInstance:
        """The named tuple that kernels see: the sizes, or the sets of a fixed instance."""
        sizes = self.hot_size, self.core_size, self.allowed_zeros
        drawn = LoweredHotTopic(n, self.levels, *sizes, topics=self.levels, hot_value=n)
        return instance_of(drawn, self.instance.key()) if isinstance(self.instance, Fixed) else drawn

    def level_count(self) -> int:
        """L + 1."""
        return self.levels + 1

    def solved(self, candidate: Any) -> bool:
        """Whether the string is all ones."""
        return bool(np.all(np.asarray(candidate) == 1))

    @staticmethod
    def from_sets(n: int, hot: Sequence[Any], core: Sequence[Any], eps: float) -> HotTopicSets:
        """The HotTopic function of given sets; see `HotTopicSets`."""
        return HotTopicSets(n, tuple(hot), tuple(core), eps)


@part
class HotTopicSets(AbstractFunction):
    """The HotTopic function of given sets A_1, ..., A_L and B_i, a subset of A_i.

    Args:
        n: string length.
        hot: L sequences of distinct positions in [0, n): the hot topics.
        core: L sequences of distinct positions, the cores, none empty.
        eps: the fraction of zero-bits up to which a core counts as optimised, in [0, 1).

    Example:
        >>> from evo import discrete as d
        >>> d.HotTopic.from_sets(4, hot=[[0, 1]], core=[[0]], eps=0.0).evaluate([[0, 1, 1, 1]], 0, d.Key(0))
        array([6])
    """

    n: int
    hot: tuple[tuple[int, ...], ...]
    core: tuple[tuple[int, ...], ...]
    eps: float
    values = Values.INT64
    monotone = True

    def __post_init__(self) -> None:
        n = length(self.n)
        object.__setattr__(self, "n", n)
        action = "Pass a fraction of zero-bits, for example eps=0.05."
        object.__setattr__(self, "eps", checks.real("eps", self.eps, 0, 1, action, open_high=True))
        if len(self.hot) != len(self.core) or not self.hot:
            action = "Pass one core for each hot topic."
            raise checks.bad_value(
                "core", self.core, f"hold as many sets as hot, {len(self.hot)}, and not none", action
            )
        hot = tuple(_positions("hot", level, positions, n) for level, positions in enumerate(self.hot, start=1))
        core = tuple(_positions("core", level, positions, n) for level, positions in enumerate(self.core, start=1))
        for level, (outer, inner) in enumerate(zip(hot, core, strict=True), start=1):
            if not inner or not set(inner) <= set(outer):
                action = "Choose the core among the positions of the hot topic."
                raise checks.bad_value(f"core of level {level}", inner, "be a nonempty subset of the hot topic", action)
        object.__setattr__(self, "hot", hot)
        object.__setattr__(self, "core", core)

    def lower(self, n: int) -> HotTopicInstance:
        """The named tuple that kernels see."""
        levels, words = len(self.hot), -(-n // 64)
        hot = np.zeros((levels + 2, words), dtype=np.uint64)
        core = np.zeros((levels + 1, words), dtype=np.uint64)
        allowed = np.zeros(levels + 1, dtype=np.int64)
        for table, sets in ((hot, self.hot), (core, self.core)):
            for row, positions in enumerate(sets, start=1):
                for position in positions:
                    table[row, position // 64] |= np.uint64(1) << np.uint64(position % 64)
        allowed[1:] = [whole(self.eps, len(positions)) for positions in self.core]
        lists: list[list[int]] = [[] for _ in range(n)]
        for row, positions in enumerate(self.core, start=1):
            for position in positions:
                lists[position].append(row)
        offsets = np.concatenate([[0], np.cumsum([len(item) for item in lists])]).astype(np.int64)
        members = np.array([row for item in lists for row in item], dtype=np.int32)
        return HotTopicInstance(n, levels, hot, core, allowed, offsets, members, n)

    def level_count(self) -> int:
        """L + 1."""
        return len(self.hot) + 1

    def solved(self, candidate: Any) -> bool:
        """Whether the string is all ones."""
        return bool(np.all(np.asarray(candidate) == 1))


def whole(fraction: float, size: int) -> int:
    """floor(fraction size), safe against the product falling just below an integer."""
    return math.floor(fraction * size + 1e-9)


def check_sizes(problem: Any) -> None:
    """Check and normalise n, levels, alpha, beta, eps and instance of a drawn function."""
    n = length(problem.n)
    object.__setattr__(problem, "n", n)
    action = "Pass the number of levels, for example levels=100."
    object.__setattr__(problem, "levels", checks.integer("levels", problem.levels, 1, action, high=2**31 - 2))
    action = "Pass 0 < beta <= alpha < 1, for example alpha=0.25, beta=0.05."
    alpha = checks.real("alpha", problem.alpha, 0, 1, action, open_low=True, open_high=True)
    object.__setattr__(problem, "alpha", alpha)
    object.__setattr__(problem, "beta", checks.real("beta", problem.beta, 0, problem.alpha, action, open_low=True))
    action = "Pass a fraction of zero-bits, for example eps=0.05."
    object.__setattr__(problem, "eps", checks.real("eps", problem.eps, 0, 1, action, open_high=True))
    checked(problem.instance)
    if whole(problem.beta, n) < 1:
        action = f"Raise beta to at least 1/n = {1 / n:g}, or n."
        raise checks.bad_value("beta", problem.beta, f"give cores of at least one of n={n} positions", action)
    if n * n * (problem.levels + 1) + n >= 2**62:
        raise checks.bad_value("levels", problem.levels, "keep n^2 (levels + 1) below 2^62", "Use fewer levels.")


def _positions(argument: str, level: int, positions: Any, n: int) -> tuple[int, ...]:
    array = np.asarray(positions)
    name = f"{argument} of level {level}"
    action = "Count positions from 0."
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise checks.bad_type(name, positions, "be a sequence of integers", action)
    if array.size and (array.min() < 0 or array.max() >= n or len(np.unique(array)) < array.size):
        raise checks.bad_value(name, array, f"hold distinct positions in [0, {n})", action)
    return tuple(sorted(int(position) for position in array))
