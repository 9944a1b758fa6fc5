"""What is searched: one function, or a fresh one in every step, as tables of ranks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from theory import _check
from theory.exact.enumeration._model import ranks_of

__all__ = ["RandomFunction", "bin_val_orders"]


@final
@dataclass(frozen=True)
class RandomFunction:
    """A function that is drawn afresh, uniformly from a list, in every step, and compares all strings of that step.

    Args:
        tables: functions, each as 2^n comparable values, entry x for the string with bits of x. All have the same
            strings of largest value.

    Example:
        >>> from theory import enumeration
        >>> static = enumeration.Static(strength=1.0)
        >>> changing = enumeration.RandomFunction([[0, 1, 2, 3], [0, 2, 1, 3]])
        >>> round(enumeration.offspring_law(changing, static, offspring=1).mean, 6)
        3.0
        >>> round(enumeration.law(enumeration.dynamic_bin_val(2), static).mean, 6)
        3.0
    """

    tables: Sequence[Sequence[Any]]


def bin_val_orders(n: int) -> RandomFunction:
    """Dynamic BinVal as the average over all n! orders of the positions.

    Args:
        n: number of bits, at most 5.

    Returns:
        A function for `offspring_law` and its neighbours.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for n out of range.

    Source: Lengler and Meier (2020) for the function.

    Example:
        >>> bin_val_orders(2).tables
        [[0, 1, 2, 3], [0, 2, 1, 3]]
    """
    n = _check.bits(n, high=5)
    return RandomFunction(
        [
            [sum(1 << place for i, place in enumerate(order) if x >> i & 1) for x in range(2**n)]
            for order in itertools.permutations(range(n))
        ]
    )


class Search(NamedTuple):
    """What is searched: the number of bits, a table of ranks for each function, and the strings of largest value."""

    n: int
    tables: list[NDArray[np.int64]]
    best: NDArray[np.bool_]

    @classmethod
    def of(cls, values: Any) -> Search:
        """The checked functions."""
        listed = values.tables if isinstance(values, RandomFunction) else [values]
        ranked = [ranks_of(table) for table in listed]
        best = [ranks == ranks.max() for _, ranks, _ in ranked]
        if any(beats is not None for _, _, beats in ranked):
            raise ValueError(
                "`values` must be 2^n values, or a RandomFunction of such tables; got a matrix of probabilities. Pass "
                "bin_val_orders(n) for Dynamic BinVal."
            )
        if len({n for n, _, _ in ranked}) != 1 or any(not np.array_equal(best[0], other) for other in best):
            raise ValueError(
                f"`values` must be functions of one length with the same strings of largest value; got {len(listed)} "
                "functions that differ there. Give them one optimum."
            )
        return cls(ranked[0][0], [ranks for _, ranks, _ in ranked], best[0])

    @property
    def size(self) -> int:
        """2^n, the number of strings."""
        return 2**self.n
