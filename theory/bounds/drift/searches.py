"""The drift of a potential under a search on all strings of a few bits, by enumeration of all mutations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.bounds.drift.process import Process
from theory.exact.enumeration import AbstractAcceptance, AbstractMutation, Elitist, StandardBits, Static, tabulate
from theory.exact.enumeration._constant_rate import transitions
from theory.exact.enumeration._model import Model

__all__ = ["search"]

Table = ArrayLike | Sequence[Any] | Callable[[NDArray[np.uint8]], Any]

_STANDARD, _ELITIST = StandardBits(), Elitist()
_ENTRIES = 1 << 20  # of the transition matrix that are held at a time


def search(
    n: int,
    values: Table,
    potential: Table,
    *,
    strength: float | None = None,
    rate: float | None = None,
    mutation: AbstractMutation = _STANDARD,
    acceptance: AbstractAcceptance = _ELITIST,
) -> Process:
    """The exact drift of a potential at every string, for a search with one parent and one offspring.

    g(x) - E[g(x')] = sum over the sets S of positions of P(S) P(x + S is accepted) (g(x) - g(x + S)).

    Args:
        n: number of bits, at most 12.
        values: the function to maximise, as for `theory.enumeration.law`: 2^n values, entry x for the string with bits
            of x, or a function of uint8[n]; or a matrix for a fresh random function in every step.
        potential: g, 2^n numbers >= 0 or a function of uint8[n]; the search ends where it is 0.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`. Mutations that ignore it take
            any.
        mutation: the law of the flipped positions.
        acceptance: `Elitist`, `Strict` or `Metropolis(temperature)` of `theory.enumeration`.

    Returns:
        The process, one state per string, in the order of the strings; without its moves.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary.

    Example:
        >>> zeros = search(2, lambda x: int(x.sum()), lambda x: 2 - int(x.sum()), rate=0.5)
        >>> zeros.states.tolist(), zeros.low.round(9).tolist()
        ([2.0, 1.0, 1.0, 0.0], [1.0, 0.25, 0.25, 0.0])
    """
    n = _check.bits(n, high=12)
    rate = _check.rate_of(n, strength, rate)
    table = tabulate(n, values) if callable(values) else values
    g = np.asarray(tabulate(n, potential) if callable(potential) else potential, dtype=np.float64)
    for name, each in (("values", table), ("potential", g)):
        if len(np.asarray(each, dtype=object)) != 2**n:
            raise ValueError(
                f"`{name}` must hold 2^n = {2**n} entries, one per string; got {len(np.asarray(each, dtype=object))}. "
                "Pass a function of the string instead."
            )
    model = Model(table, Static(rate=rate), mutation, acceptance, None, g == 0.0 if (g == 0.0).any() else None)
    masks = model.masks(rate)
    drift, size = np.zeros(2**n), np.zeros(2**n)
    rows = max(1, _ENTRIES >> n)
    for first in range(0, 2**n, rows):
        block = np.arange(first, min(2**n, first + rows))
        move = transitions(model, masks, block)
        here = model.order[block]
        decrease = g[here][:, None] - g[model.order][None, :]
        drift[here] = (move * decrease).sum(axis=1)
        size[here] = (move * np.abs(decrease)).sum(axis=1)
    drift[g == 0.0], size[g == 0.0] = 0.0, 0.0
    return Process.rounded(g, drift, size)
