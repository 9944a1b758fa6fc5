"""Dynamic linear functions with uniform weights as n grows: fluid drift, threshold and stagnation density."""

import math

import numpy as np

from theory import _check, _roots
from theory.exact._zero_bits.leading_term import leading_term
from theory.exact.dynamic_linear.uniform_sums import beats
from theory.results import Value

__all__ = ["asymptotic", "fluid_drift", "stagnation_density", "threshold"]

_MOST = 100.0  # largest strength; the table of sums holds numbers of flips far in its tail


def fluid_drift(density: float, strength: float) -> Value:
    """The limit of the expected one-step decrease of the number of zero-bits as n grows.

    gain(d) = E[(A - B) accept(A, B)] with independent A ~ Po(c d) and B ~ Po(c (1 - d)).

    Args:
        density: zero-bits per bit, d in [0, 1].
        strength: expected flips per step, c in (0, 100].

    Returns:
        An asymptotic value in zero-bits per step; positive means progress.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary (Poisson flips, accepted as the module says).

    Example:
        >>> round(float(fluid_drift(0.1, 1.0)), 6)
        0.039226
    """
    d = _check.real("density", density, "[0, 1]", unit="zero-bits per bit", advice="Pass 0.1, say.")
    gain = d * _slope(d, _strength(strength))
    return Value.asymptotic(gain, source="dynamic linear, uniform weights: Poisson limit of the one-step drift")


def threshold() -> Value:
    """The strength beyond which the (1+1)-EA stagnates: sum over K of e^-c c^K (1 - K) / (K! (K + 1)!) = 0.

    Returns:
        An asymptotic value, c = 2.76531...

    Source: elementary: one zero-bit beats K one-bits with probability 1 / (K + 1)!.

    Example:
        >>> round(float(threshold()), 10)
        2.7653163944
    """
    from theory import constants

    value = constants.dynamic_uniform_strength
    return Value.asymptotic(float(value), source=f"dynamic linear, uniform weights: {value.source}")


def stagnation_density(strength: float) -> Value:
    """The density of zero-bits at which the (1+1)-EA stagnates: the zero of the fluid drift in (0, 1/2).

    Args:
        strength: expected flips per step, c in (0, 100].

    Returns:
        An asymptotic value in zero-bits per bit; 0 up to the threshold.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Hasebe, Lengler and Ravi (2026) for its existence; the drift is elementary.

    Example:
        >>> round(float(stagnation_density(3.5)), 4), float(stagnation_density(2.7))
        (0.0757, 0.0)
    """
    c = _strength(strength)
    density = 0.0
    if _slope(0.0, c) < 0.0:
        density = _roots.root(lambda d: _slope(d, c), 0.0, 0.5)
    return Value.asymptotic(density, source="dynamic linear, uniform weights: zero of the fluid drift")


def asymptotic(n: int, *, strength: float) -> Value:
    """The leading term of the expected number of steps below the threshold: n ln n over the slope of the drift at 0.

    The slope is c e^-c times the sum over K of c^K (1 - K) / (K! (K + 1)!).

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, c in (0, 100].

    Returns:
        An asymptotic value in steps.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: elementary (multiplicative drift at vanishing density).

    Example:
        >>> round(float(asymptotic(1000, strength=1.0)) / (1000 * math.log(1000)), 3)
        3.015
    """
    return leading_term(n, _slope(0.0, _strength(strength)), "dynamic linear, uniform weights")


def _strength(strength: float) -> float:
    unit, advice = "expected flips per step", "For one expected flip per step pass strength=1.0."
    return _check.real("strength", strength, f"(0, {_MOST}]", unit=unit, advice=advice)


def _slope(d: float, c: float) -> float:
    # gain / d, finite at d = 0: P(Po(c d) = a) / d = e^(-c d) c (c d)^(a - 1) / a!
    from scipy.special import gammaln, xlogy

    size = math.ceil(c + 12.0 * math.sqrt(c) + 30.0)
    up, down = c * d, c * (1.0 - d)
    a, b = np.arange(1.0, size), np.arange(0.0, size)
    gained = c * np.exp(xlogy(a - 1.0, up) - up - gammaln(a + 1.0))
    lost = np.exp(xlogy(b, down) - down - gammaln(b + 1.0))
    return math.fsum((gained[:, None] * lost * (a[:, None] - b) * beats(size)[1:size, :size]).ravel())
