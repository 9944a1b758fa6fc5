"""BinVal: the binary value of the string."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evo.core.keys import Key
from evo.core.problems import Values
from evo.discrete.engines.events.states.ranks import Ranks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.parts import AbstractFunction, bit_strings, length, part
from evo.discrete.problems.flips import smallest_without

EXACT_BITS = 53


@part
class BinVal(AbstractFunction):
    """The binary value, f(x) = sum_i 2^(n - i) x_i: the first bit outweighs all others together.

    Args:
        n: string length, at least 1.

    Acceptance looks at the first flipped bit only, so that it is exact for every n; a `float64` value would lose the
    low bits from n = 54 on and silently run another algorithm. Beyond 53 bits values are order only: ask-tell gets
    exact Python integers, results report the number of zero-bits.

    Example:
        >>> from evo import discrete as d
        >>> d.BinVal(3).evaluate([[1, 0, 1]], 0, None)
        array([5])
    """

    n: int
    monotone = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", length(self.n))
        object.__setattr__(self, "values", Values.INT64 if self.n <= EXACT_BITS else Values.ORDER)

    def event_state(self, *, exchangeable: bool) -> Any:
        """The positions: the smallest one that flips decides."""
        del exchangeable
        return Ranks

    def lower(self, n: int) -> LoweredBinVal:
        """The named tuple that kernels see."""
        return LoweredBinVal(n)

    def evaluate(self, candidates: Any, step: int, key: Key) -> np.ndarray:
        """The binary values: `int64[k]` up to 53 bits, exact Python integers beyond."""
        del step, key
        strings = bit_strings(candidates, self.n)
        if self.n <= EXACT_BITS:
            return strings.astype(np.int64) @ (1 << np.arange(self.n - 1, -1, -1, dtype=np.int64))
        return binary_values(strings)

    def optimum(self) -> float | None:
        """The value 2^n - 1 of the all-ones string, up to 53 bits."""
        return float(2**self.n - 1) if self.n <= EXACT_BITS else None


def binary_values(strings: np.ndarray) -> np.ndarray:
    """The rows of `uint8[k, n]` as exact Python integers, most significant bit first."""
    spare = -strings.shape[1] % 8
    packed = np.packbits(strings, axis=1)
    values = np.empty(len(strings), dtype=object)
    values[:] = [int.from_bytes(row.tobytes(), "big") >> spare for row in packed]
    return values


class LoweredBinVal(NamedTuple):
    """`BinVal` as kernels see it."""

    n: int


@implements_lowered(LoweredBinVal)
def value(problem, cache, x):
    """The binary value up to 53 bits, minus the number of zero-bits (as reported) beyond."""
    total = 0
    if problem.n <= 53:
        for bit in x:
            total = 2 * total + np.int64(bit)
    else:
        for bit in x:
            total += np.int64(bit)
        total = problem.n - total
    return total


@implements_lowered(LoweredBinVal)
def compare(problem, cache, x, flips, count, stream):
    """The first flipped bit decides."""
    first = x.shape[0]
    for place in range(count):
        first = min(first, flips[place])
    return 0 if count == 0 else (1 if x[first] == 0 else -1)


@implements_lowered(LoweredBinVal)
def gain(problem, cache, x, flips, count, stream):
    """The first flipped bit decides; the magnitude is exact up to 53 bits and the sign beyond."""
    first, total = x.shape[0], 0.0
    for place in range(count):
        first = min(first, flips[place])
        if problem.n <= 53:
            total += (1.0 - 2.0 * x[flips[place]]) * (1 << (problem.n - 1 - flips[place]))
    sign = 0 if count == 0 else (1 if x[first] == 0 else -1)
    return sign, total if problem.n <= 53 else float(sign)


@implements_lowered(LoweredBinVal)
def exact(problem):
    """Up to 53 bits."""
    return problem.n <= 53


@implements_lowered(LoweredBinVal)
def scored(problem):
    """Up to 53 bits."""
    return problem.n <= 53


@implements_lowered(LoweredBinVal)
def contest(problem, cache, x, first, first_count, second, second_count, stream):
    """The first position decides that one of the offspring flips and the other does not."""
    one = smallest_without(first, first_count, second, second_count)
    other = smallest_without(second, second_count, first, first_count)
    if one == other:
        return 0
    gain = 1 - 2 * np.int64(x[min(one, other)])
    return gain if one < other else -gain


@implements_lowered(LoweredBinVal)
def order(problem, first, second, stream):
    """The first position decides at which the strings differ."""
    for position in range(first.shape[0]):
        if first[position] != second[position]:
            return np.int64(first[position]) - np.int64(second[position])
    return np.int64(0)
