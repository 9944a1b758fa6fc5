"""Dynamic BinVal as n grows: fluid drift, threshold, stagnation density and the leading term of the running time."""

import math

from theory import _check
from theory.exact._zero_bits.leading_term import leading_term
from theory.results import Value

__all__ = ["asymptotic", "fluid_drift", "stagnation_density", "threshold"]


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
    c = _check.strength_of(strength)
    return leading_term(n, -2.0 * math.expm1(-c) - c, "Dynamic BinVal")
