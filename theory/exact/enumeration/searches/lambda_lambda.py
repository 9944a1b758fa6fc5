"""The (1+(lambda,lambda))-GA."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from theory import _check
from theory.exact.enumeration.mutations import sizes
from theory.exact.enumeration.process import SAMPLED, process_law
from theory.exact.enumeration.searches.best import best_of
from theory.exact.enumeration.searches.functions import RandomFunction, Search
from theory.exact.enumeration.searches.offspring import start_of
from theory.results import Law

__all__ = ["lambda_lambda_law"]


def lambda_lambda_law(
    values: Sequence[Any] | RandomFunction,
    *,
    offspring: int,
    strength: float,
    bias: float,
    start: ArrayLike | None = None,
    horizon: int | None = None,
    tail: float = 1e-12,
) -> Law:
    """The law of the number of generations of the (1+(lambda,lambda))-GA.

    A generation draws L ~ Bin(n, strength / n) and makes m mutants of x that flip L uniform distinct bits each. With x'
    a best mutant, each of m crossover offspring takes every bit from x' with probability `bias`, else from x. With y a
    best of them, x <- y iff f(y) >= f(x). All ties among best strings are broken uniformly. T is the first generation
    in which a mutant or a crossover offspring has the largest value.

    Args:
        values: 2^n comparable values, entry x for the string with bits of x, or a `RandomFunction`.
        offspring: m, the number of mutants and of crossover offspring, at least 1.
        strength: expected flips of a mutant, in (0, n]; the standard choice is m.
        bias: probability of taking a bit from the best mutant, in (0, 1]; the standard choice is 1 / m.
        start: None for a uniform string, one string as an integer, or 2^n probabilities.
        horizon: track so many generations at most; None for 200,000.
        tail: stop when less mass than this is under way.

    Returns:
        An exact law in generations, as `process_law` describes it.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Doerr, Doerr and Ebel (2015).

    Example:
        >>> onemax = [x.bit_count() for x in range(2**3)]
        >>> round(lambda_lambda_law(onemax, offspring=2, strength=2.0, bias=0.5).mean, 6)
        2.501943
    """
    search = Search.of(values)
    n = search.n
    offspring = _check.integer("offspring", offspring, low=1, unit="per phase", advice="Pass 2, say.")
    rate = _check.rate_of(n, strength, None)
    bias = _check.real("bias", bias, "(0, 1]", unit="probability per bit", advice="Pass 1 / offspring, say.")
    strings, count = np.arange(search.size), sizes(n)

    def step(x: int, t: int) -> Iterator[tuple[float, Any]]:
        for flips in range(n + 1):
            drawn = math.comb(n, flips) * rate**flips * (1.0 - rate) ** (n - flips) / len(search.tables)
            mutant = (count[strings ^ x] == flips) / math.comb(n, flips)
            for ranks in search.tables:
                mutants = best_of(mutant, offspring, ranks) * drawn
                yield float(mutants[search.best].sum()), SAMPLED
                for best in np.flatnonzero(~search.best & (mutants > 0.0)).tolist():
                    taken = count[strings ^ x]  # bits from the mutant, where the string lies between the two
                    between = ((strings ^ x) & ~(x ^ best)) == 0
                    child = np.where(between, bias**taken * (1.0 - bias) ** np.maximum(0, flips - taken), 0.0)
                    children = best_of(child, offspring, ranks) * mutants[best]
                    yield float(children[search.best].sum()), SAMPLED
                    for y in np.flatnonzero(~search.best & (children > 0.0)).tolist():
                        yield float(children[y]), y if ranks[y] >= ranks[x] else x

    source = f"enumeration: (1+({offspring},{offspring}))-GA"
    first = start_of(search, start, lambda x: x)
    return process_law(first, step, homogeneous=True, horizon=horizon, tail=tail, source=source)
