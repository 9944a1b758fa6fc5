"""Adversarial Dynamic BinVal: in every step the zero-bits of the parent have the largest weights."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evo.core.keys import Key
from evo.core.problems import Values
from evo.discrete.engines.events.states.counts import Counts
from evo.discrete.engines.events.states.strings import Strings
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.parts import AbstractFunction, bit_strings, length, part
from evo.discrete.problems.flips import keep_count, ups_and_downs, zero_count
from evo.discrete.problems.hashed_weights import hashed_contest, hashed_order, hashed_values


@part
class AdversarialDynamicBinVal(AbstractFunction):
    """Dynamic BinVal in which the zero-bits of the parent get the largest weights, in every step.

    Step t orders the zero-bits of the parent uniformly at random before the one-bits, these uniformly at random too,
    and gives them the weights 2^(n - 1), ..., 2, 1. So an offspring is better if and only if a zero-bit flips: the
    selection that loses most one-bits among all functions of this kind, as long as few bits are zero.

    Args:
        n: string length, at least 1.

    Values are order only and belong to the parent: `evaluate` takes it as the first candidate.

    Reference: Lengler, Meier and others on dynamic binary values, recalled; the rule is stated above.

    Example:
        >>> import evo
        >>> from evo import discrete as d
        >>> evo.run(d.OnePlusOne(rate=d.Static(strength=0.5)), d.AdversarialDynamicBinVal(30), seed=0).value
        0.0
    """

    n: int
    values = Values.ORDER
    dynamic = True
    monotone = True
    relative = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", length(self.n))

    def event_state(self, *, exchangeable: bool) -> Any:
        """The number of zero-bits, as long as strings with equally many are equally likely."""
        return Counts if exchangeable else Strings

    def lower(self, n: int) -> LoweredRelativeBinVal:
        """The named tuple that kernels see."""
        return LoweredRelativeBinVal(n, n + 1)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The values under f_step for the parent `candidates[0]`, exact Python integers."""
        return relative_values(self.lower(self.n), candidates, step, key)


class LoweredRelativeBinVal(NamedTuple):
    """A Dynamic BinVal with regard to the parent: zero-bits lead below `bound` of them, one-bits from there on."""

    n: int
    bound: int


def relative_values(lowered: LoweredRelativeBinVal, candidates: Any, step: int, key: Key) -> np.ndarray:
    """The values under f_step for the parent `candidates[0]`, exact Python integers."""
    strings = bit_strings(candidates, lowered.n)
    parents = strings[:1]
    favoured = 0 if lowered.n - int(parents.sum()) < lowered.bound else 1
    return hashed_values(strings, (parents == favoured).any(axis=0), step, key)


@implements_lowered(LoweredRelativeBinVal)
def prepare(problem, x):
    """Count the zero-bits."""
    return zero_count(x)


@implements_lowered(LoweredRelativeBinVal)
def commit(problem, cache, x, flips, count):
    """Count on."""
    keep_count(cache, x, flips, count)


@implements_lowered(LoweredRelativeBinVal)
def value(problem, cache, x):
    """The number of zero-bits, as reported."""
    return cache.zeros[0]


@implements_lowered(LoweredRelativeBinVal)
def gain(problem, cache, x, flips, count, stream):
    """Any flip of a leading bit decides; without one, the others do."""
    ups, downs = ups_and_downs(x, flips, count)
    if cache.zeros[0] < problem.bound:
        sign = 1 if ups > 0 else (-1 if downs > 0 else 0)
    else:
        sign = -1 if downs > 0 else (1 if ups > 0 else 0)
    return sign, float(sign)


@implements_lowered(LoweredRelativeBinVal)
def contest(problem, cache, x, first, first_count, second, second_count, stream):
    """The heaviest position decides that one of the offspring flips and the other does not."""
    favoured = 0 if cache.zeros[0] < problem.bound else 1
    return hashed_contest(stream, x, favoured, first, first_count, second, second_count)


@implements_lowered(LoweredRelativeBinVal)
def order(problem, first, second, stream):
    """The heaviest position decides at which the strings differ; `first` is the parent."""
    zeros = np.int64(0)
    for bit in first:
        zeros += 1 - np.int64(bit)
    return hashed_order(stream, 0 if zeros < problem.bound else 1, first, second)


@implements_lowered(LoweredRelativeBinVal)
def scored(problem):
    """Values are only ordered."""
    return False


@implements_lowered(LoweredRelativeBinVal)
def redrawn(problem):
    """Every step has its own function."""
    return True


@implements_lowered(LoweredRelativeBinVal)
def outcome(problem, zeros, ups, downs):
    """Any flip of a leading bit decides."""
    return (1.0 if zeros < problem.bound or downs == 0 else 0.0), 0.0
