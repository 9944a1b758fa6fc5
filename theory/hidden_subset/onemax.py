"""Exact laws of the running time on OneMax where the rate follows a schedule or is drawn from a law in every step."""

import math
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check, constants
from theory.exact import chain
from theory.exact._start import zeros_law
from theory.exact.onemax.transitions import chain_of
from theory.hidden_subset import _arguments, static
from theory.hidden_subset._arguments import Rates
from theory.hidden_subset.limits import schedule
from theory.results import Kind, Law, Masses, truncated_moments

__all__ = ["scheduled_onemax", "static_onemax"]

_TAIL = 1e-12
_SKIP = 1e-26  # states with less mass are dropped, and counted as a defect
_STEPS = 400_000  # of a law without a stated horizon
_BITS = 2000


def scheduled_onemax(
    n: int, *, multiplier: float | None = None, rates: Rates | None = None, horizon: int | None = None
) -> Law:
    """The law of the number of steps of the (1+1)-EA on OneMax from a uniform string, under a schedule of rates.

    The law of the number of zero-bits, pushed forward through the chain of OneMax at rate p_t in step t = 1, 2, ...

    Args:
        n: number of bits, in [1, 2000].
        multiplier: c of the schedule min(1/2, c ln(t) / t), in (0, 1000]; None for the best one.
        rates: p_1, p_2, ... in (0, 1) instead, or a function from an array of steps to their rates.
        horizon: track the distribution for so many steps; None: until less than 1e-12 is left.

    Returns:
        An exact law, computed on first use: 1 s at n = 100, more for small multipliers.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, more than one description of the rates, or a law that is not complete
            within 400,000 steps.

    Source: elementary; equal offspring are accepted or not with the same law.

    Example:
        >>> round(scheduled_onemax(10).mean, 6)
        52.194868
    """
    n = _check.bits(n, high=_BITS)
    horizon = _check.horizon_of(horizon)
    _arguments.at_most_one(multiplier, None, rates)
    described = rates
    if described is None:
        c = float(constants.schedule_alpha) if multiplier is None else _arguments.multiplier_of(multiplier)
        described = partial(schedule, multiplier=c)
    table = _Table(n, described, horizon)
    source = "(1+1)-EA on OneMax: the law of the zero-bits pushed forward at rate p_t"
    return Law(kind=Kind.EXACT, source=source, moments=lambda: truncated_moments(table.masses()), masses=table.masses)


def static_onemax(
    n: int, *, eps: float | None = None, rates: ArrayLike | None = None, probabilities: ArrayLike | None = None
) -> Law:
    """The law of the number of steps of the (1+1)-EA on OneMax from a uniform string, with rates drawn from one law.

    The chain P(k -> k - j) = int P_p(k -> k - j) dQ(p).

    Args:
        n: number of bits, in [1, 2000].
        eps: exponent of the power-law static law (see `density`), in (0, 20].
        rates: the rates of a discrete law instead, in [0, 1).
        probabilities: their probabilities, with sum 1.

    Returns:
        An exact law: 0.3 s at n = 100; for the power law the integral is taken by Gauss's rule in ln(1/p).

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range, or not exactly one law.

    Source: elementary.

    Example:
        >>> round(static_onemax(10, rates=[0.5, 0.1], probabilities=[0.25, 0.75]).mean, 6)
        58.132012
    """
    n = _check.bits(n, high=_BITS)
    if (eps is None) == (rates is None):
        raise ValueError(
            f"exactly one law must be given, by `eps` or by `rates` with `probabilities`; got eps={eps!r}, "
            f"rates={rates!r}. Pass eps=1.0, say."
        )
    values, chances = static.nodes(n, eps) if eps is not None else static.discrete(rates, probabilities)
    down = np.zeros((n + 1, n))
    for rate, chance in zip(values, chances, strict=True):
        if rate > 0.0 and chance > 0.0:
            band = chain_of(n, float(rate), n).down
            down[:, : band.shape[1]] += chance * band
    used = int(np.flatnonzero(down.any(axis=0))[-1]) + 1 if down.any() else 1
    start = np.zeros(n + 1)
    first, weights = zeros_law(n, None)
    start[first : first + weights.size] = weights
    source = "(1+1)-EA on OneMax: chain of the zero-bits, averaged over the rate"
    return chain.law(chain.Chain(down[:, :used].copy(), np.zeros((n + 1, 0))), start / math.fsum(start), source=source)


class _Table:
    """The distribution of a scheduled run, computed once."""

    def __init__(self, n: int, rates: Rates, horizon: int | None) -> None:
        self._n, self._rates, self._horizon = n, rates, horizon
        self._found: Masses | None = None

    def masses(self) -> Masses:
        if self._found is None:
            self._found = self._computed()
        return self._found

    def _computed(self) -> Masses:
        first, weights = zeros_law(self._n, None)
        law = np.zeros(self._n + 1)
        law[first : first + weights.size] = weights
        pmf, dropped = [float(law[0])], 0.0
        law[0] = 0.0
        last = _STEPS if self._horizon is None else self._horizon
        for _, block in _arguments.blocks(self._rates, float(last)):
            for rate in block:
                if float(law.sum()) < _TAIL:
                    break
                law, cut = _pushed(self._n, float(rate), law)
                dropped += cut
                pmf.append(float(law[0]))
                law[0] = 0.0
        left = float(law.sum())
        if self._horizon is None and left > 1e-11:
            raise ValueError(
                f"the law must be complete within {_STEPS} steps and the rates that are given; {left:.3g} of its mass "
                f"is not at n={self._n}. Pass horizon= to track so many steps, or a smaller n."
            )
        table = np.array(pmf)
        return Masses(table, left + dropped + abs(1.0 - math.fsum(table) - left - dropped))


def _pushed(n: int, rate: float, law: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """One step of the chain from the states up to the last one with mass, which are returned alone."""
    occupied = np.flatnonzero(law >= _SKIP)
    if rate == 0.0 or not occupied.size:
        return law, 0.0
    top = int(occupied[-1])
    cut, law = float(law[top + 1 :].sum()), law[: top + 1]
    down = chain_of(n, rate, top).down
    after = law * (1.0 - down.sum(axis=1))
    for gain in range(1, min(down.shape[1], top) + 1):
        after[: top + 1 - gain] += (law * down[:, gain - 1])[gain:]
    return after, cut
