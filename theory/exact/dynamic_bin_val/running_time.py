"""The law of the running time on Dynamic BinVal: moments by state reduction, and the distribution."""

import math
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact import chain
from theory.exact._start import zeros_law
from theory.exact.chain.iteration import allow
from theory.exact.dynamic_bin_val.transitions import RARE, chain_of, most_flips
from theory.results import Kind, Law, Masses, Moments, Value

__all__ = ["expected_steps", "expected_steps_from", "law", "variance"]

_SOURCE = "(1+1)-EA on Dynamic BinVal: chain of the number of zero-bits"
_RARE_IN_LAW = 1e-25  # as RARE, for the distribution; both shift it by no more than this probability times the steps
_WORK = 4e9  # operations of the state reduction (some ten seconds)


def law(
    n: int,
    *,
    strength: float | None = None,
    rate: float | None = None,
    start: ArrayLike | None = None,
    horizon: int | None = None,
) -> Law:
    """The law of the number of steps that the (1+1)-EA needs on Dynamic BinVal.

    P(k -> k - a + b) sums P(Bin(k, p) = a) P(Bin(n - k, p) = b) a / (a + b) over a >= 1.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, n times the rate, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

    Returns:
        An exact law. The moments come from state reduction, which keeps its relative accuracy at any size of E[T];
        steps of more flips than occur with probability 1e-40 are left out. The distribution is computed on first use
        and refused where it would take minutes, as it does above the threshold. At rate 1 every string but that of
        zeros alone misses the optimum for ever, and mean and variance are inf.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Lengler and Meier (2020) for the function; Grassmann, Taksar and Heyman (1985) for the reduction.

    Example:
        >>> round(law(n=50, strength=1.0).mean, 1)
        512.7
    """
    n = _check.bits(n)
    rate = _check.rate_of(n, strength, rate)
    first, weights = zeros_law(n, start)
    start_law = np.zeros(n + 1)
    start_law[first : first + weights.size] = weights
    if horizon is not None:
        horizon = _check.integer("horizon", horizon, low=0, unit="steps", advice="Pass None to track all of the law.")
    lazy = partial(_moments, n, rate, start_law)
    return Law(
        kind=Kind.EXACT, source=_SOURCE, moments=lazy, masses=partial(_masses, n, rate, start_law, horizon, lazy)
    )


def expected_steps(
    n: int, *, strength: float | None = None, rate: float | None = None, start: ArrayLike | None = None
) -> Value:
    """The expected number of steps of the (1+1)-EA on Dynamic BinVal.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

    Returns:
        An exact value in steps; inf as described at `law`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: see `law`.

    Example:
        >>> round(float(expected_steps(n=100, strength=0.5)))
        1438
    """
    return Value.exact(law(n, strength=strength, rate=rate, start=start).mean, source=_SOURCE, error=1e-11)


def variance(
    n: int, *, strength: float | None = None, rate: float | None = None, start: ArrayLike | None = None
) -> Value:
    """The variance of the number of steps of the (1+1)-EA on Dynamic BinVal.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.

    Returns:
        An exact value in steps squared; inf as described at `law`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: see `law`.

    Example:
        >>> round(float(variance(n=1, rate=0.5, start=1)), 9)
        2.0
    """
    return Value.exact(law(n, strength=strength, rate=rate, start=start).variance, source=_SOURCE, error=1e-10)


def expected_steps_from(n: int, *, strength: float | None = None, rate: float | None = None) -> NDArray[np.float64]:
    """The exact expected number of steps from every number of zero-bits.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        float64[n + 1] in steps, entry k for k zero-bits; inf as described at `law`.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: see `law`.

    Example:
        >>> expected_steps_from(n=1, rate=0.25).tolist()
        [0.0, 4.0]
    """
    n = _check.bits(n)
    return _solve(n, _check.rate_of(n, strength, rate))[0]


def _moments(n: int, rate: float, start: NDArray[np.float64]) -> Moments:
    return Moments.rounded(*chain.mixed(*_solve(n, rate), start), error=1e-11)


def _solve(n: int, rate: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if rate == 1.0:  # k -> n - k or nothing: only the string of zeros finds the optimum
        mean, spread = np.full(n + 1, math.inf), np.full(n + 1, math.inf)
        mean[[0, n]], spread[[0, n]] = [0.0, 1.0], 0.0
        return mean, spread
    cap = most_flips(n, rate, RARE)
    if float(n) * cap * cap > _WORK:
        raise ValueError(
            f"`n` must be small enough for state reduction in {_WORK:.0e} operations; got n={n} with up to {cap} flips "
            "per step. Pass a smaller n or rate."
        )
    return chain.moments(chain_of(n, rate, RARE))


def _masses(n: int, rate: float, start: NDArray[np.float64], horizon: int | None, lazy: "partial[Moments]") -> Masses:
    if rate == 1.0:
        pmf = np.array([start[0], start[n]][: 2 if horizon is None else horizon + 1])
        return Masses(pmf, max(0.0, 1.0 - float(pmf.sum())))
    if horizon is None:
        mean, spread, _, _ = lazy()
        allow(mean, spread, min(n, 8.0 * math.sqrt(n)) * 2.0 * most_flips(n, rate, _RARE_IN_LAW))
    return chain.iterate(chain_of(n, rate, _RARE_IN_LAW), start, horizon=horizon)
