"""The (1+1)-EA on Dynamic BinVal: exact law, fluid drift, threshold and stagnation density.

Every step draws a fresh uniform order of the positions and compares parent and offspring with BinVal in that order: the
first flipped position decides. With a zero-bits and b one-bits flipped, the offspring is accepted with probability
a / (a + b), so the number k of zero-bits is a Markov chain that moves both ways.
"""

import math
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory._compile import kernel
from theory.exact import chain
from theory.exact.onemax import zeros_law
from theory.results import Kind, Law, Masses, Moments, Value

__all__ = [
    "asymptotic",
    "bands",
    "expected_steps",
    "expected_steps_from",
    "fluid_drift",
    "law",
    "stagnation_density",
    "threshold",
    "variance",
]

_SOURCE = "(1+1)-EA on Dynamic BinVal: chain of the number of zero-bits"
_RARE = 1e-40  # steps with more flips than this probability allows are left out of the moments
_RARE_IN_LAW = 1e-25  # and of the distribution: both shift it by no more than their probability times the steps
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


def bands(n: int, *, strength: float | None = None, rate: float | None = None) -> chain.Chain:
    """The chain of the number of zero-bits of the (1+1)-EA on Dynamic BinVal.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.

    Returns:
        The chain on {0, ..., n}, without steps of more flips than occur with probability 1e-40.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: see `law`.

    Example:
        >>> bands(n=2, rate=0.5).down.tolist()
        [[0.0, 0.0], [0.25, 0.0], [0.5, 0.25]]
    """
    n = _check.bits(n)
    return _bands(n, _check.rate_of(n, strength, rate), _RARE)


def fluid_drift(density: float, strength: float) -> Value:
    """The limit of the expected one-step decrease of the number of zero-bits as n grows.

    gain(d) = d (2 (1 - d) (1 - e^-c) - c (1 - 2 d)).

    Args:
        density: zero-bits per bit, d in [0, 1].
        strength: expected flips per step, c > 0.

    Returns:
        An asymptotic value in zero-bits per step; positive means progress.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary (Poisson flips, accepted with probability a / (a + b)).

    Example:
        >>> round(float(fluid_drift(0.1, 1.0)), 6)
        0.033782
    """
    d = _check.real("density", density, "[0, 1]", unit="zero-bits per bit", advice="Pass 0.1, say.")
    c = _check.strength_of(strength)
    gain = d * (-2.0 * (1.0 - d) * math.expm1(-c) - c * (1.0 - 2.0 * d))
    return Value.asymptotic(gain, source="Dynamic BinVal: Poisson limit of the one-step drift")


def threshold() -> Value:
    """The strength beyond which the (1+1)-EA stagnates on Dynamic BinVal: c = 2 (1 - e^-c), c = 1.59362...

    Returns:
        An asymptotic value.

    Source: Lengler and Schaller (2018); the closed form is elementary.

    Example:
        >>> round(float(threshold()), 10)
        1.59362426
    """
    from theory import constants

    return Value.asymptotic(
        float(constants.dynamic_bin_val_strength), source="Lengler and Schaller (2018): c = 2 (1 - e^-c)"
    )


def stagnation_density(strength: float) -> Value:
    """The density of zero-bits at which the (1+1)-EA stagnates on Dynamic BinVal, the zero of the fluid drift.

    d* = (c - 2 q) / (2 (c - q)) with q = 1 - e^-c, for c above the threshold; 0 below it.

    Args:
        strength: expected flips per step, c > 0.

    Returns:
        An asymptotic value in zero-bits per bit.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Hasebe, Lengler and Ravi (2026) for its existence; the closed form is elementary.

    Example:
        >>> round(float(stagnation_density(2.0)), 4), float(stagnation_density(1.0))
        (0.1192, 0.0)
    """
    c = _check.strength_of(strength)
    q = -math.expm1(-c)
    density = max(0.0, (c - 2.0 * q) / (2.0 * (c - q)))
    return Value.asymptotic(density, source="Dynamic BinVal: zero of the fluid drift")


def asymptotic(n: int, *, strength: float) -> Value:
    """The leading term of the expected number of steps on Dynamic BinVal below the threshold.

    E[T] ~ n ln n / (2 (1 - e^-c) - c), smallest at c = ln 2; inf from the threshold on.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, c > 0.

    Returns:
        An asymptotic value in steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary (multiplicative drift at vanishing density).

    Example:
        >>> round(float(asymptotic(1000, strength=1.0)) / (1000 * math.log(1000)), 3)
        3.784
    """
    n, c = _check.bits(n), _check.strength_of(strength)
    slope = -2.0 * math.expm1(-c) - c
    value = n * math.log(n) / slope if slope > 0.0 else math.inf
    return Value.asymptotic(value, source="Dynamic BinVal: n ln n over the slope of the fluid drift at 0")


def _moments(n: int, rate: float, start: NDArray[np.float64]) -> Moments:
    return Moments.rounded(*chain.mixed(*_solve(n, rate), start), error=1e-11)


def _solve(n: int, rate: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if rate == 1.0:  # k -> n - k or nothing: only the string of zeros finds the optimum
        mean, spread = np.full(n + 1, math.inf), np.full(n + 1, math.inf)
        mean[[0, n]], spread[[0, n]] = [0.0, 1.0], 0.0
        return mean, spread
    cap = _cap(n, rate, _RARE)
    if float(n) * cap * cap > _WORK:
        raise ValueError(
            f"`n` must be small enough for state reduction in {_WORK:.0e} operations; got n={n} with up to {cap} flips "
            "per step. Pass a smaller n or rate."
        )
    return chain.moments(_bands(n, rate, _RARE))


def _masses(n: int, rate: float, start: NDArray[np.float64], horizon: int | None, lazy: "partial[Moments]") -> Masses:
    if rate == 1.0:
        pmf = np.array([start[0], start[n]][: 2 if horizon is None else horizon + 1])
        return Masses(pmf, max(0.0, 1.0 - float(pmf.sum())))
    if horizon is None:
        mean, spread, _, _ = lazy()
        chain.allow(mean, spread, min(n, 8.0 * math.sqrt(n)) * 2.0 * _cap(n, rate, _RARE_IN_LAW))
    return chain.iterate(_bands(n, rate, _RARE_IN_LAW), start, horizon=horizon)


def _cap(n: int, rate: float, rare: float) -> int:
    """The number of flips that is exceeded with a probability of at most `rare`, by Chernoff's bound."""
    flips = math.ceil(n * rate)
    while flips < n:
        share = flips / n
        divergence = share * math.log(share / rate) + (1.0 - share) * math.log((1.0 - share) / (1.0 - rate))
        if share > rate and -n * divergence < math.log(rare):
            break
        flips += 1
    return flips


def _bands(n: int, rate: float, rare: float) -> chain.Chain:
    if rate == 1.0:
        matrix = np.eye(n + 1)
        for k in range(1, n + 1):
            matrix[k, k] -= k / n
            matrix[k, n - k] += k / n
        return chain.Chain.from_matrix(matrix)
    cap = _cap(n, rate, rare)
    return chain.Chain(*_rows(n, rate, cap))


@kernel
def _weights(count: int, rate: float, cap: int) -> NDArray[np.float64]:
    # P(Bin(count, rate) = i) for i <= cap, by recurrence from the mode, so that no start underflows
    weights = np.zeros(count + 1)
    mode = min(count, int((count + 1) * rate))
    odds = rate / (1.0 - rate)
    weights[mode] = 1.0
    total = 1.0
    for i in range(mode, count):
        weights[i + 1] = weights[i] * ((count - i) / (i + 1.0) * odds)
        total += weights[i + 1]
        if weights[i + 1] < 1e-60:
            break
    for i in range(mode, 0, -1):
        weights[i - 1] = weights[i] * (i / ((count - i + 1.0) * odds))
        total += weights[i - 1]
    short = np.zeros(min(count, cap) + 1)
    for i in range(short.size):
        short[i] = weights[i] / total
    return short


@kernel
def _rows(n: int, rate: float, cap: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    down = np.zeros((n + 1, cap))
    up = np.zeros((n + 1, max(0, cap - 2)))
    for k in range(1, n + 1):
        gained = _weights(k, rate, cap)
        lost = _weights(n - k, rate, cap)
        for a in range(1, gained.size):
            for b in range(min(lost.size, cap - a + 1)):
                move = gained[a] * lost[b] * a / (a + b)
                if a > b:
                    down[k, a - b - 1] += move
                elif b > a:
                    up[k, b - a - 1] += move
    return down, up
