"""The (1+lambda)-EA and the (1,lambda)-EA, with a fixed or a self-adjusting number of offspring."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact.enumeration._model import checked_masks, checked_policy, demand, start_law
from theory.exact.enumeration.mutations import AbstractMutation, StandardBits
from theory.exact.enumeration.policies import Static
from theory.exact.enumeration.process import SAMPLED, process_law
from theory.exact.enumeration.searches.best import best_of
from theory.exact.enumeration.searches.functions import RandomFunction, Search
from theory.results import Law

__all__ = ["SelfAdjusting", "offspring_law"]

_STANDARD = StandardBits()


@final
@dataclass(frozen=True, kw_only=True)
class SelfAdjusting:
    """The (1 : s + 1) rule for the number of offspring.

    After a generation whose best offspring is better than the parent, lambda <- max(low, lambda / F), otherwise
    lambda <- min(high, lambda F^(1/s)). A generation has the nearest integer to lambda of offspring, floor(lambda +
    1/2); with `stochastic` it has floor(lambda), or one more with probability lambda - floor(lambda).

    Args:
        factor: F > 1.
        s: failures are answered by F^(1/s), s > 0.
        low: smallest lambda, at least 1.
        high: largest lambda; inf for none.
        initial: lambda of the first generation, in [low, high]; None for `low`.
        stochastic: whether lambda is rounded at random.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for numbers out of range.

    Source: Hevia Fajardo and Sudholt (2021); the limits low and high are ours.

    Example:
        >>> rule = SelfAdjusting(factor=1.5, s=1.0)
        >>> rule.after(2.25, better=True), rule.after(2.0, better=False), rule.counts(2.25)
        (1.5, 3.0, [(1.0, 2)])
    """

    factor: float
    s: float
    low: float = 1.0
    high: float = math.inf
    initial: float | None = None
    stochastic: bool = False

    def __post_init__(self) -> None:
        _check.real("factor", self.factor, "(1, inf)", unit="quotient of numbers of offspring", advice="Pass 1.5, say.")
        _check.real("s", self.s, "(0, inf)", unit="exponent of a success", advice="Pass 1.0, say.")
        unit = "offspring per generation"
        low = _check.real("low", self.low, "[1, inf)", unit=unit, advice="Pass 1.0, say.")
        high = _check.real("high", self.high, f"[{low}, inf]", unit=unit, advice="Pass inf for no limit.")
        if self.initial is not None:
            _check.real("initial", self.initial, f"[{low}, {high}]", unit=unit, advice="Pass None for `low`.")

    @property
    def start(self) -> float:
        """Lambda of the first generation."""
        return float(self.low if self.initial is None else self.initial)

    def counts(self, size: float) -> list[tuple[float, int]]:
        """(probability, number of offspring) in a generation with this lambda."""
        if not self.stochastic:
            return [(1.0, math.floor(size + 0.5))]
        whole = math.floor(size)
        return [(1.0 - (size - whole), whole), (size - whole, whole + 1)]

    def after(self, size: float, *, better: bool) -> float:
        """Lambda after a generation with this lambda."""
        return max(self.low, size / self.factor) if better else min(self.high, size * self.factor ** (1.0 / self.s))


def offspring_law(
    values: Sequence[Any] | RandomFunction,
    policy: Static | None = None,
    *,
    offspring: int | SelfAdjusting,
    comma: bool = False,
    mutation: AbstractMutation = _STANDARD,
    start: ArrayLike | None = None,
    horizon: int | None = None,
    tail: float = 1e-12,
) -> Law:
    """The law of the number of generations of the (1+lambda)-EA or the (1,lambda)-EA.

    A generation makes m independent offspring of x. With y a best of them, uniform among ties, x <- y iff f(y) >= f(x);
    with `comma` always. T is the first generation in which a string of largest value is sampled.

    Args:
        values: 2^n comparable values, entry x for the string with bits of x, or a `RandomFunction`.
        policy: `Static`, the mutation rate; None only for mutations that ignore the rate.
        offspring: m, at least 1, or the rule `SelfAdjusting`, whose lambda is part of the state.
        comma: whether the best offspring always replaces the parent.
        mutation: the law of the flipped positions.
        start: None for a uniform string, one string as an integer, or 2^n probabilities.
        horizon: track so many generations at most; None for 200,000.
        tail: stop when less mass than this is under way.

    Returns:
        An exact law in generations, as `process_law` describes it.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Hevia Fajardo and Sudholt (2021) for the self-adjusting (1,lambda)-EA; otherwise folklore.

    Example:
        >>> onemax = [x.bit_count() for x in range(2**3)]
        >>> round(offspring_law(onemax, Static(strength=1.0), offspring=4).mean, 6)
        2.143809
    """
    search = Search.of(values)
    demand("mutation", mutation, AbstractMutation, "StandardBits()")
    masks = static_masks(policy, mutation, search.n)
    if not isinstance(offspring, SelfAdjusting):
        offspring = _check.integer("offspring", offspring, low=1, unit="per generation", advice="Pass 4, say.")
    size = offspring.start if isinstance(offspring, SelfAdjusting) else 0.0

    def step(state: tuple[int, float], t: int) -> Iterator[tuple[float, Any]]:
        x, size = state
        pmf = one_offspring(masks, x)
        for ranks in search.tables:
            for chance, count in [(1.0, offspring)] if isinstance(offspring, int) else offspring.counts(size):
                best = best_of(pmf, count, ranks) * (chance / len(search.tables))
                yield float(best[search.best].sum()), SAMPLED
                for y in np.flatnonzero(~search.best & (best > 0.0)).tolist():
                    new = size
                    if isinstance(offspring, SelfAdjusting):
                        new = offspring.after(size, better=bool(ranks[y] > ranks[x]))
                    yield float(best[y]), (y if comma or ranks[y] >= ranks[x] else x, new)

    first = start_of(search, start, lambda x: (x, size))
    source = f"enumeration: (1{',' if comma else '+'}lambda)-EA"
    return process_law(first, step, homogeneous=True, horizon=horizon, tail=tail, source=source)


def static_masks(policy: Static | None, mutation: AbstractMutation, n: int) -> NDArray[np.float64]:
    """float64[1 or 2^n, 2^n]: the law of the flipped positions at a rate that never changes."""
    if policy is not None and not isinstance(policy, Static):
        raise TypeError(
            f"`policy` must be Static, or None with a mutation that ignores the rate; got {policy!r}. Write the search "
            "as a step for process_law where the rate changes."
        )
    checked = checked_policy(policy, mutation)
    return checked_masks(mutation, n, checked.rate(checked.start(n), 1))


def one_offspring(masks: NDArray[np.float64], parent: int) -> NDArray[np.float64]:
    """float64[2^n], the law of one offspring."""
    return masks[parent % masks.shape[0]][np.arange(masks.shape[1]) ^ parent]


def start_of(search: Search, start: ArrayLike | None, state: Any) -> dict[Any, float]:
    """The law of the state before the first step, from that of the string."""
    law: dict[Any, float] = {SAMPLED: 0.0}
    for x, mass in enumerate(start_law(search.size, start).tolist()):
        if search.best[x]:
            law[SAMPLED] += mass
        else:
            law[state(x)] = mass
    return law
