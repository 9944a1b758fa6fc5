"""Certificates: a drift condition, checked at every string of a few bits, and the bound that follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from theory import _check
from theory.bounds.drift.bound import DriftBound
from theory.bounds.drift.claims import AbstractClaim
from theory.bounds.drift.process import Process
from theory.bounds.drift.searches import Table, search
from theory.exact.enumeration import AbstractAcceptance, AbstractMutation, Elitist, StandardBits
from theory.exact.enumeration._model import start_law

__all__ = ["Certificate", "certificate"]

_STANDARD, _ELITIST = StandardBits(), Elitist()


@final
@dataclass(frozen=True, eq=False)
class Certificate:
    """Whether a claim about the drift holds at every string, and what follows.

    Args:
        claim: the condition.
        holds: whether it does, up to rounding of the drift.
        smallest: the smallest drift / scale over all strings with positive potential.
        worst: a string where it is attained, as an integer.
        bound: the bound that follows; None where the claim does not hold.
        process: the drift at every string.

    Example:
        >>> from theory import drift
        >>> zeros = lambda x: 3 - int(x.sum())
        >>> shown = certificate(3, lambda x: -zeros(x), zeros, drift.Multiplicative(), strength=1.0)
        >>> shown.holds, round(shown.smallest, 9) == round(1 / 3 * (2 / 3) ** 2, 9)
        (True, True)
    """

    claim: AbstractClaim
    holds: bool
    smallest: float
    worst: int
    bound: DriftBound | None
    process: Process


def certificate(
    n: int,
    values: Table,
    potential: Table,
    claim: AbstractClaim,
    *,
    strength: float | None = None,
    rate: float | None = None,
    mutation: AbstractMutation = _STANDARD,
    acceptance: AbstractAcceptance = _ELITIST,
    start: ArrayLike | None = None,
) -> Certificate:
    """Checks a drift condition at every string of n bits, by enumeration of all mutations.

    The claim is E[g(x) - g(x')] >= delta scale(g(x)) at all x with g(x) > 0.

    Args:
        n: number of bits, at most 12.
        values: the function to maximise; see `search`.
        potential: g, 2^n numbers >= 0 or a function of uint8[n]; the search ends where it is 0.
        claim: `Additive`, `Multiplicative` or `Variable`.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
        mutation: the law of the flipped positions.
        acceptance: `Elitist`, `Strict` or `Metropolis(temperature)` of `theory.enumeration`.
        start: None for a uniform string, one string as an integer, or 2^n probabilities.

    Returns:
        The certificate. A claim that fails is no error: `.holds` is False, and `.worst` shows where.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary; the bound is that of the theorem behind the claim.

    Example:
        >>> from theory import drift
        >>> binval = lambda x: int(x[0]) + 2 * int(x[1]) + 4 * int(x[2])
        >>> failed = certificate(3, binval, lambda x: 7 - binval(x), drift.Multiplicative(0.2), strength=1.0)
        >>> failed.holds, failed.worst, failed.bound
        (False, 6, None)
    """
    if not isinstance(claim, AbstractClaim):
        raise TypeError(f"`claim` must be Additive, Multiplicative or Variable; got {claim!r}. Pass Multiplicative().")
    process = search(n, values, potential, strength=strength, rate=rate, mutation=mutation, acceptance=acceptance)
    if claim.least is not None:
        _check.real("delta", claim.least, "(0, inf)", unit="drift parameter", advice="Pass None for the best.")
    inside = np.flatnonzero(process.positive)
    scale = claim.scale(process.states[inside])
    ratio = 0.5 * (process.low[inside] + process.high[inside]) / scale
    place = int(ratio.argmin())
    if claim.least is None:
        holds = bool(np.all(process.low[inside] > 0.0))
    else:
        holds = bool(np.all((process.high[inside] >= claim.least * scale) & (process.low[inside] > 0.0)))
    bound = claim.bound(process, start_law(process.states.size, start)) if holds else None
    smallest = float(ratio[place]) if math.isfinite(ratio[place]) else math.nan
    return Certificate(claim, holds, smallest, int(inside[place]), bound, process)
