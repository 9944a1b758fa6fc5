"""The partially ordered (1+1)-EA: exact law.

Comparable offspring are treated as on every strictly monotone function: with a zero-bits and b one-bits flipped,
accepted if b = 0, rejected if a = 0. If a >= 1 and b >= 1, parent and offspring are incomparable. The pessimistic rule
then keeps the one with fewer one-bits: accepted iff b >= a. The rule of OneMax accepts iff a >= b. With probability q,
the `pessimism`, the first decides, otherwise the second. q = 1 is the partially ordered EA, q = 0 is OneMax.

Departs from the paper: Colin, Doerr and Ferey (2014) have a parametrised pessimism too; this one is ours.

Source: Jansen (2007), the rule as recalled.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _check
from theory.exact import chain
from theory.exact._zero_bits import Process
from theory.exact._zero_bits.leading_term import leading_term
from theory.results import Law, Value

__all__ = ["asymptotic", "bands", "expected_steps", "expected_steps_from", "law", "threshold", "variance"]


def law(
    n: int,
    *,
    strength: float | None = None,
    rate: float | None = None,
    pessimism: float = 1.0,
    start: ArrayLike | None = None,
    horizon: int | None = None,
) -> Law:
    """The law of the number of steps that the partially ordered (1+1)-EA needs.

    P(k -> k - a + b) sums P(Bin(k, p) = a) P(Bin(n - k, p) = b) accept(a, b) over a >= 1, with accept(a, 0) = 1 and
    accept(a, b) = q [b >= a] + (1 - q) [a >= b] for b >= 1.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, n times the rate, in (0, n].
        rate: flip probability per bit, in (0, 1]; exactly one of `strength` and `rate`.
        pessimism: q, the probability that the pessimistic rule decides between incomparable strings.
        start: None for a uniform string, a number of zero-bits, or the probabilities of 0, ..., n zero-bits.
        horizon: track the distribution for so many steps; None: until less than 1e-15 is left.

    Returns:
        An exact law, as `dynamic_bin_val.law` describes it.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Jansen (2007) at pessimism 1; Grassmann, Taksar and Heyman (1985) for the reduction.

    Example:
        >>> round(law(n=100, strength=1.0).mean), round(law(n=100, strength=1.0, pessimism=0.0).mean)
        (2444, 1070)
    """
    return _process(pessimism).law(n, strength=strength, rate=rate, start=start, horizon=horizon)


def expected_steps(
    n: int,
    *,
    strength: float | None = None,
    rate: float | None = None,
    pessimism: float = 1.0,
    start: ArrayLike | None = None,
) -> Value:
    """The expected number of steps of the partially ordered (1+1)-EA; arguments and errors as for `law`.

    Returns:
        An exact value in steps.

    Source: see `law`.

    Example:
        >>> round(float(expected_steps(n=100, strength=0.5)))
        1554
    """
    return _process(pessimism).expected_steps(n, strength=strength, rate=rate, start=start)


def variance(
    n: int,
    *,
    strength: float | None = None,
    rate: float | None = None,
    pessimism: float = 1.0,
    start: ArrayLike | None = None,
) -> Value:
    """The variance of the number of steps of the partially ordered (1+1)-EA; arguments and errors as for `law`.

    Returns:
        An exact value in steps squared.

    Source: see `law`.

    Example:
        >>> round(float(variance(n=1, rate=0.5, start=1)), 9)
        2.0
    """
    return _process(pessimism).variance(n, strength=strength, rate=rate, start=start)


def expected_steps_from(
    n: int, *, strength: float | None = None, rate: float | None = None, pessimism: float = 1.0
) -> NDArray[np.float64]:
    """The expected number of steps from every number of zero-bits; arguments and errors as for `law`.

    Returns:
        float64[n + 1] in steps, entry k for k zero-bits.

    Source: see `law`.

    Example:
        >>> expected_steps_from(n=1, rate=0.25).tolist()
        [0.0, 4.0]
    """
    return _process(pessimism).expected_steps_from(n, strength=strength, rate=rate)


def bands(n: int, *, strength: float | None = None, rate: float | None = None, pessimism: float = 1.0) -> chain.Chain:
    """The chain of the number of zero-bits; arguments and errors as for `law`.

    Returns:
        The chain on {0, ..., n}, without steps of more flips than occur with probability 1e-40.

    Source: see `law`.

    Example:
        >>> bands(n=2, rate=0.5).down.tolist()
        [[0.0, 0.0], [0.25, 0.0], [0.5, 0.25]]
    """
    return _process(pessimism).bands(n, strength=strength, rate=rate)


def asymptotic(n: int, *, strength: float, pessimism: float = 1.0) -> Value:
    """The leading term of the expected number of steps below the threshold, inf from there on.

    E[T] ~ n ln n / (c ((1 - q) e^-c + q (1 - c))).

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, c > 0.
        pessimism: q, as for `law`.

    Returns:
        An asymptotic value in steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary (multiplicative drift at vanishing density).

    Example:
        >>> round(float(asymptotic(1000, strength=0.5)) / (1000 * math.log(1000)), 3)
        4.0
    """
    c, q = _check.strength_of(strength), _pessimism(pessimism)
    return leading_term(n, c * ((1.0 - q) * math.exp(-c) + q * (1.0 - c)), "partial order")


def threshold(pessimism: float = 1.0) -> Value:
    """The strength at which the drift near the optimum vanishes: (1 - q) e^-c = q (c - 1).

    The solution is c = 1 + W((1 - q) / (e q)) with Lambert's function W. At this strength the fluid drift is positive
    at every other density, as far as computed.

    Args:
        pessimism: q, as for `law`.

    Returns:
        An asymptotic value; 1 for the partially ordered EA, inf for OneMax.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary (zero of the slope in `asymptotic`).

    Example:
        >>> float(threshold()), round(float(threshold(0.5)), 6), float(threshold(0.0))
        (1.0, 1.278465, inf)
    """
    from scipy.special import lambertw

    q = _pessimism(pessimism)
    value = 1.0 + float(lambertw((1.0 - q) / (math.e * q)).real) if q > 0.0 else math.inf
    return Value.asymptotic(value, source="partial order: (1 - q) e^-c = q (c - 1)")


def _process(pessimism: float) -> Process:
    q = _pessimism(pessimism)
    return Process(f"a partial order (pessimism {q:g})", partial(_accept, q))


def _pessimism(pessimism: float) -> float:
    advice = "Pass 1.0 for the partially ordered EA, 0.0 for OneMax."
    return _check.real("pessimism", pessimism, "[0, 1]", unit="probability", advice=advice)


def _accept(
    pessimism: float, n: int, zeros: NDArray[np.int64], a: NDArray[np.int64], b: NDArray[np.int64]
) -> NDArray[np.float64]:
    return np.where(b == 0, 1.0, pessimism * (b >= a) + (1.0 - pessimism) * (a >= b))
