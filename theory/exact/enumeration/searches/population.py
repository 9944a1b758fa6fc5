"""The (mu+1)-EA and the (mu+1)-GA."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.exact.enumeration._model import demand
from theory.exact.enumeration.mutations import AbstractMutation, StandardBits, sizes
from theory.exact.enumeration.policies import Static
from theory.exact.enumeration.process import SAMPLED, process_law
from theory.exact.enumeration.searches.functions import RandomFunction, Search
from theory.exact.enumeration.searches.offspring import one_offspring, static_masks
from theory.results import Law

__all__ = ["population_law"]

_STANDARD = StandardBits()
_MOST = 2**14  # populations


def population_law(
    values: Sequence[Any] | RandomFunction,
    policy: Static | None = None,
    *,
    size: int,
    crossover: float = 0.0,
    mutation: AbstractMutation = _STANDARD,
    horizon: int | None = None,
    tail: float = 1e-12,
) -> Law:
    """The law of the number of steps of the (mu+1)-EA or the (mu+1)-GA from uniform strings.

    A step makes one offspring: with probability `crossover` it takes every bit from one of two independent uniform
    parents, which may be the same one; otherwise it is a mutant of a uniform parent. Of the mu old strings and the
    offspring, in this order, the first of smallest value is removed; the offspring takes its place. T is the first step
    whose offspring has the largest value, 0 if a start string has it.

    Args:
        values: 2^n comparable values, entry x for the string with bits of x, or a `RandomFunction`, which is drawn
            afresh in every step and then compares old strings and offspring alike.
        policy: `Static`, the mutation rate; None only for mutations that ignore the rate.
        size: mu, at least 1; there are 2^(n mu) <= 2^14 populations.
        crossover: 0 for the (mu+1)-EA; 1/2 is usual for the GA.
        mutation: the law of the flipped positions.
        horizon: track so many steps at most; None for 200,000.
        tail: stop when less mass than this is under way.

    Returns:
        An exact law in steps, as `process_law` describes it.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Lengler and Zou (2021), the rules of the published experiments.

    Example:
        >>> onemax = [x.bit_count() for x in range(2**3)]
        >>> round(population_law(onemax, Static(strength=1.0), size=2, crossover=0.5).mean, 6)
        9.859002
    """
    search = Search.of(values)
    size = _check.integer("size", size, low=1, unit="strings", advice="Pass 2, say.")
    if search.size**size > _MOST:
        raise ValueError(
            f"`size` must be so small that there are 2^(n size) <= {_MOST} populations; got {size} with n={search.n}. "
            "Pass a smaller size or fewer bits."
        )
    crossover = _check.real("crossover", crossover, "[0, 1]", unit="probability", advice="Pass 0.5 for the GA.")
    demand("mutation", mutation, AbstractMutation, "StandardBits()")
    masks = static_masks(policy, mutation, search.n)

    def step(strings: tuple[int, ...], t: int) -> Iterator[tuple[float, Any]]:
        pmf = np.zeros(search.size)
        for x in strings:
            pmf += (1.0 - crossover) / size * one_offspring(masks, x)
            for y in strings:
                pmf += crossover / size**2 * _crossover(search.n, x, y)
        yield float(pmf[search.best].sum()), SAMPLED
        for y in np.flatnonzero(~search.best & (pmf > 0.0)).tolist():
            for ranks in search.tables:
                everyone = [*strings, y]
                worst = min(range(size + 1), key=lambda i: ranks[everyone[i]])  # the first among equals
                everyone[worst] = y
                yield float(pmf[y]) / len(search.tables), tuple(everyone[:size])

    start: dict[Any, float] = {SAMPLED: 0.0}
    for strings in itertools.product(range(search.size), repeat=size):
        key = SAMPLED if search.best[list(strings)].any() else strings
        start[key] = start.get(key, 0.0) + float(search.size) ** -size
    source = f"enumeration: ({size}+1)-{'GA' if crossover else 'EA'}"
    return process_law(start, step, homogeneous=True, horizon=horizon, tail=tail, source=source)


def _crossover(n: int, x: int, y: int) -> NDArray[np.float64]:
    # every string that agrees with x and y where they agree is equally likely
    strings = np.arange(2**n)
    between = ((strings ^ x) & ~(x ^ y)) == 0
    return np.where(between, 0.5 ** sizes(n)[x ^ y], 0.0)
