"""Mutation with a rate for every position."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from evo.core import checks
from evo.discrete.engines.generic import implements_lowered
from evo.discrete.engines.sampling import first_above
from evo.discrete.engines.streams import exponential
from evo.discrete.mutations.standard_bits import LoweredStandardBits, StandardBits
from evo.discrete.parts import AbstractMutation, frozen, part


@part
class PerBit(AbstractMutation):
    """Flip bit i = 1, 2, ..., n independently with a probability p_i of its own, the same in every step.

    Args:
        rates: shape (n,), the probabilities p_1, ..., p_n, in [0, 1] and not all 0; or a function that gives p_i for
            i = 1, 2, ..., so that one mutation serves every n.

    A function is called once for every i up to n; two parts are equal if their functions are the same object.
    A step costs O((1 + S) log n), S the number of flips: exponential jumps, by bisection, on the cumulative hazard
    C_i = -sum_{j <= i} ln(1 - p_j). Each p_i holds to an absolute error of 2^-52 C_n; 0 and 1 are exact, and so are
    equal rates, which are standard bits. `OnePlusOne` takes no rate policy; records show the mean of the p_i.

    Reference: Doerr, Doerr and Kötzing, Unknown solution length problems with no asymptotically optimal run time,
    GECCO 2017: only an unknown number of first bits matters, and p_i decreases with a finite sum.

    Example:
        >>> import math
        >>> import evo
        >>> from evo import discrete as d
        >>> mutation = d.PerBit(lambda i: 1 / ((i + 1) * math.log(i + 2) ** 2))
        >>> evo.run(d.OnePlusOne(mutation=mutation), d.OneMax(50), seed=1).reached
        True
    """

    rates: np.ndarray | Callable[[int], float]
    rated = False
    symmetric = False

    def __post_init__(self) -> None:
        if callable(self.rates):
            return
        array = np.asarray(self.rates)
        if array.dtype.kind not in "iuf" or array.ndim != 1 or array.size == 0:
            action = "Pass the probabilities as an array of shape (n,), or a function of i = 1, 2, ..., n."
            raise checks.bad_type("rates", self.rates, "be n numbers, or a function of the position", action)
        object.__setattr__(self, "rates", _checked(array))

    def rates_at(self, n: int) -> np.ndarray:
        """The probabilities p_1, ..., p_n."""
        if callable(self.rates):
            return _tabulated(self.rates, n)
        if len(self.rates) != n:
            action = "Pass as many rates as the problem has bits, or a function of i."
            raise checks.bad_value("rates", self.rates, f"have shape (n,) = ({n},)", action)
        return self.rates

    def own_rate(self, n: int) -> float:
        """The mean of the rates; exactly the rate where all are equal."""
        rates = self.rates_at(n)
        return float(rates[0]) if _equal(rates) else math.fsum(rates) / n

    def lower(self, n: int) -> LoweredPerBit | LoweredStandardBits:
        """The named tuple that kernels see."""
        rates = self.rates_at(n)
        return StandardBits().lower(n) if _equal(rates) else _lowered(rates.tobytes())

    def law_of_flips(self, n: int, rate: float) -> np.ndarray:
        """The product of p_i over the set and of 1 - p_i over the others."""
        law = np.ones(1)
        for p in self.rates_at(n):
            law = np.concatenate([law * (1.0 - p), law * p])
        return law

    def __repr__(self) -> str:
        text = getattr(self.rates, "__name__", self.rates) if callable(self.rates) else checks.shown(self.rates)
        return f"PerBit({text})"


def _checked(rates: np.ndarray) -> np.ndarray:
    rates = rates.astype(np.float64)
    wrong = np.flatnonzero(~((rates >= 0.0) & (rates <= 1.0)))
    if wrong.size:
        action = "Rates are probabilities per bit; cap them, for example by min(1, ...)."
        raise checks.bad_value(f"rates: p_{wrong[0] + 1}", float(rates[wrong[0]]), "be a number in [0, 1]", action)
    if not rates.any():
        action = "Give at least one bit a positive rate; a mutation that never flips a bit cannot search."
        raise checks.bad_value("rates", rates, "not all be 0", action)
    return frozen(rates)


@functools.lru_cache(maxsize=8)
def _tabulated(function: Callable[[int], float], n: int) -> np.ndarray:
    action = "Return a probability per bit, for example 1 / (i + 1)."
    return _checked(np.array([checks.real(f"rates({i})", function(i), 0, 1, action) for i in range(1, n + 1)]))


def _equal(rates: np.ndarray) -> bool:
    return bool((rates == rates[0]).all())


@functools.lru_cache(maxsize=8)
def _lowered(content: bytes) -> LoweredPerBit:
    rates = np.frombuffer(content)
    certain = np.flatnonzero(rates == 1.0)
    hazards = -np.log1p(-np.where(rates == 1.0, 0.0, rates))
    return LoweredPerBit(frozen(np.cumsum(hazards)), frozen(certain.astype(np.int64)))


class LoweredPerBit(NamedTuple):
    """`PerBit` as kernels see it."""

    #: float64[n], the cumulative hazards, to which certain positions add nothing
    hazards: np.ndarray
    #: the positions with rate 1
    certain: np.ndarray


@implements_lowered(LoweredPerBit)
def flips(mutation, rate, n, stream, out, memo):
    """A Poisson process of rate 1 on [0, C_n]: bit i flips iff it has a point in [C_(i - 1), C_i)."""
    count = mutation.certain.shape[0]
    for place in range(count):
        out[place] = mutation.certain[place]
    bound = exponential(stream)
    position = first_above(mutation.hazards, 0, bound)
    while position < n:
        out[count] = position
        count += 1
        bound = mutation.hazards[position] + exponential(stream)
        position = first_above(mutation.hazards, position + 1, bound)
    return count
